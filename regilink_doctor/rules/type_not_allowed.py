"""REG401."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.core.naming import CORE_REGISTRY_TYPES
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import known_type, registry_path
from regilink_doctor.rules.wording import listed, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Link, Site
    from regilink_doctor.rules.base import FileFacts, Report


class TypeNotAllowed(Rule):
    """The registry does not accept artifacts of this type.

    The registry `model` accepts `model` at first, `dataset` accepts `dataset`, another one what its creators have
    allowed; types are compared exactly. Without a catalog this is only an info, because an admin may have added the
    type; a warning by the `registries` of the configuration.
    """

    code = "REG401"
    name = "type-not-allowed"
    severity = "error"
    failures = ("B4",)
    watches = ("link",)
    needs_catalog = True
    bad = ('artifact = wandb.Artifact("zoo", type="dataset")\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',)
    good = (
        'artifact = wandb.Artifact("zoo", type="model")\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
        'artifact = wandb.Artifact("zoo", type="dataset")\nrun.link_artifact(artifact, "wandb-registry-raw/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        artifact_type, name = facts.get("type", ""), facts.get("registry", "")
        allowed = tuple(facts["allowed"].split("\n")) if facts.get("allowed") else ()
        if problem.target is not None and problem.view is not None:
            registry = problem.view.registry(facts.get("organization", ""), name)
            allowed = registry.types or () if registry else ()
        return Message(
            f"the registry {quoted(name)} accepts {listed(allowed)}, not {quoted(artifact_type)}",
            "unless an admin has added the type" if problem.kind == "core" else None,
            f"write wandb.Artifact(..., type={quoted(allowed[0])}), or let a registry admin add the type"
            if allowed
            else "let a registry admin add the type",
        )

    def related_to(self, problem: Problem) -> tuple[Related, ...]:
        return _type_place(problem.target.site) if problem.target and problem.target.site else ()

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        """With a catalog, the judgement reports it instead."""
        artifact_type = known_type(link)
        if facts.view is not None or artifact_type is None:
            return
        folded = {name.casefold(): name for name in facts.configured.registries}
        for target in link.target:
            path = registry_path(target)
            if path is None:
                continue
            name = path.registry or ""
            kind, severity, allowed = (
                "",
                "warning",
                facts.configured.registries.get(folded.get(name.casefold(), ""), ()),
            )
            if name.casefold() not in folded and name in CORE_REGISTRY_TYPES:
                kind, severity, allowed = "core", "info", (CORE_REGISTRY_TYPES[name],)
            if allowed and artifact_type not in allowed:
                yield self._report(link, kind, severity, artifact_type, folded.get(name.casefold(), name), allowed)

    def _report(
        self, link: Link, kind: str, severity: str, artifact_type: str, name: str, allowed: tuple[str, ...]
    ) -> Report:
        return self.report(
            link.place,
            kind,
            severity="info" if severity == "info" else "warning",
            related=_type_place(link),
            type=artifact_type,
            registry=name,
            allowed="\n".join(allowed),
        )


def _type_place(site: Site) -> tuple[Related, ...]:
    return (Related("the type is given here", site.artifact.place),) if site.artifact else ()
