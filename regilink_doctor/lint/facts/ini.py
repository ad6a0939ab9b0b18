"""INI files as `configparser` reads them: sections, `key = value` or `key: value`, values carried on by indentation."""

from __future__ import annotations

from regilink_doctor.lint.data.ini import read_data
from regilink_doctor.lint.facts import FileFacts
from regilink_doctor.lint.facts.commands import find_commands
from regilink_doctor.lint.facts.settings import find_settings
from regilink_doctor.lint.text.source import Source


def read(path: str, content: bytes) -> FileFacts:
    """What an INI file says.

    Raises:
        OtherFormat: it is something else.
    """
    source = Source.decode(path, content, python=False)
    root = read_data(source)
    script = find_commands(root)
    script.settings[:0] = find_settings(root, "ini")
    return FileFacts.of(source, script)
