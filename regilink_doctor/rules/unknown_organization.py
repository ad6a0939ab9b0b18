"""REG303."""

from __future__ import annotations

from regilink_doctor.core.target_path import parse
from regilink_doctor.rules.base import DirectoryRule, FileFacts, Replacement, SiteRule, Words
from regilink_doctor.rules.site_facts import certain, report_place
from regilink_doctor.rules.wording import known_entity, listed, quoted, without_prefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.judgement import Judgement
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue


class UnknownOrganization(DirectoryRule, SiteRule):
    """The target path begins with something that is not the organization of the run's entity.

    Both its display name and its entity name are taken, to the letter; the entity name can have a suffix that
    nobody can guess. Nothing is needed in front of `wandb-registry-`. `api.registry(organization=...)` and its like
    take the display name alone.
    """

    code = "REG303"
    name = "unknown-organization"
    severity = "error"
    rows = ("A13", "D15")
    bad = (
        'run.link_artifact(artifact, "ACME/wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "acme-org/wandb-registry-model/zoo")',
        'wandb.Api().registry("model", organization="acme")',
    )
    good = (
        'run.link_artifact(artifact, "acme/wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "Acme Inc/wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'wandb.Api().registry("model", organization="Acme Inc")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`: the calls that take an organization's display name."""
        texts = site.arguments.strings.get("organization", ())
        value, directory = certain(texts), facts.directory
        names = directory.organization_names if directory is not None else ()
        if not value or not names or value in (each.name for each in names) or site.context.expected:
            return
        entity = next((each for each in names if each.entity == value), None)
        method = site.call.rpartition(".")[2]
        place, related = report_place(site, texts[0].place, "organization")
        yield self.finding(
            place,
            Words(
                f"{quoted(value)} is the entity of an organization: {method} takes its display name alone"
                if entity
                else f"no organization is called {quoted(value)}",
                f"write {quoted(entity.name)}" if entity else f"write {listed(each.name for each in names)}",
                related,
            ),
            severity="error" if entity or (directory is not None and directory.complete) else "warning",
        )

    def meant(self, text: StringValue, judgement: Judgement, directory: OrganizationView) -> Replacement | None:
        """See `DirectoryRule.meant`."""
        return without_prefix(text)

    def words(self, site: Site, text: StringValue, judgement: Judgement, directory: OrganizationView) -> Words:
        """See `DirectoryRule.words`."""
        path = parse(text.pattern)
        facts = directory.entity(known_entity(site) or "")
        names = facts.organizations[0] if facts and facts.organizations else None
        known = f" (it is {quoted(names.name)}, entity {quoted(names.entity)})" if names else ""
        return Words(
            f"{quoted(path.prefix or '')} is not the organization of the run's entity{known}",
            f"write {quoted(f'{path.project}/{path.name}')}: the organization is found by itself",
        )
