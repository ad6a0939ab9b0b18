"""Run by the user's own Python, by its path: links a tiny artifact and fetches it back, or takes everything away.

`python script.py write|clean PLAN REPORT`: the plan is JSON, the report a line of JSON for each step that was done.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
from collections.abc import Callable
from typing import Any

Say = Callable[..., None]


def write_link(plan: dict[str, str], wandb: Any, say: Say) -> None:
    """Log, link, fetch back, compare, unlink."""
    say("start the run", begins=True)
    settings = {"entity": plan["entity"], "project": plan["project"], "id": plan["run"], "job_type": "regilink-probe"}
    with wandb.init(**settings) as run:
        say("log the artifact", begins=True)
        artifact = wandb.Artifact(plan["artifact"], type=plan["type"], description="made by regilink doctor")
        with artifact.new_file("probe.txt") as file:
            file.write(plan["token"])
        logged = run.log_artifact(artifact)
        logged.wait()
        say("link it", begins=True)
        linked = run.link_artifact(logged, target_path=plan["target"])
    say("fetch it back", begins=True)
    version = getattr(linked, "version", None) or "latest"
    back = wandb.Api(overrides={"entity": plan["entity"]}).artifact(f"{plan['full_name']}:{version}")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        back.download(root=folder)
        with open(os.path.join(folder, "probe.txt"), encoding="utf-8") as file:
            if file.read() != plan["token"]:
                raise ValueError("what came back is not what was linked")
    say("unlink it", begins=True)
    back.unlink()
    say("done")


def clean_up(plan: dict[str, str], wandb: Any, say: Say) -> None:
    """Delete what exists of a probe: the collection, the artifact, the run. What is missing is not a failure."""
    api = wandb.Api(overrides={"entity": plan["entity"]})
    source = f"{plan['entity']}/{plan['project']}"
    things = (
        ("collection", lambda: api.artifact_collection(plan["type"], plan["full_name"])),
        ("artifact", lambda: api.artifact_collection(plan["type"], f"{source}/{plan['artifact']}")),
        ("run", lambda: api.run(f"{source}/{plan['run']}")),
    )
    for name, find in things:
        try:
            find().delete()  # type: ignore[no-untyped-call]
        except Exception as error:
            say(f"delete the {name}", missed=f"{type(error).__name__}: {error}")
        else:
            say(f"delete the {name}")


def main() -> int:
    """Do what is asked; 1 when a step failed."""
    verb, plan_path, report_path = sys.argv[1:]
    del sys.path[0]  # the folder of this script does not belong to the user's program
    with open(plan_path, encoding="utf-8") as file:
        plan = json.load(file)

    def report_step(step: str, **more: object) -> None:
        with open(report_path, "a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step, **more}) + "\n")

    try:
        report_step("import wandb", begins=True)
        wandb = importlib.import_module("wandb")
        (write_link if verb == "write" else clean_up)(plan, wandb, report_step)
    except Exception as error:
        report_step("failed", error=type(error).__name__, message=str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
