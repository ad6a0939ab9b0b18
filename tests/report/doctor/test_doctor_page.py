"""The page: what it says, that names stay text in it, and how a real browser shows it."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

import pytest
from browser import BROWSER, show_page

from regilink_doctor import __version__
from regilink_doctor.cli import main
from regilink_doctor.core.check_result import CheckResult
from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.organization_view import OrganizationNames
from regilink_doctor.core.origin import Code, Setting, Variable
from regilink_doctor.core.records import replace
from regilink_doctor.core.targets import target_of
from regilink_doctor.doctor.diagnosis import Diagnosis, Ready
from regilink_doctor.report.doctor.page import to_html

EVIL = '<script>document.title="owned"</script><img src=x onerror=alert(1)>&amp;'
ROWS = (
    CheckResult("host", "pass", "https://h", "it answered", duration_ms=12),
    CheckResult(
        "entity",
        "fail",
        "alice",
        "is personal",
        "REG203",
        "train.py:2: entity\nagain:\n    import wandb\n    x = 1",
        Code(Place("train.py", Span(2, 1, 2, 9)), "entity"),
    ),
    CheckResult("registry", "warn", EVIL, EVIL, "REG301", EVIL),
    CheckResult("role", "skip", "x", "skipped: `entity` (alice) failed"),
)
FOUND = (("entity", Setting("alice", Variable("WANDB_ENTITY"))),)
BAD = Diagnosis(ROWS, FOUND, (target_of("wandb-registry-model/zoo"),), None, 2, 40)
READY = Ready((("team-a", OrganizationNames("Acme Inc", "acme")),), ("wandb-registry-model/zoo",), "team-a")
GOOD = Diagnosis(ROWS[:1], FOUND, (target_of("wandb-registry-model/zoo"),), READY, 2, 40)


def browse(page: str, folder: Path, *arguments: str) -> str:
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    return show_page(file.as_uri(), folder, *arguments)


def test_a_script_is_whole_and_a_name_is_text() -> None:
    page = to_html(BAD)
    assert "<pre>import wandb\nx = 1</pre>" in page
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert "1 problem" in page


def test_nothing_comes_from_elsewhere() -> None:
    for diagnosis in (BAD, GOOD):
        page = to_html(diagnosis)
        assert "default-src 'none'" in page
        assert not [word for word in ("src=", "href=", "url(", "@import") if word in page.replace("src=x", "")]


def test_codes_link_to_their_rules_where_the_documentation_has_a_site() -> None:
    page = to_html(BAD, site="https://docs.example.com/regilink/")
    assert '<a href="https://docs.example.com/regilink/rules/REG203/"><code>REG203</code></a>' in page


def test_problems_stand_by_file_and_results_by_target() -> None:
    page = to_html(BAD)
    assert page.index("<h3>Not in a file (1)</h3>") < page.index("<h3><code>train.py</code> (1)</h3>")
    assert "<h2>By target</h2>" not in page  # no row is about a link
    at_lines = [Code(Place("train.py", Span(line, 1, line, 9))) for line in (4, 9)]
    rows = [
        CheckResult("target-path", "pass", "m/zoo", "fine", origin=at_lines[0], also_at=(at_lines[1],), group="Links"),
        CheckResult("role", "fail", "m/zoo", "may not", "REG402", origin=at_lines[0], group="Links"),
        CheckResult("target-path", "pass", "m/cat", "fine", origin=at_lines[1], group="Links"),
    ]
    page = to_html(replace(BAD, checks=(*ROWS, *rows)))
    assert (
        '<tr class="fail"><td class="value">m/zoo</td>\n<td class="status">failed</td>'
        "<td>1 problem: role; 1 passed</td>\n"
        '<td class="source">train.py:4<br>train.py:9</td></tr>'
    ) in page
    assert '<tr class="pass"><td class="value">m/cat</td>' in page
    assert '<th scope="row">Links</th><td class="status">failed</td>\n<td>1 problem: role; 2 passed</td>' in page


def test_the_page_tells_when_where_and_with_what(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "WANDB_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    main(["doctor", "--html", "page.html", "wandb-registry-model/zoo"])
    page = Path("page.html").read_text(encoding="utf-8")
    for words in (r"date <code>20\d\d-\d\d-\d\d \d\d:\d\d UTC<", "host <code>http://127.0.0.1:9<", "Python <code>3"):
        assert re.search(words, page)
    assert f"folder <code>{escape(str(tmp_path))}<" in page
    assert f"regilink <code>{escape(__version__)}<" in page
    main(["doctor", "--html", "page.html", "--redact", "wandb-registry-model/zoo"])
    assert str(tmp_path) not in Path("page.html").read_text(encoding="utf-8")
    capsys.readouterr()


def test_all_well_ends_with_what_to_paste() -> None:
    page = to_html(GOOD)
    assert "No link was checked" in page
    assert "All well" not in page
    assert "run = wandb.init(entity=&quot;team-a&quot;)" in page
    assert "prefers-color-scheme: dark" in page


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
def test_a_browser_builds_the_page_and_runs_nothing(tmp_path: Path) -> None:
    built = browse(to_html(BAD), tmp_path, "--dump-dom")
    assert "<title>regilink doctor: 1 problem</title>" in built
    assert built.count("<article") == 2
    assert "<script" not in built
    assert "owned</title>" not in built


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
def test_on_a_telephone_nothing_stands_out_at_the_side(tmp_path: Path) -> None:
    frame = (
        f'<iframe width=360 height=800 srcdoc="{escape(to_html(BAD))}" onload="document.title = '
        'this.contentDocument.documentElement.scrollWidth"></iframe>'
    )
    built = browse(f"<!doctype html><title>not built</title>{frame}", tmp_path, "--dump-dom")
    width = built.partition("<title>")[2].partition("</title>")[0]
    assert int(width) <= 364


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
@pytest.mark.parametrize(
    ("flags", "colour"),
    [
        pytest.param((), (0xFF, 0xFF, 0xFF), id="light"),
        pytest.param(("--blink-settings=preferredColorScheme=0",), (0x14, 0x17, 0x1A), id="dark"),
    ],
)
def test_a_browser_shows_it_light_and_dark(
    flags: tuple[str, ...], colour: tuple[int, int, int], tmp_path: Path
) -> None:
    picture = tmp_path / "page.png"
    browse(to_html(BAD), tmp_path, *flags, "--window-size=1000,900", f"--screenshot={picture}")
    assert corner(picture) == colour


def corner(picture: Path) -> tuple[int, int, int]:
    """The colour of the first pixel of a PNG, read without a library: the first row has no row above it."""
    import struct
    import zlib

    content = picture.read_bytes()
    kind = content[25]
    position, data = 8, b""
    while position < len(content):
        (length,) = struct.unpack(">I", content[position : position + 4])
        if content[position + 4 : position + 8] == b"IDAT":
            data += content[position + 8 : position + 8 + length]
        position += 12 + length
    assert kind in (2, 6), "true colour"
    first = zlib.decompressobj().decompress(data, 16)
    return first[1], first[2], first[3]
