"""An explanation for people (plain text, with colours where wanted) and for machines (JSON)."""

from __future__ import annotations

import json
import textwrap
from functools import partial

from regilink_doctor.core.escaping import escape_text
from regilink_doctor.report.terminal import paint_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from regilink_doctor.workflows.explain.explanation import Cause, Explanation, Wrong

    _Paint = Callable[[str, str], str]
    _Wrap = Callable[[str, str], list[str]]

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
        "failures": list(explanation.failures),
        "text": explanation.text,
    }
    return json.dumps(value, indent=2, ensure_ascii=True)


def render(explanation: Explanation, *, colour: bool = False, width: int | None = None) -> Iterator[str]:
    """The lines, without their ends: what it is, its parts, where a link goes, what is wrong, what to write, causes.

    `width`: columns of the terminal, of which `WIDTH` are used at the most; None: there is none.
    """
    wrap = partial(_wrapped, width=min(width or WIDTH, WIDTH))
    paint = partial(paint_text, colour=colour)
    lead = "error: " if explanation.kind == "error" else ""
    yield from (paint(_BOLD, line) for line in wrap(_capital(lead + _short(explanation.title)), ""))
    if explanation.kind == "failure" and explanation.codes:
        yield f"  caught by {', '.join(explanation.codes)}"
    for note in explanation.notes:
        yield from (paint(_QUIET, line) for line in wrap(_short(note), "  "))
    yield from _table(explanation.parts)
    yield from _listed("A link to it goes to:", explanation.goes, paint, wrap)
    if explanation.wrong:
        yield from ("", paint(_BOLD, "What is wrong:"))
        for wrong in explanation.wrong:
            yield from _wrong(wrong, wrap)
    yield from _listed("Write:", explanation.write, paint, wrap)
    if explanation.body:
        yield ""
        yield from _fitted(explanation.body, width)
    for title, examples in explanation.examples:
        yield from ("", paint(_BOLD, f"{title}:"), "")
        yield from textwrap.indent("\n\n".join(examples), "    ").splitlines()
    yield from _causes(explanation, paint, wrap)


def _causes(explanation: Explanation, paint: _Paint, wrap: _Wrap) -> Iterator[str]:
    causes = explanation.causes
    if explanation.kind == "error" and len(causes) > 1:
        yield from ("", paint(_BOLD, "Likely causes, the likeliest first:"))
    for number, cause in enumerate(causes, 1):
        yield ""
        if explanation.kind != "failure":  # its title has been said
            lead = f"{number}. " if explanation.kind == "error" and len(causes) > 1 else ""
            names = ", ".join((f"failure {cause.failure}", *cause.codes))
            yield paint(_BOLD, f"{lead}{_capital(cause.title)}") + f" [{names}]"
        yield from _cause(cause, wrap, whole=number == 1)


def _cause(cause: Cause, wrap: _Wrap, *, whole: bool) -> Iterator[str]:
    """The lines of a cause; what happens is told for the likeliest alone."""
    for label, text in (
        ("What happens", cause.happens if whole else ""),
        ("To tell it", cause.recognize),
        ("What to do", cause.help),
        ("Proof", f"`{_short(cause.check_with)}`" if cause.check_with else ""),
    ):
        if text:
            yield from wrap(f"{label}: {text}", "   ")


def _wrong(wrong: Wrong, wrap: _Wrap) -> Iterator[str]:
    where = f"line {wrong.line}: " if wrong.line is not None else ""
    yield from wrap(f"{wrong.code}: {where}{_short(wrong.message)}", "  ")
    if wrong.help:
        yield from wrap(f"help: {_short(wrong.help)}", "    ")


def _table(parts: Iterable[tuple[str, str]]) -> Iterator[str]:
    rows = list(parts)
    if rows:
        yield ""
        margin = max(len(name) for name, _ in rows)
        yield from (f"  {name:<{margin}}   {_short(value)}" for name, value in rows)


def _listed(title: str, lines: Iterable[str], paint: _Paint, wrap: _Wrap) -> Iterator[str]:
    shown = list(lines)
    if shown:
        yield from ("", paint(_BOLD, title))
        for line in shown:
            yield from wrap(_short(line), "  ")


def _wrapped(text: str, indent: str, *, width: int) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ) or [indent]


def _fitted(text: str, width: int | None) -> Iterator[str]:
    """A rule's documentation; its paragraphs are broken anew where the terminal is too narrow for their lines."""
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            yield ""
        lines = paragraph.splitlines()
        prose = not any(line[:1] in (" ", "-", "|", "`") for line in lines)
        if prose and width is not None and any(len(line) > width for line in lines):
            yield from _wrapped(" ".join(lines), "", width=width)
        else:
            yield from lines


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _short(text: str) -> str:
    shown = escape_text(text)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}..."
