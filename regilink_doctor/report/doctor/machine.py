"""A diagnosis for machines: `json`, the workflow commands of `github`, the cases of `junit`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from regilink_doctor.core.origin import Code
from regilink_doctor.core.text import escape_command, escape_text
from regilink_doctor.report.doctor.full import incomplete_lines
from regilink_doctor.report.formats.github import format_properties

if TYPE_CHECKING:
    from regilink_doctor.core.check_result import CheckResult, Status
    from regilink_doctor.doctor.diagnosis import Diagnosis, UnknownLink

VERSION = 1

_COMMANDS: dict[Status, str] = {"fail": "error", "crash": "error", "warn": "warning"}


def to_json(diagnosis: Diagnosis) -> str:
    """`{"version": 1, "checks": [...]}`, the shape of the contract."""
    value = {
        "version": VERSION,
        "checks": [check_value(check) for check in diagnosis.checks],
        "links": {
            "checked": diagnosis.links.checked,
            "unknown": [_unknown_value(link) for link in diagnosis.links.unknown],
            "unread": list(diagnosis.links.unread),
            "skipped": list(diagnosis.links.skipped),
        },
    }
    return json.dumps(value, indent=2, ensure_ascii=True)


def _unknown_value(link: UnknownLink) -> dict[str, Any]:
    place = link.origin.place if isinstance(link.origin, Code) else None
    return {
        "target": link.target,
        "path": place.path if place is not None else None,
        "line": place.span.line if place is not None else None,
        "reason": link.reason,
    }


def check_value(check: CheckResult) -> dict[str, Any]:
    """The JSON value of a check result."""
    return {
        "name": check.name,
        "code": check.code,
        "status": check.status,
        "subject": check.subject,
        "message": check.message,
        "note": check.note,
        "help": check.help,
        "origin": check.origin.shown if check.origin is not None else None,
        "failures": list(check.failures),
        "requires": list(check.requires),
        "also_at": [origin.shown for origin in check.also_at],
        "duration_ms": check.duration_ms,
    }


def to_github(diagnosis: Diagnosis) -> Iterator[str]:
    """A command for each problem, at the line of the pull request where its target or entity is written."""
    for check in diagnosis.of("fail", "crash", "warn"):
        title = f"{check.code or 'REG002'} {check.name}"
        for origin in (check.origin, *check.also_at):
            place = {"title": title}
            # In a notebook the line counts inside the cell, which GitHub cannot show.
            if isinstance(origin, Code) and origin.place.cell is None:
                place |= {"file": origin.place.path, "line": str(origin.place.span.line)}
            yield f"::{_COMMANDS[check.status]} {format_properties(**place)}::{escape_command(_render_text(check))}"
    for link in diagnosis.links.unknown:
        words = escape_text(f"{link.origin.shown}: this link could not be checked: {link.reason}")
        yield f"::notice title=regilink::{escape_command(words)}"
    for sentence in diagnosis.links.unread:
        yield f"::notice title=regilink::{escape_command(escape_text(f'this file could not be read: {sentence}'))}"
    for skipped in diagnosis.links.skipped:
        yield f"::notice title=regilink::{escape_command(escape_text(f'this file was skipped: {skipped}'))}"


def to_junit(diagnosis: Diagnosis, *, strict: bool = False, allow_unknown: bool = False) -> str:
    """One case per check result. Warnings are passed cases with the message as output; failures with `strict`.

    The case `links` has what could not be checked; it fails where nothing could, unless `allow_unknown`.
    """
    failed: tuple[Status, ...] = ("fail", "warn") if strict else ("fail",)
    suite = ElementTree.Element("testsuite", name="regilink doctor")
    for check in diagnosis.checks:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            name=f"{check.name} {escape_text(check.subject)}",
            classname=f"regilink.{check.name}",
            time=f"{check.duration_ms / 1000:.3f}",
        )
        message = escape_text(check.message)
        if check.status in failed:
            ElementTree.SubElement(case, "failure", message=message, type=check.code or "").text = _render_text(check)
        elif check.status == "crash":
            ElementTree.SubElement(case, "error", message=message, type=check.code or "").text = _render_text(check)
        elif check.status == "skip":
            ElementTree.SubElement(case, "skipped", message=message)
        else:
            ElementTree.SubElement(case, "system-out").text = _render_text(check)
    if lines := incomplete_lines(diagnosis):
        case = ElementTree.SubElement(suite, "testcase", name="links", classname="regilink.links", time="0.000")
        kind = "failure" if diagnosis.links.is_nothing_checked and not allow_unknown else "skipped"
        ElementTree.SubElement(case, kind, message=escape_text(" ".join(lines)))
    counts = {"tests": len(suite)}
    counts |= {f"{kind}s": len(suite.findall(f"testcase/{kind}")) for kind in ("failure", "error")}
    time = f"{diagnosis.elapsed_ms / 1000:.3f}"
    root = ElementTree.Element("testsuites", {**suite.attrib, **_as_text(counts), "time": time})
    counts["skipped"] = len(suite.findall("testcase/skipped"))  # which the outer element does not have
    suite.attrib.update(_as_text(counts), time=time)
    root.append(suite)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def _as_text(counts: dict[str, int]) -> dict[str, str]:
    return {name: str(count) for name, count in counts.items()}


def _render_text(check: CheckResult) -> str:
    """The check result in words, each line of its note and help on one of its own."""
    head = f"{check.code} " if check.code else ""
    where = f" ({escape_text(check.origin.shown)})" if check.origin else ""
    lines = [f"{head}{escape_text(check.subject)}{where}: {escape_text(check.message)}"]
    lines += [f"  note: {escape_text(line)}" for line in (check.note or "").splitlines()]
    lines += [f"  help: {escape_text(line)}" for line in (check.help or "").splitlines()]
    return "\n".join(lines)
