"""`--regilink-report`: which links of the source were reached by which test, and which by none."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from regilink_doctor.core.files import is_test_path, relative_path, show_path
from regilink_doctor.core.target_path import show_unknown
from regilink_doctor.core.text import escape_text, mask_secrets
from regilink_doctor.emulator import recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from regilink_doctor.core.ledger import LinkAttempt
    from regilink_doctor.emulator.recorder import LinkCall
    from regilink_doctor.workflows.lint import LintResult

REACHED = pytest.StashKey[dict[str, list[str]]]()
"""`file:line` of a link that ran -> the tests in which it did."""


def note_links(config: pytest.Config, nodeid: str, attempts: Iterable[LinkAttempt]) -> None:
    """Note where a test linked, refused links included."""
    for attempt in attempts:
        if attempt.place is not None:
            add_reached(config, {attempt.place: [nodeid]})


@contextmanager
def noting_callers(config: pytest.Config, nodeid: str, is_active: Callable[[], bool]) -> Iterator[None]:
    """Note the lines that lead to each link of this process: a call of a function that links is a link of the source.

    Args:
        config: where it is noted.
        nodeid: the test's.
        is_active: whether a link that begins now is the test's.
    """
    root = os.path.join(config.rootpath, "")

    def note_call(call: LinkCall) -> None:
        frame = sys._getframe() if call.target_path is not None and not call.ended and is_active() else None
        while frame is not None:
            if frame.f_code.co_filename.startswith(root):
                add_reached(config, {f"{frame.f_code.co_filename}:{frame.f_lineno}": [nodeid]})
            frame = frame.f_back

    recorder.start_recording(note_call)
    try:
        yield
    finally:
        recorder.stop_recording(note_call)


def add_reached(config: pytest.Config, reached: Mapping[str, list[str]]) -> None:
    """Add what was reached, here or in a worker of xdist."""
    places = config.stash.setdefault(REACHED, {})
    for place, tests in reached.items():
        places[place] = sorted({*places.get(place, ()), *tests})


def measure_coverage(config: pytest.Config) -> dict[str, Any]:
    """The report: each link of the source with the tests that reached it."""
    known: dict[str, list[str]] = config.stash.get(REACHED, {})
    reached = _split_places(known)
    links = []
    result = _lint_source(config)
    root = str(config.rootpath)
    # What a test links to itself is no link of the source.
    sites = [
        report.site
        for report in result.sites
        if report.site.kind == "link" and not is_test_path(relative_path(report.site.place.path, root))
    ]
    for site in sorted(sites, key=lambda site: (site.place.path, site.place.span.line)):
        path = os.path.abspath(site.place.path)
        lines = range(site.statement.line, site.statement.end_line + 1)
        tests = {test for line in lines for test in reached.get((path, line), ())}
        links.append(
            {
                "path": site.place.path,
                "line": site.place.span.line,
                "target": mask_secrets(show_unknown(site.target[0].pattern)) if site.target else None,
                "tests": sorted(tests),
            }
        )
    covered = sum(1 for link in links if link["tests"])
    return {"version": 1, "covered": covered, "links": links, "unread": [*result.unread, *result.skipped]}


def render_report(report: Mapping[str, Any]) -> Iterator[str]:
    """The lines for the terminal: the count, and the links that no test reached."""
    links = report["links"]
    if links:
        yield f"regilink: {report['covered']} of {len(links)} links are covered"
    else:
        yield "regilink: no link was found outside of tests, so none is covered"
    for sentence in report["unread"]:
        yield f"  {escape_text(sentence)}: this file could not be read, its links are not counted"
    for link in links:
        if not link["tests"]:
            target = escape_text(link["target"] or "?")
            yield f"  {escape_text(link['path'])}:{link['line']}: {target}: no test reached this link"


def write_report(report: Mapping[str, Any], path: str) -> None:
    """Write the report as JSON."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps(report, indent=2) + "\n")


def _lint_source(config: pytest.Config) -> LintResult:
    """All below rootdir: the arguments may name the tests alone."""
    from regilink_doctor.config import find_config
    from regilink_doctor.workflows.lint import lint_paths

    root = str(config.rootpath)
    return lint_paths([show_path(root)], all_sites=True, config=find_config(root))


def _split_places(reached: Mapping[str, list[str]]) -> dict[tuple[str, int], list[str]]:
    places = {}
    for place, tests in reached.items():
        path, _, line = place.rpartition(":")
        places[os.path.abspath(path), int(line)] = tests
    return places
