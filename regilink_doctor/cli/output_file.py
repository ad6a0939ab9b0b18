"""`--output-file`: a report that goes to a file."""

from __future__ import annotations

import io
from contextlib import contextmanager, redirect_stdout

from regilink_doctor.cli.options import UsageProblem
from regilink_doctor.core.atomic_write import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def printing_to(path: str) -> Iterator[None]:
    """What is printed in here goes to a file, once all of it is there.

    Raises:
        UsageProblem: the file cannot be written.
    """
    content = io.BytesIO()
    # A lone surrogate, of a name that is no UTF-8, is shown by its number, as on a terminal.
    with redirect_stdout(io.TextIOWrapper(content, encoding="utf-8", errors="backslashreplace", newline="\n")) as text:
        yield
        text.flush()
    write_report(path, content.getvalue())


def write_report(path: str, content: bytes) -> None:
    """Write a report into a file.

    Raises:
        UsageProblem: it cannot be written.
    """
    try:
        write_whole(path, content, 0o644)
    except OSError as error:
        raise UsageProblem(f"{path} cannot be written: {error.strerror or error}") from None
