"""What a W&B API key looks like, so that one that is written down is found, and never printed."""

from __future__ import annotations

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_LENGTH = 40
_DIFFERENT = 9
"""A key has most of the sixteen digits in it; `0000…` and `xxxx…` are stand-ins."""


def is_key(value: str) -> bool:
    """Whether a text has the form of a key, and enough different characters to be one: behind an optional `local-`."""
    _, dash, behind = value.partition("-")
    secret = behind if dash else value
    if len(secret) < _LENGTH or not _LETTERS.issuperset(secret) or "0123456789" in secret:
        return False
    return len(set(secret.lower())) >= _DIFFERENT and any(letter.isdecimal() for letter in secret)


def masked(text: str) -> str:
    """The text with a star for each character of what may be a key."""
    words = "".join(letter if letter.isalnum() or letter in "_-" else " " for letter in text).split()
    for word in words if len(text) >= _LENGTH else ():
        if is_key(word):
            text = text.replace(word, "*" * len(word))
    return text
