"""No test reaches a real W&B server: the guard, and the second door for code that calls the endpoint by itself."""

import pytest
from suites import Run


def test_a_test_that_reaches_for_a_real_server_fails_by_whatever_way(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import asyncio
        import contextlib
        import os
        import socket
        import subprocess
        import sys
        import urllib.request

        import pytest
        import requests
        import train

        def swallow(call, *arguments, **named):
            with contextlib.suppress(Exception):
                call(*arguments, **named)

        def test_requests(regilink_guard):
            swallow(requests.get, "https://api.wandb.ai/graphql")

        def test_without_the_environment(regilink_guard):
            session = requests.Session()
            session.trust_env = False
            swallow(session.get, "https://api.forge.coreweave.com/graphql")

        def test_a_socket(regilink_guard):
            swallow(socket.create_connection, ("api.wandb.ai", 443))

        def test_asyncio(regilink_guard):
            swallow(asyncio.run, asyncio.open_connection("wandb.ai", 443))

        def test_a_process(regilink_guard):
            program = "import urllib.request as u; u.urlopen('https://api.wandb.ai')"
            subprocess.run([sys.executable, "-S", "-c", program], capture_output=True)

        def test_wandb_itself(regilink_guard, monkeypatch):
            monkeypatch.setenv("WANDB_API_KEY", "0" * 40)
            monkeypatch.setenv("WANDB_BASE_URL", "https://api.wandb.ai")
            import wandb
            swallow(lambda: wandb.Api().viewer)

        def test_the_error_says_it(regilink_guard):
            with pytest.raises(ConnectionError, match="regilink_guard lets no test reach it"):
                socket.getaddrinfo("api.wandb.ai", 443)

        def test_the_emulator_is_no_real_server(regilink, regilink_guard):
            train.main()
            regilink.assert_linked("wandb-registry-model/zoo")
            assert not regilink_guard.reached

        def test_afterwards_nothing_is_watched():
            assert socket.getaddrinfo.__module__ == "socket"
            assert "HTTPS_PROXY" not in os.environ
        """
    )
    result = run("-q", "-W", "error", "--tb=short")
    result.stdout.fnmatch_lines(
        [
            "the test tried to reach a real W&B server: api.wandb.ai:443. *",
            "the test tried to reach a real W&B server: api.forge.coreweave.com:443. *",
        ]
    )
    result.assert_outcomes(passed=2, failed=7)


def test_code_that_calls_the_endpoint_with_requests_finds_the_same_world(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import os
        import requests
        import responses
        import train

        QUERY = "query Registries($name: String!) { entity(name: $name) { projects { edges { node { name } } } } }"

        def ask(url):
            answer = requests.post(
                f"{url}/graphql",
                json={"query": "{ viewer { username } }"},
                auth=("api", os.environ["WANDB_API_KEY"]),
            )
            return answer.json()["data"]["viewer"]["username"]

        def test_both_doors(regilink, regilink_responses):
            assert ask("https://api.wandb.ai") == "alice"
            assert ask("https://api.forge.coreweave.com") == "alice"
            assert ask(os.environ["WANDB_BASE_URL"]) == "alice"
            train.main()
            regilink.assert_linked("wandb-registry-model/zoo")
            assert len(regilink_responses.calls) >= 3

        def test_more_can_be_answered(regilink_responses):
            regilink_responses.add(responses.GET, "https://example.org/", body="hello")
            assert requests.get("https://example.org/").text == "hello"
        """
    )
    run("-q", "-W", "error").assert_outcomes(passed=2)
