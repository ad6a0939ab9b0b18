"""What was probably meant by a command line that cannot be read, as a sentence with what to write instead."""

from __future__ import annotations

import os
import re
from difflib import get_close_matches

from regilink_doctor.core.origin import quote_for_shell
from regilink_doctor.core.text import did_you_mean, escape_text, quote_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SIMILAR = 0.7
"""How alike two names must be for one to be a slip of the other."""


def unknown_option(command: str, flag: str, flags: Iterable[str]) -> str:
    """The message for an option that the command does not have."""
    options = list(flags)
    if len(flag) == 2 and flag != "--":
        similar = [option for option in options if option[1:3] == flag]
    else:
        ending = [option for option in options if option.endswith(f"-{flag.lstrip('-')}")]
        similar = ending if len(ending) == 1 else get_close_matches(flag, options, 1, _SIMILAR)
    hint = f", did you mean {' or '.join(similar)}?" if 0 < len(similar) < 4 else f"; see {_help_command(command)}"
    return f"{command} has no option {escape_text(flag)}{hint}"


def unknown_command(word: str, rest: Sequence[str], commands: Iterable[str]) -> str:
    """The message for a first word that is not a command; a path was probably meant for `lint`."""
    names = list(commands)
    if word.startswith("-"):
        return f"{escape_text(word)}: options follow the command, as in regilink lint --output-format json"
    if os.path.lexists(word):
        return f"{escape_text(word)} is not a command{_help_line('lint', word, *rest, purpose='to lint it')}"
    if similar := get_close_matches(word, names, n=1, cutoff=_SIMILAR):
        return f"there is no command {quote_text(word)}, did you mean {similar[0]}?"
    return f"there is no command {quote_text(word)}, only {', '.join(names)}"


def left_over(command: str, words: Sequence[str], flags: Iterable[str], *, runs: bool, separated: bool) -> str:
    """The message for words that the command does not accept.

    Args:
        command: the command of regilink.
        words: what is left of the command line.
        flags: the options that the command has.
        runs: the command accepts a command of the user after `--`.
        separated: there is a `--`.
    """
    first = words[0]
    if first.startswith("-"):
        return unknown_option(command, first.partition("=")[0], flags)
    if runs and not separated:
        return f"{command}: write your own command after --{_help_line(command, '--', *words)}"
    if command == "rules":
        return f"rules does not accept {quote_text(first)}{_help_line('rule', *words)}"
    return f"{command} does not accept {quote_text(first)}; see {_help_command(command)}"


def explain_unreadable(program: str, message: str) -> str:
    """What `argparse` says of a command line that it cannot read, in a sentence of regilink where a value is wrong."""
    command = program.partition(" ")[2]
    start = f"{command}: " if command else ""
    if wrong := re.fullmatch(r"argument (\S+): invalid (\w+) value: '(.*)'", message, re.DOTALL):
        flag, converter, value = wrong.groups()
        return f"{start}{flag} is {quote_text(value)}, not {name_kind_of_value(converter)}"
    if choice := re.fullmatch(r"argument (\S+): invalid choice: '(.*)' \(choose from (.*)\)", message, re.DOTALL):
        flag, value, listed = choice.groups()
        choices = [name.strip(" '") for name in listed.split(",")]
        hint = did_you_mean(value, choices)
        return f"{start}{flag} is {quote_text(value)}, not one of {', '.join(choices)}{hint}"
    return f"{start}{escape_text(message.removeprefix('argument '))}; see {program} --help"


def name_kind_of_value(converter: object) -> str:
    """What an option expects, by the function that reads its value, or by its name."""
    name = converter if isinstance(converter, str) else getattr(converter, "__name__", "")
    kinds = {
        "parse_seconds": "a number of seconds up to 86400",
        "parse_megabytes": "a number of megabytes",
        "int": "a whole number",
        "float": "a number",
    }
    return kinds.get(name, "a value of the right kind")


def _help_line(*words: str, purpose: str = "") -> str:
    command = escape_text(" ".join(map(quote_for_shell, ["regilink", *words])))
    return f"\n  help: {f'{purpose}: ' if purpose else ''}{command}"


def _help_command(command: str) -> str:
    return f"regilink help {command}"
