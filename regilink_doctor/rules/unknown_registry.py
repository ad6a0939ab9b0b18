"""REG301."""

from __future__ import annotations

from regilink_doctor.core.phrasing import close_to
from regilink_doctor.core.target_path import is_known, parse
from regilink_doctor.rules.base import DirectoryRule, FileFacts, Replacement, SiteRule, Words
from regilink_doctor.rules.site_facts import known_registry
from regilink_doctor.rules.wording import listed, only_suggestion, quoted, registry_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding, Severity
    from regilink_doctor.core.judgement import Judgement
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue


class UnknownRegistry(DirectoryRule, SiteRule):
    """The organization has no registry of this name, or it is restricted and not shown to whoever pulled the catalog.

    The first link makes a collection, but never a registry: W&B answers `cannot create registry`. A catalog that is not
    complete proves nothing, so it is a warning then, as with the `registries` of the configuration. Names that are
    read are looked up as well.
    """

    code = "REG301"
    name = "unknown-registry"
    severity = "error"
    rows = ("B3", "D1")
    bad = (
        'run.link_artifact(artifact, "wandb-registry-modle/zoo")',
        'run.use_artifact("wandb-registry-modle/zoo:v0")',
        'wandb.Api().registry("modle")',
    )
    good = (
        'run.use_artifact("wandb-registry-model/zoo:v0")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'run.link_artifact(wandb.Artifact("zoo", type="dataset"), "wandb-registry-Golden Datasets/zoo")',
    )

    def words(self, site: Site, text: StringValue, judgement: Judgement, directory: OrganizationView) -> Words:
        """See `DirectoryRule.words`."""
        name = parse(text.pattern).registry or ""
        names = directory.registry_names(judgement.organization or "")
        meant = close_to(name, names)
        fate = "W&B makes no registry by a link" if judgement.outcome == "refused" else "missing, or restricted"
        return Words(
            f"no registry {quoted(name)} is known in the catalog: {fate}",
            f"did you mean {quoted('wandb-registry-' + meant)}?"
            if meant
            else f"the registries of the organization are {listed(names)}"
            if names
            else "create it in the App, or pull the catalog again",
        )

    def meant(self, text: StringValue, judgement: Judgement, directory: OrganizationView) -> Replacement | None:
        """See `DirectoryRule.meant`: the one registry whose name is near."""
        name = parse(text.pattern).registry
        near = only_suggestion(name or "", directory.registry_names(judgement.organization or ""))
        return registry_named(text, name, near)

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`: links by the configuration, what is read by the catalog as well."""
        if site.context.expected or (facts.in_test and facts.directory is None):
            return
        names, severity = self._names(site, facts)
        folded = {name.casefold() for name in names}
        listed_here = site.arguments.strings.get("name", ()) if site.call != "wandb.Api.registry" else ()
        for text in (*site.target, *listed_here) if names else ():
            name = known_registry(text)
            if name is not None and name.casefold() not in folded:
                yield self._found(site, name, names, severity, text.display)
        for text in site.arguments.strings.get("name", ()) if names and site.call == "wandb.Api.registry" else ():
            name = text.pattern
            if is_known(name) and not name.startswith("wandb-registry-") and name.casefold() not in folded:
                yield self._found(site, name, names, severity, None)

    def _names(self, site: Site, facts: FileFacts) -> tuple[tuple[str, ...], Severity]:
        directory = facts.directory
        if directory is None:
            return tuple(facts.known.registries), "warning"
        if site.kind == "link":
            return (), "warning"  # the verdict says it
        names = [name for each in directory.organization_names for name in directory.registry_names(each.entity)]
        return tuple(names), "error" if directory.complete else "warning"

    def _found(self, site: Site, name: str, names: tuple[str, ...], severity: Severity, target: str | None) -> Finding:
        meant = close_to(name, names)
        return self.finding(
            site.argument or site.place,
            Words(
                f"no registry {quoted(name)} is known: missing, or restricted",
                f"did you mean {quoted(meant)}?" if meant else f"the registries that are known are {listed(names)}",
            ),
            severity=severity,
            target=target,
        )
