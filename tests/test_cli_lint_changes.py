"""`regilink lint` when it changes files, or says what it would change."""

import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tables import check_rows
from test_cli_lint import regilink

from regilink_doctor.cli import main
from regilink_doctor.workflows import fixing

WRONG = 'import wandb\nrun = wandb.init(entity="team-a")\nrun.link_artifact(a, "wandb_registry-model/zoo")\n'
RIGHT = WRONG.replace("wandb_registry", "wandb-registry")
HOPELESS = 'import wandb\nrun = wandb.init(entity="team-a")\nrun.link_artifact(a, "wandb-registry-model")\n'


def test_fix_mends_and_says_what_is_left(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(WRONG, encoding="utf-8")
    (tmp_path / "b.py").write_text(HOPELESS, encoding="utf-8")
    done = regilink("lint", "--fix", cwd=tmp_path)
    assert done.returncode == 1
    assert (tmp_path / "a.py").read_text(encoding="utf-8") == RIGHT
    assert (tmp_path / "b.py").read_text(encoding="utf-8") == HOPELESS
    assert done.stdout.splitlines()[-1] == "Fixed 1 finding. Left 1 error in 2 files."
    again = regilink("lint", "--fix", "a.py", cwd=tmp_path)
    assert (again.returncode, again.stdout) == (0, "Nothing found in 1 file.\n")


def test_without_fix_the_summary_says_what_it_could_do(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(WRONG, encoding="utf-8")
    last = regilink("lint", cwd=tmp_path).stdout.splitlines()[-1]
    assert last == "Found 1 error in 1 file. [*] 1 can be fixed with --fix."


@check_rows(
    ("name", "other"),
    [
        (".env", "T=wandb-registry-model\n"),
        ("run.sh", 'T="wandb-registry-model/" python a.py\n'),
        ("main.py", "from a import publish\npublish(x, 'wandb-registry-model')\n"),
    ],
)
def test_what_another_file_is_reported_for_is_no_reason_not_to_fix(name: str, other: str, tmp_path: Path) -> None:
    folder = tmp_path / name.strip(".")
    folder.mkdir()
    code = WRONG + 'import os\ndef publish(x, t=os.environ["T"]):\n    run.link_artifact(x, t)\n'
    (folder / "a.py").write_text(code, encoding="utf-8")
    (folder / name).write_text(other, encoding="utf-8")
    assert "Would fix 1 finding." in regilink("lint", "--diff", cwd=folder).stderr
    shown = regilink("lint", "--add-ignore", "--diff", cwd=folder)
    assert "+run.link_artifact(a, " in shown.stdout
    assert "[*] 1 can be fixed with --fix." in regilink("lint", cwd=folder).stdout
    assert regilink("lint", "--fix", cwd=folder).stdout.splitlines()[-1].startswith("Fixed 1 finding. Left 1 error")
    assert (folder / "a.py").read_text(encoding="utf-8") == code.replace(WRONG, RIGHT)
    assert (folder / name).read_text(encoding="utf-8") == other
    assert regilink("lint", "--diff", cwd=folder).stderr == "Nothing to fix.\n"


def test_diff_is_a_patch_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(WRONG.rstrip("\n"), encoding="utf-8")
    done = regilink("lint", "--diff", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "Would fix 1 finding.\n"
    assert (tmp_path / "a.py").read_text(encoding="utf-8") == WRONG.rstrip("\n")
    if shutil.which("patch") is None:
        pytest.skip("no patch")
    subprocess.run(["patch", "-s", "-p0"], cwd=tmp_path, input=done.stdout, text=True, check=True)
    assert (tmp_path / "a.py").read_text(encoding="utf-8") == RIGHT.rstrip("\n")
    assert regilink("lint", "--diff", cwd=tmp_path).returncode == 0


def test_a_key_beside_a_change_is_in_no_diff(tmp_path: Path) -> None:
    key = secrets.token_hex(20)
    (tmp_path / "a.py").write_text(WRONG.replace("run =", f'wandb.login(key="{key}")\nrun ='), encoding="utf-8")
    shown = regilink("lint", "--diff", cwd=tmp_path).stdout
    assert "+run.link_artifact" in shown
    assert key not in shown


def test_standard_input_comes_out_mended(tmp_path: Path) -> None:
    assert regilink("lint", "-", "--fix", cwd=tmp_path, stdin=WRONG).stdout == RIGHT
    assert regilink("lint", "-", "--fix", cwd=tmp_path, stdin="x = 1").stdout == "x = 1"
    shown = regilink(
        "lint", "-", "--stdin-filename", "src/a.py", "--output-format", "concise", cwd=tmp_path, stdin=WRONG
    )
    assert shown.stdout.startswith("src/a.py:3:23: REG104 ")
    alone = regilink("lint", "--stdin-filename", "src/a.py", "--output-format", "concise", cwd=tmp_path, stdin=WRONG)
    assert alone.stdout == shown.stdout
    assert regilink("lint", "-", "a.py", cwd=tmp_path).returncode == 2


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    (folder / "a.py").write_text(WRONG, encoding="utf-8")
    folder.chmod(0o555)
    try:
        (folder / "probe").touch()
    except OSError:
        done = regilink("lint", "--fix", cwd=tmp_path)
        assert done.returncode == 2
        assert "locked/a.py: cannot be written: Permission denied" in done.stderr
    else:
        pytest.skip("root may write everywhere")
    finally:
        folder.chmod(0o755)


def test_comments_are_written_for_an_old_project(tmp_path: Path) -> None:
    code = (
        'import wandb\nrun = wandb.init()\nrun.link_artifact(\n    a,\n    "wandb-registry-model",\n)\n'
        'run.link_artifact(a, "wandb-registry-model/x:v1")  # regilink: ignore[REG102] old\n'
        's = """\n{}"""\n'
    )
    (tmp_path / "a.py").write_text(code, encoding="utf-8")
    done = regilink("lint", "--add-ignore", cwd=tmp_path)
    text = (tmp_path / "a.py").read_text(encoding="utf-8")
    assert "run = wandb.init()  # regilink: ignore[REG201]\n" in text
    assert '    "wandb-registry-model",  # regilink: ignore[REG102]\n' in text
    assert "# regilink: ignore[REG102, REG107] old" in text
    assert "Silenced 3 findings." in done.stdout
    assert [
        line.split()[1] for line in regilink("lint", "--output-format", "concise", cwd=tmp_path).stdout.splitlines()
    ] == ["REG001"]


def test_a_key_is_not_silenced_by_the_way(tmp_path: Path) -> None:
    key = secrets.token_hex(20)
    (tmp_path / "a.py").write_text(HOPELESS.replace("run =", f'wandb.login(key="{key}")\nrun ='), encoding="utf-8")
    (tmp_path / ".env").write_text(f"WANDB_API_KEY={key}\n", encoding="utf-8")
    done = regilink("lint", "--add-ignore", "--output-format", "concise", cwd=tmp_path)
    assert done.returncode == 1
    assert [line.split()[1] for line in done.stdout.splitlines()] == ["REG704", "REG704"]
    assert done.stderr == "regilink: --add-ignore does not silence a key: anyone who reads the file still has it\n"
    assert "# regilink: ignore[REG102]" in (tmp_path / "a.py").read_text(encoding="utf-8")
    assert "ignore" not in (tmp_path / ".env").read_text(encoding="utf-8")
    shown = regilink("lint", cwd=tmp_path).stdout
    assert "help: add this file to .gitignore" in shown
    assert "help: delete the key in the W&B App, and read the new one from the environment" in shown


def test_contradictions_are_refused(tmp_path: Path) -> None:
    for arguments, words in (
        (("--fix", "--add-ignore"), "--fix and --add-ignore"),
        (("--unsafe-fixes",), "give --fix or --diff"),
    ):
        done = regilink("lint", *arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert words in done.stderr


@pytest.mark.parametrize("name", ["a.py", "settings.yaml", "package.json", "requirements.txt"])
def test_a_report_overwrites_no_source(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.py").write_text(WRONG, encoding="utf-8")
    (tmp_path / name).touch()
    content = (tmp_path / name).read_text(encoding="utf-8") or '{"name": "x"}'
    (tmp_path / name).write_text(content, encoding="utf-8")
    done = regilink("lint", ".", "--output-file", name, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"regilink: --output-file: {name} is a file to read; give the report another name\n"
    assert (tmp_path / name).read_text(encoding="utf-8") == content


@pytest.mark.parametrize("output_format", ["json", "sarif", "gitlab", "rdjson", "json-lines"])
def test_a_report_overwrites_the_one_before(tmp_path: Path, output_format: str) -> None:
    (tmp_path / "a.py").write_text(WRONG, encoding="utf-8")
    arguments = ("lint", ".", "--output-format", output_format, "--output-file", "report.json")
    for content in (WRONG, WRONG, "x = 1\n", WRONG):
        (tmp_path / "a.py").write_text(content, encoding="utf-8")
        assert regilink(*arguments, cwd=tmp_path).returncode == (content == WRONG)


def test_a_file_that_changes_meanwhile_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.py"
    file.write_text(WRONG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    before = fixing.plan_fixes

    def changes(*arguments: Any, **options: Any) -> Any:
        made = before(*arguments, **options)
        file.write_text(WRONG + "# a line of somebody else\n", encoding="utf-8")
        return made

    monkeypatch.setattr(fixing, "plan_fixes", changes)
    assert main(["lint", "--fix", "."]) == 1
    assert "a.py: changed while regilink ran, so it was left as it is" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == WRONG + "# a line of somebody else\n"


def test_fix_only_fixes_and_reports_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(WRONG, encoding="utf-8")
    done = regilink("lint", "--fix-only", "a.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "wandb-registry-model/zoo" in (tmp_path / "a.py").read_text(encoding="utf-8")
    again = regilink("lint", "--fix-only", "--show-fixes", "a.py", cwd=tmp_path)
    assert (again.returncode, again.stdout) == (0, "Nothing was fixed.\n")


def test_show_fixes_lists_what_was_fixed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(WRONG, encoding="utf-8")
    done = regilink("lint", "--fix", "--show-fixes", "a.py", cwd=tmp_path)
    assert done.stdout.startswith("Fixed in a.py:\n  1 REG104 misspelled-prefix\n")
    assert regilink("lint", "--show-fixes", cwd=tmp_path).returncode == 2


def test_the_comments_of_add_ignore_have_a_reason(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(WRONG, encoding="utf-8")
    shown = regilink("lint", "--add-ignore=old code, 2026", "--diff", "a.py", cwd=tmp_path)
    assert shown.returncode == 1
    assert "Would silence 1 finding." in shown.stderr
    assert (tmp_path / "a.py").read_text(encoding="utf-8") == WRONG
    assert regilink("lint", "--add-ignore=old code, 2026", "a.py", cwd=tmp_path).returncode == 0
    comment = "# regilink: ignore[REG104] old code, 2026\n"
    assert (tmp_path / "a.py").read_text(encoding="utf-8").endswith(comment)
    assert comment.rstrip() in shown.stdout
    assert regilink("lint", cwd=tmp_path).returncode == 0


def test_a_path_after_add_ignore_is_a_path(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(WRONG, encoding="utf-8")
    assert regilink("lint", "--add-ignore", "a.py", cwd=tmp_path).returncode == 0
    assert (tmp_path / "a.py").read_text(encoding="utf-8").endswith("# regilink: ignore[REG104]\n")
    assert regilink("lint", "--add-ignore=a\nb", "a.py", cwd=tmp_path).returncode == 2
