"""The training script of the suites, and what runs one."""

from collections.abc import Callable

import pytest

TRAIN = """
import wandb

def main(target="wandb-registry-model/zoo", entity="team-a", type="model", name="zoo"):
    with wandb.init(entity=entity, project="p") as run:
        model = wandb.Artifact(name, type=type)
        with model.new_file("weights.txt") as file:
            file.write("weights")
        return run.link_artifact(model, target, aliases=["candidate"])
"""

Run = Callable[..., pytest.RunResult]
