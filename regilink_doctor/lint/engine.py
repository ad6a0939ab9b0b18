"""One file from bytes to findings: decode, parse, sites, rules, suppressions. A rule that crashes becomes a finding."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from regilink_doctor.core.findings import Finding, Place, Span
from regilink_doctor.core.known import NOTHING_KNOWN, Known
from regilink_doctor.lint import suppressions, surroundings
from regilink_doctor.lint.paths import path_findings
from regilink_doctor.lint.scopes import read_module
from regilink_doctor.lint.sites import find_sites
from regilink_doctor.lint.sources import Source, Unparsable
from regilink_doctor.rules import BY_SITE, rule_for
from regilink_doctor.rules.rule import SiteRule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from regilink_doctor.core.directory import Directory
    from regilink_doctor.core.sites import Site


@dataclass(frozen=True, slots=True)
class FileReport:
    """What the linter says of one file. `codes` has, for each site, the codes of the findings that it has."""

    findings: tuple[Finding, ...]
    sites: tuple[Site, ...] = ()
    codes: tuple[tuple[str, ...], ...] = ()
    suppressed: int = 0


@dataclass(frozen=True)
class _Facts:
    """See `rules.rule.FileFacts`."""

    source: Source
    sites: tuple[Site, ...]
    directory: Directory | None = None
    known: Known = NOTHING_KNOWN
    asked: dict[str, bool] = field(default_factory=dict)

    @property
    def in_test(self) -> bool:
        name = os.path.basename(self.source.path)
        return name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"

    def sets(self, variable: str) -> bool:
        folder = os.path.dirname(self.source.path) or "."
        return variable in self.source.text or surroundings.mentioned(variable, folder)


def lint_bytes(
    path: str,
    content: bytes,
    directory: Directory | None = None,
    *,
    known: Known = NOTHING_KNOWN,
    pedantic: bool = False,
) -> FileReport:
    """The report of one Python file.

    Args:
        path: as it is shown; its folder is also where `.env` and CI files are looked for.
        content: the file's bytes.
        directory: what is known of the organization.
        known: what the configuration tells of it.
        pedantic: also ask the rules that speak only when they are asked to.
    """
    try:
        source = Source.decode(path, content)
        module = read_module(source.parse())
        sites = tuple(find_sites(source, module))
    except Unparsable as error:
        return FileReport((_unparsable(path, str(error), error.span),))
    except RecursionError:
        return FileReport((_unparsable(path, "nested too deeply", Span(1, 1, 1, 1)),))
    facts = _Facts(source, sites, directory, known)
    by_site = [list(_findings(site, facts, pedantic)) for site in sites]
    unique = list(dict.fromkeys(finding for found in by_site for finding in found))
    left, silenced = suppressions.apply(source, unique, sites)
    codes = tuple(tuple(dict.fromkeys(finding.code for finding in found if finding in left)) for found in by_site)
    return FileReport(tuple(sorted(left, key=_order)), sites, codes, silenced)


def _findings(site: Site, facts: _Facts, pedantic: bool) -> Iterator[Finding]:
    for name, check in _checks(site, facts, pedantic):
        try:
            yield from check()
        except Exception as error:
            yield _crash(name, site, error)


def _checks(site: Site, facts: _Facts, pedantic: bool) -> Iterator[tuple[str, Callable[[], Iterable[Finding]]]]:
    if site.kind == "link":
        yield "target path", lambda: list(path_findings(site, facts.directory))
    for code in (*BY_SITE.get(site.kind, ()), *BY_SITE.get(site.call, ())):
        found = rule_for(code)
        if isinstance(found, SiteRule) and (pedantic or not found.pedantic):
            yield code, lambda found=found: list(found.check(site, facts))  # type: ignore[misc]


def _unparsable(path: str, reason: str, span: Span) -> Finding:
    return Finding(
        "REG000",
        "unparsable-file",
        "error",
        f"cannot be read as Python, so nothing in it was checked: {reason}",
        Place(path, span),
        "mend it, or run regilink under the Python that it is written for",
    )


def _crash(name: str, site: Site, error: Exception) -> Finding:
    return Finding(
        "REG002",
        "internal-error",
        "error",
        f"regilink failed here ({name}: {type(error).__name__}: {error}); the other rules have run",
        site.place,
        "please report it, with this line",
    )


def _order(finding: Finding) -> tuple[str, int, Span, str]:
    return finding.place.path, finding.place.cell or 0, finding.place.span, finding.code
