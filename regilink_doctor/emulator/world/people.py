"""Who is who: organizations, entities, users, invitations. Plain objects without behaviour of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from regilink_doctor.core.records import field, record
from regilink_doctor.emulator.world.ids import encode, now

if TYPE_CHECKING:
    from regilink_doctor.emulator.world.projects import Project

OrganizationRole = Literal["admin", "member", "viewer"]
TeamRole = Literal["admin", "member", "viewer"]
RegistryRole = Literal["admin", "member", "viewer", "restricted_viewer"]
Kind = Literal["team", "personal", "organization"]

RANK: dict[str, int] = {"restricted_viewer": 1, "viewer": 2, "member": 3, "admin": 4}
"""Registry roles from least to most (docs, row B7)."""


@record(frozen=False)
class Organization:
    """An organization: its display name, and the entity that owns its registries (row A13)."""

    number: int
    name: str
    entity: Entity
    members: dict[str, OrganizationRole] = field(default_factory=dict)
    teams: dict[str, Entity] = field(default_factory=dict)
    personal_entities_disabled: bool = False
    advanced_search: bool = False
    observer_role: bool = True
    assumed: bool = False

    @property
    def id(self) -> str:
        return encode("Organization", self.number)


@record(frozen=False)
class Entity:
    """A name that owns projects: a team, a person or an organization."""

    number: int
    name: str
    kind: Kind
    organization: Organization | None = None
    user: User | None = None
    members: dict[str, TeamRole] = field(default_factory=dict)
    invites: dict[str, Invite] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    assumed: bool = False
    created_at: str = field(default_factory=now)

    @property
    def id(self) -> str:
        return encode("Entity", self.number)


@record(frozen=False)
class Invite:
    """An invitation into a team that has not been taken yet."""

    number: int
    email: str | None
    user: User | None
    role: TeamRole
    created_at: str = field(default_factory=now)

    @property
    def id(self) -> str:
        return encode("Invite", self.number)


@record(frozen=False)
class ApiKey:
    """One key of a user. The first key of a user is the one that `Emulator.environ` hands out."""

    number: int
    secret: str
    description: str | None = None

    @property
    def id(self) -> str:
        return encode("ApiKey", self.number)


@record(frozen=False)
class User:
    """A person, or a service account (row B9: no personal entity of its own, writes to `parent_team`)."""

    number: int
    username: str
    email: str | None
    entity: Entity | None
    default_entity: str | None
    keys: list[ApiKey] = field(default_factory=list)
    name: str = ""
    admin: bool = False
    service_team: str | None = None
    created_at: str = field(default_factory=now)

    @property
    def id(self) -> str:
        return encode("User", self.number)

    @property
    def key(self) -> str:
        """The first API key: 40 characters unless the world was told another."""
        return self.keys[0].secret

    @property
    def is_service_account(self) -> bool:
        return self.service_team is not None
