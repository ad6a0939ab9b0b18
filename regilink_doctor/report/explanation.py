"""An explanation for people (plain text, with colours where wanted) and for machines (JSON)."""

from __future__ import annotations

import json
import textwrap
from functools import partial
from typing import TYPE_CHECKING

from regilink_doctor.report.positions import visible
from regilink_doctor.report.terminal import painted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from regilink_doctor.workflows.explain.explanation import Cause, Explanation, Wrong

    _Paint = Callable[[str, str], str]

VERSION = 1
WIDTH = 100
LONGEST = 1000
"""Characters of one text that are shown: names come from whatever was pasted."""

_BOLD, _QUIET = "1", "2"


def to_json(explanation: Explanation) -> str:
    """The shape of the contract."""
    value = {
        "version": VERSION,
        "kind": explanation.kind,
        "target": explanation.target,
        "organization": explanation.organization,
        "registry": explanation.registry,
        "collection": explanation.collection,
        "version_or_alias": explanation.version_or_alias,
        "codes": list(explanation.codes),
        "rows": list(explanation.rows),
        "text": explanation.text,
    }
    return json.dumps(value, indent=2, ensure_ascii=True)


def render(explanation: Explanation, *, colour: bool = False) -> Iterator[str]:
    """The lines, without their ends: what it is, its parts, where a link goes, what is wrong, what to write, causes."""
    paint = partial(painted, colour=colour)
    lead = "error: " if explanation.kind == "error" else ""
    yield from (paint(_BOLD, line) for line in _wrapped(_capital(lead + _short(explanation.title)), ""))
    if explanation.kind == "row" and explanation.codes:
        yield f"  caught by {', '.join(explanation.codes)}"
    for note in explanation.notes:
        yield from (paint(_QUIET, line) for line in _wrapped(_short(note), "  "))
    yield from _table(explanation.parts)
    yield from _listed("A link to it goes to:", explanation.goes, paint)
    if explanation.wrong:
        yield from ("", paint(_BOLD, "What is wrong:"))
        for wrong in explanation.wrong:
            yield from _wrong(wrong)
    yield from _listed("Write:", explanation.write, paint)
    if explanation.body:
        yield ""
        yield from explanation.body.splitlines()
    for title, examples in explanation.examples:
        yield from ("", paint(_BOLD, f"{title}:"), "")
        yield from textwrap.indent("\n\n".join(examples), "    ").splitlines()
    yield from _causes(explanation, paint)


def _causes(explanation: Explanation, paint: _Paint) -> Iterator[str]:
    causes = explanation.causes
    if explanation.kind == "error" and len(causes) > 1:
        yield from ("", paint(_BOLD, "Likely causes, the likeliest first:"))
    for number, cause in enumerate(causes, 1):
        yield ""
        if explanation.kind != "row":  # its title has been said
            lead = f"{number}. " if explanation.kind == "error" and len(causes) > 1 else ""
            names = ", ".join((f"row {cause.row}", *cause.codes))
            yield paint(_BOLD, f"{lead}{_capital(cause.title)}") + f" [{names}]"
        for line in _cause(cause, whole=number == 1):
            yield f"   {line}"


def _cause(cause: Cause, *, whole: bool) -> Iterator[str]:
    """The lines of a cause; what happens is told for the likeliest alone."""
    for label, text in (
        ("What happens", cause.happens if whole else ""),
        ("To tell it", cause.sign),
        ("What to do", cause.instead),
        ("Proof", f"`{_short(cause.proof)}`" if cause.proof else ""),
    ):
        if text:
            yield from _wrapped(f"{label}: {text}", "", WIDTH - 3)


def _wrong(wrong: Wrong) -> Iterator[str]:
    where = f"line {wrong.line}: " if wrong.line is not None else ""
    yield from _wrapped(f"{wrong.code}: {where}{_short(wrong.message)}", "  ")
    if wrong.help:
        yield from _wrapped(f"help: {_short(wrong.help)}", "    ")


def _table(parts: Iterable[tuple[str, str]]) -> Iterator[str]:
    rows = list(parts)
    if rows:
        yield ""
        margin = max(len(name) for name, _ in rows)
        yield from (f"  {name:<{margin}}   {_short(value)}" for name, value in rows)


def _listed(title: str, lines: Iterable[str], paint: _Paint) -> Iterator[str]:
    shown = list(lines)
    if shown:
        yield from ("", paint(_BOLD, title))
        for line in shown:
            yield from _wrapped(_short(line), "  ")


def _wrapped(text: str, indent: str, width: int = WIDTH) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ) or [indent]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _short(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}..."
