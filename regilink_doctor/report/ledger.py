"""The links that were attempted: where each went, or why it was refused."""

from __future__ import annotations

from regilink_doctor.core.text import escape_text
from regilink_doctor.report.terminal import paint_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from regilink_doctor.core.ledger import Assumed, LinkAttempt

_COLOURS = {"linked": "1;32", "misplaced": "1;33", "refused": "1;31", "unknown": "1;36"}


def render_links(attempts: Iterable[LinkAttempt], *, colour: bool, there: str = "is now") -> Iterator[str]:
    """The lines of the report, without their ends. `there` leads from the version to its place."""
    for attempt in attempts:
        verdict = paint_text(_COLOURS[attempt.verdict], f"{attempt.verdict:<9}", colour=colour)
        asked = attempt.requested or "/".join(
            part for part in (attempt.entity, attempt.project, attempt.collection) if part
        )
        yield f"{verdict} {escape_text(asked)}  ({attempt.source_type} {escape_text(attempt.source or '?')})"
        if attempt.verdict == "refused":
            yield f"          {explain_attempt(attempt)}"
        elif attempt.destination:
            place = f"{attempt.destination}:{attempt.version}" if attempt.version else attempt.destination
            note = f", not in a registry [{explain_attempt(attempt)}]" if attempt.verdict == "misplaced" else ""
            aliases = f", aliases {', '.join(map(escape_text, attempt.aliases))}" if attempt.aliases else ""
            yield f"          {there} {escape_text(place)}{aliases}{note}"


def render_assumed(assumed: Iterable[Assumed]) -> Iterator[str]:
    """One line that says what was assumed; none when nothing was."""
    names = [f"{each.kind} {escape_text(each.name)}" for each in assumed]
    if names:
        yield f"assumed to exist because the code names it: {', '.join(names)}"


def explain_attempt(attempt: LinkAttempt) -> str:
    """The reason in short: W&B's message, and the rule and failure that explain it."""
    known = ", ".join(part for part in (attempt.code, attempt.failure) if part)
    message = escape_text(attempt.message) if attempt.message else ""
    return f"{message} [{known}]" if message and known else message or known
