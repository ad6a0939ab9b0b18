"""Links and registries with the real SDK: what is linked, shown, moved, renamed and taken away again."""

from pathlib import Path

import pytest
import wandb
from serving import Server

from regilink_doctor.emulator import Emulator

PATH = "wandb-registry-model/animals"


def test_a_link_knows_its_source_and_a_source_its_links(server: Server) -> None:
    source = server.logged(files={"weights.txt": b"weights"})
    linked = source.link(PATH, aliases=["best", "candidate"])
    assert (linked.qualified_name, linked.version) == ("acme/wandb-registry-model/animals:v0", "v0")
    assert (linked.entity, linked.project, linked.collection.name) == ("acme", "wandb-registry-model", "animals")
    assert set(linked.aliases) == {"latest", "best", "candidate"}
    assert (linked.is_link, source.is_link) == (True, False)
    assert linked.source_artifact.qualified_name == source.qualified_name
    assert linked.source_qualified_name == "team-a/proj/zoo:v0"
    source.link("candidates/animals")
    found = server.api().artifact(source.qualified_name)
    assert sorted(each.qualified_name for each in found.linked_artifacts) == [
        "acme/wandb-registry-model/animals:v0",
        "team-a/candidates/animals:v0",
    ]
    assert linked.url.startswith(f"{server.emulator.url}/orgs/Acme Inc/registry/model?selectionPath=acme%2F")


def test_a_run_links_what_it_logged_and_what_it_did_not(server: Server, tmp_path) -> None:
    (tmp_path / "weights").write_text("w", encoding="utf-8")
    with wandb.init(entity="team-a", project="proj") as run:
        draft = wandb.Artifact("zoo", "model")
        draft.add_file(str(tmp_path / "weights"))
        assert run.link_artifact(draft, PATH, aliases=["best"]).version == "v0"
        logged = run.log_artifact(wandb.Artifact("other", "model"))
        assert run.link_artifact(logged, PATH).version == "v1"
        model = run.link_model(str(tmp_path / "weights"), "registered", name="legacy-model", aliases=["old"])
        assert model.qualified_name == "team-a/model-registry/registered:v0"
    assert [each.verdict for each in server.links] == ["linked", "linked", "linked"]
    assert [each.run for each in server.links] == [run.path] * 3


def test_a_link_is_fetched_by_every_name_it_has(server: Server) -> None:
    server.logged().link(PATH, aliases=["best"])
    api = server.api()
    for name in (PATH, f"{PATH}:best", f"{PATH}:latest", f"{PATH}:v0", f"acme/{PATH}:v0", f"Acme Inc/{PATH}:v0"):
        assert api.artifact(name).qualified_name.startswith("acme/wandb-registry-model/animals:"), name
        assert api.artifact_exists(name)
    with wandb.init(entity="team-a", project="proj") as run:
        assert run.use_artifact(f"{PATH}:best").version == "v0"
        assert run.use_artifact(f"acme/{PATH}:v0").version == "v0"


def test_unlinked_it_is_gone_from_there_alone_and_latest_goes_back(server: Server) -> None:
    old, new = server.logged(), server.logged()
    old.link(PATH)
    new.link(PATH).unlink()
    api = server.api()
    assert not api.artifact_exists(f"{PATH}:v1")
    assert api.artifact(f"{PATH}:latest").version == "v0"
    assert api.artifact_exists(new.qualified_name)
    with pytest.raises(ValueError, match="is not a linked artifact"):
        api.artifact(new.qualified_name).unlink()


def test_a_portfolio_is_made_by_its_first_link_and_changed_and_deleted(server: Server) -> None:
    server.logged().link(PATH)
    api = server.api()
    collection = api.artifact_collection("model", f"acme/{PATH}")
    assert (collection.is_sequence(), collection.type, collection.description) == (False, "model", None)
    collection.name, collection.description, collection.tags = "beasts", "all of them", ["blue", "red"]
    collection.save()
    again = api.artifact_collection("model", "acme/wandb-registry-model/beasts")
    assert (again.description, sorted(again.tags)) == ("all of them", ["blue", "red"])
    assert api.artifact("wandb-registry-model/beasts:v0").version == "v0"
    again.tags.remove("red")
    again.save()
    assert api.artifact_collection("model", "acme/wandb-registry-model/beasts").tags == ["blue"]
    with pytest.raises(ValueError, match="Type can only be changed if the artifact collection is a sequence"):
        again.type = "dataset"
    again = api.artifact_collection("model", "acme/wandb-registry-model/beasts")
    again.delete()
    assert not api.artifact_collection_exists("acme/wandb-registry-model/beasts", "model")
    assert api.artifact_exists("team-a/proj/zoo:v0")


def test_aliases_of_a_link_belong_to_its_collection(server: Server) -> None:
    linked = server.logged().link(PATH)
    linked.aliases.append("best")
    linked.save()
    assert sorted(server.api().artifact("team-a/proj/zoo:v0").aliases) == ["latest"]
    again = server.api().artifact(f"{PATH}:best")
    again.aliases.remove("best")
    again.save()
    assert not server.api().artifact_exists(f"{PATH}:best")


# Registries


def test_a_registry_is_made_loaded_changed_renamed_and_deleted(server: Server) -> None:
    api = server.api()
    made = api.create_registry(
        name="Golden Datasets", visibility="organization", description="by hand", artifact_types=["dataset"]
    )
    assert (made.name, made.full_name, made.organization, made.entity) == (
        "Golden Datasets",
        "wandb-registry-Golden Datasets",
        "Acme Inc",
        "acme",
    )
    registry = api.registry("Golden Datasets")
    assert (registry.description, registry.visibility, registry.allow_all_artifact_types) == (
        "by hand",
        "organization",
        False,
    )
    assert list(registry.artifact_types) == ["dataset"]
    registry.description = "changed"
    registry.artifact_types.append("table")
    registry.name = "Golden"
    registry.save()
    again = api.registry("Golden")
    assert (again.description, sorted(again.artifact_types)) == ("changed", ["dataset", "table"])
    with pytest.raises(ValueError, match="Failed to load registry 'Golden Datasets'"):
        api.registry("Golden Datasets")
    again.delete()
    with pytest.raises(ValueError, match="Failed to load registry 'Golden'"):
        api.registry("Golden")


def test_types_of_a_registry_only_grow(server: Server) -> None:
    server.world.member("alice", registry="model", role="admin")
    registry = server.api().registry("model")
    with pytest.raises(ValueError, match="Cannot remove artifact type: 'model' that has been saved to the registry"):
        registry.artifact_types.remove("model")
    registry.artifact_types.append("checkpoint")
    registry.save()
    server.logged("checkpoint").link(PATH)
    registry = server.api().registry("model")
    registry.allow_all_artifact_types = True
    registry.save()
    server.logged("table", name="other").link("wandb-registry-model/others")
    registry.artifact_types.append("x")
    with pytest.raises(ValueError, match="Cannot update artifact types when"):
        registry.save()


def test_only_its_admin_changes_or_deletes_a_registry_and_makes_it_restricted(server: Server) -> None:
    registry = server.api().registry("model")
    registry.description = "mine"
    with pytest.raises(ValueError, match="Failed to save registry 'model' in organization 'Acme Inc'"):
        registry.save()
    with pytest.raises(ValueError, match="Failed to delete registry 'model' in organization 'Acme Inc'"):
        registry.delete()
    server.world.member("alice", registry="model", role="admin")
    registry = server.api().registry("model")
    registry.visibility = "restricted"
    registry.save()
    assert server.world.entities["acme"].projects["wandb-registry-model"].access == "RESTRICTED"
    registry.visibility = "organization"
    with pytest.raises(ValueError, match="Failed to save registry 'model'"):
        registry.save()
    assert server.world.entities["acme"].projects["wandb-registry-model"].access == "RESTRICTED"


def test_members_of_a_registry_and_their_roles(server: Server) -> None:
    server.world.user("bob")
    server.world.member("alice", registry="model", role="admin")
    api = server.api()
    registry, bob, team = api.registry("model"), api.user("bob"), api.team("team-a")
    registry.add_members(bob, team)
    roles = {each.user.username: each.role for each in registry.user_members()}
    assert roles == {"alice": "admin", "bob": "restricted_viewer"}
    assert [(each.team.name, each.role) for each in registry.team_members()] == [("team-a", "restricted_viewer")]
    registry.update_member(bob, role="admin").update_member(team, role="viewer")
    assert {each.user.username: each.role for each in registry.user_members()}["bob"] == "admin"
    assert [each.role for each in registry.team_members()] == ["viewer"]
    assert len(registry.members()) == 3
    registry.remove_members(bob, team)
    assert [each.user.username for each in registry.user_members()] == ["alice"]
    assert registry.team_members() == []
    with pytest.raises(Exception, match="invalid role 'owner'"):
        registry.update_member(bob, role="owner")


@pytest.mark.slow
def test_one_emulator_can_follow_another_in_a_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wandb_anew: None
) -> None:
    for name in ("first", "second"):
        with Emulator() as emulator:
            for variable, value in emulator.environ().items():
                monkeypatch.setenv(variable, value)
            with wandb.init(entity="team-a", project="proj", dir=tmp_path) as run:
                run.link_artifact(wandb.Artifact(name, type="model"), "wandb-registry-model/zoo")
            assert [link.verdict for link in emulator.ledger.links] == ["linked"]
