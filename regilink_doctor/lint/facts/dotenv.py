"""`.env` files: one `NAME=value` a line, as python-dotenv and docker read them."""

from __future__ import annotations

import re

from regilink_doctor.core.sites import Setting
from regilink_doctor.core.strings import KnownPart, StringValue
from regilink_doctor.lint.data.dotenv import ASSIGNMENT, find_quoting
from regilink_doctor.lint.facts import FileFacts
from regilink_doctor.lint.text.fragment import Fragment, filled
from regilink_doctor.lint.text.source import Source, Unparsable

_OPENED = re.compile(r"^(?=.*(?:wandb|target_path))[^\n=#]*=[ \t]*(?P<quote>[\"'])(?!.*(?P=quote))", re.I | re.M)
"""A line that mentions W&B, with a value that begins with a quotation mark that the line does not close."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def read(path: str, content: bytes) -> FileFacts:
    """What a `.env` file says."""
    source = Source.decode(path, content, python=False)
    whole = Fragment.whole(source)
    known: dict[str, StringValue] = {}
    found = []
    for match in ASSIGNMENT.finditer(source.text):
        name = match["name"]
        kind = find_quoting(match)
        start, end = match.span(kind or "name")
        place = whole.place(start, end)
        value: tuple[StringValue, ...] = ()
        if kind:
            parts = filled(whole, start, end, known, dollars=kind != "single", name=name, place=place)
            if not parts:
                parts = [KnownPart("", place, exact=True, names=(name,))]
            value = (StringValue(tuple(parts), place),)
            known[name] = value[0]
        statement = whole.span(match.start("name"), match.end())
        found.append(Setting(name, place, statement, "dotenv", True, value, (name,)))
    return FileFacts(source, tuple(found), problems=tuple(_find_unclosed(whole)))


def _find_unclosed(whole: Fragment) -> Iterator[Unparsable]:
    """The quotation marks that are never closed. python-dotenv warns about such a line, and sets nothing."""
    read = [match.span() for match in ASSIGNMENT.finditer(whole.text)]
    for match in _OPENED.finditer(whole.text):
        start, end = match.span("quote")
        if not any(first <= start < last for first, last in read):
            yield Unparsable("the quotation mark is never closed", whole.span(start, end), ".env", cause="quote")
