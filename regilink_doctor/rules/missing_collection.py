"""REG102."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import is_consumed, quoted, shown_path, where_it_goes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class MissingCollection(Rule):
    """The target path names a registry and no collection.

    The SDK takes the last part of a path as the collection, so `wandb-registry-model` alone becomes a collection of
    that name in the run's own project. Nothing is raised, and the result looks right: `…/wandb-registry-model:v0`.
    """

    code = "REG102"
    name = "missing-collection"
    severity = "error"
    failures = ("A2", "F12")
    is_about_path = True
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model")',
        'run.link_artifact(artifact, target_path="acme/wandb-registry-model")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'suffix = input()\nrun.link_artifact(artifact, f"wandb-registry-model{suffix}")',
    )

    def explain(self, problem: Problem) -> Message:
        path = problem.target.path.pattern if problem.target else ""
        registry, colon, version = path.partition(":")
        note = where_it_goes(problem)
        if is_consumed(problem):
            note = "W&B looks for an artifact of that name in a project, not in the registry"
        return Message(
            f"{shown_path(problem)} names a registry but no collection",
            note,
            f"write {quoted(f'{registry}/COLLECTION{colon}{version}')}",
        )
