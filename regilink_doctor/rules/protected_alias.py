"""REG507."""

from __future__ import annotations

from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import known_registry, registry_text, report_place
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class ProtectedAlias(SiteRule):
    """A link sets an alias that only admins of the registry may set.

    Protected aliases are made in the App, and no API lists them: they come from the catalog, where somebody has written
    them down, or from `protected-aliases` of the configuration. A service account is hardly ever an admin.
    """

    code = "REG507"
    name = "protected-alias"
    severity = "warning"
    rows = ("B10",)
    catalog = True
    bad = ('run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["production"])',)
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["candidate"])',
        'run.link_artifact(artifact, "candidates/zoo", aliases=["production"])',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        text = registry_text(site)
        if text is None:
            return
        protected = set(facts.known.protected_aliases)
        name = known_registry(text)
        if facts.directory is not None and name is not None:
            for organization in facts.directory.organization_names:
                registry = facts.directory.registry(organization.entity, name)
                protected |= set(registry.protected_aliases) if registry else set()
        for alias in site.aliases:
            if alias.literal in protected:
                place, related = report_place(site, alias.place, "aliases")
                yield self.finding(
                    place,
                    Words(
                        f"the alias {quoted(alias.literal or '')} is protected: only a registry admin may set it",
                        "link with another alias, and let an admin promote the version",
                        related,
                    ),
                    target=text.display,
                )
