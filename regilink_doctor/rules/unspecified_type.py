"""REG404."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import known_registry, registry_target
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Link
    from regilink_doctor.rules.base import FileFacts, Report


class UnspecifiedType(Rule):
    """A file is logged without a type, and the artifact linked to a registry.

    W&B gives it the type `unspecified`, which the registries `model` and `dataset` do not accept, and which decides the
    type of a new collection for all users. Pass `type=`.
    """

    code = "REG404"
    name = "unspecified-type"
    severity = "warning"
    failures = ("B4",)
    watches = ("link",)
    bad = (
        'logged = run.log_artifact("model.pt", name="zoo")\nrun.link_artifact(logged, "wandb-registry-model/zoo")',
        'run.log_artifact("model.pt").wait().link("wandb-registry-model/zoo")',
    )
    good = (
        'logged = run.log_artifact("model.pt", name="zoo", type="model")\n'
        'run.link_artifact(logged, "wandb-registry-model/zoo")',
        'logged = run.log_artifact(artifact)\nrun.link_artifact(logged, "wandb-registry-model/zoo")',
        'logged = run.log_artifact("model.pt", name="zoo")',
        'logged = run.log_artifact("model.pt", name="zoo", **options)\n'
        'run.link_artifact(logged, "wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            'without type= the artifact has the type "unspecified"',
            "few registries accept it",
            f"write type={quoted(problem.facts['type'])}",
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        logged, target = link.artifact, registry_target(link)
        if logged is None or logged.kind != "log" or target is None:
            return
        arguments = logged.arguments
        if "artifact_or_path" not in arguments.certain_strings or {"type", "**"} & arguments.names:
            return
        name = known_registry(target)
        related = (Related("linked to a registry here", link.place),)
        yield self.report(logged.place, related=related, type=name if name in ("model", "dataset") else "model")
