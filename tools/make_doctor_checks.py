"""Writes the table of the doctor's checks into its page: `python tools/make_doctor_checks.py`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from regilink_doctor.doctor.checks import find_checks

PAGE = Path(__file__).parents[1] / "docs" / "doctor.md"
START, END = "<!-- checks: generated -->\n", "<!-- end -->\n"


def table() -> str:
    """A table for each group, with the first sentence of each check's docstring."""
    lines: list[str] = []
    for group, checks in groupby(find_checks(), key=lambda check: check.group):
        lines += [f"### {group}", "", "| check | what it says | after |", "|---|---|---|"]
        for check in checks:
            words = " ".join((check.__doc__ or "").partition("\n\n")[0].split()).replace("|", "\\|")
            requires = ", ".join(f"`{name}`" for name in check.requires)
            lines.append(f"| `{check.name}` | {words} | {requires} |")
        lines.append("")
    return "\n".join(lines)


def with_table(page: str) -> str:
    """The page with the table between its two marks."""
    before, rest = page.split(START)
    return f"{before}{START}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
