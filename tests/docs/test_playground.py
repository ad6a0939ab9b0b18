"""The playground of the site: its answers, and the page in a real browser.

The pages are those that `python tools/site_pages.py` has built.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import playground_engine
import pytest
import site_pages
from browser import BROWSER, Browser, serve_site
from playground_engine import restrict_page

sys.path.insert(0, str(site_pages.ROOT / "docs" / "assets"))
import playground

HAS_ENGINE = (site_pages.SITE / "assets" / "playground-engine.json").exists()
LINK = "wandb_registry-model/churn:latest"
CODE = f'import wandb\n\nrun = wandb.init(entity="team-a", project="p")\nrun.link_artifact(a, "{LINK}")\n'
EVIL = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
needs_browser = [
    pytest.mark.skipif(BROWSER is None, reason="chromium is not installed"),
    pytest.mark.skipif(os.name == "nt", reason="the pipe of Chromium needs the descriptors of POSIX"),
    pytest.mark.skipif(not HAS_ENGINE, reason="no site with the engine: python tools/site_pages.py"),
]


def ask(**values: object) -> dict[str, Any]:
    question = {"language": "en", "name": "train.py", "code": "", "text": "", "catalog": "", **values}
    answer: dict[str, Any] = json.loads(playground.answer(json.dumps(question)))
    return answer


def test_code_gives_findings_with_places_and_where_its_links_go() -> None:
    answer = ask(code=CODE)
    assert [finding["code"] for finding in answer["findings"]] == ["REG104", "REG107"]
    assert answer["findings"][0]["span"] == [4, 23, 4, 43]
    assert [link["path"] for link in answer["links"]] == ["wandb_registry-model/churn:latest"]
    assert 'project "wandb_registry-model"' in answer["links"][0]["explanation"]


def test_a_link_is_explained_with_what_the_code_knows_of_it() -> None:
    calls = ('f"wandb-registry-{kind}/zoo"', '"zoo"')
    code = "".join([CODE.partition("run.link")[0], *(f"run.link_artifact(a, {path})\n" for path in calls)])
    computed, plain = (link["explanation"] for link in ask(code=code)["links"])
    assert "REG110" not in computed  # the mark of an unknown part is no letter of a name
    assert "known only when the program runs: `kind`" in computed
    assert "entity       team-a" in plain
    assert 'collection "zoo" in the run\'s own project, not a registry' in plain
    assert "Artifact.link" not in plain.partition("Write:")[0]


def test_one_fix_or_all_safe_ones_are_applied() -> None:
    assert '"wandb-registry-model/churn:latest"' in ask(code=CODE, fix=0)["code"]
    assert '"wandb_registry-model/churn"' in ask(code=CODE, fix=1)["code"]
    assert ask(code=CODE, fix=None)["code"] == CODE.replace(LINK, "wandb-registry-model/churn")


def test_a_path_and_an_error_are_explained_in_both_languages() -> None:
    assert 'registry "model"' in ask(text="wandb-registry-model/zoo")["explanation"]
    assert 'レジストリ "model"' in ask(text="wandb-registry-model/zoo", language="ja")["explanation"]
    assert ask(code=CODE, language="ja")["findings"][1]["help"].endswith("latest です")


def test_a_catalog_is_used_and_a_bad_one_is_reported() -> None:
    catalog = (site_pages.ROOT / "tests" / "cases" / "lint" / "acme.catalog.json").read_text(encoding="utf-8")
    code = CODE.replace(LINK, "wandb-registry-modle/churn")
    assert "REG301" not in [finding["code"] for finding in ask(code=code)["findings"]]
    assert "REG301" in [finding["code"] for finding in ask(code=code, catalog=catalog)["findings"]]
    for bad in ("{", "[]", '{"version": 99}', "[" * 100_000):
        assert ask(code=code, catalog=bad)["catalogProblem"], bad


def test_an_error_is_explained_with_its_causes() -> None:
    text = 'Traceback (most recent call last):\n  File "t.py", line 3, in <module>\n    run.link_artifact(a, "x/y")\n'
    explanation = ask(text=f"{text}wandb.errors.errors.CommError: permission denied")["explanation"]
    assert explanation.startswith("Error: permission denied\n")
    assert "raised at t.py:3" in explanation
    assert "Role too low" in explanation
    assert "Error not known" in ask(text=f"{text}zoo.OddError: the giraffe is out")["explanation"]


def test_columns_count_letters_beyond_the_basic_plane_once() -> None:
    finding = ask(code=CODE.replace("run.link", 'print("🚂🚂"); run.link'))["findings"][0]
    assert finding["span"] == [4, 36, 4, 56]


def test_a_kind_of_file_that_is_not_read_is_not_well() -> None:
    for name in ("train.js", "README.md"):
        assert ask(name=name, code=CODE)["unread"] == [f"{name}: skipped: regilink does not read this kind of file"]
    assert ask(name="train", code=CODE)["findings"]


def test_what_cannot_be_read_is_reported_once() -> None:
    answer = ask(code="import wandb\nrun.link_artifact(a, 'wandb-registry-model/zoo'\n")
    assert [finding["code"] for finding in answer["findings"]] == ["REG000"]
    assert not answer["unread"]


def test_the_policy_of_a_page_names_its_own_scripts(tmp_path: Path) -> None:
    page = tmp_path / "ja" / "playground" / "index.html"
    page.parent.mkdir(parents=True)
    script = '<script src="../assets/playground.mjs"></script>'
    page.write_text(f"<html><head></head><script>f()</script>{script}</html>", encoding="utf-8")
    restrict_page(page, tmp_path)
    text = page.read_text(encoding="utf-8")
    assert 'src="../../assets/playground.mjs"' in text
    assert text.count("'sha256-") == 1
    assert "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'sha256-" in text
    assert "'unsafe-inline'" not in text.partition("script-src")[2].partition(";")[0]


def test_a_site_without_the_engine_is_built_unless_it_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(site_pages, "SITE", tmp_path)
    monkeypatch.setattr(playground_engine, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(playground_engine.shutil, "which", lambda _: str(tmp_path / "npm"))
    site_pages.complete_playground(strict=False)
    assert "the playground has no engine: " in capsys.readouterr().err
    with pytest.raises(SystemExit, match="the engine of the playground: "):
        site_pages.complete_playground(strict=True)


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with serve_site(site_pages.SITE) as server:
        yield server


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    browser = Browser(tmp_path)
    yield browser
    browser.close()


class TestPage:
    pytestmark: ClassVar = [pytest.mark.slow, *needs_browser]

    def test_it_lints_fixes_and_shares_and_asks_no_other_server(
        self, browser: Browser, server: ThreadingHTTPServer
    ) -> None:
        origin = f"http://127.0.0.1:{server.server_port}/"
        browser.open(f"{origin}playground/")
        assert "REG104" in browser.text
        browser.type("code", CODE)
        assert "REG107" in browser.text
        browser.type("text", "wandb-registry-model/zoo")
        assert 'collection "zoo" of the registry "model"' in browser.text
        browser.run("document.querySelector('#regilink-playground li button').click()")  # the place
        field = "document.getElementById('playground-code')"
        selected = browser.run(f"{field}.value.slice({field}.selectionStart, {field}.selectionEnd)")
        assert selected == "wandb_registry-model"
        browser.run("document.querySelector('.playground-buttons button').click()")
        browser.wait(f"{field}.value.includes('\"wandb-registry-model/churn\"')")
        browser.wait("document.querySelectorAll('#regilink-playground li').length === 0")
        browser.run("document.querySelectorAll('.playground-buttons button')[1].click()")
        shared = browser.wait("location.hash.startsWith('#code=') && location.href")
        browser.open(shared)
        assert 'wandb-registry-model/churn"' in browser.run(f"{field}.value")
        own = (origin, "data:", f"blob:{origin}", "about:")
        assert not [url for url in browser.requests if not url.startswith(own)]
        assert any("pyodide.asm.wasm" in url for url in browser.requests)

    def test_it_can_be_used_with_the_keyboard_and_counts_letters_as_the_browser_does(
        self, browser: Browser, server: ThreadingHTTPServer
    ) -> None:
        browser.open(f"http://127.0.0.1:{server.server_port}/playground/")
        field = "document.getElementById('playground-code')"
        browser.type("code", CODE.replace("run.link", 'print("🚂🚂"); run.link'))
        browser.run(f"{field}.focus()")
        reached = []
        while "line 4, column 36" not in reached and len(reached) < 10:
            browser.press("Tab")
            reached.append(browser.run("document.activeElement.id || document.activeElement.textContent"))
        catalog = "Catalog: what `regilink catalog pull` printed (optional)"
        buttons = ["Apply the safe fixes", "Copy a link to this"]
        assert reached == ["playground-text", catalog, *buttons, "REG104", "line 4, column 36"]
        browser.press("Enter")
        assert browser.wait(f"document.activeElement === {field}")
        selected = browser.run(f"{field}.value.slice({field}.selectionStart, {field}.selectionEnd)")
        assert selected == "wandb_registry-model"

    def test_a_link_holds_no_more_than_a_page_takes(self, browser: Browser, server: ThreadingHTTPServer) -> None:
        address = f"http://127.0.0.1:{server.server_port}/playground/"
        browser.open(f"{address}#code={_pack({'name': 'train.py', 'code': 'x' * 1_000_000, 'text': ''})}")
        assert "damaged" in browser.text
        assert "REG104" in browser.text  # of the example that stays
        browser.type("code", f"{CODE}\n# {'x' * 1_000_000}\n")
        browser.run("document.querySelectorAll('.playground-buttons button')[1].click()")
        browser.wait("document.getElementById('regilink-playground').innerText.includes('too long')")

    def test_neither_page_nor_worker_can_ask_another_server(
        self, browser: Browser, server: ThreadingHTTPServer
    ) -> None:
        browser.open(f"http://127.0.0.1:{server.server_port}/playground/")
        other = f"http://localhost:{server.server_port}/"  # another origin, which would answer
        script = f"fetch('{other}', {{mode: 'no-cors'}}).then(() => 'sent', (error) => error.name)"
        assert browser.run(script) == "TypeError"
        assert browser.run_in_worker("typeof DedicatedWorkerGlobalScope") == "function"
        assert browser.run_in_worker(script) == "TypeError"

    def test_it_opens_in_japanese_without_a_server(self, browser: Browser, server: ThreadingHTTPServer) -> None:
        address = f"http://127.0.0.1:{server.server_port}/ja/playground/"
        browser.open(address)
        server.shutdown()
        server.server_close()
        browser.open(address)
        browser.type("code", CODE)
        assert "書き間違い" in browser.text

    def test_what_is_pasted_and_shared_stays_text(self, browser: Browser, server: ThreadingHTTPServer) -> None:
        address = f"http://127.0.0.1:{server.server_port}/playground/"
        packed = _pack({"name": "train.py", "code": CODE, "text": EVIL})
        browser.open(f"{address}#code={packed}")
        browser.type("code", CODE.replace("churn", EVIL.replace('"', "'").replace("'", r"\'")))
        assert "<img src=x" in browser.text
        assert (
            browser.run("document.querySelectorAll('#regilink-playground img, #regilink-playground script').length")
            == 0
        )
        assert browser.run("document.title") != "owned"
        browser.open(f"{address}?damaged#code=AAAA")
        assert "damaged" in browser.text
        assert "REG104" in browser.text


def _pack(values: dict[str, str]) -> str:
    import zlib

    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(json.dumps(values).encode()) + packer.flush()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")
