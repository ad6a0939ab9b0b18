"""What to change so that a link is accepted where it was meant to go, in the words of the rule that explains it."""

from __future__ import annotations

from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.target_path import is_registry_project
from regilink_doctor.core.targets import target_of
from regilink_doctor.rules.judge import explain_outcome
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.ledger import LinkAttempt
    from regilink_doctor.core.organization_view import OrganizationView


def advice(attempt: LinkAttempt, view: OrganizationView) -> str | None:
    """What to write instead; None for a link that is accepted into a registry."""
    if attempt.verdict == "linked":
        if is_registry_project(attempt.project or ""):
            return None
        intended = quoted(f"{REGISTRY_PREFIX}REGISTRY/{attempt.collection}")
        return f"this is a project, not a registry; if you mean a registry, write {intended}"
    path = attempt.requested
    if path is None:
        path = "/".join(part for part in (attempt.project, attempt.collection) if part)
    entity, _, rest = (attempt.run or "").partition("/")
    project = rest.partition("/")[0]
    target = target_of(path, entity=entity or None, project=project or None, artifact_type=attempt.source_type)
    message = explain_outcome(target, view, attempt.code)
    if message is not None and message.help:
        return message.help
    return FAILURES[attempt.failure].help if attempt.failure in FAILURES else None
