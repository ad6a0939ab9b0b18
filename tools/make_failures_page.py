"""Write `docs/failures.md` from the failure index."""

from pathlib import Path

from regilink_doctor.report.explanation import failures_page

PAGE = Path(__file__).parents[1] / "docs" / "failures.md"

if __name__ == "__main__":
    PAGE.write_text(failures_page(), encoding="utf-8")
