"""The data of `.env` files, as python-dotenv reads them."""

from __future__ import annotations

import re

from regilink_doctor.lint.data import Scalar, Table, make_string
from regilink_doctor.lint.text.fragment import Fragment
from regilink_doctor.lint.text.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint.data import Data

ASSIGNMENT = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?(?P<quote>'?)(?P<name>[A-Za-z_][\w.-]*)(?P=quote)[ \t]*(?:=[ \t]*
    (?:'(?P<single>(?:[^'\\]|\\.)*)'|"(?P<double>(?:[^"\\]|\\.)*)"|(?!['"])(?P<plain>[^\n]*?)))?
    [ \t]*(?:(?:(?<=[\s'"])|^)\#[^\n]*)?$""",
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "a": "\a"}


def read_data(source: Source) -> Data:
    """A table of the values as python-dotenv gives them before it fills in `${…}`; the last one of a name counts."""
    whole = Fragment.whole(source)
    entries: dict[str, Data] = {}
    repeated = set()
    for match in ASSIGNMENT.finditer(source.text):
        name, kind = match["name"], find_quoting(match)
        if name in entries:
            repeated.add(name)
        if kind is None:
            entries[name] = Scalar((name,), whole.place(*match.span("name")), None, "null", "")
            continue
        value = match[kind]
        if kind == "double":
            value = re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), value, flags=re.DOTALL)
        elif kind == "single":
            value = re.sub(r"\\(['\\])", r"\1", value)
        entries[name] = make_string((name,), value, whole.select(match.span(kind)))
    return Table((), whole.place(0, 0), entries, frozenset(repeated))


def find_quoting(match: re.Match[str]) -> str | None:
    """How the value of an `ASSIGNMENT` is quoted: the name of its group; None where there is no value."""
    return next((kind for kind in ("single", "double", "plain") if match[kind] is not None), None)
