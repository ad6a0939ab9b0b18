"""REG203."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import certain, is_first_link, known_entity, registry_target, variable_of
from regilink_doctor.rules.wording import entity_of, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.file_facts import Setting
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Link
    from regilink_doctor.rules.base import FileFacts, Report


class PersonalEntity(Rule):
    """The run belongs to a person and not to a team.

    W&B refuses to link what a personal entity has logged, after the upload. The artifact cannot be moved: it has to be
    logged again under a team. Personal entities are known from `personal-entities` of the configuration.
    """

    code = "REG203"
    name = "personal-entity"
    severity = "error"
    failures = ("B1", "C20")
    watches = (
        "link",
        "setting",
    )
    needs_catalog = True
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

    def explain(self, problem: Problem) -> Message:
        entity = entity_of(problem)
        return Message(
            f"{quoted(entity)} is a personal entity",
            "W&B refuses to link what it has logged",
            'write the team: wandb.init(entity="TEAM", ...), or WANDB_ENTITY=TEAM',
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        """By the configuration; with a catalog, the judgement reports it instead."""
        entity, target = known_entity(link), registry_target(link)
        if facts.view is not None or target is None or entity not in facts.configured.personal_entities:
            return
        if link.init is not None and is_first_link(link, facts):
            yield self.report(link.init.place, related=(Related("linked here", link.place),), entity=entity or "")

    def check_setting(self, setting: Setting, facts: FileFacts) -> Iterator[Report]:
        """Only a warning, as not every run links."""
        entity = certain(setting.value)
        if (
            variable_of(setting) == "WANDB_ENTITY"
            and entity in facts.configured.personal_entities
            and not facts.in_test
        ):
            yield self.report(setting.place, severity="warning", entity=entity or "")
