"""Everything that goes wrong with a registry, one after another, with the wandb that is installed where this runs.

Needs wandb and nothing else. Prints one JSON object a line: {"row", "name", "said"}; `said` is the whole traceback,
None where nothing was raised. Each attempt is made as users make it, so `explain` is to find the row from it.
"""

import json
import os
import sys
import traceback

import wandb

TARGET = "wandb-registry-model/zoo"


def new(name="zoo", type="model"):
    artifact = wandb.Artifact(name, type=type)
    with artifact.new_file("weights.txt") as file:
        file.write(f"weights of {name}")
    return artifact


def attempt(row, name, call):
    said = None
    try:
        call()
    except Exception:
        said = traceback.format_exc()
    print(json.dumps({"row": row, "name": name, "said": said}), flush=True)


def linking(run):
    def link(path, artifact=None, **more):
        return lambda: run.link_artifact(artifact or new(), path, **more)

    attempt("A12", "team as organization", link("team-a/wandb-registry-model/zoo"))
    attempt("A12", "organization in another case", link("ACME/wandb-registry-model/zoo"))
    attempt("A3", "four parts", link("acme/wandb-registry-model/meta/llama"))
    attempt("A3", "slash in the collection", link("wandb-registry-model/meta/llama"))
    attempt("A8", "version in the target", link("wandb-registry-model/zoo:v3"))
    # The path stands in the traceback here; nothing else tells this from a registry that is missing.
    attempt("A10", "App's title", lambda: run.link_artifact(new(), "wandb-registry-Models/zoo"))
    attempt("A14", "legacy registry", link("team-a/model-registry/zoo"))
    attempt("B3", "unknown registry", link("wandb-registry-nope/zoo"))
    attempt("B4", "type", link(TARGET, new("pictures", "dataset")))
    attempt("B5", "collection of another type", link("wandb-registry-mixed/raw"))
    attempt("B7", "viewer", link("wandb-registry-frozen/zoo"))
    attempt("B11", "alias with a slash", link(TARGET, aliases=["a/b"]))
    attempt("B11", "alias too long", link(TARGET, aliases=["a" * 129]))
    attempt("A18", "alias=", link(TARGET, alias="best"))
    attempt("A18", "a name for an artifact", link(TARGET, "zoo:v0"))


def making():
    attempt("A18", "function of the module", lambda: wandb.link_artifact(new(), TARGET))
    attempt("A18", "target_path of an artifact", lambda: wandb.Artifact("zoo", type="model", target_path=TARGET))
    attempt("B6", "reserved type", lambda: wandb.Artifact("zoo", type="job"))
    attempt("C17", "artifact's name", lambda: wandb.Artifact("meta llama", type="model"))
    attempt("C11", "draft", lambda: new().version)


def consuming(linked):
    api = wandb.Api(overrides={"entity": "team-a"})
    attempt("D1", "registry to read", lambda: api.artifact("wandb-registry-nope/zoo:v0"))
    attempt("D2", "alias to read", lambda: api.artifact("wandb-registry-model/zoo:nope"))
    attempt("D6", "type to read", lambda: api.artifact("wandb-registry-model/zoo:v0", type="dataset"))
    attempt("A13", "entity as organization", lambda: api.registry("model", organization="acme").load())
    attempt("B3", "registry to load", lambda: api.registry("nope", organization="Acme Inc").load())
    if hasattr(api, "create_registry"):
        make = api.create_registry
        attempt("D18", "name taken", lambda: make("model", visibility="organization", organization="Acme Inc"))
        attempt("D18", "visibility", lambda: make("new", visibility="public", organization="Acme Inc"))

    def live_longer():
        linked.ttl = 3600

    attempt("B15", "time to live", live_longer)


def modes():
    run = wandb.init(project="p", entity="team-a", mode="offline")
    artifact = new("offline")
    attempt("C1", "offline", lambda: run.link_artifact(artifact, TARGET))
    attempt("C2", "offline, Artifact.link", lambda: artifact.link(TARGET))
    attempt("C3", "offline, use", lambda: run.use_artifact("wandb-registry-model/zoo:v0"))
    run.finish()
    run = wandb.init(project="p", entity="team-a", mode="disabled")
    attempt("C5", "disabled", lambda: run.link_artifact(new(), TARGET).version)
    run.finish()


def entities():
    def personal():
        with wandb.init(project="p", entity="alice") as run:
            run.link_artifact(new(), TARGET)

    attempt("B1", "personal entity", personal)
    attempt("B2", "organization's entity", lambda: wandb.init(project="p", entity="acme"))
    attempt("C18", "key that nobody has", lambda: wandb.Api(api_key="f" * 40).viewer.username)


def main():
    print(json.dumps({"wandb": wandb.__version__, "python": sys.version.split()[0]}), flush=True)
    os.environ.pop("WANDB_ENTITY", None)
    making()
    run = wandb.init(project="p", entity="team-a")
    linking(run)
    linked = run.link_artifact(new(), TARGET)
    consuming(linked)
    run.finish()
    attempt("C8", "after the end", lambda: run.link_artifact(new(), TARGET))
    modes()
    entities()


if __name__ == "__main__":
    main()
