"""REG404."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import known_registry, registry_text
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class UnspecifiedType(SiteRule):
    """A file is logged without a type, and the artifact linked to a registry.

    W&B gives it the type `unspecified`, which the registries `model` and `dataset` do not take, and which decides the
    type of a new collection for everybody. Pass `type=`.
    """

    code = "REG404"
    name = "unspecified-type"
    severity = "warning"
    rows = ("B4",)
    bad = (
        'logged = run.log_artifact("model.pt", name="zoo")\nrun.link_artifact(logged, "wandb-registry-model/zoo")',
        'run.log_artifact("model.pt").wait().link("wandb-registry-model/zoo")',
    )
    good = (
        'logged = run.log_artifact("model.pt", name="zoo", type="model")\n'
        'run.link_artifact(logged, "wandb-registry-model/zoo")',
        'logged = run.log_artifact(artifact)\nrun.link_artifact(logged, "wandb-registry-model/zoo")',
        'logged = run.log_artifact("model.pt", name="zoo")',
        'logged = run.log_artifact("model.pt", name="zoo", **options)\n'
        'run.link_artifact(logged, "wandb-registry-model/zoo")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        logged, text = site.artifact, registry_text(site)
        if (
            logged is None
            or logged.kind != "log"
            or text is None
            or "artifact_or_path" not in logged.arguments.certain_strings
        ):
            return
        if {"type", "**"} & logged.arguments.names:
            return
        name = known_registry(text)
        instead = name if name in ("model", "dataset") else "model"
        yield self.finding(
            logged.place,
            Words(
                'without type= the artifact has the type "unspecified", which few registries take',
                f"write type={quoted(instead)}",
                (Related("linked to a registry here", site.place),),
            ),
            target=text.display,
        )
