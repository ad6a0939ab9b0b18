"""The links that were attempted: where each went, or why it was refused."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict
from functools import partial
from typing import Any

from regilink_doctor.core import rule_codes
from regilink_doctor.core.phrases import counted
from regilink_doctor.core.problems import Problem
from regilink_doctor.core.text import escape_text, mask_secrets
from regilink_doctor.report.terminal import paint_text
from regilink_doctor.rules import rule_for
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from regilink_doctor.core.findings import Message
    from regilink_doctor.core.ledger import Assumed, LinkAttempt, Triggered
    from regilink_doctor.workflows.dry_run import ArtifactMade, Consumed, DryRun, Link, RunMade


_COLOURS = {"linked": "1;32", "misplaced": "1;33", "refused": "1;31", "unknown": "1;36"}


def render_links(
    attempts: Iterable[LinkAttempt],
    *,
    colour: bool,
    there: str = "is now",
    explain: Callable[[LinkAttempt], Message | None] | None = None,
) -> Iterator[str]:
    """The lines of the report, without their ends.

    Args:
        attempts: the links.
        colour: whether to paint the verdicts.
        there: what leads from the version to its place.
        explain: gives the message of a link that was refused or misplaced, which then follows it.
    """
    for attempt in attempts:
        verdict = paint_text(_COLOURS[attempt.verdict], f"{attempt.verdict:<9}", colour=colour)
        asked = attempt.requested or "/".join(
            part for part in (attempt.entity, attempt.project, attempt.collection) if part
        )
        version = f"  ({attempt.source_type} {escape_text(attempt.source)})" if attempt.source else ""
        yield f"{verdict} {quoted(asked)}{version}"
        if attempt.verdict == "refused":
            yield f"          {_quote_reason(attempt)}"
            if attempt.aliases:
                yield f"          with aliases {', '.join(map(escape_text, attempt.aliases))}"
        elif attempt.destination:
            place = f"{attempt.destination}:{attempt.version}" if attempt.version else attempt.destination
            note = f", not in a registry [{_quote_reason(attempt)}]" if attempt.verdict == "misplaced" else ""
            aliases = f", aliases {', '.join(map(escape_text, attempt.aliases))}" if attempt.aliases else ""
            yield f"          {there} {escape_text(place)}{aliases}{note}"
        message = explain(attempt) if explain is not None else None
        if message is not None:
            yield from (f"          {line}" for line in render_message(message))


def render_message(message: Message) -> Iterator[str]:
    """A message in lines: the summary, `note:`, `help:`."""
    yield escape_text(message.summary)
    if message.note:
        yield f"note: {escape_text(message.note)}"
    if message.help:
        yield f"help: {escape_text(message.help)}"


def render_assumed(assumed: Iterable[Assumed]) -> Iterator[str]:
    """One line that says what was assumed; none when nothing was."""
    names = [f"{each.kind} {escape_text(each.name)}" for each in assumed]
    if names:
        yield f"assumed to exist because the code names it: {', '.join(names)}"


def _quote_reason(attempt: LinkAttempt) -> str:
    """The reason in short: W&B's message, and the rule and failure that explain it."""
    known = ", ".join(part for part in (attempt.code, attempt.failure) if part)
    message = escape_text(attempt.message) if attempt.message else ""
    return f"{message} [{known}]" if message and known else message or known


VERSION = 1
MOST = 20
"""Runs, artifacts and names that are listed, each; all links are listed."""

CANNOT_SEE = "regilink does not see programs that ignore the proxy variables or drop their environment"

LONGEST = 200
"""Characters of the command that are shown."""

_BOLD, _RED, _GREEN, _YELLOW = "1", "1;31", "1;32", "1;33"


def to_json(outcome: DryRun) -> str:
    """The shape of the contract: a link has `summary`, `note`, `help` and `origins` too."""
    value: dict[str, Any] = {
        "version": VERSION,
        "command": {
            "argv": [mask_secrets(word) for word in outcome.argv],
            "status": outcome.status,
            "interrupted": outcome.interrupted,
        },
        "assumed": [asdict(each) for each in outcome.assumed],
        "runs": [asdict(each) for each in outcome.runs],
        "artifacts": [asdict(each) for each in outcome.artifacts],
        "links": [_link_json(each) for each in outcome.links],
        "consumed": [asdict(each) for each in outcome.consumed],
        "triggered": [asdict(each) for each in outcome.triggered],
        "unsupported": list(outcome.unsupported),
        "blocked_hosts": [host for host, _ in outcome.blocked_hosts],
        "blocked_connections": dict(outcome.blocked_hosts),
        "other_servers": list(outcome.other_servers),
        "exit_status": outcome.exit_status,
    }
    return json.dumps(value, indent=2, ensure_ascii=True)


def _link_json(link: Link) -> dict[str, Any]:
    message = link.message
    return {
        **asdict(link.attempt),
        "summary": message.summary if message is not None else None,
        "note": message.note if message is not None else None,
        "help": link.help,
        "origins": link.origins,
    }


def render(outcome: DryRun, *, colour: bool = False) -> Iterator[str]:
    """The lines of the report, without their ends."""
    paint = partial(paint_text, colour=colour)
    command = escape_text(mask_secrets(shlex.join(outcome.argv)))
    yield paint(_BOLD, f"regilink dry-run: {command if len(command) <= LONGEST else command[:LONGEST] + '...'}")
    ended = "was interrupted, " if outcome.interrupted else ""
    yield f"  {ended}ended with {outcome.ended}; {escape_text(outcome.world)}"
    yield from (f"  {line}" for line in render_assumed(outcome.assumed))
    if any(each.kind == "team" for each in outcome.assumed):
        yield "  W&B refuses links from a personal entity; only a catalog shows which entities are teams"
    if outcome.left_to_default:
        problem = Problem(rule_codes.IMPLICIT_ENTITY, kind="run", facts={"entity": outcome.entity})
        first, *rest = render_message(rule_for(problem.rule).explain(problem))
        yield paint(_YELLOW, f"  warning[{problem.rule}] {first}")
        yield from (f"  {line}" for line in rest)
    yield from _render_section("Runs", outcome.runs, _describe_run, paint)
    yield from _render_section("Artifacts", outcome.artifacts, _describe_artifact, paint)
    yield from _render_links(outcome, colour=colour, paint=paint)
    yield from _render_section("Consumed", outcome.consumed, _describe_consumed, paint)
    if any(each.failed for each in outcome.consumed) and not outcome.stub_artifacts:
        yield "  --stub-artifacts goes on with an empty version, where the name alone is unknown here"
    yield from _render_section("Triggered", outcome.triggered, _describe_triggered, paint)
    yield from _render_section("Not emulated, a limit of regilink", outcome.unsupported, escape_text, paint)
    yield from ("", paint(_BOLD, "W&B servers"))
    yield from (f"  {line}" for line in _render_servers(outcome))
    yield ""
    faults = outcome.faults
    yield paint(
        _RED if faults else _GREEN, _capitalize_first("; ".join(faults)) if faults else _describe_success(outcome)
    )


def _render_servers(outcome: DryRun) -> Iterator[str]:
    """Which servers of W&B were contacted or blocked, and what regilink cannot know."""
    for host, count in outcome.blocked_hosts:
        yield f"{escape_text(host)}: {counted(count, 'connection')} blocked"
    for url in outcome.other_servers:
        yield f"{escape_text(mask_secrets(url))}: named in the code and not blocked, as it is on this machine"
    if outcome.blocked_hosts or outcome.other_servers:
        yield "help: look for WANDB_BASE_URL, host=, base_url in the command's code"
    else:
        yield "no connection seen"
    yield f"note: {CANNOT_SEE}"


def _render_links(outcome: DryRun, *, colour: bool, paint: Callable[[str, str], str]) -> Iterator[str]:
    yield from ("", paint(_BOLD, "Links"))
    if not outcome.links:
        yield "  none"
    for link in outcome.links:
        yield from (f"  {line}" for line in render_links([link.attempt], colour=colour, there="would be"))
        attempt, message = link.attempt, link.message
        place = escape_text(attempt.place) if attempt.place else ""
        if link.origins:
            place += f" (the value is set at {', '.join(map(escape_text, link.origins))})"
        summary = message.summary if message is not None else "this is a project, not a registry" * link.in_project
        lines = [": ".join(part for part in (place, escape_text(summary)) if part) if summary else ""]
        lines += [f"note: {escape_text(message.note)}" if message is not None and message.note else ""]
        lines += [f"help: {escape_text(link.help)}" if link.help else ""]
        yield from (f"            {line}" for line in lines if line)


def _render_section(
    title: str, things: Iterable[Any], line: Callable[[Any], str], paint: Callable[[str, str], str]
) -> Iterator[str]:
    listed = list(things)
    if not listed:
        return
    yield from ("", paint(_BOLD, title))
    yield from (f"  {line(each)}" for each in listed[:MOST])
    if len(listed) > MOST:
        yield f"  and {len(listed) - MOST} more"


def _describe_run(run: RunMade) -> str:
    parts = [run.state]
    if run.logged:
        parts.append(f"logged {run.logged}")
    if run.used:
        parts.append(f"used {run.used}")
    return f"{escape_text(run.path)}  ({', '.join(parts)})"


def _describe_artifact(artifact: ArtifactMade) -> str:
    files = counted(artifact.files, "file")
    aliases = f", aliases {', '.join(map(escape_text, artifact.aliases))}" if artifact.aliases else ""
    return (
        f"{escape_text(artifact.name)}  ({escape_text(artifact.type)}, {files}, {_format_size(artifact.size)}{aliases})"
    )


def _describe_consumed(entry: Consumed) -> str:
    if entry.failed is not None:
        where = f"{escape_text(entry.place)}: " if entry.place else ""
        return f"{escape_text(entry.name)}  could not be read: {where}{escape_text(entry.failed)}"
    words = {"fetch": "looked up", "use": "used by the run", "download": "downloaded"}
    stub = "; unknown here, so an empty one stands in" if entry.stub else ""
    return f"{escape_text(entry.name)}  ({', '.join(words[each] for each in entry.how)}{stub})"


def _describe_triggered(entry: Triggered) -> str:
    alias = f", alias {escape_text(entry.alias)}" if entry.alias else ""
    outcome = f": {escape_text(entry.outcome)}" if entry.outcome else ""
    return f"{escape_text(entry.automation)}  ({entry.event}{alias}, {escape_text(entry.subject)}){outcome}"


def _format_size(number: int) -> str:
    amount = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{number} B"


def _describe_success(outcome: DryRun) -> str:
    into = {
        "into a registry": outcome.count("linked") - outcome.in_projects,
        "into a project, not a registry": outcome.in_projects,
    }
    told = [f"{counted(count, 'link')} would be accepted {where}" for where, count in into.items() if count]
    if unknown := outcome.count("unknown"):
        told.append(f"{counted(unknown, 'link')} where W&B's behavior is undocumented")
    return "; ".join(told) or "Nothing was linked, as allowed"


def _capitalize_first(text: str) -> str:
    return text[:1].upper() + text[1:]
