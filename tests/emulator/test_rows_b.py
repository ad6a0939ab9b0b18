"""Part B of the catalogue: what W&B's server refuses, moves or takes in silence, with the real SDK, and the ledger."""

import pytest
import wandb
from serving import Server
from wandb.errors import CommError

from regilink_doctor.emulator.world.world_view import WorldView
from regilink_doctor.rules.judge import explain_attempt

PATH = "wandb-registry-model/animals"
SAME_TEAM = "linking is only allowed within the same team or to a collection in your organization's registry"
NO_REGISTRY = "cannot create registry. custom registries can only be created via the registries ui"


def verdict(server: Server) -> tuple[str, str | None, str | None]:
    attempt = server.links[-1]
    return attempt.verdict, attempt.failure, attempt.code


# B1


def test_b1_what_a_person_logged_resolves_and_is_refused(server: Server) -> None:
    with pytest.raises(CommError, match=SAME_TEAM):
        server.logged(entity="alice").link(PATH)
    assert verdict(server) == ("refused", "B1", "REG203")
    assert server.link.source == "alice/proj/zoo:v0"


def test_b1_with_several_organizations_the_sdk_asks_which(server: Server) -> None:
    server.world.organization("Beta", entity="beta")
    server.world.member("alice", organization="Beta")
    artifact = server.logged(entity="alice")
    with pytest.raises(CommError, match="Personal entity 'alice' belongs to multiple organizations and cannot be used"):
        artifact.link(PATH)
    assert verdict(server) == ("refused", "B1", "REG203")
    with pytest.raises(CommError, match="Personal entity belongs to multiple organizations and cannot be linked"):
        artifact.link(f"zz/{PATH}")
    with pytest.raises(CommError, match=SAME_TEAM):
        artifact.link(f"acme/{PATH}")


def test_b1_a_team_of_another_organization_is_refused_too(server: Server) -> None:
    server.world.organization("Beta", entity="beta")
    server.world.registry("model", organization="Beta")
    server.world.team("team-b", organization="Beta")
    server.world.member("alice", team="team-b")
    artifact = server.logged(entity="team-b")
    assert artifact.link(PATH).qualified_name == "beta/wandb-registry-model/animals:v0"
    with pytest.raises(CommError, match="Unable to find organization for entity 'team-b'"):
        artifact.link(f"acme/{PATH}")


def test_b1_a_team_without_an_organization_is_refused_by_the_sdk(server: Server) -> None:
    server.world.team("lonely", organization=False)
    server.world.member("alice", team="lonely")
    with pytest.raises(CommError, match="Unable to find organization for entity 'lonely'"):
        server.logged(entity="lonely").link(PATH)
    assert verdict(server) == ("refused", "B2", "REG207")


def test_c20_on_a_server_of_one_organization_a_personal_source_resolves_too(server: Server) -> None:
    assert len(server.world.organizations) == 1
    with pytest.raises(CommError, match=SAME_TEAM):
        server.logged(entity="alice").link(f"acme/{PATH}")
    assert verdict(server) == ("refused", "B1", "REG203")


# B2


def test_b2_without_an_entity_the_users_default_one_decides(server: Server) -> None:
    with wandb.init(project="proj") as run:
        assert run.entity == "team-a"
    server.world.user("alice", default_entity="alice")
    with wandb.init(project="proj") as run:
        assert run.entity == "alice"
        with pytest.raises(CommError, match=SAME_TEAM):
            run.link_artifact(wandb.Artifact("zoo", "model"), PATH)
    assert verdict(server) == ("refused", "B1", "REG203")


@pytest.mark.parametrize(
    ("entity", "words"),
    [
        ("alice", "Personal entities are disabled, please log to a different team"),
        ("acme", "you may not log runs directly to your organization"),
        ("nobody", "entity nobody not found during upsertBucket"),
        ("watched", "permission denied"),
    ],
)
def test_b2_an_entity_that_takes_no_runs_is_refused_at_the_start(server: Server, entity: str, words: str) -> None:
    server.world.organization("Acme Inc", personal_entities_disabled=True)
    server.world.team("watched")
    server.world.member("alice", team="watched", role="viewer")
    with pytest.raises(CommError, match=words):
        wandb.init(entity=entity, project="proj")
    assert not server.world.entities.get(entity) or not server.world.entities[entity].projects.get("proj")


@pytest.mark.slow
def test_b2_in_a_sweep_the_entity_of_the_code_is_dropped(
    server: Server, monkeypatch: pytest.MonkeyPatch, wandb_anew: None
) -> None:
    server.world.user("alice", default_entity="alice")
    monkeypatch.setenv("WANDB_SWEEP_ID", "abc123")
    with wandb.init(entity="team-a", project="proj") as run:
        assert run.entity == "alice"
        with pytest.raises(CommError, match=SAME_TEAM):
            run.link_artifact(wandb.Artifact("zoo", "model"), PATH)
    assert verdict(server) == ("refused", "B1", "REG203")


def test_b2_a_second_init_gives_the_first_run_again(server: Server) -> None:
    server.world.team("team-b")
    server.world.member("alice", team="team-b")
    with wandb.init(entity="team-a", project="proj") as first:
        second = wandb.init(entity="team-b", project="proj")
        assert second.entity == "team-a"
        assert second.id == first.id


# B3


@pytest.mark.parametrize("name", ["motions", "hidden"])
def test_b3_a_missing_registry_and_a_restricted_one_are_refused_in_the_same_words(server: Server, name: str) -> None:
    server.world.registry("hidden", visibility="restricted")
    with pytest.raises(CommError, match=NO_REGISTRY):
        server.logged().link(f"wandb-registry-{name}/animals")
    assert verdict(server) == ("refused", "B3", "REG301")
    api = server.api()
    with pytest.raises(CommError, match=f"project 'wandb-registry-{name}' not found under entity 'acme'"):
        api.artifact(f"wandb-registry-{name}/animals:v0")
    with pytest.raises(ValueError, match=f"Failed to load registry '{name}' in organization 'Acme Inc'"):
        api.registry(name)


def test_b3_the_first_link_makes_a_collection_and_never_a_registry(server: Server) -> None:
    server.logged().link(PATH)
    assert list(server.world.entities["acme"].projects) == ["wandb-registry-model", "wandb-registry-dataset"]
    assert list(server.world.entities["acme"].projects["wandb-registry-model"].collections) == ["animals"]


# B4, B5, B6


def test_b4_a_type_that_the_registry_does_not_take_is_refused(server: Server) -> None:
    with pytest.raises(CommError, match=r"type 'dataset' is not allowed in registry 'model' \(allowed types: model\)"):
        server.logged("dataset").link(PATH)
    assert verdict(server) == ("refused", "B4", "REG401")


def test_b4_types_are_told_apart_by_case(server: Server) -> None:
    with pytest.raises(CommError, match="type 'Model' is not allowed"):
        server.logged("Model").link(PATH)


def test_b4_where_every_type_is_taken_the_types_are_those_seen_so_far(server: Server) -> None:
    server.world.registry("open")
    api = server.api()
    assert list(api.registry("open").artifact_types) == []
    server.logged("checkpoint").link("wandb-registry-open/animals")
    registry = api.registry("open")
    assert (registry.allow_all_artifact_types, list(registry.artifact_types)) == (True, ["checkpoint"])
    server.logged("dataset", name="other").link("wandb-registry-open/others")
    assert sorted(api.registry("open").artifact_types) == ["checkpoint", "dataset"]


def test_b4_a_type_that_was_left_out_is_not_taken(server: Server, tmp_path) -> None:
    (tmp_path / "weights").write_text("w", encoding="utf-8")
    with wandb.init(entity="team-a", project="proj") as run:
        artifact = run.log_artifact(str(tmp_path / "weights"), name="zoo")
        with pytest.raises(CommError, match="type 'unspecified' is not allowed"):
            run.link_artifact(artifact, PATH)
    assert server.link.source_type == "unspecified"


def test_b5_a_collection_has_the_type_of_its_first_link(server: Server) -> None:
    server.world.registry("open")
    server.logged("model").link("wandb-registry-open/animals")
    with pytest.raises(CommError, match="collection 'animals' already has artifact type 'model'"):
        server.logged("dataset", name="other").link("wandb-registry-open/animals")
    assert verdict(server) == ("refused", "B5", "REG402")


def test_b5_so_has_a_source(server: Server) -> None:
    server.logged("dataset")
    error = pytest.raises((ValueError, CommError), match="already exists with type 'dataset'")
    with wandb.init(entity="team-a", project="proj") as run, error:
        run.log_artifact(wandb.Artifact("zoo", "model")).wait()


def test_b5_asked_for_with_the_wrong_type_a_collection_looks_like_none(server: Server) -> None:
    server.world.collection("animals", registry="model", versions=1)
    api = server.api()
    assert api.artifact_collection("model", "acme/wandb-registry-model/animals").name == "animals"
    with pytest.raises(CommError, match="Could not find artifact type 'dataset'"):
        api.artifact_collection("dataset", "acme/wandb-registry-model/animals")
    assert not api.artifact_collection_exists("acme/wandb-registry-model/animals", "dataset")


def test_b6_reserved_types_never_leave_the_sdk() -> None:
    for name, kind in (("zoo", "job"), ("zoo", "wandb-history"), ("run-zoo", "run_table"), ("source-zoo", "code")):
        with pytest.raises(ValueError, match="is reserved for internal use"):
            wandb.Artifact(name, kind)


# B7, B8, B9, B10


@pytest.mark.parametrize(("role", "may"), [("admin", 1), ("member", 1), ("viewer", 0), ("restricted_viewer", 0)])
def test_b7_a_registrys_viewers_do_not_link(server: Server, role: str, may: int) -> None:
    server.world.member("alice", registry="model", role=role)
    artifact = server.logged()
    if may:
        artifact.link(PATH)
        assert verdict(server) == ("linked", None, None)
        return
    with pytest.raises(CommError, match="permission denied"):
        artifact.link(PATH)
    assert verdict(server) == ("refused", "B7", "REG304")


def test_b7_an_organizations_viewer_links_where_a_registry_made_them_member(server: Server) -> None:
    server.world.member("alice", organization="Acme Inc", role="viewer")
    artifact = server.logged()
    with pytest.raises(CommError, match="permission denied"):
        artifact.link(PATH)
    server.world.member("alice", registry="model", role="member")
    artifact.link(PATH)
    assert [each.verdict for each in server.links] == ["refused", "linked"]


def test_b7_the_highest_of_the_users_and_the_teams_roles_counts(server: Server) -> None:
    server.world.registry("closed", visibility="restricted")
    registry = server.world.entities["acme"].projects["wandb-registry-closed"]
    artifact = server.logged()
    with pytest.raises(CommError, match=NO_REGISTRY):
        artifact.link("wandb-registry-closed/animals")
    registry.team_members["team-a"] = "viewer"
    with pytest.raises(CommError, match="permission denied"):
        artifact.link("wandb-registry-closed/animals")
    registry.team_members["team-a"] = "member"
    artifact.link("wandb-registry-closed/animals")
    del server.world.entities["team-a"].members["alice"]
    assert server.api().artifact_exists("wandb-registry-closed/animals:v0") is False


def test_b7_whoever_may_not_link_may_not_unlink_or_move_an_alias(server: Server) -> None:
    linked = server.logged().link(PATH)
    server.world.member("alice", registry="model", role="viewer")
    seen = server.api().artifact("wandb-registry-model/animals:v0")
    with pytest.raises((CommError, wandb.errors.Error), match="permission denied"):
        seen.unlink()
    seen.aliases.append("best")
    with pytest.raises(CommError, match="permission denied"):
        seen.save()
    assert server.api().artifact("wandb-registry-model/animals:v0").aliases == linked.aliases


def test_b7_the_cheapest_probe_of_the_right_to_write_is_true_to_it(server: Server) -> None:
    query = 'query Q { project(entityName: "acme", name: "wandb-registry-model") { readOnly } }'
    for role, read_only in (("member", False), ("viewer", True)):
        server.world.member("alice", registry="model", role=role)
        assert server.ask(query) == {"project": {"readOnly": read_only}}


def test_b8_a_viewer_of_the_organization_needs_no_seat_to_write_as_a_registrys_member(server: Server) -> None:
    # Servers of 0.75.0 and later (wandb's test_registries/conftest.py); older ones are a preset of their own.
    server.world.user("bob", teams=["team-a"], role="viewer")
    server.world.member("bob", registry="model", role="member")
    assert server.logged(user="bob").link(PATH).version == "v0"
    assert server.link.user == "bob"


def test_b9_a_service_account_writes_in_its_team_alone(server: Server) -> None:
    server.world.service_account("robot", "team-a")
    server.world.team("team-b")
    api = server.api("robot")
    assert api.viewer.entity == "team-a"
    assert server.logged(user="robot").link(PATH).version == "v0"
    server.world.assumes.add("team")
    begin = "mutation($entity: String) { upsertBucket(input: {entityName: $entity}) { inserted } }"
    for entity, message in (("team-b", "permission denied"), ("team-z", "entity team-z not found during upsertBucket")):
        assert server.errors(begin, "robot", entity=entity) == [message]
    version = server.world.artifact("elsewhere", entity="team-b")
    with pytest.raises(CommError, match="project 'uncategorized' not found under entity 'team-b'"):
        api.artifact(version.source_name)


def test_b9_a_service_account_is_no_viewer_of_a_registry(server: Server) -> None:
    server.world.service_account("robot", "team-a")
    server.world.member("alice", registry="model", role="admin")
    registry = server.api().registry("model")
    robot = server.api().user("robot")
    registry.add_members(robot)
    assert {each.user.username: each.role for each in registry.user_members()}["robot"] == "member"
    with pytest.raises(Exception, match="a service account cannot be a viewer"):
        registry.update_member(robot, role="viewer")


def test_b10_a_protected_alias_is_an_admins(server: Server) -> None:
    server.world.registry("model", types=["model"], protected_aliases=["production"])
    artifact = server.logged()
    with pytest.raises(CommError, match="alias 'production' is protected in registry 'model'"):
        artifact.link(PATH, aliases=["production"])
    assert verdict(server) == ("refused", "B10", "REG507")
    explained = explain_attempt(server.link, WorldView(server.world))
    assert explained is not None
    assert explained.summary == 'the alias "production" is protected'
    linked = artifact.link(PATH)
    linked.aliases.append("production")
    with pytest.raises(CommError, match="alias 'production' is protected"):
        linked.save()
    server.world.member("alice", registry="model", role="admin")
    artifact.link(PATH, aliases=["production"])
    server.world.member("alice", registry="model", role="member")
    seen = server.api().artifact("wandb-registry-model/animals:production")
    with pytest.raises(Exception, match="alias 'production' is protected"):
        seen.unlink()
    with pytest.raises(Exception, match="alias 'production' is protected"):
        seen.collection.delete()


# B11, B12


@pytest.mark.parametrize("alias", ["a/b", "a:b"])
def test_b11_an_alias_with_a_separator_is_refused_by_the_sdk(server: Server, alias: str) -> None:
    with pytest.raises(CommError, match="Aliases must not contain any of the following characters: '/', ':'"):
        server.logged().link(PATH, aliases=[alias])
    assert verdict(server) == ("refused", "B11", "REG501")


def test_b11_so_is_one_that_is_too_long_and_an_empty_one_by_the_server(server: Server) -> None:
    artifact = server.logged()
    with pytest.raises(CommError, match="at most 128 characters"):
        artifact.link(PATH, aliases=["a" * 129])
    with pytest.raises(CommError, match="invalid artifact alias ''"):
        artifact.link(PATH, aliases=[""])
    assert [each.failure for each in server.links] == ["B11", "B11"]


def test_b11_an_alias_moves_without_notice_and_latest_to_the_last_link(server: Server) -> None:
    old, new = server.logged(), server.logged()
    first = old.link(PATH, aliases=["production"])
    second = new.link(PATH, aliases=["production"])
    api = server.api()
    assert sorted(api.artifact(first.qualified_name.replace(":latest", ":v0")).aliases) == []
    assert sorted(api.artifact(f"{PATH}:v1").aliases) == ["latest", "production"]
    assert second.version == "v1"
    old.link(PATH)
    assert api.artifact(f"{PATH}:latest").version == "v0"
    assert api.artifact(f"{PATH}:v1").aliases == ["production"]


def test_b11_a_sources_aliases_stay_at_the_source(server: Server) -> None:
    version = server.world.artifact("zoo", entity="team-a", aliases=["production"])
    source = server.api().artifact(version.source_name)
    assert sorted(source.aliases) == ["latest", "production"]
    assert source.link(PATH).aliases == ["latest"]


def test_b12_versions_are_counted_in_the_collection_not_at_the_source(server: Server) -> None:
    server.logged(), server.logged()
    third = server.logged()
    linked = third.link(PATH)
    assert (third.version, linked.version, server.link.version) == ("v2", "v0", "v0")
    assert linked.source_version == "v2"
    assert (third.is_link, linked.is_link) == (False, True)


def test_b12_linked_again_it_stays_unlinked_and_linked_again_it_gets_a_new_number(server: Server) -> None:
    artifact = server.logged()
    assert artifact.link(PATH).version == "v0"
    linked = artifact.link(PATH)
    assert linked.version == "v0"
    linked.unlink()
    assert artifact.link(PATH).version == "v1"


# B15, B16, B17


def test_b15_a_link_has_no_time_to_live(server: Server) -> None:
    from datetime import timedelta

    linked = server.logged().link(PATH)
    with pytest.raises(ValueError, match="Cannot set TTL for link artifact"):
        linked.ttl = timedelta(days=30)


def test_b16_what_is_changed_at_a_link_is_changed_at_its_source(server: Server) -> None:
    source = server.logged()
    linked = source.link(PATH)
    linked.description, linked.tags = "by night", ["blue"]
    linked.metadata["epochs"] = 3
    linked.save()
    again = server.api().artifact(source.qualified_name)
    assert (again.description, again.tags, dict(again.metadata)) == ("by night", ["blue"], {"epochs": 3})


def test_b16_without_rights_at_the_source_all_but_aliases_is_skipped(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.logged().link(PATH)
    server.world.member("alice", team="team-a", role="viewer")
    linked = server.api().artifact(f"{PATH}:v0")
    linked.description = "changed"
    linked.aliases.append("best")
    linked.save()
    again = server.api().artifact(f"{PATH}:v0")
    assert (again.description, sorted(again.aliases)) == (None, ["best", "latest"])


def test_b16_to_delete_a_link_unlinks_it_and_to_delete_a_source_takes_its_links(server: Server) -> None:
    source = server.logged()
    linked = source.link(PATH)
    linked.delete(delete_aliases=True)
    api = server.api()
    assert api.artifact_exists(source.qualified_name)
    assert not api.artifact_exists(f"{PATH}:v0")
    source.link(PATH)
    source.delete(delete_aliases=True)
    assert not api.artifact_exists(f"{PATH}:v1")
    with pytest.raises(ValueError, match="is not a linked artifact and cannot be unlinked"):
        server.logged(name="other").unlink()


def test_b16_to_delete_a_collection_or_registry_leaves_the_sources(server: Server) -> None:
    source = server.logged()
    source.link(PATH).collection.delete()
    source.link(PATH)
    server.world.member("alice", registry="model", role="admin")
    api = server.api()
    api.registry("model").delete()
    assert api.artifact_exists(source.qualified_name)
    with pytest.raises(CommError, match=NO_REGISTRY):
        source.link(PATH)


def test_b17_while_a_legacy_registry_is_migrated_nothing_is_written_to_it(server: Server) -> None:
    server.world.migrate_legacy_registry("team-a", underway=True)
    artifact = server.logged()
    for path in ("team-a/model-registry/animals", "wandb-registry-team-a-mr-migrated/animals"):
        with pytest.raises(CommError, match="Changes are paused until the migration is complete"):
            artifact.link(path)
        assert verdict(server)[:2] == ("refused", "B17")
    server.world.migrate_legacy_registry("team-a")
    artifact.link("wandb-registry-team-a-mr-migrated/animals")
