"""GraphQL's names as Python's."""

from __future__ import annotations

import re
from functools import cache


@cache
def snake(name: str) -> str:
    """`artifactID` -> `artifact_id`, `hexMD5` -> `hex_md5`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
