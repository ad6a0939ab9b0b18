"""REG310."""

from __future__ import annotations

from regilink_doctor.core.findings import Edit, Fix
from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import certain, report_place
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site

_MEANT = {"public": "organization", "private": "restricted"}
"""What W&B's own cheat sheet writes -> what is taken."""


class InvalidVisibility(SiteRule):
    """`create_registry` with a visibility that there is not.

    A registry is `organization`, seen by everybody in it, or `restricted`, seen by those who are invited. W&B's cheat
    sheet says "public" and "private", which raise `Invalid visibility`.
    """

    code = "REG310"
    name = "invalid-visibility"
    severity = "error"
    rows = ("D18",)
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

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        texts = site.arguments.strings.get("visibility", ())
        value = certain(texts)
        # The server's own words are taken as well (`Visibility`).
        if value is None or value in ("organization", "restricted", "PRIVATE", "RESTRICTED") or site.context.expected:
            return
        meant = _MEANT.get(value.lower())
        place = texts[0].exact_piece(0, len(value))
        fix = None
        if meant and place and (place.path, place.cell) == (site.place.path, site.place.cell):
            fix = Fix(f"replace it by {quoted(meant)}", "unsafe", (Edit(place.span, meant),))
        told, related = report_place(site, texts[0].place, "visibility")
        yield self.finding(
            told,
            Words(
                f"no registry has the visibility {quoted(value)}: create_registry raises ValueError",
                f"write {quoted(meant)}" if meant else 'write "organization" or "restricted"',
                related,
            ),
            fix=fix,
        )
