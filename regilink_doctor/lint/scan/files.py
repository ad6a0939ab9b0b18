"""Which files there are, and which of them can matter: two looks at raw bytes, before anything is parsed.

All that is clever for the sake of pace is in here. It has to start fast: `os` alone.
"""

from __future__ import annotations

import os
import stat

from regilink_doctor.core.files import to_slashes
from regilink_doctor.core.text import is_wide
from regilink_doctor.lint.scan.kinds import BEGINNINGS, ENDINGS, kind_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from subprocess import Popen

    from regilink_doctor.core.patterns import Patterns

    Find = Callable[[bytes, bytes], int]

MAX_BYTES = 8 * 2**20
"""No larger file is read. The largest hand-written module on record is a tenth of it."""

MAX_NOTEBOOK_BYTES = 64 * 2**20
"""Notebooks carry their pictures."""

SPEAKS_OF_WANDB = {
    b"wandb": (b"wandb",),
    b"link_": (b"link_artifact", b"link_model"),
    b"use_artifact": (b"use_artifact",),
    b"WANDB_": (b"WANDB_",),
}
"""The first gate: without one of these words a file has nothing to do with W&B. Those that begin alike are looked for
by their beginning first: every file of a tree is searched for each.
"""

CAN_MATTER = (
    b"rtifact",
    b"link_model",
    b".link(",
    b"registr",
    b"wandb.init(",
    b"login",
    b"api_key",
    b"WANDB_API_KEY",
    b"wandb_key",
    b"WANDB_KEY",
    b"responses",
    b"requests_mock",
    b"regilink:",
)
"""The second gate for Python: without one of these no rule has anything to say (tests/rules holds them together).
A file that mentions W&B and that Python cannot read also passes: every report names it as skipped.
"""

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
"""Without waiting for the other end of a pipe."""

MANY = 500
"""Files from which on the faster search is worth its import."""


def find_batches(
    paths: Iterable[str],
    fail: Callable[[str], None],
    excluded: Callable[[str], Patterns] | None = None,
    *,
    force_exclude: bool = False,
    note: Callable[[str], None] | None = None,
    unread: Callable[[str], None] | None = None,
) -> Iterator[list[str]]:
    """The files to look at, each once, in lists: what git tracks is ready before it has found what it does not track.

    A file that is named is taken whatever its name; below a folder those of known kinds, as git lists them (tracked,
    and untracked but not ignored), or, without git, all that are not ignored. Paths have slashes on every system.

    Args:
        paths: files and folders.
        fail: is given a sentence for each path that does not exist or cannot be read.
        excluded: what is left out below a folder, given that folder.
        force_exclude: leave it out of the named files and folders, too.
        note: is given a sentence for what was done in another way than usual.
        unread: is given a sentence for each folder below that cannot be read.
    """
    seen: set[str] = set()
    always = excluded("") if excluded is not None and force_exclude else None

    def unseen(found: Iterable[str], left_out: Patterns | None) -> list[str]:
        batch = [name for name in (left_out.unmatched(found) if left_out else found) if name not in seen]
        seen.update(batch)
        return batch

    named = []
    for path in paths:
        start = to_slashes(os.path.normpath(path))
        if not os.path.isdir(path):
            if os.path.lexists(path):
                named.append(start)
            elif matches := _expand_pattern(path):
                named += matches
            else:
                fail(f"{path}: no such file or folder")
        elif (always is None or not always.match(start)) and _can_list(path, fail):
            left_out = None if excluded is None else excluded("" if force_exclude else start)
            for found in _list_below(start, left_out, note or _say_nothing, unread or note or _say_nothing):
                yield unseen(found, left_out)
    if named:
        yield unseen(dict.fromkeys(named), always)


def _can_list(folder: str, fail: Callable[[str], None]) -> bool:
    try:
        os.scandir(folder).close()
    except OSError as error:
        fail(f"{folder}: {error.strerror or error}")
        return False
    return True


def _say_nothing(sentence: str) -> None:
    pass


def _expand_pattern(path: str) -> list[str]:
    """The files that match a pattern where no shell has done it, as on Windows."""
    if not {"*", "?", "["}.intersection(path):
        return []
    from glob import glob  # loads `re`: only a pattern needs it

    return [to_slashes(os.path.normpath(match)) for match in sorted(glob(path)) if os.path.isfile(match)]


def read(path: str) -> bytes:
    """The bytes of a file to lint.

    Raises:
        OSError: it is gone, cannot be read, is not a plain file or too large.
    """
    return read_plain(path, find_limit(path))


def find_limit(path: str) -> int:
    """How many bytes a file may have, to be read."""
    return MAX_NOTEBOOK_BYTES if path.endswith(".ipynb") else MAX_BYTES


class FileTooLarge(OSError):
    """A file has more bytes than are read."""


def read_plain(path: str, most: int) -> bytes:
    """The bytes of a plain file; a pipe or a device is neither waited for nor read.

    Raises:
        FileTooLarge: it is larger than `most`.
        OSError: it is gone, cannot be read or is not a plain file.
    """
    handle = os.open(path, _READ)
    try:
        size = _size_of(handle)
        if size > most or not size:
            plain = stat.S_ISREG(os.fstat(handle).st_mode)  # folders have no end either, and devices no size
            if not plain or size:
                raise FileTooLarge(f"larger than {most // 2**20} MiB") if plain else OSError("not a plain file")
        return os.read(handle, size + 1)
    finally:
        os.close(handle)


def _size_of(handle: int) -> int:
    """Where the file ends, which a pipe does not know; `fstat` for each file would take as long as reading it."""
    try:
        size = os.lseek(handle, 0, os.SEEK_END)
        os.lseek(handle, 0, os.SEEK_SET)
    except OSError:
        raise OSError("not a plain file") from None
    return size


def sift(
    paths: Sequence[str],
    unread: Callable[[str, OSError], None],
    *,
    any_use: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[str, bytes]]:
    """The files that are worth parsing, each with its bytes.

    Args:
        paths: the files.
        unread: called with each file that cannot be read, and why.
        any_use: those that mention W&B at all.
        progress: called now and then with how many files of how many have been read.
    """
    find = finder(len(paths))
    for number, path in enumerate(paths, 1):
        try:
            content = read(path)
        except OSError as error:
            unread(path, error)
            continue
        if can_matter(path, content, find, any_use=any_use):
            yield path, content
        if progress is not None and not number % 64:
            progress(number, len(paths))


def can_matter(path: str, content: bytes, find: Find = bytes.find, *, any_use: bool = False) -> bool:
    """Whether a file is worth parsing; with `any_use`, whether it mentions W&B at all."""
    letters = content.replace(b"\0", b"") if is_wide(content) else content  # which leaves the ASCII in it
    for beginning, words in SPEAKS_OF_WANDB.items():
        if find(letters, beginning) >= 0 and any(find(letters, word) >= 0 for word in words):
            return any_use or may_have_sites(path, letters, find) or not _is_python(content)
    # A settings file may only set a variable, or a target; Python that does nothing else has no site.
    if path.endswith(".py") or (find(letters, b"WANDB") < 0 and find(letters, b"target_path") < 0):
        return False
    return kind_of(path) != "python"


def may_have_sites(path: str, letters: bytes, find: Find = bytes.find) -> bool:
    """Whether a rule may have something to say about a file, also one that cannot be read."""
    return not path.endswith(".py") or any(find(letters, word) >= 0 for word in CAN_MATTER)


def _is_python(content: bytes) -> bool:
    """Whether Python can read a file. A table of its symbols takes less time than a tree, and neither is used."""
    import warnings
    from _symtable import symtable  # type: ignore[import-not-found]

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # those about invalid escapes would be printed
            symtable(content, "", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def finder(count: int) -> Find:
    """The search for that many files: stringzilla's where there are many and it is installed (the extra `fast`)."""
    if count >= MANY:
        try:
            from stringzilla import find
        except ImportError:
            return bytes.find
        return find  # type: ignore[no-any-return]
    return bytes.find


def _list_below(
    folder: str, excluded: Patterns | None, note: Callable[[str], None], unread: Callable[[str], None]
) -> Iterator[Iterable[str]]:
    untracked = Git(folder, "ls-files", "-z", "--others", "--exclude-standard")
    tracked = Git(folder, "ls-files", "-z", "--cached")
    try:
        listed = _keep_known(tracked.output(), folder)
        if listed is not None:
            yield listed
            rest = _keep_known(untracked.output(), folder)
            if rest is None or untracked.warned:  # of folders that it cannot open, for example, without failing
                rest = sorted(_walk(folder, excluded, unread))
            if not listed and not rest and Git(folder, "check-ignore", "-q", ".").output() is not None:
                rest = sorted(_walk(folder, excluded, unread))  # an ignored folder that is named is meant to be linted
            yield rest
            return
    except TimeoutError:
        note(f"{folder}: git did not answer within {GIT_SECONDS} s, so the folder was searched without it")
    finally:
        tracked.stop()
        untracked.stop()
    yield sorted(_walk(folder, excluded, unread))


GIT_SECONDS = 20
"""How long git may take. A file system that hangs, or a `git` that is something else, must not stop the linter."""


class Git:
    """git, started at once; its output is None if it fails: no git, no repository, an owner that is not trusted.

    `warned` says, after that, whether it has written something to its standard error.

    The one place that starts git: the configuration of a repository names programs, and none of them may run.
    """

    def __init__(self, folder: str, *arguments: str) -> None:
        command = ["git", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-C", folder, *arguments]
        # A hook runs with variables that hold for its own repository, not for any folder.
        environ = {name: value for name, value in os.environ.items() if name not in _OF_ONE_REPOSITORY}
        # In a partial clone git would ask the remote for what the list needs, with a program that the repository names.
        environ |= {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_OPTIONAL_LOCKS": "0"}
        self.warned = False
        self._child = 0
        self._out = self._errors = -1
        self._process: Popen[bytes] | None = None
        from time import monotonic

        self._until = monotonic() + GIT_SECONDS
        if hasattr(os, "posix_spawnp"):
            self._spawn(command, environ)
        else:
            # Only where there is no `posix_spawn`: importing `subprocess` takes longer than git.
            from subprocess import DEVNULL, PIPE, Popen

            try:
                self._process = Popen(command, env=environ, stdin=DEVNULL, stdout=PIPE, stderr=PIPE)
            except OSError:
                pass

    def _spawn(self, command: list[str], environ: dict[str, str]) -> None:
        pipes: list[tuple[int, int]] = []
        try:
            pipes += (os.pipe(), os.pipe())
            actions = [
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, pipes[0][1], 1),
                (os.POSIX_SPAWN_DUP2, pipes[1][1], 2),
            ]
            # A process group of its own, so that what git starts can be ended with it.
            self._child = os.posix_spawnp("git", command, environ, file_actions=actions, setpgroup=0)
            self._out, self._errors = pipes[0][0], pipes[1][0]
        except OSError:  # no git, or as many files are open as may be
            for out, _ in pipes:
                os.close(out)
        finally:
            for _, into in pipes:
                os.close(into)

    def output(self) -> bytes | None:
        """What git prints.

        Raises:
            TimeoutError: it takes longer than `GIT_SECONDS`.
        """
        if self._process is not None:
            from subprocess import TimeoutExpired

            try:
                content, errors = self._process.communicate(timeout=GIT_SECONDS)
            except TimeoutExpired:
                raise TimeoutError from None
            self.warned = bool(errors)
            return None if self._process.returncode else content
        if not self._child:
            return None
        from select import POLLIN, poll
        from time import monotonic

        waiting = poll()
        parts: dict[int, list[bytes]] = {self._out: [], self._errors: []}
        for pipe in parts:
            waiting.register(pipe, POLLIN)
        are_open = set(parts)
        while are_open:
            ready = waiting.poll(max(self._until - monotonic(), 0) * 1000)
            if not ready:
                raise TimeoutError
            for pipe, _ in ready:
                part = os.read(pipe, 1 << 20)
                parts[pipe].append(part)
                if not part:
                    waiting.unregister(pipe)
                    are_open.discard(pipe)
        content, self.warned = b"".join(parts[self._out]), any(parts[self._errors])
        os.close(self._out)
        os.close(self._errors)
        _, status = os.waitpid(self._child, 0)
        self._child = 0
        return None if status else content

    def stop(self) -> None:
        """End git if its output is not wanted any more."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        if self._child:
            try:
                os.killpg(self._child, _SIGKILL)
            except ProcessLookupError:
                pass
            os.close(self._out)
            os.close(self._errors)
            os.waitpid(self._child, 0)
            self._child = 0


_SIGKILL = 9
"""Without `signal`, which takes longer to load than a thousand files to read."""

_OF_ONE_REPOSITORY = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_INDEX_FILE", "GIT_PREFIX"}
)


def _keep_known(listed: bytes | None, folder: str) -> list[str] | None:
    """The files of known kinds in a list of git's, which has slashes on every system."""
    if listed is None:
        return None
    before = "" if folder == "." else folder.rstrip("/") + "/"
    names = os.fsdecode(listed).split("\0")
    return [before + name for name in names if name.endswith(".py") or (_may_be_known(name) and kind_of(name))]


def _may_be_known(name: str) -> bool:
    """A first, cheap look: most files of a tree are of no known kind."""
    return name.endswith(ENDINGS) or any(beginning in f"/{name}" for beginning in BEGINNINGS)


def _walk(folder: str, excluded: Patterns | None, unread: Callable[[str], None]) -> Iterator[str]:
    from regilink_doctor.lint.scan.gitignore import Ignored, read_ignored

    def unreadable(error: OSError) -> None:
        path = to_slashes(os.fsdecode(error.filename or folder)).removeprefix("./")
        unread(f"{path}: {error.strerror or error}")

    ignored: dict[str, Ignored | None] = {}
    for root, folders, names in os.walk(folder, onerror=unreadable):
        here = to_slashes(root).removeprefix("./")
        outer = ignored.pop(root, None)
        inside = read_ignored(here, outer, read_plain) if ".gitignore" in (*names, *folders) else outer
        before = "" if here == "." else here.rstrip("/") + "/"
        folders[:] = [
            name
            for name in folders
            if not (inside and inside.match(before + name, folder=True))
            and not (excluded and excluded.match(before + name))
        ]
        if inside:
            ignored.update((os.path.join(root, name), inside) for name in folders)
        for name in names:
            known = _may_be_known(name) and kind_of(before + name)
            if known and not (inside and inside.match(before + name, folder=False)):
                yield before + name
