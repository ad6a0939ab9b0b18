"""A link map as one page, without anything from elsewhere: search and filters by a script of its own."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from regilink_doctor.core.phrases import counted, join_phrases, say
from regilink_doctor.core.target_path import show_unknown
from regilink_doctor.core.text import escape_text
from regilink_doctor.report.doctor.page import STYLE as PAGE_STYLE
from regilink_doctor.report.link_map import describe_state, describe_writers, name_place, summarize_map
from regilink_doctor.report.locations import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.link_map import LinkMap, MappedCollection, Use
    from regilink_doctor.workflows.link_map import MapFinding

    Where = tuple[str, str, int, int, str]

STYLE = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_SCRIPT_HASH = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()

POLICY = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_SCRIPT_HASH}'"
"""Only this script runs, and nothing is loaded, whatever a name in source may say."""


def render_page(
    link_map: LinkMap,
    findings: Sequence[MapFinding],
    translate: Callable[[str], str] = str,
) -> Iterator[str]:
    """The lines of the page, in the language of a translation."""
    return _Page(link_map, findings, translate).render(summarize_map(link_map, findings))


class _Page:
    """Renders one map."""

    def __init__(self, link_map: LinkMap, findings: Sequence[MapFinding], translate: Callable[[str], str]) -> None:
        self._map = link_map
        self._findings = findings
        self._by_place = _findings_by_place(findings)
        self._many = len(link_map.repositories) > 1
        self._translate = translate

    def _show(self, text: str) -> str:
        """A string in the reader's language, as HTML."""
        return _escape_html(self._translate(text))

    def render(self, summary: str) -> Iterator[str]:
        language = getattr(self._translate, "language", "en")
        yield "<!doctype html>"
        yield f'<html lang="{language}"><head><meta charset="utf-8">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        yield f"<title>regilink map</title><style>\n{PAGE_STYLE}{STYLE}</style></head><body>"
        yield f'<a class="skip-link" href="#map">{self._show(say("Skip to the map"))}</a>'
        yield f"<main><h1>regilink map</h1><p>{self._show(summary)}</p>"
        yield from self._render_form()
        yield '<div id="map">'
        for (organization, registry), items in groupby(self._map.collections, attrgetter("organization", "registry")):
            title = _title(organization, registry)
            yield f"<section><h2>{_escape_html(title)}</h2>"
            if writers := describe_writers(self._map.writers.get((organization, registry))):
                yield f'<p class="soft">{self._show(say("Members who can link: {writers}", writers=writers))}</p>'
            for item in items:
                yield from self._render_collection(item, title)
            yield "</section>"
        yield from self._render_unknown()
        yield f"</div></main><script>{SCRIPT}</script></body></html>"

    def _render_unknown(self) -> Iterator[str]:
        uses = self._map.unknown
        if not uses:
            return
        yield f"<section><h2>{self._show(say('Unknown targets: {number}', number=len(uses)))}</h2>"
        yield f'<p class="soft">{self._show(say("The source does not show what these name."))}</p>'
        for use in uses:
            place = self._name_place(use)
            if use.kind == "link":
                words = say("linked by {place}", place=place)
            elif use.kind == "consume":
                words = say("consumed by {place}", place=place)
            else:
                words = say("named by {place}", place=place)
            yield _open_entry("", (), (use,))
            yield f'<summary><code>{_escape_html(use.target)}</code> <span class="counts">{self._show(words)}</span>'
            yield f"</summary><div><ul>{self._render_use(use)}</ul></div></details>"
        yield "</section>"

    def _render_form(self) -> Iterator[str]:
        """Search and filters, hidden where no script runs."""
        registries = dict.fromkeys(_title(item.organization, item.registry) for item in self._map.collections)
        owners = sorted({owner for use in self._map.uses for owner in use.owner.split()})
        names = {item.finding.code: item.finding.name for item in self._findings}
        codes = {"any": self._translate(say("any")), **{code: f"{code} {names[code]}" for code in sorted(names)}}
        yield f'<form hidden role="search" aria-label="{self._show(say("Filter the map"))}">'
        yield f'<div><label for="search">{self._show(say("Search"))}</label>'
        yield '<input id="search" name="search" type="search" autocomplete="off"></div>'
        yield self._render_select("registry", say("Registry"), {name: name for name in registries})
        yield self._render_select("problem", say("Problem"), codes if names else {})
        yield self._render_select("owner", say("Owner"), {name: name for name in owners})
        words = self._show(say("{shown} of {total} shown", shown="{shown}", total="{total}"))
        yield f'<div id="count" role="status" class="soft" data-words="{words}"></div></form>'

    def _render_select(self, name: str, title: str, choices: Mapping[str, str]) -> str:
        options = "".join(
            f'<option value="{_escape_html(value)}">{_escape_html(shown)}</option>' for value, shown in choices.items()
        )
        return (
            f'<div><label for="{name}">{self._show(title)}</label><select id="{name}" name="{name}">'
            f'<option value="">{self._show(say("all"))}</option>{options}</select></div>'
        )

    def _render_collection(self, item: MappedCollection, title: str) -> Iterator[str]:
        places = dict.fromkeys(map(_where, item.uses))
        findings = [finding for where in places for finding in self._by_place.get(where, ())]
        badges = {finding.finding.code: finding.finding for finding in findings}
        yield _open_entry(title, findings, item.uses)
        counts = [counted(len(item.producers), "link"), counted(len(item.consumers), "consumer")]
        words = [join_phrases(", ", counts), *([describe_state(item)] if item.server is not None else [])]
        yield f'<summary><b>{_escape_html(item.collection)}</b> <span class="counts">'
        yield f"{self._show(join_phrases('; ', words))}</span>"
        for code, finding in sorted(badges.items()):
            yield f'<span class="badge {finding.severity}">{code} {_escape_html(finding.name)}</span>'
        yield f"</summary><div><p><code>{_escape_html(item.shown)}</code></p>"
        yield from (self._render_finding(finding.finding) for finding in findings)
        drift = (say("drift: {difference}", difference=words) for words in item.drift)
        yield from (f'<p class="finding warning">{self._show(words)}</p>' for words in drift)
        sides = (
            (say("Linked by"), item.producers),
            (say("Consumed by"), item.consumers),
            (say("Only named by"), item.named),
        )
        for heading, uses in sides:
            if uses:
                yield f"<h3>{self._show(heading)}</h3><ul>{''.join(map(self._render_use, uses))}</ul>"
        yield "</div></details>"

    def _render_finding(self, finding: Finding) -> str:
        labeled = ((name, text) for name, text in (("note", finding.note), ("help", finding.help)) if text)
        notes = "".join(
            f'<br><span class="soft">{self._show(name)}: {self._show(text)}</span>' for name, text in labeled
        )
        severity, message = self._show(SEVERITIES[finding.severity]), self._show(finding.message)
        return f'<p class="finding {finding.severity}"><strong>{severity}</strong>: {message}{notes}</p>'

    def _name_place(self, use: Use) -> str:
        return name_place(use, many=self._many)

    def _render_use(self, use: Use) -> str:
        aliases = show_unknown(", ".join(use.aliases))
        facts = [
            say("artifact {name}", name=show_unknown(use.artifact)) if use.artifact else "",
            say("type {name}", name=show_unknown(use.type)) if use.type else "",
            say("entity {name}", name=show_unknown(use.entity)) if use.entity else "",
            ""
            if not aliases
            else say("aliases {names}", names=aliases)
            if use.kind == "link"
            else say("asks for {names}", names=aliases),
            say("owner {names}", names=use.owner) if use.owner else "",
            say("call {name}", name=use.call) if use.call else say("configured"),
        ]
        shown = self._show(join_phrases("; ", filter(None, facts)))
        return f'<li><code>{_escape_html(self._name_place(use))}</code> <span class="soft">{shown}</span></li>'


def _title(organization: str, registry: str) -> str:
    return f"{organization} / {registry}" if organization else registry


def _where(use: Use) -> Where:
    return (use.repository, use.path, use.line, use.column, show_unknown(use.target))


def _findings_by_place(findings: Iterable[MapFinding]) -> Mapping[Where, list[MapFinding]]:
    by_place: dict[Where, list[MapFinding]] = {}
    for item in findings:
        place, span = item.finding.place, item.finding.place.span
        where = (item.repository, place.path, span.line, span.column, item.finding.target or "")
        by_place.setdefault(where, []).append(item)
    return by_place


def _open_entry(title: str, findings: Sequence[MapFinding], uses: Sequence[Use]) -> str:
    codes = " ".join(sorted({item.finding.code for item in findings}))
    owners = " ".join(sorted({owner for use in uses for owner in use.owner.split()}))
    return (
        f'<details class="entry" data-registry="{_escape_html(title)}" data-codes="{codes}" '
        f'data-owners="{_escape_html(owners)}">'
    )


def _escape_html(text: str) -> str:
    return escape(escape_text(show_unknown(text)))
