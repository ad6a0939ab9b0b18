"""An API key that cannot be shown by accident."""

from __future__ import annotations

import re
from typing import NoReturn

from regilink_doctor.core.text import remember_secret

LENGTH = 40
"""Characters of a key without its prefix, at least (`sdk/lib/wbauth/validation.py`)."""

_JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+")
_SECRET = re.compile(r"[\w-]+")


class Key:
    """An API key. `repr`, `str` and formatting are masked; only `reveal` gives the secret, for the request itself.

    It cannot be pickled or compared by order: a key in a report, a cache or a traceback is a leak (row E2).
    """

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret
        remember_secret(secret)

    def reveal(self) -> str:
        """The secret."""
        return self._secret

    def problem(self) -> str | None:
        """What the SDK finds wrong with the key's form before it sends anything; None when it would send it (C18)."""
        if _JWT.fullmatch(self._secret):
            return None
        _, dash, behind = self._secret.partition("-")
        secret = behind if dash else self._secret
        if not _SECRET.fullmatch(secret):
            return "has characters that no key has"
        if len(secret) < LENGTH:
            return f"has {len(secret)} characters where a key has {LENGTH}"
        return None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and other._secret == self._secret

    def __hash__(self) -> int:
        return hash(("Key", self._secret))

    def __repr__(self) -> str:
        return "Key(masked)"

    def __str__(self) -> str:
        return "[key]"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not written anywhere")
