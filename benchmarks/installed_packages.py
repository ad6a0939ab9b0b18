"""Lint everything that is installed, gates left out: no crash, no finding outside code that uses wandb.

`python benchmarks/installed_packages.py [FOLDER...] [--seconds N] [--seed N]`: the standard library and the
site-packages of the running Python, in random order, for as long as wanted. Prints every
finding, and the slowest files.
"""

import os
import random
import sysconfig
import time
from collections.abc import Iterator

from results import make_parser

from regilink_doctor.lint.engine import lint_bytes
from regilink_doctor.lint.scan.files import MAX_BYTES
from regilink_doctor.lint.scan.kinds import kind_of


def files(folders: list[str]) -> Iterator[str]:
    for folder in folders:
        for root, folders_below, names in os.walk(folder):
            folders_below[:] = [name for name in folders_below if name != "__pycache__"]
            yield from (os.path.join(root, name) for name in names if kind_of(os.path.join(root, name)))


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("folders", nargs="*")
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    paths = sysconfig.get_paths()
    found = sorted(set(files(options.folders or [paths["stdlib"], paths["purelib"]])))
    random.Random(options.seed).shuffle(found)
    start, looked, findings, size = time.monotonic(), 0, 0, 0
    slow: list[tuple[float, int, str]] = []
    for path in found:
        if time.monotonic() - start > options.seconds:
            break
        if os.path.getsize(path) > MAX_BYTES:
            continue
        with open(path, "rb") as file:
            content = file.read()
        began = time.monotonic()
        report = lint_bytes(path, content)
        slow.append((time.monotonic() - began, len(content), path))
        looked += 1
        size += len(content)
        for finding in report.findings:
            findings += 1
            print(f"{path}:{finding.place.span.line}: {finding.code} {finding.message}")
    print(f"{looked} of {len(found)} files, {size / 1e6:.1f} MB, {findings} findings")
    for seconds, length, path in sorted(slow, reverse=True)[:10]:
        print(f"{seconds:6.2f} s  {length:9} bytes  {path}")


if __name__ == "__main__":
    main()
