"""Python: the commands that a program starts by `subprocess`, `os.system` and their like.

Only what is written as words is read: displays, strings, and names that are bound once to one of them. Everything else
is an unknown part: what only the resolver could find is not worth its time here.
"""

from __future__ import annotations

from regilink_doctor.core.sites import Command
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart
from regilink_doctor.lint.facts import FileFacts
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import find_argument, walk, written_name
from regilink_doctor.lint.text.source import Source, fstring_pieces, piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGES = ("asyncio", "os", "subprocess")
_STARTS = frozenset({
    "Popen", "call", "check_call", "check_output", "create_subprocess_exec", "create_subprocess_shell",
    "getoutput", "getstatusoutput", "popen", "run", "system",
})  # fmt: skip
_READ = frozenset({ast.Call, ast.Assign, ast.Import, ast.ImportFrom})
_MOST_WORDS = 256
_MOST_NAMES = 8


def read(path: str, content: bytes) -> FileFacts:
    """The commands that a Python file starts.

    Raises:
        Unparsable: it is not the Python of the interpreter that runs us.
    """
    source = Source.decode(path, content)
    return FileFacts(source, commands=tuple(find_commands(source, source.parse())))


def find_commands(source: Source, tree: ast.AST) -> list[Command]:
    """The commands of a program, in the order of their lines."""
    reader = _Reader(source, tree)
    commands = [
        Command(words, source.place(call), source.span(call)) for call in reader.calls for words in reader.read(call)
    ]
    return sorted(commands, key=lambda command: command.place.span)


class _Reader:
    """The calls that start commands, and the values of names that are bound once."""

    def __init__(self, source: Source, tree: ast.AST) -> None:
        self.source = source
        self.calls: list[ast.Call] = []
        self._values: dict[str, ast.expr | None] = {}
        self._packages = {name: name for name in _PACKAGES}
        for node in [node for node in walk(tree) if type(node) in _READ]:
            if isinstance(node, ast.Call):
                self.calls.append(node)
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        self._values[target.id] = None if target.id in self._values else node.value
            elif isinstance(node, ast.Import):
                self._packages |= {item.asname: item.name for item in node.names if item.asname}
            elif isinstance(node, ast.ImportFrom) and node.module in _PACKAGES:
                self._packages |= {item.asname or item.name: f"{node.module}.{item.name}" for item in node.names}
        self.calls = [call for call in self.calls if self._starts_command(call)]

    def _starts_command(self, call: ast.Call) -> bool:
        first, dot, rest = (written_name(call.func) or "").partition(".")
        package, _, method = (self._packages.get(first, first) + dot + rest).rpartition(".")
        if package == "session":  # of nox
            return method == "run" and len(call.args) > 1
        if method in ("launch", "launch_add"):  # of W&B
            return not call.args and any(item.arg == "entry_point" for item in call.keywords)
        return package in _PACKAGES and method in _STARTS and bool(call.args or call.keywords)

    def read(self, call: ast.Call) -> Iterator[tuple[StringValue, ...]]:
        """The words of each command that a call starts: several where a shell reads them."""
        passed = find_argument(call, 0, "args", "entry_point")
        name = written_name(call.func) or ""
        if name.endswith("_exec") or name == "session.run":
            yield tuple(self._list_words(ast.List([*call.args], ast.Load())))
        elif passed is not None:
            from regilink_doctor.lint.facts.shell import read_script, runs_script

            words = self._list_words(_unsplit(passed))
            if len(words) > 1:
                yield tuple(words)
            if len(words) == 1 or runs_script([word.literal or "" for word in words[:-1]]):
                from regilink_doctor.lint.text.fragment import StringFragment

                yield from (command.words for command in read_script(StringFragment(self.source, words[-1])).commands)

    def _list_words(self, node: ast.expr) -> list[StringValue]:
        """The words of a list, of sums of lists, or the one string that a node is."""
        words: list[StringValue] = []
        waiting = [node]
        for _ in range(_MOST_WORDS):
            if not waiting:
                break
            item = self._follow(waiting.pop())
            if isinstance(item, ast.List | ast.Tuple):
                waiting += reversed(item.elts)
            elif isinstance(item, ast.Starred):
                waiting.append(item.value)
            elif isinstance(item, ast.BinOp) and isinstance(item.op, ast.Add) and self._is_list(item.left):
                waiting += (item.right, item.left)
            else:
                words.append(self._read_word(item))
        return words

    def _is_list(self, node: ast.expr) -> bool:
        left = self._follow(node)
        while isinstance(left, ast.BinOp):
            left = self._follow(left.left)
        return isinstance(left, ast.List | ast.Tuple)

    def _follow(self, node: ast.expr) -> ast.expr:
        """What a name is bound to, the only time that it is."""
        for _ in range(_MOST_NAMES):
            value = self._values.get(node.id) if isinstance(node, ast.Name) else None
            if not isinstance(value, ast.Constant | ast.JoinedStr | ast.List | ast.Tuple | ast.BinOp | ast.Name):
                break
            node = value
        return node

    def _read_word(self, node: ast.expr) -> StringValue:
        node, place = self._follow(node), self.source.place(node)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return StringValue((piece(self.source, node, node.value),), self.source.place(node))
        if written_name(node) == "sys.executable":
            return StringValue.of("python", place)
        if not isinstance(node, ast.JoinedStr):
            return StringValue((UnknownPart(self.source.written(node), place),), place)
        parts: list[KnownPart | UnknownPart] = []
        for part in fstring_pieces(self.source, node):
            parts += [part] if isinstance(part, KnownPart) else self._read_word(part.value).parts
        return StringValue(tuple(parts), self.source.place(node))


def _unsplit(node: ast.expr) -> ast.expr:
    """The line that `shlex.split(line)` or `line.split()` makes words of."""
    if isinstance(node, ast.Call) and written_name(node.func) == "shlex.split" and node.args:
        return node.args[0]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "split":
        return node.func.value
    return node
