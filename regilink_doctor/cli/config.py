"""`regilink config [KEY]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regilink_doctor.cli.options import OK, UsageProblem
from regilink_doctor.core.text import quote_text

if TYPE_CHECKING:
    import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("key", metavar="KEY", nargs="?", help="a key of the configuration; without it: the list")
    parser.set_defaults(run=_run_config)


def _run_config(options: argparse.Namespace) -> int:
    from regilink_doctor.config.schema import KEYS
    from regilink_doctor.core.text import did_you_mean
    from regilink_doctor.report.terminal import fit_lines, terminal_width

    keys = {key.name: key for key in KEYS}
    if options.key is None:
        width = max(map(len, keys))
        lines = [f"{key.name:<{width}}  {key.what}" for key in KEYS]
        lines += ["", "`regilink config KEY` shows an example, `regilink lint --show-settings` the values in effect."]
    elif options.key in keys:
        key = keys[options.key]
        lines = [key.what, "", "In pyproject.toml, below [tool.regilink], or at the top of regilink.toml:", ""]
        lines.append(f"    {key.name} = {key.example}")
    else:
        near = did_you_mean(options.key, keys) or f"; there are {', '.join(keys)}"
        raise UsageProblem(f"config: there is no key {quote_text(options.key)}{near}")
    for line in fit_lines(lines, terminal_width()):
        print(line)
    return OK
