"""What goes wrong without an error, kept here to be tested."""

import wandb


def publish(target: str) -> None:
    """Link to whatever is given: a wrong path is known when it runs."""
    with wandb.init(entity="zoo-team", project="zoo") as run:
        model = wandb.Artifact("zoo", type="model")
        with model.new_file("weights.txt") as file:
            file.write("weights")
        # The linter has seen where the wrong paths come from.
        run.link_artifact(model, target)  # regilink: ignore[REG101, REG102, REG301] they are what is shown


def forget_the_prefix() -> None:
    """W&B takes it: the model is now in the project `model` of the team, where the team will not look for it."""
    publish("model/zoo")


def forget_the_collection() -> None:
    """W&B takes this too: a collection called like the registry, in the run's own project."""
    publish("wandb-registry-model")


def swallow() -> None:
    """The registry does not exist, and no error shows it."""
    try:
        publish("wandb-registry-modle/zoo")
    except Exception:  # noqa: BLE001  # regilink: ignore[REG604] it is what is shown
        pass
