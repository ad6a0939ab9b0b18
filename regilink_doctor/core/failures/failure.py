"""One row of the catalogue of failures."""

from __future__ import annotations

from typing import Literal

from regilink_doctor.core.records import record

Evidence = Literal["run", "code", "docs", "observed", "unverified"]
"""How a row is known, by its weakest link that matters: run against the real SDK, read in wandb's
code, stated by W&B's documentation, written down by a user, or inferred and not verified."""


@record
class Failure:
    """One way in which linking to the registry, or reading from it, goes wrong.

    `happens` is what the user sees and where the artifact really goes, `instead` what to write or
    do. `silent`: nothing is raised. `codes` are the rules and checks that catch it, likeliest
    first; empty where only `explain` and the documentation know it. `sign`: how to tell that it
    is this one. `proof`: the command that shows it, with the words TARGET, TEAM, TYPE and CMD to
    fill in; empty where no command can.
    """

    row: str
    title: str
    happens: str
    instead: str
    silent: bool
    evidence: Evidence
    codes: tuple[str, ...] = ()
    sign: str = ""
    proof: str = ""
