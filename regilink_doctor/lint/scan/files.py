"""Which files there are, and which of them can matter: two looks at raw bytes, before anything is parsed.

All that is clever for the sake of pace is in here. It has to start fast: `os` alone.
"""

from __future__ import annotations

import os
import stat

from regilink_doctor.lint.scan.kinds import ENDINGS, kind_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from regilink_doctor.core.patterns import Patterns

    Find = Callable[[bytes, bytes], int]

MAX_BYTES = 8 * 2**20
"""No larger file is read. The largest hand-written module on record is a tenth of it."""

MAX_NOTEBOOK_BYTES = 64 * 2**20
"""Notebooks carry their pictures."""

SPEAKS_OF_WANDB = {b"wandb": (b"wandb",), b"link_": (b"link_artifact", b"link_model")}
"""The first gate: without one of these words a file has nothing to do with W&B. Those that begin alike are looked for
by their beginning first: every file of a tree is searched for each.
"""

CAN_MATTER = (
    b"rtifact",
    b"link_model",
    b".link(",
    b"registr",
    b"wandb.init(",
    b"login(",
    b"api_key",
    b"responses",
    b"requests_mock",
    b"regilink:",
)
"""The second gate for Python: without one of these no rule has anything to say (tests/rules holds them together)."""

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
"""Without waiting for the other end of a pipe."""

MANY = 500
"""Files from which on the faster search is worth its import."""


def batches(
    paths: Iterable[str],
    missing: Callable[[str], None],
    excluded: Callable[[str], Patterns] | None = None,
    *,
    force_exclude: bool = False,
) -> Iterator[list[str]]:
    """The files to look at, each once, in lists: what git tracks is ready before it has found what it does not track.

    A file that is named is taken whatever its name; below a folder those of our kinds, as git lists them (tracked, and
    untracked but not ignored), or all but the ignored where there is no git.

    Args:
        paths: files and folders.
        missing: told of a path that is not there, in a sentence.
        excluded: what is left out below a folder, given that folder.
        force_exclude: leave it out of the named files and folders, too.
    """
    seen: set[str] = set()
    always = excluded("") if excluded is not None and force_exclude else None

    def unseen(found: Iterable[str], left_out: Patterns | None) -> list[str]:
        batch = [name for name in (left_out.unmatched(found) if left_out else found) if name not in seen]
        seen.update(batch)
        return batch

    named = []
    for path in paths:
        start = os.path.normpath(path)
        if not os.path.isdir(path):
            if os.path.lexists(path):
                named.append(start)
            else:
                missing(f"{path}: no such file or folder")
        elif always is None or not always.match(start):
            left_out = None if excluded is None else excluded("" if force_exclude else start)
            for found in _below(start, left_out):
                yield unseen(found, left_out)
    if named:
        yield unseen(dict.fromkeys(named), always)


def read(path: str) -> bytes:
    """The bytes of a file.

    Raises:
        OSError: it is gone, cannot be read, is no plain file or too large.
    """
    most = MAX_NOTEBOOK_BYTES if path.endswith(".ipynb") else MAX_BYTES
    handle = os.open(path, _READ)
    try:
        size = _size(handle)
        if size > most:
            plain = stat.S_ISREG(os.fstat(handle).st_mode)  # folders have no end either
            raise OSError(f"larger than {most // 2**20} MiB" if plain else "no plain file")
        return os.read(handle, size + 1)
    finally:
        os.close(handle)


def _size(handle: int) -> int:
    """Where the file ends, which no pipe can tell; all that `fstat` tells would take as long as reading."""
    try:
        size = os.lseek(handle, 0, os.SEEK_END)
        os.lseek(handle, 0, os.SEEK_SET)
    except OSError:
        raise OSError("no plain file") from None
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
        unread: told of one that cannot be read, and why.
        any_use: those that speak of W&B at all.
        progress: told, now and then, how many files of how many have been looked at.
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
    """Whether a file is worth parsing; with `any_use`, whether it speaks of W&B at all."""
    for beginning, words in SPEAKS_OF_WANDB.items():
        if find(content, beginning) >= 0 and any(find(content, word) >= 0 for word in words):
            return any_use or not path.endswith(".py") or any(find(content, word) >= 0 for word in CAN_MATTER)
    # A settings file may only set a variable; Python that sets one and nothing else has no site.
    return not path.endswith(".py") and find(content, b"WANDB") >= 0 and kind_of(path) != "python"


def finder(count: int) -> Find:
    """The search for that many files: stringzilla's where there are many and it is installed (the extra `fast`)."""
    if count >= MANY:
        try:
            from stringzilla import find
        except ImportError:
            return bytes.find
        return find  # type: ignore[no-any-return]
    return bytes.find


def _below(folder: str, excluded: Patterns | None) -> Iterator[Iterable[str]]:
    untracked = _git(folder, "ls-files", "-z", "--others", "--exclude-standard")
    tracked = _git(folder, "ls-files", "-z", "--cached")
    listed = _ours(tracked(), folder)
    if listed is None:
        untracked()
        yield sorted(_walk(folder, excluded))
        return
    yield listed
    rest = _ours(untracked(), folder) or []
    if not listed and not rest and _git(folder, "check-ignore", "-q", ".")() is not None:
        rest = sorted(_walk(folder, excluded))  # whoever asks for an ignored folder wants to see into it
    yield rest


def _git(folder: str, *arguments: str) -> Callable[[], bytes | None]:
    """Start git; what it prints when asked for it, None where it fails: no git, no repository, not a trusted owner."""
    command = ["git", "-C", folder, *arguments]
    # A hook runs with variables that hold for its own repository, not for any folder.
    environ = {name: value for name, value in os.environ.items() if name not in _OF_ONE_REPOSITORY}
    if not hasattr(os, "posix_spawnp"):
        return _git_by_subprocess(command, environ)
    try:
        out, into = os.pipe()
    except OSError:  # as many files are open as may be
        return lambda: None
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, into, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        child = os.posix_spawnp("git", command, environ, file_actions=actions)
    except OSError:
        os.close(out)
        return lambda: None
    finally:
        os.close(into)

    def output() -> bytes | None:
        with os.fdopen(out, "rb") as pipe:
            content = pipe.read()
        _, status = os.waitpid(child, 0)
        return None if status else content

    return output


def _git_by_subprocess(command: list[str], environ: dict[str, str]) -> Callable[[], bytes | None]:
    """The same where there is no `posix_spawn`: importing `subprocess` takes longer than git."""
    from subprocess import DEVNULL, PIPE, Popen

    try:
        process = Popen(command, env=environ, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL)
    except OSError:
        return lambda: None

    def output() -> bytes | None:
        content, _ = process.communicate()
        return None if process.returncode else content

    return output


_OF_ONE_REPOSITORY = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_INDEX_FILE", "GIT_PREFIX"}
)


def _ours(listed: bytes | None, folder: str) -> list[str] | None:
    """The files of our kinds in a list of git's."""
    if listed is None:
        return None
    before = "" if folder == "." else folder + os.sep
    names = os.fsdecode(listed).split("\0")
    return [before + name for name in names if name.endswith(".py") or (_may_be_ours(name) and kind_of(name))]


def _may_be_ours(name: str) -> bool:
    """A first, cheap look: most files of a tree are none of ours."""
    return name.endswith(ENDINGS) or "/.env." in f"/{name}"


def _walk(folder: str, excluded: Patterns | None) -> Iterator[str]:
    from regilink_doctor.lint.scan.gitignore import Ignored, read_ignored

    ignored: dict[str, Ignored | None] = {}
    for root, folders, names in os.walk(folder):
        here = read_ignored(root, ignored.pop(root, None)) if ".gitignore" in names else ignored.pop(root, None)
        before = "" if root == "." else root.removeprefix("./") + os.sep
        folders[:] = [
            name
            for name in folders
            if not (here and here.match(os.path.join(root, name), folder=True))
            and not (excluded and excluded.match(before + name))
        ]
        if here:
            ignored.update((os.path.join(root, name), here) for name in folders)
        for name in names:
            ours = _may_be_ours(name) and kind_of(before + name)
            if ours and not (here and here.match(os.path.join(root, name), folder=False)):
                yield before + name
