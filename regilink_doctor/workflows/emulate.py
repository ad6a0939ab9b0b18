"""Serve the emulator: until stopped, or for the length of a command or of a test without pytest."""

from __future__ import annotations

import functools
import inspect
import os
import shlex
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, TypeVar

from regilink_doctor.config import find_config
from regilink_doctor.core import checked
from regilink_doctor.core.catalog import Catalog
from regilink_doctor.core.files import read_plain, real_path, write_whole
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.origin import set_variable
from regilink_doctor.core.phrases import counted
from regilink_doctor.core.text import escape_text, mark_public
from regilink_doctor.emulator import Emulator, Fence, World, recorder
from regilink_doctor.emulator.environ import REMOVED, within
from regilink_doctor.emulator.loopback import HOST
from regilink_doctor.emulator.world.world import find_free_username
from regilink_doctor.workflows.commands import not_started, run_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from regilink_doctor.core.organization_view import ConfiguredOrganization
    from regilink_doctor.emulator import BlockedAttempt


_DEFAULT_WORLD = (
    "it has Acme Inc (acme) with team-a, alice and the registries model and dataset\n"
    "  help: --world CATALOG, or regilink dry-run, which takes the names from the code"
)
"""Said when a command has failed that has asked for a name that is not there."""

_OWNERS = frozenset({"entity", "entityName", "org", "organization", "orgName", "organizationName"})
"""Variables of wandb's operations that name a team, a user or an organization."""

_PROJECTS = frozenset({"name", "project", "projectName", "modelName"})
"""Variables that name a project, which may be a registry."""


MOST = 5
"""Names that are listed."""

_HARMLESS = "# regilink: ignore-file[REG704] this key opens the emulator and nothing else\n"
"""Stands above the variables, for the linter that finds the file in a project."""


class Unable(Exception):
    """It cannot be served as asked: a sentence for the user."""


def emulate(
    command: Sequence[str] = (),
    *,
    env_file: str | None = None,
    world: Catalog | None = None,
    port: int = 0,
    host: str = HOST,
    allow_hosts: Sequence[str] = (),
    verbose: bool = False,
) -> int:
    """Serve until interrupted, or while `command` runs with the variables for wandb set; its exit status.

    Without a command it prints the two variables that wandb needs to be led there, `verbose` all of them.

    Raises:
        ImportError: graphql-core is not installed.
        Unable: the port is taken, the file cannot be written, the command not started.
    """
    with _make_emulator(world, port, host, allow_hosts) as emulator, Fence(emulator) as fence:
        variables = fence.environ()
        if env_file is not None:
            try:
                if not _is_ours(env_file):
                    raise Unable(f"{escape_text(env_file)} has other variables or code; give --env-file another name")
                _write(env_file, variables)
            except OSError as error:
                raise Unable(f"{escape_text(env_file)} cannot be written: {error.strerror or error}") from None
        emulator.load_graphql()  # while the first program comes up
        if command:
            try:
                status = run_command(command, within(os.environ, variables)).status
            except OSError as error:
                raise Unable(not_started(command, error)) from None
            _tell(fence.blocked)
            for operation in emulator.ledger.unsupported:
                print(f"not emulated, a limit of regilink: {operation}", file=sys.stderr, flush=True)
            missing = _find_missing_names(emulator.world) if status and world is None else []
            if missing:
                names = ", ".join(map(escape_text, missing[:MOST]))
                print(f"the emulator has no {names}; {_DEFAULT_WORLD}", file=sys.stderr, flush=True)
            return status if status >= 0 else 128 - status  # as a shell has it for a signal
        print(f"serving at {emulator.url}, for browsers too; Ctrl-C to stop", file=sys.stderr, flush=True)
        mark_public(variables["WANDB_API_KEY"])
        if not verbose:
            variables = {name: variables[name] for name in ("WANDB_BASE_URL", "WANDB_API_KEY")}
        commands = [set_variable(name, value) for name, value in variables.items()]
        if not verbose and all(command.startswith("export ") for command in commands):
            commands = [" ".join(("export", *(command.removeprefix("export ") for command in commands)))]
        print("\n".join(commands), flush=True)
        _wait()
    return 0


def _make_emulator(world: Catalog | None, port: int, host: str, allow_hosts: Sequence[str]) -> Emulator:
    make_world = functools.partial(World.from_catalog, world) if world is not None else None
    try:
        return Emulator(make_world, port=port, host=host, allow_hosts=allow_hosts)
    except (OSError, OverflowError, UnicodeError) as error:
        where = f"port {port}" if host == HOST else f"{host}, port {port}"
        raise Unable(f"{where} cannot be used: {getattr(error, 'strerror', None) or error}") from None


def _find_missing_names(world: World) -> list[str]:
    """Teams, organizations and registries that wandb asked for and that do not exist, in the order of the requests."""
    with world.lock:
        owners = {*world.entities, *world.organizations}
        projects = {project.name for entity in world.entities.values() for project in entity.projects.values()}
    asked = [pair for request in world.ledger.requests for pair in _list_strings(request.variables or {})]
    missing = [
        value
        for name, value in asked
        if (name in _OWNERS and value not in owners)
        or (name in _PROJECTS and value.startswith(REGISTRY_PREFIX) and value not in projects)
    ]
    return list(dict.fromkeys(missing))


def _list_strings(variables: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in variables.items():
        if isinstance(value, str) and value:
            yield name, value
        elif isinstance(value, dict):
            yield from _list_strings(value)


def _tell(blocked: Sequence[BlockedAttempt]) -> None:
    for host in dict.fromkeys(item.host for item in blocked):
        times = sum(item.host == host for item in blocked)
        print(f"kept from {host}: {counted(times, 'connection')} refused", file=sys.stderr, flush=True)


def _write(path: str, variables: Mapping[str, str]) -> None:
    """The variables as a file for `set -a; . FILE`: whole from the start, as another program waits for it."""
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in variables.items()]
    write_whole(path, "".join((_HARMLESS, *lines)).encode(), 0o644)


def _is_ours(path: str) -> bool:
    """Whether a file may be replaced: it is empty, or written here before."""
    content = read_plain(real_path(path), len(_HARMLESS))
    return content is None or not content.strip() or content.decode("utf-8", "replace") == _HARMLESS


def _wait() -> None:
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    while not stopped.wait(1):  # Windows handles no signal before a wait is over
        pass


T = TypeVar("T")

PARAMETER = "emulator"
"""A decorated function that has this parameter gets the emulator in it."""


class emulated:  # noqa: N801  # a decorator, as `unittest.mock.patch` is
    """Let wandb talk to an emulator of its own, in a `with` block or a decorated function, and keep it from W&B.

    >>> with emulated() as emulator:
    ...     len(emulator.ledger.links)
    0

    Decorating a function runs each call of it with a fresh emulator; a parameter `emulator` receives it. The variables
    of the environment are put back at the end, and a wandb that is loaded is torn down before and after: its runs end,
    and it reads the environment again. One block at a time in a process.

    Args:
        world: what is on the server, or a function that makes it; the default world.
        keep_going: a refused link returns as if it had been accepted, so that one test sees every link.
    """

    @checked
    def __init__(self, world: World | Callable[[], World] | None = None, *, keep_going: bool = False) -> None:
        self._world = world
        self._keep_going = keep_going
        self._stack: ExitStack | None = None

    def __enter__(self) -> Emulator:
        if self._stack is not None:
            raise RuntimeError("this emulator is in use: emulated() makes another")
        with ExitStack() as stack:
            emulator = stack.enter_context(Emulator(self._world))
            fence = stack.enter_context(Fence(emulator))
            variables = {
                **fence.environ(),
                **recorder.build_environ(emulator.folder, emulator.url, keep_going=self._keep_going),
            }
            _tear_down_wandb()
            stack.callback(_restore_environment, dict(os.environ))
            stack.callback(_tear_down_wandb)
            for name in REMOVED & os.environ.keys():
                del os.environ[name]
            os.environ.update(variables)
            recorder.start_recording(emulator.observe)
            stack.callback(recorder.stop_recording, emulator.observe)
            self._stack = stack.pop_all()
        return emulator

    def __exit__(self, *_: object) -> None:
        stack, self._stack = self._stack, None
        if stack is not None:
            stack.close()

    def __call__(self, function: Callable[..., T]) -> Callable[..., T]:
        """Decorate a function or method, a coroutine too."""
        wants_emulator = PARAMETER in inspect.signature(function).parameters

        def add_emulator(values: dict[str, Any], emulator: Emulator) -> dict[str, Any]:
            return {**values, PARAMETER: emulator} if wants_emulator else values

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def run_coroutine(*arguments: Any, **values: Any) -> Any:
                with emulated(self._world, keep_going=self._keep_going) as emulator:
                    return await function(*arguments, **add_emulator(values, emulator))

            return run_coroutine  # type: ignore[return-value]

        @functools.wraps(function)
        def run(*arguments: Any, **values: Any) -> T:
            with emulated(self._world, keep_going=self._keep_going) as emulator:
                return function(*arguments, **add_emulator(values, emulator))

        return run


def _tear_down_wandb() -> None:
    """End the runs of a wandb that is loaded, and let it forget its settings."""
    teardown = getattr(sys.modules.get("wandb"), "teardown", None)
    if teardown is not None:
        teardown()


def _restore_environment(variables: dict[str, str]) -> None:
    for name in os.environ.keys() - variables.keys():
        del os.environ[name]
    os.environ.update(variables)


TEAM = "team-a"


def seeded_world(folder: str, catalog: str | None = None) -> World:
    """A fresh world for the code in `folder`.

    Args:
        folder: where the configuration is looked for, which may name a catalog.
        catalog: this file instead.

    Raises:
        ConfigProblem: the configuration cannot be used. CatalogError: no catalog. OSError: it cannot be read.
    """
    config = find_config(folder)
    path = catalog or config.catalog_path
    if path is None:
        return known_world(config.known)
    saved = Catalog.load(path)
    world = World.from_catalog(saved)
    world.persons.update(config.personal_entities)
    # Who pulled an incomplete one did not see everything: what is not in there may be there.
    world.assumes |= {"person"} if saved.complete else {"team", "registry"}
    return world


def known_world(known: ConfiguredOrganization) -> World:
    """The default world, with what a configuration says in place of its names; what else code names is assumed."""
    world = World(assume=True)
    world.persons.update(known.personal_entities)
    named = (known.entity, *known.teams)
    teams = tuple(dict.fromkeys(name for name in named if name and name not in known.personal_entities)) or (TEAM,)
    if known.organization:
        world.organization(known.organization, entity=known.organization)
        world.assumes.discard("organization")
    else:
        world.organization("Acme Inc", entity="acme")
    for team in teams:
        world.team(team)
    world.user(known.personal_entities[0] if known.personal_entities else find_free_username(world), teams=teams)
    for name, types in {"model": ("model",), "dataset": ("dataset",), **known.registries}.items():
        world.registry(name, types=types or None, protected_aliases=known.protected_aliases)
    return world
