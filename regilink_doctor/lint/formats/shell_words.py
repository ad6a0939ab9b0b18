"""The words of a shell: where each begins and ends, what is quoted, and what the shell would fill in.

No word is split after it was filled in, no pattern expanded, no here-document read: those are passed over.
"""

from __future__ import annotations

import re

from regilink_doctor.core.records import record
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart
from regilink_doctor.lint.text.fragment import FILLED_LATER, Fragment, filled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SEPARATORS = ("&&", "||", ";;", ";", "|&", "|", "&", "(", ")", "\n")
_PLAIN = re.compile(r"""[^ \t\n;&|<>()'"\\$`{]+""")
_IN_QUOTES = re.compile(r"""\\.?|\$\(|[)"]""", re.DOTALL)
"""What counts between double quotes; a backslash takes the next letter along."""


@record
class Word:
    """A word with its quotes, `text[start:end]` of the stretch."""

    parts: tuple[KnownPart | UnknownPart, ...]
    start: int
    end: int

    @property
    def plain(self) -> str:
        """The word when all of it is known, else what is known of it."""
        return "".join(part.text for part in self.parts if isinstance(part, KnownPart))


class Words:
    """Cuts a script into words and separators.

    Args:
        stretch: the script.
        known: the variables that are known; looked at anew for each word, so whoever reads the commands may add to it.
    """

    def __init__(self, stretch: Fragment, known: Mapping[str, StringValue]) -> None:
        self.stretch = stretch
        self.known = known

    def __iter__(self) -> Iterator[Word | str]:
        text, ends = self.stretch.text, list[str]()
        at, size = 0, len(text)
        while at < size:
            letter = text[at]
            if letter == "\n" and ends:
                yield "\n"
                at = self._after_documents(at + 1, ends)
            elif letter in "&|;()\n":
                separator = next(mark for mark in _SEPARATORS if text.startswith(mark, at))
                yield separator
                at += len(separator)
            elif letter in " \t":
                at += 1
            elif text.startswith("\\\n", at):
                at += 2
            elif letter == "#":
                at = end if (end := text.find("\n", at)) >= 0 else size
            elif letter in "<>":
                at = self._after_redirection(at, ends)
            else:
                word = self._word(at)
                if word.end == at:  # nothing that this reader knows
                    at += 1
                    continue
                at = word.end
                if word.plain.isdigit() and text[at : at + 1] in ("<", ">") and at < size:
                    continue  # 2>&1
                yield word

    def _after_redirection(self, at: int, ends: list[str]) -> int:
        text = self.stretch.text
        document = text.startswith("<<", at) and not text.startswith("<<<", at)
        while at < len(text) and text[at] in "<>&-|":
            at += 1
        while at < len(text) and text[at] in " \t":
            at += 1
        if at < len(text) and text[at] == "(":
            return at + 1  # <(command)
        word = self._word(at) if at < len(text) and text[at] != "\n" else None
        if word is None:
            return at
        if document and word.plain:
            ends.append(word.plain)
        return max(word.end, at)

    def _after_documents(self, at: int, ends: list[str]) -> int:
        text = self.stretch.text
        while ends and at < len(text):
            end = end if (end := text.find("\n", at)) >= 0 else len(text)
            if text[at:end].strip() == ends[0]:
                ends.pop(0)
            at = end + 1
        ends.clear()
        return min(at, len(text))

    def _word(self, at: int) -> Word:
        text, start = self.stretch.text, at
        parts: list[KnownPart | UnknownPart] = []
        while at < len(text):
            letter = text[at]
            if letter == "'":
                end = end if (end := text.find("'", at + 1)) >= 0 else len(text)
                parts += filled(self.stretch, at + 1, end, dollars=False) or [self._empty(at + 1)]
                at = end + 1
            elif letter == '"':
                end = self._closing(at)
                parts += filled(self.stretch, at + 1, end, self.known) or [self._empty(at + 1)]
                at = end + 1
            elif letter == "\\":
                if text[at + 1 : at + 2] not in ("", "\n"):
                    parts.append(self.stretch.piece(at + 1, at + 2))
                at += 2
            elif letter in "$`{" and (match := FILLED_LATER.match(text, at)):
                parts += filled(self.stretch, at, match.end(), self.known)
                at = match.end()
            elif letter == "`":
                end = end if (end := text.find("`", at + 1)) >= 0 else len(text)
                parts.append(UnknownPart(text[at : end + 1], self.stretch.place(at, end)))
                at = end + 1
            elif letter in " \t\n;&|<>()":
                break
            else:
                end = match.end() if (match := _PLAIN.match(text, at + 1)) else at + 1
                parts.append(self.stretch.piece(at, end))
                at = end
        return Word(tuple(parts), start, min(at, len(text)))

    def _empty(self, at: int) -> KnownPart:
        return KnownPart("", self.stretch.place(at, at), exact=True)

    def _closing(self, at: int) -> int:
        """Where the double quote at `at` is closed; one inside `$(…)` closes nothing."""
        depth = 0
        for match in _IN_QUOTES.finditer(self.stretch.text, at + 1):
            sign = match[0]
            if sign == "$(":
                depth += 1
            elif sign == ")":
                depth = max(depth - 1, 0)
            elif sign == '"' and not depth:
                return match.start()
        return len(self.stretch.text)
