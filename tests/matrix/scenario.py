"""What a user does with a registry, step by step, with the wandb that is installed where this runs.

Needs wandb and nothing else. Its environment leads to the emulator, whose ledger it reads after each step: what the
SDK says counts only if it is what happened. Prints one JSON object a line: {"step", "ok", "seconds", "detail"}.
"""

import json
import os
import sys
import tempfile
import time
import traceback
import urllib.request

import wandb

TEAM, PERSON, ORGANIZATION = "team-a", "alice", "Acme Inc"
TARGET = "wandb-registry-model/zoo"
PLACE = "acme/wandb-registry-model/zoo"


def ledger():
    with urllib.request.urlopen(os.environ["WANDB_BASE_URL"] + "/_regilink/ledger", timeout=30) as answer:
        return json.load(answer)


def need(condition, what):
    if not condition:
        raise AssertionError(what)


def same(found, wanted):
    need(found == wanted, f"{found!r} instead of {wanted!r}")


def new_artifact(name, type="model"):
    artifact = wandb.Artifact(name, type=type)
    with artifact.new_file("weights.txt") as file:
        file.write(f"weights of {name}")
    return artifact


class Scenario:
    """The steps, in their order. One that fails takes those with it that need what it makes."""

    def __init__(self):
        self.run = self.artifact = self.linked = self.fetched = None

    @property
    def api(self):
        return wandb.Api(overrides={"entity": TEAM})

    def init(self):
        self.run = wandb.init(entity=TEAM, project="p")
        same((self.run.entity, self.run.project), (TEAM, "p"))

    def log(self):
        self.artifact = self.run.log_artifact(new_artifact("weights"))
        self.artifact.wait()
        same((self.artifact.version, self.artifact.type), ("v0", "model"))

    def link_with_aliases(self):
        self.linked = self.run.link_artifact(self.artifact, TARGET, aliases=["candidate", "prod"])
        (entry,) = ledger()
        same((entry["verdict"], entry["destination"]), ("linked", PLACE))
        same(sorted(entry["aliases"]), ["candidate", "prod"])
        same(self.linked.qualified_name, PLACE + ":v0")

    def finish(self):
        self.run.finish()
        need(wandb.run is None, "a run is still there")

    def fetch(self):
        self.fetched = self.api.artifact(TARGET + ":candidate")
        same((self.fetched.type, self.fetched.version), ("model", "v0"))
        same(sorted(self.fetched.aliases), ["candidate", "latest", "prod"])
        same(self.api.artifact(PLACE + ":v0").digest, self.fetched.digest)

    def download(self):
        with tempfile.TemporaryDirectory() as folder:
            path = self.fetched.download(root=folder)
            with open(os.path.join(path, "weights.txt"), encoding="utf-8") as file:
                same(file.read(), "weights of weights")

    def is_link_and_source(self):
        need(self.fetched.is_link, "the fetched version says that it is no link")
        source = self.fetched.source_artifact
        same((source.entity, source.project, source.name), (TEAM, "p", "weights:v0"))
        need(not source.is_link, "the source says that it is a link")
        same([each.qualified_name for each in source.linked_artifacts], [PLACE + ":v0"])

    def exists(self):
        need(self.api.artifact_exists(TARGET + ":prod"), "a version that is there does not exist")
        need(not self.api.artifact_exists(TARGET + ":v7"), "a version that is not there exists")
        need(self.api.artifact_collection_exists(TARGET, "model"), "a collection that is there does not exist")

    def registry(self):
        registry = self.api.registry("model", organization=ORGANIZATION)
        same((registry.full_name, list(registry.artifact_types)), ("wandb-registry-model", ["model"]))
        same(registry.organization, ORGANIZATION)

    def registries(self):
        found = list(self.api.registries(organization=ORGANIZATION))
        same(sorted(each.full_name for each in found), ["wandb-registry-dataset", "wandb-registry-model"])

    def collections(self):
        found = self.api.registries(organization=ORGANIZATION, filter={"name": "wandb-registry-model"}).collections()
        same([each.name for each in found], ["zoo"])

    def versions(self):
        found = self.api.registries(organization=ORGANIZATION).collections(filter={"name": "zoo"}).versions()
        same([each.qualified_name for each in found], [PLACE + ":v0"])

    def refused(self, code, words, target, entity=TEAM, type="model"):
        """A link that W&B refuses is an error of the SDK, with W&B's words, and in the ledger."""
        before = len(ledger())
        run = wandb.init(entity=entity, project="p")
        told = None
        try:
            told = run.link_artifact(run.log_artifact(new_artifact(f"refused-{code}", type)), target)
        except Exception as error:
            message = str(error)
        else:
            new = ledger()[before:]
            attempt = f"the server refused it ({new[-1]['message']})" if new else "nothing was sent"
            what = f"the SDK returned {told.qualified_name}" if told is not None else "the SDK returned None"
            raise AssertionError(f"no error: {what}; {attempt}")
        finally:
            run.finish()
        need(words in message, f"the SDK says {message!r}")
        new = ledger()[before:]
        same([(each["verdict"], each["code"]) for each in new], [("refused", code)] if code else [])
        return message

    def refusal_personal_entity(self):
        return self.refused("REG203", "linking is only allowed within the same team", TARGET, entity=PERSON)

    def refusal_unknown_registry(self):
        return self.refused("REG301", "cannot create registry", "wandb-registry-modle/zoo")

    def refusal_type(self):
        return self.refused("REG401", "artifact type 'dataset' is not allowed", TARGET, type="dataset")

    def refusal_wrong_organization(self):
        return self.refused(None, "organization", "nobody/wandb-registry-model/zoo")

    def unlink(self):
        self.fetched.unlink()
        need(not self.api.artifact_exists(TARGET + ":v0"), "it is still linked")
        need(self.api.artifact_exists(f"{TEAM}/p/weights:v0"), "the source is gone with it")


STEPS = [
    "init",
    "log",
    "link_with_aliases",
    "finish",
    "fetch",
    "download",
    "is_link_and_source",
    "exists",
    "registry",
    "registries",
    "collections",
    "versions",
    "refusal_personal_entity",
    "refusal_unknown_registry",
    "refusal_type",
    "refusal_wrong_organization",
    "unlink",
]


def main():
    print(json.dumps({"wandb": wandb.__version__, "python": sys.version.split()[0]}), flush=True)
    scenario = Scenario()
    for step in STEPS:
        began = time.monotonic()
        try:
            detail, ok = getattr(scenario, step)(), True
        except Exception as error:
            detail, ok = f"{type(error).__name__}: {error}", False
            traceback.print_exc()
        seconds = round(time.monotonic() - began, 2)
        print(json.dumps({"step": step, "ok": ok, "seconds": seconds, "detail": detail}), flush=True)


if __name__ == "__main__":
    main()
