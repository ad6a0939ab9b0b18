"""A link map as text: the tree for a terminal, Mermaid, and the findings below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regilink_doctor.core.phrases import Phrase, counted, join_phrases, make_phrase, say
from regilink_doctor.core.target_path import show_unknown
from regilink_doctor.core.text import escape_text
from regilink_doctor.report.json_values import finding_value
from regilink_doctor.report.locations import SEVERITIES
from regilink_doctor.report.summary import describe_skipped, describe_unread, list_places
from regilink_doctor.report.terminal import paint_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from regilink_doctor.core.catalog import Writers
    from regilink_doctor.core.link_map import LinkMap, MappedCollection, Use
    from regilink_doctor.workflows.link_map import MapFinding

_COLORS = {"error": "31", "warning": "33", "info": "36"}


def map_finding_value(item: MapFinding) -> dict[str, Any]:
    """The JSON value of a finding of the map: that of a finding, with its repository."""
    return {"repository": item.repository, **finding_value(item.finding)}


def map_lines(
    link_map: LinkMap,
    findings: Sequence[MapFinding],
    *,
    colour: bool = False,
    translate: Callable[[str], str] = str,
) -> Iterator[str]:
    """The tree: registries, collections, and who links (`<-`) and consumes (`->`); then what is wrong."""

    def show(text: str) -> str:
        return escape_text(translate(text))

    many = len(link_map.repositories) > 1
    heading = None
    for item in link_map.collections:
        registry = f"{item.organization} / {item.registry}" if item.organization else item.registry
        if registry != heading:
            if heading is not None:
                yield ""
            yield paint_text("1", escape_text(registry), colour=colour)
            heading = registry
            if writers := describe_writers(link_map.writers.get((item.organization, item.registry))):
                yield f"  {show(say('members who can link: {writers}', writers=writers))}"
        state = show(describe_state(item))
        yield f"  {paint_text('1', escape_text(item.collection), colour=colour)}{f'  ({state})' if state else ''}"
        for arrow, uses in (("<-", item.producers), ("->", item.consumers), ("--", item.named)):
            yield from (f"    {arrow} {show(describe_use(use, many=many))}" for use in uses)
        yield from (f"    {show(say('drift: {difference}', difference=words))}" for words in item.drift)
    if link_map.unknown:
        if link_map.collections:
            yield ""
        title = show(say("Unknown targets: {number}", number=len(link_map.unknown)))
        yield paint_text("1", title, colour=colour)
        for use in link_map.unknown:
            arrow = {"link": "<-", "consume": "->"}.get(use.kind, "--")
            yield f"  {arrow} {show(describe_use(use, many=many))}  {escape_text(show_unknown(use.target))}"
    if findings:
        yield ""
    for finding in findings:
        yield from finding_lines(finding, many=many, colour=colour, translate=translate)


def _keep(name: str) -> str:
    """A name as a part of what is translated: no translation changes it."""
    return make_phrase(name, "{name}", {"name": name})


def describe_state(item: MappedCollection) -> str:
    """What the catalog or the server has of a collection."""
    server = item.server
    if server is None:
        return ""
    words = [_keep(server.type)]
    words += [counted(server.versions, "version")] if server.versions else []
    words += map(_keep, server.aliases)
    words += [say("last link {date}", date=server.last_link[:10])] if server.last_link else []
    return join_phrases(", ", words)


def describe_writers(writers: Writers | None) -> str:
    """Who can link to a registry, as far as the server says; empty where it was not asked.

    The visibility "organization" lets every member see the registry; which of them can link is a matter of roles that
    the server does not list. An admin of the organization is one of each registry.
    """
    if writers is None:
        return ""
    teams, users = (", ".join(names) for names in (writers.teams, writers.users))
    words: list[str] = []
    if teams:
        words.append(say("teams {names}", names=teams) if writers.teams[1:] else say("team {names}", names=teams))
    if users:
        words.append(say("users {names}", names=users) if writers.users[1:] else say("user {names}", names=users))
    if writers.visibility == "organization":
        others = say("perhaps other members of the organization")
        words.append(others if words else say("perhaps members of the organization"))
    return join_phrases("; ", words) if words else say("admins of the organization")


def name_place(use: Use, *, many: bool) -> str:
    """The place of a use, with its repository where there are many."""
    return f"{use.repository}: {use.place}" if many else use.place


def describe_use(use: Use, *, many: bool) -> str:
    """A use in one line: place, artifact, type, entity, aliases, owner."""
    entity = show_unknown(use.entity)
    facts = [
        name_place(use, many=many),
        " -> ".join(filter(None, (use.artifact, use.type))),
        say("as {entity}", entity=entity) if entity else "",
        " ".join(f":{alias}" for alias in use.aliases),
        f"({use.owner})" if use.owner else "",
        "" if use.call else say("configured"),
    ]
    return join_phrases(
        "  ", [fact if isinstance(fact, Phrase) else _keep(show_unknown(fact)) for fact in facts if fact]
    )


def finding_lines(
    item: MapFinding, *, many: bool, colour: bool = False, translate: Callable[[str], str] = str
) -> Iterator[str]:
    """A finding as lines: place and message, then the note and the help."""
    finding = item.finding
    cell = f":cell {finding.place.cell}" if finding.place.cell else ""
    place = f"{finding.place.path}{cell}:{finding.place.span.line}:{finding.place.span.column}"
    place = f"{item.repository}: {place}" if many else place
    severity = f"{finding.code} {translate(SEVERITIES[finding.severity])}"
    severity = paint_text(_COLORS[finding.severity], severity, colour=colour)
    yield f"{escape_text(place)}: {severity}: {escape_text(translate(finding.message))}"
    for label, text in (("note", finding.note), ("help", finding.help)):
        if text:
            yield f"  {translate(label)}: {escape_text(translate(text))}"


def summarize_map(link_map: LinkMap, findings: Sequence[MapFinding]) -> str:
    """What there is, counted; unknown targets, links to projects, tests and unread files are always named."""
    kinds = [use.kind for item in link_map.collections for use in item.uses]
    named = kinds.count("name")
    words = [
        counted(len(link_map.collections), "collection"),
        counted(kinds.count("link"), "link"),
        counted(kinds.count("consume"), "consumer"),
        *([say("{number} only named", number=f"{named:,}")] if named else []),
        counted(len(link_map.unknown), "unknown target"),
        counted(len(link_map.repositories), "repository", "repositories"),
    ]
    severities = [item.finding.severity for item in findings]
    numbers = {
        "error": counted(severities.count("error"), "error"),
        "warning": counted(severities.count("warning"), "warning"),
        "info": counted(severities.count("info"), "info", "infos"),
    }
    verdict = [numbers[name] for name in numbers if name in severities] or [say("no findings")]
    uses = (*kinds, *link_map.unknown, *link_map.outside, *link_map.tests)
    if not findings and not uses and not link_map.unread and not link_map.skipped:
        verdict = [say("there was no link or consumer to look at")]
    whole = join_phrases("; ", [join_phrases(", ", words), join_phrases(", ", verdict)])
    many = len(link_map.repositories) > 1
    unclear = [use for item in link_map.collections for use in item.uses if use.has_unknown_alias]
    groups = (link_map.outside, unclear, link_map.tests)
    outside, aliases, tests = ([name_place(use, many=many) for use in uses] for uses in groups)
    rest = [
        *_describe_outside(outside),
        *(
            [say("Aliases that the source does not show are set at {places}.", places=list_places(aliases))]
            if aliases
            else []
        ),
        *_describe_tests(tests),
        *describe_unread(link_map.unread),
        *describe_skipped(link_map.skipped),
    ]
    return join_phrases(" ", [say("{verdict}.", verdict=whole), *rest]) if rest else whole


def _describe_outside(places: Sequence[str]) -> list[str]:
    where = list_places(places)
    if len(places) == 1:
        return [say("1 link does not name a collection of a registry: {places}.", places=where)]
    number = f"{len(places):,}"
    words = say("{number} links do not name a collection of a registry: {places}.", number=number, places=where)
    return [words] if places else []


def _describe_tests(places: Sequence[str]) -> list[str]:
    where = list_places(places)
    if len(places) == 1:
        return [say("1 use in a test is left out: {places}.", places=where)]
    number = f"{len(places):,}"
    return [say("{number} uses in tests are left out: {places}.", number=number, places=where)] if places else []


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
    plain = " -_./:,"
    return "".join(letter if letter.isalnum() or letter in plain else f"#{ord(letter)};" for letter in text)
