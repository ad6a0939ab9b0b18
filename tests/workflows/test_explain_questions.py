"""Questions and symptoms, in English and Japanese; and what is not one."""

from __future__ import annotations

import pytest

from regilink_doctor.core.failures import FAILURES
from regilink_doctor.workflows.explain import explain
from regilink_doctor.workflows.explain.questions import SYMPTOMS, WORDS

QUESTIONS = {
    "why does my model not appear in the registry?": "A1",
    "my model is missing from the registry": "A1",
    "why is my model not in the registry?": "A1",
    "the model isn't in the registry": "A1",
    "run.link_artifact does nothing": "A1",
    "link_artifact succeeds but nothing shows up in the registry": "A1",
    "レジストリにモデルが表示されない": "A1",
    "リンクしたのに登録されていない": "A1",
    "モデルがレジストリにない": "A1",
    "レジストリに何も入っていない": "A1",
    "[WinError 10061] 対象のコンピューターによって拒否されたため、接続できませんでした。": "C19",
    "接続が拒否されました": "C19",
    "link_artifact returned None": "C5",
    "why does the link fail?": "B1",
    "なぜリンクが失敗するのですか？": "B1",  # noqa: RUF001
    "権限がないと言われる": "B7",
    "モデルのバージョンが古い": "B12",
    "how do I promote a model to production?": "B11",
    "can I delete the source artifact after linking?": "B16",
}


@pytest.mark.parametrize(("question", "failure"), QUESTIONS.items())
def test_a_question_leads_to_the_failures_that_look_like_it(question: str, failure: str) -> None:
    found = explain(question)
    assert (found.kind, found.is_recognized) == ("question", True)
    assert found.failures[0] == failure


def test_a_path_in_a_question_is_judged() -> None:
    found = explain("why does wandb_registry_model/zoo not appear in the registry?")
    assert (found.kind, found.codes[0], found.failures[0]) == ("question", "REG104", "A4")
    assert found.target == "wandb-registry-model/zoo"


def test_names_with_spaces_or_kana_are_paths() -> None:
    for path in ("wandb-registry-Golden Datasets/raw images", "wandb-registry-モデル/動物", "レジストリ/モデル"):
        assert explain(path).kind == "target-path"


def test_other_sentences_are_unknown() -> None:
    for text in ("what is the capital of France?", "my model", "こんにちは"):
        assert (explain(text).kind, explain(text).is_recognized) == ("unknown", False)


def test_every_symptom_names_groups_and_failures_that_exist() -> None:
    for symptom in SYMPTOMS:
        assert set(symptom.groups) <= WORDS.keys()
        assert set(symptom.failures) <= FAILURES.keys()
    assert set(WORDS) == {group for symptom in SYMPTOMS for group in symptom.groups}
