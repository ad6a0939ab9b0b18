"""Order, requirements, crashes, exit status, sources of targets; and the second door, without a socket."""

from __future__ import annotations

import os
import re
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tables import check_rows

from regilink_doctor.client.settings import read_settings
from regilink_doctor.config import Config, load_config
from regilink_doctor.core.targets import consumed_names, target_combinations
from regilink_doctor.doctor.base import Check, Outcome, Subject
from regilink_doctor.doctor.checks import find_checks
from regilink_doctor.doctor.context import Context
from regilink_doctor.doctor.diagnosis import Diagnosis, run_diagnosis
from regilink_doctor.emulator import Emulator, World
from regilink_doctor.workflows.diagnose import diagnose
from regilink_doctor.workflows.lint import lint_program

Diagnose = Callable[..., Diagnosis]
ZOO = "wandb-registry-model/zoo"

TRAIN = """\
import wandb

ENTITY = "{entity}"
with wandb.init(entity=ENTITY, project="churn") as run:
    artifact = wandb.Artifact("zoo", type="{type}")
    run.link_artifact(artifact, target_path="{target}", aliases=["best"])
"""


def test_a_check_stands_behind_those_it_requires() -> None:
    names: list[str] = []
    for each in find_checks():
        assert each.__doc__
        assert set(each.requires) <= set(names), each
        names.append(each.name)
    assert len(names) == len(set(names))


def test_every_check_that_is_defined_runs_and_is_on_the_page() -> None:
    root = Path(__file__).parents[2]
    written = (root / "regilink_doctor" / "doctor" / "checks").glob("*.py")
    names = {
        name
        for file in written
        for name in re.findall(r'^    name = "(.+)"$', file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert names == {check.name for check in find_checks()}
    script = runpy.run_path(str(root / "tools" / "make_doctor_checks.py"))
    page = (root / "docs" / "doctor.md").read_text(encoding="utf-8")
    assert script["with_table"](page) == page, "python tools/make_doctor_checks.py writes it"


def test_a_check_that_breaks_is_a_row(emulator: Emulator, tmp_path: Path) -> None:
    class Breaks(Check):
        """Breaks."""

        name = "breaks"
        group = "Links"

        def find_subjects(self, context: Context) -> list[Subject]:
            return [Subject("x")]

        def run_check(self, context: Context, subject: Subject) -> Outcome:
            raise RuntimeError(f"with {context.settings.credentials.key.reveal()}")  # type: ignore[union-attr]

    class Hangs(Breaks):
        """Hangs on it."""

        name = "hangs"
        requires = ("breaks",)

    emulator.reset()
    environ = emulator.environ()
    found = run_diagnosis(read_settings(cwd=tmp_path, environ=environ), checks=[*find_checks(), Breaks, Hangs])
    (row,) = found.of("crash")
    assert re.fullmatch(r"regilink failed here \(test_diagnosis\.py:\d+: RuntimeError\)", row.message)
    assert environ["WANDB_API_KEY"] not in repr(found)
    (skipped,) = (check for check in found.checks if check.name == "hangs")
    assert skipped.message == "skipped: `breaks` crashed"
    assert found.exit_status() == 2
    assert found.ready is None


def test_an_identity_token_leaves_no_way_to_work(examined: Diagnose) -> None:
    found = examined(ZOO, environ={"WANDB_API_KEY": "", "WANDB_IDENTITY_TOKEN_FILE": "token.jwt"})
    assert not found.of("fail")
    assert found.exit_status() == 2
    assert "identity token" in next(row for row in found.checks if row.name == "account").message


def test_what_was_found_where(examined: Diagnose) -> None:
    found = dict(examined(environ={"WANDB_PROJECT": "churn"}).found)
    assert found["key"].value == "found"
    assert found["key"].origin.shown == "environment WANDB_API_KEY"
    assert found["entity"].origin.shown == "the account's default entity"
    assert (found["project"].value, found["project"].origin.shown) == ("churn", "environment WANDB_PROJECT")


def test_a_login_in_the_address_is_not_shown(examined: Diagnose, emulator: Emulator) -> None:
    url = emulator.url.replace("http://", "http://me:hidden@")
    for found in (examined(ZOO, environ={"WANDB_BASE_URL": url}), examined(environ={"WANDB_BASE_URL": url + ":x"})):
        assert "hidden" not in repr(found)


def write(folder: Path, name: str = "train.py", entity: str = "team-a", type: str = "model", target: str = ZOO) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(TRAIN.format(entity=entity, type=type, target=target), encoding="utf-8")


def test_targets_come_from_the_source_with_entity_and_type(tmp_path: Path) -> None:
    write(tmp_path / "code")
    (target,) = target_combinations(report.site for report in lint_program(tmp_path / "code").sites)
    facts = (target.text, target.entity_text, target.project_text, target.type_text)
    assert facts == (ZOO, "team-a", "churn", "model")
    assert target.alias_names == ("best",)
    assert target.place is not None
    assert target.written_at.shown.endswith("train.py:6")


def test_names_that_are_fetched_come_from_the_source_too(tmp_path: Path) -> None:
    (tmp_path / "promote.py").write_text(
        "import wandb\n"
        "api = wandb.Api(overrides={'entity': 'team-a'})\n"
        "artifact = api.artifact('wandb-registry-staging/zoo:prod', type='model')\n"
        "artifact.link('wandb-registry-model/zoo')\n",
        encoding="utf-8",
    )
    sites = [report.site for report in lint_program(tmp_path).sites]
    (name,) = consumed_names(sites)
    assert (name.text, name.entity_text, name.type_text) == ("wandb-registry-staging/zoo:prod", "team-a", "model")
    (target,) = target_combinations(sites)
    assert (target.consumed, target.type_text) == (name, "model")


def test_the_source_is_checked_where_no_target_is_named(emulator: Emulator, tmp_path: Path) -> None:
    emulator.reset()
    environ = {**emulator.environ(), "HOME": str(tmp_path)}
    write(tmp_path / "code", "good.py")
    write(tmp_path / "code", "personal.py", entity="alice")
    write(tmp_path / "code", "kind.py", type="dataset")
    found = diagnose(cwd=tmp_path / "code", environ=environ)
    assert {(row.name, row.code) for row in found.of("fail")} == {("entity", "REG203"), ("artifact-type", "REG401")}
    entity = next(row for row in found.of("fail") if row.name == "entity")
    assert "personal.py:3" in (entity.help or ""), "where the entity is written"
    assert 'wandb.init(entity="team-a"' in (entity.help or "")
    assert found.requests == 2


def test_what_is_said_of_a_name_at_several_places_is_said_once(emulator: Emulator, tmp_path: Path) -> None:
    emulator.reset()
    lines = [f"wandb.init(project={name!r}).use_artifact('wandb-registry-model/none:v0')\n" for name in ("a", "b")]
    lines.append("wandb.init(project='a').use_artifact('wandb-registry-model/other:v0')\n")
    (tmp_path / "train.py").write_text("import wandb\n" + "".join(lines), encoding="utf-8")
    found = diagnose(cwd=tmp_path, environ={**emulator.environ(), "HOME": str(tmp_path)})
    first, second = found.of("fail")
    assert (first.code, second.code) == ("REG305", "REG305")
    assert [place.shown.rpartition(":")[2] for place in first.also_at] == ["3"]
    assert not second.also_at
    assert found.links.names == 3


@check_rows(
    ("key", "value", "is_source"),
    [
        ("artifact", "team-a/p/zoo:v3", True),
        ("MODEL_ALIAS", "team-a/p/zoo:v3", True),
        ("uses", "actions/checkout@v5", False),
        ("uses", "docker://acme/tool:v1", False),
        ("image", "acme/trainer:1.2", False),
        ("container", "nvidia/cuda:12", False),
    ],
)
def test_an_action_or_image_of_ci_is_no_full_name(key: str, value: str, is_source: bool, tmp_path: Path) -> None:
    (tmp_path / "train.yaml").write_text(f"jobs:\n  wandb_alias:\n    {key}: {value}\n", encoding="utf-8")
    assert [site.target[0].literal for site in lint_program(tmp_path).configured_sources] == [value] * is_source


SWEEP = "program: train.py\nmethod: grid\nparameters:\n  lr: {value: 1}\n"
LINKED = f'run.link_artifact(wandb.Artifact("zoo", type="model"), "{ZOO}")\n'
STARTED = "import wandb\nrun = wandb.init({})\n" + LINKED
READ = (
    "import argparse, wandb\nparser = argparse.ArgumentParser()\n"
    'parser.add_argument("--wandb_entity", default="team-a")\nparser.add_argument("--project", default="p")\n'
    "args = parser.parse_args()\nrun = wandb.init(entity=args.wandb_entity, project=args.project)\n"
)


@check_rows(
    ("files", "variables", "expected"),
    [
        (
            {"train.py": STARTED.format("entity='team-a'"), "sweep.yaml": f"{SWEEP}entity: alice"},
            {},
            "REG203 sweep.yaml:5",
        ),
        (
            {"train.py": STARTED.format(""), "sweeps/grid.yaml": f"{SWEEP}entity: alice"},
            {},
            "REG203 sweeps/grid.yaml:5",
        ),
        ({"train.py": STARTED.format(""), "sweep.yaml": f"{SWEEP}entity: ghost"}, {}, "REG207 sweep.yaml:5"),
        (
            {
                "train.py": "import wandb, lib\nrun = wandb.init(entity='team-a')\nlib.publish(run)\n",
                "lib.py": f"import wandb\ndef publish(run):\n    {LINKED}",
                "sweep.yaml": f"entity: alice\n{SWEEP}",
            },
            {},
            "REG203 sweep.yaml:1",
        ),
        (
            {"src/train.py": STARTED.format(""), "s.yml": f"{SWEEP}entity: alice".replace("tr", "src/tr")},
            {},
            "REG203 s.yml:5",
        ),
        (
            {"train.py": STARTED.format(""), "sweep.yaml": SWEEP, "a.sh": "wandb sweep sweep.yaml --entity alice\n"},
            {},
            "REG203 a.sh:1",
        ),
        # Nothing is wrong, or not in a sweep of this program.
        ({"train.py": STARTED.format("entity='team-a'"), "sweep.yaml": f"{SWEEP}entity: team-a"}, {}, ""),
        ({"train.py": STARTED.format(""), "sweep.yaml": f"{SWEEP}entity: alice"}, {"WANDB_ENTITY": "team-a"}, ""),
        (
            {
                "train.py": STARTED.format(""),
                "sweep.yaml": f"{SWEEP}entity: alice",
                "a.sh": "set -e\nwandb sweep -e team-a sweep.yaml\n",
            },
            {},
            "",
        ),
        ({"train.py": STARTED.format(""), "sweep.yaml": f"{SWEEP}entity: ${{TEAM}}"}, {}, ""),
        ({"train.py": STARTED.format(""), "sweep.yaml": f"{SWEEP}entity: alice".replace("train", "other")}, {}, ""),
        ({"train.py": STARTED.format(""), "run.yaml": "program: train.py\nentity: alice\nparameters: {}\n"}, {}, ""),
        (
            {
                "train.py": READ + LINKED,
                "sweep.yaml": f"{SWEEP}  wandb_entity: {{value: team-b}}\n  project: {{values: [a/b, c]}}\n",
            },
            {},
            "",
        ),
        # What another script passes counts.
        (
            {"train.py": READ + LINKED, "sweep.yaml": SWEEP, "a.sh": "python train.py --wandb_entity team-b\n"},
            {},
            "REG207 a.sh:1",
        ),
    ],
)
def test_a_sweep_decides_the_entity_and_project_of_its_runs(
    files: dict[str, str], variables: dict[str, str], expected: str, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.reset()
    folder = tmp_path / "code"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / ".git").mkdir(parents=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    found = diagnose(cwd=folder, environ={**emulator.environ(), "HOME": str(tmp_path), **variables})
    problems = [(check.code, check.origin.shown) for check in found.of("fail", "warn") if check.origin is not None]
    assert [f"{code} {place.partition(f'{folder}/')[2]}" for code, place in problems] == (
        [expected] if expected else []
    )


def test_two_problems_of_one_rule_at_one_place_are_both_told(emulator: Emulator, tmp_path: Path) -> None:
    emulator.reset()
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "c.yaml").write_text("version: 1.2\naliases: prod\n", encoding="utf-8")
    (tmp_path / "code" / "train.py").write_text(
        "import wandb, yaml\n"
        "cfg = yaml.safe_load(open('c.yaml'))\n"
        "run = wandb.init(entity='team-a', project='p')\n"
        "artifact = wandb.Artifact('zoo', type='model')\n"
        "run.link_artifact(artifact, 'wandb-registry-model/zoo', aliases=[cfg['version'], *cfg['aliases']])\n",
        encoding="utf-8",
    )
    found = diagnose(cwd=tmp_path / "code", environ={**emulator.environ(), "HOME": str(tmp_path)})
    messages = [check.message for check in found.of("fail") if check.code == "REG607"]
    assert messages == ["an alias is of type float, not a string", '"prod" is unpacked into its letters']


def test_the_help_about_an_unknown_entity_is_for_the_call_that_reads(emulator: Emulator, tmp_path: Path) -> None:
    emulator.reset()
    environ = {**emulator.environ(), "HOME": str(tmp_path), "WANDB_ENTITY": "team-x"}
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "evaluate.py").write_text(
        "import wandb\n"
        "wandb.Api().artifact('wandb-registry-model/zoo:v0')\n"
        "run = wandb.init(project='p', entity='team-y')\n"
        "run.use_artifact('wandb-registry-model/zoo:v1')\n",
        encoding="utf-8",
    )
    found = diagnose(cwd=tmp_path / "code", environ=environ)
    of_api, of_run = (check.help or "" for check in found.of("fail") if check.name == "consumed")
    assert of_api == 'write wandb.Api(overrides={"entity": "team-a"})'
    assert of_run.endswith('evaluate.py:3: entity="team-a"')


def test_the_configuration_names_targets_and_a_server_that_wandb_does_not_know(
    emulator: Emulator, tmp_path: Path
) -> None:
    emulator.reset()
    environ = {**emulator.environ(), "HOME": str(tmp_path)}
    environ.pop("WANDB_BASE_URL")
    config = Config({"targets": (ZOO,), "host": emulator.url}, source="pyproject.toml")
    found = diagnose(cwd=tmp_path, environ=environ, config=config)
    (row,) = found.of("warn", "fail")
    assert (row.name, row.code) == ("configuration", "REG804")
    assert "wandb would talk to https://api." in row.text
    assert row.help == f"export WANDB_BASE_URL={emulator.url}"
    assert [(target.text, target.written_at.shown) for target in found.targets] == [
        (ZOO, "configuration pyproject.toml")
    ]
    found = diagnose([], cwd=tmp_path, environ=environ, config=load_config([f"host = '{emulator.url}'"], isolated=True))
    (row,) = found.of("warn", "fail")
    assert row.text.startswith(f"only `host` in --config names the server {emulator.url}, which wandb does not read")


def test_code_and_environment_that_differ_are_named(emulator: Emulator, tmp_path: Path) -> None:
    emulator.reset()
    write(tmp_path / "code")
    environ = {**emulator.environ(), "HOME": str(tmp_path), "WANDB_ENTITY": "alice", "WANDB_PROJECT": "other"}
    found = diagnose(cwd=tmp_path / "code", environ=environ)
    assert not found.of("fail", "warn")
    row = next(row for row in found.checks if row.name == "code-and-environment")
    assert row.text.endswith(
        "train.py:3 says entity team-a, environment WANDB_ENTITY says alice: the code wins; "
        f"{row.text.partition(' says')[0]} says project churn, environment WANDB_PROJECT says other: the code wins"
    )
    assert found.differences == (row.text,)


@check_rows(
    ("line", "codes"),
    [
        (f'    run.link_artifact(made, "{ZOO}")', ()),
        (f'    run.log_artifact("x.txt", "zoo", "model", ["a/b"])\n    run.link_artifact(made, "{ZOO}")', ("REG501",)),
        (f'    run.link_artifact(made, "{ZOO}", aliases=["a/b"])', ("REG501",)),
        (f'    run.link_artifact(made, "{ZOO}", aliases=[time.strftime("%H:%M")])', ("REG501",)),
        (f'    linked = run.link_artifact(made, "{ZOO}")\n    linked.ttl = timedelta(days=3)', ("REG606",)),
        (f'    run.link_artifact(made, "{ZOO}", aliases=["prod"]).ttl = timedelta(days=3)', ("REG606",)),
        (f'    run.link_artifact(made, "{ZOO}")\nwandb.Api().registry("wandb-registry-model")', ("REG109",)),
        ('    run.link_artifact(made, "wandb-registry-wandb-registry-model/zoo")', ("REG109",)),
        ('    run.link_artifact(made, "wandb-registry-model/" + os.getenv("NAME", ""))', ("REG105",)),
        ('    run.link_artifact(made, "wandb-registry-" + os.getenv("NAME", "None") + "/zoo")', ("REG113",)),
        ('    run.link_artifact(made, os.getenv("NAME", "None") + "/wandb-registry-model/zoo")', ("REG113",)),
        ('    run.link_artifact(made, "wandb-registry-model /zoo")', ("REG111",)),
        ('    run.link_artifact(made, "wandb-registry-models/zoo:v3")', ("REG107", "REG302")),
        ('    run.link_artifact(made, "team-a/wandb-registry-model/wandb-registry-zoo")', ("REG109", "REG202")),
        ('    run.use_artifact("wandb-registry-model/" + os.getenv("NAME", ""))', ("REG105",)),
        ('    run.use_artifact("wandb-registry-" + os.getenv("NAME", "None") + "/zoo:v0")', ("REG113",)),
        ('    run.use_artifact("wandb-registry-model/wandb-registry-zoo:v0")', ("REG109",)),
        ('    run.use_artifact("team-a/wandb-registry-model/wandb-registry-zoo:v0")', ("REG109", "REG202")),
        ('    run.use_artifact("wandb-registry-model/other:v0")', ("REG305",)),
        (f'    linked = run.link_artifact(made, "{ZOO}")\n    linked.aliases.append("prod")', ("REG515",)),
        (f'    linked = run.link_artifact(made, "{ZOO}")\n    linked.tags = []\n    linked.save()', ()),
        (f'    made = run.log_artifact(made).wait()\n    run.use_artifact("{ZOO}:" + made.version)', ("REG505",)),
    ],
)
def test_one_defect_is_reported_once(line: str, codes: tuple[str, ...], emulator: Emulator, tmp_path: Path) -> None:
    emulator.reset()
    (tmp_path / "train.py").write_text(
        "import os\nimport time\nfrom datetime import timedelta\nimport wandb\n"
        f'with wandb.init(entity="team-a") as run:\n    made = wandb.Artifact("zoo", type="model")\n{line}\n',
        encoding="utf-8",
    )
    found = diagnose(cwd=tmp_path, environ={**emulator.environ(), "HOME": str(tmp_path)})
    assert tuple(check.code for check in found.of("fail", "warn")) == codes


LINKS = 'run.link_artifact(wandb.Artifact("new", type="model"), "wandb-registry-model/new")'
SETS = 'run.link_artifact(wandb.Artifact("new", type="model"), "wandb-registry-model/zoo", aliases=["candidate"])'
TRIES = 'try:\n    base = api.artifact("wandb-registry-model/zoo:champion")'
ASKS = 'if api.artifact_exists("wandb-registry-model/zoo:champion"):'
OTHER_RUN = "run.finish(); wandb.init(entity='team-a', project={})"
LOOK_UPS = {
    'api.artifacts("model", "wandb-registry-model/zoo")': ("pass", ""),
    'api.artifact_collection("model", "acme/wandb-registry-model/zoo")': ("pass", ""),
    'api.artifact_type("model", "wandb-registry-model").collection("zoo")': ("pass", ""),
    'api.artifact_versions("model", "wandb-registry-model/zooo")': ("fail", "REG305"),
    'api.artifact_type("model", "wandb-registry-model").collection("zooo")': ("fail", "REG305"),
    'api.artifact_collection("dataset", "wandb-registry-model/zoo")': ("fail", "REG406"),
    'api.artifact_type("dataset", "wandb-registry-model").collection("zoo")': ("fail", "REG406"),
    'api.artifact_collection("model", "wandb-registry-modle/zoo")': ("fail", "REG301"),
    'api.artifact_collection("model", "team-a/wandb-registry-model/zoo")': ("fail", "REG202"),
    'api.artifact_collection("model", "wandb-registry-model/zoo:v0")': ("fail", "REG107"),
    'api.artifact_collection("model", "wandb-registry-model/" + sys.argv[1])': ("skip", ""),
    'api.artifact_collection(sys.argv[1], "wandb-registry-model/zoo")': ("pass", ""),
    'api.artifacts("model", sys.argv[1])': (None, ""),
    f"{TRIES}\nexcept wandb.CommError:\n    base = None": ("warn", "REG305"),
    f'{TRIES}\nexcept Exception:\n    print("no base")\n    raise': ("fail", "REG305"),
    f'{TRIES}\nexcept Exception as error:\n    sys.exit(f"no base: {{error}}")': ("fail", "REG305"),
    f"{TRIES}\nexcept KeyError:\n    base = None": ("fail", "REG305"),
    f"{TRIES}\nfinally:\n    run.finish()": ("fail", "REG305"),
    f'{ASKS}\n    api.artifact("wandb-registry-model/zoo:champion")': ("warn", "REG305"),
    f'{ASKS}\n    pass\napi.artifact("wandb-registry-model/zoo:champion")': ("fail", "REG305"),
    f'{LINKS}\nrun.use_artifact("wandb-registry-model/new:latest")': ("skip", ""),
    f'{SETS}\nrun.use_artifact("wandb-registry-model/zoo:candidate")': ("skip", ""),
    f'{SETS}\nrun.use_artifact("wandb-registry-model/zoo:v9")': ("fail", "REG305"),
    f'run.use_artifact("wandb-registry-model/new:latest")\n{LINKS}': ("fail", "REG305"),
    'api.artifacts("model", "team-a/churn/zoo")': (None, ""),
    'api.artifact_exists("wandb-registry-model/zoo:production")': ("pass", ""),
    'api.artifact_exists("wandb-registry-model/zoo:staging")': ("pass", ""),
    'api.artifact_exists("wandb-registry-model/other:v0", type="dataset")': ("pass", ""),
    'api.artifact_exists("wandb-registry-model/zoo:production", type="models")': ("fail", "REG406"),
    'api.artifact_exists("wandb-registry-modle/zoo:production")': ("warn", "REG301"),
    'api.artifact_collection_exists("wandb-registry-model/other", "model")': ("pass", ""),
    'api.artifact_collection_exists("wandb-registry-model/zoo", "models")': ("fail", "REG406"),
    'api.artifact_collection_exists("wandb-registry-model/zoo:production", "model")': ("fail", "REG107"),
    'run.use_artifact("wandb-artifact://_id/QXJ0aWZhY3Q6MTIz")': ("skip", ""),
    'run.use_artifact("registry:///acme/model/zoo:production")': ("fail", "REG509"),
    'run.use_model("wandb-registry-model/zoo:production")': ("pass", ""),
    'run.use_model("wandb-registry-dataset/tiles:latest")': ("fail", "REG406"),
    'run.use_artifact("wandb-registry-dataset/tiles:latest")': ("pass", ""),
    'api.registry("model")': ("pass", ""),
    'api.registry("model", organization="Acme Inc")': ("pass", ""),
    'api.registry("model", organization="acme")': ("fail", "REG303"),
    'api.registry("model", organization="Nobody")': ("fail", "REG303"),
    'api.registries(organization="acme")': ("fail", "REG303"),
    'api.create_registry("new", "organization", organization="acme")': ("fail", "REG303"),
    'api.create_registry("new", "organization"); api.registry("new")': ("pass", ""),
    'api.registry("modle", "Acme Inc")': ("fail", "REG301"),
    "api.registry(sys.argv[1])": (None, ""),
    'api.registries(filter={"name": "modle"})': (None, ""),
    'run.log_artifact(run.use_artifact("wandb-registry-model/zoo:v0"))': ("fail", "REG614"),
    'run.log_artifact(api.artifact("wandb-registry-model/zoo:v0").new_draft())': ("fail", "REG614"),
    'api.run("team-a/p/x").log_artifact(api.artifact("wandb-registry-model/zoo:v0"))': ("skip", ""),
    f'{OTHER_RUN.format("sys.argv[1]")}.log_artifact(api.artifact("wandb-registry-model/zoo:v0"))': ("skip", ""),
    f'{OTHER_RUN.format("None")}.log_artifact(api.artifact("wandb-registry-model/zoo:v0"))': ("skip", ""),
    f"""{OTHER_RUN.format("'seed'")}.log_artifact(api.artifact("wandb-registry-model/zoo:v0"))""": ("pass", ""),
    'run.use_artifact("wandb-registry-model/zoo:v0").link("wandb-registry-dataset/a")': ("fail", "REG401"),
    'run.link_artifact(run.use_artifact("wandb-registry-model/zoo:v0"), "wandb-registry-model/a")': ("pass", ""),
    'run.use_artifact("wandb-registry-model/zoo:v0").link("wandb-registry-raw/tiles")': ("fail", "REG402"),
    'run.link_artifact(api.artifact("wandb-registry-model/zoo:v0").new_draft(), "wandb-registry-dataset/a")': (
        "fail",
        "REG401",
    ),
}
"""A call -> the status and the rule of what the doctor says of it; None: nothing."""


@check_rows(("line", "outcome"), LOOK_UPS.items())
def test_what_is_looked_up_is_checked(
    line: str, outcome: tuple[str | None, str], emulator: Emulator, tmp_path: Path
) -> None:
    world = World.default()
    world.collection("zoo", registry="model", versions=3, aliases=["production"])
    world.collection("tiles", registry="dataset", type="dataset", versions=1)
    world.registry("raw")
    world.collection("tiles", registry="raw", type="dataset", versions=1)
    emulator.reset(world)
    (tmp_path / "look.py").write_text(
        "import sys\nimport wandb\napi = wandb.Api(overrides={'entity': 'team-a'})\n"
        f"run = wandb.init(entity='team-a', project='p')\n{line}\n",
        encoding="utf-8",
    )
    found = diagnose(cwd=tmp_path, environ={**emulator.environ(), "HOME": str(tmp_path)}, probe=False)
    of_links = [row for row in found.checks if row.group == "Links"]
    worst = next((row for status in ("fail", "warn", "skip", "pass") for row in of_links if row.status == status), None)
    assert (worst.status if worst else None, worst.code or "" if worst else "") == outcome, of_links
    assert found.requests <= 2


@pytest.mark.parametrize(
    ("setting", "status"), [("WANDB_PROJECT=seed", "pass"), ("WANDB_PROJECT=p", "fail"), ("OTHER=seed", "skip")]
)
def test_the_project_of_a_run_that_logs_what_was_fetched_may_be_set_in_a_file(
    setting: str, status: str, emulator: Emulator, tmp_path: Path
) -> None:
    world = World.default()
    world.collection("zoo", registry="model", versions=1)
    emulator.reset(world)
    (tmp_path / ".env").write_text(f"{setting}\n", encoding="utf-8")
    (tmp_path / "train.py").write_text(
        "import wandb\nfrom dotenv import load_dotenv\nload_dotenv()\nrun = wandb.init(entity='team-a')\n"
        "run.log_artifact(run.use_artifact('wandb-registry-model/zoo:v0'))\n",
        encoding="utf-8",
    )
    found = diagnose(cwd=tmp_path, environ={**emulator.environ(), "HOME": str(tmp_path)}, probe=False)
    assert [row.status for row in found.checks if row.name == "logged-again"] == [status]


def test_a_look_up_that_may_fail_is_no_problem(emulator: Emulator, tmp_path: Path) -> None:
    emulator.reset()
    (tmp_path / "look.py").write_text(
        "import wandb\napi = wandb.Api(overrides={'entity': 'team-a'})\n"
        "try:\n    api.artifact_collection('model', 'wandb-registry-model/new')\n"
        "except wandb.errors.CommError:\n    print('the first link makes it')\n",
        encoding="utf-8",
    )
    found = diagnose(cwd=tmp_path, environ={**emulator.environ(), "HOME": str(tmp_path)})
    assert found.codes == ("REG305",)
    assert not found.of("fail", "skip")
    assert found.links.names == 1


CREATED = 'wandb.Api().create_registry("birds", visibility="organization"{})\n'
LINKED_BIRD = (
    'wandb.init(entity="team-a").link_artifact(wandb.Artifact("owl", type="{}"), "wandb-registry-birds/owl")\n'
)
READ_BIRD = 'wandb.Api(overrides={"entity": "team-a"}).artifact("wandb-registry-birds/owl:v0")\n'
FOUND_BIRDS = 'wandb.Api().registry("birds", organization="Acme Inc")\n'


@check_rows(
    ("code", "codes", "unsure"),
    [
        (CREATED.format("") + LINKED_BIRD.format("model"), (), ()),
        (CREATED.format(', artifact_types=["bird"]') + LINKED_BIRD.format("bird"), (), ()),
        (CREATED.format(', artifact_types=["bird"]') + LINKED_BIRD.format("model"), ("REG401",), ()),
        (CREATED.format(", artifact_types=TYPES") + LINKED_BIRD.format("model"), (), ("artifact-type",)),
        (CREATED.format(', organization="Acme Inc"') + FOUND_BIRDS + READ_BIRD, (), ("consumed",)),
        (f"def create():\n    {CREATED.format('')}create()\n" + LINKED_BIRD.format("model"), (), ()),
        # It is not there yet, in another organization, or another program creates it.
        (LINKED_BIRD.format("model") + CREATED.format(""), ("REG301",), ("role", "artifact-type", "collection")),
        (CREATED.format(', organization="Beta"') + FOUND_BIRDS, ("REG303", "REG301"), ()),
        (FOUND_BIRDS, ("REG301",), ()),
        ('wandb.Api().registry("model", organization="Acme Inc")\n', (), ()),
    ],
)
def test_a_registry_that_the_program_creates(
    code: str, codes: tuple[str, ...], unsure: tuple[str, ...], emulator: Emulator, tmp_path: Path
) -> None:
    emulator.reset()
    (tmp_path / "train.py").write_text(f"import wandb\n{code}", encoding="utf-8")
    (tmp_path / "setup_birds.py").write_text(f"import wandb\n{CREATED.format('')}", encoding="utf-8")
    found = diagnose(cwd=tmp_path, environ={**emulator.environ(), "HOME": str(tmp_path)})
    assert tuple(check.code for check in found.of("fail", "warn")) == codes
    assert {*unsure} == {check.name for check in found.of("skip") if check.group == "Links"}


def test_the_command_line_beats_the_code(emulator: Emulator, tmp_path: Path) -> None:
    emulator.reset()
    write(tmp_path / "code", entity="alice")
    environ = {**emulator.environ(), "HOME": str(tmp_path)}
    assert diagnose(cwd=tmp_path / "code", environ=environ).codes == ("REG203",)
    assert diagnose(cwd=tmp_path / "code", environ=environ, entity="team-a").codes == ()


def test_a_target_with_a_hole_is_skipped_with_the_reason(emulator: Emulator, tmp_path: Path) -> None:
    emulator.reset()
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "t.py").write_text(
        "import sys, wandb\n"
        "run = wandb.init(entity='team-a')\n"
        "a = wandb.Artifact('zoo', type='model')\n"
        "run.link_artifact(a, f'wandb-registry-model/{sys.argv[1]}')\n",
        encoding="utf-8",
    )
    found = diagnose(cwd=tmp_path / "code", environ={**emulator.environ(), "HOME": str(tmp_path)})
    (row,) = found.of("skip")
    assert row.subject == "wandb-registry-model/{?}"
    assert "`sys.argv[1]` is known only when the program runs" in row.text
    assert found.exit_status() == 2
    assert found.exit_status(allow_unknown=True) == 0


def test_a_folder_without_links_is_the_account_alone(examined: Diagnose, emulator: Emulator, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    emulator.reset()
    found = diagnose(cwd=tmp_path / "work", environ={**emulator.environ(), "HOME": str(tmp_path)})
    assert found.targets == ()
    assert found.exit_status() == 0


def test_through_the_responses_door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    responses = pytest.importorskip("responses")
    from regilink_doctor.emulator.app import App
    from regilink_doctor.emulator.requests_backend import register

    world = World.default()
    host = "https://wandb.example.com"
    environ = {"WANDB_BASE_URL": host, "WANDB_API_KEY": world.users["alice"].key, "HOME": str(tmp_path)}
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        register(mock, App(world), host)
        good = diagnose([ZOO], cwd=tmp_path, environ=environ, artifact_type="model", probe=False)
        bad = diagnose([ZOO], cwd=tmp_path, environ=environ, artifact_type="dataset", probe=False)
        assert len(mock.calls) == 4
    assert not good.of("fail", "warn")
    assert bad.codes == ("REG401",)


def test_neither_wandb_nor_the_emulator_is_loaded() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from regilink_doctor.workflows.diagnose import diagnose;"
        "diagnose(['wandb-registry-model/zoo'], environ={'WANDB_BASE_URL': 'http://127.0.0.1:9'});"
        "print([m for m in sys.modules if m.split('.')[0] in ('wandb', 'graphql') or 'regilink_doctor.emulator' in m])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env={**os.environ, "WANDB_API_KEY": ""}, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr
