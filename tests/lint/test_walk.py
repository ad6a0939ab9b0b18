"""The walk visits what Python evaluates, all of it and once, and does not mind how deep it nests."""

import ast
import sysconfig
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import sample

from regilink_doctor.lint.resolve.walk import read_module
from regilink_doctor.lint.text.source import Source

STDLIB = Path(sysconfig.get_path("stdlib"))
FILES = ("dataclasses.py", "typing.py", "inspect.py", "asyncio/tasks.py", "ast.py", "argparse.py", "enum.py")


def check(text: str) -> int:
    """Compare with the calls that `ast.walk` finds; gives their number."""
    source = Source("x.py", text)
    tree = source.parse()
    module = read_module(source, tree)
    calls = Counter(id(node) for node in ast.walk(tree) if isinstance(node, ast.Call))
    # What another function calls, or `functools.partial` leaves open, is a call at the place of one in the source.
    completed = [use for use in module.uses if id(use.call) not in calls]
    places = {(node.lineno, node.col_offset) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert {(use.call.lineno, use.call.col_offset) for use in completed} <= places
    assert Counter(id(use.call) for use in module.uses if use not in completed) == calls
    orders = [use.order for use in module.uses]
    assert orders == sorted(orders)
    return len(calls)


@pytest.mark.parametrize("name", sample(FILES, one_in=3))
def test_every_call_of_a_real_module_is_visited_once(name: str) -> None:
    assert check((STDLIB / name).read_text(encoding="utf-8")) > 50


names = st.sampled_from(["a", "b", "run"])


def _expressions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions of every kind, each with a call in every place that can hold one."""
    pair = st.tuples(inner, inner)
    return st.one_of(
        inner.map(lambda x: f"f({x})"),
        pair.map(lambda x: f"f(*{x[0]}, k={x[1]}, **g())"),
        pair.map(lambda x: f"(lambda p={x[0]}, *, q=f(): {x[1]})"),
        pair.map(lambda x: f"[{x[0]} for a in {x[1]} if f()]"),
        pair.map(lambda x: f"{{{x[0]}: {x[1]} for b, f().c in g() for d in f()}}"),
        pair.map(lambda x: f"({x[0]} if f() else {x[1]})"),
        pair.map(lambda x: f"({x[0]} or {x[1]} < f() not in g())"),
        pair.map(lambda x: f"({x[0]} + -{x[1]})"),
        pair.map(lambda x: f"{{{x[0]}: {x[1]}, **f()}}"),
        pair.map(lambda x: f"({x[0]})[{x[1]}:f():g(), ...]"),
        inner.map(lambda x: f"({x}).c"),
        inner.map(lambda x: f"(w := {x})"),
        st.just("f'{g()!r:>{h()}}'"),
    )


expressions = st.recursive(st.one_of(names, st.just("f()"), st.just("1")), _expressions, max_leaves=6)


def _indent(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def _statements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    bodies = st.lists(inner, min_size=1, max_size=2).map(lambda parts: _indent("".join(parts)))
    parts = st.tuples(expressions, bodies, expressions, bodies)
    return st.one_of(
        parts.map(lambda x: f"if {x[0]}:\n{x[1]}elif {x[2]}:\n{x[3]}else:\n    f()\n"),
        parts.map(lambda x: f"for f().i in {x[0]}:\n{x[1]}else:\n{x[3]}"),
        parts.map(lambda x: f"while {x[0]}:\n{x[1]}"),
        parts.map(lambda x: f"with {x[0]} as f().x, {x[2]}:\n{x[1]}"),
        parts.map(lambda x: f"try:\n{x[1]}except f() as e:\n{x[3]}else:\n    g()\nfinally:\n    h()\n"),
        parts.map(lambda x: f"match {x[0]}:\n    case [1, y] if {x[2]}:\n{_indent(x[1])}    case _:\n{_indent(x[3])}"),
        parts.map(lambda x: f"@f({x[0]})\ndef a(p: g() = {x[2]}, *, q=h()) -> f():\n{x[1]}"),
        parts.map(lambda x: f"@f()\nclass C(g(), metaclass={x[0]}):\n{x[1]}"),
    )


statements = st.recursive(
    st.one_of(
        expressions.map(lambda x: f"{x}\n"),
        expressions.map(lambda x: f"a = f().b = {x}\n"),
        expressions.map(lambda x: f"c: f() = {x}\n"),
        expressions.map(lambda x: f"f()[{x}] += g()\n"),
        expressions.map(lambda x: f"del f()[{x}]\n"),
        expressions.map(lambda x: f"assert {x}, f()\n"),
        expressions.map(lambda x: f"raise {x} from f()\n"),
    ),
    _statements,
    max_leaves=6,
)


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(st.lists(statements, min_size=1, max_size=4).map("".join))
def test_every_call_of_any_program_is_visited_once(text: str) -> None:
    check(text)


DEEP = {
    "elif": "if a: pass\n" + "elif f(): pass\n" * 900,
    "calls": "x = a" + ".f()" * 490 + "\n",
    "a sum": "x = " + " + ".join(["f()"] * 980) + "\n",
    "attributes": "x = f()" + ".a" * 970 + "\n",
    "lists": "x = " + "[" * 80 + "f()" + "]" * 80 + "\n",
    "lambdas": "x = " + "lambda p=f(): " * 90 + "0\n",
    "functions": "".join(" " * n + f"def f{n}(p=f()):\n" for n in range(90)) + " " * 90 + "pass\n",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_depth_is_no_obstacle(text: str) -> None:
    assert check(text) > 0
