"""No test reaches a real W&B server: the guard, and the `requests` backend for code that calls the endpoint itself."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable

import pytest
import requests
import wandb
from suites import Run
from test_server_fixture import link

from pytest_regilink import Regilink
from pytest_regilink.guard import Guard


def send_without_environment() -> None:
    session = requests.Session()
    session.trust_env = False
    session.get("https://api.forge.coreweave.com/graphql")


def start_program() -> None:
    program = "import urllib.request as u; u.urlopen('https://api.wandb.ai')"
    subprocess.run([sys.executable, "-S", "-c", program], capture_output=True)


def ask_with_wandb() -> None:
    os.environ.update(WANDB_API_KEY="0" * 40, WANDB_BASE_URL="https://api.wandb.ai")
    print(wandb.Api().viewer)


@pytest.mark.parametrize(
    ("call", "host"),
    [
        (lambda: requests.get("https://api.wandb.ai/graphql"), "api.wandb.ai:443"),
        (send_without_environment, "api.forge.coreweave.com:443"),
        (lambda: socket.create_connection(("api.wandb.ai", 443)), "api.wandb.ai:443"),
        (lambda: asyncio.run(asyncio.open_connection("wandb.ai", 443)), "wandb.ai:443"),
        (start_program, "api.wandb.ai:443"),
        (ask_with_wandb, "api.wandb.ai:443"),
    ],
    ids=["requests", "without environment", "socket", "asyncio", "program", "wandb"],
)
def test_a_real_server_is_noticed(
    _regilink_fence: object,  # noqa: PT019
    pytestconfig: pytest.Config,
    call: Callable[[], object],
    host: str,
) -> None:
    from pytest_regilink.isolation import isolation_of

    with Guard(_regilink_fence, isolation_of(pytestconfig)) as guard:  # type: ignore[arg-type]
        assert guard.verdict is None
        with contextlib.suppress(Exception):
            call()
    assert host in guard.reached
    assert f"the test tried to reach a real W&B server: {host}" in str(guard.verdict)
    assert socket.getaddrinfo.__module__ == "socket"
    assert "HTTPS_PROXY" not in os.environ


def test_the_error_names_the_guard(regilink_guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConnectionError, match="regilink_guard lets no test reach it"):
        socket.getaddrinfo("api.wandb.ai", 443)
    monkeypatch.setattr(regilink_guard, "_seen", [])


def test_the_emulator_is_not_a_real_server(regilink: Regilink, regilink_guard: Guard) -> None:
    link()
    assert regilink.assert_linked("wandb-registry-model/zoo").requested == "wandb-registry-model/zoo"
    assert not regilink_guard.reached


def test_a_test_that_reached_a_real_server_fails_whatever_came_of_it(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import contextlib
        import socket

        def test_it(regilink_guard):
            with contextlib.suppress(Exception):
                socket.create_connection(("api.wandb.ai", 443))
        """
    )
    result = run("--tb=short")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["the test tried to reach a real W&B server: api.wandb.ai:443. *"])


def ask_viewer(url: str) -> str:
    answer = requests.post(
        f"{url}/graphql", json={"query": "{ viewer { username } }"}, auth=("api", os.environ["WANDB_API_KEY"])
    )
    return str(answer.json()["data"]["viewer"]["username"])


def test_code_that_calls_the_endpoint_with_requests_finds_the_same_world(
    regilink: Regilink, regilink_responses: object
) -> None:
    assert ask_viewer("https://api.wandb.ai") == "alice"
    assert ask_viewer("https://api.forge.coreweave.com") == "alice"
    assert ask_viewer(os.environ["WANDB_BASE_URL"]) == "alice"
    link()
    regilink.assert_linked("wandb-registry-model/zoo")


def test_more_can_be_answered(regilink_responses) -> None:
    regilink_responses.add("GET", "https://example.org/", body="hello")
    assert requests.get("https://example.org/").text == "hello"
