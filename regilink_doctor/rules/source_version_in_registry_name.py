"""REG505."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.core.strings import UnknownPart
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import registry_path
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Consume, Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.rules.base import FileFacts, Report


class SourceVersionInRegistryName(Rule):
    """A registry name is built with the version that the artifact has in its own project.

    Each collection of a registry counts from `v0`. `artifact.version` is the source's number, so the name finds another
    version, or none, and nothing warns. A link returns the version in the registry: use its `version` or
    `qualified_name`. The same holds where one value is the version of a path in a project and of a registry path.
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
        'wandb.Api().artifact(f"team-a/p/zoo:{args.version}").link("wandb-registry-model/zoo")\n'
        'run.use_artifact(f"wandb-registry-model/zoo:{args.version}")',
    )
    good = (
        'linked = run.link_artifact(artifact, "wandb-registry-model/zoo")\n'
        'run.use_artifact(f"wandb-registry-model/zoo:{linked.version}")',
        'logged = run.log_artifact(artifact).wait()\nrun.use_artifact(f"team-a/p/zoo:{logged.version}")',
        'run.use_artifact(f"wandb-registry-model/zoo:{config.version}")',
    )

    def explain(self, problem: Problem) -> Message:
        if problem.kind == "same-value":
            return Message(
                f"{problem.facts['source']} is the version in a project and in the registry",
                f"{quoted(problem.facts['collection'])} counts its own versions: it is another, or none",
                "use the version of what the link returns, or an alias",
            )
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
            version = _version_of(name)
            other = next(_same_version_elsewhere(version, consume, facts), None) if version is not None else None
            if version is not None and other is not None:
                yield self.report(
                    kind="same-value",
                    string=name,
                    start=colon + 1,
                    related=(Related("the version in a project here", other.place),),
                    source=version.source,
                    collection=name.pattern[:colon],
                )


def _version_of(name: StringValue) -> UnknownPart | None:
    """The value that is the whole version of a full name, where it is called a version: an alias can be the same."""
    colon = name.pattern.find(":")
    part = name.part_at(colon + 1) if colon >= 0 else None
    if not isinstance(part, UnknownPart) or len(name.pattern) != colon + 2 or part.kind == "source-version":
        return None
    return part if "version" in part.source.lower() and "(" not in part.source else None


def _same_version_elsewhere(version: UnknownPart, consume: Consume, facts: FileFacts) -> Iterator[Site]:
    """The calls that consume an artifact of a project by the same value."""
    for site in facts.sites:
        if site.kind != "consume" or site.context.function != consume.context.function:
            continue
        for name in site.target:
            other = _version_of(name) if registry_path(name) is None else None
            if other is not None and (other.place == version.place or other.source == version.source):
                yield site
