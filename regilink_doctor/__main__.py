"""`python -m regilink_doctor`."""

import sys

if __name__ == "__main__":
    if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):  # -I, and -P since Python 3.11
        del sys.path[0]  # the current folder: its modules are the user's, and never imported
    from regilink_doctor.cli import script

    script()
