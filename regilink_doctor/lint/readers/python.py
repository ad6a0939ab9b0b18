"""Python files."""

from __future__ import annotations

from regilink_doctor.lint.reading import Reading
from regilink_doctor.lint.scopes import read_module
from regilink_doctor.lint.sites import find_sites
from regilink_doctor.lint.sources import Source


def read(path: str, content: bytes) -> Reading:
    """What a Python file says.

    Raises:
        Unparsable: it is not the Python of the interpreter that runs us.
    """
    source = Source.decode(path, content)
    sites, settings = find_sites(source, read_module(source.parse()))
    return Reading((source,), sites, settings)
