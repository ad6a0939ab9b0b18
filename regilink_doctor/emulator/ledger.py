"""Everything that was attempted: each link, taken or not, and each version that was consumed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from threading import Lock
from typing import Any, Literal, TypeVar

from regilink_doctor.core.ledger import AliasChange, LinkAttempt, RefusedRun, Triggered, UnsentRun
from regilink_doctor.core.records import record, replace


@record
class Consumption:
    """One use of a version. `name` is `entity/project/collection:vN`, where it was asked for.

    `how` is `fetch` (looked up by name), `use` (declared as a run's input) or `download` (a file of it was read); or
    `list`: the versions of the collection `name` were listed.
    `names`: those by which it was asked for, with the alias and with the version's number, or all that it had where it
    was taken from a list. `failed`: why it was not consumed, where a recorder watched the code; then `name`
    is as the code gave it, and `place` is `file:line`.
    """

    user: str | None
    run: str | None
    name: str
    how: Literal["fetch", "use", "download", "list"]
    names: tuple[str, ...] = ()
    failed: str | None = None
    place: str | None = None

    @property
    def asked_for(self) -> tuple[str, ...]:
        """The names by which it was asked for; of what was not consumed, that of the code."""
        return self.names or (self.name,)


@record
class ServedRequest:
    """One request that the server answered.

    Of GraphQL, `operation` is the operation's name, `fields` what it asks for at the top, `variables` its variables.
    `user` is None without a valid key. A request that met a fault has the status that the client was to see.
    """

    method: str
    path: str
    status: int
    user: str | None = None
    operation: str | None = None
    fields: tuple[str, ...] = ()
    variables: Mapping[str, Any] | None = None


_Entry = TypeVar("_Entry")

MAX_REQUESTS = 10_000
"""The latest requests are kept: an emulator may serve for days."""


class Ledger:
    """The attempts of one world, oldest first. Safe to read while the server writes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._links: list[LinkAttempt] = []
        self._first_open = 0
        """Before this place, every attempt has the path that the code gave."""
        self._entries: dict[type, list[Any]] = {}
        """The entries of `add`, by their class."""
        self._servers: dict[str, None] = {}
        self._triggered: list[Triggered] = []
        self._unsupported: dict[str, None] = {}
        self._requests: deque[ServedRequest] = deque(maxlen=MAX_REQUESTS)

    def __iter__(self) -> Iterator[LinkAttempt]:
        return iter(self.links)

    def __len__(self) -> int:
        return len(self._links)

    def __getitem__(self, index: int) -> LinkAttempt:
        return self.links[index]

    @property
    def links(self) -> tuple[LinkAttempt, ...]:
        """Every attempt to link."""
        with self._lock:
            return tuple(self._links)

    @property
    def consumed(self) -> tuple[Consumption, ...]:
        """Every version that was consumed, and how."""
        return tuple(entry for entry in self.reads if entry.how != "list")

    @property
    def reads(self) -> tuple[Consumption, ...]:
        """Every version that was consumed, and every collection whose versions were listed."""
        return self._list_entries(Consumption)

    def add(self, entry: Consumption | UnsentRun | RefusedRun | AliasChange, *, once: bool = False) -> None:
        """Append what was done; with `once`, unless the same is noted already."""
        with self._lock:
            entries = self._entries.setdefault(type(entry), [])
            if not once or entry not in entries:
                entries.append(entry)

    def _list_entries(self, kind: type[_Entry]) -> tuple[_Entry, ...]:
        with self._lock:
            return tuple(self._entries.get(kind, ()))

    def add_attempt(self, attempt: LinkAttempt) -> None:
        """Append an attempt. Also for those who watch the code in its own process, and saw the SDK refuse."""
        with self._lock:
            self._links.append(attempt)

    def amend_attempt(
        self, wanted: Callable[[LinkAttempt], bool], change: Callable[[LinkAttempt], LinkAttempt]
    ) -> bool:
        """Replace the oldest attempt without a `requested` path that is wanted; whether there was one."""
        with self._lock:
            while self._first_open < len(self._links) and self._links[self._first_open].requested is not None:
                self._first_open += 1
            for index in range(self._first_open, len(self._links)):
                if wanted(self._links[index]):
                    self._links[index] = change(self._links[index])
                    return True
        return False

    @property
    def servers(self) -> tuple[str, ...]:
        """The servers that code gave to wandb itself, as it wrote them; seen only where a recorder watches the code."""
        with self._lock:
            return tuple(self._servers)

    def add_server(self, url: str) -> None:
        """Note a server that code names."""
        with self._lock:
            self._servers.setdefault(url.rstrip("/"))

    @property
    def unsent_runs(self) -> tuple[UnsentRun, ...]:
        """The runs that were offline or disabled; seen only where a recorder watches the code."""
        return self._list_entries(UnsentRun)

    @property
    def refused_runs(self) -> tuple[RefusedRun, ...]:
        """The runs that were not started, each once: the SDK asks several times."""
        return self._list_entries(RefusedRun)

    @property
    def alias_changes(self) -> tuple[AliasChange, ...]:
        """Every change of an alias in a registry that no link made."""
        return self._list_entries(AliasChange)

    @property
    def triggered(self) -> tuple[Triggered, ...]:
        """Every automation that has run."""
        with self._lock:
            return tuple(self._triggered)

    def add_triggered(self, entry: Triggered) -> int:
        """Append an automation that runs; the result is for `amend_triggered`."""
        with self._lock:
            self._triggered.append(entry)
            return len(self._triggered) - 1

    def amend_triggered(self, index: int, outcome: str) -> None:
        """Note what became of it."""
        with self._lock:
            if index < len(self._triggered):
                self._triggered[index] = replace(self._triggered[index], outcome=outcome)

    @property
    def unsupported(self) -> tuple[str, ...]:
        """Operations and addresses that wandb asked for and the emulator lacks."""
        with self._lock:
            return tuple(self._unsupported)

    @property
    def requests(self) -> tuple[ServedRequest, ...]:
        """Every request that was answered, the latest `MAX_REQUESTS`."""
        with self._lock:
            return tuple(self._requests)

    def add_request(self, request: ServedRequest) -> None:
        """Append a request."""
        with self._lock:
            self._requests.append(request)

    def add_unsupported(self, name: str) -> None:
        """Note what the emulator lacks."""
        with self._lock:
            self._unsupported.setdefault(name)
