"""Which line of a log tells of the failure: not what was tried again, followed from it, or did no harm."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from tables import check_rows

from regilink_doctor.workflows.explain import explain
from regilink_doctor.workflows.explain.log_lines import read_lines

CASES = json.loads((Path(__file__).parents[1] / "cases" / "explain" / "logs.json").read_text("utf-8"))
STRUCTURES = json.loads((Path(__file__).parents[1] / "cases" / "explain" / "structure.json").read_text("utf-8"))


OUTPUT = "output without an error that regilink knows"


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


@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.slow)], ids=["each third", "each"])
def test_a_traceback_that_is_cut_anywhere_is_an_error_and_hardly_ever_surely_another(step: int) -> None:
    texts = [case["text"] for case in STRUCTURES if "first" in case and '  File "' in case["text"]]
    other = []
    for text, part in list(product(texts, (0.35, 0.6, 0.85, 0.5)))[::step]:
        start = text.index('  File "') + len('  File "/')
        found = explain(text[: start + int((len(text) - start) * part)])
        assert found.kind == "error", (text, part)
        if found.is_sure and found.failures and found.failures[0] not in explain(text).failures[:2]:
            other.append((text, part, found.failures))
    assert len(texts) > 100
    assert len(other) <= len(texts) // 100, other


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
    is_passed = "went on" in case
    assert found.has_gone_on == is_passed == found.text.startswith("Warning: ")
    assert ("wandb went on after this; the text shows no other error" in found.notes) == is_passed


@check_rows("case", cases_with("unknown"))
def test_an_error_of_the_program_is_quoted_and_no_failure_of_wandb(case: dict[str, str]) -> None:
    found = explain(case["text"])
    assert (found.kind, found.failures, found.is_recognized) == ("error", (), False), found.text
    assert case["unknown"] in found.title


@check_rows("case", cases_with("none"))
def test_a_log_without_an_error_is_none(case: dict[str, str]) -> None:
    found = explain(case["text"])
    assert (found.kind, found.failures) == ("unknown", ()), found.text


@check_rows(
    ("text", "title"),
    [
        ("INFO starting\nINFO done", OUTPUT),
        ("INFO link done\nINFO artifact uploaded\nINFO run finished", OUTPUT),
        ("epoch 1 loss 0.3\nepoch 2 loss 0.2", OUTPUT),
        ("Epoch 1/3\n100%|###| 12/12\nSaved model", OUTPUT),
        ("2026-01-01 12:00:00 INFO linked artifact zoo to the registry", OUTPUT),
        ("wandb: Syncing run zoo\nwandb: Synced 5 files", OUTPUT),
        ("make: *** [Makefile:3: train] Error 1", "make: *** [Makefile:3: train] Error 1"),
        (
            "make: *** [Makefile:3: train] Error 1\nmake: *** [Makefile:9: all] Error 2",
            "make: *** [Makefile:9: all] Error 2",
        ),
        ("ValueError: x\nmake: *** [Makefile:3: train] Error 1", "ValueError: x"),
        ("pip install wandb", "not recognized"),
        ("WANDB_ENTITY=team-a", "not recognized"),
    ],
)
def test_an_output_without_an_error_is_never_well(text: str, title: str) -> None:
    found = explain(text)
    assert (found.title, found.is_recognized, found.failures) == (title, False, ()), found.text
    reports_others = "it reports that another program failed, and not why: give regilink the lines before it"
    assert (reports_others in found.notes) == title.startswith("make")


@check_rows(
    ("text", "is_own"),
    [
        ("All well", True),
        ("All well: 1 link checked, no problems (2 requests, 30 ms)", True),
        ("$ regilink lint\nNothing found in 1 file.", True),
        ("Found 1 error, 1 warning in 2 files. 1 can be fixed with --fix.", True),
        ("1 problem. Lines marked -> show what to change. (0 requests, 114 ms)", True),
        ("No link was checked: there is none in 1 file.", True),
        ("問題ありません", True),
        ("問題 1 件。-> の行が変更すべき内容です。(リクエスト 0 件、114 ms)", True),
        ("モデルがレジストリに表示されません。問題ありません", False),
        ("All well?", False),
        ("I linked my model but the registry is empty. What to do", False),
        ("Target path: my model went to a project instead of the registry", False),
        ("My model is not in the registry.\nTarget path: model/zoo", False),
        ("My link went to my personal project.\nYour teams: none", False),
        ("My model is not in the registry.\nAll well: 1 link checked, no problems (2 requests, 30 ms)", False),
        ("All well. My model is not in the registry", False),
        ("モデルがレジストリに表示されません。コレクション。", False),
        ("all is well but no model is in the registry", False),
        ("Nothing found in the registry", False),
        ("Nothing was linked to the registry", False),
        ("no problems with wandb but nothing was linked", False),
    ],
)
def test_a_sentence_of_regilinks_own_report_is_recognized(text: str, is_own: bool) -> None:
    found = explain(text)
    assert (found.title == "a sentence of regilink's own report, not an error of W&B") == is_own, found.text
    assert not (is_own and found.is_recognized)


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
