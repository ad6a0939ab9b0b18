"""Shell, as far as a reader follows it: commands with their words, what is exported, which variables hold what.

Not a shell: what it cannot follow is a hole.
"""

from __future__ import annotations

from regilink_doctor.core.call_context import Container
from regilink_doctor.core.file_facts import Command, Setting
from regilink_doctor.core.records import replace
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart
from regilink_doctor.lint.formats.shell_words import Word, Words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from regilink_doctor.lint.text.fragment import Fragment

_OPENING = {"if": "fi", "case": "esac", "for": "done", "while": "done", "until": "done", "select": "done"}
_FILLERS = frozenset({"then", "do", "else", "elif", "!", "{", "time", "in"})
_EXPORTS = frozenset({"export", "declare", "typeset", "local", "readonly"})


class Script:
    """What a script says."""

    def __init__(self) -> None:
        self.settings: list[Setting] = []
        self.commands: list[Command] = []


def read_shell(
    stretch: Fragment,
    containers: tuple[Container, ...] = (),
    how: Literal["shell", "notebook"] = "shell",
) -> Script:
    """The commands and settings of a script, in order."""
    return _Reader(stretch, containers, how).read()


class _Reader:
    def __init__(self, stretch: Fragment, containers: tuple[Container, ...], how: Literal["shell", "notebook"]) -> None:
        self.stretch = stretch
        self.outer = containers
        self.how = how
        self.open: list[tuple[str, Container]] = []
        self.known: dict[str, StringValue] = {}
        self.script = Script()

    def read(self) -> Script:
        words: list[Word] = []
        guarded = False
        for mark in Words(self.stretch, self.known):
            if isinstance(mark, Word):
                words.append(mark)
                continue
            pattern = mark == ")" and bool(self.open) and self.open[-1][0] == "esac"
            if mark == "(" and len(words) == 1:  # name() { …
                self.push("}", "function", words[0])
            elif not pattern:
                self.command(words, guarded=guarded)
            guarded = mark in ("&&", "||")
            words = []
        self.command(words, guarded=guarded)
        return self.script

    def command(self, words: list[Word], *, guarded: bool) -> None:
        words = self.without_keywords(words)
        if not words:
            return
        containers = self.containers()
        if guarded:
            containers = (*containers, Container("branch", "&&", self.stretch.span(words[0].start, words[0].end)))
        environment: list[Setting] = []
        start, end = words[0].start, words[-1].end
        if words[0].plain == "env" and len(words) > 1:
            words = words[1:]
        while words and (setting := self.assignment(words[0], start, end, containers)):
            environment.append(setting)
            words = words[1:]
        if not words:
            self.assigned(environment, exported=False)
            return
        if words[0].plain in _EXPORTS:
            found = [setting for word in words[1:] if (setting := self.assignment(word, start, end, containers))]
            flags = {letter for word in words[1:] if word.plain.startswith("-") for letter in word.plain[1:]}
            self.assigned(found, exported=words[0].plain == "export" or "x" in flags)
            self.exported({word.plain for word in words[1:]} if words[0].plain == "export" else set())
            return
        texts = tuple(StringValue(word.parts, self.stretch.place(word.start, word.end)) for word in words)
        self.script.settings += environment
        self.script.commands.append(
            Command(
                texts, self.stretch.place(start, end), self.stretch.span(start, end), containers, tuple(environment)
            )
        )

    def without_keywords(self, words: list[Word]) -> list[Word]:
        """What is left when `if`, `then`, `do`, `fi` … are noted."""
        while words:
            plain = words[0].plain
            if plain in _OPENING:
                self.push(_OPENING[plain], "branch", words[0])
                if plain in ("for", "case", "select"):
                    return []
            elif plain == "function" and len(words) > 1:
                self.push("}", "function", words[1])
                return []
            elif self.open and plain == self.open[-1][0]:
                self.open.pop()
            elif plain == "else" and self.open:
                closing, container = self.open.pop()
                self.open.append((closing, replace(container, name="else")))
            elif plain not in _FILLERS:
                return words
            words = words[1:]
        return words

    def push(self, closing: str, kind: Literal["branch", "function"], word: Word) -> None:
        self.open.append((closing, Container(kind, word.plain, self.stretch.span(word.start, word.end))))

    def containers(self) -> tuple[Container, ...]:
        return (*self.outer, *(container for _, container in self.open))

    def assignment(self, word: Word, start: int, end: int, containers: tuple[Container, ...]) -> Setting | None:
        """`NAME=value`, also `NAME+=value`, whose value nobody knows here."""
        first = word.parts[0] if word.parts else None
        if not isinstance(first, KnownPart) or "=" not in first.text or not first.exact:
            return None
        name = first.text.partition("=")[0]
        appended = name.endswith("+")
        if not name.removesuffix("+").isidentifier():
            return None
        at = word.start + len(name) + 1
        value = StringValue(_named(_behind(word.parts, len(name) + 1), name), self.stretch.place(at, word.end))
        only_default = any(isinstance(part, KnownPart) and part.default_of == name for part in value.parts)
        return Setting(
            name.removesuffix("+"),
            self.stretch.place(at, word.end),
            self.stretch.span(start, end),
            self.how,
            variable=True,
            value=() if appended else (value,),
            keys=(name.removesuffix("+"),),
            containers=containers,
            only_default=only_default,
        )

    def assigned(self, settings: list[Setting], *, exported: bool) -> None:
        for setting in settings:
            if setting.value and not self.open:
                self.known[setting.name] = setting.value[0]
            else:
                self.known.pop(setting.name, None)
            self.script.settings.append(setting if exported else replace(setting, variable=False))

    def exported(self, names: set[str]) -> None:
        """`export X` after `X=…`."""
        self.script.settings = [
            replace(setting, variable=True) if setting.name in names else setting for setting in self.script.settings
        ]


def _behind(parts: tuple[KnownPart | UnknownPart, ...], width: int) -> tuple[KnownPart | UnknownPart, ...]:
    """The parts without the first `width` characters, all of them in the first part."""
    first = parts[0]
    if not isinstance(first, KnownPart):
        return parts
    rest = StringValue((first,), first.place).cut(width, len(first.text))
    return (*rest, *parts[1:])


def _named(parts: tuple[KnownPart | UnknownPart, ...], name: str) -> tuple[KnownPart | UnknownPart, ...]:
    return tuple(replace(part, names=(*part.names, name)) for part in parts)
