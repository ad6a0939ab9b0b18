"""The findings of several files as one report: each is reported where its value is set, and once.

A value of a configuration file may be used by several programs, and the file may be judged by itself as well. Comments
count in both places.
"""

from __future__ import annotations

import os

from regilink_doctor.core.records import replace
from regilink_doctor.lint.engine import FileReport, list_places, order_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from regilink_doctor.core.findings import Finding, Place
    from regilink_doctor.lint.suppress import Suppression


def report_at_values(reports: Mapping[str, FileReport], linted: Iterable[str]) -> dict[str, FileReport]:
    """The reports with the findings at calls moved to the files that have the values, where these are linted, too.

    What a function of another file does with a value is left out where its caller is reported for the same.

    Args:
        reports: by the path of the file.
        linted: all files that are linted, also those in which nothing can be found by themselves.
    """
    reports = _drop_reported_by_callers(reports)
    if any(
        report.used_elsewhere or report.silenced_values or any(finding.at_value for finding in report.findings)
        for report in reports.values()
    ):
        reports = _move_to_values(reports, linted)
    return _mark_shared(reports)


def _move_to_values(reports: Mapping[str, FileReport], linted: Iterable[str]) -> dict[str, FileReport]:
    shown = {os.path.abspath(path): path for path in linted}
    used = {_key(item) for report in reports.values() for item in report.used_elsewhere}
    moved: dict[str, list[Finding]] = {}
    silenced: dict[str, list[Finding]] = {}
    merged: dict[str, FileReport] = {}
    for path, report in reports.items():
        unneeded = {finding for item, finding in report.unused if _key(item) in used}
        left: list[Finding] = []
        for finding in report.findings:
            target = shown.get(os.path.abspath(finding.at_value.place.path)) if finding.at_value else None
            if finding.at_value is not None and target is not None:
                place = replace(finding.at_value.place, path=target)  # the file is named as it is linted
                moved.setdefault(target, []).append(replace(finding.at_value, place=place))
            elif finding not in unneeded:
                left.append(finding)
        merged[path] = replace(report, findings=tuple(left))
        for finding in report.silenced_values:
            target = shown.get(os.path.abspath(finding.place.path))
            if target is not None:
                silenced.setdefault(target, []).append(finding)
    for path in {**moved, **silenced}:
        report = merged.get(path, FileReport(()))
        own = [item for item in report.findings if not any(_is_same(item, other) for other in silenced.get(path, ()))]
        findings = sorted(_merge(own, moved.get(path, ())), key=order_of)
        merged[path] = replace(report, findings=tuple(findings))
    return merged


def _mark_shared(reports: dict[str, FileReport]) -> dict[str, FileReport]:
    """The reports; a fix is unsafe where it changes a value that a call of another file uses without this problem."""
    uses: dict[tuple[str, int], list[tuple[Place, frozenset[str]]]] = {}
    if any(finding.fix is not None for report in reports.values() for finding in report.findings):
        folder = os.getcwd()
        for path, report in reports.items():
            for site, codes in zip(report.sites, report.codes, strict=True):
                for place in list_places(site):
                    if place.path != path:
                        key = os.path.join(folder, place.path), place.span.line
                        uses.setdefault(key, []).append((place, frozenset(codes)))
    if not uses:
        return reports

    def mark(finding: Finding) -> Finding:
        for edit in finding.fix.edits if finding.fix is not None else ():
            for place, codes in uses.get((os.path.abspath(finding.place.path), edit.span.line), ()):
                is_same = place.cell == finding.place.cell and place.span.contains(edit.span)
                if is_same and finding.code not in codes and finding.fix is not None:
                    return replace(finding, fix=replace(finding.fix, applicability="unsafe"))
        return finding

    return {path: replace(report, findings=tuple(map(mark, report.findings))) for path, report in reports.items()}


def _drop_reported_by_callers(reports: Mapping[str, FileReport]) -> dict[str, FileReport]:
    by_place: dict[tuple[str, str, int], list[Finding]] = {}
    by_call: set[tuple[str, Place]] = set()
    for report in reports.values():
        for finding in report.findings:
            by_place.setdefault((finding.code, finding.place.path, finding.place.span.line), []).append(finding)
            by_call.update((finding.code, place) for place in finding.through)

    def is_reported_by_caller(finding: Finding) -> bool:
        if (finding.code, finding.place) in by_call:
            return True
        return finding.at_value is None and any(
            other is not finding and not _are_apart(other.place, related.place)
            for related in finding.related
            if related.place.path != finding.place.path and related.place not in finding.through
            for other in by_place.get((finding.code, related.place.path, related.place.span.line), ())
        )

    left: dict[str, FileReport] = {}
    for path, report in reports.items():
        findings = tuple([finding for finding in report.findings if not is_reported_by_caller(finding)])
        left[path] = report if len(findings) == len(report.findings) else replace(report, findings=findings)
    return left


def _merge(own: Sequence[Finding], moved: Sequence[Finding]) -> list[Finding]:
    """What a file says by itself, and what its uses say: each problem of a value once, with all its uses."""
    merged: list[Finding] = []
    by_line: dict[tuple[str, int], list[int]] = {}
    for finding in (*moved, *own):
        same = by_line.setdefault((finding.code, finding.place.span.line), [])
        index = next((index for index in same if _is_same(merged[index], finding)), None)
        if index is None:
            same.append(len(merged))
            merged.append(finding)
        else:
            first = merged[index]
            related = tuple(dict.fromkeys((*first.related, *finding.related)))
            merged[index] = replace(first, related=related, fix=first.fix or finding.fix)
    return merged


def _is_same(one: Finding, other: Finding) -> bool:
    """Whether two findings of one file are about the same part of a value."""
    return one.code == other.code and not _are_apart(one.place, other.place)


def _are_apart(one: Place, other: Place) -> bool:
    first, second = one.span, other.span
    return (first.end_line, first.end_column) <= (second.line, second.column) or (
        (second.end_line, second.end_column) <= (first.line, first.column)
    )


def _key(item: Suppression) -> tuple[str | None, str, Place]:
    return item.code, os.path.abspath(item.place.path), replace(item.place, path="")
