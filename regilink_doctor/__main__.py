"""`python -m regilink_doctor`."""

from regilink_doctor.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
