"""Whether a fix improves a file or a call: decides what `--fix` applies, and what is offered as a fix."""

from __future__ import annotations

from collections import Counter

from regilink_doctor.core.problems import LinkInput, sdk_link
from regilink_doctor.core.records import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import FileFact, Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.core.target_path import LinkMethod


def is_improvement(before: Iterable[Finding], after: Sequence[Finding], fixed: Iterable[Finding]) -> bool:
    """Whether fixes improve a file.

    The findings that they fix are gone, there are fewer errors and warnings than before (else fewer infos: an error
    may have hidden some), and no error is new: by code alone, for the message may name a part that is fixed now.
    """
    before = list(before)
    old, new = count_messages(before), count_messages(after)
    if any(new[key] > old[key] - count for key, count in count_messages(fixed).items()):
        return False
    return _weigh(after) < _weigh(before) and _count_errors(after) <= _count_errors(before)


def count_messages(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    """How many findings have each code and message."""
    return Counter((finding.code, finding.message) for finding in findings)


def _count_errors(findings: Iterable[Finding]) -> Counter[str]:
    return Counter(finding.code for finding in findings if finding.severity == "error")


def _weigh(findings: Sequence[Finding]) -> tuple[int, int]:
    infos = sum(finding.severity == "info" for finding in findings)
    return len(findings) - infos, infos


def lands_elsewhere(before: Sequence[Site], after: Sequence[Site]) -> bool:
    """Whether a link that W&B refused, or that went to a registry or another project, now goes to a project."""
    # Where a call has come or gone, it is not known which ones belong together.
    pairs = zip(before, after, strict=True) if len(before) == len(after) else ()
    return any(
        _is_moved((old, text.pattern), (new, other.pattern))
        for old, new in pairs
        if old.kind in ("link", "target") and len(old.target) == len(new.target)
        for text, other in zip(old.target, new.target, strict=True)
    )


def _is_moved(before: tuple[Site, str], after: tuple[Site, str]) -> bool:
    if before[1] == after[1]:
        return False
    old, new = _send(*before), _send(*after)
    if new is None or new.registry:
        return False
    if old is None or old.registry:
        return True
    from regilink_doctor.core.judgement import judge_collection  # few fixes come so far

    refused = judge_collection(old.collection)
    is_refused = refused is not None and refused.outcome == "refused"
    places = [((sent.entity or "").strip(), sent.project.strip()) for sent in (old, new)]
    return places[0] != places[1] or (is_refused and old.collection.partition(":")[0] != new.collection)


def _send(site: Site, target: str) -> LinkInput | None:
    """What the SDK sends for a link; None where it refuses."""
    call: LinkMethod = "Artifact.link" if site.call.endswith("Artifact.link") else "Run.link_artifact"
    sent = sdk_link(target, call, "entity", "project", {})
    return sent if isinstance(sent, LinkInput) else None


def edit_targets(item: Site | FileFact, finding: Finding) -> tuple[Site, Site] | None:
    """A call as it is, and with the targets that the fix of a finding makes; None where it changes none of them."""
    if finding.fix is None or item.kind not in ("link", "target", "consume"):
        return None
    site: Any = item
    targets: tuple[StringValue, ...] = site.target
    # The last one first: an edit moves what is after it.
    for edit in sorted(finding.fix.edits, key=lambda edit: (edit.span.line, edit.span.column), reverse=True):
        place = replace(finding.place, span=edit.span)
        targets = tuple(string.edit(place, edit.content) for string in targets)
    edited: Site = replace(site, target=targets)
    return (site, edited) if targets != site.target else None
