"""REG603."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.rules.base import FileFacts, SiteRule, Words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class LinkAfterFinish(SiteRule):
    """A method of a run is called when the run has ended: below its `with` block, or after `finish()`.

    W&B says "The call to `link_artifact` will be ignored", and raises `UsageError`. Move the call up, or link through
    `wandb.Api()`, which needs no run.
    """

    code = "REG603"
    name = "link-after-finish"
    severity = "error"
    rows = ("C8",)
    bad = (
        "import wandb\n"
        'with wandb.init(entity="team-a") as run:\n'
        '    artifact = run.log_artifact(wandb.Artifact("zoo", type="model"))\n'
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'run.finish()\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
    )
    good = (
        "import wandb\n"
        'with wandb.init(entity="team-a") as run:\n'
        '    artifact = run.log_artifact(wandb.Artifact("zoo", type="model"))\n'
        '    run.link_artifact(artifact, "wandb-registry-model/zoo")',
        "import wandb\n"
        'with wandb.init(entity="team-a") as run:\n'
        '    artifact = run.log_artifact(wandb.Artifact("zoo", type="model"))\n'
        'artifact.link("wandb-registry-model/zoo")  # an artifact needs no run',
        'run.finish()\nrun = wandb.init(entity="team-a")\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
        'if failed:\n    run.finish()\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        around = site.context
        if around.ended_by is None or around.expected or facts.in_test or not site.call.startswith("wandb.Run."):
            return
        method = site.call.rpartition(".")[2]
        how = "its with block has ended" if around.ended == "with" else "finish() has been called"
        yield self.finding(
            site.place,
            Words(
                f"the run is over, {how}: {method} raises UsageError",
                "move the call into the with block" if around.ended == "with" else "call it before finish()",
                (Related("the run's block" if around.ended == "with" else "the run ends here", around.ended_by),),
            ),
            target=site.target[0].display if site.target else None,
        )
