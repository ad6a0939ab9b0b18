"""Runs: what `wandb.init` makes, and what the file stream tells of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from regilink_doctor.core.records import field, record
from regilink_doctor.emulator.world.ids import encode, now

if TYPE_CHECKING:
    from regilink_doctor.emulator.world.files import StoredFile
    from regilink_doctor.emulator.world.people import User
    from regilink_doctor.emulator.world.projects import ArtifactVersion, Project

_MOODS = ("amber", "brisk", "calm", "daring", "eager", "fabled", "gentle", "hardy", "ivory", "jolly")
_THINGS = ("dawn", "field", "grove", "harbor", "island", "lake", "meadow", "pine", "river", "sky")


def display_name(number: int) -> str:
    """A name such as `calm-river-7`, the same for the same number."""
    return f"{_MOODS[number % 10]}-{_THINGS[(number // 10) % 10]}-{number}"


@record(frozen=False)
class Run:
    """One run. `name` is its id in paths; history, events and log are lines as they were sent."""

    number: int
    name: str
    project: Project
    display_name: str
    user: User | None = None
    state: str = "running"
    description: str | None = None
    notes: str | None = None
    config: str = "{}"
    summary: str = "{}"
    tags: list[str] = field(default_factory=list)
    group: str | None = None
    job_type: str | None = None
    commit: str | None = None
    host: str | None = None
    program: str | None = None
    sweep: str | None = None
    stopped: bool = False
    exit_code: int | None = None
    history: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    files: dict[str, StoredFile] = field(default_factory=dict)
    logged: list[ArtifactVersion] = field(default_factory=list)
    used: list[ArtifactVersion] = field(default_factory=list)
    created_at: str = field(default_factory=now)
    heartbeat_at: str = field(default_factory=now)

    @property
    def id(self) -> str:
        return encode("Run", self.number)

    @property
    def path(self) -> str:
        return f"{self.project.entity.name}/{self.project.name}/{self.name}"

    def stream(self, message: dict[str, Any]) -> None:
        """Take one file-stream message (`core/internal/filestream/filestreamrequest.go`).

        Lines go at the offset they are sent with, so that a repeated request changes nothing.
        """
        for name, part in (message.get("files") or {}).items():
            content, offset = list(part.get("content") or ()), int(part.get("offset") or 0)
            if name == "wandb-history.jsonl":
                _place(self.history, offset, content)
            elif name == "wandb-events.jsonl":
                _place(self.events, offset, content)
            elif name == "output.log":
                _place(self.log, offset, content)
            elif name == "wandb-summary.json" and content:
                self.summary = content[-1]
        self.heartbeat_at = now()
        if message.get("complete"):
            self.exit_code = int(message.get("exitcode") or 0)
            self.state = "finished" if self.exit_code == 0 else "failed"
        elif message.get("preempting"):
            self.state = "preempting"

    def history_rows(self) -> list[dict[str, Any]]:
        """The history as data, one dictionary a step."""
        rows: list[dict[str, Any]] = []
        for index, line in enumerate(self.history):
            row: dict[str, Any] = json.loads(line)
            row.setdefault("_step", index)
            rows.append(row)
        return rows


def _place(lines: list[str], offset: int, content: list[str]) -> None:
    if offset > len(lines):
        lines.extend([""] * (offset - len(lines)))
    lines[offset : offset + len(content)] = content
