"""The playground of the site: its answers, and the page in a real browser.

The pages are those that `python tools/site_pages.py` has built.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import playground_engine
import pytest
import site_pages
from playground_engine import restrict_page

sys.path.insert(0, str(site_pages.ROOT / "docs" / "assets"))
import playground

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HAS_ENGINE = (site_pages.SITE / "assets" / "playground-engine.json").exists()
LINK = "wandb_registry-model/churn:latest"
CODE = f'import wandb\n\nrun = wandb.init(entity="team-a", project="p")\nrun.link_artifact(a, "{LINK}")\n'
EVIL = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
TIMEOUT = 60
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


class Browser:
    """Chromium without a window, by the DevTools protocol over its pipe: JSON that ends with a zero byte."""

    def __init__(self, folder: Path) -> None:
        from_us, self._out = os.pipe()
        self._in, to_us = os.pipe()
        options = "--headless=new --no-sandbox --disable-gpu --remote-debugging-pipe --lang=en --no-first-run"
        command = f'exec "$0" {options} --user-data-dir="$1" about:blank 3<&{from_us} 4>&{to_us}'
        self._process = subprocess.Popen(
            ["bash", "-c", command, str(BROWSER), str(folder / "profile")],
            pass_fds=(from_us, to_us),
            env={**os.environ, "HOME": str(folder)},
            stderr=subprocess.DEVNULL,
        )
        os.close(from_us)
        os.close(to_us)
        self._reader = os.fdopen(self._in, "rb")
        self._rest = b""
        self._number = 0
        self._loads = 0
        self._session: str | None = None
        self.requests: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.workers: list[str] = []
        self.call("Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=True, flatten=True)
        for domain in ("Network", "Page", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """The result of a method; addresses of requests that are reported meanwhile are written down."""
        number = self._send(method, self._session, params)
        while True:
            answer = self._read()
            if answer.get("id") == number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def _send(self, method: str, session: str | None, params: dict[str, object]) -> int:
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        return self._number

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            chunk = os.read(self._in, 1 << 16)
            assert chunk, "Chromium has ended"
            self._rest += chunk
        message, _, self._rest = self._rest.partition(b"\0")
        value: dict[str, Any] = json.loads(message)
        if value.get("method") == "Network.requestWillBeSent":
            self.requests.append(value["params"]["request"]["url"])
        if value.get("method") == "Target.attachedToTarget" and self._session is not None:
            self.workers.append(value["params"]["sessionId"])
            for method in ("Network.enable", "Runtime.runIfWaitingForDebugger"):
                self._send(method, self.workers[-1], {})
        self._loads += value.get("method") == "Page.loadEventFired"
        return value

    def run_in_worker(self, script: str) -> Any:
        """As `run`, in the worker that was started last."""
        page, self._session = self._session, self.workers[-1]
        try:
            return self.run(script)
        finally:
            self._session = page

    def run(self, script: str) -> Any:
        """The value of an expression of JavaScript, awaited where it is a promise."""
        result = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True
        )
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def wait(self, condition: str) -> Any:
        """The value of an expression when it is true, which is looked at after each change of the page."""
        return self.run(
            f"""new Promise((resolve, reject) => {{
              const look = () => {{ const value = ({condition}); if (value) resolve(value); else setTimeout(look, 20);
              }};
              setTimeout(() => reject(new Error(document.body.innerText.slice(0, 3000))), {TIMEOUT * 1000});
              look();
            }})"""
        )

    def open(self, address: str) -> None:
        for url in ("about:blank", address):  # from a page to itself with another fragment would load nothing
            self._loads = 0
            self.call("Page.navigate", url=url)
            while not self._loads:
                self._read()
        self.wait("document.documentElement.dataset.playground")

    def type(self, name: str, text: str) -> None:
        """Put a text into a field, and wait for the answer to it."""
        self.run("document.querySelector('#regilink-playground [role=status]:nth-of-type(2)').textContent = ''")
        self.run(
            f"""(() => {{ const field = document.getElementById('playground-{name}');
              field.value = {json.dumps(text)}; field.dispatchEvent(new Event('input')); }})()"""
        )
        self.wait("document.querySelector('#regilink-playground [role=status]:nth-of-type(2)').textContent")

    @property
    def text(self) -> str:
        return str(self.run("document.getElementById('regilink-playground').innerText"))

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(TIMEOUT)
        self._reader.close()
        os.close(self._out)


class _Site(SimpleHTTPRequestHandler):
    """The built site, without a log."""

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Site, directory=str(site_pages.SITE))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


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
