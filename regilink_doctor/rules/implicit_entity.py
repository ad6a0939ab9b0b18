"""REG201."""

from __future__ import annotations

from regilink_doctor.core.findings import Edit, Fix, Related, Span
from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import links, only_init, registry_text
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
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
        target = registry_text(site)
        init = _run(site, facts)
        if target is None or init is None or facts.in_test or facts.known.entity or facts.sets("WANDB_ENTITY"):
            return
        first = next(link for link in links(facts) if _run(link, facts) is init)
        if first is not site:
            return
        yield self.finding(
            init.place,
            Words(
                f"{init.call} without entity= logs to each account's default entity; where that is a personal one, W&B "
                f"refuses the link to {quoted(target.pattern)}",
                f'write {init.call}(entity="TEAM", ...), or set WANDB_ENTITY in .env or CI',
                (Related("linked here", site.place),),
            ),
            fix=_with_entity(init, facts.known.teams),
            target=target.display,
        )


def _with_entity(init: Site, teams: tuple[str, ...]) -> Fix | None:
    """`entity="TEAM"` in front of the other arguments, where the configuration knows one team."""
    if init.arguments.opening is None or len(teams) != 1:
        return None
    separator = ", " if init.arguments.names else ""
    before = min((place.span for place, _ in init.arguments.keywords.values()), default=init.arguments.opening.span)
    at = Span(before.line, before.column, before.line, before.column)
    edit = Edit(at, f"entity={quoted(teams[0])}{separator}")
    return Fix(f"add entity={quoted(teams[0])}", "unsafe", (edit,))


def _run(link: Site, facts: FileFacts) -> Site | None:
    """The start of the link's run, if every run that can be behind the link leaves the entity out."""
    inits = link.inits or ((link.init,) if link.init else ())
    if not inits and link.call != "wandb.Artifact.link":
        only = only_init(facts)
        inits = (only,) if only else ()
    return inits[0] if inits and all(_leaves_entity_out(init) for init in inits) else None


def _leaves_entity_out(init: Site) -> bool:
    if init.entity or "**" in init.arguments.names:
        return False
    # settings= that could not be read may set the entity
    return "entity" not in init.arguments.names and ("settings" not in init.arguments.names)
