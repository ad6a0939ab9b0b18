"""Fixes change the intended bytes and no others, or nothing at all."""

import json
import os
import stat
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from tables import check_rows

from regilink_doctor.core.findings import Edit, Finding, Fix, Place, Span
from regilink_doctor.core.organization_view import ConfiguredOrganization
from regilink_doctor.core.text import encoding_of
from regilink_doctor.lint import change
from regilink_doctor.lint.change import Document, add_ignores
from regilink_doctor.lint.engine import FileReport, lint_bytes
from regilink_doctor.lint.scan.files import can_matter

PRELUDE = 'import wandb\nrun = wandb.init(entity="team-a")\n'
BAD = 'run.link_artifact(a, "wandb_registry-model/größe:v3")\n'
GOOD = 'run.link_artifact(a, "wandb-registry-model/größe")\n'


def fix_file(content: bytes, path: str = "train.py", *, unsafe: bool = False) -> bytes:
    after, _ = change.apply_fixes(path, content, lambda changed: lint_bytes(path, changed), unsafe=unsafe)
    return after


@check_rows(
    ("encoding", "line_end"),
    [
        ("utf-8", "\n"),
        ("utf-8", "\r\n"),
        ("utf-8", "\r"),
        ("utf-8-sig", "\n"),
        ("latin-1", "\n"),
        ("latin-1", "\r\n"),
        ("cp1252", "\n"),
    ],
)
def test_encoding_and_line_ends_stay(line_end: str, encoding: str) -> None:
    cookie = f"# -*- coding: {encoding} -*-\n" if encoding in ("latin-1", "cp1252") else ""
    tail = "s = '\f über'; x = 1"  # no line end at the end
    before, after = ((cookie + PRELUDE + code + tail).replace("\n", line_end).encode(encoding) for code in (BAD, GOOD))
    assert fix_file(before) == after
    assert fix_file(after) == after


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["conf.yaml", "a.env", "run.sh", "a.ini", "Makefile"])
def test_files_of_powershell_are_read_and_stay_utf_16(order: str, name: str) -> None:
    line = {"conf.yaml": 'target_path: "%s"', "a.ini": "[a]\r\ntarget_path = %s"}.get(name, "WANDB_PROJECT=%s")
    if name == "run.sh":
        line = "python train.py --target-path %s"
    path = "wandb_registry-model/größe" if "WANDB" not in line else "wandb-registry-"
    content = f"\ufeff# größe\r\n{line % path}\r\n".encode(order)
    assert can_matter(name, content)
    report = lint_bytes(name, content)
    utf_8 = lint_bytes(name, content.decode(order).encode())
    assert [(item.code, item.place) for item in report.findings] == [(item.code, item.place) for item in utf_8.findings]
    fixed = fix_file(content, name)
    assert fixed == fix_file(content.decode(order).encode(), name).decode().encode(order)
    if name in ("conf.yaml", "a.ini"):
        assert fixed == content.replace("wandb_".encode(order), "wandb-".encode(order)) != content


@pytest.mark.parametrize("name", ["train.py", "conf.yaml", "a.env", "a.json", "requirements.txt"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_files_of_wide_letters_that_no_program_reads_are_named(name: str, encoding: str) -> None:
    content = f"# 模\nwandb_target_path\n{PRELUDE}".encode(encoding)
    assert can_matter(name, content)
    if encoding == "utf-16" and name != "train.py":
        assert "it is UTF-16" not in str(lint_bytes(name, content).findings)
        return
    (finding,) = lint_bytes(name, content).findings
    language = "Python" if name == "train.py" else "text"
    without = "" if encoding in ("utf-16", "utf-32") else " without a byte order mark"
    assert finding.message == f"this file cannot be read as {language}: it is {encoding[:6].upper()}{without}"
    assert finding.help == "save the file as UTF-8"
    assert content.decode(encoding_of(content)).startswith("# 模")


def test_two_fixes_of_one_line_and_one_of_a_constant() -> None:
    code = PRELUDE + 'R = "Wandb-Registry-model"\nfor n in "ab":\n    run.link_artifact(a, f"{R}/{n}")\n    ' + BAD
    assert fix_file(code.encode()).decode() == PRELUDE + (
        'R = "wandb-registry-model"\nfor n in "ab":\n    run.link_artifact(a, f"{R}/{n}")\n    ' + GOOD
    )


USED_VALUES = """
# safe
R = "wandb_registry-model"
run.link_artifact(a, f"{R}/zoo")
# safe
R = "wandb_registry-model"
run.link_artifact(a, f"{R}/zoo")
run.use_artifact(f"{R}/zoo:v1")
# safe
R = "wandb_registry-model"
print("to", R)
run.link_artifact(a, f"{R}/zoo")
# safe
R = "wandb_registry-model"
T = f"{R}/zoo"
run.link_artifact(a, T)
# safe
R = "wandb_registry-model"
def target(name):
    return f"{R}/{name}"
run.link_artifact(a, target("zoo"))
# safe
def f(r="wandb_registry-model"):
    run.link_artifact(a, f"{r}/zoo")
f()
# safe
class C:
    R = "wandb_registry-model"
run.link_artifact(a, f"{C.R}/zoo")
# safe
R = "wandb_registry-model"
def f(r):
    run.link_artifact(a, f"{r}/zoo")
f(R)
# safe
C = {"r": "wandb_registry-model"}
run.link_artifact(a, f"{C['r']}/zoo")
# unsafe
R = "wandb_registry-model"
os.makedirs(os.path.join("cache", R))
run.link_artifact(a, f"{R}/zoo")
# unsafe
R = "wandb_registry-model"
W = {"x": 1}
w = W[R]
run.link_artifact(a, f"{R}/zoo")
# unsafe
R = "wandb_registry-model"
if x == R:
    pass
run.link_artifact(a, f"{R}/zoo")
# unsafe
R = "wandb_registry-model"
T = f"{R}/zoo"
open(T)
run.link_artifact(a, T)
# unsafe
R = "wandb_registry-model"
def f(r):
    os.makedirs(r)
    run.link_artifact(a, f"{r}/zoo")
f(R)
# unsafe
C = {"r": "wandb_registry-model"}
open(C["r"])
run.link_artifact(a, f"{C['r']}/zoo")
# unsafe
R = "wandb_registry-model"
W = {R: 1}
run.link_artifact(a, f"{R}/zoo")
# unsafe
R = "wandb_registry-model"
def where():
    return R
open(where())
run.link_artifact(a, f"{R}/zoo")
# unsafe
class C:
    def __init__(self):
        self.r = "wandb_registry-model"
    def go(self):
        os.listdir(self.r)
        run.link_artifact(a, f"{self.r}/zoo")
C().go()
# safe
import argparse
R = "wandb_registry-model"
p = argparse.ArgumentParser()
p.add_argument("--registry", default=R)
args = p.parse_args()
run.link_artifact(a, f"{args.registry}/zoo")
# unsafe
import argparse
R = "wandb_registry-model"
p = argparse.ArgumentParser()
p.add_argument("--registry", default=R)
args = p.parse_args()
os.mkdir(args.registry)
run.link_artifact(a, f"{args.registry}/zoo")
# safe
for r in ["wandb_registry-model"]:
    run.link_artifact(a, f"{r}/zoo")
# unsafe
for r in ["wandb_registry-model"]:
    os.mkdir(r)
    run.link_artifact(a, f"{r}/zoo")
# unsafe
def publish(registry):
    run.link_artifact(a, f"{registry}/zoo")
COMMANDS = {"zoo": publish}
COMMANDS[name]("wandb_registry-model")
# unsafe
from dataclasses import dataclass
@dataclass
class C:
    name: str
    r: str
c = C("zoo", "wandb_registry-model")
os.mkdir(c.r)
run.link_artifact(a, f"{c.r}/zoo")
# unsafe
class C:
    def __init__(self, name, r):
        self.r = r
        os.mkdir(r)
c = C("zoo", "wandb_registry-model")
run.link_artifact(a, f"{c.r}/zoo")
# safe
from dataclasses import dataclass
@dataclass
class C:
    name: str
    r: str
c = C("zoo", "wandb_registry-model")
os.mkdir(c.name)
run.link_artifact(a, f"{c.r}/zoo")
# safe
import os
R = os.getenv("R", "wandb_registry-model")
run.link_artifact(a, f"{R}/zoo")
run.link_artifact(a, f"{os.environ.get('R', 'wandb_registry-model')}/zoo")
# unsafe
R = os.getenv("R", "wandb_registry-model")
os.mkdir(R)
run.link_artifact(a, f"{R}/zoo")
# safe
import click
@click.command()
@click.option("-r", "--registry", default="wandb_registry-model")
def main(registry):
    run.link_artifact(a, f"{registry}/zoo")
main()
# unsafe
import click
@click.command()
@click.option("-r", "--registry", default="wandb_registry-model")
def main(registry):
    os.mkdir(registry)
    run.link_artifact(a, f"{registry}/zoo")
main()
# safe
import typer
def main(registry: str = typer.Option("wandb_registry-model")):
    run.link_artifact(a, f"{registry}/zoo")
typer.run(main)
# safe
import argparse
p = argparse.ArgumentParser()
p.add_argument("-r", "--to", dest="registry", default="wandb_registry-model")
args = p.parse_args()
run.link_artifact(a, f"{args.registry}/zoo")
# unsafe
import argparse
p = argparse.ArgumentParser()
p.add_argument("-r", "--to", dest="registry", default="wandb_registry-model")
args = p.parse_args()
os.mkdir(args.registry)
run.link_artifact(a, f"{args.registry}/zoo")
# safe
import argparse
p = argparse.ArgumentParser()
p.set_defaults(registry="wandb_registry-model")
args = p.parse_args()
run.link_artifact(a, f"{args.registry}/zoo")
# safe
from dataclasses import dataclass, field
@dataclass
class C:
    r: str = field(default="wandb_registry-model")
run.link_artifact(a, f"{C().r}/zoo")
# safe
from functools import partial
def publish(registry, name):
    run.link_artifact(a, f"{registry}/{name}")
send = partial(publish, "wandb_registry-model")
send("zoo")
# unsafe
from functools import partial
def publish(registry, name):
    os.mkdir(registry)
    run.link_artifact(a, f"{registry}/{name}")
send = partial(publish, "wandb_registry-model")
send("zoo")
# safe
from functools import partial
link = partial(run.link_artifact, target_path="wandb_registry-model/zoo")
link(a)
# safe
from pathlib import PurePosixPath
R = PurePosixPath("wandb_registry-model")
run.link_artifact(a, str(R / "zoo"))
# safe
settings = {}
R = settings.setdefault("r", "wandb_registry-model")
run.link_artifact(a, f"{R}/zoo")
# safe
R = "wandb_registry-model"
run.use_artifact(f"acme/{R}/zoo:v0")
run.link_artifact(a, f"{R}/zoo")
# unsafe
R = "wandb_registry-model"
wandb.init(project=R)
run.link_artifact(a, f"{R}/zoo")
# safe
R = "wandb_registry-model"
wandb.init(config={"registry": R})
run.link_artifact(a, f"{R}/zoo")
# unsafe
CHOSEN = "zoo:v0"
model = run.use_artifact(f"team-a/p/{CHOSEN}")
run.link_artifact(model, f"wandb-registry-model/{CHOSEN}")
# safe
CHOSEN = "zoo:v0"
model = run.use_artifact("team-a/p/zoo:v0")
run.link_artifact(model, f"wandb-registry-model/{CHOSEN}")
# safe
CHOSEN = "zoo:v0"
run.link_artifact(a, f"wandb-registry-model/{CHOSEN}")
run.link_artifact(b, f"wandb-registry-dataset/{CHOSEN}")
# unsafe
VERSION = ":v3"
api.artifact("team-a/p/zoo" + VERSION).link("wandb-registry-model/zoo" + VERSION)
# unsafe
for name in ["zoo:v3", "cat:v1"]:
    wandb.Api().artifact(f"team-a/p/{name}").link(f"wandb-registry-model/{name}")
# unsafe
import argparse
p = argparse.ArgumentParser()
p.add_argument("--target", default="wandb-registry-model/zoo:v3")
args = p.parse_args()
run.link_artifact(run.use_artifact(args.target), args.target)
# unsafe
URL = "https://wandb.ai/acme/wandb-registry-model/artifacts/model/zoo/v3"
run.link_artifact(a, URL)
print("see", URL)
# safe
URL = "https://wandb.ai/acme/wandb-registry-model/artifacts/model/zoo/v3"
run.link_artifact(a, URL)
print("see", a.name)
"""
"""Programs with a value that a fix changes, each after how safe that is."""


@check_rows("program", USED_VALUES.split("\n# ")[1:])
def test_a_fix_of_a_value_with_other_uses_is_unsafe(program: str) -> None:
    applicability, code = program.split("\n", 1)
    findings = lint_bytes("train.py", f"import os\n{PRELUDE}{code}".encode()).findings
    fixes = {finding.fix.applicability for finding in findings if finding.fix and finding.code != "REG201"}
    assert fixes == {applicability}, findings


def test_unsafe_fixes_want_to_be_asked_for() -> None:
    code = (PRELUDE + 'run.link_artifact(a, "Production-registry/zoo")\n').encode()
    assert fix_file(code) == code
    assert b'"wandb-registry-Production-registry/zoo"' in fix_file(code, unsafe=True)


@pytest.mark.parametrize("indent", [1, 2, "\t", None])
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("as_lines", [True, False])
def test_a_notebook_keeps_its_json(indent: int | str | None, ascii_only: bool, as_lines: bool) -> None:
    def written(code: str) -> bytes:
        source = (PRELUDE + "%matplotlib inline\n" + code).splitlines(True)
        cell = {"cell_type": "code", "source": source if as_lines else "".join(source), "outputs": [{"ü": "</>"}]}
        notebook = {"nbformat": 4, "cells": [{"cell_type": "markdown", "source": [BAD]}, cell], "metadata": {}}
        return json.dumps(notebook, indent=indent, ensure_ascii=ascii_only).replace("</", "<\\/").encode() + b"\n\n"

    start = BAD.index("wandb_")
    edits = [
        Edit(Span(4, start + 1, 4, start + 7), "wandb-"),
        Edit(Span(4, BAD.index(":v3") + 1, 4, BAD.index(":v3") + 4), ""),
    ]
    after = _with(written(BAD), "nb.ipynb", edits, cell=2)
    assert after == written(GOOD)


def test_letters_are_escaped_where_the_notebook_escapes() -> None:
    for ascii_only in (True, False):
        content = json.dumps({"cells": [{"source": ["x = 'ü'\n"]}]}, ensure_ascii=ascii_only).encode()
        after = _with(content, "nb.ipynb", [Edit(Span(1, 6, 1, 7), "ö\n")], cell=1)
        assert after == json.dumps({"cells": [{"source": ["x = 'ö\n'\n"]}]}, ensure_ascii=ascii_only).encode()


def _with(content: bytes, path: str, edits: Sequence[Edit], cell: int | None = None) -> bytes:
    """The bytes after edits of one finding, which is gone when they are made."""
    finding = Finding("REG104", "n", "error", "m", Place(path, Span(1, 1, 1, 1), cell), fix=Fix("f", "safe", (*edits,)))
    after, _ = change.apply_fixes(path, content, lambda changed: FileReport((finding,) if changed == content else ()))
    return after


def test_what_breaks_the_file_is_dropped_and_the_rest_made() -> None:
    code = b"import wandb\nx = 'a'\ny = 'b'\n"

    def lint(content: bytes) -> FileReport:
        broken = list(lint_bytes("t.py", content + b"run.link_artifact()").findings)
        made = [_finding(2, "breaks", "'")] + ([_finding(3, "mends", "c")] if b"'b'" in content else [])
        return FileReport((*(finding for finding in broken if finding.code == "REG000"), *made))

    after, applied = change.apply_fixes("t.py", code, lint)
    assert after == b"import wandb\nx = 'a'\ny = 'c'\n"
    assert [finding.message for finding in applied] == ["mends"]


def _finding(line: int, message: str, content: str) -> Finding:
    fix = Fix(message, "safe", (Edit(Span(line, 6, line, 7), content),))
    return Finding("REG104", "n", "error", message, Place("t.py", Span(line, 1, line, 2)), fix=fix)


def test_a_fix_that_mends_nothing_is_taken_back() -> None:
    code = b"import wandb\nx = 'a'\n"
    assert change.apply_fixes("t.py", code, lambda _: FileReport((_finding(2, "still there", "b"),))) == (code, [])


def test_fixes_that_overlap_wait_for_their_turn() -> None:
    first = Finding("REG104", "n", "error", "one", Place("t.py", Span(1, 1, 1, 2)), fix=_fix(1, 4, "AB"))
    second = Finding("REG107", "n", "error", "two", Place("t.py", Span(1, 1, 1, 2)), fix=_fix(3, 6, "CD"))
    seen = []

    def lint(content: bytes) -> FileReport:
        seen.append(content)
        return FileReport(((first,) if b"abc" in content else ()) + ((second,) if b"cde" in content else ()))

    after, applied = change.apply_fixes("t.py", b"abcdef", lint)
    assert (after, applied) == (b"ABdef", [first])


def _fix(start: int, end: int, content: str) -> Fix:
    return Fix("f", "safe", (Edit(Span(1, start, 1, end), content),))


def test_a_letter_that_the_encoding_lacks_is_no_fix() -> None:
    content = b"# coding: latin-1\nx = 'a'\n"
    assert _with(content, "t.py", [Edit(Span(2, 6, 2, 7), "\u6a21")]) == content


@check_rows("span", [Span(9, 1, 9, 2), Span(1, 99, 1, 100), Span(1, 3, 1, 1)])
def test_a_place_that_is_not_there_is_no_fix(span: Span) -> None:
    assert _with(b"x = 1\n", "t.py", [Edit(span, "y")]) == b"x = 1\n"


def test_an_edit_over_the_lines_of_a_cell_is_no_fix() -> None:
    content = json.dumps({"cells": [{"source": ["a\n", "b"]}]}).encode()
    assert _with(content, "nb.ipynb", [Edit(Span(1, 1, 2, 2), "y")], cell=1) == content


def test_bytes_that_would_not_come_back_are_left_alone() -> None:
    assert Document.read("t.py", b"x = '\xff'") is None
    assert Document.read("t.py", b"# coding: utf-7\nx = '+AGE-'\n") is None
    assert Document.read("nb.ipynb", b"{}") is None


@pytest.mark.skipif(os.name == "nt", reason="a file has no mode there")
def test_writing_keeps_mode_and_links(tmp_path: Path) -> None:
    real, link = tmp_path / "real.py", tmp_path / "link.py"
    real.write_bytes(b"old")
    real.chmod(0o754)
    link.symlink_to(real.name)
    change.write_file(str(link), b"old", b"new")
    assert (real.read_bytes(), link.is_symlink(), stat.S_IMODE(real.stat().st_mode)) == (b"new", True, 0o754)
    assert sorted(os.listdir(tmp_path)) == ["link.py", "real.py"]


def test_what_cannot_be_written_is_left_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        change.write_file(str(file), b"old", b"new")
    assert (file.read_bytes(), os.listdir(tmp_path)) == (b"old", ["a.py"])


@pytest.mark.parametrize("target", ['":v3"', '":"', '"wandb-registry/zoo"', '"%*swandb-registry-model/zoo"'])
@pytest.mark.parametrize("unsafe", [False, True])
def test_a_refused_link_does_not_land_somewhere_else(target: str, unsafe: bool) -> None:
    code = f"{PRELUDE}run.link_artifact(a, {target})\n".encode()
    after = fix_file(code, unsafe=unsafe)
    errors = {item.code for item in lint_bytes("train.py", after).findings if item.severity == "error"}
    assert errors <= {item.code for item in lint_bytes("train.py", code).findings}
    assert after == code or b"wandb-registry-model" in after


def test_a_link_that_cannot_be_fixed_keeps_no_other_from_being_fixed() -> None:
    refused = 'run.link_artifact(a, ":v3")\n'
    code = f'{PRELUDE}{refused}run.link_artifact(a, "wandb_registry-model/zoo")\n'.encode()
    assert fix_file(code) == f'{PRELUDE}{refused}run.link_artifact(a, "wandb-registry-model/zoo")\n'.encode()


def test_a_fix_that_leaves_as_many_findings_is_dropped() -> None:
    other = Finding("REG101", "n", "warning", "another", Place("t.py", Span(1, 1, 1, 2)))

    def lint(content: bytes) -> FileReport:
        return FileReport((other,) if b"b" in content else (_finding(2, "fixed", "b"),))

    assert change.apply_fixes("t.py", b"x\ny = 'a'\n", lint) == (b"x\ny = 'a'\n", [])


def test_a_fix_of_an_error_that_has_hidden_an_info_is_kept() -> None:
    code = f'{PRELUDE}run.link_artifact(a, "acme/wandb-registry-Model/churn/v2")\n'.encode()
    before, after = lint_bytes("train.py", code), fix_file(code, unsafe=True)
    assert [finding.code for finding in before.findings] == ["REG103"]
    assert after == code.replace(b"churn/v2", b"churn-v2")
    assert [finding.code for finding in lint_bytes("train.py", after).findings] == ["REG302"]


def test_a_file_that_has_changed_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"old\na line of somebody else")
    with pytest.raises(change.FileChanged):
        change.write_file(str(file), b"old", b"new")
    assert file.read_bytes() == b"old\na line of somebody else"


def test_hard_links_stay(tmp_path: Path) -> None:
    file, other = tmp_path / "a.py", tmp_path / "b.py"
    file.write_bytes(b"older")
    os.link(file, other)
    change.write_file(str(file), b"older", b"new")
    assert (other.read_bytes(), file.stat().st_nlink) == (b"new", 2)
    assert sorted(os.listdir(tmp_path)) == ["a.py", "b.py"]
    change.write_file(str(other), b"older", b"new")  # a run over both names has planned the same for both
    assert file.read_bytes() == b"new"


@pytest.mark.skipif(not hasattr(os, "chown"), reason="files are not given away there")
def test_the_owner_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"old")
    try:
        os.chown(file, 12345, 23456)
    except PermissionError:
        pytest.skip("only root gives files away")
    file.chmod(0o640)
    change.write_file(str(file), b"old", b"new")
    status = file.stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (12345, 23456, 0o640)

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "chown", refuse)
    change.write_file(str(file), b"new", b"newer")
    assert (file.read_bytes(), file.stat().st_uid) == (b"newer", 12345)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["train.py", "train.ipynb"])
def test_comments_for_hundreds_of_findings_take_a_few_looks(name: str) -> None:
    lines = [
        f'run.link_artifact(a, "wandb-registry-model")\ns{number} = "# regilink: ignore[REG101]"'
        for number in range(100)
    ]
    content = (PRELUDE + "\n".join(lines)).encode()
    if name.endswith("ipynb"):
        content = json.dumps({"cells": [{"cell_type": "code", "source": content.decode()}], "nbformat": 4}).encode()
    looks = []

    def lint(changed: bytes) -> FileReport:
        looks.append(1)
        return lint_bytes(name, changed)

    after, silenced = add_ignores(name, content, lint)
    assert len(silenced) == 100
    assert len(looks) < 6
    assert not lint_bytes(name, after).findings
    assert after.count(b"# regilink: ignore[REG101]") == 100


def test_a_comment_in_a_string_is_none() -> None:
    code = (
        PRELUDE + 'run.link_artifact(a, """wandb-registry-model""", note="""\n# regilink: ignore[REG101] kept\n""")\n'
    )
    after, silenced = add_ignores("t.py", code.encode(), lambda changed: lint_bytes("t.py", changed))
    assert silenced
    assert b"# regilink: ignore[REG101] kept\n" in after
    assert not [item for item in lint_bytes("t.py", after).findings if item.code != "REG601"]


def test_the_comment_of_a_dotenv_file_is_a_line_of_its_own() -> None:
    content = b"WANDB_REGISTRY_PATH=wandb-registry-model\nOTHER_REGISTRY_PATH=wandb-registry-modle/x:v1\n"
    after, silenced = add_ignores(".env", content, lambda changed: lint_bytes(".env", changed))
    assert silenced
    assert after.endswith(content)
    assert after.startswith(b"# regilink: ignore-file[")
    assert not lint_bytes(".env", after).findings


@pytest.mark.parametrize(("fixed", "is_made"), [("proj/zoo", False), ("wandb-registry-model/zoo", True)])
def test_a_link_that_the_sdk_refuses_is_not_fixed_into_a_project_that_it_did_not_name(
    fixed: str, is_made: bool
) -> None:
    refused = f'{PRELUDE}run.link_artifact(a, "one/two/three/four")\n'
    span = Span(3, 23, 3, 41)
    fix = Fix("f", "safe", (Edit(span, fixed),))
    finding = Finding("REG103", "n", "error", "four parts", Place("t.py", span), fix=fix)

    def lint(content: bytes) -> FileReport:
        return FileReport((finding,) if b"four" in content else (), lint_bytes("t.py", content).sites)

    after, made = change.apply_fixes("t.py", refused.encode(), lint)
    assert after.decode() == (refused.replace("one/two/three/four", fixed) if is_made else refused)
    assert made == ([finding] if is_made else [])


def test_a_file_without_fixes_is_looked_at_once() -> None:
    looks = []

    def lint(content: bytes) -> FileReport:
        looks.append(content)
        return lint_bytes("t.py", content)

    code = (PRELUDE + 'run.link_artifact(a, "wandb-registry-model")\n').encode()
    assert change.apply_fixes("t.py", code, lint) == (code, [])
    assert len(looks) == 1


@check_rows(
    ("name", "content"),
    [
        ("t.py", b"run.link_artifact(a, 'wandb-registry-\xff')\n"),
        ("t.json", b'{"wandb": {"target_path": "wandb-registry-model"}}\n'),
        ("t.txt", b"wandb-registry-model\n"),
    ],
)
def test_a_file_that_cannot_have_comments_gets_none(name: str, content: bytes) -> None:
    finding = Finding("REG102", "n", "error", "m", Place(name, Span(1, 1, 1, 2)))
    assert add_ignores(name, content, lambda _: FileReport((finding,))) == (content, [])


@check_rows(
    ("code", "is_added"),
    [("REG000", False), ("REG001", False), ("REG002", False), ("REG003", False), ("REG704", False), ("REG102", True)],
)
def test_what_a_comment_must_not_silence_gets_none(code: str, is_added: bool) -> None:
    finding = Finding(code, "n", "error", "m", Place("t.py", Span(1, 1, 1, 2)))

    def lint(content: bytes) -> FileReport:
        return FileReport((finding,) if b"ignore" not in content else ())

    after, silenced = add_ignores("t.py", b"import wandb\n", lint)
    assert after == (f"import wandb  # regilink: ignore[{code}]\n".encode() if is_added else b"import wandb\n")
    assert silenced == ([finding] if is_added else [])


def test_comments_that_change_what_is_linked_are_not_written() -> None:
    """Of two comments the first one makes another finding: it alone is left out."""
    first, second = (
        Finding("REG102", "n", "error", f"m{line}", Place("t.py", Span(line, 1, line, 2))) for line in (1, 2)
    )
    other = Finding("REG101", "n", "warning", "new", Place("t.py", Span(1, 1, 1, 2)))

    def lint(content: bytes) -> FileReport:
        one, two, _ = content.split(b"\n", 2)
        findings = [finding for finding, line in ((first, one), (second, two)) if b"ignore" not in line]
        return FileReport((*findings, *([other] if b"ignore" in one else [])))

    after, silenced = add_ignores("t.py", b"a = 1\nb = 2\n", lint)
    assert after == b"a = 1\nb = 2  # regilink: ignore[REG102]\n"
    assert silenced == [second]


@check_rows("end", ["", "\n", "\r\n"])
def test_a_comment_after_the_last_character_of_the_file(end: str) -> None:
    code = PRELUDE.replace("\n", end or "\n") + 'run.link_artifact(a, "wandb-registry-model")'
    after, silenced = add_ignores("t.py", (code + end).encode(), lambda changed: lint_bytes("t.py", changed))
    assert after.decode() == f"{code}  # regilink: ignore[REG102]{end}"
    assert [finding.code for finding in silenced] == ["REG102"]


@check_rows(
    ("name", "fixed"),
    [
        ("zoo:staging", None),
        ("zoo: staging ", None),
        ("zoo:{stage}", None),
        ("zoo:v3", "zoo"),
        ("zoo:v3 ", "zoo"),
        ("zoo: latest", "zoo"),
        ("zoo:", "zoo"),
    ],
)
def test_a_fix_drops_no_alias(name: str, fixed: str | None) -> None:
    code = f'import wandb\nwandb.init().link_artifact(art, f"wandb-registry-model/{name}")\n'
    assert fix_file(code.encode(), unsafe=True).decode() == (code.replace(name, fixed) if fixed else code)


def test_a_fix_that_is_dropped_stands_in_the_way_of_no_other_with_the_same_words() -> None:
    content = (
        b"python other.py --target wandb_registry-model/other\n"
        b"python other/train.py --target wandb_registry-model/LOOP=wandb_registry-model/a\n"
    )
    once = fix_file(content, "run.sh", unsafe=True)
    assert once.splitlines()[1].endswith(b"LOOP=wandb-registry-model/a")
    assert fix_file(once, "run.sh", unsafe=True) == once


@pytest.mark.parametrize("slashes", [2, 3, 9, 100])
@pytest.mark.parametrize(
    ("path", "fixed_path"),
    [
        ("a{}wandb-registry-model/zoo", "a/wandb-registry-model/zoo"),
        ("{}wandb-registry-model/zoo", "wandb-registry-model/zoo"),
        ("wandb-registry-model/zoo{}", "wandb-registry-model/zoo"),
        ("team-a{}p/zoo", None),
    ],
)
def test_slashes_in_a_row_are_one_finding_that_one_fix_removes(path: str, fixed_path: str | None, slashes: int) -> None:
    code = f'{PRELUDE}run.link_artifact(a, "{path.format("/" * slashes)}")\n'.encode()
    (finding,) = [item for item in lint_bytes("t.py", code).findings if item.code == "REG111"]
    if fixed_path is None:  # W&B refuses the path, and would link the other one into a project
        assert finding.fix is None
        return
    assert f'"{fixed_path}"' in (finding.help or "")
    after, fixed = change.apply_fixes("t.py", code, lambda changed: lint_bytes("t.py", changed))
    assert fixed == [finding]
    assert f'"{fixed_path}"'.encode() in after


def test_many_fixes_of_one_line_are_made_in_one_run() -> None:
    path = "/".join(["wandb-registry-model", *[" zoo "] * 60])
    code = f'{PRELUDE}run.link_artifact(a, "{path}")\n'.encode()
    after, fixed = change.apply_fixes("t.py", code, lambda changed: lint_bytes("t.py", changed))
    assert len(fixed) == 60
    assert not [item for item in lint_bytes("t.py", after).findings if item.fix]


@pytest.mark.parametrize(
    "code",
    [
        'run = wandb.init()\nREGISTRY = "model"\nrun.link_artifact(a, f"{REGISTRY}/zoo")\n',
        'run = wandb.init(project="p")\nrun.link_artifact(a, target_path="model/zoo")\n',
    ],
)
def test_no_fix_is_offered_that_would_be_refused(code: str) -> None:
    content = f"import wandb\n{code}".encode()
    lint = partial(lint_bytes, "t.py", known=ConfiguredOrganization(registries={"model": ()}))
    offered = [item for item in lint(content).findings if item.fix]
    _, fixed = change.apply_fixes("t.py", content, lint, unsafe=True)
    assert len(fixed) == len(offered)


@pytest.mark.slow
def test_thousands_of_fixes_of_which_one_is_refused_take_few_rounds() -> None:
    lines = 2000
    code = b"".join(b"x = 'a'\n" for _ in range(lines))
    linted = 0

    def lint(content: bytes) -> FileReport:
        nonlocal linted
        linted += 1
        left = [number for number, line in enumerate(content.splitlines(), 1) if b"'a'" in line or number == 700]
        return FileReport(tuple(_finding(number, f"line {number}", "b") for number in left))

    after, fixed = change.apply_fixes("t.py", code, lint)
    assert len(fixed) == lines - 1
    assert after.count(b"'b'") == lines - 1
    assert linted < 60
