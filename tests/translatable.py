"""Whether what a report says is in the catalogs of messages, so that it can be shown in every language."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import make_messages

from regilink_doctor.core.phrases import Phrase
from regilink_doctor.languages import FOLDER, read_entries


def find_untranslatable(texts: Iterable[str | None]) -> list[str]:
    """The texts, or parts of them, that no translator gets to see: an f-string, a constant without `say`."""
    return [text for text in texts if text and not _can_be_translated(text)]


def _is_template(text: str) -> bool:
    """Whether the code marks it. What is translated is marked (`test_architecture`); reading the code takes seconds."""
    return text in _read_translated() or text in _read_marked()


@cache
def _read_translated() -> frozenset[str]:
    return frozenset(read_entries(Path(FOLDER, "ja", "messages.po").read_text(encoding="utf-8")))


@cache
def _read_marked() -> frozenset[str]:
    return frozenset(make_messages.collect_entries("messages"))


def _can_be_translated(text: str) -> bool:
    if not isinstance(text, Phrase):
        # Commands, paths and code are the same in every language.
        return not re.search("[a-z]{2,} [a-z]{2,}", text) or _is_template(text)
    parts = [value for value in text.values.values() if isinstance(value, str)]
    if text.layout:
        return all(map(_can_be_translated, parts))
    return _is_template(text.template) and all(_can_be_translated(part) for part in parts if isinstance(part, Phrase))
