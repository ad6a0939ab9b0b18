"""REG201."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regilink_doctor.core.findings import Finding, Related
from regilink_doctor.core.target_path import parse
from regilink_doctor.core.target_path.grammar import PathError
from regilink_doctor.rules.phrases import quoted
from regilink_doctor.rules.rule import FileFacts, SiteRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.sites import Site


class ImplicitEntity(SiteRule):
    """The program links to a registry, and its `wandb.init` leaves the entity to each account's default.

    Only what a team of the organization has logged can be linked to a registry. Where the default is the person's own
    entity, W&B refuses with "linking is only allowed within the same team or to a collection in your organization's
    registry", after the training. Pass `entity=`, or set `WANDB_ENTITY` where everybody gets it (`.env`, CI).
    """

    code = "REG201"
    name = "implicit-entity"
    severity = "warning"
    rows = ("B1", "B2")
    bad = (
        "import wandb\n"
        'run = wandb.init(project="quickstart")\n'
        'artifact = wandb.Artifact("zoo", type="model")\n'
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
    )
    good = (
        "import wandb\n"
        'run = wandb.init(entity="team-a", project="quickstart")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        "import wandb\n"
        'run = wandb.init(project="quickstart")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "candidates/zoo")',
        "import os, wandb\n"
        'os.environ.setdefault("WANDB_ENTITY", "team-a")\n'
        'run = wandb.init(project="quickstart")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`. Told once, at the `wandb.init`, with the first link as the second place."""
        init = site.init or _only_init(facts)
        target = next((text for text in site.target if _registry(text.pattern)), None)
        if init is None or target is None or not _leaves_entity_out(init) or facts.sets("WANDB_ENTITY"):
            return
        first = next(
            other
            for other in facts.sites
            if other.kind == "link"
            and (other.init or init) is init
            and any(_registry(text.pattern) for text in other.target)
        )
        if first is not site:
            return
        yield Finding(
            self.code,
            self.name,
            self.severity,
            "wandb.init without entity= logs to each account's default entity; where that is a personal one, W&B "
            f"refuses the link to {quoted(target.pattern)}",
            init.place,
            'write wandb.init(entity="TEAM", ...), or set WANDB_ENTITY in .env or CI',
            related=(Related("linked here", site.place),),
            target=target.display,
        )


def _only_init(facts: FileFacts) -> Site | None:
    """The one `wandb.init` of the file, for a run that nobody could follow to it."""
    inits = [site for site in facts.sites if site.kind == "init"]
    return inits[0] if len(inits) == 1 else None


def _leaves_entity_out(init: Site) -> bool:
    if init.entity or "**" in init.arguments:
        return False
    # settings= that could not be read may set the entity
    return "entity" not in init.arguments and ("settings" not in init.arguments)


def _registry(pattern: str) -> bool:
    try:
        return parse(pattern).is_registry
    except PathError:
        return False
