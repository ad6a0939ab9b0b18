"""What the worker of the playground asks regilink, in Pyodide: a question and its answer are JSON."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from regilink_doctor.config import Config
from regilink_doctor.core.catalog import Catalog, CatalogError
from regilink_doctor.core.findings import Finding
from regilink_doctor.languages import Translation, load_translation
from regilink_doctor.lint.change import Document, apply_fixes
from regilink_doctor.lint.scan.kinds import kind_of_named
from regilink_doctor.report.explanation import render_explanation
from regilink_doctor.report.summary import describe_skipped
from regilink_doctor.workflows.explain import Explanation, explain, explain_site
from regilink_doctor.workflows.lint import Linter, name_skipped, skipped_sentence


class Question:
    """What is on the page: the language, the name of the file and its code, a text to explain, a catalog."""

    def __init__(self, question: dict[str, Any]) -> None:
        self.translate = _load_language(question["language"])
        self.name = question["name"].strip() or "train.py"
        self.code = question["code"].encode("utf-8", "surrogatepass")
        self.text = question["text"]
        self.catalog, self.catalog_problem = _read_catalog(question["catalog"])
        self.lint = Linter(Config(), self.catalog).lint

    def check(self) -> dict[str, object]:
        """The findings in the code, where its links go, and the explanation of the text."""
        report = self.lint(self.name, self.code)
        links = {
            path.display: self._render(explanation)
            for site in report.sites
            if site.kind not in ("log", "other")
            for path, explanation in explain_site(site, catalog=self.catalog).items()
        }
        unread = report.unread
        if kind_of_named(self.name, self.code) is None:
            unread = (*unread, skipped_sentence(self.name))
        if report.skipped is not None:
            unread = (*unread, *describe_skipped([name_skipped(self.name, report.skipped)]))
        has_error = any(finding.code == "REG000" for finding in report.findings)  # it names the place
        return {
            "findings": [self._describe(finding) for finding in report.findings],
            "links": [{"path": path, "explanation": explanation} for path, explanation in links.items()],
            "explanation": self._render(explain(self.text, catalog=self.catalog)) if self.text.strip() else "",
            "unread": [] if has_error else [self.translate(sentence) for sentence in unread],
            "catalogProblem": self.catalog_problem,
        }

    def fix(self, number: int | None) -> dict[str, object]:
        """The code with the fix of one finding, or with every safe fix."""
        if number is None:
            content, _ = apply_fixes(self.name, self.code, lambda code: self.lint(self.name, code))
        else:
            content = _apply_fix(self.lint(self.name, self.code).findings[number], self.name, self.code)
        return {"code": content.decode("utf-8", "surrogatepass")}

    def _describe(self, finding: Finding) -> dict[str, object]:
        span = finding.place.span
        return {
            "code": finding.code,
            "severity": finding.severity,
            "message": self.translate(finding.message),
            "note": self.translate(finding.note or ""),
            "help": self.translate(finding.help or ""),
            "cell": finding.place.cell,
            "span": [span.line, span.column, span.end_line, span.end_column],
            "fix": self.translate(finding.fix.message) if finding.fix else "",
            "isSafe": finding.fix is not None and finding.fix.applicability == "safe",
        }

    def _render(self, explanation: Explanation) -> str:
        return "\n".join(render_explanation(explanation, translate=self.translate))


def answer(question: str) -> str:
    """The answer to a question of the page: what was checked or, where it has `fix`, the code with this fix."""
    values = json.loads(question)
    asked = Question(values)
    return json.dumps(asked.fix(values["fix"]) if "fix" in values else asked.check())


@cache
def _load_language(language: str) -> Translation:
    if language == "en":
        return Translation("en", {}, lambda number: number != 1)
    return load_translation(language, "messages", "rules", "failures")


def _read_catalog(text: str) -> tuple[Catalog | None, str]:
    """The catalog that was pasted, or why it cannot be used."""
    if not text.strip():
        return None, ""
    try:
        return Catalog.from_json(json.loads(text)), ""
    except (CatalogError, ValueError, RecursionError) as error:
        return None, str(error)


def _apply_fix(finding: Finding, name: str, content: bytes) -> bytes:
    """The code with all edits of a fix; unchanged where one of them has no place in it."""
    document = Document.read(name, content)
    if document is None or finding.fix is None:
        return content
    edits = [document.replacement(edit, finding.place.cell) for edit in finding.fix.edits]
    replacements = [edit for edit in edits if edit is not None]
    changed = document.encoded(replacements) if len(replacements) == len(edits) else None
    return content if changed is None else changed
