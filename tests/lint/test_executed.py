"""What lint says that a line links to is what the program links to when it runs.

A program of the tables in `tests/cases/lint/executed` shows exactly the target paths of its run, each of them known. In
one whose name ends with `(more)` there are further alternatives; in one with `(open)` a part is left open.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from executed import read_programs
from tables import check_each, sample

from regilink_doctor.lint.engine import lint_bytes
from regilink_doctor.lint.scan.files import can_matter
from regilink_doctor.report.json_values import site_value

TABLES = sorted((Path(__file__).parents[1] / "cases" / "lint" / "executed").glob("*.programs"))


@pytest.mark.parametrize("table", sample(TABLES, one_in=5), ids=lambda path: path.stem)
def test_lint_names_what_a_run_links_to(table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = read_programs(table)
    runner = [sys.executable, str(Path(__file__).with_name("executed.py"))]
    ran = subprocess.run(runner, input=json.dumps(programs), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    links = json.loads(ran.stdout)

    def check(name: str) -> None:
        folder = tmp_path / re.sub(r"\W", "_", name)
        folder.mkdir()
        monkeypatch.chdir(folder)
        named = _find_targets(folder, programs[name])
        assert links[name], "it links nothing"
        linked: dict[tuple[str, int], list[str]] = {}
        for file, line, target in links[name]:
            linked.setdefault((file, line), []).append(target)
        for (file, line), targets in linked.items():
            alternatives = [
                target
                for path, first, last, found in named
                if path.rpartition("/")[2] == file and first <= line <= last
                for target in found
            ]
            _compare(set(targets), set(alternatives), name, f"{file}:{line}")

    check_each({name: name for name in programs}, check)


def _find_targets(folder: Path, files: dict[str, str]) -> list[tuple[str, int, int, list[str]]]:
    """The links that lint finds in the files: file, first and last line, the alternatives of the target path."""
    for name, text in files.items():
        Path(folder, name).parent.mkdir(parents=True, exist_ok=True)
        Path(folder, name).write_text(text, encoding="utf-8")
    found = []
    for name, text in files.items():
        content = text.encode()
        if name.endswith(".py") and can_matter(name, content, any_use=True):
            report = lint_bytes(name, content)
            sites = [site_value(site, codes) for site, codes in zip(report.sites, report.codes, strict=True)]
            links = [site for site in sites if site["kind"] == "link" and site["path"] == name]
            found += [(name, site["line"], site["end_line"], site["targets"]) for site in links]
    return found


def _compare(linked: set[str], named: set[str], program: str, place: str) -> None:
    contradicted = [
        target
        for target in linked
        if not any(re.fullmatch(".*".join(map(re.escape, name.split("{?}"))), target) for name in named)
    ]
    assert not contradicted, f"{place}: the run links to {sorted(linked)}, lint names {sorted(named)} alone"
    if not program.endswith("(open)"):
        assert not any("{?}" in name for name in named), (
            f"{place}: {sorted(named)} is left open, it is {sorted(linked)}"
        )
    if not program.endswith(("(open)", "(more)")):
        assert named == linked, f"{place}: {sorted(named)} has more than {sorted(linked)}"
