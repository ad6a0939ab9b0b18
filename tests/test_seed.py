"""The documentation's own snippet, filled in, in a process of its own, with the real wandb, against the emulator."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from regilink_doctor.core.catalog import Catalog, Organization, Registry
from regilink_doctor.emulator import Emulator
from regilink_doctor.lint.engine import lint_bytes

SNIPPET = """
import wandb

run = wandb.init(
  entity = "{entity}",
  project = "quickstart"
)
artifact = wandb.Artifact(name = "zoo", type = "{type}")
artifact.add_file(local_path = "weights.txt")

REGISTRY_NAME = "{registry}"
COLLECTION_NAME = "animals"
target_path=f"wandb-registry-{{REGISTRY_NAME}}/{{COLLECTION_NAME}}"

run.link_artifact(artifact = artifact, target_path = target_path, aliases = ["candidate"])
run.finish()
"""
FETCH = """
fetched = wandb.Api(overrides={"entity": "team-a"}).artifact("wandb-registry-model/animals:v0")
assert fetched.type == "model", fetched.type
assert fetched.version == "v0", fetched.version
assert set(fetched.aliases) == {"candidate", "latest"}, fetched.aliases
assert fetched.is_link
assert fetched.source_entity == "team-a"
folder = fetched.download()
assert open(folder + "/weights.txt").read() == "weights"
print("fetched")
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(server: Emulator) -> Emulator:
    server.reset()
    return server


def run(code: str, emulator: Emulator, folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    (folder / "weights.txt").write_text("weights", encoding="utf-8")
    (folder / "train.py").write_text(code, encoding="utf-8")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("WANDB_")}
    return subprocess.run(
        [python, "train.py"],
        cwd=folder,
        env={**environ, **emulator.environ()},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def snippet(entity: str = "team-a", registry: str = "model", type: str = "model") -> str:
    return SNIPPET.format(entity=entity, registry=registry, type=type)


def test_the_snippet_links_and_is_found_again(emulator: Emulator, tmp_path: Path, python: str) -> None:
    done = run(snippet() + FETCH, emulator, tmp_path, python)
    assert done.returncode == 0, done.stderr
    assert "fetched" in done.stdout
    (link,) = emulator.ledger.links
    assert (link.verdict, link.destination, link.version) == ("linked", "acme/wandb-registry-model/animals", "v0")
    assert link.aliases == ("candidate",)


@pytest.mark.parametrize(
    ("changes", "words", "code"),
    [
        pytest.param(
            {"entity": "alice"},
            "linking is only allowed within the same team",
            "REG203",
            marks=pytest.mark.slow,
        ),
        ({"registry": "modle"}, "cannot create registry. custom registries can only be created", "REG301"),
        pytest.param(
            {"type": "dataset"},
            "artifact type 'dataset' is not allowed in registry 'model'",
            "REG401",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_what_w_and_b_refuses_is_raised_recorded_and_found_beforehand(
    emulator: Emulator, tmp_path: Path, forked_python: str, changes: dict[str, str], words: str, code: str
) -> None:
    code_text = snippet(**changes)
    catalog = Catalog(
        (Organization("Acme Inc", "acme", ("team-a",), (Registry("model", types=("model",)),)),),
        complete=True,
        personal_entities=frozenset({"alice"}),
    )
    before = lint_bytes(str(tmp_path / "train.py"), code_text.encode(), catalog)
    assert [finding.code for finding in before.findings] == [code]
    assert before.findings[0].severity == "error"

    done = run(code_text, emulator, tmp_path, forked_python)

    assert done.returncode != 0
    assert words in done.stderr
    (link,) = emulator.ledger.links
    assert (link.verdict, link.destination, link.code) == ("refused", None, code)
