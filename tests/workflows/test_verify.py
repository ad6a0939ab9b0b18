"""After the run, against the emulator over HTTP: what is there, and what is there instead."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tables import check_rows

from regilink_doctor.cli import main
from regilink_doctor.emulator import Emulator, World
from regilink_doctor.workflows.server_session import Unanswered
from regilink_doctor.workflows.verify import Expected, Verification, verify

ZOO = "wandb-registry-model/zoo"


def acme() -> World:
    world = World.default()
    world.collection("zoo", registry="model", versions=3, aliases=["production"])
    world.collection("empty", registry="model")
    world.organization("Beta GmbH", entity="beta")
    world.team("team-b", organization="Beta GmbH")
    world.registry("model", organization="Beta GmbH")
    world.member("alice", team="team-b")
    return world


@pytest.fixture
def run(emulator: Emulator) -> Emulator:
    emulator.reset(acme())
    return emulator


def one(emulator: Emulator, name: str, **expected: object) -> Verification:
    (found,) = verify([name], environ=emulator.environ(), **expected)  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    "name",
    [
        *(ZOO, f"{ZOO}:production", f"{ZOO}:latest", f"{ZOO}:v2", f"acme/{ZOO}:v2", f"Acme Inc/{ZOO}:production"),
        "http://localhost:PORT/orgs/acme/registry/model?selectionPath=acme%2Fwandb-registry-model%2Fzoo&view=versions&version=v2",
        "wandb-artifact:///acme/wandb-registry-model/zoo:production",
    ],
)
def test_what_is_there_is_ok(run: Emulator, name: str) -> None:
    found = one(run, name.replace("PORT", run.url.rpartition(":")[2]), type="model")
    assert found.ok, found
    assert found.found == f"acme/{ZOO}:v2"
    assert found.aliases == ("latest", "production")
    assert one(run, name.replace("PORT", run.url.rpartition(":")[2]), aliases=["v2", "production"]).ok
    assert (found.type, found.problems) == ("model", ())


def test_an_address_of_another_server_is_not_verified_on_this_one(tmp_path: Path) -> None:
    page = "/orgs/acme/registry/model?selectionPath=acme%2Fwandb-registry-model%2Fzoo"
    environ = {"WANDB_API_KEY": "a" * 40, "HOME": str(tmp_path), "WANDB_BASE_URL": "https://wandb.zoo.example"}
    found = verify([f"wandb.ai{page}", f"https://other.example{page}"], environ=environ, cwd=tmp_path)
    assert [(item.status, item.problems) for item in found] == [
        ("unknown", (f"the address is on {name}, and https://wandb.zoo.example would be asked",))
        for name in ("wandb.ai", "other.example")
    ]


def test_a_server_on_this_machine_answers_for_no_other(run: Emulator) -> None:
    for server in ("https://wandb.ai", "http://localhost:1", "https://127.0.0.1"):
        found = one(run, f"{server}/orgs/acme/registry/model?selectionPath=acme%2Fwandb-registry-model%2Fzoo")
        assert (found.status, found.found) == ("unknown", None)
        assert found.problems[0].endswith(f"and {run.url} would be asked")


@pytest.mark.parametrize("version", ["0.63", "0.67"])
def test_what_an_old_server_cannot_answer_is_not_absent(run: Emulator, version: str) -> None:
    run.world.server(version)
    for name in (f"{ZOO}:production", "wandb-registry-model/zo"):
        with pytest.raises(Unanswered, match="artifactCollectionMembership"):
            one(run, name)


def test_the_spelling_is_that_of_the_server(run: Emulator) -> None:
    assert one(run, "wandb-registry-MODEL/zoo:production").found == f"acme/{ZOO}:v2"


def test_digest_and_source_are_compared(run: Emulator) -> None:
    found = one(run, ZOO)
    source = found.source or ""
    assert source.startswith("team-a/seed/zoo-")
    end = source.rpartition("/")[2]
    for expected in (source, end, end.partition(":")[0], f"seed/{end}", f"{source.partition(':')[0]}:latest"):
        assert one(run, ZOO, source=expected, digest=found.digest).ok
    assert one(run, f"{ZOO}:v0", source=f"{end.partition(':')[0]}:latest").status == "different"
    other = one(run, ZOO, source="team-a/other/zoo:v2", digest="f" * 32)
    assert other.status == "different"
    assert other.problems == (
        f"its digest is {found.digest}, not {'f' * 32}: it is another version's content",
        f'its source is "{source}", not "team-a/other/zoo:v2"',
    )


@pytest.mark.parametrize(
    ("name", "expected", "status", "problem", "advice"),
    [
        (f"{ZOO}:v1", {"aliases": ["production"]}, "different", 'does not carry the alias "production"', None),
        (f"{ZOO}:production", {"aliases": ["v7"]}, "different", "it is v2, not v7", None),
        (f"{ZOO}:v2", {"aliases": ["v1"]}, "different", "it is v2, not v1", None),
        (f"{ZOO}:v2", {"aliases": ["v02"]}, "different", "it is v2, not v02", None),
        (ZOO, {"type": "dataset"}, "different", 'has the type "model", not "dataset"', None),
        (
            f"{ZOO}:staging",
            {},
            "absent",
            'the collection "zoo" has no version or alias "staging"',
            "v2 (latest, production)",
        ),
        (f"{ZOO}:v7", {}, "absent", 'has no version or alias "v7"', "v0, v1, v2"),
        (ZOO, {"aliases": ["staging"]}, "absent", 'has no version or alias "staging"', "v2 (latest, production)"),
        (
            "wandb-registry-model/empty",
            {},
            "absent",
            'has no version or alias "latest"',
            "nothing is linked into it yet",
        ),
        ("wandb-registry-model/zooo", {}, "absent", 'no collection "zooo"', 'did you mean "zoo"?'),
        ("wandb-registry-model/x", {}, "absent", 'no collection "x"', 'its collections are "empty", "zoo"'),
        ("wandb-registry-dataset/zoo", {}, "absent", 'no collection "zoo"', "link a version first"),
        ("wandb-registry-modle/zoo", {}, "absent", 'no registry "modle" is known', 'mean "wandb-registry-model/zoo"?'),
        (
            "wandb-registry-qq/zoo",
            {},
            "absent",
            'no registry "qq" is known',
            'the registries that are known are "dataset", "model"',
        ),
        (f"Umbrella/{ZOO}", {}, "absent", 'no organization is called "Umbrella"', "Acme Inc (entity acme)"),
        (f"acme/{ZOO}", {"organization": "beta"}, "different", "it names the organization Acme Inc, not beta", None),
        ("model/zoo", {}, "different", '"model/zoo" lacks the registry prefix', f'write "{ZOO}"'),
        ("team-a/model/zoo:v3", {}, "different", "lacks the registry prefix", f'write "{ZOO}'),
        ("team-a/seed/zoo-19:v0", {}, "different", "is not a name in a registry", "wandb-registry-REGISTRY/COLLECTION"),
        ("acme/wandb_registry_model/zoo:v3", {}, "different", "prefix", f"{ZOO}:v3"),
        (
            "wandb-registry-model",
            {},
            "different",
            "names a registry but no collection",
            "wandb-registry-model/COLLECTION",
        ),
        ("a/b/c/d", {}, "different", "has more than three parts", "wandb-registry-REGISTRY/COLLECTION"),
        ("wandb-registry-model/$X:v1", {}, "different", '"$X" is not filled in', "use an f-string"),
        ("$REGISTRY/zoo:v1", {}, "different", '"$REGISTRY" is not filled in', "use an f-string"),
        ("wandb-registry-model/%X%:v1", {}, "different", '"%X%" was never filled in', "write the real name"),
        ("wandb-registry-model/TODO", {}, "different", '"TODO" was never filled in', "write the real name"),
        ("<org>/wandb-registry-model/zoo", {}, "different", '"<org>" was', "write the real organization"),
        (f"{ZOO}:{{alias}}", {}, "different", '"{alias}" was never filled in', "write the real name"),
        (ZOO, {"aliases": ["latest", "<alias>"]}, "different", '"<alias>" was never filled in', "the real aliases"),
        (ZOO, {"type": "{type}"}, "different", '"{type}" was never filled in', "write the real type"),
        (ZOO, {"source": "team-a/$P/zoo:v1"}, "different", '"$P" is not filled in', "use an f-string"),
        ("wandb-registry-model/zoo$5", {}, "absent", 'no collection "zoo$5"', 'did you mean "zoo"?'),
        ("wandb-registry-model/100%done", {}, "absent", 'no collection "100%done"', "its collections are"),
    ],
)
def test_what_is_there_instead_is_said(
    run: Emulator, name: str, expected: dict[str, object], status: str, problem: str, advice: str | None
) -> None:
    found = one(run, name, **expected)
    assert found.status == status
    assert problem in found.problems[0]
    assert (found.help is None) if advice is None else advice in f"{found.note} {found.help}"


def test_the_organization_that_is_meant_decides(run: Emulator) -> None:
    assert one(run, ZOO, organization="beta").problems == ('the registry "model" has no collection "zoo"',)
    personal = {**run.environ(), "WANDB_ENTITY": "alice"}
    (found,) = verify(ZOO, environ=personal)
    assert found.status == "unknown"
    assert 'no single organization follows from the entity "alice"' in found.problems[0]
    assert verify([ZOO], organization="Acme Inc", environ=personal)[0].ok
    (found,) = verify(ZOO, organization="Acmee", environ=personal)
    assert (found.status, found.problems) == ("unknown", ('no organization is called "Acmee"',))


@pytest.mark.slow
def test_many_names_cost_two_requests_and_one_more_for_the_missing(run: Emulator) -> None:
    seen: list[str] = []
    handle = run.app.answer_request
    run.app.answer_request = lambda request: (seen.append(request.path), handle(request))[1]  # type: ignore[method-assign]
    try:
        found = verify([f"{ZOO}:v{index % 3}" for index in range(40)], environ=run.environ())
        assert all(each.ok for each in found)
        assert seen.count("/graphql") == 2
        seen.clear()
        found = verify([f"{ZOO}:v{index}" for index in range(40)], environ=run.environ())
        assert [each.ok for each in found] == [True] * 3 + [False] * 37
        assert seen.count("/graphql") == 3
    finally:
        run.app.answer_request = handle  # type: ignore[method-assign]


def test_each_name_can_have_its_own_expectations(run: Emulator) -> None:
    found = verify([Expected(ZOO, type="model"), Expected(f"{ZOO}:v0", aliases=("production",))], environ=run.environ())
    assert [each.status for each in found] == ["ok", "different"]
    assert verify([], environ={"WANDB_BASE_URL": "http://127.0.0.1:9"}) == ()


def test_no_answer_has_its_cause(run: Emulator) -> None:
    with pytest.raises(Unanswered, match="nothing listens there"):
        verify([ZOO], environ={**run.environ(), "WANDB_BASE_URL": "http://127.0.0.1:9"})


# The command.


@pytest.fixture
def shell(run: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in run.environ().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_exit_status_is_for_scripts(shell: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", ZOO, "--alias", "production", "--type", "model"]) == 0
    assert f"is acme/{ZOO}:v2 (type model, aliases latest, production" in capsys.readouterr().out
    assert main(["verify", ZOO, f"{ZOO}:v9"]) == 1
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.splitlines() if not line.startswith(" ")] == ["ok", "absent"]
    assert main(["verify", ZOO, f"{ZOO}:v9", "--output-format", "json"]) == 1
    assert [each["status"] for each in json.loads(capsys.readouterr().out)["results"]] == ["ok", "absent"]
    elsewhere = "https://wandb.ai/orgs/acme/registry/model?selectionPath=acme%2Fwandb-registry-model%2Fzoo"
    assert main(["verify", ZOO, elsewhere, "--allow-unknown"]) == 2
    assert f"1 name checked. 1 name could not be checked: acme/{ZOO}" in capsys.readouterr().out
    assert main(["verify", elsewhere, f"{ZOO}:v9", "--output-format", "json"]) == 1
    value = json.loads(capsys.readouterr().out)
    assert [each["status"] for each in value["results"]] == ["unknown", "absent"]
    assert [each["target"] for each in value["links"]["unknown"]] == [f"acme/{ZOO}"]


@pytest.mark.parametrize("option", ["alias", "type", "digest", "source", "organization"])
def test_an_empty_value_asks_for_nothing_and_is_refused(
    option: str, shell: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", f"{ZOO}:production", f"--{option}", ""]) == 2
    assert f"--{option} is empty" in capsys.readouterr().err


def test_an_empty_alias_is_not_the_latest_version(run: Emulator) -> None:
    found = one(run, f"{ZOO}:")
    assert (found.status, found.problems) == ("different", (f'"{ZOO}:" ends with a colon, and names no alias',))


def test_aliases_that_the_source_does_not_show_are_named(shell: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shell / "train.py").write_text(
        "import os, sys, wandb\nrun = wandb.init(entity='team-a')\nart = wandb.Artifact('zoo', type='model')\n"
        f"run.link_artifact(art, '{ZOO}', aliases=[sys.argv[1], os.environ['ALIAS']])\n",
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALIAS", "staging")
        assert main(["verify", "--from-sites"]) == 1
        shown = " ".join(capsys.readouterr().out.split())
    assert 'no version or alias "staging"' in shown
    assert "1 link with aliases that the source does not show: train.py:4." in shown


@check_rows(
    ("target", "shown"),
    [
        ("candidates/zoo", "1 link goes to a project, not to a registry: train.py:4."),
        ("zoo", "1 link goes to a project, not to a registry: train.py:4."),
        (
            "wandb-registry-model",
            'different wandb-registry-model (train.py:4, environment TARGET) "wandb-registry-model"',
        ),
        ("wandb_registry-model/zoo", "misspells the registry prefix"),
        ("", '"" is not a name in a registry'),
    ],
)
def test_a_link_that_the_environment_sends_to_a_project_is_named(
    target: str, shown: str, shell: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (shell / "train.py").write_text(
        "import os, wandb\nrun = wandb.init(entity='team-a')\nart = wandb.Artifact('zoo', type='model')\n"
        f"run.link_artifact(art, os.environ['TARGET'])\nrun.use_artifact('{ZOO}')\nrun.use_artifact('p/zoo:v1')\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("TARGET", target)
    assert main(["verify", "--from-sites"]) == (0 if "goes to a project" in shown else 1)
    out = " ".join(capsys.readouterr().out.split())
    assert shown in out
    assert "p/zoo" not in out


def test_tests_are_left_out_unless_they_are_asked_for(shell: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = "import wandb\nrun = wandb.init(entity='team-a')\nrun.use_artifact('{}')\n"
    (shell / "tests").mkdir()
    (shell / "tests" / "test_train.py").write_text(code.format("wandb-registry-scratch/zoo:v1"), encoding="utf-8")
    (shell / "contest.py").write_text(code.format(ZOO), encoding="utf-8")
    for command in (["verify", "--from-sites"], ["doctor"]):
        assert main(command) == 0
        assert "1 file skipped: tests/test_train.py (a test)." in capsys.readouterr().out
    for path in ("tests", "tests/test_train.py"):
        assert main(["verify", "--from-sites", path]) == 1
        assert 'no registry "scratch" is known' in capsys.readouterr().out


def test_the_names_can_come_from_the_source(shell: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shell / "train.py").write_text(
        "import os, wandb\n"
        "run = wandb.init(entity='team-a')\n"
        "artifact = wandb.Artifact('zoo', type='model')\n"
        "run.link_artifact(artifact, 'wandb-registry-model/zoo', aliases=['production'])\n"
        "run.link_artifact(artifact, 'candidates/zoo')\n"
        "run.link_artifact(artifact, f'wandb-registry-model/{os.environ[\"NAME\"]}')\n"
        "base = run.use_artifact('wandb-registry-model/base:v3')\n",
        encoding="utf-8",
    )
    assert main(["verify", "--from-sites"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "ok        wandb-registry-model/zoo  (train.py:4)"
    assert "skipped   wandb-registry-model/{?}  (train.py:6)" in lines
    assert "absent    wandb-registry-model/base:v3  (train.py:7)" in lines
    assert not any("candidates" in line for line in lines)
    assert lines[-2:] == [
        '2 names checked. 1 name could not be checked: train.py:6 (os.environ["NAME"])',
        "1 link goes to a project, not to a registry: train.py:5.",
    ]


def test_a_name_that_a_file_or_the_environment_has_shows_both_places(
    shell: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (shell / "train.py").write_text(
        "import os, wandb\nrun = wandb.init(entity='team-a')\nrun.use_artifact(os.environ['NAME'])\n", encoding="utf-8"
    )
    (shell / ".env").write_text("NAME=wandb-registry-model/base:v3\n", encoding="utf-8")
    assert main(["verify", "--from-sites"]) == 1
    shown = "absent    wandb-registry-model/base:v3  (train.py:3, .env:1, environment NAME)"
    assert capsys.readouterr().out.splitlines()[0] == shown
    monkeypatch.setenv("NAME", "wandb-registry-model/other:v1")
    assert main(["verify", "--from-sites"]) == 1
    shown = "absent    wandb-registry-model/other:v1  (train.py:3, environment NAME)"
    assert capsys.readouterr().out.splitlines()[0] == shown


def test_what_the_source_looks_up_is_verified(
    shell: Path, emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    world = acme()
    world.collection("tiles", registry="dataset", type="dataset", versions=1)
    emulator.reset(world)
    (shell / "list.py").write_text(
        "import sys, wandb\n"
        "api = wandb.Api(overrides={'entity': 'team-a'})\n"
        "api.artifacts('model', 'acme/wandb-registry-model/zoo')\n"
        "api.artifact_collection('model', 'acme/wandb-registry-model/zooo')\n"
        "api.artifact_type('dataset', 'acme/wandb-registry-model').collection('zoo')\n"
        "api.artifact_collection('model', 'acme/wandb-registry-model/zoo:production')\n"
        "api.artifact_exists('acme/wandb-registry-model/zoo:new')\n"
        "api.artifacts('model', sys.argv[1])\n"
        "wandb.init(entity='team-a').use_model('acme/wandb-registry-dataset/tiles:latest')\n",
        encoding="utf-8",
    )
    assert main(["verify", "--from-sites"]) == 1
    shown = capsys.readouterr().out
    results = [" ".join(line.split()) for line in shown.splitlines() if "list.py:" in line]
    assert sorted(results) == [
        "absent acme/wandb-registry-model/zooo (list.py:4)",
        "different acme/wandb-registry-dataset/tiles:latest (list.py:9)",
        "different acme/wandb-registry-model/zoo (list.py:5)",
        "different acme/wandb-registry-model/zoo:production (list.py:6)",
        "ok acme/wandb-registry-model/zoo (list.py:3)",
    ]
    assert '"wandb-registry-dataset/tiles" has the type "dataset", which use_model refuses' in shown


def test_a_source_without_names_is_explained(shell: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = "import wandb\nrun = wandb.init(entity='team-a')\n"
    (shell / "train.py").write_text(f"{head}run.link_model('m.pt', 'zoo')\n")
    (shell / "broken.py").write_text(f"{head}run.link_artifact(\n")
    assert main(["verify", "--from-sites"]) == 2
    shown = capsys.readouterr().err
    assert "the source links nothing to a registry, and consumes nothing from one" in shown
    assert "1 link goes to a project, not to a registry: train.py:3." in shown
    assert "1 file could not be read: broken.py:3 (" in shown


def test_a_name_that_source_does_not_tell_is_not_verified(
    shell: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (shell / "train.py").write_text(
        "import os, wandb\nrun = wandb.init(entity='team-a')\nrun.use_artifact(os.environ['NAME'])\n",
        encoding="utf-8",
    )
    assert main(["verify", "--from-sites"]) == 2
    assert "0 names checked. 1 name could not be checked: train.py:3" in capsys.readouterr().out
    assert main(["verify", "--from-sites", "--output-format", "json"]) == 2
    assert json.loads(capsys.readouterr().out)["links"] == {
        "checked": 0,
        "unknown": [
            {
                "target": "{?}",
                "path": "train.py",
                "line": 3,
                "reason": "`os.environ['NAME']` is known only when the program runs",
            }
        ],
        "unread": [],
        "skipped": [],
    }
    assert main(["verify", "--from-sites", "--allow-unknown"]) == 0
    monkeypatch.setenv("NAME", f"{ZOO}:v9")
    capsys.readouterr()
    assert main(["verify", "--from-sites"]) == 1
    assert f"absent    {ZOO}:v9" in capsys.readouterr().out


def test_what_cannot_be_done_is_said(
    shell: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify"]) == 2
    assert "no names" in capsys.readouterr().err
    assert main(["verify", "--from-sites", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    assert main(["verify", ZOO]) == 2
    assert "nothing listens there" in capsys.readouterr().err
    monkeypatch.setenv("WANDB_BASE_URL", "127.0.0.1:9")
    assert main(["verify", ZOO]) == 2
    assert "WANDB_BASE_URL=http://127.0.0.1:9" in capsys.readouterr().err


def test_names_that_are_none_are_told_without_a_server(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    assert main(["verify", "model/zoo", "zoo:v3"]) == 1
    out, err = capsys.readouterr()
    assert [line.split()[0] for line in out.splitlines() if not line.startswith(" ")] == ["different", "different"]
    assert err == ""
    assert main(["verify", "model/zoo", "wandb-registry-model/zoo"]) == 2
    assert "nothing listens there" in capsys.readouterr().err
