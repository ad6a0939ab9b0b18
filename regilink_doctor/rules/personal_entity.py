"""REG203."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.rules.base import DirectoryRule, FileFacts, SettingRule, SiteRule, Words
from regilink_doctor.rules.site_facts import certain, first_link, registry_text, variable_of
from regilink_doctor.rules.wording import known_entity, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.file_facts import Setting
    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.judgement import Judgement
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue


class PersonalEntity(DirectoryRule, SiteRule, SettingRule):
    """The run belongs to a person and not to a team.

    W&B refuses to link what a personal entity has logged, after the upload. It cannot be moved: it has to be logged
    again under a team. Personal entities are known from `personal-entities` of the configuration.
    """

    code = "REG203"
    name = "personal-entity"
    severity = "error"
    rows = ("B1", "C20")
    bad = (
        "import wandb\n"
        'run = wandb.init(entity="alice", project="p")\n'
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
            f"{quoted(known_entity(site) or '')} is a personal entity: W&B refuses to link what it has logged",
            'write wandb.init(entity="TEAM", ...) with a team of the organization',
        )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`: by the configuration; with a catalog, the verdict says it instead."""
        entity, text = known_entity(site), registry_text(site)
        if facts.directory is not None or text is None or entity not in facts.known.personal_entities:
            return
        if site.init is not None and first_link(site, facts):
            yield self.finding(
                site.init.place, self._words(entity or "", (Related("linked here", site.place),)), target=text.display
            )

    def check_setting(self, setting: Setting, facts: FileFacts) -> Iterator[Finding]:
        """See `SettingRule.check_setting`: only a warning, as not every run links."""
        entity = certain(setting.value)
        if variable_of(setting) == "WANDB_ENTITY" and entity in facts.known.personal_entities and not facts.in_test:
            yield self.finding(setting.place, self._words(entity or "", ()), severity="warning")

    def _words(self, entity: str, related: tuple[Related, ...]) -> Words:
        return Words(
            f"{quoted(entity)} is a personal entity: W&B refuses to link what it has logged",
            'write the team: wandb.init(entity="TEAM", ...), or WANDB_ENTITY=TEAM',
            related,
        )
