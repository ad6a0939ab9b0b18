"""Python files."""

from __future__ import annotations

from regilink_doctor.lint.formats import ParsedFile
from regilink_doctor.lint.resolve.walk import read_module
from regilink_doctor.lint.sites.find import find_sites
from regilink_doctor.lint.text.source import Source, Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint.text import syntax as ast

_TEMPLATE = ("{{", "}}", "<%")
"""Of cookiecutter and Jinja. In Python that parses they are displays of sets, or stand in strings."""


def read(path: str, content: bytes) -> ParsedFile:
    """What a Python file says; a template of another program's that is no Python yet says nothing.

    Raises:
        Unparsable: it is not the Python of the interpreter that runs us.
    """
    source = Source.decode(path, content)
    try:
        return read_source(source)
    except Unparsable as error:
        if any(mark in source.lines[error.span.line - 1] for mark in _TEMPLATE) or "{%" in source.text:
            return ParsedFile((source,))
        raise


def read_source(source: Source, tree: ast.Module | None = None) -> ParsedFile:
    """What decoded Python says; `tree` if it was parsed before.

    Raises:
        Unparsable: it is not the Python of the interpreter that runs us.
    """
    module = read_module(source, tree)
    try:
        sites, settings = find_sites(source, module)
    finally:
        module.forget()
    return ParsedFile((source,), sites, settings)
