"""Work spread over processes: forked where that is safe and cheap, done here otherwise."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    Item = TypeVar("Item")
    Result = TypeVar("Result")

EACH = 500
"""Items that are worth a process of their own."""

MOST = 8


def spread(items: Sequence[Item], work: Callable[[Sequence[Item]], Result], *, most: int = MOST) -> Iterator[Result]:
    """What `work` makes of all items, in shares of every n-th one; the first share is done in this process.

    A process that dies takes no share with it: its share is then done here. Forks only on Linux (elsewhere system
    libraries do not survive it) and only while there is one thread.
    """
    count = min(_processors(), most, len(items) // EACH)
    if count < 2 or not _can_fork():
        yield work(items)
        return
    shares = [items[number::count] for number in range(count)]
    children = [_fork(share, work) for share in shares[1:]]
    yield work(shares[0])
    for (child, handle), share in zip(children, shares[1:], strict=True):
        with os.fdopen(handle, "rb") as pipe:
            content = pipe.read()
        _, status = os.waitpid(child, 0)
        yield _loads(content) if status == 0 else work(share)


def _fork(share: Sequence[Item], work: Callable[[Sequence[Item]], Result]) -> tuple[int, int]:
    import pickle

    sys.stdout.flush()
    sys.stderr.flush()
    out, into = os.pipe()
    child = os.fork()
    if child:
        os.close(into)
        return child, out
    status = 1
    try:
        os.close(out)
        with os.fdopen(into, "wb") as pipe:
            pickle.dump(work(share), pipe, pickle.HIGHEST_PROTOCOL)
        status = 0
    finally:
        os._exit(status)  # nothing of the parent's is to be flushed or cleaned up here


def _loads(content: bytes) -> Result:  # type: ignore[type-var]
    import pickle

    result: Result = pickle.loads(content)  # noqa: S301 - our own child has written it
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
