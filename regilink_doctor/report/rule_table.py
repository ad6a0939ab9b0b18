"""The table of rules, as text, JSON and the Markdown of `docs/rules.md`."""

from __future__ import annotations

import json

from regilink_doctor.report.terminal import wrap_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from regilink_doctor.rules.base import Rule


_INTRODUCTION = (
    "This page is the output of `regilink rules --output-format markdown`.",
    "",
    "- *error*: the link certainly fails, or goes to the wrong place. *warning*: it does so in the common case.",
    "  *info*: advice.",
    "- *pedantic*: the rule is off, unless you use `--pedantic` or select it by its code.",
    "- *by the doctor*: the rule needs the server, so only `regilink doctor` applies it. Its examples set up an",
    "  emulated server.",
    "- *failures*: entries of the [failure index](failures.md); `regilink explain A1` shows one.",
    "",
    "No rule reports what the source does not show. Some rules find more with a [catalog](catalog.md), or with the",
    "tables of the [configuration](configuration.md).",
)

_WIDE = 120


def as_text(rules: Sequence[Rule], width: int | None = None) -> str:
    """A line a rule: code, severity, name, what it is about; on a terminal of less than 120 columns that stands below.

    `width`: columns of the terminal; None: there is none.
    """
    lines = []
    for rule in rules:
        name = f"{rule.code}  {rule.severity:<8} "
        if width is None or width >= _WIDE:
            first, *more = wrap_text(read_summary(rule), width, 47)
            lines += [f"{name}{rule.name:<29} {first}", *(f"{'':<47}{line}" for line in more)]
        else:
            lines += [name + rule.name, *(f"{'':<8}{line}" for line in wrap_text(read_summary(rule), width, 8))]
    return "\n".join(lines)


def as_json(rules: Sequence[Rule]) -> str:
    """`{"version": 1, "rules": [{"code", "name", "severity", "pedantic", "live", "rows", "summary", …}]}`.

    Then come the `documentation` and the examples, `bad` and `good`.
    """
    values = [
        {
            "code": rule.code,
            "name": rule.name,
            "severity": rule.severity,
            "pedantic": rule.pedantic,
            "live": rule.is_live,
            "rows": list(rule.failures),
            "summary": read_summary(rule),
            "documentation": rule.documentation,
            "bad": list(rule.bad),
            "good": list(rule.good),
        }
        for rule in rules
    ]
    return json.dumps({"version": 1, "rules": values}, indent=2)


def as_markdown(rules: Sequence[Rule]) -> str:
    """A page: the table, then a section for each rule."""
    lines = ["# Rules", "", *_INTRODUCTION, ""]
    lines += ["| code | name | default | failures | what |", "|---|---|---|---|---|"]
    lines += [
        f"| [{rule.code}](#{rule.code.lower()}) | {rule.name} | {_default_of(rule)} | {', '.join(rule.failures)} | "
        f"{read_summary(rule)} |"
        for rule in rules
    ]
    for rule in rules:
        lines += ["", f'<a id="{rule.code.lower()}"></a>', *rule_section(rule)]
    return "\n".join(lines)


def rule_section(rule: Rule) -> list[str]:
    """The lines of a rule in Markdown."""
    return [f"## {rule.code}: {rule.name}", "", read_documentation(rule)]


def _default_of(rule: Rule) -> str:
    """The severity of a rule, and what turns it on."""
    if rule.is_live:
        return f"{rule.severity}, by the doctor"
    return f"{rule.severity}, pedantic" if rule.pedantic else rule.severity


def read_documentation(rule: Rule) -> str:
    """The documentation of a rule in Markdown: its docstring, then its examples."""
    lines = [rule.documentation]
    for title, examples in (("Reported", rule.bad), ("Not reported", rule.good)):
        if examples:
            lines += ["", f"{title}:", "", "```python", "\n\n".join(examples), "```"]
    return "\n".join(lines)


def read_summary(rule: Rule) -> str:
    """The first paragraph of a rule's documentation, on one line."""
    return rule.documentation.partition("\n\n")[0].replace("\n", " ")
