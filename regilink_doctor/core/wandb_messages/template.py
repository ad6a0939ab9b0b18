"""The shape of a W&B message: what the server, the SDK or a command line says in one kind of failure."""

from __future__ import annotations

from typing import Literal

from regilink_doctor.core.records import record

Speaker = Literal["server", "sdk", "cli", "other"]
"""Whose message: the server's answer, the SDK in the user's process, a command line; or an older wandb, `wandb-core`, a
library or the operating system under it."""


@record
class WandbMessage:
    """A message as data. `failure` is the likeliest failure that it means, `also` the other ones.

    `since` and `until` were read from wandb's tags v0.18.0 to v0.28.2 and its wheel 0.31.0:
    None means older than the first, and still there in the last. `known` is False where W&B's
    wording is undocumented: then it is regilink's, and proves nothing about a real server. `code`
    is the rule that finds this case before the run, where it is not the failure's first; `hint` is
    what to do in this case, where the failure's help is too general.
    """

    key: str
    failure: str
    template: str
    speaker: Speaker
    known: bool = True
    since: str | None = None
    until: str | None = None
    status: int | None = None
    also: tuple[str, ...] = ()
    code: str | None = None
    hint: str | None = None


def split_template(template: str) -> tuple[tuple[str, str | None], ...]:
    """Split a template into (literal, name of the field that follows or None).

    Raises:
        ValueError: Unbalanced braces.
    """
    import string

    parts: list[tuple[str, str | None]] = []
    literal = ""
    for text, name, _, _ in string.Formatter().parse(template):
        literal += text
        if name is not None:
            parts.append((literal, name))
            literal = ""
    if literal or not parts:
        parts.append((literal, None))
    return tuple(parts)


def field_names(template: str) -> tuple[str, ...]:
    """The fields of a template, in their order, without repetition."""
    return tuple(dict.fromkeys(name for _, name in split_template(template) if name is not None))
