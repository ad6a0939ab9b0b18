"""REG611."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import registry_target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Link
    from regilink_doctor.rules.base import FileFacts, Report


class UncheckedReference(Rule):
    """An artifact with a reference that was added with `checksum=False` is linked to a registry.

    W&B then keeps no version and no digest of the object. Who downloads the linked version later gets whatever is in
    the bucket, or `Couldn't find object version ... matching etag`. Leave `checksum=False` out, or add the file itself.
    """

    code = "REG611"
    name = "unchecked-reference"
    severity = "warning"
    failures = ("F6",)
    watches = ("link",)
    bad = (
        "import wandb\n"
        'run = wandb.init(entity="team-a")\n'
        'model = wandb.Artifact("zoo", type="model")\n'
        'model.add_reference("s3://bucket/model.pt", checksum=False)\n'
        'run.link_artifact(model, "wandb-registry-model/zoo")',
    )
    good = (
        "import wandb\n"
        'run = wandb.init(entity="team-a")\n'
        'model = wandb.Artifact("zoo", type="model")\n'
        'model.add_reference("s3://bucket/model.pt")\n'
        'run.link_artifact(model, "wandb-registry-model/zoo")',
        "import wandb\n"
        'run = wandb.init(entity="team-a")\n'
        'data = wandb.Artifact("raw", type="dataset")\n'
        'data.add_reference("s3://bucket/raw", checksum=False)\n'
        "run.log_artifact(data)\n"
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            "a reference with checksum=False is linked to a registry",
            "when the object changes, the version yields other files, or an error",
            "remove checksum=False, or add the file itself with add_file",
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        artifact = link.artifact
        if artifact is None or registry_target(link) is None or facts.in_test:
            return
        for site in facts.sites:
            if (
                site.call != "wandb.Artifact.add_reference"
                or site.arguments.constants.get("checksum", True) is not False
            ):
                continue
            if site.artifact is not None and site.artifact.place == artifact.place:
                place = site.arguments.keywords.get("checksum", (site.place, site.place))[0]
                yield self.report(place, related=(Related("linked here", link.place),))
