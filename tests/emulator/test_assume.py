"""Without a catalog: teams, registries and the organization are taken from the code, and every report can say so."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from regilink_doctor.core.catalog import Catalog, Organization
from regilink_doctor.core.ledger import Assumed
from regilink_doctor.emulator import recorder
from regilink_doctor.emulator.recorded_calls import record_call
from regilink_doctor.emulator.recorder import RESUMED_RUN, RUN_LISTING, RUN_LOOK_UP, LinkCall
from regilink_doctor.emulator.world import Refusal, World, artifacts, links, runs
from regilink_doctor.emulator.world.model import ArtifactVersion
from regilink_doctor.report.dry_run import render_assumed
from regilink_doctor.workflows.dry_run import collect
from regilink_doctor.workflows.emulate import seeded_world


@pytest.fixture
def world() -> World:
    return World.default(assume=True)


def logged(world: World, entity: str) -> ArtifactVersion:
    user = world.users["alice"]
    run, _ = runs.upsert(world, user, {"entity_name": entity, "model_name": "p"})
    made = artifacts.create(world, user, run.project, name="zoo", type_name="model", digest="d", run=run)
    artifacts.commit(world, made, None)
    return made


def link(world: World, entity: str, target: str) -> None:
    world.assume_target(target)
    organization, project, collection = target.split("/")
    request = links.LinkRequest(logged(world, entity), organization, project, collection)
    links.link(world, world.users["alice"], request)


def test_the_team_the_organization_and_the_registry_of_the_code_are_made_and_listed(world: World) -> None:
    link(world, "zoo-team", "zoo-org/wandb-registry-prod/zoo")
    assert world.ledger[-1].destination == "zoo-org/wandb-registry-prod/zoo"
    assert world.ledger[-1].verdict == "linked"
    assert world.assumed == (
        Assumed("organization", "zoo-org"),
        Assumed("team", "zoo-team"),
        Assumed("registry", "wandb-registry-prod"),
    )
    (line,) = render_assumed(world.assumed)
    assert line.endswith("organization zoo-org, team zoo-team, registry wandb-registry-prod")


def test_what_was_declared_is_not_listed(world: World) -> None:
    link(world, "team-a", "acme/wandb-registry-model/zoo")
    assert world.assumed == ()
    assert not list(render_assumed(world.assumed))


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("acme", "organization entity cannot own a run"),
        ("Team-A", "another spelling of a team that is there"),
        ("your-team", "a placeholder"),
        ("wandb-registry-model", "a registry where an entity belongs"),
        ("wandb-registery-model", "the same, misspelled"),
        ("zoo team", "no name of a team"),
    ],
)
def test_what_can_only_be_a_mistake_is_no_team(world: World, name: str, what: str) -> None:
    with pytest.raises(Refusal):
        logged(world, name)
    assert world.assumed == ()


@pytest.mark.parametrize(
    "name",
    ["modle", "models", "Models", "datset", "<registry_name>", "${NAME}", "wandb-registry-onnx", "wandb_registry_onnx"],
)
def test_what_can_only_be_a_mistake_is_no_registry(world: World, name: str) -> None:
    with pytest.raises(Refusal):
        link(world, "team-a", f"acme/wandb-registry-{name}/zoo")
    assert world.assumed == ()


def test_a_team_where_the_organization_belongs_is_no_organization(world: World) -> None:
    logged(world, "zoo-team")
    world.assume_target("zoo-team/wandb-registry-model/zoo")
    world.assume_target("nonsense/with/too/many/parts")
    assert [each.kind for each in world.assumed] == ["team"]


def test_code_that_names_two_organizations_is_wrong_about_one(world: World) -> None:
    world.assume_target("zoo-org/wandb-registry-model/zoo")
    world.assume_target("other-org/wandb-registry-model/zoo")
    assert world.assumed == (Assumed("organization", "zoo-org"),)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("alice-w", "person"),
        ("vision", "person"),  # of another organization: where all teams are known, it is none
        ("team-b", None),  # a slip of team-a
        ("teama", None),
        ("Team-A", None),
        ("your-team", None),
        ("wandb-registry-model", None),
    ],
)
@pytest.mark.parametrize("is_named", [False, True])
def test_where_all_teams_are_known_another_entity_is_a_person(name: str, kind: str | None, is_named: bool) -> None:
    world = World.default()
    world.assumes.add("person")
    if is_named and kind is None and name.startswith("team"):  # the configuration says so
        world.persons.add(name)
        kind = "person"
    if kind is None:
        with pytest.raises(Refusal):
            logged(world, name)
        return
    run = logged(world, name)
    assert run.sequence.project.entity.kind == "personal"
    assert world.assumed == (Assumed("person", name),)
    with pytest.raises(Refusal, match="within the same team"):
        link(world, name, "acme/wandb-registry-model/zoo")


def test_persons_of_the_configuration_are_no_teams(tmp_path: Path) -> None:
    (tmp_path / "regilink.toml").write_text('personal-entities = ["alice", "bob"]\n', encoding="utf-8")
    for catalog in (None, Catalog((Organization("Acme Inc", "acme", ("vision",)),), complete=False)):
        if catalog is not None:
            catalog.save(str(tmp_path / "regilink.catalog.json"))
        world = seeded_world(str(tmp_path))
        world.users.setdefault("alice", next(iter(world.users.values())))
        assert logged(world, "bob").sequence.project.entity.kind == "personal"
        assert logged(world, "other").sequence.project.entity.kind == "team"


@pytest.mark.parametrize(
    ("call", "path", "assumed"),
    [
        (RESUMED_RUN, "abc", "team-a/p/abc"),
        (RUN_LOOK_UP, "team-b/train/abc", "team-b/train/abc"),
        (RUN_LOOK_UP, "team-a/train/runs/abc", "team-a/train/abc"),
        (RUN_LOOK_UP, "train/abc", "team-a/train/abc"),
        (RUN_LOOK_UP, "/abc", "team-a/p/abc"),
        (RUN_LISTING, "team-a/train", "team-a/train/regilink-stub"),
        (RUN_LISTING, "train", "team-a/train/regilink-stub"),
        (RUN_LISTING, "", "team-a/p/regilink-stub"),
        (RUN_LISTING, "team-a/known", None),  # it has a run
        (RUN_LOOK_UP, "team-a/known/zoo", None),
        (RUN_LOOK_UP, "acme/train/abc", None),  # no run can be there
        (RUN_LOOK_UP, "your-team/train/abc", None),
        (RUN_LOOK_UP, "", None),
    ],
)
def test_a_run_that_exists_only_at_wandb(call: str, path: str, assumed: str | None) -> None:
    for is_wanted in (True, False):
        world = World.default(assume=True)
        if is_wanted:
            world.assumes.add("run")
        runs.upsert(world, world.users["alice"], {"entity_name": "team-a", "model_name": "known", "name": "zoo"})
        record_call(world, LinkCall(call, path, entity="team-a", project="p", ended=False))
        names = [item.name for item in world.assumed if item.kind == "run"]
        assert names == ([assumed] if assumed and is_wanted else [])
        assert [run.path for run in collect.runs(world)] == ["team-a/known/zoo"], "only looked up"


@pytest.mark.parametrize(
    ("arguments", "environ", "resumed"),
    [
        ({"id": "abc", "resume": "must", "entity": "e", "project": "p"}, {}, ("abc", "e", "p")),
        ({"resume": "must"}, {"WANDB_RUN_ID": "abc", "WANDB_ENTITY": "e"}, ("abc", "e", None)),
        ({"id": "abc"}, {"WANDB_RESUME": "must", "WANDB_PROJECT": "p"}, ("abc", None, "p")),
        ({"settings": {"run_id": "abc", "resume": "must", "entity": "e"}}, {}, ("abc", "e", None)),
        ({"settings": SimpleNamespace(run_id="abc", resume="must")}, {}, ("abc", None, None)),
        ({"resume_from": "abc?_step=10"}, {}, ("abc", None, None)),
        ({"id": "abc", "resume": "allow"}, {}, None),
        ({"id": "abc", "resume": "never"}, {}, None),
        ({"id": "abc", "resume": True}, {}, None),
        ({"id": "abc"}, {}, None),
        ({"resume": "must"}, {}, None),
        ({"id": "abc", "resume": "must", "mode": "offline"}, {}, None),
        ({"id": "abc", "resume": "must"}, {"WANDB_MODE": "disabled"}, None),
    ],
)
def test_the_run_that_is_resumed(
    arguments: dict[str, Any],
    environ: dict[str, str],
    resumed: tuple[str | None, ...] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("RUN_ID", "RESUME", "ENTITY", "PROJECT", "MODE"):
        monkeypatch.delenv(f"WANDB_{name}", raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    call = recorder._find_resumed((), arguments)
    assert (call and (call.target_path, call.entity, call.project)) == resumed


def test_nothing_is_assumed_unless_asked() -> None:
    world = World.default()
    with pytest.raises(Refusal):
        logged(world, "zoo-team")
    with pytest.raises(Refusal):
        link(world, "team-a", "acme/wandb-registry-prod/zoo")
