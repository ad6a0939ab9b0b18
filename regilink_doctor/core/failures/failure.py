"""One entry of the failure index."""

from __future__ import annotations

from typing import Literal

from regilink_doctor.core.records import record

Phase = Literal["login", "init", "log", "link", "consume", "download", "registry", "delete", "sync", "sweep", "api"]
"""What the program was doing when the failure shows itself."""


@record
class Failure:
    """One way in which linking to the registry, or consuming from it, fails.

    `happens` is what the user sees and where the artifact really goes, `help` what to write or do,
    `recognize` how to tell that it is this failure and no other. `silent`: nothing is raised.
    `codes` are the rules and checks that catch it, likeliest first; empty where only `explain` and
    the failure index know it. `check_with`: the command that shows it, with the words TARGET,
    TEAM, TYPE and CMD to fill in; empty where no command can. `phases` are the only ones in which
    it shows itself, empty for any; with wandb `sdk_before` or later it cannot happen.
    """

    id: str
    title: str
    happens: str
    help: str
    silent: bool
    codes: tuple[str, ...] = ()
    recognize: str = ""
    check_with: str = ""
    phases: tuple[Phase, ...] = ()
    sdk_before: str | None = None

    def is_possible_in(self, phase: Phase | None) -> bool:
        """Whether the failure can show itself while the program does this; None: it is not known what it does."""
        return phase is None or not self.phases or phase in self.phases
