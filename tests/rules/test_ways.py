"""Each rule finds a wrong value in each ordinary way that it can arrive, and nothing where the value is right."""

from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

from regilink_doctor import lint_paths
from regilink_doctor.config import Config


class Seed(NamedTuple):
    """A call that a rule judges: `$V` is the value, wrong or right."""

    code: str
    body: str
    wrong: str
    right: str


RUN = 'run = wandb.init(entity="team-a", project="p")\n'
ARTIFACT = 'artifact = wandb.Artifact("zoo", type="model")\n'
LINK = RUN + ARTIFACT + "run.link_artifact(artifact, target_path=$V)\n"
USE = RUN + "version = run.use_artifact(artifact_or_name=$V)\nversion.download()\n"
TO_ZOO = 'run.link_artifact(artifact, "wandb-registry-model/zoo")\n'
ALIAS = RUN + ARTIFACT + 'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["best", $V])\n'
API = 'api = wandb.Api(overrides={"entity": "team-a"})\n'
ZOO = "wandb-registry-model/zoo"

SEEDS = [
    Seed("REG102", LINK, "wandb-registry-model", ZOO),
    Seed("REG103", LINK, "acme/x/wandb-registry-model/zoo", ZOO),
    Seed("REG104", LINK, "wandb_registry-model/zoo", ZOO),
    Seed("REG106", LINK, "wandb-registry-<registry_name>/zoo", ZOO),
    Seed("REG107", LINK, "wandb-registry-model/zoo:v3", ZOO),
    Seed("REG108", LINK, "https://wandb.ai/acme/wandb-registry-model/zoo", ZOO),
    Seed("REG109", LINK, "wandb-registry-wandb-registry-model/zoo", ZOO),
    Seed("REG110", LINK, "wandb-registry-model/zoo'", ZOO),
    Seed("REG111", LINK, "/wandb-registry-model/zoo", ZOO),
    Seed("REG112", LINK, "team-a/model-registry/zoo", ZOO),
    Seed("REG202", LINK, "team-a/wandb-registry-model/zoo", ZOO),
    Seed("REG302", LINK, "wandb-registry-models/zoo", ZOO),
    Seed("REG401", LINK, "wandb-registry-dataset/zoo", ZOO),
    Seed("REG305", USE, f"{ZOO}:0", f"{ZOO}:v0"),
    Seed("REG501", USE, f"{ZOO}:v1:latest", f"{ZOO}:v1"),
    Seed("REG506", USE, ZOO, f"{ZOO}:v1"),
    Seed("REG509", USE, "registry:///acme/model/zoo:v1", f"{ZOO}:v1"),
    Seed("REG501", ALIAS, "release/1", "release-1"),
    Seed("REG502", ALIAS, "v3", "production"),
    Seed("REG503", ALIAS, "latest", "production"),
    Seed("REG209", "run = wandb.init(project=$V)\n" + ARTIFACT + TO_ZOO, "wandb-registry-model", "training"),
    Seed("REG310", API + 'api.create_registry(name="zoo", visibility=$V)\n', "private", "restricted"),
    Seed("REG401", RUN + 'artifact = wandb.Artifact("zoo", type=$V)\n' + TO_ZOO, "dataset", "model"),
    Seed("REG403", RUN + 'artifact = wandb.Artifact("zoo", type=$V)\n' + TO_ZOO, "job", "model"),
    Seed("REG405", RUN + 'artifact = wandb.Artifact(name=$V, type="model")\n' + TO_ZOO, "my model", "zoo"),
    Seed("REG508", API + 'print(api.registries(filter={"name": {"$regex": $V}}))\n', "^model", "model"),
    Seed("REG511", API + "print(api.artifact_exists(name=$V))\n", f"{ZOO}:v1", "team-a/p/zoo:v1"),
    Seed("REG513", RUN + f'run.use_artifact("{ZOO}:v1").download(root=$V)\n', "models/zoo:v1", "models/zoo"),
]

WAYS = {
    "itself": "@0 $V",
    "constant": "VALUE = $V\n@0 VALUE",
    "constant in main": "VALUE = $V\ndef main():\n@1 VALUE\nif __name__ == '__main__':\n    main()",
    "class attribute": "class Settings:\n    value = $V\n@0 Settings.value",
    "object of a class": "class Settings:\n    value = $V\nsettings = Settings()\n@0 settings.value",
    "dataclass": "from dataclasses import dataclass\n@dataclass\nclass Settings:\n    value: str = $V\n"
    "@0 Settings().value",
    "field of an object": "from types import SimpleNamespace\ns = SimpleNamespace(value=$V)\n@0 s.value",
    "enumeration": "from enum import Enum\nclass Settings(Enum):\n    VALUE = $V\n@0 Settings.VALUE.value",
    "default of a parameter": "def work(value=$V):\n@1 value\nwork()",
    "caller": "def work(value):\n@1 value\nwork($V)",
    "one of two callers": "def work(value):\n@1 value\nwork($OTHER)\nwork($V)",
    "callers of callers": "def inner(value):\n@1 value\ndef outer(value):\n    inner(value)\nouter($V)",
    "unpacked arguments": "def work(value):\n@1 value\noptions = {'value': $V}\nwork(**options)",
    "partial": "from functools import partial\ndef work(value):\n@1 value\njob = partial(work, $V)\njob()",
    "coroutine": "import asyncio\nasync def work(value):\n@1 value\nasyncio.run(work($V))",
    "default of an option": "import argparse\nparser = argparse.ArgumentParser()\n"
    "parser.add_argument('--value', default=$V)\nargs = parser.parse_args()\n@0 args.value",
    "choice of an option": "import argparse\nparser = argparse.ArgumentParser()\n"
    "parser.add_argument('--value', choices=[$OTHER, $V], required=True)\nargs = parser.parse_args()\n@0 args.value",
    "option of click": "import click\n@click.command()\n@click.option('--value', default=$V)\n"
    "def main(value):\n@1 value\nmain()",
    "default of a variable": "import os\n@0 os.environ.get('VALUE', $V)",
    "variable that is set": "import os\nos.environ['VALUE'] = $V\n@0 os.environ['VALUE']",
    "loop": "for value in [$OTHER, $V]:\n@1 value",
    "loop over items": "for name, value in {'a': $OTHER, 'b': $V}.items():\n@1 value",
    "loop over pairs": "for name, value in zip(['a', 'b'], [$OTHER, $V]):\n@1 value",
    "numbered loop": "for number, value in enumerate([$OTHER, $V]):\n@1 value",
    "loop over dictionaries": "for entry in [{'value': $OTHER}, {'value': $V}]:\n@1 entry['value']",
    "loop of calls": "def work(value):\n@1 value\nfor value in ($OTHER, $V):\n    work(value)",
    "comprehension of calls": "def work(value):\n@1 value\nresults = [work(value) for value in ($OTHER, $V)]",
    "dictionary": "OPTIONS = {'value': $V}\n@0 OPTIONS['value']",
    "dictionary with a default": "OPTIONS = {}\n@0 OPTIONS.get('value', $V)",
    "concatenation": "START = $V[:2]\n@0 START + $V[2:]",
    "template": "VALUE = $V\n@0 '%s' % VALUE",
    "f-string": "VALUE = $V\n@0 f'{VALUE}'",
    "conditional expression": "import sys\n@0 ($OTHER if len(sys.argv) > 1 else $V)",
    "branches": "import sys\nif len(sys.argv) > 1:\n    value = $V\nelse:\n    value = $OTHER\n@0 value",
    "function": "def get_value():\n    return $V\n@0 get_value()",
    "lambda": "get_value = lambda: $V\n@0 get_value()",
    "property": "class Settings:\n    @property\n    def value(self):\n        return $V\n@0 Settings().value",
    "attribute of self": "class Trainer:\n    def __init__(self, value=$OTHER):\n        self.value = value\n"
    "    def work(self):\n@2 self.value\nTrainer($V).work()",
    "inherited attribute": "class Base:\n    value = $V\nclass Trainer(Base):\n    def work(self):\n@2 self.value\n"
    "Trainer().work()",
    "another module": "from settings import VALUE\n@0 VALUE\n--- settings.py\nVALUE = $V",
    "attribute of a module": "import settings as options\n@0 options.VALUE\n--- settings.py\nVALUE = $V",
    "package": "from pkg import VALUE\n@0 VALUE\n--- pkg/__init__.py\nfrom .settings import *\n"
    "--- pkg/settings.py\nVALUE = $V",
    "caller in another file": "def work(value):\n@1 value\n--- main.py\nfrom train import work\nwork($V)",
    "configuration file": "import yaml\nconfig = yaml.safe_load(open('config.yaml'))\n@0 config['value']\n"
    "--- config.yaml\nvalue: $V",
}  # fmt: skip
"""`@N EXPRESSION` is the body of the seed with that value, N levels deep; `--- NAME` begins another file."""

NOT_THROUGH = {("REG403", "caller in another file"), ("REG405", "caller in another file"), ("REG209", "coroutine")}
"""Files that only log are not searched for callers elsewhere."""


def write_files(seed: Seed, way: str, value: str) -> None:
    """Write the files in which the seed's value arrives this way into the current folder."""
    name, files = "train.py", dict[str, list[str]]()
    for line in ("import wandb\n" + WAYS[way]).split("\n"):
        if line.startswith("--- "):
            name = line[4:]
            continue
        lines = files.setdefault(name, [])
        level, expression = (int(line[1]), line[3:]) if line[1:2].isdigit() else (0, "")
        body = seed.body.replace("$V", expression).splitlines() if expression else [line]
        lines += ["    " * level + written for written in body]
    for path, lines in files.items():
        text = "\n".join(lines).replace("$V", repr(value)).replace("$OTHER", repr(seed.right))
        Path(path).parent.mkdir(exist_ok=True)
        Path(path).write_text(text + "\n", encoding="utf-8")


def check(cells: list[tuple[Seed, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong value is reported, the right one is not; the failure names each cell that is wrong."""
    wrong = []
    for number, ((seed, way), value) in enumerate(product(cells, (True, False))):
        if (seed.code, way) in NOT_THROUGH:
            continue
        folder = tmp_path / str(number)
        folder.mkdir()
        monkeypatch.chdir(folder)
        write_files(seed, way, seed.wrong if value else seed.right)
        codes = {finding.code for finding in lint_paths(["."], config=Config({"pedantic": True})).findings}
        if (seed.code in codes) is not value or codes & {"REG000", "REG002"}:
            wrong.append(f"{seed.code} {seed.wrong if value else seed.right!r}, {way}: {sorted(codes)}")
    assert not wrong, "\n".join(wrong)


def test_each_rule_and_each_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ways = list(WAYS)
    check([(SEEDS[number % len(SEEDS)], way) for number, way in enumerate(ways)], tmp_path, monkeypatch)


@pytest.mark.slow
def test_each_rule_in_each_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(list(product(SEEDS, WAYS)), tmp_path, monkeypatch)
