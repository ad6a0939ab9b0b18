"""One reader per format, from bytes to a `ParsedFile`. Each is loaded when the first file of its format comes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint.formats.parsed_file import ParsedFile


def read(path: str, content: bytes) -> ParsedFile:
    """What a file says.

    Raises:
        Unparsable: it is not what its name promises.
    """
    from importlib import import_module

    from regilink_doctor.lint.scan.kinds import kind_of_named

    kind = kind_of_named(path, content)
    if kind is None:
        from regilink_doctor.lint.formats.parsed_file import ParsedFile

        return ParsedFile(())
    found: ParsedFile = import_module(f"regilink_doctor.lint.formats.{kind}").read(path, content)
    return found
