"""Where a value comes from, as a type: it names itself for people, and knows what to write there instead."""

# ruff: noqa: D102 - the methods of every origin are described once, in `Origin`

from __future__ import annotations

import os

from regilink_doctor.core.phrases import join_phrases, rewrite_phrase, say
from regilink_doctor.core.records import record, replace
from regilink_doctor.core.text import quote_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Generic, TypeVar

    from regilink_doctor.core.findings import Place

    T = TypeVar("T", covariant=True)

    class _Of(Generic[T]):
        """What makes `Setting` generic."""

else:

    class _Of:
        """`typing` costs more to import than this whole module: only type checkers see `Generic`."""

        def __class_getitem__(cls, _: object) -> type:
            return cls


class Origin:
    """Where a value comes from."""

    @property
    def shown(self) -> str:
        """The origin for people: `environment WANDB_ENTITY`, `~/.netrc`, `train.py:12`."""
        raise NotImplementedError

    @property
    def setting(self) -> str:
        """What a reader looks at or changes: `--entity`, `WANDB_ENTITY`, `host` in regilink.toml."""
        return self.shown

    def how_to_set(self, value: str) -> str:
        """What to run or write so that the value comes from the same place and is `value`."""
        raise NotImplementedError

    def how_to_unset(self) -> str:
        """What to run or write so that the value no longer comes from here."""
        raise NotImplementedError

    def rewrite(self, change: Callable[[str], str]) -> Origin:
        """The origin with `change` applied to every name in it that is the user's (paths, words)."""
        return self


@record
class Argument(Origin):
    """The command line: an option, or a positional argument where `flag` is empty.

    `variable` is the `REGILINK_*` variable that gives the option, where the command line does not.
    """

    flag: str = ""
    variable: str = ""

    @property
    def shown(self) -> str:
        if self.variable:
            return say("environment {name}", name=self.variable)
        return say("argument {flag}", flag=self.flag) if self.flag else say("argument")

    @property
    def setting(self) -> str:
        return self.variable or self.flag or self.shown

    def how_to_set(self, value: str) -> str:
        if self.variable:
            return set_variable(self.variable, value)
        return f"{self.flag} {quote_for_shell(value)}".lstrip()

    def how_to_unset(self) -> str:
        return unset_variable(self.variable) if self.variable else say("leave out {flag}", flag=self.flag)


@record
class Keyword(Argument):
    """An argument of a call of regilink in Python: `entity=` of `preflight(entity="team-a")`."""

    def how_to_set(self, value: str) -> str:
        return f"{self.flag}{quote_text(value)}"


@record
class Variable(Origin):
    """A variable of the environment."""

    name: str

    @property
    def shown(self) -> str:
        return say("environment {name}", name=self.name)

    @property
    def setting(self) -> str:
        return self.name

    def how_to_set(self, value: str) -> str:
        return set_variable(self.name, value)

    def how_to_unset(self) -> str:
        return unset_variable(self.name)


@record
class File(Origin):
    """A settings file that wandb or the system reads; `key` is the entry in it, empty for the whole file."""

    path: str
    key: str = ""

    @property
    def shown(self) -> str:
        return self.path

    @property
    def setting(self) -> str:
        return say("`{key}` in {path}", key=self.key, path=self.path) if self.key else self.path

    def how_to_set(self, value: str) -> str:
        return (
            say("write `{key} = {value}` in {path}", key=self.key, value=value, path=self.path)
            if self.key
            else say("write {value} in {path}", value=value, path=self.path)
        )

    def how_to_unset(self) -> str:
        return (
            say("delete the line `{key}` from {path}", key=self.key, path=self.path)
            if self.key
            else say("correct or delete {path}", path=self.path)
        )

    def rewrite(self, change: Callable[[str], str]) -> Origin:
        return replace(self, path=change(self.path))


@record
class Code(Origin):
    """A line of the user's source; `keyword` is the argument that has the value there (`entity`).

    `variables` are those of the environment that the line reads, `set_at` the places in files that are not code where
    the value is.
    """

    place: Place
    keyword: str = ""
    variables: tuple[str, ...] = ()
    set_at: tuple[Place, ...] = ()

    @property
    def shown(self) -> str:
        line = say("{keyword}= in {line}", keyword=self.keyword, line=self.line) if self.keyword else self.line
        files = [f"{place.path}:{place.span.line}" for place in self.set_at]
        variables = [say("environment {variables}", variables=", ".join(self.variables))] if self.variables else []
        return join_phrases(", ", [line, *files, *variables])

    @property
    def line(self) -> str:
        """`train.py:12`, in a notebook `nb.ipynb:cell 3:2`."""
        cell = f":cell {self.place.cell}" if self.place.cell is not None else ""
        return f"{self.place.path}{cell}:{self.place.span.line}"

    def how_to_set(self, value: str) -> str:
        if self.keyword and self.place.path.endswith((".yaml", ".yml")):
            return f"{self.line}: {self.keyword}: {value}"
        return f'{self.line}: {self.keyword}="{value}"' if self.keyword else f'{self.line}: "{value}"'

    def how_to_unset(self) -> str:
        return (
            say("{line}: leave out {keyword}=", line=self.line, keyword=self.keyword)
            if self.keyword
            else say("delete it in {line}", line=self.line)
        )

    def rewrite(self, change: Callable[[str], str]) -> Origin:
        places = [replace(place, path=change(place.path)) for place in (self.place, *self.set_at)]
        return replace(self, place=places[0], set_at=tuple(places[1:]))


@record
class Configured(Origin):
    """The configuration of regilink, which wandb does not read."""

    file: str
    key: str = ""

    @property
    def shown(self) -> str:
        return say("configuration {file}", file=self.file)

    @property
    def setting(self) -> str:
        return say("`{key}` in {path}", key=self.key, path=self.file) if self.key else self.file

    def how_to_set(self, value: str) -> str:
        return say('write `{key} = "{value}"` in {file}', key=self.key, value=value, file=self.file)

    def how_to_unset(self) -> str:
        return say("delete the line `{key}` from {file}", key=self.key, file=self.file)

    def rewrite(self, change: Callable[[str], str]) -> Origin:
        return replace(self, file=change(self.file))


@record
class Default(Origin):
    """Nobody has set the value: `why` names what decides, `variable` is the one to set instead."""

    why: str
    variable: str = ""

    @property
    def shown(self) -> str:
        return self.why

    @property
    def setting(self) -> str:
        return self.variable or self.why

    def how_to_set(self, value: str) -> str:
        return set_variable(self.variable, value) if self.variable else say("set it to {value}", value=value)

    def how_to_unset(self) -> str:
        return say("it is not set")

    def rewrite(self, change: Callable[[str], str]) -> Origin:
        return replace(self, why=rewrite_phrase(self.why, change))


@record
class Setting(_Of["T"]):
    """A value and its origin."""

    value: T
    origin: Origin


def set_variable(name: str, value: str) -> str:
    """The command that sets a variable in the shell at hand."""
    shell = find_shell(os.name, os.environ)
    if shell == "powershell":
        return f"$env:{name} = {quote_for_shell(value)}"
    if shell == "cmd":
        return f'set "{name}={value}"'
    return f"export {name}={quote_for_shell(value)}"


def unset_variable(name: str) -> str:
    """The command that takes a variable out of the environment of the shell at hand."""
    commands = {"powershell": f"Remove-Item Env:{name}", "cmd": f"set {name}=", "sh": f"unset {name}"}
    return commands[find_shell(os.name, os.environ)]


def quote_for_shell(value: str) -> str:
    """One word for the shell at hand."""
    shell = find_shell(os.name, os.environ)
    if shell == "powershell":
        return "'" + value.replace("'", "''") + "'"
    if shell == "cmd":
        return f'"{value}"' if not value or any(letter in value for letter in " \t&|<>^") else value
    import shlex  # loads `re`: only a message needs it

    return shlex.quote(value)


def find_shell(system: str, environ: Mapping[str, str]) -> str:
    """`sh`, `powershell` or `cmd`: which family of shells a command will be pasted into.

    Args:
        system: `os.name`.
        environ: only `cmd` sets PROMPT, only the shells that come with Git or Cygwin set SHELL on Windows.
    """
    if system != "nt" or environ.get("SHELL"):
        return "sh"
    return "cmd" if "PROMPT" in environ else "powershell"
