"""REG610."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.rules.base import FileFacts, SiteRule, Words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class DraftProperty(SiteRule):
    """A property of an artifact is read that it has only once it is logged, and nobody has waited for that.

    `version`, `qualified_name`, `aliases`, `url` and others raise `ArtifactNotLoggedError`. It is an AttributeError, so
    `hasattr(artifact, "version")` says False and `getattr` takes its default. Call `artifact.wait()` before.
    """

    code = "REG610"
    name = "draft-property"
    severity = "info"
    pedantic = True
    rows = ("C11",)
    bad = (
        "run.log_artifact(artifact)\nprint(artifact.version)",
        'logged = run.log_artifact(artifact)\nif hasattr(logged, "version"):\n    print("ready")',
    )
    good = (
        "run.log_artifact(artifact)\nartifact.wait()\nprint(artifact.version)",
        "logged = run.log_artifact(artifact).wait()\nprint(logged.version)",
        "run.log_artifact(artifact)\nprint(artifact.name, artifact.type)",
        'fetched = run.use_artifact("wandb-registry-model/zoo:v0")\nprint(fetched.version)',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        made = site.artifact
        name = next((text.literal for text in site.arguments.strings.get("name", ())), None)
        if made is None or name is None or site.context.expected:
            return
        what = "raises an AttributeError" if site.call == "read" else "sees no such attribute"
        related = Related("logged here", site.logged.place) if site.logged else Related("made here", made.place)
        yield self.finding(
            site.place,
            Words(
                f"the artifact's {name} is there only once it is logged and waited for: this {what}",
                "call artifact.wait() before",
                (related,),
            ),
        )
