"""What is beside a program may be anything: pipes, devices, folders and dead links under the names of files."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from in_process import run_command
from tables import combine, sample

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")

PROGRAM = """\
import helper, hydra, mlflow, wandb, yaml
from package import target
from omegaconf import OmegaConf
from dotenv import load_dotenv
load_dotenv(".env")
settings = yaml.safe_load(open("config.yaml"))
other = OmegaConf.load("conf/config.yaml")
@hydra.main(config_path="conf", config_name="config")
def main(cfg):
    run = wandb.init(entity="team-a", config={"a": 1})
    run.link_artifact(artifact, helper.PATH)
    run.link_artifact(artifact, target)
    run.link_artifact(artifact, cfg.path)
    run.link_artifact(artifact, run.config.path)
    run.link_artifact(artifact, settings["path"])
    run.link_artifact(artifact, other.path)
    run.link_artifact(artifact, os.environ["TARGET_PATH"])
    run.link_artifact(artifact, "wandb-registry-model")
def publish(path, run):
    run.link_artifact(artifact, path)
main()
"""
NAMES = [
    "helper.py", "package.py", "steps.py", ".env", ".env.local", "config.yaml", "config-defaults.yaml", "sweep.yaml",
    "conf/config.yaml", "conf/other.yaml", "configs/launch.json", "config/launch.json", "launch.json", "MLproject",
    "run.sh", "Dockerfile", "Makefile", "requirements.txt", "setup.cfg", "pyproject.toml", "compose.yaml", ".gitignore",
    "sweeps/a.yaml", "package.json", ".github/workflows/ci.yaml", "params.yaml", "notebook.ipynb",
]  # fmt: skip


def listen(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(path))


KINDS: dict[str, Callable[[Path], object]] = {
    "pipe": lambda path: os.mkfifo(path),
    "device without an end": lambda path: path.symlink_to("/dev/zero"),
    "folder": lambda path: path.mkdir(),
    "dead link": lambda path: path.symlink_to("nowhere"),
    "link to itself": lambda path: path.symlink_to(path.name),
    "socket": listen,
}


@pytest.mark.parametrize("kind", sample(KINDS, one_in=3))
def test_the_program_is_checked_whatever_is_beside_it(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(PROGRAM, encoding="utf-8")
    for name in NAMES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        KINDS[kind](tmp_path / name)
    for arguments in (["lint", "--isolated", "train.py"], ["lint", "--isolated"]):
        done = run_command(*arguments, "--output-format", "concise", cwd=tmp_path)
        assert done.returncode == 1, done.stderr
        assert "REG102" in done.stdout, done.stdout
        assert "REG002" not in done.stdout
        assert "Traceback" not in done.stderr


SETUP = (".pre-commit-config.yaml", "ruff.toml", "regilink.catalog.json", ".github/workflows/ci.yml", "wandb/settings")


@pytest.mark.parametrize(
    ("kind", "names"), sample(combine(KINDS, [("regilink.toml",), ("pyproject.toml",), SETUP]), one_in=3)
)
def test_every_command_ends_whatever_its_own_files_are(
    kind: str, names: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(PROGRAM, encoding="utf-8")
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        KINDS[kind](tmp_path / name)
    for words in (("init",), ("lint",), ("map",), ("config",), ("verify", "--from-sites")):
        done = run_command(*words, cwd=tmp_path, WANDB_BASE_URL="http://127.0.0.1:1", WANDB_API_KEY="k" * 40)
        assert done.returncode in (0, 1, 2), (words, done)
        assert "Traceback" not in done.stderr, (words, done)
        assert "REG002" not in done.stdout, (words, done)
        if done.returncode == 2 and words != ("verify", "--from-sites"):
            assert any(name in done.stderr for name in names), (words, done)


def test_the_program_is_checked_though_folders_beside_it_cannot_be_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "train.py").write_text(PROGRAM, encoding="utf-8")
    for name in ("conf", "config", "configs", "gin", "scripts", "sweeps"):
        (tmp_path / name).mkdir()
    listed = os.listdir

    def refuse(path: str = ".") -> list[str]:
        if os.path.dirname(os.path.abspath(path)) == str(tmp_path):
            raise PermissionError(13, "Permission denied", path)
        return listed(path)

    monkeypatch.setattr(os, "listdir", refuse)
    done = run_command("lint", "train.py", "--output-format", "concise", cwd=tmp_path)
    assert "train.py:18" in done.stdout
    assert "REG002" not in done.stdout


def test_the_text_of_a_file_whose_folder_does_not_exist_is_checked(tmp_path: Path) -> None:
    done = run_command(
        "lint", "--stdin-filename", "new/train.py", "--output-format", "concise", cwd=tmp_path, stdin=PROGRAM
    )
    assert "train.py:18" in done.stdout
    assert "REG002" not in done.stdout
