"""`argparse`, with errors that are one sentence, without a page of usage."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from regilink_doctor.cli.options import UsageProblem
from regilink_doctor.cli.usage_errors import explain_unreadable


class Parser(argparse.ArgumentParser):
    """The parser of the program, and of each command: `add_subparsers` makes more of its kind."""

    def error(self, message: str) -> NoReturn:
        """Say what `argparse` has to say.

        Raises:
            UsageProblem: always.
        """
        raise UsageProblem(explain_unreadable(self.prog, message))

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        """The value of an option. In `--option=--` it is the two dashes, which `argparse` of some Pythons drops."""
        if action.option_strings and arg_strings == ["--"]:
            value = self._get_value(action, "--")
            self._check_value(action, value)
            return value
        return super()._get_values(action, arg_strings)

    def find_asked_parser(self, options: argparse.Namespace) -> Parser:
        """The parser of the verb that was given, where the command has verbs; else this one."""
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                command = action.choices[getattr(options, action.dest)]
                return command if isinstance(command, Parser) else self
        return self

    @property
    def flags(self) -> list[str]:
        """The long options."""
        return [flag for flag in self._option_string_actions if flag.startswith("--")]
