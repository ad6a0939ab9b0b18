"""The screens of doctor, explain and rule in Japanese; JSON stays English."""

import io
import re
from pathlib import Path

from in_process import run_command
from rich.console import Console

from regilink_doctor.core.check_result import CheckResult
from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.origin import Argument, Setting, Variable
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.doctor.diagnosis import Diagnosis
from regilink_doctor.languages import load_translation
from regilink_doctor.report.doctor import render_full, to_json
from regilink_doctor.report.doctor.redact import redact_diagnosis
from regilink_doctor.report.listings import split_documentation
from regilink_doctor.rules import rule_for

JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
CHECK = CheckResult(
    "organization",
    "fail",
    "wandb-registry-model/zoo",
    say("{entity} is a team without an organization", entity='"team-a"'),
    "REG207",
    join_phrases("\n", ["first line of help", say("write {code}", code="x")]),
    Variable("WANDB_ENTITY"),
    note="W&B finds no registry to link into",
    group="Links",
)
DIAGNOSIS = Diagnosis(
    (CHECK, CheckResult("host", "pass", "https://h", say("{subject} answered in {number} ms", subject="h", number=5))),
    ((say("entity"), Setting("project", Argument("--entity"))),),
    (),
    names=(("team", "team-a"),),
)


def show(diagnosis: Diagnosis, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False, highlight=False)
    render_full(diagnosis, console, translate=load_translation("ja", "messages"))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


class TestDoctor:
    def test_messages_notes_help_origins_and_the_verdict(self) -> None:
        shown = show(DIAGNOSIS)
        assert '"team-a" は組織に属さないチームです' in shown
        assert "  備考: W&B はリンク先のレジストリを見つけられません" in shown
        assert "  -> first line of help\n  -> x と書いてください" in shown
        assert "(環境変数 WANDB_ENTITY)" in shown
        assert "問題 1 件。-> の行が変更すべき内容です。(リクエスト 0 件、0 ms)" in shown

    def test_a_value_that_is_called_like_a_word_stays(self) -> None:
        assert re.search(r"エンティティ +project +引数 --entity", show(DIAGNOSIS))

    def test_names_are_hidden_in_every_language(self) -> None:
        shown = show(redact_diagnosis(DIAGNOSIS))
        assert "team-a" not in shown
        assert '"team-1" は組織に属さないチームです' in shown

    def test_json_stays_english(self) -> None:
        assert JAPANESE.search(to_json(DIAGNOSIS)) is None

    def test_a_narrow_terminal(self) -> None:
        assert all(Console(width=200).measure(line).maximum <= 60 for line in show(DIAGNOSIS, 60).splitlines())


class TestExplain:
    def test_a_failure(self, tmp_path: Path) -> None:
        text = "".join(run_command("explain", "A1", "--lang", "ja", cwd=tmp_path).stdout.split())
        translate = load_translation("ja", "failures")
        failure = FAILURES["A1"]
        for label, words in (
            ("何が起きるか", failure.happens),
            ("見分け方", failure.recognize),
            ("対処", failure.help),
        ):
            assert "".join(f"{label}: {translate(words)}".split()) in text

    def test_json_stays_english(self, tmp_path: Path) -> None:
        english = run_command("explain", "A1", "--output-format", "json", cwd=tmp_path).stdout
        japanese = run_command("explain", "A1", "--output-format", "json", cwd=tmp_path, REGILINK_LANG="ja").stdout
        assert japanese == english

    def test_a_path(self, tmp_path: Path) -> None:
        text = run_command("explain", "wandb-registry-model", "--lang", "ja", cwd=tmp_path).stdout
        assert text.startswith("レジストリのものではない target path\n")
        assert "\n問題点:\n  REG102: " in text
        assert "\n    対処: " in text

    def test_the_list(self, tmp_path: Path) -> None:
        text = run_command("explain", "--list", "--lang", "ja", cwd=tmp_path).stdout
        assert "  A1   レジストリのプレフィックスがない  [REG101, エラーなし]" in text


class TestRule:
    def test_its_documentation(self, tmp_path: Path) -> None:
        text = "".join(run_command("rule", "REG101", "--lang", "ja", cwd=tmp_path).stdout.split())
        translate = load_translation("ja", "rules")
        for paragraph in split_documentation(rule_for("REG101").documentation):
            assert "".join(translate(paragraph).split()) in text
        assert "指摘される例:" in text

    def test_markdown(self, tmp_path: Path) -> None:
        text = run_command("rule", "REG101", "--lang", "ja", "--output-format", "markdown", cwd=tmp_path).stdout
        assert "\n指摘される例:\n\n```python\n" in text

    def test_the_list(self, tmp_path: Path) -> None:
        assert JAPANESE.search(run_command("rules", "--lang", "ja", cwd=tmp_path).stdout)
