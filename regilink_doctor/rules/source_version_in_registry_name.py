"""REG505."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import registry_path
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Consume
    from regilink_doctor.rules.base import FileFacts, Report


class SourceVersionInRegistryName(Rule):
    """A registry name is built with the version that the artifact has in its own project.

    Each collection of a registry counts from `v0`. `artifact.version` is the source's number, so the name finds another
    version, or none, and nothing warns. A link returns the version in the registry: use its `version` or
    `qualified_name`.
    """

    code = "REG505"
    name = "source-version-in-registry-name"
    severity = "warning"
    failures = ("B12",)
    watches = ("consume",)
    bad = (
        'logged = run.log_artifact(artifact).wait()\nrun.use_artifact(f"wandb-registry-model/zoo:{logged.version}")',
        'source = wandb.Api().artifact("team-a/p/zoo:latest")\n'
        'wandb.Api().artifact("acme/wandb-registry-model/zoo:" + source.version)',
    )
    good = (
        'linked = run.link_artifact(artifact, "wandb-registry-model/zoo")\n'
        'run.use_artifact(f"wandb-registry-model/zoo:{linked.version}")',
        'logged = run.log_artifact(artifact).wait()\nrun.use_artifact(f"team-a/p/zoo:{logged.version}")',
        'run.use_artifact(f"wandb-registry-model/zoo:{config.version}")',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            f"{problem.facts['source']} counts the versions of the source's own project",
            f"in {quoted(problem.facts['collection'])} that number is another version, or none",
            "use the version of what link_artifact returns, or an alias",
        )

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        for name in consume.target:
            if registry_path(name) is None:
                continue
            colon = name.pattern.find(":")
            for offset, part in name.unknown_parts:
                if part.kind == "source-version" and 0 <= colon < offset:
                    yield self.report(
                        string=name,
                        start=offset,
                        end=offset + 1,
                        source=part.source,
                        collection=name.pattern[:colon],
                    )
