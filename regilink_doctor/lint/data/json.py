"""The data of JSON files, as `json.loads` gives it, every value with its place."""

from __future__ import annotations

import re
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]  # what `json.loads` itself uses

from regilink_doctor.core.findings import Span
from regilink_doctor.lint.data import MAX_DEPTH, DataList, Scalar, Table, make_string
from regilink_doctor.lint.text.fragment import Fragment
from regilink_doctor.lint.text.source import OtherFormat, Source, Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint.data import Data, Keys

_SPACE = re.compile(r"(?:[ \t\r\n]+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)*")
_SPACE_BEGINS = " \t\r\n/"
_WORD = re.compile(r"-?(?:0|[1-9]\d*)(?P<fraction>\.\d+)?(?P<exponent>[eE][+-]?\d+)?|true|false|null|-?Infinity|NaN")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def read_data(source: Source) -> Data | None:
    """The data; None for an empty file.

    Raises:
        OtherFormat: it has several values, as logs and data sets have.
        Unparsable: it is not JSON.
    """
    reader = _JsonReader(source)
    if reader.skip_space() == len(source.text):
        return None
    root = reader.read_value((), 0)
    if reader.skip_space() < len(source.text):
        raise OtherFormat("values")
    return root


class _JsonReader:
    """`json` gives no positions; this reads the same and tells where each value is."""

    def __init__(self, source: Source) -> None:
        self.whole = Fragment.whole(source)
        self.text = source.text
        self.at = 0

    def skip_space(self) -> int:
        """Where the next character is that is neither space nor comment."""
        if self.text[self.at : self.at + 1] in _SPACE_BEGINS and (match := _SPACE.match(self.text, self.at)):
            self.at = match.end()
        return self.at

    def read_value(self, keys: Keys, depth: int) -> Data:
        start = self.skip_space()
        sign = self.text[start : start + 1]
        if depth > MAX_DEPTH:
            raise self.error("nested too deeply")
        if sign == "{":
            return self.read_table(keys, depth)
        if sign == "[":
            return self.read_list(keys, depth)
        if sign == '"':
            value = self.read_string()
            return make_string(keys, value, self.whole.select((start + 1, self.at - 1)).unescape())
        match = _WORD.match(self.text, start)
        if match is None:
            raise self.error("a value was expected")
        self.at = match.end()
        place, word = self.whole.place(start, self.at), match[0]
        if word in _WORDS:
            return Scalar(keys, place, _WORDS[word], "null" if word == "null" else "boolean", word)
        if len(word) > 4000:  # Python refuses to make an integer of it
            return Scalar(keys, place, None, "other", word)
        whole = not match["fraction"] and not match["exponent"] and word[-1].isdigit()
        return Scalar(keys, place, int(word) if whole else float(word), "number", word)

    def read_table(self, keys: Keys, depth: int) -> Table:
        start = self.at
        self.at += 1
        entries: dict[str, Data] = {}
        repeated = set()
        while self.has_another("}", first=not entries):
            if self.text[self.at : self.at + 1] != '"':
                raise self.error("a key in double quotes was expected")
            key = self.read_string()
            if self.text[self.skip_space() : self.at + 1] != ":":
                raise self.error("a colon was expected")
            self.at += 1
            if key in entries:
                repeated.add(key)
            entries[key] = self.read_value((*keys, key), depth + 1)
        return Table(keys, self.whole.place(start, self.at), entries, frozenset(repeated))

    def read_list(self, keys: Keys, depth: int) -> DataList:
        start = self.at
        self.at += 1
        items: list[Data] = []
        while self.has_another("]", first=not items):
            items.append(self.read_value((*keys, len(items)), depth + 1))
        return DataList(keys, self.whole.place(start, self.at), tuple(items))

    def has_another(self, closing: str, *, first: bool) -> bool:
        """Whether an item follows; the comma before it is skipped, and so is the closing bracket where none follows."""
        sign = self.text[self.skip_space() : self.at + 1]
        if sign == "," and not first:
            self.at += 1
            sign = self.text[self.skip_space() : self.at + 1]
        elif sign != closing and not first:
            raise self.error(f"a comma or {closing} was expected")
        if not sign:
            raise self.error(f"{closing} was expected")
        if sign == closing:
            self.at += 1
        return sign != closing

    def read_string(self) -> str:
        value: str
        try:
            value, self.at = scanstring(self.text, self.at + 1, False)
        except JSONDecodeError as error:
            raise self.error(error.msg) from None
        return value

    def error(self, reason: str) -> Unparsable:
        place = self.whole.place(self.at, self.at + 1)
        span = place.span
        return Unparsable(reason, Span(span.line, span.column, span.line, span.column + 1), "JSON")
