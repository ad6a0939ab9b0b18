"""`.env` files: one `NAME=value` a line, as python-dotenv and docker read them."""

from __future__ import annotations

import re

from regilink_doctor.core.file_facts import Setting
from regilink_doctor.core.strings import KnownPart, StringValue
from regilink_doctor.lint.formats import ParsedFile
from regilink_doctor.lint.formats.data import Scalar, Table, cut_fragment, make_string
from regilink_doctor.lint.formats.settings import find_target_sites, keep_relevant
from regilink_doctor.lint.text.fragment import Fragment, filled
from regilink_doctor.lint.text.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint.formats.data import Data

_LINE = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?(?P<quote>'?)(?P<name>[A-Za-z_][\w.-]*)(?P=quote)[ \t]*(?:=[ \t]*
    (?:'(?P<single>(?:[^'\\]|\\.)*)'|"(?P<double>(?:[^"\\]|\\.)*)"|(?!['"])(?P<plain>[^\n]*?)))?
    [ \t]*(?:(?:(?<=[\s'"])|^)\#[^\n]*)?$""",
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "a": "\a"}


def read(path: str, content: bytes) -> ParsedFile:
    """What a `.env` file says."""
    source = Source.decode(path, content, python=False)
    whole = Fragment.whole(source)
    known: dict[str, StringValue] = {}
    found = []
    for match in _LINE.finditer(source.text):
        name = match["name"]
        kind = _quoting(match)
        start, end = match.span(kind) if kind else match.span("name")
        value: tuple[StringValue, ...] = ()
        if kind:
            parts = filled(whole, start, end, known, dollars=kind != "single", name=name)
            if not parts:
                parts = [KnownPart("", whole.place(start, end), exact=True, names=(name,))]
            value = (StringValue(tuple(parts), whole.place(start, end)),)
            known[name] = value[0]
        statement = whole.span(match.start("name"), match.end())
        found.append(Setting(name, whole.place(start, end), statement, "dotenv", True, value, (name,)))
    settings = keep_relevant(found)
    return ParsedFile((source,), tuple(find_target_sites(settings)), settings)


def read_data(source: Source) -> Data:
    """A table of the values as python-dotenv gives them before it fills in `${…}`; the last one of a name counts."""
    whole = Fragment.whole(source)
    entries: dict[str, Data] = {}
    repeated = set()
    for match in _LINE.finditer(source.text):
        name, kind = match["name"], _quoting(match)
        if name in entries:
            repeated.add(name)
        if kind is None:
            entries[name] = Scalar((name,), whole.place(*match.span("name")), None, "null", "")
            continue
        value = match[kind]
        if kind == "double":
            value = re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), value, flags=re.DOTALL)
        elif kind == "single":
            value = re.sub(r"\\(['\\])", r"\1", value)
        entries[name] = make_string((name,), value, cut_fragment(whole, *match.span(kind)))
    return Table((), whole.place(0, 0), entries, frozenset(repeated))


def _quoting(match: re.Match[str]) -> str | None:
    return next((kind for kind in ("single", "double", "plain") if match[kind] is not None), None)
