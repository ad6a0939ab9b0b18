"""All is well: the teams, and target paths ready to paste. It is what people ask for most."""

from __future__ import annotations

from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.organization_view import OrganizationNames
from regilink_doctor.core.records import record
from regilink_doctor.doctor.context import Context

EXAMPLE = "my-collection"
"""A collection that the first link makes."""


@record
class Ready:
    """`teams` with the organization of each, `targets` as they are to be written, `entity` for `wandb.init`."""

    teams: tuple[tuple[str, OrganizationNames], ...]
    targets: tuple[str, ...]
    entity: str | None


def prepare_answer(context: Context) -> Ready:
    """What can be pasted: the targets that were asked about, else one for each registry that the account sees."""
    account = context.account
    entity = context.run_entity(context.targets[0] if context.targets else None)
    targets = [each.text for each in context.targets if each.is_known and context.links_registry(each)]
    if not targets and entity is not None:
        facts = context.directory.entity(entity.value)
        for names in facts.organizations if facts else ():
            targets += [f"{REGISTRY_PREFIX}{name}/{EXAMPLE}" for name in context.directory.registry_names(names.entity)]
    teams = tuple((team.name, team.organization) for team in account.teams if team.organization is not None)
    return Ready(teams, tuple(dict.fromkeys(targets)), entity.value if entity else None)
