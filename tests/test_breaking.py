"""Small inputs that once hung, crashed, leaked or misled regilink, with relatives of each.

Each either is checked in full or is refused in one line. Files that took a time which grew like their square are the
constructs of `benchmarks/growth.py`; single fields of a reply are in `tests/doctor/test_odd_replies.py`; that all
commands judge a path alike is in `tests/test_one_truth.py`.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from in_process import run_command
from tables import combine, sample

from regilink_doctor.config import Config
from regilink_doctor.core.findings import Finding
from regilink_doctor.core.organization_view import NOTHING_CONFIGURED
from regilink_doctor.lint.change import apply_fixes
from regilink_doctor.lint.engine import FileReport, lint_bytes
from regilink_doctor.workflows.lint import Linter

HEAD = 'import wandb\nrun = wandb.init(entity="t")\n'
LINK = "run.link_artifact(art, target_path=p)\n"
KEY = "a1b2c3d4e5f6" * 3 + "a1b2"
MOST_SECONDS = 20
"""Of processor time: a hundred times what each input needs, and nothing beside what it once took."""


@pytest.fixture(autouse=True)
def end_in_time() -> Iterator[None]:
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_: object) -> None:
        raise AssertionError(f"it takes more than {MOST_SECONDS} s")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


def lint(code: str, path: str = "train.py") -> FileReport:
    report = lint_bytes(path, code.encode())
    assert "REG002" not in [finding.code for finding in report.findings], report.findings
    return report


# Files that must end.

GROWING = {
    "if": 'if c: p += "1"\n',
    "if, f-string": 'if c: p = f"{p}1"\n',
    "if, format": 'if c: p = "{}1".format(p)\n',
    "if, join": 'if c: p = "".join([p, "1"])\n',
    "if, percent": 'if c: p = "%s1" % p\n',
    "else": 'if c: p += "1"\nelse: p += "2"\n',
    "elif": 'if c: p += "1"\nelif d: p += "2"\n',
    "nested if": 'if c:\n    if d: p += "1"\n    p += "2"\n',
    "if with a walrus": 'if (p := p + "1"): pass\n',
    "for": 'for x in y: p += "1"\n',
    "for, else": 'for x in y: p += "1"\nelse: p += "2"\n',
    "while": 'while c(): p += "1"\n',
    "match": 'match c:\n    case 1: p += "1"\n    case _: p += "2"\n',
    "try": 'try: p += "1"\nexcept E: p += "2"\nfinally: p += "3"\n',
    "with": 'with f(): p += "1"\n',
    "two variables": "if c: p += q\nif d: q += p\n",
    "three variables": "if c: p += q\nif d: q += r\nif e: r += p\n",
    "swap": "if c: p, q = q, p\n",
    "conditional expression": 'p = p + "1" if c else p\n',
    "or": 'p = p or p + "1"\n',
    "replace": 'if c: p = p.replace("a", "aa")\n',
    "slice": "if c: p = p[1:] + p\n",
}
USES = {
    "target": LINK,
    "part of a target": LINK.replace("=p", '=f"wandb-registry-model/{p}"'),
    "name": 'run.link_artifact(wandb.Artifact(p, "model"), "wandb-registry-model/zoo")\n',
    "project": "run2 = wandb.init(project=p)\nrun2.link_artifact(art, 'wandb-registry-model/zoo')\n",
    "alias": 'run.link_artifact(art, "wandb-registry-model/zoo", aliases=[p])\n',
    "setting": 'os.environ["WANDB_PROJECT"] = p\n',
    "function": "def publish(run, path):\n    run.link_artifact(art, path)\npublish(run, p)\n",
}


@pytest.mark.parametrize(("statement", "use"), sample(combine(GROWING, USES), one_in=4))
def test_branches_in_a_row_end(statement: str, use: str) -> None:
    report = lint(f'{HEAD}p = "a"\nq = "b"\nr = "c"\n{GROWING[statement] * 50}{USES[use]}{LINK.replace("=p", "=None")}')
    assert "link" in [site.kind for site in report.sites]


LISTS = {
    "p = [*p, s]": 'if c: p = [*p, "b"]\n',
    "+=": 'if c: p += ["b"]\n',
    "append": 'if c: p.append("b")\n',
    "extend": 'if c: p.extend(["b", "c"])\n',
    "insert": 'if c: p.insert(0, "b")\n',
    "comprehension": "if c: p = [f'{q}x' for q in p]\n",
    "set": 'if c: p = {*p, "b"}\n',
    "tuple": 'if c: p = (*p, "b")\n',
    "dictionary": 'if c: p = {**p, "b": "c"}\n',
    "zip": "if c: p = [a + b for a, b in zip(p, p)]\n",
}


@pytest.mark.parametrize(
    ("statement", "use"),
    sample(
        combine(LISTS, ["for q in p:\n    run.link_artifact(art, target_path=q)\n", LINK.replace("=p", "=p[0]")]),
        one_in=3,
    ),
)
def test_lists_that_grow_end(statement: str, use: str) -> None:
    lint(f'{HEAD}p = ["a"]\n{LISTS[statement] * 50}{use}')


PATTERNS = (
    "*a" * 12 + "b",
    "**/" * 14 + "x.py",
    "**/a/" * 10 + "**",
    "?*" * 20 + "b",
    "[a-z]*" * 15 + "0",
    "a*" * 30,
    "[z-a]*",
    "[a-\\]",
    "[!z-a]",
    "[[:alpha:",
    "\\",
    "[",
    "!" * 300,
    "/" * 300,
    "{" * 300,
)


@pytest.mark.parametrize(
    ("pattern", "where"), sample(combine(PATTERNS, [".gitignore", "exclude", "per-file-ignores"]), one_in=3)
)
def test_patterns_of_files_end(pattern: str, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path.joinpath(*["a"] * 14)
    deep.mkdir(parents=True)
    for path in (tmp_path / ("a" * 200 + ".py"), deep / "a.py"):
        path.write_text(HEAD + 'run.link_artifact(a, "wandb-registry-model")\n', encoding="utf-8")
    if where == ".gitignore":
        (tmp_path / ".gitignore").write_text(pattern + "\n", encoding="utf-8")
    else:
        value = json.dumps([pattern]) if where == "exclude" else f"{{{json.dumps(pattern)} = ['REG1']}}"
        (tmp_path / "regilink.toml").write_text(f"{where} = {value}\n", encoding="utf-8")
    monkeypatch.setenv("PATH", "/nowhere")  # without git
    done = run_command("lint", cwd=tmp_path)
    assert done.returncode in (0, 1, 2), done
    assert "Traceback" not in done.stderr
    assert "REG002" not in done.stdout
    if done.returncode == 2:
        assert done.stderr.startswith("regilink: "), done.stderr


@pytest.mark.parametrize("count", [30, pytest.param(120, marks=pytest.mark.slow)])
@pytest.mark.parametrize("target", ["wandb-registry-model", "model/x:v{n}"])
def test_comments_are_added_in_few_rounds(
    count: int, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linted = 0

    def counting(*arguments: Any, **options: Any) -> FileReport:
        nonlocal linted
        linted += 1
        return lint_bytes(*arguments, **options)

    monkeypatch.setattr("regilink_doctor.lint.engine.lint_bytes", counting)
    lines = (f'run.link_artifact(a, "{target.replace("{n}", str(number))}")\n' for number in range(count))
    code = HEAD + "".join(lines)
    (tmp_path / "t.py").write_text(code, encoding="utf-8")
    assert run_command("lint", "--add-ignore", cwd=tmp_path).returncode == 0
    assert linted < 20
    assert (tmp_path / "t.py").read_text(encoding="utf-8").count("# regilink: ignore[") == count


# Python that must be read.

DEEP = {
    "lambda that calls its default": "x = lambda init=lambda: 0: init()\n",
    "lambda that calls a name of a method": "x = lambda link_artifact=lambda a: a: link_artifact(1)\n",
    "lambda that calls its keyword": "x = lambda *, log=lambda: wandb.log: log()()\n",
    "call in a default of a lambda": 'x = lambda a=run.link_artifact(b, "wandb-registry-model"): a\n',
    "call in a guard": 'match x:\n    case _ if run.link_artifact(b, "wandb-registry-model"): pass\n',
    "flat sums": "p = ''\n" + 'p += "b"\n' * 300,
    "elif": "if a: pass\n" + "elif b: pass\n" * 400,
    "chained calls": "x = y" + ".a()" * 600 + "\n",
    "chained subscripts": "x = y" + "[0]" * 600 + "\n",
    "terms": "x = " + " + ".join("a" * 1500) + "\n",
    "attributes": "x = y" + ".a" * 1400 + "\n",
    "comparisons": "x = " + " < ".join("a" * 1500) + "\n",
    "or": "x = " + " or ".join("a" * 3000) + "\n",
    "parentheses": "x = " + "(" * 90 + "1" + ")" * 90 + "\n",
    "nested functions": "".join(f"{' ' * n}def f{n}():\n" for n in range(95)) + " " * 95 + "pass\n",
    "nested if": "".join(f"{' ' * n}if a:\n" for n in range(95)) + " " * 95 + "pass\n",
    "not": "x = " + "not " * 700 + "a\n",
    "decorators": "@d\n" * 500 + "def f(): pass\n",
    "with items": "with " + ", ".join("a" * 15) + ": pass\n",
    "targets": "a = " * 500 + "1\n",
    "starred": "x = [" + "*y, " * 2000 + "]\n",
}
SEEN = ("call in a default of a lambda", "call in a guard")


@pytest.mark.parametrize("name", sample(DEEP, one_in=3))
def test_python_that_compiles_is_checked(name: str) -> None:
    code = f'{HEAD}{DEEP[name]}run.link_artifact(art, target_path="wandb-registry-model")\n'
    try:
        compile(code, "train.py", "exec")
    except (RecursionError, MemoryError, SyntaxError):
        pytest.skip("this Python cannot read it either")
    codes = [finding.code for finding in lint(code).findings]
    assert codes.count("REG102") == 1 + (name in SEEN)
    assert "REG000" not in codes


CODECS = (
    "hex",
    "zip",
    "bz2",
    "base64",
    "rot13",
    "quopri",
    "uu",
    "undefined",
    "idna",
    "punycode",
    "utf-7",
    "utf-16",
    "mbcs",
    "oem",
    "raw_unicode_escape",
    "unicode_escape",
    "no-such",
    "x" * 300,
    "latin-1\x00",
)


@pytest.mark.parametrize(
    ("codec", "output_format"),
    sample(combine(CODECS, ["full", "concise", "json", "sarif", "github", "junit"]), one_in=3),
)
def test_no_cookie_loses_the_report(codec: str, output_format: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(f"# coding: {codec}\n{HEAD}{LINK}", encoding="utf-8")
    (tmp_path / "b.py").write_text(HEAD + 'run.link_artifact(a, "wandb-registry-model")\n', encoding="utf-8")
    done = run_command("lint", "--output-format", output_format, cwd=tmp_path)
    assert done.returncode == 1, done
    assert "REG102" in done.stdout
    assert "REG002" not in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": "from b import *\n", "b.py": "from a import *\n"},
        {"a.py": "from b import *\n", "b.py": "from c import *\n", "c.py": "from a import *\n"},
        {
            "p/__init__.py": "from .a import *\n",
            "p/a.py": "from . import *\nfrom .b import *\n",
            "p/b.py": "from .a import *\n",
        },
        {"a.py": "from a import *\nfrom a import p\n"},
        {"a.py": "from b import p\n", "b.py": "from a import p\n"},
        {"a.py": "import b\np = b.p\n", "b.py": "import a\np = a.p\n"},
    ],
)
def test_modules_in_a_circle_are_checked(files: dict[str, str], tmp_path: Path) -> None:
    for name, code in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(code + HEAD + LINK + 'run.link_artifact(a, "wandb-registry-model")\n', encoding="utf-8")
    done = run_command("lint", "--output-format", "concise", cwd=tmp_path)
    assert (done.stdout.count("REG102"), done.returncode) == (len(files), 1), done
    assert "REG000" not in done.stdout
    assert "REG002" not in done.stdout


@pytest.mark.parametrize(
    ("name", "opening"),
    combine(
        ["pyproject.toml", "conf.yaml", "settings.json", ".env", "setup.cfg"],
        ["[", "{a=", "{'a' = [", "'''", '"""', "[[", "x = 1e", "\x00", "\udcff"],
    ),
)
def test_a_broken_neighbor_hides_no_link(name: str, opening: str, tmp_path: Path) -> None:
    content = f"x = {opening * 600}" if name.endswith("toml") else opening * 600
    (tmp_path / name).write_bytes(content.encode("utf-8", "surrogateescape"))
    code = HEAD + 'run.link_artifact(a, "wandb-registry-model")\n'
    (tmp_path / "train.py").write_text(code, encoding="utf-8")
    done = run_command("lint", "--output-format", "concise", "train.py", cwd=tmp_path)
    assert "REG002" not in done.stdout
    if name == "pyproject.toml":  # it may hold the configuration
        assert done.returncode in (1, 2), done
        assert ("REG102" if done.returncode == 1 else "pyproject.toml") in done.stdout + done.stderr
    else:
        assert (done.returncode, done.stdout.count("REG102")) == (1, 1), done


@pytest.mark.parametrize(
    ("words", "variables"),
    [
        (["--select", ""], {}),
        (["--select="], {}),
        (["--select", ","], {}),
        (["--select", " "], {}),
        ([], {"REGILINK_SELECT": ""}),
        ([], {"REGILINK_SELECT": ","}),
        ([], {"REGILINK_EXTEND_SELECT": ""}),
        (["--ignore", ""], {}),
        (["--ignore", "ALL"], {}),
        (["--config", "select = []"], {}),
        (["--config", "ignore = ['REG']"], {}),
        ([], {"REGILINK_IGNORE": "ALL"}),
    ],
)
def test_selecting_nothing_is_not_all_well(words: list[str], variables: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "t.py").write_text(HEAD + 'run.link_artifact(a, "wandb-registry-model")\n', encoding="utf-8")
    done = run_command("lint", *words, cwd=tmp_path, **variables)
    assert done.returncode in (1, 2), done
    assert "Nothing found" not in done.stdout
    assert ("REG102" in done.stdout) == (done.returncode == 1), done
    named = next(iter(variables), words[0].strip("=") if words else "")
    assert done.stdout or named in done.stderr, done


# Fixes that must not make it worse.

TARGETS = (
    '":v3"',
    '":"',
    'f":{run.id}"',
    '"/:v3"',
    '"/"',
    '" :v3"',
    'f"{x}:v3"',
    '"wandb-registry/zoo"',
    '"wandb-registry"',
    '"wandb-registry-/zoo"',
    '"wandb-registry:v1"',
    '"%*swandb-registry-model/zoo"',
    '"%swandb-registry-model/zoo" % x',
    '"{}wandb-registry-model/zoo".format(x)',
    '"wandb_registry-model/wandb_registry-model"',
    '"/wandb-registry-model"',
    '"//wandb-registry-model//zoo//"',
    '"wandb-registry-model /zoo"',
    '" wandb-registry-model/ zoo "',
    '"wandb-registry-wandb-registry-/zoo"',
    '"Wandb-Registry-Model/zoo"',
    '"model/zoo:v3/latest"',
    '"https://wandb.ai/"',
    '"wandb-artifact:///wandb-registry-model/zoo:v1"',
    '"a/b/c/d/wandb-registry-model/zoo"',
)


def weigh_findings(findings: Sequence[Finding]) -> tuple[int, int]:
    """Errors and warnings, then infos: behind an error there may be one."""
    infos = sum(item.severity == "info" for item in findings)
    return len(findings) - infos, infos


@pytest.mark.parametrize(
    ("target", "call", "unsafe"),
    sample(
        combine(TARGETS, ["run.link_artifact(art, {})", "art.link({})", "run.use_artifact({})"], [False, True]),
        one_in=3,
    ),
)
def test_no_fix_makes_it_worse(target: str, call: str, unsafe: bool) -> None:
    code = f'{HEAD}art = wandb.Artifact("zoo", "model")\n{call.format(target)}\n'.encode()

    def check(content: bytes) -> FileReport:
        return lint_bytes("t.py", content, known=NOTHING_CONFIGURED)

    before = check(code)
    after, fixed = apply_fixes("t.py", code, check, unsafe=unsafe)
    left = check(after).findings
    offered = [item for item in before.findings if item.fix and (unsafe or item.fix.applicability == "safe")]
    assert bool(fixed) == bool(offered), "what is offered is applied"
    assert weigh_findings(left) < weigh_findings(before.findings) if fixed else after == code
    errors = {item.code for item in before.findings if item.severity == "error"}
    assert {item.code for item in left if item.severity == "error"} <= errors
    assert apply_fixes("t.py", after, check, unsafe=unsafe) == (after, [])


@pytest.mark.parametrize("target", ["wandb-registry-model//", "acme//", "acme//zoo"])
def test_no_fix_sends_a_link_to_another_project(target: str) -> None:
    code = f'{HEAD}run.link_artifact(wandb.Artifact("zoo", "model"), "{target}")\n'.encode()
    assert lint_bytes("t.py", code).findings
    assert apply_fixes("t.py", code, lambda content: lint_bytes("t.py", content), unsafe=True)[0] == code


BAD_PATH = "wandb_registry-model/zoo"
TESTED = {
    "==": f'p = "{BAD_PATH}"\nif p == "{BAD_PATH}":\n    run.link_artifact(a, p)\n',
    "in": 'p = "wandb-registry-model/zoo:v3"\nif ":" in p:\n    run.link_artifact(a, p)\nelse:\n'
    '    run.link_artifact(a, "model")\n',
    "in, notebook": 'p = "wandb-registry-model/zoo:v3"\nif ":" in p:\n    run.link_artifact(a, p)\nelse:\n'
    '    run.link_artifact(a, "model")\n',
    "startswith": f'p = "{BAD_PATH}"\nif p.startswith("wandb_"):\n    run.link_artifact(a, p)\nelse:\n'
    '    run.link_artifact(a, "wandb-registry-model/a/b")\n',
    "conditional expression": f'p = "{BAD_PATH}"\nrun.link_artifact(a, "wandb-registry-a" if ":" in p else p)\n',
    "an added prefix": 'p = "wandb-registry-wandb-registry-model/zoo"\nif not p.startswith("wandb-registry-wandb-"):\n'
    '    p = "wandb-registry-" + p\nrun.link_artifact(a, p)\n',
    "argument": f'def f(p="{BAD_PATH}"):\n    if p == "{BAD_PATH}":\n        p = None\n'
    "    run.link_artifact(a, p)\nf()\n",
    "two": f'p = "{BAD_PATH}"\nrun.link_artifact(a, p)\nif p == "{BAD_PATH}":\n    run.link_artifact(a, "/" + p)\n',
    "walrus": f'if (p := "{BAD_PATH}") == "{BAD_PATH}":\n    run.link_artifact(a, p)\n',
}
"""Code in which a condition tests the value that a fix changes: other code may run after it."""


@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize("name", sample(TESTED, one_in=3))
def test_a_fix_that_changes_a_condition_for_the_worse_is_not_offered(name: str, unsafe: bool) -> None:
    code, path = f"{HEAD}{TESTED[name]}", "t.py"
    if name.endswith("notebook"):
        cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": code}
        code, path = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "t.ipynb"

    linter = Linter(Config())

    def check(content: bytes) -> FileReport:
        return linter.lint(path, content)

    before = check(code.encode())
    assert before.findings or name == "argument"
    offered = [item for item in before.findings if item.fix and (unsafe or item.fix.applicability == "safe")]
    after, fixed = apply_fixes(path, code.encode(), check, unsafe=unsafe)
    assert len(fixed) >= len(offered)
    assert bool(fixed) == bool(offered)
    assert not [item for item in check(after).findings if item.fix and (unsafe or item.fix.applicability == "safe")]


@pytest.mark.parametrize(
    "comment", ["# regilink: ignore[REG101]", "regilink: ignore[", "# noqa: REG102", "# regilink: ignore-file"]
)
def test_a_comment_in_a_string_is_no_comment(comment: str, tmp_path: Path) -> None:
    code = f'{HEAD}x = "{comment}"; run.link_artifact(a, "wandb-registry-model")\n'
    (tmp_path / "t.py").write_text(code, encoding="utf-8")
    assert run_command("lint", cwd=tmp_path).returncode == 1
    assert run_command("lint", "--add-ignore", cwd=tmp_path).returncode == 0
    changed = (tmp_path / "t.py").read_text(encoding="utf-8")
    assert f'x = "{comment}"; ' in changed
    assert changed.endswith('"wandb-registry-model")  # regilink: ignore[REG102]\n')


WRITING = {
    "lint": ["--output-file"],
    "lint t.py": ["--output-file"],
    "lint --output-format=json .": ["--output-file"],
    "map": ["--output-file", "--html"],
    "doctor wandb-registry-model/zoo": ["--html"],
    "conformance --yes": ["--record", "--output-file"],
    "dry-run": ["--output-file"],
    "emulator": ["--env-file"],
}
"""Commands that write reports, with the options that say where."""

NAMES = (
    "t.py",
    "./t.py",
    "sub/../t.py",
    "symbolic.txt",
    "hard.txt",
    "other.py",
    "regilink.toml",
    "c.json",
    "bom.json",
    ".env",
)


@pytest.mark.parametrize(
    ("command", "option"),
    sample([(command, option) for command, options in WRITING.items() for option in options], one_in=3),
)
def test_a_report_overwrites_nothing_that_is_read(command: str, option: str, tmp_path: Path) -> None:
    contents = dict.fromkeys(("t.py", "other.py"), HEAD + LINK)
    contents |= {"regilink.toml": 'catalog = "c.json"\n', ".env": "A=b\n"}
    contents["bom.json"] = '\ufeff{"a": 1}'
    contents["c.json"] = '{"version": 1, "organizations": []}'
    (tmp_path / "sub").mkdir()
    for name, content in contents.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    names = list(NAMES)
    try:
        (tmp_path / "symbolic.txt").symlink_to("t.py")
        (tmp_path / "hard.txt").hardlink_to(tmp_path / "t.py")
    except (OSError, NotImplementedError):  # a Windows that lets nobody make links
        pass
    if not (tmp_path / "symbolic.txt").is_symlink():  # wine only says that it has made one
        names = [name for name in names if not name.endswith(".txt")]
    words = command.split()
    for name in (*names, str(tmp_path / "t.py")):
        own = ["--", sys.executable, "-c", ""] if words[0] in ("dry-run", "emulator") else []
        done = run_command(*words, f"{option}={name}", *own, cwd=tmp_path, WANDB_BASE_URL="http://127.0.0.1:1")
        assert done.returncode == 2, done
        assert option in done.stderr, done
        assert {path: (tmp_path / path).read_text(encoding="utf-8") for path in contents} == contents
    if words[0] not in ("doctor", "conformance"):  # which need a server
        for _ in range(2):  # an earlier report is replaced
            name = ".env.emulator" if words[0] == "emulator" else "report.json"
            assert run_command(*words, f"{option}={name}", *own, cwd=tmp_path).returncode in (0, 1), (words, option)


# Values and files that must be refused in one line.

CASES = json.loads((Path(__file__).parent / "cases" / "breaking.json").read_text(encoding="utf-8"))
ADDRESSES = [address.replace("$KEY", KEY) for address in CASES["addresses"]]
COMMANDS = (
    ("verify", "wandb-registry-model/zoo:v1"),
    ("catalog", "pull"),
    ("doctor", "wandb-registry-model/zoo"),
    ("map", "--live"),
    ("catalog", "diff", "c.json"),
    ("conformance", "--yes"),
)


@pytest.mark.parametrize(
    ("command", "address", "way"),
    sample(combine(COMMANDS, ADDRESSES, ["WANDB_BASE_URL", "--host", "HTTP_PROXY", "regilink.toml"]), one_in=3),
)
def test_no_address_is_a_traceback(command: tuple[str, ...], address: str, way: str, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text(
        '{"version": 1, "host": "https://api.wandb.ai", "complete": true, "organizations": []}', encoding="utf-8"
    )
    (tmp_path / "t.py").write_text(HEAD + 'run.link_artifact(a, "wandb-registry-model/zoo")\n', encoding="utf-8")
    words, variables = list(command), {"WANDB_API_KEY": "k" * 40}
    if way == "--host":
        if command[0] == "map":
            pytest.skip("it has no such option")
        words += [f"--host={address}"]
    elif way == "regilink.toml":
        if "\ud800" in address:
            pytest.skip("no file can say that")
        (tmp_path / "regilink.toml").write_text(f"host = {json.dumps(address)}\n", encoding="utf-8")
    else:
        if "\x00" in address:
            pytest.skip("no variable can hold that")
        variables[way] = address.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
    if way == "HTTP_PROXY":
        variables["WANDB_BASE_URL"] = "http://127.0.0.1:1"
    if command[0] in ("doctor", "verify"):
        words += ["--timeout=1"]
    done = run_command(*words, cwd=tmp_path, **variables)
    assert done.returncode in (1, 2), done
    assert done.returncode == 2 or command[0] == "doctor", done
    shown = done.stdout + done.stderr
    assert "Traceback" not in shown
    assert "REG002" not in shown
    assert "broke" not in shown
    assert KEY not in shown
    assert "\u202e" not in shown
    assert "All well" not in shown


# Servers.


class Hostile(BaseHTTPRequestHandler):
    """Answers every request alike."""

    answer: tuple[int, dict[str, str], bytes] = (200, {}, b"")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, headers, body = self.answer
        echoed = self.headers.get("Authorization", "").encode()
        body = body.replace(b"$AUTHORIZATION", echoed)
        self.send_response(status, headers.get("reason"))
        for name, value in ({"Content-Type": "application/json", "Content-Length": str(len(body))} | headers).items():
            if name != "reason":
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_HEAD = do_POST  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Hostile) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "a number without end": (200, {}, b'{"data": {"viewer": ' + b"9" * 5000 + b"}}"),
    "nested": (200, {}, b"[" * 100_000),
    **{
        name: (case["status"], case.get("headers", {}), case["body"].encode())
        for name, case in CASES["answers"].items()
    },
}


@pytest.mark.parametrize(
    ("answer", "command"),
    sample(combine(ANSWERS, [*COMMANDS, ("catalog", "pull", "new.json"), ("verify", "--from-sites")]), one_in=3),
)
def test_no_answer_is_believed_or_printed_raw(
    answer: str, command: tuple[str, ...], address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Hostile, "answer", ANSWERS[answer])
    monkeypatch.setattr("time.sleep", lambda _: None)
    catalog = b'{"version": 1, "host": "https://api.wandb.ai", "complete": true, "organizations": []}'
    (tmp_path / "c.json").write_bytes(catalog)
    (tmp_path / "t.py").write_text(HEAD + 'run.link_artifact(a, "wandb-registry-model/zoo")\n', encoding="utf-8")
    words = [*command, "--timeout=2"] if command[0] in ("doctor", "verify", "catalog") else list(command)
    done = run_command(*words, cwd=tmp_path, WANDB_BASE_URL=address, WANDB_API_KEY=KEY, CI="1", GITHUB_ACTIONS="true")
    shown = done.stdout + done.stderr
    where = (answer, command, done)
    assert done.returncode == 2 or (command[0], done.returncode) == ("doctor", 1), where
    assert "Traceback" not in shown, where
    assert "REG002" not in shown, where
    assert "broke" not in shown, where
    assert "All well" not in shown, where
    assert "\x1b[2J" not in shown, where
    assert "\u202e" not in shown, where
    assert "\u2028" not in shown, where
    assert "\n::error::x" not in shown, where
    assert KEY not in shown, where
    assert "YXBpOm" not in shown, where  # api: in base64
    assert len(shown) < 10_000, where
    assert (tmp_path / "c.json").read_bytes() == catalog
    assert not (tmp_path / "new.json").exists()


# Catalogs.


@pytest.mark.parametrize(
    "content",
    [
        "null",
        "NaN",
        "[" * 5000,
        '"\\ud800"',
        "{" + '"a":{' * 3000,
        '{"version": 1e308, "host": "h", "complete": true, "organizations": []}',
        '{"version": 1, "host": "h", "complete": "yes", "organizations": []}',
        '{"version": 1, "host": "\\u001b[2J", "complete": true, "organizations": [7]}',
    ],
)
def test_no_catalog_is_a_traceback(content: str, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text(content, encoding="utf-8")
    (tmp_path / "t.py").write_text(HEAD + 'run.link_artifact(a, "wandb-registry-model/zoo")\n', encoding="utf-8")
    for words in (
        ("catalog", "show", "c.json"),
        ("lint", "--catalog", "c.json"),
        ("explain", "--catalog", "c.json", "wandb-registry-model/zoo"),
        ("map", "--catalog", "c.json"),
        ("dry-run", "--catalog", "c.json", "--", sys.executable, "-c", ""),
        ("emulator", "--world", "c.json", "--", sys.executable, "-c", ""),
        ("catalog", "diff", "c.json"),
    ):
        done = run_command(*words, cwd=tmp_path, WANDB_BASE_URL="http://127.0.0.1:1", WANDB_API_KEY=KEY)
        assert done.returncode == 2, (words, done)
        assert "c.json" in done.stderr, (words, done)
        assert "Traceback" not in done.stderr
        assert "\x1b[2J" not in done.stderr


@pytest.mark.parametrize(
    "opening",
    sample(["if a; then\n", "for x in a b; do\n", "while a; do\n", "case a in b)\n", "( \n", "{ \n"], one_in=3),
)
def test_nested_blocks_of_a_script_end(opening: str) -> None:
    script = f"export WANDB_PROJECT=a\n{opening * 2000}python train.py --target-path wandb-registry-model\n"
    assert lint(script, "run.sh").unread == ()
