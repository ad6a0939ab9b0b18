"""What a test has to itself in this process: environment, wandb's memory, the place of its links, a watch of hosts.

Each server fixture has a `Room`. One room is active at a time, or none: then everything is as it is outside. A room of
wider scope is left for the length of a test that does not ask for it.
"""

from __future__ import annotations

import inspect
import logging
import os
import sys
from contextlib import contextmanager
from functools import partial
from itertools import count
from secrets import token_hex
from tempfile import mkstemp
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from pytest_regilink.lookups import find_mocks
from pytest_regilink.sdk import Sdk, WandbMemory
from regilink_doctor.core.text import escape_text
from regilink_doctor.emulator import environ, recorder
from regilink_doctor.emulator.world.world import default_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from regilink_doctor.emulator import Emulator, World
    from regilink_doctor.emulator.fence import Fence


class RealHostReached(ConnectionError):
    """The test tried to reach a real W&B server."""


class HostWatch:
    """Refuses the connections of this process, and of its forks, to real W&B servers; notes them."""

    def __init__(self, fence: Fence) -> None:
        self._fence = fence
        self._process = os.getpid()
        self._number = next(_numbers)
        self._notes: dict[tuple[str, str], None] = {}

    @property
    def reached(self) -> tuple[str, ...]:
        """Hosts and ports that were asked for, each once."""
        return self._list_notes("reached")

    @property
    def unwatched(self) -> tuple[str, ...]:
        """The programs that were started with an environment that does not lead to the proxy, each once."""
        return tuple(dict.fromkeys((*self.led_away, *self._list_notes("unwatched"))))

    @property
    def led_away(self) -> tuple[str, ...]:
        """Those of them whose environment does not lead wandb to an emulator either."""
        return self._list_notes("led-away")

    def _list_notes(self, kind: str) -> tuple[str, ...]:
        notes = [*self._notes, *_read_notes_of_forks(self._number)]
        return tuple(dict.fromkeys(text for noted, text in notes if noted == kind))

    def _note(self, kind: str, text: str) -> None:
        if os.getpid() == self._process:
            self._notes.setdefault((kind, text))
        elif _notes_of_forks is not None:
            os.write(_notes_of_forks, f"{self._number} {kind} {text}\n".encode())

    def start(self) -> None:
        """Watch."""
        _add_hook()
        _watches.append(self)

    def stop(self) -> None:
        """Watch no longer; what was reached is still known."""
        if self in _watches:
            _watches.remove(self)

    def check_address(self, host: object, port: object) -> None:
        """Refuse a real server.

        Raises:
            RealHostReached: it is one.
        """
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if isinstance(name, str) and self._fence.is_real_address(name, port):
            shown = escape_text(f"{name}:{port}" if port else name)
            self._note("reached", shown)
            raise RealHostReached(f"{escape_text(name)} is a real W&B server: regilink lets no test reach it")

    def check_process(self, program: object, environment: Mapping[Any, Any] | None) -> None:
        """Note a process that would not find the proxy."""
        given: Mapping[Any, Any] = os.environ if environment is None else environment
        variables = {os.fsdecode(name): os.fsdecode(value) for name, value in given.items()}
        path = os.fsdecode(program) if isinstance(program, (str, bytes, os.PathLike)) else str(program)
        if (name := os.path.basename(path)) not in _TOOLS and not self._fence.is_used_by(variables):
            self._note("unwatched" if self._fence.is_emulator(variables) else "led-away", escape_text(name))


_TOOLS = frozenset({"gcc", "git", "ld", "ldconfig", "lscpu", "nvidia-smi", "objdump", "uname"})
"""Programs that link nothing, and that libraries start with their own environment (`ctypes.util.find_library`)."""


# The audit hook. It cannot be removed, so there is one for the whole process, added by the first watch.

_watches: list[HostWatch] = []
_numbers = count(1)
_is_hooked = False
_notes_of_forks: int | None = None
"""A file without a name, in which forks note what they reach: their memory is their own."""


def _add_hook() -> None:
    global _is_hooked, _notes_of_forks
    if not _is_hooked:
        _is_hooked = True
        sys.addaudithook(_see_event)
        if hasattr(os, "fork"):
            _notes_of_forks, path = mkstemp()
            os.unlink(path)


def _read_notes_of_forks(number: int) -> list[tuple[str, str]]:
    """Kind and text of what the forks of a process have noted for the watch of this number."""
    if _notes_of_forks is None:
        return []
    lines = os.pread(_notes_of_forks, os.fstat(_notes_of_forks).st_size, 0).decode(errors="replace").splitlines()
    notes = [line.split(" ", 2) for line in lines]
    return [(kind, text) for owner, kind, text in notes if owner == str(number)]


def _see_event(event: str, args: tuple[Any, ...]) -> None:
    if _watches and (check := _CHECKS.get(event)) is not None:
        refusal = None
        for watch in tuple(_watches):  # each is to note it
            try:
                check(watch, args)
            except RealHostReached as error:
                refusal = error
        if refusal is not None:
            raise refusal


def _check_lookup(watch: HostWatch, args: tuple[Any, ...]) -> None:
    watch.check_address(args[0], args[1] if len(args) > 1 else None)


def _check_socket(watch: HostWatch, args: tuple[Any, ...]) -> None:
    if isinstance(address := args[1], tuple) and len(address) >= 2:
        watch.check_address(address[0], address[1])


_CHECKS: dict[str, Callable[[HostWatch, tuple[Any, ...]], None]] = {
    "socket.getaddrinfo": _check_lookup,
    "socket.gethostbyname": _check_lookup,
    "socket.connect": _check_socket,
    "socket.sendto": _check_socket,
    "subprocess.Popen": lambda watch, args: watch.check_process(args[0] or args[1], args[3]),
    "os.posix_spawn": lambda watch, args: watch.check_process(args[0], args[2]),
    "os.exec": lambda watch, args: watch.check_process(args[0], args[2]),
    "os.system": lambda watch, args: watch.check_process(args[0], None),
}
"""Event -> what to do; the arguments are those of the table of audit events in the documentation of Python."""


ISOLATION = pytest.StashKey["Isolation"]()
_SNAPSHOT = pytest.StashKey["_Snapshot"]()
_FROZEN = ("importlib._bootstrap", "importlib._bootstrap_external", "runpy")


class Room:
    """The environment and wandb's memory of one fixture; up to date while the room is not active.

    `name` is that of the fixture. `emulator` learns of the links of this process, unless it is None.
    """

    def __init__(
        self, name: str, emulator: Emulator | None, below: Room | None, watch: HostWatch | None = None
    ) -> None:
        self.name = name
        self.emulator = emulator
        self.below = below
        self.watch = watch
        """Refuses real W&B servers while the room is active."""
        self.mocks: list[tuple[str, object]] = []
        """The mocks that were in place of wandb at some time, each with its name."""
        self.variables: dict[str, str] = {}
        self.memory: WandbMemory | None = None


class _Snapshot:
    """The variables at the beginning of a test, class, module or session, and in which room they were so."""

    def __init__(self, room: Room, variables: dict[str, str], entered: int) -> None:
        self.room = room
        self.variables = variables
        self.entered = entered


class Isolation:
    """The rooms of this process."""

    def __init__(self) -> None:
        self.sdk = Sdk()
        self._outside = Room("", None, None)
        self._active = self._outside
        self._rooms: list[Room] = []
        self._entered = 0
        self._issued_keys: set[str] = set()
        self._seen: dict[str, set[str | None]] = {}
        """Name -> its values in rooms, None: not set. A fixture that puts back what it saw in a room writes one."""

    # Rooms.

    def enter_room(
        self,
        name: str,
        variables: Mapping[str, str],
        emulator: Emulator | None = None,
        watch: HostWatch | None = None,
    ) -> Room:
        """Begin a room with these variables of wandb's alone; without an emulator, with what the room before has."""
        before = self._active
        room = Room(name, emulator or before.emulator, before, watch or before.watch)
        self._entered += 1
        for variable in (*variables, *self._read_watched()):
            self._seen.setdefault(variable, set()).add(variables.get(variable))
        self._save_room(self._active)
        room.memory = self.sdk.fresh_memory()
        others = {name: value for name, value in self._read_watched().items() if not _is_wandbs(name)}
        room.variables = {**others, **variables}
        self._rooms.append(room)
        self._load_room(room)
        return room

    def leave_room(self, room: Room) -> list[str]:
        """Finish the runs that are still open in the room, and end it; the paths of those runs."""
        after = self._active if self._active is not room else room.below or self._outside
        self.activate_room(room)
        try:
            return self.sdk.finish_runs()
        finally:
            self.sdk.park_service()
            self.sdk.close_forgotten()
            self._rooms.remove(room)
            for other in self._rooms:
                if other.below is room:
                    other.below = room.below
            self._save_room(room)
            for name, value in room.variables.items():
                self._seen.setdefault(name, set()).add(value)
            self._load_room(after)

    @property
    def active_room(self) -> Room:
        """The room that the code is in now."""
        return self._active

    def activate_room(self, room: Room | None) -> None:
        """Go into this room, or outside."""
        target = room or self._outside
        if target is not self._active:
            self._save_room(self._active)
            self._load_room(target)

    def activate_for(self, fixture_names: frozenset[str]) -> None:
        """Go into the newest room that is asked for; outside, when none is."""
        if self._rooms:
            wanted = [room for room in self._rooms if room.name in fixture_names]
            self.activate_room(wanted[-1] if wanted else None)

    def refresh_wandb(self) -> None:
        """Let wandb read the environment again, within a test."""
        self.sdk.refresh_environment()

    def issue_keys(self, world: World) -> None:
        """Give the users keys of their own, for a process that outlives its test; any other key is the first user's."""
        world.retired_keys |= self._issued_keys
        for user in tuple(world.users.values()):
            if user.key == default_key(user.username):
                world.user(user.username, key=self.issue_key())
        world.anybody = world.anybody or next(iter(world.users.values()), None)

    def issue_key(self) -> str:
        """A key that no world had before."""
        key = token_hex(20)
        self._issued_keys.add(key)
        return key

    @property
    def servers(self) -> tuple[str, ...]:
        """The addresses of the emulators of all rooms."""
        return tuple(dict.fromkeys(room.emulator.url for room in self._rooms if room.emulator is not None))

    def end_services(self) -> None:
        """End every `wandb-core` that was started in a room."""
        self.sdk.end_services()

    # The environment at the end of a scope.

    def watch_node(self, node: pytest.Item | pytest.Collector) -> None:
        """Put the variables back when all fixtures of this node have ended.

        A fixture that began before ours, such as `monkeypatch`, ends after it, and puts back what it saw in our room.
        """
        if _SNAPSHOT not in node.stash:
            node.stash[_SNAPSHOT] = _Snapshot(self._active, {**os.environ}, self._entered)
            node.addfinalizer(partial(self._put_back, node))

    def _put_back(self, node: pytest.Item | pytest.Collector) -> None:
        snapshot = node.stash[_SNAPSHOT]
        del node.stash[_SNAPSHOT]
        if snapshot.entered == self._entered:
            return
        room = snapshot.room if snapshot.room in (self._outside, *self._rooms) else self._outside
        variables: dict[str, str] = os.environ if room is self._active else room.variables  # type: ignore[assignment]
        is_test = isinstance(node, pytest.Item)
        for name in {*self._seen, *filter(_is_wandbs, (*variables, *snapshot.variables))}:
            before, now = snapshot.variables.get(name), variables.get(name)
            # A fixture of wider scope may have set a variable since: that is not ours to take back.
            if now == before or not (is_test or now in self._seen.get(name, ())):
                continue
            if before is None:
                del variables[name]
            else:
                variables[name] = before

    # Switching.

    def _read_watched(self) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if name in self._seen or _is_wandbs(name)}

    def _save_room(self, room: Room) -> None:
        room.variables, room.memory = self._read_watched(), self.sdk.read_memory()
        if room.emulator is not None:
            recorder.stop_recording(room.emulator.observe)
            restore_mocks()
        if room.watch is not None:
            room.watch.stop()

    def _load_room(self, room: Room) -> None:
        _end_forkserver()
        for name in self._read_watched():
            if name not in room.variables:
                del os.environ[name]
        os.environ.update(room.variables)
        if room.memory is not None:
            room.memory.restore_memory()
        if room.emulator is not None:
            recorder.start_recording(room.emulator.observe)
            let_through(room.emulator.url)
            for owner, name in ((mock._patch, "__enter__"), (pytest.MonkeyPatch, "setattr")):
                _patch_method(owner, name, _note_mocks, room)
        if room.watch is not None:
            room.watch.start()
        self._active = room


def _end_forkserver() -> None:
    """End the process from which `multiprocessing` forks: its environment is that of the room where it began."""
    server = getattr(sys.modules.get("multiprocessing.forkserver"), "_forkserver", None)
    if (stop := getattr(server, "_stop", None)) is not None:
        stop()


def isolation_of(config: pytest.Config) -> Isolation:
    """The one of the session."""
    if ISOLATION not in config.stash:
        config.stash[ISOLATION] = Isolation()
        _keep_out_of_reports(config)
    return config.stash[ISOLATION]


def _keep_out_of_reports(config: pytest.Config) -> None:
    """Leave wandb's own progress out of the captured log under a failure; `caplog` has it."""
    handler = getattr(config.pluginmanager.get_plugin("logging-plugin"), "report_handler", None)
    if handler is not None:
        handler.addFilter(lambda record: record.name.partition(".")[0] != "wandb" or record.levelno >= logging.WARNING)


def server_variables(isolation: Isolation, emulator: Emulator, fence: Fence, folder: Path) -> dict[str, str]:
    """What to set for a test whose files go below `folder`.

    The cache is the same for all tests: its files are named by their content, and wandb-core, which lives on from test
    to test, reads its place once.
    """
    fenced = fence.environ()
    ours = environ.build_variables(emulator.url, next(iter(emulator.world.users.values())).key, folder)
    recorded = recorder.build_environ(emulator.folder, f"{emulator.url}/?world={emulator.world.token}")
    led = {recorder.LEAD: " ".join(dict.fromkeys((emulator.url, *isolation.servers)))}
    return {**fenced, **ours, **recorded, **led, "WANDB_CACHE_DIR": fenced["WANDB_CACHE_DIR"]}


@contextmanager
def import_frames_known() -> Iterator[None]:
    """Let `inspect` know the modules of the import system's frames, so that `import wandb` is not slower in a test.

    For each of wandb's models pydantic goes up the stack and asks `inspect.getmodule` for every frame (before Python
    3.13). Frozen frames have no file, and `inspect` remembers nothing about them: it looks through all modules of the
    process, for each frame, hundreds of times, and a test has more frames than a script.
    """
    files = {f"<frozen {module}>": module for module in _FROZEN if sys.version_info < (3, 13)}
    files |= {os.path.normcase(os.path.abspath(file)): module for file, module in files.items()}
    inspect.modulesbyfile.update(files)
    try:
        yield
    finally:
        for file in files:
            inspect.modulesbyfile.pop(file, None)


def _is_wandbs(name: str) -> bool:
    return name.startswith("WANDB_")


# Mocks of HTTP beside the fixture pass on the requests to the emulator. Up to wandb 0.27 the SDK uses `requests`, and
# would repeat a request for which a mock has no answer.
ANSWERS_FOR_EMULATOR = "regilink_answers"
"""Set on a `RequestsMock` that answers for the emulator itself."""

_patched_mocks: list[tuple[Any, str, Any]] = []


def let_through(url: str) -> None:
    """Let `responses` and `requests_mock`, where they are loaded, pass requests to `url` on, until `restore_mocks`."""
    if (responses := sys.modules.get("responses")) is not None:
        _patch_method(responses.RequestsMock, "_on_request", _pass_responses, url)
    if (adapter := sys.modules.get("requests_mock.adapter")) is not None:
        _patch_method(adapter.Adapter, "send", _pass_requests_mock(adapter), url)


def restore_mocks() -> None:
    """Let the mocks be as before."""
    while _patched_mocks:
        owner, name, original = _patched_mocks.pop()
        setattr(owner, name, original)


def _patch_method(owner: Any, name: str, wrap: Callable[[Any, Any], Any], value: str | Room) -> None:
    original = getattr(owner, name)
    setattr(owner, name, wrap(original, value))
    _patched_mocks.append((owner, name, original))


def _note_mocks(original: Any, room: Room) -> Any:
    """Note after each patch what of wandb is a mock: at the assertion the patch may be over."""

    def patch_and_note(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        result = original(*args, **kwargs)
        room.mocks += [(name, value) for name, value in find_mocks() if all(value is not old for _, old in room.mocks)]
        return result

    return patch_and_note


def _pass_responses(original: Any, url: str) -> Any:
    def on_request(self: Any, adapter: Any, request: Any, **kwargs: Any) -> Any:
        if _goes_to(request, url) and not getattr(self, ANSWERS_FOR_EMULATOR, False):
            kwargs.pop("retries", None)
            # Old versions of responses keep it in the module alone.
            real_send = getattr(self, "_real_send", sys.modules["responses"]._real_send)
            return real_send(adapter, request, **kwargs)
        return original(self, adapter, request, **kwargs)

    return on_request


def _pass_requests_mock(module: Any) -> Callable[[Any, str], Any]:
    def wrap_method(original: Any, url: str) -> Any:
        def send_request(self: Any, request: Any, **kwargs: Any) -> Any:
            if _goes_to(request, url):
                raise module._RunRealHTTP
            return original(self, request, **kwargs)

        return send_request

    return wrap_method


def _goes_to(request: Any, url: str) -> bool:
    return f"{request.url}/".startswith(f"{url}/")
