"""The last line of `full`: what was found, in how many files, and what could not be checked."""

from __future__ import annotations

from regilink_doctor.core.phrases import counted, join_phrases, rewrite_phrase, say
from regilink_doctor.core.text import escape_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.workflows.lint import LintResult

_MOST_PLACES = 3


def summarize_run(result: LintResult) -> str:
    """What was fixed or silenced, found, suppressed and not understood, and what `--fix` could do."""
    severities = [finding.severity for finding in result.findings]
    errors, warnings, infos = (severities.count(severity) for severity in ("error", "warning", "info"))
    counts = [counted(errors, "error")] if errors else []
    counts += [counted(warnings, "warning")] if warnings else []
    counts += [counted(infos, "info", "info")] if infos else []
    found = join_phrases(", ", counts)
    checked = result.files - len(result.skipped) - len(result.unconfigured)
    files = counted(checked, "file")
    done = counted(len(result.fixed), "finding") if result.fixed else ""
    sentences = []
    if done:
        sentences = [say("Silenced {done}.", done=done) if result.silenced else say("Fixed {done}.", done=done)]
        verdict = (
            say("Left {found} in {files}", found=found, files=files)
            if counts
            else say("Nothing left in {files}", files=files)
        )
    else:
        verdict = (
            say("Found {found} in {files}", found=found, files=files)
            if counts
            else say("Nothing found in {files}", files=files)
            if checked
            else say("There was no file to check")
        )
    if result.suppressed:
        verdict = say("{verdict}, {number} suppressed", verdict=verdict, number=result.suppressed)
    if result.hidden:
        verdict = say("{verdict}, {number} hidden by min-severity", verdict=verdict, number=result.hidden)
    sentences.append(say("{verdict}.", verdict=verdict))
    sentences += describe_unread(result.unreadable)
    sentences += describe_skipped(result.skipped)
    sentences += _count_unconfigured(result)
    sentences += _count_unresolved(result)
    sentences += summarize_project_links(result, without_findings=True)
    sentences += _count_fixable(result)
    return join_phrases(" ", sentences)


def find_unread_links(result: LintResult) -> list[str]:
    """`file:line` of the links whose target path the source does not show."""
    if not result.sites:
        return []  # nothing more is loaded for it
    from regilink_doctor.core.sites import Link

    sites = [report.site for report in result.sites if isinstance(report.site, Link)]
    unread = [site for site in sites if not any(map(_shows_registry, site.target))]
    return _lines_of([site for site in unread if not site.is_without_target and not site.arguments.wrong_types])


def _find_partly_read_links(result: LintResult) -> list[str]:
    """`file:line` of the links of which the source shows some target paths, and that may have others."""
    sites = [report.site for report in result.sites if report.site.kind == "link"]
    return _lines_of([site for site in sites if len(set(map(_shows_registry, site.target))) > 1])


def _count_unconfigured(result: LintResult) -> list[str]:
    """The sentence on files that were not linted, because their configuration cannot be used; none without any."""
    if not result.unconfigured:
        return []
    files, where = counted(len(result.unconfigured), "file"), list_places(result.unconfigured)
    return [say("{files} not checked, because the configuration cannot be used: {places}.", files=files, places=where)]


def _count_unresolved(result: LintResult) -> list[str]:
    """The links that could not be read, or only in part: "nothing found" says nothing about them."""
    sentences: list[str] = []
    if places := find_unread_links(result):
        where = list_places(places)
        sentences.append(say("{links} could not be read: {places}.", links=counted(len(places), "link"), places=where))
    if places := _find_partly_read_links(result):
        links, where = counted(len(places), "link"), list_places(places)
        sentences.append(say("{links} could be read only in part: {places}.", links=links, places=where))
    return sentences


def summarize_project_links(result: LintResult, *, without_findings: bool = False) -> list[str]:
    """The sentence on links that go to a project, not to a registry: the path may miss its prefix. None without any."""
    return describe_project_links(find_project_links(result, without_findings=without_findings))


def find_project_links(result: LintResult, *, without_findings: bool = False) -> list[str]:
    """`file:line` of the links that go to a project."""
    if not result.sites:
        return []
    from regilink_doctor.core.targets import links_to_project, unread_sites

    configured = set(unread_sites([report.site for report in result.sites]))
    reports = [report for report in result.sites if report.site.kind == "link" or report.site in configured]
    sites = [report.site for report in reports if not (without_findings and report.codes)]
    if without_findings:  # a finding of a call in another file is one of each caller
        reported = {report.site.place for report in reports if report.codes}
        sites = [site for site in sites if not site.through or site.through[-1] not in reported]
    return _lines_of([site for site in sites if links_to_project(site)])


def describe_project_links(places: Sequence[str]) -> list[str]:
    """The sentence on these links; none without any."""
    if not places:
        return []
    where = list_places(places)
    if len(places) == 1:
        return [say("1 link goes to a project, not to a registry: {places}.", places=where)]
    return [say("{number} links go to a project, not to a registry: {places}.", number=len(places), places=where)]


def describe_unknown_aliases(result: LintResult) -> list[str]:
    """The sentence on links with aliases that the source does not show; none without any."""
    sites = [report.site for report in result.sites if report.site.kind == "link"]
    unknown = [
        site
        for site in sites
        if "aliases" in site.arguments.unread
        or any(part.kind != "environment" for alias in site.aliases for _, part in alias.unknown_parts)
    ]
    if not unknown:
        return []
    links, places = counted(len(unknown), "link"), list_places(_lines_of(unknown))
    return [say("{links} with aliases that the source does not show: {places}.", links=links, places=places)]


def describe_unread(sentences: Sequence[str]) -> list[str]:
    """The sentence on files that could not be read, each with its place and the reason; none without any."""
    where = list_places(sentences)
    files = counted(len(sentences), "file")
    return [say("{files} could not be read: {places}.", files=files, places=where)] if sentences else []


def describe_skipped(places: Sequence[str]) -> list[str]:
    """The sentence on the files that were skipped, each with the reason; empty if there are none."""
    files, where = counted(len(places), "file"), list_places(places)
    return [say("{files} skipped: {places}.", files=files, places=where)] if places else []


def _lines_of(sites: Sequence[Site]) -> list[str]:
    if not sites:
        return []
    from regilink_doctor.report.locations import format_place

    return [format_place(site.place).rpartition(":")[0] for site in sites]


def list_places(places: Sequence[str]) -> str:
    """The first places, each once, and how many more there are. The name of a file may be anything."""
    places = list(dict.fromkeys(places))
    shown = join_phrases(", ", [rewrite_phrase(place, escape_text) for place in places[:_MOST_PLACES]])
    hidden = len(places) - _MOST_PLACES
    return say("{places} and {number} more", places=shown, number=hidden) if hidden > 0 else shown


def _shows_registry(path: StringValue) -> bool:
    """Whether the part before the collection is known; of a path of one part, that part."""
    from regilink_doctor.core.target_path import is_known

    return is_known(path.pattern.split("/")[-2:][0])


def _count_fixable(result: LintResult) -> list[str]:
    fixes = [finding.fix.applicability for finding in result.findings if finding.fix]
    safe, unsafe = fixes.count("safe"), fixes.count("unsafe")
    if safe and unsafe:
        return [
            say(
                "[*] {safe} can be fixed with --fix, {unsafe} more with --unsafe-fixes.",
                safe=safe,
                unsafe=unsafe,
            )
        ]
    if safe:
        return [say("[*] {safe} can be fixed with --fix.", safe=safe)]
    return [say("{unsafe} can be fixed with --fix --unsafe-fixes.", unsafe=unsafe)] if unsafe else []
