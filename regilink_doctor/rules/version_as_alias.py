"""REG502."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.core.naming import is_version
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import certain
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.rules.base import FileFacts, Report


class VersionAsAlias(Rule):
    """An alias looks like a version: `v3`.

    W&B numbers the versions of a collection itself, and keeps the number among the aliases. With a second one of that
    form the version cannot be read any more: `Expected at most one version alias`.
    """

    code = "REG502"
    name = "version-as-alias"
    severity = "warning"
    failures = ("B11",)
    watches = (
        "link.aliases",
        "log.aliases",
    )
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["v3"])',
        'run.log_artifact(artifact, aliases=["best", "v12"])',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["1.3.0", "v3-beta", "production"])',
        'run.use_artifact("wandb-registry-model/zoo:v3")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=[f"v{major}"])',
    )

    def explain(self, problem: Problem) -> Message:
        alias = problem.facts["alias"]
        return Message(
            f"the alias {quoted(alias)} looks like a version",
            "beside the number that W&B gives the version, reading it back fails",
            f"remove it, or write something like {quoted(alias[1:] + '.0')}",
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        for alias in site.aliases:
            name = certain((alias,))
            if name is not None and is_version(name):
                yield self.report(string=alias, argument="aliases", alias=name)
