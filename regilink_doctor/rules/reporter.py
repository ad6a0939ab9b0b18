"""From the problems that rules report to findings: place, second place, severity, fix, and no secrets."""

from __future__ import annotations

from regilink_doctor.core.findings import Edit, Finding, Fix, Place, Related
from regilink_doctor.core.text import mask_secrets
from regilink_doctor.rules import rule_for
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import FileFact, Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.rules.base import Report, Rule


def to_finding(report: Report, item: Site | FileFact) -> Finding:
    """The finding of a report about a call site, setting, requirement or command."""
    problem = report.problem
    rule = rule_for(problem.rule)
    message = rule.explain(problem)
    place, second = _place(report, item)
    target = report.string if report.string is not None and not report.argument else _target_of(item)
    return Finding(
        rule.code,
        rule.name,
        problem.severity,
        mask_secrets(message.summary),
        place,
        mask_secrets(message.help) if message.help else None,
        report.fix or _fix(rule, problem, report.string, place),
        (*report.related, *second),
        target=mask_secrets(target.display) if target is not None else None,
        note=mask_secrets(message.note) if message.note else None,
        failures=(problem.failure,) if problem.failure in rule.failures else rule.failures,
    )


def finding_at(place: Place, problem: Problem) -> Finding:
    """The finding of a problem that is at no call site: a file that cannot be read, a comment that is wrong."""
    rule = rule_for(problem.rule)
    message = rule.explain(problem)
    return Finding(
        rule.code,
        rule.name,
        rule.severity,
        mask_secrets(message.summary),
        place,
        mask_secrets(message.help) if message.help else None,
        note=mask_secrets(message.note) if message.note else None,
        failures=rule.failures,
    )


def _target_of(item: Site | FileFact) -> StringValue | None:
    """The one target of a call site."""
    targets = getattr(item, "target", ())
    return targets[0] if isinstance(targets, tuple) and len(targets) == 1 else None


def _place(report: Report, item: Site | FileFact) -> tuple[Place, tuple[Related, ...]]:
    """Where to report: in the call; and, as the second place, where the string is written if that is elsewhere."""
    if report.at is not None:
        return report.at, ()
    string = report.string
    if string is None:
        return item.place, ()
    start, end = report.problem.start, report.problem.end
    written = string.place_of(start, max(end, start + 1))
    span = item.statement
    inside = span.line <= written.span.line and written.span.end_line <= span.end_line
    if inside and (written.path, written.cell) == (item.place.path, item.place.cell):
        return written, ()
    if item.kind in ("setting", "requirement", "command"):
        return written, ()
    return _passed_at(item, report.argument), (Related("the value is set here", written),)


def _passed_at(item: Site | FileFact, argument: str) -> Place:
    """Where a call passes an argument, the target if none is named."""
    if argument:
        keywords = item.arguments.keywords if hasattr(item, "arguments") else {}
        return keywords.get(argument, (item.place, item.place))[1]
    return getattr(item, "argument", None) or item.place


def _fix(rule: Rule, problem: Problem, string: StringValue | None, reported: Place) -> Fix | None:
    """What was intended, written over what is wrong: only where that is written in the file of the finding."""
    if string is None or problem.intended is None:
        return None
    place = string.exact_piece(problem.start, problem.end)
    if place is None or (place.path, place.cell) != (reported.path, reported.cell):
        return None
    what = f"replace with {quoted(problem.intended)}" if problem.intended else "remove it"
    return Fix(what, rule.fix_safety(problem), (Edit(place.span, problem.intended),))
