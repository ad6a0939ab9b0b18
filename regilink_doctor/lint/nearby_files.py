"""What rules ask of the files around a program: whether one may set a variable, which programs link, old pins.

Searched only when a rule asks, and remembered in the `Memory` of the run. Bytes are searched, and only lists of
requirements are read: that a file names a variable is enough to report nothing.
"""

from __future__ import annotations

import os
import posixpath

from regilink_doctor.core.files import absolute_path
from regilink_doctor.lint.resolve.imports import list_imported_files
from regilink_doctor.lint.resolve.module_files import find_programs, find_roots
from regilink_doctor.lint.scan.kinds import kind_of
from regilink_doctor.lint.text.memory import exists, has_word, list_names, read_file, remembered, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from regilink_doctor.core.sites import Requirement, Setting

_KINDS = frozenset({"dotenv", "json", "yaml", "toml", "ini", "shell", "dockerfile", "makefile"})
_FOLDERS = (
    "", ".github/workflows", ".circleci", ".devcontainer", ".vscode", "scripts", "ci", "config", "sweeps", "configs",
    "docker", "slurm",
)  # fmt: skip
_BESIDE = frozenset("/".join((*_FOLDERS[1:], "requirements", "dockerfiles")).split("/"))
"""Folders whose files are about the folder above: a pin in `.github/workflows` is that of the programs of the root."""

_MAX_FILES = 400
_MAX_BYTES = 1 << 20
_MAX_INDEX_BYTES = 1 << 26


_LINKS = (b"link_artifact(", b"wandb-registry-")
_SKIPPED = ("__pycache__", "node_modules", "site-packages", "venv")
_MAX_PROGRAMS = 2000
_REQUIREMENTS = ("pyproject.toml", "setup.cfg", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")


def is_mentioned(variable: str, folder: str) -> bool:
    """Whether a settings file in `folder` or above it, up to the root of the repository, mentions `variable`."""
    return any(_find_mentioning(base, variable) for base in _upwards(folder))


@remembered(1024)
def find_mode(program: str) -> tuple[str, str, int] | None:
    """The mode that a program certainly has where its own file names none, with file and line.

    The other files of its programs set it, or else the settings of wandb that it reads where nothing names a mode.
    """
    folders = find_roots(os.path.dirname(program))
    if named := _find_files_that_set("WANDB_MODE", program, folders):
        return _find_set_mode(program, named)
    modes = [(value, path, line) for base in folders for path, value, line in _find_settings(base, b"mode")]
    return modes[0] if modes and not any(_find_mentioning(base, "WANDB_MODE") for base in folders) else None


def _find_files_that_set(variable: str, program: str, folders: Iterable[str]) -> list[str]:
    """The other files of the programs that run a file which name a variable."""
    packages = [f"{folder}/__init__.py" for folder in folders if "__init__.py" in list_names(folder)]
    others = dict.fromkeys((*find_programs(program), *list_imported_files(program), *packages))
    return [path for path in others if path != program and has_word(path, variable, _MAX_BYTES)]


def _find_set_mode(program: str, files: Sequence[str]) -> tuple[str, str, int] | None:
    """The mode that each of some files sets once, whatever happens, if no program runs a file without one of them."""
    programs = find_programs(program)
    modes: list[tuple[str, str, int]] = []
    for path in files:
        settings = [item for item in _read_settings(path) if item.name == "WANDB_MODE"]
        values = [value.literal for item in settings for value in item.value if not item.only_default]
        if len(settings) != 1 or len(values) != 1 or values[0] is None:
            return None
        around = settings[0].containers
        if around and not (path in programs and len(around) == 1 and _is_main_guard(path, around[0].span.line - 1)):
            return None
        modes.append((values[0], path, settings[0].place.span.line))
    is_imported = any(path not in programs for path in files)
    first = [path for path in programs if not find_programs(path)]
    are_all = bool(first) and set(first) <= {*files} and not has_word(program, "__main__", _MAX_BYTES)
    return modes[0] if len({mode for mode, _, _ in modes}) == 1 and (is_imported or are_all) else None


def _is_main_guard(path: str, line: int) -> bool:
    """Whether a line is `if __name__ == "__main__":`."""
    return (read_file(path, _MAX_BYTES) or b"").splitlines()[line - 1].startswith(b"if __name__")


def _read_settings(path: str) -> tuple[Setting, ...]:
    from regilink_doctor.lint import formats
    from regilink_doctor.lint.text.source import Unparsable

    try:
        return formats.read(path, read_file(path, _MAX_BYTES) or b"").settings
    except (Unparsable, RecursionError):
        return ()


def has_dotenv(folder: str) -> bool:
    """Whether there is a `.env`, or an example of one, in `folder` or above it."""
    files = (path for base in _upwards(folder) for path in _list_settings_files(base))
    return any(os.path.basename(path).startswith(".env") for path in files)


def has_links(folder: str) -> bool:
    """Whether the programs that settings in `folder` are for link to a registry: those in it or below.

    A folder without programs, or with those that CI runs, is for what is beside it.
    """
    for base in _upwards(folder):
        links = _has_links(base)
        if links or (links is False and os.path.basename(base) not in _BESIDE):
            return links
    return False


def is_run_by_agent(program: str) -> bool:
    """Whether a file that imports this one starts an agent of a sweep, whose runs belong to the sweep's entity."""
    return any(has_word(path, "agent(", _MAX_BYTES) for path in find_programs(program))


def find_newest_wandb(folder: str) -> str | None:
    """The newest wandb that the nearest lists of requirements allow, in `folder` or above; None without any.

    Of several lists in one folder the most generous counts: it is unknown which is installed.
    """
    return next((version for base in _upwards(folder) if (version := _newest_in(base))), None)


@remembered(4096)
def is_linking_program(path: str, folder: str) -> bool:
    """Whether the Python file that a command in `folder` names, from there or from above, links artifacts."""
    root, workflows, _ = folder.partition("/.github")  # what GitHub runs, it runs in the root
    for base in (root, *_upwards(folder)) if workflows else _upwards(folder):
        program = posixpath.join(base, path)
        if content := read_file(program, _MAX_BYTES):
            return b".link_artifact(" in content and _links_in_every_mode(program, content)
    return False


@remembered(4096)
def may_be_set(variable: str, program: str) -> bool:
    """Whether a settings file in the folder of `program`, or above it in the repository, may set a variable for it.

    The file mentions the variable, and sets it not only for other programs.
    """
    from regilink_doctor.lint.resolve.program_inputs import may_set

    key = variable.removeprefix("WANDB_").lower().encode()
    return _is_named_in_imports(variable, program) or any(
        any(may_set(path, variable, program) for path in _find_mentioning(base, variable))
        or any(_is_shared(path) for path, _, _ in _find_settings(base, key))
        or any(_read_sweep(path, program).get(key, ("", 0))[0] for path in _find_mentioning(base, "parameters:"))
        or any(_is_launcher_of(path, program) for path in _find_launchers(base, variable))
        for base in _upwards(os.path.dirname(program))
    )


def _read_sweep(path: str, program: str) -> dict[bytes, tuple[str, int]]:
    """The outer keys of a file that describes a sweep of a program, each with its line; nothing for another file."""
    lines = enumerate((read_file(path, _MAX_BYTES) or b"").splitlines(), 1)
    parts = [(*line.partition(b":"), number) for number, line in lines if b":" in line and line[:1] not in b" \t#"]
    keys = {name.strip(): (value.decode(errors="replace").strip(" \t'\""), line) for name, _, value, line in parts}
    named, _ = keys.get(b"program", ("", 0))
    return keys if os.path.basename(named) == os.path.basename(program) else {}


def _is_named_in_imports(variable: str, program: str) -> bool:
    """Whether a file that a program imports may read or set a variable of the environment."""
    from regilink_doctor.lint.resolve.module_files import file_of, list_imports

    imported = [file_of(os.path.dirname(program), dotted) for dotted in list_imports(program)]
    contents = (read_file(path, _MAX_BYTES) or b"" for path in imported if path)
    return any(variable.encode() in content and b"environ" in content for content in contents)


def _is_launcher_of(path: str, program: str) -> bool:
    return path != program and os.path.basename(program).encode() in (read_file(path, _MAX_BYTES) or b"")


@remembered(4096)
def _find_launchers(base: str, variable: str) -> tuple[str, ...]:
    """The programs of one folder that start other programs and mention a variable; noxfiles are among them."""
    from regilink_doctor.lint.resolve.program_inputs import START_MARKS

    words = tuple(mark.encode() for mark in START_MARKS)
    paths = [posixpath.join(base, name) for name in list_names(base)[:_MAX_FILES] if name.endswith(".py")]
    contents = ((path, read_file(path, _MAX_BYTES) or b"") for path in paths)
    return tuple([path for path, text in contents if variable.encode() in text and any(word in text for word in words)])


@remembered(4096)
def _find_mentioning(base: str, variable: str) -> tuple[str, ...]:
    """The settings files that mention a variable, of one folder or of the folders for such files in it."""
    word = variable.encode()
    paths = [path for name in _FOLDERS for path in _list_settings_files(posixpath.join(base, name))]
    contents = ((path, read_file(path, _MAX_BYTES) or b"") for path in paths)
    return tuple(
        [path for path, text in contents if word in text and not (kind_of(path) == "json" and _is_report(text))]
    )


def _is_report(content: bytes) -> bool:
    """Whether a file in JSON is a report of regilink, which names variables in its messages and sets none."""
    import re

    return re.search(rb':\s*"REG\d{3}"', content) is not None


def _find_settings(base: str, key: bytes) -> Iterator[tuple[str, str, int]]:
    """The values of a key in the settings that wandb keeps beside its runs, each with its file and line."""
    names = [name for name in ("wandb", ".wandb") if name in list_names(base)]
    for path in [posixpath.join(base, name, "settings") for name in names]:
        for number, line in enumerate((read_file(path, _MAX_BYTES) or b"").splitlines(), 1):
            name, _, value = line.partition(b"=")
            if name.strip() == key and value.strip():
                yield path, value.strip().decode(errors="replace"), number


def _is_shared(path: str) -> bool:
    """Whether git has a file, or there is no repository: `wandb offline` writes settings for one machine alone."""
    root = _upwards(os.path.dirname(path))[-1]
    if not exists(posixpath.join(root, ".git", "HEAD")):
        return True
    index = read_file(posixpath.join(root, ".git", "index"), _MAX_INDEX_BYTES) or b""
    return path.removeprefix(f"{root}/").encode() in index


_MODE_WORDS = ("offline", "online", "mode", "disabled")
"""Words of a condition that asks whether a run is online."""


def _links_in_every_mode(path: str, content: bytes) -> bool:
    """Whether a link of a program is outside of conditions that ask whether the run is online."""
    from regilink_doctor.lint import formats
    from regilink_doctor.lint.text.source import Unparsable

    try:
        links = [site for site in formats.read(path, content).sites if site.kind == "link"]
    except (Unparsable, RecursionError):
        return True
    guards = [" ".join(link.context.guards).lower() for link in links]
    return not guards or any(not any(word in guard for word in _MODE_WORDS) for guard in guards)


@remembered(4096)
def _has_links(folder: str) -> bool | None:
    """Whether a program in a folder or below links; None where there is no program."""
    left = _MAX_PROGRAMS
    for root, folders, names in walk(folder):
        folders[:] = [name for name in folders if name[0] != "." and name not in _SKIPPED]
        for name in names:
            if not name.endswith((".py", ".ipynb")):
                continue
            left -= 1
            content = read_file(posixpath.join(root, name), _MAX_BYTES) if left >= 0 else None
            if any(word in (content or b"") for word in _LINKS):
                return True
    return False if left < _MAX_PROGRAMS else None


@remembered(4096)
def _newest_in(folder: str) -> str | None:
    from regilink_doctor.core.sdk_versions import newest, number

    wanted = (item for item in _requirements_in(folder) if item.package == "wandb")
    return max((version for item in wanted if (version := newest(item))), key=number, default=None)


def _requirements_in(folder: str) -> Iterator[Requirement]:
    from regilink_doctor.lint import formats
    from regilink_doctor.lint.text.source import Unparsable

    for name in list_names(folder)[:_MAX_FILES]:
        if name in _REQUIREMENTS or (name.startswith("requirements") and name.endswith((".txt", ".in"))):
            content = read_file(posixpath.join(folder, name), _MAX_BYTES) or b""
            try:
                yield from formats.read(name, content).requirements if b"wandb" in content else ()
            except (Unparsable, RecursionError):
                continue


def _upwards(folder: str) -> tuple[str, ...]:
    return find_roots(absolute_path(folder))


def _list_settings_files(folder: str) -> Iterator[str]:
    for name in list_names(folder)[:_MAX_FILES]:
        if kind_of(name) in _KINDS or name in ("setup.cfg", "Jenkinsfile"):
            yield posixpath.join(folder, name)
