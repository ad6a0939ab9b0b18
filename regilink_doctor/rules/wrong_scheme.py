"""REG509."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.core.target_path import is_known
from regilink_doctor.core.target_path.app_urls import read_pasted
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Consume
    from regilink_doctor.rules.base import FileFacts, Report

_SCHEMES = ("wandb-artifact:", "registry:", "https:", "http:")


class WrongScheme(Rule):
    """A URI or an address of the W&B App is given where the SDK expects a full name.

    `wandb-artifact:///…` and `registry:///…` are Weave's, the address is the browser's; `use_artifact` and
    `Api.artifact` read `[organization/]wandb-registry-NAME/COLLECTION:VERSION`, without a scheme.
    """

    code = "REG509"
    name = "wrong-scheme"
    severity = "warning"
    failures = ("D12",)
    watches = ("consume",)
    bad = (
        'run.use_artifact("wandb-artifact:///acme/wandb-registry-model/zoo:v3")',
        'run.use_artifact("registry:///acme/model/zoo:production")',
        'run.use_artifact("https://wandb.ai/acme/wandb-registry-model/artifacts/model/zoo/v3")',
    )
    good = (
        'run.use_artifact("acme/wandb-registry-model/zoo:v3")',
        'artifact.add_reference("https://example.org/model.pt")',
        'run.use_artifact("wandb-artifact://_id/QXJ0aWZhY3Q6MTIz")',
    )

    def explain(self, problem: Problem) -> Message:
        name = problem.facts["instead"]
        return Message(
            f"{quoted(problem.facts['name'])} is not a full name",
            "the SDK reads it as a path and finds nothing",
            f"write {quoted(name)}" if name else 'write "wandb-registry-NAME/COLLECTION:ALIAS"',
        )

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        if consume.context.expected:
            return
        for name in consume.target:
            pattern = name.pattern
            # The SDK itself reads `wandb-artifact://_id/…`.
            if not pattern.startswith(_SCHEMES) or "//" not in pattern[:20] or "://_id/" in pattern:
                continue
            pasted = read_pasted(pattern) if is_known(pattern) else None
            instead = pasted.target if pasted else None
            if pasted and instead and pasted.version:
                instead = f"{instead}:{pasted.version}"
            yield self.report(consume.argument or consume.place, name=pattern, instead=instead or "")
