"""The emulator's measures, ratios within one run: `python benchmarks/emulator.py [--openwandb COMMAND]`.

- the seed's snippet on the emulator beside the same without its link call in offline mode (whole processes, in turn);
- start, reset and stop of the emulator after its imports;
- links a second, over real HTTP, by one writer, sixteen and sixty-four;
- pages of a collection of 100,000 versions, and the memory after them; a search over them;
- the memory that an upload of 1 GB takes;
- with `--openwandb "openwandb serve --host 127.0.0.1 -p {port} --data-dir FOLDER"`: from the start of its process to
  the first answer, beside that of `regilink emulator`.

Writes its section of `benchmarks/RESULTS.md`.
"""

import json
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import requests
from results import make_parser, write

from regilink_doctor.emulator import Emulator, World

ROUNDS = int(os.environ.get("ROUNDS", "5"))
TITLE = "## The emulator"
SNIPPET = """import wandb
run = wandb.init(entity="team-a", project="quickstart", mode="{mode}")
artifact = wandb.Artifact(name="zoo", type="model")
artifact.add_file(local_path="weights.txt")
{call}
run.finish()
"""
LINK = 'run.link_artifact(artifact, "wandb-registry-model/animals", aliases=["candidate"])'
MUTATION = "mutation L($input: LinkArtifactInput!) { result: linkArtifact(input: $input) { versionIndex } }"


def seconds(action: Callable[[], object]) -> float:
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def snippet(folder: Path) -> tuple[float, float]:
    """Seconds on the emulator, and offline without the link: in turn, the first round thrown away, medians."""
    (folder / "weights.txt").write_text("weights", encoding="utf-8")
    (folder / "online.py").write_text(SNIPPET.format(mode="online", call=LINK), encoding="utf-8")
    (folder / "offline.py").write_text(
        SNIPPET.format(mode="offline", call="run.log_artifact(artifact)"), encoding="utf-8"
    )
    taken: dict[str, list[float]] = {"online.py": [], "offline.py": []}
    with Emulator() as emulator:
        environ = {**os.environ, **emulator.environ()}
        for number in range(ROUNDS + 1):
            for name, values in taken.items():
                spent = seconds(lambda: subprocess.run([sys.executable, name], cwd=folder, env=environ, check=True))  # noqa: B023
                if number:
                    values.append(spent)
        assert len(emulator.ledger) == ROUNDS + 1
    return statistics.median(taken["online.py"]), statistics.median(taken["offline.py"])


def server() -> dict[str, float]:
    taken: dict[str, list[float]] = {"start": [], "reset": [], "stop": []}
    for number in range(ROUNDS * 4 + 1):
        emulator = Emulator()
        spent = {"start": seconds(emulator.start)}
        requests.get(f"{emulator.url}/healthz", timeout=10)
        spent |= {"reset": seconds(emulator.reset), "stop": seconds(emulator.stop)}
        for name, value in spent.items():
            if number:
                taken[name].append(value)
    return {name: statistics.median(values) for name, values in taken.items()}


def links(writers: int, each: int) -> float:
    """Links a second. The sources are there before; a link is one request and its answer."""
    with Emulator() as emulator:
        world = emulator.world
        sources = [[world.artifact(f"zoo-{one}", entity="team-a").id for _ in range(each)] for one in range(writers)]
        key = world.users["alice"].key

        def write(own: list[str]) -> None:
            with requests.Session() as session:
                for identifier in own:
                    where = {"entityName": "acme", "projectName": "wandb-registry-model"}
                    values = {**where, "artifactID": identifier, "artifactPortfolioName": "animals"}
                    body = {"query": MUTATION, "variables": {"input": values}}
                    session.post(f"{emulator.url}/graphql", json=body, auth=("api", key), timeout=60).raise_for_status()

        write(sources[0][:1])
        threads = [threading.Thread(target=write, args=(own,)) for own in sources]

        def run() -> None:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        return writers * each / seconds(run)


PAGE = """query P($after: String) { project(entityName: "acme", name: "wandb-registry-model") {
  artifactCollection(name: "large") { artifactMemberships(first: 100, after: $after) {
    edges { node { id versionIndex aliases { alias } artifact { id digest } } } pageInfo { endCursor } } } } }"""


SEARCH = """query S($filters: JSONString) { entity(name: "acme") { artifactMemberships(first: 50, filters: $filters) {
    totalCount edges { node { versionIndex artifact { id } } } } } }"""


def large_collection() -> tuple[float, float, float]:
    """Milliseconds for a page of 100 of 100,000 versions (mean of ten), MB for these, CPU milliseconds for a search."""
    world = World.default()
    world.collection("large", registry="model", versions=100_000, aliases=["production"])
    with Emulator(world) as emulator, requests.Session() as session:
        session.auth = ("api", world.users["alice"].key)

        def read_page(after: str | None) -> str:
            body = {"query": PAGE, "variables": {"after": after}}
            answer = session.post(f"{emulator.url}/graphql", json=body, timeout=60).json()
            cursor: str = answer["data"]["project"]["artifactCollection"]["artifactMemberships"]["pageInfo"][
                "endCursor"
            ]
            return cursor

        cursor, before = read_page(None), memory()
        begin = time.perf_counter()
        for _ in range(10):
            cursor = read_page(cursor)
        page, used = (time.perf_counter() - begin) * 100, memory() - before
        filters = json.dumps(
            {"$and": [{"state": "COMMITTED"}, {"version_index": {"$gte": 50_000}}, {"tag": {"$ne": "x"}}]}
        )
        body = {"query": SEARCH, "variables": {"filters": filters}}
        begin = time.process_time()
        answer = session.post(f"{emulator.url}/graphql", json=body, timeout=60).json()
        taken = time.process_time() - begin
        assert answer["data"]["entity"]["artifactMemberships"]["totalCount"] == 50_000, answer
        return page, used, taken * 1000


def large_upload() -> float:
    """MB that an upload of 1 GB and its download take at most."""
    piece = os.urandom(1 << 20)
    with Emulator() as emulator:
        file = emulator.world.make_upload("large")
        url = f"{emulator.url}/storage/wandb_artifacts/{file.blob}/large"
        before = memory()
        requests.put(url, data=(piece for _ in range(1024)), timeout=600).raise_for_status()
        highest = memory()
        with requests.get(url, stream=True, timeout=600) as answer:
            for _ in answer.iter_content(1 << 20):
                highest = max(highest, memory())
        return highest - before


def memory() -> float:
    """MB of this process."""
    return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def until_ready(command: list[str], url: str) -> float:
    """Seconds from the start of the process to its first answer."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while time.perf_counter() - begin < 120:
            try:
                urllib.request.urlopen(url, timeout=5).close()
                return time.perf_counter() - begin
            except urllib.error.HTTPError:
                return time.perf_counter() - begin
            except OSError:
                time.sleep(0.01)
        raise SystemExit(f"{command} did not answer at {url}")
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def own_until_ready(folder: Path) -> float:
    """`regilink emulator --env-file`: ready when the file is there, which is written when it serves."""
    path = folder / "env"
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "regilink_doctor", "emulator", "--env-file", str(path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not path.exists():
            time.sleep(0.005)
        return time.perf_counter() - begin
    finally:
        process.terminate()
        process.wait()
        path.unlink(missing_ok=True)


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--openwandb", metavar="COMMAND", help="its server's command; {port} is filled in")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="regilink-benchmark-"))
    try:
        online, offline = snippet(folder)
        served = server()
        one, sixteen, sixty_four = links(1, 300), links(16, 25), links(64, 10)
        page, page_memory, search = large_collection()
        upload = large_upload()
        ready = statistics.median(own_until_ready(folder) for _ in range(ROUNDS))
        peer = None
        if options.openwandb:
            port = free_port()
            command = options.openwandb.format(port=port).split()
            peer = statistics.median(until_ready(command, f"http://127.0.0.1:{port}/") for _ in range(ROUNDS))
    finally:
        shutil.rmtree(folder)
    lines = [
        TITLE,
        "",
        f"`python benchmarks/emulator.py`: Python {platform.python_version()}, {os.cpu_count()} cores, wandb "
        f"{version('wandb')}; {ROUNDS} rounds, medians; load of the machine at the end {os.getloadavg()[0]:.0f}.",
        "",
        "| | |",
        "|---|--:|",
        f"| the snippet on the emulator, linked | {online * 1000:.0f} ms |",
        f"| the same, offline and without its link | {offline * 1000:.0f} ms |",
        f"| ratio | {online / offline:.2f} |",
        *(f"| {name}, after the imports | {value * 1000:.1f} ms |" for name, value in served.items()),
        f"| links a second, one writer | {one:.0f} |",
        f"| links a second, sixteen writers | {sixteen:.0f} |",
        f"| links a second, sixty-four writers | {sixty_four:.0f} |",
        f"| a page of 100 versions, of 100,000 | {page:.0f} ms |",
        f"| memory for ten such pages | {page_memory:.0f} MB |",
        f"| a search with three conditions over 100,000 versions, CPU | {search:.0f} ms |",
        f"| memory for an upload of 1 GB and its download | {upload:.0f} MB |",
        f"| `regilink emulator`, process start to ready | {ready * 1000:.0f} ms |",
    ]
    if peer is not None:
        lines.append(f"| openwandb, process start to its first answer | {peer * 1000:.0f} ms |")
    section = "\n".join(lines) + "\n"
    write(section)
    print(section)


if __name__ == "__main__":
    main()
