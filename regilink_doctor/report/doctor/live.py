"""What a terminal shows while the doctor works: a turning mark, and the rows as they come. Gone when it has ended."""

from __future__ import annotations

import sys
from types import TracebackType

from regilink_doctor.core.text import escape_text
from regilink_doctor.report.doctor.full import MARKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live
    from rich.spinner import Spinner

    from regilink_doctor.core.check_result import CheckResult

ROWS = 8
"""The last ones are shown."""


class LiveRows:
    """A `doctor.diagnosis.Watcher` on standard error; where that is no terminal, nothing is shown."""

    def __init__(self) -> None:
        self._rows: list[CheckResult] = []
        self._name = ""
        self._live: Live | None = None
        self._spinner: Spinner | None = None

    def __enter__(self) -> LiveRows:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.live import Live
            from rich.spinner import Spinner

            self._spinner = Spinner("dots", style="cyan")
            self._live = Live(
                console=Console(file=getattr(sys.stderr, "raw", sys.stderr)),
                transient=True,
                get_renderable=self._draw_rows,
                refresh_per_second=12,
            )
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the picture away: somebody is to be asked, or the report comes."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def begin_check(self, name: str) -> None:
        """See `Watcher`."""
        self._name = name

    def end_check(self, check: CheckResult) -> None:
        """See `Watcher`."""
        self._rows.append(check)

    def _draw_rows(self) -> RenderableType:
        from rich.console import Group
        from rich.text import Text

        rows: list[RenderableType] = []
        for check in self._rows[-ROWS:]:
            mark, _, style = MARKS[check.status]
            text = Text.assemble((mark, style), f" {check.name}  ", (escape_text(check.subject), "cyan"))
            text.append(f"  {check.duration_ms} ms", "dim")
            text.no_wrap, text.overflow = True, "ellipsis"
            rows.append(text)
        if self._spinner is not None:
            self._spinner.update(text=Text(f" {self._name} ..."))
            rows.append(self._spinner)
        return Group(*rows)
