"""What shell scripts, workflows and compose files of the tree pass to a program: `python train.py --target X`."""

from __future__ import annotations

import os
from functools import lru_cache

from regilink_doctor.core.records import record
from regilink_doctor.core.strings import StringValue, UnknownPart
from regilink_doctor.lint.resolve.config_files import MAX_BYTES, find_roots, read_document, show_path
from regilink_doctor.lint.resolve.environment_files import COMMAND_KEYS, find_kind, list_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from regilink_doctor.core.findings import Place
    from regilink_doctor.lint.data import Data, Scalar
    from regilink_doctor.lint.text.fragment import Fragment

_WORD = r"""(?P<end>[;&|<>()\n])|\\\n|(?P<word>(?:\$\([^()\n]*\)|`[^`\n]*`|"[^"\n]*"|'[^'\n]*'|[^\s;&|<>()"'`])+)"""
_ASSIGNMENT = (
    r"""(?m)^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_]\w*)=(?P<quote>["']?)(?P<value>[\w./:@-]*)(?P=quote)[ \t]*$"""
)


@record
class _Text:
    """A text with commands, and where it is; without a fragment its characters have no places of their own."""

    written: str
    place: Place
    fragment: Fragment | None

    def cut(self, start: int, end: int) -> StringValue:
        """A word from `start` to `end` as the shell passes it on."""
        from regilink_doctor.lint.text.fragment import filled, loose_text

        quote = self.written[start : start + 1]
        if quote in ("'", '"') and end - start > 1 and self.written[end - 1] == quote:
            start, end = start + 1, end - 1
        text = self.written[start:end]
        if any(mark in text for mark in ("`", "$(", "\\", "'", '"')) or text.endswith("$"):
            return StringValue((UnknownPart(text, self.place),), self.place)
        if self.fragment is None:
            return loose_text(text, self.place)
        known = _find_variables(self)
        parts = filled(self.fragment, start, end, known, dollars=quote != "'")
        return StringValue(tuple(parts), self.fragment.place(start, end))


def find_passed(flags: Sequence[str], folder: str, program: str) -> list[StringValue]:
    """The values that commands in `folder`, or above it in the repository, pass to a program by one of these flags."""
    path = os.path.abspath(program).replace(os.sep, "/")
    values: list[StringValue] = []
    for root in find_roots(folder):
        for file in list_files(root):
            for words in _read_commands(file) if _may_run(file, path) else ():
                start = _find_program(words, path)
                values += _find_values(words[start:], flags) if start is not None else ()
    return list({value.pattern: value for value in reversed(values)}.values())[::-1]


def _find_values(words: Sequence[StringValue], flags: Sequence[str]) -> Iterator[StringValue]:
    for index, word in enumerate(words):
        text = word.pattern
        for flag in flags:
            if text.startswith(f"{flag}=") and flag.startswith("--"):
                value = StringValue(word.cut(len(flag) + 1, len(text)), word.place)
                yield value
            elif text == flag and index + 1 < len(words) and not words[index + 1].pattern.startswith("-"):
                yield words[index + 1]


@lru_cache(maxsize=4096)
def _may_run(path: str, program: str) -> bool:
    """Whether a file has the name of a program in it: a cheap look, before anything is made of its commands."""
    name = os.path.basename(os.path.dirname(program) if program.endswith("/__main__.py") else program)
    return name.removesuffix(".py").encode() in _read_content(path)


def _read_content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError:
        return b""
    return content if len(content) <= MAX_BYTES else b""


@lru_cache(maxsize=1024)
def _read_commands(path: str) -> tuple[tuple[StringValue, ...], ...]:
    """The words of each command of a file."""
    kind = find_kind(os.path.basename(path))
    if kind == "shell":
        return tuple([words for text in _read_script(path, _read_content(path)) for words in _split(text)])
    document = read_document(path, kind) if kind in ("yaml", "json") else None
    return tuple(_search_data(document.root)) if document is not None else ()


def _read_script(path: str, content: bytes) -> Iterator[_Text]:
    from regilink_doctor.lint.text.fragment import Fragment
    from regilink_doctor.lint.text.source import Source, Unparsable

    try:
        whole = Fragment.whole(Source.decode(show_path(path), content, python=False))
    except Unparsable:
        return
    yield _Text(whole.text, whole.place(0, 0), whole)


def _search_data(root: Data) -> Iterator[tuple[StringValue, ...]]:
    """The commands below `run:`, `script:`, `command:` …; a list is one of commands, or one of words."""
    from regilink_doctor.lint.data import Scalar, Table, iterate_scalars

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
            if key not in COMMAND_KEYS or isinstance(value, Table):
                continue
            scalars = list(iterate_scalars(value))
            if not isinstance(value, Scalar):
                yield tuple([scalar.interpolated() for scalar in scalars])
            for scalar in scalars:
                yield from _split(_to_text(scalar))
        waiting += node.entries.values()


def _to_text(scalar: Scalar) -> _Text:
    return _Text(scalar.written, scalar.place, scalar.fragment)


def _split(text: _Text) -> Iterator[tuple[StringValue, ...]]:
    """The words of each command of a text."""
    import re

    words: list[StringValue] = []
    for match in (*re.finditer(_WORD, re.sub(r"(?m)^[ \t]*#.*$", _blank, text.written)), None):
        if match is not None and match["word"]:
            words.append(text.cut(*match.span("word")))
        elif match is None or match["end"]:
            if words:
                yield tuple(words)
            words = []


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _find_program(words: Sequence[StringValue], program: str) -> int | None:
    """The number of the word behind the program, which is named by its path, or as a module after `-m`."""
    for index, word in enumerate(words):
        text = (word.literal or "").removeprefix("./")
        if index and words[index - 1].literal == "-m" and text:
            path = "/" + text.replace(".", "/")
            if program.endswith((f"{path}.py", f"{path}/__main__.py")):
                return index + 1
        is_path = text.endswith(".py") and ".." not in text
        if is_path and program.endswith("/" + text.lstrip("/")):
            return index + 1
    return None


def _find_variables(text: _Text) -> dict[str, StringValue]:
    """The variables that a script sets once, to a plain value."""
    import re

    known: dict[str, StringValue] = {}
    for match in re.finditer(_ASSIGNMENT, text.written):
        name = match["name"]
        if len(re.findall(rf"(?:\b{name}=|\b(?:for|read)[ \t]+{name}\b)", text.written)) == 1 and text.fragment:
            start, end = match.span("value")
            known[name] = StringValue((text.fragment.piece(start, end, name),), text.fragment.place(start, end))
    return known


def forget_files() -> None:
    """Forget which commands there are: files may have changed since."""
    _may_run.cache_clear()
    _read_commands.cache_clear()
