"""Shell scripts, as far as a reader can follow them: commands with their words, what is exported, what variables hold.

This is not a shell. No word is split after it was filled in, no pattern is expanded, here-documents are skipped, and
what cannot be followed is an unknown part.
"""

from __future__ import annotations

import re
from itertools import pairwise

from regilink_doctor.core.findings import Place
from regilink_doctor.core.records import replace
from regilink_doctor.core.sites import Command, Container, Setting
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart
from regilink_doctor.lint.facts import FileFacts, Program
from regilink_doctor.lint.text.fragment import FILLED_LATER, Fragment, filled
from regilink_doctor.lint.text.source import Source, Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Literal


def read(path: str, content: bytes) -> FileFacts:
    """What a shell script says."""
    source = Source.decode(path, content, python=False)
    whole = Fragment.whole(source)
    exported = list(_find_directives(whole)) if "#SBATCH" in source.text else []
    script = read_script(whole, known={setting.name: setting.value[0] for setting in exported})
    script.settings += exported
    return FileFacts.of(source, script)


_DIRECTIVE = re.compile(r"^#SBATCH[ \t].*?--export(?:=|[ \t]+)(?P<variables>\S+)", re.MULTILINE)
_EXPORTED = re.compile(r"(?:^|(?<=,))(?P<name>[A-Za-z_]\w*)=(?P<value>[^,]*)")


def _find_directives(whole: Fragment) -> Iterator[Setting]:
    """The variables of a script for Slurm, as `sbatch` reads its first lines: `#SBATCH --export=ALL,X=value`."""
    for directive in _DIRECTIVE.finditer(whole.text):
        yield from _read_exported(whole, *directive.span("variables"), directive.span(), ())


def _read_exported(
    fragment: Fragment, start: int, end: int, statement: tuple[int, int], containers: tuple[Container, ...]
) -> Iterator[Setting]:
    """The variables in `ALL,X=value,Y=value` of Slurm's `--export`, with or without quotes around it."""
    written = fragment.text[start:end]
    if len(written) > 1 and written[0] == written[-1] and written[0] in "\"'":
        start, end = start + 1, end - 1
    for match in _EXPORTED.finditer(fragment.text[start:end]):
        name, (first, last) = match["name"], match.span("value")
        place = fragment.place(start + first, start + last)
        parts = tuple(filled(fragment, start + first, start + last, name=name, place=place))
        value = (StringValue(parts, place),)
        yield Setting(name, place, fragment.span(*statement), "shell", True, value, (name,), containers)


_SUBSHELL = ")"
"""What closes a `(` that begins a shell of its own: what is set inside is lost after it."""

_OPENING = {"if": "fi", "case": "esac", "for": "done", "while": "done", "until": "done", "select": "done"}
_FILLERS = frozenset({"then", "do", "else", "elif", "!", "{", "time", "in"})
_MOST_CONTAINERS = 50
_MOST_PROGRAMS = 20
_CONTAINERS = frozenset({"docker", "docker-compose", "podman", "nerdctl"})
_SLURM = frozenset({"salloc", "sbatch", "srun"})
_MOST_WORDS = 64
_MOST_REPEATED = 16
"""Turns of a loop, or commands of a function, that are read one by one."""
_SUBSTITUTION = re.compile(r"\$\(((?:[^()]|\([^()]*\))*)\)")
_SPLIT = re.compile(r"""\$\{?\w+\}?|\$\(\w+\)|\{\{ *\w+ *\}\}|"?\$\{\w+\[[@*]\]\}"?""")
_PRINTS = (["echo"], ["printf"])
_ALL_ARGUMENTS = ("$@", "$*", "${@}")
_EXPORTS = frozenset({"export", "declare", "typeset", "local", "readonly"})


class Script:
    """What a script says."""

    def __init__(self) -> None:
        self.settings: list[Setting] = []
        self.commands: list[Command] = []
        self.programs: list[Program] = []
        self.problems: list[Unparsable] = []
        """Unclosed quotation marks: nothing after them was read."""

    def add(self, other: Script) -> None:
        """Add what another script says."""
        self.settings += other.settings
        self.commands += other.commands
        self.programs += other.programs
        self.problems += other.problems


def read_script(
    stretch: Fragment,
    containers: tuple[Container, ...] = (),
    how: Literal["shell", "notebook"] = "shell",
    known: Mapping[str, StringValue] | None = None,
) -> Script:
    """The commands and settings of a script, in order.

    Args:
        stretch: the script.
        containers: what it is in.
        how: what its settings are.
        known: the values of variables, by their names, and of what else is filled in, as it is written without spaces.
    """
    reader = _ScriptReader(stretch, containers, how)
    reader.known.update(known or {})
    return reader.read()


def runs_script(words: Sequence[str]) -> bool:
    """Whether a command with these words before the last one runs the last one as a script: `bash -lc`."""
    return words[-1:] != [] and words[-1].startswith("-") and words[-1].endswith("c") and _is_shell(words[0])


def runs_python(words: Sequence[str]) -> bool:
    """Whether a command with these words before the last one runs the last one as Python: `python -u -c`."""
    after = _find_after_python(words)
    options = words[after:] if after is not None else ()
    return bool(options) and all(_OPTIONS.fullmatch(word) for word in options) and options[-1].endswith("c")


def read_assignments(stretch: Fragment, known: Mapping[str, StringValue], problems: list[Unparsable]) -> list[Setting]:
    """The variables of `NAME=value NAME=value`, as a Dockerfile sets them; none where a word is something else.

    A quotation mark in them that is never closed is added to `problems`.
    """
    reader = _ScriptReader(stretch, (), "shell")
    marks = Words(stretch, known)
    words = [word for word in marks if isinstance(word, Word)]
    settings = [reader.read_assignment(word, word.start, word.end, ()) for word in words]
    if not all(settings):
        return []
    problems += _find_unclosed(stretch, marks)
    return [setting for setting in settings if setting is not None]


def _find_unclosed(stretch: Fragment, marks: Words) -> Iterator[Unparsable]:
    """The quotation mark of a script that is never closed, if there is one."""
    if marks.unclosed is not None:
        span = stretch.span(marks.unclosed, marks.unclosed + 1)
        yield Unparsable("the quotation mark is never closed", span, "shell", stretch.source.cell, cause="quote")


class _ScriptReader:
    def __init__(self, stretch: Fragment, containers: tuple[Container, ...], how: Literal["shell", "notebook"]) -> None:
        self.stretch = stretch
        self.outer = containers
        self.how = how
        self.open: list[tuple[str, Container]] = []
        self.inner: tuple[Container, ...] | None = None
        """The containers of `open`, until it changes."""
        self.private: dict[str, list[int]] = {}
        """The settings of each name that are not exported yet, by their position in `script.settings`."""
        self.known: dict[str, StringValue] = {}
        self.outside: dict[str, StringValue] | None = None
        """What was known before the function at hand."""
        self.loops: dict[Container, tuple[str, list[StringValue]]] = {}
        """The variable of each `for` loop, and its values."""
        self.functions: dict[str, list[Command]] = {}
        """The commands in each function of the script."""
        self.replaced: set[int] = set()
        """Those that calls of their function have given words."""
        self.piped: list[Word] = []
        """What the command at hand reads: the words that the one before a `|` prints, or those of `<<<`."""
        self.written_to = ""
        """The file that the last command writes."""
        self.script = Script()

    def read(self) -> Script:
        words: list[Word] = []
        array: Word | None = None
        guarded = False
        marks = Words(self.stretch, self.known)
        for mark in marks:
            if marks.documents:
                self.read_documents(marks)
            if isinstance(mark, Word):
                words.append(mark)
                continue
            if array is not None:
                if mark == ")":
                    self.read_array(array, words)
                    array, words = None, []
                continue
            if mark == "(" and words and words[-1].plain.endswith("="):  # ARGS=(…)
                array, words = words[-1], []
                continue
            pattern = mark == ")" and bool(self.open) and self.open[-1][0] == "esac"
            if mark == "(" and len(words) == 1:  # name() { …
                self.open_block("}", "function", words[0])
            elif mark == "(" and not words and not (self.open and self.open[-1][0] == "esac"):
                self.open.append((_SUBSHELL, Container("step", mark, self.stretch.span(marks.at, marks.at + 1))))
                self.inner = None
            elif not pattern:
                self.piped = marks.here_strings or self.piped
                self.add_command(words, guarded=guarded)
                self.read_github_environment(words, marks)
                self.piped = words[1:] if mark == "|" and [word.plain for word in words[:1]] in _PRINTS else []
                if mark == ")" and self.open and self.open[-1][0] == _SUBSHELL:
                    self.close_block()
            guarded = mark in ("&&", "||")
            words, marks.here_strings = [], []
        self.piped = marks.here_strings or self.piped
        self.add_command(words, guarded=guarded)
        self.read_github_environment(words, marks)
        self.read_documents(marks)
        self.script.commands = [item for item in self.script.commands if id(item) not in self.replaced]
        self.script.problems += _find_unclosed(self.stretch, marks)
        return self.script

    def read_github_environment(self, words: list[Word], marks: Words) -> None:
        """`echo "X=value" >> $GITHUB_ENV`: a variable of the steps that follow."""
        self.written_to = target = marks.redirected_to
        marks.redirected_to = ""
        if "GITHUB_ENV" not in target or [word.plain for word in words[:1]] != ["echo"]:
            return
        containers = tuple([item for item in self.outer if item.kind != "step"])
        for word in words[1:]:
            setting = self.read_assignment(word, words[0].start, word.end, containers)
            if setting is not None and setting.value and setting.value[0].parts:
                self.script.settings.append(replace(setting, place=setting.value[0].parts[0].place))

    def read_documents(self, marks: Words) -> None:
        """The Python that the last command reads from a here-document, or writes into a file."""
        for start, end, is_expanded in marks.documents:
            words = [word.literal or "" for word in self.script.commands[-1].words] if self.script.commands else []
            is_written = words[:1] in (["cat"], ["tee"]) and any(
                word.endswith(".py") for word in (self.written_to, *words[1:])
            )
            if is_written or _reads_python(words):
                self.add_program(Program(self.stretch.select((start, end)), is_expanded, dict(self.known)))
        marks.documents.clear()

    def read_inline(self, words: list[Word]) -> None:
        """The Python of `python -c 'import wandb; …'`."""
        plain = [word.plain for word in words]
        after = _find_after_python(plain)
        if after is None:
            return
        options = plain[after:]
        size = next((n for n, word in enumerate(options, 1) if word.endswith("c") or not _OPTIONS.fullmatch(word)), 0)
        if not size or not _OPTIONS.fullmatch(options[size - 1]) or size == len(options):
            return
        word = words[after + size]
        text = self.stretch.text[word.start : word.end]
        if len(text) > 1 and text[0] == text[-1] == "'":
            self.add_program(Program(self.stretch.select((word.start + 1, word.end - 1))))
        elif len(text) > 1 and text[0] == text[-1] == '"':
            fragment = self.stretch.select(*find_unescaped(text, word.start))
            self.add_program(Program(fragment, is_expanded=True, known=dict(self.known)))

    def add_program(self, program: Program) -> None:
        if len(self.script.programs) < _MOST_PROGRAMS:
            self.script.programs.append(program)

    def add_command(self, words: list[Word], *, guarded: bool) -> None:
        words = self.without_keywords(words)
        if not words:
            return
        containers = self.enclosing()
        if guarded:
            containers = (*containers, Container("branch", "&&", self.stretch.span(words[0].start, words[0].end)))
        environment: list[Setting] = []
        start, end = words[0].start, words[-1].end
        if words[0].plain == "env" and len(words) > 1:
            words = words[1:]
        while words and (setting := self.read_assignment(words[0], start, end, containers)):
            environment.append(setting)
            words = words[1:]
        if not words:
            self.add_assignments(environment, exported=False)
            return
        if words[0].plain in _EXPORTS:
            found = [setting for word in words[1:] if (setting := self.read_assignment(word, start, end, containers))]
            flags = {letter for word in words[1:] if word.plain.startswith("-") for letter in word.plain[1:]}
            self.add_assignments(found, exported=words[0].plain == "export" or "x" in flags)
            self.mark_exported({word.plain for word in words[1:]} if words[0].plain == "export" else set())
            return
        if words[0].plain in ("read", "unset", "mapfile", "readarray", "getopts"):
            self.forget(words[1:])
        self.read_substitutions(words, containers)
        self.read_scripts(words, containers)
        if [word.plain for word in words[:2]] == ["wandb", "login"]:
            words = [*words, *self.piped]  # it reads the key from its input
        place = self.stretch.place(start, end)
        texts = tuple([text for word in words for text in self.split_word(word)])
        environment += self.read_passed(words, start, end, containers)
        self.script.settings += environment
        self.read_inline(words)
        called = texts[0].literal if texts else None
        for variant in self.repeat_words(texts):
            command = Command(variant, place, place.span, containers, tuple(environment))
            self.script.commands.append(command)
            for container in containers:
                if container.kind == "function":
                    self.functions.setdefault(container.name, []).append(command)
            if called is not None and called in self.functions:
                self.script.commands += self.call_function(called, command)

    def read_substitutions(self, words: list[Word], containers: tuple[Container, ...]) -> None:
        """The commands in `$(…)`, whose output is filled in."""
        for word in words:
            text = self.stretch.text[word.start : word.end]
            for match in _SUBSTITUTION.finditer(text) if "$(" in text and text[0] != "'" else ():
                if " " not in match[1]:
                    continue  # a variable of make
                inner = self.stretch.select((word.start + match.start(1), word.start + match.end(1)))
                self.read_inner(inner, containers)

    def read_scripts(self, words: list[Word], containers: tuple[Container, ...]) -> None:
        """The scripts that a command is given as one word: `bash -c "…"`, `ssh gpu "…"`, `sbatch --wrap="…"`."""
        name = words[0].plain
        runs_words, is_launch, has_shell = name.rpartition("/")[2] in _RUN_WORDS, name == "wandb", _is_shell(name)
        for previous, word in pairwise(words):
            before = previous.plain
            has_shell = has_shell or _is_shell(before)
            if " " not in word.plain:
                continue
            flag, sign, _ = word.plain.partition("=")
            start = word.start + len(flag) + 1 if sign and flag in _GIVE_SCRIPT else word.start
            is_given = before in _GIVE_SCRIPT or start > word.start or (is_launch and before == "-E")
            is_script = is_given or runs_words or (has_shell and before[:1] == "-" and before[-1] == "c")
            text = self.stretch.text[start : word.end]
            if is_script and text[0] == text[-1] and text[0] in "\"'":
                ranges = find_unescaped(text, start) if text[0] == '"' else [(start + 1, word.end - 1)]
                self.read_inner(self.stretch.select(*ranges), containers)

    def read_inner(self, inner: Fragment, containers: tuple[Container, ...]) -> None:
        """Add what a script in a word of a command says; of the variables it gets those that it names."""
        read = [match[0] for match in FILLED_LATER.finditer(inner.text)]
        names = {name for way in read for name in (way.replace(" ", ""), *_NAME.findall(way))}
        script = read_script(
            inner, containers, self.how, {name: self.known[name] for name in names & self.known.keys()}
        )
        self.script.commands += script.commands
        self.script.settings += [setting for command in script.commands for setting in command.environment]
        for program in script.programs:
            self.add_program(program)

    def repeat_words(self, words: tuple[StringValue, ...]) -> list[tuple[StringValue, ...]]:
        """The words of a command in each turn of the loops around it."""
        variants = [words]
        for _, container in self.open[-_MOST_CONTAINERS:] if self.loops else ():
            if container in self.loops:
                name, values = self.loops[container]
                ways = (f"${name}", f"${{{name}}}", f"$${name}", f"$${{{name}}}")
                if any(part.source in ways for word in words for _, part in word.unknown_parts):
                    turns = [(variant, dict.fromkeys(ways, value)) for variant in variants for value in values]
                    variants = [
                        tuple([_fill_in(word, known) for word in words]) for words, known in turns[:_MOST_REPEATED]
                    ]
        return variants

    def call_function(self, name: str, call: Command) -> list[Command]:
        """The commands of a function of the script, with the words that it is called with."""
        ways = ("${}", "${{{}}}")
        arguments = {way.format(number): word for number, word in enumerate(call.words) for way in ways}
        called: list[Command] = []
        for command in self.functions[name][:_MOST_REPEATED]:
            words: list[StringValue] = []
            for word in command.words:
                if (
                    len(word.parts) == 1
                    and isinstance(word.parts[0], UnknownPart)
                    and word.parts[0].source in _ALL_ARGUMENTS
                ):
                    words += call.words[1:]
                else:
                    words.append(_fill_in(word, arguments))
            if tuple(words) != command.words:
                called.append(replace(command, words=tuple(words)))
                self.replaced.add(id(command))
        return called

    def without_keywords(self, words: list[Word]) -> list[Word]:
        """What is left when `if`, `then`, `do`, `fi` … are noted."""
        while words:
            plain = words[0].plain
            if plain in _OPENING:
                self.open_block(_OPENING[plain], "branch", words[0])
                if plain in ("for", "case", "select"):
                    self.forget(words[1:2])
                    if plain == "for" and len(words) > 3 and words[2].plain == "in":
                        values = [text for word in words[3:] for text in self.split_word(word)]
                        self.loops[self.open[-1][1]] = words[1].plain, values[:_MOST_REPEATED]
                    return []
            elif plain == "function" and len(words) > 1:
                self.open_block("}", "function", words[1])
                return []
            elif self.open and plain == self.open[-1][0]:
                self.close_block()
            elif plain == "else" and self.open:
                closing, container = self.open.pop()
                self.open.append((closing, replace(container, name="else")))
                self.inner = None
            elif plain not in _FILLERS:
                return words
            words = words[1:]
        return words

    def read_array(self, name: Word, words: list[Word]) -> None:
        """`ARGS=(--target x)`, `ARGS+=(--lr 1)`: its words, by the ways to write all of them."""
        variable = name.plain.rstrip("=").removesuffix("+")
        ways = (f"${{{variable}[@]}}", f"${{{variable}[*]}}")
        before = self.known.get(ways[0]) if name.plain.endswith("+=") else None
        values = [*(self.split_value(before) if before is not None else ()), *(word.value for word in words)]
        is_unknown = bool(self.blocks) or (name.plain.endswith("+=") and before is None)
        if is_unknown or len(values) > _MOST_WORDS or any(" " in value.pattern for value in values) or not values:
            for way in ways:
                self.known.pop(way, None)
            return
        place = self.stretch.place(name.start, name.end)
        parts = [part for value in values for part in (KnownPart(" ", place), *value.parts)][1:]
        self.known |= dict.fromkeys(ways, StringValue(tuple(parts), place))

    def split_word(self, word: Word) -> list[StringValue]:
        """The words that a shell makes of one: several of a variable without quotes, and of an array."""
        value = word.value
        if word.plain.count(" ") and _SPLIT.fullmatch(self.stretch.text, word.start, word.end):
            return self.split_value(value)
        return [value]

    def split_value(self, value: StringValue) -> list[StringValue]:
        """The parts of a string between spaces."""
        return [
            StringValue(value.cut(*match.span()), value.place_of(*match.span()))
            for match in re.finditer(r"\S+", value.pattern)
        ]

    def forget(self, names: list[Word]) -> None:
        """Variables whose values a loop or a command decides."""
        for word in names:
            self.known.pop(word.plain, None)

    @property
    def blocks(self) -> list[Container]:
        """The functions and branches around this place."""
        return [container for closing, container in self.open[:_MOST_CONTAINERS] if closing != _SUBSHELL]

    def open_block(self, closing: str, kind: Literal["branch", "function"], word: Word) -> None:
        if kind == "function" and not self.blocks:
            self.outside = dict(self.known)
        self.open.append((closing, Container(kind, word.plain, self.stretch.span(word.start, word.end))))
        self.inner = None

    def close_block(self) -> None:
        """End a block. What a function sets is unknown after it, because the call may come later or never."""
        self.open.pop()
        self.inner = None
        if self.outside is not None and not self.blocks:
            kept = {name: value for name, value in self.outside.items() if self.known.get(name) is value}
            self.known.clear()
            self.known.update(kept)
            self.outside = None

    def enclosing(self) -> tuple[Container, ...]:
        """The containers of a command; of many the outer ones, and the innermost to tell it apart."""
        if self.inner is None:
            outer = (container for _, container in self.open[:_MOST_CONTAINERS])
            innermost = [self.open[-1][1]] if len(self.open) > _MOST_CONTAINERS else []
            self.inner = (*self.outer, *outer, *innermost)
        return self.inner

    def read_assignment(self, word: Word, start: int, end: int, containers: tuple[Container, ...]) -> Setting | None:
        """`NAME=value`, also `NAME+=value`, whose value is unknown here."""
        if "=" not in word.plain:
            return None
        first = word.parts[0] if word.parts else None
        if not isinstance(first, KnownPart) or "=" not in first.text or not first.exact:
            return None
        name = first.text.partition("=")[0]
        appended = name.endswith("+")
        if not name.removesuffix("+").isidentifier():
            return None
        at = word.start + len(name) + 1
        place = self.stretch.place(at, word.end)
        parts = _drop_start(first, len(name) + 1, word.parts[1:])
        value = StringValue(tuple([replace(part, names=(*part.names, name)) for part in parts]), place)
        only_default = any(isinstance(part, KnownPart) and part.default_of == name for part in value.parts)
        return Setting(
            name.removesuffix("+"),
            place,
            self.stretch.span(start, end),
            self.how,
            variable=True,
            value=() if appended else (value,),
            keys=(name.removesuffix("+"),),
            containers=containers,
            only_default=only_default,
        )

    def read_passed(
        self, words: list[Word], start: int, end: int, containers: tuple[Container, ...]
    ) -> Iterator[Setting]:
        """The variables of a container, `docker run -e X=value`, or of a job of Slurm, `srun --export=ALL,X=value`."""
        if words[0].plain.rpartition("/")[2] in _SLURM:
            for word in words[1:]:
                if word.plain.startswith("--export="):
                    first = word.start + len("--export=")
                    yield from _read_exported(self.stretch, first, word.end, (start, end), containers)
        if words[0].plain.rpartition("/")[2] not in _CONTAINERS:
            return
        for word, following in zip(words[1:], [*words[2:], None], strict=False):
            if word.plain.startswith("--env="):
                following = Words(self.stretch, self.known).read_word(word.start + len("--env="))
            elif word.plain not in ("-e", "--env"):
                continue
            setting = self.read_assignment(following, start, end, containers) if following is not None else None
            if setting is not None:
                yield setting

    def add_assignments(self, settings: list[Setting], *, exported: bool) -> None:
        for setting in settings:
            kinds = [container.kind for container in self.blocks]
            if setting.value and kinds in ([], ["function"]):
                self.known[setting.name] = setting.value[0]
            else:
                self.known.pop(setting.name, None)
            if not exported:
                self.private.setdefault(setting.name, []).append(len(self.script.settings))
            self.script.settings.append(setting if exported else replace(setting, variable=False))

    def mark_exported(self, names: set[str]) -> None:
        """`export X` after `X=…`."""
        for number in (number for name in names for number in self.private.pop(name, ())):
            self.script.settings[number] = replace(self.script.settings[number], variable=True)


_SHELLS = frozenset({"bash", "dash", "ksh", "sh", "su", "zsh"})
_RUN_WORDS = frozenset({"eval", "screen", "ssh", "tmux", "watch"})
"""Programs that run their words as a script."""

_GIVE_SCRIPT = frozenset({"--entry-point", "--wrap"})
"""Options whose value is a script: of `wandb launch` and `wandb job create`, and of `sbatch`."""

_NAME = re.compile(r"\w+")


def _is_shell(word: str) -> bool:
    return word.rpartition("/")[2] in _SHELLS


_PYTHON = re.compile(r"(?:.*/)?i?python[\d.]*")
_OPTIONS = re.compile(r"-\w+")
_FROM_INPUT = ("-", "/dev/stdin")


def _find_after_python(words: Sequence[str]) -> int | None:
    """The number of the word after the interpreter, which may have another program before it: `uv run python`."""
    return next((index + 1 for index, word in enumerate(words) if _PYTHON.fullmatch(word)), None)


def _reads_python(words: list[str]) -> bool:
    """Whether a command runs Python that it reads from its input: `python -`, `uv run -`."""
    after = _find_after_python(words)
    if after is None:
        return words[:2] == ["uv", "run"] and words[-1] in _FROM_INPUT
    program = next((word for word in words[after:] if word in _FROM_INPUT or not word.startswith("-")), "-")
    return program in _FROM_INPUT and not {"-c", "-m"} & set(words[after:])


def find_unescaped(text: str, start: int) -> Iterator[tuple[int, int]]:
    """The ranges of a double-quoted word that are left when the shell has taken out quotes and backslashes."""
    done = 1
    for match in re.finditer(r'\\(?:(?P<kept>[$`"\\])|\n)', text):
        yield start + done, start + match.start()
        done = match.start("kept") if match["kept"] else match.end()
    yield start + done, start + len(text) - 1


def _fill_in(value: StringValue, known: Mapping[str, StringValue]) -> StringValue:
    """A word with what some of its variables are, by the ways to write them."""
    parts: list[KnownPart | UnknownPart] = []
    for part in value.parts:
        whole = known.get(part.source if isinstance(part, UnknownPart) else f"${part.default_of}")
        parts += whole.parts if whole is not None else (part,)
    return StringValue(tuple(parts), value.place)


def _drop_start(
    first: KnownPart, width: int, others: tuple[KnownPart | UnknownPart, ...]
) -> tuple[KnownPart | UnknownPart, ...]:
    """The parts without the first `width` characters, all of them in the first part, which is exact."""
    if width == len(first.text):
        return others
    span = first.place.span
    place = Place(first.place.path, replace(span, column=span.column + width), first.place.cell)
    return (replace(first, text=first.text[width:], place=place, variables=()), *others)


_LONG_SEPARATORS = frozenset(("&&", "||", ";;", "|&"))
_PLAIN = re.compile(r"""[^ \t\n;&|<>()'"\\$`{]+""")
_CIRCLE_CI = re.compile(r"<<\s*(?:pipeline|parameters|matrix)\.[\w.]+\s*>>")
"""What CircleCI fills in before a shell reads the line."""

_ENDS_WORD = frozenset(("", *" \t\n;&|<>()"))
_REDIRECTS = frozenset("<>")
_NESTING = re.compile(r"""\\.?|\$\(|\$\{|[()}"'`]""", re.DOTALL)
"""What counts between double quotes; a backslash takes the next letter along."""

_CLOSED_BY = {"$(": ")", "(": ")", "${": "}", '"': '"', "`": "`"}
_ESCAPING = {mark: re.compile(rf"(?:[^{mark}\\]|\\.)*", re.DOTALL) for mark in "`'"}
"""What is between two marks where a backslash takes the next letter along."""


class Word:
    """A word with its quotes, `text[start:end]` of the stretch.

    Nearly all words are plain, and most of them are keywords: their parts are made when a command needs them.
    """

    __slots__ = ("_parts", "_stretch", "end", "plain", "start")

    def __init__(
        self, stretch: Fragment, start: int, end: int, parts: tuple[KnownPart | UnknownPart, ...] | None = None
    ) -> None:
        self._stretch = stretch
        self.start = start
        self.end = end
        self._parts = parts
        self.plain = (
            stretch.text[start:end]
            if parts is None
            else "".join(part.text for part in parts if isinstance(part, KnownPart))
        )
        """The word when all of it is known, else what is known of it."""

    @property
    def parts(self) -> tuple[KnownPart | UnknownPart, ...]:
        """The pieces of the word, without its quotes."""
        if self._parts is None:
            self._parts = self._stretch.pieces(self.start, self.end)
        return self._parts

    @property
    def value(self) -> StringValue:
        """The word as a string."""
        plain = self._parts is None
        parts = self.parts
        return StringValue(parts, parts[0].place if plain else self._stretch.place(self.start, self.end))


class Words:
    """Cuts a script into words and separators.

    Args:
        stretch: the script.
        known: the variables that are known; read anew for each word, so the caller may add to it.
    """

    def __init__(self, stretch: Fragment, known: Mapping[str, StringValue]) -> None:
        self.stretch = stretch
        self.known = known
        self.redirected_to = ""
        """The file that the command at hand writes to, as it is written."""
        self.here_strings: list[Word] = []
        """What the command at hand reads from `<<< word`."""
        self.documents: list[tuple[int, int, bool]] = []
        """Where the here-documents of the last line begin and end, and whether variables are filled in."""
        self.at = 0
        """Where the separator is that comes next."""
        self.unclosed: int | None = None
        """Where the first unclosed quotation mark is."""
        self._last_lines: dict[str, int] | None = None
        """The last position of each line; None until it is needed."""
        self.nests = True
        """False after a double quote without an end: a search to the end of the text for each later one is slow."""

    def __iter__(self) -> Iterator[Word | str]:
        text, ends = self.stretch.text, list[Word]()
        at, size = 0, len(text)
        while at < size:
            letter = text[at]
            if letter == "\n" and ends:
                yield "\n"
                at = self._after_documents(at + 1, ends)
            elif letter in "&|;()\n":
                separator = text[at : at + 2] if text[at : at + 2] in _LONG_SEPARATORS else letter
                self.at = at
                yield separator
                at += len(separator)
            elif letter in " \t":
                at += 1
            elif text.startswith("\\\n", at):
                at += 2
            elif letter == "#":
                at = end if (end := text.find("\n", at)) >= 0 else size
            elif letter in "<>" and not _CIRCLE_CI.match(text, at):
                at = self._after_redirection(at, ends)
            elif (
                (match := _PLAIN.match(text, at))
                and text[match.end() : match.end() + 1] in _ENDS_WORD
                and not _CIRCLE_CI.match(text, match.end())
            ):
                at = match.end()
                if not (text[at : at + 1] in _REDIRECTS and match[0].isdigit()):
                    yield Word(self.stretch, match.start(), at)
            else:
                word = self.read_word(at)
                if word.end == at:  # nothing that this reader knows
                    at += 1
                    continue
                at = word.end
                if word.plain.isdigit() and text[at : at + 1] in ("<", ">") and at < size:
                    continue  # 2>&1
                yield word

    def _after_redirection(self, at: int, ends: list[Word]) -> int:
        text = self.stretch.text
        signs = text[at : at + 3]
        while at < len(text) and text[at] in "<>&-|":
            at += 1
        while at < len(text) and text[at] in " \t":
            at += 1
        if at < len(text) and text[at] == "(":
            return at + 1  # <(command)
        word = self.read_word(at) if at < len(text) and text[at] != "\n" else None
        if word is None:
            return at
        if signs == "<<<":
            self.here_strings = [word]
        elif signs.startswith("<<") and word.plain:
            if not self._is_shift(word):
                ends.append(word)
        elif text[word.start - 1] != "<":
            self.redirected_to = text[word.start : word.end]
        return max(word.end, at)

    def _is_shift(self, word: Word) -> bool:
        """Whether `<<` is arithmetic, as in `(( x << 2 ))`: no later line ends a here-document."""
        rest = self.stretch.text[word.end : word.end + 200].partition("\n")[0]
        if "))" not in rest and "]" not in rest and not word.plain.endswith("]"):
            return False
        if self._last_lines is None:
            self._last_lines = {}
            position = 0
            for line in self.stretch.text.split("\n"):
                self._last_lines[line.strip()] = position
                position += len(line) + 1
        return self._last_lines.get(word.plain, -1) < word.end

    def _after_documents(self, at: int, ends: list[Word]) -> int:
        text, start = self.stretch.text, at
        while ends and at < len(text):
            end = end if (end := text.find("\n", at)) >= 0 else len(text)
            if text[at:end].strip() == ends[0].plain:
                word = ends.pop(0)
                self.documents.append((start, at, text[word.start : word.end] == word.plain))
                start = end + 1
            at = end + 1
        ends.clear()
        return min(at, len(text))

    def read_word(self, at: int) -> Word:
        """The word that begins at an offset."""
        text, start = self.stretch.text, at
        parts: list[KnownPart | UnknownPart] = []
        while at < len(text):
            letter = text[at]
            if letter == "'":
                end = self._find_end(at)
                parts += filled(self.stretch, at + 1, end, dollars=False) or [self._empty_part(at + 1)]
                at = end + 1
            elif letter == '"':
                end = self._find_end(at)
                parts += filled(self.stretch, at + 1, end, self.known) or [self._empty_part(at + 1)]
                at = end + 1
            elif letter == "\\":
                if text[at + 1 : at + 2] not in ("", "\n"):
                    parts += self.stretch.pieces(at + 1, at + 2)
                at += 2
            elif letter in "$`{" and (match := FILLED_LATER.match(text, at)):
                parts += filled(self.stretch, at, match.end(), self.known)
                at = match.end()
            elif letter == "`":
                end = self._find_end(at)
                parts.append(UnknownPart(text[at : end + 1], self.stretch.place(at, end)))
                at = end + 1
            elif letter == "<" and (match := _CIRCLE_CI.match(text, at)):
                parts.append(UnknownPart(match[0], self.stretch.place(at, match.end())))
                at = match.end()
            elif letter in " \t\n;&|<>()":
                break
            else:
                end = match.end() if (match := _PLAIN.match(text, at + 1)) else at + 1
                parts += self.stretch.pieces(at, end)
                at = end
        return Word(self.stretch, start, min(at, len(text)), tuple(parts))

    def _empty_part(self, at: int) -> KnownPart:
        return KnownPart("", self.stretch.place(at, at), exact=True)

    def _find_end(self, at: int) -> int:
        """Where the quotation mark at `at` is closed, else the end of the text; the first such mark is `unclosed`."""
        text = self.stretch.text
        mark, end = text[at], -1
        if mark == '"' and self.nests:
            end = _find_closing(text, at)
            self.nests = end >= 0
            self.unclosed = at if end < 0 and self.unclosed is None else self.unclosed
        elif mark == "`" or (mark == "'" and text[at - 1 : at] == "$" and text[at - 2 : at - 1] != "\\"):  # $'it\'s'
            match = _ESCAPING[mark].match(text, at + 1)
            end = match.end() if match is not None and match.end() < len(text) else -1
        if end < 0:
            end = text.find(mark, at + 1)
        if end >= 0:
            return end
        self.unclosed = at if self.unclosed is None else self.unclosed
        return len(text)


def _find_closing(text: str, at: int) -> int:
    """Where the double quote at an offset is closed, or -1; those inside `$(…)` and `${…}` close nothing."""
    inside = ['"']
    position = at + 1
    while match := _NESTING.search(text, position):
        sign, position = match[0], match.end()
        if sign == inside[-1]:
            inside.pop()
            if not inside:
                return match.start()
        elif sign in _CLOSED_BY and (sign != "(" or inside[-1] == ")"):
            inside.append(_CLOSED_BY[sign])
        elif sign == "'" and inside[-1] == ")":
            position = text.find("'", position) + 1 or len(text)
    return -1
