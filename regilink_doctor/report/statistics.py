"""`--statistics`: how often each rule has spoken, the most frequent first."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.core.findings import Finding


def statistics_lines(findings: Sequence[Finding], output_format: str) -> Iterator[str]:
    """A line a rule; as JSON `{"version", "statistics": [{"code", "name", "count", "fixable"}]}`."""
    counts: dict[str, list[Finding]] = {}
    for finding in findings:
        counts.setdefault(finding.code, []).append(finding)
    rows = sorted(counts.items(), key=lambda item: (-len(item[1]), item[0]))
    if output_format in ("json", "json-lines"):
        import json

        values = [
            {"code": code, "name": found[0].name, "count": len(found), "fixable": _fixable(found)}
            for code, found in rows
        ]
        yield json.dumps({"version": 1, "statistics": values}, indent=None if output_format == "json-lines" else 2)
        return
    for code, found in rows:
        fixable = f"  ({_fixable(found)} with a fix)" if _fixable(found) else ""
        yield f"{len(found):>5}  {code}  {found[0].name}{fixable}"


def _fixable(findings: Sequence[Finding]) -> int:
    return sum(finding.fix is not None for finding in findings)
