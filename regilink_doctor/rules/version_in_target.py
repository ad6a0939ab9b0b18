"""REG107."""

from __future__ import annotations

from regilink_doctor.core.naming import is_version
from regilink_doctor.core.strings import UnknownPart
from regilink_doctor.rules.base import PathRule, ProblemInPath, Words
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.findings import Applicability
    from regilink_doctor.core.problems import Problem


class VersionInTarget(PathRule):
    """The target path ends in a version or alias, `:v3` or `:production`, or in an artifact's `name`.

    A full name belongs to consuming. When linking, W&B numbers the versions of the target collection itself, and
    aliases go into `aliases=[...]`. What the server makes of the text has not been published; the emulator refuses
    it.
    """

    code = "REG107"
    name = "version-in-target"
    severity = "warning"
    rows = ("A8",)
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo:v3")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo:production")',
        'run.link_artifact(artifact, f"wandb-registry-model/{artifact.name}")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["production"])',
        'run.use_artifact("wandb-registry-model/zoo:v3")',
    )

    def safety(self, problem: Problem, wrong: str) -> Applicability:
        """See `PathRule.safety`: a number and `latest` have no effect, another alias was meant to be set."""
        version = wrong.removeprefix(":")
        return "safe" if is_version(version) or version == "latest" else "unsafe"

    def words(self, told: ProblemInPath) -> Words:
        """See `PathRule.words`."""
        part = told.text.part_at(told.problem.start)
        if isinstance(part, UnknownPart):
            return Words(
                f'{part.source} ends in ":vN" once the artifact is logged, and that becomes part of the target path',
                f'write the collection\'s name, or {part.source}.partition(":")[0]',
            )
        version = told.wrong.removeprefix(":")
        where = quoted(told.whole.removesuffix(told.wrong))
        if version[:1] == "v" and version[1:].isdecimal():
            instead = "the target collection numbers its versions itself"
        elif version == "latest":
            instead = "what is linked last is the latest by itself"
        else:
            instead = f"give the alias with aliases=[{quoted(version)}]" if version else "nothing belongs behind it"
        return Words(
            f"{quoted(told.wrong)} does not belong in a target path: the SDK sends it as part of the collection's name",
            f"write {where}; {instead}",
        )
