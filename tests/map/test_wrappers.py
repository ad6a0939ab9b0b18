"""What a function of the tree links or fetches for its callers is a use of each caller, with what that passes."""

import textwrap
from pathlib import Path

import pytest
from tables import check_rows, sample

from regilink_doctor import lint_paths
from regilink_doctor.core.target_path import show_unknown
from regilink_doctor.report.link_map import describe_use
from regilink_doctor.workflows.link_map import map_paths

PUBLISHING = """
import wandb

def publish(run, artifact, target, aliases=None):
    run.link_artifact(artifact, target, aliases=aliases)

def publish_file(path, target, kind="model", aliases=("latest",), entity=None):
    with wandb.init(project="p", entity=entity) as run:
        artifact = wandb.Artifact("zoo", type=kind)
        logged = run.log_artifact(artifact)
        run.link_artifact(logged, target, aliases=list(aliases))

def name_it(path, name, /, *, registry="model", **options):
    publish_file(path, f"wandb-registry-{registry}/{name}", **options)

def fetch(name, alias="latest"):
    return wandb.Api().artifact(f"acme/wandb-registry-model/{name}:{alias}", type="model")

def maybe(run, artifact, target=None, other=None):
    if target is not None:
        run.link_artifact(artifact, target)
    else:
        run.link_artifact(artifact, other)

class Publisher:
    def __init__(self, registry, entity=None):
        self.registry = registry
        self.run = wandb.init(entity=entity)

    def publish(self, name, kind="model", **options):
        self.run.link_artifact(wandb.Artifact(name, type=kind), f"{self.registry}/{name}", **options)

    @classmethod
    def quick(cls, name):
        cls("wandb-registry-quick", "team-q").publish(name)

class Once:
    def __init__(self, run, artifact, target):
        run.link_artifact(artifact, target_path=target)
"""
TRAIN = """
import wandb
{imports}
run = wandb.init(entity="team-a")
artifact = wandb.Artifact("birds", type="dataset")
{call}
"""
CASES = {
    "by position": (
        "from publishing import publish",
        'publish(run, artifact, "wandb-registry-model/zoo", ["best"])',
        ["<- birds -> dataset as team-a :best | wandb-registry-model/zoo"],
    ),
    "by name": (
        "from publishing import publish",
        'publish(aliases=["best", "v2"], target="wandb-registry-model/zoo", artifact=artifact, run=run)',
        ["<- birds -> dataset as team-a :best :v2 | wandb-registry-model/zoo"],
    ),
    "a default": (
        "from publishing import publish_file",
        'publish_file("x", "wandb-registry-model/zoo", entity="team-b")',
        ["<- zoo -> model as team-b :latest | wandb-registry-model/zoo"],
    ),
    "no aliases": (
        "from publishing import publish_file",
        'publish_file("x", "wandb-registry-model/zoo", "job", [])',
        ["<- zoo -> job | wandb-registry-model/zoo"],
    ),
    "unpacked": (
        "from publishing import publish_file",
        'OPTIONS = {"kind": "dataset", "aliases": ["prod"]}\npublish_file("x", "wandb-registry-data/zoo", **OPTIONS)',
        ["<- zoo -> dataset :prod | wandb-registry-data/zoo"],
    ),
    "two levels, and what is passed on": (
        "from publishing import name_it",
        'name_it("x", "zoo", registry="data", kind="dataset", aliases=["prod"], entity="team-b")',
        ["<- zoo -> dataset as team-b :prod | wandb-registry-data/zoo"],
    ),
    "a module": (
        "import publishing",
        'publishing.fetch("zoo", "prod")',
        ["-> model :prod | acme/wandb-registry-model/zoo:prod"],
    ),
    "another name": (
        "from publishing import fetch as load",
        'load("zoo")',
        ["-> model :latest | acme/wandb-registry-model/zoo:latest"],
    ),
    "a package that exports it": (
        "from package import publish",
        'publish(run, artifact, "wandb-registry-model/zoo")',
        ["<- birds -> dataset as team-a | wandb-registry-model/zoo"],
    ),
    "a function between": (
        "from package.between import forward",
        'forward(run, artifact, "zoo", aliases=["best"])',
        ["<- birds -> dataset as team-a :best | wandb-registry-model/zoo"],
    ),
    "a branch that is not taken": (
        "from publishing import maybe",
        'maybe(run, artifact, other="wandb-registry-model/other")',
        ["<- birds -> dataset as team-a | wandb-registry-model/other"],
    ),
    "a method": (
        "from publishing import Publisher",
        'publisher = Publisher("wandb-registry-data", entity="team-b")\n'
        'publisher.publish("set", kind="dataset", aliases=["prod"])',
        ["<- set -> dataset as team-b :prod | wandb-registry-data/set"],
    ),
    "a class method": (
        "from publishing import Publisher",
        'Publisher.quick("zoo")',
        ["<- zoo -> model as team-q | wandb-registry-quick/zoo"],
    ),
    "a constructor": (
        "from publishing import Once",
        'Once(run, artifact, target="wandb-registry-model/zoo")',
        ["<- birds -> dataset as team-a | wandb-registry-model/zoo"],
    ),
}


def write(**files: str) -> None:
    for name, text in files.items():
        path = Path(name.replace("__", "/", 1) + ".py" if name.startswith("package__") else f"{name}.py")
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    write(publishing=PUBLISHING)


def shown_uses(path: str = ".") -> list[str]:
    """Each use of the map: where, which side, what is linked and as what, and the target."""
    link_map = map_paths([path]).link_map
    lines = []
    for use in link_map.uses:
        arrow = {"link": "<-", "consume": "->"}[use.kind]
        facts = " ".join(describe_use(use, many=False).split()).replace(f"{use.place} ", f"{arrow} ", 1)
        lines.append(f"{use.path}: {facts} | {show_unknown(use.target)}")
    return sorted(lines)


@pytest.mark.parametrize("case", sample(CASES, one_in=6))
def test_a_caller_in_another_file_is_the_use(case: str) -> None:
    imports, call, expected = CASES[case]
    write(
        train=TRAIN.format(imports=imports, call=call),
        package____init__="from publishing import publish\n",
        package__between="""
            from package import publish
            def forward(run, artifact, name, **options):
                publish(run, artifact, f"wandb-registry-model/{name}", **options)
        """,
    )
    assert [line for line in shown_uses() if line.startswith("train.py")] == [f"train.py: {line}" for line in expected]
    targets = {line.partition(" | ")[2] for line in expected}
    assert not [line for line in shown_uses() if line.startswith("pub") and line.partition(" | ")[2] in targets]


@pytest.mark.parametrize("target", ["wandb-registry-model/zoo", "candidates/zoo"])
def test_the_default_of_a_function_is_the_use_of_the_caller_that_keeps_it(target: str) -> None:
    write(
        keeping=f"""
            import wandb
            def keep(run, artifact, target="{target}"):
                run.link_artifact(artifact, target)
            def keep_there(run, artifact, target="{target}"):
                run.link_artifact(artifact, target)
        """,
        train=TRAIN.format(imports="from keeping import keep", call="keep(run, artifact)"),
    )
    link_map = map_paths(["."]).link_map
    uses = [use.place for use in (*link_map.uses, *link_map.outside) if use.target == target]
    assert sorted(uses) == ["keeping.py:6", "train.py:6"]  # nothing calls keep_there


def test_what_two_callers_pass_is_not_mixed() -> None:
    """A function resolved for all its callers at once would link each name to each registry."""
    for number, (name, registry) in enumerate((("a", "one"), ("b", "two"))):
        call = f'name_it("x", "{name}", registry="{registry}", aliases=["{name}"])'
        write(**{f"train{number}": TRAIN.format(imports="from publishing import name_it", call=call)})
    assert [line.rpartition(" | ")[2] for line in shown_uses() if "{?}" not in line] == [
        "wandb-registry-one/a",
        "wandb-registry-two/b",
    ]


def test_the_map_of_a_function_alone_has_its_callers_each_with_what_it_passes() -> None:
    for name, alias in (("bear", "best"), ("cat", "prod")):
        call = f'publish(run, artifact, "wandb-registry-model/{name}", ["{alias}"])'
        write(**{f"train_{name}": TRAIN.format(imports="from publishing import publish", call=call)})
    write(other=TRAIN.format(imports="", call='run.link_artifact(artifact, "wandb-registry-model/other")'))
    of_function = [line for line in shown_uses("publishing.py") if "{?}" not in line]
    assert of_function == [line for line in shown_uses() if line.startswith("train_")]
    assert [line.partition("_")[2].split()[0] for line in of_function] == ["bear.py:", "cat.py:"]
    assert [line.rpartition(":")[2].split()[0] for line in of_function] == ["best", "prod"]


def test_callers_in_the_same_file_are_told_apart() -> None:
    write(
        train="""
        import wandb
        def publish(run, artifact, target, aliases):
            run.link_artifact(artifact, target, aliases=aliases)
        def outer(name, alias):
            publish(run, wandb.Artifact(name, type="model"), f"wandb-registry-model/{name}", [alias])
        def main():
            publish(run, wandb.Artifact("set", type="dataset"), "wandb-registry-data/set", ["raw"])
        run = wandb.init(entity="team-a")
        outer("cat", "best")
        outer("dog", "prod")
        main()
        """
    )
    uses = map_paths(["train.py"]).link_map.uses
    assert [(use.line, use.target, use.artifact, use.type, use.aliases) for use in uses] == [
        (8, "wandb-registry-data/set", "set", "dataset", ("raw",)),
        (10, "wandb-registry-model/cat", "cat", "model", ("best",)),
        (11, "wandb-registry-model/dog", "dog", "model", ("prod",)),
    ]


ONCE = {
    "the path": ('publish(run, artifact, "wandb-registry-modle")', "REG102", 6),
    "an alias": ('publish(run, artifact, "wandb-registry-data/zoo", ["be/st"])', "REG501", 6),
    "the type": ('publish_file("x", "wandb-registry-model/zoo", kind="dataset")', "REG401", 6),
    "the artifact": ('publish(run, artifact, "wandb-registry-model/zoo")', "REG401", 6),
}


@check_rows("case", ONCE)
def test_a_problem_of_what_is_passed_is_reported_once_at_the_caller(case: str) -> None:
    call, code, line = ONCE[case]
    write(train=TRAIN.format(imports="from publishing import publish, publish_file", call=call))
    (finding,) = [item for item in lint_paths(["."]).findings if item.code == code]
    assert (finding.place.path, finding.place.span.line) == ("train.py", line)
    related = [(item.message, item.place.path) for item in finding.related]
    assert ("linked here", "publishing.py") in related


def test_a_problem_of_the_function_itself_is_not_that_of_its_callers() -> None:
    write(
        latest="""
        import wandb
        def publish_latest(run, artifact, name, aliases=("latest",)):
            run.link_artifact(artifact, f"wandb-registry-data/{name}", aliases=list(aliases))
        """
    )
    for number in range(2):
        call = f'publish_latest(run, artifact, "zoo{number}")'
        write(**{f"train{number}": TRAIN.format(imports="from latest import publish_latest", call=call)})
    found = [(item.code, item.place.path) for item in lint_paths(["."]).findings]
    assert found == [("REG503", "latest.py")]


def test_a_link_in_a_function_that_is_passed_nothing_stays_where_it_is() -> None:
    write(
        training="""
        import wandb
        def train():
            run = wandb.init(entity="team-a")
            run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")
        """,
        main="from training import train\ntrain()\n",
    )
    assert [line for line in shown_uses() if "zoo |" in line or "/zoo" in line] == [
        "training.py: <- zoo -> model as team-a | wandb-registry-model/zoo"
    ]


def test_a_function_around_a_method_of_lightning_is_followed() -> None:
    write(
        loading="""
        from lightning.pytorch.loggers import WandbLogger
        def load(path):
            return WandbLogger.download_artifact(artifact=path)
        """,
        train="""
        from loading import load
        load("wandb-registry-model/zoo:v1")
        load("wandb-registry-model")
        """,
    )
    assert [use for use in shown_uses() if use.startswith("train.py")]
    found = [(item.code, item.place.path, item.place.span.line) for item in lint_paths(["."]).findings]
    assert found == [("REG102", "train.py", 4)]
