"""Python's syntax: the classes of `ast`, its parser and its printer. Imported as `ast`, which it replaces.

For tools that nobody needs here `ast` itself loads `enum`, `contextlib` and, from Python 3.12 on, `re`: up to 10 ms,
half as long as Python takes to start.
"""

from __future__ import annotations

from _ast import *  # noqa: F403
from _ast import PyCF_ONLY_AST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import AST, Module, expr
    from typing import Any


def parse(text: str) -> Module:
    """The tree of a module.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: it is none that this Python can read.
    """
    tree: Any = compile(text, "<unknown>", "exec", PyCF_ONLY_AST, dont_inherit=True)
    return tree  # type: ignore[no-any-return]


def parse_expression(text: str) -> expr:
    """The tree of one expression.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: it is none that this Python can read.
    """
    tree: Any = compile(text, "<unknown>", "eval", PyCF_ONLY_AST, dont_inherit=True)
    return tree.body  # type: ignore[no-any-return]


def unparse(node: AST) -> str:
    """The source of a tree."""
    from ast import unparse

    return unparse(node)
