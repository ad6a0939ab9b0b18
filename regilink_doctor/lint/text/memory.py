"""Answers about the files around the one that is linted, and what each answer depends on.

All code that looks at another file uses a function of this module. A `Memory` is that of a run: it keeps the answers of
functions decorated with `@remembered`, and, when it has a key, a `Trace` of each: the looks at files and the other
questions that the answer depends on. `Memory.holds` tells whether all of it is the same now, so that a report can be
used again.
"""

from __future__ import annotations

import os
import posixpath

from regilink_doctor.core.files import read_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import ParamSpec, TypeVar

    from regilink_doctor.lint.text.reparse import LastTree

    Arguments = ParamSpec("Arguments")
    Answer = TypeVar("Answer")

    Look = tuple[str, str, int]
    """What is read: a kind of `_LOOKS`, a path, and how many bytes."""
    Question = tuple[str, tuple[object, ...]]
    """The name of a function, and its arguments."""
    State = tuple[int, int, int, int]
    """When a file was changed, its size, and which one it is."""

CHANGED = "changed"
"""The digest of what changed while it was read; no real digest equals it."""

YES, NO = "yes", "no"


class Trace:
    """What an answer depends on: `looks` at files with digests of the result, and other questions, its `parts`.

    `answer` is the digest of the answer where that is a plain value: if it is the same when it is asked again, nothing
    has changed for the answers that use it.
    """

    __slots__ = ("answer", "looks", "parts", "question")

    def __init__(self, question: Question | None = None) -> None:
        self.question = question
        self.answer: str | None = None
        self.looks: dict[Look, str] = {}
        self.parts: dict[Trace, None] = {}

    def add(self, look: Look, digest: str) -> None:
        """Note a look at a file."""
        if self.looks.setdefault(look, digest) != digest:
            self.looks[look] = CHANGED

    def merge(self, other: Trace) -> None:
        """Add what another trace depends on."""
        for look, digest in other.looks.items():
            self.add(look, digest)
        self.parts.update(other.parts)


class Memory:
    """Answers to questions about files, and their traces where there is a `key` for the digests."""

    def __init__(self, key: bytes | None = None) -> None:
        self.key = key
        self.answers: dict[Callable[..., object], dict[tuple[object, ...], tuple[object, Trace | None]]] = {}
        """Function -> its arguments -> its answer, and the trace of that."""
        self.trace: Trace | None = None
        """That of the question that is being answered."""
        self.states: dict[str, State | None] | None = None
        """The state of each path at the first look, for a memory that has to notice changes."""
        self.trees: dict[str, LastTree] = {}
        """The trees of the files that are edited at the moment, by path."""
        self.has_callers = False
        """Whether call sites get their `callers`, which a map of links needs and no rule asks for."""
        self._holding: dict[Trace | Look, bool | str] = {}

    def use(self) -> None:
        """Keep answers here from now on, and take them from here."""
        global _in_use
        _in_use = self

    def record(
        self, question: Question | None, function: Callable[..., Answer], arguments: tuple[object, ...] = ()
    ) -> tuple[Answer, Trace | None]:
        """The answer of a function, and its trace."""
        if self.key is None:
            return function(*arguments), None
        outer, trace = self.trace, Trace(question)
        self.trace = trace
        try:
            answer = function(*arguments)
        except BaseException:
            if outer is not None:
                outer.merge(trace)
            raise
        finally:
            self.trace = outer
        trace.answer = self.digest(answer) if question is not None and _is_plain(answer) else None
        return answer, trace

    def digest(self, value: object) -> str:
        """A digest that says nothing about the value to those without the key."""
        if value is True or value is False:
            return YES if value else NO
        from hashlib import blake2b

        shown = sorted(value) if isinstance(value, frozenset) else value
        content = shown if isinstance(shown, bytes) else repr(shown).encode("utf-8", "surrogatepass")
        return blake2b(content, digest_size=12, key=self.key or b"").hexdigest()

    def holds(self, trace: Trace) -> bool:
        """Whether an answer would be made of the same now. What was found out is kept: ask a new memory later."""
        known = self._holding.get(trace)
        if known is None:
            known = self._holding[trace] = self._is_same(trace) or self._is_answered_alike(trace)
        return known is True

    def _is_same(self, trace: Trace) -> bool:
        return all(self._see(look) == digest for look, digest in trace.looks.items()) and all(
            self.holds(part) for part in trace.parts
        )

    def _see(self, look: Look) -> str:
        seen = self._holding.get(look)
        if seen is None:
            seen = self._holding[look] = self.digest(_see(look))
        return str(seen)

    def _is_answered_alike(self, trace: Trace) -> bool:
        if trace.question is None or trace.answer is None:
            return False
        name, arguments = trace.question
        function = _find_function(name)
        if function is None:
            return False
        self.use()
        try:
            return self.digest(function(*arguments)) == trace.answer
        except OSError:
            return False

    def find_changed(self) -> set[str]:
        """The paths whose time or size has changed since the first look."""
        return {path for path, state in (self.states or {}).items() if find_state(path) != state}

    def forget(self, paths: Iterable[str]) -> Touched:
        """Forget the answers that depend on these files, or on their folders."""
        touched = Touched(paths)
        self._holding.clear()
        for path in [path for path in self.states or () if _normalize(path) in touched.paths]:
            (self.states or {}).pop(path)
        for answers in self.answers.values():
            for arguments, (_, trace) in list(answers.items()):
                if trace is None or touched.has(trace):
                    del answers[arguments]
        return touched


def are_callers_wanted() -> bool:
    """Whether the run needs the `callers` of call sites."""
    return _in_use.has_callers


def find_last_tree(path: str) -> LastTree | None:
    """How a file was parsed last, if it is edited at the moment."""
    return _in_use.trees.get(path)


class Touched:
    """The answers that depend on changed files, or on their folders."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = {_normalize(path) for name in paths for path in (name, os.path.dirname(name))}
        self._known: dict[Trace, bool] = {}

    def has(self, trace: Trace) -> bool:
        """Whether an answer is one of them."""
        if trace not in self._known:
            own = any(_normalize(path) in self.paths for _, path, _ in trace.looks)
            self._known[trace] = own or any(self.has(part) for part in trace.parts)
        return self._known[trace]


def _normalize(path: str) -> str:
    """The path in the form that is compared: editors write a drive of Windows with a small letter."""
    return os.path.normcase(path if os.path.isabs(path) else os.path.abspath(path))


_in_use = Memory()

_FUNCTIONS: dict[str, Callable[..., object]] = {}
"""The remembered functions of the modules that are loaded, by `module:name`."""

_PACKAGE = "regilink_doctor.lint."


def remembered(most: int) -> Callable[[Callable[Arguments, Answer]], Callable[Arguments, Answer]]:
    """Let a function about files answer each question once in a run; it forgets all of `most` answers at once.

    Its arguments are strings, numbers, and bytes or tuples of them.
    """

    def decorate(function: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
        name = f"{function.__module__}:{function.__name__}"

        def recall(*arguments: Arguments.args, **named: Arguments.kwargs) -> Answer:
            memory = _in_use
            answers = memory.answers.setdefault(function, {})
            if arguments not in answers:
                if len(answers) >= most:
                    answers.clear()
                answers[arguments] = memory.record((name, arguments), function, arguments)
            answer, trace = answers[arguments]
            if trace is not None and memory.trace is not None:
                memory.trace.parts[trace] = None
            return answer  # type: ignore[return-value]

        _FUNCTIONS[name] = recall
        return recall

    return decorate


def _find_function(name: str) -> Callable[..., object] | None:
    """A remembered function; None where this version has none of the name."""
    module = name.partition(":")[0]
    if name not in _FUNCTIONS and module.startswith(_PACKAGE):
        from importlib import import_module

        try:
            import_module(module)
        except ImportError:
            return None
    return _FUNCTIONS.get(name)


def _is_plain(value: object) -> bool:
    if isinstance(value, (tuple, frozenset)):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, (str, int))


# Looks at files


def read_file(path: str, limit: int) -> bytes | None:
    """The first bytes of a plain file; None for what is not one, or cannot be read."""
    return _note(("file", path, limit), read_plain(path, limit))


def is_file(path: str) -> bool:
    """Whether a path is that of a file."""
    return _note(("is_file", path, 0), os.path.isfile(path))


def is_folder(path: str) -> bool:
    """Whether a path is that of a folder."""
    return _note(("is_folder", path, 0), os.path.isdir(path))


def exists(path: str) -> bool:
    """Whether a path leads to anything."""
    return _note(("exists", path, 0), os.path.exists(path))


def list_names(path: str) -> tuple[str, ...]:
    """The names in a folder, sorted; none where there is no such folder, or it cannot be listed."""
    return find_names(path) or ()


def find_names(path: str) -> tuple[str, ...] | None:
    """The same; None for a folder that cannot be listed, although its files can be opened."""
    return _note(("names", path, 0), _list_names(path, 0))


def walk(path: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """Each folder, itself first, with the names of the folders and of the files in it, sorted; as `os.walk`.

    Folders that are taken out of the list are left out; links are not followed.
    """
    folders, links, names = _note(("entries", path, 0), _list_entries(path, 0))
    inner = [*folders, *links]
    yield path, inner, list(names)
    for name in inner:
        if name not in links:
            yield from walk(posixpath.join(path, name))


@remembered(4096)
def has_word(path: str, word: str, limit: int) -> bool:
    """Whether the first bytes of a plain file have a word in them."""
    return word.encode("utf-8", "surrogatepass") in _read_content(path, limit)


@remembered(512)
def _read_content(path: str, limit: int) -> bytes:
    return read_file(path, limit) or b""


def find_state(path: str) -> State | None:
    """What changes with a file; None where there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode


def _note(look: Look, seen: Answer) -> Answer:
    memory = _in_use
    if memory.trace is not None:
        memory.trace.add(look, memory.digest(seen))
        if memory.states is not None and look[1] not in memory.states:
            memory.states[look[1]] = find_state(look[1])
    return seen


def _see(look: Look) -> object:
    kind, path, limit = look
    return _LOOKS[kind](path, limit)


def _list_names(path: str, _: int) -> tuple[str, ...] | None:
    try:
        return tuple(sorted(os.listdir(path)))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError:
        return None


def _list_entries(path: str, _: int) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The folders, the links to folders, and all else in a folder; nothing where it cannot be listed."""
    folders: list[str] = []
    links: list[str] = []
    names: list[str] = []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                try:
                    is_one = entry.is_dir()
                except OSError:
                    is_one = False
                (names if not is_one else links if entry.is_symlink() else folders).append(entry.name)
    except OSError:
        return (), (), ()
    return tuple(sorted(folders)), tuple(sorted(links)), tuple(sorted(names))


_LOOKS: dict[str, Callable[[str, int], object]] = {
    "file": read_plain,
    "is_file": lambda path, _: os.path.isfile(path),
    "is_folder": lambda path, _: os.path.isdir(path),
    "exists": lambda path, _: os.path.exists(path),
    "names": _list_names,
    "entries": _list_entries,
}
