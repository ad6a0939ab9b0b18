"""REG504."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import registry_target
from regilink_doctor.rules.wording import listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Link
    from regilink_doctor.rules.base import FileFacts, Report


class AliasesOnSourceOnly(Rule):
    """The artifact is logged with aliases and linked without.

    Aliases belong to one collection. Those of `log_artifact` stay in the project; they do not find the version in
    the registry. Give them to the link as well, if programs that consume should use them.
    """

    code = "REG504"
    name = "aliases-on-source-only"
    severity = "info"
    failures = ("B11",)
    watches = ("link",)
    bad = (
        'run.log_artifact(artifact, aliases=["production"])\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
    )
    good = (
        'run.log_artifact(artifact, aliases=["production"])\n'
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["production"])',
        'run.log_artifact(artifact, aliases=["latest"])\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
        'run.log_artifact(artifact, aliases=["best"])\nrun.link_artifact(artifact, "candidates/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        names = problem.facts["aliases"]
        return Message(
            f"log_artifact gives {names} to the source artifact alone",
            'the version in the registry gets no alias but "latest"',
            f"write aliases=[{names}] here as well, if programs that consume should use them",
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        artifact, target = link.artifact, registry_target(link)
        # `run.log_artifact("file", …)` makes the artifact and logs it.
        logged = artifact if link.logged is None and artifact is not None and artifact.kind == "log" else link.logged
        if logged is None or target is None or {"aliases", "**"} & link.arguments.names:
            return
        names = [alias.literal for alias in logged.aliases if alias.literal and alias.literal != "latest"]
        if names:
            related = (Related("the aliases are given here", logged.place),)
            yield self.report(link.place, related=related, aliases=listed(names))
