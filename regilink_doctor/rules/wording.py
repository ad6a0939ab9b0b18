"""Phrases that several rules share, so that the same thing is always called the same."""

from __future__ import annotations

from regilink_doctor.core.naming import DEFAULT_PROJECT, REGISTRY_PREFIX
from regilink_doctor.core.target_path import UNKNOWN_NAME, SdkRefusal, is_known, sdk_link
from regilink_doctor.rules.base import Replacement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.core.target_path.sdk import LinkMethod

_ENTITY = "\1entity"
_PROJECT = "\1project"


def quoted(text: str) -> str:
    """A name or path as it is shown: in double quotes, holes as `{?}`, control characters escaped."""
    shown = "".join(
        "{?}" if letter == UNKNOWN_NAME else letter if letter.isprintable() else repr(letter)[1:-1] for letter in text
    )
    return f'"{shown}"'


def method(site: Site) -> LinkMethod:
    """The link method of a site, as `sdk_link` calls it."""
    return "Artifact.link" if site.call == "wandb.Artifact.link" else "Run.link_artifact"


def destination(site: Site, text: StringValue) -> str | None:
    """Where the SDK puts a link that is not a registry link: `collection "zoo" of the project "model" of "team-a"`.

    None for a registry link, a path that the SDK refuses, or where a hole decides.
    """
    link = sdk_link(text.pattern, method(site), _ENTITY, _PROJECT, {})
    if isinstance(link, SdkRefusal) or link.registry:
        return None
    if not is_known(link.project) or not is_known(link.entity or ""):
        return None
    collection = quoted(link.collection.replace(_PROJECT, "the run's project"))
    if link.collection == _PROJECT:
        collection = "named like the run's project"
    entity = _entity(link.entity or "", site)
    if link.project == _PROJECT:
        return f"collection {collection} of the run's own project"
    if link.project == _ENTITY:
        return f"collection {collection} of a project named like {entity}"
    if link.project == DEFAULT_PROJECT:
        return f'collection {collection} of the project $WANDB_PROJECT (or "{DEFAULT_PROJECT}") of {entity}'
    return f"collection {collection} of the project {quoted(link.project)} of {entity}"


def _entity(entity: str, site: Site) -> str:
    if entity != _ENTITY:
        return quoted(entity)
    known = known_entity(site)
    return quoted(known) if known else "the run's entity"


def known_entity(site: Site) -> str | None:
    """The entity of the run that a link belongs to, where the source tells exactly one."""
    return _only(site.run_entity)


def known_project(site: Site) -> str | None:
    """The project of the run that a link belongs to, where the source tells exactly one."""
    return _only(site.init.project if site.init else ())


def known_type(site: Site) -> str | None:
    """The type of the artifact that is linked, where the source tells exactly one."""
    return _only(site.artifact.type if site.artifact else ())


def _only(given: Sequence[StringValue]) -> str | None:
    return given[0].literal if len(given) == 1 else None


def only_suggestion(name: str, names: Iterable[str]) -> str | None:
    """The name that was meant, if there is one near name and no second one."""
    from difflib import get_close_matches

    by_folded = {known.casefold(): known for known in names}
    close = get_close_matches(name.casefold(), by_folded, n=2, cutoff=0.75)
    return by_folded[close[0]] if len(close) == 1 else None


def without_prefix(text: StringValue) -> Replacement | None:
    """The path without what stands in front of its registry."""
    start = text.pattern.find(REGISTRY_PREFIX)
    return Replacement(0, start, "") if start > 0 else None


def registry_named(text: StringValue, name: str | None, meant: str | None) -> Replacement | None:
    """The path with the registry `meant` in the place of `name`."""
    start = text.pattern.find(REGISTRY_PREFIX) + len(REGISTRY_PREFIX)
    if not name or not meant or text.pattern[start : start + len(name)] != name:
        return None
    return Replacement(start, start + len(name), meant)


def listed(names: Iterable[str], most: int = 5) -> str:
    """`"a", "b" and 3 more`."""
    all_names = [quoted(name) for name in names]
    if len(all_names) > most:
        return f"{', '.join(all_names[:most])} and {len(all_names) - most} more"
    return ", ".join(all_names)
