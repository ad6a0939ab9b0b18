"""REG605."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Consume, Link, Site
    from regilink_doctor.rules.base import FileFacts, Report

_DISTRIBUTED = (
    "torch.distributed",
    "accelerate",
    "deepspeed",
    "horovod",
    "torchrun",
    "DistributedDataParallel",
    "LOCAL_RANK",
    '"ddp',
    "'ddp",
    '"fsdp',
    "'fsdp",
)
"""Words of a program that runs as several processes."""

_GUARDS = ("rank", "main_process", "is_global_zero", "is_master", "process_index", "is_primary", "zero_only")
"""Words of a condition that lets one of them through."""


class LinkOnEveryRank(Rule):
    """A program that runs as several processes links, and no condition lets only one of them through.

    Each process would link a version of its own, or race for the same. Link under `if rank == 0:`. Lightning's
    `logger.experiment` is a run on the rank 0 only: on the others `use_artifact` returns None.
    """

    code = "REG605"
    name = "link-on-every-rank"
    severity = "info"
    pedantic = True
    failures = ("C14", "F4")
    watches = (
        "link",
        "consume",
    )
    bad = (
        "import torch.distributed as dist\n"
        "import wandb\n"
        'run = wandb.init(entity="team-a")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        "import lightning\n"
        "from lightning.pytorch.loggers import WandbLogger\n"
        'logger = WandbLogger(entity="team-a")\n'
        'trainer = lightning.Trainer(devices=4, strategy="ddp", logger=logger)\n'
        'folder = logger.experiment.use_artifact("wandb-registry-dataset/tiles:v1").download()',
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
        if problem.kind == "consume":
            return Message(
                "on every rank but 0 the logger has no run, and this is None",
                "the next attribute of it raises AttributeError",
                "consume it through wandb.Api(), or on rank 0 alone",
            )
        return Message(
            "every process of this distributed program links here",
            "each links a version of its own, or they race for one",
            "link on one of them: if rank == 0:",
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        if _runs_on_every_rank(link, facts):
            yield self.report(link.place)

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        """`logger.experiment.use_artifact(...)`, whose result is used."""
        is_of_logger = consume.call == "wandb.Run.use_artifact" and any(i.call == "WandbLogger" for i in facts.inits)
        if is_of_logger and consume.context.result_used and _runs_on_every_rank(consume, facts):
            yield self.report(consume.place, "consume")


def _runs_on_every_rank(site: Site, facts: FileFacts) -> bool:
    if facts.in_test or not any(facts.mentions(word) for word in _DISTRIBUTED):
        return False
    return not any(word in guard.lower() for guard in site.context.guards for word in _GUARDS)
