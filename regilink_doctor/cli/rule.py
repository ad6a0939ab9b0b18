"""`regilink rule CODE`."""

from __future__ import annotations

from regilink_doctor.cli.options import (
    OK,
    UsageProblem,
    add_colour,
    add_language,
    add_output_format,
    find_translation,
    load_configuration,
    wants_colour,
)
from regilink_doctor.core.text import quote_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("code", metavar="CODE", help="the code of a rule, or its name: REG104, misspelled-prefix")
    add_output_format(parser, ("full", "json", "markdown"))
    add_colour(parser)
    add_language(parser)
    parser.set_defaults(run=_run_rule)


def _run_rule(options: argparse.Namespace) -> int:
    from regilink_doctor.report import listings
    from regilink_doctor.report.explanation import render_explanation
    from regilink_doctor.report.terminal import terminal_width
    from regilink_doctor.rules import rule_for
    from regilink_doctor.workflows.explain import explain

    code = _find_code(options.code)
    if options.output_format == "json":
        print(listings.as_json([rule_for(code)]))
        return OK
    config = load_configuration()
    translate = find_translation(options.lang, config, "messages", "rules", "failures")
    if options.output_format == "markdown":
        print("\n".join(listings.rule_section(rule_for(code), translate)))
    else:
        explanation = explain(code)
        color, width = wants_colour(options.color), terminal_width()
        lines = render_explanation(explanation, color=color, width=width, site=config.docs_site, translate=translate)
        for line in lines:
            print(line)
    return OK


def _find_code(word: str) -> str:
    """The code of a rule that is given by its code or name.

    Raises:
        UsageProblem: no rule has it.
    """
    from difflib import get_close_matches

    from regilink_doctor.rules import all_rules
    from regilink_doctor.rules.selection import rule_problem

    code = word.upper()
    rules = {rule.code: rule.name for rule in all_rules()}
    if code in rules:
        return code
    by_name = {name: code for code, name in rules.items()}
    if word in by_name:
        return by_name[word]
    if near := get_close_matches(word, by_name, n=1):
        raise UsageProblem(f"rule: there is no rule {quote_text(word)}, did you mean {near[0]} ({by_name[near[0]]})?")
    raise UsageProblem(
        f"rule: {rule_problem(word) or f'{quote_text(word)} is not the code of one rule; see regilink rules'}"
    )
