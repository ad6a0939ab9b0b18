"""Each field of a good reply, replaced in turn by odd values: no command crashes, believes it, or calls it well."""

from __future__ import annotations

import copy
import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from tables import sample

from regilink_doctor import LinkError, preflight
from regilink_doctor.client.gateway import Answer, Gateway
from regilink_doctor.core.catalog import Catalog
from regilink_doctor.core.link_map import LinkMap
from regilink_doctor.emulator import Emulator, World
from regilink_doctor.rules.selection import EVERYTHING
from regilink_doctor.workflows.catalog import pull_catalog
from regilink_doctor.workflows.diagnose import diagnose
from regilink_doctor.workflows.link_map import find_map_problems
from regilink_doctor.workflows.server_session import Unanswered
from regilink_doctor.workflows.verify import verify

ZOO = "wandb-registry-model/zoo"
ODD: tuple[Any, ...] = ("", "\ud800", "\x1b[2J\u202e", 7, -1, 1.5, 10**17, True, [], [1], [None], {}, {"x": 1}, [[]])
PARTS = 24
"""Each puts into each field every twelfth of the values. The first always runs, the others in CI."""

Reply = dict[str, Any]
Step = tuple[str, ...]


def world() -> World:
    world = World.default()
    world.collection("zoo", registry="model", versions=2, aliases=["prod"])
    return world


def run_doctor(environ: dict[str, str], folder: Path) -> str:
    """The problem that stopped the command, empty when it did its work."""
    found = diagnose([ZOO], consumed=[f"{ZOO}:prod"], artifact_type="model", cwd=folder, environ=environ, probe=False)
    assert not found.of("crash"), found.of("crash")
    if found.exit_status() == 2:
        return " ".join(check.text for check in found.of("fail"))
    return ""


def run_verify(environ: dict[str, str], folder: Path) -> str:
    try:
        verify([f"{ZOO}:prod", f"{ZOO}:absent"], cwd=folder, environ=environ)
    except Unanswered as problem:
        return str(problem)
    return ""


def run_pull(environ: dict[str, str], folder: Path) -> str:
    try:
        catalog = pull_catalog(collections="full", cwd=folder, environ=environ)
    except Unanswered as problem:
        return str(problem)
    Catalog.from_json(json.loads(json.dumps(catalog.to_json()).encode()))
    return ""


def run_live_map(environ: dict[str, str], folder: Path) -> str:
    """What `map --live` asks: also for the members and the last links."""
    try:
        catalog = pull_catalog(collections="full", with_writers=True, cwd=folder, environ=environ)
    except Unanswered as problem:
        return str(problem)
    for problem in find_map_problems(LinkMap((), ("r",), catalog, is_live=True), EVERYTHING):
        assert problem.finding.message
    return ""


def run_preflight(environ: dict[str, str], folder: Path) -> str:
    """What `preflight` warns of or raises; it reads the environment of its own process."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        patch.chdir(folder)
        for name, value in environ.items():
            patch.setenv(name, value)
        try:
            preflight(ZOO, type="model")
        except LinkError as error:
            return str(error)
    return "\n".join(str(warning.message) for warning in caught)


COMMANDS: dict[str, Callable[[dict[str, str], Path], str]] = {
    "doctor": run_doctor,
    "map": run_live_map,
    "preflight": run_preflight,
    "verify": run_verify,
    "pull": run_pull,
}


class Replies:
    """Plays the recorded replies of a good run again, one of them changed."""

    def __init__(self, recorded: list[Reply]) -> None:
        self.recorded = recorded
        self.changed: tuple[int, Reply] | None = None
        self.number = 0

    def play(self, command: Callable[[dict[str, str], Path], str], environ: dict[str, str], folder: Path) -> str:
        self.number = 0
        return command(environ, folder)

    def answer(self, gateway: Gateway, *_: object) -> Answer:
        number, self.number = self.number, self.number + 1
        # A changed answer may lead to other questions than the good one: those get nothing that fits.
        value = self.recorded[number] if number < len(self.recorded) else {"data": {}}
        if self.changed is not None and self.changed[0] == number:
            value = self.changed[1]
        response = requests.Response()
        response.status_code = 200
        return gateway._read(response, json.dumps(value).encode())


def record_replies(
    command: Callable[[dict[str, str], Path], str], environ: dict[str, str], folder: Path, patch: pytest.MonkeyPatch
) -> list[Reply]:
    replies: list[Reply] = []
    read = Gateway._read

    def reading(self: Gateway, response: requests.Response, body: bytes) -> Answer:
        replies.append(json.loads(body))
        return read(self, response, body)

    with patch.context() as during:
        during.setattr(Gateway, "_read", reading)
        assert command(environ, folder) == "", "the good run is good"
    return replies


def places_of(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[tuple[object, ...], object]]:
    """Every field below `data`, with its value; of a list the first two items, for the others are read as they are."""
    items: Any = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key), inner
        yield from places_of(inner, (*path, key))


def with_value(reply: Reply, path: tuple[object, ...], value: object) -> Reply:
    changed = copy.deepcopy(reply)
    inner: Any = changed["data"]
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


def is_of_another_type(old: object, new: object) -> bool:
    """Whether no reader can take the new value for one of the old one's type."""
    return old is not None and type(old) is not type(new)


@pytest.fixture
def environ(emulator: Emulator, tmp_path: Path, make_environment: Callable[[str | None], Path]) -> dict[str, str]:
    emulator.reset(world())
    return {**emulator.environ(), "HOME": str(tmp_path), "VIRTUAL_ENV": str(make_environment("0.31.0"))}


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.slow) for part in range(1, PARTS))])
@pytest.mark.parametrize("name", sample(COMMANDS, one_in=3))
def test_a_wrong_type_is_named_and_nothing_else_is_believed(
    name: str, part: int, environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = COMMANDS[name]
    replies = Replies(record_replies(command, environ, tmp_path, monkeypatch))
    monkeypatch.setattr(Gateway, "_bounded", lambda gateway, *_: replies.answer(gateway))
    assert replies.play(command, environ, tmp_path) == ""
    tried = 0
    for number, reply in enumerate(replies.recorded):
        for index, (path, old) in enumerate(places_of(reply["data"])):
            for value in (None, *ODD)[(index + part) % PARTS :: PARTS]:
                replies.changed = (number, with_value(reply, path, value))
                problem = replies.play(command, environ, tmp_path)
                tried += 1
                if value is not None and is_of_another_type(old, value):
                    assert "answers, but not as W&B does" in problem, (path, value, problem)
                    assert "`" in problem, "the field is named"
    assert tried > 40


@pytest.mark.parametrize("path", [("viewer", "teams"), ("viewer", "teams", "edges")])
def test_teams_that_are_missing_are_not_an_account_without_teams(
    path: tuple[str, ...], environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, command in COMMANDS.items():
        replies = Replies(record_replies(command, environ, tmp_path, monkeypatch))
        replies.changed = (0, with_value(replies.recorded[0], path, None))
        with monkeypatch.context() as patch:
            patch.setattr(Gateway, "_bounded", lambda gateway, *_, replies=replies: replies.answer(gateway))
            problem = replies.play(command, environ, tmp_path)
        assert "answers, but not as W&B does" in problem, name
        assert f"`{'.'.join(path)}` is null" in problem, name
