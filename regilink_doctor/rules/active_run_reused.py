"""REG609."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.sites import Init
from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import certain
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class ActiveRunReused(SiteRule):
    """A second `wandb.init` while the first run goes on, for another entity.

    W&B gives back the first run and drops the arguments. What is logged and linked then belongs to the first entity.
    End the first run, or pass `reinit="finish_previous"` or `"create_new"`.
    """

    code = "REG609"
    name = "active-run-reused"
    severity = "warning"
    rows = ("B2",)
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

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`. In a notebook the next `wandb.init` ends the run before it."""
        first = site.earlier if isinstance(site, Init) else None
        if (
            first is None
            or facts.in_test
            or site.place.cell is not None
            or {"reinit", "settings", "**"} & site.arguments.names
        ):
            return
        entity, other = certain(site.entity), certain(first.entity)
        if entity is None or other is None or entity == other:
            return
        if not any(site is init for link in facts.links for init in link.inits):
            return
        yield self.finding(
            site.place,
            Words(
                f"the run of {quoted(other)} still goes on: W&B gives that one back and drops entity={quoted(entity)}",
                'end the first run, or pass reinit="finish_previous"',
                (Related("the first run", first.place),),
            ),
        )
