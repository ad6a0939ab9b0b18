"""REG513."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.core.strings import UnknownPart
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.rules.base import FileFacts, Report


class ColonInDownloadFolder(Rule):
    """An artifact is downloaded into a folder whose name has a colon: `download(root=f"models/{artifact.name}")`.

    The name of a version ends in `:v3`, and no folder on Windows can have a colon. Without `root=`, the SDK takes a
    folder whose name it corrects itself.
    """

    code = "REG513"
    name = "colon-in-download-folder"
    severity = "info"
    failures = ("F6",)
    watches = ("wandb.Artifact.download",)
    bad = (
        'model = run.use_artifact("wandb-registry-model/zoo:v3")\nmodel.download(root=f"models/{model.name}")',
        'run.use_artifact("wandb-registry-model/zoo:v3").download("models/zoo:v3")',
    )
    good = (
        'run.use_artifact("wandb-registry-model/zoo:v3").download()',
        'run.use_artifact("wandb-registry-model/zoo:v3").download(root="C:\\\\models")',
        'model = run.use_artifact("wandb-registry-model/zoo:v3")\nmodel.download(root=f"models/{model.version}")',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            f"the download folder {quoted(problem.facts['folder'])} has a colon",
            "on Windows no folder can have one, and the download fails",
            'leave root= out, or write artifact.name.replace(":", "-")',
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        for folder in site.arguments.strings.get("root", ()):
            if _has_colon(folder):
                yield self.report(site.place, folder=folder.pattern)
                return


def _has_colon(folder: StringValue) -> bool:
    """A colon behind that of a drive, or the name of a version, which ends in `:vN`."""
    if any(isinstance(part, UnknownPart) and part.kind == "versioned-name" for part in folder.parts):
        return True
    pattern = folder.pattern
    return ":" in pattern[2:] and "://" not in pattern
