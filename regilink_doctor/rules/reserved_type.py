"""REG403."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.core.naming import reserved_type
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import certain
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.rules.base import FileFacts, Report


class ReservedType(Rule):
    """An artifact of a type that W&B reserves for itself.

    `job`, whatever begins with `wandb-`, `run_table` with a name that begins with `run-`, and `code` with one that
    begins with `source-` raise ValueError when the artifact is made.
    """

    code = "REG403"
    name = "reserved-type"
    severity = "error"
    failures = ("B6",)
    watches = (
        "artifact",
        "log",
    )
    bad = (
        'wandb.Artifact("zoo", type="job")',
        'wandb.Artifact("zoo", type="wandb-model")',
        'run.log_artifact("model.pt", name="source-zoo", type="code")',
    )
    good = (
        'wandb.Artifact("zoo", type="jobs")',
        'wandb.Artifact("zoo", type="code")',
        'wandb.Artifact("zoo", type="run_table")',
    )

    def explain(self, problem: Problem) -> Message:
        artifact_type, name = problem.facts["type"], problem.facts["name"]
        is_always = artifact_type == "job" or artifact_type.startswith("wandb-")
        named = "" if is_always else f" with the name {quoted(name)}"
        return Message(
            f"the type {quoted(artifact_type)}{named} is reserved by W&B",
            "wandb.Artifact raises ValueError",
            'write another type, "model" or "dataset"',
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        artifact_type, name = certain(site.type), certain(site.arguments.strings.get("name", ()))
        if artifact_type is None or not reserved_type(artifact_type, name or "") or site.context.expected:
            return
        yield self.report(site.place, type=artifact_type, name=name or "")
