"""Code that names servers and keys runs unchanged: wandb is led to the emulator; other mocks let it through."""

import os
import subprocess
import time
from pathlib import Path

import pytest
import requests
import responses
import wandb
from suites import Run
from test_server_fixture import TARGET, link

from pytest_regilink import Regilink

OWN = "https://wandb.corp.example"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_server_in_the_environment_of_the_code(regilink: Regilink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_BASE_URL", OWN)
    link()
    assert wandb.Api().viewer.username == "alice"
    regilink.assert_linked(TARGET)
    assert OWN in regilink.ledger.servers


def test_a_variable_that_is_taken_away(regilink: Regilink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WANDB_BASE_URL")
    link()
    assert wandb.Api().viewer.username == "alice"
    regilink.assert_linked(TARGET)


def test_a_server_in_settings(regilink: Regilink) -> None:
    with wandb.init(settings=wandb.Settings(base_url=OWN)) as run:
        run.link_artifact(wandb.Artifact("zoo", type="model"), TARGET)
    regilink.assert_linked(TARGET)
    assert OWN in regilink.ledger.servers


def test_a_server_and_a_key_in_a_login(regilink: Regilink) -> None:
    wandb.login(key="a" * 40, host=OWN, relogin=True)
    link()
    assert regilink.assert_linked(TARGET).user == "alice"
    assert OWN in regilink.ledger.servers


def test_a_server_and_a_key_in_an_api(regilink: Regilink) -> None:
    api = wandb.Api(overrides={"base_url": OWN}, api_key="b" * 40)
    assert api.viewer.username == "alice"
    assert OWN in regilink.ledger.servers


def test_a_key_in_the_environment_of_the_code(regilink: Regilink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_API_KEY", "c" * 40)
    link()
    assert regilink.assert_linked(TARGET).user == "alice"


def test_a_settings_file_of_the_checkout(regilink: Regilink, tmp_path: Path) -> None:
    (tmp_path / "wandb").mkdir()
    (tmp_path / "wandb" / "settings").write_text(
        f"[default]\nbase_url = {OWN}\nproject = from-file\n", encoding="utf-8"
    )
    link()
    with wandb.init(project="p") as run:
        run.link_artifact(wandb.Artifact("other", type="model"), TARGET)
    assert len(regilink.links) == 2


def test_a_program_is_seen_and_may_name_its_server(regilink: Regilink, forked_python: str) -> None:
    program = (
        f"import os; os.environ['WANDB_BASE_URL'] = {OWN!r}\n"
        "from test_server_fixture import link; link('acme/wandb-registry-model/zoo')"
    )
    folder = os.path.dirname(__file__)
    path = os.pathsep.join([os.environ["PYTHONPATH"], folder])
    subprocess.run([forked_python, "-c", program], check=True, env={**os.environ, "PYTHONPATH": path})
    assert regilink.assert_linked(TARGET).requested == "acme/wandb-registry-model/zoo"
    assert OWN in regilink.ledger.servers


@pytest.mark.skipif(wandb.__version__.startswith("0.21."), reason="this SDK has one client for all runs of a process")
def test_the_emulator_of_another_fixture_may_be_named(regilink_module: Regilink, regilink: Regilink) -> None:
    with wandb.init(settings=wandb.Settings(base_url=regilink_module.emulator.url)) as run:
        run.link_artifact(wandb.Artifact("zoo", type="model"), TARGET)
    regilink_module.assert_linked(TARGET)
    regilink.assert_not_linked()


@pytest.mark.slow
def test_the_section_names_the_server(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import os
        import train

        def test_it(regilink):
            os.environ["WANDB_BASE_URL"] = "https://wandb.corp.example"
            train.main("wandb-registry-modle/zoo")
        """
    )
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["The code names the server https://wandb.corp.example: wandb was led to the emulator*"]
    )


def test_the_host_of_the_configuration_is_fenced_and_answered(pytester: pytest.Pytester, run: Run) -> None:
    (pytester.path / "regilink.toml").write_text(f'host = "{OWN}"\n', encoding="utf-8")
    pytester.makepyfile(
        """
        import os
        import socket
        import pytest
        import requests

        def test_guard(regilink_guard):
            with pytest.raises(ConnectionError):
                socket.create_connection(("wandb.corp.example", 443))
            assert regilink_guard.reached == ("wandb.corp.example:443",)
            regilink_guard.forget_reached()

        def test_responses(regilink, regilink_responses):
            answer = requests.post(
                "https://wandb.corp.example/graphql",
                json={"query": "{ viewer { username } }"},
                auth=("api", os.environ["WANDB_API_KEY"]),
            )
            assert answer.json()["data"]["viewer"]["username"] == "alice"
        """
    )
    run().assert_outcomes(passed=2)


@responses.activate
def test_a_mock_of_responses_lets_wandb_through(regilink: Regilink) -> None:
    responses.get("https://example.org/", body="mocked")
    assert requests.get("https://example.org/").text == "mocked"
    with pytest.raises(requests.ConnectionError, match="Connection refused by Responses"):
        requests.get("https://example.org/other")
    link()
    assert wandb.Api().viewer.username == "alice"
    regilink.assert_linked(TARGET)


def test_a_mock_of_requests_mock_lets_wandb_through(regilink: Regilink) -> None:
    requests_mock = pytest.importorskip("requests_mock")
    with requests_mock.Mocker() as mock:
        mock.get("https://example.org/", text="mocked")
        link()
        assert wandb.Api().viewer.username == "alice"
        assert requests.get("https://example.org/").text == "mocked"
    regilink.assert_linked(TARGET)


def test_a_process_that_outlives_its_test_writes_nothing_into_the_next(regilink: Regilink) -> None:
    """The process of the test before has the key and the address that it was started with."""
    from regilink_doctor.emulator.recorder import LinkCall, _post_call

    key, calls, url = os.environ["WANDB_API_KEY"], os.environ["REGILINK_CALLS"], regilink.emulator.url
    refused = LinkCall(call="Run.link_artifact", target_path="a/b/c/d", error="ValueError", message="no")
    _post_call(calls, refused)
    assert len(regilink.links) == 1
    regilink._isolation.issue_keys(world := type(regilink.world).default())
    regilink.emulator.reset(world)
    _post_call(calls, refused)
    answer = requests.post(f"{url}/graphql", json={"query": "{ viewer { username } }"}, auth=("api", key))
    assert answer.status_code == 401
    assert not regilink.links


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["status", "drop"])
def test_a_fault_costs_seconds_on_every_wandb(regilink: Regilink, kind: str) -> None:
    regilink.fault(kind, "linkArtifact")
    started = time.monotonic()
    with regilink.assert_fails_loudly():
        link()
    assert time.monotonic() - started < 20, "wandb's Python up to 0.27 alone would try again for half a minute"
