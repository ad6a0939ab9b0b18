"""No test reaches a real W&B server: the guard, and the `requests` backend for code that calls the endpoint itself."""

import asyncio
import contextlib
import ctypes
import multiprocessing
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
import wandb
from suites import Run
from test_server_fixture import link

from pytest_regilink import Regilink
from pytest_regilink.fixtures import find_fence
from pytest_regilink.guard import Guard


def send_without_environment() -> None:
    session = requests.Session()
    session.trust_env = False
    session.get("https://api.forge.coreweave.com/graphql")


def start_program() -> None:
    program = "import urllib.request as u; u.urlopen('https://api.wandb.ai')"
    subprocess.run([sys.executable, "-S", "-c", program], capture_output=True)


def fork_and_call(call: Callable[[], object]) -> None:
    process = multiprocessing.get_context("fork").Process(target=call)
    process.start()
    process.join(60)


def ask_with_wandb() -> None:
    os.environ.update(WANDB_API_KEY="0" * 40, WANDB_BASE_URL="https://api.wandb.ai")
    print(wandb.Api().viewer)


@pytest.mark.parametrize(
    ("call", "host"),
    [
        (lambda: requests.get("https://api.wandb.ai/graphql"), "api.wandb.ai:443"),
        (lambda: socket.gethostbyname("api.wandb.ai"), "api.wandb.ai"),
        (lambda: fork_and_call(lambda: socket.create_connection(("api.wandb.ai", 443))), "api.wandb.ai:443"),
        pytest.param(
            lambda: wandb.login(key="0" * 40, host="https://wandb.corp.example", verify=True),
            "wandb.corp.example:443",
            marks=pytest.mark.slow,  # wandb tries again after a second
        ),
        pytest.param(
            lambda: wandb.Api(overrides={"base_url": "https://wandb.corp.example"}, api_key="0" * 40).viewer,
            # wandb 0.21 verifies the key at its default host first.
            "api.wandb.ai:443" if wandb.__version__.startswith("0.21.") else "wandb.corp.example:443",
            marks=pytest.mark.slow,  # wandb tries again after a second
        ),
        (send_without_environment, "api.forge.coreweave.com:443"),
        (lambda: socket.create_connection(("api.wandb.ai", 443)), "api.wandb.ai:443"),
        (lambda: asyncio.run(asyncio.open_connection("wandb.ai", 443)), "wandb.ai:443"),
        (start_program, "api.wandb.ai:443"),
        pytest.param(ask_with_wandb, "api.wandb.ai:443", marks=pytest.mark.slow),
    ],
    ids=[
        "requests",
        "name alone",
        "fork",
        "login",
        "Api",
        "without environment",
        "socket",
        "asyncio",
        "program",
        "wandb",
    ],
)
def test_a_real_server_is_noticed(
    request: pytest.FixtureRequest,
    pytestconfig: pytest.Config,
    call: Callable[[], object],
    host: str,
) -> None:
    from pytest_regilink.isolation import isolation_of

    with Guard(find_fence(request), isolation_of(pytestconfig)) as guard:
        assert guard.verdict is None
        with contextlib.suppress(Exception):
            call()
    assert host in guard.reached
    assert f"the test tried to reach a real W&B server: {host}" in str(guard.verdict)
    assert "HTTPS_PROXY" not in os.environ


def test_the_error_names_the_guard(regilink_guard: Guard) -> None:
    with pytest.raises(ConnectionError, match="regilink lets no test reach it"):
        socket.getaddrinfo("api.wandb.ai", 443)
    assert regilink_guard.reached == ("api.wandb.ai:443",)
    regilink_guard.forget_reached()
    assert not regilink_guard.reached


@pytest.mark.slow
def test_the_users_own_key_is_neither_read_nor_written(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    assert not os.path.exists(os.environ["NETRC"])
    wandb.login(key="0" * 40, verify=False)
    assert "0" * 40 in Path(os.environ["NETRC"]).read_text(encoding="utf-8")
    assert "regilink-guard-" in os.environ["WANDB_CONFIG_DIR"]


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


@pytest.fixture
def guard(request: pytest.FixtureRequest, pytestconfig: pytest.Config) -> Iterator[Guard]:
    """A guard whose verdict does not fail the test."""
    from pytest_regilink.isolation import isolation_of

    with Guard(find_fence(request), isolation_of(pytestconfig)) as guard:
        yield guard


@pytest.fixture
def local_server() -> Iterator[tuple[str, int]]:
    """A server on this machine that accepts connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()


@pytest.mark.slow
def test_a_wandb_server_on_this_machine_is_a_real_one(
    guard: Guard, local_server: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_HTTP_TIMEOUT", "1")  # it does not answer
    socket.create_connection(local_server).close()
    assert not guard.reached, "a server of the test"
    with contextlib.suppress(Exception):
        wandb.login(key="0" * 40, host=f"http://127.0.0.1:{local_server[1]}", verify=True)
    with pytest.raises(ConnectionError):
        socket.create_connection(local_server)
    assert guard.reached == (f"127.0.0.1:{local_server[1]}",)


QUICK = [sys.executable, "-S", "-c", "pass"]


def fork_and_exec() -> None:
    if not (process := os.fork()):
        os.execve(QUICK[0], QUICK, {})
    os.waitpid(process, 0)


@pytest.mark.parametrize(
    ("start", "is_watched"),
    [
        (lambda: subprocess.run(QUICK), True),
        (lambda: subprocess.run(QUICK, env={**os.environ, "NO_PROXY": "localhost,storage.example.com"}), True),
        (lambda: subprocess.run(QUICK, env={**os.environ, "NO_PROXY": "*"}), False),
        (lambda: subprocess.run(QUICK, env={**os.environ, "no_proxy": ".wandb.ai"}), False),
        (lambda: subprocess.run(QUICK, env={**os.environ, "https_proxy": ""}), False),
        (lambda: os.spawnve(os.P_WAIT, QUICK[0], QUICK, {}), False),
        pytest.param(
            fork_and_exec, False, marks=pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
        ),
    ],
    ids=["as it is", "other exceptions", "all hosts", "W&B's", "none for curl", "spawn", "fork"],
)
def test_variables_that_lead_past_the_proxy(guard: Guard, start: Callable[[], object], is_watched: bool) -> None:
    start()
    assert bool(guard.watch.unwatched) is not is_watched
    assert not guard.reached


def test_a_program_that_the_guard_does_not_see_is_a_warning(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import subprocess
        import sys

        def test_it(regilink_guard):
            subprocess.run([sys.executable, "-c", "pass"])
            subprocess.run([sys.executable, "-c", "pass"], env={})
        """
    )
    result = run("-W", "default")
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*UnwatchedProcess: python* was started with variables that lead past the proxy*"])


class TestWhatTheGuardDoesNotSee:
    """The limits of docs/pytest.md: when one of these fails, the page is to be changed."""

    def test_a_numeric_address(self, guard: Guard) -> None:
        with socket.socket() as client:
            client.settimeout(0.01)
            client.connect_ex(("192.0.2.1", 443))  # an address for documentation: nobody has it
        assert not guard.reached

    def test_the_connections_of_a_program_without_the_environment(self, guard: Guard) -> None:
        program = "import socket; socket.gethostbyname('api.wandb.ai')"
        subprocess.run([sys.executable, "-S", "-c", program], env={}, capture_output=True)
        assert not guard.reached
        assert guard.watch.unwatched

    def test_a_program_that_does_not_use_the_proxy(self, guard: Guard) -> None:
        program = "import socket; socket.gethostbyname('api.wandb.ai')"
        subprocess.run([sys.executable, "-S", "-c", program], capture_output=True)
        assert not guard.reached
        assert not guard.watch.unwatched

    @pytest.mark.skipif(sys.platform != "linux", reason="the C library is named differently")
    def test_names_that_c_code_looks_up(self, guard: Guard) -> None:
        numbers_only = struct.pack("i", 4) + bytes(60)  # AI_NUMERICHOST: the answer comes without a request
        found = ctypes.c_void_p()
        assert ctypes.CDLL(None).getaddrinfo(b"api.wandb.ai", b"443", numbers_only, ctypes.byref(found)) != 0
        assert not guard.reached

    def test_the_name_is_looked_up_before_the_connection_is_refused(self, guard: Guard) -> None:
        too_long = f"{'a.' * 130}wandb.ai"  # no request leaves for it
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            for call in (client.connect, client.connect_ex, lambda address: client.sendto(b"", address)):
                with pytest.raises(socket.gaierror):
                    call((too_long, 443))
        assert not guard.reached

    def test_a_name_that_nothing_gives_to_wandb(self, guard: Guard) -> None:
        with pytest.raises(OSError):  # noqa: PT011
            socket.create_connection(("wandb.other.invalid", 443))
        assert not guard.reached


def test_the_server_fixture_blocks_and_lists_real_servers(regilink: Regilink) -> None:
    with pytest.raises(ConnectionError, match="regilink lets no test reach it"):
        socket.create_connection(("api.wandb.ai", 443))
    start_program()
    assert regilink.blocked == ("api.wandb.ai:443",)
    with pytest.raises(AssertionError, match=r"Blocked: api\.wandb\.ai:443"):
        regilink.assert_linked("wandb-registry-model/zoo")


@pytest.mark.filterwarnings("ignore::pytest_regilink.UnwatchedProcess")
def test_why_a_program_without_the_environment_linked_nothing(regilink: Regilink) -> None:
    subprocess.run([sys.executable, "-S", "-c", "pass"], env={})
    with pytest.raises(AssertionError, match=r"python.* was started with an environment of its own"):
        regilink.assert_linked("wandb-registry-model/zoo")


def start_with(**variables: str) -> None:
    subprocess.run(QUICK, env=variables)


def start_in_changed_environment() -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name in (*ADDRESS, "https_proxy"):
            patch.delenv(name, raising=False)
        subprocess.run(QUICK)


ADDRESS = ("WANDB_BASE_URL", "WANDB_API_KEY", "HTTPS_PROXY")


@pytest.mark.parametrize(
    ("start", "is_led_away"),
    [
        (start_with, True),
        (lambda: start_with(WANDB_BASE_URL="http://127.0.0.1:8080"), True),
        (lambda: start_with(WANDB_BASE_URL=f"{os.environ['WANDB_BASE_URL']}/"), False),
        (lambda: start_with(**{name: os.environ[name] for name in ADDRESS}), False),
        (lambda: start_with(**{**os.environ, "OTHER": "1"}), False),
        (lambda: start_with(**{**os.environ, "PYTHONPATH": "src"}), False),
        (start_in_changed_environment, True),
        (lambda: os.spawnve(os.P_WAIT, QUICK[0], QUICK, {}), True),
        (lambda: subprocess.run(["/bin/sh", "-c", "true"], env={}), True),
        (lambda: subprocess.run(["git", "--version"], env={"PATH": os.environ["PATH"]}), False),
        (lambda: subprocess.run(QUICK), False),
        (lambda: None, False),
    ],
)
def test_nothing_is_proved_where_a_program_was_led_away(
    regilink: Regilink, start: Callable[[], object], is_led_away: bool
) -> None:
    regilink.published("wandb-registry-model/zoo:production")
    claims: list[Callable[[], None]] = [
        regilink.assert_not_linked,
        lambda: regilink.assert_not_linked("wandb-registry-model/other"),
        lambda: regilink.assert_not_linked("wandb-registry-model/other", now=True),
        regilink.assert_not_consumed,
        lambda: regilink.assert_not_consumed("wandb-registry-model/zoo"),
    ]
    claims[0]()  # it holds to the end
    start()
    assert (regilink.check_claims() is not None) is is_led_away
    for claim in claims:
        with pytest.raises(AssertionError, match="environment of its own") if is_led_away else contextlib.nullcontext():
            claim()
    regilink.ledger  # noqa: B018  # this test has looked at it: nothing fails at its end
    link()
    regilink.assert_linked("wandb-registry-model/zoo")
    with pytest.raises(AssertionError, match="environment of its own") if is_led_away else contextlib.nullcontext():
        regilink.assert_linked("wandb-registry-model/zoo", exact=True)


def test_a_program_that_was_led_away_is_a_warning_where_nothing_was_asked(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import socket
        import subprocess
        import sys
        import pytest
        from test_server_fixture import link

        def start(): subprocess.run([sys.executable, "-S", "-c", "pass"], env={})

        def test_ledger(regilink):
            start()
            assert not regilink.links

        def test_both(regilink, regilink_guard):
            start()
            assert not regilink.links

        def test_other(regilink):
            start()
            link()
            assert regilink.links

        def test_later(regilink):
            regilink.assert_not_linked()
            start()

        def test_guard_first(regilink_guard, regilink):
            start()
            regilink.assert_not_consumed()

        def test_guard_last(regilink, regilink_guard):
            start()
            regilink.assert_not_linked()

        def test_reached(regilink, regilink_guard):
            with pytest.raises(ConnectionError):
                socket.gethostbyname("api.wandb.ai")
            assert regilink.blocked == regilink_guard.reached == ("api.wandb.ai",)
            regilink_guard.forget_reached()
        """
    )
    result = run("-W", "default", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=4, failed=3, warnings=5)
    result.stdout.fnmatch_lines(["*_ test_later _*", "*_ test_guard_first _*", "*_ test_guard_last _*"])


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
