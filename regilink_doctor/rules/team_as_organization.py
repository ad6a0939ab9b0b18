"""REG202."""

from __future__ import annotations

from regilink_doctor.core.findings import Edit, Fix, Related
from regilink_doctor.core.strings import UnknownPart
from regilink_doctor.core.target_path import UNKNOWN_NAME, is_known, parse
from regilink_doctor.rules.base import DirectoryRule, FileFacts, Replacement, SiteRule, Words
from regilink_doctor.rules.site_facts import certain, registry_path, report_place
from regilink_doctor.rules.wording import quoted, without_prefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.judgement import Judgement
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue

_OF_THE_RUN = ("run.entity", "wandb.run.entity", "self.run.entity", "artifact.entity", "artifact.source_entity")
"""Expressions that are the run's entity, whatever it is."""


class TeamAsOrganization(DirectoryRule, SiteRule):
    """The target path begins with a team or a person where only the organization can stand.

    W&B says `Unable to find organization for entity 'team-a'`, which names the run's entity and not the mistake.
    Nothing is needed in front of `wandb-registry-`: W&B finds the organization of the run's team by itself. Without a
    catalog it is told as a warning, where the path begins with the run's own entity or with a team of the
    configuration: a team and its organization can share a name.
    """

    code = "REG202"
    name = "team-as-organization"
    severity = "warning"
    rows = ("A12",)
    bad = (
        'run.link_artifact(artifact, "team-a/wandb-registry-model/zoo")',
        'run.link_artifact(artifact, f"{run.entity}/wandb-registry-model/zoo")',
        "import os, wandb\n"
        'ENTITY = os.environ["WANDB_ENTITY"]\n'
        "run = wandb.init(entity=ENTITY)\n"
        'run.link_artifact(wandb.Artifact("zoo", type="model"), f"{ENTITY}/wandb-registry-model/zoo")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "acme/wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "Acme Inc/wandb-registry-model/zoo")',
        "import os, wandb\n"
        'ENTITY = os.environ["WANDB_ENTITY"]\n'
        "run = wandb.init(entity=ENTITY)\n"
        'run.link_artifact(wandb.Artifact("zoo", type="model"), f"{ENTITY}-org/wandb-registry-model/zoo")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`. What a catalog can judge, the verdict says."""
        if site.context.expected or facts.in_test:
            return
        for text in site.target:
            path = registry_path(text)
            organization = path.prefix if path else None
            if path is None or not organization or self._known_organization(organization, facts):
                continue
            related = self._entity(site, text, organization, facts)
            if related is None:
                continue
            rest = f"{path.project}/{path.name}"
            place, written = report_place(site, text.place_of(0, len(organization)))
            yield self.finding(
                place,
                Words(
                    f"{quoted(organization)} is the run's entity, not the organization: unless both have the same "
                    "name, W&B will say that it finds no organization",
                    f"write {quoted(rest)}: the organization of the run's team is found by itself",
                    (*related, *written),
                ),
                fix=_without(site, text, len(organization) + 1),
                target=text.display,
            )
            return

    @staticmethod
    def _known_organization(organization: str, facts: FileFacts) -> bool:
        """The name is one of an organization, or a catalog can tell what it is."""
        if organization == facts.known.organization:
            return True
        return facts.directory is not None and is_known(organization)

    @staticmethod
    def _entity(site: Site, text: StringValue, organization: str, facts: FileFacts) -> tuple[Related, ...] | None:
        """Where the same entity is given to the run, if the path begins with it; None if nothing tells."""
        if organization in (*facts.known.teams, *facts.known.personal_entities):
            return ()
        part = text.part_at(0)
        if isinstance(part, UnknownPart):
            if organization != UNKNOWN_NAME:
                return None
            if part.source in _OF_THE_RUN:
                return ()
        given = site.init.entity if site.init else ()
        if len(given) != 1:
            return None
        same = certain(given) == organization
        if isinstance(part, UnknownPart) and not same:
            # The same unknown value, by the same name: a variable that both are read from.
            parts = given[0].parts
            same = (
                len(parts) == 1
                and isinstance(parts[0], UnknownPart)
                and (parts[0].place == part.place or (parts[0].source == part.source and part.source.isidentifier()))
            )
        return (Related("the run's entity is given here", given[0].place),) if same else None

    def meant(self, text: StringValue, judgement: Judgement, directory: OrganizationView) -> Replacement | None:
        """See `DirectoryRule.meant`."""
        return without_prefix(text)

    def words(self, site: Site, text: StringValue, judgement: Judgement, directory: OrganizationView) -> Words:
        """See `DirectoryRule.words`."""
        path = parse(text.pattern)
        rest = f"{path.project}/{path.name}"
        return Words(
            f"{quoted(path.prefix or '')} is no organization: W&B will say that it finds none for the run's entity",
            f"write {quoted(rest)}: the organization of the run's team is found by itself",
        )


def _without(site: Site, text: StringValue, end: int) -> Fix | None:
    place = text.exact_piece(0, end)
    if place is None or (place.path, place.cell) != (site.place.path, site.place.cell):
        return None
    return Fix("take the entity out", "unsafe", (Edit(place.span, ""),))
