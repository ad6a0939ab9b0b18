"""The documents of GraphQL that a wandb may send, held against the emulator's schema."""

import importlib.util
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

OPERATIONS = Path(__file__).parent.parent.parent / "docs" / "emulator_operations.py"
WHERE = "import importlib.util; print(importlib.util.find_spec('wandb').submodule_search_locations[0])"


def judged(python: str) -> dict[str, Any]:
    """How many are answered, how many belong to an area that is left out, and which are neither."""
    place = subprocess.run([python, "-c", WHERE], capture_output=True, text=True, check=True).stdout.strip()
    documents = _operations().documents(Path(place))
    answered = sum(each.problem in (None, "composed") for each in documents)
    outside = Counter(each.outside for each in documents if each.outside is not None)
    unanswered = [
        f"{each.name}: {each.problem}"
        for each in documents
        if each.problem not in (None, "composed") and each.outside is None
    ]
    return {"answered": answered, "outside": dict(sorted(outside.items())), "unanswered": unanswered}


def _operations() -> ModuleType:
    if (known := sys.modules.get("emulator_operations")) is not None:
        return known
    spec = importlib.util.spec_from_file_location("emulator_operations", OPERATIONS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclasses look
    spec.loader.exec_module(module)
    return module
