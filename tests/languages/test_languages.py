"""Messages in other languages: which language is chosen, what is translated, and what stays English."""

import json
import pickle
from pathlib import Path

import pytest
from in_process import run_command

from regilink_doctor.core.phrases import counted, join_phrases, rewrite_phrase, say
from regilink_doctor.core.text import text_width, wrap_text
from regilink_doctor.languages import Translation, list_languages, load_translation, read_entries

MISTAKE = 'import wandb\nrun = wandb.init(entity="team-a")\nrun.link_artifact(artifact, "wandb-registry-model")\n'
ENGLISH = "names a registry but no collection"
JAPANESE = "コレクションがありません"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("REGILINK_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "train.py").write_text(MISTAKE, encoding="utf-8")
    return tmp_path


def translation(content: str) -> Translation:
    forms = {text: entry.forms for text, entry in read_entries(content).items()}
    return Translation("xx", forms, lambda number: int(number != 1))


class TestWhichLanguage:
    def test_english_without_a_locale(self, project: Path) -> None:
        assert ENGLISH in run_command("lint", cwd=project).stdout

    @pytest.mark.parametrize("name", ["ja", "JA", "ja_JP", "ja-JP", "ja_JP.UTF-8"])
    def test_option(self, project: Path, name: str) -> None:
        assert JAPANESE in run_command("lint", "--lang", name, cwd=project).stdout

    @pytest.mark.parametrize("variable", ["LC_ALL", "LC_MESSAGES", "LANG"])
    def test_locale(self, project: Path, variable: str) -> None:
        assert JAPANESE in run_command("lint", cwd=project, **{variable: "ja_JP.UTF-8"}).stdout

    def test_locales_in_their_order(self, project: Path) -> None:
        assert ENGLISH in run_command("lint", cwd=project, LC_ALL="C.UTF-8", LANG="ja_JP.UTF-8").stdout
        assert JAPANESE in run_command("lint", cwd=project, LC_MESSAGES="ja_JP.UTF-8", LANG="en_US.UTF-8").stdout

    def test_a_locale_without_catalogs_is_english(self, project: Path) -> None:
        result = run_command("lint", cwd=project, LANG="tlh_KL.UTF-8")
        assert ENGLISH in result.stdout
        assert result.stderr == ""

    def test_configuration_beats_the_locale(self, project: Path) -> None:
        (project / "regilink.toml").write_text('lang = "ja"\n', encoding="utf-8")
        assert JAPANESE in run_command("lint", cwd=project, LANG="en_US.UTF-8").stdout

    def test_variable_beats_the_configuration(self, project: Path) -> None:
        (project / "regilink.toml").write_text('lang = "ja"\n', encoding="utf-8")
        assert ENGLISH in run_command("lint", cwd=project, REGILINK_LANG="en").stdout

    def test_option_beats_the_variable(self, project: Path) -> None:
        assert ENGLISH in run_command("lint", "--lang", "en", cwd=project, REGILINK_LANG="ja").stdout

    def test_windows(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        import _locale

        monkeypatch.setattr(_locale, "_getdefaultlocale", lambda: ("ja_JP", "cp932"), raising=False)
        monkeypatch.setattr("regilink_doctor.cli.options._is_windows", lambda: True)
        assert JAPANESE in run_command("lint", cwd=project).stdout

    def test_unknown_language(self, project: Path) -> None:
        result = run_command("lint", "--lang", "tlh", cwd=project)
        assert result.returncode == 2
        assert result.stderr == 'regilink: --lang is "tlh", not one of en, ja\n'

    def test_unknown_language_in_the_configuration(self, project: Path) -> None:
        (project / "regilink.toml").write_text('lang = "tlh"\n', encoding="utf-8")
        result = run_command("lint", cwd=project)
        assert result.returncode == 2
        assert result.stderr == 'regilink: regilink.toml: lang is "tlh", not one of en, ja\n'

    def test_every_language_is_a_folder_with_catalogs(self) -> None:
        assert list_languages() == ["en", "ja"]


class TestLint:
    def test_labels_and_summary(self, project: Path) -> None:
        text = run_command("lint", "--lang", "ja", cwd=project).stdout
        assert text.startswith("エラー[REG102] ")
        assert "\n  備考: " in text
        assert "\n  対処: " in text
        assert text.endswith("1 ファイルでエラー 1 件が見つかりました。\n")

    def test_concise(self, project: Path) -> None:
        text = run_command("lint", "--lang", "ja", "--output-format", "concise", cwd=project).stdout
        assert text.startswith("train.py:3:30: REG102 ")
        assert JAPANESE in text

    @pytest.mark.parametrize("name", ["json", "json-lines", "sarif", "junit", "github", "gitlab", "azure", "rdjson"])
    def test_formats_for_programs_stay_english(self, project: Path, name: str) -> None:
        japanese = run_command("lint", "--output-format", name, cwd=project, LANG="ja_JP.UTF-8")
        english = run_command("lint", "--output-format", name, cwd=project)
        assert ENGLISH in japanese.stdout
        assert japanese.stdout == english.stdout

    def test_the_status_and_the_file_are_the_same(self, project: Path) -> None:
        result = run_command("lint", "--lang", "ja", "--output-file", "report.txt", cwd=project)
        assert result.returncode == 1
        assert JAPANESE in (project / "report.txt").read_text(encoding="utf-8")


class TestPhrases:
    def test_a_phrase_is_its_english_string(self) -> None:
        phrase = say("the {color} door", color="red")
        assert phrase == "the red door"
        assert json.dumps([phrase]) == '["the red door"]'
        assert type(str(phrase)) is str

    def test_values_that_are_phrases_are_translated(self) -> None:
        shown = translation('msgid "the {what}"\nmsgstr "LE {what}"\n\nmsgid "door"\nmsgstr "PORTE"')
        assert shown(say("the {what}", what=say("door"))) == "LE PORTE"

    def test_values_that_are_names_are_not(self) -> None:
        shown = translation('msgid "the {what}"\nmsgstr "LE {what}"\n\nmsgid "door"\nmsgstr "PORTE"')
        assert shown(say("the {what}", what="door")) == "LE door"

    def test_braces_in_values_stay(self) -> None:
        shown = translation('msgid "the {what}"\nmsgstr "LE {what}"')
        assert shown(say("the {what}", what="{other}")) == "LE {other}"

    def test_a_template_without_values_is_taken_as_it_is(self) -> None:
        assert say("write {}") == "write {}"

    def test_numbers_choose_their_form(self) -> None:
        shown = translation(
            'msgid "{number} file"\nmsgid_plural "{number} files"\nmsgstr[0] "{number} UN"\nmsgstr[1] "{number} DEUX"'
        )
        assert [shown(counted(number, "file")) for number in (1, 2)] == ["1 UN", "2 DEUX"]

    def test_a_layout_translates_its_parts(self) -> None:
        shown = translation('msgid "door"\nmsgstr "PORTE"')
        assert shown(join_phrases("; ", ["door", say("door"), "x"])) == "PORTE; PORTE; x"

    def test_what_a_catalog_lacks_is_english(self) -> None:
        assert translation("")(say("the {what}", what="door")) == "the door"

    def test_rewriting_changes_the_values(self) -> None:
        shown = translation('msgid "the key {key}"\nmsgstr "KEY: {key}"')
        hidden = rewrite_phrase(say("the key {key}", key="secret"), lambda text: text.replace("secret", "***"))
        assert hidden == "the key ***"
        assert shown(hidden) == "KEY: ***"

    def test_a_phrase_survives_another_process(self) -> None:
        shown = translation('msgid "the {what}"\nmsgstr "LE {what}"')
        phrase = pickle.loads(pickle.dumps(say("the {what}", what="door")))
        assert phrase == "the door"
        assert shown(phrase) == "LE door"


class TestCatalogFiles:
    def test_lines_are_joined_and_unescaped(self) -> None:
        entries = read_entries('msgid ""\n"one\\n"\n"\\"two\\" \\\\n"\nmsgstr "x\\ty"')
        assert entries['one\n"two" \\n'].forms == ("x\ty",)

    def test_fuzzy_entries_are_marked(self) -> None:
        assert read_entries('#, fuzzy, brace-format\nmsgid "a"\nmsgstr "b"')["a"].fuzzy

    def test_plural_rules_are_those_of_the_header(self) -> None:
        assert load_translation("ja", "messages")(counted(1, "file")) == "1 ファイル"
        assert load_translation("ja", "messages")(counted(2, "file")) == "2 ファイル"


class TestWrapping:
    TEXT = "レジストリ「model」には、このコレクションがありません。wandb-registry-model/zoo と書いてください。"

    @pytest.mark.parametrize("width", [20, 30, 33, 60])
    def test_wide_letters_fill_lines(self, width: int) -> None:
        lines = wrap_text(self.TEXT, width, 2)
        assert "".join(lines).replace(" ", "") == self.TEXT.replace(" ", "")
        assert all(text_width(line) <= max(width - 2, len("wandb-registry-model/zoo")) for line in lines)

    def test_no_line_begins_with_a_closing_mark(self) -> None:
        for width in range(8, 60):
            lines = wrap_text(self.TEXT, width, 0)
            assert not any(line[0] in "、。」" or line[-1] == "「" for line in lines)

    def test_words_of_latin_letters_stay_whole(self) -> None:
        assert wrap_text("one two three", 7, 0) == ["one two", "three"]
        assert any("wandb-registry-model/zoo" in line for line in wrap_text(self.TEXT, 20, 0))
