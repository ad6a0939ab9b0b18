"""`regilink map`: the graph, its formats, many repositories."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from in_process import run_command
from tables import check_rows

from regilink_doctor.cli import main
from regilink_doctor.core.catalog import Writers
from regilink_doctor.core.target_path import show_unknown
from regilink_doctor.emulator import Emulator, World
from regilink_doctor.report.link_map import describe_writers
from regilink_doctor.report.schemas import SCHEMAS
from regilink_doctor.workflows.code_owners import CodeOwners
from regilink_doctor.workflows.link_map import _name_address, map_paths

TRAIN = """import sys
import wandb
import yaml
config = yaml.safe_load(open("conf/c.yaml"))
def publish(run, artifact, target, aliases):
    run.link_artifact(artifact, target, aliases=aliases)
run = wandb.init(entity="team-a", project="p")
artifact = wandb.Artifact("zoo", type="model")
publish(run, artifact, "wandb-registry-model/zoo", ["best"])
run.link_artifact(artifact, config["target"])
source = run.use_artifact("team-a/p/zoo:v3")
run.link_artifact(source, "acme/wandb-registry-prod/zoo", aliases=["prod"])
run.link_artifact(source, sys.argv[2])
run.link_artifact(source, "team-a/p/not-a-registry")
"""
SERVE = """import wandb
artifact = wandb.Api().artifact("acme/wandb-registry-model/zoo:best", type="model")
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {
        "train.py": TRAIN,
        "serve/serve.py": SERVE,
        "conf/c.yaml": "target: wandb-registry-dataset/birds\nother: wandb-registry-dataset/cats\n",
        ".github/workflows/ci.yml": "on: push\njobs:\n  train:\n    runs-on: x\n    steps:\n"
        "    - run: python other.py --target wandb-registry-model/nightly\n",
        ".github/CODEOWNERS": "* @everybody\n/serve/ @acme/serving # they read\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    if shutil.which("git") is None:
        pytest.skip("no git")
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "remote", "add", "origin", "https://me:secret@git.acme.test/ml/zoo.git"], check=True)
    return tmp_path


def read_map(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    main(["map", *words, "--output-format", "json"])
    value = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(SCHEMAS["map"][1]()).validate(value)
    return value


def collections(value: Any) -> dict[str, Any]:
    return {
        f"{item['organization'] or '-'}/{item['registry']}/{item['collection']}": item for item in value["collections"]
    }


@pytest.mark.usefixtures("tree")
def test_the_graph(capsys: pytest.CaptureFixture[str]) -> None:
    value = read_map(capsys)
    items = collections(value)
    assert list(items) == ["-/dataset/birds", "-/dataset/cats", "-/model/nightly", "acme/model/zoo", "acme/prod/zoo"]
    zoo = items["acme/model/zoo"]
    producer, consumer = zoo["producers"][0], zoo["consumers"][0]
    assert (producer["path"], producer["line"], producer["owner"]) == ("train.py", 6, "@everybody")
    assert (producer["artifact"], producer["entity"], producer["type"]) == ("zoo", "team-a", "model")
    assert producer["aliases"] == ["best"]
    assert (consumer["path"], consumer["line"], consumer["owner"]) == ("serve/serve.py", 2, "@acme/serving")
    assert consumer["aliases"] == ["best"]
    assert items["acme/prod/zoo"]["producers"][0]["artifact"] == "team-a/p/zoo:v3"
    birds = items["-/dataset/birds"]["producers"]
    assert [use["path"] for use in birds] == ["train.py"], "the value that code reads is the code's"
    cats = items["-/dataset/cats"]
    assert ([use["path"] for use in cats["named"]], cats["producers"]) == (["conf/c.yaml"], []), "the key says neither"
    assert items["-/model/nightly"]["producers"][0]["path"] == ".github/workflows/ci.yml"
    assert [(use["line"], use["target"]) for use in value["unknown"]] == [(13, "{?}")]
    assert value["repositories"] == ["git.acme.test/ml/zoo"]
    assert "secret" not in json.dumps(value)


@pytest.mark.usefixtures("tree")
def test_from_another_folder_it_is_the_same(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read_map(capsys)
    monkeypatch.chdir("serve")
    assert read_map(capsys, "..") == whole


@pytest.mark.usefixtures("tree")
def test_text_and_summary(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map"]) == 0
    out, err = capsys.readouterr()
    assert "acme / model\n  zoo\n    <- train.py:6  zoo -> model  as team-a  :best  (@everybody)\n" in out
    assert "    -> serve/serve.py:2  model  :best  (@acme/serving)\n" in out
    assert "Unknown targets: 1\n" in out
    outside = "1 link does not name a collection of a registry: train.py:14."
    assert err == (
        f"5 collections, 4 links, 1 consumer, 1 only named, 1 unknown target, 1 repository; 3 infos. {outside}\n"
    )


@pytest.mark.usefixtures("tree")
def test_a_place_that_sets_unknown_aliases_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    promote = 'version = wandb.Api().artifact("acme/wandb-registry-model/zoo:best")\nversion.aliases.append({})\n'
    for alias, expected in (
        ('"serving"', ""),
        ("input()", "Aliases that the source does not show are set at promote.py:2"),
    ):
        Path("promote.py").write_text(f"import wandb\n{promote.format(alias)}version.save()\n", encoding="utf-8")
        main(["map"])
        assert ("that the source does not show" in (err := capsys.readouterr().err)) == (expected != "")
        assert expected in err


@pytest.mark.usefixtures("tree")
def test_tests_are_left_out_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    before = read_map(capsys)
    Path("tests").mkdir()
    Path("tests/test_train.py").write_text(TRAIN.replace("best", "never").replace("acme", "other"), encoding="utf-8")
    plain, hidden = read_map(capsys), read_map(capsys, "--redact")
    assert {**plain, "tests": []} == before
    assert [(use["path"], use["line"]) for use in plain["tests"]] == [
        ("tests/test_train.py", line) for line in (6, 10, 12, 13, 14)
    ]
    assert len(hidden["tests"]) == 5
    Path("map.json").write_text(json.dumps(hidden), encoding="utf-8")
    merged = read_map(capsys, "--merge", "map.json")
    assert (merged["tests"], merged["collections"]) == (hidden["tests"], hidden["collections"])
    main(["map"])
    out, err = capsys.readouterr()
    assert "tests/" not in out
    assert "5 uses in tests are left out: tests/test_train.py:6, tests/test_train.py:10, " in err
    assert ".. " not in err


@pytest.mark.usefixtures("tree")
def test_in_japanese(capsys: pytest.CaptureFixture[str]) -> None:
    """The tree, the findings, the last line and the page; names and what programs read stay as they are."""
    plain = read_map(capsys)
    assert read_map(capsys, "--lang", "ja") == plain
    main(["map", "--lang", "ja", "--html", "ja.html"])
    out, err = capsys.readouterr()
    assert "    <- train.py:6  zoo -> model  エンティティ team-a  :best  (@everybody)\n" in out
    assert "不明なターゲット: 1 件\n" in out
    assert "REG902 情報: " in out
    assert err.startswith("コレクション 5 件、リンク 4 件、取得 1 件")
    page = Path("ja.html").read_text(encoding="utf-8")
    assert '<html lang="ja">' in page
    shown = page.partition("<body>")[2].partition("<script>")[0]
    for english in ("Search", "Linked by", "Unknown", " of ", "note:", "link,", "info</strong>", "configured", " all<"):
        assert english not in shown, english
    assert 'data-words="{total} 件中 {shown} 件を表示"' in shown


def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(
        "import wandb\nrun = wandb.init(\nrun.link_artifact(a, 'wandb-registry-model/zoo')\n", encoding="utf-8"
    )
    assert main(["map"]) == 1
    assert "no findings. 1 file could not be read: train.py:2 (" in capsys.readouterr().err
    assert main(["map", "--redact"]) == 1
    assert "train" not in capsys.readouterr().err
    assert main(["map", "--output-format", "json", "--output-file", "whole.json", "--repository", "zoo"]) == 1
    unread = json.loads(Path("whole.json").read_text(encoding="utf-8"))["unread"]
    assert [sentence.partition(" ")[0] for sentence in unread] == ["train.py:2"]
    capsys.readouterr()
    assert main(["map", "--merge", "whole.json"]) == 1
    assert "1 file could not be read: zoo/train.py:2 (" in capsys.readouterr().err


def test_a_map_without_a_link_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["map"]) == 0
    assert capsys.readouterr().err.endswith("; there was no link or consumer to look at\n")
    Path("a.json").write_text('{"registry": "wandb-registry-model/zoo"}\n{}\n', encoding="utf-8")
    assert main(["map"]) == 0
    assert "; no findings. 1 file skipped: a.json" in capsys.readouterr().err


def test_mermaid_takes_no_markup_from_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text(
        "import wandb\nwandb.Api().artifact('wandb-registry-model/a\"]<b>;x:prod')\n", encoding="utf-8"
    )
    main(["map", "--output-format", "mermaid"])
    first, *lines = capsys.readouterr().out.splitlines()
    assert first == "flowchart LR"
    assert "a#34;#93;#60;b#62;#59;x" in lines[0]
    assert lines[1:] == ['  file1["a.py"]', '  collection0 -->|"prod"| file1']


@pytest.mark.usefixtures("tree")
def test_redact_hides_every_name_and_finds_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    Path("more.py").write_text(
        'import wandb\nwandb.Api().artifact("acme/wandb-registry-model/Zoo:v1")\n', encoding="utf-8"
    )
    plain, hidden = read_map(capsys), read_map(capsys, "--redact")
    text = json.dumps(hidden)
    for name in ("acme", "zoo", "Zoo", "team-a", "train", "birds", "best", "everybody", "nightly", "serve.py"):
        assert name not in text
    assert [(use["line"], use["kind"]) for use in hidden["outside"]] == [(14, "link")]
    codes = [sorted(finding["code"] for finding in value["findings"]) for value in (plain, hidden)]
    assert codes[0] == codes[1]
    assert "REG906" in codes[0]


@pytest.mark.usefixtures("tree")
def test_the_page_loads_nothing_and_runs_no_name(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = '</script><script>alert(1)</script>"><img src=x onerror=alert(2)>'
    Path("evil.py").write_text(
        f"import wandb\nwandb.Api().artifact('wandb-registry-model/{hostile}')\n", encoding="utf-8"
    )
    main(["map", "--html", "map.html"])
    capsys.readouterr()
    page = Path("map.html").read_text(encoding="utf-8")
    assert page.count("<script>") == page.count("</script>") == 1
    assert "<img" not in page
    assert "src=" not in re.sub(r"&[a-z]+;.*?&gt;", "", page)
    assert "http://" not in page
    assert "https://" not in page
    script = page.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page, "the page runs this script and no other"
    for label in re.findall(r'<label for="(\w+)">', page):
        assert f'id="{label}"' in page
    assert "Unknown targets: 1" in page
    assert "serve/serve.py:2" in page
    assert "Only named by" in page
    assert '<br><span class="soft">note: another repository may' in page


def test_two_sides_are_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {"train": TRAIN, "serve": SERVE}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.py").write_text(text, encoding="utf-8")
        main(["map", name, "--repository", name, "--output-format", "json", "--output-file", f"{name}.json"])
    alone = json.loads(Path("serve.json").read_text(encoding="utf-8"))
    assert [finding["code"] for finding in alone["findings"]] == ["REG901"]
    capsys.readouterr()
    value = read_map(capsys, "--merge", "serve.json", "train.json")
    assert value["repositories"] == ["serve", "train"]
    zoo = collections(value)["acme/model/zoo"]
    assert [use["repository"] for use in zoo["producers"] + zoo["consumers"]] == ["train", "serve"]
    assert "REG901" not in [finding["code"] for finding in value["findings"]]
    Path("all.json").write_text(json.dumps(value), encoding="utf-8")
    assert read_map(capsys, "--merge", "all.json") == value, "a merged map can be merged again"


def test_what_a_use_does_not_say_is_that_of_its_collection(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = {"repository": "r", "path": "a.py", "line": 3}
    collection = {"organization": "acme", "registry": "model", "collection": "zoo", "producers": [place]}
    value = {"version": 1, "repositories": ["r"], "collections": [{**collection, "consumers": []}], "unknown": [place]}
    (tmp_path / "m.json").write_text(json.dumps(value), encoding="utf-8")
    merged = read_map(capsys, "--merge", str(tmp_path / "m.json"))
    assert collections(merged)["acme/model/zoo"]["producers"][0]["kind"] == "link"
    assert merged["unknown"][0]["target"] == "{?}"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[]", 'it has no "collections"'),
        ("{", "not JSON"),
        ('{"version": 2, "collections": []}', "version is 2"),
        ('{"version": 1, "collections": [], "repositories": [3], "unknown": []}', "repositories: not a string"),
        ('{"version": 1, "repositories": [], "unknown": [], "collections": [{"producers": [1]}]}', "producers[0]"),
        ('{"version": 1, "repositories": [], "unknown": [{"kind": "x"}], "collections": []}', "unknown[0].kind"),
    ],
)
def test_a_file_that_is_not_a_map(content: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "m.json"
    path.write_text(content, encoding="utf-8")
    assert main(["map", "--merge", str(path)]) == 2
    assert words in capsys.readouterr().err
    assert main(["map", "--merge", str(tmp_path / "none.json")]) == 2
    assert main(["map", "--merge"]) == 2


def test_a_path_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["map", "nowhere"]) == 2
    err = capsys.readouterr().err
    assert err.count("no such file or folder") == 1
    assert "; no findings. 1 file could not be read: nowhere: " in err


def test_a_line_with_several_links_is_named_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    linked = "".join(f'run.link_artifact(a, "p/{name}"); ' for name in "abc")
    Path("a.py").write_text(
        f'import wandb\nrun = wandb.init(entity="team-a")\n{linked}\nrun.link_artifact(a, "p/d")\n', encoding="utf-8"
    )
    assert main(["map"]) == 0
    assert "4 links do not name a collection of a registry: a.py:3, a.py:4.\n" in capsys.readouterr().err


def test_what_was_not_compared_with_the_server_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text(
        "import wandb\napi = wandb.Api()\n"
        'api.artifact("acme/wandb-registry-modle/zoo:prod")\napi.artifact("beta/wandb-registry-model/cat:prod")\n',
        encoding="utf-8",
    )
    with Emulator() as emulator:
        for name, setting in {**emulator.environ(), "HOME": str(tmp_path)}.items():
            monkeypatch.setenv(name, setting)
        value, hidden = read_map(capsys, "--live"), read_map(capsys, "--live", "--redact")
    drift = [item["drift"] for item in collections(value).values()]
    assert drift == [
        ["not compared: the registry modle is missing, or not shown to the account"],
        ["not compared: nothing is known of the organization beta"],
    ]
    assert "modle" not in str(hidden)
    assert "beta" not in str(hidden)


def test_the_server_proves_and_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text(
        "import wandb\napi = wandb.Api()\n"
        'api.artifact("acme/wandb-registry-model/zoo:prod")\napi.artifact("acme/wandb-registry-model/cat:prod")\n',
        encoding="utf-8",
    )
    world = World.default()
    world.collection("zoo", registry="model", versions=3, aliases=["best"])
    world.team("readers")
    registry = world.registry("model")
    registry.team_members.update({"team-a": "member", "readers": "viewer"})
    world.user("ada", teams=["team-a"])
    world.member("ada", registry="model", role="admin")
    with Emulator(world) as emulator:
        for name, setting in {**emulator.environ(), "HOME": str(tmp_path)}.items():
            monkeypatch.setenv(name, setting)
        value, hidden = read_map(capsys, "--live"), read_map(capsys, "--live", "--redact")
        main(["map", "--live", "--html", "map.html"])
        text = capsys.readouterr().out
    server = collections(value)["acme/model/zoo"]["server"]
    last_link = max(item.created_at for item in registry.collections["zoo"].memberships)
    assert server == {"type": "model", "aliases": ["best", "latest"], "versions": 3, "last_link": last_link}
    writers = {"organization": "acme", "registry": "model", "teams": ["team-a"], "users": ["ada", "alice"]}
    assert value["registries"] == [{**writers, "visibility": "organization"}]
    who = "team team-a; users ada, alice; perhaps other members of the organization"
    assert f"  members who can link: {who}\n" in text
    assert f"  zoo  (model, 3 versions, best, latest, last link {last_link[:10]})\n" in text
    assert f"Members who can link: {who}" in Path("map.html").read_text("utf-8")
    assert not {"team-a", "ada"}.intersection(hidden["registries"][0]["teams"] + hidden["registries"][0]["users"])
    proven = [("REG904", "error"), ("REG901", "error")]
    assert [(finding["code"], finding["severity"]) for finding in value["findings"]] == proven
    assert sorted((finding["code"], finding["severity"]) for finding in hidden["findings"]) == sorted(proven)
    assert [item["server"] for item in hidden["collections"]].count(None) == 1
    assert "best" not in json.dumps(hidden)


@check_rows(
    ("writers", "shown"),
    [
        (None, ""),
        (Writers(), "perhaps members of the organization"),
        (Writers(("a", "b"), ("ada",)), "teams a, b; user ada; perhaps other members of the organization"),
        (Writers(("a",), visibility="restricted"), "team a"),
        (Writers(visibility="restricted"), "admins of the organization"),
    ],
)
def test_who_can_link_is_never_nobody(writers: Writers | None, shown: str) -> None:
    assert describe_writers(writers) == shown


def test_the_map_and_the_doctor_agree_on_who_can_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    link = 'run.link_artifact(artifact, "acme/wandb-registry-{}/zoo")\n'
    head = 'import wandb\nrun = wandb.init(entity="team-a")\nartifact = wandb.Artifact("zoo", type="model")\n'
    Path("a.py").write_text(head + "".join(map(link.format, ("model", "read", "closed"))), encoding="utf-8")
    world = World.default()
    world.registry("read").default_role = "viewer"
    world.registry("closed", visibility="restricted")
    world.member("alice", registry="closed", role="member")
    with Emulator(world) as emulator:
        for name, setting in {**emulator.environ(), "HOME": str(tmp_path)}.items():
            monkeypatch.setenv(name, setting)
        value = read_map(capsys, "--live")
        main(["doctor", "--output-format", "json"])
        roles = [item for item in json.loads(capsys.readouterr().out)["checks"] if item["name"] == "role"]
    doctor = {re.findall(r"wandb-registry-(\w+)", item["subject"])[0]: item["status"] for item in roles}
    mapped = {item["registry"]: "alice" in item["users"] for item in value["registries"]}
    assert mapped == {"model": True, "read": False, "closed": True}
    assert {name: "pass" if can else "fail" for name, can in mapped.items()} == doctor


@check_rows(
    ("call", "uses"),
    [
        ('api.artifacts("model", "wandb-registry-model/zoo")', ["-> wandb-registry-model/zoo"]),
        ('api.artifact_versions(name="wandb-registry-model/zoo", type_name="model")', ["-> wandb-registry-model/zoo"]),
        ('api.artifact_collection("model", "acme/wandb-registry-model/zoo")', ["-> acme/wandb-registry-model/zoo"]),
        ('api.artifact_collections("wandb-registry-model", "model")', ["-> wandb-registry-model/{?}"]),
        ('api.artifact_type("m", "wandb-registry-model").collection("zoo")', ["-> wandb-registry-model/zoo"]),
        ('api.artifact_type("m", project="wandb-registry-a").collections()', ["-> wandb-registry-a/{?}"]),
        ('api.registry("a").collections(filter={"name": "b"})', ["-> wandb-registry-a/b"]),
        ('r = api.registry("a", "acme")\nfor c in r.collections(): c.artifacts()', ["-> acme/wandb-registry-a/{?}"]),
        (
            'api.registry("a").collections({"$and": [{"name": "b"}, {"tag": "c"}]}).versions(filter={"alias": "prod"})',
            ["-> wandb-registry-a/b:prod"],
        ),
        ('api.registry("a").collections({"name": {"$regex": "b"}})', ["-> wandb-registry-a/{?}"]),
        ('api.registry("a").collections({"$or": [{"name": "b"}, {"tag": "c"}]})', ["-> wandb-registry-a/{?}"]),
        ('api.registry("a").versions(filter={"name": "v1"})', ["-> wandb-registry-a/{?}"]),
        ('api.registries(filter={"name": "a"}).collections({"name": "b"})', ["-> wandb-registry-a/b"]),
        ('api.registries(filter={"name": "wandb-registry-a"}).versions()', ["-> wandb-registry-a/{?}"]),
        ('api.registries().collections(filter={"name": "b"})', ["-> wandb-registry-{?}/b"]),
        ('for r in api.registries(filter={"name": "a"}):\n    r.collections()', ["-> wandb-registry-a/{?}"]),
        ('api.artifact_exists("wandb-registry-a/b:prod")', ["-- wandb-registry-a/b:prod"]),
        ('api.artifact_collection_exists("wandb-registry-a/b", "model")', ["-- wandb-registry-a/b"]),
        # Looks at a registry itself, or at a project.
        ('r = api.registry("a")\nr.description = "x"\nr.save()', []),
        ('list(api.registries(filter={"name": "a"}))', []),
        ('api.artifacts("model", "team-a/p/zoo")', []),
        ('api.artifact_type("model", "p").collections()', []),
        ('api.artifact_type("model").collection("zoo")', []),
        ('shop.registry("a").collections(filter={"name": "b"})', []),
    ],
)
def test_what_a_program_looks_up_is_consumed(call: str, uses: list[str], tmp_path: Path) -> None:
    program = tmp_path / "serve.py"
    program.write_text(f"import wandb, shop\napi = wandb.Api()\n{call}\n", encoding="utf-8")
    link_map = map_paths([str(program)]).link_map
    arrows = {"link": "<-", "consume": "->", "name": "--"}
    assert [f"{arrows[use.kind]} {show_unknown(use.target)}" for use in link_map.uses] == uses


@check_rows(
    ("address", "name"),
    [
        ("https://user:key@github.com/acme/zoo.git", "github.com/acme/zoo"),
        ("git@github.com:acme/zoo.git", "github.com/acme/zoo"),
        ("ssh://git@git.acme.test:2222/acme/zoo", "git.acme.test/acme/zoo"),
        ("/home/alice/secret/zoo.git", "zoo"),
        ("file:///home/alice/zoo.git", "zoo"),
        ("../zoo", "zoo"),
        ("C:\\Users\\alice\\zoo.git", "zoo"),
        ("C:/Users/alice/zoo", "zoo"),
        ("\\\\server\\share\\zoo", "zoo"),
        ("codecommit::eu-west-1://alice@zoo", "zoo"),
        ("github.com:acme/zoo", "github.com/acme/zoo"),
    ],
)
def test_the_name_of_a_repository(address: str, name: str) -> None:
    assert _name_address(address) == name


@check_rows(
    ("path", "owners"),
    [
        ("a.md", "@all"),
        ("src/a.py", "@py"),
        ("docs/a.md", "@docs me@acme.test"),
        ("docs/deep/a.md", "@all"),
        ("build/deep/a.md", "@build"),
        ("vendor/a.md", ""),
        ("with space/a.md", "@space"),
    ],
)
def test_the_last_line_of_code_owners_that_matches_decides(path: str, owners: str) -> None:
    lines = ["# a comment", "* @all", "*.py @py # inline", "docs/* @docs me@acme.test", "/build/ @build", "vendor/"]
    assert CodeOwners("\n".join([*lines, "with\\ space/ @space"])).find(path) == owners


def test_sections_of_gitlab_add_up() -> None:
    owners = CodeOwners("* @all\n[Models][2] @ml\n*.py\n^[Docs]\n*.py @docs\n")
    assert owners.find("a.py") == "@all @ml @docs"
    assert owners.find("a.md") == "@all"


@check_rows(
    ("content", "path", "owners"),
    [
        ("/apps/ @octocat\n/apps/github\n", "apps/github", ""),
        ("/apps/ @octocat\n/apps/github\n", "apps/other/a.py", "@octocat"),
        ("**/logs @octocat\n", "build/logs/a/b.txt", "@octocat"),
        ("apps/ @apps\n", "src/apps/a.py", "@apps"),
        ("/scripts/*.py @py\n", "scripts/deep/a.py", ""),
        ("*.py @one\t# a tab\n", "a.py", "@one"),
        ("  # indented\n* @one #two\n", "a.py", "@one"),
        ("* @all\n[a-c]*.py @range\n*.md\n", "a.py", "@all"),
        ("* @all\n[a-c]*.py @range\n*.md\n", "a.md", ""),
        ("* @all\n!*.lock\n", "a.lock", ""),
        ("[Python] @py @py2\n*.py\n!gen.py\n", "gen.py", ""),
        ("[Python] @py @py2\n*.py\n!gen.py\n", "a.py", "@py @py2"),
        ("[Docs]\n*.md @a\n[DOCS]\nREADME.md @b\n", "README.md", "@b"),
    ],
)
def test_lines_of_code_owners(content: str, path: str, owners: str) -> None:
    assert CodeOwners(content).find(path) == owners


@pytest.mark.parametrize(("repositories", "collections"), [(10, 20), pytest.param(50, 40, marks=pytest.mark.slow)])
def test_an_organization_of_many_repositories(
    repositories: int, collections: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their maps are merged; each collection has both its sides."""
    for number in range(repositories):
        text = json.dumps(generate_map(number, repositories, collections))
        (tmp_path / f"{number}.json").write_text(text, encoding="utf-8")
    value = read_map(capsys, "--merge", *(str(path) for path in tmp_path.glob("*.json")))
    assert len(value["repositories"]) == repositories
    assert len(value["collections"]) == repositories * collections
    assert all(item["producers"] and item["consumers"] for item in value["collections"])
    assert value["findings"] == []


def generate_map(number: int, repositories: int, collections: int) -> dict[str, Any]:
    """The map of a repository that links to its own collections, and consumes those of the next one."""

    def use(kind: str, owner: int, index: int) -> dict[str, Any]:
        suffix = ":prod" if kind == "consume" else ""
        return {
            "repository": f"git.acme.test/ml/r{number}",
            "path": f"{kind}_{index}.py",
            "line": index + 1,
            "column": 1,
            "cell": None,
            "kind": kind,
            "call": "",
            "artifact": None,
            "organization": "acme",
            "entity": "team-a",
            "type": "model",
            "aliases": ["prod"],
            "owner": "@acme/ml",
            "ignored": [],
            "target": f"acme/wandb-registry-r{owner % 200}/c{owner}x{index}{suffix}",
        }

    following = (number + 1) % repositories
    items = [{"producers": [use("link", number, index)], "consumers": []} for index in range(collections)]
    items += [{"producers": [], "consumers": [use("consume", following, index)]} for index in range(collections)]
    return {
        "version": 1,
        "repositories": [f"git.acme.test/ml/r{number}"],
        "collections": items,
        "unknown": [],
        "findings": [],
    }


def test_names_cannot_color_the_terminal(tmp_path: Path) -> None:
    code = 'import wandb\nrun = wandb.init(entity="t")\nrun.link_artifact(a, "wandb-registry-model/\\x1b[31mzoo")\n'
    (tmp_path / "train\x1b[32m.py").write_text(code + 'run.link_artifact(a, "zoo")\n', encoding="utf-8")
    assert r"\x1b[31mzoo" in run_command("map", cwd=tmp_path).stdout
    (tmp_path / "a\x1b[31m\n::error::.yaml").write_text("wandb:\n  {% if a %}\n  x: y\n", encoding="utf-8")
    (tmp_path / "b\x1b[31m\n::error::.sh").write_text('WANDB_MODE=x echo "open\n', encoding="utf-8")
    for command in ("map", "lint", "lint --show-sites"):
        done = run_command(*command.split(), cwd=tmp_path)
        assert r"a\x1b[31m\n::error::.yaml (" in done.stdout + done.stderr, command
        assert "\x1b" not in done.stdout + done.stderr, command
        assert "\n::error" not in done.stdout + done.stderr, command


def test_a_key_that_the_code_logs_in_with_is_not_shown_in_a_path(tmp_path: Path) -> None:
    key = "4f9c1e7d2b8a6035f1c9e7b2d4a68031fe5c7b93"
    code = f'import wandb\nwandb.login(key="{key}")\nwandb.init().link_artifact(a, "wandb-registry-model/{key}")\n'
    (tmp_path / "train.py").write_text(code, encoding="utf-8")
    done = run_command("map", "--output-format", "json", cwd=tmp_path)
    assert "wandb-registry-model" in done.stdout
    assert key not in done.stdout + done.stderr
