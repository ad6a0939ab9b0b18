"""REG403."""

from __future__ import annotations

from regilink_doctor.core.naming import reserved_type
from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import certain
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class ReservedType(SiteRule):
    """An artifact of a type that W&B keeps for itself.

    `job`, whatever begins with `wandb-`, `run_table` with a name that begins with `run-`, and `code` with one that
    begins with `source-` raise ValueError when the artifact is made.
    """

    code = "REG403"
    name = "reserved-type"
    severity = "error"
    rows = ("B6",)
    bad = (
        'wandb.Artifact("zoo", type="job")',
        'wandb.Artifact("zoo", type="wandb-model")',
        'run.log_artifact("model.pt", name="source-zoo", type="code")',
    )
    good = (
        'wandb.Artifact("zoo", type="jobs")',
        'wandb.Artifact("zoo", type="code")',
        'wandb.Artifact("zoo", type="run_table")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        artifact_type, name = certain(site.type), certain(site.arguments.strings.get("name", ()))
        if artifact_type is None or not reserved_type(artifact_type, name or "") or site.context.expected:
            return
        named = (
            ""
            if artifact_type == "job" or artifact_type.startswith("wandb-")
            else f" with the name {quoted(name or '')}"
        )
        yield self.finding(
            site.place,
            Words(
                f"the type {quoted(artifact_type)}{named} is W&B's own: it raises ValueError",
                'write another type, "model" or "dataset"',
            ),
        )
