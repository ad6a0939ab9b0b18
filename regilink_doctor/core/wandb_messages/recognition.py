"""A W&B message: what the server, the SDK or a command line says in one kind of failure, and how it is recognized."""

from __future__ import annotations

import json
import os
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import Literal

from regilink_doctor.core.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


Speaker = Literal["server", "sdk", "cli", "other"]
"""Whose message: the server's answer, the SDK in the user's process, a command line; or an older wandb, `wandb-core`, a
library or the operating system under it."""


@record
class WandbMessage:
    """A message as data. `failure` is the likeliest failure that it means, `also` the other ones.

    `since` and `until` were read from wandb's tags v0.18.0 to v0.28.2 and its wheel 0.31.0:
    None means older than the first, and still there in the last. `known` is False where W&B's
    wording is undocumented: then it is regilink's, and proves nothing about a real server. `code`
    is the rule that finds this case before the run, where it is not the failure's first; `hint` is
    what to do in this case beside the failure's help, and `help` what to do instead, with the fields
    of the message to fill in.
    """

    key: str
    failure: str
    template: str
    speaker: Speaker
    known: bool = True
    since: str | None = None
    until: str | None = None
    status: int | None = None
    also: tuple[str, ...] = ()
    code: str | None = None
    hint: str | None = None
    help: str | None = None

    @cached_property
    def pattern(self) -> _Pattern:
        """How the message is found in a text; made when it is first searched."""
        return _compile_pattern(self)

    @cached_property
    def loose_pattern(self) -> _Pattern:
        """The same without quotes, as people copy a message into a sentence or a comment."""
        return _compile_pattern(self, without_quotes=True)


def group_messages(
    failure: str,
    *templates: str,
    speaker: Speaker = "sdk",
    since: str | None = None,
    until: str | None = None,
    also: tuple[str, ...] = (),
    code: str | None = None,
    hint: str | None = None,
    help: str | None = None,
) -> Iterator[WandbMessage]:
    """The messages of one failure, with keys such as `sweep-config-must-have-a-parameters-section`."""
    for template in templates:
        words = "".join(letter if letter.isalnum() else " " for letter in template).lower().split()
        key = "-".join(words[:_KEY_WORDS])
        yield WandbMessage(key, failure, template, speaker, True, since, until, None, also, code, hint, help)


def read_messages(name: str) -> Iterator[WandbMessage]:
    """The messages of a file beside this one: sections of entries, each one message or the `texts` of a group.

    The texts of a group mean the same; their keys are made of their words. `each` lists the values of a field, where
    only these mean that.
    """
    with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as file:
        sections = json.load(file)
    for section in sections:
        for entry in section["messages"]:
            options = {"speaker": "sdk", **entry, "also": tuple(entry.get("also", ()))}
            if "texts" in options:
                texts = _spell_out(options.pop("texts"), options.pop("each", {}))
                yield from group_messages(options.pop("failure"), *texts, **options)
            else:
                yield WandbMessage(template=options.pop("text"), **options)


def _spell_out(texts: Sequence[str], each: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """The texts, once with each value of a field that `each` lists."""
    for name, values in each.items():
        field = f"{{{name}}}"
        texts = [text.replace(field, value) for text in texts for value in (values if field in text else ("",))]
    return texts


def split_template(template: str) -> tuple[tuple[str, str | None], ...]:
    """Split a template into (literal, name of the field that follows or None).

    Raises:
        ValueError: Unbalanced braces.
    """
    import string

    parts: list[tuple[str, str | None]] = []
    literal = ""
    for text, name, _, _ in string.Formatter().parse(template):
        literal += text
        if name is not None:
            parts.append((literal, name))
            literal = ""
    if literal or not parts:
        parts.append((literal, None))
    return tuple(parts)


def field_names(template: str) -> tuple[str, ...]:
    """The fields of a template, in their order, without repetition."""
    return tuple(dict.fromkeys(name for _, name in split_template(template) if name is not None))


_KEY_WORDS = 9
"""Words of a message that make its key."""
TEXT_LIMIT = 200_000
"""Only this many characters at the end of a text are read: a log ends with its error."""
FIELD_LIMIT = 300
"""The longest value of a field."""
MATCH_LIMIT = 100
"""How often one message is searched in one text, from its end."""
NOTE_LIMIT = 20_000
"""The same for a message without its quotes: people copy it so into a note, and no log has it."""
VAGUE = 20
"""With fewer literal characters than this a message is said by many programs."""

_FOLD = str.maketrans(
    {chr(upper): chr(upper + 32) for upper in range(ord("A"), ord("Z") + 1)}
    | dict.fromkeys('"`\u2018\u2019\u201c\u201d', "'")
)


@record
class RecognizedMessage:
    """A message found in a text; `span` is its start and end there, in characters."""

    message: WandbMessage
    fields: dict[str, str]
    span: tuple[int, int]

    @property
    def own_span(self) -> tuple[int, int]:
        """The span without the open field at the end of the message, which can hold another message."""
        pattern = self.message.pattern
        start, end = self.span
        return (start, end - len(self.fields[pattern.names[-1]])) if pattern.open_end else self.span


@record
class _Folded:
    """A folded text, and the way back to the original."""

    text: str
    original: str
    starts: list[int]
    shifts: list[int]
    breaks: list[int]

    def source(self, position: int) -> int:
        """The position in the original of a position in the folded text."""
        index = bisect_right(self.starts, position) - 1
        return position + (self.shifts[index] if index >= 0 else 0)

    def one_line(self, start: int, end: int) -> bool:
        """Whether no line ends between two positions of the folded text."""
        index = bisect_left(self.breaks, start)
        return index == len(self.breaks) or self.breaks[index] >= end


_WHITESPACE = r"""[^\S ]\s*| \s+|\\+(?=["'_&<>*])"""
"""All whitespace but a single space, which stays as it is and is most of a log; what escapes a quote or a mark."""
_MARKS = r"""\s*\n[ \t]*(?:#+|//+|--|[*;%>])[ \t]+|["'`\u2018\u2019\u201c\u201d]"""
"""Where a comment or a quotation goes on in its next line; quotes."""


def _fold_text(text: str, *, without_quotes: bool = False) -> _Folded:
    import re

    offset = max(0, len(text) - (NOTE_LIMIT if without_quotes else TEXT_LIMIT))
    starts, shifts, breaks = [0], [offset], []
    out: list[str] = []
    length = 0
    last = offset
    for run in re.compile(f"{_MARKS}|{_WHITESPACE}" if without_quotes else _WHITESPACE).finditer(text, offset):
        piece = run.group()
        out.append(text[last : run.start()])
        length += run.start() - last
        if piece[0].isspace():
            if "\n" in piece or "\r" in piece:
                breaks.append(length)
            out.append(" ")
            length += 1
        last = run.end()
        if last - length != shifts[-1]:
            starts.append(length)
            shifts.append(last - length)
    out.append(text[last:])
    return _Folded("".join(out).translate(_FOLD), text, starts, shifts, breaks)


@record
class _Pattern:
    message: WandbMessage
    literals: tuple[str, ...]
    names: tuple[str, ...]
    anchor: int
    weight: int
    open_end: bool

    @cached_property
    def anchor_text(self) -> str:
        """The longest literal: a text without it does not have the message."""
        return self.literals[self.anchor]


def _compile_pattern(message: WandbMessage, *, without_quotes: bool = False) -> _Pattern:
    # A final full stop is lost where messages are joined or quoted.
    parts = split_template(message.template.rstrip("."))
    open_end = parts[-1][1] is not None
    literals = [" ".join(f"|{text}|".split())[1:-1].translate(_FOLD) for text, _ in parts]
    if without_quotes:
        literals = [literal.replace("'", "") for literal in literals]
    literals[0] = literals[0].lstrip()
    if not open_end:
        literals[-1] = literals[-1].rstrip()
    anchor = max(range(len(literals)), key=lambda index: len(literals[index]))
    names = tuple(name for _, name in parts if name is not None)
    weight = sum(len(literal.strip()) for literal in literals)
    return _Pattern(message, tuple(literals), names, anchor, weight, open_end)


def _field_fits(folded: _Folded, start: int, end: int, before: str, after: str) -> bool:
    if not folded.one_line(start, end):
        return False
    if before.endswith("'") and after.startswith("'"):
        value = folded.text[start:end]
        # A quote beside a space closes or opens another name: this field is two.
        return "' " not in value and " '" not in value
    return True


def _open_field_end(folded: _Folded, start: int) -> int:
    limit = min(len(folded.text), start + FIELD_LIMIT)
    index = bisect_left(folded.breaks, start)
    if index < len(folded.breaks):
        limit = min(limit, folded.breaks[index])
    ends = (folded.text.find(closer, start, limit) for closer in ("; ", "'}"))
    end = min((found for found in ends if found >= 0), default=limit)
    while end > start and folded.text[end - 1] in " .]'":
        end -= 1
    return end


def _match_at(pattern: _Pattern, folded: _Folded, position: int) -> RecognizedMessage | None:
    """The match whose anchor stands at a position of the folded text, or None."""
    text, literals, anchor = folded.text, pattern.literals, pattern.anchor
    bounds: list[tuple[int, int]] = [(0, 0)] * len(pattern.names)
    start, end = position, position + len(literals[anchor])
    for index in range(anchor - 1, -1, -1):
        literal = literals[index]
        found = text.rfind(literal, max(0, start - FIELD_LIMIT - len(literal)), start)
        field_start = found + len(literal)
        if found < 0 or not _field_fits(folded, field_start, start, literal, literals[index + 1]):
            return None
        bounds[index] = (field_start, start)
        start = found
    for index in range(anchor + 1, len(literals)):
        literal = literals[index]
        found = text.find(literal, end, end + FIELD_LIMIT + len(literal))
        if found < 0 or not _field_fits(folded, end, found, literals[index - 1], literal):
            return None
        bounds[index - 1] = (end, found)
        end = found + len(literal)
    is_after_break = text.endswith(("\\n", "\\t"), 0, start)  # as JSON and Python write the end of a line
    if start and text[start].isalnum() and text[start - 1].isalnum() and not is_after_break:
        return None
    if pattern.open_end:
        field_end = _open_field_end(folded, end)
        if field_end == end:
            return None
        bounds[-1] = (end, field_end)
        end = field_end
    fields = {
        name: folded.original[folded.source(left) : folded.source(right - 1) + 1] if right > left else ""
        for name, (left, right) in zip(pattern.names, bounds, strict=True)
    }
    return RecognizedMessage(pattern.message, fields, (folded.source(start), folded.source(end - 1) + 1))


def _find_matches(pattern: _Pattern, folded: _Folded) -> Iterator[RecognizedMessage]:
    anchor = pattern.anchor_text
    position = len(folded.text)
    for _ in range(MATCH_LIMIT):
        position = folded.text.rfind(anchor, 0, position)
        if position < 0:
            return
        match = _match_at(pattern, folded, position)
        if match is not None:
            yield match
        position += len(anchor) - 1


def search_messages(
    text: str, messages: Iterable[WandbMessage], *, without_quotes: bool = False
) -> list[RecognizedMessage]:
    """The messages that a text contains, best first; on request also without their quotes, or broken by a comment.

    Of two that overlap the one with more literal words stays. Then a message that many
    programs say comes after the others, and what stands later in the text comes first: a
    traceback or a log ends with the error that the user saw.
    """
    folded = _fold_text(text, without_quotes=without_quotes)
    found: list[tuple[int, RecognizedMessage]] = []
    for message in messages:
        pattern = message.loose_pattern if without_quotes else message.pattern
        if pattern.anchor_text in folded.text:  # rejects nearly all
            found.extend((pattern.weight, match) for match in _find_matches(pattern, folded))
    found.sort(key=lambda item: -item[0])
    kept: list[tuple[int, RecognizedMessage]] = []
    said: set[tuple[str, tuple[str, ...]]] = set()
    taken: list[tuple[int, int]] = []
    for weight, match in found:
        start, end = match.own_span
        place = bisect_left(taken, (start, end))
        if place and taken[place - 1][1] > start:
            continue
        if place < len(taken) and taken[place][0] < end:
            continue
        taken.insert(place, (start, end))
        kept.append((weight, match))
    kept.sort(key=lambda item: (item[0] < VAGUE, -item[1].span[0]))
    best: list[RecognizedMessage] = []
    for _, match in kept:
        once = (match.message.key, tuple(match.fields.values()))
        if once not in said:
            said.add(once)
            best.append(match)
    return best
