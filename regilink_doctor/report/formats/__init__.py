"""The output formats of `regilink lint`, one module each.

A module in this folder is a format: its file name is the name of the format, with `_` for `-`, and it defines one
subclass of `Format`. Nothing else lists the formats, and a run imports only the one that it shows.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Literal

    from regilink_doctor.workflows.lint import LintResult

    Kind = Literal["text", "commands", "json", "xml"]


class Style:
    """How the report is to look.

    `width`: columns of the terminal, None where there is none. `encoding`: of the output; letters that it lacks are
    shown by their numbers, and take more columns. `quiet`: without a summary. `links`: the terminal follows
    links in the text. `show_url`: a line for a finding ends with the address of its rule. `translate` shows a string in
    the reader's language; formats for programs do not use it.
    """

    __slots__ = ("colour", "encoding", "links", "quiet", "show_url", "translate", "width")

    def __init__(
        self,
        *,
        colour: bool = False,
        width: int | None = None,
        encoding: str = "utf-8",
        quiet: bool = False,
        links: bool = False,
        show_url: bool = False,
        translate: Callable[[str], str] = str,
    ) -> None:
        self.colour = colour
        self.encoding = encoding
        self.width = width
        self.quiet = quiet
        self.links = links
        self.show_url = show_url
        self.translate = translate


class Format:
    """One way to show the result of a run.

    `name` is the value of `--output-format`, `purpose` one line for the documentation. `kind` is what the report is
    made of: `text` is for people and follows the encoding of the terminal; the others are for programs, always UTF-8.
    `names_skipped`: whether the report lists the files that were skipped.
    """

    name: str
    purpose: str
    kind: Kind = "json"
    names_skipped: bool = False

    def __init_subclass__(cls) -> None:
        """Register the format."""
        FORMATS[cls.name] = cls

    def render(self, result: LintResult, style: Style) -> Iterator[str]:
        """The lines of the report, without their ends."""
        raise NotImplementedError


FORMATS: dict[str, type[Format]] = {}
"""Name -> format, of the modules that have been imported."""


def find_format(name: str) -> Format:
    """The format with a name, which is one of `config.keys.FORMATS`."""
    # Not importlib: a run that finds nothing would wait for its import.
    __import__(f"{__name__}.{name.replace('-', '_')}")
    return FORMATS[name]()
