"""What an assertion was asked about: a text, a `TargetPath`, or the SDK's own artifact object."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from regilink_doctor.core.records import record

if TYPE_CHECKING:
    from regilink_doctor.core.ledger import LinkAttempt


@record
class Place:
    """A collection, or a version in it. `path` goes with or without its entity, and may have `*` for any letters.

    `source`: the version as it was logged is meant, wherever it was linked to.
    """

    path: str
    version: str | None = None
    source: bool = False

    def __str__(self) -> str:
        return f"{self.path}:{self.version}" if self.version else self.path

    def covers(self, name: str | None) -> bool:
        """Whether `entity/project/collection` is this place."""
        if not name:
            return False
        rest = name.partition("/")[2]
        return self.path in (name, rest) or ("*" in self.path and (self._like(name) or self._like(rest)))

    def got(self, attempt: LinkAttempt) -> bool:
        """Whether the link went here."""
        if attempt.destination is None:
            return False
        if self.source:
            return attempt.source == str(self)
        if self.version not in (None, attempt.version):
            return False
        return self.covers(attempt.destination) or self.path == attempt.requested

    def was_asked_for(self, attempt: LinkAttempt) -> bool:
        """Whether the link was to go here."""
        if self.source:
            return attempt.source == str(self)
        asked = "/".join(part or "" for part in (attempt.entity, attempt.project, attempt.collection))
        return str(self) == attempt.requested or self.path == attempt.requested or self.covers(asked)

    def _like(self, name: str) -> bool:
        # `[` and `?` are letters of names.
        return fnmatchcase(name, self.path.replace("[", "[[]").replace("?", "[?]"))


def place(what: object) -> Place:
    """The place that a text, a `TargetPath` or an artifact of the SDK names.

    Raises:
        TypeError: an artifact that was never logged has no place, and nothing else is one.
    """
    if (qualified := _qualified_name(what)) is not None:
        path, _, version = qualified.rpartition(":")
        return Place(path or version, version if path else None, source=not getattr(what, "is_link", False))
    text = str(what)
    head, slash, name = text.rpartition("/")
    name, colon, version = name.partition(":")
    return Place(f"{head}{slash}{name}", version if colon else None)


def _qualified_name(what: object) -> str | None:
    """The full name of an artifact of the SDK (known by its manner: wandb is not imported for it); None for a text."""
    if type(what).__module__.partition(".")[0] != "wandb":
        return None
    try:
        return str(what.qualified_name)  # type: ignore[attr-defined]
    except Exception as error:
        raise TypeError(f"{what!r} was not logged, so it is nowhere yet: {error}") from error
