"""How long the playground takes in Chromium: `python benchmarks/playground.py`, after `python tools/site_pages.py`.

Each round is a browser with a profile of its own: the first visit, a second one, then one letter more in the code.
Writes its part of RESULTS.md.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tools")]

from browser import Browser, serve_site  # noqa: E402
from results import make_parser, write  # noqa: E402
from site_pages import SITE  # noqa: E402

ROUNDS = int(os.environ.get("ROUNDS", "5"))
CODE = 'import wandb\n\nrun = wandb.init(entity="team-a")\nrun.link_artifact(a, "wandb_registry-model/churn:v1")\n'
STATE = "document.querySelectorAll('#regilink-playground [role=status]')[1].textContent"


def main() -> None:
    make_parser(__doc__).parse_args()
    taken: dict[str, list[float]] = {"first visit": [], "second visit": [], "one letter more": []}
    with serve_site(SITE) as server:
        address = f"http://127.0.0.1:{server.server_port}/playground/"
        for _ in range(ROUNDS):
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                browser = Browser(Path(folder))
                for visit in ("first visit", "second visit"):
                    start = time.perf_counter()
                    browser.open(address)
                    taken[visit].append(time.perf_counter() - start)
                for number in range(5):
                    browser.type("code", f"{CODE}{'#' * number}")
                    answer = str(browser.run(STATE))  # "2 findings, 1 path in the code (3 ms)"
                    taken["one letter more"].append(int(answer.rpartition("(")[2].split()[0]) / 1000)
                browser.close()
    size = sum(path.stat().st_size for path in SITE.glob("assets/playground*/**/*") if path.is_file())
    rows = "".join(f"| {name} | {statistics.median(values) * 1000:.0f} |\n" for name, values in taken.items())
    write(
        "## The playground\n\n"
        f"Made by `python benchmarks/playground.py`: Chromium without a window, from a server on the same machine; "
        f"{ROUNDS}\nprofiles, medians. The engine is {size / 2**20:.1f} MB. Load {os.getloadavg()[0]:.0f} on "
        f"{os.cpu_count()} cores.\n\n| | ms |\n|---|--:|\n{rows}"
    )


if __name__ == "__main__":
    main()
