"""The command line: arguments in, one workflow called, its result shown, an exit status out.

Everything beyond `argparse` is imported by the command that needs it: a hook that finds nothing must not wait.
"""

from __future__ import annotations

import argparse
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.core.catalog import Catalog
    from regilink_doctor.workflows.lint import LintResult

OK, FOUND, UNUSABLE = 0, 1, 2


class UsageProblem(Exception):
    """A sentence for the user: what they asked for cannot be done as asked."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status. 2 (usage, configuration, our own failure) beats 1 (found) beats 0."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    given, command = _split_command(given)
    try:
        parser = _parser(given)
        options = parser.parse_args(given)
        options.cmd = command
        status: int = options.run(options)
        sys.stdout.flush()
    except UsageProblem as problem:
        print(f"regilink: {problem}", file=sys.stderr)
        return UNUSABLE
    except BrokenPipeError:
        # The reader of a pipe has gone (`| head`): nothing more to say, and no traceback at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNUSABLE
    except KeyboardInterrupt:
        return 130
    return status


def _split_command(given: list[str]) -> tuple[list[str], list[str]]:
    """What stands behind `--` is the user's own command, for those of ours that run one."""
    if given[:1] == ["emulator"] and "--" in given:
        at = given.index("--")
        return given[:at], given[at + 1 :]
    return given, []


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """The parser; only the command that is `given` gets its options, so that a variable of another cannot be wrong."""
    from regilink_doctor import __version__

    parser = argparse.ArgumentParser(
        prog="regilink",
        description="Lint, diagnose and test links to the W&B Registry before the expensive run.",
        epilog="Every option can be given as a variable of the environment: REGILINK_OUTPUT_FORMAT=json.",
    )
    parser.add_argument("--version", action="version", version=f"regilink {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (what, add) in _COMMANDS.items():
        command = commands.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")
        if name in given:
            add(command)
    return parser


def _option(parser: argparse.ArgumentParser, flag: str, **settings: object) -> None:
    """An option whose default comes from `REGILINK_<OPTION>`.

    Raises:
        UsageProblem: the variable's value is none of the choices, or no number where one belongs.
    """
    variable = "REGILINK_" + flag.lstrip("-").replace("-", "_").upper()
    value = os.environ.get(variable)
    if value is not None:
        choices, kind = settings.get("choices"), settings.get("type")
        if settings.get("action") == "store_true":
            settings["default"] = value.lower() not in ("", "0", "false", "no")
        elif isinstance(choices, tuple) and value not in choices:
            raise UsageProblem(f"{variable} is {value!r}, not one of {', '.join(choices)}")
        elif kind is float:
            try:
                settings["default"] = float(value)
            except ValueError:
                raise UsageProblem(f"{variable} is {value!r}, not a number") from None
        else:
            settings["default"] = value
    parser.add_argument(flag, **settings)  # type: ignore[arg-type]


def _colour(parser: argparse.ArgumentParser) -> None:
    _option(parser, "--color", choices=("auto", "always", "never"), default="auto", help="colours (default: auto)")


def _wants_colour(choice: str) -> bool:
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


def _catalog(path: str | None) -> Catalog | None:
    if path is None:
        return None
    from regilink_doctor.core.catalog import Catalog, CatalogError

    try:
        return Catalog.load(path)
    except (CatalogError, OSError) as error:
        raise UsageProblem(f"--catalog: {error}") from None


def _add_lint(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="*", default=["."], help="files and folders (default: .)")
    _option(
        parser,
        "--output-format",
        choices=("full", "concise", "json", "json-lines"),
        default="full",
        help="how findings are shown (default: full)",
    )
    _option(parser, "--catalog", metavar="FILE", help="what is known of the organization (regilink.catalog.json)")
    _option(
        parser,
        "--show-sites",
        action="store_true",
        help="list the calls that were found, with what their paths resolve to, instead of the findings",
    )
    _colour(parser)
    parser.set_defaults(run=_lint)


def _lint(options: argparse.Namespace) -> int:
    from regilink_doctor.workflows.lint import lint_paths

    result = lint_paths(options.paths, catalog=_catalog(options.catalog), all_sites=options.show_sites)
    lines = _site_lines(options, result) if options.show_sites else _finding_lines(options, result)
    for line in lines:
        print(line)
    for failure in result.failures:
        print(f"regilink: {failure}", file=sys.stderr)
    if options.show_sites:
        return UNUSABLE if result.failures else OK
    return result.exit_status


def _finding_lines(options: argparse.Namespace, result: LintResult) -> Iterator[str]:
    if options.output_format == "json":
        from regilink_doctor.report.lint_json import findings_json

        yield findings_json(result.findings)
    elif options.output_format == "json-lines":
        for finding in result.findings:
            from regilink_doctor.report.lint_json import finding_line

            yield finding_line(finding)
    elif options.output_format == "concise":
        for finding in result.findings:
            from regilink_doctor.report.concise import line

            yield line(finding)
    else:
        if result.findings:
            from regilink_doctor.report.full import render

            yield from render(result.findings, result.sources, colour=_wants_colour(options.color))
        if result.files or not result.failures:
            yield _summary(result)


def _summary(result: LintResult) -> str:
    files = f"{result.files} file{'' if result.files == 1 else 's'}"
    hidden = f", {result.suppressed} suppressed" if result.suppressed else ""
    counts = [
        f"{count} {name}{'' if count == 1 or name == 'info' else 's'}"
        for name in ("error", "warning", "info")
        if (count := sum(finding.severity == name for finding in result.findings))
    ]
    if not counts:
        return f"Nothing found in {files}{hidden}."
    return f"Found {', '.join(counts)} in {files}{hidden}."


def _site_lines(options: argparse.Namespace, result: LintResult) -> Iterator[str]:
    if options.output_format in ("json", "json-lines"):
        from regilink_doctor.report.lint_json import sites_json

        yield sites_json(result.sites)
        return
    for report in result.sites:
        from regilink_doctor.report.positions import position, visible

        site = report.site
        targets = " | ".join(text.display for text in site.target)
        codes = f"  [{', '.join(report.codes)}]" if report.codes else ""
        yield f"{position(site.place)}: {site.call} {visible(targets)}".rstrip() + codes


def _add_doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "targets",
        metavar="TARGET",
        nargs="*",
        help="target paths (default: those that lint finds below the current folder)",
    )
    _option(parser, "--output-format", choices=("full", "json"), default="full", help="default: full")
    _option(parser, "--host", metavar="URL", help="the server (default: as wandb would take it)")
    _option(parser, "--entity", metavar="TEAM", help="the entity of the run (default: as wandb would take it)")
    _option(parser, "--type", metavar="TYPE", help="the type of the artifact")
    _option(parser, "--python", metavar="PATH", help="whose wandb is looked at")
    _option(parser, "--timeout", metavar="SECONDS", type=float, default=10.0, help="per request (default: 10)")
    _option(parser, "--strict", action="store_true", help="exit 1 for a warning too")
    parser.add_argument("-v", "--verbose", action="store_true", help="show the checks that passed, too")
    _colour(parser)
    parser.set_defaults(run=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    from regilink_doctor.report import doctor as report
    from regilink_doctor.workflows.diagnose import diagnose

    diagnosis = diagnose(
        options.targets or None,
        host=options.host,
        entity=options.entity,
        artifact_type=options.type,
        python=options.python,
        timeout=options.timeout,
    )
    if options.output_format == "json":
        print(report.to_json(diagnosis))
    else:
        from rich.console import Console

        colour = _wants_colour(options.color)
        console = Console(force_terminal=colour, no_color=not colour, highlight=False, soft_wrap=not colour)
        report.render_full(diagnosis, console, verbose=options.verbose)
    return report.exit_status(diagnosis, strict=options.strict)


def _add_rules(parser: argparse.ArgumentParser) -> None:
    _option(parser, "--output-format", choices=("full", "json", "markdown"), default="full", help="default: full")
    parser.set_defaults(run=_rules)


def _rules(options: argparse.Namespace) -> int:
    from regilink_doctor.report import rule_table
    from regilink_doctor.rules import all_rules

    shown = {"full": rule_table.as_text, "json": rule_table.as_json, "markdown": rule_table.as_markdown}
    print(shown[options.output_format](list(all_rules())))
    return OK


def _add_emulator(parser: argparse.ArgumentParser) -> None:
    parser.usage = "regilink emulator [-h] [--env-file FILE] [--world FILE] [-- CMD ...]"
    _option(parser, "--env-file", metavar="FILE", help="write the variables for wandb here when it is ready")
    _option(parser, "--world", metavar="FILE", help="a catalog to begin with (default: Acme Inc with team-a and alice)")
    parser.set_defaults(run=_emulator)


def _emulator(options: argparse.Namespace) -> int:
    from regilink_doctor.workflows.emulate import emulate

    try:
        return emulate(options.cmd, env_file=options.env_file, world=_catalog(options.world))
    except (ImportError, OSError) as error:
        raise UsageProblem(str(error)) from None


def _add_demo(parser: argparse.ArgumentParser) -> None:
    _colour(parser)
    parser.set_defaults(run=_demo)


def _demo(options: argparse.Namespace) -> int:
    try:
        from regilink_doctor.workflows.demo import demo

        return demo(sys.stdout, colour=_wants_colour(options.color))
    except ImportError as error:
        raise UsageProblem(str(error)) from None


_COMMANDS = {
    "lint": ("find mistakes in code that links to the W&B Registry", _add_lint),
    "doctor": ("check this machine, the account and each target against the live server", _add_doctor),
    "rules": ("list the rules", _add_rules),
    "emulator": ("serve an emulated W&B on this machine, until stopped or while a command runs", _add_emulator),
    "demo": ("lint, diagnose and run a small project with mistakes, without an account", _add_demo),
}
