"""Wrong on purpose, one way at a time: the doctor names exactly that rule and no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tables import sample

from regilink_doctor.config import Config
from regilink_doctor.core.catalog import Catalog, Organization, Registry
from regilink_doctor.core.check_result import CheckResult
from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.origin import Argument, Setting
from regilink_doctor.core.records import replace
from regilink_doctor.core.targets import ConsumedName, LinkTarget, as_string, consumed_of, target_of
from regilink_doctor.doctor.diagnosis import Diagnosis
from regilink_doctor.emulator import Emulator, World
from regilink_doctor.emulator.world import artifacts
from regilink_doctor.emulator.world.features import PRESETS
from regilink_doctor.workflows.dry_run import _world as dry_run_world

ZOO = "wandb-registry-model/zoo"
PROMOTED = target_of(ZOO, "Artifact.link", consumed=consumed_of("wandb-registry-staging/zoo:v0"))
IN_CODE = replace(
    target_of(ZOO, place=Place("train.py", Span(9, 1, 9, 20))),
    entity=as_string("team-a", Place("train.py", Span(3, 1, 3, 9))),
)
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


def restricted_viewer() -> World:
    world = World.default()
    world.collection("zoo", registry="model", versions=1)
    world.member("alice", registry="model", role="restricted_viewer")
    return world


def team_viewer() -> World:
    world = World.default()
    world.member("alice", team="team-a", role="viewer")
    return world


def another_team() -> World:
    world = World.default()
    world.team("team-b")
    return world


def two_teams() -> World:
    world = another_team()
    world.member("alice", team="team-b")
    return world


def robot() -> World:
    world = another_team()
    world.service_account("robot", "team-a")
    return world


def filled() -> World:
    world = World.default()
    world.collection("zoo", registry="model", versions=3, aliases=["prod"])
    return world


def other_teams_source() -> World:
    """A registry with a version that a team has logged of which alice is no member."""
    world = World()
    world.organization("Acme Inc", entity="acme")
    world.team("team-z")
    world.team("team-a")
    world.user("alice", teams=["team-a"])
    world.registry("model", types=["model"])
    world.registry("staging", types=["model"])
    world.collection("zoo", registry="staging", versions=1)
    return world


def own_source() -> World:
    world = World.default()
    world.registry("staging", types=["model"])
    world.collection("zoo", registry="staging", versions=1)
    return world


def personal_source() -> World:
    world = World.default()
    alice, project = world.users["alice"], world.make_project(world.entities["alice"], "churn")
    version = artifacts.create(world, alice, project, name="zoo", type_name="model", digest="d" * 32)
    artifacts.commit(world, version, {"contents": {}})
    return world


def stand_ins() -> World:
    """What a dry run without a catalog begins with."""
    return dry_run_world(None, None, (), stub_artifacts=False)


def old_server() -> World:
    world = World.default()
    world.server(without=["ARTIFACT_REGISTRY_SEARCH"])
    return world


@dataclass
class Case:
    code: str
    targets: tuple[str | LinkTarget, ...] = (ZOO,)
    check: str = ""
    world: Callable[[], World] = World.default
    user: str | None = None
    environ: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    consumed: tuple[str | ConsumedName, ...] = ()
    says: tuple[str, ...] = ()
    help: tuple[str, ...] = ()
    status: str = "fail"


NOTHING_IS_CHECKED = {"REG801", "REG802", "REG803", "REG804"}
"""Without an answer for the key no link is judged, which is status 2."""

CASES = {
    "personal entity by argument": Case(
        "REG203",
        check="entity",
        more={"entity": "alice"},
        says=(
            '"alice" is a personal entity',
            "argument entity=",
            "linking is only allowed within the same team",
        ),
        help=('entity="team-a"',),
    ),
    "personal entity by environment": Case(
        "REG203", check="entity", environ={"WANDB_ENTITY": "alice"}, help=("export WANDB_ENTITY=team-a",)
    ),
    "personal default entity": Case(
        "REG203",
        check="entity",
        world=two_organizations,
        user="carol",
        says=("the account's default entity",),
        help=("take you into a team",),
    ),
    "organization as entity": Case(
        "REG204",
        check="entity",
        more={"entity": "acme"},
        says=('"acme" is the organization, not a team',),
        help=("team-a",),
    ),
    "entity that is not there": Case(
        "REG207", check="entity", more={"entity": "taem-a"}, says=("did you mean team-a?",), help=('entity="team-a"',)
    ),
    "entity that cannot be": Case(
        "REG207",
        check="entity",
        more={"entity": "Team A/"},
        says=("no entity has such a name; a team's is in the address of its page: wandb.ai/TEAM",),
        help=('entity="team-a"',),
    ),
    "entity beside the stand-ins of a dry run": Case(
        "REG207", check="entity", world=stand_ins, more={"entity": "your-team"}, help=('entity="TEAM"',)
    ),
    "entity before the name of a registry": Case(
        "REG207", targets=("registry/model/birds",), check="destination", help=('write "wandb-registry-model/birds"',)
    ),
    "entity before another name": Case(
        "REG207",
        targets=("team-x/candidates/birds",),
        check="destination",
        help=("or to a registry: wandb-registry-REG",),
    ),
    "team without organization": Case(
        "REG207", check="entity", world=lonely_team, more={"entity": "lonely"}, says=("without an organization",)
    ),
    "team as organization": Case(
        "REG202",
        (f"team-a/{ZOO}",),
        "organization",
        says=(
            '"team-a" is not an organization',
            "it is a team entity",
            "Unable to find organization for entity 'team-a'.",
        ),
        help=(f'write "{ZOO}": W&B finds the organization automatically',),
    ),
    "person as organization": Case("REG202", (f"alice/{ZOO}",), "organization", says=("a personal entity",)),
    "organization in another case": Case(
        "REG303", (f"ACME/{ZOO}",), "organization", says=('that is "Acme Inc", entity "acme"',)
    ),
    "organization that is not there": Case("REG303", (f"umbrella/{ZOO}",), "organization"),
    "registry misspelled": Case(
        "REG301",
        ("wandb-registry-modle/zoo",),
        "registry",
        says=("missing in Acme Inc, or restricted", "cannot create registry"),
        help=(f'did you mean "{ZOO}"?',),
    ),
    "registry unlike any": Case(
        "REG301", ("wandb-registry-xyz/zoo",), "registry", help=('"dataset", "model"', 'create_registry(name="xyz"')
    ),
    "restricted registry": Case(
        "REG301", ("wandb-registry-secret/zoo",), "registry", restricted, says=("or restricted",)
    ),
    "display name of a registry": Case(
        "REG302", ("wandb-registry-models/zoo",), "registry", says=("what the W&B App shows",), help=(ZOO,)
    ),
    "registry in another case": Case(
        "REG302",
        ("wandb-registry-MODEL/zoo",),
        "registry",
        status="warn",
        says=("when linking is undocumented",),
        help=(ZOO,),
    ),
    "role too low": Case(
        "REG304", check="role", world=viewer, says=("(your role is viewer)", "it is read-only for you")
    ),
    "a viewer of the team": Case(
        "REG207", check="entity", world=team_viewer, says=("your role there is that of a viewer", "permission denied")
    ),
    "a stranger to the team": Case(
        "REG207",
        check="entity",
        world=another_team,
        more={"entity": "team-b"},
        says=("you are not a member of it",),
        help=('entity="team-a"', "admin of team-b"),
    ),
    "a service account in another team": Case(
        "REG807",
        check="entity",
        world=robot,
        user="robot",
        environ={"WANDB_ENTITY": "team-b"},
        says=("the service account robot cannot log to team-b", "it belongs to team-a"),
        help=("export WANDB_ENTITY=team-a",),
    ),
    "type not allowed": Case(
        "REG401",
        check="artifact-type",
        more={"artifact_type": "checkpoint"},
        says=('accepts "model", not "checkpoint"',),
        help=('type="model"', 'registry("model", organization="Acme Inc"); r.artifact_types.append("checkpoint")'),
    ),
    "collection of another type": Case(
        "REG402",
        ("wandb-registry-Golden Datasets/raw_images",),
        "collection",
        taken,
        more={"artifact_type": "model"},
        says=('has the type "dataset", not "model"',),
        help=("wandb-registry-Golden Datasets/raw_images-model", 'type="dataset"'),
    ),
    "prefix forgotten": Case(
        "REG101", ("model/zoo",), "destination", says=("without any error",), help=(f'write "{ZOO}"',)
    ),
    "collection forgotten": Case("REG102", ("wandb-registry-model",), "target-path"),
    "a slash too many": Case("REG103", ("wandb-registry-model/a/b",), "target-path"),
    "four parts": Case("REG103", ("acme/wandb-registry-model/a/b",), "target-path"),
    "prefix misspelled": Case("REG104", ("wandb_registry_model/zoo",), "target-path", help=(f'"{ZOO}"',)),
    "collection empty": Case("REG105", ("wandb-registry-model/",), "target-path"),
    "registry empty": Case("REG105", ("wandb-registry-/zoo",), "target-path"),
    "placeholder": Case("REG106", ("wandb-registry-<registry_name>/zoo",), "target-path"),
    "shell variable": Case("REG106", ("wandb-registry-model/$X",), "target-path", says=('"$X" is not filled in',)),
    "template": Case("REG106", ("wandb-registry-{{ x }}/zoo",), "target-path", help=("write the real name",)),
    "version in the path": Case("REG107", (f"{ZOO}:v3",), "collection"),
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
        says=('"team-a" is the entity, not the organization', "environment WANDB_ORGANIZATION"),
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
    "nothing listens": Case("REG801", check="connection", environ={"WANDB_BASE_URL": "http://127.0.0.1:9"}),
    "the App's address": Case(
        "REG804",
        check="settings",
        environ={"WANDB_BASE_URL": "https://wandb.ai"},
        help=("export WANDB_BASE_URL=https://api.forge.coreweave.com",),
    ),
    "an old server": Case("REG805", check="server", world=old_server, status="warn"),
    "a version that is not there": Case(
        "REG305",
        (),
        "consumed",
        filled,
        consumed=(f"{ZOO}:v9",),
        says=(
            'the collection "zoo" has no version or alias "v9"',
            "it has v0, v1, v2, latest, prod",
            "not found in 'acme/wandb-registry",
        ),
    ),
    "a number for a version": Case(
        "REG305", (), "consumed", filled, consumed=(f"{ZOO}:0",), help=(f'did you mean "{ZOO}:v0"?',)
    ),
    "an alias misspelled": Case(
        "REG305", (), "consumed", filled, consumed=(f"{ZOO}:prdo",), help=(f'did you mean "{ZOO}:prod"?',)
    ),
    "an alias that is no slip of latest": Case(
        "REG305", (), "consumed", filled, consumed=(f"{ZOO}:best",), help=("link it, or read another version",)
    ),
    "a slip of latest": Case(
        "REG305", (), "consumed", filled, consumed=(f"{ZOO}:lastest",), help=(f'did you mean "{ZOO}:latest"?',)
    ),
    "a collection that is not there": Case(
        "REG305",
        (),
        "consumed",
        filled,
        consumed=("wandb-registry-model/zooo:prod",),
        says=('the registry "model" has no collection "zooo"',),
        help=('did you mean "zoo"?',),
    ),
    "an artifact of a project that is not there": Case("REG305", (), "consumed", consumed=("team-a/p/zoo:v0",)),
    "a registry that is not there to fetch from": Case(
        "REG301",
        (),
        "consumed",
        filled,
        consumed=("wandb-registry-modle/zoo:prod",),
        says=("not found under entity 'acme'",),
        help=(f'did you mean "{ZOO}:prod"?',),
    ),
    "a team as organization of a fetch": Case("REG202", (), "consumed", filled, consumed=(f"team-a/{ZOO}:prod",)),
    "a personal entity with two organizations fetches": Case(
        "REG208",
        (),
        "consumed",
        two_organizations,
        "carol",
        more={"entity": "carol"},
        consumed=(f"{ZOO}:prod",),
        says=("Personal entity 'carol' belongs to multiple organizations",),
        help=(f'write "acme/{ZOO}:prod"', f'write "beta/{ZOO}:prod"'),
    ),
    "another type than the code says": Case(
        "REG406", (), "consumed", filled, consumed=(consumed_of(f"{ZOO}:prod", artifact_type="dataset"),)
    ),
    "a restricted viewer fetches": Case(
        "REG304", (), "consumed", restricted_viewer, consumed=(f"{ZOO}:v0",), says=("restricted viewer",)
    ),
    "a URI is fetched": Case(
        "REG509",
        (),
        "consumed-name",
        filled,
        consumed=("wandb-artifact:///acme/wandb-registry-model/zoo:v0",),
        help=('write "acme/wandb-registry-model/zoo:v0"',),
    ),
    "Weave's URI is fetched": Case(
        "REG509",
        (),
        "consumed-name",
        filled,
        consumed=("registry:///acme/model/zoo:v0",),
        help=('write "acme/wandb-registry-model/zoo:v0"',),
    ),
    "unfilled name": Case(
        "REG106",
        (),
        "consumed-name",
        filled,
        consumed=("wandb-registry-model/{name}:v0",),
        says=('"{name}" was never filled in',),
    ),
    "the source is another team's": Case(
        "REG806",
        (PROMOTED,),
        "source",
        other_teams_source,
        says=("logged in a project that alice may not see", "Entity name is required to resolve org entity name."),
    ),
    "the source is a person's": Case(
        "REG203",
        (target_of(ZOO, "Artifact.link", consumed=consumed_of("alice/churn/zoo:v0")),),
        "entity",
        personal_source,
        says=("the source of alice/churn/zoo:v0",),
        help=(
            '    old = wandb.Api().artifact("alice/churn/zoo:v0")',
            '    with wandb.init(entity="team-a", project="churn"',
            f'target_path="{ZOO}")',
        ),
    ),
    "an alias with a slash": Case(
        "REG501", check="aliases", more={"aliases": ["prod/eu"]}, says=('"/" is not allowed',), help=('"prod-eu"',)
    ),
    "an alias without end": Case("REG501", check="aliases", more={"aliases": ["x" * 129]}),
    "a version as alias": Case("REG502", check="aliases", more={"aliases": ["v3"]}, status="warn"),
    "two aliases in one": Case("REG501", check="aliases", more={"aliases": ["nightly,best"]}, status="warn"),
    "an alias in letters": Case("REG607", check="aliases", more={"aliases": list("best")}, status="warn"),
    "an alias that only an admin may set": Case(
        "REG507",
        check="aliases",
        more={"aliases": ["prod"], "config": Config({"protected-aliases": ("prod",)}, source="pyproject.toml")},
        status="warn",
        says=("only an admin of the registry may set it",),
    ),
    "an entity that only the configuration names": Case(
        "REG201",
        check="entity",
        world=two_teams,
        more={"config": Config({"entity": "team-b"}, source="pyproject.toml")},
        status="warn",
        says=(
            'only `entity` in pyproject.toml names the entity "team-b", which wandb does not read',
            'belongs to "team-a"',
        ),
        help=("export WANDB_ENTITY=team-b",),
    ),
    "the entity of the code in a sweep": Case(
        "REG205",
        (IN_CODE,),
        "code-and-environment",
        environ={"WANDB_SWEEP_ID": "x1y2"},
        status="warn",
        says=('train.py:3 says entity="team-a"', "environment WANDB_SWEEP_ID"),
    ),
    "the catalog is of yesterday": Case(
        "REG808",
        check="catalog",
        more={
            "catalog": Catalog(
                (Organization("Acme Inc", "acme", ("team-a",), (Registry("model", types=("model", "net")),)),)
            ),
            "config": Config({"catalog": "a.json", "options": {"catalog"}}),
            "catalog_file": Setting("b.json", Argument("--catalog")),
        },
        status="warn",
        says=('no longer accepts the type "net"', "b.json", "(argument --catalog)"),
        help=("regilink catalog pull",),
    ),
    "the legacy registry": Case(
        "REG112",
        ("model-registry/zoo",),
        "destination",
        status="warn",
        says=("only the team sees it", "a project of team-a"),
    ),
    "the legacy registry after its migration": Case(
        "REG112",
        ("model-registry/zoo",),
        "destination",
        migrated,
        says=("migrated into the registry team-a-mr-migrated of Acme Inc",),
        help=('write "wandb-registry-team-a-mr-migrated/zoo"',),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exactly_that_rule_is_named(name: str, examined: Diagnose) -> None:
    case = CASES[name]
    found = examined(
        *case.targets, world=case.world(), user=case.user, environ=case.environ, consumed=case.consumed, **case.more
    )
    wrong = found.of("fail", "warn", "crash")
    assert [(row.name, row.status, row.code) for row in wrong] == [(case.check, case.status, case.code)], wrong
    row = wrong[0]
    for words in case.says:
        assert words in f"{row.text} ({row.origin.shown if row.origin else ''})"
    for words in case.help:
        assert words in (row.help or "")
    assert row.help, "every problem ends with what to do"
    checked = case.code not in NOTHING_IS_CHECKED
    assert found.exit_status() == (2 if not checked else 1 if case.status == "fail" else 0)
    assert found.exit_status(strict=True) == (1 if checked else 2)


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


def test_a_promotion_from_one_registry_to_another_is_green_where_the_source_is_seen(examined: Diagnose) -> None:
    found = examined(PROMOTED, world=own_source())
    assert not found.of("fail", "warn", "crash")
    (row,) = (row for row in found.checks if row.name == "source")
    assert row.text == "wandb-registry-staging/zoo:v0 was logged in team-a/seed, which you may see"
    assert found.requests == 2


def test_names_that_are_fetched_cost_no_request_of_their_own(examined: Diagnose) -> None:
    world = filled()
    found = examined(consumed=[f"{ZOO}:v{number}" for number in range(3)] + [f"{ZOO}:prod", ZOO], world=world)
    assert not found.of("fail", "warn", "skip", "crash")
    assert found.requests == 2
    assert [row.text for row in found.checks if row.name == "consumed"][2] == (
        "zoo v2, type model, aliases latest, prod"
    )
    missing = examined(consumed=[f"{ZOO}:v{number}" for number in range(50)], world=filled())
    assert missing.codes == ("REG305",)
    assert missing.requests == 3


@pytest.mark.parametrize("target", [ZOO, f"acme/{ZOO}", f"Acme Inc/{ZOO}"])
def test_every_right_spelling_is_green(target: str, examined: Diagnose) -> None:
    assert not examined(target, artifact_type="model").of("fail", "warn", "skip", "crash")


def test_without_targets_the_registries_are_ready_to_paste(examined: Diagnose) -> None:
    found = examined()
    assert not found.of("fail", "warn", "skip", "crash")
    assert found.requests == 2
    assert found.ready is not None
    assert found.ready.targets == ("wandb-registry-dataset/my-collection", "wandb-registry-model/my-collection")


def test_a_target_in_a_project_lacks_the_prefix_as_it_seems(examined: Diagnose) -> None:
    found = examined("my-project/best")
    (warning,) = found.of("fail", "warn", "skip")
    assert (warning.name, warning.status) == ("destination", "warn")
    assert (warning.note or "").endswith('it goes into collection "best" of the project "my-project" of team-a')


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
        assert rows[name].message == "skipped: `entity` (alice) failed"


def test_one_wrong_target_does_not_stop_the_others(examined: Diagnose) -> None:
    found = examined("wandb-registry-modle/a", ZOO, artifact_type="model")
    by_subject: dict[str, list[CheckResult]] = {}
    for row in found.checks:
        by_subject.setdefault(row.subject, []).append(row)
    assert all(row.status == "pass" for row in by_subject[ZOO])
    assert found.codes == ("REG301",)


def test_an_unknown_type_leaves_open_what_cannot_be_known(examined: Diagnose) -> None:
    found = examined(ZOO)
    (row,) = found.of("skip")
    assert row.name == "artifact-type"
    assert "accepts: model" in row.text


def test_a_second_organization_does_not_disturb_a_team(examined: Diagnose) -> None:
    world = two_organizations()
    world.member("alice", team="team-b")
    found = examined(ZOO, world=world, user="alice", artifact_type="model")
    assert not found.of("fail", "warn", "skip")
    assert found.ready is not None
    assert [team for team, _ in found.ready.teams] == ["team-a", "team-b"]


@pytest.mark.parametrize("version", sample(PRESETS, one_in=3))
def test_an_old_server_is_asked_for_what_it_knows(version: str, examined: Diagnose) -> None:
    world = filled()
    world.server(version)
    found = examined(ZOO, world=world, consumed=[f"{ZOO}:prod"], artifact_type="model")
    assert not found.of("fail", "crash")
    assert [row.code for row in found.of("warn")] == (["REG805"] if version < "0.67" else [])
    assert found.requests <= (2 if version >= "0.70" else 4)
    assert bool(found.of("skip")) == (version < "0.70")


def test_an_old_wandb_is_said(examined: Diagnose, make_environment: Environment) -> None:
    found = examined(ZOO, python=str(make_environment("0.20.1")), artifact_type="model")
    (row,) = found.of("warn")
    assert row.code == "REG701"
    assert "returns None" in row.text


def test_without_wandb_it_goes_on(examined: Diagnose, make_environment: Environment) -> None:
    found = examined(ZOO, python=str(make_environment(None)), artifact_type="model")
    (row,) = found.of("skip")
    assert row.name == "wandb"
    assert "not installed" in row.text
    assert found.exit_status() == 0


@pytest.mark.parametrize(
    ("host", "machine"),
    [("wandb.example.com", "https://wandb.example.com"), ("127.0.0.1:9123", "http://127.0.0.1:9123")],
)
@pytest.mark.parametrize("key", ["", "abc"])
def test_a_login_is_suggested_with_a_scheme_which_wandb_wants(
    examined: Diagnose, host: str, machine: str, key: str
) -> None:
    found = examined(ZOO, environ={"WANDB_API_KEY": key, "WANDB_BASE_URL": host})
    failed = {row.name: row for row in found.of("fail")}
    assert failed.keys() == {"settings", "credentials"}
    assert failed["settings"].help == f"export WANDB_BASE_URL={machine}"
    login = f"wandb login --relogin --host {machine}" if key else f"wandb login --host {machine}\n"
    assert (failed["credentials"].help or "").startswith(login)
    assert key or f"(machine {host})" in (failed["credentials"].note or "")


def test_the_key_is_in_no_row(examined: Diagnose, emulator: Emulator) -> None:
    for environ in ({}, {"WANDB_API_KEY": "f" * 40}, {"WANDB_BASE_URL": "http://127.0.0.1:9"}):
        found = examined(ZOO, environ=environ)
        key = environ.get("WANDB_API_KEY") or emulator.environ()["WANDB_API_KEY"]
        assert key not in repr(found)
