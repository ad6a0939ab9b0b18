"""What a W&B API key looks like, so that one that is written down is found, and never printed."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

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
    """The text with a star for each character of what may be a key or a password."""
    words = "".join(letter if letter.isalnum() or letter in "_-" else " " for letter in text).split()
    for word in words if len(text) >= _LENGTH else ():
        if is_key(word):
            text = text.replace(word, "*" * len(word))
    return _hidden(text, lambda secret: "*" * len(secret))


def without_secrets(text: str) -> str:
    """The text without what can be nothing but a secret: `[key]` stands in its place.

    That is the password of an address (`https://user:password@host`), what an address or a variable calls a key
    (`?api_key=`, `WANDB_API_KEY=`), and the two forms of keys that nothing else has. 40 hexadecimal digits alone may be
    the hash of a commit.
    """
    return _hidden(text, lambda secret: "[key]")


def _hidden(text: str, hide: Callable[[str], str]) -> str:
    if "://" not in text and "wandb_v" not in text and "local-" not in text and "key" not in text.lower():
        return text
    import re

    for before, secret, behind in _FORMS:
        text = re.sub(f"({before})({secret}){behind}", lambda found: found[1] + hide(found[2]), text)
    return text


_FORMS = (
    (r"://[^/\s:@\"']*:", r"[^/\s@\"']+", "(?=@)"),
    ("://", r"[\w-]{32,}", "(?=@)"),
    (r"\b", r"(?:local-|wandb_v\d_)[\w-]{32,}", ""),
    (r"(?i:\b(?:\w*_)?(?:api_?)?key[\"']?\s*[=:]\s*[\"']?)", r"[\w-]{40,}", ""),
)
"""What stands before a secret, the secret, what has to come behind it."""
