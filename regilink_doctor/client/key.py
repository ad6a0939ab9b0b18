"""An API key that cannot be shown by accident."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NoReturn

from regilink_doctor.core.masking import mask_secrets, remember_secret

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

    def mask(self, text: str) -> str:
        """`text` without the key: for what comes back from elsewhere, an error of a library or a server."""
        return text.replace(self._secret, "[key]") if self._secret else text

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


class Secrets:
    """Texts that are shown nowhere; `repr` does not show them either."""

    __slots__ = ("_secrets",)

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # The longest first: one may be a part of another.
        self._secrets = tuple(sorted({each for each in secrets if len(each) >= SHORTEST}, key=len, reverse=True))

    def mask(self, text: str) -> str:
        """`text` without any of them, and without what looks like a key of W&B's."""
        for secret in self._secrets:
            text = text.replace(secret, "[key]")
        return mask_secrets(text)

    def __repr__(self) -> str:
        return f"Secrets({len(self._secrets)} masked)"


SHORTEST = 4
"""Characters. Masking each `a` of a report would hide more than a password of one letter protects."""

NO_SECRETS = Secrets()
