"""What could not be checked is counted, named, and never called well."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tables import check_rows

from regilink_doctor.cli import main
from regilink_doctor.client.gateway import Answer, Gateway
from regilink_doctor.doctor.diagnosis import Diagnosis
from regilink_doctor.emulator import Emulator
from regilink_doctor.workflows.diagnose import diagnose

HEAD = "import os, sys, wandb\nrun = wandb.init(entity='team-a')\nart = wandb.Artifact('zoo', type='model')\n"
GOOD = "run.link_artifact(art, 'wandb-registry-model/zoo')\n"
FROM_X = "run.link_artifact(art, os.environ['X'])\n"
FROM_ARGV = "run.link_artifact(art, sys.argv[1])\n"
CONSUMED = "run.use_artifact(sys.argv[2])\n"
OTHER_RUN = "run = wandb.init(RUN)\n" + GOOD
STARTS = "import wandb\ndef start():\n    return wandb.init(project='zoo', entity='alice')\n"
OF_ACTIVE = "import wandb\nrun = wandb.run\nart = wandb.Artifact('zoo', type='model')\n" + GOOD
OF_STARTED = OF_ACTIVE.replace("wandb.run", "start()")
SETS_ENTITY = "import os, train\nos.environ['WANDB_ENTITY'] = 'alice'\ntrain.publish()\n"
OF_IMPORTED = (
    f"import wandb\ndef publish():\n    run = wandb.init()\n    art = wandb.Artifact('a', type='model')\n    {GOOD}"
)
PORTFOLIO = "run.link_artifact(art, 'churn/best')\n"


@pytest.fixture
def shell(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    emulator.reset()
    for name, value in emulator.environ().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("X", raising=False)
    folder = tmp_path / "code"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def doctor(folder: Path, source: str, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    (folder / "train.py").write_text(HEAD + source, encoding="utf-8")
    status = main(["doctor", *words])
    return status, " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("source", "status", "line"),
    [
        (GOOD, 0, "All well: 1 link checked, no problems"),
        (GOOD + GOOD, 0, "All well: 2 links checked, no problems"),
        (GOOD + FROM_ARGV, 0, "1 link checked: no problems"),
        (FROM_ARGV, 2, "Nothing was checked of what the code links to or consumes."),
        (FROM_X, 2, "1 link could not be checked: train.py:4 (os.environ['X'])"),
        (GOOD + "run.link_model('m.pt', 'zoo')\n", 0, "2 links checked: 1 warning"),
        ("run.link_model('m.pt', 'a/zoo')\n", 1, 'link_model cannot link to "a/zoo": the name has a slash'),
        ("wandb.link_artifact(art, 'wandb-registry-model/zoo')\n", 1, "wandb has no function link_artifact"),
        ("run.link_artifact(\n", 2, "1 file could not be read: train.py:4 ('(' was never closed)."),
        (CONSUMED, 2, "1 full name could not be checked: train.py:4 (sys.argv[2])"),
        (GOOD + CONSUMED, 0, "1 full name could not be checked: train.py:5 (sys.argv[2])"),
        (
            GOOD.replace("zoo')", "zoo', aliases=[sys.argv[1]])"),
            0,
            "aliases (wandb-registry-model/zoo): an alias of the",
        ),
        (
            GOOD.replace("zoo')", "zoo', aliases=sys.argv[1:])"),
            0,
            "aliases (wandb-registry-model/zoo): an alias of the",
        ),
        (
            OTHER_RUN.replace("RUN", "mode='offline'"),
            0,
            "code REG601 link-while-offline (train.py:5) the run is offline",
        ),
        (OTHER_RUN.replace("RUN", "mode='disabled'"), 0, "code REG602 link-while-disabled (train.py:5)"),
        (OTHER_RUN.replace("RUN", "entity=sys.argv[1]"), 2, "the run's entity (`sys.argv[1]`) is known only when the"),
        ("wandb.login(host='http://127.0.0.1:9')\n" + GOOD, 0, "the code itself sends wandb to http://127.0.0.1:9"),
        ("os.environ['WANDB_BASE_URL'] = 'http://127.0.0.1:9'\n" + GOOD, 0, "sends wandb to http://127.0.0.1:9"),
        ("wandb.login(host=sys.argv[1])\n" + GOOD, 0, "the server (`sys.argv[1]`) is known only when the program runs"),
        (
            GOOD + PORTFOLIO,
            0,
            'train.py:5 is not a registry link: it goes into collection "best" of the project "churn"',
        ),
    ],
)
def test_the_verdict(source: str, status: int, line: str, shell: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found, shown = doctor(shell, source, capsys)
    assert line in shown
    assert found == status
    doubts = ("sys", "os.", "link_model", "wandb.", "(\n", "churn/", "mode=", "login")
    assert ("All well" in shown) == all(word not in source for word in doubts)
    if status == 2:
        assert doctor(shell, source, capsys, "--allow-unknown")[0] == 0


OF_PASSED = "import wandb\ndef publish(run, art):\n    run.link_artifact(art, 'wandb-registry-model/zoo')\n"
READ_BY_PASSED = "def read(run):\n    return run.use_artifact('wandb-registry-model/zoo:v0')\n"
OF_OBJECT = (
    "import wandb\nclass Publisher:\n    def __init__(self, run):\n        self.run = run\n"
    "    def publish(self, art):\n        self.run.link_artifact(art, 'wandb-registry-model/zoo')\n"
)
PASSES = "with wandb.init(entity='team-a') as run:\n    lib.publish(run, wandb.Artifact('zoo', type='model'))\n"


@check_rows(
    ("files", "status", "line"),
    [
        (
            {"runs.py": STARTS, "train.py": "import runs\nruns.start()\n" + OF_ACTIVE},
            1,
            "REG203 alice (entity= in runs",
        ),
        ({"runs.py": STARTS, "train.py": "from runs import start\n" + OF_STARTED}, 1, "REG203 alice (entity= in runs"),
        ({"train.py": STARTS + "start()\n" + OF_ACTIVE}, 1, "REG203 alice (entity= in train.py:3)"),
        ({"train.py": STARTS.replace("alice", "team-a") + "start()\n" + OF_ACTIVE}, 0, "All well: 1 link checked"),
        (
            {"train.py": STARTS + STARTS.replace("alice", "team-a") + OF_ACTIVE},
            2,
            "the run's entity (`run.entity`) is known",
        ),
        ({"train.py": OF_ACTIVE, "other.py": STARTS}, 0, "All well: 1 link checked"),
        ({"lib.py": OF_PASSED}, 2, "the run's entity (`run.entity`) is known only when the program runs"),
        ({"lib.py": OF_PASSED.replace("run, a", "run: wandb.Run, a")}, 2, "the run's entity (`run.entity`) is known"),
        ({"lib.py": OF_PASSED + READ_BY_PASSED}, 2, "1 full name could not be checked"),
        ({"lib.py": OF_OBJECT}, 2, "the run's entity (`run.entity`) is known only when the program runs"),
        ({"lib.py": OF_PASSED, "train.py": "import lib, wandb\n" + PASSES}, 0, "2 links checked: no problems"),
        (
            {"lib.py": OF_PASSED, "train.py": "import lib, wandb\n" + PASSES.replace("team-a", "alice")},
            1,
            "REG203 alice",
        ),
        ({"lib.py": OF_PASSED.replace("run.link", "wandb.run.link")}, 0, "1 link checked: no problems"),
        ({"main.py": SETS_ENTITY, "train.py": OF_IMPORTED}, 1, "REG203 alice"),
        ({"main.py": SETS_ENTITY.replace("alice", "team-a"), "train.py": OF_IMPORTED}, 0, "All well"),
    ],
)
def test_the_run_that_another_function_starts(
    files: dict[str, str], status: int, line: str, shell: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in shell.glob("*.py"):
        path.unlink()
    for name, text in files.items():
        (shell / name).write_text(text, encoding="utf-8")
    found = main(["doctor"])
    assert (line in " ".join(capsys.readouterr().out.split()), found) == (True, status)


LOOP = """\
import os, sys, wandb
for name, type_, entity in {rows}:
    with wandb.init(entity=entity, project="p") as run:
        run.link_artifact(wandb.Artifact("a", type=type_), f"wandb-registry-{{name}}/birds")
"""
CALLS = """\
import wandb
def publish(entity, type_, target):
    with wandb.init(entity=entity, project="p") as run:
        run.link_artifact(wandb.Artifact("a", type=type_), target)
publish("team-a", {types[0]!r}, "wandb-registry-model/birds")
publish({entity!r}, {types[1]!r}, {target!r})
"""
BRANCH = """\
import os, wandb
PROD = os.environ.get("STAGE") == "prod"
with wandb.init(entity="team-a" if PROD else "alice", project="p") as run:
    run.link_artifact(wandb.Artifact("a", type="model"), "wandb-registry-model/birds" if PROD else {other!r})
"""
KIND = """\
import os, wandb
kind = os.environ.get("KIND")
with wandb.init(entity="team-a", project="p") as run:
    artifact = wandb.Artifact("a", type="model" if kind == "m" else "dataset")
    run.link_artifact(artifact, {"m": "wandb-registry-model/birds", "d": "wandb-registry-dataset/birds"}[kind])
"""
OPEN = "which entity and type go with the path is known only when the program runs"
NO_DATA = 'accepts "model", not "dataset"'
IRREVERSIBLE = "which cannot be undone"


@check_rows(
    ("source", "status", "line", "absent"),
    [
        (LOOP.format(rows=[("model", "model", "team-a"), ("dataset", "dataset", "team-a")]), 0, "All well", OPEN),
        (LOOP.format(rows=[("model", "dataset", "team-a"), ("dataset", "model", "team-a")]), 1, NO_DATA, OPEN),
        (LOOP.format(rows=[("model", "model", "team-a"), ("dataset", "dataset", "alice")]), 1, "REG203 alice", NO_DATA),
        # What holds for every way to put them together is certain, and one path has no choice.
        (LOOP.format(rows=[("model", "dataset", "team-a"), ("model", "dataset", "team-c")]), 1, NO_DATA, OPEN),
        (LOOP.format(rows=[("model", "dataset", "team-a"), ("dataset", "job-x", "team-a")]), 1, NO_DATA, "All well"),
        (LOOP.format(rows=[("model", "dataset", "team-a"), ("model", "model", "team-a")]), 1, NO_DATA, OPEN),
        (LOOP.format(rows=[("modle", "dataset", "team-a"), ("modle2", "model", "team-a")]), 1, "REG301", "All well"),
        (LOOP.format(rows=[("model", "model", "team-a"), ("model", "model", "alice")]), 1, "REG203 alice", OPEN),
        (CALLS.format(entity="alice", types=["model"] * 2, target="p/birds"), 0, "1 link checked: no prob", OPEN),
        (CALLS.format(entity="team-a", types=["model", "dataset"], target="p/birds"), 0, "1 link checked: no p", OPEN),
        (CALLS.format(entity="team-a", types=["dataset", "model"], target="p/birds"), 1, NO_DATA, OPEN),
        (CALLS.format(entity="team-a", types=["model"] * 2, target="p/birds"), 0, "1 link checked: no prob", OPEN),
        (CALLS.format(entity="team-a", types=["dataset"] * 2, target="p/birds"), 1, NO_DATA, OPEN),
        (BRANCH.format(other="p/birds"), 2, OPEN, "REG203"),
        (KIND, 0, OPEN, IRREVERSIBLE),
        (BRANCH.format(other="wandb-registry-model/birds"), 1, "REG203 alice", OPEN),
    ],
)
def test_which_entity_and_type_go_with_a_path(
    source: str, status: int, line: str, absent: str, shell: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shell / "train.py").write_text(source, encoding="utf-8")
    found = main(["doctor"])
    shown = " ".join(capsys.readouterr().out.split())
    assert (found, line in shown, absent in shown) == (status, True, False)


def test_a_folder_without_links_is_not_called_checked(shell: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = doctor(shell, "", capsys)[1]
    assert "No link was checked: there is none in 1 file. This machine and account are ready to link: no" in shown
    assert "All well" not in shown


def test_a_server_that_fails_half_way_has_judged_no_link(
    emulator: Emulator, shell: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    emulator.fault("status", "organization", status=500)
    status, shown = doctor(shell, GOOD, capsys)
    assert (status, "1 link could not be checked: train.py:4" in shown) == (2, True)


def test_junit_fails_where_no_link_could_be_checked(shell: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shell / "train.py").write_text(HEAD + FROM_ARGV, encoding="utf-8")
    for words, failures in ((), 1), (("--allow-unknown",), 0):
        main(["doctor", "--output-format", "junit", *words])
        suite = ElementTree.fromstring(capsys.readouterr().out)
        assert suite.get("failures") == str(failures)
        assert "train.py:4 (sys.argv[1])" in ElementTree.tostring(suite, encoding="unicode")


def test_the_server_that_code_and_environment_name_is_not_reported(
    emulator: Emulator, shell: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, shown = doctor(shell, f"wandb.login(host='{emulator.url}/')\n" + GOOD, capsys)
    assert "All well: 1 link checked" in shown


def test_a_folder_is_not_a_target(shell: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shell / "src").mkdir()
    for path, words in (("src/", "src/ is a folder"), ("..", ".. is a folder"), ("train.py", "train.py is a file")):
        (shell / "train.py").write_text(HEAD + GOOD)
        assert main(["doctor", path]) == 2
        assert f"{words}, not a target path" in capsys.readouterr().err


def test_a_file_that_is_missing_is_not_a_target(shell: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "src/train.py"]) == 2
    assert "it is called like a file, and there is no such file" in capsys.readouterr().err


def test_a_target_in_a_project_is_warned_of(shell: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "mdoel/zoo"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "REG101 mdoel/zoo (argument)" in shown
    assert "All well" not in shown


def test_an_empty_value_is_refused(shell: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "wandb-registry-model/zoo", "--type", ""]) == 2
    assert "--type is empty" in capsys.readouterr().err


def test_redact_hides_a_file_that_could_not_be_read(shell: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = doctor(shell, "run.link_artifact(\n", capsys, "--redact")[1]
    assert "1 file could not be read: a file." in shown
    assert "train.py" not in shown


def test_a_link_with_a_warning_is_named_once(shell: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = doctor(shell, "run.link_model('m.pt', 'zoo')\n", capsys)[1]
    assert (shown.count("REG112"), shown.count("train.py:4")) == (1, 1)


def test_a_warning_is_not_all_well_and_its_path_is_not_offered(shell: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, shown = doctor(shell, "run.link_artifact(art, 'wandb-registry-model/zoo/')\n", capsys)
    assert status == 0
    assert "1 link checked: 1 warning" in shown
    assert "All well" not in shown
    assert 'target_path="wandb-registry-model/zoo")' in shown.partition("Ready to paste")[2]
    assert 'zoo/"' not in shown.partition("Ready to paste")[2]


def test_one_cause_is_named_once_for_many_links(
    shell: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    consumed = "run.use_artifact('wandb-registry-model/zoo:v0')\n"
    _, shown = doctor(shell, GOOD + GOOD + consumed, capsys)
    places = "train.py:4, train.py:5, train.py:6 (`connection` (127.0.0.1:9) failed)"
    assert f"2 links and 1 full name could not be checked: {places}" in shown


def test_json_has_what_is_unknown(shell: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shell / "train.py").write_text(HEAD + GOOD + FROM_ARGV, encoding="utf-8")
    assert main(["doctor", "--output-format", "json"]) == 0
    links = json.loads(capsys.readouterr().out)["links"]
    (unknown,) = links["unknown"]
    assert (links["checked"], unknown["path"], unknown["line"], unknown["target"]) == (1, "train.py", 5, "{?}")
    assert unknown["reason"].startswith("`sys.argv[1]` is known only when the program runs")


def test_a_variable_that_is_set_is_read(
    shell: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("X", "wandb-registry-modle/zoo")
    status, shown = doctor(shell, FROM_X, capsys)
    assert status == 1
    assert "wandb-registry-modle/zoo (train.py:4, environment X)" in shown
    monkeypatch.setenv("X", "wandb-registry-model/zoo")
    status, shown = doctor(shell, FROM_X, capsys)
    assert (status, "All well: 1 link checked" in shown) == (0, True)


def test_a_default_counts_only_where_the_variable_is_not_set(
    shell: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = "run.link_artifact(art, os.getenv('X', 'wandb-registry-model/zoo'))\n"
    assert doctor(shell, source, capsys)[0] == 0
    monkeypatch.setenv("X", "wandb-registry-absent/zoo")
    status, shown = doctor(shell, source, capsys)
    assert (status, "REG301" in shown) == (1, True)
    # What the method would make of the value is not known.
    status, shown = doctor(shell, source.replace("'))", "').lower())"), capsys)
    assert "REG301" not in shown


def test_a_team_of_the_environment_where_the_organization_belongs(
    shell: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WANDB_ENTITY", "team-a")
    (shell / "train.py").write_text(
        "import os, wandb\nwith wandb.init(project='zoo') as run:\n"
        "    artifact = run.log_artifact('model.pt', 'zoo', type='model')\n"
        "    run.link_artifact(artifact, f\"{os.environ['WANDB_ENTITY']}/wandb-registry-model/zoo\")\n",
        encoding="utf-8",
    )
    assert main(["doctor"]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "REG202 team-a/wandb-registry-model/zoo (train.py:4, environment WANDB_ENTITY)" in shown


@pytest.mark.parametrize(("logger", "shown"), [
    ("", "the run's entity (`self.logger.experiment.entity`) is known only when the program runs"),
    ("WandbLogger(project='zoo')", "All well: 1 link checked"),
    ("WandbLogger(project='zoo', entity='alice')", "✗ entity REG203 alice (entity= in train.py:3)"),
    ("WandbLogger(project='zoo', **options())", "the run's entity (`options()`) is known only when the program runs"),
])  # fmt: skip
def test_the_entity_of_a_logger_that_another_file_makes(
    logger: str, shown: str, shell: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shell / "model.py").write_text(
        "import wandb\nfrom lightning.pytorch import LightningModule\nclass Model(LightningModule):\n"
        "    def on_fit_end(self):\n        artifact = wandb.Artifact('zoo', type='model')\n"
        "        self.logger.experiment.link_artifact(artifact, 'wandb-registry-model/zoo')\n",
        encoding="utf-8",
    )
    head = "from lightning.pytorch.loggers import WandbLogger\nfrom model import Model\n"
    (shell / "train.py").write_text(f"{head}logger = {logger}\n" if logger else head, encoding="utf-8")
    main(["doctor"])
    report = " ".join(capsys.readouterr().out.split())
    assert shown in report
    assert ("All well" in report) is ("All well" in shown)


def test_each_problem_is_shown_once_with_all_its_places(shell: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = "run.link_artifact(art, 'wandb-registry-modle/zoo')\n"
    (shell / "more.py").write_text(HEAD + bad, encoding="utf-8")
    _, shown = doctor(shell, bad + bad, capsys)
    assert shown.count("REG301") == 1
    assert "(more.py:4, train.py:4, train.py:5)" in shown
    main(["doctor", "--output-format", "github"])
    assert capsys.readouterr().out.count("REG301 registry") == 3


@pytest.mark.parametrize("where", ["team", "registry"])
def test_a_right_that_the_server_does_not_tell_is_not_taken_for_one(
    where: str, emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.reset()
    environ = {**emulator.environ(), "HOME": str(tmp_path)}
    read = Gateway._read

    def unsaid(value: object, key: str = "") -> object:
        """The answer with `readOnly` null: of teams, or of the registry."""
        if isinstance(value, list):
            return [unsaid(item, key) for item in value]
        if not isinstance(value, dict):
            return value
        team = key in ("node", "viewer") or key.startswith("entity")
        hidden = {name: unsaid(inner, name) for name, inner in value.items()}
        return {**hidden, "readOnly": None} if "readOnly" in value and team == (where == "team") else hidden

    def reading(self: Gateway, response: object, body: bytes) -> Answer:
        return read(self, response, json.dumps(unsaid(json.loads(body))).encode())  # type: ignore[arg-type]

    def examined() -> Diagnosis:
        return diagnose(["wandb-registry-model/zoo"], artifact_type="model", environ=environ, cwd=tmp_path)

    assert not examined().of("fail", "skip")
    monkeypatch.setattr(Gateway, "_read", reading)
    found = examined()
    (row,) = [row for row in found.of("skip") if row.name in ("entity-access", "role")]
    assert row.text.startswith("the server does not say whether you may")
    from regilink_doctor.report.doctor.full import summarize_verdict

    assert summarize_verdict(found, "")[0] != "All well"
