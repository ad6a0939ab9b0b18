"""Old servers: what they lack is not in their schema, and they say so in the words that the SDK looks for."""

import os
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import requests
from tables import check_rows, sample

from regilink_doctor.emulator import Emulator, World
from regilink_doctor.emulator.environ import within
from regilink_doctor.emulator.execution import schema
from regilink_doctor.emulator.world.features import FEATURES, NEWEST, PRESETS, UNANNOUNCED, missing_parts


@pytest.fixture
def emulator(session_emulator: Emulator) -> Emulator:
    session_emulator.reset()
    return session_emulator


def ask(emulator: Emulator, query: str, **variables: Any) -> requests.Response:
    key = emulator.world.users["alice"].key
    body = {"query": query, "variables": variables}
    return requests.post(f"{emulator.url}/graphql", json=body, auth=("api", key), timeout=10)


FEATURES_QUERY = "query ServerFeaturesQuery { serverInfo { features { name isEnabled } } }"
MEMBERSHIP = """query($name: String!) {
  project(name: "wandb-registry-model", entityName: "acme") { artifactCollectionMembership(name: $name) { id } }
}"""


def announced(emulator: Emulator) -> set[str]:
    return {each["name"] for each in ask(emulator, FEATURES_QUERY).json()["data"]["serverInfo"]["features"]}


@pytest.mark.parametrize(
    ("version", "lacks", "has"),
    [
        (None, set(), "MARK_RUN_FILES_UPLOADED"),
        ("0.83", set(), "MARK_RUN_FILES_UPLOADED"),
        ("0.74.1", {"TOTAL_COUNT_IN_FILE_CONNECTION"}, "ARTIFACT_MEMBERSHIP_IN_LINK_ARTIFACT_RESPONSE"),
        ("v0.70.0", {"ARTIFACT_MEMBERSHIP_IN_LINK_ARTIFACT_RESPONSE"}, "PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP"),
        ("0.67", {"PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP"}, "ARTIFACT_REGISTRY_SEARCH"),
    ],
)
def test_a_version_announces_what_it_has(emulator: Emulator, version: str | None, lacks: set[str], has: str) -> None:
    emulator.world.server(version)
    found = announced(emulator)
    assert not lacks & found
    assert has in found
    assert found <= NEWEST


def test_a_server_that_knows_no_features_says_so_in_the_words_that_the_sdk_looks_for(emulator: Emulator) -> None:
    emulator.world.server("0.63")
    answer = ask(emulator, FEATURES_QUERY)
    assert answer.status_code == 200
    assert answer.json()["errors"] == [{"message": 'Cannot query field "features" on type "ServerInfo".'}]


def test_one_feature_can_be_off_alone(emulator: Emulator) -> None:
    assert "errors" not in ask(emulator, MEMBERSHIP, name="zoo:v0").json()
    emulator.world.server(without=["PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP"])
    answer = ask(emulator, MEMBERSHIP, name="zoo:v0")
    assert answer.status_code == 200
    assert answer.json()["errors"] == [
        {"message": 'Cannot query field "artifactCollectionMembership" on type "Project".'}
    ]
    assert announced(emulator) == NEWEST - {"PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP"}


def test_a_type_that_the_server_does_not_know_is_named(emulator: Emulator) -> None:
    emulator.world.server("0.78")
    answer = ask(emulator, "mutation($input: MarkRunFilesUploadedInput!) { markRunFilesUploaded(input: $input) }")
    messages = [each["message"] for each in answer.json()["errors"]]
    assert 'Unknown type "MarkRunFilesUploadedInput".' in messages
    assert 'Cannot query field "markRunFilesUploaded" on type "Mutation".' in messages


def test_an_argument_that_the_server_does_not_know_is_named(emulator: Emulator) -> None:
    emulator.world.server("0.76")
    answer = ask(
        emulator,
        """{ project(name: "wandb-registry-model", entityName: "acme") { artifactType(name: "model") {
        artifactCollections(order: "name") { totalCount } } } }""",
    )
    (error,) = answer.json()["errors"]
    assert error["message"].startswith('Unknown argument "order" on field "ArtifactType.artifactCollections"')


def test_what_the_server_lacks_is_not_in_its_introspection_either(emulator: Emulator) -> None:
    query = 'query ProbeServerCapabilities { kind: __type(name: "ServerInfo") { fields { name } } }'

    def fields() -> set[str]:
        return {each["name"] for each in ask(emulator, query).json()["data"]["kind"]["fields"]}

    assert "features" in fields()
    emulator.world.server("0.63")
    assert fields() == {"cliVersionInfo", "latestLocalVersionInfo"}


def test_a_server_that_somebody_runs_says_its_version(emulator: Emulator) -> None:
    query = "{ serverInfo { latestLocalVersionInfo { outOfDate versionOnThisInstanceString } } }"
    assert ask(emulator, query).json()["data"]["serverInfo"]["latestLocalVersionInfo"] is None
    emulator.world.server("0.70")
    told = ask(emulator, query).json()["data"]["serverInfo"]["latestLocalVersionInfo"]
    assert told == {"outOfDate": True, "versionOnThisInstanceString": "0.70.0"}


def test_the_next_world_is_new_again(emulator: Emulator) -> None:
    emulator.world.server("0.63")
    emulator.reset()
    assert announced(emulator) == NEWEST


@check_rows(
    ("arguments", "words"),
    [
        ({"version": "newest"}, "is not a version of W&B Server; it is written like 0.70"),
        ({"version": "0.50"}, "older than 0.63"),
        ({"without": ["ARTIFACT_TAG"]}, 'did you mean "ARTIFACT_TAGS"'),
        ({"without": ["EVERYTHING"]}, "there are: ARTIFACT_"),
    ],
)
def test_a_server_that_never_was_is_an_error(arguments: dict[str, Any], words: str) -> None:
    world = World.default()
    with pytest.raises(ValueError, match=words):
        world.server(**arguments)
    assert world.features == NEWEST


def test_every_part_that_can_lack_is_in_the_newest_schema() -> None:
    newest = schema().type_map
    for feature in (*FEATURES, *UNANNOUNCED):
        for part in feature.parts:
            names = part.split(".")
            kind = newest[names[0]]
            if len(names) > 1:
                assert names[1] in kind.fields, part
            if len(names) > 2:
                assert names[2] in kind.fields[names[1]].args, part


@pytest.mark.parametrize("version", sample(PRESETS, one_in=3))
def test_every_preset_is_a_schema_that_holds_together(version: str) -> None:
    from graphql import build_schema, print_schema, validate_schema

    world = World.default()
    world.server(version)
    ours = schema(missing_parts(world.features, world.server_version))
    # Ours is taken as valid, so it has to be read anew.
    assert validate_schema(build_schema(print_schema(ours))) == []


def test_the_newest_schema_is_the_file_as_graphql_core_reads_it_and_holds_together() -> None:
    from graphql import build_schema, print_schema, validate_schema

    read = build_schema(files("regilink_doctor.emulator").joinpath("schema.graphql").read_text(encoding="utf-8"))
    assert print_schema(schema()) == print_schema(read)
    assert validate_schema(read) == []


LINK = """
import wandb

with wandb.init(entity="team-a", project="p") as run:
    artifact = wandb.Artifact("weights", type="model")
    with artifact.new_file("weights.txt") as file:
        file.write("weights")
    try:
        print(run.link_artifact(artifact, "wandb-registry-model/zoo").qualified_name)
    except wandb.errors.CommError as error:
        print(error)
"""


@pytest.mark.parametrize(
    ("version", "words"),
    [
        pytest.param("0.70", "acme/wandb-registry-model/zoo:v0", marks=pytest.mark.slow),
        ("0.67", 'Cannot query field "artifactCollectionMembership"'),
    ],
)
def test_a_server_that_is_too_old_for_the_newest_wandb_makes_the_link_and_wandb_raises(
    emulator: Emulator, tmp_path: Path, version: str, words: str, forked_python: str
) -> None:
    # In a process of its own: wandb asks for the features once.
    pytest.importorskip("wandb", minversion="0.28.1")
    emulator.world.server(version)
    done = subprocess.run(
        [forked_python, "-c", LINK],
        env=within(os.environ, emulator.environ()),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert words in done.stdout, done.stderr
    assert [(each.verdict, each.version) for each in emulator.ledger] == [("linked", "v0")]
