"""The doctor sees through two requests what the world itself knows: the same judge says the same of every link."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tables import sample

from regilink_doctor.client.settings import read_settings
from regilink_doctor.core.judgement import judge
from regilink_doctor.core.problems import LinkInput
from regilink_doctor.core.targets import LinkTarget, target_of
from regilink_doctor.doctor.context import Context
from regilink_doctor.doctor.diagnosis import run_diagnosis
from regilink_doctor.emulator import Emulator, World
from regilink_doctor.emulator.world.world_view import WorldView

TYPES = ["model", "dataset", "checkpoint", None]
REGISTRIES = ["model", "dataset", "Golden Datasets", "secret", "modle", "Model", "models", "team-a-mr-migrated"]
ORGANIZATIONS = ["Acme Inc", "acme", "ACME", "Beta GmbH", "beta", "team-a", "team-b", "alice", "nobody"]
ENTITIES = ["team-a", "team-b", "lonely", "alice", "carol", "acme", "nobody"]
COLLECTIONS = ["zoo", "raw_images", "c:v3", "c:prod"]


def some_world(dice: random.Random) -> World:
    world = World.default()
    world.organization("Beta GmbH", entity="beta")
    world.team("team-b", organization="Beta GmbH")
    world.team("lonely", organization=False)
    world.user("carol", organizations=dice.choice([["Acme Inc"], ["Acme Inc", "Beta GmbH"], []]))
    if dice.random() < 0.5:
        world.registry("Golden Datasets", types=dice.choice([None, ["dataset"]]))
        world.collection("raw_images", registry="Golden Datasets", type="dataset", versions=1)
    if dice.random() < 0.5:
        world.registry("secret", visibility="restricted")
    if dice.random() < 0.5:
        world.collection("zoo", registry="model", type="model", versions=2)
    if dice.random() < 0.3:
        world.registry("model", organization="Beta GmbH")
    if dice.random() < 0.3:
        world.migrate_legacy_registry("team-a")
    if dice.random() < 0.5:
        world.member("alice", team=dice.choice(["team-b", "lonely"]))
    if dice.random() < 0.3:
        world.member("alice", registry="model", role=dice.choice(["viewer", "restricted_viewer", "member"]))
    return world


def some_target(dice: random.Random) -> LinkTarget:
    shapes = [
        "wandb-registry-{registry}/{collection}",
        "wandb-registry-{registry}/{collection}",
        "{organization}/wandb-registry-{registry}/{collection}",
        "{organization}/{registry}/{collection}",
        "{registry}/{collection}",
        "model-registry/{collection}",
        "wandb-registry-{registry}",
        "wandb_registry_{registry}/{collection}",
        "{collection}",
    ]
    text = dice.choice(shapes).format(
        registry=dice.choice(REGISTRIES), collection=dice.choice(COLLECTIONS), organization=dice.choice(ORGANIZATIONS)
    )
    call = dice.choice(["Run.link_artifact", "Artifact.link"])
    entity = dice.choice([None, *ENTITIES])
    return target_of(text, call, entity=entity, project=dice.choice([None, "proj"]), artifact_type=dice.choice(TYPES))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", sample(range(40), one_in=14))
def test_the_doctor_judges_as_the_world_does(seed: int, emulator: Emulator, tmp_path: Path) -> None:
    dice = random.Random(seed)
    world = some_world(dice)
    user = dice.choice(["alice", "carol"])
    emulator.reset(world)
    environ = {**emulator.environ(user), "HOME": str(tmp_path)}
    if dice.random() < 0.3:
        environ["WANDB_ENTITY"] = dice.choice(ENTITIES)
    if dice.random() < 0.3:
        environ["WANDB_ORGANIZATION"] = dice.choice([*ORGANIZATIONS, ""])
    settings = read_settings(cwd=tmp_path, environ=environ)
    context = Context(settings, [some_target(dice) for _ in range(25)], timeout=10)
    context.queries.account()
    truth = Seen(world, user)
    for target in context.targets:
        made = context.sdk_link(target)
        if not isinstance(made, LinkInput):
            continue
        expected = judge(made, truth, target.type_text)
        assert context.judge_target(target) == expected, (target, made)
    assert context.gateway.requests <= 2


@pytest.mark.parametrize("seed", sample(range(100, 112), one_in=12))
def test_the_report_fails_a_link_if_and_only_if_the_judge_does(seed: int, emulator: Emulator, tmp_path: Path) -> None:
    dice = random.Random(seed)
    world = some_world(dice)
    emulator.reset(world)
    environ = {**emulator.environ("alice"), "HOME": str(tmp_path)}
    settings = read_settings(cwd=tmp_path, environ=environ)
    for target in (some_target(dice) for _ in range(8)):
        found = run_diagnosis(settings, [target])
        assert not found.of("crash"), found.of("crash")
        context = Context(settings, [target], timeout=10)
        context.queries.account()
        made = context.sdk_link(target)
        fails = {row.code for row in found.of("fail")}
        if not isinstance(made, LinkInput):
            assert fails, target
            continue
        verdict = judge(made, Seen(world, "alice"), target.type_text)
        if verdict.outcome in ("refused", "misplaced"):
            assert fails, (target, verdict)
        elif verdict.outcome == "linked":
            assert not fails, (target, verdict, found.of("fail"))


class Seen(WorldView):
    """The world as W&B shows it to one user: an entity that is not shown is none (failure B3)."""

    def __init__(self, world: World, user: str) -> None:
        super().__init__(world, world.users[user])
        self._world = world
        self._seer = world.users[user]

    def entity(self, name: str):  # type: ignore[no-untyped-def]
        from regilink_doctor.emulator.world import access

        found = self._world.find_entity(name)
        return super().entity(name) if found is not None and access.sees_entity(self._seer, found) else None

    def collection_type(self, entity: str, project: str, collection: str) -> str | None:
        """Only registries that are seen, and no ordinary projects: nobody asks for those."""
        from regilink_doctor.emulator.world import access

        found = self._world.find_project(entity, project)
        seen = found is not None and found.is_registry and access.sees_project(self._seer, found)
        return super().collection_type(entity, project, collection) if seen else None
