"""REG406."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.target_path import is_known
from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import certain, registry_path
from regilink_doctor.rules.wording import known_type, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue


class ConsumedTypeMismatch(SiteRule):
    """An artifact is read with `type=`, and the collection has another type.

    A collection has one type, that of its first link; asked for another, `use_artifact` and `Api.artifact` raise
    ValueError. Leave `type=` out, or write the collection's. Known from a catalog, or from the link in the same file.
    """

    code = "REG406"
    name = "consumed-type-mismatch"
    severity = "error"
    rows = ("D6",)
    bad = (
        'run.link_artifact(wandb.Artifact("zoo", type="checkpoint"), "wandb-registry-raw/zoo")\n'
        'run.use_artifact("wandb-registry-raw/zoo:v0", type="model")',
    )
    good = (
        'run.link_artifact(wandb.Artifact("zoo", type="checkpoint"), "wandb-registry-raw/zoo")\n'
        'run.use_artifact("wandb-registry-raw/zoo:v0", type="checkpoint")',
        'run.use_artifact("wandb-registry-raw/zoo:v0", type="model")',
        'run.link_artifact(wandb.Artifact("zoo", type="checkpoint"), "wandb-registry-raw/zoo")\n'
        'run.use_artifact("wandb-registry-raw/others:v0", type="model")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        asked = certain(site.type)
        if asked is None or site.context.expected:
            return
        for text in site.target if len(site.target) == 1 else ():
            known, related = self._known(text, facts)
            if known is not None and known != asked:
                yield self.finding(
                    site.place,
                    Words(
                        f"{quoted(text.pattern)} has the type {quoted(known)}: asked for {quoted(asked)}, W&B raises "
                        "ValueError",
                        f"leave type= out, or write type={quoted(known)}",
                        related,
                    ),
                    target=text.display,
                )

    def _known(self, text: StringValue, facts: FileFacts) -> tuple[str | None, tuple[Related, ...]]:
        path = registry_path(text)
        if path is None or not is_known(f"{path.project}{path.collection}"):
            return None, ()
        if facts.directory is not None:
            found = _in_catalog(facts.directory, path.project or "", path.collection)
            if found is not None:
                return found, ()
        for link in facts.links:
            for linked in link.target if len(link.target) == 1 else ():
                other = registry_path(linked)
                if other and (other.project, other.name) == (path.project, path.collection):
                    return known_type(link), (Related("linked with its type here", link.place),)
        return None, ()


def _in_catalog(directory: OrganizationView, project: str, collection: str) -> str | None:
    types = {directory.collection_type(names.entity, project, collection) for names in directory.organization_names}
    return types.pop() if len(types) == 1 else None
