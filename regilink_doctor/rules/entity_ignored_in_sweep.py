"""REG205."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import agent_function, certain, registry_links, sweep_entity
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.rules.base import FileFacts, Report


class EntityIgnoredInSweep(Rule):
    """`wandb.init(entity=...)` in a function that a sweep runs: W&B drops the entity and uses the sweep's.

    All that is printed is `Ignoring entity 'team-a' when running a sweep.` The artifact belongs to the entity of the
    sweep; where that is personal, the link is refused. Give the entity to `wandb.sweep` or `wandb.agent`.
    """

    code = "REG205"
    name = "entity-ignored-in-sweep"
    severity = "warning"
    failures = ("B2",)
    watches = ("wandb.agent",)
    bad = (
        "import wandb\n"
        "def train():\n"
        '    with wandb.init(entity="team-a", project="p") as run:\n'
        '        run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")\n'
        'sweep = wandb.sweep({"method": "random"}, project="p")\n'
        "wandb.agent(sweep, function=train)",
    )
    good = (
        "import wandb\n"
        "def train():\n"
        '    with wandb.init(entity="team-a", project="p") as run:\n'
        '        run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")\n'
        'sweep = wandb.sweep({"method": "random"}, entity="team-a", project="p")\n'
        "wandb.agent(sweep, function=train)",
        "import wandb\n"
        "def train():\n"
        '    with wandb.init(entity="team-a", project="p") as run:\n'
        '        run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")\n'
        'wandb.agent("team-a/p/abc123", function=train)',
    )

    def explain(self, problem: Problem) -> Message:
        entity = quoted(problem.facts["entity"])
        return Message(
            f"entity={entity} is dropped here",
            f"wandb.agent runs {problem.facts['function']}() in a sweep, whose runs belong to the sweep's entity",
            f"write wandb.sweep(..., entity={entity}), or entity={entity} in wandb.agent",
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """Looks at the `wandb.agent` and finds the run of the function that it starts."""
        function = agent_function(site)
        if function is None or next(registry_links(facts), None) is None:
            return
        owner = sweep_entity(site, facts)
        for init in facts.sites:
            entity = certain(init.entity) if init.call == "wandb.init" else None
            if entity is None or init.context.function != function or owner is None or owner == entity:
                continue
            related = (Related("the sweep is started here", site.place),)
            yield self.report(init.place, related=related, entity=entity, function=function)
