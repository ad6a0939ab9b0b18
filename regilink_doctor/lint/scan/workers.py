"""Work spread over processes: forked where that is safe and cheap, done here otherwise."""

from __future__ import annotations

import os
import sys

from regilink_doctor.core.text import list_remembered, remember_forms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    Item = TypeVar("Item")
    Result = TypeVar("Result")

MOST = 8
"""Processes at a time."""

_SIGKILL = 9
"""Without `signal`, whose names are an enumeration that takes longer to load than a thousand files to read."""


def spread(items: Sequence[Item], work: Callable[[Sequence[Item]], Result], *, each: int) -> Iterator[Result]:
    """What `work` makes of all items, in shares of every n-th one; the first share is done in this process.

    `each` is how many items are worth a process of their own.

    A process that dies, or cannot be started, takes no share with it: its share is then done here. When this one is
    stopped, so are the others. Forks only on Linux (elsewhere system libraries do not survive it) and only while there
    is one thread.
    """
    count = min(_processors(), MOST, len(items) // each)
    if count < 2 or not _can_fork():
        yield work(items)
        return
    shares = [items[number::count] for number in range(count)]
    children: dict[int, int] = {}
    try:
        handles = [_fork(share, work, children) for share in shares[1:]]
        yield work(shares[0])
        for handle, share in zip(handles, shares[1:], strict=True):
            content = _result(handle, children)
            yield work(share) if content is None else _load_result(content)
    finally:
        _stop(children)


def _result(handle: int | None, children: dict[int, int]) -> bytes | None:
    """What a child has written; None: it has not come to its end."""
    if handle is None:
        return None
    with open(handle, "rb", closefd=False) as pipe:
        content = pipe.read()
    _, status = os.waitpid(children[handle], 0)
    del children[handle]
    os.close(handle)
    return None if status else content


def _stop(children: dict[int, int]) -> None:
    """End the children that are left; that they are gone is waited for."""
    for handle, child in children.items():
        os.kill(child, _SIGKILL)
        os.waitpid(child, 0)
        os.close(handle)


def _fork(share: Sequence[Item], work: Callable[[Sequence[Item]], Result], children: dict[int, int]) -> int | None:
    """Where the result can be read, which is added to `children` with the process; None: no process is available."""
    import pickle

    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    try:
        out, into = os.pipe()
    except OSError:
        return None
    try:
        child = os.fork()
    except OSError:
        os.close(out)
        os.close(into)
        return None
    if child:
        children[out] = child
        os.close(into)
        return out
    status = 1
    try:
        os.close(out)
        with os.fdopen(into, "wb") as pipe:
            result = work(share)
            pickle.dump((result, list_remembered()), pipe, pickle.HIGHEST_PROTOCOL)
        status = 0
    finally:
        os._exit(status)  # nothing of the parent's is to be flushed or cleaned up here


def _load_result(content: bytes) -> Result:  # type: ignore[type-var]
    """The result of a child process. The secrets that the child has seen are masked from now on."""
    import pickle

    result: Result
    result, hidden = pickle.loads(content)  # noqa: S301 - written by a child of this process
    remember_forms(hidden)
    return result


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _can_fork() -> bool:
    if sys.platform != "linux":
        return False
    threading = sys.modules.get("threading")
    return threading is None or threading.active_count() == 1
