"""`regilink emulator`, as a user calls it."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tables import sample

from regilink_doctor.cli import main
from regilink_doctor.core.catalog import Catalog, Organization
from regilink_doctor.emulator import World
from regilink_doctor.emulator.environ import Workspace, remove_abandoned
from regilink_doctor.workflows.commands import find_program
from regilink_doctor.workflows.emulate import seeded_world


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def in_any_words(sentence: str) -> str:
    """A sentence without the reason that Windows words differently."""
    return re.sub(r"(cannot be \w+): [^;\n]+", r"\1", sentence) if os.name == "nt" else sentence


def test_it_serves_where_it_is_told_to(tmp_path: Path) -> None:
    port = free_port()
    seen = tmp_path / "seen"
    code = f"import os; open({str(seen)!r}, 'w').write(os.environ['WANDB_BASE_URL'])"
    assert main(["emulator", "--port", str(port), "--", sys.executable, "-c", code]) == 0
    assert seen.read_text(encoding="utf-8") == f"http://127.0.0.1:{port}"


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["emulator", "--port", str(port), "--", "true"]) == 2
    said = f"regilink: emulator: port {port} cannot be used: Address already in use\n"
    assert in_any_words(capsys.readouterr().err) == in_any_words(said)
    assert main(["emulator", "--port", "70000", "--", "true"]) == 2
    assert "port 70000 cannot be used: " in capsys.readouterr().err
    assert main(["emulator", "--allow-host", "http://wandb:8080", "--", "true"]) == 2
    assert "takes a name without scheme and port" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--", "no-such-command"], "emulator: no-such-command cannot be started: No such file or directory"),
        (["--", "./t.py", "1"], "emulator: ./t.py cannot be started: Permission denied; write: python ./t.py 1"),
        (["--env-file", "none/env", "--", "true"], "emulator: none/env cannot be written: No such file or directory"),
        (
            ["--world", "none.json", "--", "true"],
            "--world: none.json: no such file; `regilink catalog pull none.json` makes it",
        ),
    ],
)
def test_what_cannot_be_done_is_said(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.py").touch()
    assert main(["emulator", *words]) == 2
    assert in_any_words(capsys.readouterr().err) == in_any_words(f"regilink: {said}\n")


@pytest.mark.parametrize("name", ["\x1b[31m\n::x", "wandb-registry-model"])
@pytest.mark.parametrize("words", [["emulator", "--world"], ["dry-run", "--catalog"]])
def test_a_catalog_of_what_no_server_can_have_is_said(
    words: list[str], name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry = {"name": name, "visibility": "organization"}
    organization = {"name": "o", "entity": "o", "teams": [], "registries": [registry]}
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps({"version": 1, "organizations": [organization]}), encoding="utf-8")
    assert main([*words, str(path), "--", "true"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"regilink: {words[0]}: no server can be as the catalog says: ")
    assert said[:-1].isprintable()


def test_a_program_that_resets_finds_its_own_organization_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    Catalog((Organization("Zoo Org", "zoo-org", ("vision",)),)).save(tmp_path / "world.json")
    program = (
        "import os, urllib.request as u; url = os.environ['WANDB_BASE_URL'] + '/_regilink/'\n"
        "u.urlopen(u.Request(url + 'reset', method='POST')); print(u.urlopen(url + 'world').read().decode())"
    )
    assert main(["emulator", "--world", str(tmp_path / "world.json"), "--", sys.executable, "-c", program]) == 0
    (organization,) = json.loads(capfd.readouterr().out)["organizations"]
    assert (organization["name"], organization["teams"]) == ("Zoo Org", ["vision"])


@pytest.mark.skipif(os.name == "nt", reason="no signals that end a process")
def test_a_command_that_a_signal_ended_has_the_status_of_a_shell() -> None:
    assert main(["emulator", "--", sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]) == 137


ASK = """
import os, sys, requests
key, url = os.environ["WANDB_API_KEY"], os.environ["WANDB_BASE_URL"] + "/graphql"
query, variables = sys.argv[1], {"entity": sys.argv[2], "input": {"projectName": sys.argv[3]}}
requests.post(url, json={"query": query, "variables": variables}, auth=("api", key))
sys.exit(int(sys.argv[4]))
"""
"""A program that asks for an entity and a project, and ends with a status."""


@pytest.mark.parametrize(
    ("entity", "project", "status", "missing"),
    sample(
        [
            ("zoo-team", "wandb-registry-prod", "1", "zoo-team, wandb-registry-prod"),
            ("Acme Inc", "wandb-registry-model", "3", None),
            pytest.param("zoo-team", "p", "3", "zoo-team", marks=pytest.mark.slow),
            pytest.param("team-a", "p", "1", None, marks=pytest.mark.slow),
            pytest.param("zoo-team", "p", "0", None, marks=pytest.mark.slow),
        ],
        one_in=2,
    ),
)
def test_a_command_that_failed_is_told_which_names_are_missing(
    entity: str, project: str, status: str, missing: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    query = "query Q { viewer { username } }"
    assert main(["emulator", "--", sys.executable, "-c", ASK, query, entity, project, status]) == int(status)
    error = capsys.readouterr().err
    if missing is None:
        assert error == ""
    else:
        assert error.startswith(f"the emulator has no {missing}; it has Acme Inc (acme) with team-a, alice and ")


def test_what_the_emulator_lacks_is_listed_after_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    query = 'query Reports { project(name: "p") { allViews { edges { node { id } } } } }'
    assert main(["emulator", "--", sys.executable, "-c", ASK, query, "team-a", "p", "0"]) == 0
    assert capsys.readouterr().err == "not emulated, a limit of regilink: Reports\n"


def test_on_windows_a_program_is_looked_for_as_a_shell_does(tmp_path: Path) -> None:
    program = tmp_path / ("tool.cmd" if os.name == "nt" else "tool")
    program.write_text("", encoding="utf-8")
    program.chmod(0o755)
    words = find_program(["tool", "a b"], {"Path": str(tmp_path)}, "nt")
    assert [os.path.normcase(words[0]), *words[1:]] == [os.path.normcase(program), "a b"]
    assert find_program(["no-such-tool"], {"PATH": str(tmp_path)}, "nt") == ["no-such-tool"]
    assert find_program(["tool"], {"PATH": str(tmp_path)}, "posix") == ["tool"]


def test_without_locks_a_folder_in_use_is_one_with_an_open_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regilink_doctor.emulator.environ.fcntl", None)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "regilink-new").mkdir()
    abandoned = tmp_path / "regilink-old"
    abandoned.mkdir()
    (abandoned / "in-use.lock").touch()
    remove_abandoned()
    assert [folder.name for folder in tmp_path.iterdir()] == ["regilink-new"]
    workspace = Workspace()
    assert workspace.path.is_dir()
    workspace.remove_folder()
    assert [folder.name for folder in tmp_path.iterdir()] == ["regilink-new"]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("sh") is None, reason="no sh")
def test_the_file_of_variables_can_be_taken_by_a_shell(tmp_path: Path) -> None:
    file = tmp_path / "wandb.env"
    code = f"""set -a; . {file}; set +a; {sys.executable} -c 'import os; print(os.environ["WANDB_BASE_URL"])'"""
    command = [sys.executable, "-m", "regilink_doctor", "emulator", "--env-file", str(file), "--", "sh", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.startswith("http://127.0.0.1:")
    assert main(["lint", str(file)]) == 0, "its key opens the emulator alone"


@pytest.mark.skipif(os.name == "nt", reason="other shells have other commands")
@pytest.mark.parametrize(("words", "variables"), [([], 2), pytest.param(["-v"], 20, marks=pytest.mark.slow)])
def test_serving_takes_two_lines_unless_all_variables_are_wanted(words: list[str], variables: int) -> None:
    command = [sys.executable, "-m", "regilink_doctor", "emulator", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        assert process.stderr.readline().startswith("serving at http://127.0.0.1:")
        first = process.stdout.readline()
        process.terminate()
        lines = [first, *process.stdout.read().splitlines()]
    names = [word.partition("=")[0] for line in lines for word in line.split() if "=" in word]
    assert {"WANDB_BASE_URL", "WANDB_API_KEY"} <= set(names)
    assert len(lines) == (1 if not words else len(names))
    assert len(names) >= variables


def test_the_user_is_called_like_no_team_that_the_configuration_or_catalog_names(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.regilink]\nteams = ["alice", "team-a"]\n', encoding="utf-8")
    world = seeded_world(str(tmp_path))
    assert [*world.users] == ["bob"]
    assert {name for name, entity in world.entities.items() if entity.kind == "team"} == {"alice", "team-a"}
    teams = ("alice", "bob", "user-1")
    catalog = Catalog((Organization("Acme Inc", "acme", teams),))
    assert [*World.from_catalog(catalog).users] == ["user-2"]
