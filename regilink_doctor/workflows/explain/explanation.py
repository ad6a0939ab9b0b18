"""What an explanation is made of: plain values, shown by `report.explanation`."""

from __future__ import annotations

from typing import Literal

from regilink_doctor.core.records import record

Kind = Literal["rule", "failure", "target-path", "full-name", "url", "snippet", "error", "entity-url", "unknown"]


@record
class Wrong:
    """One thing that is wrong with a path or a piece of code: the rule, what it says, what to write instead.

    `line` is the line of the pasted code, None for a single path.
    """

    code: str
    message: str
    help: str | None = None
    line: int | None = None


@record
class Cause:
    """A row of the catalogue of failures as a cause: what happened, how to tell it apart, what to do, what proves it.

    `check_with` is a command with what is known filled in; empty where no command can show it.
    """

    failure: str
    title: str
    codes: tuple[str, ...]
    happens: str
    recognize: str
    help: str
    check_with: str


@record
class Explanation:
    """What a text is and what it means. The first fields are those of the contract's JSON.

    `registry` is without the prefix, `target` the target path to write. `title` says what the text is, `notes` where
    it comes from. `parts` is the table, `goes` where a link would really put an artifact, `wrong` what is wrong,
    `write` what to write, `causes` the likely causes, likeliest first. `body` and `examples` are a rule's.
    """

    kind: Kind
    title: str
    target: str | None = None
    organization: str | None = None
    registry: str | None = None
    collection: str | None = None
    version_or_alias: str | None = None
    codes: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    goes: tuple[str, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    write: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    body: str = ""
    examples: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def known(self) -> bool:
        """Whether the text was recognised."""
        return self.kind != "unknown"

    @property
    def text(self) -> str:
        """The explanation as plain text, without a line feed at its end."""
        from regilink_doctor.report.explanation import render

        return "\n".join(render(self))
