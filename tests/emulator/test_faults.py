"""Faults on demand: the requests that are meant go wrong as asked, the rest do not, and the ledger stays right."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from tables import sample

from regilink_doctor.emulator import Emulator, World
from regilink_doctor.emulator.faults import KINDS, TRANSFERS, FaultError
from regilink_doctor.emulator.world.model import StoredFile

VIEWER = "query Viewer { viewer { username } }"
LINK = """mutation LinkArtifact($input: LinkArtifactInput!) {
    result: linkArtifact(input: $input) { versionIndex }
}"""
TIMEOUT = 10.0


@pytest.fixture(scope="module")
def server() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def emulator(server: Emulator) -> Emulator:
    server.reset()
    return server


def call(emulator: Emulator, query: str, timeout: float = TIMEOUT, **variables: Any) -> requests.Response:
    key = emulator.world.users["alice"].key
    body = {"query": query, "variables": variables}
    return requests.post(f"{emulator.url}/graphql", json=body, auth=("api", key), timeout=timeout)


def link(emulator: Emulator, **options: Any) -> requests.Response:
    emulator.world.collection("seeded", registry="model", versions=1)
    (artifact,) = emulator.world.artifacts
    values = {"artifactID": artifact, "artifactPortfolioName": "zoo", "entityName": "acme"}
    return call(emulator, LINK, input={**values, "projectName": "wandb-registry-model"}, **options)


def works(emulator: Emulator) -> bool:
    return call(emulator, VIEWER).json() == {"data": {"viewer": {"username": "alice"}}}


def put(emulator: Emulator, body: bytes = b"bytes") -> requests.Response:
    emulator.world.by_blob["some-key"] = StoredFile(0, "name", "some-key")
    return requests.put(f"{emulator.url}/storage/wandb_artifacts/some-key/name", data=body, timeout=TIMEOUT)


def test_w_and_b_says_no_in_its_own_form_and_the_attempt_is_noted(emulator: Emulator) -> None:
    fault = emulator.fault("refuse", "linkArtifact", count=1, message="registry is frozen", status=409)
    answer = link(emulator)
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["message"] == "registry is frozen"
    assert link(emulator).json()["data"] == {"result": {"versionIndex": 0}}
    assert [(each.verdict, each.destination, each.message) for each in emulator.ledger] == [
        ("refused", None, "registry is frozen"),
        ("linked", "acme/wandb-registry-model/zoo", None),
    ]
    assert fault.hits == 1


@pytest.mark.parametrize(("operation", "met"), [("LinkArtifact", True), ("linkartifact", True), ("viewer", False)])
def test_an_operation_is_meant_by_its_name_or_by_what_it_asks_for(
    emulator: Emulator, operation: str, met: bool
) -> None:
    emulator.fault("refuse", operation)
    answer = link(emulator)
    assert ("errors" in answer.json()) is met
    assert [each.verdict for each in emulator.ledger] == ["refused" if met else "linked"]


@pytest.mark.parametrize(
    ("kind", "operation", "status", "words"),
    [
        ("refuse", "graphql", 403, "permission denied"),
        ("quota", "graphql", 403, "storage quota exceeded"),
        ("expired_key", None, 401, "user is not logged in"),
        ("status", None, 503, "Service Unavailable"),
        ("garbage", None, 200, "<!doctype html>"),
    ],
)
def test_an_answer_that_went_wrong_is_none_of_the_worlds(
    emulator: Emulator, kind: str, operation: str | None, status: int, words: str
) -> None:
    emulator.fault(kind, operation)
    answer = call(emulator, VIEWER)
    assert answer.status_code == status
    assert words in answer.text
    emulator.faults.clear()
    assert works(emulator)


def test_a_connection_that_is_dropped_may_have_done_its_work(emulator: Emulator) -> None:
    emulator.fault("drop", "linkArtifact", count=1)
    with pytest.raises(requests.exceptions.ConnectionError):
        link(emulator)
    assert emulator.ledger.links == ()
    emulator.fault("drop", "linkArtifact", executed=True)
    with pytest.raises(requests.exceptions.ConnectionError):
        link(emulator)
    assert [each.verdict for each in emulator.ledger] == ["linked"]
    assert works(emulator)


def test_an_answer_that_is_cut_was_given(emulator: Emulator) -> None:
    emulator.fault("truncate", "linkArtifact")
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        link(emulator)
    assert [each.verdict for each in emulator.ledger] == ["linked"]
    assert works(emulator)


def test_an_answer_that_is_late_comes(emulator: Emulator) -> None:
    emulator.fault("delay", "viewer", seconds=0.3)
    before = time.monotonic()
    assert works(emulator)
    assert time.monotonic() - before >= 0.3


def test_an_answer_that_never_comes_holds_up_nobody_else(emulator: Emulator) -> None:
    emulator.fault("stall", "linkArtifact")
    with pytest.raises(requests.exceptions.ReadTimeout):
        link(emulator, timeout=0.3)
    assert works(emulator)


def test_a_server_that_stops_waits_for_no_fault() -> None:
    with Emulator() as emulator:
        emulator.fault("stall", "viewer")
        emulator.fault("delay", "linkArtifact", seconds=600)
        outcomes: list[str] = []

        def ask(what: Any) -> None:
            try:
                what(emulator, timeout=60)
            except requests.exceptions.RequestException as error:
                outcomes.append(type(error).__name__)

        emulator.world.collection("seeded", registry="model", versions=1)
        threads = [
            threading.Thread(target=ask, args=(lambda server, timeout: call(server, VIEWER, timeout=timeout),)),
            threading.Thread(target=ask, args=(link,)),
        ]
        for thread in threads:
            thread.start()
        while sum(fault.hits for fault in emulator.faults) < 2:
            time.sleep(0.01)
        before = time.monotonic()
    for thread in threads:
        thread.join()
    assert time.monotonic() - before < 20
    assert "ConnectionError" in outcomes


def test_an_upload_that_is_slow_arrives_whole(emulator: Emulator) -> None:
    emulator.fault("slow-upload", count=1, seconds=0.3)
    before = time.monotonic()
    assert put(emulator, b"x" * 200_000).status_code == 200
    assert time.monotonic() - before >= 0.3
    blob = emulator.app.blobs.find_blob("some-key")
    assert blob is not None
    assert blob.body.size == 200_000


def test_no_room_is_left_for_uploads_unless_something_else_is_meant(emulator: Emulator) -> None:
    emulator.fault("quota")
    assert put(emulator).status_code == 403
    assert emulator.app.blobs.find_blob("some-key") is None
    assert works(emulator)


def test_a_signed_url_needs_no_key_and_does_not_expire_with_it(emulator: Emulator) -> None:
    emulator.fault("expired-key")
    assert put(emulator).status_code == 200
    assert call(emulator, VIEWER).status_code == 401


@pytest.mark.parametrize(
    ("options", "hit"),
    [
        ({"count": 2}, [1, 2]),
        ({"share": 0.25}, [4, 8]),
        ({"share": 0.3}, [4, 7, 10]),
        ({"share": 1}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ({"share": 0.5, "count": 2}, [2, 4]),
    ],
)
def test_a_count_and_a_share_are_the_same_in_every_run(
    emulator: Emulator, options: dict[str, Any], hit: list[int]
) -> None:
    fault = emulator.fault("status", "viewer", **options)
    answers = [call(emulator, VIEWER).status_code for _ in range(10)]
    assert [number for number, status in enumerate(answers, 1) if status == 503] == hit
    assert (fault.seen, fault.hits) == (10, len(hit))


def test_the_first_fault_whose_turn_it_is_strikes(emulator: Emulator) -> None:
    emulator.fault("status", "viewer", count=1, status=500)
    emulator.fault("status", status=502)
    assert [call(emulator, VIEWER).status_code for _ in range(2)] == [500, 502]


def test_a_reset_ends_them(emulator: Emulator) -> None:
    emulator.fault("drop")
    emulator.reset()
    assert works(emulator)


def test_the_admin_endpoint_adds_lists_and_removes_them(emulator: Emulator) -> None:
    url = f"{emulator.url}/_regilink/faults"
    assert requests.post(url, json={"kind": "status", "operation": "viewer", "status": 500}, timeout=TIMEOUT).ok
    assert requests.post(url, json=[{"kind": "drop", "operation": "linkArtifact"}], timeout=TIMEOUT).ok
    assert call(emulator, VIEWER).status_code == 500
    listed = requests.get(url, timeout=TIMEOUT).json()
    assert [(each["kind"], each["hits"]) for each in listed] == [("status", 1), ("drop", 0)]
    assert requests.delete(url, timeout=TIMEOUT).json() == []
    assert works(emulator)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"kind": "dorp"}, 'did you mean "drop"?'),
        ({"kind": "drop", "operation": "linkArtefact"}, 'no operation "linkArtefact"; did you mean "linkArtifact"?'),
        ([{"kind": "drop"}, {"kind": "drop", "operation": "links.*"}], 'no operation "links.*"'),
        ({"kind": "drop", "when": 1}, "a fault has no when"),
        ({"operation": "viewer"}, 'a "kind"'),
        ({"kind": "drop", "count": "2"}, 'count is "2"'),
        ({"kind": "drop", "count": True}, "count is True"),
        ("drop", 'a "kind"'),
    ],
)
def test_the_admin_endpoint_says_what_is_wrong(emulator: Emulator, asked: Any, words: str) -> None:
    answer = requests.post(f"{emulator.url}/_regilink/faults", json=asked, timeout=TIMEOUT)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert not emulator.faults


@pytest.mark.parametrize("operation", ["linkArtifact", "LINKARTIFACT", "upload", "UPLOAD", "RunResumeStatus", None])
def test_an_operation_of_the_server_or_of_wandb_is_accepted(emulator: Emulator, operation: str | None) -> None:
    assert emulator.fault("drop", operation).operation == operation


@pytest.mark.parametrize(
    ("options", "words"),
    [
        *(
            ({"kind": "drop", "operation": name}, "no operation")
            for name in ("publish", "no such thing", "links.*", "")
        ),
        ({"kind": "nothing"}, "there are: refuse, status"),
        ({"kind": "drop", "count": 0}, "at least 1"),
        ({"kind": "drop", "share": 1.5}, "at most 1"),
        ({"kind": "status", "status": 200}, "from 400 to 599"),
        ({"kind": "delay", "seconds": float("inf")}, "from 0 to 86400"),
        ({"kind": "slow-upload", "seconds": float("nan")}, "from 0 to 86400"),
        ({"kind": "drop", "status": 500}, "status means nothing for 'drop'"),
        ({"kind": "drop", "seconds": 2}, "seconds means nothing for 'drop'"),
        ({"kind": "refuse", "executed": True}, "executed means nothing for 'refuse'"),
        ({"kind": "slow-upload", "operation": "createArtifact"}, "operation is one of upload"),
    ],
)
def test_a_fault_that_means_nothing_is_an_error(emulator: Emulator, options: dict[str, Any], words: str) -> None:
    with pytest.raises(FaultError, match=words):
        emulator.fault(**options)


def test_an_emulator_without_wandb_refuses_only_what_is_nearly_an_operation(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regilink_doctor.emulator.execution.find_spec", lambda name: None)
    assert emulator.fault("drop", "RunResumeStatus").operation == "RunResumeStatus"
    with pytest.raises(ValueError, match='did you mean "linkArtifact"'):
        emulator.fault("drop", "linkArtefact")


@pytest.mark.parametrize("kind", sample([kind for kind in KINDS if kind not in ("slow-upload", "stall")], one_in=3))
@pytest.mark.parametrize("operation", [None, *TRANSFERS])
def test_the_emulator_survives_every_fault_everywhere(emulator: Emulator, kind: str, operation: str | None) -> None:
    options = {"seconds": 0.01} if kind == "delay" else {}
    emulator.fault(kind, operation, **options)
    url, key = emulator.url, emulator.world.users["alice"].key
    requests_made = [
        ("POST", "/graphql"),
        ("PUT", "/storage/wandb_files/k/n"),
        ("GET", "/storage/wandb_files/k/n"),
        ("POST", "/files/team-a/p/r/file_stream"),
        ("POST", "/sdk/otel/v1/logs"),
        ("GET", "/"),
    ]
    for method, path in requests_made:
        try:
            requests.request(method, url + path, data=b"{}", auth=("api", key), timeout=TIMEOUT)
        except requests.exceptions.RequestException:
            pass
    assert sum(fault.hits for fault in emulator.faults)
    emulator.reset()
    assert works(emulator)


@pytest.mark.parametrize(
    "body",
    [[], {"query": 5}, {"query": "{viewer{id}}", "operationName": [1]}, {"query": "{viewer{id}}", "variables": 1}],
)
def test_a_body_that_is_no_call_is_an_error_with_faults_and_without(emulator: Emulator, body: Any) -> None:
    for _ in range(2):
        answer = requests.post(f"{emulator.url}/graphql", json=body, timeout=TIMEOUT)
        assert answer.status_code == 400
        emulator.fault("drop", "linkArtifact")


def test_faults_strike_behind_the_door_for_responses_too() -> None:
    responses = pytest.importorskip("responses")
    from regilink_doctor.emulator.requests_backend import register

    with Emulator(World.default()) as emulator, responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        register(mock, emulator.app, emulator.url)
        assert works(emulator)
        for kind in ("drop", "truncate"):
            emulator.faults.clear()
            emulator.fault(kind)
            with pytest.raises(requests.exceptions.ConnectionError):
                call(emulator, VIEWER)
        emulator.faults.clear()
        emulator.fault("stall")
        with pytest.raises(requests.exceptions.ReadTimeout):
            call(emulator, VIEWER)


def test_a_client_that_leaves_in_the_middle_is_no_trouble(emulator: Emulator) -> None:
    with socket.create_connection(("127.0.0.1", int(emulator.url.rpartition(":")[2]))) as connection:
        connection.sendall(b"PUT /storage/a/b/c HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nhalf")
    assert works(emulator)


def test_the_admin_endpoint_shows_no_key(emulator: Emulator) -> None:
    key = "a1b2c3d4e5" * 4
    call = {"call": "run.link_artifact", "target_path": f"https://u:{key}@h/?api_key={key}", "error": "ValueError"}
    assert requests.post(f"{emulator.url}/_regilink/calls", json=call, timeout=TIMEOUT).ok
    wrong = requests.post(f"{emulator.url}/_regilink/calls", json={f"api_key={key}": 1}, timeout=TIMEOUT)
    ledger = requests.get(f"{emulator.url}/_regilink/ledger", timeout=TIMEOUT)
    page = requests.get(emulator.url, headers={"Accept": "text/html"}, timeout=TIMEOUT)
    assert wrong.status_code == 400
    for answer in (wrong, ledger, page):
        assert key not in answer.text
        assert "[key]" in answer.text
