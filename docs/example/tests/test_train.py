"""The training publishes what it should; the real SDK, no account, no network."""

import asyncio
import subprocess
import sys

import pytest
from zoo import train


def test_training_publishes_the_model(regilink):
    train.main(epochs=1)
    link = regilink.assert_linked("wandb-registry-model/zoo", type="model", aliases={"candidate"})
    assert link.version == "v0"
    assert not regilink.world.assumed


def test_the_evaluation_takes_the_candidate(regilink):
    train.main(epochs=1)
    train.load()
    regilink.assert_consumed("wandb-registry-model/zoo:candidate", how="use")


def test_each_training_makes_a_version(regilink):
    assert train.main(epochs=1) != train.main(epochs=2)
    assert [link.version for link in regilink.links] == ["v0", "v1"]


def test_what_is_linked_lies_in_the_team(regilink):
    name = train.main(epochs=1)
    regilink.assert_registry_ready(name, registry="model")


def test_the_program_does_the_same(regilink):
    done = subprocess.run(
        [sys.executable, "-m", "zoo.train", "--epochs", "1"], capture_output=True, text=True, check=True
    )
    link = regilink.assert_linked("wandb-registry-model/zoo")
    assert done.stdout.strip() == f"{link.destination}:{link.version}"


@pytest.mark.asyncio
async def test_it_may_run_in_a_loop(regilink):
    await asyncio.to_thread(train.main, epochs=1)
    regilink.assert_linked("wandb-registry-model/zoo")


@pytest.fixture(scope="module")
def trained(regilink_module):
    """A training that takes long, run once for all tests that look at what came of it."""
    train.main(epochs=100, collection="long")
    return regilink_module


def test_the_long_training_is_linked(trained):
    trained.assert_linked("wandb-registry-model/long", exact=True, aliases={"candidate"})


def test_the_long_training_links_nothing_else(trained):
    assert len(trained.links) == 1
