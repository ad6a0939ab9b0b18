"""REG206."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import registry_target
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Link
    from regilink_doctor.rules.base import FileFacts, Report


class ImplicitRun(Rule):
    """`Artifact.link` on an artifact that no run has logged: W&B starts a run of its own for it.

    The run belongs to the account's default entity, and to the project `uncategorized`. Where the default is a personal
    entity, the link is refused after the upload. Start the run yourself, with `entity=`, and log the artifact in it.
    """

    code = "REG206"
    name = "implicit-run"
    severity = "warning"
    failures = ("C12", "C5b")
    watches = ("link",)
    bad = (
        "import wandb\n"
        'artifact = wandb.Artifact("zoo", type="model")\n'
        'artifact.add_file("model.pt")\n'
        'artifact.link("wandb-registry-model/zoo")',
    )
    good = (
        "import wandb\n"
        'with wandb.init(entity="team-a", project="p") as run:\n'
        '    artifact = run.log_artifact(wandb.Artifact("zoo", type="model"))\n'
        'artifact.wait().link("wandb-registry-model/zoo")',
        'import wandb\nwandb.Api().artifact("team-a/p/zoo:v0").link("wandb-registry-model/zoo")',
        "import wandb\n"
        "def publish(path):\n"
        '    artifact = wandb.Artifact("zoo", type="model")\n'
        "    artifact.add_file(path)\n"
        '    artifact.link("wandb-registry-model/zoo")  # the caller may have started a run',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            "no run has logged this artifact: W&B starts one in the default entity",
            f"where that is a personal entity, W&B refuses the link to {quoted(problem.facts['path'])}",
            'write with wandb.init(entity="TEAM", ...) as run: run.link_artifact(...)',
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        """Only where no run can have been started before: in a program's own lines."""
        artifact = link.artifact
        if link.call != "wandb.Artifact.link" or artifact is None or artifact.call != "wandb.Artifact" or link.logged:
            return
        if link.context.function is not None or link.inits or facts.inits:
            return
        target = registry_target(link)
        if target is None or facts.in_test or facts.sets("WANDB_ENTITY"):
            return
        related = (Related("the artifact is made here", artifact.place),)
        yield self.report(link.place, related=related, path=target.pattern)
