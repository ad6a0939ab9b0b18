"""REG302."""

from __future__ import annotations

from regilink_doctor.core.naming import CORE_REGISTRY_DISPLAY, CORE_REGISTRY_TYPES, REGISTRY_PREFIX
from regilink_doctor.core.target_path import parse
from regilink_doctor.rules.base import DirectoryRule, FileFacts, Replacement, SiteRule, Words
from regilink_doctor.rules.site_facts import registry_path
from regilink_doctor.rules.wording import quoted, registry_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.judgement import Judgement
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue


class RegistryDisplayName(DirectoryRule, SiteRule):
    """The registry is called as the App shows it: `Models` for `model`, `Datasets` for `dataset`, or in another case.

    The core registries are `wandb-registry-model` and `wandb-registry-dataset` in a path. Without a catalog this is
    only an information: somebody may have made a registry called `models`.
    """

    code = "REG302"
    name = "registry-display-name"
    severity = "info"
    rows = ("A10",)
    bad = (
        'run.link_artifact(artifact, "wandb-registry-models/zoo")',
        'run.link_artifact(artifact, "wandb-registry-Model/zoo")',
    )
    good = ('run.link_artifact(artifact, "wandb-registry-model/zoo")',)

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`. With a catalog, the verdict says it instead."""
        if facts.directory is not None:
            return
        for text in site.target:
            path = registry_path(text)
            if path is None:
                continue
            name = path.registry or ""
            meant = CORE_REGISTRY_DISPLAY.get(name.casefold())
            if meant is None and site.kind == "link" and name != name.casefold():
                meant = name.casefold() if name.casefold() in CORE_REGISTRY_TYPES else None
            if meant is not None and name not in facts.known.registries:
                words = self._words(name, meant, text)
                start = text.pattern.find(REGISTRY_PREFIX)
                place = text.place_of(start, start + len(REGISTRY_PREFIX) + len(name))
                yield self.finding(place, words, target=text.display)

    def words(self, site: Site, text: StringValue, judgement: Judgement, directory: OrganizationView) -> Words:
        """See `DirectoryRule.words`."""
        name = parse(text.pattern).registry or ""
        registry = directory.registry(judgement.organization or "", name)
        meant = registry.name if registry else CORE_REGISTRY_DISPLAY.get(name.casefold(), name)
        return self._words(name, meant, text)

    def meant(self, text: StringValue, judgement: Judgement, directory: OrganizationView) -> Replacement | None:
        """See `DirectoryRule.meant`."""
        name = parse(text.pattern).registry or ""
        registry = directory.registry(judgement.organization or "", name)
        return registry_named(text, name, registry.name if registry else CORE_REGISTRY_DISPLAY.get(name.casefold()))

    def _words(self, name: str, meant: str, text: StringValue) -> Words:
        written = f"{REGISTRY_PREFIX}{name}"
        whole = text.pattern.replace(written, f"{REGISTRY_PREFIX}{meant}", 1)
        if name.casefold() == meant.casefold():
            return Words(
                f"the registry is spelled {quoted(meant)}, not {quoted(name)}; nobody has published whether a link "
                "forgives the case",
                f"write {quoted(whole)}",
            )
        return Words(
            f"the App shows {quoted(name)}, but the registry's name is {quoted(meant)}", f"write {quoted(whole)}"
        )
