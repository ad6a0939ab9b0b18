"""`regilink rules`."""

from __future__ import annotations

from regilink_doctor.cli.options import OK, add_language, add_output_format, find_translation, load_configuration

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from regilink_doctor.rules.base import Rule


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_output_format(parser, ("full", "json", "markdown"))
    add_language(parser)
    parser.set_defaults(run=_run_rules)


def _run_rules(options: argparse.Namespace) -> int:
    from functools import partial

    from regilink_doctor.report import listings
    from regilink_doctor.report.terminal import terminal_width
    from regilink_doctor.rules import all_rules

    translate = find_translation(options.lang, load_configuration(), "messages", "rules")
    shown: dict[str, Callable[[Sequence[Rule]], str]] = {
        "full": partial(listings.as_text, width=terminal_width(), translate=translate),
        "json": listings.as_json,
        "markdown": partial(listings.as_markdown, translate=translate),
    }
    print(shown[options.output_format](list(all_rules())))
    return OK
