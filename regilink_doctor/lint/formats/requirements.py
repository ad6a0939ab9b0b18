"""Lists of requirements and lock files that are read line by line: pip's, `setup.cfg`, uv, Poetry, PDM, Pipenv."""

from __future__ import annotations

import os
import re

from regilink_doctor.lint.formats.parsed_file import ParsedFile
from regilink_doctor.lint.formats.requirement_lines import make, may_be_ours, requirement
from regilink_doctor.lint.text.fragment import Fragment
from regilink_doctor.lint.text.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.file_facts import Requirement

_LOCKED = re.compile(r'^name = "(?P<name>[^"]+)"\n(?:^(?!\[).*\n){0,8}?^version = "(?P<version>[^"]+)"', re.MULTILINE)
"""A package of `uv.lock`, `poetry.lock`, `pdm.lock`: all TOML, all written by a machine in this form."""

_PIPENV = re.compile(
    r'^ {8}"(?P<name>[^"]+)": \{\n(?:^ {12,}.*\n){0,400}?^ {12}"version": "==(?P<version>[^"]+)"', re.MULTILINE
)
_SECTION = re.compile(r"^\[(?P<name>[^\]]+)\]", re.MULTILINE)


def read(path: str, content: bytes) -> ParsedFile:
    """What a list of requirements or a lock file says."""
    source = Source.decode(path, content, python=False)
    stretch = Fragment.whole(source)
    name = os.path.basename(path).lower()
    if name == "pipfile.lock":
        found = _locked(stretch, _PIPENV)
    elif name.endswith(".lock"):
        found = _locked(stretch, _LOCKED)
    elif name == "setup.cfg":
        found = _setup(stretch)
    else:
        found = _lines(stretch, source)
    return ParsedFile((source,), requirements=tuple(found))


def _locked(stretch: Fragment, pattern: re.Pattern[str]) -> Iterator[Requirement]:
    for match in pattern.finditer(stretch.text):
        if not may_be_ours(match["name"]):
            continue
        place = stretch.place(*match.span("version"))
        statement = stretch.span(match.start(), match.end())
        yield make(match["name"], place, statement, (("==", match["version"]),), locked=True)


def _lines(stretch: Fragment, source: Source) -> Iterator[Requirement]:
    """A requirement a line, carried on by a backslash; options (`-r`, `--hash`) and addresses are nothing of ours."""
    offset = 0
    group = "" if os.path.basename(source.path) in ("requirements.txt", "requirements.in") else _stem(source.path)
    lines = source.lines
    number = 0
    while number < len(lines):
        start = offset
        text = lines[number]
        offset += len(text) + 1
        number += 1
        whole = len(text)
        while text.endswith("\\") and number < len(lines):
            text = lines[number]
            whole += len(text) + 1
            offset += len(text) + 1
            number += 1
        first = stretch.text[start : start + whole].split("\n", 1)[0].rstrip("\\")
        if not may_be_ours(first):
            continue
        body = re.split(r"(?:^|\s)#|\s--", first, maxsplit=1)[0].rstrip()
        indent = len(body) - len(body.lstrip())
        if body and not body.lstrip().startswith("-"):
            statement = stretch.span(start, start + whole)
            if found := requirement(stretch, start + indent, start + len(body), statement, group=group):
                yield found


def _setup(stretch: Fragment) -> Iterator[Requirement]:
    """`install_requires` and the extras of `setup.cfg`: indented lines below a key."""
    section, key, offset = "", "", 0
    for line in stretch.text.split("\n"):
        start, offset = offset, offset + len(line) + 1
        if match := _SECTION.match(line):
            section, key = match["name"].strip(), ""
            continue
        value = line
        if line[:1].strip() and not line.startswith(("#", ";")):
            key, _, value = line.partition("=")
            key = key.strip()
        extras = section == "options.extras_require"
        if not extras and not (section == "options" and key in ("install_requires", "setup_requires", "tests_require")):
            continue
        body = value.split(" #")[0].strip()
        if body and not body.startswith("#"):
            at = start + line.rindex(value) + value.index(body)
            group = key if extras else ""
            if found := requirement(stretch, at, at + len(body), stretch.span(start, start + len(line)), group=group):
                yield found


def _stem(path: str) -> str:
    """`dev` of `requirements-dev.txt` and `requirements/dev.txt`."""
    name = os.path.splitext(os.path.basename(path))[0]
    return re.sub(r"^(requirements?|reqs?)[-_.]?|[-_.]?(requirements?|reqs?)$", "", name)
