"""Call sites: the calls and settings in source that matter to regilink, as data. No parser in here.

The linter finds them; rules check them; the doctor and `verify` take their targets from them.
"""

from __future__ import annotations

from regilink_doctor.core.call_context import NO_CONTEXT, CallContext
from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.records import field, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import ClassVar, Literal

    from regilink_doctor.core.strings import StringValue

    SiteKind = Literal["link", "init", "artifact", "consume", "target", "log", "other"]
    """Reports show the first four. `log` and `other` are for rules alone."""


@record
class PassedArguments:
    """The arguments of a call."""

    names: frozenset[str] = frozenset()
    """`**` stands for an unpacked mapping, which may hold any of them."""
    strings: Mapping[str, tuple[StringValue, ...]] = field(default_factory=dict, hash=False)
    """The alternatives of each string argument that rules check, by name."""
    certain_strings: frozenset[str] = frozenset()
    """The arguments that are strings in every alternative."""
    unread: frozenset[str] = frozenset()
    """The arguments that hold further ones (`settings=`), of which not all could be read."""
    constants: Mapping[str, bool | None] = field(default_factory=dict, hash=False)
    """The arguments that are written `None`, `True` or `False`."""
    opening: Place | None = None
    """The place right after the opening parenthesis."""
    keywords: Mapping[str, tuple[Place, Place]] = field(default_factory=dict, hash=False, repr=False)
    """The places of `name=value` and of the value, of each argument that is passed by name."""


NO_ARGUMENTS = PassedArguments()


@record
class Site:
    """What all call sites have.

    `call` is the canonical name, `wandb.Run.link_artifact`. A suppression may be anywhere in `statement`. Each value is
    a tuple of alternatives (branches, loops over literals), empty when the argument is not passed.
    """

    kind: ClassVar[SiteKind]

    call: str
    place: Place
    statement: Span
    target: tuple[StringValue, ...] = ()
    """The target path or name."""
    argument: Place | None = None
    """Where the target is passed, in the call itself."""
    entity: tuple[StringValue, ...] = ()
    project: tuple[StringValue, ...] = ()
    type: tuple[StringValue, ...] = ()
    aliases: tuple[StringValue, ...] = ()
    arguments: PassedArguments = NO_ARGUMENTS
    context: CallContext = NO_CONTEXT
    init: Init | None = field(default=None, repr=False)
    """The one `wandb.init` whose run the call uses."""
    inits: tuple[Site, ...] = field(default=(), repr=False)
    """All that can be: more than one where branches start different runs."""
    artifact: Site | None = field(default=None, repr=False)
    """The call that made or fetched the artifact."""
    logged: Site | None = field(default=None, repr=False)
    """The `log_artifact` that the artifact went through before."""

    @property
    def run_entity(self) -> tuple[StringValue, ...]:
        """The run's entity by source: that of the call itself, else of its `wandb.init`."""
        return self.entity or (self.init.entity if self.init else ())

    @property
    def run_project(self) -> tuple[StringValue, ...]:
        """The run's project by source: that of the call itself, else of its `wandb.init`."""
        return self.project or (self.init.project if self.init else ())

    @property
    def artifact_type(self) -> tuple[StringValue, ...]:
        """The artifact's type by source: that of the call itself, else of the call that made or fetched it."""
        return self.type or (self.artifact.type if self.artifact else ())


@record
class Link(Site):
    """A call that links an artifact."""

    kind = "link"

    is_logged_artifact: bool = False
    """The artifact is what `log_artifact` returned, and not the object that was made."""
    ttl: Place | None = None
    """Where the artifact is given a time to live."""
    linked_ttl: Place | None = None
    """Where the artifact that the link returns is given one."""


@record
class ConfiguredTarget(Site):
    """A target path in a configuration file, for a link that is made somewhere else. `call` is empty."""

    kind = "target"


@record
class Init(Site):
    """`wandb.init`."""

    kind = "init"

    earlier: Site | None = field(default=None, repr=False)
    """The `wandb.init` before it whose run certainly goes on."""


@record
class MakeArtifact(Site):
    """`wandb.Artifact(...)`."""

    kind = "artifact"


@record
class Consume(Site):
    """A call that consumes an artifact by its name."""

    kind = "consume"


@record
class Log(Site):
    """A call that logs an artifact. Like a link, it knows about the artifact."""

    kind = "log"

    is_logged_artifact: bool = False
    ttl: Place | None = None
    linked_ttl: Place | None = None


@record
class OtherCall(Site):
    """Any other call that a rule checks: `wandb.login`, `wandb.Api.registries`, a look at an attribute."""

    kind = "other"


SITE_CLASSES: Mapping[SiteKind, type[Site]] = {
    cls.kind: cls for cls in (Link, ConfiguredTarget, Init, MakeArtifact, Consume, Log, OtherCall)
}
"""The class of each kind of call site."""
