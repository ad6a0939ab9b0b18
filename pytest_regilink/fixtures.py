"""The fixtures. None is autouse: nothing changes for a test that does not ask.

The emulator, and with it graphql-core, is imported when the first test asks for it; wandb never.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from pytest_regilink.keys import GUARD, HAND, sdk_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from responses import RequestsMock

    from pytest_regilink.guard import Guard
    from pytest_regilink.server_fixture import Regilink
    from regilink_doctor.emulator import Emulator, World
    from regilink_doctor.emulator.fence import Fence

T = TypeVar("T")


@pytest.fixture(scope="session")
def regilink_emulator(pytestconfig: pytest.Config) -> Iterator[Emulator]:
    """The emulated W&B server of the session, one for each worker of xdist."""
    from pytest_regilink.frames import import_frames_known
    from regilink_doctor.emulator import Emulator

    with import_frames_known(), Emulator() as emulator:
        yield emulator
        # wandb-core would keep on asking a server that is gone.
        sdk_of(pytestconfig).close()


@pytest.fixture(scope="session")
def _regilink_fence(regilink_emulator: Emulator) -> Iterator[Fence]:
    """One for the session, for wandb-core keeps the proxies with which it was started."""
    from regilink_doctor.emulator.fence import Fence

    with Fence(regilink_emulator) as fence:
        yield fence


@pytest.fixture(scope="session")
def regilink_settings() -> Mapping[str, str]:
    """Variables for wandb besides ours, such as `WANDB_PROJECT`; override it in a conftest, a module or a class."""
    return {}


@pytest.fixture
def regilink_world(request: pytest.FixtureRequest) -> World:
    """What the server begins with; override it in a conftest, a module or a class.

    The catalog of `--regilink-catalog`, or of the configuration; without one `Acme Inc` with `team-a`, `alice`, `model`
    and `dataset`, and whatever else the code names, as assumed.
    """
    return _seed(request)


@pytest.fixture
def regilink(
    request: pytest.FixtureRequest,
    regilink_emulator: Emulator,
    _regilink_fence: Fence,
    regilink_world: World,
    regilink_settings: Mapping[str, str],
    tmp_path: Path,
) -> Iterator[Regilink]:
    """A fresh W&B server, and an environment in which the real wandb finds it and nothing else."""
    with _hand(request, regilink_emulator, _regilink_fence, regilink_world, regilink_settings, tmp_path) as hand:
        yield hand


@pytest.fixture(scope="module")
def regilink_module(
    request: pytest.FixtureRequest,
    _regilink_fence: Fence,
    regilink_settings: Mapping[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Regilink]:
    """As `regilink`, for a whole module: a training that takes long is run once, and many tests look at what came."""
    with _wider(request, _regilink_fence, regilink_settings, tmp_path_factory) as hand:
        yield hand


@pytest.fixture(scope="session")
def regilink_session(
    request: pytest.FixtureRequest,
    _regilink_fence: Fence,
    regilink_settings: Mapping[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Regilink]:
    """As `regilink`, for the whole session."""
    with _wider(request, _regilink_fence, regilink_settings, tmp_path_factory) as hand:
        yield hand


@pytest.fixture
def regilink_responses(regilink: Regilink) -> Iterator[RequestsMock]:
    """The second door, for code that calls the GraphQL endpoint with `requests`: the same world, without a socket.

    W&B's own hosts and the emulator's address are answered; more can be added to what the fixture gives.
    """
    try:
        import responses
    except ImportError:
        pytest.fail('regilink_responses needs responses: pip install "regilink[pytest]"', pytrace=False)

    from pytest_regilink.guard import GRAPHQL_HOSTS
    from regilink_doctor.emulator import requests_backend

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for url in (*GRAPHQL_HOSTS, regilink.emulator.url):
            requests_backend.register(mock, regilink.emulator.app, url)
        yield mock


@pytest.fixture
def regilink_guard(request: pytest.FixtureRequest, _regilink_fence: Fence) -> Iterator[Guard]:
    """Fails the test if it, or a process that it starts, tries to reach a real W&B server."""
    from pytest_regilink.guard import Guard

    with Guard(_regilink_fence, sdk_of(request.config)) as guard:
        request.node.stash[GUARD] = guard
        yield guard


@contextmanager
def _wider(
    request: pytest.FixtureRequest, fence: Fence, settings: Mapping[str, str], folders: pytest.TempPathFactory
) -> Iterator[Regilink]:
    """A hand with a server of its own: tests with a server for each go on beside it."""
    from regilink_doctor.emulator import Emulator

    with Emulator() as emulator:
        world, folder = _seed(request), folders.mktemp("regilink")
        with _hand(request, emulator, fence, world, settings, folder) as hand:
            yield hand


@contextmanager
def _hand(
    request: pytest.FixtureRequest,
    emulator: Emulator,
    fence: Fence,
    world: World,
    settings: Mapping[str, str],
    folder: Path,
) -> Iterator[Regilink]:
    from pytest_regilink.conditions import Conditions
    from pytest_regilink.environment import Environment, variables
    from pytest_regilink.recording import Recording
    from pytest_regilink.sdk import SERVICE
    from pytest_regilink.server_fixture import Regilink, UnfinishedRun

    conditions = Conditions.of(request)
    _in_words(request, conditions.arrange, world)
    emulator.reset(world)
    ours = {**_in_words(request, variables, emulator, fence, folder / "regilink"), **settings}
    environment, sdk, recording = Environment(), sdk_of(request.config), Recording(emulator)
    layer = sdk.enter()
    service = {} if layer.service is None else {SERVICE: layer.service}
    environment.set({**ours, **service})
    recording.start()
    hand = request.node.stash[HAND] = Regilink(emulator, fence, sdk)
    unfinished: list[str] = []
    try:
        _in_words(request, conditions.disturb, emulator)
        yield hand
    finally:
        emulator.faults.clear()
        try:
            unfinished = sdk.leave(layer)
        finally:
            recording.stop()
            environment.restore()
    for run in unfinished:
        request.node.warn(UnfinishedRun(run))


def _in_words(request: pytest.FixtureRequest, call: Callable[..., T], *given: Any) -> T:
    """What the call gives; what is wrong with a condition, a world or a catalog is said without a traceback."""
    try:
        return call(*given)
    except OSError as error:
        words = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    except ValueError as error:
        words = str(error)
    pytest.fail(f"{request.node.nodeid}: {words}", pytrace=False)


def _seed(request: pytest.FixtureRequest) -> World:
    from pytest_regilink.options import catalog_path
    from regilink_doctor.workflows.default_world import seeded_world

    config = request.config
    path = catalog_path(config)
    if path and not os.path.exists(path):
        words = f"--regilink-catalog: {path}: no such file; `regilink catalog pull {path}` makes it"
        pytest.fail(words, pytrace=False)
    return _in_words(request, seeded_world, str(config.rootpath), path)
