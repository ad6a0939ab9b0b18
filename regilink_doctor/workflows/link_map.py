"""`regilink map`: the link map of a tree from its source, and of many repositories from their maps."""

from __future__ import annotations

import ast
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from regilink_doctor.config import Config
from regilink_doctor.core.files import is_test_path, real_path, relative_path, to_slashes
from regilink_doctor.core.findings import Finding, Place, Related, Span
from regilink_doctor.core.link_map import LinkMap, Use, alias_asked_for, can_be_registry_path, fold_name
from regilink_doctor.core.naming import is_version
from regilink_doctor.core.records import group_pairs, record, replace
from regilink_doctor.core.sites import ConfiguredTarget
from regilink_doctor.core.target_path import UNKNOWN_NAME, is_known, parsed, show_unknown
from regilink_doctor.core.targets import look_up_paths, unread_sites
from regilink_doctor.core.text import mask_secrets
from regilink_doctor.lint.scan.files import Git, read
from regilink_doctor.lint.suppress import SuppressionIndex, index_comments_of
from regilink_doctor.rules import rule_for
from regilink_doctor.rules.index import WATCHED_BY
from regilink_doctor.workflows.code_owners import CodeOwners, read_code_owners
from regilink_doctor.workflows.lint import lint_paths

if TYPE_CHECKING:
    from regilink_doctor.core.catalog import Catalog, Registry, Writers
    from regilink_doctor.core.link_map import MapReport, UseKind
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.rules.selection import Selection
    from regilink_doctor.workflows.lint import LintResult, Progress

_SETS_ALIASES = re.compile(r"\.aliases\s*(?:\.\s*(?:append|extend|insert)\s*\(|\+?=(?!=))(?P<rest>.*)")
_STRING = re.compile(r"""\\?["']([\w.-]+)\\?["']""")
"""In a notebook the quotation marks of a string have a backslash."""


@record
class MapFinding:
    """A finding, and the repository of its place."""

    repository: str
    finding: Finding


class MapResult:
    """The map of a tree. `lint` is what the linter has read for it."""

    def __init__(self, link_map: LinkMap, lint: LintResult) -> None:
        self.link_map = link_map
        self.lint = lint


def map_paths(
    paths: Sequence[str],
    *,
    catalog: Catalog | None = None,
    is_live: bool = False,
    config: Config | None = None,
    repository: str | None = None,
    progress: Progress | None = None,
) -> MapResult:
    """The map of files, and of everything below folders, as one repository.

    Args:
        paths: files and folders.
        catalog: what is on the server.
        is_live: the catalog was read from the server now.
        config: which files, and the organization.
        repository: its name; None: what the remote `origin` is called, else the folder.
        progress: called, now and then, with how many files of how many have been read.
    """
    config = config or Config()
    result = lint_paths(paths, catalog=catalog, config=config, all_sites=True, progress=progress)
    root = find_root(next(iter(paths), "."))
    name = repository or name_repository(root)
    reader = _UseReader(root, name, catalog, config, result.alias_changes)
    sites = [report.site for report in result.sites]
    sites += _lint_callers(sites, paths, catalog, config)
    uses = tuple(reader.read_uses([*sites, *result.configured_sources, *_read_look_ups(result.look_ups)]))
    unread = (*result.failures, *result.unread)
    link_map = LinkMap(uses, (name,), catalog, is_live=is_live, unread=unread, skipped=result.skipped)
    return MapResult(link_map, result)


def _read_look_ups(look_ups: Sequence[Site]) -> Iterator[Site]:
    """The look-ups with what they look up; of `registry(…).collections(…).versions(…)` only the last call."""
    steps = {site.artifact.place for site in look_ups if site.artifact is not None}
    return (replace(site, target=look_up_paths(site)) for site in look_ups if site.place not in steps)


def _lint_callers(sites: Iterable[Site], paths: Sequence[str], catalog: Catalog | None, config: Config) -> list[Site]:
    """The calls of functions of these files in files beside `paths`: each with what this caller passes.

    Without them the values of all callers would be mixed in the one call of wandb that the function has.
    """
    named = [os.path.abspath(path) for path in paths]

    def is_named(path: str) -> bool:
        return any(path == name or path.startswith(os.path.join(name, "")) for name in named)

    strings = (string for site in sites if site.kind in ("link", "consume") for string in site.target)
    passed_in = {_file_of(part.place) for string in strings for part in string.parts}
    files = sorted(relative_path(path) for path in passed_in if path.endswith(".py") and not is_named(path))
    if not files:
        return []
    reports = lint_paths(files, catalog=catalog, config=config, all_sites=True).sites
    calls = [call for report in reports for call in report.site.callers or [report.site]]
    return [call for call in calls if any(is_named(_file_of(place)) for place in call.through)]


class _UseReader:
    """Makes uses of call sites."""

    def __init__(
        self, root: str, repository: str, catalog: Catalog | None, config: Config, changes: Sequence[Site]
    ) -> None:
        self._root = root
        self._changes = {(_file_of(site.place), site.statement.line): site for site in changes}
        self._repository = repository
        self._catalog = catalog
        self._config = config
        self._owners: CodeOwners = read_code_owners(root)
        self._set_aliases: dict[str, tuple[str, ...]] = {}
        self._moved_aliases: dict[str, Mapping[tuple[int, int], tuple[str, ...]]] = {}
        self._comments: dict[str, SuppressionIndex | None] = {}

    def read_uses(self, sites: Sequence[Site]) -> Iterator[Use]:
        """The uses of all sites; a configured target that code reads is the code's, and not listed twice."""
        calls = [site for site in sites if site.kind in ("link", "consume")]
        yield from self._uses_of_calls([call for site in calls for call in site.callers or [site]])
        for site in (*unread_sites(sites), *(site for site in sites if site.kind == "look_up")):
            yield from self._uses_of(site)

    def _uses_of_calls(self, calls: Sequence[Site]) -> Iterator[Use]:
        """The uses of calls; what a function links for a caller in another file is a use of the caller alone."""
        callers = group_pairs((_absolute(place), site) for site in calls for place in site.through)
        for site in calls:
            others = callers.get(_absolute(site.place), ())
            files = {_file_of(other.place) for other in others}
            linked = {text.pattern for other in others for text in other.target}
            own = tuple(
                text
                for text in site.target
                if text.pattern not in linked and not any(_file_of(part.place) in files for part in text.parts)
            )
            if own or not others:
                yield from self._uses_of(replace(site, target=own) if others else site)

    def _uses_of(self, site: Site) -> Iterator[Use]:
        targets = dict.fromkeys(string.pattern for string in site.target)
        if not targets and site.kind in ("link", "consume") and "artifact_or_name" not in site.arguments.names:
            # The target is passed with `**`, or is an object: it is there, and source does not tell it.
            targets = {UNKNOWN_NAME: None} if "**" in site.arguments.names else {}
        if UNKNOWN_NAME in targets:  # which the other unknown alternatives are cases of
            targets = {target: None for target in targets if is_known(target) or target == UNKNOWN_NAME}
        for target in targets:
            kind = _kind_of(site)
            if kind != "link" and not can_be_registry_path(target):
                continue
            is_consumed = kind == "consume"
            yield Use(
                repository=self._repository,
                path=self._path_of(site.place),
                line=site.place.span.line,
                column=site.place.span.column,
                kind=kind,
                target=target,
                cell=site.place.cell or 0,
                call=site.call,
                artifact="" if is_consumed else _name_artifact(site),
                organization=self._find_organization(target, _only(site.run_entity)),
                entity=_only(site.run_entity),
                type=_only(site.artifact_type),
                aliases=alias_asked_for(target) if is_consumed else _read_aliases(site),
                sets=self._find_set_aliases(site.place.path) if is_consumed else (),
                moves=self._find_moved_aliases(site.place) if is_consumed else (),
                owner=self._owners.find(self._path_of(site.place)),
                ignored=self._find_ignored(site.place),
                is_test=is_test_path(self._path_of(site.place)),
            )

    def _path_of(self, place: Place) -> str:
        return relative_path(real_path(place.path), self._root) if self._root else to_slashes(place.path)

    def _find_organization(self, target: str, entity: str) -> str:
        """The organization of a target: that of its path, else of the entity; empty where nothing tells it."""
        path = parsed(target)
        prefix = path.prefix if path is not None and path.prefix else ""
        if not is_known(prefix):
            return ""
        for name in filter(is_known, filter(None, (prefix, entity))):
            for organization in self._catalog.organizations if self._catalog is not None else ():
                if name in (organization.name, organization.entity, *organization.teams):
                    return organization.entity
            if prefix:
                break
        if prefix and prefix not in self._config.teams:
            return prefix
        return self._config.organization or ""

    def _find_set_aliases(self, path: str) -> tuple[str, ...]:
        """The aliases that a file sets on artifacts; which artifact it is, the file has to be run to know."""
        if path not in self._set_aliases:
            try:
                content = read(path).decode("utf-8", "replace")
            except OSError:
                content = ""
            names: list[str] = []
            line, start = 1, 0
            for match in _SETS_ALIASES.finditer(content):
                line, start = line + content.count("\n", start, match.start()), match.start()
                change = self._changes.get((os.path.abspath(path), line))
                names += _STRING.findall(match["rest"]) or (_read_aliases(change) if change else ()) or [UNKNOWN_NAME]
            self._set_aliases[path] = tuple(dict.fromkeys(names))
        return self._set_aliases[path]

    def _find_moved_aliases(self, place: Place) -> tuple[str, ...]:
        """The aliases that are certainly set on what the call at a place of a Python file gives."""
        path = place.path
        if path not in self._moved_aliases:
            is_worth_parsing = path.endswith(".py") and self._find_set_aliases(path)
            self._moved_aliases[path] = find_moved_aliases(read(path)) if is_worth_parsing else {}
        return self._moved_aliases[path].get((place.span.line, place.span.column), ())

    def _find_ignored(self, place: Place) -> tuple[str, ...]:
        """The rules of the map that a comment silences at a place."""
        if place.path not in self._comments:
            self._comments[place.path] = index_comments_of(place.path)
        comments = self._comments[place.path]
        if comments is None:
            return ()
        return tuple(code for code in WATCHED_BY["map"] if any(comments.find_at(place, code)))


def _kind_of(site: Site) -> UseKind:
    """What is done with a target; what the key of a configured value does not say is not guessed.

    A program that asks whether a collection exists may go on to link to it, or to consume it.
    """
    if site.call.endswith("_exists") or (isinstance(site, ConfiguredTarget) and not site.is_published):
        return "name"
    return "link" if site.kind in ("link", "target") else "consume"


def _absolute(place: Place) -> Place:
    return replace(place, path=_file_of(place))


def _file_of(place: Place) -> str:
    return os.path.abspath(place.path)


def find_moved_aliases(content: bytes) -> Mapping[tuple[int, int], tuple[str, ...]]:
    """The aliases that a program sets on the result of a call, by the line and column of the call.

    The result has to be in a variable that is assigned once in its function, and that is saved there.
    """
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError):
        return {}
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    moved: dict[tuple[int, int], tuple[str, ...]] = {}
    for scope in (tree, *functions):
        nodes = list(_walk_scope(scope))
        stored = Counter(node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
        calls = {
            node.targets[0].id: node.value
            for node in nodes
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Call)
        }
        for name, call in calls.items():
            sets = [alias for node in nodes for alias in _aliases_set_on(name, node)]
            is_saved = any(isinstance(node, ast.Call) and ast.unparse(node) == f"{name}.save()" for node in nodes)
            if sets and is_saved and stored[name] == 1:
                moved[call.lineno, call.col_offset + 1] = tuple(dict.fromkeys(sets))
    return moved


def _walk_scope(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function or module, without those of the functions and classes in it."""
    for node in ast.iter_child_nodes(scope):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield node
            yield from _walk_scope(node)


def _aliases_set_on(name: str, node: ast.AST) -> list[str]:
    """The aliases that a call or assignment sets: `name.aliases.append("prod")`, `name.aliases = ["prod"]`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr not in ("append", "extend", "insert"):
            return []
        target, values = node.func.value, node.args
    elif isinstance(node, ast.Assign | ast.AugAssign):
        target, values = (node.targets[0] if isinstance(node, ast.Assign) else node.target), [node.value]
    else:
        return []
    if not isinstance(target, ast.Attribute) or ast.unparse(target) != f"{name}.aliases":
        return []
    items = [item for value in values for item in (value.elts if isinstance(value, ast.List | ast.Tuple) else [value])]
    return [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]


def _only(strings: Iterable[StringValue]) -> str:
    """The one value of alternatives: unknown where there are several, empty without any."""
    patterns = list(dict.fromkeys(string.pattern for string in strings))
    return patterns[0] if len(patterns) == 1 else UNKNOWN_NAME if patterns else ""


def _read_aliases(site: Site) -> tuple[str, ...]:
    """The aliases that a link sets; one is unknown where source does not tell all of them."""
    aliases = tuple(dict.fromkeys(alias.pattern for alias in site.aliases))
    is_partial = "aliases" in site.arguments.unread or "**" in site.arguments.names
    return (*aliases, UNKNOWN_NAME) if is_partial else aliases


def _name_artifact(site: Site) -> str:
    """What a link links: the name of the artifact that is made, or the full name of the one that is consumed."""
    artifact = site.artifact
    if artifact is None:
        return ""
    return _only(artifact.target or artifact.arguments.strings.get("name", ()))


def find_root(path: str) -> str:
    """The folder of the git repository that has a path; the current folder where there is none."""
    folder = path if os.path.isdir(path) else os.path.dirname(path) or "."
    answer = _ask_git(folder, "rev-parse", "--show-toplevel")
    return real_path(answer or os.curdir)


def name_repository(root: str) -> str:
    """The name of a repository: host and path of its remote `origin`, without credentials; else its folder's."""
    address = _ask_git(root, "config", "--get", "remote.origin.url")
    return (_name_address(address) if address else "") or os.path.basename(root) or "repository"


def _name_address(address: str) -> str:
    """`github.com/acme/zoo` for `https://user:key@github.com/acme/zoo.git` and `git@github.com:acme/zoo.git`."""
    address = address.rpartition("::")[2]  # what a program of git's is passed: `codecommit::region://repository`
    if "://" in address:
        try:
            parts = urlsplit(address)
            host, path = parts.hostname or "", parts.path
        except ValueError:
            return ""
        if parts.scheme == "file":
            return os.path.basename(path.rstrip("/")).removesuffix(".git")
    else:
        before, colon, after = address.partition(":")
        is_drive = len(before) == 1 and after[:1] in ("\\", "/")
        if not colon or "/" in before or is_drive:  # a folder of this machine, whose path is private
            return address.replace("\\", "/").rstrip("/").rpartition("/")[2].removesuffix(".git")
        host, path = before.rpartition("@")[2], after
    name = f"{host}/{path.strip('/')}".strip("/").removesuffix(".git")
    return mask_secrets(name)


def _ask_git(folder: str, *arguments: str) -> str:
    git = Git(folder or os.curdir, *arguments)
    try:
        return os.fsdecode(git.output() or b"").strip()
    except TimeoutError:
        return ""
    finally:
        git.stop()


def find_map_problems(link_map: LinkMap, selection: Selection) -> list[MapFinding]:
    """What the rules find in a map, sorted by place; without what a comment silences."""
    findings: list[MapFinding] = []
    for code in WATCHED_BY["map"]:
        for report in rule_for(code).check_map(link_map):
            involved = (report.use, *(use for _, use in report.related))
            if any(code in use.ignored for use in involved) or not selection.enabled(code, report.use.path):
                continue
            findings.append(MapFinding(report.use.repository, _word_report(report)))
    return sorted(findings, key=_order_of)


def _order_of(item: MapFinding) -> tuple[str, str, int, int, int, str, str]:
    place, span = item.finding.place, item.finding.place.span
    return (
        item.repository,
        place.path,
        place.cell or 0,
        span.line,
        span.column,
        item.finding.code,
        item.finding.message,
    )


def _word_report(report: MapReport) -> Finding:
    problem = report.problem
    rule = rule_for(problem.rule)
    message = rule.explain(problem).rewrite(mask_secrets)
    return Finding(
        rule.code,
        rule.name,
        problem.severity,
        message.summary,
        _place_of(report.use),
        message.help,
        note=message.note,
        failures=rule.failures,
        related=tuple(
            Related(mask_secrets(words), _place_of(use))
            for words, use in report.related
            if use.repository == report.use.repository
        ),
        target=show_unknown(report.use.target),
    )


def _place_of(use: Use) -> Place:
    return Place(use.path, Span(use.line, use.column, use.line, use.column + 1), use.cell or None)


KEPT = frozenset({"", "latest", "model", "dataset", "job"})
"""Names that say nothing about anybody."""


def redact_map(link_map: LinkMap) -> LinkMap:
    """The same map; every name is a kind and letters, the same name always the same, in the maps of all repositories.

    Names that differ only in case and separators differ in case alone, so that the rules find the same.
    """
    repositories = [_hide("repository", name) for name in link_map.repositories]
    catalog = _redact_catalog(link_map.catalog) if link_map.catalog is not None else None
    uses = map(_redact_use, (*link_map.uses, *link_map.outside, *link_map.tests))
    # The name of a file, and what the parser quotes, may be anything.
    unread, skipped = (("a file",) * len(places) for places in (link_map.unread, link_map.skipped))
    is_live, is_merged = link_map.is_live, link_map.is_merged
    return LinkMap(uses, repositories, catalog, is_live=is_live, is_merged=is_merged, unread=unread, skipped=skipped)


def _redact_catalog(catalog: Catalog) -> Catalog:
    """The catalog with the same names as a redacted map; only what the map needs of it."""
    from regilink_doctor.core.catalog import Organization

    return replace(
        catalog,
        organizations=tuple(
            Organization(
                _hide("entity", item.name),
                _hide("entity", item.entity),
                registries=tuple(map(_redact_registry, item.registries)),
            )
            for item in catalog.organizations
        ),
    )


def _redact_registry(registry: Registry) -> Registry:
    if registry.collections is None:
        return replace(registry, name=_hide("registry", registry.name), writers=_redact_writers(registry.writers))
    collections = (
        replace(
            item,
            name=_hide("name", item.name),
            type=_hide("type", item.type),
            aliases=tuple(_hide("alias", alias) for alias in item.aliases),
        )
        for item in registry.collections
    )
    return replace(
        registry,
        name=_hide("registry", registry.name),
        collections=tuple(collections),
        writers=_redact_writers(registry.writers),
    )


def _redact_writers(writers: Writers | None) -> Writers | None:
    if writers is None:
        return None
    return replace(
        writers,
        teams=tuple(sorted(_hide("entity", team) for team in writers.teams)),
        users=tuple(sorted(_hide("entity", user) for user in writers.users)),
    )


def _redact_use(use: Use) -> Use:
    path = parsed(use.target)
    target = _hide("name", use.target)
    if path is not None:
        version = "" if path.version is None else f":{_hide('alias', path.version)}"
        target = _hide("name", path.collection) + version
        if path.project is not None:
            prefix = f"{_hide('entity', path.prefix)}/" if path.prefix else ""
            if path.registry:
                project = f"wandb-registry-{_hide('registry', path.registry)}"
            else:
                project = _hide("project", path.project) if is_known(path.project) else UNKNOWN_NAME
            target = f"{prefix}{project}/{target}"
    return replace(
        use,
        repository=_hide("repository", use.repository),
        path=_hide("file", use.path),
        target=target,
        artifact=_hide("artifact", use.artifact),
        organization=_hide("entity", use.organization),
        entity=_hide("entity", use.entity),
        type=_hide("type", use.type),
        aliases=tuple(_hide("alias", alias) for alias in use.aliases),
        sets=tuple(_hide("alias", alias) for alias in use.sets),
        moves=tuple(_hide("alias", alias) for alias in use.moves),
        owner=_hide("owner", use.owner),
    )


def _hide(kind: str, name: str) -> str:
    if name.casefold() in KEPT or is_version(name):
        return name
    if not is_known(name):
        return UNKNOWN_NAME
    base = hashlib.sha256(f"{kind}:{fold_name(name)}".encode("utf-8", "surrogatepass")).digest()
    case = int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:2], "big")
    letters = [chr(ord("a") + byte % 26) for byte in base[:12]]
    if kind in ("name", "registry"):
        letters = [letter.upper() if case >> number & 1 else letter for number, letter in enumerate(letters)]
    if kind == "registry":  # which is found in any case, and not with other separators
        folded = hashlib.sha256(name.casefold().encode("utf-8", "surrogatepass")).digest()
        letters.insert(1 + folded[0] % 11, "-")
    return f"{kind}-" + "".join(letters)
