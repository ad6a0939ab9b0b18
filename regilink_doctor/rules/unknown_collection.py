"""REG305."""

from __future__ import annotations

from regilink_doctor.core.findings import Edit, Fix
from regilink_doctor.core.phrasing import close_to
from regilink_doctor.core.target_path import is_known
from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import known_registry, registry_path, report_place
from regilink_doctor.rules.wording import listed, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue


class UnknownCollection(SiteRule):
    """A collection, version or alias is read that the registry does not have.

    W&B answers `artifact membership 'zoo:prod' not found` to all three alike. With a catalog, the collection is looked
    up. Without one, a version written as `:0` is told, as an information: W&B writes `:v0`.
    """

    code = "REG305"
    name = "unknown-collection"
    severity = "error"
    rows = ("D2",)
    catalog = True
    bad = (
        'run.use_artifact("wandb-registry-Golden Datasets/raw_image:latest")',
        'run.use_artifact("wandb-registry-Golden Datasets/raw_images:0")',
    )
    good = (
        'run.use_artifact("wandb-registry-Golden Datasets/raw_images:v0")',
        'run.use_artifact("wandb-registry-model/anything:v0")  # nobody has listed the collections of this one',
        'run.use_artifact(f"wandb-registry-Golden Datasets/{name}:v0")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        if site.context.expected or (facts.in_test and facts.directory is None):
            return
        for text in site.target:
            path = registry_path(text)
            if path is None or not is_known(path.collection):
                continue
            yield from self._version(site, text, path.version)
            name = known_registry(text)
            if facts.directory is not None and name is not None:
                yield from self._collection(site, text, name, path.collection, facts.directory)

    def _version(self, site: Site, text: StringValue, version: str | None) -> Iterator[Finding]:
        if version is None or not version.isdecimal():
            return
        end = len(text.pattern)
        told, related = report_place(site, text.place_of(end - len(version), end))
        place = text.exact_piece(end - len(version), end) if not related else None
        yield self.finding(
            told,
            Words(
                f'":{version}" is an alias of that name, not a version: W&B writes versions as ":v{version}"',
                f'write ":v{version}"',
                related,
            ),
            severity="info",
            fix=Fix(f'replace it by "v{version}"', "unsafe", (Edit(place.span, f"v{version}"),)) if place else None,
            target=text.display,
        )

    def _collection(
        self, site: Site, text: StringValue, name: str, collection: str, directory: OrganizationView
    ) -> Iterator[Finding]:
        names: list[str] = []
        for organization in directory.organization_names:
            if directory.registry(organization.entity, name) is None:
                continue
            found = directory.collection_names(organization.entity, name)
            if found is None or collection in found:
                return
            names += found
        if not any(directory.registry(each.entity, name) for each in directory.organization_names):
            return
        meant = close_to(collection, names)
        yield self.finding(
            site.argument or site.place,
            Words(
                f"the registry {quoted(name)} has no collection {quoted(collection)}: W&B will not find it",
                f"did you mean {quoted(meant)}?"
                if meant
                else f"its collections are {listed(names)}"
                if names
                else "link a version first",
            ),
            severity="error" if directory.complete else "warning",
            target=text.display,
        )
