"""One file from bytes to findings: decode, parse, sites, rules, suppressions. A rule that crashes becomes a finding."""

from __future__ import annotations

import gc
import os

from regilink_doctor.core import rule_codes
from regilink_doctor.core.files import absolute_path, is_test_path, relative_path
from regilink_doctor.core.findings import Finding, Place, Span
from regilink_doctor.core.organization_view import NOTHING_CONFIGURED, ConfiguredOrganization
from regilink_doctor.core.problems import Problem
from regilink_doctor.core.records import cached_property, group_pairs, record, replace
from regilink_doctor.core.sites import Init, Link
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart
from regilink_doctor.core.target_path import is_known
from regilink_doctor.lint import formats, nearby_files
from regilink_doctor.lint.improvement import edit_targets, is_improvement, lands_elsewhere
from regilink_doctor.lint.scan.files import may_have_sites
from regilink_doctor.lint.text.memory import Memory
from regilink_doctor.lint.text.source import OtherFormat, Unparsable
from regilink_doctor.rules import FileChecks
from regilink_doctor.rules.index import WATCHED_BY
from regilink_doctor.rules.judge import (
    finding_at,
    is_in_example,
    is_of_caller,
    report_names,
    report_targets,
    to_finding,
)
from regilink_doctor.rules.selection import EVERYTHING, Selection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence, Set
    from typing import Any, TypeVar

    from regilink_doctor.core.findings import Edit
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.sites import Command, Container, FileFact, Requirement, Setting, Site
    from regilink_doctor.lint.formats import ParsedFile
    from regilink_doctor.lint.suppress import Suppression
    from regilink_doctor.lint.text.source import OtherReason, Source
    from regilink_doctor.lint.value_uses import ValueUses
    from regilink_doctor.rules.base import FileFacts, Report
    from regilink_doctor.rules.judge import Judged

    T = TypeVar("T")
    Enabled = Set[str]
    """The codes of the rules that report in a file."""


_ABOUT_KEYS = frozenset({rule_codes.HARD_CODED_API_KEY})

TARGET_PATH = "target path"
"""The rules about target paths and names, which are asked all together."""


@record
class FileReport:
    """What the linter says of one file. `codes` has, for each site, the codes of the findings that it has."""

    findings: tuple[Finding, ...]
    sites: tuple[Site, ...] = ()
    codes: tuple[tuple[str, ...], ...] = ()
    suppressed: int = 0
    unused: tuple[tuple[Suppression, Finding], ...] = ()
    """The comments of the file that silence nothing in it, and what is reported of them."""
    used_elsewhere: tuple[Suppression, ...] = ()
    """Comments of other files that silence something here: where a value is set."""
    silenced_values: tuple[Finding, ...] = ()
    """What is silenced here, as it would be reported in the file that has the value."""
    unread: tuple[str, ...] = ()
    """A sentence for the file, or for each cell, that could not be parsed, whether that is reported or not."""
    skipped: OtherReason | None = None
    """The reason of `OtherFormat`, where the file was not read for one."""
    hidden: tuple[Finding, ...] = ()
    """Findings below `min-severity`, which are counted and not shown."""
    tested: tuple[Place, ...] = ()
    """Where the values are written that conditions were judged by, until the fixes of those are tried."""
    servers: tuple[StringValue, ...] = ()
    """The addresses of servers that the code itself gives to wandb."""
    keys: tuple[StringValue, ...] = ()
    """The API keys that it gives: the expressions and variables, never a key."""


@record
class _Facts:
    """What rules may ask about the file: `rules.base.FileFacts`."""

    path: str
    reading: ParsedFile
    view: OrganizationView | None
    configured: ConfiguredOrganization
    enabled: Enabled

    @cached_property
    def checks(self) -> FileChecks:
        # The rule about keys runs even where it does not report: it remembers which strings to mask.
        return FileChecks(self.enabled if rule_codes.HARD_CODED_API_KEY in self.enabled else self.enabled | _ABOUT_KEYS)

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

    def settings_named(self, name: str) -> Sequence[Setting]:
        return self._settings_by_name.get(name, ())

    def settings_in(self, name: str, containers: tuple[Container, ...]) -> Sequence[Setting]:
        return self._settings_by_container.get((name, containers), ())

    @cached_property
    def _settings_by_name(self) -> dict[str, list[Setting]]:
        return group_pairs([(setting.name, setting) for setting in self.settings])

    @cached_property
    def _settings_by_container(self) -> dict[tuple[str, tuple[Container, ...]], list[Setting]]:
        return group_pairs(((setting.name, setting.containers), setting) for setting in self.settings)

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        return self.reading.requirements

    @property
    def commands(self) -> tuple[Command, ...]:
        return self.reading.commands

    @cached_property
    def in_test(self) -> bool:
        return is_test_path(self.path)

    @cached_property
    def wandb_version(self) -> str | None:
        return self.configured.wandb_version or nearby_files.find_newest_wandb(self.folder)

    @property
    def links_around(self) -> bool:
        return nearby_files.has_links(self.folder)

    @cached_property
    def folder(self) -> str:
        return os.path.dirname(absolute_path(self.path))

    def program_links(self, path: str) -> bool:
        return nearby_files.is_linking_program(path, self.folder)

    @property
    def is_run_by_agent(self) -> bool:
        return nearby_files.is_run_by_agent(absolute_path(self.path))

    @cached_property
    def mode_outside(self) -> tuple[str, Place] | None:
        setting = None if self.mentions("WANDB_MODE") else nearby_files.find_mode(absolute_path(self.path))
        if setting is None:
            return None
        mode, file, line = setting
        return mode, Place(relative_path(file), Span(line, 1, line, 1))

    def once(self, compute: Callable[[FileFacts], T]) -> T:
        return self._remember(compute, compute, self)

    def mentions(self, word: str) -> bool:
        return self._remember(word, lambda: any(word in source.text for source in self.reading.sources))

    def _remember(self, question: object, compute: Callable[..., T], *arguments: object) -> T:
        """The answer to a question about the file, which is computed once."""
        if question not in self._answers:
            self._answers[question] = compute(*arguments)
        answer: T = self._answers[question]
        return answer

    @cached_property
    def _answers(self) -> dict[object, Any]:
        return {}

    @cached_property
    def judged(self) -> Judged:
        """What `report_targets` has judged."""
        return {}

    def sets(self, variable: str, *, at_start: bool = False) -> bool:
        return self._remember((variable, at_start), self._may_set, variable, at_start)

    def _may_set(self, variable: str, at_start: bool) -> bool:
        if self.mentions("load_dotenv(") and not nearby_files.has_dotenv(self.folder):
            return True  # a file that is not kept with the code: it may set anything
        if self.mentions(variable):
            mentions = sum(source.text.count(variable) for source in self.reading.sources)
            lost = [item for item in self.settings_named(variable) if self._is_lost(item, at_start=at_start)]
            if mentions > len(lost):
                return True
        return nearby_files.may_be_set(variable, absolute_path(self.path))

    def _is_lost(self, setting: Setting, *, at_start: bool) -> bool:
        """Whether no run sees the variable: a shell of a notebook sets it, or code after all runs have started."""
        if setting.how == "shell":
            return self.path.endswith(".ipynb")
        if not at_start or setting.how != "python" or setting.containers or not self.inits:
            return False
        return all(
            not init.context.containers and init.place.position[:2] < setting.place.position[:2] for init in self.inits
        )


def lint_bytes(
    path: str,
    content: bytes,
    view: OrganizationView | None = None,
    *,
    known: ConfiguredOrganization = NOTHING_CONFIGURED,
    selection: Selection = EVERYTHING,
    memory: Memory | None = None,
) -> FileReport:
    """The report of one file.

    Args:
        path: as it is shown; its folder is also where `.env` and CI files are looked for.
        content: the file's bytes.
        view: what is known of the organization.
        known: what the configuration says about it.
        selection: which rules report.
        memory: what is remembered of the files around it, the same for all files of a run; None: nothing is.
    """
    # Linting makes many objects and hardly a reference cycle: garbage collection would only cost time.
    is_collecting = gc.isenabled()
    gc.disable()
    try:
        return _call_with_room(_lint, path, content, view, known, selection, memory or Memory())
    except Exception as error:  # the findings of the other files count
        crash = _crash("linting", Place(path, Span(1, 1, 1, 1)), error, "nothing in this file was checked")
        return FileReport((crash,), unread=(f"{path} ({type(error).__name__})",))
    finally:
        if is_collecting:
            gc.enable()


def _call_with_room(function: Callable[..., T], *arguments: object) -> T:
    """Call a function with room for the frames of the calls inside it.

    CPython takes memory for frames from the system in pieces of 16 KB, and gives back each piece that becomes empty.
    Where a loop of calls crosses the end of a piece, each call takes ten times as long. This frame asks for a piece in
    which all calls inside it have room.
    """
    return function(*arguments)


_call_with_room.__code__ = _call_with_room.__code__.replace(co_stacksize=1 << 14)


def _lint(
    path: str,
    content: bytes,
    view: OrganizationView | None,
    known: ConfiguredOrganization,
    selection: Selection,
    memory: Memory,
) -> FileReport:
    memory.use()
    enabled = selection.enabled_codes(path)
    try:
        reading = formats.read(path, content)
    except OtherFormat as error:
        return FileReport((), skipped=error.reason)
    except Unparsable as error:
        if not may_have_sites(path, content.replace(b"\0", b"")):
            return FileReport((), skipped="encoding" if error.cause in ("bytes", "cookie") else "python")
        return FileReport(tuple(_unparsable(path, error, enabled)), unread=(_describe_unread(path, error),))
    facts = _Facts(path, reading, view, known, enabled)
    by_site = [_find_problems(site, facts) for site in reading.sites]
    _drop_known_placeholders(reading.sites, by_site)
    by_site = _mark_shared(by_site, facts)
    others = [_find_problems(item, facts) for item in reading.declared]
    problems = [error for error in reading.problems if error.cause != "requirement" or facts.links_around]
    unparsable = [finding for error in problems for finding in _unparsable(path, error, enabled)]
    unique = _drop_repeated(finding for findings in (unparsable, *by_site, *others) for finding in findings)
    unique = [item for item in unique if not item.at_value or selection.enabled(item.code, item.at_value.place.path)]
    silenced = _silence_findings(reading, unique, enabled)
    left = set(silenced.findings)
    codes = tuple(tuple(dict.fromkeys(item.code for item in findings if item in left)) for findings in by_site)
    unread = tuple(_describe_unread(path, error) for error in problems)
    return replace(
        silenced,
        sites=reading.sites,
        codes=codes,
        unread=unread,
        tested=reading.tested,
        servers=tuple(_find_servers(reading)),
        keys=tuple(_find_keys(reading)),
    )


def _find_servers(reading: ParsedFile) -> Iterator[StringValue]:
    """What `login(host=)`, `Settings(base_url=)` and an assignment to `WANDB_BASE_URL` tell wandb; tests aside."""
    if is_test_path(reading.sources[0].path if reading.sources else ""):
        return
    for site in reading.sites:
        if site.kind in ("init", "other"):
            yield from site.arguments.strings.get("base_url", ())
            yield from site.arguments.strings.get("host", ()) if site.call == "wandb.login" else ()
    for setting in reading.settings:
        if setting.name == "WANDB_BASE_URL" and setting.how in ("python", "notebook") and not setting.only_default:
            yield from setting.value


def _find_keys(reading: ParsedFile) -> Iterator[StringValue]:
    """What `login(key=)`, `Api(api_key=)` and an assignment to `WANDB_API_KEY` give wandb whatever the environment has.

    Without the letters of keys, and without what is the variable of wandb itself; tests aside.
    """
    if is_test_path(reading.sources[0].path if reading.sources else ""):
        return
    strings: list[StringValue] = []
    for site in reading.sites:
        if site.kind in ("init", "other") and not site.context.guards:
            strings += site.arguments.strings.get("key" if site.call == "wandb.login" else "api_key", ())
    for setting in reading.settings:
        if setting.name == "WANDB_API_KEY" and setting.how in ("python", "notebook") and not setting.only_default:
            strings += setting.value
    for string in strings:
        variables = tuple([name for part in string.parts for name in part.variables])
        if variables[:1] != ("WANDB_API_KEY",) and (variables or string.pattern):
            unknown = [part.source for _, part in string.unknown_parts]
            part = UnknownPart(unknown[0] if unknown else "KEY", string.place, variables=variables)
            yield StringValue((part,), string.place)


def _drop_repeated(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, the same words at the same place once: several values of a target can have the same part.

    The first one gets the edits of those that are left out: `//` twice in one value is one finding with two edits.
    """
    first: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        same = first.setdefault(finding.identity, finding)
        if same.fix and finding.fix and same.fix.applicability == finding.fix.applicability:
            edits = tuple(dict.fromkeys((*same.fix.edits, *finding.fix.edits)))
            first[finding.identity] = replace(same, fix=replace(same.fix, edits=edits))
    return list(first.values())


def _find_problems(item: Site | FileFact, facts: _Facts) -> list[Finding]:
    """The findings of all rules at one call site, setting, requirement or command.

    A fix of a target path is offered only where the call is better with it: `--fix` would refuse another one.
    """
    findings = _drop_repeated(_run_checks(item, facts))
    if not any(finding.fix is not None or finding.at_value is not None for finding in findings):
        return findings

    def is_in_vain(finding: Finding) -> bool:
        sites = edit_targets(item, finding)
        if sites is None:
            return False
        before, edited = sites
        after = _drop_repeated(_run_checks(edited, facts))
        return not is_improvement(findings, after, [finding]) or lands_elsewhere([before], [edited])

    checked: list[Finding] = []
    for finding in findings:
        if finding.at_value is not None and is_in_vain(finding.at_value):
            finding = replace(finding, at_value=replace(finding.at_value, fix=None))
        checked.append(replace(finding, fix=None) if is_in_vain(finding) else finding)
    return checked


def _drop_known_placeholders(sites: Sequence[Site], by_site: list[list[Finding]]) -> None:
    """Leave one finding of a value that was never filled in: at each link that has it, else at the first call."""
    reported: set[Place] = set()
    for site, findings in sorted(zip(sites, by_site, strict=True), key=lambda pair: pair[0].kind != "link"):
        seen = set() if site.kind == "link" else reported
        for finding in [item for item in findings if item.code == rule_codes.UNFILLED_PLACEHOLDER]:
            values = {related.place for related in finding.related if related.message == "the value is set here"}
            if values & seen:
                findings.remove(finding)
            seen |= values
        reported |= seen


def _mark_shared(by_site: list[list[Finding]], facts: _Facts) -> list[list[Finding]]:
    """The findings of each site; a fix is unsafe where it changes a value that the file also uses for something else.

    A call of wandb uses it for the same only where it has the same problem: a version that a link must not have may be
    the one that `use_artifact` is to fetch.
    """
    if not any(finding.fix for findings in by_site for finding in findings):
        return by_site
    with_problem: dict[str, dict[int, Site]] = {}
    uses: dict[Place, set[int]] = {}
    for site, findings in zip(facts.sites, by_site, strict=True):
        for finding in findings:
            with_problem.setdefault(finding.code, {})[id(site)] = site
        for place in list_places(site):
            uses.setdefault(place, set()).add(id(site))
    statements: dict[str, list[list[Span]]] = {}
    known: dict[tuple[str, int | None, Edit], bool] = {}

    def is_shared(code: str, cell: int | None, edit: Edit, site: Site) -> bool:
        sites = with_problem[code]
        places = [place for place in list_places(site) if place.cell == cell and place.span.contains(edit.span)]
        if any(not uses[place] <= sites.keys() for place in places):
            return True
        if site.statement.contains(edit.span):
            return False
        if code not in statements:
            statements[code] = [item.list_statements(sites.values()) for item in facts.once(_index_uses)]
        programs = zip(facts.once(_index_uses), statements[code], strict=True)
        return any(program.is_used_elsewhere(edit.span, cell, own) for program, own in programs)

    def mark(finding: Finding, site: Site) -> Finding:
        if finding.fix is None:
            return finding
        keys = [(finding.code, finding.place.cell, edit) for edit in finding.fix.edits]
        for key in keys:
            if key not in known:
                known[key] = is_shared(*key, site)
        is_safe = not any(known[key] for key in keys)
        return finding if is_safe else replace(finding, fix=replace(finding.fix, applicability="unsafe"))

    return [[mark(finding, site) for finding in findings] for site, findings in zip(facts.sites, by_site, strict=True)]


def list_places(site: Site) -> Iterator[Place]:
    """Where the parts of its target are written."""
    for string in site.target:
        for part in string.parts:
            if isinstance(part, KnownPart):
                yield part.place


def _index_uses(facts: FileFacts) -> list[ValueUses]:
    """Where the values of each program of the file are used; the cells of a notebook are one program."""
    from regilink_doctor.lint.formats.notebook import find_programs
    from regilink_doctor.lint.value_uses import ValueUses

    assert isinstance(facts, _Facts)
    sources = facts.reading.sources
    if facts.path.endswith(".ipynb"):
        return [ValueUses(*program) for program in find_programs(sources)]
    python = sources if facts.path.endswith(".py") else ()
    return [ValueUses(source, source.parse(), {None: 1}) for source in python]


def _run_checks(item: Site | FileFact, facts: _Facts) -> list[Finding]:
    findings: list[Finding] = []
    checks = facts.checks.find(item, facts)
    if item.kind in ("link", "target", "consume", "look_up"):
        checks = ((TARGET_PATH, _check_target), *checks)
    for code, check in checks:
        try:
            reports = list(check(item, facts))
            if reports and item.kind in ("link", "consume") and item.through:
                reports = [report for report in reports if is_of_caller(report, item)]
            if reports:
                reports = [report for report in reports if not is_in_example(report)]
                findings += [to_finding(report, item) for report in reports if report.problem.rule in facts.enabled]
        except Exception as error:
            findings.append(_crash(code, item.place, error))
    return findings


def _check_target(site: Site, facts: _Facts) -> Iterator[Report]:
    if site.kind in ("consume", "look_up"):
        return report_names(_with_tree(site, facts), facts.view, facts.configured)
    reports = report_targets(_with_tree(site, facts), facts.view, facts.configured, facts.judged)
    return (report for report in reports if not _is_created(report, site, facts))


def _is_created(report: Report, site: Site, facts: _Facts) -> bool:
    """Whether a report is about an unknown registry that the program itself creates."""
    if report.problem.rule != rule_codes.UNKNOWN_REGISTRY or report.string is None:
        return False
    from regilink_doctor.rules.site_facts import find_creation, known_registry

    entity, organizations = (
        report.problem.facts.get("organization"),
        facts.view.organization_names if facts.view else (),
    )
    organization = next((names for names in organizations if names.entity == entity), None)
    return find_creation(known_registry(report.string) or "", site, facts.sites, organization) is not None


def _with_tree(site: Site, facts: _Facts) -> Site:
    """A site whose variables of the environment are not called unset where a settings file of the tree names them."""
    unset: set[str] = set()
    for string in site.target:
        if not is_known(string.pattern):
            unset.update(string.unset_variables)
    is_set = {name for name in unset if nearby_files.is_mentioned(name, facts.folder)} if unset else unset
    if not is_set:
        return site
    return replace(site, target=tuple(string.mark_set(is_set) for string in site.target))


def _silence_findings(reading: ParsedFile, findings: Sequence[Finding], enabled: Enabled) -> FileReport:
    """The findings that no comment silences, those about the comments themselves added.

    A comment counts on any line of the statement that the finding is in, and at its second place, which may be
    in another file. That of a rule which is not `enabled` may be there for another run.
    """
    sources = [source for source in reading.sources if _may_suppress(source, any_finding=bool(findings))]
    others = {related.place.path for finding in findings for related in finding.related}
    if not sources and not others - {source.path for source in reading.sources}:
        return FileReport(tuple(sorted(findings, key=order_of)))
    from regilink_doctor.lint.suppress import SuppressionIndex, index_comments_of, read_comments

    comments = [read_comments(source, reading.comments) for source in sources]
    suppressions = [item for found, _ in comments for item in found]
    present = set(suppressions)
    own = SuppressionIndex(reading, suppressions)
    used: dict[Suppression, None] = {}
    groups: dict[int, tuple[Suppression, ...]] = {}
    left: list[Finding] = []
    silenced: list[Finding] = []
    for finding in findings:
        is_silenced = False
        for place in (finding.place, *(related.place for related in finding.related)):
            index = own if place.path == finding.place.path else index_comments_of(place.path)
            for group in index.find_at(place, finding.code) if index is not None else ():
                is_silenced = True
                if id(group) not in groups:  # findings of one statement share it
                    groups[id(group)] = group
                    used |= dict.fromkeys(group)
        (silenced if is_silenced else left).append(finding)
    about = [problem for _, problems in comments for problem in problems if problem.code in enabled]
    unused = [item for item in suppressions if item not in used and item.code and _is_ours(item)]
    if rule_codes.UNUSED_SUPPRESSION not in enabled:
        unused = []
    reported = [(item, _unused(item)) for item in unused if item.code in enabled]
    return FileReport(
        tuple(sorted([*left, *about, *(finding for _, finding in reported)], key=order_of)),
        suppressed=len(silenced),
        unused=tuple(reported),
        used_elsewhere=tuple(item for item in used if item not in present),
        silenced_values=tuple(finding.at_value for finding in silenced if finding.at_value is not None),
    )


def _may_suppress(source: Source, *, any_finding: bool) -> bool:
    """Whether there may be a comment for regilink: a `# noqa` counts only with a finding or the code of a rule."""
    folded = source.text.lower()
    if "regilink:" in folded or (any_finding and "noqa" in folded):
        return True
    return any("reg" in rest.partition("\n")[0] for rest in folded.split("noqa")[1:])


def _is_ours(item: Suppression) -> bool:
    """Whether a comment is for the linter; what only the whole tree shows it silences in `regilink map`."""
    return item.code not in WATCHED_BY["map"] and (item.ours or (item.code or "").startswith("REG"))


def _unused(item: Suppression) -> Finding:
    return finding_at(item.place, Problem(rule_codes.UNUSED_SUPPRESSION, facts={"code": item.code or "this comment"}))


def _describe_unread(path: str, error: Unparsable) -> str:
    cell = f"cell {error.cell}:" if error.cell else ""
    return f"{path}:{cell}{error.span.line} ({error})"


def _unparsable(path: str, error: Unparsable, enabled: Enabled) -> Iterator[Finding]:
    if rule_codes.UNPARSABLE_FILE in enabled:
        part = "cell" if error.cell else "file"
        facts = {"language": error.language, "part": part, "reason": str(error), "cause": error.cause}
        yield finding_at(Place(path, error.span, error.cell), Problem(rule_codes.UNPARSABLE_FILE, facts=facts))


def _crash(where: str, place: Place, error: Exception, rest: str = "the other rules have run") -> Finding:
    facts = {"where": where, "error": f"{type(error).__name__}: {error}", "rest": rest}
    return finding_at(place, Problem(rule_codes.INTERNAL_ERROR, facts=facts))


def order_of(finding: Finding) -> tuple[str, tuple[int, int, int, int, int], str]:
    """The key by which findings are sorted."""
    return finding.place.path, finding.place.position, finding.code
