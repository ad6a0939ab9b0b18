"""REG510."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.core.naming import LEGACY_REGISTRY
from regilink_doctor.core.target_path import is_known, parsed
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import registry_links
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Consume
    from regilink_doctor.rules.base import FileFacts, Report


class SourcePathConsumed(Rule):
    """An artifact is consumed by the path of its project, in a file that links to a registry.

    Access and lineage then go through the team's project, and the code stops working for other teams. Consume what is
    in a registry by its name in the registry.
    """

    code = "REG510"
    name = "source-path-consumed"
    severity = "info"
    pedantic = True
    failures = ("D17",)
    watches = ("consume",)
    bad = ('run.link_artifact(artifact, "wandb-registry-model/zoo")\nrun.use_artifact("team-a/training/zoo:v3")',)
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")\nrun.use_artifact("wandb-registry-model/zoo:v3")',
        'run.use_artifact("team-a/training/zoo:v3")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo")\nrun.use_artifact("raw-images:v3")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        return Message(
            f"{quoted(facts['name'])} is a path in the project {quoted(facts['project'])}",
            "other teams cannot read it",
            "consume it by its name in the registry, if it is linked there",
        )

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        link = next(registry_links(facts), None)
        if link is None:
            return
        for name in consume.target:
            path = parsed(name.pattern)
            if path is None:
                continue
            project = path.project or ""
            if not path.prefix or path.is_registry or project == LEGACY_REGISTRY or not is_known(path.prefix + project):
                continue
            related = (Related("this file links to a registry here", link.place),)
            yield self.report(consume.argument or consume.place, related=related, name=name.pattern, project=project)
