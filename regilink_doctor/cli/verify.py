"""`regilink verify`."""

from __future__ import annotations

from regilink_doctor.cli.options import (
    FOUND,
    OK,
    UNUSABLE,
    UsageProblem,
    add_colour,
    add_output_format,
    add_server,
    configuration,
    option,
    wants_colour,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from regilink_doctor.workflows.verify import Expected


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "names", metavar="FULL_NAME", nargs="*", help="[ORGANIZATION/]wandb-registry-NAME/COLLECTION[:ALIAS]"
    )
    parser.add_argument(
        "--from-sites",
        metavar="PATH",
        nargs="?",
        const=".",
        action="append",
        help="also the names that the source below PATH links to and fetches (default: the current folder)",
    )
    parser.add_argument(
        "--alias", metavar="ALIAS", action="append", default=[], help="that the version is to carry; repeatable"
    )
    option(parser, "--type", metavar="TYPE", help="that it is to have")
    option(parser, "--digest", metavar="DIGEST", help="that it is to have: `artifact.digest`")
    option(parser, "--source", metavar="NAME", help="full name, or the end of it, of what is to be behind it")
    option(parser, "--organization", metavar="NAME", help="the one that is meant: display name or entity")
    option(parser, "--allow-unknown", action="store_true", help="exit 0 though no name of the source could be checked")
    add_server(parser, timeout=10)
    add_output_format(parser)
    add_colour(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from regilink_doctor.report.terminal import fit_lines, terminal_width
    from regilink_doctor.report.verify import render, to_json
    from regilink_doctor.workflows.server_session import Unanswered
    from regilink_doctor.workflows.verify import verify

    config = configuration()
    names: list[str | Expected] = [*options.names]
    if options.from_sites:
        names += _of_sites(options.from_sites, options.type)
    if not names:
        raise UsageProblem("verify: no names; give a full name, or --from-sites where code links to a registry")
    try:
        results = verify(
            names,
            aliases=options.alias,
            type=options.type or None,
            digest=options.digest or None,
            source=options.source or None,
            organization=options.organization or config.organization or None,
            host=options.host or config.host or None,
            timeout=options.timeout,
        )
    except Unanswered as problem:
        raise UsageProblem(f"{problem}\n  help: {problem.help}") from None
    if options.output_format == "json":
        print(to_json(results))
    else:
        for line in fit_lines(render(results, colour=wants_colour(options.color)), terminal_width()):
            print(line)
    if all(each.status == "skipped" for each in results) and not options.allow_unknown:
        return UNUSABLE
    return OK if all(each.status in ("ok", "skipped") for each in results) else FOUND


def _of_sites(paths: list[str], artifact_type: str | None) -> tuple[Expected, ...]:
    from regilink_doctor.workflows.lint import lint_paths
    from regilink_doctor.workflows.verify import expected_of_sites

    result = lint_paths(paths, all_sites=True)
    if result.failures:
        raise UsageProblem(f"verify: {result.failures[0]}")
    return expected_of_sites([report.site for report in result.sites], artifact_type)
