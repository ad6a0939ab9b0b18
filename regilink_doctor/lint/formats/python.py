"""Python files."""

from __future__ import annotations

from regilink_doctor.core.records import replace
from regilink_doctor.lint.formats import ParsedFile
from regilink_doctor.lint.resolve.program_inputs import START_MARKS
from regilink_doctor.lint.resolve.walk import read_module
from regilink_doctor.lint.sites.find import find_sites
from regilink_doctor.lint.sites.set_variables import find_written_keys
from regilink_doctor.lint.text.source import OtherFormat, Source, Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint.text import syntax as ast

_SCRIPT_MARK = "# /// script"
_TEMPLATE = ("{{", "}}", "<%")
"""Of cookiecutter and Jinja. In Python that parses they are displays of sets, or stand in strings."""


def read(path: str, content: bytes) -> ParsedFile:
    """What a Python file says.

    Raises:
        OtherFormat: it is a template of another program, not Python yet.
        Unparsable: it is not the Python of the interpreter that runs us.
    """
    source = Source.decode(path, content)
    try:
        return read_source(source)
    except Unparsable as error:
        if any(mark in source.lines[error.span.line - 1] for mark in _TEMPLATE) or "{%" in source.text:
            raise OtherFormat("template") from None
        raise


def read_source(source: Source, tree: ast.Module | None = None) -> ParsedFile:
    """What decoded Python says; `tree` if it was parsed before.

    Raises:
        Unparsable: it is not the Python of the interpreter that runs us.
    """
    tree = tree or source.parse()
    module = read_module(source, tree)
    try:
        sites, settings = find_sites(source, module)
    finally:
        module.forget()
    settings = (*settings, *find_written_keys(source, tree))
    reading = ParsedFile((source,), sites, settings, tested=tuple(module.tested))
    if _SCRIPT_MARK in source.text:
        from regilink_doctor.lint.facts.requirements import read_script_metadata

        reading = replace(reading, requirements=tuple(read_script_metadata(source)))
    return _with_commands(reading, source, tree) if any(mark in source.text for mark in START_MARKS) else reading


def _with_commands(reading: ParsedFile, source: Source, tree: ast.Module) -> ParsedFile:
    """The same with the commands that the program starts, and the names and target paths in them."""
    from regilink_doctor.lint.facts.commands import find_consumed
    from regilink_doctor.lint.facts.python import find_commands
    from regilink_doctor.lint.facts.settings import find_option_sites

    commands = find_commands(source, tree)
    places = {site.place for site in reading.sites}
    found = [*find_consumed(commands), *find_option_sites(commands)]
    sites = (*reading.sites, *(site for site in found if site.place not in places))
    ordered = tuple(sorted(sites, key=lambda site: (site.place.position, site.call)))
    return replace(reading, sites=ordered, commands=tuple(commands))
