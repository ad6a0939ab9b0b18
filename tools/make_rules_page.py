"""Write `docs/rules.md` from the rules, and the same page in every language."""

from pathlib import Path

from regilink_doctor.languages import list_translations
from regilink_doctor.report.listings import as_markdown
from regilink_doctor.rules import all_rules

DOCS = Path(__file__).parents[1] / "docs"


def render_pages() -> dict[str, str]:
    """Name of the page -> its text."""
    rules = list(all_rules())
    pages = {"rules.md": as_markdown(rules) + "\n"}
    for translate in list_translations("messages", "rules"):
        pages[f"rules.{translate.language}.md"] = as_markdown(rules, translate) + "\n"
    return pages


if __name__ == "__main__":
    for name, text in render_pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
