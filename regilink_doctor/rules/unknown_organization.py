"""REG303."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.core.target_path import parse
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import certain
from regilink_doctor.rules.wording import drop_organization, listed, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.rules.base import FileFacts, Replacement, Report


class UnknownOrganization(Rule):
    """The target path begins with something that is not the organization of the run's entity.

    Its display name and its entity name are both accepted, exactly; the entity name can have a suffix that cannot be
    guessed. Nothing is needed before `wandb-registry-`. `api.registry(organization=...)` and similar calls accept the
    display name alone.
    """

    code = "REG303"
    name = "unknown-organization"
    severity = "error"
    failures = ("A13", "D15")
    watches = (
        "wandb.Api.create_registry",
        "wandb.Api.registry",
        "wandb.Api.registries",
    )
    needs_catalog = True
    bad = (
        'run.link_artifact(artifact, "ACME/wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "acme-org/wandb-registry-model/zoo")',
        'wandb.Api().registry("model", organization="acme")',
    )
    good = (
        'run.link_artifact(artifact, "acme/wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "Acme Inc/wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'wandb.Api().registry("model", organization="Acme Inc")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        if problem.kind == "entity":
            return Message(
                f"{quoted(facts['value'])} is the entity of an organization, not its display name",
                f"api.{facts['method']} accepts only the display name",
                f"write {facts['names']}",
            )
        if problem.kind == "unknown":
            return Message(f"no organization is called {quoted(facts['value'])}", help=f"write {facts['names']}")
        path = parse(problem.target.path.pattern) if problem.target else parse(facts.get("path", ""))
        entity = problem.view.entity(problem.target.known_entity or "") if problem.view and problem.target else None
        names = entity.organizations[0] if entity and entity.organizations else None
        return Message(
            f"{quoted(path.prefix or '')} is not the organization of the run's entity",
            f"that is {quoted(names.name)}, entity {quoted(names.entity)}" if names else None,
            f"write {quoted(f'{path.project}/{path.name}')}: W&B finds the organization automatically",
        )

    def replacement_for(self, problem: Problem) -> Replacement | None:
        return drop_organization(problem.target.path) if problem.target else None

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """The calls that take an organization's display name."""
        strings = site.arguments.strings.get("organization", ())
        value, view = certain(strings), facts.view
        names = view.organization_names if view is not None else ()
        if not value or not names or value in (name.name for name in names) or site.context.expected:
            return
        entity = next((name for name in names if name.entity == value), None)
        yield self.report(
            None,
            "entity" if entity else "unknown",
            string=strings[0],
            argument="organization",
            severity="error" if entity or (view is not None and view.complete) else "warning",
            value=value,
            method=site.call.rpartition(".")[2],
            names=quoted(entity.name) if entity else listed(name.name for name in names),
        )
