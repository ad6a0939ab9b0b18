"""What the commands share: exit status, options with a variable of the environment, colours, the catalog."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from regilink_doctor.core.catalog import Catalog

OK, FOUND, UNUSABLE = 0, 1, 2


class UsageProblem(Exception):
    """A sentence for the user: what they asked for cannot be done as asked."""


def option(parser: argparse.ArgumentParser, flag: str, **settings: object) -> None:
    """An option whose default comes from `REGILINK_<OPTION>`.

    Raises:
        UsageProblem: the variable's value is none of the choices, or no number where one belongs.
    """
    variable = "REGILINK_" + flag.lstrip("-").replace("-", "_").upper()
    value = os.environ.get(variable)
    if value is not None:
        choices, kind = settings.get("choices"), settings.get("type")
        if settings.get("action") == "store_true":
            settings["default"] = value.lower() not in ("", "0", "false", "no")
        elif isinstance(choices, tuple) and value not in choices:
            raise UsageProblem(f"{variable} is {value!r}, not one of {', '.join(choices)}")
        elif kind is float:
            try:
                settings["default"] = float(value)
            except ValueError:
                raise UsageProblem(f"{variable} is {value!r}, not a number") from None
        else:
            settings["default"] = value
    parser.add_argument(flag, **settings)  # type: ignore[arg-type]


def add_colour(parser: argparse.ArgumentParser) -> None:
    """The option `--color`."""
    option(parser, "--color", choices=("auto", "always", "never"), default="auto", help="colours (default: auto)")


def wants_colour(choice: str) -> bool:
    """Whether standard output is to be coloured, by the option, `NO_COLOR`, `FORCE_COLOR` and the terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


def load_catalog(path: str | None) -> Catalog | None:
    """The catalog in a file.

    Raises:
        UsageProblem: it cannot be read.
    """
    if path is None:
        return None
    from regilink_doctor.core.catalog import Catalog, CatalogError

    try:
        return Catalog.load(path)
    except (CatalogError, OSError) as error:
        raise UsageProblem(f"--catalog: {error}") from None
