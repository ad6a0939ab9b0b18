"""REG109."""

from __future__ import annotations

from regilink_doctor.core.findings import Edit, Fix
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.rules.base import FileFacts, PathRule, ProblemInPath, SiteRule, Words
from regilink_doctor.rules.site_facts import report_place
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class DoubledPrefix(PathRule, SiteRule):
    """The registry prefix is there twice, usually because a variable already had it.

    `Registry.full_name` of the SDK has the prefix, `Registry.name` has not. `api.registry()` and
    `api.create_registry()` take the name without it, and put it in front.
    """

    code = "REG109"
    name = "doubled-prefix"
    severity = "error"
    rows = ("A11",)
    bad = (
        'REGISTRY = "wandb-registry-model"\nrun.link_artifact(artifact, f"wandb-registry-{REGISTRY}/zoo")',
        'wandb.Api().registry("wandb-registry-model")',
        'wandb.Api().create_registry("wandb-registry-zoo", visibility="restricted")',
    )
    good = (
        'REGISTRY = "wandb-registry-model"\nrun.link_artifact(artifact, f"{REGISTRY}/zoo")',
        'wandb.Api().registry("model")',
        'wandb.Api().registries(filter={"name": "wandb-registry-model"})',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`: the calls that put the prefix in front themselves."""
        if site.context.expected:
            return
        method = site.call.rpartition(".")[2]
        for text in site.arguments.strings.get("name", ()):
            if not text.pattern.startswith(REGISTRY_PREFIX) or text.pattern == REGISTRY_PREFIX:
                continue
            told, related = report_place(site, text.place)
            # A constant may be used for a path as well, which needs the prefix.
            place = text.exact_piece(0, len(REGISTRY_PREFIX)) if not related else None
            yield self.finding(
                told,
                Words(
                    f'{method} puts "{REGISTRY_PREFIX}" in front itself: it asks for a registry {quoted(text.pattern)}',
                    f"write {quoted(text.pattern.removeprefix(REGISTRY_PREFIX))}",
                    related,
                ),
                fix=Fix("take the prefix out", "safe", (Edit(place.span, ""),)) if place else None,
            )

    def words(self, told: ProblemInPath) -> Words:
        """See `PathRule.words`."""
        registry = told.whole.partition("wandb-registry-")[2].partition("/")[0]
        return Words(
            f'{quoted(told.whole)} has the prefix "wandb-registry-" twice: W&B looks for a registry {quoted(registry)}',
            f"write {quoted(told.whole.replace('wandb-registry-wandb-registry-', 'wandb-registry-'))}",
        )
