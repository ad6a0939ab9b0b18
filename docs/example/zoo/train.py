"""Train, and publish what came of it."""

import argparse
import json

import wandb

REGISTRY = "wandb-registry-model"


def main(epochs: int = 10, collection: str = "zoo") -> str:
    """Train for some epochs, log the model, link it to the registry; the registry's name of the version."""
    with wandb.init(entity="zoo-team", project="zoo", config={"epochs": epochs}) as run:
        loss = 1.0
        for _ in range(epochs):
            loss /= 2
            run.log({"loss": loss})
        model = wandb.Artifact("zoo", type="model", metadata={"loss": loss})
        with model.new_file("weights.json") as file:
            json.dump({"loss": loss}, file)
        linked = run.link_artifact(model, f"{REGISTRY}/{collection}", aliases=["candidate"])
    return linked.qualified_name


def load(alias: str = "candidate") -> wandb.Artifact:
    """The model of the registry that an evaluation works with."""
    with wandb.init(entity="zoo-team", project="zoo", job_type="evaluate") as run:
        return run.use_artifact(f"{REGISTRY}/zoo:{alias}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=10)
    print(main(parser.parse_args().epochs))
