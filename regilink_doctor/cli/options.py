"""What the commands share: exit status, options with a variable of the environment, colours, the configuration."""

from __future__ import annotations

import os
import sys

from regilink_doctor.core.text import PATH_LIMIT, escape_text, quote_text, shorten_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence

    from regilink_doctor.config import Config
    from regilink_doctor.core.catalog import Catalog
    from regilink_doctor.core.origin import Setting

OK, FOUND, UNUSABLE = 0, 1, 2

CATALOG = "regilink.catalog.json"
"""Where `catalog pull` writes and `dry-run` looks by default."""

_YES, _NO = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")
"""The values of a variable that sets a flag."""


class UsageProblem(Exception):
    """A sentence for the user: why regilink cannot do what it was asked to."""


A_DAY = 86_400
MOST_MEGABYTES = 1_000_000_000


def parse_seconds(value: str) -> float:
    """A number of seconds that can be waited for.

    Raises:
        ValueError: it is not a number, not more than nothing, or more than a day.
    """
    number = float(value)
    if not 0 < number <= A_DAY:
        raise ValueError(value)
    return number


def parse_megabytes(value: str) -> float:
    """A number of megabytes that a disk can have.

    Raises:
        ValueError: it is not a number, negative, or more than a thousand terabytes.
    """
    number = float(value)
    if not 0 <= number <= MOST_MEGABYTES:
        raise ValueError(value)
    return number


def add_option(parser: argparse._ActionsContainer, flag: str, **settings: object) -> None:
    """An option whose default comes from `REGILINK_<OPTION>`.

    Raises:
        UsageProblem: the variable's value is not one that the option accepts.
    """
    value = from_environment(flag, settings)
    if value is not None:
        settings["default"] = value
    short = settings.pop("short", None)
    settings.pop("takes", None)  # argparse would take the next word for it
    parser.add_argument(*([short] if short else []), flag, **settings)  # type: ignore[arg-type]


def refuse_empty_values(options: argparse.Namespace, *names: str) -> None:
    """Refuse options that were given and are empty, as by a variable of the shell that is not set.

    Raises:
        UsageProblem: one is.
    """
    for name in names:
        value = getattr(options, name)
        if value == "" or (isinstance(value, list) and "" in value):
            flag = name.replace("_", "-")
            raise UsageProblem(
                f"--{flag} is empty\n  help: give it a value, or leave it out; is a variable of the shell not set?"
            )


_CONFIGURED: set[str] = set()
"""The keys that the command line gives with `--config KEY=VALUE`, without those of `_SETTINGS_OF_WANDB`."""

_SETTINGS_OF_WANDB = {"host", "entity", "organization"}
"""Keys that count where wandb would find nothing: an option and its variable come before them."""

_GIVEN: set[str] = set()
"""The words of the command line, without what follows a `=`: options among them, perhaps abbreviated."""


def note_options(words: Sequence[str]) -> None:
    """Keep the options and keys that a command line gives: they come before the variables of these options."""
    values = [word.partition("=")[2] for word in words if word.startswith("--config=")]
    values += [words[number] for number in range(1, len(words)) if words[number - 1] == "--config"]
    _CONFIGURED.clear()
    _CONFIGURED.update(value.partition("=")[0].strip() for value in values if "=" in value)
    _CONFIGURED.difference_update(_SETTINGS_OF_WANDB)
    _GIVEN.clear()
    _GIVEN.update(word.partition("=")[0] for word in words)


def name_variable(problem: str) -> str:
    """A message about an option, which names its variable where the value does not come from the command line."""
    flags = (word.rstrip(":,") for word in problem.split() if word.startswith("--") and len(word) > 3)
    for flag in dict.fromkeys(flags):
        if variable := find_variable(flag):
            problem = problem.replace(flag, variable, 1)
    return problem


def find_variable(flag: str) -> str:
    """The variable that gives an option; empty where the command line gives it, or nothing does."""
    is_given = any(len(word) > 2 and flag.startswith(word) for word in _GIVEN)
    return _variable_of(flag) if _variable_of(flag) in os.environ and not is_given else ""


def read_argument(options: argparse.Namespace, name: str) -> Setting[str] | None:
    """The value of an option that replaces a setting of wandb, with its origin; None where it is not given."""
    from regilink_doctor.core.origin import Argument, Setting

    flag, value = f"--{name}", getattr(options, name)
    return Setting(value, Argument(flag, find_variable(flag))) if value else None


def _variable_of(flag: str) -> str:
    return "REGILINK_" + flag.lstrip("-").replace("-", "_").upper()


class _ListOfVariable(list[str]):
    """The values that a variable gives to a repeatable option.

    `argparse` adds the values of the command line to a copy of the default. The copy is empty, because an option
    replaces its variable.
    """

    def __copy__(self) -> list[str]:
        return []


def from_environment(flag: str, settings: Mapping[str, object]) -> object:
    """The value of the variable that belongs to an option; None when it is not set.

    Raises:
        UsageProblem: it is not one of the choices, not a number, or neither true nor false.
    """
    variable = _variable_of(flag)
    value = os.environ.get(variable)
    if value is None or flag.lstrip("-") in _CONFIGURED:
        return None
    choices = settings.get("choices")
    if settings.get("action") == "store_true":
        if value.lower() not in _YES + _NO:
            raise UsageProblem(f"{variable} is {quote_text(value)}, neither true nor false")
        return value.lower() in _YES
    if settings.get("action") == "append":
        return _ListOfVariable([value] if value else ())
    if isinstance(choices, tuple) and value not in choices:
        if flag == "--output-format" and value in _formats_of_any_command():
            return None
        raise UsageProblem(f"{variable} is {quote_text(value)}, not one of {', '.join(choices)}")
    if callable(convert := settings.get("type")):
        try:
            return convert(value)
        except ValueError:
            from regilink_doctor.cli.usage_errors import name_kind_of_value

            raise UsageProblem(f"{variable} is {quote_text(value)}, not {name_kind_of_value(convert)}") from None
    return value


def _formats_of_any_command() -> tuple[str, ...]:
    """One variable serves all commands: the format of another is not a mistake."""
    from regilink_doctor.config import FORMATS

    return (*FORMATS, "markdown", "mermaid")


class Options:
    """The values of a command's options as attributes: what `argparse.Namespace` is, without its import."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self.__dict__.update(values)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> object: ...


def parse_plain(words: Sequence[str], table: Mapping[str, Mapping[str, object]]) -> dict[str, object] | None:
    """The options and `paths` of a command line that has nothing unusual, without `argparse` and its 7 ms.

    None when it has: abbreviations, `-h`, mistakes. Then `argparse` reads it again, and says what is wrong.

    Args:
        words: the command line behind the command.
        table: flag -> the arguments of `argparse` for it.

    Raises:
        UsageProblem: an option that is none; see `from_environment`, too.
    """
    values: dict[str, object] = {}
    for flag, settings in table.items():
        value = from_environment(flag, settings)
        if value is None:
            value = settings.get("default", False if settings.get("action") == "store_true" else None)
        values[_attribute_of(flag)] = value
    shorts = {settings["short"]: flag for flag, settings in table.items() if "short" in settings}
    paths = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            paths += list(rest)
        elif word == "-" or not word.startswith("-"):
            paths.append(word)
        else:
            flag, equals, value = shorts.get(word, word).partition("=")
            settings = table.get(flag, {})
            choices = settings.get("choices")
            if flag not in table:
                unusual = flag in ("-h", "--help") or any(known.startswith(flag) for known in table)
                if not unusual:
                    from regilink_doctor.cli.usage_errors import unknown_option

                    raise UsageProblem(unknown_option("lint", flag, table))
                return None
            if settings.get("action") == "store_true":
                if equals and "takes" not in settings:
                    return None
                values[_attribute_of(flag)] = value or True
                continue
            if not equals:
                value = next(rest, "-")
            if (not equals and value.startswith("-")) or (isinstance(choices, tuple) and value not in choices):
                return None
            if settings.get("action") == "append":
                before = values[_attribute_of(flag)]  # that of a variable is replaced
                values[_attribute_of(flag)] = [*before, value] if type(before) is list else [value]
            else:
                values[_attribute_of(flag)] = value
    values["paths"] = paths
    return values


def _attribute_of(flag: str) -> str:
    return flag.lstrip("-").replace("-", "_")


def add_colour(parser: argparse._ActionsContainer) -> None:
    """The option `--color`."""
    add_option(parser, "--color", **COLOUR)


COLOUR: dict[str, object] = {
    "choices": ("auto", "always", "never"),
    "default": "auto",
    "help": "use colors (default: auto)",
}


LANGUAGE: dict[str, object] = {
    "metavar": "LANG",
    "help": "the language of messages for people: en, ja (default: that of the locale)",
}


def add_language(parser: argparse._ActionsContainer) -> None:
    """The option `--lang`."""
    add_option(parser, "--lang", **LANGUAGE)


def find_translation(asked: str | None, config: Config, *catalogs: str) -> Callable[[str], str]:
    """What shows a string in the reader's language: that of the option, of the configuration, of the locale.

    English needs no translation. Formats for programs have to be left in English.

    Args:
        asked: the value of `--lang`.
        config: the configuration.
        catalogs: what is going to be shown: `messages`, `rules`, `failures`.

    Raises:
        UsageProblem: there is no such language.
    """
    called, language = ("--lang", asked) if asked else (f"{config.name_source('lang')}: lang", config.lang)
    wanted = language or _find_locale()
    if wanted.partition("_")[0].partition(".")[0].partition("-")[0].lower() in ("en", "c", "posix", ""):
        return str
    from regilink_doctor.languages import find_language, list_languages, load_translation

    name = find_language(wanted)
    if name is None:
        if language:
            raise UsageProblem(f"{called} is {quote_text(language)}, not one of {', '.join(list_languages())}")
        return str
    return load_translation(name, *catalogs)


def _find_locale() -> str:
    """The language that the system is set to: `ja_JP.UTF-8`, empty where it is not."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return value
    if not _is_windows():
        return ""
    import _locale  # `locale` loads `re`

    return _locale._getdefaultlocale()[0] or ""  # type: ignore[attr-defined,no-any-return,unused-ignore]


def _is_windows() -> bool:
    return os.name == "nt"


def add_output_format(parser: argparse._ActionsContainer, formats: tuple[str, ...] = ("full", "json")) -> None:
    """The option `--output-format`; the first of `formats` is the default."""
    add_option(
        parser,
        "--output-format",
        choices=formats,
        default=formats[0],
        help=f"how the result is shown (default: {formats[0]})",
    )


def add_server(parser: argparse._ActionsContainer, *, timeout: int) -> None:
    """The options `--host` and `--timeout` of a command that asks the live server; `timeout` is the default."""
    add_option(parser, "--host", metavar="URL", help="the W&B server (default: the one that wandb would use)")
    how_long = f"time limit of a request (default: {timeout})"
    add_option(parser, "--timeout", metavar="SECONDS", type=parse_seconds, default=float(timeout), help=how_long)


def wants_colour(choice: str) -> bool:
    """Whether standard output is to be coloured, by the option, `NO_COLOR`, `FORCE_COLOR` and the terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


def load_configuration(given: Sequence[str] = (), *, isolated: bool = False) -> Config:
    """The configuration that holds here.

    Raises:
        UsageProblem: it cannot be used.
    """
    from regilink_doctor.config import ConfigProblem, load_config

    try:
        config = load_config(given, isolated=isolated)
        config.docs_site  # noqa: B018 - a variable that has no address is refused before anything is done
        return config
    except ConfigProblem as problem:
        raise UsageProblem(escape_text(str(problem))) from None


def known_catalog(given: str | None, config: Config, default: str | None = None) -> Catalog | None:
    """What is known of the organization: the catalog of `--catalog`, else that of the configuration, else `default`.

    Raises:
        UsageProblem: it cannot be read.
    """
    if given:
        return load_catalog(given, "--catalog")
    return load_catalog(config.catalog_path or default, config.catalog_called if config.catalog_path else "catalog")


def load_catalog(path: str | None, called: str) -> Catalog | None:
    """The catalog in a file. `called` is what the user calls it, for the message.

    Raises:
        UsageProblem: it cannot be read.
    """
    if path is None:
        return None
    from regilink_doctor.core.catalog import Catalog, CatalogError

    try:
        return Catalog.load(path)
    except CatalogError as error:
        raise UsageProblem(escape_text(f"{called}: {error}")) from None
    except FileNotFoundError:
        shown = escape_text(shorten_value(path, PATH_LIMIT))
        raise UsageProblem(f"{called}: {shown}: no such file; `regilink catalog pull {shown}` makes it") from None
    except OSError as error:
        shown = escape_text(shorten_value(path, PATH_LIMIT))
        raise UsageProblem(f"{called}: {shown}: {error.strerror or error}") from None
