"""What was probably meant by a command line that cannot be read, as a sentence with what to write instead."""

from __future__ import annotations

import os
import re
import shlex
from difflib import get_close_matches

_NEAR = 0.7
"""How alike two names have to be, for one to be a slip of the other."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def unknown_option(command: str, flag: str, flags: Iterable[str]) -> str:
    """An option that the command does not have."""
    known = list(flags)
    short = len(flag) == 2 and flag != "--"
    near = [each for each in known if each[1:3] == flag] if short else get_close_matches(flag, known, 1, _NEAR)
    meant = f", did you mean {' or '.join(near)}?" if 0 < len(near) < 4 else f"; see {_help(command)}"
    return f"{command} has no option {flag}{meant}"


def unknown_command(word: str, rest: Sequence[str], commands: Iterable[str]) -> str:
    """A first word that is no command; a path there is for `lint`."""
    known = list(commands)
    if word.startswith("-"):
        return f"{word}: an option stands behind the command, as in regilink lint --output-format json"
    if os.path.lexists(word):
        return f"{word} is no command\n  help: to lint it: {shlex.join(['regilink', 'lint', word, *rest])}"
    near = get_close_matches(word, known, n=1, cutoff=_NEAR)
    return f"there is no command {word!r}, " + (f"did you mean {near[0]}?" if near else f"but {', '.join(known)}")


def left_over(command: str, words: Sequence[str], flags: Iterable[str], *, runs: bool, separated: bool) -> str:
    """Words that the command does not take.

    Args:
        command: ours.
        words: what is left of the command line.
        flags: the options that the command has.
        runs: a command of the user's can stand behind `--`.
        separated: there is a `--`.
    """
    first = words[0]
    if first.startswith("-"):
        return unknown_option(command, first.partition("=")[0], flags)
    if runs and not separated:
        return (
            f"{command}: your own command stands behind --\n  help: {shlex.join(['regilink', command, '--', *words])}"
        )
    if command == "rules":
        return f"rules takes no {first!r}\n  help: {shlex.join(['regilink', 'rule', *words])}"
    return f"{command} takes no {first!r}; see {_help(command)}"


def unreadable(program: str, message: str) -> str:
    """What `argparse` says of a command line that it cannot read, in our words where a value is none of the choices."""
    command = program.partition(" ")[2]
    start = f"{command}: " if command else ""
    wrong = re.fullmatch(r"argument (\S+): invalid (\w+) value: '(.*)'", message)
    if wrong is not None:
        flag, converter, value = wrong.groups()
        return f"{start}{flag} is {value!r}, not {name_kind_of_value(converter)}"
    choice = re.fullmatch(r"argument (\S+): invalid choice: '(.*)' \(choose from (.*)\)", message)
    if choice is None:
        return f"{start}{message.removeprefix('argument ')}; see {program} --help"
    flag, value, choices = choice.groups()
    known = [each.strip(" '") for each in choices.split(",")]
    near = get_close_matches(value, known, 1, _NEAR)
    meant = f", did you mean {near[0]}?" if near else ""
    return f"{start}{flag} is {value!r}, not one of {', '.join(known)}{meant}"


def name_kind_of_value(converter: object) -> str:
    """What an option expects, by the function that reads its value, or by its name."""
    name = converter if isinstance(converter, str) else getattr(converter, "__name__", "")
    kinds = {"seconds": "a number of seconds up to 86400", "int": "a whole number", "float": "a number"}
    return kinds.get(name, "a value of the right kind")


def _help(command: str) -> str:
    return f"regilink {command} --help"
