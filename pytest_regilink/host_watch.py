"""The audit events of this process and its forks: names that are looked up, sockets that connect, processes that start.

Python reports them to audit hooks (`sys.addaudithook`), whichever library they are for.
"""

from __future__ import annotations

import os
import sys
from itertools import count
from tempfile import mkstemp
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from regilink_doctor.emulator.fence import Fence


class RealHostReached(ConnectionError):
    """The test tried to reach a real W&B server."""


class HostWatch:
    """Refuses the connections of this process, and of its forks, to real W&B servers; notes them."""

    def __init__(self, fence: Fence) -> None:
        self._fence = fence
        self._process = os.getpid()
        self._number = next(_numbers)
        self._notes: dict[str, None] = {}
        self.unwatched: dict[str, None] = {}
        """The programs that were started with an environment that does not lead to the proxy."""

    @property
    def reached(self) -> tuple[str, ...]:
        """Hosts and ports that were asked for, each once."""
        return tuple(dict.fromkeys([*self._notes, *_read_notes_of_forks(self._number)]))

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
            note = f"{name}:{port}" if port else name
            if os.getpid() == self._process:
                self._notes.setdefault(note)
            elif _notes_of_forks is not None:
                os.write(_notes_of_forks, f"{self._number} {note}\n".encode())
            raise RealHostReached(f"{name} is a real W&B server: regilink lets no test reach it")

    def check_process(self, program: object, environment: Mapping[Any, Any] | None) -> None:
        """Note a process that would not find the proxy."""
        variables: Mapping[Any, Any] = os.environ if environment is None else environment
        proxy = variables.get("HTTPS_PROXY") or (environment or {}).get(b"HTTPS_PROXY")
        if proxy not in (self._fence.url, self._fence.url.encode()):
            name = os.fsdecode(program) if isinstance(program, (str, bytes, os.PathLike)) else str(program)
            self.unwatched.setdefault(os.path.basename(name))


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


def _read_notes_of_forks(number: int) -> list[str]:
    """What the forks of a process have noted for the watch of this number."""
    if _notes_of_forks is None:
        return []
    lines = os.pread(_notes_of_forks, os.fstat(_notes_of_forks).st_size, 0).decode().splitlines()
    return [note for line in lines for owner, _, note in [line.partition(" ")] if owner == str(number)]


def _see_event(event: str, args: tuple[Any, ...]) -> None:
    if _watches and (check := _CHECKS.get(event)) is not None:
        for watch in tuple(_watches):
            check(watch, args)


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
