"""One file from bytes to findings: decode, parse, sites, rules, suppressions. A rule that crashes becomes a finding."""

from __future__ import annotations

import os
from functools import cached_property

from regilink_doctor.core.configured import NOTHING_CONFIGURED, ConfiguredOrganization
from regilink_doctor.core.findings import Finding, Place, Span
from regilink_doctor.core.masking import mask_secrets
from regilink_doctor.core.records import record, replace
from regilink_doctor.core.sites import Init, Link
from regilink_doctor.lint import formats, project
from regilink_doctor.lint.suppress import apply
from regilink_doctor.lint.text.source import Unparsable
from regilink_doctor.rules import BY_SITE, rule_for
from regilink_doctor.rules.base import CommandRule, RequirementRule, SettingRule, SiteRule
from regilink_doctor.rules.judge import path_findings
from regilink_doctor.rules.selection import EVERYTHING, Selection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from regilink_doctor.core.file_facts import Command, Declared, Requirement, Setting
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.sites import Site
    from regilink_doctor.lint.formats import ParsedFile
    from regilink_doctor.rules.base import Rule

    Enabled = Callable[[str], bool]


_TARGET_PATH = "target path"
"""Stands for the rules of target paths, which are asked all together."""


@record
class FileReport:
    """What the linter says of one file. `codes` has, for each site, the codes of the findings that it has."""

    findings: tuple[Finding, ...]
    sites: tuple[Site, ...] = ()
    codes: tuple[tuple[str, ...], ...] = ()
    suppressed: int = 0


@record
class _Facts:
    """See `rules.base.FileFacts`."""

    path: str
    reading: ParsedFile
    directory: OrganizationView | None = None
    known: ConfiguredOrganization = NOTHING_CONFIGURED

    @property
    def sites(self) -> tuple[Site, ...]:
        return self.reading.sites

    @cached_property
    def links(self) -> Sequence[Link]:
        return [site for site in self.sites if isinstance(site, Link)]

    @cached_property
    def inits(self) -> Sequence[Init]:
        return [site for site in self.sites if isinstance(site, Init)]

    @property
    def settings(self) -> tuple[Setting, ...]:
        return self.reading.settings

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        return self.reading.requirements

    @property
    def commands(self) -> tuple[Command, ...]:
        return self.reading.commands

    @property
    def in_test(self) -> bool:
        *folders, name = self.path.replace(os.sep, "/").split("/")
        named = name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"
        return named or "tests" in folders or "test" in folders

    @property
    def wandb_version(self) -> str | None:
        return self.known.wandb_version or project.newest_wandb(self._folder)

    @property
    def links_around(self) -> bool:
        return project.links(self._folder)

    @property
    def _folder(self) -> str:
        return os.path.dirname(os.path.abspath(self.path))

    def program_links(self, path: str) -> bool:
        return project.program_links(path, self._folder)

    def mentions(self, word: str) -> bool:
        return any(word in source.text for source in self.reading.sources)

    def sets(self, variable: str) -> bool:
        return self.mentions(variable) or project.mentioned(variable, self._folder)


def lint_bytes(
    path: str,
    content: bytes,
    directory: OrganizationView | None = None,
    *,
    known: ConfiguredOrganization = NOTHING_CONFIGURED,
    selection: Selection = EVERYTHING,
) -> FileReport:
    """The report of one file.

    Args:
        path: as it is shown; its folder is also where `.env` and CI files are looked for.
        content: the file's bytes.
        directory: what is known of the organization.
        known: what the configuration tells of it.
        selection: which rules speak.
    """
    asked: dict[str, bool] = {}

    def enabled(code: str) -> bool:
        if code not in asked:
            asked[code] = selection.enabled(code, path)
        return asked[code]

    try:
        reading = formats.read(path, content)
    except Unparsable as error:
        return FileReport(tuple(_unparsable(path, error, enabled)))
    except RecursionError:
        return FileReport(tuple(_unparsable(path, Unparsable("nested too deeply", Span(1, 1, 1, 1)), enabled)))
    except Exception as error:
        place = Place(path, Span(1, 1, 1, 1))
        return FileReport((_crash("reading", place, error, "nothing in this file was checked"),))
    facts = _Facts(path, reading, directory, known)
    by_site = [list(_findings(site, facts, enabled)) for site in reading.sites]
    others = [list(_findings(item, facts, enabled)) for item in reading.declared]
    unparsable = [finding for error in reading.problems for finding in _unparsable(path, error, enabled)]
    unique = list(dict.fromkeys(finding for found in (unparsable, *by_site, *others) for finding in found))
    left, silenced = apply.apply(reading, unique, enabled)
    told = set(left)
    codes = tuple(tuple(dict.fromkeys(finding.code for finding in found if finding in told)) for found in by_site)
    return FileReport(tuple(sorted(left, key=_order)), reading.sites, codes, silenced)


def _findings(item: Site | Declared, facts: _Facts, enabled: Enabled) -> Iterator[Finding]:
    names = [_TARGET_PATH] if item.kind in ("link", "target") else []
    names += filter(enabled, (*BY_SITE.get(item.kind, ()), *BY_SITE.get(getattr(item, "call", ""), ())))
    for name in names:
        try:
            found = [_discreet(finding) for finding in _said(name, item, facts) if enabled(finding.code)]
        except Exception as error:
            found = [_crash(name, item.place, error)]
        yield from found


def _discreet(finding: Finding) -> Finding:
    said = {"message": finding.message, "help": finding.help, "target": finding.target}
    told = {name: mask_secrets(text) for name, text in said.items() if text}
    changed = {name: text for name, text in told.items() if text != said[name]}
    return replace(finding, **changed) if changed else finding


def _said(name: str, item: Site | Declared, facts: _Facts) -> Iterator[Finding]:
    if name == _TARGET_PATH and (item.kind == "link" or item.kind == "target"):
        return path_findings(item, facts.directory, facts.known)
    return _check(rule_for(name), item, facts)


def _check(rule: Rule, item: Site | Declared, facts: _Facts) -> Iterator[Finding]:
    """What a rule says of what it looks at; a rule may look at several kinds."""
    if item.kind == "setting":
        return rule.check_setting(item, facts) if isinstance(rule, SettingRule) else iter(())
    if item.kind == "requirement":
        return rule.check_requirement(item, facts) if isinstance(rule, RequirementRule) else iter(())
    if item.kind == "command":
        return rule.check_command(item, facts) if isinstance(rule, CommandRule) else iter(())
    return rule.check(item, facts) if isinstance(rule, SiteRule) else iter(())


def _unparsable(path: str, error: Unparsable, enabled: Enabled) -> Iterator[Finding]:
    python = error.language == "Python"
    what = "this cell" if error.cell else "it"
    finding = Finding(
        "REG000",
        "unparsable-file",
        "error",
        f"cannot be read as {error.language}, so nothing in {what} was checked: {error}",
        Place(path, error.span, error.cell),
        "mend it, or run regilink under the Python that it is written for"
        if python
        else "mend it, or leave it out with --extend-exclude",
    )
    if enabled(finding.code):
        yield finding


def _crash(name: str, place: Place, error: Exception, rest: str = "the other rules have run") -> Finding:
    return Finding(
        "REG002",
        "internal-error",
        "error",
        f"regilink failed here ({name}: {type(error).__name__}: {error}); {rest}",
        place,
        "please report it, with this line",
    )


def _order(finding: Finding) -> tuple[str, int, Span, str]:
    return finding.place.path, finding.place.cell or 0, finding.place.span, finding.code
