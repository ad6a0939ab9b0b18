"""API keys and passwords: what they look like in source, and how they are kept out of everything that is printed."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_LENGTH = 40
_UNRESERVED = _LETTERS | frozenset("-.~")
_DIFFERENT = 9
"""A key has most of the sixteen digits in it; `0000…` and `xxxx…` are stand-ins."""

_SHORTEST = 8
"""Characters of a value that is masked wherever it occurs: masking shorter ones would garble ordinary words."""


def is_key(value: str) -> bool:
    """Whether a string has the form of a key, after an optional `local-`, and enough different characters to be one."""
    _, dash, rest = value.partition("-")
    secret = rest if dash else value
    if len(secret) < _LENGTH or not _LETTERS.issuperset(secret) or "0123456789" in secret:
        return False
    return len(set(secret.lower())) >= _DIFFERENT and any(letter.isdecimal() for letter in secret)


def mask_keys(text: str) -> str:
    """The text with a star for each character of what may be a key or a password: the rest keeps its columns."""
    words = "".join(letter if letter.isalnum() or letter in "_-" else " " for letter in text).split()
    for word in words if len(text) >= _LENGTH else ():
        if is_key(word):
            text = text.replace(word, "*" * len(word))
    return _hide_secrets(text, lambda secret: "*" * len(secret))


def mask_secrets(text: str) -> str:
    """The text with `[key]` for every secret.

    Secrets are the values that `remember_secret` was given, the password of an address (`https://user:password@host`),
    what an address, an option or a variable calls a key (`?api_key=`, `--api-key`, `WANDB_API_KEY=`), credentials of an
    `Authorization` header, and the two forms of keys that nothing else has. 40 hexadecimal digits alone may be the hash
    of a commit.
    """
    for secret in _remembered:
        if secret in text:
            text = text.replace(secret, "[key]")
    return _hide_secrets(text, lambda secret: "[key]")


def remember_secret(value: str | None) -> None:
    """From now on `mask_secrets` hides this value, also percent-encoded and as the base64 of a basic authorization."""
    if value is None or len(value) < _SHORTEST or value in _remembered:
        return
    import binascii

    encoded = value.encode(errors="surrogateescape")
    # By hand: `urllib.parse` takes as long to import as everything else that a run of the linter needs.
    quoted = "".join(chr(byte) if chr(byte) in _UNRESERVED else f"%{byte:02X}" for byte in encoded)
    basic = binascii.b2a_base64(b"api:" + encoded, newline=False).decode()
    forms = {value, quoted, basic, basic.rstrip("=")}
    # The longest first: one may be a part of another.
    _remembered[:] = sorted({*_remembered, *forms}, key=len, reverse=True)


def mark_public(value: str) -> None:
    """Never hide this value: it has the form of a key, but protects nothing (the keys of an emulator)."""
    _public.add(value)


_remembered: list[str] = []
_public = {"PASSWORD", "[key]"}
"""The first is what help texts write in the place of a password."""


def _hide_secrets(text: str, hide: Callable[[str], str]) -> str:
    # Most lines have none of these, and `re` is slow to import.
    lower = text.lower()
    if not any(sign in lower for sign in _SIGNS):
        return text
    import re

    def replace(match: re.Match[str]) -> str:
        before, secret = match.groups()
        return before + (secret if secret in _public else hide(secret))

    for before, secret, after in _FORMS:
        text = re.sub(f"({before})({secret}){after}", replace, text)
    return text


_SIGNS = ("://", "key", "wandb_v", "local-", "basic ", "bearer ", "yxbpo")
"""Any of them is in every text that has one of `_FORMS`, in lower case."""

_FORMS = (
    (r"://[^/\s:@\"']*:", r"[^/\s\"']+", "(?=@)"),
    ("://", r"[\w-]{32,}", "(?=@)"),
    (r"\b", r"(?:local-|wandb_v\d_)[\w-]{32,}", ""),
    (r"(?i:\b(?:\w*[_-])?(?:api[_-]?)?key\\?[\"']?[\s=:,]+\\?[\"']?)", r"[\w-]{40,}", ""),
    (r"(?i:\b(?:basic|bearer)\s+)", r"[A-Za-z0-9+/._~-]{16,}=*", ""),
    (r"(?<![A-Za-z0-9+/])", r"YXBpO[A-Za-z0-9+/]{16,}=*", ""),
)
"""What precedes a secret, the secret, what has to follow it. The last is the base64 of `api:` and a key."""
