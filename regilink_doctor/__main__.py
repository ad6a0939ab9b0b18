"""`python -m regilink_doctor`."""

from regilink_doctor.cli import script

if __name__ == "__main__":
    script()
