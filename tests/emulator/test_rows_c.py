"""Part C of the catalogue: modes, the order of calls, and what becomes of a link then."""

import pytest
import wandb
from serving import Server
from tables import check_rows
from wandb.errors import CommError, UsageError

PATH = "wandb-registry-model/animals"


def verdict(server: Server) -> tuple[str, str | None, str | None]:
    attempt = server.links[-1]
    return attempt.verdict, attempt.failure, attempt.code


def test_c1_offline_a_link_is_an_error_without_words_and_the_path_is_not_looked_at(server: Server) -> None:
    with wandb.init(entity="team-a", mode="offline") as run, pytest.raises(NotImplementedError, match=r"^$"):
        run.link_artifact(wandb.Artifact("zoo", "model"), "a/path/that/is/wrong")
    assert server.link.requested == "a/path/that/is/wrong"
    assert server.link.message == "NotImplementedError"


def test_c2_offline_a_logged_artifact_cannot_be_waited_for(server: Server) -> None:
    with wandb.init(entity="team-a", mode="offline") as run:
        artifact = run.log_artifact(wandb.Artifact("zoo", "model"))
        with pytest.raises(CommError, match=r"'Artifact.wait' used prior to logging artifact or while in offline mode"):
            artifact.link(PATH)
    assert verdict(server) == ("refused", "C2", "REG601")


def test_c3_offline_nothing_can_be_used(server: Server) -> None:
    with wandb.init(entity="team-a", mode="offline") as run:
        with pytest.raises(TypeError, match="Cannot use artifact when in offline mode"):
            run.use_artifact(f"{PATH}:v0")
        with pytest.raises(RuntimeError, match="`use_model` not supported in offline mode"):
            run.use_model("animals:v0")
    assert [each for each in server.emulator.ledger.consumed if each.failed is None] == []


def test_c5_disabled_nothing_is_sent_and_none_comes_back(server: Server) -> None:
    with wandb.init(entity="team-a", mode="disabled") as run:
        assert run.link_artifact(wandb.Artifact("zoo", "model"), "a/path/that/is/wrong") is None
        assert run.use_artifact(f"{PATH}:v0") is None
    assert verdict(server) == ("refused", "C5", "REG602")
    assert server.world.entities["team-a"].projects == {}


def test_c5b_disabled_the_artifact_itself_goes_online_all_the_same(server: Server) -> None:
    with wandb.init(entity="team-a", mode="disabled"):
        wandb.Artifact("zoo", "model").link(PATH)
    assert verdict(server) == ("linked", None, None)
    (run,) = server.world.entities["team-a"].projects["uncategorized"].runs.values()
    assert run.job_type == "auto"


def test_c6_whoever_cannot_see_the_source_cannot_link_it_on(server: Server) -> None:
    server.world.registry("proven")
    server.logged().link(PATH)
    server.world.user("bob")
    seen = server.api("bob").artifact(f"acme/{PATH}:v0")
    assert (seen.source_entity, seen.source_project) == ("", "")
    with pytest.raises(CommError, match="Entity name is required to resolve org entity name"):
        seen.link("acme/wandb-registry-proven/animals")
    assert verdict(server) == ("refused", "C6", "REG806")


def test_c7_a_link_of_a_link_is_one_of_its_source(server: Server) -> None:
    server.world.registry("proven")
    source = server.logged()
    second = source.link(PATH).link("wandb-registry-proven/animals")
    assert second.source_qualified_name == source.qualified_name
    assert [each.source for each in server.links] == [source.qualified_name] * 2


def test_c8_after_its_end_a_run_links_no_more(server: Server) -> None:
    with wandb.init(entity="team-a", project="proj") as run:
        pass
    with pytest.raises(UsageError, match=r"is finished. The call to `link_artifact` will be ignored"):
        run.link_artifact(wandb.Artifact("zoo", "model"), PATH)
    assert verdict(server) == ("refused", "C8", "REG603")


def test_c9_a_link_waits_for_the_upload(server: Server, tmp_path) -> None:
    (tmp_path / "weights").write_bytes(bytes(3 << 20))
    with wandb.init(entity="team-a", project="proj") as run:
        artifact = wandb.Artifact("zoo", "model")
        artifact.add_file(str(tmp_path / "weights"))
        linked = run.link_artifact(run.log_artifact(artifact), PATH)
    assert (linked.state, linked.size) == ("COMMITTED", 3 << 20)


def test_c9_what_is_not_committed_can_be_neither_used_nor_linked(server: Server) -> None:
    from regilink_doctor.emulator.world import artifacts

    project = server.world.make_project(server.world.entities["team-a"], "proj")
    alice = server.world.users["alice"]
    pending = artifacts.create(server.world, alice, project, name="zoo", type_name="model", digest="0")
    use = "mutation U($id: ID!) { useArtifact(input: {artifactID: $id}) { artifact { id } } }"
    assert "not committed" in server.errors(use, id=pending.id)[0]
    link = """mutation L($id: ID!) { linkArtifact(input: {artifactID: $id, artifactPortfolioName: "c",
        entityName: "acme", projectName: "wandb-registry-model"}) { versionIndex } }"""
    assert "not found" in server.errors(link, id=pending.id)[0]


def test_c11_before_it_is_logged_most_of_an_artifact_is_not_there(server: Server) -> None:
    draft = wandb.Artifact("zoo", "model")
    with pytest.raises(AttributeError, match="used prior to logging artifact"):
        draft.version  # noqa: B018
    assert not hasattr(draft, "qualified_name")


def test_c12_without_a_run_a_draft_is_logged_by_a_run_in_the_default_entity(server: Server) -> None:
    server.world.user("alice", default_entity="alice")
    with pytest.raises(CommError, match="linking is only allowed within the same team"):
        wandb.Artifact("zoo", "model").link(PATH)
    assert verdict(server) == ("refused", "B1", "REG203")
    assert list(server.world.entities["alice"].projects) == ["uncategorized"]


def test_c15_a_new_draft_of_a_link_does_not_move(server: Server) -> None:
    server.world.team("team-b")
    server.world.member("alice", team="team-b")
    draft = server.logged().link(PATH).new_draft()
    error = pytest.raises(ValueError, match="is owned by entity 'team-a'; it can't be moved to 'team-b'")
    with wandb.init(entity="team-b", project="proj") as run, error:
        run.log_artifact(draft)
    error = pytest.raises(ValueError, match="exists in project 'proj'; it can't be moved to 'other'")
    with wandb.init(entity="team-a", project="other") as run, error:
        run.log_artifact(draft)


@check_rows("name", ["meta-llama/Llama-3", "a b", "a:b"])
def test_c17_a_sources_name_has_no_blank_and_no_slash(name: str) -> None:
    with pytest.raises(ValueError, match="Artifact name"):
        wandb.Artifact(name, "model")


def test_c18_a_wrong_key_is_refused(server: Server, monkeypatch: pytest.MonkeyPatch, wandb_anew: None) -> None:
    with pytest.raises(wandb.errors.AuthenticationError, match="Failed to verify credentials"):
        wandb.Api(api_key="0" * 40)
    with pytest.raises(wandb.errors.AuthenticationError):
        wandb.login(key="0" * 40, verify=True, relogin=True)
