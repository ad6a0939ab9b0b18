"""REG205."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.strings import UnknownPart
from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import certain, links
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class EntityIgnoredInSweep(SiteRule):
    """`wandb.init(entity=...)` in a function that a sweep runs: W&B drops the entity and takes the sweep's.

    All that is printed is `Ignoring entity 'team-a' when running a sweep.` The artifact belongs to whoever the sweep
    belongs to; where that is a personal entity, the link is refused. Give the entity to `wandb.sweep` or `wandb.agent`.
    """

    code = "REG205"
    name = "entity-ignored-in-sweep"
    severity = "warning"
    rows = ("B2",)
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

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`. Looks at the `wandb.agent` and finds the run of the function that it starts."""
        given = [
            part.source
            for text in site.arguments.strings.get("function", ())
            for part in text.parts
            if isinstance(part, UnknownPart)
        ]
        if len(given) != 1 or next(links(facts), None) is None:
            return
        function = given[0]
        for init in facts.sites:
            entity = certain(init.entity) if init.call == "wandb.init" else None
            if entity is None or init.context.function != function or _given(site, entity, facts):
                continue
            yield self.finding(
                init.place,
                Words(
                    f"entity={quoted(entity)} is dropped here: wandb.agent runs {function}() in a sweep, and a sweep's "
                    "runs belong to the entity of the sweep",
                    f"write wandb.sweep(..., entity={quoted(entity)}), or entity={quoted(entity)} in wandb.agent",
                    (Related("the sweep is started here", site.place),),
                ),
            )


def _given(agent: Site, entity: str, facts: FileFacts) -> bool:
    """Whether the sweep may belong to that entity by what is given to `wandb.agent` or `wandb.sweep`."""
    if "entity" in agent.arguments.names or "**" in agent.arguments.names or facts.sets("WANDB_ENTITY"):
        return True
    sweep = certain(agent.arguments.strings.get("sweep_id", ()))
    if sweep is not None and sweep.count("/") == 2:
        return sweep.partition("/")[0] == entity
    made = [site for site in facts.sites if site.call == "wandb.sweep"]
    if not made and sweep is None:
        return True  # somebody else has made it
    return any("entity" in site.arguments.names or "**" in site.arguments.names for site in made)
