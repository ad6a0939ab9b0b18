"""REG303."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regilink_doctor.core.target_path import parse
from regilink_doctor.rules.phrases import known_entity, quoted
from regilink_doctor.rules.rule import DirectoryRule, Words

if TYPE_CHECKING:
    from regilink_doctor.core.directory import Directory
    from regilink_doctor.core.link_rules import Judgement
    from regilink_doctor.core.sites import Site, Text


class UnknownOrganization(DirectoryRule):
    """The target path begins with something that is not the organization of the run's entity.

    Both its display name and its entity name are taken, to the letter; the entity name can have a suffix that
    nobody can guess. Nothing is needed in front of `wandb-registry-`.
    """

    code = "REG303"
    name = "unknown-organization"
    severity = "error"
    rows = ("A13", "D15")
    bad = (
        'run.link_artifact(artifact, "ACME/wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "acme-org/wandb-registry-model/zoo")',
    )
    good = (
        'run.link_artifact(artifact, "acme/wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "Acme Inc/wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
    )

    def words(self, site: Site, text: Text, judgement: Judgement, directory: Directory) -> Words:
        """See `DirectoryRule.words`."""
        path = parse(text.pattern)
        facts = directory.entity(known_entity(site) or "")
        names = facts.organizations[0] if facts and facts.organizations else None
        known = f" (it is {quoted(names.name)}, entity {quoted(names.entity)})" if names else ""
        return Words(
            f"{quoted(path.prefix or '')} is not the organization of the run's entity{known}",
            f"write {quoted(f'{path.project}/{path.name}')}: the organization is found by itself",
        )
