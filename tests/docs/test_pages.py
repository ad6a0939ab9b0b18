"""The examples of the site do what the pages say: every command is run, in the order of the page."""

import re
import sys
from pathlib import Path

import pytest
import run_pages
import site_pages
from tables import check_rows

from pytest_regilink import plugin
from regilink_doctor.cli import COMMANDS
from regilink_doctor.rules.index import RULES

DOCS = run_pages.DOCS
SLOW = re.compile(r"^\$ (pytest|python|regilink (dry-run|emulator|demo)) ", re.MULTILINE)
"""Commands that start wandb."""


def _pages() -> list[object]:
    pages = []
    for page in run_pages.find_pages():
        marks = [pytest.mark.slow] if SLOW.search(page.read_text(encoding="utf-8")) else []
        pages.append(pytest.param(page, id=page.relative_to(DOCS).as_posix(), marks=marks))
    return pages


@pytest.mark.parametrize("page", _pages())
def test_the_commands_of_a_page_print_what_it_says(page: Path) -> None:
    for ran in run_pages.run_page(page):
        assert ran.fits, f"$ {ran.command}\n{ran.printed}\nrun: python tools/run_pages.py --update {page.name}"


@check_rows("page", [page for page in run_pages.find_pages() if run_pages.find_translations(page)])
def test_translated_pages_have_the_examples_of_the_page(page: Path) -> None:
    for translated in run_pages.find_translations(page):
        assert run_pages.read_blocks(translated) == run_pages.read_blocks(page), "run: python tools/run_pages.py --copy"


def test_a_page_that_is_wrong_does_not_fit() -> None:
    ran = run_pages.Ran("cmd", "first\n...\nlast 3 of ...\n", "first\nsecond\nlast 3 of 4\n", 0, 0)
    assert ran.fits
    assert not run_pages.Ran("cmd", "first\nlast\n", "first\nsecond\nlast\n", 0, 0).fits
    assert not run_pages.Ran("cmd", "", "something\n", 0, 0).fits


def test_each_fixture_is_on_the_page_of_the_plugin() -> None:
    """The ones that pytest offers where a fixture is not found."""
    page = (DOCS / "pytest.md").read_text(encoding="utf-8")
    assert "regilink" in plugin.__all__
    assert [name for name in plugin.__all__ if f"`{name}`" not in page] == []


def test_each_rule_and_command_has_its_place_on_the_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_pages, "PAGES", tmp_path / "pages")
    site_pages.write_pages()
    for suffix in ("", *(f".{language}" for language in site_pages.LANGUAGES)):
        names = {f"{code}{suffix}.md" for code in RULES}
        assert names <= {page.name for page in (tmp_path / "pages" / "rules").iterdir()}
    commands = (tmp_path / "pages" / "commands.md").read_text(encoding="utf-8")
    assert re.findall(r"^## regilink (\S+)$", commands, re.MULTILINE) == list(COMMANDS)
    assert "| `--output-format" in commands
    assert "`REGILINK_OUTPUT_FORMAT`" in commands
    pages = {page.relative_to(tmp_path / "pages").as_posix() for page in (tmp_path / "pages").rglob("*.md")}
    for page in sorted(pages):
        text = (tmp_path / "pages" / page).read_text(encoding="utf-8")
        prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        for link in re.findall(r"\]\((?!https?:)([^)#]+\.md)(?:#[^)]*)?\)", prose):
            assert (tmp_path / "pages" / page).parent.joinpath(link).exists(), f"{page} leads to {link}"


@pytest.mark.skipif(sys.version_info < (3, 11) or sys.platform == "win32", reason="needs the size of a terminal")
def test_the_picture_of_readme_shows_what_lint_prints() -> None:
    import make_picture  # needs the terminals of Linux and macOS, and Python 3.11

    def texts(picture: str) -> list[str]:
        return re.findall(r"<text [^>]*>([^<]*)</text>", picture)

    shown = make_picture.PICTURE.read_text(encoding="utf-8")
    assert texts(shown) == texts(make_picture.make_picture()), "run: python tools/make_picture.py"
    assert "http" not in re.sub(r'xmlns="[^"]*"', "", shown)


def test_no_line_of_a_japanese_page_ends_inside_a_sentence() -> None:
    """A browser shows the end of a line as a space, which Japanese does not have."""
    letter = "[\u3040-\u30ff\u4e00-\u9fff]"
    for path in (DOCS.parent / "README.ja.md", *DOCS.rglob("*.ja.md")):
        prose = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        assert re.findall(f".{letter}\n *{letter}.", prose) == [], path
