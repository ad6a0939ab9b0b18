"""REG605."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Link
    from regilink_doctor.rules.base import FileFacts, Report

_DISTRIBUTED = (
    "torch.distributed",
    "accelerate",
    "deepspeed",
    "horovod",
    "torchrun",
    "DistributedDataParallel",
    "LOCAL_RANK",
)
"""Words of a program that runs as several processes."""

_GUARDS = ("rank", "main_process", "is_global_zero", "is_master", "process_index", "is_primary", "zero_only")
"""Words of a condition that lets one of them through."""


class LinkOnEveryRank(Rule):
    """A program that runs as several processes links, and no condition lets only one of them through.

    Each process would link a version of its own, or race for the same. Link under `if rank == 0:`.
    """

    code = "REG605"
    name = "link-on-every-rank"
    severity = "info"
    pedantic = True
    failures = ("C14",)
    watches = ("link",)
    bad = (
        "import torch.distributed as dist\n"
        "import wandb\n"
        'run = wandb.init(entity="team-a")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )
    good = (
        "import torch.distributed as dist\n"
        "import wandb\n"
        'run = wandb.init(entity="team-a")\n'
        "if dist.get_rank() == 0:\n"
        '    run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        "import accelerate, wandb\n"
        "def publish(run, accelerator):\n"
        "    if not accelerator.is_main_process:\n"
        "        return\n"
        '    run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            "every process of this distributed program links here",
            "each links a version of its own, or they race for one",
            "link on one of them: if rank == 0:",
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        if facts.in_test or not any(facts.mentions(word) for word in _DISTRIBUTED):
            return
        if any(word in guard.lower() for guard in link.context.guards for word in _GUARDS):
            return
        yield self.report(link.place)
