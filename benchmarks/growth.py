"""How the time that a file takes grows with its size: `python benchmarks/growth.py [--quick] [PATTERN]`.

Each construct is one that once took a time that grew like the square of the file, or worse. Prints the CPU seconds at
64 KB, 256 KB and 1 MB, and the exponent: 1 is linear, below 1.3 is well. Exits with 1 where a construct is above.

--quick        16, 64 and 128 KB: about three minutes on a quiet machine, the other way about fifteen
--sizes A,B    other sizes, in KB
--before FILE  what it printed earlier: shown beside the new figures
--write        put the table into RESULTS.md
"""

import gc
import json
import math
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from results import make_parser, write

from regilink_doctor.lint.engine import lint_bytes

SIZES = (64, 256, 1024)
QUICK = (16, 64, 128)
HIGHEST = 1.3
HEAD = "import wandb\n"
RUN = HEAD + 'run = wandb.init(entity="team-a")\n'
STRING = RUN + 'p = "wandb-registry-a/b"\n'
LIST = RUN + 'p = ["wandb-registry-a/b"]\n'
LINK = "run.link_artifact(art, target_path=p)\n"
ITEM = 'run.link_artifact(art, target_path=d["k#"])\n'
DICTIONARY = RUN + "d = {}\n"
LINKS = "for q in p:\n    run.link_artifact(art, target_path=q)\n"
FUNCTION = 'import wandb\ndef f():\n    run = wandb.init(entity="team-a")\n'
COMMENT = "# regilink: ignore[REG103]\n"
BAD = 'run.link_artifact(art, target_path="wandb-registry-a")\n'


def repeat(unit: str, head: str = "", tail: str = "") -> Callable[[int], str]:
    """A file of `unit` again and again, `#` in it being the number of the repetition."""

    def make(size: int) -> str:
        parts, length = [head], len(head)
        for number in count():
            if length >= size:
                break
            parts.append(unit.replace("#", str(number)))
            length += len(parts[-1])
        return "".join(parts) + tail

    return make


def table(entry: str, use: str, head: str, foot: str = "", width: int = 80) -> Callable[[int], str]:
    """As many entries of a table as uses of it."""

    def make(size: int) -> str:
        numbers = range(size // width)
        entries = "".join(entry.replace("#", str(number)) for number in numbers)
        return head + entries + foot + "".join(use.replace("#", str(number)) for number in numbers)

    return make


def notebook(size: int) -> str:
    cells = [
        {"cell_type": "code", "source": [f"%env WANDB_X{n}=a\n", "!wandb login\n", "!pip install wandb\n"]}
        for n in range(size // 110)
    ]
    return json.dumps({"cells": [{"cell_type": "code", "source": ["import wandb\n"]}, *cells], "nbformat": 4})


PYTHON = {
    "if p += s": repeat('if c: p += "1"\n', STRING, LINK),
    "if p = f-string": repeat('if c: p = f"{p}1"\n', STRING, LINK),
    "if, else": repeat('if c: p += "1"\nelse: p += "2"\n', STRING, LINK),
    "for p += s": repeat('for x in y: p += "1"\n', STRING, LINK),
    "while p += s": repeat('while c(): p += "1"\n', STRING, LINK),
    "match p += s": repeat('match c:\n    case 1: p += "1"\n', STRING, LINK),
    "try p += s": repeat('try: p += "1"\nexcept E: pass\n', STRING, LINK),
    "p += s": repeat('p += "1"\n', STRING, LINK),
    "two variables": repeat("if c: p += q\nif d: q += p\n", STRING + 'q = "b"\n', LINK),
    "p += s and a link": repeat('if c: p += "1"\n' + LINK, STRING),
    "part of an f-string": repeat('if c: p += "1"\n', STRING, LINK.replace("=p", '=f"wandb-registry-a/{p}"')),
    "name of an artifact": repeat('if c: p += "1"\n', STRING, 'art = wandb.Artifact(p, "model")\n' + LINK),
    "project of a run": repeat('if c: p += "1"\n', 'import wandb\np = "a"\n', "run = wandb.init(project=p)\n"),
    "list +=": repeat('if c: p += ["1"]\n', LIST, LINKS),
    "p = [*p, s]": repeat('if c: p = [*p, "1"]\n', LIST, LINKS),
    "link loops over a list": table('"wandb-registry-a/b#",\n', LINKS, RUN + "p = [\n", "]\n", 85),
    "p = p + s in loops": repeat('for x in y:\n    p = p + "1"\n' + LINK, STRING),
    "try a link": repeat(f"    try:\n        x = {BAD}    except Exception:\n        pass\n", FUNCTION),
    "one long line": repeat("x=1;", RUN, "\n" + LINK),
    "one long line, not ASCII": repeat('run.link_artifact(art, target_path="wandb-registry-é/b");', RUN, "\n"),
    "a or b": repeat("a or ", STRING + "p = ", "a\n" + LINK),
    "strings or": repeat('"a#" or ', STRING + "p = ", "a\n" + LINK),
    "methods that set self.p": repeat(
        '    def m#(self):\n        self.p = "a#"\n        run.link_artifact(art, target_path=self.p)\n',
        RUN + "class C:\n",
    ),
    "argparse": repeat(
        'parser.add_argument("--o#", default="wandb-registry-a/b#")\nrun.link_artifact(art, target_path=args.o#)\n',
        "import argparse\n" + RUN + "parser = argparse.ArgumentParser()\nargs = parser.parse_args()\n",
    ),
    "d.get(k)": table('"k#": "a/b",\n', 'run.link_artifact(art, target_path=d.get("k#"))\n', RUN + "d = {\n", "}\n"),
    "d[k]": table('"k#": "a/b",\n', 'run.link_artifact(art, target_path=d["k#"])\n', RUN + "d = {\n", "}\n"),
    "d[k] = s": repeat('d["k#"] = "a/b"\n' + ITEM, DICTIONARY),
    "d[k] = s, no such name": repeat('d[k#] = "a/b"\n' + ITEM, DICTIONARY),
    "if c: d[k] = s": repeat('if c: d["k#"] = "a/b"\n' + ITEM, DICTIONARY),
    "setdefault": repeat('d.setdefault("k#", "a/b")\n' + ITEM, DICTIONARY),
    "insert": repeat('p.insert(0, "a/b#")\nrun.link_artifact(art, target_path=p[0])\n', RUN + "p = []\n"),
    "config.update": repeat('run.config.update({"k#": "a"})\nrun.link_artifact(art, run.config["k#"])\n', RUN),
    "config.setdefaults": repeat(
        'run.config.setdefaults({"k#": "a"})\nrun.link_artifact(art, run.config["k#"])\n', RUN
    ),
    "enumeration": table(
        '    M# = "m#"\n', 'run.link_artifact(art, target_path=E("m#").value)\n', RUN + "class E(enum.Enum):\n", "", 75
    ),
    "dataclass": table(
        '    f#: str = "a/b#"\n',
        "run.link_artifact(art, target_path=C().f#)\n",
        "from dataclasses import dataclass\n" + RUN + "@dataclass\nclass C:\n",
        "",
        70,
    ),
    "%s": lambda size: f'{STRING}p = "{"%s" * (size // 4)}" % ({"a," * (size // 4)})\n{LINK}',
    "format": lambda size: f'{STRING}p = "{"{}" * (size // 4)}".format({"a," * (size // 4)})\n{LINK}',
    "fields of an f-string": repeat("{a}/", STRING + 'p = f"', '"\n' + LINK),
    "functions": repeat('def f#(p):\n    run.link_artifact(art, target_path=p)\nf#("wandb-registry-a/b#")\n', RUN),
    "early returns": repeat(f"    if c#:\n        return\n    {BAD}", FUNCTION),
    "attributes": repeat('c.p = "a#"\nrun.link_artifact(art, target_path=c.p)\n', RUN + "class C: pass\nc = C()\n"),
    "artifacts that are logged": repeat(
        'a# = wandb.Artifact("n", "model")\nrun.log_artifact(a#)\na#.version\nrun.link_artifact(a#, "a/b")\n', RUN
    ),
    "runs": repeat('run = wandb.init(entity="team-a")\n', "import wandb\n"),
    "wandb.config": repeat(
        'run.link_artifact(art, target_path=wandb.config.k#)\nwandb.init(config=dict(k#="a"))\n', RUN
    ),
    "copies of a string": repeat("p = q\nq = p\n", STRING + "q = p\n", LINK),
    "chain of names": lambda size: (
        STRING + "v0 = p\n" + "".join(f"v{n + 1} = v{n}\n" for n in range(size // 14)) + LINK.replace("=p", "=v99")
    ),
    "cases": repeat(' case #: p = "a"\n', STRING + "match c:\n", LINK),
    "if a link": repeat("if c#:\n    " + BAD, RUN),
    "comprehensions that link": repeat("[run.link_artifact(a, q) for q in p# if q]\n", RUN),
    "a if b else c": repeat("run.link_artifact(a, 'b' if c# else 'd')\n", RUN),
    "assert and a link": repeat("assert c#\n" + BAD, RUN),
    "imports": repeat("import m#\n", RUN, LINK),
    "imports of names": repeat("from m# import x# as y#\n", RUN, LINK),
    "imports of everything": repeat("from m# import *\n", RUN, LINK),
    "imports and links": repeat("from .m# import x#\nrun.link_artifact(a, x#)\n", RUN),
    "links on one run": repeat('run.link_artifact(art, target_path="wandb-registry-a/b#")\n', RUN),
    "links, no entity": repeat(
        'run.link_artifact(art, target_path="wandb-registry-a/b")\n', HEAD + "run = wandb.init()\n"
    ),
    "inits that link": repeat('r# = wandb.init()\nr#.link_artifact(art, target_path="wandb-registry-a/b")\n', HEAD),
    "inits in functions": repeat("def f#():\n    with wandb.init() as run:\n        " + BAD, HEAD),
    "agents": repeat(
        'def f#():\n    run = wandb.init()\n    run.link_artifact(art, "wandb-registry-a/b")\nwandb.agent(s, f#)\n',
        HEAD,
    ),
    "runs in conditions": repeat('if r# := wandb.init():\n    r#.link_artifact(art, "wandb-registry-a/b")\n', HEAD),
    "runs that go on": table(
        "self.r# = wandb.init()\n", 'self.r#.link_artifact(art, "wandb-registry-a/b")\n', HEAD, "", 85
    ),
    "with after with": repeat("with wandb.init() as run:\n    " + BAD, HEAD),
    "time to live": repeat(
        'a# = wandb.Artifact("n", "model")\na#.ttl = timedelta(days=3)\nrun.link_artifact(a#, "wandb-registry-a/b")\n',
        RUN,
    ),
    "links and uses": repeat(
        'run.link_artifact(a, "wandb-registry-a/b#")\nrun.use_artifact("wandb-registry-a/b#:v0")\n', RUN
    ),
    "comments": lambda size: RUN + f"{BAD[:-1]}  {COMMENT}" * (size // 85),
    "unused comments": lambda size: RUN + f"x = 1  {COMMENT}" * (size // 35),
    "one long string": lambda size: RUN + LINK.replace("=p", f'="wandb-registry-a/{"b" * size}"'),
    "one long path": lambda size: RUN + LINK.replace("=p", f'="{"wandb-registry-a/" * (size // 17)}"'),
    "unclosed": repeat("(", RUN),
    "nested lists": lambda size: RUN + ("x = " + "[" * 90 + "]" * 90 + "\n") * (size // 185) + BAD,
    "nested functions": repeat("def f#():\n def g():\n  def h():\n   def i():\n    " + BAD, RUN),
    "environ": repeat('os.environ["WANDB_PROJECT"] = "a#"\nr# = wandb.init()\n', "import os\n" + HEAD),
    "environ, get": repeat('run.link_artifact(art, os.environ.get("V#", "wandb-registry-a/b"))\n', "import os\n" + RUN),
    "dictionary of a run": repeat('run.config["k#"] = "a"\nrun.link_artifact(art, run.config["k#"])\n', RUN),
    "settings that are stored": repeat('s# = wandb.Settings()\ns#.entity = "a#"\nwandb.init(settings=s#)\n', HEAD),
    "organizations": repeat('wandb.init(entity="a#-org").link_artifact(a, "a#-org/wandb-registry-a/b")\n', HEAD),
    "one statement with comments": lambda size: RUN + f"x = [\n{f'    {BAD[:-1]},  {COMMENT}' * (size // 90)}]\n",
    "comments for the file": lambda size: RUN + f"{BAD}# regilink: ignore-file[REG103]\n" * (size // 85),
    "one try": lambda size: (
        RUN + "try:\n" + f"    {BAD}" * (size // 120) + "".join(f"except E{n}: pass\n" for n in range(size // 40))
    ),
    "options of click": repeat(
        '@click.option("--o#")\ndef f#(o#):\n    run.link_artifact(art, o#)\n', "import click\n" + RUN
    ),
    "commands of typer": repeat(
        '@app.command()\ndef f#(o: str = "wandb-registry-a/b"):\n    run.link_artifact(art, o)\n',
        "import typer\n" + RUN + "app = typer.Typer()\n",
    ),
    "configparser": repeat(
        'def f#():\n    c = configparser.ConfigParser()\n    c.read("x")\n    run.link_artifact(art, c["a"]["b"])\n',
        "import configparser\n" + RUN,
    ),
    "Hydra, compose": repeat(
        'def f#():\n    hydra.initialize("c")\n    run.link_artifact(art, hydra.compose("x").k)\n',
        "import hydra\n" + RUN,
    ),
    "cells of marimo": repeat("@app.cell\ndef f#(run):\n    " + BAD + "    return (run,)\n", "import marimo\n" + RUN),
    "functions that decorate": repeat(
        "def d#(g):\n    def w(*args):\n        return g(*args)\n    return w\n"
        "@d#\ndef f#(p):\n    run.link_artifact(art, p)\nf#('wandb-registry-a')\n",
        RUN,
    ),
    "functions that return": repeat('def f#():\n    return "a/b"\nrun.link_artifact(art, f#())\n', RUN),
    "functions called twice": repeat(
        'def f#(p):\n    run.link_artifact(art, p)\nf#("wandb-registry-a/b")\nf#("a/b")\n', RUN
    ),
    "chain of functions": lambda size: (
        RUN
        + "def f0(a, p): run.link_artifact(a, p)\n"
        + "".join(f"def f{n + 1}(a, p): f{n}(a, p)\n" for n in range(size // 40))
    ),
    "paths of pathlib": repeat(
        'run.link_artifact(art, str(p / "b#"))\n', "import pathlib\n" + RUN + 'p = pathlib.Path("a")\n'
    ),
    "Api that is passed": repeat('def f#(api): api.artifact("a/b/c#:v0")\n', "# wandb\n"),
    "tests that mock": repeat(
        "def test_#():\n    run = Mock()\n    run.link_artifact.assert_called_once()\n",
        "from unittest.mock import Mock\n",
    ),
    "sweeps": repeat(
        "def f#():\n    run = wandb.init()\n    run.link_artifact(art, wandb.config.p#)\n"
        'wandb.agent(wandb.sweep({"parameters": {"p#": {"value": "wandb-registry-a"}}}), f#)\n',
        HEAD,
    ),
    "ExitStack": repeat(
        "r = stack.enter_context(wandb.init())\nr.link_artifact(art, 'wandb-registry-a#')\n",
        "from contextlib import ExitStack\n" + HEAD + "stack = ExitStack()\n",
    ),
    "settings of pydantic": repeat(
        "class S#(BaseSettings):\n    p: str = 'wandb-registry-a'\nrun.link_artifact(art, S#().p)\n",
        "from pydantic_settings import BaseSettings\n" + RUN,
    ),
    "OmegaConf.merge": repeat(
        "c = OmegaConf.merge(c, {'p#': 'wandb-registry-a'})\nrun.link_artifact(art, c.p#)\n",
        "from omegaconf import OmegaConf\n" + RUN + "c = OmegaConf.create({})\n",
    ),
    "os.environ is tested": repeat(
        "if 'V#' not in os.environ:\n    raise SystemExit\nrun.link_artifact(art, os.environ['V#'])\n",
        "import os\n" + RUN,
    ),
    "Hydra": repeat(
        '@hydra.main(config_path="conf#")\ndef f#(cfg): wandb.init().link_artifact(a, cfg.k#)\n',
        "import hydra\n" + HEAD,
    ),
}
OTHERS = {
    "settings.env": repeat("WANDB_PROJECT=a#\n"),
    "names.env": repeat("WANDB_X#=wandb-registry-a/b\n"),
    "references.env": repeat("V#=${V#}a\nTARGET_PATH=$V#\n"),
    "settings.yaml": repeat("k#:\n  target_path: wandb-registry-a/b\n  wandb: {entity: a}\n"),
    "list.yaml": repeat("- target_path: wandb-registry-a/b\n", "wandb:\n"),
    "anchors.yaml": repeat("k#: &a#\n  <<: *a0\n  project: b\n", "k: &a0 {entity: a}\nwandb:\n"),
    "flow.yaml": lambda size: "wandb: " + "[" * size,
    "deep.yaml": lambda size: "".join(f"{' ' * n}k:\n" for n in range(int((2 * size) ** 0.5))) + "\n",
    "documents.yaml": repeat("---\ntarget_path: wandb-registry-a/b#\n"),
    "settings.toml": repeat('[wandb.t#]\ntarget_path = "wandb-registry-a/b"\n'),
    "array of tables.toml": repeat('[[wandb]]\nentity = "a#"\n'),
    "dotted.toml": repeat('wandb.a#.b.c = "wandb-registry-a/b"\n'),
    "settings.ini": repeat("[wandb.#]\nentity = a\ntarget_path = wandb-registry-a/b\n"),
    "references.ini": repeat("k# = %(k0)s\ntarget_path# = %(k#)s\n", "[wandb]\nk0 = wandb-registry-a/b\n"),
    "settings.json": lambda size: json.dumps(
        {"wandb": {f"k{n}": {"target_path": "wandb-registry-a/b"} for n in range(size // 55)}}, indent=1
    ),
    "one line.json": lambda size: json.dumps({"wandb": [{"entity": f"a{n}"} for n in range(size // 20)]}),
    "deep.json": lambda size: '{"wandb": ' + "[" * size,
    "Dockerfile": repeat(
        "ENV WANDB_PROJECT=a#\nRUN python train.py --target-path wandb-registry-a/b\n", "FROM python\n"
    ),
    "Makefile": repeat("t#:\n\tWANDB_PROJECT=a python train.py --target-path wandb-registry-a/b\n"),
    "variables/Makefile": repeat("V# := $(V#)a\nexport WANDB_PROJECT = $(V#)\n"),
    "cells.ipynb": lambda size: json.dumps(
        {"cells": [{"cell_type": "code", "source": [RUN, BAD]} for _ in range(size // 150)], "nbformat": 4}
    ),
    "one cell.ipynb": lambda size: json.dumps(
        {"cells": [{"cell_type": "code", "source": [RUN, *[BAD] * (size // 65)]}], "nbformat": 4}
    ),
    "nested if.sh": lambda size: "export WANDB_X=a\n" + "if a; then\n" * (size // 14) + "fi\n" * (size // 14),
    "the same export.sh": repeat("export WANDB_PROJECT=a\n"),
    "export and python.sh": repeat("export WANDB_X#=a\npython train.py\n"),
    "jobs.yaml": repeat(
        "  j#:\n    env:\n      WANDB_PROJECT: a\n    steps:\n      - run: python train.py\n", "jobs:\n"
    ),
    "steps.yaml": repeat("      - run: export WANDB_X#=a\n", "jobs:\n  a:\n    steps:\n"),
    "magics.ipynb": notebook,
}
CONSTRUCTS: dict[str, Callable[[int], str]] = {**{f"{name}.py": make for name, make in PYTHON.items()}, **OTHERS}
if sys.version_info < (3, 12):  # Python's own parser takes a time that grows like the square of it
    del CONSTRUCTS["fields of an f-string.py"]
LIMIT = 60.0
"""Seconds after which a larger file is not tried."""
REPEATED = 32
"""Up to so many KB, the median of three runs counts: short times differ most."""


def name_file(name: str) -> str:
    """The name under which the linter takes a file for what it is."""
    if name in ("jobs.yaml", "steps.yaml"):
        return ".github/workflows/ci.yaml"
    return name if name.endswith("file") else "x" + name[name.rindex(".") :]


def time_lint(name: str, size: int) -> float:
    """The CPU seconds that a file of `size` KB takes."""
    content = CONSTRUCTS[name](size * 1024).encode()
    seconds = []
    for _ in range(3 if size <= REPEATED else 1):
        gc.collect()
        start = time.process_time()
        lint_bytes(name_file(name), content)
        seconds.append(time.process_time() - start)
    return statistics.median(seconds)


def measure_growth(name: str, sizes: list[int]) -> tuple[list[float], float | None]:
    """The CPU seconds at each size, in KB, and the exponent, None of one size; the rules are loaded before."""
    lint_bytes(name_file(name), CONSTRUCTS[name](2048).encode())
    seconds: list[float] = []
    for size in sizes:
        seconds.append(time_lint(name, size))
        if seconds[-1] > LIMIT:
            break
    if len(seconds) == 1:
        return seconds, None
    first, last = max(seconds[0], 0.001), max(seconds[-1], 0.001)
    return seconds, math.log(last / first) / math.log(sizes[len(seconds) - 1] / sizes[0])


def time_loop() -> float:
    """The CPU seconds of ten million additions: how fast this machine is now."""
    start = time.process_time()
    total = 0
    for number in range(10**7):
        total += number
    return time.process_time() - start


def read_before(path: str) -> dict[str, str]:
    """The seconds of an earlier table: `0.44 / 2.02`."""
    before = {}
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"(.+?)  +((?:\d+\.\d+ s +)+)", line):
            before[match[1]] = " / ".join(re.findall(r"\d+\.\d+", match[2]))
    return before


def main() -> int:
    parser = make_parser(__doc__)
    parser.add_argument("pattern", nargs="?", default=".")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--sizes", default="")
    parser.add_argument("--before", default="")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    gc.set_threshold(1_000_000)  # as the command line does
    sizes = (
        [int(size) for size in options.sizes.split(",")] if options.sizes else list(QUICK if options.quick else SIZES)
    )
    before = read_before(options.before) if options.before else {}
    speed = time_loop()
    rows: list[_Row] = []
    print(f"{'':28}", *(f"{size:5} KB" for size in sizes), "exponent")
    for name in filter(re.compile(options.pattern).search, CONSTRUCTS):
        rows.append((name, *measure_growth(name, sizes)))
        _, seconds, growth = rows[-1]
        cells = [f"{value:6.2f} s" for value in seconds]
        print(f"{name:28}", *cells, f"{show_exponent(growth):>8}", before.get(name, ""), flush=True)
    if options.write:
        write("\n".join(format_results(rows, sizes, before, speed)))
    return int(any(growth is not None and growth >= HIGHEST for _, _, growth in rows))


_Row = tuple[str, list[float], float | None]


def show_exponent(growth: float | None) -> str:
    return f"{growth:.2f}" if growth is not None else ""


def format_results(rows: list[_Row], sizes: list[int], before: dict[str, str], speed: float) -> list[str]:
    """The part of RESULTS.md."""
    columns = [*(f"{size} KB" for size in sizes), "exponent", *(["before"] if before else [])]
    lines = [
        "## How lint grows with a file",
        "",
        f"Made by `python benchmarks/growth.py`: CPU seconds of one file; {os.cpu_count()} cores, load average "
        f"{os.getloadavg()[0]:.1f}, ten million additions in {speed:.2f} s.",
        "",
        f"| construct | {' | '.join(columns)} |",
        f"|---|{'--:|' * len(columns)}",
    ]
    for name, seconds, growth in sorted(rows, key=lambda row: -(row[2] or 0)):
        cells = [f"{value:.2f}" for value in seconds] + [""] * (len(sizes) - len(seconds)) + [show_exponent(growth)]
        lines.append(f"| {name} | {' | '.join(cells + ([before.get(name, '')] if before else []))} |")
    return lines


if __name__ == "__main__":
    sys.exit(main())
