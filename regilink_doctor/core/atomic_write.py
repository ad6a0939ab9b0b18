"""Files written whole or not at all."""

from __future__ import annotations

import os


def write_whole(path: str, content: bytes, mode: int) -> None:
    """Put new bytes in the place of a file, all or none of them, whatever comes in between; a link stays a link.

    What is no plain file (`/dev/stdout`, a pipe) is written to as it is: there is nothing to put in its place.

    Raises:
        OSError: it cannot be written.
    """
    import tempfile

    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "wb") as file:
            file.write(content)
        return
    real = os.path.realpath(path)
    handle, temporary = tempfile.mkstemp(prefix=".regilink-", dir=os.path.dirname(real))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, mode)
        os.replace(temporary, real)
    except BaseException:
        try:
            os.unlink(temporary)
        except FileNotFoundError:  # Ctrl-C came when it was in its place
            pass
        raise
