"""What an explanation is made of, plain values, and the lines of text that it becomes."""

from __future__ import annotations

import textwrap
from typing import Literal

from regilink_doctor.config import failure_entry, rule_page
from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.origin import quote_for_shell
from regilink_doctor.core.phrases import say, translate_value
from regilink_doctor.core.records import record
from regilink_doctor.core.text import clean_message, escape_text, fence_text, pad_text, text_width, wrap_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    Paint = Callable[[str, str], str]
    """ANSI code and text -> text."""

Kind = Literal[
    "rule", "failure", "target-path", "full-name", "url", "snippet", "error", "entity-url", "question", "unknown"
]

WIDTH = 100
LONGEST = 1000
"""Characters of one value that are shown: names come from whatever was pasted."""

BOLD, QUIET = "1", "2"

MOST_CAUSES = 4
"""Causes that are shown in full."""


@record
class Wrong:
    """One thing that is wrong with a path or a piece of code: the rule, its message (summary, note, help).

    `line` is the line of the pasted code, None for a single path.
    """

    code: str
    message: str
    note: str | None = None
    help: str | None = None
    line: int | None = None


@record
class Cause:
    """A failure of the index as a cause: what happened, how to recognize it, what to do, the command that shows it.

    `check_with` is a command with what is known filled in; empty where no command can show it.
    """

    failure: str
    title: str
    codes: tuple[str, ...]
    happens: str
    recognize: str
    help: str
    check_with: str


def causes_of(
    failures: Iterable[str],
    *,
    target: str | None = None,
    link_target: str | None = None,
    entity: str | None = None,
    type: str | None = None,
) -> tuple[Cause, ...]:
    """The first `MOST_CAUSES` failures as causes, in their order, with what is known filled into their commands.

    `link_target` is the target without the version that a full name has: the doctor checks links.
    """
    causes = []
    for failure in (FAILURES[failure_id] for failure_id in list(dict.fromkeys(failures))[:MOST_CAUSES]):
        is_of_link = failure.check_with.startswith("regilink doctor")
        known = {"TARGET": link_target or target if is_of_link else target, "TEAM": entity, "TYPE": type}
        command = " ".join(quote_for_shell(known.get(word) or word) for word in failure.check_with.split())
        causes.append(
            Cause(failure.id, failure.title, failure.codes, failure.happens, failure.recognize, failure.help, command)
        )
    return tuple(causes)


@record
class Explanation:
    """What a text is and what it means. The first fields are those of the contract's JSON.

    `registry` is without the prefix, `target` the target path to write. `title` says what the text is, `notes` where
    it comes from. `parts` is the table, `in_catalog` what the catalog has of them, `goes` where a link would really
    put an artifact, `wrong` what is wrong, `write` what to write, `causes` the likely causes, likeliest first. `body`
    and `examples` are a rule's.
    """

    kind: Kind
    title: str
    is_recognized: bool = True
    """False for what is none of the kinds, and for an error that is not in the failure index."""
    is_sure: bool = True
    """False where the first failure is a guess: a vague message, a cut traceback, or a question with candidates."""
    target: str | None = None
    organization: str | None = None
    registry: str | None = None
    collection: str | None = None
    version_or_alias: str | None = None
    codes: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    in_catalog: tuple[str, ...] = ()
    goes: tuple[str, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    write: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    body: str = ""
    examples: tuple[tuple[str, tuple[str, ...]], ...] = ()
    causes_title: str = ""
    """The heading of causes that are not the likely ones: common mistakes, or candidates."""
    has_gone_on: bool = False
    """What the title quotes is a warning after which wandb went on."""

    @property
    def text(self) -> str:
        """The explanation as plain text without a line feed at its end, without keys and control characters."""
        return clean_message("\n".join(self.lines()))

    def lines(
        self,
        *,
        width: int | None = None,
        paint: Paint | None = None,
        site: str = "",
        translate: Callable[[str], str] = str,
    ) -> Iterator[str]:
        """The lines without their ends: what it is, parts, where a link goes, what is wrong, what to write, causes.

        Args:
            width: columns of the terminal, of which `WIDTH` are used at most; None: no terminal.
            paint: colors a text.
            site: where the documentation begins; with it, rules and failures are shown with their addresses.
            translate: shows a string in the reader's language.
        """
        layout = _Layout(min(width or WIDTH, WIDTH), width, paint or (lambda _, text: text), site, translate)
        yield from layout.explanation(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython shows in a terminal."""
        printer.text(self.text)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from html import escape

        return f"<pre>{escape(self.text)}</pre>"

    def _repr_markdown_(self) -> str:
        """What a Markdown page shows."""
        return fence_text(self.text)


@record
class _Layout:
    width: int
    terminal: int | None
    paint: Paint
    site: str
    translate: Callable[[str], str]

    def explanation(self, explanation: Explanation) -> Iterator[str]:
        yield from self._heading(self._title(explanation))
        if explanation.kind == "failure" and explanation.codes:
            yield f"  {self.translate(say('caught by {codes}', codes=', '.join(explanation.codes)))}"
        if explanation.kind == "rule" and len(explanation.codes) == 1:
            yield from self._address(rule_page(self.site, explanation.codes[0]), "  ")
        for note in explanation.notes:
            yield from (self.paint(QUIET, line) for line in self._wrap(self._show(note), "  "))
        yield from self._table(explanation.parts)
        yield from self._section(self.translate("In the catalog:"), explanation.in_catalog)
        yield from self._section(self.translate("A link to it goes to:"), explanation.goes)
        if explanation.wrong:
            yield ""
            yield from self._heading(self.translate("What is wrong:"))
            for wrong in explanation.wrong:
                yield from self._wrong(wrong)
        yield from self._section(self.translate("Write:"), explanation.write)
        if explanation.body:
            yield ""
            yield from self._documentation(explanation.body)
        for title, examples in explanation.examples:
            yield from ("", self.paint(BOLD, f"{self.translate(title)}:"), "")
            yield from textwrap.indent("\n\n".join(examples), "    ").splitlines()
        yield from self._causes(explanation)

    def _causes(self, explanation: Explanation) -> Iterator[str]:
        causes = explanation.causes
        is_list = explanation.kind in ("error", "question") and len(causes) > 1
        if causes and (is_list or explanation.causes_title):
            yield ""
            title = explanation.causes_title or say("Likely causes, the likeliest first:")
            yield from self._heading(self.translate(title))
        for number, cause in enumerate(causes, 1):
            yield ""
            if explanation.kind != "failure":  # its title is the explanation's
                names = ", ".join((self.translate(say("failure {id}", id=cause.failure)), *cause.codes))
                lead = f"{number}. " if is_list else ""
                yield from self._heading(f"{lead}{capitalize(self.translate(cause.title))} [{names}]")
            yield from self._cause(cause, is_whole=number == 1)

    def _cause(self, cause: Cause, *, is_whole: bool) -> Iterator[str]:
        """The lines of a cause; what happens is shown for the likeliest alone."""
        for label, text in (
            (say("What happens"), cause.happens if is_whole else ""),
            (say("How to recognize it"), cause.recognize),
            (say("What to do"), cause.help),
            (say("Check with"), f"`{_shorten(cause.check_with)}`" if cause.check_with else ""),
        ):
            if text:
                yield from self._wrap(f"{self.translate(label)}: {self.translate(text)}", "   ")
        yield from self._address(failure_entry(self.site, cause.failure), "   ")

    def _wrong(self, wrong: Wrong) -> Iterator[str]:
        where = self.translate(say("line {number}: ", number=wrong.line)) if wrong.line is not None else ""
        yield from self._wrap(f"{wrong.code}: {where}{self._show(wrong.message)}", "  ")
        for label, text in ((say("note"), wrong.note), (say("help"), wrong.help)):
            if text:
                yield from self._wrap(f"{self.translate(label)}: {self._show(text)}", "    ")
        yield from self._address(rule_page(self.site, wrong.code), "    ")

    def _address(self, address: str | None, indent: str) -> Iterator[str]:
        """The line with a page of the documentation, never broken; nothing where the documentation has no site."""
        if address is not None:
            yield f"{indent}{self.translate('See')}: {address}"

    def _section(self, title: str, lines: Iterable[str]) -> Iterator[str]:
        shown = list(lines)
        if shown:
            yield ""
            yield from self._heading(title)
            for line in shown:
                yield from self._wrap(self._show(line), "  ")

    def _heading(self, text: str) -> Iterator[str]:
        yield from (self.paint(BOLD, line) for line in self._wrap(capitalize(text), ""))

    def _title(self, explanation: Explanation) -> str:
        title = self._show(explanation.title)
        if explanation.kind != "error":
            return title
        lead = say("error: ") if explanation.is_recognized else say("error not known: ")
        return self.translate(say("warning: ") if explanation.has_gone_on else lead) + title

    def _table(self, parts: Iterable[tuple[str, str]]) -> Iterator[str]:
        rows = [(self.translate(name), _shorten(translate_value(value, self.translate))) for name, value in parts]
        if rows:
            yield ""
            margin = max(text_width(name) for name, _ in rows)
            yield from (f"  {pad_text(name, margin)}   {value}" for name, value in rows)

    def _show(self, text: str) -> str:
        return _shorten(self.translate(text))

    def _wrap(self, text: str, indent: str) -> list[str]:
        return _wrap_text(text, indent, self.width)

    def _documentation(self, text: str) -> Iterator[str]:
        """A rule's documentation; a paragraph is broken anew where the terminal is too narrow for its lines."""
        for number, paragraph in enumerate(text.split("\n\n")):
            if number:
                yield ""
            translated = self.translate(join_prose(paragraph))
            if translated != join_prose(paragraph):
                yield from _wrap_text(translated, "", self.width) if "\n" not in translated else translated.splitlines()
                continue
            lines = paragraph.splitlines()
            is_prose = not any(line[:1] in (" ", "-", "|", "`") for line in lines)
            if is_prose and self.terminal is not None and any(len(line) > self.terminal for line in lines):
                yield from _wrap_text(" ".join(lines), "", self.terminal)
            else:
                yield from lines


def capitalize(text: str) -> str:
    """The text with a capital at its start, and everything else as it is."""
    return text[:1].upper() + text[1:]


def join_prose(paragraph: str) -> str:
    """A paragraph of documentation on one line; a list, a table or code keeps its lines."""
    lines = paragraph.split("\n")
    return paragraph if any(line.startswith((" ", "- ", "|", "```")) for line in lines) else " ".join(lines)


def _wrap_text(text: str, indent: str, width: int) -> list[str]:
    if not text.isascii():  # its letters may be two columns wide
        return [indent + line for line in wrap_text(text, width, len(indent))]
    return textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ) or [indent]


def _shorten(text: str) -> str:
    shown = escape_text(text)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}..."
