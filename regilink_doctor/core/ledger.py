"""What a link came to: the emulator's ledger, and every report made from it."""

from __future__ import annotations

from regilink_doctor.core.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Outcome = Literal["linked", "misplaced", "refused", "unknown"]
    """`linked`: taken, where it was meant to go. `misplaced`: accepted silently, somewhere else than the
    text says. `refused`: an error. `unknown`: W&B's behavior is undocumented."""


@record
class Assumed:
    """Something undeclared that exists only because the code names it; every report says so.

    `name` is as W&B's paths have it: `our-team`, `wandb-registry-prod`, `wandb-registry-prod/zoo`.
    """

    kind: Literal["organization", "team", "person", "registry", "collection", "run"]
    name: str


@record
class LinkAttempt:
    """One attempt to link, refused ones included.

    `requested` is the target path as the code gave it, None where only the server saw the call. `entity`,
    `project` and `collection` are what reached the server; `destination` is `entity/project/collection` where the
    version now is, None when refused. `version` is the version's index in the target collection (`v0`).
    `source` is the source version's full name, `message` W&B's, or regilink's where `core.wandb_messages` says so.
    `place` is `file:line` of the call, None where no recorder watched the code.
    """

    user: str | None
    run: str | None
    source: str | None
    source_type: str | None
    requested: str | None
    entity: str | None
    project: str | None
    collection: str | None
    destination: str | None
    aliases: tuple[str, ...]
    verdict: Outcome
    code: str | None
    failure: str | None
    message: str | None
    version: str | None
    place: str | None = None


@record
class Triggered:
    """An automation that has run.

    `event` is W&B's name (`LINK_MODEL`), `subject` the version or run, `alias` the alias of an alias event. `outcome`
    says what became of a webhook: `HTTP 200`, or why it was not called.
    """

    automation: str
    event: str
    subject: str
    alias: str | None
    action: str
    outcome: str | None = None


@record
class AliasChange:
    """An alias in a registry that was set, moved or removed without a link, or W&B's answer that `refused` it.

    `collection` is `entity/project/collection`, `before` and `after` are the versions that have the alias (`v0`).
    """

    collection: str
    alias: str
    before: str | None
    after: str | None
    refused: str | None = None


@record
class RefusedRun:
    """A run that W&B would not start: `message` is its answer, `failure` the failure id, if there is one."""

    entity: str | None
    project: str | None
    message: str
    failure: str | None


@record
class UnsentRun:
    """A run that sends nothing to the server. `mode` is `offline` or `disabled`, `place` is `file:line`."""

    mode: str
    place: str | None
