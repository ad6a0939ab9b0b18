"""Write `docs/failures.md` from the failure index, and the same page in every language."""

from pathlib import Path

from regilink_doctor.languages import list_translations
from regilink_doctor.report.explanation import failures_page

DOCS = Path(__file__).parents[1] / "docs"


def render_pages() -> dict[str, str]:
    """Name of the page -> its text."""
    pages = {"failures.md": failures_page()}
    for translate in list_translations("messages", "failures"):
        pages[f"failures.{translate.language}.md"] = failures_page(translate)
    return pages


if __name__ == "__main__":
    for name, text in render_pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
