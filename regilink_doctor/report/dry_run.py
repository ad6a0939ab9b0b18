"""The links that were attempted: where each went, or why it was refused."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict
from functools import partial
from typing import Any

from regilink_doctor.core import rule_codes
from regilink_doctor.core.phrases import counted, join_phrases, say
from regilink_doctor.core.problems import Problem
from regilink_doctor.core.target_path import is_registry_project
from regilink_doctor.core.text import escape_text, mask_secrets, pad_text
from regilink_doctor.report.terminal import paint_text
from regilink_doctor.rules import rule_for
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from regilink_doctor.core.findings import Message
    from regilink_doctor.core.ledger import AliasChange, Assumed, LinkAttempt, RefusedRun, Triggered, UnsentRun
    from regilink_doctor.workflows.dry_run import ArtifactMade, Consumed, DryRun, Link, RunMade


_COLOURS = {"linked": "1;32", "misplaced": "1;33", "refused": "1;31", "unknown": "1;36"}
_VERDICTS = {
    "linked": say("linked"),
    "misplaced": say("misplaced"),
    "refused": say("refused"),
    "unknown": say("unknown"),
}
_STATES = {
    "finished": say("finished"),
    "failed": say("failed"),
    "crashed": say("crashed"),
    "running": say("running"),
}
_HOW = {
    "list": say("listed"),
    "fetch": say("looked up"),
    "use": say("used by the run"),
    "download": say("downloaded"),
}
_KINDS = {
    "organization": say("organization"),
    "team": say("team"),
    "person": say("personal entity"),
    "registry": say("registry"),
    "collection": say("collection"),
    "run": say("run"),
}


def render_links(
    attempts: Iterable[LinkAttempt],
    *,
    colour: bool,
    is_emulated: bool = False,
    explain: Callable[[LinkAttempt], Message | None] | None = None,
    translate: Callable[[str], str] = str,
) -> Iterator[str]:
    """The lines of the report, without their ends.

    Args:
        attempts: the links.
        colour: whether to paint the verdicts.
        is_emulated: the links would have been made on the real server.
        explain: gives the message of a link that was refused or misplaced, which then follows it.
        translate: shows a string in the reader's language.
    """
    for attempt in attempts:
        lines = _render_attempt(attempt, colour, is_emulated, explain, translate)
        yield from map(mask_secrets, lines)  # pytest prints them, too


def _render_attempt(
    attempt: LinkAttempt,
    colour: bool,
    is_emulated: bool,
    explain: Callable[[LinkAttempt], Message | None] | None,
    translate: Callable[[str], str],
) -> Iterator[str]:
    verdict = pad_text(translate(_VERDICTS[attempt.verdict]), 9)
    verdict = paint_text(_COLOURS[attempt.verdict], verdict, colour=colour)
    asked = attempt.requested or "/".join(
        part for part in (attempt.entity, attempt.project, attempt.collection) if part
    )
    version = f"  ({attempt.source_type} {escape_text(attempt.source)})" if attempt.source else ""
    yield f"{verdict} {quoted(asked) if asked else translate(say('no target path'))}{version}"
    if attempt.verdict == "refused":
        yield f"          {_quote_reason(attempt)}"
        if attempt.aliases:
            aliases = say("with aliases {names}", names=", ".join(attempt.aliases))
            yield f"          {escape_text(translate(aliases))}"
    elif attempt.destination:
        place = f"{attempt.destination}:{attempt.version}" if attempt.version else attempt.destination
        facts = [say("would be {place}", place=place) if is_emulated else say("went to {place}", place=place)]
        facts += [say("aliases {names}", names=", ".join(attempt.aliases))] if attempt.aliases else []
        if attempt.verdict == "misplaced":
            in_registry = is_registry_project(attempt.project or "")
            facts.append(say("under a name that was never filled in") if in_registry else say("not in a registry"))
            facts[-1] = join_phrases(" ", [facts[-1], f"[{_quote_reason(attempt)}]"])
        yield f"          {escape_text(translate(join_phrases(', ', facts)))}"
    message = explain(attempt) if explain is not None else None
    if message is not None:
        yield from (f"          {line}" for line in render_message(message, translate))


def render_message(message: Message, translate: Callable[[str], str] = str) -> Iterator[str]:
    """A message in lines: the summary, `note:`, `help:`."""
    yield escape_text(translate(message.summary))
    if message.note:
        yield f"{translate('note')}: {escape_text(translate(message.note))}"
    if message.help:
        yield f"{translate('help')}: {escape_text(translate(message.help))}"


def render_assumed(assumed: Iterable[Assumed], translate: Callable[[str], str] = str) -> Iterator[str]:
    """One line that says what was assumed; none when nothing was."""
    names = [join_phrases(" ", [_KINDS[item.kind], item.name]) for item in assumed]
    if names:
        line = say("assumed to exist because the code names it: {names}", names=join_phrases(", ", names))
        yield mask_secrets(escape_text(translate(line)))


def _quote_reason(attempt: LinkAttempt) -> str:
    """The reason in short: W&B's message, and the rule and failure that explain it."""
    codes = ", ".join(part for part in (attempt.code, attempt.failure) if part)
    message = escape_text(attempt.message) if attempt.message else ""
    return f"{message} [{codes}]" if message and codes else message or codes


VERSION = 1
MOST = 20
"""Runs, artifacts and names that are listed, each; all links are listed."""

CANNOT_SEE = say("regilink does not see programs that ignore the proxy variables or drop their environment")

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
            "left_running": outcome.left_running,
        },
        "assumed": [asdict(each) for each in outcome.assumed],
        "runs": [asdict(each) for each in outcome.runs],
        "refused_runs": [asdict(each) for each in outcome.refused_runs],
        "unsent_runs": [asdict(each) for each in outcome.unsent_runs],
        "artifacts": [asdict(each) for each in outcome.artifacts],
        "links": [_link_json(each) for each in outcome.links],
        "alias_changes": [asdict(each) for each in outcome.alias_changes],
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


def render(outcome: DryRun, *, colour: bool = False, translate: Callable[[str], str] = str) -> Iterator[str]:
    """The lines of the report, without their ends."""
    return _Report(outcome, colour, translate).render()


class _Report:
    """The report on a dry run in colors, in a language."""

    def __init__(self, outcome: DryRun, colour: bool, translate: Callable[[str], str]) -> None:
        self._outcome = outcome
        self._colour = colour
        self._translate = translate
        self._paint = partial(paint_text, colour=colour)

    def _show(self, text: str) -> str:
        return escape_text(self._translate(text))

    def render(self) -> Iterator[str]:
        """The lines, without their ends."""
        outcome = self._outcome
        command = escape_text(mask_secrets(shlex.join(outcome.argv)))
        yield self._paint(
            _BOLD, f"regilink dry-run: {command if len(command) <= LONGEST else command[:LONGEST] + '...'}"
        )
        ended = say("ended with {status}", status=outcome.ended)
        if outcome.interrupted:
            ended = say("was interrupted, {ended}", ended=ended)
        yield f"  {self._show(join_phrases('; ', [ended, outcome.world]))}"
        yield from (f"  {line}" for line in render_assumed(outcome.assumed, self._translate))
        if any(item.kind == "team" for item in outcome.assumed):
            note = say("W&B refuses links from a personal entity; only a catalog shows which entities are teams")
            yield f"  {self._show(note)}"
        runs = [
            *map(_describe_refused_run, outcome.refused_runs),
            *map(_describe_run, outcome.runs),
            *map(_describe_unsent_run, outcome.unsent_runs),
        ]
        yield from self._render_section(say("Runs"), runs)
        yield from self._render_section(say("Artifacts"), map(_describe_artifact, outcome.artifacts))
        yield from self._render_links()
        if outcome.left_to_default:
            swept = outcome.sweep_left_to_default
            rule = rule_codes.ENTITY_IGNORED_IN_SWEEP if swept else rule_codes.IMPLICIT_ENTITY
            problem = Problem(rule, kind="run", facts={"entity": outcome.entity})
            first, *rest = render_message(rule_for(problem.rule).explain(problem), self._translate)
            yield self._paint(_YELLOW, f"  {self._translate('warning')}[{problem.rule}] {first}")
            yield from (f"  {line}" for line in rest)
        yield from self._render_section(
            say("Aliases changed without a link"), map(_describe_alias_change, outcome.alias_changes)
        )
        yield from self._render_section(say("Consumed"), map(_describe_consumed, outcome.consumed))
        if any(item.failed for item in outcome.consumed) and not outcome.stub_artifacts:
            note = say("--stub-artifacts goes on with an empty version, where the name alone is unknown here")
            yield f"  {self._show(note)}"
        yield from self._render_section(say("Triggered"), map(_describe_triggered, outcome.triggered))
        yield from self._render_section(say("Not emulated, a limit of regilink"), outcome.unsupported)
        yield from ("", self._paint(_BOLD, self._translate("W&B servers")))
        yield from (f"  {line}" for line in self._render_servers())
        yield ""
        faults = outcome.faults
        verdict = self._show(join_phrases("; ", faults) if faults else _describe_success(outcome))
        yield self._paint(_RED if faults else _GREEN, verdict[:1].upper() + verdict[1:])

    def _render_servers(self) -> Iterator[str]:
        """Which servers of W&B were contacted or blocked, and what regilink cannot know."""
        outcome = self._outcome
        for host, count in outcome.blocked_hosts:
            connections = counted(count, "connection")
            yield self._show(say("{host}: {connections} blocked", host=host, connections=connections))
        for url in outcome.other_servers:
            yield self._show(
                say("{url}: named in the code and not blocked, as it is on this machine", url=mask_secrets(url))
            )
        if outcome.blocked_hosts or outcome.other_servers:
            where = self._translate("look for WANDB_BASE_URL, host=, base_url in the command's code")
            yield f"{self._translate('help')}: {where}"
        else:
            yield self._translate("no connection seen")
        yield f"{self._translate('note')}: {self._translate(CANNOT_SEE)}"

    def _render_links(self) -> Iterator[str]:
        yield from ("", self._paint(_BOLD, self._translate("Links")))
        if not self._outcome.links:
            yield f"  {self._translate('none')}"
        # A refusal is why the program failed: what else is wrong comes after it.
        for link in sorted(self._outcome.links, key=lambda link: link.attempt.verdict != "refused"):
            lines = render_links([link.attempt], colour=self._colour, is_emulated=True, translate=self._translate)
            yield from (f"  {line}" for line in lines)
            place = link.attempt.place or ""
            if link.origins:
                place = say("{place} (the value is set at {lines})", place=place, lines=", ".join(link.origins))
            message = link.message
            summary = message.summary if message is not None else ""
            if link.in_project and message is None:
                summary = say("this is a project, not a registry")
            if summary:
                yield f"            {self._show(join_phrases(': ', filter(None, (place, summary))))}"
            if message is not None and message.note:
                yield f"            {self._translate('note')}: {self._show(message.note)}"
            if link.help:
                yield f"            {self._translate('help')}: {self._show(link.help)}"

    def _render_section(self, title: str, lines: Iterable[str]) -> Iterator[str]:
        listed = list(lines)
        if not listed:
            return
        yield from ("", self._paint(_BOLD, self._translate(title)))
        yield from (f"  {self._show(line)}" for line in listed[:MOST])
        if len(listed) > MOST:
            yield f"  {self._translate(say('and {number} more', number=len(listed) - MOST))}"


def _describe_run(run: RunMade) -> str:
    parts = [_STATES.get(run.state, run.state)]
    if run.logged:
        parts.append(say("logged {number}", number=run.logged))
    if run.used:
        parts.append(say("used {number}", number=run.used))
    return say("{name}  ({facts})", name=run.path, facts=join_phrases(", ", parts))


def _describe_refused_run(run: RefusedRun) -> str:
    name = "/".join(filter(None, [run.entity, run.project])) or say("the account's default entity")
    reason = f"{run.message} [{run.failure}]" if run.failure else run.message
    return say("{name}  (refused: {reason})", name=name, reason=reason)


def _describe_unsent_run(run: UnsentRun) -> str:
    facts = join_phrases(", ", [run.mode, *([run.place] if run.place else [])])
    return say("a run that sends nothing  ({facts})", facts=facts)


def _describe_artifact(artifact: ArtifactMade) -> str:
    facts = [artifact.type, counted(artifact.files, "file"), _format_size(artifact.size)]
    facts += [say("aliases {names}", names=", ".join(artifact.aliases))] if artifact.aliases else []
    return say("{name}  ({facts})", name=artifact.name, facts=join_phrases(", ", facts))


def _describe_alias_change(change: AliasChange) -> str:
    if change.refused is not None:
        facts = say("alias {name} refused: {reason}", name=quoted(change.alias), reason=change.refused)
    elif change.after is None:
        facts = say("alias {name} removed from {version}", name=quoted(change.alias), version=change.before)
    elif change.before is None:
        facts = say("alias {name} set on {version}", name=quoted(change.alias), version=change.after)
    else:
        facts = say(
            "alias {name} moved from {old} to {new}", name=quoted(change.alias), old=change.before, new=change.after
        )
    return say("{name}  ({facts})", name=change.collection, facts=facts)


def _describe_consumed(entry: Consumed) -> str:
    if entry.failed is not None:
        reason = f"{entry.place}: {entry.failed}" if entry.place else entry.failed
        return say("{name}  could not be read: {reason}", name=entry.name, reason=reason)
    facts = join_phrases(", ", [_HOW[how] for how in entry.how])
    if entry.missing is not None:
        missing = say("{version} is unknown here, so this one stands in", version=quoted(entry.missing))
        facts = join_phrases("; ", [facts, missing])
    elif entry.stub:
        facts = join_phrases("; ", [facts, say("unknown here, so an empty one stands in")])
    return say("{name}  ({facts})", name=entry.name, facts=facts)


def _describe_triggered(entry: Triggered) -> str:
    facts: list[str] = [entry.event, *([say("alias {name}", name=entry.alias)] if entry.alias else []), entry.subject]
    line = say("{name}  ({facts})", name=entry.automation, facts=join_phrases(", ", facts))
    return join_phrases(": ", [line, entry.outcome]) if entry.outcome else line


def _format_size(number: int) -> str:
    amount = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{number} B"


def _describe_success(outcome: DryRun) -> str:
    in_registry = outcome.count("linked") - outcome.in_projects
    sentences = []
    if in_registry:
        links = counted(in_registry, "link")
        sentences.append(say("{links} would be accepted into a registry", links=links))
    if outcome.in_projects:
        links = counted(outcome.in_projects, "link")
        sentences.append(say("{links} would be accepted into a project, not a registry", links=links))
    if removed := sum(link.removed for link in outcome.links):
        sentences.append(say("the command removes {links} again", links=counted(removed, "link")))
    if unknown := outcome.count("unknown"):
        sentences.append(say("{links} where W&B's behavior is undocumented", links=counted(unknown, "link")))
    if failed := sum(1 for entry in outcome.consumed if entry.failed):
        sentences.append(say("{names} could not be read", names=counted(failed, "name")))
    if missing := sum(1 for entry in outcome.consumed if entry.missing is not None):
        sentences.append(say("{names} unknown here, and replaced", names=counted(missing, "name")))
    if in_registry and any(item.kind not in ("person", "run") for item in outcome.assumed):
        sentences.append(say("whether what is assumed exists, only a catalog shows"))
    if sentences:
        if outcome.unsent_runs:
            sentences.append(say("{runs} sent nothing", runs=counted(len(outcome.unsent_runs), "run")))
        return join_phrases("; ", sentences)
    if outcome.unsent_mode:
        return say("Nothing was linked, as allowed; the mode of wandb is {mode}", mode=outcome.unsent_mode)
    return say("Nothing was linked, as allowed")
