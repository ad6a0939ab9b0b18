"""Which small changes of a module no test notices: each is one test that is missing, or code that does nothing.

    python tools/mutants.py regilink_doctor/lint/suppress/*.py --tests tests/lint --most 40

makes at most so many mutants, chosen by `--seed`, and runs the tests on each in a process of its own until one fails.
A mutant is one comparison, `and`/`or`, `not`, number, `return`, `continue` or `break` that is different. It exists in
memory alone: no file is changed, and tests that start other programs do not see it.
"""

import argparse
import ast
import copy
import importlib.abc
import importlib.util
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Continue: ast.Pass,
    ast.Break: ast.Pass,
}
SECONDS = 300


def mutate(node: ast.AST) -> bool:
    """Change one node; False where there is nothing to change."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        node.ops[0] = SWAPPED[type(node.ops[0])]()  # type: ignore[call-overload]
    elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in SWAPPED:
        node.op = SWAPPED[type(node.op)]()  # type: ignore[assignment]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        node.operand = ast.Constant(value=True)
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        node.value += 1
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        node.value = ast.Constant(value=None)
    elif isinstance(node, ast.Continue | ast.Break):
        node.__class__ = ast.Pass  # type: ignore[assignment]
    else:
        return False
    return True


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def find_mutants(path: Path) -> Iterator[tuple[str, str]]:
    """What each mutant of a file changes, and its whole source."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for index, node in enumerate(ast.walk(tree)):
        before = copy.deepcopy(node)
        if not mutate(before):
            continue
        changed = copy.deepcopy(tree)
        target = list(ast.walk(changed))[index]
        mutate(target)
        place = f"{os.path.relpath(path, ROOT)}:{node.lineno}"  # type: ignore[attr-defined]
        yield f"{place}: {ast.unparse(node)}  ->  {ast.unparse(target)}", ast.unparse(changed)


class MutantFinder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Gives one module another source."""

    def __init__(self, module: str, source: str) -> None:
        self.module = module
        self.source = source

    def find_spec(self, name, path=None, target=None):  # type: ignore[no-untyped-def]
        return importlib.util.spec_from_loader(name, self) if name == self.module else None

    def get_source(self, fullname: str) -> str:
        return self.source


def survives(module: str, source: str, tests: list[str]) -> bool:
    """Run the tests on a mutant in a fork of this process; True if all pass."""
    process = os.fork()
    if process == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        sys.meta_path.insert(0, MutantFinder(module, source))
        import pytest

        status = 1
        try:
            status = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:regilink", *tests])
        finally:
            os._exit(int(status))
    started = time.monotonic()
    while True:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            return status == 0
        if time.monotonic() - started > SECONDS:
            os.kill(process, 9)
            os.waitpid(process, 0)
            print("no end:", end=" ")
            return True
        time.sleep(0.05)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="+", type=Path)
    parser.add_argument("--tests", nargs="+", required=True)
    parser.add_argument("--most", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.chdir(ROOT)
    mutants = [
        (path.resolve().relative_to(ROOT).with_suffix("").as_posix().replace("/", "."), what, source)
        for path in options.modules
        for what, source in find_mutants(path)
    ]
    chosen = random.Random(options.seed).sample(mutants, min(options.most, len(mutants)))
    survivors = 0
    import pytest  # noqa: F401  (each fork has it then)

    for module, what, source in chosen:
        if survives(module, source, options.tests):
            survivors += 1
            print(what, flush=True)
    print(f"{survivors} of {len(chosen)} mutants survive ({len(mutants)} possible)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
