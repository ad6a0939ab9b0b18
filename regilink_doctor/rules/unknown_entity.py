"""REG207."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import FORM, quoted, shown_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class UnknownEntity(Rule):
    """The entity does not exist as far as the catalog or server knows, or this run cannot link into it.

    It is misspelled, personal, of another organization, or belongs to another team than the run.
    """

    code = "REG207"
    name = "unknown-entity"
    severity = "error"
    failures = ("B2", "F1")
    needs_catalog = True
    bad = (
        "import wandb\n"
        'run = wandb.init(entity="team-aa", project="p")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "team-b/candidates/zoo")',
    )
    good = (
        "import wandb\n"
        'run = wandb.init(entity="team-a", project="p")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "team-a/candidates/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        entity = problem.facts.get("entity")
        if entity is None:
            own = (problem.target.known_entity if problem.target else None) or "the run's entity"
            return Message(
                f"{shown_path(problem)} belongs to another entity than the run ({quoted(own)})",
                "W&B refuses the link",
                f"link within the run's team, or to a registry: {FORM}",
            )
        if problem.kind == "read-only":
            return Message(
                f"{quoted(entity)} is read-only for {problem.facts['account']}",
                "the server says so",
                "write an entity in which you may log runs",
            )
        return Message(
            f"no team {quoted(entity)} is known",
            "W&B finds no organization to link into",
            'write wandb.init(entity="TEAM", ...) with a team of the organization',
        )
