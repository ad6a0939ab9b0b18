"""REG101."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import FORM, quoted, shown_path, where_it_goes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class MissingRegistryPrefix(Rule):
    """The target path names a registry but lacks the prefix `wandb-registry-`.

    W&B accepts it silently: it creates a project of that name under the run's entity, and a collection in it, where
    your colleagues do not look. Only a path whose project begins with `wandb-registry-` goes to a registry.

    A path names a registry when its project is called so (`Production-registry`), when the variable or key that it
    comes from is, or when the catalog has a registry of that name. Links between projects are legal and not reported.
    """

    code = "REG101"
    name = "missing-registry-prefix"
    severity = "warning"
    failures = ("A1",)
    is_about_path = True
    fix_applicability = "unsafe"
    bad = (
        'REGISTRY = "model"\nrun.link_artifact(artifact, f"{REGISTRY}/zoo")',
        'run.link_artifact(artifact, "team-a/Production-registry/zoo")',
    )
    good = (
        'REGISTRY = "model"\nrun.link_artifact(artifact, f"wandb-registry-{REGISTRY}/zoo")',
        'run.link_artifact(artifact, "candidates/zoo")',
        'run.link_artifact(artifact, "team-a/candidates/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        summary = f'{shown_path(problem)} lacks the registry prefix "wandb-registry-"'
        if problem.intended is None or problem.target is None:
            return Message(summary, where_it_goes(problem), f'write "{FORM}"')
        intended = f"{problem.intended}/{problem.target.path.pattern.rpartition('/')[2]}"
        instead = f"write {quoted(intended)}, or ignore this if you mean the project"
        return Message(summary, where_it_goes(problem), instead)
