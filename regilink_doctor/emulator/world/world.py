"""The world: who and what there is on the emulated server, and the verbs to say so."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, count
from pathlib import Path
from typing import Literal, TypeVar

from regilink_doctor.core import checked
from regilink_doctor.core.catalog import Catalog, CatalogError, Visibility
from regilink_doctor.core.judgement import Judgement
from regilink_doctor.core.ledger import Assumed
from regilink_doctor.core.naming import DEFAULT_PROJECT, MIGRATED_SUFFIX, REGISTRY_PREFIX
from regilink_doctor.core.problems import LinkInput
from regilink_doctor.core.text import as_list
from regilink_doctor.emulator.world import artifacts, assume, automations, links, registries
from regilink_doctor.emulator.world.access import Refusal
from regilink_doctor.emulator.world.artifacts import seed_version, seed_versions
from regilink_doctor.emulator.world.features import need_known, of_version, read_version
from regilink_doctor.emulator.world.model import (
    ApiKey,
    ArtifactVersion,
    Automation,
    Collection,
    Entity,
    Kind,
    Organization,
    OrganizationRole,
    Project,
    RegistryRole,
    SlackChannel,
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


ACCESS: dict[str, str] = {"organization": "PRIVATE", "restricted": "RESTRICTED"}
"""Visibility of a registry -> access of its project (`registries/_utils.py`)."""


@checked
class World(State):
    """An emulated W&B server's contents.

    Each verb creates what it names, or updates it: what is not given stays as it is. Where `organization` is not
    given, the only one (or the first) is meant; without any, one named `Acme Inc` is made.

    >>> world = World()
    >>> world.organization("Acme Inc", entity="acme").name
    'Acme Inc'
    """

    def __init__(self, *, assume: bool = False) -> None:
        super().__init__()
        if assume:
            self.assumes |= {"organization", "team", "registry"}

    @classmethod
    def default(cls, *, assume: bool = False) -> World:
        """Organization `Acme Inc` (entity `acme`), team `team-a`, user `alice`, registries `model` and `dataset`.

        With `assume`, the teams, the organization and further registries that code names are made on the way.
        """
        world = cls(assume=assume)
        world.organization("Acme Inc", entity="acme")
        world.team("team-a")
        world.user("alice", teams=["team-a"])
        world.registry("model", types=["model"])
        world.registry("dataset", types=["dataset"])
        return world

    @classmethod
    @checked
    def from_catalog(cls, path: str | Path | Catalog, user: str | None = None) -> World:
        """The organizations, teams and registries of a catalog, with one user in every team: `alice`, or `user`.

        Raises:
            CatalogError: not a catalog, or one of what no server can have. OSError: cannot be read.
        """
        catalog = path if isinstance(path, Catalog) else Catalog.load(path)
        try:
            return cls._of(catalog, user)
        except (Refusal, ValueError) as error:
            said = str(error)
            raise CatalogError(
                f"no server can be as the catalog says: {said if said.isprintable() else repr(said)}"
            ) from None

    @classmethod
    def _of(cls, catalog: Catalog, user: str | None) -> World:
        world = cls()
        if catalog.features:
            world.features = set(catalog.features)
        for entry in catalog.organizations:
            world.organization(entry.name, entity=entry.entity)
            for team in entry.teams:
                world.team(team, organization=entry.name)
        user = user or find_free_username(world)
        world.user(
            user,
            teams=[team for entry in catalog.organizations for team in entry.teams],
            organizations=[entry.name for entry in catalog.organizations],
        )
        for entry in catalog.organizations:
            for registry in entry.registries:
                project = world.registry(
                    registry.name,
                    types=registry.types,
                    visibility=registry.visibility,
                    description=registry.description,
                    protected_aliases=registry.protected_aliases,
                    organization=entry.name,
                )
                for seen in registry.types_seen:
                    world.make_type(project, seen)
                for item in registry.collections or ():
                    world.collection(
                        item.name,
                        registry=registry.name,
                        type=item.type,
                        aliases=item.aliases,
                        versions=item.versions,
                        organization=entry.name,
                    )
                if registry.visibility == "restricted":
                    world.member(user, registry=registry.name, role="member", organization=entry.name)
        return world

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
        """A service account of a team: it writes there alone, and has no personal entity (failure B9)."""
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

    @property
    def assumed(self) -> tuple[Assumed, ...]:
        """What was made because the code named it; every report says so."""
        with self.lock:
            return assume.list_assumed(self)

    @locked
    def assume_target(self, text: str) -> None:
        """Take the organization from a target path as the code gives it, if none was declared (see `assume`)."""
        assume.target(self, text)

    @locked
    def registry(
        self,
        name: str,
        types: Sequence[str] | None = None,
        visibility: Visibility = "organization",
        *,
        description: str | None = None,
        protected_aliases: Iterable[str] = (),
        default_role: RegistryRole | None = None,
        organization: str | None = None,
        assumed: bool = False,
    ) -> Project:
        """A registry. `name` goes without the prefix; `types` None accepts every type, a list no others.

        Raises:
            ValueError: the name has the prefix. Refusal: the name is invalid.
        """
        if name.startswith(REGISTRY_PREFIX):
            raise ValueError(f"a registry is named without the prefix: {name.removeprefix(REGISTRY_PREFIX)!r}")
        registries.check_name(REGISTRY_PREFIX + name)
        owner = self._organization(organization)
        is_old = self.find_project(owner.entity.name, REGISTRY_PREFIX + name) is not None
        project = self.make_project(owner.entity, REGISTRY_PREFIX + name)
        project.access = ACCESS[visibility]
        project.assumed = assumed or (is_old and project.assumed)
        project.description = description if description is not None else project.description
        project.default_role = default_role or project.default_role
        project.protected_aliases.update(protected_aliases)
        project.allow_all_types = types is None
        used = {collection.type for collection in project.collections.values()}
        for unused in set(project.types) - used if types is not None else ():
            del project.types[unused]
        for entry in types or ():
            registries.add_type(self, project, entry)
        return project

    @locked
    def collection(
        self,
        name: str,
        *,
        registry: str,
        type: str = "model",
        aliases: str | Iterable[str] = (),
        versions: int = 0,
        organization: str | None = None,
        assumed: bool = False,
    ) -> Collection:
        """A collection of a registry, with this number of seeded versions; the last has the aliases."""
        project = self.need_registry(registry, self._organization(organization))
        collection = self.make_collection(project, name, "PORTFOLIO", type)
        collection.assumed = assumed
        seed_versions(self, collection, versions - len(collection.memberships))
        if collection.memberships:
            for alias in as_list(aliases):
                artifacts.set_alias(self, collection.memberships[-1], alias)
        return collection

    @locked
    def artifact(
        self,
        name: str,
        *,
        entity: str,
        project: str = DEFAULT_PROJECT,
        type: str = "model",
        files: Mapping[str, bytes] | None = None,
        aliases: str | Iterable[str] = (),
    ) -> ArtifactVersion:
        """A new version of a source artifact, as if a run of that entity had logged it.

        Raises:
            KeyError: no such entity. ValueError: the name has another type.
        """
        where = self.make_project(self.entities[entity], project)
        sequence = self.make_collection(where, name, "SEQUENCE", type)
        if (sequence.kind, sequence.type) != ("SEQUENCE", type):
            raise ValueError(f"{sequence.path} is a {sequence.kind.lower()} of type {sequence.type!r}")
        version = seed_version(self, sequence, files)
        for alias in as_list(aliases):
            artifacts.set_alias(self, version.memberships[0], alias)
        return version

    @locked
    def automation(
        self,
        name: str,
        *,
        registry: str,
        collection: str | None = None,
        on: str = "link",
        alias: str | None = None,
        webhook: str | None = None,
        organization: str | None = None,
    ) -> Automation:
        """An automation of a registry, or of one of its collections, that runs when a version is linked.

        Args:
            name: its name, which the ledger shows when it has run.
            registry: the registry, without the prefix.
            collection: one collection of it, created when it does not exist; every one when None.
            on: one of `link`, `unlink`, `alias`, `tag`.
            alias: with `on="alias"`, this one alone.
            webhook: the address that is called with a JSON object; it is called only on this machine.
            organization: the registry's organization.

        Raises:
            ValueError: there is no such event, or an alias for another event. Refusal: no such registry.
        """
        if on not in automations.EVENTS:
            raise ValueError(f"{on!r} is not an event: {', '.join(automations.EVENTS)}")
        if alias is not None and on != "alias":
            raise ValueError(f'alias={alias!r} needs on="alias"')
        project = self.need_registry(registry, self._organization(organization))
        scope = self.make_collection(project, collection, "PORTFOLIO", "model") if collection else project
        condition = json.dumps({"alias": {"$eq": alias}}) if alias is not None else "{}"
        existing = (item for item in automations.automations_of(self, project) if item.name == name)
        automation = next(existing, None) or Automation(self.number(), name, scope, "", "{}", "", {})
        automation.scope, automation.event, automation.filter = scope, automations.EVENTS[on], condition
        automation.action, automation.settings = "NO_OP", {}
        if webhook is not None:
            automation.action = "GENERIC_WEBHOOK"
            automation.settings = {"integration_id": self.make_webhook(project.entity, name, webhook).id}
        self.automations[automation.number] = self.keep(automation, automation.number)
        return automation

    @locked
    def slack_channel(self, channel: str, *, entity: str, workspace: str = "workspace") -> SlackChannel:
        """A channel of Slack that automations of the entity can write to. Nothing is sent; the ledger notes it.

        Raises:
            KeyError: no such entity.
        """
        slack_channel = SlackChannel(self.number(), self.entities[entity], channel, workspace)
        self.slack_channels[slack_channel.number] = self.keep(slack_channel, slack_channel.number)
        return slack_channel

    @locked
    def server(self, version: str | None = None, *, without: Iterable[str] = ()) -> None:
        """What the server can do: as W&B Server of this `version` (None: the newest), `without` some features.

        A version is written `0.70`; the features are those of `features.FEATURES`. What a server lacks is not in its
        schema: a request for it is answered with `Cannot query field "…" on type "…".`, as by an old server.

        Raises:
            ValueError: no such version or feature.
        """
        number, lacking = read_version(version) if version is not None else None, need_known(without)
        self.server_version, self.features = number, set(of_version(number) - lacking)

    @locked
    def migrate_legacy_registry(self, team: str, *, underway: bool = False) -> Project:
        """Do to a team what W&B's migration did: `model-registry` is closed, its successor is the team's (failure A14).

        While it is `underway` both refuse to be written to (failure B17).
        """
        owner = self.entities[team].organization or self._organization(None)
        registry = self.registry(f"{team}{MIGRATED_SUFFIX}", visibility="restricted", organization=owner.name)
        registry.team_members[team] = "member"
        registry.paused = underway
        return registry

    @locked
    def link(self, link: LinkInput, *, type: str | None = None, user: str | None = None) -> Judgement:
        """What W&B would do with a link as the SDK sends it; nothing is changed, nothing noted.

        Args:
            type: the artifact's type, None when it does not matter.
            user: who links, None for a user with every right.
        """
        return links.judge(self, link, type, self.users[user] if user is not None else None)

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


def find_free_username(world: World) -> str:
    """The name of a user whom nothing names: `alice`, or the next that no team or organization has."""
    names = chain(("alice", "bob"), (f"user-{number}" for number in count(1)))
    return next(name for name in names if name not in world.entities)


def default_key(username: str) -> str:
    """The key of a user whose key was not given: 40 characters, always the same, of no use anywhere else."""
    return hashlib.sha1(f"regilink {username}".encode(), usedforsecurity=False).hexdigest()


def _team_role(role: str | None) -> TeamRole:
    if role not in (None, "admin", "member", "viewer"):
        raise ValueError(f"{role!r} is not a role in a team or organization: admin, member or viewer")
    return role or "member"  # type: ignore[return-value]
