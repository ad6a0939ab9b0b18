"""The work on one file is bounded, whatever is in it: nobody's machine hangs because of a strange file."""

import gc
import json
import time
from pathlib import Path

import pytest
from tables import check_rows, combine, sample

from regilink_doctor.lint.change import apply_fixes
from regilink_doctor.lint.engine import FileReport, lint_bytes
from regilink_doctor.lint.resolve.values import MAX_ALTERNATIVES, TOO_MUCH

PRELUDE = 'import wandb\nrun = wandb.init(entity="team-a")\n'
LINK = "run.link_artifact(artifact, x)\n"
SECONDS = 30
"""Ten times what the slowest takes; each would take hours without its bound."""

BRANCHES = 'x = "a"\n' + 'if c:\n    x = x + "/b"\nelse:\n    x = x + "/c"\n' * 60
CALLS = "".join(f"def f{n}(a, b):\n    return f{n + 1}(a, b) + f{n + 1}(b, a)\n" for n in range(60))
CALLS += 'def f60(a, b):\n    return a + b\nx = f0("a", "b")\n'
CALLERS = "".join(f"def g{n}(t):\n    g{n + 1}(t)\n    g{n + 1}(t + 'x')\n" for n in range(30))
CALLERS += "def g30(t):\n    run.link_artifact(artifact, t)\ng0('a')\nx = 'a'\n"
OBJECTS = "class N:\n    def __init__(self, a, b):\n        self.a = a\n        self.b = b\n"
OBJECTS += "n = N('a', 'b')\n" + "n = N(n, n)\n" * 60 + "x = n.a.b.a.b\n"
DICTIONARIES = "d = {'k': 'a'}\n" + "d = {**d, **d}\n" * 60 + "x = d['k']\n"
DOUBLED = "x = 'a'\n" + "x = f'{x}{x}'\n" * 60
OPTION = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--" + "target_" * 9 + "')\n"
OPTION += "x = p.parse_args()." + "target_" * 9 + "\n"
LONG = 'x = "a"' + ' + "a"' * 900 + "\n"


def lint(name: str, content: str) -> FileReport:
    start = time.monotonic()
    report = lint_bytes(name, content.encode())
    assert time.monotonic() - start < SECONDS
    assert "REG002" not in {finding.code for finding in report.findings}
    return report


@pytest.mark.parametrize(
    "code", sample([BRANCHES, CALLS, CALLERS, OBJECTS, DICTIONARIES, DOUBLED, OPTION, LONG], one_in=2)
)
def test_python_that_multiplies(code: str) -> None:
    report = lint("train.py", PRELUDE + code + LINK)
    assert any(site.kind == "link" for site in report.sites)


GROWING = {
    "if": 'if c: x += "1"\n',
    "if with an f-string": 'if c: x = f"{x}1"\n',
    "else": 'if c: x += "1"\nelse: x += "2"\n',
    "for": 'for i in j: x += "1"\n',
    "for, written out": 'for i in j:\n    x = x + "1"\n',
    "while": 'while c(): x += "1"\n',
    "match": 'match c:\n    case 1: x += "1"\n',
    "try": 'try: x += "1"\nexcept E: pass\n',
    "with": 'with c:\n    if d: x += "1"\n',
    "two variables": 'if c: x += y\nif d: y += "1"\n',
}
TIMES = 60
"""Twice what would take hours if each time doubled the work."""

USES = {
    "a target path": "run.link_artifact(artifact, x)\n",
    "a part of one": 'run.link_artifact(artifact, f"{x}/zoo")\n',
    "each time": "",
}


@pytest.mark.parametrize(("growing", "where"), sample(combine(GROWING, USES), one_in=3))
def test_a_string_that_may_grow_again_and_again_keeps_what_is_certain(growing: str, where: str) -> None:
    unit, use = GROWING[growing], USES[where]
    each = "" if use else LINK
    code = f'y = "2"\nx = "wandb-registry-model"\n{(unit + each) * TIMES}{use}'
    targets = [site.target for site in lint("train.py", PRELUDE + code).sites if site.kind == "link"]
    assert len(targets) == (TIMES if each else 1)
    for strings in targets[1:] if each else targets:
        assert all(string.pattern.startswith("wandb-registry-model") for string in strings)
    assert any(string.literal is None for string in targets[-1])


def test_what_a_few_branches_add_is_known() -> None:
    code = 'x = "wandb-registry-"\nif a: x += "b"\nif c: x += "d"\nx += "/zoo"\n'
    (site,) = (site for site in lint("train.py", PRELUDE + code + LINK).sites if site.kind == "link")
    assert [string.literal for string in site.target] == [
        f"wandb-registry-{middle}/zoo" for middle in ("", "b", "d", "bd")
    ]


@pytest.mark.parametrize(
    ("unit", "times"),
    combine(['if c: x += ["{}"]\n', 'if c: x = [*x, "{}"]\n', 'x += ["{}"]\n'], [0, 1, 8, 300]),
)
def test_a_list_that_may_grow_again_and_again_has_true_items_and_says_that_there_are_more(
    unit: str, times: int
) -> None:
    items = ["wandb-registry-model", *(str(number) for number in range(times))]
    code = 'x = ["wandb-registry-model"]\n' + "".join(unit.format(number) for number in range(times))
    report = lint("train.py", f"{PRELUDE}{code}for y in x: run.link_artifact(artifact, y)\n")
    (site,) = (site for site in report.sites if site.kind == "link")
    literals = [string.literal for string in site.target]
    if times < MAX_ALTERNATIVES:
        assert literals == items
    else:
        assert literals.count(None) == 1
        assert {*literals} <= {None, *items}
        assert MAX_ALTERNATIVES // 2 < len(literals) <= MAX_ALTERNATIVES


def test_what_is_too_much_to_follow_leaves_the_rest_of_the_file_checked() -> None:
    functions = "".join(f"def f{n}(a, b): return f{n + 1}(a + b, b) or f{n + 1}(b, a + b)\n" for n in range(40))
    code = functions + "def f40(a, b): return a\n" + "x = f0('a', 'b') + 'c'\n" * 50
    report = lint("train.py", PRELUDE + code + LINK + 'run.link_artifact(artifact, "wandb-registry-model")\n')
    assert "REG102" in {finding.code for finding in report.findings}


@pytest.mark.parametrize("following", ["", LINK])
def test_past_the_budget_a_value_is_unknown_and_what_takes_few_steps_is_right(
    following: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regilink_doctor.lint.resolve.context.MAX_STEPS", 100)
    code = f'y = "wandb-registry-model"\nx = y + "/zoo"\n{("if c: x += q" + chr(10) + following) * 1000}{LINK}'
    report = lint("train.py", f'{PRELUDE}{code}run.link_artifact(artifact, y)\nrun.link_artifact(artifact, "model")\n')
    *grown, named, literal = (site for site in report.sites if site.kind == "link")
    assert (named.target[0].literal, literal.target[0].literal) == ("wandb-registry-model", "model")
    assert all(string.literal is None for string in grown[-1].target)
    assert any(getattr(part, "reason", "") == TOO_MUCH for string in grown[-1].target for part in string.parts)


@pytest.mark.parametrize(
    "change", ['d["k{0}"] = "a/{0}"\n', 'd.setdefault("k{0}", "a/{0}")\n', 'd.update(k{0}="a/{0}")\n']
)
def test_a_key_of_a_dictionary_that_grows_again_and_again_is_what_was_last_set(change: str) -> None:
    code = "d = {}\n" + "".join(change.format(number) for number in range(150))
    code += 'e = {**d, "k5": "b/c"}\nd["k6"] = "b/d"\ndel d["k7"]\n'
    code += "".join(f'run.link_artifact(artifact, {name}["k{key}"])\n' for name in "de" for key in (5, 6, 7, 149))
    links = [site for site in lint("train.py", PRELUDE + code).sites if site.kind == "link"]
    values = [[string.literal for string in site.target] for site in links]
    assert values[:2] + values[3:] == [["a/5"], ["b/d"], ["a/149"], ["b/c"], ["a/6"], ["a/7"], ["a/149"]]
    assert "a/7" not in values[2]


@pytest.mark.parametrize(("times", "is_followed"), [(3, True), (40, False)])
def test_a_key_after_others_that_are_not_known_may_be_any_of_them(times: int, is_followed: bool) -> None:
    code = 'd = {"k": "a/b"}\n' + 'd[name()] = "a/c"\n' * times + 'run.link_artifact(artifact, d["k"])\n'
    (site,) = (site for site in lint("train.py", PRELUDE + code).sites if site.kind == "link")
    literals = [string.literal for string in site.target]
    assert "a/c" in literals
    assert ("a/b" in literals) is is_followed
    assert (None in literals) is not is_followed


DEEP = {
    "additions": 'x += "b"\n' * 400,
    "elif": "if a: pass\n" + 'elif b: x = "c"\n' * 900,
    "calls": "x = a" + ".b()" * 495 + "\n",
    "terms": "x = " + " + ".join(['"a"'] * 990) + "\n",
    "attributes": "x = a" + ".b" * 989 + "\n",
    "alternatives": "x = " + '"a" if b else ' * 900 + '"c"\n',
    "items": "x = a" + "[0]" * 900 + "\n",
    "quotients": "x = " + " / ".join(['"a"'] * 900) + "\n",
    "annotations": "def f(x: " + " | ".join("A" * 900) + "): pass\n",
}


@pytest.mark.parametrize("code", sample([pytest.param(value, id=name) for name, value in DEEP.items()], one_in=3))
def test_python_that_compiles_is_read_whatever_its_depth(code: str) -> None:
    report = lint("train.py", PRELUDE + 'x = "a"\n' + code + LINK)
    assert [site.kind for site in report.sites] == ["init", "link"]
    assert "REG000" not in {finding.code for finding in report.findings}


def test_defaults_and_guards_hold_calls_like_any_other() -> None:
    code = 'lambda init=lambda: 0, p=run.link_artifact(artifact, "a/b"): init()\n'
    code += 'match c:\n    case 1 if run.link_artifact(artifact, "c/d"): pass\n'
    code += '@run.link_artifact(artifact, "e/f")\nclass C(metaclass=run.link_artifact(artifact, "g/h")): pass\n'
    links = [site for site in lint("train.py", PRELUDE + code).sites if site.kind == "link"]
    assert [string.literal for site in links for string in site.target] == ["a/b", "c/d", "e/f", "g/h"]


def test_modules_that_import_everything_from_each_other(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("from two import *\n", encoding="utf-8")
    (tmp_path / "two.py").write_text("from one import *\nfrom three import *\n", encoding="utf-8")
    (tmp_path / "three.py").write_text('x = "wandb-registry-model"\n', encoding="utf-8")
    code = "from one import *\n" + PRELUDE + LINK + "run.link_artifact(artifact, nowhere)\n"
    report = lint(str(tmp_path / "train.py"), code)
    assert [finding.code for finding in report.findings] == ["REG102"]


@pytest.mark.parametrize(
    ("name", "content"),
    sample(
        [
            ("a.yaml", "wandb: " + "[" * 50_000),
            (
                "a.yaml",
                "wandb: &a0 [x]\n" + "".join(f"k{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40)),
            ),
            ("a.yaml", "wandb: &a\n  self: *a\n  target_path: wandb-registry-model/zoo\n"),
            ("a.yaml", "wandb: " + "{{" * 50_000),
            ("a.toml", "wandb = " + "[" * 2_000),
            ("a.toml", "wandb = '" + "${" * 50_000 + "'"),
            ("a.toml", "wandb" + ".a" * 50_000 + " = 1"),
            ("a.toml", "wandb = " + "9" * 5_000),
            ("a.ipynb", '{"wandb": ' + "9" * 5_000 + "}"),
            ("a.yaml", "wandb: 1\n? [a, b]\n: target_path\n? {x: y}\n: 1\n"),
            (".env", "WANDB_X=" + "a #" * 50_000),
            (".env", "WANDB_X='" + "a" * 200_000),
            (".env", "WANDB_X=aa\n" + "WANDB_X=${WANDB_X}${WANDB_X}\n" * 60),
            ("a.sh", "WANDB_X=aa\n" + "WANDB_X=$WANDB_X$WANDB_X\n" * 60),
            (
                "Makefile",
                "WANDB_0=a\n" + "".join(f"WANDB_{n}=$(WANDB_{n - 1})$(WANDB_{n - 1})\n" for n in range(1, 60)),
            ),
            ("Makefile", "WANDB_0=$(WANDB_1)\nWANDB_1=$(WANDB_0)\na:\n\tWANDB_ENTITY=$(WANDB_1) python train.py\n"),
            (
                "justfile",
                "w0 := 'wandb'\n" + "".join(f"w{n} := '{{{{w{n - 1}}}}}{{{{w{n - 1}}}}}'\n" for n in range(1, 60)),
            ),
            (
                ".github/workflows/a.yml",
                "jobs:\n  a:\n    env:\n      W0: wandb\n"
                + "".join(f"      W{n}: ${{{{ env.W{n - 1} }}}}${{{{ env.W{n - 1} }}}}\n" for n in range(1, 60))
                + "    steps:\n      - run: WANDB_PROJECT=${{ env.W59 }} python train.py\n",
            ),
            ("Dockerfile", "FROM a\nENV W0=wandb\n" + "".join(f"ENV W{n}=$W{n - 1}$W{n - 1}\n" for n in range(1, 60))),
            ("a.sh", "wandb " + '"$(' * 20_000),
            ("a.sh", "wandb " + "if " * 5_000),
            ("a.sh", "cat <<EOF wandb\n" + "x\n" * 50_000),
            ("requirements.txt", "wandb" + "[" * 50_000 + "\\\n" * 1000),
            ("requirements.txt", "wandb" + "=" * 50_000),
            ("poetry.lock", 'name = "wandb"\n' * 20_000),
            ("Pipfile.lock", " " * 8 + '"wandb": {\n' * 5_000),
            ("a.ipynb", "[" * 50_000),
            ("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": "!wandb\n" * 2_000}]})),
        ],
        one_in=3,
    ),
)
def test_other_files_that_multiply(name: str, content: str) -> None:
    lint(name, content)


def test_every_document_of_a_long_yaml_file_is_read() -> None:
    documents = [f"---\ntarget_path: wandb-registry-a/b{number}\n" for number in range(500)]
    assert len(lint("a.yaml", "".join(documents)).sites) == 500


@check_rows("codec", ["rot13", "base64", "undefined", "punycode", "idna"])
def test_a_cookie_of_no_text_encoding_is_a_finding_and_no_crash(codec: str) -> None:
    content = f"# coding: {codec}\n" + PRELUDE + 'run.link_artifact(a, "wandb-registr-model/c\xe9..é")\n'
    report = lint("train.py", content)
    assert [finding.code for finding in report.findings] == ["REG000"]
    assert apply_fixes("train.py", content.encode(), lambda given: lint_bytes("train.py", given)) == (
        content.encode(),
        [],
    )


@check_rows("pattern", ["a+a+a+a+a+a+a+b", "[a-z]+[a-m]+b", "(a+)+$", "a+" * 8, "[a-z]+b"])
def test_a_pattern_that_looks_at_a_string_again_and_again(pattern: str) -> None:
    code = (
        f"import re\n{PRELUDE}run.link_artifact(a, 'wandb-registry-model/' + re.sub({pattern!r}, '', {'a' * 2000!r}))\n"
    )
    *_, site = lint("train.py", code).sites
    assert [value.literal is None for value in site.target] == [pattern != "[a-z]+b"]


@pytest.mark.slow
def test_hundreds_of_comments_that_silence() -> None:
    bad = "run.link_artifact(artifact, 'wandb-registry-model')  # noqa: REG102\n"
    assert lint("train.py", PRELUDE + bad * 500).suppressed == 500


def test_a_file_is_out_of_memory_with_its_report() -> None:
    code = PRELUDE + OBJECTS + "class M(N):\n    def go(self):\n        return self.go()\n" + LINK
    lint("train.py", code)  # what is loaded on the way
    gc.freeze()
    gc.disable()
    try:
        report = lint("train.py", code)
        assert gc.collect() == 0
    finally:
        gc.enable()
    assert len(report.sites) == 2
