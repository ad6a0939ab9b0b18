"""REG506."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.core.target_path import is_known
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import registry_path
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Consume
    from regilink_doctor.rules.base import FileFacts, Report


class UnpinnedConsumption(Rule):
    """An artifact of a registry is consumed without a version or alias.

    W&B then uses `latest`: the version that was linked last, no matter by which user. Write the alias that says
    what you want, `:production`, or a version.
    """

    code = "REG506"
    name = "unpinned-consumption"
    severity = "info"
    failures = ("D3",)
    watches = ("consume",)
    bad = (
        'run.use_artifact("wandb-registry-model/zoo")',
        'wandb.Api(overrides={"entity": "team-a"}).artifact("acme/wandb-registry-model/zoo")',
    )
    good = (
        'run.use_artifact("wandb-registry-model/zoo:production")',
        'run.use_artifact(f"wandb-registry-model/{name}")',
        'wandb.Api().artifacts("model", "wandb-registry-model/zoo")',
        'run.use_artifact("team-a/project/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        name = problem.facts["name"]
        return Message(
            f"{quoted(name)} has no version or alias",
            "W&B then uses the version that was linked last, no matter by which user",
            f"write {quoted(name + ':ALIAS')}",
        )

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        if "version" in consume.arguments.names:
            return
        for name in consume.target:
            path = registry_path(name)
            # An unknown part in the name, or at its end, may bring the version along.
            if path is None or ":" in name.pattern or not is_known(path.name) or not path.name:
                continue
            yield self.report(consume.argument or consume.place, name=name.pattern)
