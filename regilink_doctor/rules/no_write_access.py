"""REG304."""

from __future__ import annotations

from regilink_doctor.rules.base import LiveRule


class NoWriteAccess(LiveRule):
    """The role, or the seat, does not allow to link into the registry, or to read from it.

    Linking needs the role Member or Admin in the registry; a Viewer reads, a Restricted Viewer does not even that.
    Roles differ from one registry to the next. A catalog knows no roles: `regilink doctor` asks the server. An admin of
    the registry gives the role, in the App.
    """

    code = "REG304"
    name = "no-write-access"
    severity = "error"
    rows = (
        "B7",
        "B8",
        "D7",
    )
    bad = ('world.member("alice", registry="model", role="viewer")\ndoctor("wandb-registry-model/zoo")',)
    good = ('world.member("alice", registry="model", role="member")\ndoctor("wandb-registry-model/zoo")',)
