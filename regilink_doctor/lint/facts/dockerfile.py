"""Dockerfiles: the environment that `ENV` and `ARG` set, and the commands of `RUN`, `CMD` and `ENTRYPOINT`."""

from __future__ import annotations

import re

from regilink_doctor.core.records import replace
from regilink_doctor.core.sites import Command, Container, Setting
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.facts import FileFacts, Program
from regilink_doctor.lint.facts.shell import (
    Script,
    find_unescaped,
    read_assignments,
    read_script,
    runs_python,
    runs_script,
)
from regilink_doctor.lint.text.fragment import Fragment, text_of
from regilink_doctor.lint.text.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_INSTRUCTION = re.compile(r"[ \t]*(?P<name>[A-Za-z]+)[ \t]+(?P<flags>(?:--[\w-]+(?:=\S*)?[ \t]+)*)")
_HERE_DOCUMENT = re.compile(r"<<-?[ \t]*(?P<quote>[\"']?)(?P<end>\w+)(?P=quote)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


def read(path: str, content: bytes) -> FileFacts:
    """What a Dockerfile says. `ENV` reaches everything after it, the variables of a `RUN` that `RUN` alone."""
    source = Source.decode(path, content, python=False)
    facts = Script()
    known: dict[str, StringValue] = {}
    entry: tuple[StringValue, ...] = ()
    for name, body in _find_instructions(source):
        if name == "FROM":  # another image begins
            known, entry = {}, ()
        elif name in ("ENV", "ARG"):
            for setting in read_assignments(body, known, facts.problems) or _read_pair(body):
                if setting.value:
                    known[setting.name] = setting.value[0]
                facts.settings.append(replace(setting, only_default=name == "ARG"))
        elif name in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"):
            containers = (Container("step", name, body.span(0, len(body.text))),)
            script = _read_command(body, containers, known)
            facts.add(script)
            if len(script.commands) == 1 and name == "ENTRYPOINT":
                entry = script.commands[0].words
            elif len(script.commands) == 1 and name == "CMD" and entry:
                facts.commands.append(replace(script.commands[0], words=(*entry, *script.commands[0].words)))
    return FileFacts.of(source, facts)


def _find_instructions(source: Source) -> Iterator[tuple[str, Fragment]]:
    """The name of each instruction and its lines: carried on by a backslash, or in here-documents."""
    lines = source.lines
    number = 0
    while number < len(lines):
        match = _INSTRUCTION.match(lines[number])
        if match is None or lines[number].lstrip().startswith("#"):
            number += 1
            continue
        body = [(lines[number][match.end() :], number + 1, match.end() + 1)]
        ends = [found["end"] for found in _HERE_DOCUMENT.finditer(body[0][0])]
        while body[-1][0].rstrip().endswith("\\") and number + 1 < len(lines):
            number += 1
            # A comment between the lines is not a part of them.
            comment = lines[number].lstrip().startswith("#")
            body.append(("\\" if comment else lines[number], number + 1, 1))
        number += 1
        name = match["name"].upper()
        if ends and name == "RUN":
            if not body[0][0].lstrip().startswith("<<"):
                ends = []  # `RUN cat <<EOF`: the document is data
            else:
                body = []
            for end in ends:
                while number < len(lines) and lines[number].strip() != end:
                    body.append((lines[number], number + 1, 1))
                    number += 1
                number += 1
        yield name, Fragment.of(source, body)


def _read_pair(body: Fragment) -> list[Setting]:
    """`ENV NAME the value`, the old form."""
    match = re.match(r"(?P<name>[A-Za-z_]\w*)[ \t]+(?P<value>\S.*)", body.text)
    if match is None:
        return []
    start, end = match.start("value"), match.start("value") + len(match["value"].rstrip())
    value = text_of(body, start, end, match["name"])
    span = body.span(0, end)
    return [Setting(match["name"], value.place, span, "shell", True, (value,), (match["name"],))]


def _read_command(body: Fragment, containers: tuple[Container, ...], known: Mapping[str, StringValue]) -> Script:
    """The commands of an instruction: a script, or in the JSON form the words of one, `["python", "train.py"]`."""
    if not body.text.lstrip().startswith("["):
        return read_script(body, containers, known=known)
    matches = list(_QUOTED.finditer(body.text))
    words = tuple(text_of(body, *match.span(1)) for match in matches)
    before = [word.literal or "" for word in words[:-1]]
    runs = runs_script(before)
    script = read_script(body.select(matches[-1].span(1)), containers, known=known) if runs else Script()
    if runs_python(before):
        ranges = find_unescaped(matches[-1][0], matches[-1].start())
        script.programs.append(Program(body.select(*ranges)))
    if words:
        place = body.place(0, len(body.text))
        script.commands.insert(0, Command(words, place, place.span, containers))
    return script
