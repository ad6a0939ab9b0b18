"""What every command prints, whatever the encoding of the pipe, the names in the project and the keys around it."""

import base64
import contextlib
import io
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

import pytest
from command_lines import ODD_NAME, list_all, list_usual, tried_commands
from tables import check_rows, sample

from pytest_regilink.items import ItemProblem, LiveWarning
from pytest_regilink.link_coverage import render_report as render_coverage
from regilink_doctor import LinkError
from regilink_doctor.cli import main
from regilink_doctor.cli.completion import SHELLS, find_script
from regilink_doctor.cli.output import write_report
from regilink_doctor.config import FORMATS
from regilink_doctor.core.catalog import Catalog
from regilink_doctor.core.ledger import Assumed, LinkAttempt
from regilink_doctor.core.records import replace
from regilink_doctor.core.text import (
    UNSAFE,
    defuse_commands,
    mark_public,
    mask_secrets,
    quote_text,
    remember_secret,
    text_width,
)
from regilink_doctor.emulator import Emulator, World
from regilink_doctor.report.dry_run import render_assumed, render_links
from regilink_doctor.workflows.server_session import Unanswered

NAME = ODD_NAME
FILE = "学習🙂\u202e.py"
CATALOG = {
    "version": 1,
    "host": "https://api.wandb.ai",
    "complete": True,
    "organizations": [
        {
            "name": NAME,
            "entity": "acme",
            "teams": [{"name": "team-a"}],
            "registries": [{"name": "model", "types": ["model"], "collections": None, "description": NAME}],
        }
    ],
}
ENCODINGS = [
    (encoding, errors) for encoding in ("utf-8", "cp932", "cp1252", "ascii") for errors in ("strict", "surrogateescape")
]


class Pipe(io.TextIOWrapper):
    """What Python makes of a pipe with some encoding."""

    def __init__(self, encoding: str, errors: str, newline: str | None = None) -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding=encoding, errors=errors, newline=newline)

    def text(self) -> str:
        self.flush()
        return self.bytes.getvalue().decode(self.encoding).replace(os.linesep, "\n")


class Screen(io.TextIOWrapper):
    """What Python makes of a terminal with some encoding; what is shown on it is read from its other end."""

    def __init__(self, encoding: str, errors: str) -> None:
        import pty

        self._reading, terminal = pty.openpty()
        self._bytes = bytearray()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        super().__init__(io.FileIO(terminal, "w"), encoding=encoding, errors=errors, line_buffering=True)

    def text(self) -> str:
        """Without colors, links, and what moves the cursor of a progress bar."""
        encoding = self.encoding
        self.close()
        self._thread.join()
        os.close(self._reading)
        shown = self._bytes.decode(encoding).replace("\r\n", "\n")
        return re.sub(r"\x1b\[[\d;?]*[A-Za-z]|\x1b\]8;[^\x1b]*\x1b\\|\r", "", shown)

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # Linux: the other end is closed
            while part := os.read(self._reading, 1 << 16):
                self._bytes += part


def fill_project(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / FILE).write_text(
        f"import wandb\nrun = wandb.init(entity='team-a')  # {NAME}\n"
        f'run.link_artifact(a, "wandb_registry-model/{NAME}:v1")  # ##vso[task.complete]\n',
        encoding="utf-8",
    )
    (folder / "regilink.toml").write_text(f'organization = "{NAME}"\n', encoding="utf-8")
    (folder / "catalog.json").write_text(json.dumps(CATALOG), encoding="utf-8")
    (folder / "other.json").write_text(json.dumps(CATALOG | {"organizations": []}), encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    fill_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("NETRC", os.devnull)
    monkeypatch.setenv("WANDB_CONFIG_DIR", str(tmp_path))
    return tmp_path


def run(
    words: tuple[str, ...],
    encoding: str,
    errors: str,
    monkeypatch: pytest.MonkeyPatch,
    kind: type[Pipe | Screen] = Pipe,
) -> tuple[int, str, str]:
    out, error = kind(encoding, errors), kind(encoding, errors)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", error)
    try:
        status = main(words)
    except SystemExit as end:  # the pages of help
        status = int(end.code or 0)
    return status, out.text(), error.text()


PLACES = [(kind, *encoding) for kind in (Pipe, *((Screen,) if os.name == "posix" else ())) for encoding in ENCODINGS]
"""Where a command prints: a pipe or a terminal, of each encoding."""


def try_everywhere(
    words: list[str], places: Iterable[tuple[type[Pipe | Screen], str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    statuses = set()
    for number, (kind, encoding, errors) in enumerate(places):
        folder = Path(f"{NAME[:3]}{number}")
        fill_project(folder)
        with monkeypatch.context() as patch:
            patch.chdir(folder)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"wandb: ERROR {NAME}".encode()), encoding="utf-8"))
            status, out, error = run(tuple(words), encoding, errors, patch, kind)
        statuses.add(status)
        assert "Traceback" not in out + error, words
        assert words[0] != "lint" or "REG002" not in out, words
        assert "broke" not in error, words
        colors = "\x1b[" if "--color=always" in words else ""
        for text in (out, error):
            assert not UNSAFE.intersection(re.sub(r"\x1b\[[\d;]*m", "", text) if colors else text), words
        lines = [line for line in out.splitlines() if "##vso[" in line and not line.startswith("##vso[task.logissue")]
        assert not lines, words
        files = [folder / word.partition("=")[2] for word in words if word.startswith("--output-file=")]
        if files and status == 1:  # the report is there, and the command has found something
            assert all(file.stat().st_size for file in files), words
        else:
            assert out or error or status == 0, words
        shutil.rmtree(folder)
    assert len(statuses) == 1, (words, statuses)


@pytest.mark.parametrize("command", sample(tried_commands(), one_in=5))
def test_any_letter_goes_through_any_pipe_and_terminal(
    command: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each line in some of the places, so that a command is tried in all of them.
    for number, words in enumerate(list_usual(command)):
        try_everywhere(words, PLACES[number % 8 :: 8], monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("command", tried_commands())
def test_any_option_goes_through_any_pipe_and_terminal(
    command: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, words in enumerate(list_all(command)):
        try_everywhere(words, PLACES[number % 4 :: 4], monkeypatch)


@pytest.mark.parametrize("command", sample(["lint", "map", "doctor", "verify", "explain", "catalog", "init"], one_in=7))
def test_every_command_takes_paths_of_another_drive(
    command: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str, start: str | None = None) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(os.path, "relpath", refuse)
    catalog = str(project / "catalog.json")
    lines = [*list_usual(command), [command, f"--catalog={catalog}"], [command, str(project)]]
    for words in lines if command != "init" else list_usual(command):
        _, out, error = run(tuple(words), "utf-8", "strict", monkeypatch)
        assert "Traceback" not in out + error
        assert out + error


def test_formats_for_programs_are_utf_8(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for output_format in ("github", "junit", "json", "azure"):
        _, out, _ = run(("lint", "--output-format", output_format), "cp932", "surrogateescape", monkeypatch)
        assert out == run(("lint", "--output-format", output_format), "utf-8", "strict", monkeypatch)[1]
        if output_format == "github":
            assert "🙂" in out


def test_the_marks_stay_below_letters_that_the_encoding_lacks(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / FILE).unlink()
    (project / "a.py").write_text(
        'import wandb\nrun = wandb.init()\n"🙂e\u0301模"; run.link_artifact(a, "wandb_registry-model/zoo")\n',
        encoding="utf-8",
    )
    for encoding in ("ascii", "cp932", "cp1252", "utf-8"):
        _, out, _ = run(("lint", "--select", "REG104"), encoding, "strict", monkeypatch)
        lines = out.splitlines()
        code = next(number for number, line in enumerate(lines) if "; run.link_artifact" in line)
        assert ("\\U0001f642" in lines[code]) == (encoding != "utf-8")
        before = text_width(lines[code].partition("wandb_")[0])
        assert lines[code + 1].index("^") == before


@pytest.mark.parametrize("words", [("completion", "bash"), ("schema", "lint"), ("rules", "--output-format=markdown")])
def test_what_programs_read_has_no_line_ends_of_windows(
    words: tuple[str, ...], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = Pipe("cp1252", "surrogateescape", newline="\r\n")
    monkeypatch.setattr(sys, "stdout", out)
    main(words)
    out.flush()
    assert b"\r" not in out.bytes.getvalue()
    assert out.encoding == "utf-8"


def test_the_scripts_of_shells_are_printed_as_they_are(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for shell in SHELLS:
        _, out, _ = run(("completion", shell), "ascii", "strict", monkeypatch)
        assert out == find_script(shell).read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("git") is None, reason="no git")
def test_a_diff_is_a_patch_on_every_system(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "src").mkdir()
    (project / "src" / "a.py").write_bytes(
        b'import wandb\r\n\x0c\r\nwandb.init(entity="t").link_artifact(a, "wandb_registry-model/zoo")\r\n'
    )
    (project / FILE).unlink()
    out = Pipe("cp1252", "surrogateescape")
    monkeypatch.setattr(sys, "stdout", out)
    main(["lint", "--diff", os.path.join("src", "a.py")])
    out.flush()
    patch = out.bytes.getvalue()
    assert patch.startswith(b"--- src/a.py\n+++ src/a.py\n@@ ")
    subprocess.run(["git", "apply", "-p0", "-"], input=patch, cwd=project, check=True)
    assert b'"wandb-registry-model/zoo"' in (project / "src" / "a.py").read_bytes()


KEYS = {
    "target": 'run.link_artifact(a, "https://user:{key}@wandb.ai/registry/model/zoo")\n',
    "address": 'URL = "https://h/?apiKey={key}"\nrun.link_artifact(a, URL)\n',
    "login": 'wandb.login(key="{key}")  # {key}\n',
    "consumed": 'run.use_artifact("https://user:{key}@h/zoo")\nrun.use_artifact(f"zoo:{{\'user:{key}@h\'}}")\n',
    "rest": 'run.link_artifact(a, "user:{key}@wandb-registry-model/zoo")\nwandb.Artifact("user:{key}@h", type="t")\n',
}


@pytest.mark.parametrize("place", sample(KEYS, one_in=3))
def test_no_key_is_printed(place: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = secrets.token_hex(20)
    (project / "b.py").write_text(
        f"import wandb\nrun = wandb.init(entity='t')\n{KEYS[place].format(key=key)}", encoding="utf-8"
    )
    commands = [
        *(("lint", "--output-format", name) for name in FORMATS),
        ("lint", "--show-sites", "--output-format", "json"),
        ("lint", "--diff", "--unsafe-fixes"),
        ("explain", KEYS[place].format(key=key)),
        ("doctor", "--config", f"host=http://user:{key}@h"),
        ("doctor", "--consumes", f"http://user:{key}@h", "wandb-registry-model/zoo"),
        ("doctor", f"user:{key}@h", "--entity", f"user:{key}@h"),
        ("lint", "--select", f"--api-key {key}"),
    ]
    for words in commands:
        _, out, error = run(words, "utf-8", "strict", monkeypatch)
        assert key[:20] not in out + error, words


def test_the_key_of_the_environment_is_masked_in_every_form(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = f"{secrets.token_hex(10)}/+ü"
    basic = base64.b64encode(f"api:{key}".encode()).decode()
    monkeypatch.setenv("WANDB_API_KEY", key)
    for form in (key, quote(key, safe=""), basic):
        status, out, error = run(("explain", f"wandb-registry-model/{form}"), "utf-8", "strict", monkeypatch)
        assert form not in out + error
        assert "[key]" in out
        assert status == 0
        assert form not in "".join(run(("lint", form), "utf-8", "strict", monkeypatch)[1:])


@check_rows(
    ("text", "masked"),
    [
        ("http://user:SECRET@PW@127.0.0.1:99", "http://user:[key]@127.0.0.1:99"),
        ("http://user:PASSWORD@host", "http://user:PASSWORD@host"),
        ("http:/user:SECRET@h/c.json", "http:/user:[key]@h/c.json"),
        ("the alias //user:SECRET@h/x", "the alias //user:[key]@h/x"),
        ("ghcr.io/org/image:v1@sha256", "ghcr.io/org/image:v1@sha256"),
        ("python train.py --api-key {key}", "python train.py --api-key [key]"),
        ('["--api-key", "{key}"]', '["--api-key", "[key]"]'),
        (r'{{"code": "login(key=\"{key}\")"}}', r'{{"code": "login(key=\"[key]\")"}}'),
        ("https://h/?apiKey={key}&x=1", "https://h/?apiKey=[key]&x=1"),
        ("Authorization: Basic YXBpOmFhYWFhYWFhYWFhYWFhYWE=", "Authorization: Basic [key]"),
        ("sent YXBpOmFhYWFhYWFhYWFhYWFhYWE= twice", "sent [key] twice"),
        ("the commit {key}", "the commit {key}"),
        ("write user:{key}@h/x or {key}@h", "write user:[key]@h/x or [key]@h"),
        ("a-{key}@h x{key}@h {key}1@h {key} @h", "a-{key}@h x{key}@h {key}1@h {key} @h"),
        ("the basic idea of a bearer token", "the basic idea of a bearer token"),
        ("monkey = business", "monkey = business"),
        ("xwandb_v1_{key} and _wandb_v1_{key}.yaml", "x[key] and _[key].yaml"),
        (r"a line\nwandb_v1_{key}\nlocal-{key}\tkey={key}", r"a line\n[key]\n[key]\tkey=[key]"),
        ("?q=Bearer%20{key}&x=%20local-{key}%20api_key={key}", "?q=Bearer%20[key]&x=%20[key]%20api_key=[key]"),
        (r"\nBearer {key}", r"\nBearer [key]"),
        ("https://h/?x=1&access_token={key}#a", "https://h/?x=1&access_token=[key]#a"),
        ("GITHUB_TOKEN={key} --client-secret {key}", "GITHUB_TOKEN=[key] --client-secret [key]"),
        ('{{"password": "{key}", "apikey": "{key}"}}', '{{"password": "[key]", "apikey": "[key]"}}'),
        ("secretary: {key}, tokens: {key}", "secretary: {key}, tokens: {key}"),
    ],
)
def test_what_is_masked(text: str, masked: str) -> None:
    key = secrets.token_hex(20)
    assert mask_secrets(text.format(key=key)) == masked.format(key=key)
    assert mask_secrets(masked.format(key=key)) == masked.format(key=key), "masking twice changes nothing"


def test_a_value_is_masked_once_it_is_remembered_and_never_when_it_is_public() -> None:
    value, public = secrets.token_hex(8), "local-" + secrets.token_hex(20)
    assert mask_secrets(f"<{value}>") == f"<{value}>"
    remember_secret(value)
    assert mask_secrets(f"<{value}>") == "<[key]>"
    assert mask_secrets(public) == "[key]"
    mark_public(public)
    assert mask_secrets(f"export WANDB_API_KEY={public}") == f"export WANDB_API_KEY={public}"


class Terminal(io.StringIO):
    """Standard output that is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1


def test_codes_are_links_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in (("REGILINK_DOCS_URL", "https://docs.example.com/r"), ("TERM", "xterm")):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setattr(os, "get_terminal_size", lambda *_: os.terminal_size((100, 40)))
    link = 'import wandb\nwandb.init(entity="t").link_artifact(a, "wandb_registry-model/zoo")\n'
    Path("train.py").write_text(link, encoding="utf-8")
    main(["lint", "train.py"])
    shown = sys.stdout.getvalue()  # type: ignore[attr-defined]
    assert "\x1b]8;;https://docs.example.com/r/rules/REG104/\x1b\\REG104\x1b]8;;\x1b\\" in shown


@pytest.mark.parametrize("color", ["auto", "always", "never"])
def test_the_report_of_the_doctor_is_as_wide_as_the_terminal(
    color: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdout", Terminal())
    for name, value in (("COLUMNS", "44"), ("TERM", "xterm"), ("WANDB_BASE_URL", "http://127.0.0.1:9")):
        monkeypatch.setenv(name, value)
    main(["doctor", "--color", color, "wandb-registry-model/zoo:latest"])
    shown = re.sub(r"\x1b\[[\d;]*m", "", sys.stdout.getvalue())  # type: ignore[attr-defined]
    assert 30 < max(map(len, shown.splitlines())) <= 44


def test_the_bars_of_a_catalog_move_the_cursor_and_names_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    world = World()
    world.organization("Acme [b] \x1b[2J", entity="acme")
    world.user("alice", teams=[world.team("team-a").name])
    with Emulator(world) as emulator:
        for name, value in {**emulator.environ(), "COLUMNS": "200"}.items():
            monkeypatch.setenv(name, value)
        assert main(["catalog", "pull", "c.json"]) == 0
        shown = sys.stderr.getvalue()  # type: ignore[attr-defined]
        assert "registries of Acme [b] \\x1b[2J" in shown
        assert "\\x1b[2K" not in shown
        assert "\x1b[2J" not in shown
        for words in (["catalog", "pull", "c.json"], ["doctor", "wandb-registry-model/zoo"]):
            monkeypatch.setattr(sys, "stderr", Terminal())
            main([*words, "--color", "never"])
            shown = sys.stderr.getvalue()  # type: ignore[attr-defined]
            assert re.search(r"\x1b\[\d*[AK]", shown), words
            assert not re.search(r"\x1b\[[\d;]*m", shown), words


def test_an_exception_is_as_safe_as_what_is_printed() -> None:
    odd = "\x1b[31m\x1b]8;;http://h\x1b\\\u202e\u2028\x07"
    value = secrets.token_hex(8)
    remember_secret(value)
    for kind in (LinkError, ItemProblem, LiveWarning, lambda text: Unanswered(text, text)):
        shown = str(kind(f"{odd} {value}\n::error::x\n##vso[task.complete]"))
        assert not UNSAFE.intersection(shown)
        assert value not in shown
        assert "\n::" not in shown
        assert "##vso" not in shown


@pytest.mark.parametrize(("output_format", "line_start"), [("full", r"\x3a:error"), ("json", "::error")])
def test_a_report_in_a_file_is_as_safe_as_what_is_printed(tmp_path: Path, output_format: str, line_start: str) -> None:
    key = f"wandb_v1_{secrets.token_hex(40)}"
    path = tmp_path / "report"
    write_report(str(path), f"https://user:{key}@h \x1b[2J\u202e\n::error::é", output_format)
    content = path.read_text(encoding="utf-8")
    assert key not in content
    assert not UNSAFE.intersection(content.replace("\n", ""))
    assert content.splitlines()[-1] == f"{line_start}::é"


def test_reports_of_other_programs_show_no_key_of_a_link() -> None:
    key = f"wandb_v1_{secrets.token_hex(40)}"
    path = f"https://user:{key}@wandb.ai/registry/model/zoo"
    attempt = LinkAttempt(
        None,
        None,
        f"t/p/{key}:v0",
        "model",
        path,
        "t",
        "p",
        path,
        f"t/p/{path}",
        (key,),
        "misplaced",
        None,
        None,
        path,
        "v0",
    )
    for verdict in ("misplaced", "refused", "linked"):
        shown = "\n".join(render_links([replace(attempt, verdict=verdict)], colour=False))
        assert "[key]" in shown
        assert key not in shown
    (assumed,) = render_assumed([Assumed("registry", f"wandb-registry-{key}")])
    assert assumed.endswith("registry wandb-registry-[key]")
    assert quote_text(f"{path}\x1b") == '"https://user:[key]@wandb.ai/registry/model/zoo\\x1b"'
    links = [{"path": "a\x1b.py", "line": 1, "target": "b\x1b", "tests": []}]
    report = {"covered": 0, "links": links, "unread": ["c\x1b"]}
    assert not UNSAFE.intersection("".join(render_coverage(report)))


@check_rows(
    ("line", "shown"),
    [
        ("  ::error::x", r"  \x3a:error::x"),
        ("a::b", "a::b"),
        ("x ##vso[task.complete]", r"x \x23#vso[task.complete]"),
        ("##[section]", r"\x23#[section]"),
        ("## heading", "## heading"),
    ],
)
def test_a_log_finds_no_command(line: str, shown: str) -> None:
    assert defuse_commands(line) == shown


def test_a_real_pipe_of_windows_is_no_traceback(project: Path) -> None:
    environ = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "PYTHONIOENCODING": "cp1252:surrogateescape",
    }
    command = [sys.executable, "-m", "regilink_doctor", "lint"]
    done = subprocess.run(command, cwd=project, env=environ, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, b"")
    assert rb"\u6a21\u578b" in done.stdout


@pytest.mark.parametrize("columns", sample(["0", "00", "1", "-1", "nan", "9" * 9], one_in=3))
def test_no_width_of_the_terminal_hides_the_report(
    columns: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    target = f"wandb-registry-{NAME}/x"
    for words in (
        ("lint",),
        ("lint", "--color", "always"),
        ("doctor", target),
        ("doctor", "--color", "always", target),
        ("rules",),
        ("explain", "REG101"),
    ):
        status, out, error = run(words, "utf-8", "strict", monkeypatch)
        assert len(out) > 100, (words, status, error)


HEXADECIMAL = "a1b2c3d4e5" * 3
"""The first letters of the keys that are planted; two more say where."""

SOURCES = {
    "train.py": 'import wandb\nwandb.login(key="{key}")\nrun = wandb.init(entity="t")\n'
    'run.link_artifact(a, "https://user:{key}@wandb.ai/registry/model/zoo?apiKey={key}")\n'
    'run.link_artifact(a, f"wandb-registry-model/zoo-{{f(key="{key}")}}")\n',
    "run.ipynb": '{{"cells": [{{"cell_type": "code", "source": ["%env WANDB_API_KEY={key}\\n", "import wandb\\n",'
    "\"wandb.login(key='{key}')\\n\", \"wandb.init().link_artifact(a, 'wandb_registry-model/x')\\n\"]}}], "
    '"nbformat": 4}}',
    "ci.sh": "export WANDB_API_KEY={key}\nwandb login {key}\npython train.py --api-key {key}\n",
    ".env": "WANDB_API_KEY={key}\nWANDB_BASE_URL=https://user:{key}@h\n",
    "compose.yaml": "services:\n  a:\n    environment:\n      WANDB_API_KEY: {key}\n",
    "Dockerfile": "FROM a\nENV WANDB_API_KEY={key}\n",
    "netrc": "machine 127.0.0.1\nlogin user\npassword {key}\n",
    "settings": "[default]\napi_key = {key}\n",
    "regilink.toml": 'host = "http://user:{key}@127.0.0.1:1"\n',
    ".git/config": '[core]\n\trepositoryformatversion = 0\n[remote "origin"]\n\turl = https://user:{key}@github.com/a/b\n',
    ".git/HEAD": "ref: refs/heads/main\n",
}
FAILING = """
import os, sys
key = os.environ["WANDB_API_KEY"]
sys.exit(f"wandb.errors.CommError: Unable to find organization for entity '{key}' (https://user:{key}@h)")
"""
WITH_KEYS = (
    *(("lint", "--output-format", name) for name in FORMATS),
    *(("lint", flag) for flag in ("--diff", "--show-sites", "--show-settings", "--show-files", "--statistics")),
    *(("map", "--output-format", name) for name in ("full", "json", "mermaid")),
    ("map", "--html", "map.html"),
    ("map", "--live"),
    ("init", "--yes"),
    ("config",),
    ("config", "host"),
    ("schema", "config"),
    ("rule", "REG1"),
    ("conformance", "--yes"),
    *(("doctor", "--output-format", name) for name in ("full", "json", "github", "junit")),
    ("doctor", "-vvv", "--html", "doctor.html"),
    ("verify", "--from-sites"),
    ("catalog", "pull"),
    ("explain", "-"),
    ("completion", "bash"),
    ("lint", "--cache-dir", "cache"),
    ("explain", "--", sys.executable, "-c", FAILING),
)


def test_no_key_of_any_source_leaves_by_any_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, home = tmp_path / "project", tmp_path / "home"
    keys = {}
    for number, (name, content) in enumerate(SOURCES.items()):
        keys[name] = f"{HEXADECIMAL}{number:02}{'f0e9d8c7'}"
        path = {"netrc": home / "netrc", "settings": home / "settings"}.get(name, folder / name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content.format(key=keys[name]), encoding="utf-8")
    for number, name in enumerate(("WANDB_API_KEY", "HTTP_PROXY", "WANDB_BASE_URL"), len(keys)):
        keys[name] = f"{HEXADECIMAL}{number:02}{'f0e9d8c7'}"
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("NETRC", str(home / "netrc"))
    monkeypatch.setenv("WANDB_CONFIG_DIR", str(home))
    monkeypatch.setenv("WANDB_API_KEY", keys["WANDB_API_KEY"])
    monkeypatch.setenv("HTTP_PROXY", f"http://user:{keys['HTTP_PROXY']}@127.0.0.1:1")
    monkeypatch.setenv("WANDB_BASE_URL", f"http://user:{keys['WANDB_BASE_URL']}@127.0.0.1:1")
    before = {path for path in folder.rglob("*") if path.is_file()}
    for words in WITH_KEYS:
        log = "".join(path.read_text(encoding="utf-8") for path in sorted(before))
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(log.encode()), encoding="utf-8"))
        _, out, error = run(words, "utf-8", "strict", monkeypatch)
        written = "".join(
            path.read_text(encoding="utf-8") for path in folder.rglob("*") if path not in before and path.is_file()
        )
        assert out or error, words
        shown = out + error + written
        assert [name for name, key in keys.items() if key in shown or quote(key) in shown] == [], words
        for key in keys.values():
            assert base64.b64encode(f"api:{key}".encode()).decode() not in shown, words


WORD = HEXADECIMAL + "ffe9d8c7b6"
"""A key on a command line."""


@pytest.mark.parametrize("command", sample(["", *tried_commands(), "catalog pull", "catalog show"], one_in=3))
def test_no_key_of_a_command_line_is_in_what_is_wrong_with_it(
    command: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = ""
    for words in ([WORD], [f"--api-key={WORD}"], ["--api-key", WORD], [f"--{WORD}"], [f"--color={WORD}"]):
        if command == "init" and words == [WORD]:
            continue
        _, out, error = run((*command.split(), *words), "utf-8", "strict", monkeypatch)
        assert WORD not in out + error, words
        shown += out + error
    assert "[key]" in shown


@pytest.mark.parametrize(
    ("name", "value", "is_hidden"),
    [
        ("HF_TOKEN", "hf_" + WORD, True),
        ("OPENAI_API_KEY", "sk-" + WORD[:20], True),
        ("AWS_SECRET_ACCESS_KEY", WORD[::-1], True),
        ("DB_PASSWORD", "regilink", False),  # an ordinary word would be missing in every sentence
        ("TOKEN", "/run/secrets/token-0123456789", False),
        ("GIT_COMMIT", WORD, False),
    ],
)
def test_secrets_of_other_services_are_masked(
    name: str, value: str, is_hidden: bool, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    _, out, _ = run(("explain", f"wandb-registry-model/{value}"), "utf-8", "strict", monkeypatch)
    assert (value in out) != is_hidden


ODD_PLACE = "\x1b[2J\x9b\u202e\u2028 ##vso[task.complete]"


def plant(value: object, leaf: str) -> object:
    """The value with this string in the place of every other one."""
    if isinstance(value, dict):
        return {key: plant(item, leaf) for key, item in value.items()}
    if isinstance(value, list):
        return [plant(item, leaf) for item in value]
    return leaf if isinstance(value, str) else value


@pytest.mark.parametrize("leaf", [f"https://user:{WORD}@h/?api_key={WORD}", ODD_PLACE])
def test_no_field_of_a_merged_map_or_a_catalog_leaves(
    leaf: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / FILE).write_text(
        'import wandb\nrun = wandb.init(entity="t")\nrun.link_artifact(a, "wandb-registry-model/zoo", aliases=["x"])\n'
        'run.use_artifact("acme/wandb-registry-model/zoo:v1")\n',
        encoding="utf-8",
    )
    _, written, _ = run(("map", "--output-format=json"), "utf-8", "strict", monkeypatch)
    value = json.loads(written)
    assert value["collections"]
    for collection in value["collections"]:
        for side in ("producers", "consumers"):
            collection[side] = [{**plant(use, leaf), "kind": use["kind"]} for use in collection[side]]  # type: ignore[dict-item]
    (project / "map.json").write_text(json.dumps(value | {"repositories": [leaf]}), encoding="utf-8")
    catalog = plant(CATALOG, leaf)
    catalog["organizations"][0]["registries"][0]["visibility"] = "restricted"  # type: ignore[index]
    (project / "catalog.json").write_text(json.dumps(catalog), encoding="utf-8")
    pages = []
    for words in (
        *(("map", "--merge", "map.json", "--output-format", name) for name in ("full", "json", "mermaid")),
        ("map", "--merge", "map.json", "--html", "map.html"),
        ("map", "--catalog", "catalog.json", "--html", "map.html"),
        ("catalog", "show", "catalog.json"),
        ("doctor", "--catalog", "catalog.json", "--html", "doctor.html"),
        ("explain", "--catalog", "catalog.json", "wandb-registry-model/zoo"),
        ("lint", "--catalog", "catalog.json"),
    ):
        status, out, error = run(words, "utf-8", "strict", monkeypatch)
        # The doctor ends with 2 where it could check no link, as here: the entity is not in the catalog.
        assert status != 2 or (words[0] == "doctor" and "the page is in" in error), (words, error)
        pages = [path.read_text(encoding="utf-8") for path in project.glob("*.html")]
        shown = "".join((out, error, *pages))
        assert WORD not in shown, words
        assert not UNSAFE.intersection(shown), words
        assert "##vso" not in out + error, words
    assert len(pages) == 2
    shown_in_notebook = Catalog.load(project / "catalog.json")
    for page in (shown_in_notebook._repr_html_(), shown_in_notebook._repr_markdown_()):
        assert WORD not in page
        assert not UNSAFE.intersection(page)
