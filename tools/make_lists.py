"""Writes what formats and kinds of files say of themselves to where users read it: `python tools/make_lists.py`.

The table of the output formats is in `docs/lint.md`, the pattern of the files that are linted in
`.pre-commit-hooks.yaml`.
"""

from __future__ import annotations

import re
from pathlib import Path

from regilink_doctor.config import FORMATS
from regilink_doctor.report.formats import find_format
from regilink_doctor.workflows.initialize import file_pattern

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "lint.md"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
START, END = "<!-- formats: made by tools/make_lists.py -->\n", "<!-- end of the formats -->\n"


def with_formats(page: str) -> str:
    """The page with the table of the formats."""
    rows = "".join(f"| `{name}` | {find_format(name).purpose} |\n" for name in FORMATS)
    before, _, rest = page.partition(START)
    return f"{before}{START}\n| format | for |\n|---|---|\n{rows}\n{END}{rest.partition(END)[2]}"


def with_pattern(hooks: str) -> str:
    """The hooks with the pattern of all files that `lint` reads."""
    return re.sub(r"(?<=files: &files ')[^']*", lambda _: file_pattern(), hooks)


if __name__ == "__main__":
    PAGE.write_text(with_formats(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    HOOKS.write_text(with_pattern(HOOKS.read_text(encoding="utf-8")), encoding="utf-8")
