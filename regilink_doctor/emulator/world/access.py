"""Who may see and do what (failures B2, B7, C6), and how a world refuses the rest.

Every function takes the user as None when nobody is logged in.
"""

from __future__ import annotations

from regilink_doctor.core import wandb_messages
from regilink_doctor.emulator.world.model import (
    RANK,
    Entity,
    Organization,
    Project,
    RegistryRole,
    User,
)


def organizations_of(user: User, organizations: dict[str, Organization]) -> list[Organization]:
    """The organizations that `user` belongs to, in the order they were made."""
    return [item for item in organizations.values() if user.username in item.members]


def sees_entity(user: User | None, entity: Entity) -> bool:
    """Whether a look-up by name shows the entity: to its members, and to the organization around a team."""
    if user is None:
        return False
    if user.admin or entity.user is user or user.username in entity.members:
        return True
    return entity.organization is not None and user.username in entity.organization.members


def writes_entity(user: User | None, entity: Entity) -> bool:
    """Whether `user` may log runs and artifacts under the entity (failure B2)."""
    if user is None:
        return False
    if entity.kind == "personal":
        return entity.user is user
    if entity.kind == "organization":
        return False
    return user.admin or entity.members.get(user.username) in ("admin", "member")


def registry_role(user: User | None, registry: Project) -> RegistryRole | None:
    """The role of `user` in a registry, None without access (failure B7).

    An organization's admin is admin everywhere. Otherwise a role given to the user or to one of the user's teams
    counts, the highest of them; without any, a registry of visibility "organization" gives its default role to every
    member, and that of viewer to a viewer of the organization. W&B's pages contradict each other on whether the
    default would win over a lower role that was given: here the given one counts, so that a viewer can be made.
    """
    if user is None:
        return None
    organization = registry.entity.organization
    if organization is None:
        return None
    position = organization.members.get(user.username)
    if user.admin or position == "admin":
        return "admin"
    roles = [registry.members[user.username]] if user.username in registry.members else []
    roles += [role for name, role in registry.team_members.items() if _in_team(user, organization, name)]
    if roles:
        return max(roles, key=lambda role: RANK[role])
    if position is None or registry.access == "RESTRICTED":
        return None
    return "viewer" if position == "viewer" else registry.default_role


def _in_team(user: User, organization: Organization, team: str) -> bool:
    entity = organization.teams.get(team)
    return entity is not None and user.username in entity.members


def sees_project(user: User | None, project: Project) -> bool:
    """Whether the project exists for `user`. What is invisible is answered like what is missing (failure B3)."""
    if project.is_registry:
        return registry_role(user, project) is not None
    if user is None:
        return False
    if user.admin or project.access in ("USER_READ", "USER_WRITE"):
        return True
    entity = project.entity
    if entity.kind == "personal":
        return entity.user is user
    if entity.kind == "organization":
        return entity.organization is not None and user.username in entity.organization.members
    return user.username in entity.members


def writes_project(user: User | None, project: Project) -> bool:
    """Whether `user` may link, edit and delete in the project."""
    if project.is_registry:
        return registry_role(user, project) in ("member", "admin")
    if user is not None and project.access == "USER_WRITE":
        return True
    if project.entity.kind == "organization":
        organization = project.entity.organization
        return user is not None and organization is not None and user.username in organization.members
    return writes_entity(user, project.entity)


def downloads(user: User | None, project: Project) -> bool:
    """Whether `user` may use and download what is in the project; a restricted viewer may not (failures B7, D7)."""
    if project.is_registry:
        return registry_role(user, project) in ("viewer", "member", "admin")
    return sees_project(user, project)


def moves_alias(user: User | None, project: Project, alias: str) -> bool:
    """Whether `user` may set or remove the alias; a protected one needs a registry's admin (failure B10)."""
    if not writes_project(user, project):
        return False
    if alias not in project.protected_aliases:
        return True
    return registry_role(user, project) == "admin" if project.is_registry else True


class Refusal(Exception):
    """W&B's answer to what it does not do.

    `status` is the HTTP status of the answer (SDKs that use `requests` print it before the message); `failure` is the
    failure id, if there is one.
    """

    def __init__(self, message: str, status: int = 400, failure: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.failure = failure


def refuse(key: str, **fields: str) -> Refusal:
    """The refusal with a message of `core.wandb_messages` (W&B's, if its wording is known)."""
    message = wandb_messages.find_message(key)
    return Refusal(wandb_messages.fill_message(key, **fields), message.status or 400, message.failure)


def denied() -> Refusal:
    """`permission denied` (failure B7)."""
    return refuse("permission-denied")


def not_found(what: str) -> Refusal:
    """Something named is not there, or not visible: W&B does not distinguish them (failure B3). regilink's wording."""
    return Refusal(f"{what} not found", 404)
