"""What to change, so that a link is taken where it was meant to go: the words of the rule that explains it."""

from __future__ import annotations

from regilink_doctor.core.failures import FAILURES
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.target_path import is_registry_project
from regilink_doctor.rules.judge import path_findings
from regilink_doctor.rules.wording import quoted
from regilink_doctor.workflows.explain.paths import link_site

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.ledger import LinkAttempt
    from regilink_doctor.core.organization_view import OrganizationView


def advice(attempt: LinkAttempt, directory: OrganizationView) -> str | None:
    """What to write instead; None for a link that is taken into a registry."""
    if attempt.verdict == "linked":
        if is_registry_project(attempt.project or ""):
            return None
        meant = quoted(f"{REGISTRY_PREFIX}REGISTRY/{attempt.collection}")
        return f"this is a project, not a registry; if a registry is meant, write {meant}"
    text = attempt.requested
    if text is None:
        text = "/".join(part for part in (attempt.project, attempt.collection) if part)
    entity, _, rest = (attempt.run or "").partition("/")
    site = link_site(text, entity=entity or None, project=rest.partition("/")[0] or None, type=attempt.source_type)
    findings = [each for each in path_findings(site, directory) if each.help]
    same = next((each for each in findings if each.code == attempt.code), None)
    if same is not None or (findings and (attempt.code or "") < "REG200"):
        return (same or findings[0]).help
    failure = attempt.failure or ""
    return FAILURES[failure].help if failure in FAILURES else None
