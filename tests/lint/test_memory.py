"""A report is used again while everything that lint read of other files is unchanged."""

from pathlib import Path

import pytest

from regilink_doctor.lint.text import memory
from regilink_doctor.lint.text.memory import (
    Memory,
    has_word,
    is_file,
    is_folder,
    list_names,
    read_file,
    remembered,
    walk,
)


@remembered(8)
def names_with_word(folder: str) -> tuple[str, ...]:
    return tuple(name for name in list_names(folder) if has_word(f"{folder}/{name}", "wandb", 100))


@remembered(8)
def content_of(path: str) -> dict[str, bytes | None]:
    return {path: read_file(path, 100)}


@remembered(8)
def names_in(folder: str) -> tuple[str, ...]:
    if not is_folder(folder):
        raise FileNotFoundError(folder)
    return list_names(folder)


@pytest.fixture
def tree(tmp_path: Path) -> str:
    (tmp_path / "a.txt").write_text("wandb")
    (tmp_path / "b.txt").write_text("nothing")
    return str(tmp_path)


def test_a_trace_holds_until_an_answer_changes(tree: str) -> None:
    run = Memory(b"key")
    run.use()
    answer, trace = run.record(None, lambda: [*names_with_word(tree), is_file(f"{tree}/c.txt")])
    assert answer == ["a.txt", False]
    assert trace is not None

    def holds() -> bool:
        return Memory(b"key").holds(trace)

    assert holds()
    assert not Memory(b"another key").holds(trace)
    Path(tree, "b.txt").write_text("nothing else", encoding="utf-8")
    assert holds()  # the question that looked at it has the same answer
    Path(tree, "d.txt").write_text("new", encoding="utf-8")
    assert holds()
    Path(tree, "b.txt").write_text("wandb", encoding="utf-8")
    assert not holds()
    Path(tree, "b.txt").write_text("nothing", encoding="utf-8")
    assert holds()
    Path(tree, "c.txt").write_text("", encoding="utf-8")
    assert not holds()


def test_an_answer_that_cannot_be_compared_changes_with_what_it_was_made_of(tree: str) -> None:
    run = Memory(b"key")
    run.use()
    _, trace = run.record(None, lambda: content_of(f"{tree}/a.txt"))
    assert trace is not None
    assert Memory(b"key").holds(trace)
    Path(tree, "a.txt").write_text("wandb.", encoding="utf-8")
    assert not Memory(b"key").holds(trace)
    Path(tree, "a.txt").unlink()
    assert not Memory(b"key").holds(trace)


def test_what_changes_while_it_is_read_never_holds(tree: str) -> None:
    run = Memory(b"key")
    run.use()

    def read_twice() -> None:
        read_file(f"{tree}/a.txt", 10)
        Path(tree, "a.txt").write_text("changed", encoding="utf-8")
        read_file(f"{tree}/a.txt", 10)

    _, trace = run.record(None, read_twice)
    assert trace is not None
    assert not Memory(b"key").holds(trace)


def test_a_question_that_fails_is_part_of_the_one_that_asked(tmp_path: Path) -> None:
    run = Memory(b"key")
    run.use()

    def ask() -> bool:
        try:
            return bool(names_in(f"{tmp_path}/none"))
        except OSError:
            return False

    _, trace = run.record(None, ask)
    assert trace is not None
    assert Memory(b"key").holds(trace)
    (tmp_path / "none").mkdir()
    assert not Memory(b"key").holds(trace)


def test_forgetting_a_file_keeps_the_answers_that_others_have_given(tree: str) -> None:
    run = Memory(b"key")
    run.use()
    content_of(f"{tree}/a.txt"), content_of(f"{tree}/b.txt")
    Path(tree, "a.txt").write_text("new", encoding="utf-8")
    Path(tree, "b.txt").write_text("new", encoding="utf-8")
    run.forget([f"{tree}/a.txt"])
    assert content_of(f"{tree}/a.txt") == {f"{tree}/a.txt": b"new"}
    assert content_of(f"{tree}/b.txt") == {f"{tree}/b.txt": b"nothing"}


def test_walking_follows_no_links_and_leaves_out_what_is_taken_away(tmp_path: Path) -> None:
    for folder in ("a/b", "c"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x.py").touch()
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    seen = []
    for folder, folders, names in walk(str(tmp_path)):
        seen.append((folder.removeprefix(str(tmp_path)), list(names)))
        folders[:] = [name for name in folders if name != "c"]
    assert seen == [("", []), ("/a", []), ("/a/b", ["x.py"])]


def test_a_function_of_another_version_is_not_asked() -> None:
    trace = memory.Trace(("regilink_doctor.lint.gone:function", ()))
    trace.answer, trace.looks = "0", {("is_file", "/", 0): "yes"}
    assert not Memory(b"key").holds(trace)
    trace.question = ("os:getcwd", ())
    assert not Memory(b"key").holds(trace)
