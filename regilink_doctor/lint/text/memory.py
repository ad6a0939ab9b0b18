"""What is remembered of the files around the one that is linted: it belongs to the run, and the next run asks again.

A `lint.project.Project` is the memory of a run. The functions that follow names into other files say `@remembered`:
their answers are kept in the memory in use, which is that of the project for which a file is linted at the moment.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ParamSpec, TypeVar

    Arguments = ParamSpec("Arguments")
    Answer = TypeVar("Answer")


class Memory:
    """Answers to questions about files."""

    def __init__(self) -> None:
        self.answers: dict[object, dict[tuple[object, ...], object]] = {}
        """Function -> its arguments -> what it gave."""

    def use(self) -> None:
        """Keep answers here from now on, and take them from here."""
        global _in_use
        _in_use = self


_in_use = Memory()


def remembered(most: int) -> Callable[[Callable[Arguments, Answer]], Callable[Arguments, Answer]]:
    """Let a function about files answer each question once in a run; it forgets all of `most` answers at once."""

    def decorate(function: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
        def recall(*arguments: Arguments.args, **named: Arguments.kwargs) -> Answer:
            answers = _in_use.answers.setdefault(function, {})
            if arguments not in answers:
                if len(answers) >= most:
                    answers.clear()
                answers[arguments] = function(*arguments, **named)
            return answers[arguments]  # type: ignore[return-value]

        return recall

    return decorate
