"""Words that several checks share."""

from __future__ import annotations

from regilink_doctor.core.target_path import LinkInput, show_unknown
from regilink_doctor.rules.wording import quoted


def name_destination(link: LinkInput) -> str:
    """Where a project-level link goes: `collection "zoo" of the project "model" of team-a`."""
    collection, project = quoted(show_unknown(link.collection)), quoted(show_unknown(link.project))
    return f"collection {collection} of the project {project} of {show_unknown(link.entity or '')}"
