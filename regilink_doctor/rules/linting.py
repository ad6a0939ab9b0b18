"""Rules about linting itself: files that cannot be read, suppressions, rules that crash."""

from __future__ import annotations

import sys

from regilink_doctor.core.findings import Message
from regilink_doctor.core.phrases import say
from regilink_doctor.rules.base import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from regilink_doctor.core.problems import Problem


class UnparsableFile(Rule):
    """A file, or a part of it, cannot be read in its language; Python is read by the interpreter that runs regilink.

    A part is a cell of a notebook, Python inside a script or workflow, what follows an unclosed quotation mark, or the
    requirement of wandb in a list for pip, where programs link to the registry.
    Nothing in it was checked. Fix the syntax, run regilink under the Python that the file is written for, save it as
    UTF-8, or exclude the file.
    """

    code = "REG000"
    name = "unparsable-file"
    severity = "error"
    bad = ("import wandb\nrun.link_artifact(artifact, 'wandb-registry-model/zoo'",)
    good = ("run.link_artifact(artifact, 'wandb-registry-model/zoo')",)

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        part = say("cell") if facts["part"] == "cell" else say("file")
        if facts["cause"] in ("quote", "inside", "requirement"):
            return _explain_part(facts, part)
        language = facts["language"]
        if facts["cause"] == "bytes":
            remedy = say("save the file as UTF-8")
        elif facts["cause"] == "cookie":
            remedy = say("save the file as UTF-8, and remove the other encoding from its first lines")
        elif language == "Python":
            language = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
            remedy = say("fix the syntax, or run regilink under the newer Python that the file is written for")
        else:
            remedy = say("fix the syntax, or exclude the file with --extend-exclude")
        return Message(
            say(
                "this {part} cannot be read as {language}: {reason}",
                part=part,
                language=language,
                reason=facts["reason"],
            ),
            say("nothing in this {part} was checked", part=part),
            remedy,
        )


def _explain_part(facts: Mapping[str, str], part: str) -> Message:
    """The message for a part of a file, the rest of which was checked."""
    if facts["cause"] == "requirement":
        return Message(
            say("this requirement of wandb cannot be read"),
            say("pip refuses the line, and the version of wandb is unknown"),
            say("write the version as in wandb==0.26.1 or wandb>=0.21.4"),
        )
    if facts["cause"] == "quote":
        is_line = facts["language"] == ".env"
        return Message(
            say("this quotation mark is never closed"),
            say("python-dotenv sets no variable from this line") if is_line else say("nothing after it was checked"),
            say("close the quotation mark"),
        )
    summary = say("the Python inside this {part} cannot be read: {reason}", part=part, reason=facts["reason"])
    return Message(summary, say("nothing in this program was checked"), say("fix the syntax"))


class UnusedSuppression(Rule):
    """A `# regilink: ignore[...]` or a `# noqa: REG...` suppresses nothing.

    It will hide the next mistake on that line. Remove the code from the comment, or the whole comment.
    """

    code = "REG001"
    name = "unused-suppression"
    severity = "warning"
    bad = ('run.link_artifact(artifact, "wandb-registry-model/zoo")  # regilink: ignore[REG102]',)
    good = ('run.link_artifact(artifact, "wandb-registry-model")  # regilink: ignore[REG102] a portfolio',)

    def explain(self, problem: Problem) -> Message:
        return Message(
            say("{code} suppresses nothing here", code=problem.facts["code"]),
            help=say("remove {code} from the comment", code=problem.facts["code"]),
        )


class InternalError(Rule):
    """A rule crashed on the file. This is a bug in regilink, not in the file.

    The other rules have run. Please report it with the line that is named.
    """

    code = "REG002"
    name = "internal-error"
    severity = "error"

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        summary = say("regilink failed here ({where}: {error})", where=facts["where"], error=facts["error"])
        return Message(summary, facts["rest"], "please report it, with this line")


class InvalidSuppression(Rule):
    """A `# regilink: ...` comment names an unknown rule, or has the wrong form.

    It suppresses nothing. `regilink rules` lists the codes.
    """

    code = "REG003"
    name = "invalid-suppression"
    severity = "warning"
    bad = ('run.link_artifact(artifact, "wandb-registry-model/zoo")  # regilink: ignore[REG1002]',)
    good = ('run.link_artifact(artifact, "wandb-registry-model")  # regilink: ignore[REG102]',)

    def explain(self, problem: Problem) -> Message:
        return Message(
            say("this comment suppresses nothing: {reason}", reason=problem.facts["reason"]),
            help="write # regilink: ignore[REG101] and a reason; `regilink rules` lists the codes",
        )
