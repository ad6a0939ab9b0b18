"""The rules about the whole tree: their own examples, and what proves or excuses what they find."""

from collections.abc import Callable
from pathlib import Path

import pytest

from regilink_doctor.config import Config
from regilink_doctor.core.catalog import Catalog, Collection, Organization, Registry
from regilink_doctor.core.findings import Finding
from regilink_doctor.core.link_map import LinkMap
from regilink_doctor.rules import all_rules
from regilink_doctor.rules.base import Rule
from regilink_doctor.workflows.link_map import find_map_problems, map_paths, redact_map

PRELUDE = """import sys
import wandb
run = wandb.init(entity="team-a", project="p")
artifact = wandb.Artifact("zoo", type="model")
"""
RULES = [rule for rule in all_rules() if rule.is_about_map]

MapOf = Callable[..., LinkMap]


@pytest.fixture
def map_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MapOf:
    monkeypatch.chdir(tmp_path)

    def map_files(text: str, catalog: Catalog | None = None, *, merged: bool = False) -> LinkMap:
        first, *files = f"\n{text}".split("\n# --- ")
        for part in files or [f"train.py\n{first}"]:
            name, _, code = part.partition("\n")
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(PRELUDE + code + "\n" if name.endswith(".py") else code, encoding="utf-8")
        link_map = map_paths(["."], catalog=catalog, repository="zoo").link_map
        return LinkMap(link_map.uses, ["zoo"], catalog, is_merged=merged)

    return map_files


def findings(link_map: LinkMap, *hidden: str) -> list[Finding]:
    return [item.finding for item in find_map_problems(link_map, Config().selection) if item.finding.code not in hidden]


def examples(kind: str) -> list[object]:
    return [
        pytest.param(rule, example, id=f"{rule.code}-{number}")
        for rule in RULES
        for number, example in enumerate(getattr(rule, kind))
    ]


@pytest.mark.parametrize(("rule", "example"), examples("bad"))
def test_bad_is_found(rule: Rule, example: str, map_of: MapOf) -> None:
    assert rule.code in [finding.code for finding in findings(map_of(example))]


@pytest.mark.parametrize(("rule", "example"), examples("good"))
def test_good_is_left_alone(rule: Rule, example: str, map_of: MapOf) -> None:
    assert rule.code not in [finding.code for finding in findings(map_of(example))]


@pytest.mark.parametrize(("rule", "example"), examples("bad"))
def test_lint_leaves_it_to_the_map(rule: Rule, example: str, map_of: MapOf) -> None:
    """A comment for the map is not reported as unused by the linter."""
    from regilink_doctor.workflows.lint import lint_paths

    first, newline, rest = f"\n{example}".rpartition("\n")
    map_of(f"{first}{newline}{rest}  # regilink: ignore[{rule.code}] on purpose".removeprefix("\n"))
    assert {finding.code for finding in lint_paths(["."]).findings}.isdisjoint({"REG001", "REG003", rule.code})


CONSUMER = 'run.use_artifact("wandb-registry-model/zoo:prod")'
PRODUCER = 'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["best"])'


def catalog_of(*collections: Collection, complete: bool = True) -> Catalog:
    registry = Registry("model", collections=collections)
    return Catalog((Organization("Acme Inc", "acme", ("team-a",), (registry,)),), complete=complete)


ZOO = Collection("zoo", "model", ("best", "latest"), 3)


def severities(link_map: LinkMap, code: str) -> list[str]:
    return [finding.severity for finding in findings(link_map) if finding.code == code]


def test_one_repository_proves_nothing(map_of: MapOf) -> None:
    assert severities(map_of(CONSUMER), "REG901") == ["info"]
    assert severities(map_of(f"{PRODUCER}\n{CONSUMER}"), "REG904") == ["info"]


def test_the_maps_of_all_repositories_prove_it(map_of: MapOf) -> None:
    assert severities(map_of(CONSUMER, merged=True), "REG901") == ["warning"]
    assert severities(map_of(f"{PRODUCER}\n{CONSUMER}", merged=True), "REG904") == ["warning"]


@pytest.mark.parametrize("target", ["sys.argv[1]", 'f"wandb-registry-model/{sys.argv[1]}"', 'f"{sys.argv[1]}/zoo"'])
def test_a_link_with_an_unknown_target_may_be_the_one(target: str, map_of: MapOf) -> None:
    link_map = map_of(f"{CONSUMER}\nrun.link_artifact(artifact, {target})", merged=True)
    assert severities(link_map, "REG901") == ["info"]
    assert len(link_map.unknown) == 1


def test_the_aliases_that_are_listed_are_those_of_the_collection(map_of: MapOf) -> None:
    """What the file sets on another artifact may be meant for this one, so it is no alias to recommend."""
    others = 'other = run.use_artifact("wandb-registry-model/cat:best")\nother.aliases.append("golden")\nother.save()'
    moved = 'mine = run.use_artifact("wandb-registry-model/zoo:best")\nmine.aliases.append("moved")\nmine.save()'
    link_map = map_of(f"{PRODUCER}\n{CONSUMER}\n{others}\n{moved}")
    (finding,) = [item for item in findings(link_map) if item.code == "REG904"]
    assert finding.help == 'pass aliases=["prod"] to the link, or correct it; the aliases that links set: best, moved'


@pytest.mark.parametrize("target", ['f"wandb-registry-dataset/{sys.argv[1]}"', 'f"{sys.argv[1]}/cat"'])
def test_a_link_with_an_unknown_target_that_cannot_be_the_one(target: str, map_of: MapOf) -> None:
    link_map = map_of(f"{CONSUMER}\nrun.link_artifact(artifact, {target})", merged=True)
    assert severities(link_map, "REG901") == ["warning"]


def test_a_registry_is_found_in_any_case(map_of: MapOf) -> None:
    link = 'run.link_artifact(artifact, "wandb-registry-Model/zoo", aliases=["prod"])'
    link_map = map_of(f"{link}\n{CONSUMER}", merged=True)
    for shown in (link_map, redact_map(link_map)):
        assert [(finding.code, finding.severity) for finding in findings(shown)] == [("REG906", "info")]
    assert [finding.code for finding in findings(map_of(link, catalog_of(ZOO)))] == ["REG902"]
    consumer = CONSUMER.replace("registry-model", "registry-fast-zoo")
    other = map_of(f"{link.replace('Model', 'fast_zoo')}\n{consumer}", merged=True)
    for shown in (other, redact_map(other)):
        assert sorted(finding.code for finding in findings(shown)) == ["REG901", "REG902", "REG906"]


def test_a_complete_catalog_proves_it(map_of: MapOf) -> None:
    assert severities(map_of(CONSUMER, catalog_of()), "REG901") == ["error"]
    assert severities(map_of(CONSUMER, catalog_of(complete=False)), "REG901") == ["info"]
    assert severities(map_of(CONSUMER, catalog_of(ZOO)), "REG901") == []


def test_the_aliases_of_a_complete_catalog_prove_it(map_of: MapOf) -> None:
    assert severities(map_of(CONSUMER, catalog_of(ZOO)), "REG904") == ["error"]
    with_prod = Collection("zoo", "model", ("prod",), 1)
    assert severities(map_of(CONSUMER, catalog_of(with_prod)), "REG904") == []


@pytest.mark.parametrize(
    "aliases",
    ["aliases=sys.argv[1:]", 'aliases=["best", *sys.argv]', "aliases=[sys.argv[1]]", '**{"aliases": sys.argv}'],
)
def test_an_alias_that_source_does_not_tell_may_be_the_one(aliases: str, map_of: MapOf) -> None:
    link = f'run.link_artifact(artifact, "wandb-registry-model/zoo", {aliases})'
    assert severities(map_of(f"{link}\n{CONSUMER}", merged=True), "REG904") == []


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        ('artifact.aliases.append("prod")', []),
        ('artifact.aliases += ["x", "prod"]', []),
        ("artifact.aliases.extend(sys.argv[1:])", []),
        ('artifact.aliases.append("other")', ["warning"]),
        ('name = "prod"\nartifact.aliases.append(name)', []),
        ('name = "other"\nartifact.aliases.append(name)', ["warning"]),
        ('name = "other" if x else "prod"\nartifact.aliases += [name]', []),
        ('names = ["other", *sys.argv[1:]]\nartifact.aliases.extend(names)', []),
        ('def add(a, name="other"):\n    artifact.aliases += [name]\nadd(1)', ["warning"]),
        ('def add(a, name="other"):\n    artifact.aliases += [name]\nadd(1, sys.argv[1])', []),
        ('print(artifact.aliases == ["prod"])', ["warning"]),
    ],
)
def test_an_alias_that_is_set_on_what_was_consumed(statement: str, codes: list[str], map_of: MapOf) -> None:
    promote = f'artifact = run.use_artifact("wandb-registry-model/zoo:best")\n{statement}\nartifact.save()'
    link_map = map_of(f"# --- a.py\n{PRODUCER}\n# --- b.py\n{promote}\n# --- c.py\n{CONSUMER}", merged=True)
    assert severities(link_map, "REG904") == codes


CONFIGURED = """
--- conf.yaml
model:
  artifact: acme/wandb-registry-model/artifact:prod
  source: acme/wandb-registry-model/source
  target_path: wandb-registry-model/target
  registry_id: acme/wandb-registry-model/registry
  description: acme/wandb-registry-model/description:prod
  notes: see acme/wandb-registry-model/notes:prod
  publish_to: acme/wandb-registry-model/publish:prod
  items: [acme/wandb-registry-model/item:v2]
--- .env
MODEL_ARTIFACT=acme/wandb-registry-model/env:prod
--- .github/workflows/serve.yml
on: push
env:
  MODEL: acme/wandb-registry-model/ci:prod
jobs:
  serve:
    runs-on: x
    steps:
      - run: wandb artifact get acme/wandb-registry-model/get:prod
      - uses: ./serve
        with: {model: "acme/wandb-registry-model/with:v1"}
--- get.sh
wandb artifact get --root out acme/wandb-registry-model/shell:v3
python serve.py --model acme/wandb-registry-model/option:prod
--- Makefile
get:
\twandb artifact get acme/wandb-registry-model/make:prod
"""


def test_what_configuration_and_commands_consume(map_of: MapOf) -> None:
    link_map = map_of(CONFIGURED.replace("\n--- ", "\n# --- "))
    kinds = {item.collection: [(use.kind, *use.aliases) for use in item.uses] for item in link_map.collections}
    consumed = {name: [("consume", "prod")] for name in ("artifact", "env", "ci", "get", "option", "make")}
    assert kinds == {
        **consumed,
        "source": [("consume",)],
        "item": [("consume", "v2")],
        "with": [("consume", "v1")],
        "shell": [("consume", "v3")],
        "target": [("link",)],
        "publish": [("link",)],
        "registry": [("name",)],
    }


@pytest.mark.parametrize(
    ("code", "moved"),
    [
        ('a.aliases.append("prod")\na.save()', ("prod",)),
        ('a.aliases += ["prod", "best"]\na.save()', ("prod", "best")),
        ('a.aliases = ["prod"]\na.save()', ("prod",)),
        ('a.aliases.append("prod")', ()),
        ('a.aliases.remove("prod")\na.save()', ()),
        ("a.aliases.append(name)\na.save()", ()),
        ('b.aliases.append("prod")\nb.save()', ()),
        ('a.aliases.append("prod")\na.save()\na = other()', ()),
        ('def f(a):\n    a.aliases.append("prod")\n    a.save()', ()),
    ],
)
def test_the_artifact_that_an_alias_is_set_on(code: str, moved: tuple[str, ...], map_of: MapOf) -> None:
    consume = 'a = wandb.Api().artifact("wandb-registry-model/zoo:v1")\n'
    (use,) = map_of(consume + code).collections[0].consumers
    assert use.moves == moved


@pytest.mark.parametrize(
    ("statement", "drift"),
    [
        ('wandb.Artifact("zoo", type="model"), "acme/wandb-registry-model/zoo", aliases=["best"]', ()),
        (
            'wandb.Artifact("zoo", type="dataset"), "acme/wandb-registry-model/zoo"',
            ("code links dataset, the server has model",),
        ),
        (
            'artifact, "acme/wandb-registry-model/zoo", aliases=["prod", "best", "v1", "latest"]',
            ("code sets prod, no version on the server has it",),
        ),
        ('artifact, "acme/wandb-registry-model/cat"', ("code links to it, the server does not have it",)),
    ],
)
def test_code_and_server_differ(statement: str, drift: tuple[str, ...], map_of: MapOf) -> None:
    catalog = catalog_of(Collection("zoo", "model", ("best", "latest"), 2))
    assert map_of(f"run.link_artifact({statement})", catalog).collections[0].drift == drift
    partial = catalog_of(Collection("zoo", "model"), complete=False)
    assert all(
        "server has" in words for words in map_of(f"run.link_artifact({statement})", partial).collections[0].drift
    )


def test_what_only_tests_name_is_not_reported(map_of: MapOf) -> None:
    assert findings(map_of(f"# --- tests/test_zoo.py\n{CONSUMER}\n{PRODUCER}")) == []


def test_a_comment_silences(map_of: MapOf) -> None:
    assert severities(map_of(f"{CONSUMER}  # regilink: ignore[REG901] made by hand"), "REG901") == []


def test_a_path_without_organization_is_any(map_of: MapOf) -> None:
    link = 'run.link_artifact(artifact, "acme/wandb-registry-model/zoo", aliases=["prod"])'
    link_map = map_of(f"{link}\n{CONSUMER}")
    assert findings(link_map) == []
    assert [item.shown for item in link_map.collections] == ["acme/wandb-registry-model/zoo"]


def test_the_catalog_tells_the_organization_of_a_team(map_of: MapOf) -> None:
    other = 'run.use_artifact("Acme Inc/wandb-registry-model/zoo:best")'
    link_map = map_of(f"{PRODUCER}\n{other}", catalog_of(ZOO))
    assert [item.organization for item in link_map.collections] == ["acme"]
    assert findings(link_map) == []


def test_the_type_on_the_server_is_the_right_one(map_of: MapOf) -> None:
    link = 'run.link_artifact(wandb.Artifact("a", type="dataset"), "wandb-registry-model/zoo")'
    link_map = map_of(f"{link}\n{PRODUCER}", catalog_of(ZOO))
    found = [finding for finding in findings(link_map) if finding.code == "REG903"]
    assert [finding.place.span.line for finding in found] == [6]
    assert link_map.collections[0].drift == ("code links dataset, the server has model",)
