"""`regilink lint` as a user meets it: whole command lines, real files, real git."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from in_process import run_command as regilink
from tables import check_rows

import regilink_doctor
from regilink_doctor.config.schema import KEYS

BAD = 'import wandb\nrun = wandb.init(entity="team-a")\nrun.link_artifact(a, "wandb-registry-model")\n'
GOOD = 'import wandb\nrun = wandb.init(entity="team-a")\nrun.link_artifact(a, "wandb-registry-model/zoo")\n'
ADVICE = 'import wandb\nrun = wandb.init(entity="team-a")\nrun.link_artifact(a, "/wandb-registry-model/zoo")\n'


@pytest.mark.parametrize(("code", "status"), [(BAD, 1), (GOOD, 0), (ADVICE, 0), ("import wandb\nlink_artifact(", 1)])
def test_the_exit_status_says_what_was_found(tmp_path: Path, code: str, status: int) -> None:
    (tmp_path / "train.py").write_text(code, encoding="utf-8")
    process = subprocess.run([sys.executable, "-m", "regilink_doctor", "lint"], cwd=tmp_path, capture_output=True)
    assert process.returncode == regilink("lint", cwd=tmp_path).returncode == status


def test_a_path_that_is_missing_is_no_finding(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    done = regilink("lint", "train.py", "nowhere.py", cwd=tmp_path)
    assert done.returncode == 2
    assert "nowhere.py: no such file" in done.stderr
    assert "REG102" in done.stdout


def test_a_file_that_is_something_else_than_its_name_promises_is_named(tmp_path: Path) -> None:
    target = "wandb_registry-model/zoo"
    (tmp_path / "chart.yaml").write_text(f"wandb:\n  {{% if a %}}\n  target_path: {target}\n", encoding="utf-8")
    (tmp_path / "cut.py").write_text(f"{BAD}{{% if a %}}\n", encoding="utf-8")
    (tmp_path / "log.json").write_text(f'{{"target_path": "{target}"}}\n' * 2, encoding="utf-8")
    (tmp_path / "old.py").write_text("# logs to wandb elsewhere\nprint 'python 2'\n", encoding="utf-8")
    (tmp_path / "proxy.cfg").write_text(f"wandb_target_path {target}\n", encoding="utf-8")
    done = regilink("lint", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout == (
        "There was no file to check. 5 files skipped: "
        "chart.yaml (a template), cut.py (a template), log.json (several JSON values) and 2 more.\n"
    )
    assert "cut.py(テンプレート)" in regilink("lint", "--lang", "ja", cwd=tmp_path).stdout
    shown_by = {
        "stdout": ("lint --output-format json", "lint --output-format sarif", "lint --output-format junit"),
        "stderr": (
            *("lint --output-format concise", "lint --output-format github", "lint --statistics", "lint --diff"),
            *("lint --show-sites", "map", "verify --from-sites"),
        ),
    }
    for stream, commands in shown_by.items():
        for command in commands:
            done = regilink(*command.split(), cwd=tmp_path)
            assert "chart.yaml (a template)" in getattr(done, stream), command
            assert done.returncode == (2 if "verify" in command else 0), command
            assert "there was no link" not in done.stderr, command
    assert not regilink("lint", "--quiet", "--output-format", "concise", cwd=tmp_path).stderr
    maps = tmp_path / "map.json"
    maps.write_text(regilink("map", "--output-format", "json", "--repository", "a", cwd=tmp_path).stdout)
    assert "a/chart.yaml (a template)" in regilink("map", "--merge", "map.json", cwd=tmp_path).stderr
    assert "chart" not in regilink("map", "--redact", "--output-format", "json", cwd=tmp_path).stdout
    maps.unlink()
    (tmp_path / "proxy.cfg").write_text(f"[wandb]\ntarget_path = {target}\n", encoding="utf-8")
    assert "Found 1 error in 1 file. 4 files skipped: " in regilink("lint", cwd=tmp_path).stdout


@check_rows(
    ("content", "reason"),
    [
        (b"# coding: nosuch\nimport wandb\n", "in an unknown encoding"),
        (b"# coding: hex\nimport wandb\n", "in an unknown encoding"),
        (b"# coding: ascii\nimport wandb  # \xe9\n", "in an unknown encoding"),
        (b"import wandb\nname = '\xe9'\n", "in an unknown encoding"),
        ("import wandb".encode("utf-16-le"), "in an unknown encoding"),
        (b"import wandb\nprint 'python 2'\n", f"not Python 3.{sys.version_info[1]}"),
        (b"# coding: nosuch\nimport wandb\nrun.link_artifact(a, p)\n", None),
        (b"# coding: latin-1\nimport wandb  # \xe9\n", None),
    ],
)
def test_a_program_that_cannot_be_read_is_skipped_with_its_reason(
    tmp_path: Path, content: bytes, reason: str | None
) -> None:
    (tmp_path / "a.py").write_bytes(content)
    skipped = f"1 file skipped: a.py ({reason})."
    assert (skipped in regilink("lint", cwd=tmp_path).stdout) is (reason is not None)


def test_concise_is_a_line_a_finding(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    done = regilink("lint", "--output-format", "concise", cwd=tmp_path)
    assert done.stdout.startswith("train.py:3:23: REG102 ")
    assert len(done.stdout.splitlines()) == 1


def test_full_underlines_the_offending_characters(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    lines = regilink("lint", cwd=tmp_path).stdout.splitlines()
    code = next(line for line in lines if "run.link_artifact" in line)
    marks = lines[lines.index(code) + 1]
    assert code[marks.index("^") : marks.rindex("^") + 1] == "wandb-registry-model"
    assert lines[-1] == "Found 1 error in 1 file."


def test_a_value_of_another_file_is_shown_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "conf.yaml").write_text("target: wandb_registry-model/zoo\n", encoding="utf-8")
    code = GOOD.replace("import wandb", "import wandb, yaml\ncfg = yaml.safe_load(open('conf.yaml'))")
    code = re.sub(r'"wandb-registry[^"]*"', 'cfg["target"]', code)
    (tmp_path / "train.py").write_text(code, encoding="utf-8")
    done = regilink("lint", "train.py", cwd=tmp_path)
    assert "  --> conf.yaml:1:9: the value is set here\n 1 | target: wandb_registry-model/zoo\n" in done.stdout


def test_json_has_the_shape_of_the_contract(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        BAD.replace("wandb-registry-model", "wandb_registry_model/zoo"), encoding="utf-8"
    )
    value = json.loads(regilink("lint", "--output-format", "json", cwd=tmp_path).stdout)
    assert value["version"] == 1
    (finding,) = value["findings"]
    assert finding.pop("message")
    assert finding.pop("note")
    assert finding.pop("help")
    assert finding == {
        "code": "REG104",
        "name": "misspelled-prefix",
        "severity": "error",
        "path": "train.py",
        "line": 3,
        "column": 23,
        "end_line": 3,
        "end_column": 43,
        "cell": None,
        "fix": {
            "message": 'replace with "wandb-registry-model"',
            "applicability": "safe",
            "edits": [
                {
                    "start": {"line": 3, "column": 23},
                    "end": {"line": 3, "column": 43},
                    "content": "wandb-registry-model",
                }
            ],
        },
        "failures": ["A4"],
        "related": [],
        "url": None,
        "target": "wandb_registry_model/zoo",
    }


def test_json_lines_is_one_finding_a_line(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    (line,) = regilink("lint", "--output-format", "json-lines", cwd=tmp_path).stdout.splitlines()
    assert json.loads(line)["code"] == "REG102"


def test_a_caller_that_passes_something_unknown_is_not_called_well(tmp_path: Path) -> None:
    callers = 'publish("wandb-registry-model/zoo")\npublish(sys.argv[1])\n'
    wrapper = "def publish(target):\n    run.link_artifact(artifact, target)\n"
    text = f'import sys\nimport wandb\nrun = wandb.init(entity="team-a")\n{wrapper}{callers}'
    (tmp_path / "train.py").write_text(text, encoding="utf-8")
    done = regilink("lint", cwd=tmp_path)
    assert done.stdout == "Nothing found in 1 file. 1 link could be read only in part: train.py:5.\n"


def test_a_list_of_sites_says_which_files_it_does_not_have(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("import wandb\ndef link_artifact(:\n", encoding="utf-8")
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    (tmp_path / "conf.yaml").write_text("registry: acme/wandb-registry-model/zoo\n", encoding="utf-8")
    done = regilink("lint", "--show-sites", cwd=tmp_path)
    assert done.returncode == 1
    assert "train.py:3:1: wandb.Run.link_artifact" in done.stdout
    assert "conf.yaml:1:11: value acme/wandb-registry-model/zoo\n" in done.stdout
    assert done.stderr == "regilink: 1 file could not be read: bad.py:2 (invalid syntax).\n"
    assert regilink("lint", "--show-sites", "--exit-zero", cwd=tmp_path).returncode == 0
    (tmp_path / "bad.py").unlink()
    done = regilink("lint", "--show-sites", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_list_of_sites_says_where_what_is_not_known_comes_from(tmp_path: Path) -> None:
    (tmp_path / "publish.py").write_text(
        "import sys\nimport wandb\n\ndef split(full):\n    return full.split(':')[0]\n\n"
        "def link(run, path):\n    wandb.Api().artifact(run.config['model']).link(split(path))\n"
        "    run.use_artifact(f'wandb-registry-model/{sys.stdin.read()}')\n",
        encoding="utf-8",
    )
    lines = regilink("lint", "--show-sites", cwd=tmp_path).stdout.splitlines()
    assert len(lines) == 3
    assert not [line for line in lines if "{?}" in line and "(unknown: " not in line]
    assert any("publish.py:8:" in line.partition("(unknown: ")[2] for line in lines)


def test_sites_have_the_shape_of_the_contract(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    done = regilink("lint", "--show-sites", "--output-format", "json", cwd=tmp_path)
    init, link = json.loads(done.stdout)["sites"]
    assert (init["kind"], init["call"], init["entity"]) == ("init", "wandb.init", "team-a")
    assert link == {
        "kind": "link",
        "call": "wandb.Run.link_artifact",
        "path": "train.py",
        "line": 3,
        "column": 1,
        "end_line": 3,
        "cell": None,
        "target": "wandb-registry-model",
        "targets": ["wandb-registry-model"],
        "resolved_from": [{"text": "wandb-registry-model", "path": "train.py", "line": 3, "column": 23}],
        "entity": "team-a",
        "project": None,
        "type": None,
        "aliases": [],
        "codes": ["REG102"],
    }


def test_every_option_is_a_variable_too(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    assert regilink("lint", cwd=tmp_path, REGILINK_OUTPUT_FORMAT="concise").stdout.startswith("train.py:3:23: ")
    wrong = regilink("lint", cwd=tmp_path, REGILINK_OUTPUT_FORMAT="yaml")
    assert wrong.returncode == 2
    assert "REGILINK_OUTPUT_FORMAT" in wrong.stderr
    assert regilink("lint", cwd=tmp_path, REGILINK_QUIET="on").stdout.endswith(
        'COLLECTION"\n  see: regilink rule REG102\n\n'
    )
    assert regilink("lint", cwd=tmp_path, REGILINK_QUIET="Off").stdout.endswith("Found 1 error in 1 file.\n")
    done = regilink("lint", "--select", "REG102", cwd=tmp_path, REGILINK_SELECT="REG1", REGILINK_IGNORE="REG102")
    assert "no rule is selected by --select and REGILINK_IGNORE" in done.stderr
    wrong = regilink("lint", cwd=tmp_path, REGILINK_FIX="perhaps")
    assert (wrong.returncode, wrong.stderr) == (2, 'regilink: REGILINK_FIX is "perhaps", neither true nor false\n')


@pytest.mark.parametrize("form", ["--config=docs-url = '{}'", "--config\ndocs-url='{}'"])
def test_a_key_of_the_command_line_comes_before_the_variable_and_that_before_the_file(
    tmp_path: Path, form: str
) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    (tmp_path / "regilink.toml").write_text("docs-url = 'https://file.example'\nlang = 'en'\n", encoding="utf-8")
    variables = {"REGILINK_DOCS_URL": "https://variable.example", "REGILINK_LANG": "ja", "REGILINK_MIN_SEVERITY": "x"}
    keys = [*form.format("https://option.example").split("\n"), "--config=lang='en'", "--config=min-severity='info'"]
    done = regilink("lint", "train.py", *keys, cwd=tmp_path, **variables)
    assert ("https://option.example/rules/REG" in done.stdout, "found" in done.stdout.lower()) == (True, True)
    done = regilink("lint", "train.py", *keys[-1:], cwd=tmp_path, **variables)
    assert ("https://variable.example/rules/REG" in done.stdout, "error[REG" in done.stdout) == (True, False)
    done = regilink("lint", "train.py", cwd=tmp_path)
    assert "https://file.example/rules/REG" in done.stdout


def test_colours_only_when_asked(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    assert "\x1b[" not in regilink("lint", cwd=tmp_path).stdout
    assert "\x1b[" in regilink("lint", "--color", "always", cwd=tmp_path).stdout
    assert "\x1b[" in regilink("lint", cwd=tmp_path, FORCE_COLOR="1").stdout
    assert "\x1b[" not in regilink("lint", cwd=tmp_path, FORCE_COLOR="1", NO_COLOR="1").stdout


@pytest.mark.skipif(shutil.which("git") is None, reason="no git")
def test_git_decides_which_files_there_are(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("ignored.py\n", encoding="utf-8")
    for name in ("tracked.py", "untracked.py", "ignored.py", "gone.py"):
        (tmp_path / name).write_text(BAD, encoding="utf-8")
    subprocess.run(["git", "add", "tracked.py", "gone.py"], cwd=tmp_path, check=True)
    (tmp_path / "gone.py").unlink()
    done = regilink("lint", "--output-format", "concise", cwd=tmp_path)
    assert sorted(line.partition(":")[0] for line in done.stdout.splitlines()) == ["tracked.py", "untracked.py"]
    assert done.returncode == 1


def test_a_catalog_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    (tmp_path / "c.json").write_text('{"version": 1, "organizations": [{"name": 3}]}', encoding="utf-8")
    done = regilink("lint", "--catalog", "c.json", cwd=tmp_path)
    assert done.returncode == 2
    assert "organizations[0].name is not a string" in done.stderr


def test_a_catalog_proves_what_source_only_suspects(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(GOOD.replace("-model/", "-modle/"), encoding="utf-8")
    registry = {"name": "model", "types": ["model"]}
    organization = {"name": "Acme", "entity": "acme", "teams": [{"name": "team-a"}], "registries": [registry]}
    catalog = {"version": 1, "complete": True, "organizations": [organization]}
    (tmp_path / "c.json").write_text(json.dumps(catalog), encoding="utf-8")
    assert regilink("lint", cwd=tmp_path).returncode == 0
    done = regilink("lint", "--catalog", "c.json", cwd=tmp_path)
    assert done.returncode == 1
    assert 'did you mean "wandb-registry-model/zoo"?' in done.stdout


STARTUP = {
    "__future__",
    "_collections_abc",
    "_stat",
    "errno",
    "gc",
    "genericpath",
    "os",
    "os.path",
    "posixpath",
    "stat",
    *(("_winapi", "ntpath") if os.name == "nt" else ()),
}
"""What a run in which no file passes the gates may load of the standard library: what Python itself loads for `os`."""


def loaded(tmp_path: Path, *arguments: str) -> set[str]:
    """The modules that a command line brings in, in a Python that has loaded nothing."""
    root = str(Path(regilink_doctor.__file__).parents[1])  # of the wheel, where that is tested
    code = (
        f"import sys; sys.path.insert(0, {root!r}); before = set(sys.modules);"
        f"import regilink_doctor.cli as c; c.main({list(arguments)!r});"
        "print(*sorted(set(sys.modules) - before), file=sys.stderr)"
    )
    command = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_a_run_without_candidates_loads_as_good_as_nothing(tmp_path: Path) -> None:
    (tmp_path / "clean.py").write_text("import os\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\nline-length = 100\n", encoding="utf-8")
    new = loaded(tmp_path, "lint", "--force-exclude", "--output-format", "full", "clean.py", "pyproject.toml")
    assert {name for name in new if not name.startswith("regilink_doctor")} <= STARTUP
    assert "regilink_doctor.report.terminal" not in new  # no terminal, no bar
    rooms = {name.split(".")[1] for name in new if "." in name and name.startswith("regilink_doctor")}
    assert rooms <= {"cli", "config", "core", "lint", "report", "workflows"}


@pytest.mark.parametrize("code", [BAD, GOOD])
def test_a_candidate_loads_only_what_reads_it(tmp_path: Path, code: str) -> None:
    (tmp_path / "train.py").write_text(code, encoding="utf-8")
    new = loaded(tmp_path, "lint", "train.py")
    heavy = {"argparse", "difflib", "importlib.metadata", "json", "pathlib", "requests", "rich", "subprocess"}
    assert not new & (heavy | {"tempfile", "threading", "tomllib", "wandb", "yaml"})
    assert not new & {"ast", "dataclasses", "enum", "inspect", "ipaddress", "re", "tokenize", "typing", "urllib.parse"}
    assert "_ast" in new


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
def test_a_full_disk_is_said_and_is_no_finding(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    with open("/dev/full", "w", encoding="utf-8") as full:
        command = [sys.executable, "-m", "regilink_doctor", "lint"]
        done = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "regilink: the output could not be written: No space left on device\n"


def test_rules_are_chosen_by_file_and_command_line(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    assert regilink("lint", "--ignore", "REG1", cwd=tmp_path).returncode == 0
    assert regilink("lint", "--select", "REG2,REG101", cwd=tmp_path).returncode == 0
    assert regilink("lint", "--per-file-ignores", "train.py:REG102", cwd=tmp_path).returncode == 0
    (tmp_path / "pyproject.toml").write_text(
        '[tool.regilink]\nignore = ["REG102"]\noutput-format = "concise"\n', encoding="utf-8"
    )
    assert regilink("lint", cwd=tmp_path).returncode == 0
    assert regilink("lint", "--select", "REG102", cwd=tmp_path).stdout.startswith("train.py:3:23: REG102")
    assert regilink("lint", "--isolated", cwd=tmp_path).stdout.startswith("error[REG102]")
    no_rule_left = regilink("lint", "--config", 'select = ["REG102"]', cwd=tmp_path)
    assert (no_rule_left.returncode, "no rule is selected by --config and pyproject.toml," in no_rule_left.stderr) == (
        2,
        True,
    )
    wrong = regilink("lint", "--select", "REG1O2", cwd=tmp_path)
    assert wrong.returncode == 2
    assert wrong.stderr.startswith('regilink: --select: there is no rule "REG1O2", did you mean REG102?')


def test_a_configuration_that_is_wrong_stops_everything(tmp_path: Path) -> None:
    (tmp_path / "regilink.toml").write_text("selct = []\n", encoding="utf-8")
    done = regilink("lint", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == 'regilink: regilink.toml: unknown key "selct"; did you mean "select"?\n'


def test_a_file_whose_own_configuration_is_wrong_is_not_called_well(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "train.py").write_text("import wandb\n", encoding="utf-8")
    (tmp_path / "sub" / "train.py").write_text(
        'import wandb\nwandb.init(entity="a").link_artifact(b, "model/zoo")\n', encoding="utf-8"
    )
    (tmp_path / "sub" / "regilink.toml").write_text('selct = ["REG1"]\n', encoding="utf-8")
    done = regilink("lint", cwd=tmp_path)
    assert done.returncode == 2
    assert "selct" in done.stderr
    reason = "1 file not checked, because the configuration cannot be used: sub/train.py."
    assert done.stdout == f"Nothing found in 2 files. {reason}\n"


def test_named_files_are_excluded_only_by_force(tmp_path: Path) -> None:
    (tmp_path / "vendored").mkdir()
    (tmp_path / "vendored" / "a.py").write_text(BAD, encoding="utf-8")
    (tmp_path / "regilink.toml").write_text('extend-exclude = ["vendored"]\n', encoding="utf-8")
    assert regilink("lint", cwd=tmp_path).returncode == 0
    assert regilink("lint", "vendored/a.py", cwd=tmp_path).returncode == 1
    assert regilink("lint", "vendored", cwd=tmp_path).returncode == 1
    assert regilink("lint", "--force-exclude", "vendored/a.py", cwd=tmp_path).returncode == 0
    assert regilink("lint", "--force-exclude", "vendored", cwd=tmp_path).returncode == 0
    assert regilink("lint", "--show-files", "vendored", cwd=tmp_path).stdout == "vendored/a.py\n"


def test_statistics_settings_and_exit_zero(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    done = regilink("lint", "--statistics", "--exit-zero", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "    1  REG102  error    missing-collection\n    1  total\n")
    value = json.loads(regilink("lint", "--statistics", "--output-format", "json", cwd=tmp_path).stdout)
    assert value["statistics"] == [
        {"code": "REG102", "name": "missing-collection", "severity": "error", "count": 1, "fixable": 0}
    ]
    (tmp_path / "regilink.toml").write_text('[registries]\nmodel = ["model"]\n', encoding="utf-8")
    shown = regilink("lint", "--show-settings", cwd=tmp_path).stdout
    assert shown.startswith("# regilink.toml\n")
    assert 'registries = { "model" = ["model"] }' in shown
    assert {line.partition(" = ")[0] for line in shown.splitlines()[1:]} <= {key.name for key in KEYS}
    assert regilink("lint", "--exit-zero", "nowhere.py", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize(
    ("path", "unread"),
    [
        ('os.environ["TARGET"]', True),
        ('os.environ["REGISTRY"] + "/zoo"', True),
        ('"wandb-registry-model/" + os.environ["NAME"]', False),
        ('os.environ["ORGANIZATION"] + "/wandb-registry-model/zoo"', False),
        ('"wandb-registry-model"', False),
    ],
)
def test_the_summary_counts_links_whose_registry_is_not_shown(tmp_path: Path, path: str, unread: bool) -> None:
    (tmp_path / "train.py").write_text(
        f'import os, wandb\nwandb.init(entity="t").link_artifact(a, {path})\n', encoding="utf-8"
    )
    last = regilink("lint", cwd=tmp_path).stdout.splitlines()[-1]
    assert ("1 link could not be read: train.py:2." in last) == unread


def test_of_many_unread_links_the_summary_names_three(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        'import wandb\nrun = wandb.init(entity="t")\n' + "run.link_artifact(a, f())\n" * 5,
        encoding="utf-8",
    )
    last = regilink("lint", cwd=tmp_path).stdout.splitlines()[-1]
    assert last.endswith("5 links could not be read: train.py:3, train.py:4, train.py:5 and 2 more.")


def test_links_to_a_project_are_counted(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        "import wandb\nrun = wandb.init(entity='team-a')\nrun.link_artifact(artifact, 'model/zoo')\n"
        "run.link_artifact(artifact, 'wandb-registry-model/zoo')\n",
        encoding="utf-8",
    )
    last = regilink("lint", cwd=tmp_path).stdout.splitlines()[-1]
    assert "1 link goes to a project, not to a registry: train.py:3." in last


def test_quiet_shows_findings_alone(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(GOOD, encoding="utf-8")
    (tmp_path / "big.py").write_bytes(b"#" * (9 * 2**20))
    done = regilink("lint", "--quiet", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "regilink: big.py: larger than 8 MiB\n")
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    loud, quiet = regilink("lint", cwd=tmp_path), regilink("lint", "--quiet", "nowhere.py", ".", cwd=tmp_path)
    last = "Found 1 error in 1 file. 1 file could not be read: big.py: larger than 8 MiB.\n"
    assert loud.stdout == quiet.stdout + last
    unread = "regilink: big.py: larger than 8 MiB\n"
    assert (quiet.returncode, quiet.stderr) == (2, unread + "regilink: nowhere.py: no such file or folder\n")
    (tmp_path / "train.py").write_text(BAD.replace("wandb-registry-model", "wandb_registry-model/x"), encoding="utf-8")
    done = regilink("lint", "--quiet", "--diff", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, unread)
    done = regilink("lint", "--quiet", "--diff", "big.py", "nowhere.py", cwd=tmp_path)
    assert done.returncode == 2
    assert "nowhere.py: no such file" in done.stderr
    assert regilink("lint", "--quiet", "--fix", cwd=tmp_path).stdout == ""


def test_the_report_goes_to_a_file(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    shown = regilink("lint", "--output-format", "json", cwd=tmp_path)
    done = regilink("lint", "--output-format", "json", "--output-file", "r.json", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    assert (tmp_path / "r.json").read_text(encoding="utf-8") == shown.stdout
    done = regilink("lint", "--output-file", "r.txt", "nowhere.py", cwd=tmp_path, FORCE_COLOR="1")
    assert (done.returncode, done.stderr) == (2, "regilink: nowhere.py: no such file or folder\n")
    assert (tmp_path / "r.txt").read_text(encoding="utf-8") == ""
    done = regilink("lint", "--show-sites", "train.py", cwd=tmp_path, REGILINK_OUTPUT_FILE="sites.txt")
    assert (tmp_path / "sites.txt").read_text(encoding="utf-8").startswith("train.py:2:7: wandb.init\n")


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    done = regilink("lint", "--output-file", "none/r.txt", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "regilink: none/r.txt cannot be written: No such file or directory\n"
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe")
        done = regilink("lint", "--output-file", "pipe", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (2, "regilink: pipe cannot be written: nothing reads this pipe\n")
        reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        assert regilink("lint", "--output-file", "pipe", cwd=tmp_path).returncode == 1
        assert b"REG102" in os.read(reader, 1 << 16)
        os.close(reader)


def test_no_colour_goes_to_a_file(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(BAD, encoding="utf-8")
    regilink("lint", "--output-file", "r.txt", cwd=tmp_path, FORCE_COLOR="1")
    text = (tmp_path / "r.txt").read_text(encoding="utf-8")
    assert text.startswith("error[REG102]")
    assert "\x1b[" not in text


@pytest.mark.parametrize("arguments", [("--output-format", "yaml"), ("--select",), ("--fix=1",)])
def test_what_is_no_option_is_told_by_argparse(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = regilink("lint", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("regilink: lint: --")
    assert done.stderr.count("\n") == 1


def test_an_option_that_is_none_is_told_with_what_was_meant(tmp_path: Path) -> None:
    done = regilink("lint", "--selct", "REG1", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "regilink: lint has no option --selct, did you mean --select?\n")


def test_options_may_stand_between_paths(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BAD, encoding="utf-8")
    (tmp_path / "b.py").write_text(GOOD, encoding="utf-8")
    done = regilink("lint", "b.py", "--output-format=concise", "a.py", "--color", "never", cwd=tmp_path)
    assert done.stdout.startswith("a.py:3:23")


def test_a_link_that_could_not_be_read_is_in_the_report_for_ci(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "import wandb\n\ndef f(run, path):\n    run.link_artifact(a, path)\n", encoding="utf-8"
    )
    done = regilink("lint", "--output-format=junit", cwd=tmp_path)
    assert "<system-out>Nothing found in 1 file. 1 link could not be read: a.py:4.</system-out>" in done.stdout


@pytest.mark.parametrize(
    ("server", "is_named"),
    [
        ("https://wandb.own.example", True),
        ("http://127.0.0.1:8080", True),
        ("http://[::1", True),
        ("https://api.wandb.ai", False),
        ("https://wandb.ai", False),
    ],
)
def test_a_catalog_of_another_server_than_the_codes_is_named(tmp_path: Path, server: str, is_named: bool) -> None:
    code = GOOD.replace("import wandb\n", f'import wandb\nwandb.login(host="{server}")\n')
    (tmp_path / "a.py").write_text(code, encoding="utf-8")
    catalog = {"version": 1, "host": "https://api.wandb.ai", "complete": True, "organizations": []}
    (tmp_path / "c.json").write_text(json.dumps(catalog), encoding="utf-8")
    done = regilink("lint", "--catalog=c.json", cwd=tmp_path)
    sentence = f"a.py:2: names the server {server}; the catalog is of https://api.wandb.ai"
    assert (sentence in done.stderr) is is_named, done


def test_what_is_passed_over_is_told(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("import wandb\n", encoding="utf-8")
    (tmp_path / "script").write_text("#!/usr/bin/env python3\n" + BAD, encoding="utf-8")
    (tmp_path / "big.py").write_bytes(b"#" * (9 * 2**20))
    done = regilink("lint", "README.md", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "There was no file to check.\n")
    assert done.stderr == "regilink: README.md: skipped: regilink does not read this kind of file\n"
    typed = regilink("lint", "-", "--stdin-filename", "README.md", cwd=tmp_path, stdin="import wandb\n")
    assert (typed.stdout, typed.stderr) == (done.stdout, done.stderr)
    assert regilink("lint", "script", cwd=tmp_path).returncode == 1
    below = regilink("lint", cwd=tmp_path)
    assert (below.returncode, below.stderr) == (1, "regilink: big.py: larger than 8 MiB\n")
    assert regilink("lint", "big.py", cwd=tmp_path).returncode == 2


def test_links_and_repetitions_are_one_file(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text(BAD, encoding="utf-8")
    (tmp_path / "b.py").symlink_to("src/a.py")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "dangling.py").symlink_to("nowhere.py")
    done = regilink("lint", ".", "src", "./src/a.py", "--output-format", "concise", cwd=tmp_path)
    assert len(done.stdout.splitlines()) == 1
    assert done.returncode == 1
