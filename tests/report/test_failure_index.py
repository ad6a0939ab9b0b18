"""The failure index as a page, a list and JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

import make_failures_page
import pytest

from regilink_doctor.cli import main
from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.wandb_messages import WANDB_MESSAGES, list_sdk_sentences
from regilink_doctor.report.explanation import failures_page

PAGE = Path(__file__).parents[2] / "docs" / "failures.md"


def test_the_page_is_what_the_index_says() -> None:
    pages = make_failures_page.render_pages()
    written = {name: (PAGE.parent / name).read_text(encoding="utf-8") for name in pages}
    assert written == pages, "run python tools/make_failures_page.py"


def test_every_failure_has_an_address_and_a_complete_entry() -> None:
    page = failures_page()
    entries = dict(re.findall(r'<a id="(\w+)"></a>\n\n(.*?)(?=<a id=|\Z)', page, re.DOTALL))
    assert list(entries) == [failure.lower() for failure in FAILURES]
    for failure in FAILURES.values():
        entry = " ".join(entries[failure.id.lower()].split())
        for text in (failure.happens, failure.recognize, failure.help, f"### {failure.id}: "):
            assert text in entry
        for code in failure.codes:
            assert code in entry


def test_every_message_is_on_the_page_for_a_search_to_find() -> None:
    page = failures_page().replace("`", "'")
    for message in (*WANDB_MESSAGES, *list_sdk_sentences()):
        assert message.template.replace("{{", "{").replace("}}", "}").replace("`", "'") in page


def test_the_links_of_the_page_lead_to_rules_and_entries() -> None:
    page = failures_page()
    rules = (PAGE.parent / "rules.md").read_text(encoding="utf-8")
    for address in set(re.findall(r"\]\(rules\.md#(\w+)\)", page)):
        assert re.search(rf"^#+ {address.upper()}\b", rules, re.MULTILINE) or f'id="{address}"' in rules, address
    for address in re.findall(r"\]\(#(\w+)\)", page):
        assert f'<a id="{address}"></a>' in page


def test_the_command_lists_the_index(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--list"]) == 0
    out = capsys.readouterr().out
    assert re.findall(r"^  ([A-F]\d+b?) ", out, re.MULTILINE) == list(FAILURES)
    assert main(["explain", "--list", "--output-format", "json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert [entry["id"] for entry in value["failures"]] == list(FAILURES)
    assert main(["explain", "--list", "A1"]) == 2
