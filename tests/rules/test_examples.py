"""Every rule's own examples, linted: the bad give its code, the good do not."""

import inspect
import re
from pathlib import Path
from typing import NamedTuple

import make_rules_page
import pytest
from tables import check_each, check_rows, number_folders
from translatable import find_untranslatable

from regilink_doctor.config import Config
from regilink_doctor.core.catalog import Catalog, Collection, Organization, Registry
from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.findings import Finding
from regilink_doctor.core.organization_view import ConfiguredOrganization
from regilink_doctor.emulator import Emulator
from regilink_doctor.lint.engine import lint_bytes
from regilink_doctor.lint.scan.files import can_matter
from regilink_doctor.rules import all_rules
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.index import RULES as INDEX
from regilink_doctor.rules.selection import Selection
from regilink_doctor.workflows.diagnose import diagnose
from regilink_doctor.workflows.fixing import plan_fixes, write_changes
from regilink_doctor.workflows.lint import Linter, LintResult, lint_paths, lint_program

PRELUDE = """import wandb
run = wandb.init(entity="team-a", project="p")
artifact = wandb.Artifact("zoo", type="model")
"""
CATALOG = Catalog(
    (
        Organization(
            "Acme Inc",
            "acme",
            ("team-a", "team-b"),
            (
                Registry("model", types=("model",), protected_aliases=("production",)),
                Registry("dataset", types=("dataset",)),
                Registry("raw"),
                Registry("Golden Datasets", collections=(Collection("raw_images", "dataset"),)),
            ),
        ),
    ),
    complete=True,
    personal_entities=frozenset({"alice"}),
)
RULES = list(all_rules())
STATIC = [rule for rule in RULES if not rule.is_live and not rule.is_about_map]
"""`tests/doctor/test_rules.py` and `tests/map/test_rules.py` have the others."""
ROWLESS = {"REG810", "REG902", "REG906", "REG907"}  # the server's own trouble; what may be as it is meant
UNTRIGGERED = {"REG002"}  # only a mistake of ours gives it: tests/lint/test_engine.py makes one


class Example(NamedTuple):
    """An example of a rule."""

    rule: Rule
    text: str


def examples(kind: str) -> dict[str, Example]:
    return {
        f"{rule.code}-{index}": Example(rule, example)
        for rule in STATIC
        for index, example in enumerate(getattr(rule, kind))
    }


def lint(rule: Rule, example: str, tmp_path: Path) -> list[str]:
    return [finding.code for finding in find(rule, example, tmp_path)]


def complete_example(rule: Rule, example: str) -> str:
    """The example after what a program begins with, unless it is another file or has that itself."""
    python = rule.example.endswith(".py")
    return PRELUDE + example if python and not re.search(r"^import .*wandb", example, re.MULTILINE) else example


def write_program(rule: Rule, tmp_path: Path) -> None:
    """Code that links, beside an example that is no code."""
    if not rule.example.endswith(".py"):
        (tmp_path / "train.py").write_text(
            PRELUDE + 'run.link_artifact(artifact, "wandb-registry-model/zoo")', encoding="utf-8"
        )


def find(rule: Rule, example: str, tmp_path: Path) -> list[Finding]:
    whole = complete_example(rule, example)
    write_program(rule, tmp_path)
    report = lint_bytes(
        str(tmp_path / rule.example),
        whole.encode(),
        CATALOG if rule.needs_catalog else None,
        known=ConfiguredOrganization(wandb_version=rule.pinned),
        selection=Selection(pedantic=rule.pedantic),
    )
    return list(report.findings)


def test_bad_is_found(tmp_path: Path) -> None:
    """It gives the code of its rule, in words that can be translated."""
    folders = number_folders(tmp_path)

    def check(entry: Example) -> None:
        findings = find(*entry, next(folders))
        assert {finding.code for finding in findings} == {entry.rule.code}
        for finding in findings:
            words = (finding.message, finding.note, finding.help, *(related.message for related in finding.related))
            assert find_untranslatable(words) == []

    check_each(examples("bad"), check)


@check_rows(
    ("value", "help"),
    [
        ("os.getenv('TO', '')", 'let it fail instead of using an empty default: os.environ["TO"]'),
        ("os.environ.get('TO') or ''", 'let it fail instead of using an empty default: os.environ["TO"]'),
        ("to", "require to: remove its empty default"),
        ("arguments.name", "require name: remove its empty default"),
    ],
)
def test_help_about_an_empty_default_is_for_what_has_it(value: str, help: str) -> None:
    code = (
        "import argparse, os, fire, wandb\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('--name', default='')\narguments = parser.parse_args()\n"
        "def train(to=''):\n    run = wandb.init(entity='team-a')\n    artifact = wandb.Artifact('zoo', type='model')\n"
        f'    run.link_artifact(artifact, f"wandb-registry-model/{{{value}}}")\nfire.Fire(train)\n'
    )
    (finding,) = lint_bytes("train.py", code.encode()).findings
    assert (finding.code, finding.help) == ("REG105", help)


NOT_OF_LINKS = {"REG702", "REG704"}
"""Errors that stop no link: the mock of a test, a key in a file."""


@pytest.mark.slow
def test_where_lint_is_certain_doctor_does_not_say_that_all_is_well(tmp_path: Path) -> None:
    folders = number_folders(tmp_path)
    with Emulator() as emulator:
        variables = {**emulator.environ(), "HOME": str(tmp_path), "VIRTUAL_ENV": ""}

        def check(entry: Example) -> None:
            folder = next(folders)
            file = folder / entry.rule.example
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(complete_example(*entry), encoding="utf-8")
            write_program(entry.rule, folder)
            certain = {finding.code for finding in lint_program(folder).findings if finding.severity == "error"}
            diagnosis = diagnose(cwd=folder, environ=variables)
            is_well = all(item.status in ("pass", "skip", "warn") for item in diagnosis.checks)
            assert not is_well or diagnosis.links.unread or certain <= NOT_OF_LINKS

        check_each(examples("bad"), check)


def test_good_is_left_alone(tmp_path: Path) -> None:
    folders = number_folders(tmp_path)

    def check(entry: Example) -> None:
        assert entry.rule.code not in lint(*entry, next(folders))

    check_each(examples("good"), check)


def test_a_rule_is_complete() -> None:
    def check(rule: Rule) -> None:
        assert rule.code in INDEX
        assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.name)
        documentation = inspect.getdoc(rule)
        assert documentation != inspect.getdoc(Rule)
        assert documentation
        assert all(row in FAILURES for row in rule.failures)
        if rule.code not in UNTRIGGERED:
            assert rule.bad
            assert rule.good
        if rule.code >= "REG100" and rule.code not in ROWLESS:
            assert rule.failures, "name the failures of core/failures that it finds"

    check_each({rule.code: rule for rule in RULES}, check)


def test_every_row_of_the_catalogue_that_has_a_rule_is_covered_by_it() -> None:
    said = {(row, code) for row, failure in FAILURES.items() for code in failure.codes}
    covered = {(row, rule.code) for rule in RULES for row in rule.failures}
    assert said <= covered, sorted(said - covered)
    assert covered <= said, sorted(covered - said)
    for_explain = ["A16", "B16", "B17", "C7", "C9", "C10", "C16", "D9", "D10", "D11", "D14"]
    without_code = {row for row, failure in FAILURES.items() if not failure.codes}
    assert {row for row in without_code if not row.startswith("F")} == set(for_explain)


def test_the_page_of_rules_is_what_the_rules_say() -> None:
    docs, pages = Path(__file__).parents[2] / "docs", make_rules_page.render_pages()
    written = {name: (docs / name).read_text(encoding="utf-8") for name in pages}
    assert written == pages, "run: python tools/make_rules_page.py"


def test_bad_passes_the_gates() -> None:
    def check(rule: Rule) -> None:
        for example in rule.bad:
            assert can_matter(rule.example, complete_example(rule, example).encode()), "scan.CAN_MATTER lacks a word"

    check_each({rule.code: rule for rule in STATIC}, check)


@pytest.mark.slow
@pytest.mark.parametrize("entity", ['entity="team-a", ', ""], ids=["entity", "default-entity"])
def test_what_is_marked_as_fixable_is_fixed(entity: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the corrected path goes to a registry, and a run without entity becomes a finding."""
    bad = [(rule, example) for rule in STATIC for example in rule.bad]
    for number, (rule, example) in enumerate(bad):
        if not rule.example.endswith(".py"):
            continue
        path = tmp_path / str(number) / rule.example
        path.parent.mkdir(parents=True)
        whole = example if re.search(r"^import .*wandb", example, re.MULTILINE) else PRELUDE + example
        path.write_text(whole.replace('entity="team-a", ', entity), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    config = Config({"pedantic": True})
    before = lint_paths(["."], config=config)
    fixable = _fixable(before)
    linter = Linter(config)
    write_changes(before, linter, plan_fixes(before, linter))
    assert len(fixable) > 10
    assert _fixable(lint_paths(["."], config=config)) == []


def _fixable(result: LintResult) -> list[Finding]:
    return [finding for finding in result.findings if finding.fix and finding.fix.applicability == "safe"]
