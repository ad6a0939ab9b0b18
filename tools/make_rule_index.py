"""Write `rules/index.py` and `core/rule_codes.py` from the rules themselves.

A module of rules is loaded when one of them is asked; the index is what is known of them before that.
`tests/rules/test_index.py` fails when the index is stale.
"""

import re
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from textwrap import fill

from regilink_doctor import rules
from regilink_doctor.core.failures import ENTRIES
from regilink_doctor.rules.base import Rule

INDEX = Path(rules.__path__[0]) / "index.py"
ROOT = INDEX.parents[2]
CODES = ROOT / "regilink_doctor" / "core" / "rule_codes.py"

KINDS = ("link", "consume", "init", "artifact", "log", "target")

PARTS_HEAD = "WATCHED_PARTS: dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = {\n"

HEAD = '''"""The index of rules, so that their modules load lazily. Written by `tools/make_rule_index.py`."""

from __future__ import annotations

'''


CODES_HEAD = '''"""The codes of the rules by their names. Written by `tools/make_rule_index.py`.

`core` names the rules that word what it finds, and knows no more of them.
"""

from __future__ import annotations


def _code(number: int) -> str:
    return f"REG{number:03}"


'''


def find_rules() -> list[tuple[str, type[Rule]]]:
    """Each module of `rules` that defines a rule, and the rule, by code."""
    defined = []
    for module in iter_modules(rules.__path__):
        contents = vars(import_module(f"regilink_doctor.rules.{module.name}"))
        for value in contents.values():
            is_rule = isinstance(value, type) and issubclass(value, Rule) and value is not Rule
            if is_rule and value.__module__.endswith(f".{module.name}"):
                defined.append((module.name, value))
    return sorted(defined, key=lambda item: item[1].code)


def render_index() -> str:
    """The text of the index."""
    defined = find_rules()
    modules = "".join(f'    "{rule.code}": ("{rule.name}", "{module}"),\n' for module, rule in defined)
    watched: dict[str, list[str]] = {}
    parts: dict[str, dict[str, list[str]]] = {}
    for _, rule in defined:
        for what in rule.watches:
            kind, _, path = what.partition(".")
            if path and kind in KINDS:
                parts.setdefault(kind, {}).setdefault(path, []).append(f'"{rule.code}"')
            else:
                watched.setdefault(what, []).append(f'"{rule.code}"')
    by_part = "".join(_render_parts(kind, paths) for kind, paths in sorted(parts.items()))
    by_watched = "".join(_render_entry(what, codes) for what, codes in sorted(watched.items()))
    return (
        f"{HEAD}RULES = {{\n{modules}}}\n"
        '"""Code -> the name of the rule, and the module that defines it: `a-name` is the class `AName`."""\n\n'
        f"PEDANTIC = frozenset({_render_codes(rule.code for _, rule in defined if rule.pedantic)})\n"
        '"""The rules that report only when they are asked for."""\n\n'
        f"# fmt: off\nWATCHED_BY: dict[str, tuple[str, ...]] = {{\n{by_watched}}}\n# fmt: on\n"
        '"""What rules watch (a kind of call site, a call by its canonical name) -> the codes of the rules."""\n\n'
        f"# fmt: off\n{PARTS_HEAD}{by_part}}}\n# fmt: on\n"
        '"""Kind of call site -> a part that it must have, as attributes, and the codes of the rules for it."""\n'
    )


def _quoted(codes: Iterable[str]) -> str:
    return ", ".join(f'"{code}"' for code in codes)


def _render_codes(codes: Iterable[str]) -> str:
    names = _quoted(codes)
    return f"{{{names}}}" if names else "()"


def _render_parts(kind: str, paths: dict[str, list[str]]) -> str:
    rows = ""
    for path, codes in sorted(paths.items()):
        names = "".join(f'"{name}", ' for name in path.split(".")).rstrip()
        rows += f"        (({names}), ({', '.join(codes)},)),\n"
    return f'    "{kind}": (\n{rows}    ),\n'


def render_codes() -> str:
    """The text of the module of codes, with those that another module names."""
    files = (path for package in ("regilink_doctor", "pytest_regilink") for path in (ROOT / package).rglob("*.py"))
    words = {word for path in files if path != CODES for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}
    listed = {failure.id: failure.codes for failure in ENTRIES}
    names = ((rule.name.upper().replace("-", "_"), int(rule.code[3:])) for _, rule in find_rules())
    lines = [f"{name} = _code({number})\n" for name, number in names if name in words]
    more: dict[str, list[str]] = {}
    for _, rule in find_rules():
        for failure in rule.failures:
            if rule.code not in listed[failure]:
                more.setdefault(failure, []).append(rule.code)
    entries = "".join(
        f'    "{failure}": ({_quoted(codes)}{"," if len(codes) == 1 else ""}),\n'
        for failure, codes in sorted(more.items())
    )
    found = f"{{\n{entries}}}" if entries else "{}"
    return (
        f"{CODES_HEAD}{''.join(lines)}\nALSO_FOUND_BY: dict[str, tuple[str, ...]] = {found}\n"
        '"""Failure -> rules that find it, beside those that its entry names."""\n'
    )


def _render_entry(what: str, codes: list[str]) -> str:
    line = f'    "{what}": ({", ".join(codes)},),\n'
    if len(line) <= 120:
        return line
    rows = fill(", ".join(codes) + ",", 112, initial_indent=" " * 8, subsequent_indent=" " * 8)
    return f'    "{what}": (\n{rows}\n    ),\n'


if __name__ == "__main__":
    INDEX.write_text(render_index(), encoding="utf-8")
    CODES.write_text(render_codes(), encoding="utf-8")
