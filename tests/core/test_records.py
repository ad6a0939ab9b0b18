"""A record behaves as the frozen dataclass of the same fields, to which it is compared wherever that says something."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest
from tables import check_rows

from regilink_doctor.core.records import field, is_record, record, replace


@record(order=True)
class Point:
    """A point."""

    x: int
    y: int = 0

    unit: ClassVar[str] = "m"

    def moved(self, by: int) -> Point:
        return replace(self, x=self.x + by)


@record
class Labelled(Point):
    label: str = field(default="", compare=False, repr=False)
    notes: Mapping[str, int] = field(default_factory=dict, hash=False)


@record(eq=False)
class Thing:
    name: str


@record(frozen=False)
class Changing:
    name: str
    parts: list[str] = field(default_factory=list)


@dataclasses.dataclass(frozen=True, order=True)
class Plain:
    x: int
    y: int = 0


def test_fields_are_given_in_order_or_by_name() -> None:
    assert (Point(1, 2).x, Point(1, y=2).y, Point(x=3).y, Point.unit) == (1, 2, 0, "m")
    assert (Labelled(1, 2, "a").label, Labelled(1).notes) == ("a", {})
    assert Labelled(1).notes is not Labelled(1).notes


@check_rows(("arguments", "named"), [((), {}), ((1, 2, 3), {}), ((1,), {"x": 1}), ((1,), {"z": 1})])
def test_a_wrong_argument_is_refused_as_a_dataclass_refuses_it(
    arguments: tuple[int, ...], named: dict[str, int]
) -> None:
    with pytest.raises(TypeError) as theirs:
        Plain(*arguments, **named)
    with pytest.raises(TypeError) as ours:
        Point(*arguments, **named)
    assert str(ours.value) == str(theirs.value).replace("Plain", "Point")


def test_records_compare_and_hash_by_their_fields() -> None:
    assert Point(1) == Point(1, 0) != Point(1, 1)
    assert len({Point(1), Point(1), Point(2)}) == 2
    assert Point(1) != Labelled(1)
    assert Point(1) != Plain(1)
    assert Labelled(1, label="a") == Labelled(1, label="b")
    assert Labelled(1, notes={"a": 1}) != Labelled(1)
    assert hash(Labelled(1, notes={"a": 1})) == hash(Labelled(1))
    assert Thing("a") != Thing("a")
    assert len({Thing("a"), Thing("a")}) == 2


def test_order_is_that_of_the_fields() -> None:
    points = [Point(2, 1), Point(1, 5), Point(2)]
    assert sorted(points) == [Point(1, 5), Point(2), Point(2, 1)]
    assert Point(1) <= Point(1) < Point(2) >= Point(2) > Point(1)
    with pytest.raises(TypeError):
        Point(1) < Plain(2)  # type: ignore[operator]  # noqa: B015
    with pytest.raises(TypeError):
        Thing("a") < Thing("b")  # type: ignore[operator]  # noqa: B015


@pytest.mark.slow
def test_the_type_checker_refuses_to_change_a_record(tmp_path: Path) -> None:
    check = pytest.importorskip("mypy.api").run
    code = "from regilink_doctor.core.records import record\n@record\nclass Point:\n    x: int\npoint = Point(1)\n"
    for number, change in enumerate(("point.x = 2", "point.new = 2", "print(point.x)")):
        file = tmp_path / f"change{number}.py"
        file.write_text(f"from __future__ import annotations\n{code}{change}\n", encoding="utf-8")
        printed, _, status = check([str(file), "--cache-dir", str(tmp_path / "cache")])
        assert status == (number < 2), printed
        assert ("read-only" in printed, "no attribute" in printed) == (number == 0, number == 1), printed


def test_a_copy_can_have_other_values() -> None:
    assert replace(Point(1, 2), x=3) == Point(3, 2)
    assert Labelled(1, 2, "a").moved(1) == Labelled(2, 2, "a")
    assert replace(Labelled(1, label="a")).label == "a"
    with pytest.raises(TypeError, match=r"Point\.__init__\(\) got an unexpected keyword argument 'z'"):
        replace(Point(1), z=1)


def test_it_shows_what_made_it() -> None:
    assert repr(Point(1)) == "Point(x=1, y=0)"
    assert repr(Labelled(1, label="a")) == "Labelled(x=1, y=0, notes={})"


@check_rows("again", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_it_can_be_copied_and_sent(again) -> None:
    value = Labelled(1, 2, "a", {"b": 3})
    assert again(value) == value
    assert again(value).label == "a"


def test_it_is_a_dataclass_for_whoever_asks() -> None:
    value = Labelled(1, 2, "a", {"b": 3})
    assert dataclasses.is_dataclass(value)
    assert dataclasses.asdict(value) == {"x": 1, "y": 2, "label": "a", "notes": {"b": 3}}
    assert [each.name for each in dataclasses.fields(Point)] == ["x", "y"]
    assert [each.name for each in dataclasses.fields(value)] == ["x", "y", "label", "notes"]
    assert [each.compare for each in dataclasses.fields(value)] == [True, True, False, True]
    assert dataclasses.replace(value, x=7) == replace(value, x=7)
    assert is_record(value)
    assert not is_record(Plain(1))


def test_it_can_be_matched() -> None:
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)
        case _:
            raise AssertionError


def test_one_that_changes_is_itself_whatever_its_fields_are() -> None:
    one, other = Changing("a"), Changing("a")
    one.name = "b"
    one.parts.append("x")
    assert (one.name, one.parts, other.name, other.parts) == ("b", ["x"], "a", [])
    assert one != replace(one)
    assert one in {one}
    one.parts.append(repr(one))  # no way round in circles
    assert "Changing object at" in one.parts[-1]


def test_it_tells_what_it_takes_before_the_first_is_made() -> None:
    @record
    class Fresh:
        x: int
        y: int = 0

    class Derived(Fresh):
        pass

    class Other(Fresh):
        def __init__(self) -> None:
            super().__init__(1)

    assert inspect.signature(Derived) == inspect.signature(Fresh) == inspect.signature(Plain)
    assert not inspect.signature(Other).parameters
    assert (Other().x, Derived(2).x, Fresh(3).x) == (1, 2, 3)


def test_the_first_may_be_made_by_many_at_once() -> None:
    @record
    class Fresh:
        x: int

    made: list[int] = []
    threads = [threading.Thread(target=lambda: made.append(Fresh(1).x)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1] * 8


def test_a_dataclass_can_come_from_a_record() -> None:
    @dataclasses.dataclass(frozen=True)
    class Further(Labelled):
        z: int = 3

    further = Further(1, z=4)
    assert [each.name for each in dataclasses.fields(Further)] == ["x", "y", "label", "notes", "z"]
    assert (further, further.moved(1).x) == (Further(1, 0, "", {}, 4), 2)
    assert repr(further).endswith("Further(x=1, y=0, notes={}, z=4)")
    with pytest.raises(dataclasses.FrozenInstanceError):
        further.x = 2
    with pytest.raises(TypeError, match="cannot inherit non-frozen dataclass from a frozen one"):
        dataclasses.dataclass(type("Loose", (Point,), {"__annotations__": {}}))
