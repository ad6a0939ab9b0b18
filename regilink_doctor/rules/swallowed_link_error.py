"""REG604."""

from __future__ import annotations

from regilink_doctor.core.findings import Message, Related
from regilink_doctor.rules.base import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Link
    from regilink_doctor.rules.base import FileFacts, Report


class SwallowedLinkError(Rule):
    """A broad `except` around a link drops the error: it neither raises, nor logs, nor returns the failure.

    Every way in which a link fails then looks like success, until a user looks for the model. Let the error through,
    or log it with the path that was refused.
    """

    code = "REG604"
    name = "swallowed-link-error"
    severity = "warning"
    failures = ("C13",)
    watches = ("link.context.swallowed_by",)
    bad = (
        'try:\n    run.link_artifact(artifact, "wandb-registry-model/zoo")\nexcept Exception:\n    pass',
        "import contextlib\n"
        "import wandb\n"
        'run = wandb.init(entity="team-a")\n'
        "with contextlib.suppress(Exception):\n"
        '    run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )
    good = (
        'try:\n    run.link_artifact(artifact, "wandb-registry-model/zoo")\nexcept Exception as e:\n    print(e)',
        'try:\n    run.link_artifact(artifact, "wandb-registry-model/zoo")\nexcept Exception:\n    linked = False',
        'try:\n    run.link_artifact(artifact, "wandb-registry-model/zoo")\nexcept KeyError:\n    pass',
        "def publish():\n"
        "    try:\n"
        '        run.link_artifact(artifact, "wandb-registry-model/zoo")\n'
        "    except wandb.errors.CommError:\n"
        "        return False\n"
        "    return True",
        "linked = None\n"
        "try:\n"
        '    linked = run.link_artifact(artifact, "wandb-registry-model/zoo")\n'
        "except Exception:\n"
        "    pass\n"
        "if linked is None:\n"
        '    raise SystemExit("not linked")',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            "this drops the error of a link silently",
            "a link that W&B refuses goes unnoticed",
            "let it through, or log it with the target path",
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        clause = link.context.swallowed_by
        if clause is not None and not facts.in_test:
            yield self.report(clause, related=(Related("the link", link.place),))
