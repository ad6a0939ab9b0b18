"""One file from bytes to findings: encodings, suppressions, and what must never crash."""

import gc
from pathlib import Path
from typing import Any

import pytest
from tables import check_rows, sample

from regilink_doctor.cli import main
from regilink_doctor.config import FORMATS
from regilink_doctor.core.findings import Finding
from regilink_doctor.lint.engine import FileReport, lint_bytes
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.calls import WrongCallShape
from regilink_doctor.rules.path_shape import MissingCollection

PRELUDE = 'import wandb\nrun = wandb.init(entity="team-a")\n'
BAD = 'run.link_artifact(a, "wandb-registry-model")'


def lint(code: str | bytes) -> list[Finding]:
    content = code if isinstance(code, bytes) else (PRELUDE + code).encode()
    return list(lint_bytes("train.py", content).findings)


def codes(code: str | bytes) -> list[str]:
    return [finding.code for finding in lint(code)]


@check_rows(
    ("content", "reason"),
    [
        (b"import wandb\nrun.log(", "python"),
        (b"import wandb\nx = '\xff'", "encoding"),
        (b"# coding: nonsense\nimport wandb", "encoding"),
        (b"import wandb\n" + b"(" * 5000, "python"),
        (b"import wandb\nx = " + b"-" * 50_000 + b"1", "python"),
        (b"import wandb\x00", "python"),
    ],
)
def test_what_cannot_be_read_is_one_finding_where_it_may_link_and_is_skipped_elsewhere(
    content: bytes, reason: Any
) -> None:
    assert codes(content + b"\n# .link(") == ["REG000"]
    assert lint_bytes("train.py", content) == FileReport((), skipped=reason)


def test_reads_what_python_reads() -> None:
    code = PRELUDE + BAD
    assert codes(b"\xef\xbb\xbf" + code.encode()) == ["REG102"]
    assert codes(code.replace("\n", "\r\n").encode()) == ["REG102"]
    assert codes(f"# -*- coding: latin-1 -*-\nx = 'é'\n{code}".encode("latin-1")) == ["REG102"]


@check_rows(
    "comment",
    ["# regilink: ignore[REG102]", "# regilink: ignore[REG102, REG101] a reason", "# noqa: REG102", "# noqa"],
)
def test_a_comment_on_the_statement_silences(comment: str) -> None:
    left = codes(f"{BAD}  {comment}\n")
    assert "REG102" not in left
    assert left == (["REG001"] if "REG101" in comment else [])
    assert "REG102" not in codes(f'run.link_artifact(\n    a,\n    "wandb-registry-model",\n)  {comment}\n')


def test_a_comment_elsewhere_does_not() -> None:
    assert codes(f"{BAD}\n# noqa\n") == ["REG102"]
    assert codes(f"{BAD}  # noqa: F401\n") == ["REG102"]


def test_a_whole_file_is_silenced_on_a_line_of_its_own() -> None:
    assert codes(f"# regilink: ignore-file[REG102]\n{BAD}\n") == []
    assert codes(f"{BAD}  # regilink: ignore-file[REG102]\n") == ["REG102", "REG003"]


def test_a_comment_in_a_string_is_no_comment() -> None:
    assert codes(f'x = "# regilink: ignore[REG999]"\n{BAD}\n') == ["REG102"]


def test_a_code_with_letters_for_digits_is_understood() -> None:
    (found,) = lint_bytes("a.py", b"x = 1  # regilink: ignore[REG1O1]\n").findings
    assert found.message.endswith('there is no rule "REG1O1", did you mean REG101?')


def test_unused_and_invalid_comments_are_told() -> None:
    assert codes("x = 1  # regilink: ignore[REG102]\n") == ["REG001"]
    assert codes("x = 1  # noqa: REG102\n") == ["REG001"]
    assert codes("x = 1  # regilink: ignore[REG1022]\n") == ["REG003"]
    assert codes("x = 1  # regilink: ignore\n") == ["REG003"]
    assert codes(f"{BAD}  # REGILINK: IGNORE[reg102]\n") == []
    for written, reason in {
        "REG10": '"REG10" is not a whole code',
        "missing-collection": "rules go by their codes here: write REG102",
        "REG1O2": 'there is no rule "REG1O2", did you mean REG102?',
    }.items():
        (finding,) = lint_bytes("a.py", f"x = 1  # regilink: ignore[{written}]\n".encode()).findings
        assert finding.message == f"this comment suppresses nothing: {reason}"
    assert codes("x = 1  # noqa\n") == []


@pytest.mark.parametrize(
    ("rule", "method", "expected"),
    [
        (MissingCollection, "explain", ["REG201", "REG002"]),
        (WrongCallShape, "may_report_sites", ["REG201", "REG002", "REG002", "REG102"]),
    ],
)
def test_a_rule_that_crashes_leaves_the_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rule: type[Rule], method: str, expected: list[str]
) -> None:
    def crash(self: object, argument: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(rule, method, crash)
    monkeypatch.chdir(tmp_path)  # nothing around it sets an entity
    code = b'import wandb\nrun = wandb.init()\nrun.link_artifact(a, "wandb-registry-model/c")\n' + BAD.encode()
    assert codes(code) == expected


@pytest.mark.parametrize("content", [PRELUDE.encode(), b"import wandb\n("])
def test_the_garbage_collector_goes_on_afterwards_if_it_was_on(content: bytes) -> None:
    was_enabled = gc.isenabled()
    try:
        for turn in (gc.disable, gc.enable):
            turn()
            before = gc.isenabled()
            lint_bytes("train.py", content)
            assert gc.isenabled() == before
    finally:
        (gc.enable if was_enabled else gc.disable)()


def test_a_way_out_is_a_condition_of_the_links_after_it_alone() -> None:
    code = f"def f():\n    {BAD}\n    if a:\n        return\n    {BAD}\n    {BAD}\n    if b:\n        return {BAD}\n"
    sites = lint_bytes("train.py", (PRELUDE + code).encode()).sites
    links = [site.context for site in sites if site.kind == "link"]
    assert [context.guards for context in links] == [(), ("a",), ("a",), ("b", "a")]
    assert [context.result_used for context in links] == [False, False, False, True]


def test_a_name_is_what_it_was_bound_to_last() -> None:
    link = "run.link_artifact(a, p)\n"
    code = f"p = 'a/b'\n{link}p = 'a/c'\n{link}if x: p = 'a/d'\n{link}"
    sites = lint_bytes("train.py", (PRELUDE + code).encode()).sites
    targets = [sorted(string.pattern for string in site.target) for site in sites if site.kind == "link"]
    assert targets == [["a/b"], ["a/c"], ["a/c", "a/d"]]


def test_an_entity_set_around_the_program_is_enough(tmp_path: Path) -> None:
    code = b'import wandb\nrun = wandb.init(project="p")\nrun.link_artifact(a, "wandb-registry-model/c")\n'
    path = str(tmp_path / "train.py")
    assert [finding.code for finding in lint_bytes(path, code).findings] == ["REG201"]
    other = tmp_path / "configured"
    other.mkdir()
    (other / ".env").write_text("WANDB_ENTITY=team-a\n", encoding="utf-8")
    assert lint_bytes(str(other / "train.py"), code).findings == ()


CODECS = ["zip", "bz2", "base64", "rot13", "quopri", "uu", "undefined", "idna", "none"]


@pytest.mark.parametrize(
    ("codec", "output_format"),
    sample([("hex", name) for name in FORMATS] + [(codec, "full") for codec in CODECS], one_in=3),
)
def test_a_file_in_a_codec_that_makes_no_text_is_reported_in_every_format(
    codec: str, output_format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text(
        f"# coding: {codec}\nimport wandb\nrun.link_artifact(a, 'wandb-registry-model/zoo')\n", encoding="utf-8"
    )
    Path("b.py").write_text("import wandb\nwandb.init().link_artifact(a, 'wandb-registry-modle')\n", encoding="utf-8")
    assert main(["lint", "--output-format", output_format, "--select", "REG000,REG102", "."]) == 1
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    assert "b.py" in printed.out
    assert "REG000" in printed.out
    assert main(["lint", "--diff", "."]) in (0, 1)


def test_a_neighbor_that_is_nested_too_deeply_is_no_mistake_of_regilink_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text("wandb = " + "[" * 600 + "]" * 600, encoding="utf-8")
    content = b"import wandb\nrun = wandb.init(entity='t')\nrun.link_artifact(a, 'wandb-registry-model/zoo')\n"
    assert "REG002" not in {finding.code for finding in lint_bytes("train.py", content).findings}


def test_a_circle_in_regilink_s_own_reading_is_not_called_a_mistake_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def read(path: str, content: bytes) -> None:
        raise RecursionError("maximum recursion depth exceeded")

    monkeypatch.setattr("regilink_doctor.lint.engine.formats.read", read)
    report = lint_bytes(
        "train.py", b"import wandb\nwandb.init(entity='t').link_artifact(a, 'wandb-registry-model/zoo')\n"
    )
    assert [finding.code for finding in report.findings] == ["REG002"]
    assert report.unread == ("train.py (RecursionError)",)
