"""REG511."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import registry_path
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.rules.base import FileFacts, Report


class ExistsHidesErrors(Rule):
    """`artifact_exists` of a registry name is False for what is missing, forbidden or asked with a wrong key.

    A program that links when it gets False links again and again where it only lacks the right to read. Fetch the
    artifact and look at the error, or use `regilink verify`.
    """

    code = "REG511"
    name = "exists-hides-errors"
    severity = "info"
    pedantic = True
    failures = ("D16",)
    watches = (
        "wandb.Api.artifact_exists",
        "wandb.Api.artifact_collection_exists",
    )
    bad = ('wandb.Api().artifact_exists("wandb-registry-model/zoo:production")',)
    good = (
        'wandb.Api().artifact_exists("team-a/project/zoo:v0")',
        'wandb.Api(overrides={"entity": "team-a"}).artifact("wandb-registry-model/zoo:production")',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            f"{problem.facts['method']} returns False for every failure",
            f"{quoted(problem.facts['name'])} may be missing, forbidden, or asked with a wrong key",
            "fetch it and tell the errors apart, or use regilink verify",
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        for name in site.arguments.strings.get("name", ()):
            if registry_path(name):
                yield self.report(site.place, method=site.call.rpartition(".")[2], name=name.pattern)
                return
