"""Quick walks find what the slow ones of `ast` find, in any file that this Python reads."""

import ast
import sysconfig
from collections import Counter
from pathlib import Path

from tables import check_rows

from regilink_doctor.lint.text.nodes import inside, walk

STDLIB = Path(sysconfig.get_path("stdlib"))
FILES = ("dataclasses.py", "typing.py", "inspect.py", "asyncio/tasks.py", "ast.py")
SYNTAX = """
async def f(a: int = 1, /, *b, c=(2), **d) -> g[h]:
    async with i() as j, k: pass
    async for l in [*m, {**n, "o": p}, {q for q in r if s}]: await t
    return u if v else w or not x
del y[1:z:2, ...], a.b
for c in d: continue
while (e := f)(**g)[h]: break
else: assert i, f"{j!r:>{k}}{l}"
try: raise m from n
except* o as p: lambda q, r=s: (yield t)
match u:
    case {"v": w, **x} if y: z += 1
a: b = c
global d
"""


def trees() -> list[ast.Module]:
    texts = [(STDLIB / name).read_text(encoding="utf-8") for name in FILES]
    new = SYNTAX.replace("except* o", "except o") if not hasattr(ast, "TryStar") else SYNTAX
    return [ast.parse(text) for text in [*texts, new]]


@check_rows("tree", trees())
def test_what_a_node_evaluates_is_its_expressions_in_their_order(tree: ast.Module) -> None:
    wanted = (ast.expr, ast.keyword, ast.withitem)
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt | ast.expr | ast.keyword) and not isinstance(node, _APART):
            slow = [child for child in ast.iter_child_nodes(node) if isinstance(child, wanted)]
            assert [child for child in inside(node) if child is not None] == slow


_APART = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, getattr(ast, "TypeAlias", ast.Lambda))
"""What has parameters, decorators and bases is read in an order of its own, and what `type` binds is no value."""


@check_rows("tree", trees())
def test_a_walk_leaves_out_operators_and_contexts_only(tree: ast.Module) -> None:
    left_out = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
    slow = Counter(id(node) for node in ast.walk(tree) if not isinstance(node, left_out))
    assert Counter(id(node) for node in walk(tree)) == slow
