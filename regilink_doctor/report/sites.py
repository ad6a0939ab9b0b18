"""`--show-sites`: the calls that were found, and what their paths resolve to."""

from __future__ import annotations

from regilink_doctor.core.api_keys import without_secrets
from regilink_doctor.report.positions import position, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.workflows.lint import SiteReport


def site_lines(sites: Sequence[SiteReport], output_format: str) -> Iterator[str]:
    """The lines, without their ends; JSON for the two formats that are JSON."""
    if output_format in ("json", "json-lines"):
        from regilink_doctor.report.lint_json import sites_json

        yield sites_json(sites)
        return
    for report in sites:
        site = report.site
        targets = without_secrets(" | ".join(text.display for text in site.target))
        codes = f"  [{', '.join(report.codes)}]" if report.codes else ""
        yield f"{position(site.place)}: {site.call} {visible(targets)}".rstrip() + codes
