"""The documents of GraphQL that a wandb may send, held against the emulator's schema."""

import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import emulator_operations

WHERE = "import importlib.util; print(importlib.util.find_spec('wandb').submodule_search_locations[0])"


def judged(python: str) -> dict[str, Any]:
    """How many are answered, how many belong to an area that is left out, and which are neither."""
    place = subprocess.run([python, "-c", WHERE], capture_output=True, text=True, check=True).stdout.strip()
    documents = emulator_operations.documents(Path(place))
    answered = sum(each.problem in (None, "composed") for each in documents)
    outside = Counter(each.outside for each in documents if each.outside is not None)
    unanswered = [
        f"{each.name}: {each.problem}"
        for each in documents
        if each.problem not in (None, "composed") and each.outside is None
    ]
    return {"answered": answered, "outside": dict(sorted(outside.items())), "unanswered": unanswered}
