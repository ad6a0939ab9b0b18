"""A user's program whose server is in trouble: it trains nothing, logs, links, and ends as Python lets it end.

Needs wandb and nothing else. Prints one JSON object for each step that it reaches: {"step", "error", "seconds"}.
"""

import json
import time

import wandb


def told(step, began, error=None):
    text = f"{type(error).__name__}: {error}" if error is not None else None
    print(json.dumps({"step": step, "error": text, "seconds": round(time.monotonic() - began, 1)}), flush=True)


def main():
    print(json.dumps({"wandb": wandb.__version__}), flush=True)
    step, began = "init", time.monotonic()
    try:
        with wandb.init(entity="team-a", project="p") as run:
            told(step, began)
            step, began = "log", time.monotonic()
            artifact = wandb.Artifact("weights", type="model")
            with artifact.new_file("weights.txt") as file:
                file.write("weights" * 1000)
            artifact = run.log_artifact(artifact).wait()
            told(step, began)
            step, began = "link", time.monotonic()
            run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["prod"])
            told(step, began)
            step, began = "finish", time.monotonic()
        told(step, began)
    except Exception as error:
        told(step, began, error)
        raise


if __name__ == "__main__":
    main()
