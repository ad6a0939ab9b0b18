"""What a dry run has shown: plain values."""

from __future__ import annotations

import signal

from regilink_doctor.core.ledger import Assumed, LinkAttempt
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.phrases import counted, say
from regilink_doctor.core.records import record
from regilink_doctor.core.target_path import is_registry_project
from regilink_doctor.core.text import ShownAsTable
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.findings import Message
    from regilink_doctor.core.ledger import AliasChange, RefusedRun, Triggered, UnsentRun


@record
class RunMade:
    """A run that the command would have made. `state` is `finished`, `failed`, `crashed` or `running`."""

    entity: str
    project: str
    id: str
    name: str
    state: str
    logged: int
    used: int
    swept: bool = False
    """Whether a sweep started it: its entity is that of the sweep."""

    @property
    def path(self) -> str:
        """`entity/project/id`."""
        return f"{self.entity}/{self.project}/{self.id}"


@record
class ArtifactMade:
    """A version that it would have logged. `name` is `entity/project/name:vN`; `size` in bytes, of `files` files."""

    name: str
    type: str
    aliases: tuple[str, ...]
    files: int
    size: int
    run: str | None


@record
class Consumed:
    """A version that it would have read. `how` says whether it was looked up, declared as input, downloaded.

    `failed`: why it could not be read; then `name` is as the code gave it. `stub`: another version stood in for it, an
    empty one, or the latest of a known collection without the version or alias that was asked for, which is `missing`.
    """

    name: str
    how: tuple[str, ...]
    failed: str | None = None
    place: str | None = None
    stub: bool = False
    missing: str | None = None


@record
class Link:
    """A link that it would have made, with the rule's message where W&B refuses or misplaces it.

    `origins` are the lines that its path comes from, `file:line`, where it is not written in the call. `removed`: the
    command has unlinked it, or deleted its source.
    """

    attempt: LinkAttempt
    message: Message | None = None
    origins: tuple[str, ...] = ()
    removed: bool = False

    @property
    def help(self) -> str | None:
        """What to write instead; None for a link that is accepted into a registry."""
        if self.in_project and self.message is None:
            path = quoted(f"{REGISTRY_PREFIX}REGISTRY/{self.attempt.collection}")
            return say("if you mean a registry, write {path}", path=path)
        return self.message.help if self.message is not None else None

    @property
    def in_project(self) -> bool:
        """Whether it is accepted into an ordinary project."""
        return self.attempt.verdict == "linked" and not is_registry_project(self.attempt.project or "")


@record
class DryRun(ShownAsTable):
    """The whole. `status` is the command's exit status, minus the signal's number when one ended it.

    `world` says what the world was made of. `entity` is that of the runs whose code names none, `entity_source` says
    where it is from: None where none is named, and the account's default would decide. `blocked_hosts` are real
    servers that were asked for, each with the number of its connections. `other_servers` are servers on this machine,
    not the emulator, that the code gave to wandb: nothing kept it from them. `unsupported` are
    operations that the emulator lacks: a limit of regilink, not a mistake of the command. `mode` is that of the
    settings and of `$WANDB_MODE`; `unsent_runs` are those that, by the mode or the code, sent nothing. `left_running`:
    processes that the command had started were running after its end.
    """

    argv: tuple[str, ...]
    status: int
    interrupted: bool
    world: str
    entity: str
    entity_source: str | None
    assumed: tuple[Assumed, ...]
    runs: tuple[RunMade, ...]
    artifacts: tuple[ArtifactMade, ...]
    links: tuple[Link, ...]
    consumed: tuple[Consumed, ...]
    blocked_hosts: tuple[tuple[str, int], ...]
    other_servers: tuple[str, ...] = ()
    alias_changes: tuple[AliasChange, ...] = ()
    triggered: tuple[Triggered, ...] = ()
    unsupported: tuple[str, ...] = ()
    stub_artifacts: bool = False
    allow_no_links: bool = False
    mode: str = "online"
    unsent_runs: tuple[UnsentRun, ...] = ()
    refused_runs: tuple[RefusedRun, ...] = ()
    left_running: bool = False

    def _table(self) -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
        """Caption, columns and rows for a notebook."""
        rows: list[tuple[str, ...]] = [
            (
                link.attempt.verdict,
                link.attempt.requested
                or link.attempt.destination
                or f"{link.attempt.project}/{link.attempt.collection}",
                link.message.summary if link.message is not None else "",
                link.help or "",
            )
            for link in self.links
        ]
        caption = f"{counted(len(self.links), 'link')}; exit status {self.status}"
        return caption, ("verdict", "target path", "what is wrong", "what to write"), rows

    def count(self, verdict: str) -> int:
        """How many links came to this."""
        return sum(item.attempt.verdict == verdict for item in self.links)

    @property
    def in_projects(self) -> int:
        """How many links are accepted into an ordinary project."""
        return sum(item.in_project for item in self.links)

    @property
    def left_to_default(self) -> bool:
        """Whether a run went wherever the account's default is: it differs between colleagues (failure B2)."""
        return bool(self._runs_left)

    @property
    def sweep_left_to_default(self) -> bool:
        """Whether the entity of a sweep decided where such a run went, whatever the code says of the run."""
        return any(run.swept for run in self._runs_left)

    @property
    def _runs_left(self) -> list[RunMade]:
        return [run for run in self.runs if run.entity == self.entity] if self.entity_source is None else []

    @property
    def ended(self) -> str:
        """How the command ended: `status 3`, `signal SIGKILL`."""
        return _shown(self.status)

    @property
    def unsent_mode(self) -> str | None:
        """The mode, of the code or of the settings, in which wandb sent nothing; None if a run was sent."""
        modes = [run.mode for run in self.unsent_runs]
        if self.mode in ("offline", "dryrun", "disabled"):
            modes.append(self.mode)
        return modes[0] if modes and not self.runs else None

    @property
    def faults(self) -> tuple[str, ...]:
        """Why the exit status is 1: each a part of a sentence; empty when all is well."""
        reasons = []
        if self.interrupted:
            reasons.append(say("it was interrupted"))
        elif self.status:
            reasons.append(say("the command ended with {status}", status=self.ended))
        if self.left_running:
            reasons.append(say("it left processes running, and what they would link is unknown"))
        if self.refused_runs and (self.status or not self.links):  # else the program went on with another one
            reasons.append(say("{runs} refused", runs=counted(len(self.refused_runs), "run")))
        if refused := self.count("refused"):
            reasons.append(say("{links} refused", links=counted(refused, "link")))
        if misplaced := self.count("misplaced"):
            reasons.append(say("{links} misplaced", links=counted(misplaced, "link")))
        if refused := sum(item.refused is not None for item in self.alias_changes):
            reasons.append(say("{changes} of aliases refused", changes=counted(refused, "change")))
        if not self.links and not self.allow_no_links:
            # After a command that failed this is expected: the option would not help.
            if self.unsent_mode:
                reasons.append(say("it linked nothing: the mode of wandb is {mode}", mode=self.unsent_mode))
            else:
                alone = say("it linked nothing (--allow-no-links if that is right)")
                reasons.append(say("it linked nothing") if reasons else alone)
        return tuple(reasons)

    @property
    def exit_status(self) -> int:
        """0: the command ended well and every link was accepted in the right place; else 1."""
        return 1 if self.faults else 0


def _shown(status: int) -> str:
    if status >= 0:
        return say("status {number}", number=status)
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = str(-status)
    return say("signal {name}", name=name)
