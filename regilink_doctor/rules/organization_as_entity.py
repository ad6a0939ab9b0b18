"""REG204."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.rules.base import DirectoryRule, FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import first_link, registry_text
from regilink_doctor.rules.wording import known_entity, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.judgement import Judgement
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue


class OrganizationAsEntity(DirectoryRule, SiteRule):
    """`entity=` names the organization. W&B makes no runs there: a run belongs to a team."""

    code = "REG204"
    name = "organization-as-entity"
    severity = "warning"
    rows = ("B2",)
    bad = (
        "import wandb\n"
        'run = wandb.init(entity="acme", project="p")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )
    good = (
        "import wandb\n"
        'run = wandb.init(entity="team-a", project="p")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )

    def words(self, site: Site, text: StringValue, judgement: Judgement, directory: OrganizationView) -> Words:
        """See `DirectoryRule.words`."""
        return Words(
            f"{quoted(known_entity(site) or '')} is the organization: W&B makes no runs there, and links nothing of it",
            'write wandb.init(entity="TEAM", ...) with a team of the organization',
        )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`: by the configuration; with a catalog, the verdict says it instead."""
        entity, text, known = known_entity(site), registry_text(site), facts.known
        if facts.directory is not None or text is None or entity is None or entity in known.teams:
            return
        if entity == known.organization and site.init is not None and first_link(site, facts):
            yield self.finding(
                site.init.place,
                Words(
                    f"{quoted(entity)} is the organization: W&B makes no runs there, unless a team has the same name",
                    'write wandb.init(entity="TEAM", ...) with a team of the organization',
                    (Related("linked here", site.place),),
                ),
                target=text.display,
            )
