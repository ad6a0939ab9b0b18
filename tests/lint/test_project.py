"""A second run in one process sees what has changed around the files since the first."""

import os
from pathlib import Path

import pytest
from in_process import run_command
from tables import check_rows

from regilink_doctor import lint_paths
from regilink_doctor.lint.engine import lint_bytes
from regilink_doctor.lint.text.memory import Memory

TRAIN = "import wandb\nfrom paths import TARGET\nrun = wandb.init()\nrun.link_artifact(a, TARGET)\n"


def codes() -> set[str]:
    return {
        finding.code
        for finding in lint_paths(["train.py", "job.sh"] if os.path.exists("job.sh") else ["train.py"]).findings
    }


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(TRAIN, encoding="utf-8")
    Path("paths.py").write_text("TARGET = 'wandb-registry-model/zoo'\n", encoding="utf-8")
    return tmp_path


def test_a_dotenv_file_that_appears_and_goes() -> None:
    assert "REG201" in codes()
    Path(".env").write_text("WANDB_ENTITY=team-a\n", encoding="utf-8")
    assert "REG201" not in codes()
    Path(".env").unlink()
    assert "REG201" in codes()


@check_rows("report_format", ["json", "json-lines", "gitlab", "rdjson", "sarif"])
def test_a_report_of_an_earlier_run_sets_nothing(report_format: str) -> None:
    Path("report.json").unlink(missing_ok=True)
    for _ in range(2):
        run_command("lint", "--output-format", report_format, "--output-file", "report.json", "train.py", cwd=Path())
        assert "WANDB_ENTITY" in Path("report.json").read_text(encoding="utf-8")
        assert "REG201" in codes()
    Path("report.json").write_text('{"env": {"WANDB_ENTITY": "team-a"}, "ignore": ["REG201"]}', encoding="utf-8")
    assert "REG201" not in codes()


SET_NOWHERE = (
    ("conf.yaml", "description: Set WANDB_ENTITY to your team\n"),
    ("conf.yaml", "help: |\n  Before training, set WANDB_ENTITY\n  and WANDB_PROJECT.\n"),
    ("conf.yaml", "lr: 1  # WANDB_ENTITY=team-a\n"),
    ("conf.yaml", "lr: 1 # export WANDB_ENTITY\n"),
    ("conf.yaml", 'message: "WANDB_ENTITY is not set"\n'),
    ("conf.yaml", "- WANDB_ENTITY must be set by users.\n"),
    ("mkdocs.yml", "nav:\n  - WANDB_ENTITY and you: entity.md\n"),
    ("conf.yaml", "description: Set WANDB_ENTITY=team-a before training\n"),
    ("conf.yaml", "notes: 'the variable (WANDB_ENTITY) is optional'\n"),
    ("conf.yaml", "text: >\n  Please export WANDB_ENTITY=your-team\n  first\n"),
    ("pyproject.toml", '[project]\ndescription = "needs WANDB_ENTITY in the environment"\n'),
    ("pyproject.toml", '[tool.x]\na = 1 # WANDB_ENTITY = "t"\n'),
    ("package.json", '{"description": "Set WANDB_ENTITY first"}'),
    ("a.json", '{"errors": ["WANDB_ENTITY missing", "x"]}'),
    ("Makefile", "train:\n\tpython train.py # WANDB_ENTITY=x\n"),
    ("Makefile", "help:\n\t@echo 'Set WANDB_ENTITY first'\n"),
    ("run.sh", 'echo "set WANDB_ENTITY first"\npython train.py\n'),
    ("run.sh", "python train.py # WANDB_ENTITY=a\n"),
    ("run.sh", "cat <<EOF\nYou can set WANDB_ENTITY to your team\nEOF\npython train.py\n"),
    ("Dockerfile", "FROM python\n# ENV WANDB_ENTITY=team-a\nCMD python train.py\n"),
    ("Dockerfile", 'FROM python\nLABEL doc="Set WANDB_ENTITY at run time"\nCMD python train.py\n'),
    ("setup.cfg", "[metadata]\ndescription = needs WANDB_ENTITY to be set\n"),
    ("tox.ini", "[testenv]\n; WANDB_ENTITY=x\ncommands = python train.py\n"),
    ("Jenkinsfile", "pipeline {\n  // WANDB_ENTITY = 'x'\n  agent any\n}\n"),
    ("Jenkinsfile", "pipeline {\n  /* set WANDB_ENTITY here */\n  agent any\n}\n"),
    (
        ".github/workflows/ci.yml",
        "jobs:\n  t:\n    steps:\n    # env: WANDB_ENTITY\n    - run: python train.py\n",
    ),
    (
        ".github/workflows/ci.yml",
        "jobs:\n  t:\n    steps:\n    - name: Check that WANDB_ENTITY is set\n      run: python a.py\n",
    ),
    (
        ".github/workflows/ci.yml",
        'jobs:\n  t:\n    steps:\n    - run: |\n        echo "WANDB_ENTITY should be set"\n        python train.py\n',
    ),
    ("conf.yaml", "# yaml-language-server: x\n# WANDB_ENTITY: team-a\nlr: 1\n"),
    ("conf.yaml", "a: {b: 1} # {WANDB_ENTITY: x}\n"),
    ("conf.yaml", "WANDB_ENTITY_NAME: team-a\n"),
    ("conf.yaml", "a: OLD_WANDB_ENTITY=team-a\n"),
    ("conf.yaml", "a: 'x # y' # WANDB_ENTITY: team-a\n"),
    ("README.yaml", "usage: Export `WANDB_ENTITY` or pass --entity.\n"),
    (".gitlab-ci.yml", "train:\n  script:\n  - >-\n    : we read WANDB_ENTITY here\n  - python train.py\n"),
)
"""Files that name the variable in a comment or a sentence, or another variable."""
SET_OR_READ = (
    ("conf.yaml", "env:\n  WANDB_ENTITY: team-a\n"),
    ("conf.yaml", "WANDB_ENTITY: team-a\n"),
    ("conf.yaml", "environment:\n  - WANDB_ENTITY=team-a\n"),
    ("conf.yaml", "environment:\n  - WANDB_ENTITY\n"),
    ("conf.yaml", "env:\n- name: WANDB_ENTITY\n  valueFrom:\n    secretKeyRef: {name: a, key: b}\n"),
    ("conf.yaml", "env_vars: {WANDB_PROJECT: p, WANDB_ENTITY: team-a}\n"),
    ("conf.yaml", 'env_vars: {"WANDB_ENTITY": team-a}\n'),
    ("conf.yaml", "passenv: [WANDB_API_KEY, WANDB_ENTITY]\n"),
    ("conf.yaml", "cmd: docker run -e WANDB_ENTITY=team-a image\n"),
    ("conf.yaml", "cmd: docker run -e WANDB_ENTITY image\n"),
    ("conf.yaml", "cmd: sbatch --export=ALL,WANDB_ENTITY=team-a job.sh\n"),
    ("conf.yaml", "hook: make train WANDB_ENTITY=team-a\n"),
    ("conf.yaml", "cmd: export WANDB_ENTITY=team-a && python train.py\n"),
    ("conf.yaml", "setup: |\n  export WANDB_PROJECT=p\n  export WANDB_ENTITY=team-a\n"),
    ("conf.yaml", "entity: ${oc.env:WANDB_ENTITY}\n"),
    ("conf.yaml", "env: {entity: '${WANDB_ENTITY}'}\n"),
    (
        ".github/workflows/ci.yml",
        "jobs:\n  t:\n    steps:\n    - run: python train.py\n      env:\n        WANDB_ENTITY: ${{ vars.TEAM }}\n",
    ),
    (
        ".github/workflows/ci.yml",
        'jobs:\n  t:\n    steps:\n    - run: echo "WANDB_ENTITY=team-a" >> $GITHUB_ENV\n    - run: python train.py\n',
    ),
    (
        ".github/workflows/ci.yml",
        'jobs:\n  t:\n    steps:\n    - run: echo "::set-env name=WANDB_ENTITY::team"\n    - run: python train.py\n',
    ),
    ("pyproject.toml", '[tool.pixi.activation.env]\nWANDB_ENTITY = "team-a"\n'),
    ("pyproject.toml", '[tool.pytest.ini_options]\nenv = ["WANDB_ENTITY=team-a"]\n'),
    ("pyproject.toml", '[tool.x]\nvars = { WANDB_ENTITY = "a" }\n'),
    ("a.json", '{"env": {"WANDB_ENTITY": "team-a"}}'),
    ("a.json", '{"env": [{"name": "WANDB_ENTITY", "value": "team-a"}]}'),
    ("a.json", '{"runArgs": ["-e", "WANDB_ENTITY"]}'),
    ("a.json", '{"runArgs": ["-e", "WANDB_ENTITY=team"]}'),
    (".vscode/launch.json", '{\n // WANDB_ENTITY\n "env": {"WANDB_ENTITY": "team-a"}}'),
    ("Makefile", "export WANDB_ENTITY = team-a\ntrain:\n\tpython train.py\n"),
    ("Makefile", "WANDB_ENTITY ?= team-a\nexport\ntrain:\n\tpython train.py\n"),
    ("Makefile", "train:\n\tWANDB_ENTITY=team-a python train.py\n"),
    ("run.sh", "export WANDB_PROJECT=p WANDB_ENTITY=team-a\npython train.py\n"),
    ("run.sh", ": ${WANDB_ENTITY:?set it}\npython train.py\n"),
    ("run.sh", "export WANDB_ENTITY\npython train.py\n"),
    ("run.sh", "read -p 'team: ' WANDB_ENTITY\nexport WANDB_ENTITY\npython train.py\n"),
    ("run.sh", 'if [ -z "$WANDB_ENTITY" ]; then exit 1; fi\npython train.py\n'),
    ("Dockerfile", "FROM python\nENV WANDB_ENTITY team-a\nCMD python train.py\n"),
    ("Dockerfile", "FROM python\nENV A=1 \\\n    WANDB_ENTITY=team-a\nCMD python train.py\n"),
    ("Dockerfile", "FROM python\nARG WANDB_ENTITY\nENV WANDB_ENTITY=$WANDB_ENTITY\nCMD python train.py\n"),
    ("tox.ini", "[testenv]\npassenv = WANDB_API_KEY WANDB_ENTITY\ncommands = python train.py\n"),
    ("tox.ini", "[testenv]\npassenv =\n  WANDB_API_KEY\n  WANDB_ENTITY\ncommands = python train.py\n"),
    ("tox.ini", "[testenv]\nsetenv =\n  WANDB_ENTITY = a\ncommands = python train.py\n"),
    ("Jenkinsfile", "pipeline {\n  environment { WANDB_ENTITY = 'team-a' }\n  agent any\n}\n"),
    ("Jenkinsfile", "withEnv(['WANDB_ENTITY=team-a']) { sh 'python train.py' }\n"),
    ("conf.yaml", "run: powershell $env:WANDB_ENTITY = 'team'\n"),
    ("conf.yaml", "script: set WANDB_ENTITY=team-a\n"),
    ("conf.yaml", "run: |\n  setx WANDB_ENTITY team-a\n"),
    ("conf.yaml", "secrets: WANDB_API_KEY,WANDB_ENTITY\n"),
    (".env", "WANDB_ENTITY=team-a\n"),
    (".env.example", "# Set WANDB_ENTITY to your team\n"),
    ("conf.yaml", "run_options: --env WANDB_ENTITY --rm\n"),
    ("conf.yaml", "kind: Secret\nstringData:\n  WANDB_ENTITY: team\n"),
    ("conf.yaml", "a: docker run -eWANDB_ENTITY=team-a image\n"),
    ("conf.yaml", "a: 'see # WANDB_ENTITY=team-a'\n"),
    (
        ".gitlab-ci.yml",
        "variables:\n  WANDB_ENTITY: {value: team-a, description: x}\ntrain:\n  script:\n  - python train.py\n",
    ),
)


@check_rows(
    ("name", "text", "is_set"), [*((*row, False) for row in SET_NOWHERE), *((*row, True) for row in SET_OR_READ)]
)
def test_only_a_file_that_sets_or_reads_a_variable_gives_it_to_programs(name: str, text: str, is_set: bool) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    try:
        assert ("REG201" not in codes()) is is_set
    finally:
        path.unlink()


def test_an_imported_file_that_changes() -> None:
    assert "REG102" not in codes()
    status = os.stat("paths.py")
    Path("paths.py").write_text("TARGET = 'wandb-registry-model_zoo'\n", encoding="utf-8")
    os.utime("paths.py", ns=(status.st_atime_ns, status.st_mtime_ns))  # as fast as the clock of a file system
    assert "REG102" in codes()


def test_an_imported_file_that_appears() -> None:
    Path("paths.py").unlink()
    assert "REG102" not in codes()
    Path("paths.py").write_text("TARGET = 'wandb-registry-model'\n", encoding="utf-8")
    assert "REG102" in codes()


def test_a_program_that_begins_to_link() -> None:
    Path("job.sh").write_text("export WANDB_MODE=offline\npython other.py\n", encoding="utf-8")
    Path("other.py").write_text("print()\n", encoding="utf-8")
    assert "REG601" not in codes()
    Path("other.py").write_text(
        "import wandb\nwandb.init().link_artifact(a, 'wandb-registry-model/zoo')\n", encoding="utf-8"
    )
    assert "REG601" in codes()


def test_a_loaded_file_that_appears_and_changes() -> None:
    Path("train.py").write_text(
        "import wandb, yaml\nwandb.init().link_artifact(a, yaml.safe_load(open('config.yaml'))['target'])\n",
        encoding="utf-8",
    )
    assert "REG102" not in codes()
    Path("config.yaml").write_text("target: wandb-registry-model\n", encoding="utf-8")
    assert "REG102" in codes()
    status = os.stat("config.yaml")
    Path("config.yaml").write_text("target: wandb-registry-m/abc\n", encoding="utf-8")
    os.utime("config.yaml", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert "REG102" not in codes()


def test_a_variable_and_an_option_whose_values_change() -> None:
    Path("train.py").write_text(
        "import argparse, os, wandb\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--target')\n"
        "run = wandb.init()\n"
        "run.link_artifact(a, os.environ['TARGET'])\n"
        "run.link_artifact(a, parser.parse_args().target)\n",
        encoding="utf-8",
    )
    for name, wrong, right in (
        (".env", "TARGET=wandb-registry-model\n", "TARGET=wandb-registry-model/a\n"),
        ("run.sh", "python train.py --target wandb-registry-model\n", "python train.py --target ok/a/b\n"),
    ):
        Path(name).write_text(wrong, encoding="utf-8")
        assert "REG102" in codes(), name
        Path(name).write_text(right, encoding="utf-8")
        assert "REG102" not in codes(), name


def test_two_runs_that_take_turns_have_a_memory_each() -> None:
    first, second = Memory(), Memory()
    content = TRAIN.encode()
    path = os.path.abspath("train.py")

    def codes_for(memory: Memory) -> set[str]:
        return {finding.code for finding in lint_bytes(path, content, memory=memory).findings}

    assert "REG102" not in codes_for(first)
    status = os.stat("paths.py")
    Path("paths.py").write_text("TARGET = 'wandb-registry-model_zoo'\n", encoding="utf-8")
    os.utime("paths.py", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert "REG102" in codes_for(second)
    assert "REG102" not in codes_for(first)
    assert "REG102" in codes_for(second)
