"""What a rule is made of.

A rule watches call sites, settings, requirements or commands, and reports problems. It words each of them in `explain`:
lint, doctor, explain, dry-run, verify and the pytest plugin all render that message.
"""

from __future__ import annotations

from regilink_doctor.core.problems import Problem
from regilink_doctor.core.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import ClassVar, Protocol, TypeVar

    from regilink_doctor.core.findings import Applicability, Fix, Message, Place, Related, Severity
    from regilink_doctor.core.link_map import LinkMap, MapReport
    from regilink_doctor.core.organization_view import ConfiguredOrganization, OrganizationView
    from regilink_doctor.core.sites import (
        Command,
        Consume,
        Container,
        Init,
        Link,
        Log,
        MakeArtifact,
        Requirement,
        Setting,
        Site,
    )
    from regilink_doctor.core.strings import StringValue

    T = TypeVar("T")
else:
    Protocol = object


@record
class Report:
    """A problem that a rule reports, and where it is. The `reporter` makes the finding of it.

    `at` is the place, None for the call. With a `string`, the problem is about `string[problem.start:problem.end]`: it
    is reported where the call passes that string, with a second place where the string is written. `argument` names
    the argument that passes it, empty for the target.
    """

    problem: Problem
    at: Place | None = None
    string: StringValue | None = None
    argument: str = ""
    related: tuple[Related, ...] = ()
    fix: Fix | None = None


@record
class Replacement:
    """`content` was intended for `string[start:end]`."""

    start: int
    end: int
    content: str


class Rule:
    """One way to go wrong. The docstring of each rule is its documentation: what, why, what to write instead.

    `failures` are the ids of the failure index that it covers. `bad` and `good` are code that does, and does not, give
    a finding of this rule; they are shown in the documentation and are its tests. `watches` names what the rule checks:
    kinds of call sites (`link`, `consume`, `init`, `artifact`, `log`, `target`), other calls by their canonical name,
    `setting`, those that stand for a variable of W&B by its name (`WANDB_ENTITY`), `requirement`, `command`, `map`;
    `link.aliases` are links that have aliases, `link.context.ended_by` those whose run has ended before: the narrower,
    the fewer files load the rule.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    failures: ClassVar[tuple[str, ...]] = ()
    bad: ClassVar[tuple[str, ...]] = ()
    good: ClassVar[tuple[str, ...]] = ()
    watches: ClassVar[tuple[str, ...]] = ()
    pedantic: ClassVar[bool] = False
    """It reports only when it is asked for."""
    needs_catalog: ClassVar[bool] = False
    """Its examples are checked with a catalog."""
    is_about_path: ClassVar[bool] = False
    """It is about the target path itself, which can be checked without asking a server."""
    is_about_type: ClassVar[bool] = False
    """It compares the type of an artifact with what it is linked to, or consumed as."""
    is_about_run: ClassVar[bool] = False
    """It is about the run of a link, which a caller may have started: its entity or its mode."""
    is_live: ClassVar[bool] = False
    """Only the doctor can check it. Its examples set up a world of the emulator: `world` has the emulator's verbs,
    `server.fault(...)` injects faults, `doctor(TARGET, ...)` runs the checks."""
    is_about_map: ClassVar[bool] = False
    """Only `regilink map` can check it. `# --- PATH` begins a file in its examples."""
    fix_applicability: ClassVar[Applicability] = "safe"
    example: ClassVar[str] = "train.py"
    """The kind of file that its examples are."""
    pinned: ClassVar[str | None] = None
    """The wandb that the project of its examples has."""

    def explain(self, problem: Problem) -> Message:
        """The words for a problem of this rule."""
        raise NotImplementedError

    def may_report_sites(self, facts: FileFacts) -> bool:
        """Whether any call site of a file can have a problem of this rule; called once per file, before the checks."""
        return True

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        """Check a call that links an artifact."""
        return self.check_site(link, facts)

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        """Check a call that consumes an artifact."""
        return self.check_site(consume, facts)

    def check_init(self, init: Init, facts: FileFacts) -> Iterator[Report]:
        """Check a `wandb.init`."""
        return self.check_site(init, facts)

    def check_artifact(self, artifact: MakeArtifact, facts: FileFacts) -> Iterator[Report]:
        """Check a `wandb.Artifact(...)`."""
        return self.check_site(artifact, facts)

    def check_log(self, log: Log, facts: FileFacts) -> Iterator[Report]:
        """Check a call that logs an artifact."""
        return self.check_site(log, facts)

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """Check any call that the rule watches and that has no callback of its own."""
        return iter(())

    def check_setting(self, setting: Setting, facts: FileFacts) -> Iterator[Report]:
        """Check a variable of the environment or a key of a configuration."""
        return iter(())

    def check_requirement(self, requirement: Requirement, facts: FileFacts) -> Iterator[Report]:
        """Check a requirement."""
        return iter(())

    def check_command(self, command: Command, facts: FileFacts) -> Iterator[Report]:
        """Check a command of a shell."""
        return iter(())

    def check_map(self, link_map: LinkMap) -> Iterator[MapReport]:
        """Check what all call sites of a tree, or of many, show together."""
        return iter(())

    def replacement_for(self, problem: Problem) -> Replacement | None:
        """What was intended for a part of the target path, for a problem that only the organization shows."""
        return None

    def related_to(self, problem: Problem) -> tuple[Related, ...]:
        """Second places of a problem with a link, which explain it."""
        return ()

    def fix_safety(self, problem: Problem) -> Applicability | None:
        """How safe it is to write what was intended: what the organization itself proves is safe. None: no fix."""
        if problem.view is not None and not self.is_about_path:
            return "safe" if problem.severity == "error" else "unsafe"
        return self.fix_applicability

    def report(
        self,
        at: Place | None = None,
        kind: str = "",
        *,
        string: StringValue | None = None,
        start: int = 0,
        end: int | None = None,
        argument: str = "",
        intended: str | None = None,
        severity: Severity | None = None,
        related: tuple[Related, ...] = (),
        fix: Fix | None = None,
        **facts: str,
    ) -> Report:
        """A problem of this rule.

        Args:
            at: where it is; None: at the call, or where the call passes `string`.
            kind: which of the rule's cases.
            string: the string that is wrong, in `[start:end]`.
            start: offset in the string.
            end: offset in the string; None: all of it.
            argument: the argument that passes the string, empty for the target.
            intended: what to write for that part.
            severity: None: that of the rule.
            related: second places.
            fix: an edit that the reporter cannot derive from `intended`.
            facts: the names that `explain` needs.
        """
        if end is None:
            end = len(string.pattern) if string is not None else 0
        problem = Problem(self.code, start, end, severity or self.severity, kind, intended, facts=facts)
        return Report(problem, at, string, argument, related, fix)

    @property
    def documentation(self) -> str:
        """The docstring of the rule; read from its file under `python -OO`, which drops docstrings."""
        import inspect

        return inspect.getdoc(type(self)) or _read_docstring(type(self))


def _read_docstring(rule: type[Rule]) -> str:
    import ast
    import inspect

    try:
        definition = ast.parse(inspect.getsource(rule)).body[0]
    except OSError:
        return "(Its documentation was dropped by python -OO.)"
    return ast.get_docstring(definition) or "" if isinstance(definition, ast.ClassDef) else ""


class FileFacts(Protocol):
    """What a rule may ask about the file around a call site, and about what is known of W&B."""

    @property
    def sites(self) -> Sequence[Site]:
        """All call sites of the file."""

    @property
    def links(self) -> Sequence[Link]:
        """The links of the file."""

    @property
    def inits(self) -> Sequence[Init]:
        """The calls of `wandb.init` in the file."""

    @property
    def settings(self) -> Sequence[Setting]:
        """All settings of the file."""

    def settings_named(self, name: str) -> Sequence[Setting]:
        """The settings of that name, in the order of the file."""

    def settings_in(self, name: str, containers: tuple[Container, ...]) -> Sequence[Setting]:
        """Those of them that are in exactly these containers."""

    @property
    def requirements(self) -> Sequence[Requirement]:
        """All requirements of the file."""

    @property
    def commands(self) -> Sequence[Command]:
        """All commands of the file."""

    @property
    def view(self) -> OrganizationView | None:
        """The catalog, if there is one."""

    @property
    def configured(self) -> ConfiguredOrganization:
        """What the configuration says of the organization."""

    @property
    def in_test(self) -> bool:
        """Whether the file is a test or a `conftest.py`: what fails there fails on purpose, or is seen."""

    @property
    def wandb_version(self) -> str | None:
        """The newest wandb that the project allows: pinned, bounded or configured."""

    @property
    def links_around(self) -> bool:
        """Whether code below the file's folder links to a registry."""

    def program_links(self, path: str) -> bool:
        """Whether the program `path`, as a command names it, links artifacts."""

    @property
    def is_run_by_agent(self) -> bool:
        """Whether a file that imports this one starts an agent of a sweep."""

    @property
    def mode_outside(self) -> tuple[str, Place] | None:
        """The mode that other files of the program set, or the settings that wandb keeps beside its runs, and where."""

    def once(self, compute: Callable[[FileFacts], T]) -> T:
        """`compute(self)`, computed once for the file: what a rule would otherwise search for at each call site."""

    def mentions(self, word: str) -> bool:
        """Whether the file contains this word."""

    def sets(self, variable: str, *, at_start: bool = False) -> bool:
        """Whether the file, or a settings file of the tree (`.env`, CI, compose …), may set an environment variable.

        `at_start`: before its runs start.
        """
