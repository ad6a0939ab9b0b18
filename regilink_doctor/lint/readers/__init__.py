"""One reader per format, from bytes to a `Reading`. Each is loaded when the first file of its format comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regilink_doctor.lint.reading import Reading


def read(path: str, content: bytes) -> Reading:
    """What a file says.

    Raises:
        Unparsable: it is not what its name promises.
    """
    from regilink_doctor.lint.kinds import kind_of_named
    from regilink_doctor.lint.readers import python

    if kind_of_named(path, content) != "python":
        from regilink_doctor.lint.reading import Reading

        return Reading(())
    return python.read(path, content)
