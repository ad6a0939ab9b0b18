"""`regilink explain`."""

from __future__ import annotations

import codecs
import os
import stat
import sys
import time
from contextlib import suppress

from regilink_doctor.cli.options import (
    FOUND,
    OK,
    UsageProblem,
    add_colour,
    add_language,
    add_option,
    add_output_format,
    find_translation,
    known_catalog,
    load_configuration,
    wants_colour,
)
from regilink_doctor.core.text import decode_output

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import BinaryIO


_CATALOGS = ("messages", "rules", "failures")
"""What of a language an explanation can show."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.usage = "regilink explain [-h] [OPTION ...] (TEXT ... | - | --list | -- CMD ...)"
    parser.add_argument(
        "text",
        metavar="TEXT",
        nargs="*",
        help="an error, a rule (REG1: all with this prefix), a failure id, a target path, a full name, a URL of the "
        "W&B App, code, a question; - for standard input; after --: a command to run, whose error is explained",
    )
    parser.add_argument("--list", action="store_true", help="list the failure index: every known way to fail")
    add_output_format(parser)
    add_option(
        parser,
        "--catalog",
        metavar="FILE",
        help="the organization, as `catalog pull` saved it (default: the one of the configuration)",
    )
    add_colour(parser)
    add_language(parser)
    parser.set_defaults(run=_run_explain)


def _run_explain(options: argparse.Namespace) -> int:
    if options.cmd:
        return _run_command(options)
    if options.list:
        return _list_failures(options)
    from regilink_doctor.report.explanation import explanation_json, render_explanation
    from regilink_doctor.report.terminal import terminal_width
    from regilink_doctor.workflows.explain import INPUT_LIMIT, explain

    text = " ".join(options.text)
    if text == "-":
        from regilink_doctor.cli.output import read_input

        text = decode_output(read_input(lambda stream: _read_end(stream, INPUT_LIMIT * 4)))
        if not text.strip():
            raise UsageProblem("explain: nothing came in on standard input")
    elif not text.strip():
        raise UsageProblem('explain: nothing to explain. For example: regilink explain "wandb-registry-model/zoo"')
    if len(options.text) == 1:
        _check_file_name(text)
    config = load_configuration()
    catalog = known_catalog(options.catalog, config)
    explanation = explain(text, catalog=catalog)
    if options.output_format == "json":
        print(explanation_json(explanation))
    else:
        color, width = wants_colour(options.color), terminal_width()
        translate = find_translation(options.lang, config, *_CATALOGS)
        lines = render_explanation(explanation, color=color, width=width, site=config.docs_site, translate=translate)
        for line in lines:
            print(line)
    return OK if explanation.is_recognized else FOUND


def _run_command(options: argparse.Namespace) -> int:
    """Run the user's command; under its error, what it means. The exit status is the command's."""
    from regilink_doctor.workflows.explain.where_it_happens import explain_command

    if options.text or options.list:
        raise UsageProblem("explain: give a text or a command, not both")
    try:
        status, explanation = explain_command(options.cmd, os.environ)
    except OSError as error:
        from regilink_doctor.workflows.commands import not_started

        raise UsageProblem(f"explain: {not_started(options.cmd, error)}") from None
    if explanation is not None:
        from regilink_doctor.report.explanation import render_explanation
        from regilink_doctor.report.terminal import terminal_width

        print("", file=sys.stderr)
        color = wants_colour(options.color) and sys.stderr.isatty()
        width, config = terminal_width(sys.stderr), load_configuration()
        translate = find_translation(options.lang, config, *_CATALOGS)
        lines = render_explanation(explanation, color=color, width=width, site=config.docs_site, translate=translate)
        for line in lines:
            print(line, file=sys.stderr)
    return status


def _list_failures(options: argparse.Namespace) -> int:
    from regilink_doctor.report.explanation import failures_json, render_failures

    if options.text:
        raise UsageProblem("explain: --list takes no TEXT")
    if options.output_format == "json":
        print(failures_json())
    else:
        from regilink_doctor.report.terminal import terminal_width

        translate = find_translation(options.lang, load_configuration(), *_CATALOGS)
        for line in render_failures(terminal_width(), translate):
            print(line)
    return OK


_FILES = (".py", ".ipynb", ".log", ".txt", ".out", ".err", ".sh", ".yaml", ".yml", ".toml", ".json")
"""Suffixes of programs and logs, which no collection has."""


def _check_file_name(text: str) -> None:
    r"""Refuse the name of a file, or print a note if it may also be a path. `src\train.py` is a file on every system.

    Raises:
        UsageProblem: it is certainly one.
    """
    path = next((name for name in (text, text.replace("\\", "/")) if os.path.isfile(name)), None)
    is_certain = text.lower().endswith(_FILES) and not any(map(str.isspace, text))
    if path is None and is_certain and "\\" in text:
        raise UsageProblem(f"explain: {text} is the path of a file, and there is none here")
    if path is not None:
        sentence = _describe_file(path)
        if is_certain:
            raise UsageProblem(f"explain: {sentence}")
        print(f"regilink: {sentence}", file=sys.stderr, flush=True)


def _describe_file(path: str) -> str:
    """The note that the argument is the name of a file: more likely its content is meant."""
    from regilink_doctor.core.origin import find_shell, quote_for_shell

    name = quote_for_shell(path)
    powershell = find_shell(os.name, os.environ) == "powershell"  # which has no `<`
    command = f"Get-Content {name} | regilink explain -" if powershell else f"regilink explain - < {name}"
    return f"{path} is a file here; to explain the log in it: {command}; to check the code in it: regilink lint {name}"


_STREAM_LIMIT, _STREAM_SECONDS = 1 << 30, 60
"""Bytes that no program logs in so few seconds: the stream is refused, for it may have no end.

At a lower rate a stream may last as long as a training. If regilink left it, the next line of the program would end it.
"""


def _read_end(stream: BinaryIO, limit: int) -> bytes:
    """The end of a stream, read in bounded memory: a log ends with its error. A mark at its start is kept.

    Raises:
        UsageProblem: the stream is too long.
    """
    begun = time.monotonic()
    content = bytearray(stream.read(1 << 16))
    mark = bytes(content[:2]) if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else b""
    number = len(content)
    _skip_middle(stream, limit)
    while chunk := stream.read(1 << 16):
        content += chunk
        number += len(chunk)
        if len(content) > 2 * limit:
            del content[: (len(content) - limit) & ~1]  # letters of UTF-16 have two bytes, or four
        if number > _STREAM_LIMIT and time.monotonic() - begun < _STREAM_SECONDS:
            raise UsageProblem(
                f"explain: standard input is too long: more than {_STREAM_LIMIT >> 30} GiB within a minute\n"
                "  help: give the end of the log: tail -n 1000 FILE | regilink explain -"
            )
    return bytes(content) if content.startswith(mark) else mark + bytes(content)


def _skip_middle(stream: BinaryIO, limit: int) -> None:
    """Go on near the end of a stream that is a large file."""
    with suppress(OSError):  # no file behind it
        status = os.fstat(stream.fileno())
        if stat.S_ISREG(status.st_mode):
            stream.seek(max(stream.tell(), (status.st_size - 2 * limit) & ~1))
