"""`regilink verify`."""

from __future__ import annotations

from regilink_doctor.cli.options import (
    FOUND,
    OK,
    UNUSABLE,
    UsageProblem,
    add_colour,
    add_language,
    add_option,
    add_output_format,
    add_server,
    find_translation,
    load_configuration,
    read_argument,
    refuse_empty_values,
    wants_colour,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from regilink_doctor.config import Config
    from regilink_doctor.workflows.lint import LintResult
    from regilink_doctor.workflows.verify import Expected


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "names",
        metavar="FULL_NAME",
        nargs="*",
        help="[ORGANIZATION/]wandb-registry-NAME/COLLECTION[:ALIAS], or an address of the W&B App",
    )
    add_option(
        parser,
        "--from-sites",
        metavar="PATH",
        nargs="?",
        const=".",
        action="append",
        help="also what the source below PATH links and consumes (default: the current folder)",
    )
    add_option(
        parser,
        "--alias",
        metavar="ALIAS",
        action="append",
        default=[],
        help="an alias that the version must have (repeatable)",
    )
    add_option(parser, "--type", metavar="TYPE", help="the type that it must have")
    add_option(parser, "--digest", metavar="DIGEST", help="the digest that it must have: `artifact.digest`")
    add_option(
        parser, "--source", metavar="NAME", help="the full name, or its end, of the version that it must be linked from"
    )
    add_option(
        parser, "--organization", metavar="NAME", help="the organization that it must be in: display name or entity"
    )
    add_option(
        parser, "--allow-unknown", action="store_true", help="exit 0 even if no name of the source could be checked"
    )
    add_server(parser, timeout=10)
    add_output_format(parser)
    add_colour(parser)
    add_language(parser)
    parser.set_defaults(run=_run_verify)


def _run_verify(options: argparse.Namespace) -> int:
    from regilink_doctor.report.terminal import fit_lines, terminal_width
    from regilink_doctor.report.verify import render, to_json
    from regilink_doctor.workflows.server_session import Unanswered
    from regilink_doctor.workflows.verify import expected_of_sites, verify

    refuse_empty_values(options, "alias", "type", "digest", "source", "organization", "host")
    config = load_configuration()
    names: list[str | Expected] = [*options.names]
    source = _read_source(options.from_sites, config) if options.from_sites else None
    if source is not None:
        sites = [*(report.site for report in source.sites), *source.configured_sources, *source.look_ups]
        names += expected_of_sites(sites, options.type)
    if not names:
        raise UsageProblem(_explain_no_names(source))
    try:
        results = verify(
            names,
            aliases=options.alias,
            type=options.type or None,
            digest=options.digest or None,
            source=options.source or None,
            organization=options.organization or config.organization or None,
            config=config,
            host=read_argument(options, "host"),
            timeout=options.timeout,
        )
    except Unanswered as problem:
        raise UsageProblem(f"{problem}\n  help: {problem.help}") from None
    if options.output_format == "json":
        print(to_json(results, source.unread, source.skipped) if source is not None else to_json(results))
    else:
        translate = find_translation(options.lang, config, "messages")
        lines = render(results, colour=wants_colour(options.color), translate=translate)
        for line in fit_lines([*lines, *map(translate, _describe_rest(source))], terminal_width()):
            print(line)
    statuses = {item.status for item in results}
    if statuses & {"different", "absent"}:
        return FOUND
    return UNUSABLE if "unknown" in statuses or (statuses == {"skipped"} and not options.allow_unknown) else OK


def _read_source(paths: list[str], config: Config) -> LintResult:
    from regilink_doctor.workflows.verify import read_sites

    result = read_sites(paths, config)
    if result.failures:
        raise UsageProblem(f"verify: {result.failures[0]}")
    return result


def _explain_no_names(source: LintResult | None) -> str:
    if source is None:
        return "verify: no names; give a full name, or --from-sites to check what the source links and consumes"
    rest = " ".join(_describe_rest(source))
    what = "the source links nothing to a registry, and consumes nothing from one"
    return f"verify: {what}; give a full name{f'. {rest}' if rest else ''}"


def _describe_rest(source: LintResult | None) -> list[str]:
    """The sentences on what is in the source and is not among the results."""
    from regilink_doctor.report.summary import (
        describe_skipped,
        describe_unknown_aliases,
        describe_unread,
        summarize_project_links,
    )

    if source is None:
        return []
    unread = [*describe_unread(source.unread), *describe_skipped(source.skipped)]
    return [*summarize_project_links(source), *describe_unknown_aliases(source), *unread]
