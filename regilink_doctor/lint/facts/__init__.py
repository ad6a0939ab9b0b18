"""What files say that are not Python: settings, commands and requirements, and Python that is written inside them.

One module for each kind of file, with a function `read(path, content)`, and `tables` for those that are read as data.
The linter checks these facts, and the resolver finds in them what a variable of the environment or an option of a
program is set to.
"""

from __future__ import annotations

from regilink_doctor.core.records import field, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from regilink_doctor.core.sites import Command, Requirement, Setting
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
