"""Which line of a log tells of the failure: not what was tried again, followed from it, or did no harm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tables import check_rows

from regilink_doctor.workflows.explain import explain
from regilink_doctor.workflows.explain.log_lines import read_lines

CASES = json.loads((Path(__file__).parents[1] / "cases" / "explain" / "logs.json").read_text("utf-8"))
STRUCTURES = json.loads((Path(__file__).parents[1] / "cases" / "explain" / "structure.json").read_text("utf-8"))


def test_an_error_is_read_by_its_structure() -> None:
    wrong = []
    for case in STRUCTURES:
        found = explain(case["text"])
        is_right = {
            "first": found.kind in ("error", "question")
            and found.failures[:1] in [(failure,) for failure in case.get("first", ())],
            "unknown": (found.kind, found.failures, found.is_recognized) == ("error", (), False),
            "none": (found.kind, found.failures) == ("unknown", ()),
        }
        if not all(is_right[key] for key in case.keys() - {"text"}) or len(case) != 2:
            wrong.append((case, found.kind, found.failures))
    assert wrong == []


@pytest.mark.parametrize("package", ["clickhouse_driver", "jsonlines", "rayon", "socketio", "redis"])
def test_an_error_of_another_package_is_not_explained_by_wandbs_lines_above_it(package: str) -> None:
    found = explain(f"wandb: Syncing run zoo-1\n{package}.errors.ConnectionError: [Errno 111] Connection refused")
    assert (found.kind, found.failures, found.is_recognized) == ("error", (), False)
    of_requests = explain(
        "wandb: Syncing run zoo-1\nrequests.exceptions.ConnectionError: [Errno 111] Connection refused"
    )
    assert of_requests.failures[0] == "C19"


def test_every_case_expects_one_thing() -> None:
    assert [case["name"] for case in CASES if len({"first", "unknown", "none"} & case.keys()) != 1] == []


def cases_with(key: str) -> list[object]:
    return [pytest.param(case, id=case["name"]) for case in CASES if key in case]


@check_rows("case", cases_with("first"))
def test_the_cause_is_found_in_a_log(case: dict[str, str]) -> None:
    found = explain(case["text"])
    assert found.kind == "error", found.text
    assert found.failures[:1] == tuple(case["first"]), found.text


@check_rows("case", cases_with("unknown"))
def test_an_error_of_the_program_is_quoted_and_no_failure_of_wandb(case: dict[str, str]) -> None:
    found = explain(case["text"])
    assert (found.kind, found.failures, found.is_recognized) == ("error", (), False), found.text
    assert case["unknown"] in found.title


@check_rows("case", cases_with("none"))
def test_a_log_without_an_error_is_none(case: dict[str, str]) -> None:
    found = explain(case["text"])
    assert (found.kind, found.failures) == ("unknown", ()), found.text


def test_the_level_of_whoever_collected_the_lines_says_nothing() -> None:
    text = "CommError: permission denied\nsecond line"
    collected = "\n".join(json.dumps({"severity": "INFO", "message": line}) for line in text.splitlines())
    assert [line.kind for line in read_lines(collected)] == ["plain", "plain"]
    mixed = collected + "\n" + json.dumps({"severity": "ERROR", "message": "it ended"})
    assert [line.kind for line in read_lines(mixed)] == ["plain", "information", "plain"]


def test_an_answer_to_an_operation_of_wandb_comes_from_no_other_program() -> None:
    found = explain('{"errors":[{"message":"no trams today","path":["linkArtifact"]}],"data":{"linkArtifact":null}}')
    assert "may come from another program" not in found.text
    assert "the GraphQL operation: linkArtifact" in found.notes


def test_a_message_in_pieces_is_quoted_with_its_names() -> None:
    found = explain(
        "(Worker pid=8) wandb.errors.CommError: Unable to find organ\n(Worker pid=8) ization for entity 'tram'."
    )
    assert found.title == "Unable to find organization for entity 'tram'."
