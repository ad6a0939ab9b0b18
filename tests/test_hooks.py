"""The hooks of pre-commit, the action, the template of GitLab and the Jenkinsfiles, as their users meet them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import make_lists
import pytest
import yaml
from tables import sample
from test_cli_lint import BAD, GOOD

from regilink_doctor.lint.scan.kinds import kind_of

ROOT = Path(__file__).parent.parent
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
MENDABLE = GOOD.replace("wandb-registry", "wandb_registry")


NAMES = [
    *("a.py", "a.ipynb", "a.yaml", "a.yml", "a.toml", "a.sh", "a.bash", "a.sbatch", "a.slurm", "a.env"),
    *("Dockerfile", "Dockerfile.train", "a.dockerfile", "Containerfile", "Makefile", "x.mk", "justfile"),
    *(".justfile", "JustFile", "JUSTFILE"),
    *("xDockerfile", "makefile.txt", "Justfile", "GNUmakefile", "makefile", "my.just", "a.Dockerfile"),
    *("a.json", "a.ini", "a.cfg", "setup.cfg"),
    *(".env", ".env.local", "deep/.env", ".envrc", "Pipfile", "Pipfile.lock", "uv.lock", "poetry.lock", "pdm.lock"),
    *("requirements.txt", "requirements-dev.in", "dev-requirements.txt", "requirements/dev.txt", "constraints.txt"),
    *("a.txt", "a.md", "a.pyc", "a.lock", "env.py.orig", "README", "xuv.lock", "docs/notes.txt", "a.in"),
]


@pytest.mark.parametrize("hook", HOOKS)
def test_the_hooks_are_given_the_files_that_the_linter_knows(hook: str) -> None:
    paths = [path for name in NAMES for path in (name, f"deep/er/{name}")]
    pattern = re.compile(HOOKS[hook]["files"])
    assert [path for path in paths if pattern.search(path)] == [path for path in paths if kind_of(path)]


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


def choose_source(folder: Path, **inputs: str) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """The step that chooses what is installed, and its outputs."""
    script = next(step["run"] for step in ACTION["runs"]["steps"] if step.get("id") == "source")
    output = folder / "output"
    output.write_text("", encoding="utf-8")
    environ = {"REPOSITORY": "", "REF": "", "VERSION": "", "SERVER": "https://git.example", **inputs}
    environ |= {"GITHUB_ACTION_PATH": "/actions/acme/regilink/v1", "GITHUB_OUTPUT": str(output)}
    bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]
    done = subprocess.run(
        [*bash, script], env=plain_environment(**environ), capture_output=True, text=True, check=False
    )
    lines = output.read_text(encoding="utf-8").splitlines()
    return done, dict(line.split("=", 1) for line in lines)


def test_the_action_installs_itself_or_a_version_of_its_own_repository(tmp_path: Path) -> None:
    _, outputs = choose_source(tmp_path, REPOSITORY="acme/regilink", REF="v1")
    assert outputs == {"source": "/actions/acme/regilink/v1", "key": "v1"}
    _, outputs = choose_source(tmp_path, REPOSITORY="acme/regilink", REF="v1", VERSION="v2")
    assert outputs == {"source": "git+https://git.example/acme/regilink@v2", "key": "v2"}
    _, outputs = choose_source(tmp_path)
    assert outputs == {"source": "/actions/acme/regilink/v1", "key": "folder"}
    done, outputs = choose_source(tmp_path, VERSION="v2")
    assert (done.returncode, outputs) == (2, {})
    assert done.stdout.startswith("::error title=regilink::`version` needs an action of a repository")


@pytest.mark.slow
def test_the_action_installs_and_annotates(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    for name in ("json", "shlex", "ast", "subprocess", "logging", "yaml", "regilink_doctor"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the project is imported')\n", encoding="utf-8")
    _, install, lint = (step["run"] for step in ACTION["runs"]["steps"] if "run" in step)
    environ = plain_environment(
        RUNNER_TEMP=str(tmp_path / "runner"),
        SOURCE=str(ROOT),
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
    own = environ | {"ARGUMENTS": "--output-format json --output-file own.json -- train.py", "SARIF": "second.sarif"}
    subprocess.run([*bash, lint], cwd=tmp_path, env=own, check=False)
    reports = [json.loads((tmp_path / name).read_text(encoding="utf-8")) for name in ("second.sarif", "own.json")]
    assert [next(iter(report)) for report in reports] == ["$schema", "version"]
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
    unclosed = environ | {"ARGUMENTS": "'a b/good.py"}
    refused = subprocess.run([*bash, lint], cwd=tmp_path, env=unclosed, capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stderr) == (2, "")
    assert refused.stdout == "::error title=regilink::`args` cannot be split into words: No closing quotation\n"
    # Another version of the same repository takes its place.
    folder = tmp_path / "acme" / "regilink"
    subprocess.run(["git", "clone", "-q", "--no-local", "--bare", ROOT, folder], check=True)
    chosen, outputs = choose_source(tmp_path, SERVER=tmp_path.as_uri(), REPOSITORY="acme/regilink", VERSION=_head())
    assert chosen.returncode == 0, chosen.stdout
    environ["SOURCE"] = outputs["source"]
    subprocess.run([*bash, install], cwd=tmp_path, env=environ, check=True)
    direct = next((tmp_path / "runner" / "regilink").rglob("regilink-*.dist-info/direct_url.json"))
    assert json.loads(direct.read_text(encoding="utf-8"))["vcs_info"]["commit_id"] == _head()
    # Windows runners have Scripts for bin.
    (tmp_path / "runner" / "regilink" / "bin").rename(tmp_path / "runner" / "regilink" / "Scripts")
    again = subprocess.run([*bash, lint], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout) == (1, done.stdout)


def run_as_job(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a script of CI in a folder, with this environment's regilink; `pip` notes what it is asked to install."""
    tools = folder / "tools"
    tools.mkdir()
    (tools / "pip").write_text(f'#!/bin/sh\necho "$@" >> {folder}/installed\n', encoding="utf-8")
    regilink = f'#!/bin/sh\nexec {sys.executable} -m regilink_doctor "$@"\n'
    (tools / "regilink").write_text(regilink, encoding="utf-8")
    venv = f'#!/bin/sh\nmkdir -p "$3" && ln -s {tools} "$3/bin"\n'  # python3 -m venv FOLDER
    (tools / "python3").write_text(venv, encoding="utf-8")
    for tool in tools.iterdir():
        tool.chmod(0o755)
    environ = plain_environment(PATH=f"{tools}{os.pathsep}{os.environ['PATH']}", HOME=str(folder))
    bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(bash, cwd=folder / "project", env=environ, capture_output=True, text=True, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="runners of these scripts have a POSIX shell")
@pytest.mark.parametrize(
    ("inputs", "status"),
    sample(
        [
            ({}, 1),
            ({"allow-findings": "true"}, 0),
            ({"args": "--select REG104 'a b'"}, 0),
            ({"args": "no-such-folder"}, 2),
        ],
        one_in=4,
    ),
)
def test_the_template_of_gitlab_reports_to_the_merge_request(
    tmp_path: Path, inputs: dict[str, str], status: int
) -> None:
    text = (ROOT / "templates" / "gitlab.yml").read_text(encoding="utf-8")
    spec, _ = yaml.safe_load_all(text)
    values = {"source": "git+https://git.example/acme/regilink@v1", **inputs}
    for name, about in spec["spec"]["inputs"].items():
        value = values.get(name, about.get("default"))
        text = text.replace(f"$[[ inputs.{name} ]]", str(value).lower() if isinstance(value, bool) else value)
    assert "$[[" not in text
    _, jobs = yaml.safe_load_all(text)
    job = jobs["regilink"]
    (tmp_path / "project" / "a b").mkdir(parents=True)
    (tmp_path / "project" / "a b" / "train.py").write_text(BAD, encoding="utf-8")
    variables = "\n".join(f"export {name}='{value}'" for name, value in job["variables"].items())
    done = run_as_job(tmp_path, "\n".join([variables, *job["script"]]))
    assert done.returncode == status, done.stderr
    assert (tmp_path / "installed").read_text(encoding="utf-8").endswith("git+https://git.example/acme/regilink@v1\n")
    if status != 2:
        selected = "select" not in inputs.get("args", "")
        assert ("error[REG102]" in done.stdout) == selected
        report = tmp_path / "project" / job["artifacts"]["reports"]["codequality"]
        findings = json.loads(report.read_text(encoding="utf-8"))
        assert [finding["location"]["path"] for finding in findings] == ["a b/train.py"] * selected


@pytest.mark.skipif(sys.platform == "win32", reason="runners of these scripts have a POSIX shell")
@pytest.mark.parametrize(("number", "status", "written"), [(0, 1, "regilink.xml"), (1, 0, "regilink.sarif")])
def test_the_jenkinsfiles_of_the_guide_write_what_they_publish(
    tmp_path: Path, number: int, status: int, written: str
) -> None:
    guide = (ROOT / "docs" / "guides" / "jenkins.md").read_text(encoding="utf-8")
    files = re.findall(r'^```groovy title="Jenkinsfile"\n(.*?)^```', guide, re.MULTILINE | re.DOTALL)
    assert len(files) == 2
    steps = [step.replace("<this repository>", "regilink.whl") for step in re.findall(r"sh '(.*)'", files[number])]
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "train.py").write_text(BAD, encoding="utf-8")
    done = run_as_job(tmp_path, "\n".join(steps))
    assert done.returncode == status, done.stderr
    assert (tmp_path / "installed").read_text(encoding="utf-8") == "install --quiet regilink.whl\n"
    assert f"'{written}'" in files[number]
    assert "REG102" in (tmp_path / "project" / written).read_text(encoding="utf-8")


def test_the_lowest_versions_are_those_of_the_project() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lowest: dict[str, str] = {}
    for line in (ROOT / "constraints" / "lowest.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, version = line.partition(";")[0].split("==")
            lowest.setdefault(name, version)  # newer Pythons may need a newer one
    for name, version in lowest.items():
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
