"""REG310."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import certain
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.rules.base import FileFacts, Report

_INTENDED = {"public": "organization", "private": "restricted"}
"""What W&B's own cheat sheet writes -> what is accepted."""


class InvalidVisibility(Rule):
    """`create_registry` is called with a visibility that does not exist.

    A registry is `organization`, visible to all its members, or `restricted`, visible to those who are invited. W&B's
    cheat sheet says "public" and "private", which raise `Invalid visibility`.
    """

    code = "REG310"
    name = "invalid-visibility"
    severity = "error"
    failures = ("D18",)
    watches = ("wandb.Api.create_registry",)
    bad = (
        'wandb.Api().create_registry(name="zoo", visibility="public")',
        'visibility = "PRIVATE-ISH"\nwandb.Api().create_registry("zoo", visibility)',
    )
    good = (
        'wandb.Api().create_registry(name="zoo", visibility="organization")',
        'wandb.Api().create_registry(name="zoo", visibility="restricted")',
        'wandb.Api().create_registry(name="zoo", visibility=input())',
        'repository.create_registry(name="zoo", visibility="public")',
    )

    fix_applicability = "unsafe"

    def explain(self, problem: Problem) -> Message:
        return Message(
            f"no registry has the visibility {quoted(problem.facts['value'])}",
            "create_registry raises ValueError",
            f"write {quoted(problem.intended)}" if problem.intended else 'write "organization" or "restricted"',
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        strings = site.arguments.strings.get("visibility", ())
        value = certain(strings)
        # The server's own words are accepted as well (`Visibility`).
        if value is None or value in ("organization", "restricted", "PRIVATE", "RESTRICTED") or site.context.expected:
            return
        intended = _INTENDED.get(value.lower())
        yield self.report(string=strings[0], argument="visibility", intended=intended, value=value)
