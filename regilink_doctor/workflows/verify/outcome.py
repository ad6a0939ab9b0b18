"""What is expected of a name, and what there is under it: plain values."""

from __future__ import annotations

from typing import Literal

from regilink_doctor.core.findings import Place
from regilink_doctor.core.organization_view import OrganizationNames
from regilink_doctor.core.records import record
from regilink_doctor.core.target_path import TargetPath

Status = Literal["ok", "different", "absent", "skipped"]
LATEST = "latest"


@record
class Expected:
    """What a name is to lead to; None and empty: it does not matter. `source` may be any end of the source's name.

    `place` is that of the call that the name is from, `unknown` the expressions in it that source does not tell.
    """

    name: str
    aliases: tuple[str, ...] = ()
    type: str | None = None
    digest: str | None = None
    source: str | None = None
    place: Place | None = None
    unknown: tuple[str, ...] = ()


@record
class Verification:
    """What there is under a name. `found` is the version's full name in the registry; None where there is none.

    `problems` say what is wrong and what is there instead, each a sentence; `help` what to do.
    """

    name: str
    status: Status
    found: str | None = None
    aliases: tuple[str, ...] = ()
    type: str | None = None
    digest: str | None = None
    source: str | None = None
    problems: tuple[str, ...] = ()
    help: str | None = None
    place: Place | None = None
    unknown: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything is as expected."""
        return self.status == "ok"


@record
class Question:
    """A name that can be looked up, and the organization that it is looked up in."""

    expected: Expected
    path: TargetPath
    names: OrganizationNames

    @property
    def version(self) -> str:
        """What is looked up: the alias of the name, else the first that is expected, else the latest."""
        return self.path.version or next(iter(self.expected.aliases), LATEST)

    @property
    def shown(self) -> str:
        """The collection's full name, with the organization's entity."""
        return f"{self.names.entity}/{self.path.project}/{self.path.collection}"
