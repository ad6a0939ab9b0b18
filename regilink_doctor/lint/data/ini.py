"""The data of INI files as `configparser` reads them: values carried on by indentation, `DEFAULT` in each section."""

from __future__ import annotations

import re

from regilink_doctor.core.findings import Place, Span
from regilink_doctor.lint.data import Table, make_string
from regilink_doctor.lint.text.fragment import Fragment
from regilink_doctor.lint.text.source import OtherFormat, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint.data import Data

_SECTION = re.compile(r"\[(?P<name>[^\]]+)\]")
_DELIMITER = re.compile(r"[=:]")


def read_data(source: Source) -> Data:
    """A table of sections; those of `DEFAULT` are in each of the others, as `configparser` gives them.

    Raises:
        OtherFormat: a line is outside of a section. `.cfg` and `.ini` are names of many formats.
    """
    sections: dict[str, dict[str, Data]] = {}
    headers: dict[str, Span] = {}
    section = ""
    key, body = "", list[tuple[str, int, int]]()

    def finish() -> None:
        if key:
            fragment = Fragment.of(source, body)
            sections[section][key] = make_string((section, key), fragment.text, fragment)

    for number, line in enumerate(source.lines, 1):
        text = line.strip()
        if not text or text[0] in "#;":
            continue
        indent = len(line) - len(line.lstrip())
        if indent and key:
            body.append((text, number, indent + 1))
            continue
        finish()
        key, body = "", []
        if match := _SECTION.match(text):
            section = match["name"]
            sections.setdefault(section, {})
            headers[section] = Span(number, indent + 1, number, indent + 1 + len(text))
        elif not section:
            raise OtherFormat("ini")
        elif match := _DELIMITER.search(text):
            key = text[: match.start()].rstrip().lower()
            value = text[match.end() :].lstrip()
            body = [(value, number, indent + 1 + len(text) - len(value))]
    finish()
    default = sections.get("DEFAULT", {})
    tables: dict[str, Data] = {
        name: Table((name,), Place(source.path, headers[name]), {**default, **entries})
        for name, entries in sections.items()
    }
    return Table((), Place(source.path, Span(1, 1, 1, 1)), tables)
