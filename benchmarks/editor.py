"""The language server as an editor uses it: `python benchmarks/editor.py [EDITS]`.

A tree of 5,000 files of which 300 link, and a program of 1,000 lines with twenty links whose values come from two
modules, a YAML file and the command lines of scripts. A client over standard input and output types one letter after
the other, in code, in a target path and in a comment, and waits for the findings of each; every fiftieth letter is
followed by saving the file. Latency is by the clock of the client, CPU time that of the server's process. Then EDITS
more in a short program (default: 10,000), for the memory. Linux only. Writes its part of `benchmarks/RESULTS.md`.
"""

import asyncio
import os
import platform
import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient
from results import make_parser, write

FILES = 5000
LINKING = 300
MEASURED = 400
EDITS = 10_000
BLOCK = """
def step_{0}(values, scale={0}):
    total = 0
    for value in values:
        total += value * scale
    return total / max(len(values), 1)

"""
HEAD = """import argparse
import os

import wandb
import yaml

from lib.helpers import publish
from lib.names import REGISTRY, make_path

parser = argparse.ArgumentParser()
parser.add_argument("--target")
options = parser.parse_args()
config = yaml.safe_load(open("config.yaml"))
run = wandb.init(entity=os.environ.get("WANDB_ENTITY", "team-a"), project="p")
artifact = wandb.Artifact("zoo", type="model")
"""
LINKS = (
    'run.link_artifact(artifact, f"{REGISTRY}/zoo")\n',
    'run.link_artifact(artifact, make_path("zoo"))\n',
    'run.link_artifact(artifact, config["target"])\n',
    "run.link_artifact(artifact, options.target)\n",
    'publish(run, artifact, "wandb-registry-model/zoo")\n',
)
LINKING_FILE = """import wandb
from lib.names import REGISTRY, make_path
from lib.helpers import publish

def main():
    with wandb.init(entity="team-a") as run:
        run.link_artifact("a", make_path("zoo{0}"))
        publish(run, "a", "wandb-registry-model/zoo{0}")
"""


def write_tree(root: Path) -> str:
    """The tree, and the text of the program that is edited."""
    (root / ".git").mkdir()
    for number in range(FILES):
        folder = root / f"part{number % 40}"
        folder.mkdir(exist_ok=True)
        text = LINKING_FILE.format(number) if number < LINKING else "import os\n" + BLOCK.format(number) * 8
        (folder / f"module{number}.py").write_text(text, encoding="utf-8")
    (root / "lib").mkdir()
    names = 'REGISTRY = "wandb-registry-model"\n\n\ndef make_path(name):\n    return f"{REGISTRY}/{name}"\n'
    (root / "lib" / "names.py").write_text(names, encoding="utf-8")
    helpers = "def publish(run, artifact, path):\n    run.link_artifact(artifact, path)\n"
    (root / "lib" / "helpers.py").write_text(helpers, encoding="utf-8")
    (root / "config.yaml").write_text("target: wandb-registry-model/zoo\n", encoding="utf-8")
    (root / "run.sh").write_text("python train.py --target wandb-registry-model/zoo\n", encoding="utf-8")
    (root / ".env").write_text("WANDB_ENTITY=team-a\n", encoding="utf-8")
    text = HEAD
    for number in range(20):
        text += BLOCK.format(number) * 6 + LINKS[number % len(LINKS)]
    text += 'run.link_artifact(artifact, "wandb-registry-model")\n# note: \n'
    (root / "train.py").write_text(text, encoding="utf-8")
    return text


class Client(LanguageClient):
    """Counts what is published."""

    def __init__(self) -> None:
        super().__init__("benchmark", "1")
        self.published = asyncio.Event()
        self.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: self.published.set())


def cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_megabytes(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


class Typing:
    """An editor in which somebody types: the text as the editor and as the server have it."""

    def __init__(self, client: Client, uri: str, text: str) -> None:
        self.client = client
        self.uri = uri
        self.lines = text.split("\n")
        self.version = 1
        in_string = next(n for n, line in enumerate(self.lines) if '"wandb-registry-model/zoo' in line)
        self.places = {
            "code": (next((n for n, line in enumerate(self.lines) if "total += value" in line), 0), -1),
            "path": (in_string, self.lines[in_string].index("/zoo") + 4),
            "comment": (len(self.lines) - 2, -1),
        }

    async def type_letter(self, where: str, letter: str) -> float:
        """Type a letter, and wait for the findings; the seconds it took."""
        line, column = self.places[where]
        column = column if column >= 0 else len(self.lines[line])
        start = perf_counter()
        self.change(line, column, column, letter)
        await self.wait_for_answer()
        return perf_counter() - start

    def change(self, line: int, start: int, end: int, text: str) -> None:
        self.lines[line] = self.lines[line][:start] + text + self.lines[line][end:]
        self.version += 1
        self.client.published.clear()
        place = lsp.Range(lsp.Position(line, start), lsp.Position(line, end))
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(self.version, self.uri),
                [lsp.TextDocumentContentChangePartial(place, text)],
            )
        )

    async def wait_for_answer(self) -> None:
        await asyncio.wait_for(self.client.published.wait(), 120)

    async def delete_typed(self, where: str, count: int) -> None:
        line, column = self.places[where]
        start = column if column >= 0 else len(self.lines[line]) - count
        self.change(line, start, start + count, "")
        await self.wait_for_answer()

    async def save(self, path: Path) -> None:
        path.write_text("\n".join(self.lines), encoding="utf-8")
        self.client.published.clear()
        self.client.text_document_did_save(lsp.DidSaveTextDocumentParams(lsp.TextDocumentIdentifier(self.uri)))
        await self.wait_for_answer()


async def measure_server(root: Path, text: str, edits: int) -> list[str]:
    client = Client()
    await client.start_io(sys.executable, "-m", "regilink_doctor", "server", cwd=str(root))
    process = client._server.pid  # type: ignore[union-attr]
    await client.initialize_async(
        lsp.InitializeParams(capabilities=lsp.ClientCapabilities(), root_uri=root.as_uri(), process_id=os.getpid())
    )
    client.initialized(lsp.InitializedParams())
    path = root / "train.py"
    start = perf_counter()
    item = lsp.TextDocumentItem(path.as_uri(), lsp.LanguageKind.Python, 1, text)
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
    typing = Typing(client, path.as_uri(), text)
    await typing.wait_for_answer()
    opened = perf_counter() - start
    rows = []
    everything: list[float] = []
    for where in typing.places:
        before = cpu_seconds(process)
        times = []
        for number in range(MEASURED // 4):
            times.append(await typing.type_letter(where, "x"))
            if number % 50 == 49:
                await typing.save(path)
        spent = (cpu_seconds(process) - before) / len(times)
        rows.append(format_row(f"a letter in {where}", times, spent))
        everything += times
        await typing.delete_typed(where, len(times))
    rows.append(format_row("all of these", everything, None))
    saves = []
    for _ in range(10):
        start = perf_counter()
        await typing.save(path)
        saves.append(perf_counter() - start)
    rows.append(format_row("saving", saves, None))
    path = root / "part0" / "module0.py"
    text_of_other = path.read_text(encoding="utf-8")
    item = lsp.TextDocumentItem(path.as_uri(), lsp.LanguageKind.Python, 1, text_of_other)
    client.published.clear()
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
    typing = Typing(client, path.as_uri(), text_of_other)
    await typing.wait_for_answer()
    memory = [(0, resident_megabytes(process))]
    for number in range(1, edits + 1):
        await typing.type_letter("path", "x") if number % 2 else await typing.delete_typed("path", 1)
        if number % 200 == 0:
            await typing.save(path)
        if number % (edits // 4) == 0:
            memory.append((number, resident_megabytes(process)))
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()
    sizes = ", ".join(f"{size:.0f} MB after {number:,}" for number, size in memory)
    return [
        f"{text.count(chr(10)):,} lines, {FILES:,} files; opened in {opened * 1000:.0f} ms.",
        "",
        "| | median ms | p95 ms | CPU ms of the server |",
        "|---|--:|--:|--:|",
        *rows,
        "",
        f"Memory over {edits:,} edits: {sizes}.",
    ]


def format_row(what: str, times: list[float], cpu: float | None) -> str:
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) * 95 // 100, len(ordered) - 1)]
    shown = "" if cpu is None else f"{cpu * 1000:.0f}"
    return f"| {what} | {statistics.median(times) * 1000:.0f} | {p95 * 1000:.0f} | {shown} |"


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("edits", nargs="?", type=int, default=EDITS, metavar="EDITS")
    edits = parser.parse_args().edits
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        lines = asyncio.run(measure_server(root, write_tree(root), edits))
    load = os.getloadavg()
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, load average {load[0]:.1f} (1 minute)"
    head = ["## The language server", "", f"Made by `python benchmarks/editor.py`. {machine}.", ""]
    write("\n".join([*head, *lines]))


if __name__ == "__main__":
    main()
