"""Fixes: the edits of findings, made in the file's own text, and taken back where they make the file worse."""

from __future__ import annotations

import os
from collections import Counter

from regilink_doctor.core.files import write_whole
from regilink_doctor.core.judgement import judge_collection
from regilink_doctor.core.problems import LinkInput, sdk_link
from regilink_doctor.lint.change.document import Document, TextEdit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.target_path import LinkMethod
    from regilink_doctor.lint.engine import FileReport

    Lint = Callable[[bytes], FileReport]
    Made = tuple[Finding, tuple[TextEdit, ...]]

MOST_ROUNDS = 10
"""A fix can make the next one possible; more than so many in a row are going round in circles."""


class FileChanged(OSError):
    """The file is not what was linted any more."""


def apply_fixes(path: str, content: bytes, lint: Lint, *, unsafe: bool = False) -> tuple[bytes, list[Finding]]:
    """The bytes after all fixes, and the findings that are gone.

    Fixes that overlap wait for the next round. One that makes the file worse in any way (`_is_better`) is dropped.

    Args:
        path: the file's name, which tells its kind.
        content: its bytes.
        lint: the report of such bytes.
        unsafe: also the fixes that have to be read before they are committed.
    """
    fixed: list[Finding] = []
    dropped: set[tuple[str, str]] = set()
    before = lint(content)
    for _ in range(MOST_ROUNDS):
        document = Document.read(path, content)
        wanted = [item for item in before.findings if _is_wanted(item, unsafe) and _key(item) not in dropped]
        chosen = _choose_together(document, wanted) if document else []
        if document is None or not chosen:
            break
        kept = _keep_better(document, before, chosen, lint)
        dropped |= {_key(finding) for finding, _ in chosen if (finding, _) not in kept}
        if kept:
            content = _edit(document, kept) or content
            before = lint(content)
            fixed += [finding for finding, _ in kept]
    return content, fixed


def _is_wanted(finding: Finding, unsafe: bool) -> bool:
    return finding.fix is not None and (unsafe or finding.fix.applicability == "safe")


def _key(finding: Finding) -> tuple[str, str]:
    return finding.code, finding.message


def _choose_together(document: Document, findings: Iterable[Finding]) -> list[Made]:
    """The findings whose edits can be made together, with what they replace; the first come first."""
    taken: set[TextEdit] = set()
    chosen = []
    for finding in findings:
        edits = finding.fix.edits if finding.fix else ()
        made = [document.replacement(edit, finding.place.cell) for edit in edits]
        replacements = tuple(item for item in made if item is not None)
        if not made or len(replacements) < len(made):
            continue
        if all(item in taken or not any(_do_overlap(item, other) for other in taken) for item in replacements):
            taken.update(replacements)
            chosen.append((finding, replacements))
    return chosen


def _do_overlap(one: TextEdit, other: TextEdit) -> bool:
    """Two that touch count as well: the order of two insertions would be a guess."""
    return one.start <= other.end and other.start <= one.end


def _keep_better(document: Document, before: FileReport, chosen: Sequence[Made], lint: Lint) -> list[Made]:
    """All of `chosen` if the file is better with them together, else those that improve it one after the other."""
    if _is_better(document, before, chosen, lint):
        return list(chosen)
    kept: list[Made] = []
    for item in chosen:
        if len(chosen) > 1 and _is_better(document, before, [*kept, item], lint):
            kept.append(item)
    return kept


def _is_better(document: Document, before: FileReport, made: Sequence[Made], lint: Lint) -> bool:
    """Whether the edits make the file better.

    The findings that they fix are gone, there are fewer findings than before, no error is new, and no link that W&B
    refused lands in a place that nobody named.
    """
    content = _edit(document, made)
    if content is None:
        return False
    after = lint(content)
    left = Counter(map(_key, after.findings))
    known = Counter(map(_key, before.findings))
    gone = Counter(_key(finding) for finding, _ in made)
    if any(left[key] > known[key] - gone[key] for key in gone) or len(after.findings) >= len(before.findings):
        return False
    # By code alone: the message of an error that was there before may name a part that is fixed now.
    if _count_errors(after.findings) - _count_errors(before.findings):
        return False
    return not any(map(_lands_elsewhere, *_links_of(before.sites, after.sites)))


def _count_errors(findings: Iterable[Finding]) -> Counter[str]:
    return Counter(finding.code for finding in findings if finding.severity == "error")


def _links_of(before: Sequence[Site], after: Sequence[Site]) -> tuple[list[tuple[Site, str]], list[tuple[Site, str]]]:
    """The target paths before and after that belong together; none where a call has come or gone."""
    pairs: tuple[list[tuple[Site, str]], list[tuple[Site, str]]] = [], []
    if len(before) != len(after):
        return pairs
    for old, new in zip(before, after, strict=True):
        if old.kind in ("link", "target") and len(old.target) == len(new.target):
            pairs[0].extend((old, text.pattern) for text in old.target)
            pairs[1].extend((new, text.pattern) for text in new.target)
    return pairs


def _lands_elsewhere(before: tuple[Site, str], after: tuple[Site, str]) -> bool:
    """Whether W&B refuses the first link, and links the second one into a project that the first did not name."""
    if before[1] == after[1]:
        return False
    old, new = _send(*before), _send(*after)
    if new is None or new.registry:
        return False
    if old is None:
        return True
    refused = judge_collection(old.collection)
    named = (old.entity, old.project, old.collection.partition(":")[0])
    return refused is not None and refused.outcome == "refused" and named != (new.entity, new.project, new.collection)


def _send(site: Site, target: str) -> LinkInput | None:
    """What the SDK sends for a link; None where it refuses."""
    call: LinkMethod = "Artifact.link" if site.call.endswith("Artifact.link") else "Run.link_artifact"
    sent = sdk_link(target, call, "entity", "project", {})
    return sent if isinstance(sent, LinkInput) else None


def _edit(document: Document, made: Sequence[Made]) -> bytes | None:
    return document.encoded(list({item for _, items in made for item in items}))


def write_file(path: str, before: bytes, after: bytes) -> None:
    """Put new bytes in the place of a file, all or none of them; owner, mode and links stay.

    Raises:
        FileChanged: it does not hold `before` any more, and is left as it is.
        OSError: it cannot be written, or is not meant to be.
    """
    real = os.path.realpath(path)
    if not os.access(real, os.W_OK):
        raise PermissionError(13, "it is read-only", path)
    with open(real, "rb") as file:
        if file.read() != before:
            raise FileChanged(f"{path} has changed since it was read")
    write_whole(real, after, os.stat(real).st_mode & 0o7777)
