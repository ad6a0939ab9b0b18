"""The index of rules is made from the rules: a rule file that is not in it would never report."""

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from regilink_doctor.core import rule_codes
from regilink_doctor.rules import index

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools" / "make_rule_index.py"


@pytest.mark.parametrize(("function", "module"), [("render_index", index), ("render_codes", rule_codes)])
def test_the_index_is_what_the_rules_say(function: str, module: ModuleType) -> None:
    code = f"import runpy; print(runpy.run_path({str(TOOL)!r})[{function!r}](), end='')"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert Path(str(module.__file__)).read_text(encoding="utf-8") == made.stdout, "run: python tools/make_rule_index.py"


def test_every_rule_of_a_file_is_in_the_index() -> None:
    files = (ROOT / "regilink_doctor" / "rules").glob("*.py")
    written = {
        (code, path.stem)
        for path in files
        for code in re.findall(r'^    code = "(.*)"', path.read_text(encoding="utf-8"), re.M)
    }
    assert written == {(code, module) for code, (_, module) in index.RULES.items()}
