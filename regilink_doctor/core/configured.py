"""What a project says of its organization in its own configuration, beside or instead of a catalog.

It is what somebody has written down, not what the server has: it makes warnings, and never proves an error.
"""

from __future__ import annotations

from regilink_doctor.core.records import field, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


@record
class ConfiguredOrganization:
    """The tables of the configuration that rules may ask for. Empty means "not told".

    `organization` is either of its two names (row A13), so another name proves nothing. `registries` has the names
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
