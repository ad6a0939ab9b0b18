"""Part D of the catalogue: what reading from a registry meets."""

import pytest
import wandb
from serving import Server
from wandb.errors import CommError

PATH = "wandb-registry-model/animals"


@pytest.fixture
def linked(server: Server):
    return server.logged(files={"weights.txt": b"weights"}).link(PATH, aliases=["best"])


def test_d1_no_such_registry_or_organization(server: Server) -> None:
    with pytest.raises(CommError, match="project 'wandb-registry-zoo' not found under entity 'acme'"):
        server.api().artifact("wandb-registry-zoo/animals:v0")
    with pytest.raises(CommError, match="Unable to find organization for entity 'team-a'"):
        server.api().artifact("elsewhere/wandb-registry-model/animals:v0")


@pytest.mark.parametrize("name", ["plants:v0", "animals:v7", "animals:worst"])
def test_d2_no_such_collection_version_or_alias_in_the_same_words(server: Server, linked, name: str) -> None:
    with pytest.raises(CommError, match=f"artifact membership '{name}' not found in 'acme/wandb-registry-model'"):
        server.api().artifact(f"wandb-registry-model/{name}")


def test_d3_without_a_version_it_is_the_latest(server: Server, linked) -> None:
    server.logged(name="other").link(PATH)
    assert server.api().artifact(PATH).version == "v1"
    with wandb.init(entity="team-a", project="proj") as run:
        assert run.use_artifact(PATH).version == "v1"
    assert server.emulator.ledger.consumed[-1].name == "acme/wandb-registry-model/animals:v1"


def test_d4_reading_asks_the_default_entity_where_linking_asks_the_source(server: Server, linked) -> None:
    server.world.organization("Beta", entity="beta")
    server.world.member("alice", organization="Beta")
    server.world.user("alice", default_entity="alice")
    with pytest.raises(CommError, match="Personal entity 'alice' belongs to multiple organizations"):
        server.api().artifact(f"{PATH}:v0")
    assert server.api(entity="team-a").artifact(f"{PATH}:v0").version == "v0"
    assert server.api().artifact(f"acme/{PATH}:v0").version == "v0"


def test_d5_a_slash_in_an_alias_makes_another_organization(server: Server, linked) -> None:
    with pytest.raises(CommError):
        server.api().artifact(f"{PATH}:a/b")


def test_d6_another_type_is_refused_by_the_sdk(server: Server, linked) -> None:
    words = "type 'dataset' specified but this artifact is of type 'model'"
    with pytest.raises(CommError, match=words):
        server.api().artifact(f"{PATH}:v0", type="dataset")
    with wandb.init(entity="team-a", project="proj") as run, pytest.raises(CommError, match=words):
        run.use_artifact(f"{PATH}:v0", type="dataset")


def test_d7_a_restricted_viewer_sees_and_neither_uses_nor_downloads(server: Server, linked, tmp_path) -> None:
    server.world.user("bob")
    server.world.member("bob", registry="model", role="restricted_viewer")
    server.world.member("bob", team="team-a", role="member")  # who may use the source
    use = {"entity": "acme", "project": "wandb-registry-model", "id": server.api("bob").artifact(f"{PATH}:v0").id}
    mutation = """mutation($id: ID!, $entity: String, $project: String) { useArtifact(input: {
        artifactID: $id, artifactEntityName: $entity, artifactProjectName: $project}) { artifact { id } } }"""
    assert server.errors(mutation, "bob", **use) == [f"permission denied on artifact acme/{PATH}:v0"]
    assert server.ask(mutation, "bob", **{**use, "entity": "team-a", "project": "proj"})
    server.world.entities["team-a"].members.pop("bob")
    artifact = server.api("bob").artifact(f"{PATH}:v0")
    assert artifact.aliases == ["latest", "best"]
    for read in (
        lambda: artifact.download(str(tmp_path)),
        lambda: artifact.file(str(tmp_path)),
        lambda: list(artifact.files()),
    ):
        with pytest.raises(Exception, match="permission denied"):
            read()
    server.world.member("bob", registry="model", role="viewer")
    assert artifact.download(str(tmp_path))
    assert (tmp_path / "weights.txt").read_text(encoding="utf-8") == "weights"


def test_d10_two_links_of_one_source_share_a_folder(server: Server, linked) -> None:
    server.world.registry("proven")
    again = server.logged(name="again", files={"a.txt": b"a"})
    folders = {again.link(PATH).download(), again.link("wandb-registry-proven/other").download()}
    (folder,) = folders
    assert folder.endswith("again:v0")


def test_d11_whoever_sees_no_source_is_told_of_none(server: Server, linked) -> None:
    assert server.api().artifact(f"{PATH}:v0").source_qualified_name == "team-a/proj/zoo:v0"
    server.world.user("bob")
    seen = server.api("bob").artifact(f"{PATH}:v0")
    assert seen.logged_by() is None
    assert seen.used_by() == []
    assert (seen.source_entity, seen.source_project) == ("", "")


@pytest.mark.parametrize("scheme", ["registry:///", "wandb-artifact:///"])
def test_d12_a_uri_is_no_name(server: Server, linked, scheme: str) -> None:
    with pytest.raises(CommError):
        server.api().artifact(f"{scheme}acme/{PATH}:v0")


def test_d13_only_a_plain_name_gets_the_prefix(server: Server) -> None:
    def names(wanted: object) -> list[str]:
        return [each.name for each in server.api().registries(filter={"name": wanted})]

    assert names("model") == ["model"]
    assert names({"$regex": "^model"}) == []
    assert names({"$regex": "^wandb-registry-mod"}) == ["model"]
    assert names({"$contains": "mod"}) == ["model"]


def test_d15_the_registries_of_a_person_need_one_organization(server: Server) -> None:
    server.world.organization("Beta", entity="beta")
    server.world.member("alice", organization="Beta")
    server.world.user("alice", default_entity="alice")
    server.world.user("nobody", organizations=[])
    with pytest.raises(ValueError, match="Multiple organizations found for entity"):
        list(server.api().registries())
    with pytest.raises(ValueError, match="No organizations found for entity"):
        list(server.api("nobody").registries())
    assert {each.name for each in server.api().registries(organization="Acme Inc")} == {"model", "dataset"}


def test_d16_exists_is_false_for_what_is_missing_and_for_what_is_hidden(server: Server, linked) -> None:
    server.world.user("stranger", organizations=[])
    assert server.api().artifact_exists(f"{PATH}:v0")
    assert not server.api().artifact_exists(f"{PATH}:v9")
    assert not server.api("stranger").artifact_exists(f"acme/{PATH}:v0")


def test_d17_a_source_is_read_with_the_rights_of_its_project(server: Server, linked) -> None:
    server.world.user("bob")
    api = server.api("bob")
    assert api.artifact(f"{PATH}:v0").version == "v0"
    with pytest.raises(CommError, match="project 'proj' not found under entity 'team-a'"):
        api.artifact("team-a/proj/zoo:v0")


def test_d18_a_registry_is_made_with_a_name_that_is_free_and_a_visibility_that_there_is(server: Server) -> None:
    api = server.api()
    made = api.create_registry(name="Golden Datasets", visibility="restricted", artifact_types=["dataset"])
    assert (made.full_name, made.visibility) == ("wandb-registry-Golden Datasets", "restricted")
    with pytest.raises(ValueError, match="Registry 'model' already exists in organization 'Acme Inc'"):
        api.create_registry(name="model", visibility="organization")
    with pytest.raises(ValueError, match="Invalid visibility 'public'"):
        api.create_registry(name="open", visibility="public")
    with pytest.raises(ValueError, match="cannot contain characters"):
        api.create_registry(name="a/b", visibility="organization")
    server.world.member("alice", organization="Acme Inc", role="viewer")
    with pytest.raises((ValueError, CommError)):
        api.create_registry(name="mine", visibility="organization")
    assert "wandb-registry-mine" not in server.world.entities["acme"].projects
