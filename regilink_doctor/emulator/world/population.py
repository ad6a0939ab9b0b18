"""Who there is: the verbs that make organizations, teams, users and members."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable
from typing import Literal, TypeVar

from regilink_doctor.emulator.world import registries
from regilink_doctor.emulator.world.people import (
    ApiKey,
    Entity,
    Kind,
    Organization,
    OrganizationRole,
    TeamRole,
    User,
)
from regilink_doctor.emulator.world.state import State

F = TypeVar("F", bound=Callable[..., object])


def locked(verb: F) -> F:
    """Let the verb hold the world's lock."""

    @functools.wraps(verb)
    def wrapper(self: State, *args: object, **kwargs: object) -> object:
        with self.lock:
            return verb(self, *args, **kwargs)

    return wrapper  # type: ignore[return-value]


class Population(State):
    """The people of a world. Each verb creates what it names, or updates it."""

    @locked
    def organization(
        self,
        name: str,
        entity: str | None = None,
        *,
        personal_entities_disabled: bool | None = None,
        advanced_search: bool | None = None,
    ) -> Organization:
        """An organization: display name, and the entity that owns its registries (made from the name if not given).

        Raises:
            ValueError: the entity's name is taken.
        """
        organization = self.organizations.get(name)
        if organization is None:
            owner = self._entity(entity or name.lower().replace(" ", "-"), "organization")
            organization = Organization(self.number(), name, owner)
            owner.organization = organization
            self.organizations[name] = self.keep(organization, organization.number)
        if personal_entities_disabled is not None:
            organization.personal_entities_disabled = personal_entities_disabled
        if advanced_search is not None:
            organization.advanced_search = advanced_search
        return organization

    @locked
    def team(self, name: str, *, organization: str | Literal[False] | None = None) -> Entity:
        """A team. `organization=False` makes one that belongs to none.

        Raises:
            ValueError: the name is taken by another kind of entity.
        """
        team = self.entities.get(name)
        if team is None or team.kind != "team":
            team = self._entity(name, "team")
            if organization is not False:
                owner = self._organization(organization)
                team.organization = owner
                owner.teams[name] = team
        return team

    @locked
    def user(
        self,
        username: str,
        *,
        key: str | None = None,
        email: str | None = None,
        teams: Iterable[str] = (),
        organizations: Iterable[str] | None = None,
        role: OrganizationRole | None = None,
        default_entity: str | None = None,
        admin: bool | None = None,
    ) -> User:
        """A user with a personal entity of the same name, and a key.

        The user joins `teams` and their organizations (the only one, if no teams and organizations are given).
        `role` is the role in those organizations (`member`). The default entity is the first team, else the personal
        one.
        """
        user = self.users.get(username)
        if user is None:
            personal = self._entity(username, "personal")
            user = self._new_user(username, personal, email or f"{username}@example.com", key)
            personal.user = user
            if organizations is None and not teams and self.organizations:
                organizations = [self._organization(None).name]
        elif key is not None and key != user.key:
            user.keys.insert(0, self._key(user, key))
        for name in organizations or ():
            self._organization(name).members.setdefault(username, role or "member")
        for name in teams:
            self.member(username, team=name)
            if user.default_entity == username:
                user.default_entity = name
        if role is not None:
            for organization in self.organizations.values():
                if username in organization.members:
                    organization.members[username] = role
        user.default_entity = default_entity or user.default_entity
        user.admin = user.admin if admin is None else admin
        return user

    @locked
    def service_account(self, name: str, team: str, *, key: str | None = None) -> User:
        """A service account of a team: it writes there alone, and has no personal entity (row B9)."""
        account = self.users.get(name)
        if account is None:
            account = self._new_user(name, None, None, key)
            account.service_team = account.default_entity = team
        self.member(name, team=team)
        return account

    @locked
    def member(
        self,
        username: str,
        *,
        team: str | None = None,
        registry: str | None = None,
        organization: str | None = None,
        role: str | None = None,
    ) -> None:
        """Give a user a role (`member`) in a team, in a registry, or (neither given) in an organization.

        Raises:
            KeyError: no such user or team. Refusal: no such registry or role.
        """
        user = self.users[username]
        if registry is not None:
            project = self.need_registry(registry, self._organization(organization))
            project.members[username] = registries.check_role(role or "member")
            return
        if team is not None:
            entity = self.entities[team]
            entity.members[user.username] = _team_role(role)
            if entity.organization is not None:
                entity.organization.members.setdefault(username, "member")
            return
        self._organization(organization).members[username] = _team_role(role)

    # Making things.

    def _organization(self, name: str | None) -> Organization:
        if name is None:
            first = next(iter(self.organizations.values()), None)
            return first or self.organization("Acme Inc", entity="acme")
        return self.organizations.get(name) or self.organization(name)

    def _entity(self, name: str, kind: Kind) -> Entity:
        if name in self.entities:
            raise ValueError(f"the entity name {name!r} is taken by a {self.entities[name].kind} entity")
        entity = Entity(self.number(), name, kind)
        self.entities[name] = self.keep(entity, entity.number)
        return entity

    def _new_user(self, username: str, entity: Entity | None, email: str | None, key: str | None) -> User:
        user = User(self.number(), username, email, entity, username if entity else None, name=username)
        user.keys.append(self._key(user, key or default_key(username)))
        self.users[username] = self.keep(user, user.number)
        return user

    def _key(self, user: User, secret: str) -> ApiKey:
        key = ApiKey(self.number(), secret)
        self.admit_key(secret, user)
        return self.keep(key, key.number)


def default_key(username: str) -> str:
    """The key of a user whose key was not given: 40 characters, always the same, of no use anywhere else."""
    return hashlib.sha1(f"regilink {username}".encode(), usedforsecurity=False).hexdigest()


def _team_role(role: str | None) -> TeamRole:
    if role not in (None, "admin", "member", "viewer"):
        raise ValueError(f"{role!r} is no role in a team or organization: admin, member or viewer")
    return role or "member"  # type: ignore[return-value]
