"""REG401."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.naming import CORE_REGISTRY_TYPES
from regilink_doctor.core.records import replace
from regilink_doctor.rules.base import DirectoryRule, FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import registry_path
from regilink_doctor.rules.wording import known_type, listed, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.judgement import Judgement
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue


class TypeNotAllowed(DirectoryRule, SiteRule):
    """The registry does not take artifacts of this type.

    The registry `model` takes `model` at first, `dataset` takes `dataset`, another one what its makers have
    allowed; types are compared to the letter. Without a catalog this is only an information, because an admin may
    have added the type; a warning by the `registries` of the configuration.
    """

    code = "REG401"
    name = "type-not-allowed"
    severity = "error"
    rows = ("B4",)
    bad = ('artifact = wandb.Artifact("zoo", type="dataset")\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',)
    good = (
        'artifact = wandb.Artifact("zoo", type="model")\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
        'artifact = wandb.Artifact("zoo", type="dataset")\nrun.link_artifact(artifact, "wandb-registry-raw/zoo")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`. With a catalog, the verdict says it instead."""
        artifact_type = known_type(site)
        if facts.directory is not None or artifact_type is None:
            return
        folded = {name.casefold(): name for name in facts.known.registries}
        for text in site.target:
            path = registry_path(text)
            if path is None:
                continue
            name = path.registry or ""
            if meant := folded.get(name.casefold()):
                types = facts.known.registries[meant]
                if types and artifact_type not in types:
                    words = self._words(artifact_type, meant, types, site)
                    yield self.finding(site.place, words, severity="warning", target=text.display)
                continue
            allowed = CORE_REGISTRY_TYPES.get(name)
            if allowed is not None and artifact_type != allowed:
                words = self._words(artifact_type, name, (allowed,), site)
                words = replace(words, message=f"{words.message}, unless an admin has added it")
                yield self.finding(site.place, words, severity="info", target=text.display)

    def words(self, site: Site, text: StringValue, judgement: Judgement, directory: OrganizationView) -> Words:
        """See `DirectoryRule.words`."""
        name = (judgement.problem.facts if judgement.problem else {}).get("registry", "")
        registry = directory.registry(judgement.organization or "", name)
        return self._words(known_type(site) or "", name, registry.types or () if registry else (), site)

    def _words(self, artifact_type: str, registry: str, allowed: tuple[str, ...], site: Site) -> Words:
        related = (Related("the type is given here", site.artifact.place),) if site.artifact else ()
        return Words(
            f"the registry {quoted(registry)} takes {listed(allowed)} and not {quoted(artifact_type)}",
            f"write wandb.Artifact(..., type={quoted(allowed[0])}), or let a registry admin add the type"
            if allowed
            else "let a registry admin add the type",
            related,
        )
