"""The hooks of pre-commit and the action of GitHub, as whoever uses them meets them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import make_lists
import pytest
import yaml
from test_cli_lint import BAD, GOOD

from regilink_doctor.lint.scan.kinds import kind_of

ROOT = Path(__file__).parent.parent
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
MENDABLE = GOOD.replace("wandb-registry", "wandb_registry")


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize(
    "name",
    [
        *("a.py", "a.ipynb", "a.yaml", "a.yml", "a.toml", "a.sh", "a.bash", "a.sbatch", "a.slurm", "a.env"),
        *("Dockerfile", "Dockerfile.train", "a.dockerfile", "Containerfile", "Makefile", "x.mk", "justfile"),
        *(".justfile",),
        *("xDockerfile", "makefile.txt", "Justfile", "GNUmakefile", "makefile", "my.just", "a.Dockerfile"),
        *("a.json", "a.ini", "a.cfg", "setup.cfg"),
        *(".env", ".env.local", "deep/.env", ".envrc", "Pipfile", "Pipfile.lock", "uv.lock", "poetry.lock", "pdm.lock"),
        *("requirements.txt", "requirements-dev.in", "dev-requirements.txt", "requirements/dev.txt", "constraints.txt"),
        *("a.txt", "a.md", "a.pyc", "a.lock", "env.py.orig", "README", "xuv.lock", "docs/notes.txt", "a.in"),
    ],
)
def test_the_hooks_are_given_the_files_that_the_linter_knows(hook: str, name: str) -> None:
    for path in (name, f"deep/er/{name}"):
        assert bool(re.search(HOOKS[hook]["files"], path)) == (kind_of(path) is not None), path


def test_the_pattern_of_the_hooks_is_that_of_the_kinds() -> None:
    hooks = make_lists.HOOKS.read_text(encoding="utf-8")
    assert hooks == make_lists.with_pattern(hooks), "run: python tools/make_lists.py"


def test_the_hooks_keep_to_what_is_excluded() -> None:
    assert HOOKS["regilink-lint"]["entry"] == "regilink lint --force-exclude"
    assert HOOKS["regilink-fix"]["entry"] == "regilink lint --fix --force-exclude"


def test_the_action_puts_no_input_into_a_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def plain_environment(**variables: str) -> dict[str, str]:
    """That of this process, but as a hook's own environment has it: no path to our sources."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**environ, **variables}


@pytest.mark.slow
def test_pre_commit_runs_the_hooks(tmp_path: Path) -> None:
    """An environment of its own is made, with the core alone; a bad path fails, a good one passes, a fix mends."""
    project = tmp_path / "project"
    project.mkdir()
    environ = plain_environment(PRE_COMMIT_HOME=str(tmp_path / "home"))
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    (project / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {ROOT}\n  rev: {_head()}\n  hooks:\n  - id: regilink-lint\n  - id: regilink-fix\n",
        encoding="utf-8",
    )

    def hook(name: str, code: str) -> subprocess.CompletedProcess[str]:
        (project / "train.py").write_text(code, encoding="utf-8")
        subprocess.run(["git", "add", "."], cwd=project, check=True)
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", name, "--all-files", "--color", "never"],
            cwd=project,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )

    bad = hook("regilink-lint", BAD)
    assert bad.returncode == 1
    assert "error[REG102]" in bad.stdout
    assert hook("regilink-lint", GOOD).returncode == 0
    mended = hook("regilink-fix", MENDABLE)
    assert mended.returncode == 1
    assert "files were modified by this hook" in mended.stdout
    assert (project / "train.py").read_text(encoding="utf-8") == GOOD
    assert hook("regilink-fix", GOOD).returncode == 0
    installed = [path.name for path in (tmp_path / "home").glob("repo*/py_env*/lib/*/site-packages/*.dist-info")]
    names = {name.partition("-")[0].lower() for name in installed}
    assert {"regilink", "rich", "pyyaml", "requests"} <= names
    assert not names & {"wandb", "pytest", "graphql_core", "stringzilla"}


def _head() -> str:
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("needs the repository: pre-commit takes a revision of it")
    return done.stdout.strip()


@pytest.mark.slow
def test_the_action_installs_and_annotates(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    install, lint = (step["run"] for step in ACTION["runs"]["steps"] if "run" in step)
    environ = plain_environment(
        RUNNER_TEMP=str(tmp_path / "runner"),
        GITHUB_ACTION_PATH=str(ROOT),
        REGILINK_OUTPUT_FORMAT=ACTION["inputs"]["output-format"]["default"],
        ARGUMENTS=ACTION["inputs"]["args"]["default"],
        CATALOG=ACTION["inputs"]["catalog"]["default"],
        SARIF="out.sarif",
    )
    bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]
    subprocess.run([*bash, install], cwd=tmp_path, env=environ, check=True)
    done = subprocess.run([*bash, lint], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout.startswith("::error title=REG102 missing-collection,file=train.py,line=3,")
    assert (
        json.loads((tmp_path / "out.sarif").read_text(encoding="utf-8"))["runs"][0]["results"][0]["ruleId"] == "REG102"
    )
    environ |= {"CATALOG": "no.json", "SARIF": ""}
    refused = subprocess.run([*bash, lint], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert (refused.returncode, "no.json: no such file" in refused.stderr) == (2, True)
    environ["CATALOG"] = ""
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "good.py").write_text(GOOD, encoding="utf-8")
    (tmp_path / "a b" / "bad.py").write_text(BAD, encoding="utf-8")
    environ["ARGUMENTS"] = "--select REG102  # one rule\n'a b/good.py'\n\"a b/bad.py\"\n"
    done = subprocess.run([*bash, lint], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert [line.partition("file=")[2].partition(",")[0] for line in done.stdout.splitlines()] == ["a b/bad.py"]
    # Windows runners have Scripts for bin.
    (tmp_path / "runner" / "regilink" / "bin").rename(tmp_path / "runner" / "regilink" / "Scripts")
    again = subprocess.run([*bash, lint], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout) == (1, done.stdout)


def test_the_lowest_versions_are_those_of_the_project() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for line in (ROOT / "constraints" / "lowest.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, version = line.split("==")
            assert f'"{name}>={version}' in project
    core = project.partition("\ndependencies = [")[2].partition("]")[0]
    pinned = (ROOT / "constraints" / "lowest.txt").read_text(encoding="utf-8")
    for name in re.findall(r'"([\w-]+)>=', core):
        assert f"\n{name}==" in pinned


def test_the_workflows_name_their_actions_by_commit() -> None:
    pages = [*(ROOT / ".github" / "workflows").glob("*.yml"), ROOT / "action.yml"]
    used = [line for page in pages for line in page.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert len(used) > 10
    assert [line for line in used if not re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)] == []
