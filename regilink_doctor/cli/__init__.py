"""The command line: arguments in, one workflow called, its result shown, an exit status out.

Each command has a module of its own, imported when it is asked for, and imports what it needs when it needs it: a hook
that finds nothing must not wait. `lint` reads an ordinary command line without `argparse`.
"""

from __future__ import annotations

import errno
import os
import sys

from regilink_doctor.cli.options import UNUSABLE, UsageProblem, name_variable, note_options
from regilink_doctor.cli.output import SafeStreams, declare_format, discard_output, print_error, refuse_input
from regilink_doctor.core.text import remember_arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any, NoReturn

    from regilink_doctor.cli.parser import Parser

COMMANDS = {
    "lint": "find mistakes in code that links to the W&B Registry",
    "doctor": "check this machine, your account and your links against the W&B server",
    "explain": "explain an error, a path, a URL, code or a rule, and say what to write instead",
    "catalog": "save, compare and show your organization as it is on the server",
    "map": "show who links to which collection, who consumes it, and what does not fit",
    "dry-run": "run a command against an emulated W&B, and show what it would link",
    "conformance": "compare the emulator with a real W&B server, in a scratch project and registry",
    "verify": "check after a run that a version is in the registry, with its alias, type and source",
    "init": "set up a project: the hook, the configuration, the workflow, a first test",
    "rules": "list the rules",
    "config": "describe the keys of the configuration",
    "completion": "print the script that completes commands and options in bash, zsh or fish",
    "schema": "print the JSON Schema of an output, of the catalog or of the configuration",
    "rule": "show one rule: what it reports, why, and examples",
    "emulator": "serve an emulated W&B on this machine, until stopped or while a command runs",
    "server": "serve editors over the Language Server Protocol",
    "demo": "lint, diagnose and run a small project with mistakes; no account needed",
}
"""Command, which is also its module in here (`_` for `-`) -> what it does."""

RUN_A_COMMAND = ("dry-run", "emulator", "explain")
"""Commands that take the user's own command after `--`."""

_NOT_WRITTEN = {errno.ENOSPC, errno.EFBIG, errno.EIO, errno.EBADF, getattr(errno, "EDQUOT", errno.ENOSPC)}
"""Why standard output takes no more: the disk, a limit, a quota; or it was opened for reading."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status. 2 (usage, configuration, our own failure) beats 1 (found) beats 0."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["help"]:  # `help COMMAND` is `COMMAND --help`
        words = [*words[1:], "--help"]
    words, command = _split_command(words)
    note_options(words)
    with SafeStreams():
        remember_arguments([*words, *(command or ())])
        try:
            _require_current_folder()
            status = _run_plain_lint(words[1:]) if words[:1] == ["lint"] else None
            if status is None:
                options = _parse_options(words, separated=command is not None)
                options.cmd = command or []
                _refuse_inputs(options)
                if options.command != "lint":  # which knows the kind of its format
                    declare_format(getattr(options, "output_format", None) or "full")
                status = int(options.run(options))
            sys.stdout.flush()
        except UsageProblem as problem:
            from regilink_doctor.report.terminal import fit_lines, terminal_width

            sentence = name_variable(str(problem))
            print_error("\n".join(fit_lines(f"regilink: {sentence}".split("\n"), terminal_width(sys.stderr))))
            return UNUSABLE
        except OSError as error:
            if error.errno not in _NOT_WRITTEN or error.filename is not None:
                raise
            discard_output(sys.stdout)
            print_error(f"regilink: the output could not be written: {error.strerror}")
            return UNUSABLE
        except KeyboardInterrupt:
            return 130
    return status


def script() -> NoReturn:
    """The console script: `main`, after which Python goes.

    A run of the linter goes at once, as mypy does: clearing its modules away one by one takes Python as long as reading
    a file. What it started it has waited for, and what it printed is written.
    """
    _clean_up_when_stopped()
    status = main()
    if sys.argv[1:2] == ["lint"]:
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


def _require_current_folder() -> None:
    """Every command takes paths and settings from the current folder.

    Raises:
        UsageProblem: it is gone.
    """
    try:
        os.getcwd()
    except OSError as error:
        raise UsageProblem(f"the current folder cannot be used: {error.strerror}; go to one that is there") from None


def _clean_up_when_stopped() -> None:
    """To be asked to end (SIGTERM, a terminal that closes) clears away what was begun, as Ctrl-C does.

    Files half written, folders for the moment, the user's own command: none of it stays behind. A second signal ends at
    once. `_signal` is `signal` without its enumerations, which take longer to load than a file to lint.
    """
    import _signal  # type: ignore[import-not-found]

    def end_process(number: int, _: object) -> NoReturn:
        _signal.signal(number, _signal.SIG_DFL)
        raise SystemExit(128 + number)

    for number in (getattr(_signal, name, None) for name in ("SIGTERM", "SIGHUP")):
        if number is not None and _signal.getsignal(number) == _signal.SIG_DFL:
            _signal.signal(number, end_process)


def _run_plain_lint(words: list[str]) -> int | None:
    from regilink_doctor.cli import lint

    options = lint.parse_ordinary(words)
    if options is None:
        return None
    _refuse_inputs(options)
    return lint.run(options)


def _refuse_inputs(options: Any) -> None:
    """Before anything is done, so that no long run ends in a report that has no place.

    Raises:
        UsageProblem: a report would overwrite what is read.
    """
    for name in ("output_file", "html", "record"):
        if path := getattr(options, name, None):
            refuse_input(f"--{name.replace('_', '-')}", path, getattr(options, "paths", None) or ["."])


def _split_command(words: list[str]) -> tuple[list[str], list[str] | None]:
    """The words after `--` are the user's own command, where the command of regilink runs one; None without a `--`."""
    if words[:1] and words[0] in RUN_A_COMMAND and "--" in words:
        at = words.index("--")
        return words[:at], words[at + 1 :]
    return words, None


def _parse_options(words: Sequence[str], *, separated: bool) -> argparse.Namespace:
    """What was asked for, as `argparse` reads it.

    Raises:
        UsageProblem: there is no such command, or it takes no such words.
    """
    parser, command = _make_parsers(words)
    if not words:
        parser.print_help(sys.stderr)
        raise SystemExit(UNUSABLE)
    if words[0].partition("=")[0] not in ("-h", "--help", "-V", "--version") and words[0] not in COMMANDS:
        from regilink_doctor.cli.usage_errors import unknown_command

        raise UsageProblem(unknown_command(words[0], words[1:], COMMANDS))
    options, rest = parser.parse_known_args(words)
    if rest and command is not None:
        from regilink_doctor.cli.usage_errors import left_over

        asked = command.find_asked_parser(options)
        name, runs = asked.prog.partition(" ")[2], options.command in RUN_A_COMMAND
        raise UsageProblem(left_over(name, rest, asked.flags, runs=runs, separated=separated))
    return options


def _read_version() -> str:
    from regilink_doctor import __version__

    return f"regilink {__version__}"


def _make_parsers(words: Sequence[str]) -> tuple[Parser, Parser | None]:
    """The parser, and that of the command that is called.

    That one alone gets its options, so that a variable of another cannot be wrong. Where it is the first word, the
    other commands and the version are left out: to have them takes longer than most commands.
    """
    from importlib import import_module

    from regilink_doctor.cli.parser import Parser

    called = [word for word in words[:1] if word in COMMANDS]
    parser = Parser(
        prog="regilink",
        description="Lint, diagnose and test links to the W&B Registry before the expensive run.",
        epilog="`regilink help COMMAND` lists the options of a command. Every option can also be set by an environment "
        "variable: REGILINK_OUTPUT_FORMAT=json. Exit status: 0 nothing found, 1 problems found, 2 regilink could not "
        "do what it was asked to.",
    )
    parser.add_argument("-V", "--version", action="version", version="" if called else _read_version())
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    asked = next((word for word in words if not word.startswith("-")), None)
    given_command = None
    for name in called or COMMANDS:
        what = COMMANDS[name]
        command = commands.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")
        if name == asked:
            given_command = command
            import_module(f"regilink_doctor.cli.{name.replace('-', '_')}").add_options(command)
    return parser, given_command
