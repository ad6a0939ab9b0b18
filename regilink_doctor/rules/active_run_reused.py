"""REG609."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import certain
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Init
    from regilink_doctor.rules.base import FileFacts, Report


class ActiveRunReused(Rule):
    """A second `wandb.init` is called while the first run goes on, for another entity.

    W&B returns the first run and drops the arguments. What is logged and linked then belongs to the first entity. End
    the first run, or pass `reinit="finish_previous"` or `"create_new"`.
    """

    code = "REG609"
    name = "active-run-reused"
    severity = "warning"
    failures = ("B2",)
    watches = ("init",)
    bad = (
        "import wandb\n"
        'training = wandb.init(entity="alice", project="p")\n'
        'publishing = wandb.init(entity="team-a", project="p")\n'
        'publishing.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )
    good = (
        "import wandb\n"
        'training = wandb.init(entity="alice", project="p")\n'
        "training.finish()\n"
        'publishing = wandb.init(entity="team-a", project="p")\n'
        'publishing.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        "import wandb\n"
        'with wandb.init(entity="alice", project="p") as run:\n'
        "    run.log({})\n"
        'with wandb.init(entity="team-a", project="p") as run:\n'
        '    run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        "import wandb\n"
        'training = wandb.init(entity="alice", project="p")\n'
        'publishing = wandb.init(entity="team-a", project="p", reinit="create_new")\n'
        'publishing.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        return Message(
            f"the run of {quoted(facts['first'])} still goes on",
            f"W&B returns that one and drops entity={quoted(facts['entity'])}",
            'end the first run, or pass reinit="finish_previous"',
        )

    def check_init(self, init: Init, facts: FileFacts) -> Iterator[Report]:
        """In a notebook the next `wandb.init` ends the run before it."""
        first = init.earlier
        if first is None or facts.in_test or init.place.cell is not None:
            return
        if {"reinit", "settings", "**"} & init.arguments.names:
            return
        entity, other = certain(init.entity), certain(first.entity)
        if entity is None or other is None or entity == other:
            return
        if any(init is start for link in facts.links for start in link.inits):
            yield self.report(init.place, related=(Related("the first run", first.place),), first=other, entity=entity)
