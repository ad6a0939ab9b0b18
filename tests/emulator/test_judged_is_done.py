"""What the world says of a link beforehand is what it does with it, whatever anybody's roles are."""

from hypothesis import given
from hypothesis import strategies as st

from regilink_doctor.core import judgement
from regilink_doctor.core.problems import LinkInput, sdk_link
from regilink_doctor.emulator import World
from regilink_doctor.emulator.world import links
from regilink_doctor.emulator.world.access import Refusal
from regilink_doctor.emulator.world.world_view import WorldView

PATHS = (
    "wandb-registry-model/animals",
    "wandb-registry-model/zoo",
    "wandb-registry-Model/animals",
    "wandb-registry-hidden/animals",
    "wandb-registry-none/animals",
    "wandb-registry-model/a:v1",
    "beta/wandb-registry-model/animals",
    "model/animals",
    "candidates/animals",
    "team-b/candidates/animals",
    "model-registry/animals",
    "wandb-registry-model",
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    world = World.default()
    world.team("team-b")
    world.registry("model", types=draw(st.sampled_from([None, ["model"], ["model", "dataset"]])))
    world.registry("hidden", visibility="restricted")
    world.organization("Beta", entity="beta")
    world.registry("model", organization="Beta")
    if draw(st.booleans()):
        world.collection("zoo", registry="model", type="model", versions=1)
    if draw(st.booleans()):
        world.migrate_legacy_registry("team-a", underway=draw(st.booleans()))
    world.member("alice", organization="Acme Inc", role=draw(st.sampled_from(["admin", "member", "viewer"])))
    world.member("alice", team="team-a", role=draw(st.sampled_from(["admin", "member", "viewer"])))
    for registry in ("model", "hidden"):
        role = draw(st.sampled_from([None, "admin", "member", "viewer", "restricted_viewer"]))
        if role is not None:
            world.member("alice", registry=registry, role=role)
        role = draw(st.sampled_from([None, "member", "viewer"]))
        if role is not None:
            world.entities["acme"].projects[f"wandb-registry-{registry}"].team_members["team-a"] = role
    return world


@given(worlds(), st.sampled_from(PATHS), st.sampled_from(["team-a", "alice"]), st.sampled_from(["model", "dataset"]))
def test_what_is_judged_is_done(world: World, path: str, entity: str, kind: str) -> None:
    alice = world.users["alice"]
    source = world.artifact("source", entity=entity, type=kind)
    link = sdk_link(path, "Run.link_artifact", entity, "proj", {})
    assert isinstance(link, LinkInput)
    organization = link.entity
    if link.registry:
        resolved = judgement.resolve_organization(entity, link.organization, WorldView(world, alice))
        organization = getattr(resolved, "entity", None)
    if organization is None:
        assert world.link(link, type=kind, user="alice").outcome == "refused"  # by the SDK: nothing is sent
        return
    judged = links.judge_request(
        world, alice, request := links.LinkRequest(source, organization, link.project, link.collection)
    )
    before = world.link(link, type=kind, user="alice")
    try:
        membership = links.link(world, alice, request)
    except Refusal:
        membership = None
    attempt = world.ledger[-1]
    assert (membership is None) == (attempt.verdict == "refused") == (attempt.destination is None)
    if judged.outcome == "refused":
        assert (attempt.verdict, attempt.code, attempt.failure) == ("refused", judged.rule or None, judged.failure)
    if judged.failure != "B17":
        assert before.outcome == attempt.verdict
