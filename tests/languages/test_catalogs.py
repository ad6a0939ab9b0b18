"""Mistakes of a catalog are found: stale entries, and fields that the English string does not have."""

from pathlib import Path

import make_messages
import pytest


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A language with one translation."""
    monkeypatch.setattr(make_messages, "FOLDER", str(tmp_path))
    monkeypatch.setattr(make_messages, "ROOT", tmp_path)
    entries = {
        "{number} file": make_messages.Entry("{number} file", "x.py", plural="{number} files", has_fields=True),
        "write {code}": make_messages.Entry("write {code}", "x.py", has_fields=True),
    }
    monkeypatch.setattr(make_messages, "collect_entries", lambda name: entries)
    (tmp_path / "xx").mkdir()
    return tmp_path


def write_catalog(folder: Path, content: str = "") -> None:
    (folder / "xx" / "messages.po").write_text(content, encoding="utf-8")
    (folder / "xx" / "messages.po").write_text(make_messages.render_catalog("xx", "messages"), encoding="utf-8")


def test_new_messages_are_missing_and_no_problem(folder: Path) -> None:
    write_catalog(folder, 'msgid "write {code}"\nmsgstr "ECRIRE {code}"')
    assert list(make_messages.find_problems("xx", "messages")) == []
    assert list(make_messages.find_missing("xx", "messages")) == ["xx/messages.po: x.py: {number} file"]


def test_stale_entries_are_a_problem(folder: Path) -> None:
    write_catalog(folder)
    with (folder / "xx" / "messages.po").open("a", encoding="utf-8") as file:
        file.write('\nmsgid "gone"\nmsgstr "PARTI"\n')
    assert list(make_messages.find_problems("xx", "messages")) == ["xx/messages.po: the code no longer has 'gone'"]
    write_catalog(folder)
    assert list(make_messages.find_problems("xx", "messages")) == []


def test_translations_have_the_fields_of_the_english(folder: Path) -> None:
    write_catalog(folder, 'msgid "write {code}"\nmsgstr "ECRIRE {Code}"')
    (problem,) = make_messages.find_problems("xx", "messages")
    assert problem == "xx/messages.po: the fields of 'ECRIRE {Code}' are not those of 'write {code}'"


def test_a_translation_ends_as_the_english_does(folder: Path) -> None:
    write_catalog(folder, 'msgid "write {code}"\nmsgstr "ECRIRE {code}\\n"')
    problem, *_ = make_messages.find_problems("xx", "messages")
    assert problem == "xx/messages.po: the translation of 'write {code}' ends with a line break"


def test_a_change_of_the_english_keeps_the_translation_as_fuzzy(folder: Path) -> None:
    write_catalog(folder, 'msgid "write {code}."\nmsgstr "ECRIRE {code}."')
    content = (folder / "xx" / "messages.po").read_text(encoding="utf-8")
    assert '#, fuzzy, brace-format\nmsgid "write {code}"\nmsgstr "ECRIRE {code}."' in content
    assert "xx/messages.po: x.py: write {code}" in make_messages.find_missing("xx", "messages")
    assert list(make_messages.find_problems("xx", "messages")) == []


def test_a_new_language_has_every_entry(folder: Path) -> None:
    write_catalog(folder)
    content = (folder / "xx" / "messages.po").read_text(encoding="utf-8")
    assert 'msgid "{number} file"\nmsgid_plural "{number} files"\nmsgstr[0] ""' in content
    assert "Plural-Forms" in content
