"""`regilink lint`: its options as a table, the configuration that they add up to, the run and what it prints."""

from __future__ import annotations

import gc
import os
import sys

from regilink_doctor.cli.options import (
    COLOUR,
    FOUND,
    LANGUAGE,
    OK,
    UNUSABLE,
    Options,
    UsageProblem,
    add_option,
    find_translation,
    known_catalog,
    load_configuration,
    parse_plain,
    wants_colour,
)
from regilink_doctor.cli.output import declare_kind
from regilink_doctor.config import CACHE, FORMATS, SEVERITIES
from regilink_doctor.core.rule_codes import HARD_CODED_API_KEY
from regilink_doctor.core.text import escape_text, quote_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, NoReturn

    from regilink_doctor.config import Config
    from regilink_doctor.core.catalog import Catalog
    from regilink_doctor.report.formats import Style
    from regilink_doctor.workflows.lint import LintResult

    Settings = dict[str, object]


def _make_flag(what: str) -> Settings:
    return {"action": "store_true", "help": what}


def _make_value(metavar: str, what: str) -> Settings:
    return {"metavar": metavar, "help": what}


def _make_list(metavar: str, what: str) -> Settings:
    return {"action": "append", "metavar": metavar, "help": what}


GROUPS: dict[str, dict[str, Settings]] = {
    "output": {
        "--output-format": {"choices": FORMATS, "help": "how findings are shown (default: full)"},
        "--output-file": _make_value("FILE", "write the report to this file"),
        "--show-url": _make_flag("concise: end each line with the address of the rule's page, or its command"),
        "--statistics": _make_flag("show the number of findings of each rule"),
        "--show-sites": _make_flag("list the call sites, with what their target paths resolve to"),
        "--show-files": _make_flag("list the files that would be checked"),
        "--show-settings": _make_flag("show the configuration in effect, and its file"),
        "--min-severity": {"choices": SEVERITIES, "help": "hide findings below this severity (default: info)"},
        "--watch": _make_flag("lint again when a file that matters changes, until Ctrl-C"),
        "--quiet": {**_make_flag("show the findings alone: no summary, no notes on skipped files"), "short": "-q"},
        "--exit-zero": _make_flag("exit 0 even if there are findings; 2 stays 2"),
        "--color": COLOUR,
        "--lang": LANGUAGE,
    },
    "changes": {
        "--fix": _make_flag("apply the safe fixes"),
        "--unsafe-fixes": _make_flag("with --fix or --diff: also the unsafe fixes; review them"),
        "--fix-only": _make_flag("apply the safe fixes, and do not report what is left"),
        "--show-fixes": _make_flag("with --fix: list what was fixed"),
        "--diff": _make_flag(
            "show what --fix or --add-ignore would change, and write nothing; exit 1 if that is anything"
        ),
        "--add-ignore": {
            **_make_flag("silence each finding with a comment, to adopt regilink; --add-ignore=REASON adds the reason"),
            "takes": "REASON",
        },
    },
    "rules": {
        "--select": _make_list("CODES", "only these rules, by code or code prefix: REG1,REG201"),
        "--ignore": _make_list("CODES", "not these rules; a longer code prefix overrides --select"),
        "--extend-select": _make_list("CODES", "also these rules"),
        "--per-file-ignores": _make_list("PATTERN:CODE", "not these rules in these files: 'tests/*:REG201'"),
        "--pedantic": _make_flag("also the rules that are off by default"),
        "--catalog": _make_value("FILE", "the organization, as `catalog pull` saved it"),
    },
    "files": {
        "--exclude": _make_list("PATTERNS", "skip these files and folders instead of the default ones"),
        "--extend-exclude": _make_list("PATTERNS", "skip these as well"),
        "--force-exclude": _make_flag("skip excluded files even if they are named, as hooks name them"),
        "--stdin-filename": _make_value("FILE", "read standard input as the content of this file"),
    },
    "cache": {
        "--no-cache": _make_flag("lint every file again, and keep nothing for the next run"),
        "--cache-dir": _make_value(
            "FOLDER", "where the reports of unchanged files are kept (default: .regilink_cache)"
        ),
    },
    "configuration": {
        "--config": _make_list("FILE|KEY=VALUE", "another configuration file, or one key as a line of TOML"),
        "--isolated": _make_flag("ignore every configuration file"),
    },
}
"""Title -> flag -> its arguments for `argparse`."""

FLAGS = {flag: settings for flags in GROUPS.values() for flag, settings in flags.items()}


def resolve_configuration(options: Any) -> Config:
    """The configuration of the project, changed by what the command line says.

    Raises:
        UsageProblem: a file, key, rule or pattern cannot be used.
    """
    config = load_configuration(options.config or (), isolated=options.isolated)
    config = config.adapted(lambda base: _apply_options(base, options))
    if (config.select is not None or config.ignore) and not config.selection.has_rules():
        keys = [f"--{key}" for key in ("select", "ignore") if getattr(options, key) is not None]
        keys = keys or [config.name_source(key) for key in ("select", "ignore") if getattr(config, key) is not None]
        where = " and ".join(dict.fromkeys(keys))
        raise UsageProblem(f"no rule is selected by {where}, so nothing could be found; `regilink rules` lists them")
    return config


def _apply_options(config: Config, options: Any) -> Config:
    changes: dict[str, object] = {}
    if options.select is not None:
        changes = {"select": _check_codes("--select", options.select), "ignore": (), "extend-select": ()}
    for key in ("ignore", "extend-select"):
        if (codes := getattr(options, key.replace("-", "_"))) is not None:
            before = changes.get(key, getattr(config, key.replace("-", "_")))
            changes[key] = (*before, *_check_codes(f"--{key}", codes))  # type: ignore[misc]
    if options.per_file_ignores is not None:
        changes["per-file-ignores"] = {**config.per_file_ignores, **_per_file(options.per_file_ignores)}
    if options.exclude is not None:
        changes["exclude"] = tuple(_split_commas(options.exclude))
    if options.extend_exclude is not None:
        changes["extend-exclude"] = (*config.extend_exclude, *_split_commas(options.extend_exclude))
    if options.min_severity is not None:
        changes["min-severity"] = options.min_severity
    if options.pedantic:
        changes["pedantic"] = True
    return config.changed(changes) if changes else config


def _split_commas(values: Iterable[str]) -> list[str]:
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def _check_codes(flag: str, values: Iterable[str]) -> tuple[str, ...]:
    from regilink_doctor.rules.selection import rule_problem

    codes = tuple(_split_commas(values))
    for code in codes:
        if problem := rule_problem(code):
            raise UsageProblem(f"{flag}: {problem}")
    return codes


def _per_file(values: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for pair in _split_commas(values):
        pattern, colon, code = pair.rpartition(":")
        if not colon or not pattern:
            raise UsageProblem(f"--per-file-ignores: {quote_text(pair)} is not PATTERN:CODE, as in 'tests/*:REG201'")
        found[pattern] = (*found.get(pattern, ()), *_check_codes("--per-file-ignores", [code]))
    return found


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", help="files and folders (default: the current folder); - is standard input"
    )
    for title, flags in GROUPS.items():
        group = parser.add_argument_group(title)
        for flag, settings in flags.items():
            add_option(group, flag, **settings)
    parser.set_defaults(run=run)


def parse_ordinary(words: Sequence[str]) -> Options | None:
    """The options of an ordinary command line; None: `argparse` has to look at it."""
    values = parse_plain(words, FLAGS)
    return None if values is None else Options(values)


def run(options: Any) -> int:
    """Lint, and say what was found."""
    if options.watch:
        return _watch(options)
    return _run_once(options)


def _watch(options: Any) -> NoReturn:
    """Lint and print whenever something changes; Ctrl-C ends it. A mistake in a file ends it only at the start.

    Raises:
        UsageProblem: an option does not go with it, or the configuration cannot be used.
    """
    from regilink_doctor.cli.output import clear_terminal, print_error
    from regilink_doctor.workflows.watch import Watcher

    others = ("fix", "fix_only", "diff", "add_ignore", "show_sites", "show_files", "show_settings")
    for name in (name for name in others if getattr(options, name)):
        raise UsageProblem(f"--watch does not go with --{name.replace('_', '-')}")
    options.paths = _find_paths(options)
    if "-" in options.paths:
        raise UsageProblem("--watch: standard input cannot be watched")
    translate = find_translation(options.lang, resolve_configuration(options), "messages")
    watcher = options.watcher = Watcher(options.paths)
    while True:
        watcher.begin()
        clear_terminal()
        try:
            _run_once(options)
        except UsageProblem as problem:
            sys.stdout.flush()
            print_error(f"regilink: {problem}")
        if not options.quiet:
            print_error(f"regilink: {translate('waiting for changes; Ctrl-C ends it')}")
        sys.stdout.flush()
        watcher.wait()


def _run_once(options: Any) -> int:
    if not options.output_file:
        return _run_lint(options)
    from regilink_doctor.cli.output import PrintingTo

    with PrintingTo(options.output_file):
        return _run_lint(options)


def _run_lint(options: Any) -> int:
    config = resolve_configuration(options)
    paths = options.paths = _find_paths(options)
    if options.show_settings:
        from regilink_doctor.report.listings import list_settings

        return _print_lines(list_settings(config))
    if options.show_files:
        return _show_files(paths, config, options)
    if options.catalog:
        keys = {"catalog": os.path.abspath(options.catalog)}
        config = config.adapted(lambda base: base.changed(keys))
    if options.watch:
        options.watcher.config = config
    catalog = known_catalog(options.catalog, config)
    _refuse_contradictions(options)
    result = _lint_paths(paths, config, catalog, options)
    _hide_found_keys(result)
    if options.fix or options.fix_only or options.diff or options.add_ignore:
        changed = _change_files(result, config, catalog, options)
        if changed is not None:
            return changed
        if options.show_fixes:
            from regilink_doctor.report.listings import list_fixes

            declare_kind("text")
            _print_lines(list_fixes(result.fixed))
        if options.fix_only:
            return _print_failures(result, options) or OK
    output_format = options.output_format or config.output_format or FORMATS[0]
    if options.show_sites or options.statistics:
        declare_kind("json" if output_format.startswith("json") else "text")
    if options.show_sites:
        from regilink_doctor.report.listings import list_sites

        _print_lines(list_sites(result.sites, output_format))
        status = _print_failures(result, options) or _print_unlisted(result)
        return OK if options.exit_zero and status != UNUSABLE else status
    names_skipped = False
    if options.statistics:
        from regilink_doctor.report.listings import list_statistics

        _print_lines(list_statistics(result.findings, output_format))
    else:
        from regilink_doctor.report.formats import find_format

        shown_as = find_format(output_format)
        declare_kind(shown_as.kind)
        style = _find_style(options)
        if shown_as.kind == "text":
            style.translate = find_translation(options.lang, config, "messages")
        _print_lines(shown_as.render(result, style))
        names_skipped = shown_as.names_skipped
    status = _print_failures(result, options, names_skipped=names_skipped) or result.exit_status
    return OK if options.exit_zero and status != UNUSABLE else status


def _find_paths(options: Any) -> list[str]:
    """The files and folders; a name for standard input asks for it, as editors do with ruff."""
    if not options.stdin_filename or options.paths == ["-"]:
        return options.paths or ["."]
    if options.paths:
        raise UsageProblem("--stdin-filename names what standard input is: give no PATH, or - alone")
    return ["-"]


def _refuse_contradictions(options: Any) -> None:
    fix = "--fix-only" if options.fix_only else "--fix"
    for exclusive in ((fix, "--add-ignore", "--show-sites"), ("--diff", "--show-sites"), ("--fix-only", "--diff")):
        asked = [flag for flag in exclusive if getattr(options, flag[2:].replace("-", "_"))]
        if len(asked) > 1:
            raise UsageProblem(f"{asked[0]} and {asked[1]} ask for different things: give one of them")
    if options.unsafe_fixes and not (options.fix or options.fix_only or options.diff):
        raise UsageProblem("--unsafe-fixes says which fixes: give --fix or --diff, too")
    if options.show_fixes and not (options.fix or options.fix_only):
        raise UsageProblem("--show-fixes lists what --fix has fixed: give --fix, too")
    if isinstance(options.add_ignore, str) and not options.add_ignore.isprintable():
        raise UsageProblem("--add-ignore: the reason has to be text on one line")


def _lint_paths(paths: Sequence[str], config: Config, catalog: Catalog | None, options: Any) -> LintResult:
    from regilink_doctor.workflows.lint import lint_paths, lint_text

    if "-" in paths:
        if len(paths) > 1:
            raise UsageProblem("- is standard input, and has to stand alone")
        path = options.stdin_filename or "stdin.py"
        return lint_text(path, read_standard_input(path), catalog=catalog, config=config)
    gc.set_threshold(1_000_000)  # trees are many small objects without cycles, and this process is short

    def lint_with(progress: Callable[[int, int], None] | None = None) -> LintResult:
        return lint_paths(
            paths,
            catalog=catalog,
            config=config,
            all_sites=options.show_sites,
            force_exclude=options.force_exclude,
            progress=progress,
            cache=options.watcher.cache if options.watch else _find_cache(config, options),
        )

    if options.quiet or not sys.stderr.isatty():
        return lint_with()
    from regilink_doctor.report.terminal import ProgressBar

    with ProgressBar("linting", colour=wants_colour(options.color)) as progress:
        return lint_with(progress)


def read_standard_input(path: str) -> bytes:
    """Standard input, as the content of the file `path`.

    Raises:
        UsageProblem: it is larger than such a file may be.
    """
    from regilink_doctor.cli.output import read_input
    from regilink_doctor.workflows.lint import find_limit

    limit = find_limit(path)
    content = read_input(lambda stream: stream.read(limit + 1))
    if len(content) > limit:
        raise UsageProblem(f"standard input is larger than {limit // 2**20} MiB")
    return content


def _find_cache(config: Config, options: Any) -> str | None:
    """The folder for the reports of unchanged files; None where every file is linted.

    What lists call sites, or changes files, needs more than reports.
    """
    if options.no_cache or options.show_sites or options.fix or options.fix_only or options.diff or options.add_ignore:
        return None
    if options.cache_dir:
        folder: str = options.cache_dir
        _refuse_other_files(folder)
        return folder
    return os.path.join(config.folder, config.cache_dir or CACHE)


def _refuse_other_files(folder: str) -> None:
    """Refuse a path where the cache would silently not be kept, and a folder that has other files."""
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise UsageProblem(f"--cache-dir: {folder} is not a folder")
    try:
        names = os.listdir(folder)
    except (OSError, ValueError):  # it will be made, or nothing is kept: caches are optional
        return
    if names and "CACHEDIR.TAG" not in names:
        raise UsageProblem(f"--cache-dir: {folder} has other files; name a new folder or an empty one")


def _hide_found_keys(result: LintResult) -> None:
    """Mask the keys that lint has found: other lines of the report may show them, as in a target path."""
    places = [finding.place for finding in result.findings if finding.code == HARD_CODED_API_KEY]
    if places:
        from regilink_doctor.core.text import remember_secret
        from regilink_doctor.report.locations import SourceLines

        lines = SourceLines(result.sources)
        for place in places:
            for line in lines.lines_around(place)[place.span.line - 1 : place.span.line]:
                # Of a string literal, only what is between the quotes is the key.
                written = line[place.span.column - 1 : place.span.end_column - 1]
                quote = written[-1:] if written.endswith(("'", '"')) else ""
                remember_secret(written[written.index(quote) :].strip(quote) if quote else written)


def _find_style(options: Any) -> Style:
    """How the report is to look: colors and lines of the width of the terminal, where it goes to one."""
    from regilink_doctor.report.formats import Style

    width = None
    if not options.output_file and sys.stdout.isatty():
        from regilink_doctor.report.terminal import terminal_width

        width = terminal_width()
    colour = wants_colour(options.color) and not options.output_file
    links = width is not None and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")
    encoding = "utf-8" if options.output_file else sys.stdout.encoding or "utf-8"
    return Style(
        colour=colour, width=width, encoding=encoding, quiet=options.quiet, links=links, show_url=options.show_url
    )


def _show_files(paths: Sequence[str], config: Config, options: Any) -> int:
    from regilink_doctor.workflows.lint import files_to_lint

    files, missing = files_to_lint(paths, config, force_exclude=options.force_exclude)
    if (options.output_format or config.output_format or "").startswith("json"):
        from regilink_doctor.report.json_values import VERSION, dump_json

        declare_kind("json")
        print(dump_json({"version": VERSION, "files": files}))
    else:
        _print_lines(escape_text(name) for name in files)
    for sentence in missing:
        print(f"regilink: {escape_text(sentence)}", file=sys.stderr)
    return UNUSABLE if missing else OK


def _print_lines(lines: Iterator[str]) -> int:
    for line in lines:
        print(line)
    return OK


def _print_failures(result: LintResult, options: Any, *, names_skipped: bool = False) -> int:
    """Print what could not be read or written, and what was skipped unless the report has it; the exit status."""
    notes = result.unreadable if options.quiet else result.notes
    if result.skipped and not (options.quiet or names_skipped):
        from regilink_doctor.report.summary import describe_skipped

        notes = [*notes, *describe_skipped(result.skipped)]
    for failure in (*notes, *result.left_alone, *result.failures):
        print(f"regilink: {escape_text(failure)}", file=sys.stderr)
    return UNUSABLE if result.failures else OK


def _print_unlisted(result: LintResult) -> int:
    """Say which files are missing in a list of call sites, because they could not be read."""
    from regilink_doctor.report.summary import describe_unread

    for sentence in describe_unread([item for item in result.unread if item not in result.unreadable]):
        print(f"regilink: {escape_text(sentence)}", file=sys.stderr)
    return FOUND if result.unread else OK


def _change_files(result: LintResult, config: Config, catalog: Catalog | None, options: Any) -> int | None:
    """Change the files of a result, which then says what is left; an exit status where nothing is left to be said."""
    from regilink_doctor.core.phrases import counted
    from regilink_doctor.report.listings import diff_lines
    from regilink_doctor.workflows import fixing
    from regilink_doctor.workflows.lint import Linter

    linter = Linter(config, catalog)
    if options.add_ignore:
        reason = options.add_ignore if isinstance(options.add_ignore, str) else ""
        changes = fixing.plan_ignores(result, linter, reason=reason)
    else:
        changes = fixing.plan_fixes(result, linter, unsafe=options.unsafe_fixes)
    if options.diff:
        declare_kind("patch")
        for item in changes:
            for line in diff_lines(item.path, item.before, item.after):
                print(line)
        count = sum(len(item.fixed) for item in changes)
        if not options.quiet:
            verb = "silence" if options.add_ignore else "fix"
            print(f"Would {verb} {counted(count, 'finding')}." if count else f"Nothing to {verb}.", file=sys.stderr)
        _print_failures(result, options)
        return UNUSABLE if result.failures else FOUND if changes or result.unreadable else OK
    if "-" in options.paths:
        (content,) = [item.after for item in changes] or result.sources.values()
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return UNUSABLE if result.failures else OK
    result.silenced = bool(options.add_ignore)
    fixing.write_changes(result, linter, changes)
    if not options.add_ignore:
        fixing.withhold_refused_fixes(result, changes, unsafe=options.unsafe_fixes)
    return None
