"""What the playground of the site runs: Pyodide from npm, and the wheels of regilink and PyYAML.

Both are pinned by their hashes, fetched by npm and pip, and put into the built site, never into the repository.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
CACHE = ROOT / "build" / "cache"
PYODIDE = "314.0.7"
PYODIDE_SHA512 = "0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A=="
PYODIDE_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
PYYAML = "PyYAML==6.0.4 --hash=sha256:e24bf71af8a432d7808fabff134d38dfe16d3cbb41f2873bb4b1e42422de0a1a"
"""Its source: the wheels have compiled code for other machines."""


class NotFetched(Exception):
    """The engine could not be fetched: no network, or no npm."""


def add_engine(site: Path) -> None:
    """Put the engine into a built site, and its place into `assets/playground-engine.json`.

    Raises:
        NotFetched: npm or pip cannot be run, or fails; the site stays without the engine.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        with tarfile.open(_fetch_pyodide()) as archive:
            for file in PYODIDE_FILES:
                source = archive.extractfile(f"package/{file}")
                assert source is not None
                (folder / file).write_bytes(source.read())
        _build_wheels(folder)
        files = sorted(folder.iterdir())
        digest = hashlib.sha256()
        for path in files:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        engine = f"playground-engine-{digest.hexdigest()[:16]}"
        shutil.copytree(folder, site / "assets" / engine)
    value = {"engine": engine, "wheels": [path.name for path in files if path.suffix == ".whl"]}
    (site / "assets" / "playground-engine.json").write_text(json.dumps(value), encoding="utf-8")


def _fetch_pyodide() -> Path:
    """The package of npm; an error, not `NotFetched`, where it is another one than the pinned."""
    CACHE.mkdir(parents=True, exist_ok=True)
    path = CACHE / f"pyodide-{PYODIDE}.tgz"
    if not path.exists():
        _run([shutil.which("npm") or "npm", "pack", "--silent", f"pyodide@{PYODIDE}"], cwd=CACHE)
    if base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode() != PYODIDE_SHA512:
        path.unlink()
        raise SystemExit(f"pyodide {PYODIDE} from npm does not have the pinned hash")
    return path


def _build_wheels(folder: Path) -> None:
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder)]
    pinned = CACHE / "playground-requirements.txt"
    pinned.write_text(f"{PYYAML}\n", encoding="utf-8")
    _run([*wheel, "--require-hashes", "--no-binary", "PyYAML", "-r", str(pinned)], PYYAML_FORCE_LIBYAML="0")
    _run([*wheel, str(ROOT)])
    if others := [path.name for path in folder.glob("*.whl") if not path.name.endswith("-none-any.whl")]:
        raise SystemExit(f"not pure: {', '.join(others)}")


def _run(command: list[str], cwd: Path = ROOT, **variables: str) -> None:
    try:
        subprocess.run(command, cwd=cwd, env={**os.environ, **variables}, check=True, capture_output=True, text=True)
    except OSError as error:
        raise NotFetched(f"{command[0]}: {error}") from None
    except subprocess.CalledProcessError as error:
        raise NotFetched(f"{' '.join(command)}: {error.stderr.strip()}") from None


def restrict_page(page: Path, site: Path) -> None:
    """Give a built page the policy that it talks to its own site alone, and runs no script that was added later."""
    text = page.read_text(encoding="utf-8")
    # mkdocs leaves the addresses of HTML in a page as they are, zensical takes them from the page's source.
    up = "../" * len(page.parent.relative_to(site).parts)
    text = re.sub(r'="[./]*(assets/playground\.)', rf'="{up}\1', text)
    inline = re.findall(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", text, re.DOTALL)
    hashes = {base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline}
    scripts = " ".join(f"'sha256-{value}'" for value in sorted(hashes))
    policy = (
        "default-src 'self'; "
        f"script-src 'self' 'wasm-unsafe-eval' {scripts}; "
        "worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; form-action 'none'"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    page.write_text(re.sub(r"<head>", lambda match: match.group() + meta, text, count=1), encoding="utf-8")
