"""A link map as text: the tree for a terminal, Mermaid, and the findings below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regilink_doctor.core.target_path import show_unknown
from regilink_doctor.report.json_values import finding_value
from regilink_doctor.report.summary import describe_unread, list_places
from regilink_doctor.report.terminal import paint_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from regilink_doctor.core.catalog import Writers
    from regilink_doctor.core.link_map import LinkMap, MappedCollection, Use
    from regilink_doctor.workflows.link_map import MapFinding

_COLORS = {"error": "31", "warning": "33", "info": "36"}


def map_finding_value(item: MapFinding) -> dict[str, Any]:
    """The JSON value of a finding of the map: that of a finding, with its repository."""
    return {"repository": item.repository, **finding_value(item.finding)}


def map_lines(link_map: LinkMap, findings: Sequence[MapFinding], *, colour: bool = False) -> Iterator[str]:
    """The tree: registries, collections, and who links (`<-`) and consumes (`->`); then what is wrong."""
    many = len(link_map.repositories) > 1
    heading = None
    for item in link_map.collections:
        registry = f"{item.organization} / {item.registry}" if item.organization else item.registry
        if registry != heading:
            if heading is not None:
                yield ""
            yield paint_text("1", registry, colour=colour)
            heading = registry
            if writers := describe_writers(link_map.writers.get((item.organization, item.registry))):
                yield f"  members who can link: {writers}"
        state = describe_state(item)
        yield f"  {paint_text('1', item.collection, colour=colour)}{f'  ({state})' if state else ''}"
        yield from (f"    <- {describe_use(use, many=many)}" for use in item.producers)
        yield from (f"    -> {describe_use(use, many=many)}" for use in item.consumers)
        yield from (f"    -- {describe_use(use, many=many)}" for use in item.named)
        yield from (f"    drift: {words}" for words in item.drift)
    if link_map.unknown:
        if link_map.collections:
            yield ""
        yield paint_text("1", f"Unknown targets: {len(link_map.unknown)}", colour=colour)
        for use in link_map.unknown:
            arrow = {"link": "<-", "consume": "->"}.get(use.kind, "--")
            yield f"  {arrow} {describe_use(use, many=many)}  {show_unknown(use.target)}"
    if findings:
        yield ""
    for finding in findings:
        yield from finding_lines(finding, many=many, colour=colour)


def describe_state(item: MappedCollection) -> str:
    """What the catalog or the server has of a collection."""
    if item.server is None:
        return ""
    words = [item.server.type]
    if item.server.versions:
        words.append(f"{item.server.versions} version{'s' if item.server.versions != 1 else ''}")
    words += item.server.aliases
    if item.server.last_link:
        words.append(f"last link {item.server.last_link[:10]}")
    return ", ".join(words)


def describe_writers(writers: Writers | None) -> str:
    """Who has a role in a registry with which they can link to it; empty where the server was not asked."""
    if writers is None:
        return ""
    kinds = (("team", writers.teams), ("user", writers.users))
    words = [f"{kind}{'s' if names[1:] else ''} {', '.join(names)}" for kind, names in kinds if names]
    return "; ".join(words) or "none"


def describe_use(use: Use, *, many: bool) -> str:
    """A use in one line: place, artifact, type, entity, aliases, owner."""
    place = f"{use.repository}: {use.place}" if many else use.place
    facts = [
        f"{use.artifact} ->" if use.artifact else "",
        use.type,
        f"as {use.entity}" if use.entity else "",
        " ".join(f":{alias}" for alias in use.aliases),
        f"({use.owner})" if use.owner else "",
        "" if use.call else "configured",
    ]
    return "  ".join(map(show_unknown, filter(None, [place, *facts]))).replace(" ->  ", " -> ")


def finding_lines(item: MapFinding, *, many: bool, colour: bool = False) -> Iterator[str]:
    """A finding as lines: place and message, then the note and the help."""
    finding = item.finding
    cell = f":cell {finding.place.cell}" if finding.place.cell else ""
    place = f"{finding.place.path}{cell}:{finding.place.span.line}:{finding.place.span.column}"
    place = f"{item.repository}: {place}" if many else place
    severity = paint_text(_COLORS[finding.severity], f"{finding.code} {finding.severity}", colour=colour)
    yield f"{place}: {severity}: {finding.message}"
    if finding.note:
        yield f"  note: {finding.note}"
    if finding.help:
        yield f"  help: {finding.help}"


def summarize_map(link_map: LinkMap, findings: Sequence[MapFinding], unread: Sequence[str] = ()) -> str:
    """What there is, counted; unknown targets, links to projects and unread files are always named."""
    uses = [use for item in link_map.collections for use in item.uses]
    kinds = [use.kind for use in uses]
    named = kinds.count("name")
    words = [
        _count(len(link_map.collections), "collection"),
        _count(kinds.count("link"), "link"),
        _count(kinds.count("consume"), "consumer"),
        *([f"{named:,} only named in configuration"] if named else []),
        _count(len(link_map.unknown), "unknown target"),
        _count(len(link_map.repositories), "repository", "repositories"),
    ]
    severities = [item.finding.severity for item in findings]
    counts = [_count(severities.count(name), name) for name in ("error", "warning", "info") if name in severities]
    many = len(link_map.repositories) > 1
    outside, tests = (
        [f"{use.repository}: {use.place}" if many else use.place for use in uses]
        for uses in (link_map.outside, link_map.tests)
    )
    rest = [*_describe_outside(outside), *_describe_tests(tests), *describe_unread(unread)]
    counted = f"{', '.join(words)}; {', '.join(counts) or 'no findings'}"
    return " ".join([f"{counted}.", *rest]) if rest else counted


def _describe_outside(places: Sequence[str]) -> list[str]:
    verb = "does" if len(places) == 1 else "do"
    sentence = f"{_count(len(places), 'link')} {verb} not name a collection of a registry: {list_places(places)}."
    return [sentence] if places else []


def _describe_tests(places: Sequence[str]) -> list[str]:
    verb = "is" if len(places) == 1 else "are"
    sentence = f"{_count(len(places), 'use')} in tests {verb} left out: {list_places(places)}."
    return [sentence] if places else []


def _count(number: int, name: str, plural: str = "") -> str:
    return f"{number:,} {name if number == 1 else plural or name + 's'}"


def mermaid_lines(link_map: LinkMap) -> Iterator[str]:
    """A flowchart for Markdown: programs, collections, and links between them; one arrow for each pair."""
    chart = _Chart(many=len(link_map.repositories) > 1)
    for item in link_map.collections:
        node = chart.declare(("collection", *item.key), item.shown, '[("{}")]')
        arrows: dict[tuple[tuple[str, str], str], dict[str, None]] = {}
        for use in item.uses:
            arrows.setdefault((use.program, use.kind), {}).update(dict.fromkeys(use.aliases))
        for (program, kind), aliases in arrows.items():
            label = _escape_mermaid(", ".join(map(show_unknown, aliases)))
            line = "---" if kind == "name" else "-->"
            chart.connect(chart.declare_file(program), node, f'{line}|"{label}"|' if label else line, kind)
    for use in link_map.unknown:
        target = show_unknown(use.target)
        node = chart.declare(("unknown", target), f"unknown: {target}", '(["{}"])')
        chart.connect(chart.declare_file(use.program), node, "-.->", use.kind)
    yield "flowchart LR"
    yield from chart.lines


class _Chart:
    """The lines of a flowchart. Nodes are numbered, for a name can be anything."""

    def __init__(self, *, many: bool) -> None:
        self.lines: list[str] = []
        self._many = many
        self._nodes: dict[tuple[str, ...], str] = {}

    def declare(self, key: tuple[str, ...], label: str, shape: str) -> str:
        """The identifier of a node, which is added where it is new."""
        if key not in self._nodes:
            self._nodes[key] = f"{key[0]}{len(self._nodes)}"
            self.lines.append(f"  {self._nodes[key]}{shape.format(_escape_mermaid(label))}")
        return self._nodes[key]

    def declare_file(self, program: tuple[str, str]) -> str:
        """The identifier of a file, with its repository where there are many."""
        return self.declare(("file", *program), ": ".join(program) if self._many else program[1], '["{}"]')

    def connect(self, file: str, node: str, arrow: str, kind: str) -> None:
        """An arrow, from the file for a link, to the file for a consumer."""
        start, end = (node, file) if kind == "consume" else (file, node)
        self.lines.append(f"  {start} {arrow} {end}")


def _escape_mermaid(text: str) -> str:
    """A label: everything that Mermaid or HTML could read as markup is written by its number."""
    kept = " -_./:,"
    return "".join(letter if letter.isalnum() or letter in kept else f"#{ord(letter)};" for letter in text)
