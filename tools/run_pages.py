"""Run the examples of pages: `python tools/run_pages.py [--update] [PAGE...]`, by default those of the site.

A page is run from its top to its end in an empty folder. A block with a title is a file (```python title="train.py"`),
a `console` block holds commands after `$ ` and what they print: a line of `...` stands for any lines, `...` inside a
line for any text, two spaces for more. Commands that ask a server get an emulator with the default world. `--update`
writes what the commands print into the page, where it does not fit.

A page in another language (`NAME.ja.md`) has exactly the examples of `NAME.md`, so that they run once: `--copy` writes
them into the translated pages.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regilink_doctor.emulator import Emulator, World

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```(?P<language>[\w-]+)(?P<options>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
VARYING = (
    (r"127\.0\.0\.1:\d+", "127.0.0.1:..."),
    (r"\b\d+\.\d\ds\b", "...s"),
    (r"\b\d+ ms\b", "... ms"),
    (r"(/[\w-]+)/[a-z0-9]{8}\b", r"\1/..."),
    (re.escape(sys.prefix) + r" *", "... "),
    (r"wandb   \d+\.\d+\.\d+", "wandb   ..."),
)
"""What is different at each run, and what the page has for it."""
ASKS_A_SERVER = re.compile(r"^\$ regilink (doctor|verify|catalog)\b", re.MULTILINE)
SECONDS = 120


@dataclass(frozen=True)
class Ran:
    """A command of a page, what the page says that it prints, what it prints; `start` and `end` of what it says."""

    command: str
    expected: str
    printed: str
    start: int
    end: int

    @property
    def fits(self) -> bool:
        """Whether what was printed is what the page says, where `...` stands for anything."""
        pattern = ""
        for line in self.expected.splitlines():
            if line.strip() == "...":
                pattern += r"(?:.*\n)*?"
            else:
                text = r".*".join(map(re.escape, line.rstrip().split("...")))
                pattern += re.sub(r"(?:\\ ){2,}", " +", text) + r" *\n"
        printed = self.printed if self.printed.endswith("\n") or not self.printed else f"{self.printed}\n"
        return re.fullmatch(pattern, printed) is not None


def find_pages() -> list[Path]:
    """The pages whose examples are run: the English ones."""
    names = ("index.md", "tutorial.md", "guides/*.md", "background/*.md")
    return sorted({page for name in names for page in DOCS.glob(name) if "." not in page.stem})


def find_translations(page: Path) -> list[Path]:
    """The same page in other languages."""
    return sorted(page.parent.glob(f"{page.stem}.*.md"))


def read_blocks(page: Path) -> list[str]:
    """The examples of a page."""
    return [block[0] for block in BLOCK.finditer(page.read_text(encoding="utf-8"))]


def copy_blocks(page: Path) -> None:
    """Write the examples of a page into its translations, in their order."""
    for translated in find_translations(page):
        blocks = iter(read_blocks(page))
        text = translated.read_text(encoding="utf-8")
        translated.write_text(BLOCK.sub(lambda block, blocks=blocks: next(blocks, block[0]), text), encoding="utf-8")


def run_page(page: Path) -> list[Ran]:
    """Run the examples of a page, in their order, in an empty folder."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        project = Path(folder, "project")
        project.mkdir()
        server = {}
        if ASKS_A_SERVER.search(page.read_text(encoding="utf-8")):
            server = stack.enter_context(Emulator(World.default())).environ()
        return list(_run_blocks(page, project, _make_environ(Path(folder, "home"), server)))


def _run_blocks(page: Path, folder: Path, environ: Mapping[str, str]) -> Iterator[Ran]:
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        if title := re.search(r'title="([^"]+)"', block["options"]):
            path = folder / title[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block["body"], encoding="utf-8")
        elif block["language"] == "console":
            for part in COMMAND.finditer(block["body"]):
                start, end = (block.start("body") + at for at in part.span(2))
                yield Ran(part[1], part[2], _run_command(part[1], folder, environ), start, end)


def _run_command(command: str, folder: Path, environ: Mapping[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    return done.stdout


def _make_environ(home: Path, server: Mapping[str, str]) -> dict[str, str]:
    """The environment of a new user: no account but that of the emulator, no colors."""
    home.mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "SYSTEMROOT") if name in os.environ}
    path = os.pathsep.join((str(Path(sys.executable).parent), kept.get("PATH", "")))
    # What wandb prints of each run has ids and addresses that are never the same.
    settings = {"HOME": str(home), "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "WANDB_SILENT": "true"}
    # No bytecode beside the page's files; where it is kept elsewhere, not each command compiles regilink anew.
    prefix = sys.pycache_prefix
    settings |= {"PYTHONPYCACHEPREFIX": prefix} if prefix else {"PYTHONDONTWRITEBYTECODE": "1"}
    git = {"GIT_CONFIG_GLOBAL": os.devnull}
    git |= {f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return {**kept, **settings, **git, **server, "PATH": path}


def update_page(page: Path, runs: Sequence[Ran]) -> bool:
    """Write what the commands print into the page; whether it has changed."""
    text = before = page.read_text(encoding="utf-8")
    for ran in reversed(runs):
        if not ran.fits:
            printed = f"{ran.printed.rstrip()}\n" if ran.printed else ""
            for pattern, shown in VARYING:
                printed = re.sub(pattern, shown, printed)
            text = text[: ran.start] + printed + text[ran.end :]
    page.write_text(text, encoding="utf-8")
    return text != before


def main() -> int:
    """Run pages; show, or write, what does not fit."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--update", action="store_true", help="write what the commands print into the page")
    arguments.add_argument("--copy", action="store_true", help="run nothing; copy the examples to translated pages")
    arguments.add_argument("pages", nargs="*", type=Path)
    asked = arguments.parse_args()
    status = 0
    for page in asked.pages or find_pages():
        if "." in page.stem:
            continue  # its examples are those of the English page
        if asked.copy:
            copy_blocks(page)
            continue
        runs = run_page(page)
        if asked.update and update_page(page, runs):
            copy_blocks(page)
            print(f"{page}: written")
            continue
        for ran in runs:
            if not ran.fits:
                status = 1
                print(f"{page}: $ {ran.command}\n{ran.printed}--- instead of\n{ran.expected}")
    return status


if __name__ == "__main__":
    sys.exit(main())
