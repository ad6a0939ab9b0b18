"""Which rules speak."""

import pytest
from tables import check_rows

from regilink_doctor.rules import selection as selection_module
from regilink_doctor.rules.index import RULES
from regilink_doctor.rules.selection import EVERYTHING, Selection


def spoken(selection: Selection, path: str = "train.py") -> list[str]:
    return [code for code in ("REG101", "REG102", "REG201") if selection.enabled(code, path)]


def test_all_rules_speak_by_default() -> None:
    assert spoken(EVERYTHING) == ["REG101", "REG102", "REG201"]


@check_rows(
    ("select", "ignore", "left"),
    [
        (["REG1"], [], ["REG101", "REG102"]),
        (["REG102"], [], ["REG102"]),
        (None, ["REG1"], ["REG201"]),
        (["REG102"], ["REG1"], ["REG102"]),
        (["REG1"], ["REG101"], ["REG102"]),
        (["REG1"], ["REG1"], []),
        (["ALL"], ["REG2"], ["REG101", "REG102"]),
        ([], [], []),
    ],
)
def test_the_longest_beginning_decides(select: list[str] | None, ignore: list[str], left: list[str]) -> None:
    assert spoken(Selection(select=select, ignore=ignore)) == left


def test_rules_are_silent_file_by_file() -> None:
    selection = Selection(per_file_ignores={"tests/*": ["REG1"], "conftest.py": ["ALL"]})
    assert spoken(selection, "tests/test_a.py") == ["REG201"]
    assert spoken(selection, "src/conftest.py") == []
    assert spoken(selection, "src/train.py") == ["REG101", "REG102", "REG201"]


def test_a_pedantic_rule_wants_to_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection_module, "PEDANTIC", frozenset({"REG102"}))
    assert "REG102" not in spoken(Selection())
    assert "REG102" not in spoken(Selection(select=["REG1"]))
    assert "REG102" in spoken(Selection(pedantic=True))
    assert "REG102" in spoken(Selection(extend_select=["REG102"]))


def test_our_own_mistakes_are_always_told() -> None:
    assert Selection(select=[], ignore=[*RULES]).enabled("REG002", "a.py")
