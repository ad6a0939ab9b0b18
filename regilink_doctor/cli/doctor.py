"""`regilink doctor`."""

from __future__ import annotations

import os
import platform
import shutil
import sys

from regilink_doctor.cli.options import (
    UNUSABLE,
    UsageProblem,
    add_colour,
    add_language,
    add_option,
    add_output_format,
    add_server,
    find_translation,
    known_catalog,
    load_configuration,
    read_argument,
    refuse_empty_values,
    wants_colour,
)
from regilink_doctor.cli.output import PrintingTo, confirm_writing, declare_kind
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.phrases import say
from regilink_doctor.core.text import escape_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from regilink_doctor.config import Config
    from regilink_doctor.core.catalog import Catalog
    from regilink_doctor.doctor.diagnosis import Diagnosis
    from regilink_doctor.report.doctor.full import LiveChecks

FORMATS = ("full", "json", "github", "junit")

_FILE_ENDINGS = (".py", ".ipynb", ".yaml", ".yml", ".toml", ".json", ".sh")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "targets",
        metavar="TARGET",
        nargs="*",
        help="target paths (default: those in the source below the current folder, and `targets` of the configuration)",
    )
    what = parser.add_argument_group("links")
    add_option(what, "--stdin-filename", metavar="FILE", help="check those of standard input, the content of this file")
    add_option(what, "--entity", metavar="TEAM", help="the entity of the runs (default: the one that wandb would use)")
    add_option(
        what, "--project", metavar="NAME", help="the project of the runs (default: the one that wandb would use)"
    )
    add_option(what, "--organization", metavar="NAME", help="the organization of paths that name none")
    add_option(what, "--type", metavar="TYPE", help="the type of the artifacts given as TARGET")
    add_option(what, "--alias", metavar="ALIAS", action="append", help="an alias of their links (repeatable)")
    add_option(what, "--consumes", metavar="NAME", action="append", help="a full name that is consumed (repeatable)")
    where = parser.add_argument_group("server and environment")
    add_server(where, timeout=10)
    add_option(
        where, "--python", metavar="PATH", help="the Python whose wandb is checked (default: the active environment)"
    )
    add_option(
        where, "--catalog", metavar="FILE", help="compare with this catalog (default: the one of the configuration)"
    )
    add_option(
        where,
        "--config",
        metavar="FILE|KEY=VALUE",
        action="append",
        help="another configuration file, or one key as a line of TOML",
    )
    add_option(where, "--isolated", action="store_true", help="ignore every configuration file")
    proof = parser.add_argument_group("write probe")
    add_option(
        proof,
        "--write-probe",
        action="store_true",
        help="link a small artifact to each target, consume it, and delete both again",
    )
    add_option(proof, "--yes", action="store_true", help="do not ask for confirmation")
    shown = parser.add_argument_group("output")
    add_output_format(shown, FORMATS)
    add_option(shown, "--html", metavar="FILE", help="also write the report as an HTML page")
    add_option(shown, "--redact", action="store_true", help="replace names by placeholders (keys are never shown)")
    add_option(shown, "--strict", action="store_true", help="exit 1 for warnings as well")
    add_option(shown, "--allow-unknown", action="store_true", help="exit 0 even if no link could be checked")
    shown.add_argument(
        "-v", "--verbose", action="count", default=0, help="also show the checks that passed; twice: everything"
    )
    add_colour(shown)
    add_language(shown)
    parser.set_defaults(run=_run_doctor)


def _run_doctor(options: argparse.Namespace) -> int:
    if options.write_probe and not options.yes and not sys.stdin.isatty():
        raise UsageProblem("--write-probe asks before it writes, and there is no terminal to answer on: add --yes")
    refuse_empty_values(options, "entity", "project", "organization", "type", "alias", "consumes", "host", "python")
    for target in options.targets:
        _refuse_file(target)
    if options.targets and options.stdin_filename:
        raise UsageProblem("--stdin-filename names what standard input is: give no TARGET")
    if options.python and not os.path.exists(options.python) and shutil.which(options.python) is None:
        raise UsageProblem(f"--python: {escape_text(options.python)}: there is no such Python")
    config = load_configuration(options.config or (), isolated=options.isolated)
    catalog = known_catalog(options.catalog, config)
    try:
        diagnosis = _run_diagnosis(options, config, catalog)
    except UsageProblem:
        raise
    except Exception as error:  # its text may quote anything, so only its kind and place are shown
        print(f"regilink: the doctor broke: {_locate_error(error)}; please report this line", file=sys.stderr)
        return UNUSABLE
    if options.redact:
        from regilink_doctor.report.doctor.redact import redact_diagnosis

        diagnosis = redact_diagnosis(diagnosis)
    if options.html:
        translate = find_translation(options.lang, config, "messages")
        _write_page(diagnosis, options.html, config.docs_site, translate, is_redacted=options.redact)
    _print_report(diagnosis, options, config)
    return diagnosis.exit_status(strict=options.strict, allow_unknown=options.allow_unknown)


def _refuse_file(target: str) -> None:
    """Say so where a file or folder is given for a target path.

    Raises:
        UsageProblem: it is one.
    """
    if os.path.exists(target) and not target.startswith(REGISTRY_PREFIX):
        kind, folder = ("folder", target) if os.path.isdir(target) else ("file", os.path.dirname(target) or ".")
        command = "regilink doctor" if os.path.samefile(folder, ".") else f"cd {folder} && regilink doctor"
        raise UsageProblem(
            f"{target} is a {kind}, not a target path\n"
            f"  help: without TARGET the doctor checks the links of the current folder: {command}"
        )
    if target.endswith(_FILE_ENDINGS) and REGISTRY_PREFIX not in target:
        raise UsageProblem(
            f"{target} is not a target path: it is called like a file, and there is no such file\n"
            "  help: without TARGET the doctor checks the links of the current folder: regilink doctor"
        )


def _run_diagnosis(options: argparse.Namespace, config: Config, catalog: Catalog | None) -> Diagnosis:
    from regilink_doctor.report.doctor.full import LiveChecks
    from regilink_doctor.workflows.diagnose import diagnose

    source = None
    if options.stdin_filename:
        from regilink_doctor.cli.lint import read_standard_input
        from regilink_doctor.workflows.lint import lint_text

        source = lint_text(options.stdin_filename, read_standard_input(options.stdin_filename), config=config)
    with LiveChecks(colour=wants_colour(options.color)) as live:
        return diagnose(
            options.targets or None,
            consumed=options.consumes or (),
            source=source,
            host=read_argument(options, "host"),
            entity=read_argument(options, "entity"),
            project=read_argument(options, "project"),
            organization=read_argument(options, "organization"),
            artifact_type=options.type,
            aliases=options.alias or (),
            python=options.python,
            config=config,
            catalog=catalog,
            catalog_file=read_argument(options, "catalog"),
            timeout=options.timeout,
            write_probe=options.write_probe,
            confirm=lambda lines: _confirm_writing(live, lines, is_asked=not options.yes),
            watcher=live,
        )


def _confirm_writing(live: LiveChecks, lines: Sequence[str], *, is_asked: bool) -> bool:
    live.stop()
    return confirm_writing("The write probe writes these, and deletes them again:", lines, is_asked=is_asked)


def _print_report(diagnosis: Diagnosis, options: argparse.Namespace, config: Config) -> None:
    from regilink_doctor.report.doctor import machine

    if options.output_format == "json":
        print(machine.to_json(diagnosis))
    elif options.output_format == "github":
        for line in machine.to_github(diagnosis):
            print(line)
    elif options.output_format == "junit":
        print(machine.to_junit(diagnosis, strict=options.strict, allow_unknown=options.allow_unknown))
    else:
        from regilink_doctor.report.doctor import render_full
        from regilink_doctor.report.terminal import make_console

        console = make_console(colour=wants_colour(options.color))
        translate = find_translation(options.lang, config, "messages")
        render_full(diagnosis, console, verbose=options.verbose, site=config.docs_site, translate=translate)


def _write_page(
    diagnosis: Diagnosis, path: str, site: str, translate: Callable[[str], str], *, is_redacted: bool
) -> None:
    from datetime import datetime, timezone

    from regilink_doctor import __version__
    from regilink_doctor.report.doctor.page import to_html

    host = next((setting.value for name, setting in diagnosis.found if name == "host"), "")
    wandb = next((setting.value for name, setting in diagnosis.found if name == "wandb"), "")
    circumstances = [
        (say("date"), datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")),
        (say("folder"), os.getcwd()),
        (say("host"), host),
        ("regilink", __version__),
        ("wandb", wandb.partition(" ")[0]),
        ("Python", platform.python_version()),
        (say("system"), f"{platform.system()} {platform.machine()}"),
    ]
    if is_redacted:  # the folder names its user
        circumstances = [(name, value) for name, value in circumstances if name != "folder"]
    properties = [(name, value) for name, value in circumstances if value]

    with PrintingTo(path):
        declare_kind("xml")
        print(to_html(diagnosis, site=site, circumstances=properties, translate=translate), end="")
    print(f"regilink: the page is in {escape_text(path)}", file=sys.stderr)


def _locate_error(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"
