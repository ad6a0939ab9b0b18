"""What files of the tree give a program: the variables of its environment, and the words of its command line.

They are `.env` files, scripts, workflows, compose files, Dockerfiles, Makefiles and their like, in the folder of the
program and in those above it, and in the usual folders there. What runs another program says nothing of this one.
Variables that hold secrets are left alone.
"""

from __future__ import annotations

import os
import posixpath
from itertools import pairwise, product

from regilink_doctor.core.files import absolute_path, show_path
from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.records import group_pairs, replace
from regilink_doctor.core.sites import within
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart
from regilink_doctor.lint.resolve.config_files import MAX_BYTES, read_document
from regilink_doctor.lint.resolve.module_files import find_programs, find_roots
from regilink_doctor.lint.resolve.values import with_name
from regilink_doctor.lint.scan.kinds import KINDS, kind_of
from regilink_doctor.lint.text.memory import has_word, is_file, is_folder, list_names, read_file, remembered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from regilink_doctor.core.sites import Command, Setting
    from regilink_doctor.lint.data import Data
    from regilink_doctor.lint.facts import Environment, FileFacts, Start

    Words = Sequence[StringValue]

_FOLDERS = (
    "",
    ".circleci",
    ".devcontainer",
    ".github/workflows",
    ".vscode",
    "bin",
    "ci",
    "sweeps",
)
_FOLDERS_OF_FOLDERS = (".github/actions", "bash", "examples", "experiments", "jobs", "launch", "scripts", "slurm")
"""Folders that may have one of their own for each machine, data set or action."""

_DEPLOYING = ("aws", "azure", "cloud", "deploy", "docker", "gcp", "helm", "infra", "k8s", "kube", "sagemaker", "vertex")
"""Words in the names of folders that say how a program is run elsewhere: `vertex_config`, `k8s-jobs`, `docker`."""

_MAX_FOLDERS = 40
_KINDS = frozenset(kind.name for kind in KINDS if kind.comments != "python")
"""What is not a program may set variables and options of programs."""
_SECRETS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL")
_EXAMPLES = ("example", "sample", "template", "dist")
"""Words in the names of `.env` files that are copied before they are used."""

_LAUNCHERS = frozenset(
    {"exec", "hatch", "nohup", "pdm", "pipenv", "pixi", "poetry", "run", "srun", "sudo", "time", "uv"}
)
"""Programs that run the program whose name comes next."""

START_MARKS = ("subprocess", "session.run", "os.system", "os.popen", "from os import", "entry_point")
"""Words without one of which a program starts no command."""

_MAX_FILES = 400

_LOADING = ("allexport", "env-file", "envFile", "env_file", "set -a", "export $(")
"""Words of files that load files of variables."""

_OWNERS = ("WANDB_ENTITY", "WANDB_PROJECT")


# Variables of the environment


def find_set_values(
    variable: str, folder: str, program: str, start: Start | None = None, *, with_dotenv: bool = True
) -> list[StringValue]:
    """The values that files in `folder`, or above it in the repository, give a variable that `program` reads.

    `start`: what starts the program, where a single one is looked at.
    """
    if any(word in variable.upper() for word in _SECRETS):
        return []
    path = absolute_path(program)
    found: list[StringValue] = []
    for facts in _find_facts(folder, variable) if start is None else ():
        settings = [setting for setting in facts.settings if setting.name == variable and setting.variable]
        values = [value for setting in settings if _may_reach(setting, facts, path) for value in setting.value]
        found += _read_values(values, facts, variable, folder)
    for environment in start.environments if start is not None else ():
        found = found or _read_values(environment.list_values(variable), environment.facts, variable, folder)
    if not with_dotenv:
        found = [value for value in found if kind_of(value.place.path) != "dotenv"]
    return _without_repetitions(found)


def _read_values(values: list[StringValue], facts: FileFacts, variable: str, folder: str) -> list[StringValue]:
    """The values that a file gives a variable, as a program reads them."""
    if kind_of(facts.source.path) == "dotenv" and _is_read_by_docker(folder, os.path.basename(facts.source.path)):
        values = [_keep_quotes(value, facts) for value in values]
    return [_mark_variable(value, variable) for value in values]


@remembered(512)
def _is_read_by_docker(folder: str, name: str) -> bool:
    """Whether a command passes a file of variables to `docker run --env-file`, which keeps the quotes in it."""
    for facts in _find_facts(folder, "--env-file"):
        for command in facts.commands:
            words = [word.literal or "" for word in command.words]
            if words[:1] == ["docker"] and "compose" not in words and not {"run", "create"}.isdisjoint(words):
                options = zip(words, [*words[1:], ""], strict=True)
                files = [
                    word.partition("=")[2] if "=" in word else file
                    for word, file in options
                    if word[:10] == "--env-file"
                ]
                if name in map(os.path.basename, files):
                    return True
    return False


def _keep_quotes(value: StringValue, facts: FileFacts) -> StringValue:
    """A value with the quotes around it."""
    span = value.place.span
    line = facts.source.lines[span.line - 1]
    before, after = line[span.column - 2 : span.column - 1], line[span.end_column - 1 : span.end_column]
    if span.end_line != span.line or before != after or before not in ("'", '"'):
        return value
    place = replace(value.place, span=replace(span, column=span.column - 1, end_column=span.end_column + 1))
    first, last = (
        replace(place, span=replace(place.span, **edge))
        for edge in ({"end_column": span.column}, {"column": span.end_column})
    )
    return StringValue((KnownPart(before, first, exact=True), *value.parts, KnownPart(after, last, exact=True)), place)


def may_set(path: str, variable: str, program: str) -> bool:
    """Whether a file that mentions a variable may set it for a program; True where the file is not understood.

    What a Dockerfile sets holds for all that its image runs.
    """
    from regilink_doctor.lint.facts.settings import may_use_variable

    kind = kind_of(path)
    lines = (read_file(path, MAX_BYTES) or b"").decode("latin-1").splitlines()
    if kind != "dotenv" and not any(may_use_variable(line, variable) for line in lines if variable in line):
        return False  # in a `.env` a comment tells what users set
    facts = _read_facts(path) if kind in _KINDS and kind != "dockerfile" else None
    settings = [setting for setting in facts.settings if setting.name == variable] if facts is not None else []
    named = absolute_path(program)
    return facts is None or not settings or any(_may_reach(setting, facts, named) for setting in settings)


_EXPORT_ALL = ("set -a", "allexport", ".ONESHELL")
"""Words of scripts that export every variable, or make one script of the lines of a recipe."""


def _may_reach(setting: Setting, facts: FileFacts, program: str) -> bool:
    """Whether what a file sets may reach a program: not a variable of a shell alone, and not one of another script."""
    if not _is_for(setting, facts, program):
        return False
    if setting.how != "shell" or any(word in facts.source.text for word in _EXPORT_ALL):
        return True
    if any(item is setting for command in facts.commands for item in command.environment):
        return True
    steps = [number for number, item in enumerate(setting.containers, 1) if item.kind == "step"]
    script = setting.containers[: steps[-1]] if steps else ()
    if script and setting.variable and not any(within(script, command.containers) for command in facts.commands):
        return False  # it is over before a command is run
    return setting.variable or all(_find_words(command, program) is None for command in facts.commands)


def _mark_variable(value: StringValue, variable: str) -> StringValue:
    """The value as that of the variable, which may have another one where the program runs; an empty one has."""
    if value.literal == "":
        unknown = UnknownPart(variable, value.place, reason=f"{variable}, which is left empty", variables=(variable,))
        value = StringValue((unknown,), value.place)
    marked = value.mark_known(default_of=None, read_from=variable, variables=(variable,))
    return with_name(marked, variable)  # type: ignore[return-value]


def _is_for(setting: Setting, facts: FileFacts, program: str) -> bool:
    """Whether a setting may reach a program: of the commands that it reaches one runs it, or none runs a program."""
    from regilink_doctor.lint.facts import find_outer, is_set_again

    own = [command for command in facts.commands if any(item is setting for item in command.environment)]
    own = own or [command for command in facts.commands if within(find_outer(setting), command.containers)]
    running = [command for command in own if _names_program(command)]
    if running and all(is_set_again(setting, command.containers, facts) for command in running):
        return False
    return not running or any(_find_words(command, program) is not None for command in running)


def find_starts(folder: str, program: str, variables: Sequence[str], *, is_loaded: bool = False) -> list[Start]:
    """The ways in which files start a program, for those of its variables that are asked for.

    What one command, service, job, or run of a matrix has stays together. A file without commands that run the program
    may be for it as well, and for those that leave a variable out; `is_loaded`: see `_find_facts`.
    """
    from regilink_doctor.lint.facts import Start

    path = absolute_path(program)
    commands = [
        replace(start, environments=(environment,))
        for start in find_commands(folder, program)
        for environment in start.environments[0].expand(variables)
    ]
    loose = _find_loose(folder, path, variables, is_loaded=is_loaded)
    starts = [*commands, *(Start((environment,)) for environment in loose)]
    return [completed for start in starts for completed in _complete(start, loose, variables)]


def find_owners(folder: str, program: str) -> tuple[tuple[StringValue | None, StringValue | None], ...]:
    """The entity and project that files set for the runs of a program, in each way to start it; nothing without any.

    None is what a command, or the program where no command is known that runs it, leaves to the machine.
    """
    if not any(any(_find_facts(folder, name, is_loaded=True)) for name in _OWNERS):
        return ()
    found: list[tuple[StringValue | None, StringValue | None]] = []
    for start in find_starts(folder, program, _OWNERS, is_loaded=True):
        entities, projects = (_list_owners(name, folder, program, start) for name in _OWNERS)
        found += product(entities, projects)
    commands = [start.environments[0] for start in find_commands(folder, program)]
    if not commands or not all(environment.list_settings(_OWNERS[0]) for environment in commands):
        found.append((None, None))
    return tuple(dict.fromkeys(found))


def _list_owners(variable: str, folder: str, program: str, start: Start) -> list[StringValue | None]:
    """The values of a variable; what a file passes on, or does not tell, is that of the machine."""
    owners: list[StringValue | None] = []
    for value in find_set_values(variable, folder, program, start):
        if value.literal is not None:
            owners.append(value.forget_variables())
        else:
            parts = [part if part.variables else replace(part, variables=(variable,)) for part in value.parts]
            owners.append(replace(value, parts=tuple(parts)))
    return owners or [None]


def _complete(start: Start, loose: Sequence[Environment], variables: Sequence[str]) -> list[Start]:
    """A start with the environments of other files that set what it leaves out, one of each file."""
    missing = [name for name in variables if not any(item.list_settings(name) for item in start.environments)]
    files = {item.facts.source.path for item in start.environments if item.command is None}
    others = [item for item in loose if item.facts.source.path not in files]
    fitting = [item for item in others if any(item.list_settings(name) for name in missing)]
    if not fitting or len(start.environments) > len(variables):
        return [start]
    added = [replace(start, environments=(*start.environments, item)) for item in fitting]
    return [completed for item in added for completed in _complete(item, loose, variables)]


def _find_loose(folder: str, program: str, variables: Sequence[str], *, is_loaded: bool) -> list[Environment]:
    """What gives these variables values for a program, and names no program: services, files of variables."""
    from regilink_doctor.lint.facts import Environment, find_outer

    found: list[Environment] = []
    facts_by_word = [_find_facts(folder, variable, is_loaded=is_loaded) for variable in variables]
    files = {facts.source.path: facts for found_facts in facts_by_word for facts in found_facts}
    for facts in files.values():
        named = [item for item in facts.settings if item.name in variables and item.variable and item.value]
        held = dict.fromkeys(find_outer(item) for item in named if _may_reach(item, facts, program))
        running = [command.containers for command in facts.commands if _find_words(command, program) is not None]
        innermost = [
            containers
            for containers in held
            if not any(containers != other and within(containers, other) for other in held)
            and not any(within(containers, other) for other in running)
        ]
        found += [item for inner in innermost for item in Environment(facts, inner).expand(variables)]
    return found


def _find_words(command: Command, program: str) -> Words | None:
    """What a command passes to a program, or to one that imports it; None where it runs neither."""
    programs = (program, *map(absolute_path, find_programs(program)))
    starts = (_find_arguments(command.words, path) for path in programs)
    return next((command.words[start:] for start in starts if start is not None), None)


def _names_program(command: Command) -> bool:
    words = [word.literal or "" for word in command.words]
    return "-m" in words or any(word.endswith(".py") for word in words)


# Words of the command line


def find_passed(flags: Sequence[str], folder: str, program: str) -> list[StringValue]:
    """The values that commands in `folder`, or above it in the repository, pass to a program by one of these flags."""
    return find_by_flags([start.words for start in find_commands(folder, program)], flags)


def find_by_flags(commands: Sequence[Words], flags: Sequence[str]) -> list[StringValue]:
    """The values that commands pass by one of these flags."""
    found = [find_flag(words, flags) for words in commands]
    return _without_repetitions([value for value in found if value is not None])


def make_flags(name: str) -> list[str]:
    """The flags that programs make of a name: `--registry_name`, `--registry-name`."""
    return list(dict.fromkeys((f"--{name}", f"--{name.replace('_', '-')}")))


def expand_files(words: Words, folder: str) -> Words:
    """The words of a command in which `@FILE` stands for the lines of a file, each of them one argument."""
    expanded: list[StringValue] = []
    for word in words:
        literal = word.literal or ""
        named = [posixpath.join(root, literal[1:]) for root in find_roots(folder)] if literal.startswith("@") else []
        path = next((path for path in named if is_file(path)), None)
        expanded += _read_lines(path) if path is not None else [word]
    return expanded


def _read_lines(path: str) -> list[StringValue]:
    lines = _read_content(path).decode("utf-8", "replace").splitlines()
    places = [Place(show_path(path), Span(row, 1, row, len(line) + 1)) for row, line in enumerate(lines, 1)]
    return [StringValue.of(line, place) for line, place in zip(lines, places, strict=True)]


def find_by_number(commands: Sequence[Words], number: int, has_value: Callable[[str], bool]) -> list[StringValue]:
    """The values that commands pass as the positional argument of a number, which counts from 0."""
    found = [(words, find_position(words, number, has_value)) for words in commands]
    return _without_repetitions([words[index] for words, index in found if index is not None])


def find_position(words: Words, number: int, has_value: Callable[[str], bool]) -> int | None:
    """Which word is the positional argument of a number; `has_value`: whether a flag takes the word after it."""
    is_option_value = are_all_positional = False
    for index, word in enumerate(words):
        text = word.pattern
        if is_option_value:
            is_option_value = False
        elif text == "--" and not are_all_positional:
            are_all_positional = True
        elif text.startswith("-") and len(text) > 1 and not are_all_positional:
            is_option_value = "=" not in text and has_value(text)
        elif number:
            number -= 1
        else:
            return index
    return None


def find_commands(
    folder: str, program: str, declaring: str = "", is_begun_by: Callable[[str], bool] | None = None
) -> tuple[Start, ...]:
    """Each command in `folder`, or above it in the repository, that runs a program.

    Where none does, the commands that run the programs which import it.

    Args:
        folder: where the search begins.
        program: the file that is looked at.
        declaring: the file that reads the arguments, where it is another one: of the programs that import both.
        is_begun_by: whether a script of the project that calls a function of that file comes to what reads them; asked
            with no name for a command that runs the file.
    """
    path = absolute_path(program)
    reading = absolute_path(declaring) if declaring else path
    others = find_programs(path)
    if reading in others:
        path, others = reading, find_programs(reading)
    elif reading != path and path not in find_programs(reading):
        path, others = "", tuple([other for other in others if other in find_programs(reading)])
    own = _find_own_commands(folder, path) if path else ()
    if own:
        return tuple([item for item in own if path != reading or is_begun_by is None or is_begun_by(item.function)])
    return tuple([start for other in others for start in _find_own_commands(folder, other)])


@remembered(512)
def _find_own_commands(folder: str, program: str) -> tuple[Start, ...]:
    """Each command that runs a program itself."""
    from regilink_doctor.lint.facts import Environment, Start

    path = absolute_path(program)
    functions = dict(_find_scripts(folder, path))
    names = {_name_module(path), *functions}
    found: dict[int, Start] = {}
    for name in sorted(names):
        for facts in (*_find_facts(folder, name), *_find_facts(folder, name, in_programs=True)):
            for command in facts.commands:
                start = _find_arguments(command.words, path, names)
                if start is not None:
                    function = functions.get(command.words[start - 1].literal or "", "")
                    environment = Environment(facts, command.containers, command, command.turn)
                    found[id(command)] = Start((environment,), command.words[start:], function)
    return tuple(found.values())


def find_sweep_commands(folder: str, file: str) -> list[Words]:
    """The commands in `folder`, or above it in the repository, that start the sweep of a file."""
    commands = [command.words for facts in _find_facts(folder, "wandb sweep") for command in facts.commands]
    named = [(words, [word.literal or "" for word in words]) for words in commands]
    name = os.path.basename(file)
    return [
        words
        for words, texts in named
        if ("wandb", "sweep") in pairwise(texts) and any(os.path.basename(text) == name for text in texts)
    ]


def find_flag(words: Words, flags: Sequence[str]) -> StringValue | None:
    """The value of the last of these flags."""
    for index in range(len(words) - 1, -1, -1):
        word, text = words[index], words[index].pattern
        for flag in flags:
            is_long = flag.startswith("--")
            if text == flag:
                following = words[index + 1] if index + 1 < len(words) else None
                if following is not None and not following.pattern.startswith("-"):
                    return following
            elif text.startswith(f"{flag}="):
                return StringValue(word.cut(len(flag) + 1, len(text)), word.place)
            elif not is_long and len(flag) == 2 and text.startswith(flag):
                return StringValue(word.cut(2, len(text)), word.place)
    return None


def _find_arguments(words: Words, program: str, names: frozenset[str] | set[str] = frozenset()) -> int | None:
    """The number of the first argument of a program that a command runs; None where it runs another one, or none.

    The program is named by its path, as a module after `-m`, or by the name of a script of its project.
    """
    for index, word in enumerate(words):
        text = word.literal if word.literal is not None else word.display.rpartition("{?}")[2].lstrip("/")
        if index and words[index - 1].literal == "-m":
            path = "/" + text.replace(".", "/")
            if program.endswith((f"{path}.py", f"{path}/__main__.py")):
                return index + 1
            # It may run programs: `python -m torch.distributed.run train.py`.
            after = _find_arguments(words[index + 1 :], program, names)
            return None if after is None else index + 1 + after
        if text.endswith(".py"):
            is_same = ".." not in text and program.endswith("/" + text.removeprefix("./").lstrip("/"))
            return index + 1 if is_same else None
        if text in names and all(_is_launcher(other) for other in words[:index]):
            return index + 1
    return None


def _is_launcher(word: StringValue) -> bool:
    text = word.literal or ""
    return text.startswith("-") or text.rpartition("/")[2] in _LAUNCHERS


def _find_scripts(folder: str, program: str) -> Iterator[tuple[str, str]]:
    """The names of the scripts in `pyproject.toml` that call a function of a program, and the function."""
    for root in find_roots(folder):
        path = posixpath.join(root, "pyproject.toml")
        document = read_document(path, "toml") if _mentions(path, "scripts") else None
        yield from _list_scripts(document.root, program) if document is not None else ()


def _list_scripts(root: object, program: str) -> Iterator[tuple[str, str]]:
    from regilink_doctor.lint.data import Scalar, Table, find_data

    for keys in (("project", "scripts"), ("tool", "poetry", "scripts")):
        table = find_data(root, keys)  # type: ignore[arg-type]
        for name, value in table.entries.items() if isinstance(table, Table) else ():
            if isinstance(value, Scalar) and isinstance(value.value, str):
                module, _, function = value.value.partition(":")
                path = "/" + module.strip().replace(".", "/")
                if program.endswith((f"{path}.py", f"{path}/__init__.py", f"{path}/__main__.py")):
                    yield name, function.partition("[")[0].partition(".")[0].strip()


# Files


def _find_facts(folder: str, word: str, *, in_programs: bool = False, is_loaded: bool = False) -> Iterator[FileFacts]:
    """What the files say, or programs that start others, that have a word in them, which is cheap to look for.

    `is_loaded`: of the files of variables those that another file loads.
    """
    for root in find_roots(folder):
        for path in _list_programs(root) if in_programs else _list_files(root):
            if is_loaded and kind_of(path) == "dotenv" and not _is_loaded(path, root):
                continue
            if not _mentions(path, word) or (in_programs and not any(_mentions(path, mark) for mark in START_MARKS)):
                continue
            if (facts := _read_facts(path)) is not None:
                yield facts


@remembered(1024)
def _is_loaded(path: str, root: str) -> bool:
    """Whether a script, compose file or the like loads a file of variables, which it names."""
    name = os.path.basename(path)
    others = [other for other in _list_files(root) if kind_of(other) != "dotenv" and _mentions(other, name)]
    return any(_mentions(other, mark) for other in others for mark in _LOADING)


@remembered(1024)
def _list_programs(root: str) -> tuple[str, ...]:
    """The Python files of a folder, and of the usual ones in it."""
    paths: list[str] = []
    for folder in ("", *_FOLDERS, *_FOLDERS_OF_FOLDERS):
        path = posixpath.join(root, folder) if folder else root
        paths += [posixpath.join(path, name) for name in list_names(path)[:_MAX_FILES] if name.endswith(".py")]
    return tuple(dict.fromkeys(paths))


@remembered(1024)
def _list_files(root: str) -> tuple[str, ...]:
    """The files of a folder, and of the usual ones in it, that may set variables or run programs."""
    paths: list[str] = []
    inner = [path for folder in _FOLDERS_OF_FOLDERS for path in _list_folders(posixpath.join(root, folder))]
    others = _list_folders(root)[1:]
    inner += [path for path in others if any(word in posixpath.basename(path) for word in _DEPLOYING)]
    for path in (*(posixpath.join(root, folder) if folder else root for folder in _FOLDERS), *inner):
        names = list_names(path)[:_MAX_FILES]
        paths += [posixpath.join(path, name) for name in names if _may_say(name)]
        paths += [file for name in names if "compose" in name for file in _list_env_files(posixpath.join(path, name))]
    # What runs a program may be a script in a folder of any name beside it.
    beside = [(path, name) for path in others for name in list_names(path)[:_MAX_FILES] if kind_of(name) == "shell"]
    paths += [posixpath.join(path, name) for path, name in beside]
    return tuple(dict.fromkeys(paths))


def _list_folders(path: str) -> list[str]:
    """A folder and those in it."""
    folders = [name for name in list_names(path) if "." not in name.lstrip(".")][:_MAX_FOLDERS]
    return [path, *(inner for name in folders if is_folder(inner := posixpath.join(path, name)))]


def _list_env_files(path: str) -> Iterator[str]:
    """The files that `env_file:` names in a compose file: one, or a list of paths or of tables with a `path`."""
    from regilink_doctor.lint.data import find_data, iterate_scalars

    document = read_document(path, "yaml") if _mentions(path, "env_file") else None
    services = find_data(document.root, ("services",)) if document is not None else None
    for scalar in iterate_scalars(services):
        keys = [key for key in scalar.keys if isinstance(key, str)]
        if "env_file" in keys[-2:] and keys[-1] in ("env_file", "path") and isinstance(scalar.value, str):
            file = posixpath.normpath(posixpath.join(os.path.dirname(path), scalar.value))
            if is_file(file) and kind_of(file) == "dotenv":
                yield file


def _may_say(name: str) -> bool:
    kind = kind_of(name)
    return kind in _KINDS and not (kind == "dotenv" and any(word in name for word in _EXAMPLES))


def _mentions(path: str, word: str) -> bool:
    return has_word(path, word, MAX_BYTES)


@remembered(512)
def _read_content(path: str) -> bytes:
    content = read_file(path, MAX_BYTES + 1) or b""
    return content if len(content) <= MAX_BYTES else b""


@remembered(512)
def _read_facts(path: str) -> FileFacts | None:
    from regilink_doctor.lint.facts import read_facts
    from regilink_doctor.lint.text.source import Unparsable

    try:
        facts = read_facts(show_path(path), _read_content(path), kind_of(path) or "")
    except (Unparsable, RecursionError):
        return None
    given = _find_given_inputs(path) if _mentions(path, "inputs.") else {}
    return _fill_inputs(facts, given) if given else facts


# Inputs of the actions and workflows of the tree


def _find_given_inputs(path: str) -> dict[str, list[StringValue]]:
    """What the workflows of the tree give an action or a workflow of the tree: `uses: ./…` with `with:`."""
    root = find_roots(os.path.dirname(path))[-1]
    callers = [file for file in _list_files(root) if ".github" in file and _mentions(file, "uses:")]
    documents = [document for caller in callers if (document := read_document(caller, "yaml")) is not None]
    return group_pairs(pair for document in documents for pair in _iterate_given(document.root, root, path))


def _iterate_given(data: Data, root: str, path: str) -> Iterator[tuple[str, StringValue]]:
    from regilink_doctor.lint.data import Scalar, Table, iterate_tables

    for _, table in iterate_tables(data):
        used, values = table.entries.get("uses"), table.entries.get("with")
        name = used.value if isinstance(used, Scalar) else None
        named = posixpath.normpath(posixpath.join(root, name)) if isinstance(name, str) and name[:2] == "./" else ""
        if isinstance(values, Table) and named in (path, os.path.dirname(path)):
            for key, value in values.entries.items():
                if isinstance(value, Scalar) and value.kind == "string":
                    yield f"inputs.{key}", value.interpolated(key)


def _fill_inputs(facts: FileFacts, given: dict[str, list[StringValue]]) -> FileFacts:
    """What a file says with the inputs that it is given, and with their defaults."""
    commands: list[Command] = []
    for command in facts.commands:
        runs = max(
            (len(given[name]) for word in command.words for name in _list_inputs(word) if name in given), default=0
        )
        commands += [
            replace(command, words=tuple([_fill(word, given, number) for word in command.words]))
            for number in range(runs)
        ]
        commands.append(command)
    settings: list[Setting] = []
    for setting in facts.settings:
        names = [name for value in setting.value for name in _list_inputs(value) if name in given]
        runs = max((len(given[name]) for name in names), default=0)
        filled = [_fill(value, given, number) for number in range(runs) for value in setting.value]
        kept = [value for value in setting.value if not names or value.literal is not None]
        settings.append(replace(setting, value=(*filled, *kept)) if filled else setting)
    return replace(facts, commands=tuple(commands), settings=tuple(settings))


def _list_inputs(value: StringValue) -> list[str]:
    return [name for part in value.parts if (name := _name_input(part)) is not None]


def _name_input(part: KnownPart | UnknownPart) -> str | None:
    """`inputs.x` of a part that is the default of an input, or `${{ inputs.x }}`."""
    if isinstance(part, KnownPart):
        name = part.default_of or ""
    else:
        name = part.source.replace(" ", "").removeprefix("${{").removesuffix("}}")
    return name if name.startswith("inputs.") else None


def _fill(value: StringValue, given: dict[str, list[StringValue]], number: int) -> StringValue:
    parts: list[KnownPart | UnknownPart] = []
    for part in value.parts:
        values = given.get(_name_input(part) or "")
        parts += values[number % len(values)].parts if values else (part,)
    return StringValue(tuple(parts), value.place)


def _name_module(program: str) -> str:
    """The word by which commands name a program: its own name, or that of the package it is the start of."""
    name = os.path.basename(os.path.dirname(program) if program.endswith("/__main__.py") else program)
    return name.removesuffix(".py")


def _without_repetitions(values: Sequence[StringValue]) -> list[StringValue]:
    """The values, each once, with its first place."""
    return list({value.pattern: value for value in reversed(values)}.values())[::-1]
