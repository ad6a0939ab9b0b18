"""A catalog as a table, what has changed in it as sentences, both as JSON."""

from __future__ import annotations

import json

from regilink_doctor.core.phrases import counted
from regilink_doctor.core.text import escape_text, text_width
from regilink_doctor.report.terminal import paint_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.core.catalog import Catalog, Change, Registry

MOST_NAMES = 4
"""Collections and types that are named in a row of the table."""


def changes_json(changes: Sequence[Change]) -> str:
    """`{"version": 1, "changes": [{"subject", "words", "breaks"}]}`."""
    values = [{"subject": entry.subject, "words": entry.words, "breaks": entry.breaks} for entry in changes]
    return json.dumps({"version": 1, "changes": values}, indent=2, ensure_ascii=True)


def changes_lines(changes: Sequence[Change], *, colour: bool) -> Iterator[str]:
    """A line for each change; `!` before those that can break a link or a fetch which worked."""
    for entry in changes:
        mark = paint_text("1;31", "!", colour=colour) if entry.breaks else "-"
        yield f"{mark} {escape_text(str(entry))}"


def summarize_catalog(catalog: Catalog) -> str:
    """One line: the organizations, and how much there is of what."""
    parts = []
    for entry in catalog.organizations:
        counts = [counted(len(entry.teams), "team"), counted(len(entry.registries), "registry", "registries")]
        if catalog.depth != "none":
            counts.append(counted(sum(len(item.collections or ()) for item in entry.registries), "collection"))
        parts.append(f"{escape_text(entry.name)} ({escape_text(entry.entity)}): {', '.join(counts)}")
    return "; ".join(parts) or "no organization"


def table_lines(catalog: Catalog, *, colour: bool) -> Iterator[str]:
    """The catalog, a table for each organization, and what it proves."""
    if not catalog.organizations:
        yield "no organization"
    for entry in catalog.organizations:
        yield paint_text("1", f"{escape_text(entry.name)} (entity {escape_text(entry.entity)})", colour=colour)
        yield f"teams: {', '.join(map(escape_text, sorted(entry.teams))) or 'none'}"
        rows = [("registry", "seen by", "accepts", "collections")]
        for registry in sorted(entry.registries, key=lambda item: item.name):
            seen_by = "its members" if registry.visibility == "restricted" else "everyone"
            accepted, collections = _describe_types(registry), _describe_collections(registry)
            rows.append((escape_text(registry.name), seen_by, accepted, collections))
        widths = [max(text_width(row[column]) for row in rows) for column in range(3)]
        for number, row in enumerate(rows):
            line = (
                "".join(
                    text + " " * (width - text_width(text) + 2) for text, width in zip(row[:3], widths, strict=True)
                )
                + row[3]
            )
            yield line if number else paint_text("1", line, colour=colour)
        yield ""
    yield describe_trust(catalog)


def describe_trust(catalog: Catalog) -> str:
    """What the absence of a name proves."""
    if catalog.complete:
        return "complete: what is not in it does not exist"
    return (
        "not complete: a restricted registry that the account is not a member of is not in it, so an unknown name is "
        "a warning; if the account sees everything: regilink catalog pull --complete"
    )


def _describe_types(registry: Registry) -> str:
    if registry.types is not None:
        return _list_some(registry.types) or "nothing"
    seen = f" (so far {_list_some(registry.types_seen)})" if registry.types_seen else ""
    return f"every type{seen}"


def _describe_collections(registry: Registry) -> str:
    if registry.collections is None:
        return "not asked for"
    names = [f"{item.name} ({item.type})" if registry.types is None else item.name for item in registry.collections]
    return _list_some(names) or "none"


def _list_some(names: Sequence[str]) -> str:
    shown = [escape_text(name) for name in sorted(names)]
    more = f" and {len(shown) - MOST_NAMES} more" if len(shown) > MOST_NAMES else ""
    return ", ".join(shown[:MOST_NAMES]) + more
