"""REG206."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import registry_text
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class ImplicitRun(SiteRule):
    """`Artifact.link` on an artifact that no run has logged: W&B starts a run of its own for it.

    The run belongs to the account's default entity, and to the project `uncategorized`. Where the default is a personal
    entity, the link is refused after the upload. Start the run yourself, with `entity=`, and log the artifact in it.
    """

    code = "REG206"
    name = "implicit-run"
    severity = "warning"
    rows = ("C12", "C5b")
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
        '    artifact.link("wandb-registry-model/zoo")  # whoever calls it may have started a run',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`. Only where no run can have been started before: in a program's own lines."""
        made = site.artifact
        if site.call != "wandb.Artifact.link" or made is None or made.call != "wandb.Artifact" or site.logged:
            return
        if site.context.function is not None or site.inits or facts.inits:
            return
        text = registry_text(site)
        if text is None or facts.in_test or facts.sets("WANDB_ENTITY"):
            return
        yield self.finding(
            site.place,
            Words(
                "no run has logged this artifact, so W&B starts one in each account's default entity; where that is a "
                f"personal one, it refuses the link to {quoted(text.pattern)}",
                'write with wandb.init(entity="TEAM", ...) as run: run.link_artifact(...)',
                (Related("the artifact is made here", made.place),),
            ),
            target=text.display,
        )
