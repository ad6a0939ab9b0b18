"""`regilink schema NAME`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from regilink_doctor.cli.options import OK
from regilink_doctor.cli.output import declare_kind

if TYPE_CHECKING:
    import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    from regilink_doctor.report.schemas import SCHEMAS

    parser.add_argument(
        "name", metavar="NAME", nargs="?", choices=tuple(SCHEMAS), help=f"{', '.join(SCHEMAS)}; without it: the list"
    )
    parser.set_defaults(run=_run_schema)


def _run_schema(options: argparse.Namespace) -> int:
    from regilink_doctor.report.schemas import SCHEMAS

    if options.name is None:
        width = max(map(len, SCHEMAS))
        for name, (what, _) in SCHEMAS.items():
            print(f"{name:<{width}}  {what}")
    else:
        declare_kind("json")
        print(json.dumps(SCHEMAS[options.name][1](), indent=2))
    return OK
