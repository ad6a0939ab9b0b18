"""A real browser without a window, and the built site on a server of its own, for tests and benchmarks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
TIMEOUT = 60
"""Seconds until what a page is waited for counts as missing."""


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

    def press(self, key: str) -> None:
        text = {"text": "\r"} if key == "Enter" else {}
        code = {"Tab": 9, "Enter": 13}[key]
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text)

    @property
    def text(self) -> str:
        return str(self.run("document.getElementById('regilink-playground').innerText"))

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(TIMEOUT)
        self._reader.close()
        os.close(self._out)


def show_page(address: str, folder: Path, *arguments: str) -> str:
    """Start Chromium for one page and one thing, such as `--dump-dom` or `--screenshot=FILE`; what it prints."""
    command = [str(BROWSER), "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile"]
    done = subprocess.run(
        [*command, *arguments, address],
        capture_output=True,
        timeout=2 * TIMEOUT,
        check=True,
        env={**os.environ, "HOME": str(folder)},
    )
    return done.stdout.decode()


class _Site(SimpleHTTPRequestHandler):
    """A folder of files, without a log."""

    def log_message(self, *_: object) -> None: ...


@contextmanager
def serve_site(folder: Path) -> Iterator[ThreadingHTTPServer]:
    """A server for a built site, on a free port of the loopback interface."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Site, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
