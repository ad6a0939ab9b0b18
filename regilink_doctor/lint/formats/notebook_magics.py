"""What a notebook's cell says beside Python: `!` lines, `%` lines, `%%bash` cells."""

from __future__ import annotations

import re

from regilink_doctor.core.file_facts import Setting
from regilink_doctor.core.records import field, record
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.formats.shell_script import Script, read_shell
from regilink_doctor.lint.text.fragment import Fragment, filled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint.text.source import Source

_LINE = re.compile(r"^(?P<before>[ \t]*(?:[\w, \t]+=[ \t]*)?)(?P<mark>!{1,2}|%(?=[A-Za-z]))(?P<rest>.*)$")
_HELP = re.compile(r"^[ \t]*(?:\?{1,2}[\w.]+|[\w.]+\?{1,2})[ \t]*$")
_SHELLS = re.compile(r"%%(?:bash|sh|shell|zsh|!|script\s+(?:bash|sh|zsh)\b)")
_TRANSPARENT = re.compile(r"%%(?:capture|time|timeit|prun|memit|wandb|python3?|debug|skip_if\w*)\b")
_ENV = re.compile(r"(?:set_)?env[ \t]+(?P<name>\w+)(?:[ \t]*=[ \t]*|[ \t]+)(?P<value>.*?)[ \t]*$")


@record
class CellText:
    """A cell's Python, every other line blank, and what those lines say."""

    python: str
    script: Script = field(default_factory=Script)


def read_cell(source: Source) -> CellText:
    """Tell a cell's Python from its magics; lines keep their numbers, and Python its columns."""
    lines = source.lines
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        blank = "\n" * (len(lines) - 1)
        if _SHELLS.match(lines[first]):
            body = [(line, number, 1) for number, line in enumerate(lines, 1) if number > first + 1]
            return CellText(blank, read_shell(Fragment.of(source, body)))
        if not _TRANSPARENT.match(lines[first]):
            return CellText(blank)
        lines = ["" if number == first else line for number, line in enumerate(lines)]
    return _by_lines(source, lines)


def _by_lines(source: Source, lines: list[str]) -> CellText:
    kept: list[str] = []
    script = Script()
    number = 0
    while number < len(lines):
        line = lines[number]
        match = _LINE.match(line)
        if match is None or (match["before"].strip() and match["before"].rstrip().endswith("==")):
            kept.append("pass" if _HELP.match(line) and not line[:1].isspace() else line)
            number += 1
            continue
        last = number
        while lines[last].endswith("\\") and last + 1 < len(lines):
            last += 1
        body = [(match["rest"], number + 1, match.start("rest") + 1)]
        body += [(lines[at], at + 1, 1) for at in range(number + 1, last + 1)]
        stretch = Fragment.of(source, body)
        _magic(stretch, match["mark"], script)
        # Somebody's result: Python that nobody can follow, in the same place.
        indent = match["before"]
        kept.append(f"{indent}_()" if indent.strip() else f"{indent}pass")
        kept += [""] * (last - number)
        number = last + 1
    return CellText("\n".join(kept), script)


def _magic(stretch: Fragment, mark: str, script: Script) -> None:
    if mark == "%" and (match := _ENV.match(stretch.text)):
        start, end = match.span("value")
        place = stretch.place(start, end)
        value = StringValue(tuple(filled(stretch, start, end, name=match["name"])), place)
        statement = stretch.span(0, len(stretch.text))
        script.settings.append(Setting(match["name"], place, statement, "notebook", True, (value,), (match["name"],)))
        return
    if mark == "%" and not stretch.text.startswith(("pip ", "conda ", "sx ", "system ")):
        return
    found = read_shell(stretch)
    script.commands += found.commands
    script.settings += found.settings
