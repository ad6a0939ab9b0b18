"""What a diagnosis looks like, for people and for machines."""

from __future__ import annotations

import io
import json

import pytest

from regilink_doctor.client.settings import read_settings
from regilink_doctor.core.check_result import CheckResult
from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.organization_view import OrganizationNames
from regilink_doctor.core.origin import Code, File, Setting, Variable
from regilink_doctor.core.records import replace
from regilink_doctor.core.targets import target_of
from regilink_doctor.doctor.diagnosis import Diagnosis, LinkSummary, Ready, UnknownLink
from regilink_doctor.report.doctor import render_full, to_json

console = pytest.importorskip("rich.console")

ZOO = "wandb-registry-model/zoo"
GOOD = CheckResult("host", "pass", "https://h", "it answered", duration_ms=12, group="Network")
WRONG = CheckResult(
    "registry",
    "fail",
    ZOO,
    "there is no such registry",
    "REG301",
    "write this\nor that",
    Code(Place("train.py", Span(6, 1, 6, 9))),
    ("B3",),
    ("host",),
    3,
    group="Links",
)
LATER = [
    CheckResult(name, "skip", ZOO, "skipped: `registry` failed", blocked_by="registry", group="Links")
    for name in ("role", "collection")
]
FOUND = (
    ("host", Setting("https://h", Variable("WANDB_BASE_URL"))),
    ("organization", Setting("", File("wandb/settings", "organization"))),
)


def text(
    diagnosis: Diagnosis, *, width: int = 100, encoding: str = "utf-8", verbose: bool = False, soft: bool = False
) -> str:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    page = console.Console(file=file, width=width, color_system=None, soft_wrap=soft)
    render_full(diagnosis, page, verbose=verbose)
    file.seek(0)
    return file.read()


def test_json_is_the_contract() -> None:
    value = json.loads(to_json(Diagnosis((GOOD, WRONG), (), ())))
    assert value == {
        "version": 1,
        "checks": [
            {
                "name": "host",
                "code": None,
                "status": "pass",
                "subject": "https://h",
                "message": "it answered",
                "note": None,
                "help": None,
                "origin": None,
                "failures": [],
                "requires": [],
                "also_at": [],
                "duration_ms": 12,
            },
            {
                "name": "registry",
                "code": "REG301",
                "status": "fail",
                "subject": ZOO,
                "message": "there is no such registry",
                "note": None,
                "help": "write this\nor that",
                "origin": "train.py:6",
                "failures": ["B3"],
                "requires": ["host"],
                "also_at": [],
                "duration_ms": 3,
            },
        ],
        "links": {"checked": 0, "unknown": [], "unread": [], "skipped": []},
    }


def test_a_problem_in_full() -> None:
    shown = text(Diagnosis((GOOD, WRONG, *LATER), FOUND, (target_of(ZOO),), None, 2, 40))
    assert (
        shown
        == """\
What was found where
  host          https://h  environment WANDB_BASE_URL
  organization  ""         wandb/settings

✓ Network  1 passed
✗ Links    1 problem: registry; 2 skipped

✗ registry  REG301  wandb-registry-model/zoo  (train.py:6)
  there is no such registry
  -> write this
  -> or that

- role, collection: skipped: `registry` failed

1 problem. Lines marked -> show what to change. (2 requests, 40 ms)
"""
    )


def test_all_well_ends_with_what_to_paste() -> None:
    ready = Ready((("team-a", OrganizationNames("Acme Inc", "acme")),), (ZOO,), "team-a")
    shown = text(Diagnosis((GOOD,), (), (target_of(ZOO),), ready, 2, 40, links=LinkSummary(1)))
    assert shown.endswith("""\
All well: 1 link checked, no problems (2 requests, 40 ms)

Your teams
  team-a  Acme Inc (entity acme)
Ready to paste
  run = wandb.init(entity="team-a")
  run.link_artifact(artifact, target_path="wandb-registry-model/zoo")
""")


def test_what_was_skipped_is_not_called_well() -> None:
    shown = text(Diagnosis((GOOD, LATER[0]), (), (target_of(ZOO),), None, 2, 40, links=LinkSummary(1)))
    assert "1 link checked: no problems, but some checks were skipped" in shown
    assert "All well" not in shown


CALL = Code(Place("train.py", Span(14, 1, 14, 9)))
OPEN = UnknownLink("{?}", CALL, "`cfg.target_path` is known only when the program runs", ("cfg.target_path",))


def test_a_link_that_could_not_be_checked_is_counted_and_named() -> None:
    some = Diagnosis((GOOD,), (), (), None, 2, 40, links=LinkSummary(2, 1, (OPEN,)))
    assert text(some).splitlines()[-2:] == [
        "2 links and 1 full name checked: no problems (2 requests, 40 ms)",
        "1 link could not be checked: train.py:14 (cfg.target_path)",
    ]
    assert some.exit_status() == 0
    none = replace(some, links=LinkSummary(unknown=(OPEN,)))
    assert "Nothing was checked" in text(none)
    assert "All well" not in text(none) + text(some)
    assert (none.exit_status(), none.exit_status(allow_unknown=True)) == (2, 0)
    value = json.loads(to_json(some))["links"]
    assert value == {
        "checked": 3,
        "unknown": [{"target": "{?}", "path": "train.py", "line": 14, "reason": OPEN.reason}],
        "unread": [],
        "skipped": [],
    }
    skipping = replace(some, links=LinkSummary(links=3, skipped=("chart.yaml (a template)",)))
    assert "All well" not in text(skipping)
    assert "1 file skipped: chart.yaml (a template)" in text(skipping)
    alone = replace(some, links=LinkSummary(skipped=("chart.yaml (a template)",), files=0))
    assert "No link was checked: there is none in 0 files" in text(alone)
    assert (alone.exit_status(), alone.exit_status(allow_unknown=True)) == (0, 0)


def test_a_link_to_a_project_is_named() -> None:
    place = 'collection "zoo" of the project "churn" of team-a'
    shown = text(Diagnosis((GOOD,), (), (), None, 2, 40, links=LinkSummary(1, elsewhere=((CALL, place),))))
    assert shown.endswith(f"train.py:14 is not a registry link: it goes into {place}\n")


def test_verbose_shows_what_passed() -> None:
    assert "  ✓ host  https://h  it answered" in text(Diagnosis((GOOD,), (), ()), verbose=True)


def test_a_narrow_page_and_one_without_unicode() -> None:
    diagnosis = Diagnosis((GOOD, WRONG), FOUND, (target_of(ZOO),))
    assert max(map(len, text(diagnosis, width=40).splitlines())) <= 62  # a path is not broken
    plain = text(diagnosis, encoding="ascii")
    assert "x registry" in plain
    assert "ok Network" in plain


def test_names_are_text_and_forge_no_line() -> None:
    evil = CheckResult("entity", "fail", "[bold]x[/]\n✓ all", "\x1b[2Jgone [red]", "REG207", "do")
    shown = text(Diagnosis((evil,), (), ()), soft=True)
    assert "\x1b" not in shown
    assert "[bold]x[/]\\n✓ all" in shown
    assert "[red]" in shown


@pytest.mark.parametrize(
    ("statuses", "strict", "expected"),
    [
        (["pass"], False, 0),
        (["pass", "skip"], False, 0),
        (["warn"], False, 0),
        (["warn"], True, 1),
        (["fail", "warn"], False, 1),
        (["fail", "crash"], False, 2),
    ],
)
def test_exit_status(statuses: list[str], strict: bool, expected: int) -> None:
    checks = tuple(CheckResult("x", status, "y", "z") for status in statuses)  # type: ignore[arg-type]
    assert Diagnosis(checks, (), ()).exit_status(strict=strict) == expected


def test_a_settings_object_shows_no_key() -> None:
    settings = read_settings(environ={"WANDB_API_KEY": "k" * 40, "HOME": "/nonexistent"})
    assert "k" * 40 not in repr(settings)


def test_on_a_narrow_terminal_where_a_setting_comes_from_stands_behind_it() -> None:
    found = (("host", Setting("https://wandb.example.com", Variable("WANDB_BASE_URL"))), FOUND[1])
    lines = text(Diagnosis((GOOD,), found, ()), width=60).splitlines()
    assert lines[1:4] == [
        "  host          https://wandb.example.com",
        "                environment WANDB_BASE_URL",
        '  organization  ""  wandb/settings',
    ]
    assert max(map(len, lines)) <= 60
