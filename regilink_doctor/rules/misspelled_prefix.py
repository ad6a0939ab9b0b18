"""REG104."""

from __future__ import annotations

from regilink_doctor.core.target_path import is_known, problems
from regilink_doctor.rules.base import FileFacts, PathRule, ProblemInPath, SiteRule, Words
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class MisspelledPrefix(PathRule, SiteRule):
    """The registry prefix is misspelled: another case, an underscore, a blank, a letter too many or too few.

    The SDK compares it letter by letter. With any other spelling the path is that of an ordinary project, which W&B
    makes without a word.
    """

    code = "REG104"
    name = "misspelled-prefix"
    severity = "error"
    rows = ("A4",)
    bad = (
        'run.link_artifact(artifact, "Wandb-Registry-model/zoo")',
        'run.link_artifact(artifact, "wandb_registry_model/zoo")',
        'run.link_artifact(artifact, "wandb-registery-model/zoo")',
        'run.link_artifact(artifact, " wandb-registry-model/zoo")',
        'run.use_artifact("wandb_registry_model/zoo:v0")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-My_Models/zoo")',
        'run.link_artifact(artifact, "wandb-artifacts/zoo")',
        'run.use_artifact("registry-of-models/zoo:v0")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`: names that are read."""
        for text in site.target if not site.context.expected else ():
            for problem in problems(text.pattern):
                if problem.rule != self.code or problem.intended is None or not is_known(problem.intended):
                    continue
                wrong = text.pattern[problem.start : problem.end]
                yield self.finding(
                    site.argument or site.place,
                    Words(
                        f'{quoted(wrong)} is not the registry prefix "wandb-registry-" to the letter: W&B looks for a '
                        "project of that name",
                        f"write {quoted(problem.intended)}",
                    ),
                    target=text.display,
                )

    def words(self, told: ProblemInPath) -> Words:
        """See `PathRule.words`."""
        there = f": it links to {told.destination}" if told.destination else ""
        return Words(
            f'{quoted(told.wrong)} is not the registry prefix "wandb-registry-" to the letter{there}',
            f"write {quoted(told.problem.intended or '')}",
        )
