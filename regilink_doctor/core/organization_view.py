"""What is known of W&B's side, behind one set of questions.

The catalog file, the emulator's world and the doctor's live facts all answer them, so `judgement.judge` is the one
place that knows what W&B does with a link.
"""

from __future__ import annotations

from regilink_doctor.core.records import field, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal, Protocol

    EntityKind = Literal["team", "personal", "organization"]
else:
    Protocol = object


@record
class OrganizationNames:
    """The two names of an organization: as the W&B App shows it, and its entity, as in a full path (failure A13)."""

    name: str
    entity: str


@record
class EntityFacts:
    """An entity: a team or an organization belongs to one organization, a person to any number."""

    name: str
    kind: EntityKind
    organizations: tuple[OrganizationNames, ...]


@record
class RegistryFacts:
    """A registry. `name` is without the prefix; `types` None means that every type is accepted.

    `writable` is None where it has not been looked up (a catalog has no roles).
    """

    name: str
    types: tuple[str, ...] | None
    writable: bool | None = None
    protected_aliases: tuple[str, ...] = ()


class OrganizationView(Protocol):
    """Look-ups. None means "no such thing, or not visible": W&B does not tell them apart (failure B3)."""

    @property
    def complete(self) -> bool:
        """Whether None from a look-up proves absence."""

    @property
    def organization_names(self) -> tuple[OrganizationNames, ...]:
        """The organizations that are known."""

    @property
    def team_names(self) -> tuple[str, ...]:
        """The teams that are known."""

    def entity(self, name: str) -> EntityFacts | None:
        """The entity of this exact name."""

    def registry(self, organization: str, name: str) -> RegistryFacts | None:
        """The registry `name` (no prefix, any case) of the organization entity `organization`."""

    def registry_names(self, organization: str) -> tuple[str, ...]:
        """Names, without the prefix, of the registries of the organization entity `organization`."""

    def collection_type(self, entity: str, project: str, collection: str) -> str | None:
        """The artifact type of an existing collection; None when there is none, or it is unknown."""

    def collection_names(self, organization: str, registry: str) -> tuple[str, ...] | None:
        """All collections of a registry; None where they are unknown."""


@record
class ConfiguredOrganization:
    """The tables of the configuration that rules may ask for. Empty means "not told".

    `organization` is either of its two names (failure A13), so another name proves nothing. `registries` has the names
    without the prefix, each with the types it takes, `()` for all. `wandb_version` is the version that the project runs
    with, where the configuration says it.
    """

    organization: str | None = None
    entity: str | None = None
    teams: tuple[str, ...] = ()
    personal_entities: tuple[str, ...] = ()
    protected_aliases: tuple[str, ...] = ()
    registries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wandb_version: str | None = None


NOTHING_CONFIGURED = ConfiguredOrganization()
