"""What a notebook shows of the results of lint, doctor, dry-run and verify: tables in HTML and Markdown."""

from __future__ import annotations

import json
import re
from inspect import signature
from pathlib import Path

import pytest

import regilink_doctor
from regilink_doctor import Catalog, Explanation, Verification, explain, lint_paths
from regilink_doctor.core.catalog import Collection, Organization, Registry
from regilink_doctor.core.check_result import CheckResult
from regilink_doctor.core.findings import Message
from regilink_doctor.core.ledger import LinkAttempt
from regilink_doctor.core.records import replace
from regilink_doctor.doctor.diagnosis import Diagnosis
from regilink_doctor.report.dry_run import render, to_json
from regilink_doctor.workflows.dry_run import DryRun
from regilink_doctor.workflows.dry_run.outcome import Link, RunMade
from regilink_doctor.workflows.lint import LintResult

EVIL = "<b>|x"


def attempt_of(target: str) -> LinkAttempt:
    return LinkAttempt(
        "alice", None, None, None, target, "team", "model", "zoo", None, (), "refused", "REG301", "B3", None, None
    )


def test_findings_are_a_table_with_their_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(
        'import wandb\nrun = wandb.init()\nrun.link_artifact(a, "wandb_registry-model/zoo")\n', encoding="utf-8"
    )
    result = lint_paths(["."])
    assert "problems in 1 file</p><table>" in result._repr_html_()
    assert "<td>train.py:3</td><td>REG104</td>" in result._repr_html_()
    assert "| train.py:3 | REG104 | " in result._repr_markdown_()


def test_without_findings_there_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    result = lint_paths([str(tmp_path)])
    assert "<table>" not in result._repr_html_()
    assert "|" not in result._repr_markdown_()


def test_a_diagnosis_shows_what_is_wrong_and_its_values_are_text() -> None:
    checks = (CheckResult("entity", "pass", "alice", "fine"), CheckResult("registry", "fail", EVIL, EVIL, "REG301"))
    diagnosis = Diagnosis(checks, (), ())
    assert "<p>2 checks, 1 problem</p>" in diagnosis._repr_html_()
    assert "<td>&lt;b&gt;|x</td>" in diagnosis._repr_html_()
    assert r"| \<b\>\|x | \<b\>\|x |" in diagnosis._repr_markdown_()


def test_a_dry_run_lists_its_links() -> None:
    link = Link(attempt_of("wandb-registry-model/zoo"), Message("the registry does not exist", None, "create it"))
    run = DryRun(("python",), 1, False, "", "team", None, (), (), (), (link,), (), ())
    assert "<p>1 link; exit status 1</p>" in run._repr_html_()
    assert "<td>refused</td><td>wandb-registry-model/zoo</td><td>the registry does not exist</td>" in run._repr_html_()
    assert "the registry does not exist" in run._repr_markdown_()


def test_a_report_shows_a_refusal_before_what_went_elsewhere_and_before_warnings() -> None:
    misplaced = replace(attempt_of("model/zoo"), verdict="misplaced", destination="team/model/zoo")
    links = (Link(misplaced, None), Link(attempt_of("wandb-registry-modle/zoo"), None))
    published = RunMade("team", "p", "1", "one", "failed", 1, 0)
    run = DryRun(("python",), 1, False, "", "team", None, (), (published,), (), links, (), ())
    lines = list(render(run))
    shown = [
        next(number for number, line in enumerate(lines) if word in line)
        for word in ("modle/zoo", '"model/zoo"', "REG201")
    ]
    assert shown == sorted(shown)
    assert [link["verdict"] for link in json.loads(to_json(run))["links"]] == ["misplaced", "refused"]


def test_a_verification_shows_its_problems() -> None:
    result = Verification("wandb-registry-model/zoo:prod", "wrong", problems=("no alias prod",), help="add it")
    assert "<td>problem</td><td>no alias prod</td>" in result._repr_html_()
    assert "| help | add it |" in result._repr_markdown_()


def test_a_catalog_lists_its_registries() -> None:
    registries = (Registry("model", types=("model",), collections=(Collection("zoo", "model"),)), Registry(EVIL))
    catalog = Catalog((Organization("Acme Inc", "acme", registries=registries),), host="https://api.wandb.ai")
    assert "<td>Acme Inc</td><td>model</td><td>model</td><td>1</td>" in catalog._repr_html_()
    assert "| Acme Inc | \\<b\\>\\|x | every type | not asked for |" in catalog._repr_markdown_()


def test_every_result_of_the_library_has_a_table() -> None:
    results = (Catalog, Diagnosis, DryRun, Explanation, LintResult, Verification)
    for result in results:
        assert callable(result._repr_html_)
        assert callable(result._repr_markdown_)
    names = ("classify", "diagnose", "dry_run", "explain", "lint_paths", "pull_catalog", "verify")
    annotations = " ".join(str(signature(getattr(regilink_doctor, name)).return_annotation) for name in names)
    assert set(re.findall(r"[A-Z]\w+", annotations)) == {result.__name__ for result in results}


def test_an_explanation_is_text_in_a_fence() -> None:
    shown = explain("A1")._repr_markdown_()
    assert shown.startswith("```text\nA1")
    assert shown.endswith("\n```")


def test_the_fence_is_longer_than_the_backticks_in_it() -> None:
    shown = explain("wandb-registry-model/a```b")._repr_markdown_()
    assert shown.startswith("````text\n")
    assert shown.endswith("\n````")
    assert "````" not in shown[8:-5]
