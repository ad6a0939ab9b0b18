"""Write `docs/rules.md` from the rules."""

from pathlib import Path

from regilink_doctor.report.listings import as_markdown
from regilink_doctor.rules import all_rules

PAGE = Path(__file__).parents[1] / "docs" / "rules.md"

if __name__ == "__main__":
    PAGE.write_text(as_markdown(list(all_rules())) + "\n", encoding="utf-8")
