"""What a file has that matters: call sites and what is around them, settings, requirements, commands."""

from __future__ import annotations

from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.records import cached_property, field, record
from regilink_doctor.core.strings import StringValue, UnknownPart

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import ClassVar, Literal

    ContainerKind = Literal["workflow", "job", "step", "service", "function", "class", "branch", "cell", "key"]
    End = Literal["with", "context", "finish", "init", "teardown", "turn", "ultralytics", "accelerate", "transformers"]
    SiteKind = Literal["link", "init", "artifact", "consume", "target", "source", "log", "look_up", "other"]
    """Reports show the first four. `log` and `other` are for rules alone, `look_up` for the map as well."""


@record
class Container:
    """Something that contains a setting or a command.

    A CI file gives `workflow`, `job`, `step`; compose a `service`; Python and shell a `function` (`class`), and a
    `branch` where an `if`, a loop or an `except` decides; a notebook the `cell`; any other mapping or table a `key`.
    `name` is as it is written: the job's id, the step's `name`, the key; `""` where there is none.
    """

    kind: ContainerKind
    name: str
    span: Span


def within(outer: tuple[Container, ...], inner: tuple[Container, ...]) -> bool:
    """Whether what is in `outer` reaches what is in `inner`: an `env:` of a job reaches its steps."""
    return inner[: len(outer)] == outer


@record
class CallContext:
    """The statements around a call, as far as they are certain.

    `function` is the name of the function that it is in. `guards` are the conditions that decide whether it is
    reached, as in the source: those of each `if` around it, of early returns before it, and the decorators
    of its function. `swallowed_by`: the clause that drops every error of it silently. `ended` and `ended_by`:
    how and where its run has certainly ended before, `called_by` the call of its function that comes after that, if it
    is the function that comes too late. `expected`: a failure is waited for (`pytest.raises`).
    `containers` are the functions, classes and branches that it is in. `is_tried`: it is in the body of a `try`
    that handles errors. `denied_by`: the clause that answers every error of W&B with False or None.
    """

    function: str | None = None
    guards: tuple[str, ...] = ()
    result_used: bool = True
    swallowed_by: Place | None = None
    ended: End | None = None
    ended_by: Place | None = None
    called_by: Place | None = None
    expected: bool = False
    containers: tuple[Container, ...] = ()
    is_tried: bool = False
    is_prepared: bool = False
    """A `try` around it goes on where it fails, or the code has asked whether what it names exists."""
    denied_by: Place | None = None


NO_CONTEXT = CallContext()


@record
class Setting:
    """A variable of the environment, or a key of a configuration, and its value.

    `how` tells where it comes from: `dotenv`, `shell` (`export X=…`, `X=… command`), `yaml`, `toml`, `python`
    (`os.environ["X"] = …`, `os.environ.setdefault`, `os.putenv`, `monkeypatch.setenv`), `notebook` (`%env`).
    `variable`: it is a variable of the environment of a process; otherwise a key that some program reads.
    """

    name: str
    """The variable, or the last key: `WANDB_ENTITY`, `target_path`."""
    place: Place
    """Of the value; of the name where there is no value."""
    statement: Span
    """Where a suppression may stand."""
    how: Literal["dotenv", "shell", "yaml", "toml", "json", "ini", "python", "notebook"]
    variable: bool
    value: tuple[StringValue, ...] = ()
    """The alternatives; empty: no value is given (`WANDB_ENTITY:` passes it on), or none that is a string."""
    keys: tuple[str, ...] = ()
    """All keys from the root of the file to it, itself included: `("jobs", "train", "env", "WANDB_MODE")`."""
    containers: tuple[Container, ...] = ()
    """What it holds in, outermost first. See `within`."""
    only_default: bool = False
    """It gives way to a value that is already there: `setdefault`, `${X:-…}`."""
    is_item: bool = False
    """It is one of a list's items."""
    turns: tuple[StringValue | None, ...] = ()
    """The value in each run of the matrix of its job, where it is another one in each; None where it is not set."""
    target: bool = False
    """Its value is a target path, by what it says or by what its key is called. There is a site for it as well."""
    kind: Literal["setting"] = "setting"

    @cached_property
    def wandb_variable(self) -> str:
        """The variable of W&B that it sets: `WANDB_ENTITY`, also as `wandb_entity`, or `entity` below `wandb`.

        Empty for a key that has nothing to do with W&B.
        """
        name = self.name.upper().replace("-", "_")
        if name.startswith("WANDB_"):
            return name
        is_below = not self.variable and any("wandb" in key.lower() for key in self.keys[:-1])
        return f"WANDB_{name}" if is_below else ""


@record
class Requirement:
    """A line that asks for a package.

    `exact` is the one version that can be installed (`==0.18.0`, a lock file); `upper` the bound that it has to stay
    below (`<0.19`) or must not exceed (`<=0.19`, `inclusive`); `~=0.18.2` and `^0.18` and `0.18.*` give an upper bound
    as well. A lower bound alone (`>=`) gives neither.
    """

    package: str
    """The normalised name: `wandb`, `requests-mock`."""
    place: Place
    """Of what is written: the version where there is one, else the whole requirement."""
    statement: Span
    specifiers: tuple[tuple[str, str], ...] = ()
    """(`==`, `0.18.0`) and so on, as written; Poetry's `^` and `~` with their own sign."""
    exact: str | None = None
    upper: str | None = None
    inclusive: bool = False
    locked: bool = False
    """It comes from a lock file, which is not written by hand: the fix is to lock again."""
    group: str = ""
    """Where it is asked for: `dev`, `test`, a table's name; `""` for the program's own."""
    kind: Literal["requirement"] = "requirement"


@record
class Command:
    """A command of a shell: in a script, a notebook's `!` line or `%%bash` cell, a CI file's `run:`.

    `words` are its words as the shell hands them over, the program first; what the shell fills in is an unknown part.
    `environment` are the assignments before it (`WANDB_MODE=offline python train.py`).
    """

    words: tuple[StringValue, ...]
    place: Place
    statement: Span
    containers: tuple[Container, ...] = ()
    environment: tuple[Setting, ...] = ()
    turn: int | None = None
    """The number of the run of its job's matrix, where it has values of that."""
    kind: Literal["command"] = "command"

    @property
    def name(self) -> str:
        """The words up to the first option or unknown word, for a look at what it is: `wandb artifact put x`."""
        known: list[str] = []
        for word in self.words:
            literal = word.literal
            if literal is None or literal.startswith("-"):
                break
            known.append(literal)
        return " ".join(known)


FileFact = Setting | Requirement | Command


@record
class PassedArguments:
    """The arguments of a call."""

    names: frozenset[str] = frozenset()
    """`**` is an unpacked mapping, which may have any of them; `*` one by position that no parameter takes."""
    strings: Mapping[str, tuple[StringValue, ...]] = field(default_factory=dict, hash=False)
    """The alternatives of each string argument that rules check, by name."""
    certain_strings: frozenset[str] = frozenset()
    """The arguments that are strings in every alternative, of those that rules ask for."""
    unread: frozenset[str] = frozenset()
    """The arguments that hold further ones (`settings=`) or a list (`aliases=`), of which not all could be read."""
    wrong_types: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The arguments that are certainly not what W&B accepts, a string or a list of strings, each with its type.

    `aliases[]` is an item of a list of aliases.
    """
    not_accepted: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """The arguments, passed by name, that no version of wandb accepts in such a call, each with those that it does.

    `*` is one that has a name in every version, but no fixed place. Of a call of a method that no version has, this
    method with its class, and the methods that there are.
    """
    constants: Mapping[str, bool | None] = field(default_factory=dict, hash=False)
    """The arguments that are written `None`, `True` or `False`, of those that rules ask for."""
    opening: Place | None = None
    """The place right after the opening parenthesis, of a call that starts a run."""
    keywords: Mapping[str, tuple[Place, Place]] = field(default_factory=dict, hash=False, repr=False)
    """The places of `name=value` and of the value, of each argument but the target that is passed by name."""


NO_ARGUMENTS = PassedArguments()


@record
class Sweep:
    """A sweep of W&B whose file names the program of a call: in it, W&B drops the entity and project of `wandb.init`.

    `place` is that of the program's name in the file. An entity of None is left to the account's default.
    """

    place: Place
    entity: StringValue | None
    project: StringValue


@record
class Together:
    """The target paths, types and entities that belong to each other, unknown parts included; None: any may be."""

    targets: frozenset[str]
    types: frozenset[str] | None
    entities: frozenset[str] | None

    @property
    def is_whole(self) -> bool:
        """Whether there is one of each: a way that the program may go."""
        return bool(self.targets) and self.types != frozenset() and self.entities != frozenset()

    def has(self, path: str, artifact_type: str | None, entity: str | None) -> bool:
        """Whether these may be of one link; what is None is not asked for."""
        fits_type = artifact_type is None or self.types is None or artifact_type in self.types
        return (
            path in self.targets and fits_type and (entity is None or self.entities is None or entity in self.entities)
        )


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
    possible_inits: tuple[Site, ...] = field(default=(), repr=False)
    """All of the program, where no call is known to have started the run."""
    is_of_unknown_run: bool = False
    """Nothing in the program starts its run: whoever calls the function passes it."""
    together: tuple[Together, ...] = field(default=(), repr=False)
    """What each way through loops and calls of functions gives a link; empty where it is not known."""
    sweeps: tuple[Sweep, ...] = field(default=(), repr=False)
    """The sweeps that may run the program."""
    set_owners: tuple[tuple[StringValue | None, StringValue | None], ...] = field(default=(), repr=False)
    """The entity and project that files set for a run that is given none, in each way to start the program.

    None where one is left to the account, or to this machine.
    """
    artifact: Site | None = field(default=None, repr=False)
    """The call that created or consumed the artifact."""
    logged: Site | None = field(default=None, repr=False)
    """The `log_artifact` that the artifact went through before."""
    through: tuple[Place, ...] = ()
    """The calls of the functions of other files that it goes through; the last is that of wandb."""
    is_hidden_in_callee: bool = False
    """Nothing in its own file shows that the last one is a call of wandb: its problems are reported here."""
    callers: tuple[Site, ...] = field(default=(), compare=False, repr=False)
    """The calls, in its own file, of the function that it is in, each with what that caller passes."""

    @property
    def owner(self) -> Site:
        """The call whose run decides on the entity: of a link to a registry what has logged the artifact."""
        return self

    @property
    def run_entity(self) -> tuple[StringValue, ...]:
        """The run's entity by source: that of the call itself, else of its `wandb.init`."""
        owner = self.owner
        return owner.entity or owner._find_common("run.entity", [init.entity for init in owner._starts])

    @property
    def logs_fetched(self) -> bool:
        """Whether it logs an artifact that was consumed by name, or a draft of one."""
        return self.kind == "log" and self.artifact is not None and self.artifact.kind == "consume"

    @property
    def is_run_found(self) -> bool:
        """Whether a call is known that may have started its run."""
        return bool(self._starts)

    @property
    def run_project(self) -> tuple[StringValue, ...]:
        """The run's project by source: that of the call itself, else of its `wandb.init`."""
        owner = self.owner
        return owner.project or owner._find_common("run.project", [init.project for init in owner._starts])

    @property
    def _starts(self) -> tuple[Site, ...]:
        """The calls of `wandb.init` that can have started its run."""
        return (self.init,) if self.init is not None else self.inits or self.possible_inits

    def _find_common(self, name: str, values: list[tuple[StringValue, ...]]) -> tuple[StringValue, ...]:
        """The value that all its possible runs have; where they differ, an unknown one that is shown as `name`."""
        if len({tuple(string.pattern for string in strings) for strings in values}) > 1:
            return (StringValue((UnknownPart(name, self.place),), self.place),)
        return values[0] if values else ()

    @property
    def artifact_type(self) -> tuple[StringValue, ...]:
        """The artifact's type by source: that of the call itself, else of the call that created or consumed it."""
        return self.type or (self.artifact.type if self.artifact else ())


@record
class Link(Site):
    """A call that links an artifact."""

    kind = "link"

    is_logged_artifact: bool = False
    """The artifact is what `log_artifact` returned, and not the object that was made."""
    is_fetched: bool = False
    """The artifact comes from the public API: it belongs to another entity than the run, or may."""
    is_run_passed: bool = False
    """Its run is a parameter of its function, and no call in the file passes one."""
    ttl: Place | None = None
    """Where the artifact is given a time to live."""
    linked_ttl: Place | None = None
    """Where the artifact that the link returns is given one."""
    aliases_set: Place | None = None
    """Where the aliases of a fetched artifact itself are changed before: `artifact.aliases.append("prod")`."""

    @property
    def is_without_target(self) -> bool:
        """Whether no target path is passed, or None."""
        arguments = self.arguments
        is_none = arguments.constants.get("target_path", "") is None
        return not self.target and (is_none or not arguments.names & {"target_path", "**"})

    @property
    def log_call(self) -> Site | None:
        """The call that logs the artifact before it is linked; `run.log_artifact("file")` makes and logs it."""
        if self.logged is None and self.artifact is not None and self.artifact.kind == "log":
            return self.artifact
        return self.logged

    @property
    def owner(self) -> Site:
        """What has certainly logged the artifact before; the link itself, to a project as well."""
        log = self.log_call
        if log is None or not log.is_run_found or not all(REGISTRY_PREFIX in path.pattern for path in self.target):
            return self
        made_in = self.artifact.context.containers if self.artifact is not None else ()
        around = (*made_in, *self.context.containers)
        is_certain = all(item.kind != "branch" or item in around for item in log.context.containers)
        return log if is_certain else self

    @property
    def logged_aliases(self) -> tuple[StringValue, ...]:
        """The aliases that the artifact was given when it was logged."""
        log_call = self.log_call
        return log_call.aliases if log_call is not None else ()


@record
class ConfiguredTarget(Site):
    """A target path in a configuration file, for a link that is made somewhere else. `call` is empty."""

    kind = "target"

    is_published: bool = True
    """Whether its key says that something is linked to it; else it may be consumed as well."""


@record
class ConfiguredSource(Site):
    """A full name in a configuration file that is consumed somewhere else. `call` is empty; no rule looks at it."""

    kind = "source"


@record
class Init(Site):
    """`wandb.init`."""

    kind = "init"

    earlier: Site | None = field(default=None, repr=False)
    """The `wandb.init` before it whose run certainly goes on."""

    @property
    def api_key(self) -> tuple[StringValue, ...]:
        """The API key that it is given, under either name."""
        strings = self.arguments.strings
        return strings.get("api_key", ()) or strings.get("key", ())


@record
class MakeArtifact(Site):
    """`wandb.Artifact(...)`."""

    kind = "artifact"


@record
class Consume(Site):
    """A call that consumes an artifact by its name."""

    kind = "consume"

    linked_ttl: Place | None = None
    """Where the version that it returns, one of a registry, is given a time to live."""


@record
class Log(Site):
    """A call that logs an artifact. Like a link, it knows about the artifact; `is_draft`: a `new_draft()` of it."""

    kind = "log"

    is_logged_artifact: bool = False
    is_draft: bool = False
    ttl: Place | None = None
    linked_ttl: Place | None = None


@record
class LookUp(Site):
    """A call that looks up a collection, or lists what is in a registry, and fetches nothing itself.

    `target` is the path of a collection that it is passed, `artifact` the call that its object comes from.
    `core.targets.look_up_paths` has the path that a chain of such calls means.
    """

    kind = "look_up"


@record
class OtherCall(Site):
    """Any other call that a rule checks: `wandb.login`, `wandb.Api.registries`, a look at an attribute."""

    kind = "other"


SITE_CLASSES: Mapping[SiteKind, type[Site]] = {
    cls.kind: cls
    for cls in (Link, ConfiguredTarget, ConfiguredSource, Init, MakeArtifact, Consume, Log, LookUp, OtherCall)
}
"""The class of each kind of call site."""
