"""Which module imports which, in the whole code: also inside functions, and for annotations alone."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("regilink_doctor", "pytest_regilink")


@cache
def modules() -> dict[str, Path]:
    """Dotted name -> file."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


@cache
def parse_module(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def find_nodes(path: Path) -> tuple[ast.Import | ast.ImportFrom | ast.Call, ...]:
    """The imports and calls of a file, in the order of `ast.walk`, which takes twice as long.

    Everything that reads them in the whole code takes them from here: it is walked once.
    """
    nodes: list[ast.AST] = [parse_module(path)]
    for node in nodes:
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, list):
                nodes += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST):
                nodes.append(value)
    return tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom | ast.Call))


@cache
def read_imports() -> dict[str, frozenset[str]]:
    """Module -> the modules of the project that it imports."""
    return {name: frozenset(_imports_of(name, path)) for name, path in modules().items()}


def _imports_of(name: str, path: Path) -> set[str]:
    found = set()
    for node in find_nodes(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # `from package import module` imports the module, `from module import name` the module before it.
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name for name in inner if name in modules()} or {node.module}
    return {other for other in found if other in modules() and other != name}


def find_cycles(imports: dict[str, frozenset[str]]) -> list[list[str]]:
    """The groups of modules that import each other: strongly connected components of more than one, by Tarjan.

    A package that is imported by its own modules is no cycle: its `__init__` only names what is inside.
    """
    edges = {
        name: [other for other in others if not f"{name}.".startswith(f"{other}.")] for name, others in imports.items()
    }
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    cycles: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = lowest[name] = len(order)
        path.append(name)
        for other in edges[name]:
            if other not in order:
                visit(other)
            if other in path:
                lowest[name] = min(lowest[name], lowest[other])
        if lowest[name] == order[name]:
            component = path[path.index(name) :]
            del path[path.index(name) :]
            if len(component) > 1:
                cycles.append(component)

    for name in edges:
        if name not in order:
            visit(name)
    return cycles
