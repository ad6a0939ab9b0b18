"""Which calls are sites, and what their texts resolve to."""

import textwrap

from tables import check_rows

from regilink_doctor.core.sites import Site
from regilink_doctor.lint.engine import lint_bytes


def sites(code: str) -> list[Site]:
    return list(lint_bytes("train.py", textwrap.dedent(code).encode()).sites)


def links(code: str) -> list[Site]:
    return [site for site in sites(code) if site.kind == "link"]


def targets(code: str) -> list[list[str]]:
    return [[text.display for text in site.target] for site in links(code)]


@check_rows(
    "code",
    [
        "import wandb\nrun = wandb.init()\nrun.link_artifact(a, 'p/c')",
        "import wandb as wb\nrun = wb.init()\nrun.link_artifact(a, 'p/c')",
        "from wandb import init\nrun = init()\nrun.link_artifact(a, 'p/c')",
        "import wandb\nwith wandb.init() as run:\n    run.link_artifact(a, target_path='p/c')",
        "import wandb\nif (run := wandb.init()):\n    run.link_artifact(a, 'p/c')",
        "import wandb\nwandb.run.link_artifact(a, 'p/c')",
        "import wandb\ndef f(run: wandb.Run):\n    run.link_artifact(a, 'p/c')",
        "import wandb\ndef f(run: 'wandb.sdk.wandb_run.Run | None' = None):\n    run.link_artifact(a, 'p/c')",
        "import wandb\nclass T:\n    def __init__(self):\n        self.run = wandb.init()\n"
        "    def go(self):\n        self.run.link_artifact(a, 'p/c')",
        "import wandb\ndef f(anything):\n    anything.link_artifact(a, 'p/c')",
        "from lightning.pytorch.loggers import WandbLogger\n"
        "logger = WandbLogger()\nlogger.experiment.link_artifact(a, 'p/c')",
    ],
)
def test_a_run_is_followed_to_its_link(code: str) -> None:
    (site,) = links(code)
    assert (site.call, [text.display for text in site.target]) == ("wandb.Run.link_artifact", ["p/c"])


@check_rows(
    "code",
    [
        "import wandb\nart = wandb.Artifact('n', type='model')\nart.link('p/c')",
        "import wandb\nwandb.Api().artifact('t/p/n:v0').link('p/c')",
        "import wandb\nrun = wandb.init()\nrun.log_artifact(x).wait().link('p/c')",
        "import wandb\ndef f(art):\n    art.link('wandb-registry-model/c')",
    ],
)
def test_an_artifact_is_followed_to_its_link(code: str) -> None:
    (site,) = links(code)
    assert site.call == "wandb.Artifact.link"


@check_rows(
    "code",
    [
        "import os, wandb\nos.link('a/b', 'wandb-registry-model/c')",
        "import wandb\nfrom zenml.client import Client\nClient.link_artifact(a, 'p/c')",
        "import wandb\nclass Mine:\n    def link_artifact(self, a, b): ...\nMine().link_artifact(a, 'p/c')",
        "import wandb\nfrom pathlib import Path\nPath('a').link('p/c')",
        "import wandb\ndef f(node):\n    node.link('p/c')",
        "def f(run):\n    run.link_artifact(a, 'p/c')  # the file has nothing to do with wandb",
    ],
)
def test_what_looks_alike_is_left_alone(code: str) -> None:
    assert links(code) == []


PRELUDE = "import os, wandb\nrun = wandb.init()\n"


@check_rows(
    ("code", "expected"),
    [
        ("R = 'm'\nrun.link_artifact(a, f'wandb-registry-{R}/c')", ["wandb-registry-m/c"]),
        ("run.link_artifact(a, 'wandb-registry-' + 'm' + '/c')", ["wandb-registry-m/c"]),
        ("run.link_artifact(a, 'wandb-registry-%s/%s' % ('m', 'c'))", ["wandb-registry-m/c"]),
        ("run.link_artifact(a, 'wandb-registry-{}/{x}'.format('m', x='c'))", ["wandb-registry-m/c"]),
        ("run.link_artifact(a, '/'.join(['wandb-registry-m', 'c']))", ["wandb-registry-m/c"]),
        ("run.link_artifact(a, os.path.join('wandb-registry-m', 'c'))", ["wandb-registry-m/c"]),
        ("t = 'wandb-registry-m'\nt += '/c'\nrun.link_artifact(a, t)", ["wandb-registry-m/c"]),
        ("run.link_artifact(a, 'm/c' if x else 'n/c')", ["m/c", "n/c"]),
        ("if x:\n    t = 'm/c'\nelse:\n    t = 'n/c'\nrun.link_artifact(a, t)", ["m/c", "n/c"]),
        ("for t in ('m/c', 'n/c'):\n    run.link_artifact(a, t)", ["m/c", "n/c"]),
        ("t = 'm/c'\nt = 'n/c'\nrun.link_artifact(a, t)", ["n/c"]),
        ("d = {'x': 'm/c', 'y': 'n/c'}\nrun.link_artifact(a, d['y'])", ["n/c"]),
        ("run.link_artifact(a, os.environ.get('T', 'm/c'))", ["m/c"]),
        ("run.link_artifact(a, os.environ['T'] + '/c')", ["{?}/c"]),
        ("run.link_artifact(a, f'm/{unknown()}')", ["m/{?}"]),
        ("def f(t='m/c'):\n    run.link_artifact(a, t)", ["m/c"]),
        ("class C:\n    T = 'm/c'\nrun.link_artifact(a, C.T)", ["m/c"]),
        ("def f():\n    t = 'm/c'\n    def g():\n        run.link_artifact(a, t)", ["m/c"]),
        ("run.link_artifact(a, f'm/{3}')", ["m/3"]),
        ("t = t + 'x'\nrun.link_artifact(a, t)", ["{?}x"]),
    ],
)
def test_texts_are_resolved_as_a_reader_would(code: str, expected: list[str]) -> None:
    assert targets(PRELUDE + code) == [expected]


def test_a_link_knows_its_run_and_its_artifact() -> None:
    (site,) = links(
        """
        import wandb
        with wandb.init(entity="team-a", project="p") as run:
            model = wandb.Artifact("n", type="model")
            run.log_artifact(model)
            run.link_artifact(model, "m/c", aliases=["x", "y"])
        """
    )
    assert site.init is not None
    assert [text.literal for text in site.init.entity] == ["team-a"]
    assert site.artifact is not None
    assert [text.literal for text in site.artifact.type] == ["model"]
    assert [text.literal for text in site.aliases] == ["x", "y"]


def test_places_count_code_points_and_underline_the_part() -> None:
    code = 'import wandb\nrun = wandb.init(entity="é")\nü = input(); run.link_artifact(a, f"wandb_registry_{ü}/c")\n'
    report = lint_bytes("train.py", code.encode())
    (finding,) = report.findings
    line = code.splitlines()[2]
    span = finding.place.span
    assert line[span.column - 1 : span.end_column - 1].startswith("wandb_registry_")


def test_work_is_bounded_on_code_that_doubles_itself() -> None:
    lines = ["import wandb", "run = wandb.init()", "x0 = 'a' if c else 'b'"]
    lines += [f"x{n} = x{n - 1} + x{n - 1}" for n in range(1, 60)]
    lines += ["run.link_artifact(a, x59)", "y = y0 = z", "z = y"]
    assert len(links("\n".join(lines))) == 1
