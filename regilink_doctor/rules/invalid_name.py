"""REG110."""

from __future__ import annotations

from regilink_doctor.core.naming import NAME_MAX, REGISTRY_NAME_MAX
from regilink_doctor.rules.base import PathRule, ProblemInPath, Words
from regilink_doctor.rules.wording import quoted


class InvalidName(PathRule):
    r"""No registry or collection can have this name.

    A registry's name has at most 113 characters and none of `/ \ # ? % :` or a line break; a collection's at most 128.
    Blanks are legal and must not be percent-encoded: `wandb-registry-Golden Datasets/raw images`.
    """

    code = "REG110"
    name = "invalid-name"
    severity = "error"
    rows = ("A10",)
    bad = (
        'run.link_artifact(artifact, "wandb-registry-Golden%20Datasets/raw")',
        'run.link_artifact(artifact, "wandb-registry-a#b/zoo")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-Golden Datasets/raw images")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo#1")',
    )

    def words(self, told: ProblemInPath) -> Words:
        """See `PathRule.words`."""
        kind = told.problem.kind
        if kind == "percent-encoding":
            return Words(
                f"{quoted(told.whole)} is percent-encoded: no registry's name has a %",
                "write the name as the App shows it, with its blanks",
            )
        if kind == "character":
            return Words(
                f"no registry's name has a {quoted(told.wrong)}: {quoted(told.whole)}",
                "write the registry's name as the App shows it",
            )
        what, most = ("registry", REGISTRY_NAME_MAX) if kind == "registry-length" else ("collection", NAME_MAX)
        return Words(
            f"the {what}'s name has {len(told.wrong)} characters, W&B allows {most}", f"shorten it to {most} characters"
        )
