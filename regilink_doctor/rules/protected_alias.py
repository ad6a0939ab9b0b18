"""REG507."""

from __future__ import annotations

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


class ProtectedAlias(Rule):
    """A link sets an alias that only admins of the registry may set.

    Protected aliases are made in the W&B App, and no API lists them: they come from the catalog, where they were
    written down, or from `protected-aliases` of the configuration. A service account is hardly ever an admin.
    """

    code = "REG507"
    name = "protected-alias"
    severity = "warning"
    failures = ("B10",)
    watches = ("link.aliases",)
    needs_catalog = True
    bad = ('run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["production"])',)
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["candidate"])',
        'run.link_artifact(artifact, "candidates/zoo", aliases=["production"])',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            f"the alias {quoted(problem.facts['alias'])} is protected",
            "only an admin of the registry may set it",
            "link with another alias, and let an admin promote the version",
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        target = registry_target(link)
        if target is None:
            return
        protected = set(facts.configured.protected_aliases)
        name = known_registry(target)
        if facts.view is not None and name is not None:
            for organization in facts.view.organization_names:
                registry = facts.view.registry(organization.entity, name)
                protected |= set(registry.protected_aliases) if registry else set()
        for alias in link.aliases:
            if alias.literal in protected:
                yield self.report(string=alias, argument="aliases", alias=alias.literal or "")
