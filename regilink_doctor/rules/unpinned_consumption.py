"""REG506."""

from __future__ import annotations

from regilink_doctor.core.target_path import is_known
from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import registry_path
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class UnpinnedConsumption(SiteRule):
    """An artifact of a registry is read without a version or alias.

    W&B then takes `latest`, which is whatever was linked last, by anybody. Write the alias that says what you want,
    `:production`, or a version.
    """

    code = "REG506"
    name = "unpinned-consumption"
    severity = "info"
    rows = ("D3",)
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

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        for text in site.target:
            path = registry_path(text)
            # A hole in the name, or at its end, may bring the version along.
            if path is None or ":" in text.pattern or not is_known(path.name) or not path.name:
                continue
            yield self.finding(
                site.argument or site.place,
                Words(
                    f"{quoted(text.pattern)} has no version or alias: what was linked last is read, whoever linked it",
                    f"write {quoted(text.pattern + ':ALIAS')}",
                ),
                target=text.display,
            )
