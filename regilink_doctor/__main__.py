"""The console script, and `python -m regilink_doctor`."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def script() -> "NoReturn":
    """Load the command line and run it. Until it is loaded, Ctrl-C ends the process as it does any other program.

    Python would print a traceback then, and loses the interrupt where it comes in a callback of an import.
    """
    import _signal  # type: ignore[import-not-found]

    handler = _signal.getsignal(_signal.SIGINT)
    if handler is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    from regilink_doctor.cli import script as run

    if handler is not None:
        _signal.signal(_signal.SIGINT, handler)
    run()


if __name__ == "__main__":
    if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):  # -I, and -P since Python 3.11
        del sys.path[0]  # the current folder: its modules are the user's, and never imported
    script()
