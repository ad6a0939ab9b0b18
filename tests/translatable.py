"""Whether what a report says is in the catalogs of messages, so that it can be shown in every language."""

import re
from collections.abc import Iterable
from functools import cache

import make_messages

from regilink_doctor.core.phrases import Phrase


def find_untranslatable(texts: Iterable[str | None]) -> list[str]:
    """The texts, or parts of them, that no translator gets to see: an f-string, a constant without `say`."""
    return [text for text in texts if text and not _can_be_translated(text)]


@cache
def _templates() -> set[str]:
    return set(make_messages.collect_entries("messages"))


def _can_be_translated(text: str) -> bool:
    if not isinstance(text, Phrase):
        # Commands, paths and code are the same in every language.
        return text in _templates() or not re.search("[a-z]{2,} [a-z]{2,}", text)
    parts = [value for value in text.values.values() if isinstance(value, str)]
    if text.layout:
        return all(map(_can_be_translated, parts))
    return text.template in _templates() and all(_can_be_translated(part) for part in parts if isinstance(part, Phrase))
