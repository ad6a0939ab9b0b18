"""The emulator against a second one in another process that differs on purpose, over HTTP, as against W&B."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tables import sample

pytest.importorskip("graphql")

from odd_server import DIFFERENCES, ORGANIZATION, SECOND, TEAM, USER

from regilink_doctor.cli import main
from regilink_doctor.client.connection_errors import ServerConnectionError
from regilink_doctor.client.credentials import Key
from regilink_doctor.client.gateway import Answer, Gateway
from regilink_doctor.client.queries import Field
from regilink_doctor.core.text import UNSAFE
from regilink_doctor.core.wandb_messages import WANDB_MESSAGES, apply_record
from regilink_doctor.emulator import Emulator
from regilink_doctor.report.conformance import render
from regilink_doctor.report.schemas import SCHEMAS
from regilink_doctor.workflows.conformance import Conformance, check_conformance, scratch
from regilink_doctor.workflows.conformance.scenarios import NOT_PROVOKED, SCENARIOS
from regilink_doctor.workflows.server_session import ServerAccess, Unanswered

FOUND: dict[str, dict[str, set[str]]] = {
    "types_are_not_checked": {"type-not-listed": {"outcome", "status", "message", "version"}},
    "collections_take_all_types": {"collection-of-another-type": {"outcome", "status", "message", "version"}},
    "versions_in_paths_are_accepted": {
        name: {"outcome", "status", "message", "version"} for name in ("version-in-target", "alias-in-target")
    },
    "another_wording": {"long-alias": {"message"}},
    "another_status": {"unknown-entity": {"status"}},
    "aliases_may_have_slashes": {"alias-with-slash": {"outcome", "status", "message", "version"}},
    "linking_again_makes_a_version": {
        "linked-again": {"version", "latest.version"},
        "linked-again-with-an-alias": {"version", "latest.version", "latest.aliases"},
    },
    "numbers_are_used_again": {"linked-after-unlinking": {"version"}},
    "latest_goes_with_its_version": {"latest-after-unlinking": {"outcome", "version", "aliases"}},
    "links_outlive_their_source": {"deleted-source": {"outcome", "version", "aliases"}},
    "the_case_of_registries_matters": {
        "registry-in-another-case": {"outcome", "status", "message", "version"},
        "fetch-from-registry-in-another-case": {"outcome", "version", "aliases"},
    },
    "viewers_may_link": {"link-by-a-viewer": {"outcome", "status", "message", "version"}},
    "registries_may_have_any_name": {"invalid-registry-name": {"outcome", "status", "message"}},
    "sources_go_with_their_registry": {"source-of-a-deleted-registry": {"outcome"}},
}
"""Difference -> the scenarios that differ, and in what."""

APART = "numbers_are_used_again"
"""Changes what "linking_again_makes_a_version" shows; all others can be seen beside each other."""

KEPT = {"wandb-registry-robots": [], "wandb-registry-anything": []}
"""Everything that is on the server before, and has to be afterwards."""


class OddServer:
    """The second emulator's process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        first = self._read()
        self.environ: dict[str, str] = first["environ"]
        self.keys: dict[str, str] = first["keys"]

    def ask(self, line: str) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@pytest.fixture(scope="module")
def odd_server() -> Iterator[OddServer]:
    command = [sys.executable, str(Path(__file__).with_name("odd_server.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield OddServer(process)
        assert process.stdin is not None
        process.stdin.close()


def check(server: OddServer, **options: Any) -> Conformance:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("WANDB_")}
    access = ServerAccess(environ={**plain, **server.environ}, timeout=60)
    return check_conformance(access, confirm=lambda writes: True, notice=pytest.fail, **options)


@pytest.fixture(scope="module")
def differing(odd_server: OddServer) -> Conformance:
    """Everything that the odd server does differently, but one."""
    odd_server.ask(" ".join(DIFFERENCES.keys() - {APART}))
    report = check(odd_server, second_key=odd_server.keys[SECOND])
    assert odd_server.ask("world") == KEPT, "nothing is left behind"
    return report


def test_each_difference_is_found_and_nothing_else(differing: Conformance) -> None:
    assert_differs_in(differing, DIFFERENCES.keys() - {APART})


@pytest.mark.slow
@pytest.mark.parametrize("names", [set(), {APART}], ids=["none", "one"])
def test_one_difference_is_found_and_nothing_else(odd_server: OddServer, names: set[str]) -> None:
    odd_server.ask(" ".join(names))
    assert_differs_in(check(odd_server, second_key=odd_server.keys[SECOND]), names)
    assert odd_server.ask("world") == KEPT, "nothing is left behind"


def assert_differs_in(report: Conformance, names: set[str]) -> None:
    different = {each.scenario: set(each.differences) for each in report.comparisons if each.status == "different"}
    assert different == {scenario: in_what for name in names for scenario, in_what in FOUND[name].items()}
    not_run = {each.scenario for each in report.comparisons if each.status == "not run"}
    assert not_run == set(NOT_PROVOKED)
    assert report.exit_status == (1 if different else 0)


def test_every_undocumented_message_of_the_server_is_asked_for() -> None:
    unknown = {message.key for message in WANDB_MESSAGES if message.speaker == "server" and not message.known}
    assert unknown == {each.message for each in SCENARIOS if each.message} | set(NOT_PROVOKED)


@pytest.mark.slow
@pytest.mark.parametrize(("registry", "type"), [("robots", "android"), ("anything", "toaster")])
def test_a_registry_that_was_there_is_not_changed(odd_server: OddServer, registry: str, type: str) -> None:
    odd_server.ask("")
    if registry == "anything":
        with pytest.raises(Unanswered, match="has no type yet"):
            check(odd_server, registry=registry)
        return
    report = check(odd_server, registry=registry, second_key=odd_server.keys[SECOND])
    changing = {each.name for each in SCENARIOS if each.needs_registry_of_its_own}
    not_run = {each.scenario for each in report.comparisons if each.status == "not run"}
    assert not_run == changing | set(NOT_PROVOKED)
    assert report.count("different") == 0
    assert odd_server.ask("world") == KEPT


def run_command(server: OddServer, *words: str, patch: pytest.MonkeyPatch, report: Conformance | None = None) -> int:
    """Run the command; with a report it does not ask the server."""
    if report is not None:
        patch.setattr("regilink_doctor.workflows.conformance.check_conformance", lambda *_, **__: report)
    for name, value in server.environ.items():
        patch.setenv(name, value)
    return main(["conformance", *words])


def assert_names_nobody(text: str, server: OddServer) -> None:
    for name in (USER, TEAM, ORGANIZATION, "sirius", server.environ["WANDB_API_KEY"], "127.0.0.1"):
        assert name not in text


def test_the_report_and_the_record_name_nobody(
    odd_server: OddServer,
    differing: Conformance,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record = tmp_path / "record.json"
    words = ("--yes", "--record", str(record))
    assert run_command(odd_server, *words, patch=monkeypatch, report=differing) == 1
    shown = capsys.readouterr().out
    assert "20 scenarios the same, 16 different, 3 not run" in shown
    assert "{alias}: at most 128 letters, dear {user}" in " ".join(shown.split())
    assert_names_nobody(shown, odd_server)
    assert_names_nobody(record.read_text(encoding="utf-8"), odd_server)


def test_the_json_report_names_nobody(
    odd_server: OddServer, differing: Conformance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tmp_path / "report.json"
    words = ("--yes", "--output-format", "json", "--output-file", str(report))
    assert run_command(odd_server, *words, patch=monkeypatch, report=differing) == 1
    assert_names_nobody(report.read_text(encoding="utf-8"), odd_server)
    value = json.loads(report.read_text(encoding="utf-8"))
    statuses = [each["status"] for each in value["scenarios"]]
    assert statuses.count("different") == 16
    assert value["left"] == 0
    jsonschema.Draft202012Validator(SCHEMAS["conformance"][1]()).validate(value)


def test_the_record_marks_messages_as_verified(differing: Conformance) -> None:
    recorded = differing.to_record()
    messages: Any = recorded["messages"]
    verified = {each.key: each for each in apply_record(WANDB_MESSAGES, messages)}
    assert "unknown-entity" in messages
    assert verified["unknown-entity"].known
    assert verified["unknown-entity"].status == 422
    assert verified["unknown-entity"].template == "entity '{entity}' not found"
    assert verified["invalid-collection-name"].known
    assert not verified["storage-quota"].known
    with pytest.raises(ValueError, match="does not know: nonsense"):
        apply_record(WANDB_MESSAGES, {"nonsense": {"template": "", "status": 400}})


def test_it_asks_first_and_writes_nothing_on_no(
    odd_server: OddServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    odd_server.ask("")
    asked: list[str] = []
    with pytest.raises(Unanswered, match="nothing was written"):
        check_conformance(
            ServerAccess(environ={**os.environ, **odd_server.environ}),
            confirm=lambda writes: bool(asked.extend(writes)),
            notice=pytest.fail,
        )
    assert "a new project heart-of-gold/regilink-conformance-" in asked[0]
    assert odd_server.ask("world") == KEPT
    monkeypatch.setattr("sys.stdin", io.StringIO("y"))
    assert run_command(odd_server, patch=monkeypatch) == 2
    assert "run it at a terminal, or with --yes" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--entity", "nobody"], "nobody is not a team of this account that belongs to an organization"),
        (["--registry", "missing"], "there is no registry missing"),
        (["--second-key", "REGILINK_NOT_SET"], "REGILINK_NOT_SET, which is not set"),
    ],
)
def test_what_cannot_run_exits_2(
    odd_server: OddServer,
    words: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run_command(odd_server, "--yes", *words, patch=monkeypatch) == 2
    assert message in capsys.readouterr().err


OPERATIONS = {name: value for name, value in vars(scratch).items() if isinstance(value, scratch.Operation)}
ODD: tuple[object, ...] = ("", "\ud800", 7, -1, 1.5, 10**17, True, [], [1], [None], {}, {"x": 1}, [[]])


def make_answer(field: Field) -> object:
    """A value such as the field declares."""
    kinds = {"text": "x", "number": 1, "flag": True}
    value: object = {inner.key: make_answer(inner) for inner in field.fields} or kinds[field.kind]
    return [value] if field.many else value


def list_odd(field: Field) -> Iterator[object]:
    """Its value with one part replaced by another kind of value."""
    good = make_answer(field)
    yield from (value for value in (*ODD, *([None] if field.required else ())) if type(value) is not type(good))
    for inner in field.fields:
        for odd in list_odd(inner):
            value = {**{item.key: make_answer(item) for item in field.fields}, inner.key: odd}
            yield [value] if field.many else value


@pytest.mark.parametrize("name", sample(OPERATIONS, one_in=3))
def test_an_answer_of_another_shape_is_not_believed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    operation = OPERATIONS[name]
    gateway = Gateway("http://127.0.0.1:1", Key("k" * 40), timeout=1)
    answers: list[object] = []
    monkeypatch.setattr(Gateway, "_bounded", lambda *_: Answer({operation.answer.key: answers[-1]}, ()))
    answers.append(make_answer(operation.answer))
    assert scratch._submit(gateway, operation, {})
    odd = list(list_odd(operation.answer))
    assert len(odd) > 10
    for value in odd:
        answers.append(value)
        with pytest.raises(ServerConnectionError, match="other-api"):
            scratch._submit(gateway, operation, {})


def test_what_was_not_successful_is_not_done(monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = Gateway("http://127.0.0.1:1", Key("k" * 40), timeout=1)
    monkeypatch.setattr(Gateway, "_bounded", lambda *_: Answer({"deleteModel": {"success": False}}, ()))
    with pytest.raises(scratch.Refused, match="deleteModel was not successful"):
        scratch._submit(gateway, scratch._DELETE_PROJECT, {})


SPOILED = {
    "another shape": (lambda _: Answer({"commitArtifact": [7]}, ()), 2, "`commitArtifact` is a list, not an object"),
    "refused": (lambda _: Answer(None, ("no \x1b[2J",), (), 403), 1, "could not be prepared: no "),
    "no answer": (lambda gateway: gateway.fault("reset"), 2, "did not answer as W&B does: reset"),
    "no data": (lambda _: Answer({}, ()), 2, "`commitArtifact` is missing"),
}


@pytest.mark.slow
@pytest.mark.parametrize("way", SPOILED)
def test_a_server_that_spoils_one_operation_is_not_called_the_same(
    way: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, status, words = SPOILED[way]
    post = Gateway._post
    commits = 0

    def spoil(gateway: Gateway, query: str, *rest: Any, **options: Any) -> Answer:
        nonlocal commits
        if gateway.host == emulator.url and "RegilinkCommitArtifact" in query:
            commits += 1
            if commits == 2:
                spoiled = answer(gateway)
                if isinstance(spoiled, Exception):
                    raise spoiled
                return spoiled
        return post(gateway, query, *rest, **options)

    monkeypatch.setattr(Gateway, "_post", spoil)
    access = ServerAccess(environ={**os.environ, **emulator.environ()}, timeout=60)
    report = check_conformance(access, confirm=lambda writes: True, notice=pytest.fail)
    assert report.exit_status == status
    shown = "\n".join(render(report))
    assert words in shown
    assert ("did not answer 1 scenario as W&B does" in shown) == (status == 2)
    assert not UNSAFE.intersection(shown)
    assert not any("conformance" in name for entity in emulator.world.entities.values() for name in entity.projects)


@pytest.mark.slow
def test_it_cleans_up_after_failures(emulator: Emulator) -> None:
    emulator.reset()
    emulator.fault("drop", "linkArtifact", executed=True)
    access = ServerAccess(environ={**os.environ, **emulator.environ("alice")}, timeout=60)
    report = check_conformance(access, confirm=lambda writes: True, notice=pytest.fail)
    reasons = {each.reason for each in report.comparisons if each.failures == ("B12",)}
    assert reasons == {"the server did not answer as W&B does: reset"}
    assert emulator.faults, "the fault was met"
    registries = [name for entity in emulator.world.entities.values() for name in entity.projects]
    assert sorted(registries) == ["wandb-registry-dataset", "wandb-registry-model"]


@pytest.mark.slow
def test_it_cleans_up_after_an_interrupt(emulator: Emulator) -> None:
    emulator.reset()
    stall = emulator.fault("stall", "linkArtifact")
    command = [sys.executable, "-m", "regilink_doctor", "conformance", "--yes", "--timeout", "1"]
    environ = {**os.environ, **emulator.environ("alice")}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while not stall.hits and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
    announced, *writes, last = error.splitlines()
    assert announced == "This writes to the server, and deletes it again at the end:"
    assert (process.returncode, len(writes), last) == (130, 2, "stopped: deleting what was made")
    assert [name for entity in emulator.world.entities.values() for name in entity.projects] == [
        "wandb-registry-model",
        "wandb-registry-dataset",
    ]


class Terminal(io.StringIO):
    """Standard input as at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "status"), sample([("n\n", 2), ("y\n", 0), ("", 2)], one_in=3))
def test_the_question_at_the_terminal(
    answer: str,
    status: int,
    emulator: Emulator,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    emulator.reset()
    for name, value in emulator.environ("alice").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    assert main(["conformance"]) == status
    shown = capsys.readouterr()
    assert "Go on? [y/N]" in shown.err
    assert "a new registry Acme Inc/regilink-conformance-" in shown.err
    assert ("0 different" in shown.out) == (status == 0)
    assert len(emulator.ledger) == 0 or status == 0


@pytest.mark.slow
def test_an_account_that_may_not_create_a_registry_is_told_what_to_use(emulator: Emulator) -> None:
    emulator.reset()
    emulator.world.member("alice", organization="Acme Inc", role="viewer")
    access = ServerAccess(environ={**os.environ, **emulator.environ("alice")}, timeout=60)
    with pytest.raises(Unanswered, match="the scratch project or registry was refused") as caught:
        check_conformance(access, confirm=lambda writes: True, notice=pytest.fail)
    assert "--registry" in caught.value.help
    assert list(emulator.world.entities["team-a"].projects) == [], "the project is removed"
