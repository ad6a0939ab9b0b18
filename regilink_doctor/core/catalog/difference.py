"""What has changed between two catalogs, in words (failure E3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from regilink_doctor.core.phrases import counted
from regilink_doctor.core.records import record

if TYPE_CHECKING:
    from regilink_doctor.core.catalog.model import CatalogContents, Collection, Organization, Registry

T = TypeVar("T")

GONE = "gone, or no longer shown to the account that asked"
"""W&B does not tell the two apart (failure B3)."""


@record
class Change:
    """One difference. `subject` is what it is about (`registry "model"`), `words` say it.

    `breaks`: a link or a fetch that worked before can fail now.
    """

    subject: str
    words: str
    breaks: bool = False

    def __str__(self) -> str:
        return f"{self.subject} {self.words}"


def find_changes(old: CatalogContents, new: CatalogContents) -> Iterator[Change]:
    """What is different in `new`, by organization and name; what one of them has not asked for is not compared."""
    if old.host and new.host and old.host != new.host:
        yield Change("the host", f"is {new.host}, it was {old.host}", breaks=True)
    if old.complete != new.complete:
        what = "shows everything now" if new.complete else "may lack what its account is not shown"
        yield Change("the catalog", what)
    if old.features and new.features:
        yield from _set('server feature "', old.features, new.features, "is there now", "is no longer there")
    yield from _teams(old, new)
    whole = old.depth == new.depth == "full"
    before = {entry.entity: entry for entry in old.organizations}
    after = {entry.entity: entry for entry in new.organizations}
    for entity, gone, come in _pairs(before, after):
        if gone is None or come is None:
            yield Change(f'organization "{entity}"', "is new" if gone is None else f"is {GONE}", breaks=come is None)
        else:
            yield from _organization(gone, come, whole=whole)


def _organization(old: Organization, new: Organization, *, whole: bool) -> Iterator[Change]:
    if old.name != new.name:
        yield Change(f'organization "{new.entity}"', f'is called "{new.name}" now, no longer "{old.name}"', breaks=True)
    before = {entry.name: entry for entry in old.registries}
    after = {entry.name: entry for entry in new.registries}
    lost = [entry for name, entry in before.items() if name not in after]
    added = [entry for name, entry in after.items() if name not in before]
    renamed = {}
    for entry in lost:
        if heirs := [other for other in added if _same(entry, other)]:
            renamed[entry.name] = heirs[0].name
            added.remove(heirs[0])
    for name, gone, come in _pairs(before, after):
        subject = f'registry "{name}"'
        if gone is not None and come is not None:
            yield from _registry(subject, gone, come, whole=whole)
        elif name in renamed:
            yield Change(subject, f'is gone; "{renamed[name]}" has its types and collections now', breaks=True)
        elif gone is not None:
            yield Change(subject, f"is {GONE}", breaks=True)
        elif name not in renamed.values():
            yield Change(subject, "is new")


def _same(old: Registry, new: Registry) -> bool:
    """Whether a registry looks like another one under a new name: what it takes and what is in it."""
    names = [{item.name for item in entry.collections or ()} for entry in (old, new)]
    filled = bool(names[0]) and names[0] == names[1]
    described = bool(old.description) and old.description == new.description
    return old.types == new.types and old.visibility == new.visibility and (filled or described)


def _registry(subject: str, old: Registry, new: Registry, *, whole: bool) -> Iterator[Change]:
    if old.visibility != new.visibility:
        shown = {"organization": "for the whole organization", "restricted": "restricted to its members"}
        yield Change(subject, f"is {shown[new.visibility]} now", breaks=new.visibility == "restricted")
    if old.types != new.types:
        yield from _types(subject, old.types, new.types)
    elif old.types is None:
        seen = f'{subject}: artifacts of the type "'
        yield from _set(seen, old.types_seen, new.types_seen, "are there now", "are no longer there")
    for alias in sorted({*old.protected_aliases} ^ {*new.protected_aliases}):
        breaks = alias in new.protected_aliases  # a member's link with it is refused from now on (failure B10)
        yield Change(f'{subject}: alias "{alias}"', "is protected now" if breaks else "is free now", breaks)
    if (old.description or "") != (new.description or ""):
        yield Change(subject, "has another description")
    if old.collections is not None and new.collections is not None:
        yield from _collections(subject, old.collections, new.collections, whole=whole)


def _types(subject: str, old: tuple[str, ...] | None, new: tuple[str, ...] | None) -> Iterator[Change]:
    if new is None:
        yield Change(subject, "now accepts every type of artifact")
    elif old is None:
        names = ", ".join(f'"{name}"' for name in sorted(new)) or "nothing"
        yield Change(subject, f"now accepts only {names}, and accepted every type before", breaks=True)
    else:
        yield from (Change(subject, f'now also accepts the type "{name}"') for name in sorted(set(new) - set(old)))
        lost = sorted(set(old) - set(new))
        yield from (Change(subject, f'no longer accepts the type "{name}"', breaks=True) for name in lost)


def _collections(
    subject: str, old: Iterable[Collection], new: Iterable[Collection], *, whole: bool
) -> Iterator[Change]:
    for name, gone, come in _pairs({entry.name: entry for entry in old}, {entry.name: entry for entry in new}):
        here = f'{subject}: collection "{name}"'
        if gone is None or come is None:
            yield Change(here, "is new" if gone is None else "is gone", breaks=come is None)
            continue
        if gone.type != come.type:
            yield Change(here, f'holds artifacts of the type "{come.type}" now, no longer "{gone.type}"', breaks=True)
        if not whole:
            continue
        alias = f'{here}: alias "'
        yield from _set(alias, gone.aliases, come.aliases, "is there now", "is gone", lost_breaks=True)
        if gone.versions != come.versions:
            yield Change(here, f"has {counted(come.versions, 'version')} now, it had {gone.versions}")


def _teams(old: CatalogContents, new: CatalogContents) -> Iterator[Change]:
    before = {team: entry.name for entry in old.organizations for team in entry.teams}
    after = {team: entry.name for entry in new.organizations for team in entry.teams}
    for team, left, come in _pairs(before, after):
        if left is None or come is None:
            words = f'is new in "{come}"' if left is None else f"is {GONE}"
            yield Change(f'team "{team}"', words, breaks=come is None)
        elif left != come and left in {entry.name for entry in new.organizations}:
            yield Change(f'team "{team}"', f'belongs to "{come}" now, no longer to "{left}"', breaks=True)


def _pairs(old: Mapping[str, T], new: Mapping[str, T]) -> Iterator[tuple[str, T | None, T | None]]:
    """By name what is the same, or the same in both, left out."""
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield name, old.get(name), new.get(name)


def _set(
    subject: str, old: Iterable[str], new: Iterable[str], come: str, gone: str, *, lost_breaks: bool = False
) -> Iterator[Change]:
    """A change for each name that only one of the two has; `subject` lacks the name and its closing quote."""
    for name in sorted({*old} ^ {*new}):
        is_new = name in set(new)
        yield Change(f'{subject}{name}"', come if is_new else gone, breaks=lost_breaks and not is_new)
