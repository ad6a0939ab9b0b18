"""REG602."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import certain, is_guarded, mode_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Consume, Link, Site
    from regilink_doctor.rules.base import FileFacts, Report


class LinkWhileDisabled(Rule):
    """The run is certainly disabled, and an artifact is linked or consumed in it.

    `run.link_artifact` then returns None whatever the path: such a program has proved nothing. `run.use_artifact`
    returns None as well, and the next attribute of it fails. `Artifact.link` does not know of the disabled run: it
    starts a real one, in the default entity, and links for real (an error).
    """

    code = "REG602"
    name = "link-while-disabled"
    severity = "warning"
    failures = ("C5", "C5b")
    watches = (
        "link",
        "consume",
    )
    bad = (
        "import wandb\n"
        'with wandb.init(entity="team-a", mode="disabled") as run:\n'
        '    run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        "import wandb\n"
        'run = wandb.init(entity="team-a", mode="disabled")\n'
        'artifact = wandb.Artifact("zoo", type="model")\n'
        "run.log_artifact(artifact)\n"
        'artifact.link("wandb-registry-model/zoo")',
    )
    good = (
        "import wandb\n"
        'with wandb.init(entity="team-a", mode="online" if publish else "disabled") as run:\n'
        '    run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        "import wandb\n"
        'with wandb.init(entity="team-a", mode="disabled") as run:\n'
        '    run.log_artifact(wandb.Artifact("zoo", type="model"))',
        "import wandb\n"
        'run = wandb.init(entity="team-a", mode="disabled")\n'
        'if run.settings.mode != "disabled":\n'
        '    run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        if problem.kind == "online":
            return Message(
                "the run is disabled, but Artifact.link is not",
                "W&B starts a real run in the default entity and links for real",
                "write run.link_artifact(artifact, target_path): it does nothing in a disabled run",
            )
        if problem.kind == "consume":
            return Message(
                "the run is disabled: use_artifact returns None",
                "the next attribute of it raises AttributeError",
                "run it online, or against regilink's emulator: regilink dry-run -- python ...",
            )
        return Message(
            "the run is disabled: link_artifact returns None whatever the path",
            "nothing is linked, and nothing is proved",
            "run it online, or against regilink's emulator: regilink dry-run -- python ...",
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        if link.context.expected or is_guarded(link):
            return
        if link.call == "wandb.Run.link_artifact":
            yield from self._check_mode(link, facts, "")
        elif link.call == "wandb.Artifact.link":
            yield from self._goes_online(link, facts)

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        if consume.context.expected or is_guarded(consume) or not consume.context.result_used:
            return
        if consume.call in ("wandb.Run.use_artifact", "wandb.use_artifact"):
            yield from self._check_mode(consume, facts, "consume")

    def _check_mode(self, site: Site, facts: FileFacts, kind: str) -> Iterator[Report]:
        mode = mode_of(site, facts) if not facts.in_test else None
        if mode is not None and mode[0] == "disabled":
            yield self.report(site.place, kind, related=(Related("set here", mode[1]),))

    def _goes_online(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        inits, artifact = facts.inits, link.artifact
        if artifact is None or artifact.call != "wandb.Artifact" or len(inits) != 1:
            return
        init = inits[0]
        if (
            artifact.place.path != link.place.path
            or certain(init.arguments.strings.get("mode", ())) != "disabled"
            or (link.init is not None and link.init is not init)
            or link.is_logged_artifact
        ):
            return
        related = (Related("the run is disabled here", init.place),)
        yield self.report(link.place, "online", severity="error", related=related)
