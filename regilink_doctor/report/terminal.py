"""Texts on a terminal: how wide they are, where they break, what of a long line is shown."""

from __future__ import annotations

import os
import sys
import time

from regilink_doctor.core.text import escape_text, text_width, wrap_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType
    from typing import TextIO

    from rich.console import Console
    from rich.progress import Progress, TaskID


def terminal_width(stream: TextIO | None = None) -> int | None:
    """Columns of the terminal that a stream (standard output) is; None where it is none."""
    stream = stream or sys.stdout
    try:
        if not stream.isatty():
            return None
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError):
        return None


NARROWEST = 20
"""Columns; in fewer, nothing of a report is left (rich takes one off on Windows)."""


def make_console(*, colour: bool) -> Console:
    """Where rich writes a report: in at least `NARROWEST` columns, and in 80 where `COLUMNS` is 0."""
    from rich.console import Console

    # A pipe has no width: lines break where the reader breaks them. A terminal has one, with and without colors.
    wide = not colour and not sys.stdout.isatty()
    columns = os.environ.get("COLUMNS", "")
    narrow = columns.isdecimal() and int(columns[-9:]) < NARROWEST
    width = (NARROWEST if columns.strip("0") else 80) if narrow else None
    return Console(force_terminal=colour, no_color=not colour, highlight=False, soft_wrap=wide, width=width)


def make_live_console(*, colour: bool) -> Console:
    """Where rich draws what moves: standard error, past what escapes control characters for a terminal."""
    from rich.console import Console

    return Console(file=getattr(sys.stderr, "raw", sys.stderr), color_system="auto" if colour else None)


def paint_text(code: str, text: str, *, colour: bool) -> str:
    """The text in the colour of an ANSI code (`1;31`), where colours are wanted."""
    return f"\x1b[{code}m{text}\x1b[0m" if colour and text else text


def show_text(text: str, encoding: str) -> str:
    """The text as an output of this encoding shows it: what is unsafe or missing in it by its number."""
    if text.isascii() and text.isprintable():
        return text
    return escape_text(text).encode(encoding, "backslashreplace").decode(encoding)


def fit_lines(lines: Iterable[str], width: int | None) -> Iterator[str]:
    """Lines of a report, those that are too long broken between words; what follows is indented by two columns more."""
    for line in lines:
        if width is None or text_width(line) <= width:
            yield line
            continue
        indent = len(line) - len(line.lstrip(" "))
        first, *more = wrap_text(line[indent:], width, indent + 2, first=indent)
        yield " " * indent + first
        yield from (f"{'':<{indent + 2}}{row}" for row in more)


def cut_line(text: str, start: int, end: int, width: int, show: Callable[[str], str] = str) -> tuple[str, int, int]:
    """The part of a line that is shown, and where `text[start:end]` is in it.

    Tabs are spaces up to the next stop of four, every other letter is what `show` makes of it. A line that is too long
    is cut so that the start of the part is visible, with an ellipsis where it was cut.
    """
    first = max(0, start - width)  # what is further away is never shown, and a line can have a million letters
    text, start, end = text[first : start + 2 * width], start - first, end - first
    characters = text if text.isascii() and text.isprintable() else list(_expand_tabs(text, show))
    shown = "".join(characters)
    start, end = len("".join(characters[:start])), len("".join(characters[: max(end, start)]))
    if not first and text_width(shown) <= width:
        return shown, start, end
    ellipsis = show("…")
    before = max(0, start - width // 3) if first or text_width(shown[:end]) >= width else 0
    left = ellipsis if before else ""
    visible = shown[before : before + width]
    right = ellipsis if before + len(visible) < len(shown) else ""
    while text_width(left + visible + right) > width:
        visible, right = visible[:-1], ellipsis
    moved = len(left) - before
    return left + visible + right, start + moved, min(end + moved, len(left + visible))


def _expand_tabs(text: str, show: Callable[[str], str]) -> Iterator[str]:
    """What is shown of each letter."""
    column = 0
    for letter in text:
        piece = " " * (4 - column % 4) if letter == "\t" else show(letter)
        column += text_width(piece)
        yield piece


PATIENCE = 1.0
"""Seconds before it appears."""


class ProgressBar:
    """Told how far a run is, it shows that on standard error, and is gone when the run is over."""

    def __init__(self, what: str, patience: float = PATIENCE, *, colour: bool = True) -> None:
        self._what = what
        self._colour = colour
        self._begins = time.monotonic() + patience
        self._shown: tuple[Progress, TaskID] | None = None

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._shown:
            self._shown[0].stop()

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` have been read."""
        if time.monotonic() < self._begins:
            return
        bar, task = self._shown or self._show_bar()
        bar.update(task, completed=done, total=total, refresh=True)

    def _show_bar(self) -> tuple[Progress, TaskID]:
        from rich.progress import Progress

        # Without a thread of its own: the next list of files may be worth a fork.
        bar = Progress(console=make_live_console(colour=self._colour), transient=True, auto_refresh=False)
        bar.start()
        self._shown = bar, bar.add_task(self._what)
        return self._shown
