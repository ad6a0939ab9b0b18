"""Wrong on purpose, one way at a time: the doctor names exactly that rule and no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from regilink_doctor.core.checks import Check
from regilink_doctor.doctor.diagnosis import Diagnosis
from regilink_doctor.emulator import Emulator, World

ZOO = "wandb-registry-model/zoo"
Diagnose = Callable[..., Diagnosis]
Environment = Callable[[str | None], Path]


def two_organizations() -> World:
    world = World.default()
    world.organization("Beta GmbH", entity="beta")
    world.team("team-b", organization="Beta GmbH")
    world.user("carol", teams=[], organizations=["Acme Inc", "Beta GmbH"])
    return world


def lonely_team() -> World:
    world = World.default()
    world.team("lonely", organization=False)
    world.member("alice", team="lonely")
    return world


def restricted() -> World:
    world = World.default()
    world.registry("secret", visibility="restricted")
    return world


def viewer() -> World:
    world = World.default()
    world.member("alice", registry="model", role="viewer")
    return world


def taken() -> World:
    world = World.default()
    world.registry("Golden Datasets")
    world.collection("raw_images", registry="Golden Datasets", type="dataset", versions=1)
    return world


def migrated() -> World:
    world = World.default()
    world.migrate_legacy_registry("team-a")
    world.member("alice", registry="team-a-mr-migrated", role="member")
    return world


def old_server() -> World:
    world = World.default()
    world.features.clear()
    return world


@dataclass
class Case:
    code: str
    targets: tuple[str, ...] = (ZOO,)
    check: str = ""
    world: Callable[[], World] = World.default
    user: str | None = None
    environ: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    help: tuple[str, ...] = ()
    status: str = "fail"


CASES = {
    "personal entity by argument": Case(
        "REG203",
        check="entity",
        more={"entity": "alice"},
        says=("alice (argument --entity) is a personal entity", "linking is only allowed within the same team"),
        help=("--entity team-a",),
    ),
    "personal entity by environment": Case(
        "REG203", check="entity", environ={"WANDB_ENTITY": "alice"}, help=("export WANDB_ENTITY=team-a",)
    ),
    "personal default entity": Case(
        "REG203",
        check="entity",
        world=two_organizations,
        user="carol",
        says=("carol (the account's default entity)",),
        help=("take you into a team",),
    ),
    "organization as entity": Case(
        "REG204", check="entity", more={"entity": "acme"}, says=("the organization's own entity",), help=("team-a",)
    ),
    "entity that is not there": Case(
        "REG207", check="entity", more={"entity": "taem-a"}, says=("did you mean team-a?",), help=("--entity team-a",)
    ),
    "team without organization": Case(
        "REG207", check="entity", world=lonely_team, more={"entity": "lonely"}, says=("without an organization",)
    ),
    "team as organization": Case(
        "REG202",
        (f"team-a/{ZOO}",),
        "organization",
        says=("a team, not an organization", "Unable to find organization for entity 'team-a'."),
        help=(f'target_path="{ZOO}"', f'target_path="acme/{ZOO}"'),
    ),
    "person as organization": Case("REG202", (f"alice/{ZOO}",), "organization", says=("a personal entity",)),
    "organization in another case": Case(
        "REG303", (f"ACME/{ZOO}",), "organization", says=("letter by letter with Acme Inc and acme",)
    ),
    "organization that is not there": Case("REG303", (f"umbrella/{ZOO}",), "organization"),
    "registry misspelled": Case(
        "REG301",
        ("wandb-registry-modle/zoo",),
        "registry",
        says=("missing in Acme Inc, or restricted", "cannot create registry"),
        help=(f'target_path="{ZOO}"',),
    ),
    "registry unlike any": Case(
        "REG301", ("wandb-registry-xyz/zoo",), "registry", help=("dataset, model", 'create_registry(name="xyz"')
    ),
    "restricted registry": Case(
        "REG301", ("wandb-registry-secret/zoo",), "registry", restricted, says=("or restricted",)
    ),
    "display name of a registry": Case(
        "REG302", ("wandb-registry-models/zoo",), "registry", says=("how the App shows",), help=(ZOO,)
    ),
    "registry in another case": Case(
        "REG302", ("wandb-registry-MODEL/zoo",), "registry", status="warn", says=("nobody has published",), help=(ZOO,)
    ),
    "role too low": Case("REG304", check="role", world=viewer, says=("is read-only for you",)),
    "type not allowed": Case(
        "REG401",
        check="artifact-type",
        more={"artifact_type": "checkpoint"},
        says=('takes artifacts of type model, not "checkpoint"',),
        help=('type="model"', 'artifact_types.append("checkpoint")'),
    ),
    "collection of another type": Case(
        "REG402",
        ("wandb-registry-Golden Datasets/raw_images",),
        "collection",
        taken,
        more={"artifact_type": "model"},
        says=('holds artifacts of type "dataset"',),
        help=("wandb-registry-Golden Datasets/raw_images-model", 'type="dataset"'),
    ),
    "prefix forgotten": Case(
        "REG101", ("model/zoo",), "destination", says=("without a word",), help=(f'target_path="{ZOO}"',)
    ),
    "collection forgotten": Case("REG102", ("wandb-registry-model",), "target-path"),
    "a slash too many": Case("REG103", ("wandb-registry-model/a/b",), "target-path"),
    "four parts": Case("REG103", ("acme/wandb-registry-model/a/b",), "target-path"),
    "prefix misspelled": Case("REG104", ("wandb_registry_model/zoo",), "target-path", help=(f'"{ZOO}"',)),
    "collection empty": Case("REG105", ("wandb-registry-model/",), "target-path"),
    "registry empty": Case("REG105", ("wandb-registry-/zoo",), "target-path"),
    "placeholder": Case("REG106", ("wandb-registry-<registry_name>/zoo",), "target-path"),
    "version in the path": Case("REG107", (f"{ZOO}:v3",), "target-path", status="warn"),
    "address as path": Case("REG108", ("https://wandb.ai/orgs/acme/registry/model",), "target-path"),
    "prefix twice": Case("REG109", ("wandb-registry-wandb-registry-model/zoo",), "target-path"),
    "percent-encoded": Case("REG110", ("wandb-registry-Golden%20Datasets/zoo",), "target-path"),
    "double slash": Case("REG111", ("wandb-registry-model//zoo",), "target-path"),
    "word None": Case("REG113", ("wandb-registry-model/None",), "target-path"),
    "offline": Case(
        "REG601", check="mode", environ={"WANDB_MODE": "offline"}, status="warn", help=("unset WANDB_MODE",)
    ),
    "disabled": Case("REG602", check="mode", environ={"WANDB_MODE": "disabled"}, status="warn"),
    "organization variable is the team": Case(
        "REG703",
        check="organization-variable",
        environ={"WANDB_ORGANIZATION": "team-a"},
        says=("WANDB_ORGANIZATION is team-a",),
        help=("unset WANDB_ORGANIZATION", "'Acme Inc'"),
    ),
    "organization variable is another's": Case(
        "REG303", check="organization-variable", environ={"WANDB_ORGANIZATION": "Umbrella"}
    ),
    "organization variable is empty": Case(
        "REG703", check="organization-variable", environ={"WANDB_ORGANIZATION": ""}, status="warn"
    ),
    "no key": Case("REG802", check="credentials", environ={"WANDB_API_KEY": ""}, help=("wandb login --host",)),
    "half a key": Case("REG803", check="credentials", environ={"WANDB_API_KEY": "abc"}, says=("3 characters",)),
    "a key that nobody has": Case("REG803", check="account", environ={"WANDB_API_KEY": "f" * 40}),
    "nothing listens": Case("REG801", check="host", environ={"WANDB_BASE_URL": "http://127.0.0.1:9"}),
    "the App's address": Case(
        "REG804",
        check="settings",
        environ={"WANDB_BASE_URL": "https://wandb.ai"},
        help=("export WANDB_BASE_URL=https://api.forge.coreweave.com",),
    ),
    "an old server": Case("REG805", check="server", world=old_server, status="warn"),
    "the legacy registry": Case("REG112", ("model-registry/zoo",), "target-path", status="warn"),
}


@pytest.mark.parametrize("name", CASES)
def test_exactly_that_rule_is_named(name: str, examined: Diagnose) -> None:
    case = CASES[name]
    found = examined(*case.targets, world=case.world(), user=case.user, environ=case.environ, **case.more)
    wrong = found.of("fail", "warn", "crash")
    assert [(row.name, row.status, row.code) for row in wrong] == [(case.check, case.status, case.code)], wrong
    row = wrong[0]
    for words in case.says:
        assert words in row.message
    for words in case.help:
        assert words in (row.help or "")
    assert row.help, "every problem ends with what to do"
    assert found.exit_status() == (1 if case.status == "fail" else 0)
    assert found.exit_status(strict=True) == 1


@pytest.mark.parametrize("count", [1, 50])
def test_all_right_is_all_green_in_two_requests(count: int, examined: Diagnose) -> None:
    found = examined(*(f"wandb-registry-model/zoo{number}" for number in range(count)), artifact_type="model")
    assert not found.of("fail", "warn", "skip", "crash")
    assert found.requests == 2
    assert found.exit_status(strict=True) == 0
    assert found.ready is not None
    assert found.ready.entity == "team-a"
    assert found.ready.teams[0][0] == "team-a"
    assert found.ready.targets[0] == "wandb-registry-model/zoo0"


@pytest.mark.parametrize("target", [ZOO, f"acme/{ZOO}", f"Acme Inc/{ZOO}"])
def test_every_right_spelling_is_green(target: str, examined: Diagnose) -> None:
    assert not examined(target, artifact_type="model").of("fail", "warn", "skip", "crash")


def test_without_targets_the_registries_are_ready_to_paste(examined: Diagnose) -> None:
    found = examined()
    assert not found.of("fail", "warn", "skip", "crash")
    assert found.requests == 2
    assert found.ready is not None
    assert found.ready.targets == ("wandb-registry-dataset/my-collection", "wandb-registry-model/my-collection")


def test_a_plain_project_link_is_nobodys_business(examined: Diagnose) -> None:
    found = examined("my-project/best")
    assert not found.of("fail", "warn", "skip")
    assert next(row for row in found.checks if row.name == "destination").message.startswith("not a registry link")


def test_suggestions_cost_one_more_request_whatever_the_number(examined: Diagnose) -> None:
    found = examined("wandb-registry-modle/a", "wandb-registry-modell/b", "wandb-registry-datset/c")
    assert found.codes == ("REG301",)
    assert found.requests == 3


def test_what_hangs_on_a_failure_is_skipped_with_the_reason(examined: Diagnose) -> None:
    found = examined(ZOO, entity="alice", artifact_type="model")
    rows = {row.name: row for row in found.checks}
    for name in ("organization", "registry", "role", "artifact-type", "collection"):
        assert rows[name].status == "skip"
        assert rows[name].code is None
        assert rows[name].message == "not looked at, because `entity` (alice) failed"


def test_one_wrong_target_does_not_stop_the_others(examined: Diagnose) -> None:
    found = examined("wandb-registry-modle/a", ZOO, artifact_type="model")
    by_subject: dict[str, list[Check]] = {}
    for row in found.checks:
        by_subject.setdefault(row.subject, []).append(row)
    assert all(row.status == "pass" for row in by_subject[ZOO])
    assert found.codes == ("REG301",)


def test_an_unknown_type_leaves_open_what_cannot_be_known(examined: Diagnose) -> None:
    found = examined(ZOO)
    (row,) = found.of("skip")
    assert row.name == "artifact-type"
    assert "takes: model" in row.message


def test_a_second_organization_does_not_disturb_a_team(examined: Diagnose) -> None:
    world = two_organizations()
    world.member("alice", team="team-b")
    found = examined(ZOO, world=world, user="alice", artifact_type="model")
    assert not found.of("fail", "warn", "skip")
    assert found.ready is not None
    assert [team for team, _ in found.ready.teams] == ["team-a", "team-b"]


def test_an_old_wandb_is_said(examined: Diagnose, make_environment: Environment) -> None:
    found = examined(ZOO, python=str(make_environment("0.20.1")), artifact_type="model")
    (row,) = found.of("warn")
    assert row.code == "REG701"
    assert "returns None" in row.message


def test_without_wandb_it_goes_on(examined: Diagnose, make_environment: Environment) -> None:
    found = examined(ZOO, python=str(make_environment(None)), artifact_type="model")
    (row,) = found.of("skip")
    assert row.name == "wandb"
    assert "not installed" in row.message
    assert found.exit_status() == 0


def test_the_key_is_in_no_row(examined: Diagnose, emulator: Emulator) -> None:
    for environ in ({}, {"WANDB_API_KEY": "f" * 40}, {"WANDB_BASE_URL": "http://127.0.0.1:9"}):
        found = examined(ZOO, environ=environ)
        key = environ.get("WANDB_API_KEY") or emulator.environ()["WANDB_API_KEY"]
        assert key not in repr(found)
