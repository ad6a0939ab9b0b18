"""Python files."""

from __future__ import annotations

from regilink_doctor.lint.reading import Reading
from regilink_doctor.lint.sites import find_sites
from regilink_doctor.lint.sources import Source, Unparsable
from regilink_doctor.lint.walk import read_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint import syntax as ast

_TEMPLATE = ("{{", "}}", "<%")
"""Of cookiecutter and Jinja. In Python that parses they are displays of sets, or stand in strings."""


def read(path: str, content: bytes) -> Reading:
    """What a Python file says; a template of another program's that is no Python yet says nothing.

    Raises:
        Unparsable: it is not the Python of the interpreter that runs us.
    """
    source = Source.decode(path, content)
    try:
        return read_source(source)
    except Unparsable as error:
        if any(mark in source.lines[error.span.line - 1] for mark in _TEMPLATE) or "{%" in source.text:
            return Reading((source,))
        raise


def read_source(source: Source, tree: ast.Module | None = None) -> Reading:
    """What decoded Python says; `tree` if it was parsed before.

    Raises:
        Unparsable: it is not the Python of the interpreter that runs us.
    """
    module = read_module(source, tree)
    try:
        sites, settings = find_sites(source, module)
    finally:
        module.forget()
    return Reading((source,), sites, settings)
