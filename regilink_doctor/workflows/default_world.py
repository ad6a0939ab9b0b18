"""What an emulated server begins with: the catalog, or what the configuration tells; the rest is taken from code."""

from __future__ import annotations

from regilink_doctor.config import find_config
from regilink_doctor.core.catalog import Catalog
from regilink_doctor.emulator import World

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.organization_view import ConfiguredOrganization

USER, TEAM = "alice", "team-a"


def seeded_world(folder: str, catalog: str | None = None) -> World:
    """A fresh world for the code in `folder`.

    Args:
        folder: where the configuration is looked for, which may name a catalog.
        catalog: this file instead.

    Raises:
        ConfigProblem: the configuration cannot be used. CatalogError: no catalog. OSError: it cannot be read.
    """
    config = find_config(folder)
    path = catalog or config.catalog_path
    if path is None:
        return known_world(config.known)
    known = Catalog.load(path)
    world = World.from_catalog(known)
    if not known.complete:
        # Who pulled it did not see everything: what is not in there may be there.
        world.assumes |= {"team", "registry"}
    return world


def known_world(known: ConfiguredOrganization) -> World:
    """The default world, with what a configuration says in place of its names; what else code names is assumed."""
    world = World(assume=True)
    named = (known.entity, *known.teams)
    teams = tuple(dict.fromkeys(name for name in named if name and name not in known.personal_entities)) or (TEAM,)
    if known.organization:
        world.organization(known.organization, entity=known.organization)
        world.assumes.discard("organization")
    else:
        world.organization("Acme Inc", entity="acme")
    for team in teams:
        world.team(team)
    world.user(known.personal_entities[0] if known.personal_entities else USER, teams=teams)
    for name, types in {"model": ("model",), "dataset": ("dataset",), **known.registries}.items():
        world.registry(name, types=types or None, protected_aliases=known.protected_aliases)
    return world
