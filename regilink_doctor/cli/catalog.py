"""`regilink catalog pull`, `diff` and `show`."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager

from regilink_doctor.cli.options import (
    CATALOG,
    FOUND,
    OK,
    UsageProblem,
    add_colour,
    add_option,
    add_output_format,
    add_server,
    load_catalog,
    load_configuration,
    read_argument,
    refuse_empty_values,
    wants_colour,
)
from regilink_doctor.core.text import escape_text, quote_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from regilink_doctor.core.catalog import Catalog, Depth
    from regilink_doctor.workflows.catalog import Progress

VERBS = {
    "pull": "save your organization, as it is on the server, to a file that you can commit",
    "diff": "show what has changed on the server since the file was pulled",
    "show": "print the file as a table",
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, what in VERBS.items():
        verb = verbs.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")
        what = f"the catalog (default: the one of the configuration, else {CATALOG})"
        verb.add_argument("file", metavar="FILE", nargs="?", help=what)
        if name == "diff":
            verb.add_argument(
                "newer", metavar="NEWER", nargs="?", help="compare with this file (default: with the server)"
            )
        if name in ("pull", "diff"):
            _add_server(verb)
        if name in ("diff", "show"):
            add_output_format(verb)
        if name == "pull":
            add_option(
                verb,
                "--collections",
                choices=("none", "names", "full"),
                default="names",
                help="save no collections, their names and types, or also aliases and version counts (default: names)",
            )
            add_option(
                verb, "--complete", action="store_true", help="state that the account sees every registry and team"
            )
        add_colour(verb)
        verb.set_defaults(run={"pull": _run_pull, "diff": _run_diff, "show": _run_show}[name])


def _add_server(parser: argparse.ArgumentParser) -> None:
    add_option(
        parser,
        "--organization",
        metavar="NAME",
        action="append",
        default=[],
        help="display name or entity, repeatable (default: the organization of your default entity)",
    )
    add_server(parser, timeout=30)


def _run_pull(options: argparse.Namespace) -> int:
    from regilink_doctor.report.catalog import changes_lines, describe_trust, summarize_catalog

    path = _find_file(options)
    before = load_catalog(path, "catalog") if os.path.exists(path) else None
    catalog = _from_server(options, options.collections, before, options.complete or None)
    changes = before.diff(catalog) if before is not None else ()
    for line in changes_lines(changes, colour=wants_colour(options.color)):
        print(line)
    if before is not None and before.to_json() == catalog.to_json():
        print(f"{path} is up to date: {summarize_catalog(catalog)}", file=sys.stderr)
        return OK
    try:
        catalog.save(path)
    except (OSError, ValueError) as error:  # a null character in the name
        reason = getattr(error, "strerror", None) or error
        raise UsageProblem(f"{quote_text(path)} cannot be written: {reason}") from None
    print(f"{path} written: {summarize_catalog(catalog)}", file=sys.stderr)
    print(describe_trust(catalog), file=sys.stderr)
    if load_configuration().catalog_path is None:
        print(f"for lint, explain, doctor and pytest: [tool.regilink] catalog = {json.dumps(path)}", file=sys.stderr)
    return OK


def _run_diff(options: argparse.Namespace) -> int:
    from regilink_doctor.report.catalog import changes_json, changes_lines

    before = _load_catalog(_find_file(options))
    if options.newer is not None:
        newer = _load_catalog(options.newer)
    else:
        # As much as the file has: no more can be compared, and an organization that is gone is a change to report.
        newer = _from_server(options, before.depth, before, before.complete or None)
    changes = before.diff(newer)
    if options.output_format == "json":
        print(changes_json(changes))
    else:
        for line in changes_lines(changes, colour=wants_colour(options.color)):
            print(line)
        verdict = ["different" if changes else "the same", *_list_uncompared(before, newer)]
        if before.host and not newer.host and options.newer is None:
            verdict.append(f"the catalog is of {before.host}, and a server on this machine was asked")
        print("; ".join(verdict), file=sys.stderr)
    return FOUND if changes else OK


def _list_uncompared(before: Catalog, newer: Catalog) -> Iterator[str]:
    """What could not be compared, because one of the catalogs lacks it."""
    if any(item.registries for item in before.organizations) and (before.depth, newer.depth) != ("full", "full"):
        yield f"{'collections' if 'none' in (before.depth, newer.depth) else 'aliases'} were not compared"


def _run_show(options: argparse.Namespace) -> int:
    catalog = _load_catalog(_find_file(options))
    if options.output_format == "json":
        from regilink_doctor.core.catalog.catalog_file import render_catalog

        print(render_catalog(catalog), end="")
        return OK
    from regilink_doctor.report.catalog import table_lines
    from regilink_doctor.report.terminal import fit_lines, terminal_width

    for line in fit_lines(table_lines(catalog, colour=wants_colour(options.color)), terminal_width()):
        print(line)
    return OK


def _find_file(options: argparse.Namespace) -> str:
    return options.file or load_configuration().catalog_path or CATALOG


def _load_catalog(path: str) -> Catalog:
    if path == CATALOG and not os.path.exists(path):
        raise UsageProblem(f"there is no {CATALOG} here; `regilink catalog pull` makes it")
    catalog = load_catalog(path, "catalog")
    if catalog is None:
        raise UsageProblem("which catalog?")
    return catalog


def _from_server(options: argparse.Namespace, depth: Depth, before: Catalog | None, complete: bool | None) -> Catalog:
    from regilink_doctor.workflows.catalog import pull_catalog
    from regilink_doctor.workflows.server_session import Unanswered

    refuse_empty_values(options, "organization", "host")
    wanted = options.organization or [item.entity for item in (before.organizations if before is not None else ())]
    try:
        with _open_progress(colour=wants_colour(options.color)) as progress:
            return pull_catalog(
                wanted,
                collections=depth,
                complete=complete,
                before=before,
                skip_missing=not options.organization and before is not None,
                config=load_configuration(),
                host=read_argument(options, "host"),
                timeout=options.timeout,
                progress=progress,
            )
    except Unanswered as problem:
        raise UsageProblem(f"{problem}\n  help: {problem.help}") from None


@contextmanager
def _open_progress(*, colour: bool) -> Iterator[Progress | None]:
    """A bar for each kind of thing on standard error, if that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from regilink_doctor.report.terminal import make_live_console

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=make_live_console(colour=colour), transient=True) as bars:
        tasks: dict[str, int] = {}

        def show_progress(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(escape_text(what), total=total)
            bars.update(tasks[what], completed=done, total=total)  # type: ignore[arg-type]

        yield show_progress
