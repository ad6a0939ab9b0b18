"""A target path at a site: what is wrong with it, weighed with what is known of the organization.

The grammar finds problems in the text. A catalog, through `core.judgement.judge`, decides which of them are
errors, and finds what no text shows. Together they report an error exactly when W&B refuses or misplaces the link.
"""

from __future__ import annotations

from regilink_doctor.core.configured import NOTHING_CONFIGURED
from regilink_doctor.core.findings import Edit, Finding, Fix
from regilink_doctor.core.problems import Problem
from regilink_doctor.core.records import replace
from regilink_doctor.core.strings import KnownPart
from regilink_doctor.core.target_path import UNKNOWN_NAME, SdkRefusal, is_known, problems, sdk_link
from regilink_doctor.core.target_path.app_urls import read_pasted
from regilink_doctor.rules import rule_for
from regilink_doctor.rules.base import DirectoryRule, PathRule, ProblemInPath
from regilink_doctor.rules.site_facts import report_place
from regilink_doctor.rules.wording import destination, known_entity, known_project, known_type, method, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.configured import ConfiguredOrganization
    from regilink_doctor.core.findings import Severity
    from regilink_doctor.core.judgement import Judgement
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.rules.base import Replacement


def path_findings(
    site: Site, directory: OrganizationView | None, known: ConfiguredOrganization = NOTHING_CONFIGURED
) -> Iterator[Finding]:
    """The findings of all the target paths that a link site can have, each problem once."""
    seen = set()
    for text in site.target:
        for finding in _text_findings(site, text, directory, known):
            key = (finding.code, finding.place)
            if key not in seen:
                seen.add(key)
                yield finding


def _text_findings(
    site: Site, text: StringValue, directory: OrganizationView | None, known: ConfiguredOrganization
) -> Iterator[Finding]:
    judgement = _judge(site, text, directory)
    found = _problems(site, text, directory, known)
    bad = judgement is not None and judgement.is_bad
    certain = any(problem.severity == "error" for problem in found)
    raised = _cause(found, judgement.rule) if bad and judgement is not None and not certain else None
    for problem in found:
        finding = _say(site, text, problem)
        if problem is raised:
            finding = replace(finding, severity="error")
        elif judgement is not None and judgement.outcome == "linked" and finding.severity == "error":
            finding = replace(finding, severity="warning")
        yield finding
    if judgement and directory is not None and not certain and raised is None:
        yield from _directory_finding(site, text, judgement, directory)


def _cause(found: tuple[Problem, ...], code: str | None) -> Problem | None:
    """The problem that is behind a verdict: that of the same code, or any, if the verdict is of the text."""
    same = (problem for problem in found if problem.rule == code)
    of_the_text = found[0] if found and (code or "") < "REG200" else None
    return next(same, of_the_text)


def _problems(
    site: Site, text: StringValue, directory: OrganizationView | None, known: ConfiguredOrganization
) -> tuple[Problem, ...]:
    pattern = text.pattern
    project_end = pattern.rfind("/") if "/" in pattern else len(pattern)
    names = text.names_at(0, project_end) or text.names_at(0, len(pattern))
    holes = list(text.holes)
    if is_known(pattern) and (pasted := read_pasted(pattern)):
        return (Problem("REG108", 0, len(pattern), intended=pasted.target),)
    found = problems(
        pattern,
        trailing_slash_fails=site.call == "wandb.Artifact.link",
        # None itself as a path raises at once: only inside a text it becomes a word.
        none_at=[offset for offset, hole in holes if hole.kind == "environment" and len(text.parts) > 1],
        versions_at=[offset for offset, hole in holes if hole.kind == "versioned-name"],
        named_registry=any("registry" in name.lower() for name in names),
        registries=(*_registries(site, directory), *known.registries),
    )
    return tuple(_weakened(text, problem) for problem in found)


def _weakened(text: StringValue, problem: Problem) -> Problem:
    """A name that is empty only when a variable is not given is a warning (rows A5, A6)."""
    if problem.rule == "REG105" and any(text.empty_defaults(problem.start, problem.end)):
        return Problem(problem.rule, problem.start, problem.end, "warning", problem.kind, problem.intended)
    return problem


def _registries(site: Site, directory: OrganizationView | None) -> tuple[str, ...]:
    facts = directory.entity(known_entity(site) or "") if directory is not None else None
    if directory is None or facts is None:
        return ()
    return tuple(name for names in facts.organizations for name in directory.registry_names(names.entity))


def _judge(site: Site, text: StringValue, directory: OrganizationView | None) -> Judgement | None:
    """The judgement of a link whose every piece is written down; a default may be another text in the end.

    What the SDK itself refuses is certain without a catalog.
    """
    if any(isinstance(part, KnownPart) and part.default_of for part in text.parts):
        return None
    link = sdk_link(
        text.pattern, method(site), known_entity(site) or UNKNOWN_NAME, known_project(site) or UNKNOWN_NAME, {}
    )
    if directory is None and not isinstance(link, SdkRefusal):
        return None
    from regilink_doctor.core.judgement import Judgement, judge

    if isinstance(link, SdkRefusal):
        return Judgement("refused", link.problem)
    return judge(link, directory, known_type(site)) if directory is not None else None


def _say(site: Site, text: StringValue, problem: Problem) -> Finding:
    found = rule_for(problem.rule)
    if not isinstance(found, PathRule):
        raise TypeError(f"{problem.rule} is no rule of target paths")
    wrong = text.pattern[problem.start : problem.end]
    told = ProblemInPath(site, text, problem, text.pattern, wrong, destination(site, text))
    words = found.words(told)
    place, related = report_place(site, text.place_of(problem.start, max(problem.end, problem.start + 1)))
    return Finding(
        found.code,
        found.name,
        problem.severity,
        words.message,
        place,
        words.help,
        _fix(found, text, problem, site),
        (*words.related, *related),
        target=text.display,
    )


def _fix(found: PathRule, text: StringValue, problem: Problem, site: Site) -> Fix | None:
    place = text.exact_piece(problem.start, problem.end) if problem.intended is not None else None
    if place is None or problem.intended is None or (place.path, place.cell) != (site.place.path, site.place.cell):
        return None
    wrong = text.pattern[problem.start : problem.end]
    what = f"replace it by {quoted(problem.intended)}" if problem.intended else "take it out"
    return Fix(what, found.safety(problem, wrong), (Edit(place.span, problem.intended),))


def _directory_finding(
    site: Site, text: StringValue, judgement: Judgement, directory: OrganizationView
) -> Iterator[Finding]:
    if judgement.rule is None or judgement.outcome == "linked":
        return
    found = rule_for(judgement.rule)
    if not isinstance(found, DirectoryRule):
        return
    words = found.words(site, text, judgement, directory)
    severity: Severity = "info" if found.severity == "info" else "warning"
    if judgement.is_bad:
        severity = "error"
    place, related = report_place(site, text.place_of(0, len(text.pattern)))
    yield Finding(
        found.code,
        found.name,
        severity,
        words.message,
        place,
        words.help,
        _directory_fix(found.meant(text, judgement, directory), text, site, certain=severity == "error"),
        (*words.related, *related),
        target=text.display,
    )


def _directory_fix(meant: Replacement | None, text: StringValue, site: Site, *, certain: bool) -> Fix | None:
    """Safe where the catalog proves that what is written cannot be right."""
    place = text.exact_piece(meant.start, meant.end) if meant else None
    if meant is None or place is None or (place.path, place.cell) != (site.place.path, site.place.cell):
        return None
    what = f"replace it by {quoted(meant.content)}" if meant.content else "take it out"
    return Fix(what, "safe" if certain else "unsafe", (Edit(place.span, meant.content),))
