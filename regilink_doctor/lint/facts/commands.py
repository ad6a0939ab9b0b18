"""Commands in files that are read as data: tasks of `pyproject.toml`, `tox.ini`, `package.json`, VS Code."""

from __future__ import annotations

from regilink_doctor.core.sites import Command, Consume
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.data import DataList, Scalar, Table
from regilink_doctor.lint.facts.settings import containers_of
from regilink_doctor.lint.facts.shell import Script, read_script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from regilink_doctor.core.sites import Site
    from regilink_doctor.lint.data import Data

_SCRIPTS = frozenset({
    "cmd", "command", "commands", "commands_post", "commands_pre", "entry_point", "postCreateCommand",
    "postStartCommand", "run", "script", "shell",
})  # fmt: skip
"""Keys of commands."""

_TASKS = frozenset({"tasks", "scripts"})
"""Tables of commands by their names: poe, pdm, hatch, pixi, npm."""

_MOST_COMMANDS = 1000


def find_commands(root: Data | None) -> Script:
    """The commands, and what they set."""
    found = Script()
    waiting = [root]
    while waiting and len(found.commands) < _MOST_COMMANDS:
        node = waiting.pop()
        if isinstance(node, DataList):
            waiting += reversed(node.items)
        elif isinstance(node, Table):
            _read_table(node, found)
            waiting += reversed([*node.entries.values()])
    return found


def _read_table(table: Table, found: Script) -> None:
    """The command that a table describes, and those below its keys."""
    entries = table.entries
    listed = entries.get("args")
    arguments = _read_words(listed)
    words: list[StringValue] = []
    if (program := _read_words(entries.get("program"))) and isinstance(listed, DataList | Scalar):
        words = [StringValue.of("python", table.place), *program]
    elif module := _read_words(entries.get("module")):
        words = [StringValue.of("python", table.place), StringValue.of("-m", table.place), *module]
    elif arguments:
        words = _read_words(entries.get("command"))
    if words:
        found.commands.append(Command((*words, *arguments), table.place, table.place.span, containers_of(table.keys)))
    is_of_tasks = table.keys[-1:] != () and table.keys[-1] in _TASKS
    for key, value in entries.items():
        if key in _SCRIPTS or is_of_tasks:
            _read_scripts(value, found)


def _read_scripts(data: Data, found: Script) -> None:
    """A script, a list of scripts, or one of words."""
    items = data.items if isinstance(data, DataList) else (data,)
    for item in items:
        if isinstance(item, Scalar) and item.fragment is not None and item.kind == "string":
            found.add(read_script(item.fragment, containers_of(item.keys[:-1])))
        elif isinstance(item, DataList):  # tox.toml
            found.commands.append(
                Command(tuple(_read_words(item)), item.place, item.place.span, containers_of(item.keys))
            )
    if isinstance(data, DataList) and len(data.items) > 1:
        found.commands.append(Command(tuple(_read_words(data)), data.place, data.place.span, containers_of(data.keys)))


def _read_words(data: Data | None) -> list[StringValue]:
    """The words of a list; those of a string as a shell splits it."""
    if isinstance(data, DataList):
        return [item.interpolated() for item in data.items if isinstance(item, Scalar)]
    if not isinstance(data, Scalar) or data.kind != "string":
        return []
    commands = read_script(data.fragment).commands if data.fragment is not None else []
    return list(commands[0].words) if len(commands) == 1 else []


def find_consumed(commands: Iterable[Command]) -> Iterator[Site]:
    """A site for each name that `wandb artifact get` fetches."""
    for command in commands:
        words = [word.literal for word in command.words]
        start = words.index("artifact") + 1 if "artifact" in words else 0
        if start < 2 or words[start - 2] != "wandb" or words[start : start + 1] != ["get"]:
            continue
        names: list[StringValue] = []
        types: list[StringValue] = []
        option = ""
        for word in command.words[start + 1 :]:
            if option:
                types += [word] if option == "--type" else []
                option = ""
            elif word.pattern.startswith("--type="):
                types.append(StringValue(word.cut(len("--type="), len(word.pattern)), word.place))
            elif word.literal in ("--root", "--type"):
                option = word.literal
            elif not word.pattern.startswith("-"):
                names.append(word)
        if names:
            name = names[0]
            yield Consume(
                "wandb artifact get", name.place, command.statement, (name,), name.place, type=tuple(types[-1:])
            )
