"""Fixes: the edits of findings, made in the file's own text, and taken back when the file does not survive them."""

from __future__ import annotations

import os

from regilink_doctor.core.atomic_write import write_whole
from regilink_doctor.lint.change.document import Document, TextEdit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from regilink_doctor.core.findings import Finding

    Lint = Callable[[bytes], Sequence[Finding]]
    Made = tuple[Finding, tuple[TextEdit, ...]]

MOST_ROUNDS = 10
"""A fix can make the next one possible; more than so many in a row are going round in circles."""


def mend(path: str, content: bytes, lint: Lint, *, unsafe: bool = False) -> tuple[bytes, list[Finding]]:
    """The bytes after all fixes, and the findings that are gone.

    Fixes that overlap wait for the next round. One after which the file cannot be read, or the finding is still there,
    is dropped.

    Args:
        path: the file's name, which tells its kind.
        content: its bytes.
        lint: the findings of such bytes.
        unsafe: also the fixes that have to be read before they are committed.
    """
    mended: list[Finding] = []
    dropped: set[tuple[str, str]] = set()
    before = lint(content)
    for _ in range(MOST_ROUNDS):
        document = Document.read(path, content)
        wanted = [finding for finding in before if _is_wanted(finding, unsafe) and _key(finding) not in dropped]
        chosen = _chosen(document, wanted) if document else []
        if document is None or not chosen:
            break
        kept = _surviving(document, before, chosen, lint)
        dropped |= {_key(finding) for finding, _ in chosen if (finding, _) not in kept}
        if kept:
            content = _edited(document, kept) or content
            before = lint(content)
            mended += [finding for finding, _ in kept]
    return content, mended


def _is_wanted(finding: Finding, unsafe: bool) -> bool:
    return finding.fix is not None and (unsafe or finding.fix.applicability == "safe")


def _key(finding: Finding) -> tuple[str, str]:
    return finding.code, finding.message


def _chosen(document: Document, findings: Iterable[Finding]) -> list[Made]:
    """The findings whose edits can be made together, with what they replace; the first come first."""
    taken: set[TextEdit] = set()
    chosen = []
    for finding in findings:
        edits = finding.fix.edits if finding.fix else ()
        made = [document.replacement(edit, finding.place.cell) for edit in edits]
        replacements = tuple(item for item in made if item is not None)
        if not made or len(replacements) < len(made):
            continue
        if all(item in taken or not any(_overlap(item, other) for other in taken) for item in replacements):
            taken.update(replacements)
            chosen.append((finding, replacements))
    return chosen


def _overlap(one: TextEdit, other: TextEdit) -> bool:
    """Two that touch count as well: the order of two insertions would be a guess."""
    return one.start <= other.end and other.start <= one.end


def _surviving(document: Document, before: Sequence[Finding], chosen: Sequence[Made], lint: Lint) -> list[Made]:
    """All of `chosen` if the file survives them together, else those that it survives one after the other."""
    if _survives(document, before, chosen, lint):
        return list(chosen)
    kept: list[Made] = []
    for item in chosen:
        if len(chosen) > 1 and _survives(document, before, [*kept, item], lint):
            kept.append(item)
    return kept


def _survives(document: Document, before: Sequence[Finding], made: Sequence[Made], lint: Lint) -> bool:
    """Whether the file can still be read with the edits, and the findings that they mend are gone."""
    content = _edited(document, made)
    if content is None:
        return False
    after = [_key(finding) for finding in lint(content)]
    known = [_key(finding) for finding in before]
    gone = [_key(finding) for finding, _ in made]
    if any(code == "REG000" and after.count((code, text)) > known.count((code, text)) for code, text in after):
        return False
    return all(after.count(key) <= known.count(key) - gone.count(key) for key in gone)


def _edited(document: Document, made: Sequence[Made]) -> bytes | None:
    return document.encoded(list({item for _, items in made for item in items}))


def write(path: str, content: bytes) -> None:
    """Put new bytes in the place of a file, all or none of them; its mode stays, and a link stays a link.

    Raises:
        OSError: it cannot be written, or is not meant to be.
    """
    real = os.path.realpath(path)
    if not os.access(real, os.W_OK):
        raise PermissionError(13, "it is read-only", path)
    write_whole(real, content, os.stat(real).st_mode & 0o7777)
