"""Call sites made from other call sites: every case again, with its calls passed on by helpers of another file.

Rules then see sites of which little is known, and none may fail on them.
"""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from cases import Case, all_cases, laid_out
from tables import sample

HELPERS = """
def link_artifact(run, artifact=None, target_path=None, aliases=None):
    return run.link_artifact(artifact, target_path, aliases=aliases)

def link(artifact, target_path=None, aliases=None):
    return artifact.link(target_path, aliases)

def use_artifact(run, artifact_or_name=None, type=None):
    return run.use_artifact(artifact_or_name, type)

def log_artifact(run, artifact_or_path=None, name=None, type=None, aliases=None):
    logged = run.log_artifact(artifact_or_path, name, type, aliases=aliases)
    run.link_artifact(logged, name)
    logged.link(name)
    return logged
"""
METHODS = frozenset({"link_artifact", "link", "use_artifact", "log_artifact"})


class Lifting(ast.NodeTransformer):
    """`run.link_artifact(artifact, path)` -> `link_artifact(run, artifact, path)`."""

    lifted = 0

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            self.lifted += 1
            return ast.Call(ast.Name(node.func.attr, ast.Load()), [node.func.value, *node.args], node.keywords)
        return node


def lift(code: str) -> str | None:
    """The code with its calls lifted; None where there are none."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return None
    lifting = Lifting()
    tree = ast.fix_missing_locations(lifting.visit(tree))
    if not lifting.lifted:
        return None
    return f"from helpers import {', '.join(sorted(METHODS))}\n{ast.unparse(tree)}\n"


def list_cases() -> dict[str, list[Case]]:
    """The cases of each file in which a program may have such calls."""
    cases: dict[str, list[Case]] = {}
    for case in all_cases():
        programs = [text for name, text in case.files.items() if name.endswith(".py")]
        if any(f".{method}(" in text for text in programs for method in METHODS):
            cases.setdefault(case.path.stem, []).append(case)
    return cases


CASES = list_cases()


@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.slow), 12], ids=["each case", "each twelfth case"])
@pytest.mark.parametrize("stem", sample(sorted(CASES), one_in=6))
def test_no_rule_fails_on_a_site_that_a_helper_makes(
    stem: str, step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites = 0
    for number, case in enumerate(CASES[stem][::step]):
        for name, text in case.files.items():
            if name.endswith(".py") and (code := lift(text)) is not None:
                break
        else:
            continue
        folder = tmp_path / str(number)
        folder.mkdir()
        monkeypatch.chdir(folder)
        contents, lint = laid_out(replace(case, files={**case.files, name: code, "helpers.py": HELPERS}))
        report = lint(name, contents[name])
        sites += len(report.sites)
        assert not [finding for finding in report.findings if finding.code == "REG002"], case.id
    assert sites or step > 1  # the few cases of a sample may have none
