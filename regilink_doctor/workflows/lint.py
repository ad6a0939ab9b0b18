"""Lint files: scan first, and load the rest only for a file that can matter."""

from __future__ import annotations

from regilink_doctor.lint import scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.core.catalog import Catalog
    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class SiteReport:
    """A site, and the codes of the findings that it has."""

    __slots__ = ("codes", "site")

    def __init__(self, site: Site, codes: tuple[str, ...]) -> None:
        self.site = site
        self.codes = codes


class LintResult:
    """What a run of the linter has found. `files` counts those looked at, `parsed` those that passed the gates.

    `failures` are paths that were asked for and could not be read, each as a sentence.
    """

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.sites: list[SiteReport] = []
        self.sources: dict[str, bytes] = {}
        self.files = 0
        self.parsed = 0
        self.suppressed = 0
        self.failures: list[str] = []

    @property
    def exit_status(self) -> int:
        """2 when something could not be looked at, 1 for an error or warning, else 0."""
        if self.failures or any(finding.code == "REG002" for finding in self.findings):
            return 2
        return 1 if any(finding.severity != "info" for finding in self.findings) else 0


def lint_paths(paths: Sequence[str], *, catalog: Catalog | None = None, all_sites: bool = False) -> LintResult:
    """Lint files, and everything below folders.

    Args:
        paths: files and folders; shown in the findings as they are given.
        catalog: what is known of the organization; None: only what source shows.
        all_sites: also parse files in which no rule can find anything, to list their sites.
    """
    result = LintResult()
    named = frozenset(paths)
    try:
        for path in scan.files(paths):
            content = scan.read(path, named=path in named)
            if content is None:
                continue
            result.files += 1
            if scan.can_matter(content, any_use=all_sites):
                _lint(result, path, content, catalog)
    except scan.MissingPath as error:
        result.failures.append(str(error))
    return result


def files_worth_linting(paths: Sequence[str]) -> Iterator[str]:
    """The files below `paths` that pass the byte gates, by path within each."""
    for path in scan.files(paths):
        content = scan.read(path) if path.endswith(scan.SUFFIXES) else None
        if content is not None and scan.can_matter(content):
            yield path


def _lint(result: LintResult, path: str, content: bytes, catalog: Catalog | None) -> None:
    from regilink_doctor.lint.engine import lint_bytes

    report = lint_bytes(path, content, catalog)
    result.parsed += 1
    result.findings += report.findings
    result.suppressed += report.suppressed
    if report.findings:
        result.sources[path] = content
    result.sites += [
        SiteReport(site, codes)
        for site, codes in zip(report.sites, report.codes, strict=True)
        if site.kind not in ("log", "other")
    ]
