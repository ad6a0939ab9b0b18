"""One reader per format, from bytes to a `Reading`. Each is loaded when the first file of its format comes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint.reading import Reading


def read(path: str, content: bytes) -> Reading:
    """What a file says.

    Raises:
        Unparsable: it is not what its name promises.
    """
    from importlib import import_module

    from regilink_doctor.lint.kinds import kind_of_named

    kind = kind_of_named(path, content)
    if kind is None:
        from regilink_doctor.lint.reading import Reading

        return Reading(())
    found: Reading = import_module(f"regilink_doctor.lint.readers.{kind}").read(path, content)
    return found
