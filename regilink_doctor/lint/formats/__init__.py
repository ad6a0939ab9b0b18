"""What a file says to the linter: its call sites, and what `lint.facts` has found in a file that is not Python.

The kinds of files are listed in `lint.scan.kinds`; a module is loaded with the first file of its kind.
"""

from __future__ import annotations

from regilink_doctor.core.records import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Place
    from regilink_doctor.core.sites import Command, Requirement, Setting, Site
    from regilink_doctor.lint.scan.kinds import Comments
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
    """Parts that cannot be read, such as cells of a notebook, where the others can."""
    tested: tuple[Place, ...] = ()
    """Where the values are written that conditions were judged by."""
    comments: Comments = "python"
    """Where a comment may be in a file of this kind."""

    @property
    def declared(self) -> Iterator[Setting | Requirement | Command]:
        """All settings, requirements and commands."""
        yield from self.settings
        yield from self.requirements
        yield from self.commands


def read(path: str, content: bytes) -> ParsedFile:
    """What a file says; nothing for a file of no known kind.

    Raises:
        Unparsable: it is not what its name promises.
    """
    from importlib import import_module

    from regilink_doctor.lint.scan.kinds import comments_of, kind_of_named

    kind = kind_of_named(path, content)
    if kind is None:
        return ParsedFile(())
    parsed: ParsedFile
    if kind in ("python", "notebook"):
        parsed = import_module(f"regilink_doctor.lint.formats.{kind}").read(path, content)
    else:
        parsed = _read_declarations(path, content, kind)
    return replace(parsed, comments=comments_of(kind))


def _read_declarations(path: str, content: bytes, kind: str) -> ParsedFile:
    """What a file says that is not Python, and the calls of the Python that is in it."""
    from regilink_doctor.lint.facts import read_facts
    from regilink_doctor.lint.facts.settings import find_option_sites, find_target_sites, keep_relevant

    facts = read_facts(path, content, kind)
    settings = keep_relevant(facts.settings)
    sites = [*find_target_sites(settings)]
    places = {site.place for site in sites}
    sites += [site for site in find_option_sites(facts.commands) if site.place not in places]
    requirements = [*facts.requirements]
    if facts.commands:
        from regilink_doctor.lint.facts.commands import find_consumed
        from regilink_doctor.lint.facts.requirements import read_installed

        sites += find_consumed(facts.commands)
        requirements += read_installed(facts.commands)
    problems = [*facts.problems]
    for program in facts.programs:
        from regilink_doctor.lint.formats.embedded import find_sites_inside

        sites += find_sites_inside(program, problems)
    sites.sort(key=lambda site: site.place.span)
    return ParsedFile((facts.source,), tuple(sites), settings, tuple(requirements), facts.commands, tuple(problems))
