"""REG402."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.rules.base import DirectoryRule, Words
from regilink_doctor.rules.wording import known_type, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.judgement import Judgement
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue


class CollectionTypeConflict(DirectoryRule):
    """The collection already has another type. The first link decides it for everybody, and it cannot be changed."""

    code = "REG402"
    name = "collection-type-conflict"
    severity = "error"
    rows = ("B5",)
    bad = (
        'artifact = wandb.Artifact("raw", type="model")\n'
        'run.link_artifact(artifact, "wandb-registry-Golden Datasets/raw_images")',
    )
    good = (
        'artifact = wandb.Artifact("raw", type="dataset")\n'
        'run.link_artifact(artifact, "wandb-registry-Golden Datasets/raw_images")',
        'artifact = wandb.Artifact("raw", type="model")\n'
        'run.link_artifact(artifact, "wandb-registry-Golden Datasets/models")',
    )

    def words(self, site: Site, text: StringValue, judgement: Judgement, directory: OrganizationView) -> Words:
        """See `DirectoryRule.words`."""
        fields = judgement.problem.facts if judgement.problem else {}
        existing = fields.get("existing", "")
        return Words(
            f"the collection {quoted(fields.get('collection', ''))} has the type {quoted(existing)}, the artifact "
            f"{quoted(known_type(site) or '')}",
            f"link to another collection, or write wandb.Artifact(..., type={quoted(existing)})",
            (Related("the type is given here", site.artifact.place),) if site.artifact else (),
        )
