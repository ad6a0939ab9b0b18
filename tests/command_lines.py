"""Command lines made from the parser, so that a new command, verb, option or choice is tried without being listed."""

import argparse
from collections.abc import Iterator

from regilink_doctor.cli import COMMANDS, RUN_A_COMMAND, _make_parsers

LEFT_OUT = {
    "demo": "it runs wandb; tests/test_demo.py does that once",
    "server": "it answers an editor in a protocol; tests/editor does that",
}

NAME = "模型🙂e\u0301\uff21\uff22"
"""A Japanese name, an emoji, a combined letter and full-width letters."""

ODD_NAME = f"{NAME}\u202e\u2028"
"""With letters that reorder a line and end it."""

VALUES = {
    "CODES": "REG1",
    "CODE": "REG104",
    "FULL_NAME": f"wandb-registry-{NAME}/x:v1",
    "KEY": "organization",
    "LANG": "ja",
    "MB": "1",
    "NEWER": "other.json",
    "PATH": ".",
    "PORT": "0",
    "ADDRESS": "127.0.0.1",
    "SECONDS": "1",
    "TARGET": f"wandb-registry-{NAME}/x",
    "TEXT": f"wandb-registry-{NAME}/x",
    "URL": "http://127.0.0.1:1",
}
"""What stands for a value in the help -> a value; any other is `NAME`."""


def list_usual(command: str) -> Iterator[list[str]]:
    """A command, each of its verbs, and each of their output formats, with words in their places."""
    for parser, words in _list_parsers(command):
        values, tail = _fill_places(parser, command)
        yield [*words, *values, *tail]
        for action in parser._actions:
            if action.dest in ("output_format", "lang"):
                yield from ([*words, f"{_flag(action)}={value}", *values, *tail] for value in action.choices or ["ja"])


def list_all(command: str) -> Iterator[list[str]]:
    """The same with every option and choice, with odd values, without words, and with what does not exist."""
    for parser, words in _list_parsers(command):
        values, tail = _fill_places(parser, command)
        yield from ([*words, *tail], [*words, "--help"], [*words, f"--{ODD_NAME}", *tail])
        yield [*words, *([f"none-{ODD_NAME}"] * bool(values)), *tail]
        for action in parser._actions:
            if not action.option_strings:
                yield from ([*words, choice] for choice in action.choices or ())
            elif action.nargs == 0 and action.dest not in ("help", "watch"):  # `--watch` ends when it is interrupted
                yield [*words, _flag(action), *values, *tail]
            elif action.nargs != 0:
                given = [*(action.choices or [VALUES.get(str(action.metavar), NAME)]), ODD_NAME]
                yield from ([*words, f"{_flag(action)}={value}", *values, *tail] for value in given)


def _list_parsers(command: str) -> Iterator[tuple[argparse.ArgumentParser, list[str]]]:
    """The parser of a command, or of each of its verbs, and the words that lead to it."""
    _, parser = _make_parsers([command])
    assert parser is not None
    verbs = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for action in verbs:
        yield from ((verb, [command, name]) for name, verb in action.choices.items())
    if not verbs:
        yield parser, [command]


def _fill_places(parser: argparse.ArgumentParser, command: str) -> tuple[list[str], list[str]]:
    """A word in the place of each positional argument, and the user's own command where one has to follow."""
    places = [action for action in parser._actions if not action.option_strings]
    words = [str(next(iter(place.choices or [VALUES.get(str(place.metavar), "catalog.json")]))) for place in places]
    needs_command = command in RUN_A_COMMAND and command != "explain"
    return words, ["--", f"none-{NAME}"] if needs_command else []


def _flag(action: argparse.Action) -> str:
    return action.option_strings[-1]


def tried_commands() -> list[str]:
    """The commands that can be tried in this process."""
    return [command for command in COMMANDS if command not in LEFT_OUT]
