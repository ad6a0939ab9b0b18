"""What machine formats say of a place: the path that a server knows, and a fingerprint that outlives edits."""

from __future__ import annotations

import os
from hashlib import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.report.lines import Lines


def repository_path(path: str, variable: str) -> str:
    """The path with slashes, seen from the checkout that a variable of the CI names; else from the current folder."""
    root = os.environ.get(variable)
    if root:
        seen = os.path.relpath(path, root)
        if not seen.startswith(os.pardir):
            path = seen
    return path.replace(os.sep, "/")


def fingerprints(findings: Sequence[Finding], lines: Lines) -> Iterator[str]:
    """A hash for each finding: of its rule, file and line's text, and which one of the same it is.

    Lines that come in above it do not change it, so that a known finding stays known.
    """
    seen: dict[str, int] = {}
    for finding in findings:
        content = lines.of(finding.place)
        number = finding.place.span.line
        text = content[number - 1].strip() if number <= len(content) else ""
        key = "\0".join((finding.code, finding.place.path, text))
        seen[key] = seen.get(key, 0) + 1
        yield sha256(f"{key}\0{seen[key]}".encode(errors="surrogateescape")).hexdigest()
