"""INI files as `configparser` reads them: sections, `key = value` or `key: value`, values carried on by indentation."""

from __future__ import annotations

from regilink_doctor.lint.data.ini import read_data
from regilink_doctor.lint.formats import ParsedFile
from regilink_doctor.lint.formats.settings import find_settings, find_target_sites, keep_relevant
from regilink_doctor.lint.text.source import Source, Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    pass


def read(path: str, content: bytes) -> ParsedFile:
    """What an INI file says; a file with the name of one that is something else says nothing."""
    source = Source.decode(path, content, python=False)
    try:
        root = read_data(source)
    except Unparsable:
        return ParsedFile((source,))  # `.cfg` and `.ini` are names of many formats
    settings = keep_relevant(find_settings(root, "ini"))
    return ParsedFile((source,), tuple(find_target_sites(settings)), settings)
