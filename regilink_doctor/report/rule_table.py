"""The table of rules, as text, JSON and the Markdown of `docs/rules.md`."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regilink_doctor.rules.rule import Rule


def as_text(rules: Sequence[Rule]) -> str:
    """A line a rule: code, severity, name, what it is about."""
    return "\n".join(f"{rule.code}  {rule.severity:<8} {rule.name:<26} {summary(rule)}" for rule in rules)


def as_json(rules: Sequence[Rule]) -> str:
    """`{"version": 1, "rules": [{"code", "name", "severity", "rows", "summary", "documentation", "bad", "good"}]}`."""
    values = [
        {
            "code": rule.code,
            "name": rule.name,
            "severity": rule.severity,
            "rows": list(rule.rows),
            "summary": summary(rule),
            "documentation": inspect.getdoc(rule),
            "bad": list(rule.bad),
            "good": list(rule.good),
        }
        for rule in rules
    ]
    return json.dumps({"version": 1, "rules": values}, indent=2)


def as_markdown(rules: Sequence[Rule]) -> str:
    """A page: the table, then a section for each rule."""
    lines = ["# Rules", "", "Made by `regilink rules --output-format markdown`.", ""]
    lines += ["| code | name | default | what |", "|---|---|---|---|"]
    lines += [
        f"| [{rule.code}](#{rule.code.lower()}) | {rule.name} | {rule.severity} | {summary(rule)} |" for rule in rules
    ]
    for rule in rules:
        lines += ["", f'<a id="{rule.code.lower()}"></a>', f"## {rule.code}: {rule.name}", "", documentation(rule)]
    return "\n".join(lines)


def documentation(rule: Rule) -> str:
    """What a rule says of itself, in Markdown: its docstring, then its examples."""
    lines = [inspect.getdoc(rule) or ""]
    for title, examples in (("Found", rule.bad), ("Left alone", rule.good)):
        if examples:
            lines += ["", f"{title}:", "", "```python", "\n\n".join(examples), "```"]
    return "\n".join(lines)


def summary(rule: Rule) -> str:
    """The first paragraph of a rule's documentation, on one line."""
    text = inspect.getdoc(rule) or ""
    return text.partition("\n\n")[0].replace("\n", " ")
