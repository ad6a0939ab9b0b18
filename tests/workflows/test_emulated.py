"""`regilink_doctor.emulated` in suites of unittest, run as their users run them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

import regilink_doctor as regilink
from regilink_doctor.emulator import Emulator, World

pytest.importorskip("graphql")

SUITE = """
import os, unittest
import wandb
import regilink_doctor as regilink
from regilink_doctor.emulator import World

os.environ["WANDB_ENTITY"] = "team-a"

def publish(target):
    with wandb.init(project="training") as run:
        artifact = wandb.Artifact("zoo", type="model")
        run.log_artifact(artifact).wait()
        run.link_artifact(artifact, target)

def make_world():
    world = World.default()
    world.registry("staging")
    return world

class Publishing(unittest.TestCase):
    @regilink.emulated()
    def test_decorated(self, emulator):
        publish("wandb-registry-model/zoo")
        (link,) = emulator.ledger.links
        self.assertEqual((link.verdict, link.requested), ("linked", "wandb-registry-model/zoo"))

    @regilink.emulated(make_world)
    def test_with_a_world(self, emulator):
        self.assertIn("wandb-registry-staging", emulator.world.entities["acme"].projects)

    @regilink.emulated(keep_going=True)
    def test_without_the_parameter(self):
        self.assertTrue(os.environ["WANDB_BASE_URL"].startswith("http://127.0.0.1:"))

    def test_as_context_manager(self):
        before = dict(os.environ)
        with regilink.emulated() as emulator:
            with self.assertRaises(Exception):
                publish("wandb-registry-modle/zoo")
            self.assertEqual([link.verdict for link in emulator.ledger.links], ["refused"])
        self.assertEqual(dict(os.environ), before)

class AsyncPublishing(unittest.IsolatedAsyncioTestCase):
    @regilink.emulated()
    async def test_a_coroutine(self, emulator):
        self.assertEqual(len(emulator.ledger), 0)

unittest.main()
"""


@pytest.mark.slow
def test_a_suite_of_unittest(tmp_path: Path, forked_python: str) -> None:
    path = tmp_path / "suite.py"
    path.write_text(SUITE, encoding="utf-8")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("WANDB_")}
    done = subprocess.run([forked_python, path], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "Ran 5 tests" in done.stderr


def test_the_environment_is_put_back_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_BASE_URL", "https://wandb.example")
    monkeypatch.setenv("WANDB_IDENTITY_TOKEN_FILE", "token")
    before = dict(os.environ)
    seen: list[str] = []

    @regilink.emulated()
    def fail(emulator: Emulator) -> None:
        seen.append(emulator.url)
        assert os.environ["WANDB_BASE_URL"] == emulator.url
        assert "WANDB_IDENTITY_TOKEN_FILE" not in os.environ
        raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert dict(os.environ) == before
    with pytest.raises(LookupError):
        fail()
    assert len(set(seen)) == 2, "each call has an emulator of its own"


def test_a_world_can_be_given_ready_made() -> None:
    world = World.default()
    block = regilink.emulated(world)
    with block as emulator:
        assert emulator.world is world
        with pytest.raises(RuntimeError, match="in use"), block:
            pass
