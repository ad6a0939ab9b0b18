"""REG108."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import FORM, quoted, where_it_goes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class UrlAsTarget(Rule):
    """A URL or URI was given as the target path.

    Its `:` makes the SDK take the whole string as the name of a collection in the run's own project. Nothing is raised.
    """

    code = "REG108"
    name = "url-as-target"
    severity = "error"
    failures = ("A9",)
    is_about_path = True
    bad = (
        'run.link_artifact(artifact, "https://wandb.ai/orgs/acme/registry/model")',
        'run.link_artifact(artifact, "wandb-artifact:///acme/wandb-registry-model/zoo:v1")',
    )
    good = ('run.link_artifact(artifact, "wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        instead = f"write {quoted(problem.intended or FORM)}"
        return Message("a URL is not a target path", where_it_goes(problem), instead)
