"""Trees of Python, walked quickly: `ast.walk` looks into every field of every node, also where nothing can be."""

from __future__ import annotations

from regilink_doctor.lint.text import syntax as ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeVar

    NodeT = TypeVar("NodeT", bound="ast.expr | ast.keyword")

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
WITHS = (ast.With, ast.AsyncWith)
LOOPS = (ast.For, ast.AsyncFor, ast.While)

SIMPLE = frozenset({
    ast.AnnAssign, ast.Assert, ast.Assign, ast.AugAssign, ast.Break, ast.Continue, ast.Delete, ast.Expr, ast.Global,
    ast.Import, ast.ImportFrom, ast.Nonlocal, ast.Pass, ast.Raise, ast.Return, getattr(ast, "TypeAlias", ast.Pass),
})  # fmt: skip
"""The statements that hold no others, most of any file. `TypeAlias`: Python 3.12 and later."""

LEAVES = frozenset({ast.Name, ast.Constant, type(None)})
"""What has nothing inside, two of three expressions in any file. None is the key of `**mapping` in a dictionary."""

_HOLD = frozenset({
    "annotation", "args", "bound", "cause", "comparators", "context_expr", "default_value", "defaults", "elt", "elts",
    "exc", "format_spec", "func", "items", "iter", "key", "keys", "keywords", "kw_defaults", "kwarg", "kwonlyargs",
    "left", "lower", "msg", "operand", "optional_vars", "posonlyargs", "returns", "right", "slice", "step", "subject",
    "target", "targets", "test", "type_params", "upper", "value", "values", "vararg",
})  # fmt: skip
"""The fields that hold what is evaluated, in any kind of node: expressions, arguments, what a `with` enters."""

_HOLD_IN_EXPRESSIONS = _HOLD | {"body", "orelse"}
"""`a if test else b` calls its arms as an `if` calls its blocks."""

_HOLD_NOTHING = frozenset({
    "arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs", "level", "module", "op", "ops",
    "rest", "simple", "type_comment",
})  # fmt: skip
"""Fields without nodes, and those whose nodes have nothing inside and nothing to say."""


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        hold = _HOLD if issubclass(kind, ast.stmt) else _HOLD_IN_EXPRESSIONS
        fields = self[kind] = tuple(name for name in kind._fields if name in hold)
        return fields


_FIELDS = _Fields(dict.fromkeys(LEAVES, ()))


class _AllFields(dict[type[ast.AST], tuple[str, ...]]):
    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        fields = self[kind] = tuple(name for name in kind._fields if name not in _HOLD_NOTHING)
        return fields


_ALL_FIELDS = _AllFields(dict.fromkeys((*LEAVES, ast.Global, ast.Nonlocal), ()))


def inside(node: ast.AST) -> list[ast.AST]:
    """What a node evaluates itself, in the order of its fields: no statements below it, no `for` of a comprehension."""
    found: list[ast.AST] = []
    for name in _FIELDS[type(node)]:
        value = getattr(node, name)
        if type(value) is list:
            found += value
        elif value is not None:
            found.append(value)
    return found


def walk(tree: ast.AST) -> Iterator[ast.AST]:
    """A node and everything below it but operators and contexts, in no order that matters."""
    waiting: list[ast.AST | None] = [tree]
    while waiting:
        node = waiting.pop()
        if node is None:  # the key of `**mapping`, the default of a parameter that has none
            continue
        yield node
        for name in _ALL_FIELDS[type(node)]:
            value = getattr(node, name, None)
            if type(value) is list:
                waiting += value
            elif isinstance(value, ast.AST):
                waiting.append(value)


def written_name(node: ast.AST) -> str | None:
    """A name, or attributes, items and calls of one, as it is written; None for any other expression.

    `run`, `self.run`, `cfg['entity']`, `os.getenv('X')`.
    """
    words: list[str] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            words.append(f".{node.attr}")
            node = node.value
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            words.append(f"[{node.slice.value!r}]")
            node = node.value
        elif isinstance(node, ast.Call) and not node.keywords and len(node.args) == 1:
            (argument,) = node.args
            if not isinstance(argument, ast.Constant):
                return None
            words.append(f"({argument.value!r})")
            node = node.func
        else:
            return None
    return node.id + "".join(reversed(words))


def find_first_line(statement: ast.stmt) -> int:
    """The first line of a statement, those of its decorators among them."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def last_word(node: ast.AST) -> str:
    """The last word of a name or an attribute: `publish` of `tools.publish`; empty for any other expression."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def find_keyword(call: ast.Call, *names: str) -> ast.expr | None:
    """What a call passes by a keyword, the first that has one of these names."""
    return next((item.value for item in call.keywords if item.arg in names), None)


def find_argument(call: ast.Call, position: int, *names: str) -> ast.expr | None:
    """What a call passes by position, or else by a keyword of one of these names."""
    return call.args[position] if position < len(call.args) else find_keyword(call, *names)


def list_unpacked(call: ast.Call) -> list[ast.expr]:
    """The mappings that a call unpacks: `**mapping`."""
    return [item.value for item in call.keywords if item.arg is None]


def list_parameters(arguments: ast.arguments) -> list[str]:
    """The names of the parameters of a function, but for `*name` and `**name`."""
    return [item.arg for item in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


class Updated(ast.Dict):
    """What a dictionary is after `name.update(more)`, `{**name, **more}`, or `name[key] = value`."""


class Changed(ast.expr):
    """A list or dictionary, `value`, after one of its methods has changed it: `names.insert(0, "zoo")`.

    `change` is the name of the method, or "del" for `del value[key]`, "[:]" for `value[start:end] = items`.
    """

    _fields = ("value", "args")

    def __init__(self, value: ast.expr, change: str, args: list[ast.expr]) -> None:
        super().__init__()
        self.value = value
        self.change = change
        self.args = args


def strip_await(node: ast.expr) -> ast.expr:
    """What an expression awaits; itself if it awaits nothing."""
    return node.value if isinstance(node, ast.Await) else node


def copy_place(node: NodeT, original: ast.expr | ast.keyword | ast.stmt | ast.arg) -> NodeT:
    """Give a made-up node the place of one that is in the source."""
    node.lineno, node.col_offset = original.lineno, original.col_offset
    node.end_lineno, node.end_col_offset = original.end_lineno, original.end_col_offset
    return node
