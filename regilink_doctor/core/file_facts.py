"""What files say beside the calls of Python: settings, requirements and commands, as data. No parser in here.

They come from YAML, TOML, `.env`, shell, notebooks and lists of requirements, and are handed to rules by `kind`, as
sites are.
"""

from __future__ import annotations

from regilink_doctor.core.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from regilink_doctor.core.call_context import Container
    from regilink_doctor.core.findings import Place, Span
    from regilink_doctor.core.strings import StringValue

    ContainerKind = Literal["workflow", "job", "step", "service", "function", "class", "branch", "cell", "key"]


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
    """The alternatives; empty: no value is given (`WANDB_ENTITY:` passes it on), or none that is a text."""
    keys: tuple[str, ...] = ()
    """All keys from the root of the file to it, itself included: `("jobs", "train", "env", "WANDB_MODE")`."""
    containers: tuple[Container, ...] = ()
    """What it holds in, outermost first. See `within`."""
    only_default: bool = False
    """It gives way to a value that is already there: `setdefault`, `${X:-…}`."""
    target: bool = False
    """Its value is a target path, by what it says or by what its key is called. There is a site for it as well."""
    kind: Literal["setting"] = "setting"


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
    """It comes from a lock file: nobody wrote it by hand, and the fix is to lock again."""
    group: str = ""
    """Where it is asked for: `dev`, `test`, a table's name; `""` for the program's own."""
    kind: Literal["requirement"] = "requirement"


@record
class Command:
    """A command of a shell: in a script, a notebook's `!` line or `%%bash` cell, a CI file's `run:`.

    `words` are its words as the shell hands them over, the program first; what the shell fills in is a hole.
    `environment` are the assignments in front of it (`WANDB_MODE=offline python train.py`).
    """

    words: tuple[StringValue, ...]
    place: Place
    statement: Span
    containers: tuple[Container, ...] = ()
    environment: tuple[Setting, ...] = ()
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
