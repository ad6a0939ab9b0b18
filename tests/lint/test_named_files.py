"""Files that are linted alone, as hooks do: what other programs of the repository do with their values."""

from pathlib import Path

import pytest

from regilink_doctor import cli, lint_paths

LINK = 'wandb.init(entity="team-a").link_artifact(artifact, {target})\n'
WRONG = 'PREFIX = "wandb_registry-model"\n'

USES = {
    "a name": {"train.py": "import wandb\nfrom names import PREFIX\n" + LINK.format(target='f"{PREFIX}/zoo"')},
    "the module": {"train.py": "import names, wandb\n" + LINK.format(target='names.PREFIX + "/zoo"')},
    "several names": {
        "train.py": "import wandb\nfrom names import (\n    OTHER,\n    PREFIX,\n)\n"
        + LINK.format(target='PREFIX + "/zoo"')
    },
    "a folder below": {
        "jobs/train.py": "import wandb\nfrom names import PREFIX\n" + LINK.format(target='f"{PREFIX}/zoo"')
    },
    "a module between": {
        "between.py": "from names import PREFIX\n\nSTART = PREFIX\n",
        "train.py": "import wandb\nfrom between import START\n" + LINK.format(target='f"{START}/zoo"'),
    },
    "a default": {
        "train.py": "import names, wandb\n\n\ndef publish(prefix=names.PREFIX):\n    "
        + LINK.format(target='f"{prefix}/zoo"')
    },
    "a notebook": {
        "train.ipynb": '{"cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "source": [\n'
        '"import wandb\\n",\n"from names import PREFIX\\n",\n'
        "\"wandb.init(entity='team-a').link_artifact(artifact, PREFIX + '/zoo')\"]}], "
        '"metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    },
}


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    Path("names.py").write_text(WRONG, encoding="utf-8")


def write(files: dict[str, str]) -> None:
    for path, text in files.items():
        Path(path).parent.mkdir(exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")


def found(*paths: str) -> list[tuple[str, str]]:
    return [(item.place.path, item.code) for item in lint_paths(paths).findings]


@pytest.mark.parametrize("use", USES)
def test_a_module_is_judged_by_the_programs_that_use_it(use: str) -> None:
    write(USES[use])
    *_, program = USES[use]
    assert found("names.py") == [(program, "REG104")]
    Path("names.py").write_text(WRONG.replace("wandb_", "wandb-"), encoding="utf-8")
    assert found("names.py") == []


def test_both_places_are_shown_and_the_exit_status_is_that_of_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    write(USES["a name"])
    assert cli.main(["lint", "names.py"]) == 1
    printed = capsys.readouterr().out
    assert "--> train.py:3:" in printed
    assert "--> names.py:1:11: the value is set here" in printed


def test_a_key_that_another_key_interpolates_is_judged_by_the_programs() -> None:
    program = (
        "import wandb\nfrom omegaconf import OmegaConf\n\nconfig = OmegaConf.load('conf/config.yaml')\n"
        + LINK.format(target='f"wandb-registry-model/{config.name}"')
    )
    write({"train.py": program, "conf/config.yaml": "task: train/v2\nname: zoo-${task}\n"})
    assert found("conf/config.yaml") == [("train.py", "REG103")]
    (finding,) = lint_paths("conf/config.yaml").findings
    places = [(item.place.path, item.place.span.line) for item in finding.related]
    assert places == [("conf/config.yaml", 2), ("conf/config.yaml", 1)]


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({"train.py": "import wandb\n" + LINK.format(target='"wandb-registry-model"')}, "names.py"),
        (
            {"train.py": "import names, wandb\n" + LINK.format(target='"wandb-registry-model"')},
            "names.py",
        ),
        ({"train.py": USES["a name"]["train.py"], "other.py": "import wandb\nNAME = 'zoo'\n"}, "other.py"),
        ({"train.py": USES["a name"]["train.py"][:-1] + "  # regilink: ignore[REG104]\n"}, "names.py"),
        (
            {"train.py": USES["a name"]["train.py"], "names.py": WRONG[:-1] + "  # regilink: ignore[REG104]\n"},
            "names.py",
        ),
    ],
    ids=["not imported", "another value", "another module", "silenced at the call", "silenced at the value"],
)
def test_what_is_not_of_the_named_file_is_left_to_a_run_that_names_it(files: dict[str, str], named: str) -> None:
    write(files)
    assert found(named) == []


def test_outside_of_a_repository_the_named_file_alone_is_read() -> None:
    write(USES["a name"])
    Path(".git").rmdir()
    assert found("names.py") == []


def test_a_program_that_was_not_named_is_not_changed() -> None:
    use = USES["a name"]["train.py"].replace("{PREFIX}/zoo", "{PREFIX}/zoo:v3")
    write({"train.py": use, "names.py": WRONG.replace("wandb_", "wandb-")})
    assert found("names.py") == []
    write({"names.py": WRONG})
    assert cli.main(["lint", "--fix", "--unsafe-fixes", "names.py"]) == 1
    assert Path("train.py").read_text(encoding="utf-8") == use
