"""The options of `regilink lint` as a table, and the configuration that they add up to."""

from __future__ import annotations

from regilink_doctor.cli.options import COLOUR, UsageProblem, load_configuration
from regilink_doctor.config.keys import FORMATS, SEVERITIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from regilink_doctor.config import Config

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
        "--min-severity": {"choices": SEVERITIES, "help": "hide findings below: info (default), warning or error"},
        "--quiet": {**_make_flag("show the findings alone: no summary, no notes on skipped files"), "short": "-q"},
        "--exit-zero": _make_flag("exit 0 even if there are findings; 2 stays 2"),
        "--color": COLOUR,
    },
    "changes": {
        "--fix": _make_flag("apply the safe fixes"),
        "--unsafe-fixes": _make_flag("with --fix or --diff: also the unsafe fixes; review them"),
        "--diff": _make_flag("show what --fix would change, write nothing; exit 1 if anything"),
        "--add-ignore": _make_flag("add a comment that silences each finding, to adopt regilink"),
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
    "configuration": {
        "--config": _make_list("FILE|KEY=VALUE", "another configuration file, or one key as a line of TOML"),
        "--isolated": _make_flag("ignore every configuration file"),
    },
}
"""Title -> flag -> what `argparse` is told of it."""

FLAGS = {flag: settings for flags in GROUPS.values() for flag, settings in flags.items()}


def resolve_configuration(options: Any) -> Config:
    """The configuration of the project, changed by what the command line says.

    Raises:
        UsageProblem: a file, key, rule or pattern cannot be used.
    """
    config = load_configuration(options.config or (), isolated=options.isolated)
    return config.adapted(lambda base: _apply_options(base, options))


def _apply_options(config: Config, options: Any) -> Config:
    changes: dict[str, object] = {}
    if options.select is not None:
        changes = {"select": _check_codes("--select", options.select), "ignore": (), "extend-select": ()}
        if not changes["select"]:
            raise UsageProblem("--select names no rule, so nothing could be found; leave it out for all rules")
    for key in ("ignore", "extend-select"):
        if (given := getattr(options, key.replace("-", "_"))) is not None:
            before = changes.get(key, getattr(config, key.replace("-", "_")))
            changes[key] = (*before, *_check_codes(f"--{key}", given))  # type: ignore[misc]
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
            raise UsageProblem(f"--per-file-ignores: {pair!r} is no PATTERN:CODE, as in 'tests/*:REG201'")
        found[pattern] = (*found.get(pattern, ()), *_check_codes("--per-file-ignores", [code]))
    return found
