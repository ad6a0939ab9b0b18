"""`--diff`: what the fixes would change, as a unified diff that `patch` takes.

A key that stands near a change is masked, as everywhere: there, and only there, `patch` will not find its place.
"""

from __future__ import annotations

import os
from difflib import unified_diff

from regilink_doctor.core.text import encoding_of, escape_text, mask_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def diff_lines(path: str, before: bytes, after: bytes) -> Iterator[str]:
    """The lines, without their ends; in a notebook those of its JSON. Names have slashes, as `git apply` wants."""
    old, new = (content.decode(encoding_of(content), errors="replace") for content in (before, after))
    name = escape_text(path.replace(os.sep, "/"))
    for line in unified_diff(_split_lines(old), _split_lines(new), name, name):
        yield mask_keys(line.removesuffix("\n"))
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _split_lines(text: str) -> list[str]:
    """The lines with their ends; a form feed or a lone carriage return ends none of them, as in `patch`."""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]
