"""Errors as users have published them: `first` are the failures of which one must come first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tables import check_each, sample

from regilink_doctor.workflows.explain import explain

REPORTS = json.loads((Path(__file__).parents[1] / "cases" / "explain" / "public_reports.json").read_text("utf-8"))
PARTS = 8


@pytest.mark.parametrize("part", sample(range(PARTS), one_in=8))
def test_the_first_cause_is_right(part: int) -> None:
    def check(report: dict[str, Any]) -> None:
        found = explain(report["text"])
        assert "nothing is wrong" not in found.text
        if not found.failures:
            assert report.get("unknown"), found.text
            assert not found.is_recognized
            return
        assert found.kind == "error"
        assert found.failures[0] in report["first"]

    check_each({report["text"]: report for report in REPORTS[part::PARTS]}, check)
