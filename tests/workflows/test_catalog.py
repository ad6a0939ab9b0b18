"""The organization as the server has it, pulled from the emulator over HTTP."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from regilink_doctor.cli import main
from regilink_doctor.core.catalog import Catalog, Collection, Organization, Registry
from regilink_doctor.core.catalog.catalog_file import render_catalog
from regilink_doctor.emulator import Emulator, World
from regilink_doctor.report.schemas import CATALOG
from regilink_doctor.workflows.catalog import pull_catalog
from regilink_doctor.workflows.server_session import Unanswered

DEPTHS = ("none", "names", "full")


def acme() -> World:
    world = World.default()
    world.team("team-b")
    world.registry("Golden Datasets", description='Say "gold"\nand mean it', types=["dataset", "table"])
    world.registry("everything")
    world.registry("secret", visibility="restricted")
    world.collection("zoo", registry="model", versions=2, aliases=["production"])
    world.collection("raw images", registry="Golden Datasets", type="table")
    world.collection("odd/one", registry="everything", type="onnx")
    return world


@pytest.fixture
def pulled(emulator: Emulator) -> Catalog:
    emulator.reset(acme())
    return pull_catalog(collections="full", environ=emulator.environ())


def test_it_has_what_the_account_is_shown(pulled: Catalog) -> None:
    (organization,) = pulled.organizations
    assert (organization.name, organization.entity, organization.teams) == ("Acme Inc", "acme", ("team-a",))
    assert {each.name: each for each in organization.registries} == {
        "model": Registry(
            "model", types=("model",), collections=(Collection("zoo", "model", ("latest", "production"), 2),)
        ),
        "dataset": Registry("dataset", types=("dataset",), collections=()),
        "Golden Datasets": Registry(
            "Golden Datasets",
            description='Say "gold"\nand mean it',
            types=("dataset", "table"),
            collections=(Collection("raw images", "table"),),
        ),
        "everything": Registry("everything", types_seen=("onnx",), collections=(Collection("odd/one", "onnx"),)),
    }
    assert "ARTIFACT_REGISTRY_SEARCH" in pulled.features


def test_the_depth_is_as_asked(emulator: Emulator, pulled: Catalog) -> None:
    names = pull_catalog(environ=emulator.environ())
    assert names.depth == "names"
    assert pull_catalog(collections="none", environ=emulator.environ()).depth == "none"
    assert pulled.diff(names) == ()


def test_no_person_is_in_it(emulator: Emulator) -> None:
    world = acme()
    world.user("bob.builder", email="bob@example.org", teams=["team-a"])
    world.service_account("ci-robot", team="team-a")
    world.member("bob.builder", registry="model", role="admin")
    emulator.reset(world)
    text = render_catalog(pull_catalog(collections="full", environ=emulator.environ()))
    for word in ("alice", "bob", "example.", "ci-robot", emulator.environ()["WANDB_API_KEY"]):
        assert word not in text


def test_only_who_sees_everything_makes_it_complete(emulator: Emulator) -> None:
    world = acme()
    world.user("root", admin=True, organizations=["Acme Inc"])
    emulator.reset(world)
    assert not pull_catalog(environ=emulator.environ()).complete
    everything = pull_catalog(environ=emulator.environ("root"))
    assert everything.complete
    assert "secret" in [each.name for each in everything.organizations[0].registries]
    assert pull_catalog(environ=emulator.environ(), complete=True).complete


def test_teams_of_others_are_known_by_their_registries(emulator: Emulator) -> None:
    world = acme()
    world.find_project("acme", "wandb-registry-model").team_members["team-b"] = "member"  # type: ignore[union-attr]
    emulator.reset(world)
    assert pull_catalog(environ=emulator.environ()).organizations[0].teams == ("team-a", "team-b")


def test_an_address_of_this_machine_is_not_written_down(pulled: Catalog) -> None:
    assert pulled.host is None


def test_protected_aliases_are_kept(emulator: Emulator, pulled: Catalog) -> None:
    (organization,) = pulled.organizations
    by_hand = replace(
        pulled,
        organizations=(
            replace(
                organization,
                registries=tuple(replace(each, protected_aliases=("production",)) for each in organization.registries),
            ),
        ),
    )
    again = pull_catalog(collections="full", environ=emulator.environ(), before=by_hand)
    assert again.to_json() == by_hand.to_json()


def test_the_organization_is_that_of_the_entity_or_the_one_that_is_named(emulator: Emulator) -> None:
    world = acme()
    world.organization("Beta GmbH", entity="beta")
    world.team("team-z", organization="Beta GmbH")
    world.member("alice", team="team-z")
    emulator.reset(world)
    environ = emulator.environ()
    for wanted, entity, entities in (
        ((), "team-a", ["acme"]),
        ((), "team-z", ["beta"]),
        ((), "alice", ["acme", "beta"]),
        (("beta", "Acme Inc", "acme"), "team-a", ["beta", "acme"]),
    ):
        found = pull_catalog(wanted, environ={**environ, "WANDB_ENTITY": entity})
        assert [each.entity for each in found.organizations] == entities
    with pytest.raises(Unanswered, match='no organization "Umbrella" is shown to alice') as caught:
        pull_catalog(["Umbrella"], environ=environ)
    assert caught.value.help == "the account's organizations: Acme Inc (entity acme), Beta GmbH (entity beta)"


def test_who_has_no_organization_is_told(emulator: Emulator) -> None:
    world = World()
    world.user("loner", organizations=[])
    emulator.reset(world)
    with pytest.raises(Unanswered, match="belongs to no organization"):
        pull_catalog(environ=emulator.environ("loner"))


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"WANDB_API_KEY": "f" * 40}, "key"),
        ({"WANDB_BASE_URL": "http://127.0.0.1:9"}, "nothing listens there"),
    ],
)
def test_no_answer_has_its_cause(emulator: Emulator, environ: dict[str, str], words: str) -> None:
    emulator.reset(acme())
    with pytest.raises(Unanswered) as caught:
        pull_catalog(environ={**emulator.environ(), **environ})
    assert words in str(caught.value)
    assert caught.value.help


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_world_made_of_it_is_the_same_again(emulator: Emulator, depth: str) -> None:
    emulator.reset(acme())
    first = pull_catalog(collections=depth, environ=emulator.environ())  # type: ignore[arg-type]
    emulator.reset(World.from_catalog(first))
    assert render_catalog(pull_catalog(collections=depth, environ=emulator.environ())) == render_catalog(first)  # type: ignore[arg-type]


@pytest.mark.slow
def test_200_registries_and_20000_collections_come_back_byte_by_byte(emulator: Emulator, tmp_path: Path) -> None:
    def collections(number: int) -> tuple[Collection, ...]:
        filled = (Collection(f"filled {index}", "model", ("latest", "prod"), 2) for index in range(5))
        return (*filled, *(Collection(f"c {number}-{index}", "model") for index in range(95)))

    registries = tuple(
        Registry(f"registry {number}", types=("model",) if number % 2 else None, collections=collections(number))
        for number in range(200)
    )
    teams = tuple(f"team-{number}" for number in range(10))
    emulator.reset(World.from_catalog(Catalog((Organization("Acme Inc", "acme", teams, registries),))))
    told: list[tuple[str, int, int | None]] = []
    pull_catalog(collections="full", environ=emulator.environ(), progress=lambda *step: told.append(step)).save(
        tmp_path / "1"
    )
    seeded = World.from_catalog(tmp_path / "1")
    with Emulator(seeded) as second:
        pull_catalog(collections="full", environ=second.environ()).save(tmp_path / "2")
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()
    (organization,) = Catalog.load(tmp_path / "1").organizations
    assert len(organization.registries) == 200
    assert sum(len(each.collections or ()) for each in organization.registries) == 20_000
    assert ("registries of Acme Inc", 200, None) in told
    assert ("collections of Acme Inc", 20_000, 20_000) in told
    assert len(told) < 100


def test_the_schema_describes_it(pulled: Catalog) -> None:
    jsonschema.Draft202012Validator.check_schema(CATALOG)
    jsonschema.validate(pulled.to_json(), CATALOG)
    for wrong in (
        {"organizations": []},
        {**pulled.to_json(), "time": 3},
        {"version": 1, "organizations": [{"name": "A", "entity": "a", "registries": [{"name": "wandb-registry-m"}]}]},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, CATALOG)


# The command.


@pytest.fixture
def shell(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    emulator.reset(acme())
    for name, value in emulator.environ().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "regilink.catalog.json"


def test_pull_writes_what_can_be_reviewed(shell: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "pull"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "written: Acme Inc (acme): 1 team, 4 registries, 3 collections" in err
    assert "not complete" in err
    assert "[tool.regilink]" not in err  # the other commands find it
    text = shell.read_text(encoding="utf-8")
    assert text.endswith("}\n")
    value = json.loads(text)
    names = [each["name"] for each in value["organizations"][0]["registries"]]
    assert names == sorted(names)
    assert not list(shell.parent.glob(".regilink*"))
    assert os.name == "nt" or shell.stat().st_mode & 0o777 == 0o644
    before = shell.stat().st_ino
    assert main(["catalog", "pull"]) == 0
    assert "up to date" in capsys.readouterr().err
    assert shell.stat().st_ino == before


def test_diff_says_what_changed_and_pull_says_it_too(
    shell: Path, emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["catalog", "pull"]) == 0
    assert main(["catalog", "diff"]) == 0
    emulator.world.registry("dataset", types=["dataset", "video"])
    emulator.world.registry("new")
    del emulator.world.entities["acme"].projects["wandb-registry-everything"]
    capsys.readouterr()
    assert main(["catalog", "diff"]) == 1
    expected = [
        'registry "dataset" now also accepts the type "video"',
        'registry "everything" is gone, or no longer shown to the account that asked',
        'registry "new" is new',
    ]
    out = capsys.readouterr().out
    assert [line[2:] for line in out.splitlines()] == expected
    assert [line[0] for line in out.splitlines()] == ["-", "!", "-"]
    assert main(["catalog", "diff", "--output-format", "json"]) == 1
    assert [each["breaks"] for each in json.loads(capsys.readouterr().out)["changes"]] == [False, True, False]
    assert main(["catalog", "pull"]) == 0
    assert [line[2:] for line in capsys.readouterr().out.splitlines()] == expected
    assert main(["catalog", "diff"]) == 0


def test_an_organization_that_is_gone_is_a_difference(
    shell: Path, emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["catalog", "pull"]) == 0
    world = World()
    world.organization("Beta", entity="beta")
    world.team("team-a")
    world.user("alice", teams=["team-a"])
    emulator.reset(world)
    assert main(["catalog", "diff"]) == 1
    assert 'organization "acme" is gone' in capsys.readouterr().out


def test_what_diff_could_not_compare_is_named(
    shell: Path, emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["catalog", "pull"]) == 0
    value = json.loads(shell.read_text(encoding="utf-8"))
    for registry in value["organizations"][0]["registries"]:
        registry["collections"] = None
    shell.write_text(json.dumps({**value, "host": "https://api.wandb.ai"}), encoding="utf-8")
    capsys.readouterr()
    assert main(["catalog", "diff"]) == 0
    assert capsys.readouterr().err == (
        "the same; collections were not compared; "
        "the catalog is of https://api.wandb.ai, and a server on this machine was asked\n"
    )


def test_two_files_are_compared_without_a_server(
    shell: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Catalog((Organization("A", "a"),)).save("old.json")
    Catalog((Organization("A", "a", ("t",)),)).save("new.json")
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    assert main(["catalog", "diff", "old.json", "new.json"]) == 1
    assert capsys.readouterr().out == '- team "t" is new in "A"\n'


def test_show_prints_a_table(shell: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "pull"]) == 0
    assert main(["catalog", "show"]) == 0
    out = capsys.readouterr().out
    assert "Acme Inc (entity acme)" in out
    assert "Golden Datasets" in out
    assert "every type (so far onnx)" in out
    assert out == "".join(f"{line.rstrip()}\n" for line in out.splitlines())
    assert (
        len(
            {
                line.find("  " + cell)
                for line in out.splitlines()
                for cell in ("everyone", "its members", "seen by")
                if cell in line
            }
        )
        == 1
    )
    assert main(["catalog", "show", "--output-format", "json"]) == 0
    assert capsys.readouterr().out.endswith(shell.read_text(encoding="utf-8"))


def test_the_file_is_that_of_the_configuration(
    shell: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (shell.parent / "regilink.toml").write_text('catalog = "ours.json"\n', encoding="utf-8")
    (shell.parent / "below").mkdir()
    monkeypatch.chdir("below")
    assert main(["catalog", "pull"]) == 0
    err = capsys.readouterr().err
    assert "../ours.json written: Acme Inc" in err
    assert "[tool.regilink]" not in err
    assert main(["catalog", "show"]) == main(["catalog", "diff"]) == 0
    assert not shell.exists()


def test_what_cannot_be_done_is_said(
    shell: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["catalog", "show"]) == 2
    assert "`regilink catalog pull` makes it" in capsys.readouterr().err
    assert main(["catalog", "pull", "no/such/folder/c.json"]) == 2
    assert "cannot be written" in capsys.readouterr().err
    shell.write_text("{", encoding="utf-8")
    assert main(["catalog", "pull"]) == 2
    assert "not JSON" in capsys.readouterr().err
    assert shell.read_text(encoding="utf-8") == "{"
    shell.unlink()
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    assert main(["catalog", "pull"]) == 2
    assert "nothing listens there" in capsys.readouterr().err
    assert not shell.exists()


def test_a_catalog_that_no_command_finds_is_to_be_named_in_the_configuration(
    shell: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["catalog", "pull", "acme.json"]) == 0
    assert '[tool.regilink] catalog = "acme.json"' in capsys.readouterr().err
