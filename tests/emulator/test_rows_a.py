"""Part A of the catalogue: what SDK and server make of each wrong target path, and what the ledger says."""

import pytest
import wandb
from serving import Server
from tables import sample
from wandb.errors import CommError

from regilink_doctor.rules.judge import explain_attempt

LINKED = ("linked", None, None)


def verdict(server: Server) -> tuple[str, str | None, str | None]:
    attempt = server.links[-1]
    return attempt.verdict, attempt.failure, attempt.code


@pytest.fixture
def run(server: Server):
    with wandb.init(entity="team-a", project="proj") as run:
        yield run


@pytest.fixture
def logged(run):
    return run.log_artifact(wandb.Artifact("zoo", "model")).wait()


def test_a1_without_the_prefix_a_project_and_a_portfolio_are_made_without_a_word(server: Server, run, logged) -> None:
    linked = run.link_artifact(logged, "model/animals")
    assert linked.qualified_name == "team-a/model/animals:v0"
    assert verdict(server) == ("misplaced", "A1", "REG101")
    assert server.link.destination == "team-a/model/animals"
    assert "animals" in server.world.entities["team-a"].projects["model"].collections
    assert "animals" not in server.world.entities["acme"].projects["wandb-registry-model"].collections


def test_a1_a_portfolio_of_a_project_that_no_registry_is_named_like_is_no_mistake(server: Server, run, logged) -> None:
    run.link_artifact(logged, "candidates/animals")
    assert verdict(server) == LINKED


def test_a2_without_a_collection_the_registry_is_the_name_of_a_portfolio_here(server: Server, run, logged) -> None:
    linked = run.link_artifact(logged, "wandb-registry-model")
    assert linked.qualified_name == "team-a/proj/wandb-registry-model:v0"
    assert verdict(server) == ("misplaced", "A2", "REG102")


def test_a3_a_slash_in_the_collection_makes_the_registry_an_entity(server: Server, run, logged) -> None:
    with pytest.raises(CommError, match="entity 'wandb-registry-model' not found"):
        run.link_artifact(logged, "wandb-registry-model/meta-llama/Llama-3")
    assert verdict(server) == ("refused", "A3", "REG103")


def test_a3_four_parts_are_a_value_error_of_the_run_and_a_comm_error_of_the_artifact(
    server: Server, run, logged
) -> None:
    with pytest.raises(ValueError, match="Invalid artifact path: 'acme/wandb-registry-model/a/b'"):
        run.link_artifact(logged, "acme/wandb-registry-model/a/b")
    with pytest.raises(CommError, match="Invalid artifact path: 'acme/wandb-registry-model/a/b'"):
        logged.link("acme/wandb-registry-model/a/b")
    assert [(each.verdict, each.failure, each.code) for each in server.links] == [("refused", "A3", "REG103")] * 2


@pytest.mark.parametrize(
    "project",
    sample(
        [
            "Wandb-Registry-model",
            "WANDB-REGISTRY-model",
            "wandb_registry_model",
            "wandb-registry model",
            "wandb-registery-model",
            " wandb-registry-model",
        ],
        one_in=3,
    ),
)
def test_a4_another_spelling_of_the_prefix_is_an_ordinary_project(server: Server, run, logged, project: str) -> None:
    assert run.link_artifact(logged, f"{project}/animals").project == project
    assert verdict(server) == ("misplaced", "A4", "REG104")


def test_a5_an_empty_collection_lands_in_the_default_project(server: Server, run, logged) -> None:
    linked = run.link_artifact(logged, "wandb-registry-model/")
    assert linked.qualified_name == "team-a/uncategorized/wandb-registry-model:v0"
    assert verdict(server)[0] == "misplaced"
    assert server.link.requested == "wandb-registry-model/"
    assert server.link.code == "REG105"


def test_a5_with_the_organization_in_front_it_lands_in_a_project_named_like_it(server: Server, run, logged) -> None:
    linked = run.link_artifact(logged, "acme/wandb-registry-model/")
    assert linked.qualified_name == "team-a/acme/wandb-registry-model:v0"
    assert verdict(server)[0] == "misplaced"


def test_a5_of_the_artifact_itself_the_empty_name_reaches_the_server(server: Server, logged) -> None:
    with pytest.raises(CommError, match="artifact collection name cannot be empty"):
        logged.link("acme/wandb-registry-model/")
    assert verdict(server) == ("refused", "A5", "REG105")


def test_a6_an_empty_registry_is_an_ordinary_project(server: Server, run, logged) -> None:
    assert run.link_artifact(logged, "wandb-registry-/animals").project == "wandb-registry-"
    assert verdict(server) == ("misplaced", "A6", "REG105")


def test_a6_an_empty_path_links_to_a_project_named_like_the_entity(server: Server, run, logged) -> None:
    assert run.link_artifact(logged, "").qualified_name == "team-a/team-a/proj:v0"
    assert server.link.requested == ""
    assert verdict(server) == ("misplaced", "A5", "REG105")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("wandb-registry-model/<collection_name>", "REG106"),
        ("wandb-registry-model/[COLLECTION-NAME]", "REG106"),
        ("wandb-registry-model/{COLLECTION_NAME}", "REG106"),
        ("wandb-registry-model/$COLLECTION", "REG106"),
        ("wandb-registry-model/{{ name }}", "REG106"),
        ("wandb-registry-model/%s", "REG106"),
        ("wandb-registry-model/None", "REG113"),
    ],
)
def test_a7_a_placeholder_is_taken_for_a_name(server: Server, run, logged, path: str, code: str) -> None:
    assert run.link_artifact(logged, path).collection.name == path.partition("/")[2]
    assert verdict(server) == ("misplaced", "A7", code)


def test_a7_a_registry_that_was_never_filled_in_does_not_exist(server: Server, run, logged) -> None:
    with pytest.raises(CommError, match="cannot create registry"):
        run.link_artifact(logged, "wandb-registry-{REGISTRY_NAME}/animals")
    assert verdict(server) == ("refused", "B3", "REG301")


@pytest.mark.parametrize("name", ["animals:v3", "animals:production"])
def test_a8_a_version_or_alias_in_the_target_is_refused(server: Server, run, logged, name: str) -> None:
    with pytest.raises(CommError, match="cannot contain a version or an alias"):
        run.link_artifact(logged, f"wandb-registry-model/{name}")
    assert verdict(server) == ("refused", "A8", "REG107")
    assert server.link.collection == name


@pytest.mark.parametrize(
    "path", ["https://wandb.ai/orgs/acme/registry/model", "wandb-artifact:///acme/wandb-registry-model/animals:v1"]
)
def test_a9_a_url_is_the_name_of_a_portfolio_of_the_runs_project(server: Server, run, logged, path: str) -> None:
    assert run.link_artifact(logged, path).project == "proj"
    assert verdict(server) == ("misplaced", "A9", "REG108")


def test_a10_the_apps_name_of_a_core_registry_is_not_its_name(server: Server, run, logged) -> None:
    with pytest.raises(CommError, match="cannot create registry"):
        run.link_artifact(logged, "wandb-registry-Models/animals")
    assert verdict(server) == ("refused", "A10", "REG302")


def test_a10_another_case_is_found_and_nobody_knows_whether_to_rely_on_it(server: Server, run, logged) -> None:
    linked = run.link_artifact(logged, "wandb-registry-Model/animals")
    assert linked.qualified_name == "acme/wandb-registry-model/animals:v0"
    assert verdict(server) == ("unknown", "A10", "REG302")


def test_a10_spaces_belong_to_a_name_and_are_not_to_be_encoded(server: Server, run, logged) -> None:
    server.world.registry("Golden Datasets")
    run.link_artifact(logged, "wandb-registry-Golden Datasets/raw_images")
    assert verdict(server) == LINKED
    with pytest.raises(CommError, match="cannot create registry"):
        run.link_artifact(logged, "wandb-registry-Golden%20Datasets/raw_images")
    assert verdict(server)[0] == "refused"


def test_a11_the_prefix_twice_is_another_registry(server: Server, run, logged) -> None:
    with pytest.raises(CommError, match="cannot create registry"):
        run.link_artifact(logged, "wandb-registry-wandb-registry-model/animals")
    assert verdict(server) == ("refused", "A11", "REG109")
    with pytest.raises(ValueError, match="Failed to load registry 'wandb-registry-model' in organization 'Acme Inc'"):
        server.api().registry("wandb-registry-model")


@pytest.mark.parametrize("prefix", ["team-a", "alice"])
def test_a12_a_team_or_person_is_not_the_organization(server: Server, run, logged, prefix: str) -> None:
    with pytest.raises(CommError, match="Unable to find organization for entity 'team-a'"):
        run.link_artifact(logged, f"{prefix}/wandb-registry-model/animals")
    assert verdict(server) == ("refused", "A12", "REG202")


def test_a12_for_a_personal_source_the_sdk_says_what_it_expects(server: Server) -> None:
    with pytest.raises(CommError, match="Expecting the organization name or entity name to match 'Acme Inc'"):
        server.logged(entity="alice").link("alice/wandb-registry-model/animals")
    assert verdict(server) == ("refused", "A12", "REG303")


@pytest.mark.parametrize("prefix", ["acme", "Acme Inc"])
def test_a13_both_names_of_the_organization_are_taken(server: Server, run, logged, prefix: str) -> None:
    linked = run.link_artifact(logged, f"{prefix}/wandb-registry-model/animals")
    assert linked.qualified_name == "acme/wandb-registry-model/animals:v0"
    assert verdict(server) == LINKED


def test_a13_another_case_of_them_is_not_and_the_api_takes_the_display_name_alone(server: Server, run, logged) -> None:
    with pytest.raises(CommError, match="Unable to find organization for entity 'team-a'"):
        run.link_artifact(logged, "ACME/wandb-registry-model/animals")
    assert verdict(server) == ("refused", "A13", "REG303")
    api = server.api()
    assert api.registry("model", organization="Acme Inc").name == "model"
    for call in (lambda: api.registry("model", organization="acme"), lambda: api.organization("acme")):
        with pytest.raises((CommError, ValueError), match="acme"):
            call()


def test_a14_the_legacy_registry_is_closed_where_it_was_migrated(server: Server, run, logged, tmp_path) -> None:
    linked = run.link_artifact(logged, "team-a/model-registry/animals")
    assert linked.qualified_name == "team-a/model-registry/animals:v0"
    assert verdict(server) == LINKED
    server.world.migrate_legacy_registry("team-a")
    with pytest.raises(CommError, match="The model registry has been migrated for teams in your organization"):
        run.link_artifact(logged, "team-a/model-registry/plants")
    assert verdict(server) == ("refused", "A14", "REG112")
    (tmp_path / "weights").write_text("w", encoding="utf-8")
    with pytest.raises(CommError, match="The model registry has been migrated"):
        run.link_model(str(tmp_path / "weights"), "plants", name="plants-model")
    assert verdict(server) == ("refused", "A14", "REG112")


def test_a14_a_migrated_path_is_fetched_by_a_redirect(server: Server) -> None:
    registry = server.world.migrate_legacy_registry("team-a")
    server.world.collection("animals", registry=registry.registry_name, versions=1)
    found = server.api().artifact("team-a/model-registry/animals:v0")
    assert found.qualified_name == "acme/wandb-registry-team-a-mr-migrated/animals:v0"


def test_a15_the_organization_of_the_environment_stands_in_for_the_paths(
    server: Server, logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_ORGANIZATION", "Acme Inc")
    assert logged.link("wandb-registry-model/animals").version == "v0"
    monkeypatch.setenv("WANDB_ORGANIZATION", "team-a")
    with pytest.raises(CommError, match="Unable to find organization for entity 'team-a'"):
        logged.link("wandb-registry-model/animals")
    assert verdict(server) == ("refused", "A12", "REG202")


def test_a16_the_run_and_the_artifact_fill_in_a_short_path_differently(server: Server, run, logged) -> None:
    assert run.link_artifact(logged, "portfolio").qualified_name == "team-a/proj/portfolio:v0"
    assert logged.link("portfolio").qualified_name == "team-a/uncategorized/portfolio:v0"


def test_a17_slashes_that_should_not_be_there(server: Server, run, logged) -> None:
    run.link_artifact(logged, "/wandb-registry-model/animals")
    assert verdict(server) == LINKED
    run.link_artifact(logged, "wandb-registry-model/animals ")
    assert server.links[-1].collection == "animals "
    with pytest.raises(CommError, match="entity 'wandb-registry-model' not found"):
        logged.link("wandb-registry-model/animals/")
    assert verdict(server)[0] == "refused"
    with pytest.raises(CommError, match="entity 'wandb-registry-model' not found"):
        run.link_artifact(logged, "wandb-registry-model//animals")
    assert verdict(server)[0] == "refused"


def test_a18_wrong_shapes_of_the_call(server: Server, run) -> None:
    artifact = wandb.Artifact("zoo", "model")
    with pytest.raises(AttributeError, match="has no attribute 'link_artifact'"):
        wandb.link_artifact(artifact, "wandb-registry-model/animals")
    with pytest.raises(TypeError, match="unexpected keyword argument 'target_path'"):
        wandb.Artifact("zoo", "model", target_path="wandb-registry-model/animals")
    with pytest.raises(TypeError, match="unexpected keyword argument 'alias'"):
        run.link_artifact(artifact, "wandb-registry-model/animals", alias="best")
    with pytest.raises(AttributeError, match="'str' object has no attribute 'is_draft'"):
        run.link_artifact("zoo:latest", "wandb-registry-model/animals")
    with pytest.raises(AttributeError, match="'NoneType' object has no attribute"):
        run.link_artifact(artifact, None)
    assert [(each.failure, each.code) for each in server.links] == [("A18", "REG607")] * 3
    messages = [explain_attempt(each, None) for each in server.links]
    assert [message and message.summary == "the target path is None" for message in messages] == [False, False, True]
