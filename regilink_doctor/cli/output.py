"""The one way out: everything that a command prints goes through `SafeStream`, to a terminal, a pipe or a file.

It guarantees what no command has to think of: no key is printed, nothing controls the terminal or the log of a CI
service, no letter ends a report in an encoding error, and a reader that goes away ends it quietly.
"""

from __future__ import annotations

import errno
import os
import sys

from regilink_doctor.core.text import (
    UNSAFE,
    defuse_commands,
    escape_text,
    escape_unsafe,
    mask_secrets,
    quote_text,
    remember_environment,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any, BinaryIO, Literal, TextIO

    Kind = Literal["text", "document", "commands", "json", "xml", "patch"]

_KINDS: dict[str, Kind] = {
    "full": "text",
    "markdown": "document",
    "mermaid": "document",
    "github": "commands",
    "junit": "xml",
    "json": "json",
}
"""Output format -> what it is made of, for the commands beside `lint`."""

_GONE = (errno.EPIPE, errno.ESHUTDOWN, *((errno.EINVAL,) if os.name == "nt" else ()))
"""What the system reports when the reader is gone; on Windows a broken pipe is an invalid argument."""


class SafeStream:
    """A text stream around another, which is `raw`. `kind` says what is written, see `declare_format`."""

    def __init__(self, raw: TextIO) -> None:
        self.raw = raw
        self.kind: Kind = "text"
        self._starts_line = True

    def write(self, text: str) -> int:
        """Write the text, made safe; the number of its characters, as of any stream."""
        try:
            self.raw.write(self._make_safe(text))
        except OSError as error:
            self._give_up(error)
        return len(text)

    def writelines(self, lines: Iterator[str]) -> None:
        """Write each."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Hand on what was written; a stream that the language server has closed at its end has nothing left."""
        try:
            if not getattr(self.raw, "closed", False):
                self.raw.flush()
        except OSError as error:
            self._give_up(error)

    def __getattr__(self, name: str) -> Any:
        """Whatever else a stream has: `encoding`, `isatty`, `fileno`, `buffer`."""
        return getattr(self.raw, name)

    def _give_up(self, error: OSError) -> None:
        """A reader that has gone (`| head`) changes nothing in what the command finds: the rest is written nowhere."""
        if error.errno not in _GONE:
            raise error
        discard_output(self.raw)

    def _make_safe(self, text: str) -> str:
        text = mask_secrets(text)
        if not text.isprintable() and UNSAFE.intersection(text):
            text = escape_unsafe(text, self.kind)
        if self.kind == "xml":
            text = text.replace("##", "&#35;#")
        elif self.kind == "json":
            # Azure runs `##vso[` and GitHub `##[` wherever a line of the log has it.
            text = text.replace("##", r"\u0023#")
        elif self.kind != "commands" and ("##" in text or "::" in text):
            lines = text.split("\n")
            text = "\n".join(
                defuse_commands(line, starts=number > 0 or self._starts_line) for number, line in enumerate(lines)
            )
        if text:
            self._starts_line = text.endswith("\n")
        return text


class SafeStreams:
    """A context in which standard output and standard error are safe; afterwards they are the caller's again."""

    def __enter__(self) -> None:
        _open_closed_streams()
        remember_environment(os.environ)
        self._before = sys.stdout, sys.stderr
        for stream in self._before:
            # A letter that the encoding lacks is shown by its number. Windows opens pipes with "surrogateescape",
            # which fails on it just as "strict" does.
            if getattr(stream, "errors", "") in ("strict", "surrogateescape", "surrogatepass"):
                _reconfigure_stream(stream, errors="backslashreplace")
        sys.stdout, sys.stderr = (SafeStream(stream) for stream in self._before)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            sys.stdout.flush()  # here, so that a closed pipe is not an error when Python exits
        sys.stdout, sys.stderr = self._before


def declare_format(output_format: str) -> None:
    """Standard output is going to be in this format."""
    declare_kind(_KINDS[output_format])


def declare_kind(kind: Kind) -> None:
    """Standard output is going to be of this kind: if not for people, UTF-8 with line ends as they are written."""
    stream = sys.stdout
    if isinstance(stream, SafeStream):
        stream.kind = kind
        if kind != "text":
            _reconfigure_stream(stream.raw, encoding="utf-8", errors="backslashreplace", newline="\n")


def clear_terminal() -> None:
    """Clear the terminal and its scrollback; does nothing where standard output is not a terminal."""
    if isinstance(sys.stdout, SafeStream) and sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        sys.stdout.raw.write("\x1b[2J\x1b[3J\x1b[H")


class PrintingTo:
    """A context in which what is printed goes to a file, once all of it is there.

    Raises:
        UsageProblem: at the end; the file cannot be written.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        import io

        self._content = io.BytesIO()
        # A lone surrogate, of a name that is not UTF-8, is shown by its number, as on a terminal.
        text = io.TextIOWrapper(self._content, encoding="utf-8", errors="backslashreplace", newline="\n")
        self._before, sys.stdout = sys.stdout, SafeStream(text)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        text, sys.stdout = sys.stdout, self._before
        text.flush()
        if kind is None:
            _write_content(self._path, self._content.getvalue())


def refuse_input(flag: str, path: str, inputs: Sequence[str]) -> None:
    """Refuse to put a report in the place of what a command reads.

    Raises:
        UsageProblem: the file is an input, by any of its names, or holds code or settings.
    """
    from regilink_doctor.cli.options import UsageProblem

    try:
        if not os.path.isfile(path):
            return
        from regilink_doctor.workflows.lint import is_source

        is_input = is_source(path, inputs)
    except (OSError, ValueError):  # which is reported when it cannot be written
        return
    if is_input:
        raise UsageProblem(escape_text(f"{flag}: {path} is a file to read; give the report another name"))


def write_report(path: str, text: str, output_format: str) -> None:
    """Write a report into a file, escaped and without secrets, as on standard output.

    Raises:
        UsageProblem: it cannot be written.
    """
    with PrintingTo(path):
        declare_format(output_format)
        print(text)


def _write_content(path: str, content: bytes) -> None:
    from regilink_doctor.cli.options import UsageProblem
    from regilink_doctor.core.files import write_whole

    try:
        write_whole(path, content, 0o644)
    except OSError as error:
        raise UsageProblem(escape_text(f"{path} cannot be written: {error.strerror or error}")) from None
    except ValueError as error:  # a null character
        raise UsageProblem(f"{quote_text(path)} cannot be the name of a file: {error}") from None


def confirm_writing(heading: str, lines: Sequence[str], *, is_asked: bool) -> bool:
    """Say on standard error what will be written; whether the user agrees, who is asked unless `--yes` is given."""
    print(heading, file=sys.stderr)
    for line in lines:
        print(f"  - {line}", file=sys.stderr)
    if not is_asked:
        return True
    print("Go on? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def print_error(text: str) -> None:
    """On standard error, if it still accepts something: the exit status says it in any case."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        discard_output(sys.stderr)


def discard_output(stream: TextIO) -> None:
    """What is still to be written goes nowhere, or Python would fail on it again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


_CLOSED: set[str] = set()
"""The names of standard streams that were closed when regilink began."""


WAIT = 3.0
"""Seconds until a command says that it waits for the end of standard input."""


def read_input(read: Callable[[BinaryIO], bytes]) -> bytes:
    """What `read` takes from standard input.

    Raises:
        UsageProblem: it is closed, or cannot be read.
    """
    from threading import Timer

    from regilink_doctor.cli.options import UsageProblem

    try:
        if "stdin" in _CLOSED:
            raise OSError("it is closed")
        timer = Timer(WAIT, print_error, ["regilink: waiting for the end of standard input"])
        timer.daemon = True
        timer.start()  # a pipe that stays open would look like a hang
        try:
            return read(sys.stdin.buffer)
        finally:
            timer.cancel()
    except OSError as error:
        raise UsageProblem(f"standard input cannot be read: {error.strerror or error}") from None


def _open_closed_streams() -> None:
    """A standard stream that was closed (`>&-`) goes nowhere: neither None, nor the next file that is opened."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, os.O_RDWR)  # the system gives the lowest number that is free
            os.set_inheritable(handle, True)
            setattr(sys, name, open(handle, "w" if number else "r", encoding="utf-8"))  # noqa: SIM115
            _CLOSED.add(name)


def _reconfigure_stream(stream: TextIO, **settings: str) -> None:
    # A stream that another program has put here (pytest, a notebook) may not be a TextIOWrapper.
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(**settings)
