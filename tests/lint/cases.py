"""The case files under `tests/cases/lint`: read, run, compare, and, as a program, show what has changed.

Their format is in `tests/cases/lint/README.md`.
"""

import difflib
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from regilink_doctor.core.catalog import Catalog
from regilink_doctor.core.findings import Finding, Place
from regilink_doctor.core.organization_view import NOTHING_CONFIGURED, ConfiguredOrganization
from regilink_doctor.lint import formats
from regilink_doctor.lint.engine import FileReport, lint_bytes
from regilink_doctor.lint.formats import ParsedFile
from regilink_doctor.lint.scan.files import can_matter
from regilink_doctor.lint.text.source import Unparsable
from regilink_doctor.report.json_values import site_value
from regilink_doctor.rules.selection import Selection

FOLDER = Path(__file__).parents[1] / "cases" / "lint"
SITE = re.compile(r"(link|target|consume|init|artifact) ")
DECLARED = re.compile(r"(setting|requirement|command) ")
FINDING = re.compile(r"REG\d{3} ")


@dataclass
class Case:
    """One case: its files by name, what is known, and the expected lines, details still indented."""

    path: Path
    name: str
    head: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    expect: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"{self.path.relative_to(FOLDER).with_suffix('')}: {self.name}"

    @property
    def silent(self) -> bool:
        return "no findings" in self.expect

    def option(self, name: str) -> str | None:
        return next((line[len(name) + 1 :].strip() for line in self.head if line.startswith(f"{name}:")), None)


def read_cases(path: Path) -> list[Case]:
    cases: list[Case] = []
    lines: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("=== "):
            cases.append(Case(path, line[4:].strip()))
            lines = cases[-1].head
        elif line == "--- expect":
            lines = cases[-1].expect
        elif line.startswith("--- "):
            lines = []
            cases[-1].files[line[4:].strip()] = lines  # type: ignore[assignment]
        elif cases:
            lines.append(line)
    for case in cases:
        case.files = {name: "\n".join(body).rstrip("\n") + "\n" for name, body in case.files.items()}
        case.expect = [line.rstrip() for line in case.expect if line.strip()]
    return cases


def all_cases() -> list[Case]:
    return [case for path in sorted(FOLDER.rglob("*.case")) for case in read_cases(path)]


def compare(case: Case, found: list[str]) -> tuple[list[str], list[str]]:
    """The expected lines, and what was found of what they speak of, both sorted; equal when the case holds."""
    expected, details = _blocks(case.expect)
    actual, told = _blocks(found)
    kinds = {_kind(line) for line in expected}
    shown: list[str] = []
    for line in actual:
        kind = _kind(line)
        if kind == "finding":
            if "finding" in kinds or "no findings" in expected:
                shown.append(line)
        elif kind in kinds or ("no sites" in expected and kind in ("link", "target", "consume")):
            shown.append(_as_asked(line, expected))
    if "no findings" in expected and not any(_kind(line) == "finding" for line in shown):
        shown.append("no findings")
    if "no sites" in expected and not any(_kind(line) in ("link", "target", "consume") for line in shown):
        shown.append("no sites")
    for line in expected:
        for detail in details.get(line, ()):
            expected = [*expected, f"{line}{detail}"]
            if any(_tells(have, detail) for have in told.get(line, ())):
                shown.append(f"{line}{detail}")
    return sorted(expected), sorted(shown)


def _tells(have: str, detail: str) -> bool:
    mark, text = detail.strip()[0], detail.strip()[1:].strip()
    if have.strip()[0] != mark:
        return False
    return text in have if mark == ">" else text == have.strip()[1:].strip()


def _blocks(lines: list[str]) -> tuple[list[str], dict[str, list[str]]]:
    """The lines, and the indented details below each."""
    whole: list[str] = []
    details: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith(" "):
            details.setdefault(whole[-1], []).append(line)
        elif not line.startswith("#"):
            whole.append(line)
    return whole, details


def _kind(line: str) -> str:
    rest = line.partition(" ")[2] if not line.startswith("cell ") else line.split(" ", 2)[2]
    if FINDING.match(rest):
        return "finding"
    match = SITE.match(rest) or DECLARED.match(rest)
    return match[1] if match else ""


def _as_asked(line: str, expected: list[str]) -> str:
    """A found line with only those fields that the expected line of the same place has."""
    start, *fields = line.split("  ")
    asked = next((want for want in expected if want == start or want.startswith(f"{start}  ")), start)
    names = re.findall(r"  (\w+)=", asked)
    by_name = dict(part.split("=", 1) for part in fields)
    return "  ".join([start, *(f"{name}={by_name[name]}" for name in names if name in by_name)])


def laid_out(case: Case) -> tuple[dict[str, bytes], Callable[[str, bytes], FileReport]]:
    """The files of a case, written into the current folder, and the linter with what the case tells it.

    It remembers its reports: the same content of a file is linted once.
    """
    contents = {name.removesuffix(" bytes"): _content(name, text) for name, text in case.files.items()}
    for name, content in contents.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(content)
    catalog = case.option("catalog")
    directory = Catalog.load(FOLDER / f"{catalog}.catalog.json") if catalog else None
    known = (
        ConfiguredOrganization(**json.loads(case.option("known") or "null"))
        if case.option("known")
        else NOTHING_CONFIGURED
    )
    selection = Selection(pedantic="pedantic" in case.head)
    return contents, cache(partial(lint_bytes, view=directory, known=known, selection=selection))


def describe_files(contents: dict[str, bytes], lint: Callable[[str, bytes], FileReport]) -> list[str]:
    """What is found in the files, as expected lines would say it; the details of each finding below it."""
    # What the linter reads is described beside its report: it is read once.
    with mock.patch.object(formats, "read", cache(formats.read)):
        return _describe_files(contents, lint)


def _describe_files(contents: dict[str, bytes], lint: Callable[[str, bytes], FileReport]) -> list[str]:
    first = next(iter(contents))
    lines: list[str] = []
    for name, content in contents.items():
        if not can_matter(name, content, any_use=True):
            continue
        report = lint(name, content)
        try:
            reading = formats.read(name, content)
        except Unparsable:
            reading = ParsedFile(())
        texts = {source.cell: source.lines for source in reading.sources} or {
            None: content.decode(errors="replace").split("\n")
        }
        for finding in report.findings:
            lines += _finding(finding, first, texts)
        for site, codes in zip(report.sites, report.codes, strict=True):
            if site.kind not in ("log", "other", "source", "look_up"):  # for rules and the map alone
                lines.append(_site(site_value(site, codes), _position(site.place, first)))
        lines += _declared(reading, first)
    return lines


def _content(name: str, text: str) -> bytes:
    if name.endswith(" bytes"):
        return text.encode().decode("unicode_escape").encode("latin-1")
    if name.endswith(".ipynb") and text.startswith("%%"):
        return json.dumps(notebook(text)).encode()
    return text.encode()


def notebook(text: str) -> dict[str, Any]:
    """The notebook that is written as `%% code`, `%% markdown` and `%% raw` cells."""
    cells = []
    for match in re.finditer(r"^%% (code|markdown|raw)\n(.*?)(?=^%% (?:code|markdown|raw)\n|\Z)", text, re.M | re.S):
        cell: dict[str, Any] = {"cell_type": match[1], "metadata": {}}
        cell["source"] = match[2].rstrip("\n").splitlines(keepends=True)
        if match[1] == "code":
            cell |= {"execution_count": None, "outputs": []}
        cells.append(cell)
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def _position(place: Place, first: str) -> str:
    path = "" if place.path == first else f"{place.path}:"
    return f"{path}cell {place.cell}:{place.span.line}" if place.cell else f"{path}{place.span.line}"


def _finding(finding: Finding, first: str, texts: dict[int | None, list[str]]) -> Iterator[str]:
    span = finding.place.span
    line = texts[finding.place.cell][span.line - 1]
    underlined = line[span.column - 1 : span.end_column - 1 if span.end_line == span.line else None]
    yield f"{_position(finding.place, first)} {finding.code} {finding.severity} `{underlined}`"
    yield f"    > {finding.message} | {finding.help or ''}"
    for related in finding.related:
        yield f"    @ {_position(related.place, first)}"
    if finding.fix:
        yield from (f"    = {edit.content}" for edit in finding.fix.edits)


def _site(value: dict[str, Any], position: str) -> str:
    fields = {name: value[name] for name in ("call", "entity", "project", "type") if value[name] is not None}
    parts = [
        f"{name}={text if name == 'call' else json.dumps(text, ensure_ascii=False)}" for name, text in fields.items()
    ]
    if value["aliases"]:
        parts.append("aliases=" + ",".join(json.dumps(alias, ensure_ascii=False) for alias in value["aliases"]))
    places = [
        str(piece["line"]) if piece["path"] == value["path"] else f"{piece['path']}:{piece['line']}"
        for piece in value["resolved_from"]
    ]
    parts.append("from=" + ",".join(dict.fromkeys(places)))
    return "  ".join([f"{position} {value['kind']} {_alternatives(value['targets'])}".rstrip(), *parts])


def _alternatives(texts: list[str]) -> str:
    return " | ".join(json.dumps(text, ensure_ascii=False) for text in texts)


def _declared(reading: ParsedFile, first: str) -> Iterator[str]:
    for setting in reading.settings:
        value = _alternatives([text.display for text in setting.value]) or "-"
        fields = [f"how={setting.how}", f"variable={'yes' if setting.variable else 'no'}"]
        fields += [f"in={','.join(f'{item.kind}:{item.name}' for item in setting.containers) or '-'}"]
        fields += [f"keys={'.'.join(setting.keys) or '-'}", f"default={'yes' if setting.only_default else 'no'}"]
        yield "  ".join([f"{_position(setting.place, first)} setting {setting.name} {value}", *fields])
    for item in reading.requirements:
        version = ",".join(f"{sign}{number}" for sign, number in item.specifiers) or "-"
        bound = item.upper and f"{'<=' if item.inclusive else '<'}{item.upper}"
        fields = [f"exact={item.exact or '-'}", f"upper={bound or '-'}", f"locked={'yes' if item.locked else 'no'}"]
        fields += [f"group={item.group or '-'}"]
        yield "  ".join([f"{_position(item.place, first)} requirement {item.package} {version}", *fields])
    for command in reading.commands:
        words = " ".join(json.dumps(word.display, ensure_ascii=False) for word in command.words)
        fields = [f"in={','.join(f'{item.kind}:{item.name}' for item in command.containers) or '-'}"]
        fields += [f"env={','.join(setting.name for setting in command.environment) or '-'}"]
        yield "  ".join([f"{_position(command.place, first)} command {words}", *fields])


def main(arguments: list[str]) -> int:
    """Show, as a diff, where cases and code disagree; `--write` takes over what the code says."""
    write = "--write" in arguments
    words = [word for word in arguments if not word.startswith("--")]
    differing = 0
    for path in sorted(FOLDER.rglob("*.case")):
        text = path.read_text(encoding="utf-8")
        for case in read_cases(path):
            if not all(word in case.id for word in words):
                continue
            with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
                patch.chdir(folder)
                expected, found = compare(case, describe_files(*laid_out(case)))
            if expected == found:
                continue
            differing += 1
            print(f"\n{case.id}")
            print("\n".join(list(difflib.unified_diff(expected, found, "expected", "found", lineterm="", n=9))[2:]))
            if write:
                text = _rewritten(text, case, found)
        if write:
            path.write_text(text, encoding="utf-8")
    print(f"\n{differing} differ" + (" (written)" if write and differing else ""))
    return 1 if differing and not write else 0


def _rewritten(text: str, case: Case, found: list[str]) -> str:
    """The file's text with the expectation of one case replaced; details of findings that are left stay."""
    _, details = _blocks(case.expect)
    lines = [line for line in found if not re.search(r"`    [>=@]", line)]
    if not any(_kind(line) == "finding" or line == "no findings" for line in lines):
        lines.append("no findings")
    body = [part for line in lines for part in (line, *details.get(line, ()))]
    start = text.index("--- expect\n", text.index(f"=== {case.name}\n")) + len("--- expect\n")
    end = text.find("=== ", start)
    after = "\n" + text[end:] if end >= 0 else ""
    return text[:start] + "\n".join(body) + "\n" + after


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
