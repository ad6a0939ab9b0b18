"""REG602."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.sites import Link
from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import certain, guarded, mode_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class LinkWhileDisabled(SiteRule):
    """The run is disabled for certain, and an artifact is linked in it.

    `run.link_artifact` then returns None whatever the path: a program that runs so has proved nothing. `Artifact.link`
    does not know of the disabled run: it starts a real one, in the default entity, and links for real (an error).
    """

    code = "REG602"
    name = "link-while-disabled"
    severity = "warning"
    rows = ("C5", "C5b")
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

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        if site.context.expected or guarded(site):
            return
        if site.call == "wandb.Run.link_artifact" and not facts.in_test:
            found = mode_of(site, facts)
            if found is not None and found[0] == "disabled":
                yield self.finding(
                    site.place,
                    Words(
                        "the run is disabled: link_artifact returns None whatever the path, and nothing is linked",
                        "run it online, or against regilink's emulator: regilink dry-run -- python ...",
                        (Related("set here", found[1]),),
                    ),
                    target=site.target[0].display if site.target else None,
                )
        elif site.call == "wandb.Artifact.link":
            yield from self._goes_online(site, facts)

    def _goes_online(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        inits = facts.inits
        made = site.artifact
        if made is None or made.call != "wandb.Artifact" or len(inits) != 1 or made.place.path != site.place.path:
            return
        init = inits[0]
        if (
            certain(init.arguments.strings.get("mode", ())) != "disabled"
            or (site.init is not None and site.init is not init)
            or (isinstance(site, Link) and site.is_logged_artifact)
        ):
            return
        yield self.finding(
            site.place,
            Words(
                "the run is disabled, but Artifact.link does not know of it: W&B starts a real run in the default "
                "entity and links for real",
                "write run.link_artifact(artifact, target_path): it does nothing in a disabled run",
                (Related("the run is disabled here", init.place),),
            ),
            severity="error",
            target=site.target[0].display if site.target else None,
        )
