"""REG207."""

from __future__ import annotations

from regilink_doctor.rules.base import DirectoryRule, Words
from regilink_doctor.rules.wording import known_entity, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.judgement import Judgement
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue


class UnknownEntity(DirectoryRule):
    """The entity is none that the catalog knows, or none that this run can link into.

    It is misspelled, personal, of another organization, or belongs to another team than the run.
    """

    code = "REG207"
    name = "unknown-entity"
    severity = "error"
    rows = ("B2",)
    bad = (
        "import wandb\n"
        'run = wandb.init(entity="team-aa", project="p")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "team-b/candidates/zoo")',
    )
    good = (
        "import wandb\n"
        'run = wandb.init(entity="team-a", project="p")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "team-a/candidates/zoo")',
    )

    def words(self, site: Site, text: StringValue, judgement: Judgement, directory: OrganizationView) -> Words:
        """See `DirectoryRule.words`."""
        entity = (judgement.problem.facts if judgement.problem else {}).get("entity")
        if entity is None:
            own = quoted(known_entity(site) or "the run's entity")
            return Words(
                f"{quoted(text.pattern)} belongs to another entity than the run ({own}): W&B refuses the link",
                "link within the run's team, or to a registry: wandb-registry-REGISTRY/COLLECTION",
            )
        return Words(
            f"no team {quoted(entity)} is known in the catalog: W&B finds no organization to link into",
            'write wandb.init(entity="TEAM", ...) with a team of the organization, or pull the catalog again',
        )
