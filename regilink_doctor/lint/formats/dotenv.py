"""`.env` files: one `NAME=value` a line, as python-dotenv and docker read them."""

from __future__ import annotations

import re

from regilink_doctor.core.file_facts import Setting
from regilink_doctor.core.strings import KnownPart, StringValue
from regilink_doctor.lint.formats import ParsedFile
from regilink_doctor.lint.formats.settings import find_target_sites, keep_relevant
from regilink_doctor.lint.text.fragment import Fragment, filled
from regilink_doctor.lint.text.source import Source

_LINE = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][\w.-]*)[ \t]*(?:=[ \t]*
    (?:'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|(?P<plain>[^\n]*?)))?[ \t]*(?:(?:(?<=[\s'"])|^)\#[^\n]*)?$""",
    re.VERBOSE | re.MULTILINE,
)


def read(path: str, content: bytes) -> ParsedFile:
    """What a `.env` file says."""
    source = Source.decode(path, content, python=False)
    stretch = Fragment.whole(source)
    known: dict[str, StringValue] = {}
    found = []
    for match in _LINE.finditer(source.text):
        name = match["name"]
        kind = next((kind for kind in ("single", "double", "plain") if match[kind] is not None), None)
        start, end = match.span(kind) if kind else match.span("name")
        value: tuple[StringValue, ...] = ()
        if kind:
            parts = filled(stretch, start, end, known, dollars=kind != "single", name=name)
            if not parts:
                parts = [KnownPart("", stretch.place(start, end), exact=True, names=(name,))]
            value = (StringValue(tuple(parts), stretch.place(start, end)),)
            known[name] = value[0]
        statement = stretch.span(match.start("name"), match.end())
        found.append(Setting(name, stretch.place(start, end), statement, "dotenv", True, value, (name,)))
    settings = keep_relevant(found)
    return ParsedFile((source,), tuple(find_target_sites(settings)), settings)
