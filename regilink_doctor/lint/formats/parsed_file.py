"""What a reader has found in one file, whatever its format."""

from __future__ import annotations

from regilink_doctor.core.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.file_facts import Command, Requirement, Setting
    from regilink_doctor.core.sites import Site
    from regilink_doctor.lint.text.source import Source, Unparsable


@record
class ParsedFile:
    """The sites and declarations of a file, each in the order of their lines.

    `sources` are the stretches of text that the places are in: one, or the code cells of a notebook.
    """

    sources: tuple[Source, ...]
    sites: tuple[Site, ...] = ()
    settings: tuple[Setting, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    commands: tuple[Command, ...] = ()
    problems: tuple[Unparsable, ...] = ()
    """Cells that cannot be parsed, where the others can."""

    @property
    def declared(self) -> Iterator[Setting | Requirement | Command]:
        """Everything that is no site."""
        yield from self.settings
        yield from self.requirements
        yield from self.commands
