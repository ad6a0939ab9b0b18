"""`regilink explain`."""

from __future__ import annotations

import os
import shlex
import sys

from regilink_doctor.cli.options import (
    FOUND,
    OK,
    UsageProblem,
    add_colour,
    add_option,
    add_output_format,
    known_catalog,
    load_configuration,
    wants_colour,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import BinaryIO


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "text",
        metavar="TEXT",
        nargs="+",
        help="an error, a rule (REG1: all with this prefix), a failure id, a target path, a full name, a URL of the "
        "W&B App, code; - for standard input",
    )
    add_output_format(parser)
    add_option(
        parser,
        "--catalog",
        metavar="FILE",
        help="the organization, as `catalog pull` saved it (default: the one of the configuration)",
    )
    add_colour(parser)
    parser.set_defaults(run=_run_explain)


def _run_explain(options: argparse.Namespace) -> int:
    from regilink_doctor.report.explanation import explanation_json, render_explanation
    from regilink_doctor.report.terminal import terminal_width
    from regilink_doctor.workflows.explain import INPUT_LIMIT, explain

    text = " ".join(options.text)
    if text == "-":
        text = _tail(sys.stdin.buffer, INPUT_LIMIT * 4)
        if not text.strip():
            raise UsageProblem("explain: nothing came in on standard input")
    catalog = known_catalog(options.catalog, load_configuration().catalog_path)
    explanation = explain(text, catalog=catalog)
    if len(options.text) == 1 and os.path.isfile(text):
        _tell_of_file(text)
    if options.output_format == "json":
        print(explanation_json(explanation))
    else:
        for line in render_explanation(explanation, color=wants_colour(options.color), width=terminal_width()):
            print(line)
    return OK if explanation.is_recognized else FOUND


def _tell_of_file(path: str) -> None:
    """The text is the name of a file, too: more likely its content is meant."""
    name = shlex.quote(path)
    print(
        f"regilink: {path} is a file here; to explain the log in it: regilink explain - < {name}; to check the code in "
        f"it: regilink lint {name}",
        file=sys.stderr,
        flush=True,
    )


def _tail(stream: BinaryIO, most: int) -> str:
    """The end of a stream, read in bounded memory: a log ends with its error."""
    kept = bytearray()
    while chunk := stream.read(1 << 16):
        kept += chunk
        if len(kept) > 2 * most:
            del kept[:-most]
    return kept[-most:].decode("utf-8", errors="replace")
