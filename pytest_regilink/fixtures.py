"""The fixtures. None is autouse: nothing changes for a test that does not ask.

The emulator, and with it graphql-core, is imported when the first test asks for it; wandb never.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from pytest_regilink.options import FENCE, GUARD, SERVER_FIXTURES, SERVERS, find_catalog, is_report_wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from responses import RequestsMock

    from pytest_regilink.guard import Guard
    from pytest_regilink.isolation import Isolation
    from pytest_regilink.server_fixture import Regilink
    from regilink_doctor.emulator import Emulator, World
    from regilink_doctor.emulator.fence import Fence

T = TypeVar("T")


@pytest.fixture(scope="session")
def regilink_emulator(pytestconfig: pytest.Config) -> Iterator[Emulator]:
    """The emulated W&B server of the session, one for each worker of xdist."""
    from pytest_regilink.isolation import import_frames_known, isolation_of
    from regilink_doctor.emulator import Emulator
    from regilink_doctor.emulator.fence import Fence

    with import_frames_known(), Emulator() as emulator:
        # One fence for the session, as wandb-core keeps the proxies with which it was started. As a fixture, pytest
        # would offer it among the available ones.
        with Fence(emulator, _find_hosts(pytestconfig)) as fence:
            pytestconfig.stash[FENCE] = fence
            yield emulator
        # wandb-core would go on asking a server that is gone.
        isolation_of(pytestconfig).end_services()


def find_fence(request: pytest.FixtureRequest) -> Fence:
    """The fence around the emulator of the session."""
    request.getfixturevalue("regilink_emulator")
    fence: Fence = request.config.stash[FENCE]
    return fence


@pytest.fixture(scope="session")
def regilink_settings() -> Mapping[str, str]:
    """More variables for wandb, such as `WANDB_PROJECT`; override it in a conftest, a module or a class."""
    return {}


@pytest.fixture
def regilink_world(request: pytest.FixtureRequest) -> World:
    """What the server begins with; override it in a conftest, a module or a class.

    The catalog of `--regilink-catalog`, or of the configuration; without one `Acme Inc` with `team-a`, `alice`, `model`
    and `dataset`, and whatever else the code names, as assumed.
    """
    return _make_world(request)


@pytest.fixture
def regilink(
    request: pytest.FixtureRequest,
    regilink_emulator: Emulator,
    regilink_world: World,
    regilink_settings: Mapping[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Regilink]:
    """A fresh W&B server, and an environment in which the real wandb finds it and nothing else."""
    folder = tmp_path_factory.mktemp("regilink")  # not in `tmp_path`, which is the test's own: it may publish it
    with _open_server(
        request, regilink_emulator, find_fence(request), regilink_world, regilink_settings, folder
    ) as server:
        yield server


def _open_wider_server(
    request: pytest.FixtureRequest,
    regilink_emulator: Emulator,
    regilink_settings: Mapping[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Regilink]:
    """As `regilink`, once for a class, module or session: a training that takes long runs once, for many tests."""
    with _open_own_server(request, find_fence(request), regilink_settings, tmp_path_factory) as server:
        yield server


regilink_class = pytest.fixture(scope="class", name="regilink_class")(_open_wider_server)
regilink_module = pytest.fixture(scope="module", name="regilink_module")(_open_wider_server)
regilink_session = pytest.fixture(scope="session", name="regilink_session")(_open_wider_server)


@pytest.fixture
def regilink_factory(
    request: pytest.FixtureRequest,
    regilink_emulator: Emulator,
    regilink_settings: Mapping[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Regilink]]:
    """Several servers in one test: each call makes one, with the mark's arguments, such as `role="viewer"`.

    The code in `with server:` goes to that server; outside of such a block it goes to the newest one.
    """
    with ExitStack() as stack:

        def make_server(**conditions: Any) -> Regilink:
            server = _open_own_server(request, find_fence(request), regilink_settings, tmp_path_factory, conditions)
            return stack.enter_context(server)

        yield make_server


@pytest.fixture
def regilink_responses(request: pytest.FixtureRequest, regilink: Regilink) -> Iterator[RequestsMock]:
    """The same world behind the `responses` library, for code that calls the GraphQL endpoint with `requests`.

    W&B's own hosts, that of the configuration and the emulator's are answered; more can be added to the result.
    """
    try:
        import responses
    except ImportError:
        pytest.fail('regilink_responses needs responses: install regilink with its extra "pytest"', pytrace=False)

    from pytest_regilink.guard import GRAPHQL_HOSTS
    from pytest_regilink.isolation import ANSWERS_FOR_EMULATOR
    from regilink_doctor.emulator import requests_backend

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        setattr(mock, ANSWERS_FOR_EMULATOR, True)
        for url in (*GRAPHQL_HOSTS, *_find_hosts(request.config), regilink.emulator.url):
            requests_backend.register(mock, regilink.emulator.app, url)
        yield mock


@pytest.fixture
def regilink_guard(request: pytest.FixtureRequest, regilink_emulator: Emulator) -> Iterator[Guard]:
    """Fails the test if it, or a process that it starts, tries to reach a real W&B server."""
    from pytest_regilink.guard import Guard
    from pytest_regilink.isolation import isolation_of

    with Guard(find_fence(request), isolation_of(request.config)) as guard:
        request.node.stash[GUARD] = guard
        yield guard
        _warn_of_processes(request, guard.watch.unwatched)


def _warn_of_processes(request: pytest.FixtureRequest, programs: tuple[str, ...]) -> None:
    from pytest_regilink.guard import UnwatchedProcess

    for program in programs:
        request.node.warn(UnwatchedProcess(program))


def _find_hosts(config: pytest.Config) -> tuple[str, ...]:
    """The team's own W&B server: the `host` of the configuration."""
    from regilink_doctor.config import find_config

    try:
        host = find_config(str(config.rootpath)).host
    except (OSError, ValueError):
        return ()  # the fixture of the world reports it
    return (host,) if host else ()


def find_isolation(config: pytest.Config) -> Isolation | None:
    """That of the session, if a test has asked for a server yet."""
    import sys

    module = sys.modules.get("pytest_regilink.isolation")
    return config.stash.get(module.ISOLATION, None) if module is not None else None


def watch_environment(node: pytest.Item | pytest.Collector) -> None:
    """Put the variables back when all fixtures of this node have ended."""
    from pytest_regilink.isolation import isolation_of

    isolation_of(node.config).watch_node(node)


def bring_fixture(item: pytest.Item) -> None:
    """Let a marked test have the server that its mark describes.

    Raises:
        Failed: it uses a server of wider scope, which the mark does not reach.
    """
    names: list[str] = item.fixturenames  # type: ignore[attr-defined]
    if "regilink" in names:
        return
    wider = [name for name in names if name in SERVER_FIXTURES]
    if not wider:
        names.insert(_find_function_scope(item, names), "regilink")
        return
    scope = wider[0].removeprefix("regilink_")
    kinds: dict[str, tuple[type, ...]] = {"class": (pytest.Class,), "module": (pytest.Module,), "session": ()}
    owner = next((node for node in reversed(item.listchain()) if isinstance(node, kinds[scope])), item.session)
    reached = list(owner.iter_markers("regilink"))
    if any(mark not in reached for mark in item.iter_markers("regilink")):
        help_text = "use the fixture regilink" if scope == "session" else f"mark the {scope}"
        pytest.fail(
            f"{item.nodeid}: the mark regilink does not reach {wider[0]}, made once for the {scope}: {help_text}",
            pytrace=False,
        )


def mark_doctest(item: pytest.Item) -> None:
    """Give a doctest the mark of its module, which older versions of pytest do not."""
    if item.get_closest_marker("regilink") is None:
        marks = item.dtest.globs.get("pytestmark", [])  # type: ignore[attr-defined]
        for mark in marks if isinstance(marks, list) else [marks]:
            if mark.name == "regilink":
                item.add_marker(mark)


def fill_fixture(item: pytest.Item) -> None:
    """Give a server to an item of a kind that has no fixtures, such as a notebook of nbmake; doctests have theirs."""
    _make_request(item, "regilink").getfixturevalue("regilink")


def _make_request(item: pytest.Item, *names: str) -> pytest.FixtureRequest:
    """A request for the fixtures of an item that has none."""
    from _pytest.fixtures import TopRequest

    values: Any = item
    values.funcargs = {}
    values._fixtureinfo = values.session._fixturemanager.getfixtureinfo(node=item, func=None, cls=None)
    values.fixturenames = [*values._fixtureinfo.names_closure, *names]
    return TopRequest(values, _ispytest=True)


_CELL_MARKS = pytest.StashKey["list[pytest.Mark]"]()
"""On a notebook of nbval: the marks with which its server was made."""


def is_cell(item: pytest.Item) -> bool:
    """Whether it is a cell of nbval, which shares a kernel with the others of its notebook."""
    return type(item).__module__.partition(".")[0] == "nbval"


def prepare_notebook(cell: pytest.Item) -> None:
    """Give a notebook of nbval its server before its kernel starts, with the first cell; the cells share both.

    Raises:
        Failed: the kernel runs already, for a cell with other marks.
    """
    notebook: Any = cell.parent
    marks = list(cell.iter_markers("regilink"))
    setup = cell.session._setupstate
    if notebook in setup.stack:
        if notebook.stash.get(_CELL_MARKS, None) != marks:
            pytest.fail(
                f"{cell.nodeid}: the mark regilink does not reach this cell, the kernel of its notebook has started "
                "without it: give all cells the same mark",
                pytrace=False,
            )
        return
    setup.setup(notebook.parent)
    request = _make_request(cell)
    values = [request.getfixturevalue(name) for name in ("regilink_settings", "tmp_path_factory")]
    stack = ExitStack()
    server = stack.enter_context(_open_own_server(request, find_fence(request), *values))
    stack.callback(_fail_unmet_by, server)
    notebook.stash[_CELL_MARKS] = marks
    try:
        setup.setup(notebook)
    except BaseException:
        stack.close()
        raise
    notebook.addfinalizer(stack.close)


def _find_function_scope(item: pytest.Item, names: list[str]) -> int:
    """Where the fixtures of function scope begin: those of wider scope are not to run inside the test's server."""
    definitions = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    for index, name in enumerate(names):
        if definitions.get(name) and definitions[name][-1].scope == "function":
            return index
    return len(names)


def fail_unmet(item: pytest.Item) -> None:
    """Fail a test that did not meet the faults and failures that it declares.

    Raises:
        Failed: it did not.
    """
    for server in item.stash.get(SERVERS, ()):
        if not all(block.is_entered for block in server.blocks):
            pytest.fail("assert_fails_loudly checks nothing without `with`", pytrace=False)
        _fail_unmet_by(server)


def _fail_unmet_by(server: Regilink) -> None:
    if message := server.check_claims() or server.conditions.find_unmet(server.declared_faults, server.links):
        pytest.fail(message, pytrace=False)


@contextmanager
def _open_own_server(
    request: pytest.FixtureRequest,
    fence: Fence,
    settings: Mapping[str, str],
    folders: pytest.TempPathFactory,
    conditions: Mapping[str, Any] | None = None,
) -> Iterator[Regilink]:
    """A server beside that of the session: other tests go on with theirs."""
    from regilink_doctor.emulator import Emulator

    with Emulator() as emulator:
        fence.emulators.add(emulator.url)
        world, folder = _make_world(request), folders.mktemp("regilink")
        with _open_server(request, emulator, fence, world, settings, folder, conditions) as server:
            yield server


@contextmanager
def _open_server(
    request: pytest.FixtureRequest,
    emulator: Emulator,
    fence: Fence,
    world: World,
    settings: Mapping[str, str],
    folder: Path,
    values: Mapping[str, Any] | None = None,
) -> Iterator[Regilink]:
    from pytest_regilink.conditions import Conditions, read_fault_set
    from pytest_regilink.isolation import HostWatch, isolation_of, server_variables
    from pytest_regilink.link_coverage import note_links, noting_callers
    from pytest_regilink.server_fixture import Regilink, UnfinishedRun

    isolation = isolation_of(request.config)
    conditions = Conditions.from_request(request).with_values(request.node.nodeid, values or {})
    _call_or_fail(request, conditions.arrange_world, world)
    isolation.issue_keys(world)
    emulator.reset(world)
    variables = {
        **_call_or_fail(request, server_variables, isolation, emulator, fence, folder),
        **settings,
    }
    room = isolation.enter_room(request.fixturename or "regilink", variables, emulator, HostWatch(fence))
    server = Regilink(emulator, fence, isolation, room, conditions)
    request.node.stash.setdefault(SERVERS, []).append(server)
    unfinished: list[str] = []
    try:
        _call_or_fail(request, conditions.inject_faults, server.fault)
        for kind in read_fault_set(request.config):
            _call_or_fail(request, emulator.fault, kind)
        with ExitStack() as stack:
            if is_report_wanted(request.config):
                stack.enter_context(
                    noting_callers(request.config, request.node.nodeid, lambda: isolation.active_room is room)
                )
            yield server
    finally:
        emulator.faults.clear()
        unfinished = isolation.leave_room(room)
        if is_report_wanted(request.config):
            note_links(request.config, request.node.nodeid, server.links)
        request.node.stash[SERVERS].remove(server)
    for run in unfinished:
        request.node.warn(UnfinishedRun(run))
    if not server.requests and GUARD not in request.node.stash:  # else the guard warns
        _warn_of_processes(request, server.led_away)


def _call_or_fail(request: pytest.FixtureRequest, function: Callable[..., T], *arguments: Any) -> T:
    """Call; report a condition, world or catalog that cannot be used without a traceback."""
    try:
        return function(*arguments)
    except OSError as error:
        message = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    except ValueError as error:
        message = str(error)
    pytest.fail(f"{request.node.nodeid}: {message}", pytrace=False)


def _make_world(request: pytest.FixtureRequest) -> World:
    from regilink_doctor.workflows.emulate import seeded_world

    config = request.config
    path = find_catalog(config)
    if path and not os.path.exists(path):
        message = f"--regilink-catalog: {path}: no such file; `regilink catalog pull {path}` makes it"
        pytest.fail(message, pytrace=False)
    return _call_or_fail(request, seeded_world, str(config.rootpath), path)
