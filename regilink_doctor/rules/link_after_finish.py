"""REG603."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.rules.base import FileFacts, Report


class LinkAfterFinish(Rule):
    """A method of a run is called after the run has ended: below its `with` block, or after `finish()`.

    W&B says "The call to `link_artifact` will be ignored", and raises `UsageError`. Move the call up, or link through
    `wandb.Api()`, which needs no run.
    """

    code = "REG603"
    name = "link-after-finish"
    severity = "error"
    failures = ("C8", "F4")
    watches = (
        "link.context.ended_by",
        "log.context.ended_by",
        "consume.context.ended_by",
    )
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

    def explain(self, problem: Problem) -> Message:
        is_with = problem.kind == "with"
        how = "its with block is over" if is_with else "finish() was called"
        return Message(
            f"the run has already ended: {how}",
            f"{problem.facts['method']} raises UsageError",
            "move the call into the with block" if is_with else "call it before finish()",
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        context = site.context
        if context.ended_by is None or context.expected or facts.in_test or not site.call.startswith("wandb.Run."):
            return
        where = "the run's block" if context.ended == "with" else "the run ends here"
        related = (Related(where, context.ended_by),)
        yield self.report(site.place, context.ended or "", related=related, method=site.call.rpartition(".")[2])
