"""Documents of an editor, linted as they are at the moment: files, and notebooks as the cells that the editor has."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from regilink_doctor.config import Config, ConfigProblem
from regilink_doctor.core.records import record
from regilink_doctor.core.strings import KnownPart
from regilink_doctor.lint.scan import files
from regilink_doctor.lint.text.memory import Memory
from regilink_doctor.lint.text.reparse import LastTree
from regilink_doctor.workflows.lint import Linter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from regilink_doctor.core.catalog import Catalog
    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site
    from regilink_doctor.lint.text.memory import Trace


@record
class Checked:
    """What the linter found in a document: findings and call sites, those of one cell for a cell of a notebook."""

    findings: tuple[Finding, ...]
    sites: tuple[Site, ...]

    def of_cell(self, number: int) -> Checked:
        """Those of a cell, counted from 1 over all cells."""
        return Checked(
            tuple(finding for finding in self.findings if finding.place.cell == number),
            tuple(site for site in self.sites if site.place.cell == number),
        )


class Checker:
    """Lints documents with the configuration and the catalog around them.

    What was read of other files is remembered until they change: a keystroke must not read a tree, and neither must
    saving a file.
    """

    def __init__(self) -> None:
        self._by_folder: dict[str, Linter] = {}
        self._last: dict[str, tuple[bytes, Checked, Trace | None]] = {}
        self._memory = self._make_memory()
        self.problem: str | None = None
        """Why the configuration of the document checked last cannot be used."""

    def _make_memory(self) -> Memory:
        memory = Memory(os.urandom(16))
        memory.states = {}
        return memory

    def forget(self, paths: Iterable[str] = ()) -> None:
        """Forget what was made of files that have changed: these, and those of which that is seen.

        Without any, everything.
        """
        changed = {*paths}
        if not changed or any(path.endswith((".toml", ".json")) for path in changed):  # configuration, catalog
            self._by_folder.clear()
            self._last.clear()
        if not changed:
            self._memory = self._make_memory()
            return
        touched = self._memory.forget(changed | self._memory.find_changed())
        for uri, (_, _, trace) in list(self._last.items()):
            if trace is None or touched.has(trace):
                del self._last[uri]

    def close(self, uri: str) -> None:
        """A document is closed: nothing of it is kept."""
        self._memory.trees.pop(path_of(uri), None)
        self._last.pop(uri, None)

    def check(self, uri: str, text: str) -> Checked:
        """Lint a document with this text."""
        content = text.encode("utf-8", "surrogatepass")
        last = self._last.get(uri)
        if last is not None and last[0] == content:
            return last[1]
        path = path_of(uri)
        self.problem = None
        checked, trace = Checked((), ()), None
        if files.can_matter(path, content):
            try:
                linter = self._linter_of(path)
                if not linter.is_excluded(path):
                    self._memory.trees.setdefault(path, LastTree())
                    report, trace = self._memory.record(None, linter.lint, (path, content))
                    checked = Checked(report.findings, report.sites)
            except ConfigProblem as problem:
                self.problem = str(problem)
        self._last[uri] = (content, checked, trace)
        return checked

    def check_notebook(self, uri: str, cells: Sequence[tuple[bool, str]]) -> Checked:
        """Lint a notebook of these cells: whether it is code, and its text."""
        values: list[dict[str, object]] = [
            {"cell_type": "code" if is_code else "markdown", "metadata": {}, "source": text}
            | ({"outputs": [], "execution_count": None} if is_code else {})
            for is_code, text in cells
        ]
        return self.check(uri, json.dumps({"cells": values, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))

    def catalog_of(self, uri: str) -> Catalog | None:
        """What is known of the organization where the document is."""
        try:
            return self._linter_of(path_of(uri)).catalog
        except ConfigProblem:
            return None

    def config_of(self, uri: str) -> Config:
        """The configuration where the document is; the defaults where it cannot be used."""
        try:
            return self._linter_of(path_of(uri)).config
        except ConfigProblem:
            return Config()

    def _linter_of(self, path: str) -> Linter:
        folder = os.path.dirname(path)
        folder = folder if os.path.isdir(folder) else "."
        if folder not in self._by_folder:
            self._by_folder[folder] = Linter.for_folder(folder, self._memory)
        return self._by_folder[folder]


def path_of(uri: str) -> str:
    """The file of an address; the address itself if it is not a file, such as a document that was never saved."""
    parts = urlsplit(uri)
    if parts.scheme not in ("file", "vscode-notebook-cell"):
        return parts.path.rsplit("/", 1)[-1] or "untitled.py"
    path = unquote(parts.path)
    if os.name != "nt":
        return path
    if parts.netloc:  # a shared folder, or one of Linux as Windows sees it: `file://wsl.localhost/Ubuntu/…`
        return f"//{parts.netloc}{path}"
    return path[1:] if path[2:3] == ":" else path


def find_part(sites: Sequence[Site], line: int, column: int) -> tuple[Site, KnownPart] | None:
    """The call site and the part of its target path that is written at a place; both count from 1."""
    for site in sites:
        for part in (part for text in site.target for part in text.parts if isinstance(part, KnownPart)):
            span = part.place.span
            inside = (span.line, span.column) <= (line, column) <= (span.end_line, span.end_column)
            if inside and part.place.path == site.place.path:
                return site, part
    return None


def find_site(sites: Sequence[Site], line: int, column: int) -> Site | None:
    """The call site at a place, the narrowest one."""
    around = [
        site
        for site in sites
        if (site.place.span.line, site.place.span.column)
        <= (line, column)
        <= (site.place.span.end_line, site.place.span.end_column)
    ]
    return min(around, key=lambda site: site.place.span.end_line - site.place.span.line, default=None)
