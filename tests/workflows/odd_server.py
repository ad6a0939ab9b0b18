"""An emulated server that differs from the emulator on purpose: each line of input names the differences from now on.

It answers a line with a line, the names of all projects and of all collections; the line `world` changes nothing.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from regilink_doctor.core import judgement, wandb_messages
from regilink_doctor.core.records import replace
from regilink_doctor.emulator import Emulator, World
from regilink_doctor.emulator.world import access, artifacts, links, registries
from regilink_doctor.emulator.world.access import Refusal
from regilink_doctor.emulator.world.model import Membership, Project, User
from regilink_doctor.emulator.world.state import State

USER, TEAM, ORGANIZATION, SECOND = "zaphod", "heart-of-gold", "Sirius Cybernetics", "trillian"
DIFFERENCES: dict[str, Callable[[pytest.MonkeyPatch], None]] = {}


def difference(function: Callable[[pytest.MonkeyPatch], None]) -> Callable[[pytest.MonkeyPatch], None]:
    DIFFERENCES[function.__name__] = function
    return function


def make_world() -> World:
    world = World()
    world.organization(ORGANIZATION, entity="sirius")
    world.team(TEAM)
    for name in (USER, SECOND):
        world.user(name, teams=[TEAM])
    world.registry("robots", types=["android"])
    world.registry("anything")
    return world


def reword(patch: pytest.MonkeyPatch, key: str, **changes: Any) -> None:
    patch.setitem(wandb_messages._BY_KEY, key, replace(wandb_messages._BY_KEY[key], **changes))


@difference
def types_are_not_checked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(judgement, "_judge_rights_and_type", lambda *_: None)


@difference
def collections_take_all_types(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(links.WorldView, "collection_type", lambda *_: None)


@difference
def versions_in_paths_are_accepted(patch: pytest.MonkeyPatch) -> None:
    original = judgement.judge_collection
    patch.setattr(judgement, "judge_collection", lambda name: original(name.replace(":", "-")))


@difference
def another_wording(patch: pytest.MonkeyPatch) -> None:
    reword(patch, "alias-too-long", template="{alias}: at most 128 letters, dear " + USER)


@difference
def another_status(patch: pytest.MonkeyPatch) -> None:
    reword(patch, "unknown-entity", status=422)


@difference
def aliases_may_have_slashes(patch: pytest.MonkeyPatch) -> None:
    original = artifacts.check_alias
    patch.setattr(
        artifacts, "check_alias", lambda user, project, alias: original(user, project, alias.replace("/", "-"))
    )


@difference
def linking_again_makes_a_version(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(links, "_join", artifacts.add)


@difference
def numbers_are_used_again(patch: pytest.MonkeyPatch) -> None:
    original = artifacts.add

    def add(state: State, collection: Any, artifact: Any) -> Membership:
        if collection.kind == "PORTFOLIO":
            collection.next_index = next(index for index in itertools.count() if not collection.memberships.find(index))
        return original(state, collection, artifact)

    patch.setattr(artifacts, "add", add)


@difference
def latest_goes_with_its_version(patch: pytest.MonkeyPatch) -> None:
    original = artifacts.remove

    def remove(state: State, membership: Membership) -> None:
        artifacts.drop_alias(membership, "latest")
        original(state, membership)

    patch.setattr(artifacts, "remove", remove)


@difference
def links_outlive_their_source(patch: pytest.MonkeyPatch) -> None:
    def delete(state: State, user: User | None, artifact: Any, *, with_aliases: bool) -> None:
        if not with_aliases:
            raise Refusal("cannot delete an artifact that has aliases; set deleteAliases to delete them too", 400)

    patch.setattr(artifacts, "delete", delete)


@difference
def the_case_of_registries_matters(patch: pytest.MonkeyPatch) -> None:
    def find_project(state: State, entity: str | None, name: str | None) -> Project | None:
        owner = state.find_entity(entity)
        return owner.projects.get(name or "") if owner is not None else None

    patch.setattr(State, "find_project", find_project)


@difference
def viewers_may_link(patch: pytest.MonkeyPatch) -> None:
    original = access.writes_project

    def writes_project(user: User | None, project: Project) -> bool:
        return original(user, project) or (project.is_registry and access.registry_role(user, project) == "viewer")

    patch.setattr(access, "writes_project", writes_project)


@difference
def registries_may_have_any_name(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(registries, "check_name", lambda name: None)
    patch.setattr(registries, "is_registry_project", lambda name: True)


@difference
def sources_go_with_their_registry(patch: pytest.MonkeyPatch) -> None:
    original = registries.delete

    def delete(state: State, user: User | None, project: Project) -> None:
        for collection in project.collections.values():
            for membership in collection.memberships:
                membership.artifact.state = "DELETED"
        original(state, user, project)

    patch.setattr(registries, "delete", delete)


def main() -> None:
    patch = pytest.MonkeyPatch()
    with Emulator(make_world()) as emulator:
        keys = {name: user.key for name, user in emulator.world.users.items()}
        print(json.dumps({"environ": emulator.environ(USER), "keys": keys}), flush=True)
        for line in sys.stdin:
            names = line.split()
            if names != ["world"]:
                patch.undo()
                emulator.reset(make_world())
                for name in names:
                    DIFFERENCES[name](patch)
            projects = [each for entity in emulator.world.entities.values() for each in entity.projects.values()]
            print(json.dumps({each.name: sorted(each.collections) for each in projects}), flush=True)


if __name__ == "__main__":
    main()
