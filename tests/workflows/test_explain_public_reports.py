"""Errors as users have published them: `first` are the failures of which one must come first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regilink_doctor.workflows.explain import explain

REPORTS = json.loads((Path(__file__).parents[1] / "cases" / "explain" / "public_reports.json").read_text("utf-8"))


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report["text"][-50:])
def test_the_first_cause_is_right(report: dict[str, object]) -> None:
    found = explain(str(report["text"]))
    assert "nothing is wrong" not in found.text
    if not found.failures:
        assert report.get("unknown"), found.text
        assert not found.is_recognized
        return
    assert found.kind == "error"
    assert found.failures[0] in report["first"]  # type: ignore[operator]
