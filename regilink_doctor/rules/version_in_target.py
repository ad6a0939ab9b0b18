"""REG107."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.core.naming import is_version
from regilink_doctor.core.strings import UnknownPart
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import quoted, wrong_part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.findings import Applicability
    from regilink_doctor.core.problems import Problem


class VersionInTarget(Rule):
    """The target path ends in a version or alias, `:v3` or `:production`, or in an artifact's `name`.

    A full name is for consuming. When linking, W&B numbers the versions of the target collection itself, and aliases go
    into `aliases=[...]`. W&B's behavior for such a path is undocumented; the emulator refuses it.
    """

    code = "REG107"
    name = "version-in-target"
    severity = "warning"
    failures = ("A8",)
    is_about_path = True
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo:v3")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo:production")',
        'run.link_artifact(artifact, f"wandb-registry-model/{artifact.name}")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["production"])',
        'run.use_artifact("wandb-registry-model/zoo:v3")',
    )

    def fix_safety(self, problem: Problem) -> Applicability:
        """A number and `latest` have no effect; any other alias was meant to be set."""
        version = wrong_part(problem).removeprefix(":")
        return "safe" if is_version(version) or version == "latest" else "unsafe"

    def explain(self, problem: Problem) -> Message:
        part = problem.target.path.part_at(problem.start) if problem.target else None
        if isinstance(part, UnknownPart):
            return Message(
                f'{part.source} ends in ":vN" once the artifact is logged',
                "the version becomes part of the target path",
                f'write the collection\'s name, or {part.source}.partition(":")[0]',
            )
        wrong = wrong_part(problem)
        version = wrong.removeprefix(":")
        where = quoted((problem.target.path.pattern if problem.target else "").removesuffix(wrong))
        if is_version(version):
            instead = "; the target collection numbers its versions itself"
        elif version == "latest":
            instead = "; the version linked last is the latest"
        else:
            instead = f", aliases=[{quoted(version)}]" if version else ""
        return Message(
            f"{quoted(wrong)} does not belong in a target path",
            "the SDK sends it as part of the collection's name",
            f"write {where}{instead}",
        )
