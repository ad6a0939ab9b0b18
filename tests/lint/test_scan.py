"""Which files are looked at: by git, without git, and spread over processes."""

import os
import random
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tables import check_rows

from regilink_doctor.core.patterns import Patterns
from regilink_doctor.core.text import mask_secrets, remember_secret
from regilink_doctor.lint.scan import files as scan_files
from regilink_doctor.lint.scan import workers
from regilink_doctor.lint.scan.gitignore import Ignored
from regilink_doctor.lint.scan.kinds import kind_of, kind_of_named
from regilink_doctor.report.summary import summarize_run
from regilink_doctor.workflows.link_map import find_root, name_repository
from regilink_doctor.workflows.lint import files_to_lint, lint_paths


def git(folder: Path, *arguments: str) -> str:
    if shutil.which("git") is None:
        pytest.skip("no git")
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout


def files(folder: Path, *paths: str) -> list[str]:
    found = [name for batch in scan_files.find_batches(paths or ["."], pytest.fail) for name in batch]
    assert len(set(found)) == len(found)
    return sorted(found)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("a.py", "notes.md", "src/b.py", "src/deep/c.yaml", ".env", "sub/.env.local", "build/d.py", "uv.lock"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    (tmp_path / ".gitignore").write_text("build/\n*.log\n", encoding="utf-8")
    (tmp_path / "src" / ".gitignore").write_text("deep\n!b.py\n", encoding="utf-8")
    return tmp_path


OURS = [".env", "a.py", "src/b.py", "sub/.env.local", "uv.lock"]


@pytest.mark.parametrize("spawned", [True, False])
def test_git_tells_what_there_is(project: Path, monkeypatch: pytest.MonkeyPatch, spawned: bool) -> None:
    if not spawned:
        monkeypatch.delattr(os, "posix_spawnp", raising=False)  # as on Windows
    git(project, "init", "-q")
    assert files(project) == OURS
    git(project, "add", ".")
    (project / "new.py").write_text("x", encoding="utf-8")
    assert files(project) == sorted([*OURS, "new.py"])
    assert files(project, "src", "src/b.py", "./src") == ["src/b.py"]


@pytest.mark.parametrize("spawned", [True, False])
def test_the_folder_is_walked_where_there_is_no_git(
    project: Path, monkeypatch: pytest.MonkeyPatch, spawned: bool
) -> None:
    if not spawned:
        monkeypatch.delattr(os, "posix_spawnp", raising=False)
    assert files(project) == OURS
    git(project, "init", "-q")
    monkeypatch.setenv("PATH", "/nowhere")
    assert files(project) == OURS


def test_an_ignored_folder_that_is_named_is_looked_into(project: Path) -> None:
    git(project, "init", "-q")
    assert files(project, "build") == ["build/d.py"]


def test_variables_of_a_hook_do_not_lead_astray(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(project, "init", "-q")
    git(project, "add", ".")
    other = project / "sub"
    git(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(project / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(project / ".git" / "index"))
    monkeypatch.setenv("GIT_COMMON_DIR", str(project / "nowhere"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(project / "nowhere"))
    (other / ".gitignore").write_text("c.py", encoding="utf-8")
    (other / "c.py").touch()
    assert files(project, "sub") == ["sub/.env.local"]


@pytest.mark.parametrize("is_named", [False, True])
def test_no_program_that_a_repository_names_is_started(project: Path, is_named: bool) -> None:
    git(project, "init", "-q")
    hooks = project / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "pre-auto-gc", "fsmonitor-watchman"):
        (hooks / name).write_text("#!/bin/sh\ntouch started\n", encoding="utf-8")
        (hooks / name).chmod(0o755)
    for name in ("fsmonitor", "pager", "sshCommand", "editor", "askPass", "gitProxy", "alternateRefsCommand"):
        git(project, "config", f"core.{name}", "touch started")
    git(project, "config", "alias.ls-files", "!touch started")
    git(project, "config", "filter.x.clean", "touch started")
    (project / ".gitattributes").write_text("* filter=x\n", encoding="utf-8")
    listed = files(project, str(project) if is_named else ".")
    assert {os.path.basename(name) for name in listed} == {os.path.basename(name) for name in OURS}
    assert os.path.samefile(find_root("a.py"), project)
    assert name_repository(str(project)) == project.name
    assert not (project / "started").exists()
    git(project, "status")
    assert (project / "started").exists()


def test_a_partial_clone_does_not_ask_its_remote(project: Path) -> None:
    # The index names a folder whose tree is absent: to list its files, git would start what `uploadpack` says.
    source, clone = project / "source", project / "clone"
    for name in ("kept/a.py", "left_out/b.py"):
        (source / name).parent.mkdir(parents=True)
        (source / name).write_text("import wandb\n", encoding="utf-8")
    git(source, "init", "-q")
    git(source, "add", ".")
    git(source, "commit", "-qm", "x")
    git(project, "clone", "-q", "--no-local", "--no-checkout", str(source), str(clone))
    git(clone, "sparse-checkout", "set", "--cone", "--sparse-index", "kept")
    git(clone, "read-tree", "-mu", "HEAD")
    if "left_out/\n" not in git(clone, "ls-files", "--sparse"):
        pytest.skip("a git without a sparse index")
    started = project / "started"
    for key, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": f"touch {started}; false",
        "protocol.allow": "always",
    }.items():
        git(clone, "config", key, value)
    for objects in (clone / ".git" / "objects").iterdir():
        shutil.rmtree(objects)
    git(clone, "ls-files")
    assert started.exists()
    started.unlink()
    assert files(clone, str(clone)) == [str(clone / "kept" / "a.py")]
    assert name_repository(str(clone)) == "source"
    assert not started.exists()


def test_a_broken_index_is_no_reason_to_find_nothing(project: Path) -> None:
    git(project, "init", "-q")
    git(project, "add", ".")
    (project / ".git" / "index").write_bytes(b"broken")
    assert files(project) == OURS


def test_what_is_excluded_is_not_walked(project: Path) -> None:
    seen = scan_files.find_batches(["."], pytest.fail, lambda start: Patterns(["src", "uv.lock"], start=start))
    assert sorted(name for batch in seen for name in batch) == [".env", "a.py", "sub/.env.local"]


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes there")
@pytest.mark.parametrize("name", ["fifo.py", "folder.py", "socket.py"])
def test_what_is_no_plain_file_is_not_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "fifo.py":
        os.mkfifo(path)
    elif name == "folder.py":
        path.mkdir()
    else:
        import socket

        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
    with pytest.raises(OSError, match=r".+"):
        scan_files.read(str(path))


@check_rows(
    ("name", "content", "matters"),
    [
        ("a.py", b"import wandb\nrun.link_artifact(a, 'x')", True),
        ("a.py", b"import wandb\nwandb.log({})", False),
        ("a.py", b"WANDB_ENTITY = 1", False),
        ("a.py", b"import wandb\ndef f(:", True),
        ("a.py", b"os.environ['WANDB_ENTITY'] = 'a'\ndef f(:", True),
        ("a.py", b"import wandb\nx = '\xff'", True),
        ("a.py", b"# coding: latin-1\nimport wandb\nx = '\xff\\d'", False),
        ("a.py", b"import os\ndef f(:", False),
        ("a.py", b"def link_artifact(run): ...", True),
        ("a.py", b"from runs import get_run\nget_run().use_artifact(name)", True),
        ("a.py", b"model = build(use_cache=True)", False),
        (".env", b"WANDB_ENTITY=team", True),
        ("ci.yaml", b"env: {WANDB_MODE: offline}", True),
        ("requirements.txt", b"wandb==0.16.0", True),
        ("pyproject.toml", b"[project]", False),
    ],
)
def test_the_gates(name: str, content: bytes, matters: bool) -> None:
    for count in (0, scan_files.MANY):
        assert scan_files.can_matter(name, content, scan_files.finder(count)) is matters


def test_a_script_tells_its_kind_by_its_first_line() -> None:
    assert kind_of_named("train", b"#!/usr/bin/env python3\n") == "python"
    assert kind_of_named("job", b"#!/bin/bash\n") == "shell"
    assert kind_of_named("tool", b"#!/usr/bin/perl\n") is None
    assert kind_of_named("train", b"import wandb") == "python"
    assert kind_of_named("a.md", b"import wandb") is None
    assert kind_of_named("TRAIN.PY", b"import wandb") == "python"
    assert kind_of("notes.txt") is None


SIGNS = (
    *("a", "b", "ab", "*", "**", "***", "/", "/", "/**/", "?", "!", "[ab]", "[!a]", "\\", " ", "#", ".py", "é"),
    *("[z-a]", "[a-\\]", "[a-b]", "[]]", "[\\]]", "[[:alpha:]]", "[^a-]", "[", "]", "-", "[a/b]", "[/]", "[--/]"),
    *("\\/", "\\a", "\\*", "\\ ", "  ", "\t", "\r", "\0", "\ufeff", "\udcff", "[a-é]", "[[.a.]]", "{a,b}", "."),
)
"""Parts of patterns; `\udcff` is a byte that is not UTF-8."""
NAMES = (
    *("a", "b", "ab", "ba", "a.py", "x y", "a ", " a", "é", "]", "[a", "a-b"),
    *("a\\", "\\", "#a", "!a", "*", "\udcff", "a\r"),
)
KNOWN_LINES = (
    (["a\\/a"], ["a/a", "a/a/b", "a"]),
    (["**\\/a"], ["a", "b/a", "b/a/b"]),
    (["a/**\\/b"], ["a/b", "a/a/b"]),
    (["a\\/**"], ["a/b", "a"]),
    (["a**/b"], ["ab", "aa/b", "aa/a/b", "a/b", "b/ab"]),
    (["a/b**/a", "!a/ba"], ["a/ba", "a/b/a", "a/bb/a", "b/ba"]),
    (["b", "!/ab**", "!a/ab**"], ["ab/b", "a/ab/b", "a/abb/b"]),
    (["\\\\ "], ["\\", "\\ "]),
    (["a\\  "], ["a ", "a", "a  "]),
    (["a\0b"], ["a", "ab"]),
    (["[a-\\]/[ab]"], ["a"]),
    (["a/[a/b]", "[!/]a/", "a\\[/[a/"], ["a/a", "]a/b"]),
)


def test_patterns_mean_what_git_says(tmp_path: Path) -> None:
    choose = random.Random(7)
    rows: list[tuple[list[str], list[str], list[str]]] = [(lines, [], paths) for lines, paths in KNOWN_LINES]
    for _ in range(350):
        outer, inner = (
            ["".join(choose.choices(SIGNS, k=choose.randint(0, 6))) for _ in range(count)]
            for count in (choose.randint(0, 3), choose.randint(0, 3))
        )
        paths = ["/".join(choose.choices(NAMES, k=choose.randint(1, 4))) for _ in range(8)]
        rows.append((outer, inner, [*paths, *filter(None, map(_fill_in, inner))]))
    wrong = []
    for number, (outer, inner, _) in enumerate(rows):
        folder = tmp_path / f"{number}"
        (folder / "a").mkdir(parents=True)
        for path, lines in ((folder, outer), (folder / "a", inner)):
            (path / ".gitignore").write_bytes("\n".join(lines).encode("utf-8", "surrogateescape"))
    git(tmp_path, "init", "-q")
    asked = {f"{number}/{path}" for number, row in enumerate(rows) for name in row[2] for path in (name, f"a/{name}")}
    done = subprocess.run(
        ["git", "check-ignore", "--no-index", "-z", "--stdin"],
        cwd=tmp_path,
        input="\0".join(asked).encode("utf-8", "surrogateescape"),
        capture_output=True,
        check=False,
    )
    expected = set(done.stdout.decode("utf-8", "surrogateescape").split("\0"))
    for path in sorted(asked):
        number = int(path.partition("/")[0])
        outer, inner, _ = rows[number]
        above = Ignored(f"{number}", None, "\n".join(outer))
        both = Ignored(f"{number}/a", above, "\n".join(inner))
        if _ignored(path, above, both) != (path in expected):
            wrong.append((outer, inner, path))
    assert not wrong
    assert len(asked) // 10 < len(expected) < len(asked) // 2


def _fill_in(line: str) -> str:
    """A path that the line can mean."""
    for sign, meant in (
        ("/**/", "/a/"),
        ("***", "b/ab"),
        ("**", "a/b"),
        ("*", "ab"),
        ("?", "a"),
        ("[ab]", "b"),
        ("\\", ""),
    ):
        line = line.replace(sign, meant)
    return "/".join(part for part in line.replace("\0", "").split("/") if part not in ("", ".", ".."))


def _ignored(path: str, outer: Ignored, both: Ignored) -> bool:
    """As the walk asks: every folder first, and nothing below one that is ignored."""
    parts = path.split("/")
    above = ["/".join(parts[:count]) for count in range(2, len(parts))]
    rules = [both if folder.split("/")[1] == "a" and folder.count("/") > 1 else outer for folder in (*above, path)]
    asked = [rule.match(folder, folder=True) for rule, folder in zip(rules, above, strict=False)]
    return any(asked) or rules[-1].match(path, folder=False)


@pytest.mark.skipif(sys.platform != "linux", reason="forks only there")
def test_a_process_that_dies_takes_no_share_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_processors", lambda: 3)
    monkeypatch.setattr(workers, "_can_fork", lambda: True)
    here = os.getpid()

    def work(share: Sequence[int]) -> list[int]:
        if os.getpid() != here and 1 in share:
            os._exit(7)
        return [number * 2 for number in share]

    parts = list(workers.spread(range(9), work, each=2))
    assert len(parts) == 3
    assert sorted(number for part in parts for number in part) == [number * 2 for number in range(9)]


@pytest.mark.skipif(sys.platform != "linux", reason="forks only there")
def test_a_secret_that_another_process_finds_is_hidden_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_processors", lambda: 2)
    monkeypatch.setattr(workers, "_can_fork", lambda: True)
    found = {number: secrets.token_hex(20) for number in range(4)}

    def work(share: Sequence[int]) -> list[str]:
        for number in share:
            remember_secret(found[number])
        return [f"wandb-registry-model/{found[number]}" for number in share]

    paths = [path for part in workers.spread(range(4), work, each=2) for path in part]
    assert len(set(paths)) == 4
    assert {mask_secrets(path) for path in paths} == {"wandb-registry-model/[key]"}


def test_few_files_are_worth_no_process() -> None:
    assert list(workers.spread([1, 2, 3], sum, each=2)) == [6]


@pytest.mark.skipif(sys.platform != "linux", reason="forks only there")
@pytest.mark.parametrize("missing", ["pipe", "fork"])
def test_what_no_process_can_be_started_for_is_done_here(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    def refuse() -> int:
        raise OSError("Resource temporarily unavailable")

    monkeypatch.setattr(workers, "_processors", lambda: 3)
    monkeypatch.setattr(workers, "_can_fork", lambda: True)
    monkeypatch.setattr(os, missing, refuse)
    assert sorted(workers.spread(range(6), sum, each=2)) == [3, 5, 7]


def test_git_that_cannot_be_read_is_no_git(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> tuple[int, int]:
        raise OSError(24, "Too many open files")

    git(project, "init", "-q")
    monkeypatch.setattr(os, "pipe", refuse)
    assert files(project) == OURS


def test_what_is_gone_or_no_file_is_not_listed(project: Path) -> None:
    git(project, "init", "-q")
    git(project, "add", ".")
    (project / "src" / "b.py").unlink()
    (project / "a.py").unlink()
    (project / "a.py").mkdir()
    (project / "gone.py").symlink_to("nowhere")
    assert files_to_lint(["."]) == ([".env", "sub/.env.local", "uv.lock"], [])
    assert lint_paths(["."]).failures == []


HOSTILE = [
    "[z-a]*",
    "[a-\\]",
    "*a*a*a*a*a*a*a*a*a*a*a*a*ab",
    "**/" * 14 + "b",
    "[" * 5_000,
    "(a+)+$",
    "[[:nope:]]",
    "*" * 100_000 + "b",
    "a" * 300_000,
]


@pytest.mark.parametrize("pattern", HOSTILE, ids=lambda pattern: pattern[:20])
def test_no_pattern_is_an_error_or_takes_long(project: Path, monkeypatch: pytest.MonkeyPatch, pattern: str) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    (project / ".gitignore").write_text(f"{pattern}\nbuild/\n", encoding="utf-8")
    (project / ("a" * 200 + ".py")).touch()
    deep = project.joinpath(*["d"] * 60)
    deep.mkdir(parents=True)
    (deep / "x.py").touch()
    begun = time.process_time()
    assert {"a.py", "a" * 200 + ".py", "/".join(["d"] * 60) + "/x.py"} <= set(files(project))
    excluded = Patterns([pattern])
    excluded.match("a" * 200 + ".py")
    assert time.process_time() - begun < 3  # half a second; ten million comparisons take far more


def test_a_list_of_thousands_of_names_costs_a_look_up(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    (project / ".gitignore").write_text(
        "\n".join([*(f"name{number}.py" for number in range(20_000)), "!name7.py"]), encoding="utf-8"
    )
    for number in range(500):
        (project / f"name{number}.py").touch()
    begun = time.process_time()
    assert [name for name in files(project) if name.startswith("name")] == ["name7.py"]
    assert time.process_time() - begun < 3  # half a second; ten million comparisons take far more


def test_a_pattern_that_no_shell_has_expanded_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.py", "b.py", "c.txt", "[d].py"):
        (tmp_path / name).touch()
    assert files(tmp_path, "[ab].py") == ["a.py", "b.py"]
    assert files(tmp_path, "[d].py") == ["[d].py"], "a file that is called so"
    said: list[str] = []
    assert not [*scan_files.find_batches(["x*.py"], said.append)]
    assert said == ["x*.py: no such file or folder"]


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes there")
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "huge"])
def test_a_gitignore_that_is_not_a_plain_file_ignores_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    path = project / ".gitignore"
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    else:
        with path.open("wb") as file:
            file.truncate(2**33)
    assert files(project) == [".env", "a.py", "build/d.py", "src/b.py", "sub/.env.local", "uv.lock"]


@pytest.mark.skipif(os.name == "nt", reason="a script is no program there")
@pytest.mark.parametrize("spawned", [True, False])
def test_git_that_does_not_answer_is_not_waited_for(
    project: Path, monkeypatch: pytest.MonkeyPatch, spawned: bool
) -> None:
    if not spawned:
        monkeypatch.delattr(os, "posix_spawnp", raising=False)
    tools = project / "tools"
    tools.mkdir()
    (tools / "git").write_text(
        f"#!{sys.executable}\nimport time\nprint('a.py', flush=True)\ntime.sleep(60)\n", encoding="utf-8"
    )
    (tools / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setattr(scan_files, "GIT_SECONDS", 0.3)
    notes: list[str] = []
    found = [name for batch in scan_files.find_batches(["."], pytest.fail, note=notes.append) for name in batch]
    assert sorted(found) == OURS
    assert notes == [".: git did not answer within 0.3 s, so the folder was searched without it"]


@pytest.mark.skipif(os.name == "nt", reason="a script is no program there")
@pytest.mark.parametrize("spawned", [True, False])
@pytest.mark.parametrize("others", ["exit 1", "echo 'warning: could not open directory' >&2"])
def test_where_git_does_not_list_all_untracked_files_the_folder_is_searched(
    project: Path, monkeypatch: pytest.MonkeyPatch, spawned: bool, others: str
) -> None:
    if not spawned:
        monkeypatch.delattr(os, "posix_spawnp", raising=False)
    tools = project / "tools"
    tools.mkdir()
    script = f"#!/bin/sh\ncase $* in *--others*) {others};; *--cached*) printf 'a.py\\0';; esac\n"
    (tools / "git").write_text(script, encoding="utf-8")
    (tools / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tools))
    assert files(project) == OURS


def test_a_folder_that_cannot_be_read_is_a_failure(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = os.scandir

    def refuse(path: str = ".") -> Any:
        if os.fspath(path).endswith("src"):
            raise PermissionError(13, "Permission denied", path)
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    monkeypatch.setenv("PATH", "/nowhere")
    result = lint_paths(["src"])
    assert (result.failures, result.exit_status) == (["src: Permission denied"], 2)
    result = lint_paths(["."])
    assert (result.failures, result.notes, result.exit_status) == ([], ["src: Permission denied"], 1)
    assert result.unread == ["src: Permission denied"]


@pytest.mark.parametrize(
    ("name", "error", "status"),
    [
        ("src/b.py", PermissionError(13, "Permission denied"), 1),
        ("src/deep/c.yaml", OSError(5, "Input/output error"), 1),
        ("src/b.py", scan_files.FileTooLarge("larger than 8 MiB"), 1),
        ("src/deep/c.yaml", scan_files.FileTooLarge("larger than 8 MiB"), 0),
        ("src/b.py", OSError("not a plain file"), 0),
        ("src/b.py", FileNotFoundError(2, "No such file"), 0),
    ],
)
def test_a_program_that_cannot_be_read_is_not_well(
    project: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: OSError, status: int
) -> None:
    read = scan_files.read

    def refuse(path: str) -> bytes:
        if path.endswith(name):
            raise error
        return read(path)

    (project / "src" / ".gitignore").unlink()
    monkeypatch.setattr(scan_files, "read", refuse)
    result = lint_paths(["."])
    assert result.exit_status == status
    reason = f"{name}: {error.strerror or error}"
    assert result.unreadable == ([reason] if status else [])
    assert (f"1 file could not be read: {reason}." in summarize_run(result)) == bool(status)
    assert lint_paths(["a.py"]).exit_status == 0
    assert lint_paths([name]).exit_status == 2


def test_folders_of_runs_are_left_out(project: Path) -> None:
    for name in ("wandb/run-20250101_120000-abc/files/train.py", "deep/wandb/offline-run-1/x.py", "wandb/run.py"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).touch()
    found, _ = files_to_lint(["."])
    assert [name for name in found if "wandb" in name] == ["wandb/run.py"]
