"""REG610."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Severity
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.rules.base import FileFacts, Report


class DraftProperty(Rule):
    """A property of an artifact is read that it has only once it is logged, and nothing has waited for that.

    `version`, `qualified_name`, `aliases`, `url` and others raise `ArtifactNotLoggedError`. It is an AttributeError, so
    `hasattr(artifact, "version")` is False and `getattr` returns its default (an info). Call `artifact.wait()` first.
    """

    code = "REG610"
    name = "draft-property"
    severity = "error"
    failures = ("C11",)
    watches = (
        "hasattr",
        "getattr",
        "read",
    )
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

    def explain(self, problem: Problem) -> Message:
        is_read = problem.facts["call"] == "read"
        return Message(
            f"the artifact has no {problem.facts['name']} until it is logged and waited for",
            "this raises an AttributeError" if is_read else "this sees no such attribute",
            "call artifact.wait() first",
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """Reading is certain to fail only in the function that makes the artifact, and where nothing handles errors."""
        artifact = site.artifact
        name = next((string.literal for string in site.arguments.strings.get("name", ())), None)
        if artifact is None or name is None or site.context.expected:
            return
        is_read = site.call == "read"
        if is_read and (site.context.is_tried or artifact.context.function != site.context.function):
            return
        logged = site.logged
        related = Related("logged here", logged.place) if logged else Related("made here", artifact.place)
        severity: Severity = "error" if is_read else "info"
        yield self.report(site.place, severity=severity, related=(related,), name=name, call=site.call)
