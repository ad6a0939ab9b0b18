"""`python -m regilink_doctor`."""

import sys

if __name__ == "__main__":
    del sys.path[0]  # the current folder: its modules are the user's, and never imported
    from regilink_doctor.cli import script

    script()
