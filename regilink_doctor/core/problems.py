"""A problem: what is wrong with a target path, a name, a setting or a call, as data. Its rule words it."""

from __future__ import annotations

from regilink_doctor.core.records import field, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from regilink_doctor.core.findings import Severity
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.targets import LinkTarget


@record
class Problem:
    """What is wrong with `string[start:end]`, and, where it is clear, what was `intended` there.

    `rule` is the code of the rule that words the problem. `kind` tells the cases of one rule apart. `facts` are the
    names that its message needs. `failure` is an id of the failure index, None where the rule's own are meant.
    `wandb_message` names what W&B says (`core.wandb_messages`).
    """

    rule: str
    start: int = 0
    end: int = 0
    severity: Severity = "error"
    kind: str = ""
    intended: str | None = None
    failure: str | None = None
    wandb_message: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict, hash=False)
    target: LinkTarget | None = field(default=None, compare=False, repr=False)
    """The link that the problem is about."""
    view: OrganizationView | None = field(default=None, compare=False, repr=False)
    """What is known of the organization: the catalog, the server, the emulator's world."""
