"""`regilink rules`."""

from __future__ import annotations

from regilink_doctor.cli.options import OK, add_output_format

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_output_format(parser, ("full", "json", "markdown"))
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from regilink_doctor.report import rule_table
    from regilink_doctor.rules import all_rules

    shown = {"full": rule_table.as_text, "json": rule_table.as_json, "markdown": rule_table.as_markdown}
    print(shown[options.output_format](list(all_rules())))
    return OK
