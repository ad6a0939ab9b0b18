"""Write everything that is made from the code: `python tools/make_all.py`, when a test says that it is out of date."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

MAKERS = (
    "make_rule_index",
    "make_messages",
    "make_rules_page",
    "make_failures_page",
    "make_doctor_checks",
    "make_json_page",
    "make_lists",
    "make_completions",
    "make_picture",
    "architecture",
)
"""Later ones read what earlier ones write."""


def main() -> None:
    for maker in MAKERS:
        print(maker, flush=True)
        subprocess.run([sys.executable, str(Path(__file__).with_name(f"{maker}.py"))], check=True)


if __name__ == "__main__":
    main()
