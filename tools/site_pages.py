"""Build the site, strictly, of `docs/` and of what the code knows: `python tools/site_pages.py [--pages] [--zensical]`.

The pages are written to `build/pages`, the site to `build/site`, with `llms.txt` and the Markdown beside each page.
`--pages` writes the pages alone. The engine of the playground is fetched by npm and pip; where that fails, its page
says so, and `--strict` fails. The extra `docs` has what mkdocs needs, the extra `zensical` the builder that takes
over when mkdocs-material has reached its end of life. CI builds with both: the pages stay in what both understand.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from playground_engine import NotFetched, add_engine, restrict_page

from regilink_doctor.cli import COMMANDS, _make_parsers
from regilink_doctor.core.phrases import say
from regilink_doctor.languages import ENGLISH, list_languages, list_translations
from regilink_doctor.report import listings
from regilink_doctor.rules import all_rules
from regilink_doctor.rules.base import Rule

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "build" / "pages"
SITE = ROOT / "build" / "site"
LANGUAGES = [language for language in list_languages() if language != ENGLISH]


def write_pages() -> None:
    """Put every page of the site together."""
    shutil.rmtree(PAGES, ignore_errors=True)
    shutil.copytree(ROOT / "docs", PAGES, ignore=shutil.ignore_patterns("example"))
    for name in ("CHANGELOG", "SECURITY", "CONTRIBUTING"):
        text = (ROOT / f"{name}.md").read_text(encoding="utf-8")
        (PAGES / f"{name.lower()}.md").write_text(re.sub(r"\]\(docs/", "](", text), encoding="utf-8")
    rules = list(all_rules())
    (PAGES / "rules").mkdir()
    _write_rules(rules, ".md", str)
    for translate in list_translations("messages", "rules"):
        _write_rules(rules, f".{translate.language}.md", translate)
    (PAGES / "commands.md").write_text("\n".join(_render_commands()), encoding="utf-8")
    for page in PAGES.rglob("*.md"):
        _fix_links(page)


def _fix_links(page: Path) -> None:
    """Links that lead elsewhere on the site than in the repository."""
    up = "../" * (len(page.relative_to(PAGES).parts) - 1)
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"\]\((?:\.\./)*rules\.md#(reg\d+)\)", lambda match: f"]({up}rules/{match[1].upper()}.md)", text)
    for name in ("CHANGELOG", "SECURITY", "CONTRIBUTING"):
        text = re.sub(rf"\]\((?:\.\./)*{name}\.md", f"]({up}{name.lower()}.md", text)
    text = re.sub(r"\[(`docs/example`|[^\]]*)\]\((?:docs/)?example\)", r"\1", text)
    page.write_text(text, encoding="utf-8")


def _write_rules(rules: Sequence[Rule], suffix: str, translate: Callable[[str], str]) -> None:
    (PAGES / f"rules{suffix}").write_text(_render_rules_index(rules, translate), encoding="utf-8")
    for rule in rules:
        (PAGES / "rules" / f"{rule.code}{suffix}").write_text(_render_rule_page(rule, translate), encoding="utf-8")


def _render_rules_index(rules: Sequence[Rule], translate: Callable[[str], str]) -> str:
    """The page of the site that lists the rules; each has a page of its own, `rules/REG101.md`."""
    columns = (say("code"), say("name"), say("default"), say("what"))
    lines = [
        f"# {translate('Rules')}",
        "",
        *map(translate, listings.RULES_INTRODUCTION[2:]),
        "",
        f"| {' | '.join(map(translate, columns))} |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| [{rule.code}](rules/{rule.code}.md) | {rule.name} | {translate(listings.describe_default(rule))} | "
        f"{listings.read_summary(rule, translate)} |"
        for rule in rules
    ]
    return "\n".join(lines) + "\n"


def _render_rule_page(rule: Rule, translate: Callable[[str], str]) -> str:
    """The page of a rule on the site: what it reports and why, its failures, how to silence it."""
    failures = ", ".join(f"[{failure}](../failures.md#{failure.lower()})" for failure in rule.failures)
    default = say("**Default**: {severity}.", severity=listings.describe_default(rule))
    facts = [default, say("**Failures**: {failures}.", failures=failures) if failures else ""]
    head = " ".join(translate(fact) for fact in facts if fact)
    lines = [f"# {rule.code}: {rule.name}", "", head, "", listings.read_documentation(rule, translate)]
    if not rule.is_live:
        reason = translate("the reason, for those who read it later")
        lines += ["", f"## {translate('Silence it')}", "", "```python"]
        lines += [f"...  # regilink: ignore[{rule.code}] {reason}", "```", ""]
        lines += [translate("For some files: `per-file-ignores` in the [configuration](../configuration.md).")]
    return "\n".join(lines) + "\n"


def _render_commands() -> Iterator[str]:
    yield from (
        "# Commands",
        "",
        "Every option can be set by the variable beside it; the command line overrides it.",
        "",
    )
    for name, purpose in COMMANDS.items():
        _, parser = _make_parsers([name])
        assert parser is not None
        yield from (f"## regilink {name}", "", f"{purpose[0].upper()}{purpose[1:]}.", "")
        yield from _render_parser(parser, f"regilink {name}")


def _render_parser(parser: argparse.ArgumentParser, command: str) -> Iterator[str]:
    branches = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for branch in branches:
        for name, child in branch.choices.items():
            yield from (f"### {command} {name}", "")
            yield from _render_parser(child, f"{command} {name}")
    rows = [row for action in parser._actions if (row := _render_option(action))]
    if rows:
        yield from ("| option | variable | what |", "|---|---|---|", *rows, "")


def _render_option(action: argparse.Action) -> str | None:
    if isinstance(action, argparse._HelpAction | argparse._SubParsersAction):
        return None
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
    takes = "" if action.nargs == 0 else f" {value}"
    flags = [flag for flag in action.option_strings if flag.startswith("--")]
    short = [flag for flag in action.option_strings if not flag.startswith("--")]
    shown = ", ".join(f"`{flag}{takes}`" for flag in (*flags, *short)) or f"`{value}`"
    variable = f"`REGILINK_{flags[0].lstrip('-').replace('-', '_').upper()}`" if flags else ""
    cells = (shown, variable, (action.help or "").replace("%%", "%"))
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def write_texts(address: str = "") -> int:
    """`llms.txt`, `llms-full.txt`, and the Markdown of each page beside it; the number of pages."""
    listed, full, count = [], [], 0
    for source in sorted(PAGES.rglob("*.md")):
        name = source.relative_to(PAGES).with_suffix("").as_posix()
        language = next((language for language in LANGUAGES if name.endswith(f".{language}")), None)
        name = name.removesuffix(f".{language}") if language else name
        folder = SITE / (language or "") / ("" if name == "index" else name)
        if not (folder / "index.html").exists():
            raise SystemExit(f"{source}: no page at {folder}")
        text = source.read_text(encoding="utf-8")
        (folder / "index.md").write_text(text, encoding="utf-8")
        count += 1
        if language is None:
            title = re.search(r"^# (.+)$", text, re.MULTILINE)
            where = (folder / "index.md").relative_to(SITE).as_posix()
            listed.append(f"- [{title[1] if title else name}]({address}{where})")
            full.append(text)
    head = "# regilink\n\n> Lint, diagnose and test links to the W&B Registry.\n\n"
    (SITE / "llms.txt").write_text(head + "\n".join(listed) + "\n", encoding="utf-8")
    (SITE / "llms-full.txt").write_text("\n\n".join(full), encoding="utf-8")
    return count


def build(*, zensical: bool) -> None:
    """Build the site strictly. Never with `-q`: it turns the exit status of `mkdocs build --strict` into 0."""
    shutil.rmtree(SITE, ignore_errors=True)
    environ = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    builder = [str(Path(sys.executable).with_name("zensical-i18n"))] if zensical else [sys.executable, "-m", "mkdocs"]
    subprocess.run([*builder, "build", "--strict"], cwd=ROOT, env=environ, check=True)


def complete_playground(*, strict: bool) -> None:
    """Add what the playground runs, and restrict its pages to the site."""
    for page in SITE.glob("**/playground/index.html"):
        restrict_page(page, SITE)
    try:
        add_engine(SITE)
    except NotFetched as reason:
        if strict:
            raise SystemExit(f"the engine of the playground: {reason}") from None
        print(f"the playground has no engine: {reason}", file=sys.stderr)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pages", action="store_true", help="write the pages, do not build")
    arguments.add_argument("--strict", action="store_true", help="fail without the engine of the playground")
    arguments.add_argument("--zensical", action="store_true", help="build with zensical, not with mkdocs")
    asked = arguments.parse_args()
    for variable in [name for name in os.environ if name.startswith("REGILINK_")]:
        del os.environ[variable]
    write_pages()
    if not asked.pages:
        build(zensical=asked.zensical)
        complete_playground(strict=asked.strict)
        print(f"{write_texts()} pages in {SITE.relative_to(ROOT)}")
