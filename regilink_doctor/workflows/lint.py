"""Lint files: scan first, and load the rest only for a file that can matter."""

from __future__ import annotations

import os
import sys

from regilink_doctor.config import SEVERITIES, Config, ConfigProblem, find_config
from regilink_doctor.core import checked
from regilink_doctor.core.files import is_test_path, read_plain, real_path, relative_path, show_path, to_slashes
from regilink_doctor.core.phrases import counted, say
from regilink_doctor.core.text import ShownAsTable, as_list
from regilink_doctor.lint.scan import files
from regilink_doctor.lint.scan.files import find_limit as find_limit
from regilink_doctor.lint.scan.kinds import kind_of, kind_of_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import TypeVar

    from regilink_doctor.core.catalog import Catalog
    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.patterns import Patterns
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.lint.cache import KeptReport, ReportCache
    from regilink_doctor.lint.engine import FileReport
    from regilink_doctor.lint.text.memory import Memory
    from regilink_doctor.lint.text.source import OtherReason

    Progress = Callable[[int, int], None]
    Result = TypeVar("Result")

_REGISTRY_CALLS = ("wandb.Api.registry", "wandb.Api.registries", "wandb.Api.create_registry")
"""The calls of the `Api` that find, list or create registries."""

EACH = 25
"""Candidates that are worth a process of their own."""


class SiteReport:
    """A site, and the codes of the findings that it has."""

    __slots__ = ("codes", "site")

    def __init__(self, site: Site, codes: tuple[str, ...]) -> None:
        self.site = site
        self.codes = codes


class LintResult(ShownAsTable):
    """The result of a run of the linter. `files` counts those read, `parsed` those that passed the gates.

    `sources` has the bytes of each file with a finding, and of those where its values are set. `failures` are paths
    that were asked for and could not be read, each as a sentence; `left_alone` are files that changed before they
    could be written; `notes` tell of files that were skipped. `fixed` are the findings that were there before files
    were changed; `silenced` says that comments were added, not fixes made.
    """

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.sites: list[SiteReport] = []
        self.configured_sources: list[Site] = []
        self.look_ups: list[Site] = []
        """The calls that look up collections and versions: the map has them as consumers, the doctor checks them."""
        self.calls: list[Site] = []
        """Further calls that the doctor checks: those about registries, and those that log what was fetched."""
        self.alias_changes: list[Site] = []
        """Where code sets the aliases of an artifact itself."""
        self.servers: list[StringValue] = []
        """The addresses of servers that code gives to wandb."""
        self.keys: list[StringValue] = []
        """The expressions of the keys that code gives to wandb."""
        self.sources: dict[str, bytes] = {}
        self.files = 0
        self.parsed = 0
        self.suppressed = 0
        self._hidden: dict[str, tuple[Finding, ...]] = {}
        self.fixed: list[Finding] = []
        self.silenced = False
        self.failures: list[str] = []
        self.left_alone: list[str] = []
        self.notes: list[str] = []
        self.unread: list[str] = []
        """A sentence for each file, or cell of a notebook, that may have call sites and could not be read."""
        self.unreadable: list[str] = []
        """Those of `unread` that are not about what a file says: no permission, too large."""
        self.unconfigured: list[str] = []
        """Files that were not linted, because their configuration cannot be used."""
        self.skipped: list[str] = []
        """Files that are not in the format of their name, such as templates: `path (why)`."""
        self.with_values: frozenset[str] = frozenset()
        """Files with findings about values that programs use: they are not found by linting these files alone."""
        self.lint_again: Callable[[], LintResult] | None = None
        """Lints the same paths, to find what is left after files were changed."""

    @property
    def hidden(self) -> int:
        """How many findings are below `min-severity`; one about a value that several calls use counts once."""
        findings = [finding.at_value or finding for hidden in self._hidden.values() for finding in hidden]
        places = [(finding.code, finding.place) for finding in findings]
        return len({(code, os.path.abspath(place.path), place.cell, place.span) for code, place in places})

    @property
    def unchecked(self) -> list[str]:
        """A sentence for each file or folder that was not checked, because it could not be read."""
        return list(dict.fromkeys((*self.failures, *self.unreadable)))

    @property
    def exit_status(self) -> int:
        """2 when something that was named could not be read or written, or a rule crashed; 0 without anything to do.

        1 for an error, a warning, a file left alone, and a file or folder below a named folder that cannot be read.
        """
        if self.failures or any(finding.name == "internal-error" for finding in self.findings):
            return 2
        if self.left_alone or self.unreadable:
            return 1
        return 1 if any(finding.severity != "info" for finding in self.findings) else 0

    def _table(self) -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
        """Caption, columns and rows for a notebook."""
        rows: list[tuple[str, ...]] = []
        for finding in self.findings:
            place = finding.place
            cell = f"cell {place.cell}:" if place.cell is not None else ""
            where = f"{place.path}:{cell}{place.span.line}"
            rows.append((where, finding.code, finding.severity, finding.message, finding.help or ""))
        caption = f"{counted(len(self.findings), 'problem')} in {counted(self.files, 'file')}"
        return caption, ("place", "rule", "severity", "what is wrong", "what to write"), rows

    def leave_out_tests(self, starts: Iterable[str]) -> None:
        """Skip tests below the paths that were given: what they link to need not exist; not where a path is a test."""
        if any(is_test_path(start) or is_test_path(f"{to_slashes(start)}/") for start in starts):
            return
        tests = [report.site.place.path for report in self.sites if report.site.kind in ("link", "consume")]
        self.skipped += [f"{path} (a test)" for path in dict.fromkeys(tests) if is_test_path(path)]
        self.sites = [report for report in self.sites if not is_test_path(report.site.place.path)]
        self.configured_sources = [site for site in self.configured_sources if not is_test_path(site.place.path)]
        self.findings = [finding for finding in self.findings if not is_test_path(finding.place.path)]
        self.look_ups = [site for site in self.look_ups if not is_test_path(site.place.path)]
        self.calls = [site for site in self.calls if not is_test_path(site.place.path)]
        self.servers = [address for address in self.servers if not is_test_path(address.place.path)]
        self.keys = [key for key in self.keys if not is_test_path(key.place.path)]

    def add(self, path: str, content: bytes, report: FileReport) -> None:
        """Take up what one file has given."""
        self.parsed += 1
        self.findings += report.findings
        self.suppressed += report.suppressed
        self._hidden[path] = report.hidden
        if report.findings:
            self._add_sources(path, content, report.findings)
        self.unread += report.unread
        if report.skipped:
            self.skipped.append(name_skipped(path, report.skipped))
        self.servers += report.servers
        self.keys += report.keys
        self.sites += [
            SiteReport(site, codes)
            for site, codes in zip(report.sites, report.codes, strict=True)
            if site.kind not in ("log", "other", "source", "look_up")
        ]
        self.configured_sources += [site for site in report.sites if site.kind == "source"]
        self.look_ups += [site for site in report.sites if site.kind == "look_up"]
        self.calls += [site for site in report.sites if site.call in _REGISTRY_CALLS or site.logs_fetched]
        self.alias_changes += [site for site in report.sites if site.call == "wandb.Artifact.aliases"]

    def add_unreadable(self, sentences: Iterable[str]) -> None:
        """Note files or folders that cannot be read."""
        for sentence in sentences:
            self.notes.append(sentence)
            self.unread.append(sentence)
            self.unreadable.append(sentence)

    def take_findings(self, other: LintResult) -> None:
        """Take the findings of another run on the same files in the place of these."""
        self.findings = other.findings
        self.sources = other.sources
        self.suppressed = other.suppressed
        self._hidden = other._hidden

    def replace(self, path: str, content: bytes, report: FileReport, suppressed: int) -> None:
        """Take up what a file gives after it was changed, in the place of what it has given.

        `suppressed` counts what comments had silenced in it before.
        """
        at = next((number for number, item in enumerate(self.findings) if item.place.path == path), len(self.findings))
        self.findings = [finding for finding in self.findings if finding.place.path != path]
        self.findings[at:at] = report.findings
        self.suppressed += report.suppressed - suppressed
        self._hidden[path] = report.hidden
        self._add_sources(path, content, report.findings)

    def _add_sources(self, path: str, content: bytes, findings: Iterable[Finding]) -> None:
        """Keep the lines of a file, and of those files where its values are set."""
        self.sources[path] = content
        for finding in findings:
            for related in finding.related:
                other = related.place.path
                if other not in self.sources and (text := read_plain(other, files.MAX_BYTES)) is not None:
                    self.sources[other] = text


class Linter:
    """The linter of one run: configurations, catalogs and what is remembered of the files around."""

    def __init__(
        self,
        config: Config,
        catalog: Catalog | None = None,
        cache: ReportCache | None = None,
        memory: Memory | None = None,
        *,
        has_callers: bool = False,
    ) -> None:
        self.config = config
        self.catalog = catalog
        self.cache = cache
        self._has_callers = has_callers
        self._by_config: dict[str | None, Callable[[str, bytes], FileReport]] = {}
        self._settings: dict[str | None, str] = {}
        self._catalogs = {None: catalog, config.catalog_path: catalog}
        self._memory = memory

    @property
    def memory(self) -> Memory:
        """What is remembered of files, from one to the next."""
        if self._memory is None:
            from regilink_doctor.lint.text.memory import Memory

            self._memory = Memory(self.cache.key if self.cache is not None else None)
            self._memory.has_callers = self._has_callers
        return self._memory

    @classmethod
    def for_folder(cls, folder: str, memory: Memory | None = None) -> Linter:
        """The linter with the configuration and the catalog that hold in a folder, and what is remembered of files.

        Raises:
            ConfigProblem: one of them cannot be used.
        """
        config = find_config(folder)
        return cls(config, _load_catalog(config), memory=memory)

    def lint(self, path: str, content: bytes) -> FileReport:
        """The report of one file, whether it passes the gates or not; without what is below `min-severity`.

        Raises:
            ConfigProblem: the configuration or the catalog of the file's folder cannot be used.
        """
        return self._show(self.load(path)(path, content))

    def lint_kept(self, path: str, content: bytes) -> tuple[FileReport, KeptReport | None]:
        """The same, and the report as the cache can keep it.

        Raises:
            ConfigProblem: the configuration or the catalog of the file's folder cannot be used.
        """
        lint = self.load(path)
        report, trace = self.memory.record(None, lint, (path, content))
        if trace is None or self.cache is None:
            return self._show(report), None
        kept_report = self.cache.to_keep(path, content, self._settings_of(path), report, trace, self.memory)
        return self._show(report), kept_report

    def find_kept(self, path: str, content: bytes) -> FileReport | None:
        """The report of a file from the cache, if everything is as it was.

        Raises:
            ConfigProblem: the configuration or the catalog of the file's folder cannot be used.
        """
        if self.cache is None:
            return None
        report = self.cache.find(path, content, self._settings_of(path), self.memory)
        return None if report is None else self._show(report)

    def _settings_of(self, path: str) -> str:
        """A digest of what decides about the findings in a file, and is not in a file around it."""
        config = self.config.for_folder(os.path.dirname(path))
        if config.source not in self._settings:
            catalog = self._catalog_of(config)
            selection = (config.select, config.ignore, config.extend_select, config.per_file_ignores, config.pedantic)
            settings = (selection, config.folder, config.known, catalog)
            self._settings[config.source] = self.memory.digest(settings)
        return self._settings[config.source]

    def _show(self, report: FileReport) -> FileReport:
        """A report without what is below `min-severity`, and with the addresses of the rules."""
        site = self.config.docs_site
        if not report.findings or (self.config.min_severity == "info" and not site):
            return report
        from regilink_doctor.config import rule_page
        from regilink_doctor.core.records import replace

        shown = SEVERITIES[SEVERITIES.index(self.config.min_severity) :]
        findings = (finding for finding in report.findings if finding.severity in shown)
        return replace(
            report,
            findings=tuple(replace(finding, url=rule_page(site, finding.code)) for finding in findings),
            hidden=tuple(finding for finding in report.findings if finding.severity not in shown),
        )

    def load(self, path: str = "") -> Callable[[str, bytes], FileReport]:
        """What makes the reports of the files that are in the folder of `path`, loaded when the first is wanted."""
        config = self.config.for_folder(os.path.dirname(path))
        if config.source not in self._by_config:
            from functools import partial

            from regilink_doctor.lint.engine import lint_bytes

            catalog = self._catalog_of(config)
            lint = partial(
                lint_bytes,
                view=catalog.with_personal(config.personal_entities) if catalog is not None else None,
                known=config.known,
                selection=config.selection,
                memory=self.memory,
            )
            self._by_config[config.source] = partial(_lint_and_try_fixes, lint)
        return self._by_config[config.source]

    def is_excluded(self, path: str) -> bool:
        """Whether the configuration of the file's folder leaves it out, also where it is named.

        Raises:
            ConfigProblem: that configuration cannot be used.
        """
        return _excluded(self.config.for_folder(os.path.dirname(path)))("").match(path)

    def _catalog_of(self, config: Config) -> Catalog | None:
        path = config.catalog_path
        if path not in self._catalogs:
            self._catalogs[path] = _load_catalog(config)
        return self._catalogs[path]


def _lint_and_try_fixes(lint: Callable[[str, bytes], FileReport], path: str, content: bytes) -> FileReport:
    """The report of a file. A fix that edits what a condition tests is tried before it is offered."""
    report = lint(path, content)
    if not report.tested:
        return report
    from functools import partial

    from regilink_doctor.core.records import replace

    if any(finding.fix is not None for finding in report.findings):
        from regilink_doctor.lint.change import withhold_worse_fixes

        report = withhold_worse_fixes(path, content, report, partial(lint, path))
    return replace(report, tested=())


def _load_catalog(config: Config) -> Catalog | None:
    if config.catalog_path is None:
        return None
    from regilink_doctor.core.catalog import Catalog, CatalogError

    try:
        return Catalog.load(config.catalog_path)
    except CatalogError as error:
        raise ConfigProblem(f"{config.catalog_called}: {error}") from None
    except OSError as error:
        problem = error.strerror or error
        raise ConfigProblem(f"{config.catalog_called}: {config.catalog_path}: {problem}") from None


@checked
def lint_paths(
    paths: str | Path | Iterable[str | Path],
    *,
    catalog: Catalog | None = None,
    config: Config | None = None,
    all_sites: bool = False,
    force_exclude: bool = False,
    progress: Progress | None = None,
    cache: str | ReportCache | None = None,
) -> LintResult:
    """Lint files, and everything below folders.

    Args:
        paths: files and folders; shown in the findings as they are given.
        catalog: what is known of the organization; None: only what source shows.
        config: which rules and files; None: all of them. `find_config` reads the project's.
        all_sites: also parse files in which no rule can find anything, to list their sites.
        force_exclude: leave out what the configuration excludes even where it is named in `paths`.
        progress: called now and then with how many files of how many have been read.
        cache: the reports of earlier runs, or a folder for them, in which they have no sites but links.
    """
    starts = [os.fspath(path) for path in as_list(paths)]
    config = config or Config()
    linter = Linter(config, catalog, has_callers=all_sites)
    result = LintResult()
    listed: list[str] = []
    candidates = _candidates(
        starts, config, result, listed, any_use=all_sites, force_exclude=force_exclude, progress=progress
    )
    if not isinstance(cache, str):
        linter.cache = cache
    elif len(candidates) >= WORTH_A_CACHE:
        from regilink_doctor.lint.cache import open_cache

        linter.cache = open_cache(cache)
    linted = _linted(candidates, linter, result, progress)
    users = {} if all_sites else _lint_users(starts, listed, linter)
    if linter.cache is not None:
        linter.cache.listed = listed
        linter.cache.save()
    if not linted and not users:
        return result
    from functools import partial

    from regilink_doctor.workflows.value_places import report_at_values

    contents = {path: content for path, content, _ in linted}
    before = {path: report for path, _, report in linted}
    reports = report_at_values({**users, **before}, listed)
    reports = {path: _only_of(listed, report) if path in users else report for path, report in reports.items()}
    reports = {path: report for path, report in reports.items() if path not in users or report.findings}
    result.with_values = frozenset(path for path, report in reports.items() if report != before.get(path))
    result.lint_again = partial(
        lint_paths, starts, catalog=catalog, config=config, all_sites=all_sites, force_exclude=force_exclude
    )
    for path, report in sorted(reports.items()):
        content = contents.get(path) or (read_plain(path, files.find_limit(path)) if report.findings else b"") or b""
        result.add(path, content, report)
    result.notes += _note_unlinted(starts, result.findings)
    result.notes += _note_other_servers(result.servers, catalog)
    return result


def lint_program(paths: str | Path | Iterable[str | Path], config: Config | None = None) -> LintResult:
    """What the program below the paths links and consumes, without its tests; shown from the current folder."""
    starts = [show_path(os.fspath(path)) for path in as_list(paths)]
    result = lint_paths(starts, config=config, all_sites=True)
    result.leave_out_tests(starts)
    return result


def _note_other_servers(servers: Sequence[StringValue], catalog: Catalog | None) -> Iterator[str]:
    """A sentence for each server that code names and that is not the server of the catalog."""
    if not servers or catalog is None or not catalog.host:
        return
    from regilink_doctor.client.hosts import is_on_server, without_login

    for server in servers:
        if server.literal is not None and not is_on_server(server.literal, catalog.host):
            place = f"{server.place.path}:{server.place.span.line}"
            yield f"{place}: names the server {without_login(server.literal)}; the catalog is of {catalog.host}"


def _note_unlinted(paths: Sequence[str], findings: Sequence[Finding]) -> list[str]:
    """A sentence for each file below the given folders that has a reported value and was not linted itself."""
    values = {finding.at_value.place.path for finding in findings if finding.at_value is not None}
    folders = [os.path.join(os.path.abspath(path), "") for path in paths if os.path.isdir(path)]
    below = [path for path in sorted(values) if os.path.abspath(path).startswith(tuple(folders))]
    return [
        f"{path}: read for the values that the code uses, but not linted: it is ignored or excluded" for path in below
    ]


WORTH_A_CACHE = 50
"""Candidates from which on to look for what has changed takes less time than to lint them all again."""

MOST_USERS = 200
"""Programs that are linted for the files that are named without them."""

_VALUES = frozenset({"dockerfile", "dotenv", "ini", "json", "makefile", "shell", "toml", "yaml"})


def _lint_users(paths: Sequence[str], listed: Sequence[str], linter: Linter) -> dict[str, FileReport]:
    """The reports of the other programs of the repository, where files are named that may have values for them.

    A hook is given the files that have changed: what is wrong with a value shows where it is used.
    """
    named = frozenset(to_slashes(os.path.normpath(path)) for path in paths)
    modules = [path for path in listed if path.endswith(".py")]
    values = [path for path in listed if kind_of(path) in _VALUES and os.path.basename(path) != "pyproject.toml"]
    if not (values or modules) or len(listed) > MOST_USERS or any(path not in named for path in modules):
        return {}
    root = os.path.abspath(os.path.dirname((values or modules)[0]))
    while not os.path.exists(os.path.join(root, ".git")):
        if root == os.path.dirname(root):
            return {}
        root = os.path.dirname(root)
    linted = {os.path.abspath(path) for path in listed}
    quiet, others = LintResult(), list[str]()
    candidates = _candidates(
        [relative_path(root)], linter.config, quiet, others, any_use=False, force_exclude=False, progress=None
    )
    programs = [path for path in candidates if path.endswith((".py", ".ipynb")) and os.path.abspath(path) not in linted]
    if len(programs) > MOST_USERS or not (values or (programs and _are_imported(modules, others))):
        return {}
    return {path: report for path, _, report in _linted(programs, linter, quiet, None)}


def _are_imported(modules: Iterable[str], paths: Iterable[str]) -> bool:
    """Whether a file imports something that is called like one of the modules."""
    import re

    name_parts = (os.path.split(path.removesuffix(".py").removesuffix("/__init__")) for path in modules)
    names = "|".join(re.escape(name) for _, name in name_parts)
    imported = re.compile(rf'(?m)^[ \t"]*(?:from|import)[ \t][^\n(]*(?:\([^)]{{,2000}})?\b(?:{names})\b'.encode())
    programs = (read_plain(path, files.MAX_BYTES) for path in paths if path.endswith((".py", ".ipynb")))
    return any(text is not None and imported.search(text) is not None for text in programs)


def _only_of(linted: Sequence[str], report: FileReport) -> FileReport:
    """What the report of a program says of values of the linted files; the program itself is not changed."""
    from regilink_doctor.core.records import replace
    from regilink_doctor.lint.engine import FileReport

    paths = {os.path.abspath(path) for path in linted}
    return FileReport(
        tuple(
            replace(finding, fix=None)
            for finding in report.findings
            if any(os.path.abspath(related.place.path) in paths for related in finding.related)
        )
    )


class _Sifted:
    """What a share of the files has given: the candidates, and a sentence for what could not be read."""

    def __init__(self) -> None:
        self.files = 0
        self.candidates: list[str] = []
        self.failures: list[str] = []
        self.notes: list[str] = []
        self.unread: list[str] = []


def _candidates(
    paths: Sequence[str],
    config: Config,
    result: LintResult,
    listed: list[str],
    *,
    any_use: bool,
    force_exclude: bool,
    progress: Progress | None,
) -> list[str]:
    """The files that pass the gates, sorted, each once; all are added to `listed`, what is skipped to `result`."""
    named = frozenset(to_slashes(os.path.normpath(path)) for path in paths)
    found: list[str] = []

    def sifted(share: Sequence[str]) -> _Sifted:
        return _sift(share, named, any_use=any_use, progress=progress)

    batches = files.find_batches(
        paths,
        result.failures.append,
        _excluded(config),
        force_exclude=force_exclude,
        note=result.notes.append,
        unread=lambda sentence: result.add_unreadable([sentence]),
    )
    for batch in batches:
        listed += batch
        for part in _shares(batch, sifted, each=files.MANY):
            result.files += part.files
            result.failures += part.failures
            result.notes += part.notes
            result.add_unreadable(part.unread)
            found += part.candidates
    once: dict[str, str] = {}
    for path in _not_excluded_nearby(sorted(found), config, frozenset() if force_exclude else named):
        once.setdefault(real_path(path), path)  # links make a file appear twice
    return list(once.values())


class _Failure:
    """A configuration that cannot be used, and a file that was not linted for it."""

    __slots__ = ("path", "sentence")

    def __init__(self, sentence: str, path: str) -> None:
        self.sentence = sentence
        self.path = path


def _not_excluded_nearby(paths: Sequence[str], config: Config, named: frozenset[str]) -> Iterator[str]:
    """The files that the configuration nearest to them does not exclude; this one has been asked already."""
    patterns: dict[str | None, Patterns] = {}
    for path in paths:
        try:
            nearest = config.for_folder(os.path.dirname(path))
        except ConfigProblem:  # reported when the file is linted
            nearest = config
        if nearest is not config and path not in named:
            if nearest.source not in patterns:
                patterns[nearest.source] = _excluded(nearest)(nearest.folder)
            if patterns[nearest.source].match(path):
                continue
        yield path


def _linted(
    paths: Sequence[str], linter: Linter, result: LintResult, progress: Progress | None
) -> list[tuple[str, bytes, FileReport]]:
    """The reports of the candidates by path, each with the bytes of a file that has findings."""
    if paths:
        linter.load()  # once for all processes
    reports, paths = _find_kept(paths, linter)

    def linted(share: Sequence[str]) -> list[tuple[str, bytes, FileReport, KeptReport | None] | str | _Failure]:
        reports: list[tuple[str, bytes, FileReport, KeptReport | None] | str | _Failure] = []
        for number, path in enumerate(share, 1):
            try:
                content = files.read(path)
            except OSError as error:
                reports.append(_unread(path, error))
                continue
            try:
                report, kept = linter.lint_kept(path, content) if linter.cache else (linter.lint(path, content), None)
            except ConfigProblem as error:
                reports.append(_Failure(str(error), path))
                continue
            reports.append((path, content if report.findings else b"", report, kept))
            if progress is not None:
                progress(number, len(share))
        return reports

    for part in _shares(paths, linted, each=EACH):
        unconfigured = [item for item in part if isinstance(item, _Failure)]
        result.failures += dict.fromkeys(item.sentence for item in unconfigured)
        result.unconfigured += [item.path for item in unconfigured]
        result.add_unreadable(item for item in part if isinstance(item, str))
        for path, content, report, kept in (item for item in part if isinstance(item, tuple)):
            reports.append((path, content, report))
            if kept is not None and linter.cache is not None:
                linter.cache.keep(kept)
    result.failures = list(dict.fromkeys(result.failures))  # one for each process, of one configuration
    return sorted(reports, key=lambda item: item[0])


def _find_kept(paths: Sequence[str], linter: Linter) -> tuple[list[tuple[str, bytes, FileReport]], Sequence[str]]:
    """The reports that the cache has of candidates, and the candidates of which it has none."""
    if linter.cache is None:
        return [], paths
    reports: list[tuple[str, bytes, FileReport]] = []
    others: list[str] = []
    for path in paths:
        try:
            content = files.read(path)
            report = linter.find_kept(path, content)
        except (OSError, ConfigProblem):  # it is read again, and this time the reason is reported
            report = None
        if report is None:
            others.append(path)
        else:
            reports.append((path, content if report.findings else b"", report))
    return reports, others


def _shares(items: Sequence[str], work: Callable[[Sequence[str]], Result], *, each: int) -> Iterator[Result]:
    if len(items) < 2 * each:
        yield work(items)
        return
    from regilink_doctor.lint.scan.workers import spread

    yield from spread(items, work, each=each)


def _sift(paths: Sequence[str], named: frozenset[str], *, any_use: bool, progress: Progress | None) -> _Sifted:
    sifted = _Sifted()

    def unread(path: str, error: OSError) -> None:
        sifted.files -= 1
        if path in named:
            sifted.failures.append(_unread(path, error))
        elif not isinstance(error, FileNotFoundError):  # git lists a file that is gone
            (sifted.unread if _may_link(path, error) else sifted.notes).append(_unread(path, error))

    chosen = [path for path in paths if path not in named or kind_of(path) or _is_of_known_kind(path, sifted)]
    sifted.files += len(chosen)
    sifted.candidates = [path for path, _ in files.sift(chosen, unread, any_use=any_use, progress=progress)]
    return sifted


def _may_link(path: str, error: OSError) -> bool:
    """Whether something may be in a file that cannot be read: a pipe has no code, and large data no links."""
    return error.errno is not None or (isinstance(error, files.FileTooLarge) and path.endswith((".py", ".ipynb")))


def _unread(path: str, error: OSError) -> str:
    gone = isinstance(error, FileNotFoundError)
    return f"{path}: {'no such file or folder' if gone else error.strerror or error}"


def _is_of_known_kind(path: str, sifted: _Sifted) -> bool:
    """Whether a named file without a known suffix is to be linted because of its content."""
    try:
        content = files.read(path)
    except OSError:
        return True  # the reason is reported when it is read in its turn
    if kind_of_named(path, content) is not None:
        return True
    sifted.notes.append(skipped_sentence(path))
    return False


def name_skipped(path: str, reason: OtherReason) -> str:
    """A file, and what it is instead of what its name promises."""
    formats = {
        "template": say("a template"),
        "values": say("several JSON values"),
        "ini": say("not INI"),
        "encoding": say("in an unknown encoding"),
        "python": say("not Python {version}", version=".".join(map(str, sys.version_info[:2]))),
    }
    return say("{places} ({reason})", places=path, reason=formats[reason])


def skipped_sentence(path: str) -> str:
    """What is said of a file whose kind regilink does not read."""
    return say("{path}: skipped: regilink does not read this kind of file", path=path)


def _excluded(config: Config) -> Callable[[str], Patterns]:
    def patterns(start: str) -> Patterns:
        from regilink_doctor.core.patterns import Patterns

        return Patterns((*config.exclude, *config.extend_exclude), config.folder, start=start)

    return patterns


def is_source(path: str, inputs: Sequence[str] = (".",)) -> bool:
    """Whether a file that a report is to be written to is an input, by any of its names, or holds code or settings.

    JSON may be an earlier report.

    Args:
        path: where the report goes; a link counts as what it leads to.
        inputs: files and folders that the command reads.
    """
    real = real_path(path)
    if not os.path.isfile(real):
        return False
    if any(os.path.exists(other) and os.path.samefile(real, other) for other in inputs):
        return True
    kind = kind_of(real)
    if kind == "json":
        return not _is_report(files.read(real)[:4096])
    if kind is None and os.stat(real).st_nlink > 1:  # another of its names may tell
        folder = os.path.dirname(real)
        beside = [os.path.join(folder, name) for name in os.listdir(folder) if kind_of(name) is not None]
        return any(os.path.samefile(real, name) for name in (*files_to_lint([*inputs, "."])[0], *beside))
    return kind is not None


_REPORT_KEYS = frozenset(
    (b"findings", b"sites", b"statistics", b"files", b"checks", b"repositories", b"command", b"day", b"results")
)
"""What comes after `"version": 1` in the reports of regilink."""


def _is_report(start: bytes) -> bool:
    """Whether a file for JSON begins as a report of regilink, also one for people, or is empty."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16, which no report is in
        return False
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"{", b"["):
        return True
    words = start.split(b'"')
    if len(words) > 3 and words[1] == b"version" and words[3] in _REPORT_KEYS:
        return True
    return start.strip() == b"[]" or words[1:2] == [b"day"] or b'"regilink"' in start or b'"REG' in start


def lint_text(path: str, content: bytes, *, catalog: Catalog | None = None, config: Config | None = None) -> LintResult:
    """Lint a string as the file `path`."""
    result = LintResult()
    if kind_of_named(path, content) is None:
        result.notes.append(skipped_sentence(path))
        return result
    result.files = 1
    if files.can_matter(path, content):
        result.add(path, content, Linter(config or Config(), catalog).lint(path, content))
    result.sources[path] = content
    return result


def files_to_lint(
    paths: Sequence[str], config: Config | None = None, *, force_exclude: bool = False
) -> tuple[list[str], list[str]]:
    """The files that `lint_paths` would look at, sorted; and a sentence for each path that is not there."""
    missing: list[str] = []
    batches = files.find_batches(paths, missing.append, _excluded(config or Config()), force_exclude=force_exclude)
    # git lists what a sparse checkout leaves out, and what is gone.
    listed = sorted(name for batch in batches for name in batch if os.path.isfile(name))
    named = frozenset() if force_exclude else frozenset(to_slashes(os.path.normpath(path)) for path in paths)
    return list(_not_excluded_nearby(listed, config or Config(), named)), missing


def files_worth_linting(paths: Sequence[str], config: Config | None = None) -> Iterator[str]:
    """The files below `paths` that pass the byte gates, by path."""
    for path, _ in files.sift(files_to_lint(paths, config)[0], lambda path, error: None):
        yield path
