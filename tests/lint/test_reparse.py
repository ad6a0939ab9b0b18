"""What is parsed again after a change is what a parser without memory gives, or fails as that does."""

import ast
import random
from pathlib import Path

import pytest
from tables import check_rows, sample

import regilink_doctor
from regilink_doctor.lint.text import reparse
from regilink_doctor.lint.text.reparse import LastTree

BASE = '''"""A module."""
from __future__ import annotations
import os, sys; a = 1; b = 2
# a comment

@decorator(
    1,
)
@other
async def function(x):
    """Of many
    lines."""
    if x:
        return f"{x}/é"
    else:
        pass

text = """one
two
"""
(
    call(1)
)
c = 1 + \\
    2
try:
    d = [1,
2]
except ValueError: pass
match c:
    case 1: pass
class A: x = 1
for i in range(3):
    print(i)
# the last
'''
PIECES = [
    "x",
    '"',
    '"""',
    "'",
    "(",
    ")",
    "[",
    "\\",
    "#",
    " ",
    "    ",
    "else:",
    "if a:",
    ":",
    ";",
    "é",
    "\t",
    "\f",
    "@",
    "=",
]
PIECES += ["\n", "b = 2", "return", "\0", "{", "}", "async ", "f'", "case 2: pass", "except: pass"]


def parse_plainly(text: str) -> str:
    try:
        return ast.dump(ast.parse(text), include_attributes=True)
    except (SyntaxError, ValueError) as error:
        return repr((type(error), str(error), getattr(error, "lineno", 0), getattr(error, "offset", 0)))


def parse_again(last: LastTree, text: str) -> str:
    try:
        return ast.dump(last.parse(text), include_attributes=True)
    except (SyntaxError, ValueError) as error:
        return repr((type(error), str(error), getattr(error, "lineno", 0), getattr(error, "offset", 0)))


def edit_randomly(text: str, chance: random.Random) -> str:
    start = chance.randrange(len(text) + 1)
    end = start if chance.random() < 0.6 else min(start + chance.choice([1, 1, 2, 5]), len(text))
    removed = text[start:end]
    piece = chance.choice(PIECES) if chance.random() < 0.8 else ""
    return text[:start] + piece + ("\n" * removed.count("\n") if chance.random() < 0.7 else "") + text[end:]


@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("seed", sample(range(12), one_in=6))
def test_random_edits(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    parsed: list[int] = []
    plain = reparse.ast.parse
    monkeypatch.setattr(reparse.ast, "parse", lambda text: parsed.append(len(text.strip())) or plain(text))
    last, text, short = LastTree(), BASE, 0
    for _ in range(150):
        text = edit_randomly(text, chance)
        parsed.clear()
        expected = parse_plainly(text)
        assert parse_again(last, text) == expected
        short += len(parsed) == 1 and parsed[0] < len(text.strip()) // 2
        if expected.startswith("(") or len(text) > 2 * len(BASE):  # it does not parse: as it was, or as people go on
            text = BASE if chance.random() < 0.5 else text
        if len(text) > 3 * len(BASE):
            text = BASE
    assert short > 5


def test_a_letter_parses_one_statement_anew() -> None:
    text = Path(regilink_doctor.__file__).with_name("core").joinpath("text.py").read_text(encoding="utf-8")
    last = LastTree()
    before = last.parse(text)
    after = last.parse(text.replace("    return ", "    return  ", 1))
    kept = [old is new for old, new in zip(before.body, after.body, strict=True)]
    assert kept.count(False) == 1


@check_rows(
    ("before", "after"),
    [
        ("a = 1\nb = 2\n", "a = (\nb = 2\n"),
        ("a = 1\nb = 2\n", "a = 1\\\nb = 2\n"),
        ("a = 1\n+b\n", "a = 1\\\n+b\n"),
        ("a = '''\nb'''\nc\n", "a = '''\nb\nc\n"),
        ("if a:\n  b\nc\n", "if a:\n  b\n  c\n"),
        ("a; \\\nb\nc\n", "a; \\\nbb\nc\n"),
        ("@(\nf\n)\ndef g(): pass\n", "@(\nff\n)\ndef g(): pass\n"),
        ("a\nb\nc\n", "a\n# b\nc\n"),
        ("a\n# b\nc\n", "a\nb\nc\n"),
        ("# a\nb\n", "a\nb\n"),
        ("a\n\n", "a\nb\n"),
        ("", "a"),
        ("a", ""),
        ("a\n", "a\n"),
        ("for a in b: c\nd\n", "for a in b: c\nelse: d\n"),
    ],
)
def test_borders(before: str, after: str) -> None:
    last = LastTree()
    parse_again(last, before)
    assert parse_again(last, after) == parse_plainly(after)
    assert parse_again(last, before) == parse_plainly(before)
