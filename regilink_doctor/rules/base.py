"""What a rule is made of."""

from __future__ import annotations

from regilink_doctor.core.findings import Finding
from regilink_doctor.core.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import ClassVar, Protocol

    from regilink_doctor.core.configured import ConfiguredOrganization
    from regilink_doctor.core.file_facts import Command, Requirement, Setting
    from regilink_doctor.core.findings import Applicability, Fix, Place, Related, Severity
    from regilink_doctor.core.judgement import Judgement
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Init, Link, Site
    from regilink_doctor.core.strings import StringValue
else:
    Protocol = object


@record
class Words:
    """What is said: the message (what is wrong and what would have happened) and the help (what to write instead)."""

    message: str
    help: str | None = None
    related: tuple[Related, ...] = ()


class Rule:
    """One way to go wrong. The docstring of each rule is its documentation: what, why, what to write instead.

    `rows` are the rows of the catalogue of failures that it covers. `bad` and `good` are Python that gives, and does
    not give, a finding of this rule; they are shown in the documentation and are its tests. A `pedantic` rule speaks
    only when it is asked to.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    rows: ClassVar[tuple[str, ...]] = ()
    bad: ClassVar[tuple[str, ...]] = ()
    good: ClassVar[tuple[str, ...]] = ()
    pedantic: ClassVar[bool] = False
    catalog: ClassVar[bool] = False
    """Its examples are looked at with a catalog."""
    example: ClassVar[str] = "train.py"
    """The kind of file that its examples are."""
    pinned: ClassVar[str | None] = None
    """The wandb that the project of its examples has."""

    @property
    def documentation(self) -> str:
        """Its docstring, which `python -OO` drops: then as its file has it."""
        import inspect

        return inspect.getdoc(type(self)) or _written(type(self))

    def finding(
        self,
        place: Place,
        words: Words,
        *,
        severity: Severity | None = None,
        fix: Fix | None = None,
        target: str | None = None,
    ) -> Finding:
        """A finding of this rule."""
        return Finding(
            self.code,
            self.name,
            severity or self.severity,
            words.message,
            place,
            words.help,
            fix,
            words.related,
            target=target,
        )


def _written(rule: type[Rule]) -> str:
    import ast
    import inspect

    try:
        definition = ast.parse(inspect.getsource(rule)).body[0]
    except OSError:
        return "(Its documentation was dropped by python -OO.)"
    return ast.get_docstring(definition) or "" if isinstance(definition, ast.ClassDef) else ""


class LiveRule(Rule):
    """A rule that only the doctor can judge. Its examples set up a world of the emulator, and let the doctor look.

    `world` has the emulator's verbs, `server.fault(...)` lets requests go wrong, `doctor(TARGET, ...)` examines.
    """

    example = "doctor.py"


@record
class ProblemInPath:
    """A problem of a target path, with what its words need.

    `whole` is the path as it can be shown, `wrong` the part that the problem is about, `destination` where the link
    would really go (None for a registry link, or when it cannot be told).
    """

    site: Site
    text: StringValue
    problem: Problem
    whole: str
    wrong: str
    destination: str | None


class PathRule(Rule):
    """A rule about the text of a target path. `core.target_path.problems` finds it; the rule says it."""

    applicability: ClassVar[Applicability] = "safe"
    """Of the fix, where the problem knows what was meant."""

    def safety(self, problem: Problem, wrong: str) -> Applicability:
        """How safe the fix of a problem is, which has the text `wrong`."""
        return self.applicability

    def words(self, told: ProblemInPath) -> Words:
        """What to say of the problem."""
        raise NotImplementedError


@record
class Replacement:
    """`content` was meant in the place of `pattern[start:end]` of a target path."""

    start: int
    end: int
    content: str


class DirectoryRule(Rule):
    """A rule that needs to know the organization: `core.judgement.judge` finds it with a catalog; the rule says it."""

    catalog = True

    def words(self, site: Site, text: StringValue, judgement: Judgement, directory: OrganizationView) -> Words:
        """What to say of the verdict."""
        raise NotImplementedError

    def meant(self, text: StringValue, judgement: Judgement, directory: OrganizationView) -> Replacement | None:
        """What to write instead of a part of the path, where that is clear."""
        return None


class FileFacts(Protocol):
    """What a rule may ask about the file around a site, and about what is known of W&B."""

    @property
    def sites(self) -> Sequence[Site]:
        """All sites of the file."""

    @property
    def links(self) -> Sequence[Link]:
        """The links of the file."""

    @property
    def inits(self) -> Sequence[Init]:
        """The calls of `wandb.init` in the file."""

    @property
    def settings(self) -> Sequence[Setting]:
        """All settings of the file."""

    @property
    def requirements(self) -> Sequence[Requirement]:
        """All requirements of the file."""

    @property
    def commands(self) -> Sequence[Command]:
        """All commands of the file."""

    @property
    def directory(self) -> OrganizationView | None:
        """The catalog, if there is one."""

    @property
    def known(self) -> ConfiguredOrganization:
        """What the configuration tells of the organization."""

    @property
    def in_test(self) -> bool:
        """Whether the file is a test or a `conftest.py`: what fails there fails on purpose, or in front of somebody."""

    @property
    def wandb_version(self) -> str | None:
        """The newest wandb that the project can have by its own word: pinned, kept down, or configured."""

    @property
    def links_around(self) -> bool:
        """Whether code below the file's folder links to a registry."""

    def program_links(self, path: str) -> bool:
        """Whether the program `path`, as a command names it, links artifacts."""

    def mentions(self, word: str) -> bool:
        """Whether the file has this word in it."""

    def sets(self, variable: str) -> bool:
        """Whether the file, or a settings file of the tree (`.env`, CI, compose …), names an environment variable."""


class SiteRule(Rule):
    """A rule with a check of its own."""

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """The findings at a site of the kind that the rule is registered for."""
        raise NotImplementedError


class SettingRule(Rule):
    """A rule that looks at settings, registered for the kind `setting`. A rule can be several kinds of rule at once."""

    def check_setting(self, setting: Setting, facts: FileFacts) -> Iterator[Finding]:
        """The findings at a setting."""
        raise NotImplementedError


class RequirementRule(Rule):
    """A rule that looks at requirements, registered for the kind `requirement`."""

    def check_requirement(self, requirement: Requirement, facts: FileFacts) -> Iterator[Finding]:
        """The findings at a requirement."""
        raise NotImplementedError


class CommandRule(Rule):
    """A rule that looks at commands of a shell, registered for the kind `command`."""

    def check_command(self, command: Command, facts: FileFacts) -> Iterator[Finding]:
        """The findings at a command."""
        raise NotImplementedError
