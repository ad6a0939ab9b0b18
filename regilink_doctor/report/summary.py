"""The last line of `full`: what was found, in how many files, and what could not be checked."""

from __future__ import annotations

from regilink_doctor.core.text import counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.workflows.lint import LintResult

_MOST_PLACES = 3


def summarize_run(result: LintResult) -> str:
    """What was fixed or silenced, found, suppressed and not understood, and what `--fix` could do."""
    counts = [
        counted(count, name, "info" if name == "info" else None)
        for name in ("error", "warning", "info")
        if (count := sum(finding.severity == name for finding in result.findings))
    ]
    done = ""
    if result.fixed:
        done = f"{'Silenced' if result.silenced else 'Fixed'} {counted(len(result.fixed), 'finding')}. "
    found = f"{'Left' if done else 'Found'} {', '.join(counts)}" if counts else f"Nothing {'left' if done else 'found'}"
    hidden = f", {result.suppressed} suppressed" if result.suppressed else ""
    return (
        f"{done}{found} in {counted(result.files, 'file')}{hidden}.{_count_unresolved(result)}"
        f"{_count_project_links(result)}{_count_fixable(result)}"
    )


def find_unread_links(result: LintResult) -> list[str]:
    """`file:line` of the links whose target path the source does not show."""
    sites = [report.site for report in result.sites if report.site.kind == "link"]
    places = [site.place for site in sites if not any(map(_shows_registry, site.target))]
    if not places:
        return []
    from regilink_doctor.report.locations import format_place

    return [format_place(place).rpartition(":")[0] for place in places]


def _count_unresolved(result: LintResult) -> str:
    """The links that could not be read: "nothing found" says nothing about them."""
    places = find_unread_links(result)
    return f" {counted(len(places), 'link')} could not be read: {_list_places(places)}." if places else ""


def _count_project_links(result: LintResult) -> str:
    """The links that go to a project, not to a registry, and have no finding: the path may miss its prefix."""
    sites = [report.site for report in result.sites if report.site.kind == "link" and not report.codes]
    if not sites:
        return ""
    from regilink_doctor.core.target_path import is_known, parsed
    from regilink_doctor.report.locations import format_place

    places = []
    for site in sites:
        paths = [parsed(string.pattern) for string in site.target if is_known(string.pattern)]
        if paths and not any(path is None or path.is_registry for path in paths):
            places.append(format_place(site.place).rpartition(":")[0])
    if not places:
        return ""
    verb = "goes" if len(places) == 1 else "go"
    return f" {counted(len(places), 'link')} {verb} to a project, not to a registry: {_list_places(places)}."


def _list_places(places: list[str]) -> str:
    more = f" and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
    return f"{', '.join(places[:_MOST_PLACES])}{more}"


def _shows_registry(path: StringValue) -> bool:
    """Whether the part before the collection is known; of a path of one part, that part."""
    from regilink_doctor.core.target_path import is_known

    return is_known(path.pattern.split("/")[-2:][0])


def _count_fixable(result: LintResult) -> str:
    fixes = [finding.fix.applicability for finding in result.findings if finding.fix]
    safe, unsafe = fixes.count("safe"), fixes.count("unsafe")
    if safe:
        more = f", {unsafe} more with --unsafe-fixes" if unsafe else ""
        return f" [*] {safe} can be fixed with --fix{more}."
    return f" {unsafe} can be fixed with --fix --unsafe-fixes." if unsafe else ""
