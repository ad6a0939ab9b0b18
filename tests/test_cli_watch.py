"""`lint --watch`: what makes another run, what is linted again, and how it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from in_process import run_command

from regilink_doctor.lint import formats
from regilink_doctor.workflows import watch

WRONG = "import wandb\nwandb.init(entity='t').link_artifact(a, 'wandb-registry-m')\n"
RIGHT = WRONG.replace("registry-m", "registry-m/zoo")


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    write(tmp_path, "src/train.py", RIGHT)
    write(tmp_path, "src/job.py", RIGHT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, name: str, content: str) -> None:
    (folder / name).write_text(content, encoding="utf-8")


class Script:
    """What happens while the watcher waits: one edit at a time, then Ctrl-C. It never waits."""

    def __init__(self, *edits: Callable[[], object]) -> None:
        self._steps = self._list(edits)

    def _list(self, edits: tuple[Callable[[], object], ...]) -> Iterator[None]:
        for edit in edits:
            edit()
            yield
            yield  # the files come to rest
        raise KeyboardInterrupt

    def __call__(self, _: float) -> None:
        next(self._steps)


def watched(
    tree: Path, monkeypatch: pytest.MonkeyPatch, *edits: Callable[[], object], arguments: tuple[str, ...] = (".",)
) -> subprocess.CompletedProcess[str]:
    """The command while these edits happen, one after the other."""
    monkeypatch.setattr(watch, "sleep", Script(*edits))
    done = run_command("lint", "--watch", *arguments, cwd=tree)
    assert done.returncode == 130
    return done


def summaries(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line.partition(" in ")[0] for line in done.stdout.splitlines() if " file" in line and line[-1] == "."]


def test_edits_of_files_and_of_what_is_around_them(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "import wandb\nfrom names import P\nwandb.init(entity='t').link_artifact(a, P)\n"
    done = watched(
        tree,
        monkeypatch,
        lambda: write(tree, "src/train.py", WRONG),
        lambda: write(tree, "src/new.py", WRONG),
        lambda: (tree / "src/new.py").unlink(),
        lambda: write(tree, "src/train.py", source),
        lambda: write(tree, "src/names.py", "P = 'wandb-registry-x'\n"),
        lambda: write(tree, "regilink.toml", 'ignore = ["REG102"]\n'),
        lambda: (tree / "regilink.toml").unlink(),
        lambda: os.replace(tree / "src/names.py", tree / "names.py"),
        lambda: write(tree, "names.py", "P = 'wandb-registry-x/zoo'\n"),
    )
    assert summaries(done) == [
        "Nothing found",
        "Found 1 error",
        "Found 2 errors",
        "Found 1 error",
        "Nothing found",
        "Found 1 error",
        "Nothing found",
        "Found 1 error",
        "Found 1 error",
        "Nothing found",
    ]
    assert done.stderr.count("waiting for changes") == 10


def test_only_what_is_affected_is_linted_again(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    linted: list[str] = []
    read = formats.read

    def note(path: str, content: bytes) -> object:
        linted.append(os.path.basename(path))
        return read(path, content)

    monkeypatch.setattr(formats, "read", note)
    watched(tree, monkeypatch, lambda: write(tree, "src/train.py", WRONG), lambda: write(tree, "a.txt", "x"))
    assert linted == ["job.py", "train.py", "train.py"]


def test_mistakes_while_watching_end_nothing(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = watched(
        tree,
        monkeypatch,
        lambda: write(tree, "regilink.toml", "ignore = 1\n"),
        lambda: write(tree, "regilink.toml", "\n"),
        lambda: write(tree, "src/train.py", WRONG + "("),
        lambda: os.replace(tree / "src", tree / "gone"),
        lambda: os.replace(tree / "gone", tree / "src"),
        lambda: write(tree, "src/train.py", WRONG),
        arguments=("src",),
    )
    assert summaries(done) == [
        "Nothing found",
        "Nothing found",
        "Found 1 error",
        "Found 1 error",
        "Found 1 error",
    ]
    assert "regilink.toml: ignore is 1" in done.stderr
    assert "src: no such file or folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_catalog_an_extended_file_and_gitignore(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / ".git").rmdir()
    write(tree, "base.toml", "")
    write(tree, "regilink.toml", 'extend = "base.toml"\n')
    write(tree, "src/train.py", WRONG)
    catalog = '{"version": 1, "complete": true, "organizations": [{"name": "A", "entity": "a", "registries": []}]}'
    done = watched(
        tree,
        monkeypatch,
        lambda: write(tree, "base.toml", 'ignore = ["REG102"]\n'),
        lambda: write(tree, "regilink.catalog.json", catalog),
        lambda: write(tree, ".gitignore", "train.py\njob.py\n"),
    )
    first, ignored, with_catalog, excluded = summaries(done)
    assert (first, ignored, excluded) == ("Found 1 error", "Nothing found", "Nothing found")
    assert with_catalog.startswith("Found")


def make_old(folder: Path) -> None:
    """Let nothing look as if it was changed while it was read for the first time."""
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (10**9, 10**9))


def test_an_extended_file_that_was_broken_for_a_while(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tree, "src/train.py", WRONG)
    write(tree, "base.toml", "")
    write(tree, "src/regilink.toml", 'extend = "../base.toml"\n')
    make_old(tree)
    done = watched(
        tree / "src",
        monkeypatch,
        lambda: write(tree, "base.toml", "ignore = 1\n"),
        lambda: write(tree, "base.toml", 'ignore = ["REG102"]\n'),
    )
    assert summaries(done) == ["Found 1 error", "Nothing found"]
    assert "base.toml: ignore is 1" in done.stderr


def test_a_configuration_and_a_catalog_that_are_named(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tree, "given.toml", "")
    write(tree, "catalog.json", '{"version": 1, "organizations": []}')
    write(tree, "src/train.py", WRONG)
    make_old(tree)
    done = watched(
        tree / "src",
        monkeypatch,
        lambda: write(tree, "given.toml", 'ignore = ["REG102"]\n'),
        lambda: write(tree, "catalog.json", "{"),
        lambda: write(tree, "catalog.json", '{"version": 1,  "organizations": []}'),
        arguments=("--config", "../given.toml", "--catalog", "../catalog.json"),
    )
    assert summaries(done) == ["Found 1 error", "Nothing found", "Nothing found"]
    assert "regilink: --catalog" in done.stderr


def test_what_the_configuration_of_an_inner_folder_extends(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "src/inner").mkdir()
    write(tree, "base.toml", "")
    write(tree, "src/inner/regilink.toml", 'extend = "../../base.toml"\n')
    write(tree, "src/inner/train.py", WRONG)
    make_old(tree)
    done = watched(tree / "src", monkeypatch, lambda: write(tree, "base.toml", 'ignore = ["REG102"]\n'))
    assert summaries(done) == ["Found 1 error", "Nothing found"]


def test_files_that_do_not_come_to_rest_are_linted_in_the_end(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0

    def write_again(_: float) -> None:
        nonlocal count
        count += 1
        if count > 60:
            raise KeyboardInterrupt
        write(tree, "src/train.py", WRONG + "#" * count)

    monkeypatch.setattr(watch, "sleep", write_again)
    done = run_command("lint", "--watch", cwd=tree)
    assert len(summaries(done)) == 3  # each after twenty looks


@pytest.mark.parametrize(
    "arguments", [["--fix"], ["--diff"], ["--add-ignore"], ["--show-sites"], ["--show-files"], ["-"], ["--select=X"]]
)
def test_what_does_not_go_with_it(arguments: list[str], tree: Path) -> None:
    done = run_command("lint", "--watch", *arguments, cwd=tree)
    assert done.returncode == 2
    assert done.stdout == ""


def test_a_configuration_that_is_broken_at_the_start(tree: Path) -> None:
    write(tree, "regilink.toml", "ignore = 1\n")
    done = run_command("lint", "--watch", cwd=tree)
    assert done.returncode == 2


@pytest.mark.parametrize("output_format", ["full", "concise", "json", "github", "sarif"])
def test_no_key_that_appears_meanwhile_is_printed(
    tree: Path, monkeypatch: pytest.MonkeyPatch, output_format: str
) -> None:
    of_environment, of_code, of_dotenv, of_address = (letter * 3 + "1b2c3d4e5" * 4 + letter for letter in "abcd")
    monkeypatch.setenv("WANDB_API_KEY", of_environment)
    done = watched(
        tree,
        monkeypatch,
        lambda: write(
            tree, "src/train.py", f'{WRONG}wandb.login(key="{of_code}")\nk = f("{of_code}", "wandb-registry-")\n'
        ),
        lambda: write(tree, ".env", f"WANDB_API_KEY={of_dotenv}\nTARGET_PATH=wandb-registry-{of_dotenv}\n"),
        lambda: write(tree, "src/train.py", f"{WRONG}wandb.login(key='{of_code}'\n"),
        lambda: write(tree, "src/job.py", RIGHT.replace("zoo", of_environment).replace("m/", f"{of_environment}:v1/")),
        lambda: write(tree, "regilink.toml", f'host = "http://user:{of_address}@h:99999"\n'),
        lambda: write(tree, "regilink.toml", f'catalog = "{of_environment}.json"\n'),
        arguments=(".", f"--output-format={output_format}"),
    )
    shown = done.stdout + done.stderr
    assert done.stderr.count("waiting for changes") == 7, done
    assert "REG704" in done.stdout
    assert "[key]" in shown
    assert [key for key in (of_environment, of_code, of_dotenv, of_address) if key in shown] == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_process_of_its_own_ends_at_ctrl_c(tree: Path) -> None:
    command = [sys.executable, "-m", "regilink_doctor", "lint", "--watch", "--output-format=concise"]
    with subprocess.Popen(command, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert "waiting for changes" in process.stderr.readline()
        write(tree, "src/train.py", WRONG)
        assert process.stdout.readline().startswith("src/train.py:2:")
        assert "waiting for changes" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (out, error) == ("", "")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
def test_a_terminal_is_cleared_before_each_run(tree: Path) -> None:
    import pty

    write(tree, "src/train.py", WRONG)
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "regilink_doctor", "lint", "--watch", "--color=never"]
    process = subprocess.Popen(command, cwd=tree, stdout=terminal, stderr=terminal, stdin=terminal)
    os.close(terminal)
    shown = b""
    try:
        while b"waiting for changes" not in shown:
            shown += os.read(controller, 4096)
        assert b"\x1b[2J\x1b[3J\x1b[H" in shown.partition(b"REG102")[0]
        write(tree, "src/train.py", RIGHT)
        shown = b""
        while b"waiting for changes" not in shown:
            shown += os.read(controller, 4096)
        assert b"\x1b[2J\x1b[3J\x1b[H" in shown
        assert b"Nothing found" in shown
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 128 + signal.SIGTERM
        os.close(controller)
