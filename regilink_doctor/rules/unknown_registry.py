"""REG301."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.phrasing import close_to
from regilink_doctor.core.target_path import parse
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import known_registry
from regilink_doctor.rules.wording import listed, only_suggestion, quoted, rename_registry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.core.findings import Severity
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.rules.base import FileFacts, Replacement, Report


class UnknownRegistry(Rule):
    """No registry of this name exists in the organization, or it is restricted and hidden.

    W&B never creates a registry by a link: it answers `permission denied` or `cannot create registry`. A catalog that
    is not complete proves nothing, so it is a warning then, as with the `registries` of the configuration. Names that
    are consumed are checked as well.
    """

    code = "REG301"
    name = "unknown-registry"
    severity = "error"
    failures = ("B3", "D1")
    watches = (
        "link",
        "consume",
        "wandb.Api.artifacts",
        "wandb.Api.artifact_versions",
        "wandb.Api.artifact_collection",
        "wandb.Api.registry",
    )
    needs_catalog = True
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

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        if problem.target is not None and problem.view is not None:
            name = facts.get("registry") or parse(problem.target.path.pattern).registry or ""
            names: Sequence[str] = problem.view.registry_names(facts.get("organization", ""))
        else:
            name, names = facts["registry"], facts["registries"].split("\n") if facts["registries"] else ()
        intended = close_to(name, names)
        prefix = "" if problem.kind == "api" else REGISTRY_PREFIX
        path = problem.target.path.pattern if problem.target else facts.get("path", f"{prefix}{name}")
        return Message(
            f"no registry {quoted(name)} is known",
            "W&B creates no registry by a link"
            if facts.get("outcome") == "refused"
            else "it is missing, or restricted",
            f"did you mean {quoted(path.replace(f'{prefix}{name}', f'{prefix}{intended}', 1))}?"
            if intended
            else f"the registries that are known are {listed(names)}"
            if names
            else "create it in the W&B App, or pull the catalog again",
        )

    def replacement_for(self, problem: Problem) -> Replacement | None:
        if problem.target is None or problem.view is None:
            return None
        path = problem.target.path
        name = parse(path.pattern).registry
        names = problem.view.registry_names(problem.facts.get("organization", ""))
        return rename_registry(path, name, only_suggestion(name or "", names))

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """Links by the configuration; what is consumed by the catalog as well."""
        if site.context.expected or (facts.in_test and facts.view is None):
            return
        names, severity = self._known_names(site, facts)
        if not names:
            return
        folded = {name.casefold() for name in names}
        passed = site.arguments.strings.get("name", ())
        is_registry = site.call == "wandb.Api.registry"
        for string in passed if is_registry else (*site.target, *passed):
            name = string.literal if is_registry else known_registry(string)
            if name is None or name.casefold() in folded or (is_registry and name.startswith(REGISTRY_PREFIX)):
                continue
            kind = "api" if is_registry else ""
            place = site.argument or site.place
            known = "\n".join(names)
            yield self.report(place, kind, severity=severity, registry=name, registries=known, path=string.pattern)

    def _known_names(self, site: Site, facts: FileFacts) -> tuple[tuple[str, ...], Severity]:
        view = facts.view
        if view is None:
            return tuple(facts.configured.registries), "warning"
        if site.kind == "link":
            return (), "warning"  # the judgement reports it
        organizations = view.organization_names
        names = [name for organization in organizations for name in view.registry_names(organization.entity)]
        return tuple(names), "error" if view.complete else "warning"
