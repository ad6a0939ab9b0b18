"""From the server's answers to plain facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from regilink_doctor.core.catalog import Visibility
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.organization_view import EntityFacts, OrganizationNames, RegistryFacts
from regilink_doctor.core.records import record
from regilink_doctor.core.target_path import registry_name

if TYPE_CHECKING:
    from regilink_doctor.core.organization_view import EntityKind


@record
class Team:
    """A team of the account; `organization` is None when it belongs to none, or the server does not say.

    `writable`: whether the account may log there, None where the server does not say.
    """

    name: str
    organization: OrganizationNames | None
    writable: bool | None = None


VISIBILITY: dict[str, Visibility] = {"PRIVATE": "organization", "RESTRICTED": "restricted"}
"""The `access` of a registry's project -> its visibility (wandb `registries/_utils.py`)."""

RANK = ("restricted_viewer", "viewer", "member", "admin")
"""Roles in a registry, from least to most (row B7)."""

WRITING = frozenset({"member", "admin"})
"""The roles that can link to a registry."""


@record
class Grant:
    """A role in a registry, and the user or team that it was given to."""

    role: str
    user: str | None = None
    team: str | None = None


@record
class Version:
    """A version as a fetch finds it: `vN` in its collection, its type, and where it was logged.

    `collection` is `(entity, project, name)`, which differs from what was asked where W&B redirects (row A14).
    `source` is `(entity, project)` of the artifact behind it, None where the account may not see it (row C6).
    """

    index: int | None
    aliases: tuple[str, ...]
    artifact_type: str | None
    collection: tuple[str, str, str] | None
    source: tuple[str, str] | None


@record
class Account:
    """Whose key it is. `organizations` None: the server is too old to say."""

    username: str
    default_entity: str | None
    teams: tuple[Team, ...]
    organizations: tuple[OrganizationNames, ...] | None

    def best_role(self, grants: Iterable[Grant]) -> Grant | None:
        """The highest of the roles that were given to the account or to one of its teams."""
        teams = {team.name for team in self.teams}
        mine = [each for each in grants if each.user == self.username or each.team in teams]
        return max(mine, key=lambda each: RANK.index(each.role), default=None)

    @property
    def usable_teams(self) -> tuple[Team, ...]:
        """The teams that registry links can be made from."""
        return tuple(team for team in self.teams if team.organization is not None)


def account_of(viewer: Mapping[str, Any] | None) -> Account | None:
    """The account of a `viewer`; None when the server knows nobody by this key."""
    if not viewer or not viewer.get("username"):
        return None
    teams = tuple(
        Team(node["name"], names_of(node.get("organization")), writable_of(node))
        for node in list_nodes(viewer.get("teams"))
        if node.get("name")
    )
    organizations = viewer.get("organizations")
    return Account(
        username=viewer["username"],
        default_entity=viewer.get("entity") or None,
        teams=teams,
        organizations=None if organizations is None else all_names_of(organizations),
    )


def entity_of(name: str, value: Mapping[str, Any] | None) -> EntityFacts | None:
    """An entity as `FetchOrgInfoFromEntity` tells it: a user makes it personal (failures.md, section 0)."""
    if value is None:
        return None
    user = value.get("user")
    if user is not None:
        return EntityFacts(name, "personal", all_names_of(user.get("organizations")))
    organization = names_of(value.get("organization"))
    kind: EntityKind = "organization" if organization is not None and organization.entity == name else "team"
    return EntityFacts(name, kind, (organization,) if organization else ())


def writable_of(value: Mapping[str, Any] | None) -> bool | None:
    """Whether the account may write to an entity or project: `readOnly`, turned round."""
    read_only = (value or {}).get("readOnly")
    return None if read_only is None else not read_only


def registry_of(value: Mapping[str, Any] | None) -> RegistryFacts | None:
    """A registry's project. Its list of types restricts only when not every type is allowed (the trap of row B4)."""
    if not value or not str(value.get("name", "")).startswith(REGISTRY_PREFIX):
        return None
    types = None
    if value.get("allowAllArtifactTypes") is False:
        types = tuple(sorted(node["name"] for node in list_nodes(value.get("artifactTypes"))))
    return RegistryFacts(registry_name(value["name"]), types, writable_of(value))


def grants_of(value: Mapping[str, Any] | None) -> tuple[Grant, ...]:
    """The roles of a registry's members; roles that are not known are left out."""
    found = value or {}
    users = ((each, "user", each.get("username")) for each in found.get("members") or ())
    teams = ((each, "team", (each.get("team") or {}).get("name")) for each in found.get("teamMembers") or ())
    grants = ((str((each.get("role") or {}).get("name")), kind, name) for each, kind, name in (*users, *teams) if name)
    return tuple(Grant(role, **{kind: name}) for role, kind, name in grants if role in RANK)


def version_of(value: Mapping[str, Any] | None) -> Version | None:
    """A membership, as `ArtifactMembershipByName` tells it."""
    if not value:
        return None
    artifact = value.get("artifact") or {}
    collection = value.get("artifactCollection") or {}
    place, source = _place_of(collection), _place_of(artifact.get("artifactSequence"))
    return Version(
        index=value.get("versionIndex"),
        aliases=tuple(each["alias"] for each in value.get("aliases") or () if each.get("alias")),
        artifact_type=(artifact.get("artifactType") or {}).get("name"),
        collection=(*place, collection["name"]) if place and collection.get("name") else None,
        source=source,
    )


def _place_of(collection: Mapping[str, Any] | None) -> tuple[str, str] | None:
    """Entity and project of a collection."""
    project = (collection or {}).get("project") or {}
    entity = (project.get("entity") or {}).get("name")
    return (entity, project["name"]) if entity and project.get("name") else None


def names_of(value: Mapping[str, Any] | None) -> OrganizationNames | None:
    """Both names of an organization; None without an entity, as on old servers."""
    entity = ((value or {}).get("orgEntity") or {}).get("name")
    return OrganizationNames(str((value or {}).get("name") or entity), entity) if entity else None


def all_names_of(values: Iterable[Mapping[str, Any]] | None) -> tuple[OrganizationNames, ...]:
    """The organizations that have an entity."""
    return tuple(names for names in map(names_of, values or ()) if names is not None)


def list_nodes(connection: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The nodes of a connection, nulls left out."""
    edges = (connection or {}).get("edges") or ()
    return [edge["node"] for edge in edges if edge and edge.get("node")]
