"""The screens of the commands, the doctor's page and the language server in Japanese; JSON stays English."""

import html
import io
import re
from pathlib import Path

from in_process import run_command
from rich.console import Console

from regilink_doctor.core.check_result import CheckResult
from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.ledger import AliasChange, Assumed, LinkAttempt
from regilink_doctor.core.origin import Argument, Setting, Variable
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.core.problems import Problem
from regilink_doctor.doctor.diagnosis import Diagnosis
from regilink_doctor.languages import load_translation
from regilink_doctor.report.doctor import render_full, to_json
from regilink_doctor.report.doctor.page import to_html
from regilink_doctor.report.doctor.redact import redact_diagnosis
from regilink_doctor.report.dry_run import render as render_dry_run
from regilink_doctor.report.listings import split_documentation
from regilink_doctor.report.summary import summarize_run
from regilink_doctor.report.verify import render as render_verified
from regilink_doctor.rules import rule_for
from regilink_doctor.workflows.dry_run import ArtifactMade, Consumed, DryRun, Link, RunMade
from regilink_doctor.workflows.lint import LintResult
from regilink_doctor.workflows.verify import Verification

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


TRANSLATE = load_translation("ja", "messages")
ENGLISH = re.compile(r"\b(?:the|is|was|are|not|of|and|no|could|would|with|in|from|by|files?|links?|checks?)\b")
"""Words that no name in these reports has."""


def test_sentences_follow_without_a_space() -> None:
    result = LintResult()
    result.files = 2
    result.unreadable = ["a.py: Permission denied"]
    shown = TRANSLATE(summarize_run(result))
    assert "。" in shown[:-1]
    assert "。 " not in shown


def test_the_page_of_the_doctor() -> None:
    page = to_html(DIAGNOSIS, circumstances=[(say("date"), "2026")], translate=TRANSLATE)
    assert '<html lang="ja">' in page
    text = html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL))
    assert "問題 1 件 。変更すべき内容はそれぞれの下にあります。(リクエスト 0 件、0 ms)" in text
    assert '"team-a" は組織に属さないチームです' in text
    assert [word for word in ENGLISH.findall(text) if word != "of"] == []  # of the help, which is not a phrase here


def test_what_was_verified() -> None:
    results = (
        Verification("wandb-registry-model/zoo", "ok", "acme/wandb-registry-model/zoo:v1", ("best",), "model"),
        Verification("wandb-registry-model/cat", "absent", problems=("it is missing, or restricted",)),
        Verification("{?}", "skipped", problems=(say("{what} is known only when the program runs", what="`x`"),)),
    )
    lines = list(render_verified(results, translate=TRANSLATE))
    assert lines[0] == "OK        wandb-registry-model/zoo"
    assert not ENGLISH.findall("\n".join(lines))
    assert lines[-1].startswith("名前 2 個を確認しました。")


def test_a_dry_run() -> None:
    refused = LinkAttempt(
        user="alice", run="team-a/p/1", source="team-a/p/zoo:v0", source_type="model", requested="wandb-registry-x/zoo",
        entity="team-a", project="wandb-registry-x", collection="zoo", destination=None, aliases=("best",),
        verdict="refused", code="REG301", failure="B3", message="", version=None,
    )  # fmt: skip
    outcome = DryRun(
        argv=("python", "train.py"),
        status=3,
        interrupted=False,
        world=say("the catalog of {names}", names="Acme"),
        entity="team-a",
        entity_source=None,
        assumed=(Assumed("team", "team-a"),),
        runs=(RunMade("team-a", "p", "1", "one", "finished", 1, 2),),
        artifacts=(ArtifactMade("team-a/p/zoo:v0", "model", ("best",), 1, 3, None),),
        links=(Link(refused, rule_for("REG301").explain(_unknown_registry())),),
        consumed=(Consumed("cat:v1", ("use", "download"), stub=True),),
        alias_changes=tuple(
            AliasChange("a/p/z", "x", *change)
            for change in (("v0", "v1"), ("v0", None), (None, "v0"), (None, None, ""))
        ),
        blocked_hosts=(("api.wandb.ai", 2),),
    )
    lines = list(render_dry_run(outcome, translate=TRANSLATE))
    assert not ENGLISH.findall("\n".join(lines[1:]))
    assert lines[-1].startswith("コマンドは終了ステータス 3 で終了しました")


def _unknown_registry() -> Problem:
    return Problem("REG301", facts={"registry": "x", "registries": "model", "path": "wandb-registry-x/zoo"})
