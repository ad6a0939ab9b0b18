"""The proof, with the real SDK: one link, and afterwards the server is as it was, whatever happened in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from regilink_doctor.core.targets import consumed_of, target_of
from regilink_doctor.doctor.diagnosis import Diagnosis
from regilink_doctor.emulator import Emulator, World
from regilink_doctor.workflows.diagnose import diagnose

pytest.importorskip("wandb")

ZOO = "wandb-registry-model/zoo"
TARGET = target_of(ZOO, entity="team-a", project="churn", artifact_type="model")


def contents(world: World) -> dict[str, object]:
    """Everything that a probe could leave."""
    projects = [(entity.name, project) for entity in world.entities.values() for project in entity.projects.values()]
    return {
        "projects": sorted(f"{owner}/{project.name}" for owner, project in projects),
        "runs": sorted(run for _, project in projects for run in project.runs),
        "collections": sorted(
            each.path for _, project in projects for each in project.collections.values() if each.state != "DELETED"
        ),
    }


def logged(world: World) -> bool:
    """Whether a probe has logged its artifact."""
    return any("/regilink-probe-" in each.sequence.path for each in list(world.artifacts.values()))


Probe = Callable[..., Diagnosis]


@pytest.fixture
def probe(emulator: Emulator, tmp_path: Path, forked_python: str) -> Iterator[Probe]:
    world = World.default()
    world.collection("zoo", registry="model", versions=1)
    emulator.reset(world)
    before = contents(world)

    def run(**more: object) -> Diagnosis:
        environ = {**os.environ, **emulator.environ(), "HOME": str(tmp_path)}
        return diagnose(
            [TARGET],
            cwd=tmp_path,
            environ=environ,
            python=forked_python,
            write_probe=True,
            **more,  # type: ignore[arg-type]
        )

    yield run
    assert contents(emulator.world) == before, "everything is as it was"
    assert [path for path in tmp_path.iterdir() if path.name != "train.py"] == [], "on this machine, too"


def test_a_real_link_comes_back_and_goes_away(probe: Probe, emulator: Emulator) -> None:
    asked: list[str] = []
    found = probe(confirm=lambda lines: not asked.extend(lines))
    (row,) = (row for row in found.checks if row.name == "write-probe")
    assert row.status == "pass", row.text
    assert "and read it" in row.text
    assert asked[0].startswith("a run regilink-probe-")
    assert asked[0].endswith(" in team-a/churn")
    assert asked[2].startswith("a link of it in acme/wandb-registry-model/regilink-probe-")
    (link,) = emulator.ledger.links
    assert link.verdict == "linked"


def test_without_a_yes_nothing_is_written(probe: Probe, emulator: Emulator) -> None:
    found = probe(confirm=lambda lines: False)
    (row,) = (row for row in found.checks if row.name == "write-probe")
    assert row.status == "skip"
    assert emulator.ledger.links == ()


@pytest.mark.slow
def test_a_failure_half_way_is_told_and_leaves_nothing(probe: Probe, emulator: Emulator) -> None:
    emulator.fault("refuse", operation="linkArtifact", message="your plan has no seats left")
    (row,) = probe().of("fail")
    assert (row.name, row.code) == ("write-probe", "REG809")
    assert "the write probe could not link it: CommError: " in row.text
    assert "your plan has no seats left" in row.text
    assert row.text.endswith("the probe then deleted everything")


@pytest.mark.slow
def test_what_cannot_be_taken_away_is_named(emulator: Emulator, tmp_path: Path) -> None:
    emulator.reset()
    emulator.fault("refuse", operation="deleteArtifactPortfolio", message="no")
    environ = {**os.environ, **emulator.environ(), "HOME": str(tmp_path)}
    found = diagnose([TARGET], cwd=tmp_path, environ=environ, python=sys.executable, write_probe=True)
    (row,) = found.of("warn")
    assert (row.name, row.code) == ("write-probe", "REG809")
    assert "not deleted: the collection wandb-registry-model/regilink-probe-" in row.text
    assert (row.help or "").startswith("delete in the W&B App: the collection wandb-registry-model/regilink-probe-")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C")
def test_ctrl_c_takes_everything_away(probe: Probe, emulator: Emulator, tmp_path: Path, forked_python: str) -> None:
    emulator.fault("delay", operation="linkArtifact", seconds=30)
    (tmp_path / "train.py").write_text("", encoding="utf-8")
    command = [sys.executable, "-m", "regilink_doctor", "doctor", ZOO, "--write-probe", "--yes", "--type", "model"]
    command += ["--entity", "team-a", "--python", forked_python]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, **emulator.environ(), "HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A job in the background of a script has the signal ignored, and would hand that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        deadline = time.monotonic() + 60
        while not logged(emulator.world) and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.05)
        assert logged(emulator.world), process.communicate()[0] if process.poll() is not None else "it hangs"
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=90)[0]
        assert process.returncode == 130, output
    assert "The write probe writes these, and deletes them again:\n  - " in output, "also with --yes"


def test_it_asks_only_where_somebody_can_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from regilink_doctor.cli import main

    assert main(["doctor", ZOO, "--write-probe"]) == 2
    assert "add --yes" in capsys.readouterr().err


@pytest.mark.slow
def test_the_script_that_logs_a_persons_artifact_again_does_it(emulator: Emulator, tmp_path: Path) -> None:
    emulator.reset()
    environ = {**os.environ, **emulator.environ(), "HOME": str(tmp_path)}

    def run(code: str) -> None:
        subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environ, check=True, timeout=90)

    run(
        "import wandb\n"
        "with wandb.init(entity='alice', project='churn') as run:\n"
        "    artifact = wandb.Artifact('zoo', type='model', metadata={'f1': 0.9})\n"
        "    with artifact.new_file('weights.txt') as file: file.write('w')\n"
        "    run.log_artifact(artifact)\n"
    )
    target = target_of(ZOO, "Artifact.link", consumed=consumed_of("alice/churn/zoo:v0"))
    (row,) = diagnose([target], cwd=tmp_path, environ=environ).of("fail")
    assert row.code == "REG203"
    run("\n".join(line[4:] for line in (row.help or "").splitlines() if line.startswith("    ")))
    (link,) = emulator.ledger.links
    assert (link.verdict, link.source) == ("linked", "team-a/churn/zoo:v0")
