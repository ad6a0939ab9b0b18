"""What files say that are not Python: settings, commands and requirements, and Python that is written inside them.

One module for each kind of file, with a function `read(path, content)`, and `tables` for those that are read as data.
The linter checks these facts, and the resolver finds in them what a variable of the environment or an option of a
program is set to.
"""

from __future__ import annotations

import os

from regilink_doctor.core.records import field, record, replace
from regilink_doctor.core.sites import within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from regilink_doctor.core.sites import Command, Container, Requirement, Setting
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.lint.facts.shell import Script
    from regilink_doctor.lint.text.fragment import Fragment
    from regilink_doctor.lint.text.source import Source, Unparsable


@record
class Program:
    """Python in a file of another kind: what follows `python - <<EOF` or `python -c`, a step with `shell: python`.

    `is_expanded`: a shell fills `$X` in before Python reads it; `known` has the variables whose values it knows. What
    GitHub fills in (`${{ … }}`) is always unknown.
    """

    fragment: Fragment
    is_expanded: bool = False
    known: Mapping[str, StringValue] = field(default_factory=dict, hash=False)


@record
class FileFacts:
    """What a file says, each kind of fact in the order of its lines."""

    source: Source
    settings: tuple[Setting, ...] = ()
    commands: tuple[Command, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    programs: tuple[Program, ...] = ()
    problems: tuple[Unparsable, ...] = ()
    """Parts that cannot be read, where the others can."""

    @classmethod
    def of(cls, source: Source, script: Script, requirements: tuple[Requirement, ...] = ()) -> FileFacts:
        """The facts of a file that was read as one or more scripts."""
        settings, commands, programs = tuple(script.settings), tuple(script.commands), tuple(script.programs)
        return cls(source, settings, commands, requirements, programs, tuple(script.problems))


def read_facts(path: str, content: bytes, kind: str) -> FileFacts:
    """What a file of a kind says.

    Raises:
        Unparsable: it is not what its name promises.
    """
    from importlib import import_module

    if path.endswith("setup.cfg"):
        kind = "ini"
    if kind in ("ini", "json", "toml"):
        from regilink_doctor.lint.facts.tables import read_table

        return read_table(path, content, kind)
    facts: FileFacts = import_module(f"regilink_doctor.lint.facts.{kind}").read(path, content)
    return facts


# What starts a program


def find_outer(setting: Setting) -> tuple[Container, ...]:
    """What a setting holds in: what a branch or a function sets holds after it."""
    return tuple([item for item in setting.containers if item.kind not in ("branch", "function")])


def is_set_again(setting: Setting, containers: tuple[Container, ...], facts: FileFacts) -> bool:
    """Whether a job or step sets a variable again for what is in it: `env:` of a workflow below `env:` of the file."""
    depth = len(setting.containers)
    return any(
        other.name == setting.name
        and other.variable
        and len(other.containers) > depth
        and other.containers[-1].kind in ("job", "step")
        and within(other.containers, containers)
        for other in facts.settings
    )


@record(eq=False)
class Environment:
    """The variables that a file gives a command, or what is in `containers`; `turn` is the run of its job's matrix."""

    facts: FileFacts
    containers: tuple[Container, ...]
    command: Command | None = None
    turn: int | None = None

    def list_settings(self, variable: str) -> list[Setting]:
        """What sets a variable here: the nearest of what is around it; in a script the last one before."""
        named = [item for item in self.facts.settings if item.name == variable and item.variable]
        if self.command is not None and (own := [item for item in self.command.environment if item.name == variable]):
            return own[-1:]
        others = {id(item) for command in self.facts.commands for item in command.environment}
        reaching = [
            item
            for item in named
            if id(item) not in others
            and within(find_outer(item), self.containers)
            and not is_set_again(item, self.containers, self.facts)
        ]
        before = [item for item in reaching if not self._is_after(item)]
        return [item for item in before if not any(self._replaces(other, item) for other in before)]

    def _is_in_order(self, setting: Setting) -> bool:
        """Whether a setting counts for the commands after it: a line of a script, in no function or loop with them."""
        if setting.how != "shell" or _is_makefile(self.facts.source.path):
            return False
        around = (*setting.containers, *self.containers)
        is_shared = any(item.kind == "branch" and item in self.containers for item in setting.containers)
        return not is_shared and not any(item.kind == "function" for item in around)

    def _is_after(self, setting: Setting) -> bool:
        """Whether a script sets a variable after the command."""
        return self.command is not None and self._is_in_order(setting) and self.command.statement < setting.statement

    def _replaces(self, later: Setting, setting: Setting) -> bool:
        """Whether a script certainly sets a variable again between a setting and the command."""
        is_later = self._is_in_order(later) and self._is_in_order(setting) and setting.statement < later.statement
        return is_later and later.containers == find_outer(later) and within(find_outer(setting), later.containers)

    def list_values(self, variable: str) -> list[StringValue]:
        """The values that a variable has here."""
        values: list[StringValue] = []
        for item in self.list_settings(variable):
            turns = item.turns if self.turn is None else item.turns[self.turn : self.turn + 1]
            values += [value for value in turns if value is not None] if turns else item.value
        return values

    def expand(self, variables: Iterable[str]) -> list[Environment]:
        """It in each run of the matrix that these variables have values of."""
        if self.turn is not None:
            return [self]
        turns = max((len(item.turns) for name in variables for item in self.list_settings(name)), default=0)
        return [replace(self, turn=turn) for turn in range(turns)] or [self]


@record(eq=False)
class Start:
    """One way in which files of the tree start a program, with the variables that it has then.

    `words` are the arguments that a command passes, `function` is what it calls as a script of the project. The first
    of the environments that sets a variable counts; the others are those of other files.
    """

    environments: tuple[Environment, ...]
    words: Sequence[StringValue] = ()
    function: str = ""

    @property
    def command(self) -> Command | None:
        """The command that runs the program; None where only variables are known, of a service."""
        return self.environments[0].command if self.environments else None

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from others."""
        environments = self.environments
        return tuple([(item.facts.source.path, item.containers, id(item.command), item.turn) for item in environments])


NO_START = Start(())
"""None of those that are known."""


def _is_makefile(path: str) -> bool:
    """Whether the order of variables and recipes means nothing in a file."""
    name = os.path.basename(path).lower()
    return "makefile" in name or "justfile" in name or name.endswith(".mk")
