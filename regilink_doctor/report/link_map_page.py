"""A link map as one page, without anything from elsewhere: search and filters by a script of its own."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from regilink_doctor.core.target_path import show_unknown
from regilink_doctor.core.text import escape_text
from regilink_doctor.report.doctor.page import STYLE as PAGE_STYLE
from regilink_doctor.report.link_map import describe_state, describe_writers, summarize_map

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from regilink_doctor.core.link_map import LinkMap, MappedCollection, Use
    from regilink_doctor.workflows.link_map import MapFinding

    Where = tuple[str, str, int, int, str]

STYLE = """\
main { max-width: 72rem; }
.skip-link { position: absolute; left: -100rem; } .skip-link:focus { left: 1rem; top: 1rem; background: var(--page); }
form { position: sticky; top: 0; background: var(--page); border-bottom: 1px solid var(--line); z-index: 1;
  display: grid; grid-template-columns: 2fr repeat(3, 1fr); gap: .5rem .75rem; padding: .75rem 0; }
form[hidden] { display: none; }
label { display: block; font-size: .85rem; color: var(--soft); }
input, select { font: inherit; width: 100%; min-width: 0; padding: .3rem .5rem; color: inherit;
  background: var(--card); border: 1px solid var(--soft); border-radius: 4px; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
:root { --focus: #0b57d0; } @media (prefers-color-scheme: dark) { :root { --focus: #a8c7fa; } }
#count { grid-column: 1 / -1; }
section > h2 { overflow-wrap: anywhere; }
details.entry { margin: 0; border: 1px solid var(--line); border-bottom: 0; background: var(--card); }
details.entry:last-of-type { border-bottom: 1px solid var(--line); }
details.entry > summary { padding: .4rem .75rem; font-weight: 400; overflow-wrap: anywhere; }
details.entry > div { padding: 0 .75rem .75rem 1.75rem; }
summary b { font-weight: 600; } .counts { color: var(--soft); margin-left: .5rem; }
.badge { color: var(--mark); border: 1px solid var(--mark); border-radius: 4px; padding: 0 .35rem; font-size: .8rem;
  margin-left: .35rem; white-space: nowrap; }
@media (min-width: 50.01rem) { html { scroll-padding-top: 8.5rem; } }
.error { --mark: var(--fail); } .warning { --mark: var(--warn); } .info { --mark: var(--soft); }
h3 { font-size: .9rem; margin: .5rem 0 .1rem; color: var(--soft); } ul { margin: 0; padding-left: 1.1rem; }
li { overflow-wrap: anywhere; } .finding { border-left: 3px solid var(--mark); padding-left: .6rem; margin: .5rem 0; }
@media (max-width: 50rem) { form { grid-template-columns: 1fr 1fr; position: static; }
  form > :first-child { grid-column: 1 / -1; } }
@media (max-width: 28rem) { form { grid-template-columns: 1fr; } .counts { display: block; margin-left: 0; } }
"""

SCRIPT = """
const form = document.querySelector('form'), count = document.getElementById('count');
const entries = [...document.querySelectorAll('details.entry')].map(node => ({
  node, text: node.textContent.toLowerCase(), registry: node.dataset.registry,
  codes: node.dataset.codes.split(' '), owners: node.dataset.owners.split(' ') }));
const sections = [...document.querySelectorAll('section')];
function filter() {
  const words = form.search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const { registry, problem, owner } = form;
  let shown = 0;
  for (const entry of entries) {
    const fits = words.every(word => entry.text.includes(word)) &&
      (!registry.value || entry.registry === registry.value) &&
      (!problem.value || (problem.value === 'any' ? entry.codes[0] !== '' : entry.codes.includes(problem.value))) &&
      (!owner.value || entry.owners.includes(owner.value));
    entry.node.hidden = !fits;
    shown += fits;
  }
  for (const section of sections) section.hidden = !section.querySelector('details.entry:not([hidden])');
  count.textContent = shown + ' of ' + entries.length + ' shown';
}
form.hidden = false;
form.addEventListener('input', filter);
form.addEventListener('submit', event => event.preventDefault());
filter();
"""
_SCRIPT_HASH = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()

POLICY = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_SCRIPT_HASH}'"
"""Only this script runs, and nothing is loaded, whatever a name in source may say."""


def render_page(link_map: LinkMap, findings: Sequence[MapFinding], unread: Sequence[str] = ()) -> Iterator[str]:
    """The lines of the page."""
    by_entry = _findings_by_place(findings)
    many = len(link_map.repositories) > 1
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    yield f"<title>regilink map</title><style>\n{PAGE_STYLE}{STYLE}</style></head><body>"
    yield '<a class="skip-link" href="#map">Skip to the map</a><main><h1>regilink map</h1>'
    yield f"<p>{_escape_html(summarize_map(link_map, findings, unread))}</p>"
    yield from _render_form(link_map, findings)
    yield '<div id="map">'
    for (organization, registry), items in groupby(link_map.collections, attrgetter("organization", "registry")):
        title = _title(organization, registry)
        yield f"<section><h2>{_escape_html(title)}</h2>"
        if writers := describe_writers(link_map.writers.get((organization, registry))):
            yield f'<p class="soft">Members who can link: {_escape_html(writers)}</p>'
        for item in items:
            yield from _render_collection(item, title, by_entry, many=many)
        yield "</section>"
    yield from _render_unknown(link_map.unknown, many=many)
    yield f"</div></main><script>{SCRIPT}</script></body></html>"


def _render_unknown(uses: Sequence[Use], *, many: bool) -> Iterator[str]:
    if not uses:
        return
    yield f"<section><h2>Unknown targets ({len(uses)})</h2>"
    yield '<p class="soft">The source does not show what these name.</p>'
    for use in uses:
        verb = {"link": "linked by", "consume": "consumed by"}.get(use.kind, "named by")
        place = _escape_html(_name_place(use, many=many))
        yield _open_entry("", (), (use,))
        yield f'<summary><code>{_escape_html(use.target)}</code> <span class="counts">{verb} {place}</span></summary>'
        yield f"<div><ul>{_render_use(use, many=many)}</ul></div></details>"
    yield "</section>"


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


def _render_form(link_map: LinkMap, findings: Sequence[MapFinding]) -> Iterator[str]:
    """Search and filters, hidden where no script runs."""
    registries = dict.fromkeys(_title(item.organization, item.registry) for item in link_map.collections)
    owners = sorted({owner for use in link_map.uses for owner in use.owner.split()})
    names = {item.finding.code: item.finding.name for item in findings}
    codes = {"any": "any", **{code: f"{code} {names[code]}" for code in sorted(names)}}
    yield '<form hidden role="search" aria-label="Filter the map">'
    yield '<div><label for="search">Search</label>'
    yield '<input id="search" name="search" type="search" autocomplete="off"></div>'
    yield _render_select("registry", "Registry", {name: name for name in registries})
    yield _render_select("problem", "Problem", codes if names else {})
    yield _render_select("owner", "Owner", {name: name for name in owners})
    yield '<div id="count" role="status" class="soft"></div></form>'


def _render_select(name: str, title: str, choices: Mapping[str, str]) -> str:
    options = "".join(
        f'<option value="{_escape_html(value)}">{_escape_html(shown)}</option>' for value, shown in choices.items()
    )
    return (
        f'<div><label for="{name}">{title}</label><select id="{name}" name="{name}">'
        f'<option value="">all</option>{options}</select></div>'
    )


def _open_entry(title: str, findings: Sequence[MapFinding], uses: Sequence[Use]) -> str:
    codes = " ".join(sorted({item.finding.code for item in findings}))
    owners = " ".join(sorted({owner for use in uses for owner in use.owner.split()}))
    return (
        f'<details class="entry" data-registry="{_escape_html(title)}" data-codes="{codes}" '
        f'data-owners="{_escape_html(owners)}">'
    )


def _render_collection(
    item: MappedCollection, title: str, by_place: Mapping[Where, list[MapFinding]], *, many: bool
) -> Iterator[str]:
    findings = [finding for where in dict.fromkeys(map(_where, item.uses)) for finding in by_place.get(where, ())]
    badges = {finding.finding.code: finding.finding for finding in findings}
    yield _open_entry(title, findings, item.uses)
    counts = f"{_count(len(item.producers), 'link')}, {_count(len(item.consumers), 'consumer')}"
    state = describe_state(item)
    yield f'<summary><b>{_escape_html(item.collection)}</b> <span class="counts">{counts}'
    yield f"{_escape_html(f'; {state}') if state else ''}</span>"
    for code, finding in sorted(badges.items()):
        yield f'<span class="badge {finding.severity}">{code} {_escape_html(finding.name)}</span>'
    yield f"</summary><div><p><code>{_escape_html(item.shown)}</code></p>"
    for finding in (item.finding for item in findings):
        texts = (f"{name}: {text}" for name, text in (("note", finding.note), ("help", finding.help)) if text)
        notes = "".join(f'<br><span class="soft">{_escape_html(text)}</span>' for text in texts)
        yield f'<p class="finding {finding.severity}"><strong>{finding.severity}</strong>: '
        yield f"{_escape_html(finding.message)}{notes}</p>"
    yield from (f'<p class="finding warning">drift: {_escape_html(words)}</p>' for words in item.drift)
    sides = (("Linked by", item.producers), ("Consumed by", item.consumers), ("Only named by", item.named))
    for heading, uses in sides:
        if uses:
            yield f"<h3>{heading}</h3><ul>{''.join(_render_use(use, many=many) for use in uses)}</ul>"
    yield "</div></details>"


def _name_place(use: Use, *, many: bool) -> str:
    return f"{use.repository}: {use.place}" if many else use.place


def _render_use(use: Use, *, many: bool) -> str:
    facts = {
        "artifact": use.artifact,
        "type": use.type,
        "entity": use.entity,
        "aliases" if use.kind == "link" else "asks for": ", ".join(use.aliases),
        "owner": use.owner,
        "call": use.call or "configured",
    }
    shown = "; ".join(f"{name} {_escape_html(value)}" for name, value in facts.items() if value)
    return f'<li><code>{_escape_html(_name_place(use, many=many))}</code> <span class="soft">{shown}</span></li>'


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"


def _escape_html(text: str) -> str:
    return escape(escape_text(show_unknown(text)))
