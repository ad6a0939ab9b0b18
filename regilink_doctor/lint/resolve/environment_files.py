"""What files of the tree set variables of the environment to: `.env`, workflows, compose, Dockerfiles, shell scripts.

A step or script that runs another program says nothing of this one. Variables that hold secrets are left alone.
"""

from __future__ import annotations

import os
from functools import lru_cache

from regilink_doctor.core.records import record, replace
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart
from regilink_doctor.lint.resolve.config_files import MAX_BYTES, find_roots, read_document, show_path
from regilink_doctor.lint.resolve.values import with_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

    from regilink_doctor.lint.data import Data, Scalar, Table
    from regilink_doctor.lint.text.fragment import Fragment

_FOLDERS = ("", ".github/workflows", ".circleci", ".devcontainer", "scripts", "ci", "docker", "slurm")
_KEYS = frozenset({"env", "environment", "variables", "containerEnv", "remoteEnv"})
COMMAND_KEYS = ("run", "command", "script", "entrypoint")
_SECRETS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL")
_EXAMPLES = ("example", "sample", "template", "dist")
"""Words in the names of files that are copied before they are used."""

_DATA = {".yaml": "yaml", ".yml": "yaml", ".json": "json"}
_SCRIPTS = (".sh", ".bash", ".sbatch", ".slurm", ".envrc")
_MAX_FILES = 400


@record
class _Assignment:
    """One value that a file gives a variable, and the commands that it is for, where they are known."""

    value: StringValue
    commands: str


def find_set_values(variable: str, folder: str, program: str) -> list[StringValue]:
    """The values that files in `folder`, or above it in the repository, give a variable that `program` reads."""
    if any(word in variable.upper() for word in _SECRETS):
        return []
    values: list[StringValue] = []
    for root in find_roots(folder):
        for path in list_files(root):
            found = [item.value for item in _read_assignments(path, variable) if _is_for(item.commands, program)]
            values += [_mark(value, variable) for value in found]
    return list({value.pattern: value for value in reversed(values)}.values())[::-1]


def _mark(value: StringValue, variable: str) -> StringValue:
    """The value as that of the variable, which may have another one where the program runs."""
    parts = [
        replace(part, read_from=variable, variables=(variable,)) if isinstance(part, KnownPart) else part
        for part in value.parts
    ]
    marked = with_name(StringValue(tuple(parts), value.place), variable)
    return marked if isinstance(marked, StringValue) else value


def _is_for(commands: str, program: str) -> bool:
    """Whether commands may run a program: they name it, or name none."""
    import re

    name = os.path.basename(program)
    module = name.removesuffix(".py")
    programs = {os.path.basename(path) for path in re.findall(r"[\w./-]+\.py\b", commands)}
    modules = {dotted.rpartition(".")[2] for dotted in re.findall(r"-m[ \t]+([\w.]+)", commands)}
    return not programs or name in programs or module in modules


@lru_cache(maxsize=1024)
def list_files(root: str) -> tuple[str, ...]:
    """The files of a folder, and of those for settings in it, that may set variables."""
    paths: list[str] = []
    for folder in _FOLDERS:
        path = os.path.join(root, folder) if folder else root
        try:
            names = sorted(os.listdir(path))[:_MAX_FILES]
        except OSError:
            continue
        paths += [os.path.join(path, name) for name in names if find_kind(name) is not None]
    return tuple(paths)


def find_kind(name: str) -> str | None:
    """The kind of a file that may set variables or run programs; None for any other."""
    if name == ".env" or name.startswith(".env.") or name.endswith(".env"):
        return None if any(word in name for word in _EXAMPLES) else "dotenv"
    if name.endswith(_SCRIPTS):
        return "shell"
    if name.startswith("Dockerfile") or name.endswith(".Dockerfile"):
        return "dockerfile"
    return _DATA.get(os.path.splitext(name)[1])


@lru_cache(maxsize=4096)
def _read_assignments(path: str, variable: str) -> tuple[_Assignment, ...]:
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError:
        return ()
    if len(content) > MAX_BYTES or variable.encode() not in content:
        return ()
    kind = find_kind(os.path.basename(path)) or ""
    if kind in ("shell", "dockerfile"):
        return tuple(_search_text(path, content, kind, variable))
    document = read_document(path, kind)
    if document is None:
        return ()
    if kind == "dotenv":
        return tuple(_read_entry(document.root, variable, ""))
    return tuple(_search_data(document.root, variable))


# YAML, JSON, .env


def _search_data(root: Data, variable: str) -> Iterator[_Assignment]:
    """What is below the keys for the environment, with the commands beside them."""
    from regilink_doctor.lint.data import Scalar, Table

    waiting: list[Data] = [root]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen or isinstance(node, Scalar):
            continue
        seen.add(id(node))
        if not isinstance(node, Table):
            waiting += node.items
            continue
        for key, value in node.entries.items():
            if key in _KEYS:
                yield from _read_entry(value, variable, _find_commands(node))
        waiting += node.entries.values()


def _find_commands(table: Table) -> str:
    """The text of the commands in a step, service or job."""
    from regilink_doctor.lint.data import iterate_scalars

    below = [table.entries[key] for key in (*COMMAND_KEYS, "steps", "jobs") if key in table.entries]
    return "\n".join(scalar.written for data in below for scalar in iterate_scalars(data))


def _read_entry(data: Data, variable: str, commands: str) -> Iterator[_Assignment]:
    """`X: value`, `- X=value`, or `- {name: X, value: value}`."""
    from regilink_doctor.lint.data import DataList, Scalar, Table

    if isinstance(data, Table):
        scalar = data.entries.get(variable)
        if isinstance(scalar, Scalar) and scalar.kind in ("string", "number"):
            yield _Assignment(scalar.interpolated(), commands)
    for item in data.items if isinstance(data, DataList) else ():
        if isinstance(item, Scalar) and item.written.startswith(f"{variable}="):
            yield _Assignment(_cut(item, len(variable) + 1), commands)
        elif isinstance(item, Table) and getattr(item.entries.get("name"), "value", None) == variable:
            scalar = item.entries.get("value")
            if isinstance(scalar, Scalar) and scalar.kind in ("string", "number"):
                yield _Assignment(scalar.interpolated(), commands)


def _cut(scalar: Scalar, start: int) -> StringValue:
    from regilink_doctor.lint.text.fragment import loose_text, text_of

    if scalar.fragment is None:
        return loose_text(scalar.written[start:], scalar.place)
    return text_of(scalar.fragment, start, len(scalar.written))


# Shell scripts and Dockerfiles


def _search_text(path: str, content: bytes, kind: str, variable: str) -> Iterable[_Assignment]:
    """`export X=value`, `X=value command`; `ENV X=value`, `ENV X value`."""
    import re

    from regilink_doctor.lint.text.fragment import Fragment
    from regilink_doctor.lint.text.source import Source, Unparsable

    name = re.escape(variable)
    start = (
        rf"^[ \t]*ENV[ \t]+(?:\S+=\S+[ \t]+)*{name}(?:=|[ \t]+)"
        if kind == "dockerfile"
        else rf"^[ \t]*(?P<export>export[ \t]+)?(?:\w+=\S*[ \t]+)*{name}="
    )
    value = r"""(?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|(?P<plain>[^\s;&|"'`]*))(?=(?P<rest>[ \t]+[\w./]|))"""
    try:
        source = Source.decode(show_path(path), content, python=False)
    except Unparsable:
        return
    whole = Fragment.whole(source)
    commands = source.text if kind == "shell" else ""
    for match in re.finditer(start + value, source.text, re.MULTILINE):
        if kind == "dockerfile" or match["export"] or match["rest"]:
            yield _Assignment(_read_match(whole, match), commands)


def _read_match(whole: Fragment, match: re.Match[str]) -> StringValue:
    from regilink_doctor.lint.text.fragment import filled

    group = next(name for name in ("double", "single", "plain") if match[name] is not None)
    start, end = match.span(group)
    place = whole.place(start, end)
    text = match[group]
    if "`" in text or "$(" in text or "\\" in text:
        return StringValue((UnknownPart(text, place),), place)
    return StringValue(tuple(filled(whole, start, end, dollars=group != "single")), place)


def forget_files() -> None:
    """Forget which files there are and what they set: they may have changed since."""
    list_files.cache_clear()
    _read_assignments.cache_clear()
