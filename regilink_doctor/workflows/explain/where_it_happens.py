"""Errors explained where they happen: in a `with` block or a function, under a notebook's cell, after a command."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import ContextDecorator, suppress
from functools import wraps

from regilink_doctor.core.text import decode_output, mask_secrets
from regilink_doctor.workflows.explain import classify, explain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping, Sequence
    from types import TracebackType
    from typing import Any, TypeVar

    from regilink_doctor.workflows.explain.explanation import Explanation

    Function = TypeVar("Function", bound="Callable[..., Any]")

TAIL = 400_000
"""Bytes at the end of a command's standard error that are kept: a log ends with its error."""

HEADING = "regilink:"
_WANDB = f"{os.sep}wandb{os.sep}"


def is_wandb_error(error: BaseException) -> bool:
    """Whether the exception, or one that caused it, is W&B's: its class, or the line that raised it."""
    for link in list_causes(error):
        if type(link).__module__.partition(".")[0] == "wandb":
            return True
        trace = link.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if trace is not None and _WANDB in trace.tb_frame.f_code.co_filename:
            return True
    return False


def list_causes(error: BaseException) -> list[BaseException]:
    """The exception and those that caused it."""
    causes: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and not any(link is cause for cause in causes):
        causes.append(link)
        link = link.__cause__ or link.__context__
    return causes


def explain_raised(error: BaseException) -> Explanation | None:
    """The explanation of an exception of W&B; None when it is not W&B's, or not in the failure index.

    `'NoneType' object has no attribute 'link_artifact'` is raised by the user's own line, so an exception counts as
    well whose message is one of W&B's cases.
    """
    explanation = classify(error)
    if explanation.kind != "error" or not explanation.is_recognized:
        return None
    if is_wandb_error(error) or isinstance(error, (AttributeError, TypeError, ImportError)):
        return explanation
    return None


class explain_errors(ContextDecorator):  # noqa: N801 - used like a function
    """Add the explanation of an error of W&B to the exception; every exception goes on as it is.

    A context manager and a decorator, for coroutines too. The explanation becomes a note of the exception (PEP 678), on
    Python 3.10 the end of its message.

    >>> with explain_errors():
    ...     pass
    """

    def __new__(cls, func: Callable[..., Any] | None = None) -> Any:
        """A context manager; `@explain_errors` without parentheses decorates as `@explain_errors()` does."""
        manager = super().__new__(cls)
        return manager if func is None else manager(func)

    def __call__(self, func: Function) -> Function:
        """Decorate a function, a method, a generator function, or an asynchronous one of them."""
        from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction

        if iscoroutinefunction(func):

            @wraps(func)
            async def run(*arguments: Any, **named: Any) -> Any:
                with explain_errors():
                    return await func(*arguments, **named)

            return run  # type: ignore[return-value]
        if isgeneratorfunction(func):

            @wraps(func)
            def generate(*arguments: Any, **named: Any) -> Generator[Any, Any, Any]:
                with explain_errors():
                    return (yield from func(*arguments, **named))

            return generate  # type: ignore[return-value]
        if isasyncgenfunction(func):

            @wraps(func)
            def generate_asynchronously(*arguments: Any, **named: Any) -> AsyncGenerator[Any, Any]:
                return _delegate(func(*arguments, **named))

            return generate_asynchronously  # type: ignore[return-value]
        return super().__call__(func)

    def __enter__(self) -> explain_errors:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and isinstance(error, Exception):
            with suppress(Exception):  # an explanation must never replace the error
                annotate(error)


async def _delegate(inner: AsyncGenerator[Any, Any]) -> AsyncGenerator[Any, Any]:
    """What `yield from` does for a generator: values, and what is sent and thrown, pass through."""
    step = inner.asend(None)
    try:
        while True:
            with explain_errors():
                value = await step
            try:
                sent = yield value
            except GeneratorExit:
                raise
            except BaseException as error:
                step = inner.athrow(error)
            else:
                step = inner.asend(sent)
    except StopAsyncIteration:
        return
    finally:
        await inner.aclose()


def annotate(error: BaseException) -> None:
    """Write the explanation into an exception, once."""
    notes: list[str] = getattr(error, "__notes__", [])
    if any(note.startswith(HEADING) for note in notes) or f"\n{HEADING}" in str(error):
        return
    explanation = explain_raised(error)
    if explanation is None:
        return
    note = f"{HEADING} {explanation.text}"
    if sys.version_info >= (3, 11):
        error.add_note(note)
    else:
        append_to_message(error, note)


def append_to_message(error: BaseException, note: str) -> None:
    """Make a note the end of an exception's message, for Pythons that show no notes.

    The message of some exceptions (`OSError`, `KeyError`) is not what it was made with: for them the note goes to
    standard error, before the traceback.
    """
    arguments = error.args
    error.args = (f"{error}\n\n{note}", *arguments[1:])
    if note not in str(error):
        error.args = arguments
        print(note, file=sys.stderr)


def explain_command(command: Sequence[str], environ: Mapping[str, str]) -> tuple[int, Explanation | None]:
    """Run a command with its streams and signals; its exit status, and what its error means, where that is known.

    Standard error passes through as it comes. At a terminal the command sees a terminal, so that progress bars and
    colors stay.

    Raises:
        OSError: it cannot be started.
    """
    from regilink_doctor.workflows.commands import run_command

    sys.stderr.flush()
    with _Tee() as tee:
        status = run_command(command, environ, stderr=tee.inlet).status
    if status == 0:
        return 0, None
    text = tee.text
    explanation = explain(text)
    is_of_wandb = explanation.is_sure or "wandb" in text.lower()
    is_known = explanation.kind == "error" and explanation.is_recognized and is_of_wandb
    # As a shell says it: 128 and the signal that ended the command.
    return (128 - status if status < 0 else status), explanation if is_known else None


class _Tee:
    """What is written to `inlet` goes on to standard error, and its end is kept."""

    def __enter__(self) -> _Tee:
        self._target = 2
        with suppress(OSError, ValueError):
            self._target = sys.stderr.fileno()
        self._outlet, self.inlet = self._open()
        self._kept = bytearray()
        self._thread = threading.Thread(target=self._copy, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.inlet)
        # A process that the command left behind can hold the other end open.
        self._thread.join(timeout=2)

    @property
    def text(self) -> str:
        """The end of what was written, without keys."""
        return mask_secrets(decode_output(bytes(self._kept[-TAIL:])))

    def _open(self) -> tuple[int, int]:
        if os.name == "posix" and os.isatty(self._target):
            import pty
            import tty

            with suppress(OSError):
                outlet, inlet = pty.openpty()
                tty.setraw(inlet)
                _copy_window_size(self._target, inlet)
                return outlet, inlet
        return os.pipe()

    def _copy(self) -> None:
        is_open = True
        for chunk in self._chunks():
            self._kept += chunk
            if len(self._kept) > 2 * TAIL:
                del self._kept[:-TAIL]
            while is_open and chunk:
                try:
                    chunk = chunk[os.write(self._target, chunk) :]
                except OSError:  # nobody reads standard error any more; the command goes on
                    is_open = False
        os.close(self._outlet)

    def _chunks(self) -> Iterator[bytes]:
        while True:
            try:
                chunk = os.read(self._outlet, 1 << 16)
            except OSError:  # a pseudo-terminal whose other end is closed
                return
            if not chunk:
                return
            yield chunk


def _copy_window_size(source: int, target: int) -> None:
    import fcntl
    import termios

    with suppress(OSError):
        size = fcntl.ioctl(source, termios.TIOCGWINSZ, b"\0" * 8)
        fcntl.ioctl(target, termios.TIOCSWINSZ, size)
