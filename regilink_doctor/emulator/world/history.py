"""A run's history as the public Api reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_KINDS: tuple[tuple[type, str], ...] = ((bool, "boolean"), (int, "number"), (float, "number"), (str, "string"))


def sampled(rows: Sequence[dict[str, Any]], spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows that have every key of the specification, thinned out evenly to its number of samples.

    `minStep` and `maxStep` belong to the range (`core/internal/runhistoryreader/livedata.go` sends `maxStep - 1`).
    """
    keys = list(spec.get("keys") or ())
    low, high = spec.get("minStep"), spec.get("maxStep")
    found = [
        {key: row[key] for key in keys} if keys else dict(row)
        for row in rows
        if all(key in row for key in keys)
        and (low is None or row["_step"] >= low)
        and (high is None or row["_step"] <= high)
    ]
    samples = int(spec.get("samples") or 500)
    if len(found) <= samples:
        return found
    step = len(found) / samples
    return [found[int(index * step)] for index in range(samples)]


def keys_of(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Which keys were logged, how often and as what (`Run.historyKeys`)."""
    keys: dict[str, dict[str, Any]] = {}
    for row in rows:
        for key, value in row.items():
            entry = keys.setdefault(key, {"typeCounts": [], "monotonic": False, "previousValue": -1})
            kind = next((name for cls, name in _KINDS if isinstance(value, cls)), "map")
            for count in entry["typeCounts"]:
                if count["type"] == kind:
                    count["count"] += 1
                    break
            else:
                entry["typeCounts"].append({"type": kind, "count": 1})
            entry["previousValue"] = value
    last = max((row["_step"] for row in rows), default=-1)
    return {"sets": [], "keys": keys, "lastStep": last}
