"""Findings, and the messages that word them."""

from __future__ import annotations

from regilink_doctor.core.phrases import join_phrases, rewrite_phrase
from regilink_doctor.core.records import cached_property, field, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    Severity = Literal["error", "warning", "info"]
    Applicability = Literal["safe", "unsafe"]


@record(order=True)
class Span:
    """A range of text. Lines and columns count from 1, columns in code points, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int

    def joined(self, other: Span) -> Span:
        """The smallest span that holds both."""
        start = min((self.line, self.column), (other.line, other.column))
        end = max((self.end_line, self.end_column), (other.end_line, other.end_column))
        return Span(*start, *end)

    def contains(self, other: Span) -> bool:
        """Whether all of another span is in it."""
        return self.joined(other) == self


@record
class Place:
    """A span in a file; in a notebook also the cell, counted from 1 over all cells (lines count inside it)."""

    path: str
    span: Span
    cell: int | None = None

    def __hash__(self) -> int:
        return hash((self.span.line, self.span.column, self.cell))  # which tells places apart well enough, and is fast

    @property
    def position(self) -> tuple[int, int, int, int, int]:
        """The key by which the places of one file are sorted: plain numbers, which compare fastest."""
        span = self.span
        return self.cell or 0, span.line, span.column, span.end_line, span.end_column


@record
class Edit:
    """Replace the text of `span`, in the finding's own file and cell, by `content`."""

    span: Span
    content: str


@record
class Fix:
    """An edit that regilink can apply: *safe* where the code was certainly wrong, *unsafe*: review it first."""

    message: str
    applicability: Applicability
    edits: tuple[Edit, ...]


@record
class Related:
    """A second place that explains the first: the constant's definition, the `wandb.init`."""

    message: str
    place: Place


@record
class Finding:
    """A problem at a place: `message` says what is wrong, `note` what would happen, `help` what to write."""

    code: str
    name: str
    severity: Severity
    message: str
    place: Place
    help: str | None = None
    fix: Fix | None = None
    related: tuple[Related, ...] = ()
    url: str | None = None
    target: str | None = None
    note: str | None = None
    failures: tuple[str, ...] = ()
    at_value: Finding | None = field(default=None, compare=False, repr=False)
    """The same finding where the value is set, if that is not in code: it is reported there if that file is linted."""
    through: tuple[Place, ...] = field(default=(), compare=False, repr=False)
    """The calls that it is about, in functions of other files, where this is a call of such a function."""

    def __hash__(self) -> int:
        return hash(self.identity)

    @cached_property
    def identity(self) -> tuple[object, ...]:
        """What two reports of the same finding have in common: the rule, the place and the summary."""
        return self.code, self.place.path, self.place.position, self.message

    @property
    def page(self) -> str:
        """Where to read about the rule: its address, else the command that shows it."""
        return self.url or f"regilink rule {self.code}"

    @property
    def text(self) -> str:
        """Message and note in one line, for formats that have one field for both."""
        return f"{self.message}: {self.note}" if self.note else self.message


@record
class Message:
    """The words for a problem: they are written once, in its rule.

    `summary` is one clause that says what is wrong, `note` what would happen, `help` what to write.
    """

    summary: str
    note: str | None = None
    help: str | None = None

    @property
    def text(self) -> str:
        """Summary and note in one line: `SUMMARY: NOTE`."""
        return join_phrases(": ", [self.summary, self.note]) if self.note else self.summary

    def rewrite(self, change: Callable[[str], str]) -> Message:
        """The message with `change` applied to each of its strings."""
        whole = "\n".join(filter(None, (self.summary, self.note, self.help)))
        if change(whole) == whole:
            return self
        return Message(
            rewrite_phrase(self.summary, change),
            rewrite_phrase(self.note, change) if self.note else None,
            rewrite_phrase(self.help, change) if self.help else None,
        )
