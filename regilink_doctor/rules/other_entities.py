"""Rules about entities and organizations that are ignored, unknown or set in the wrong place."""

from __future__ import annotations

from regilink_doctor.core.findings import Message, Related
from regilink_doctor.core.naming import CORE_REGISTRY_TYPES, REGISTRY_PREFIX
from regilink_doctor.core.phrases import say
from regilink_doctor.core.problems import Problem
from regilink_doctor.core.rule_codes import UNKNOWN_ORGANIZATION
from regilink_doctor.core.sites import within
from regilink_doctor.core.target_path import parse
from regilink_doctor.core.targets import LOOK_UPS
from regilink_doctor.rules.base import Report, Rule
from regilink_doctor.rules.site_facts import (
    certain,
    registry_path,
)
from regilink_doctor.rules.wording import (
    FORM,
    correct_path,
    corrected_path,
    drop_organization,
    listed,
    quoted,
    quoted_to_write,
    shown_path,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.sites import Setting, Site
    from regilink_doctor.rules.base import FileFacts, Replacement


class UnknownEntity(Rule):
    """The entity does not exist as far as the catalog or server knows, or this run cannot link into it.

    It is misspelled, personal, of another organization, or belongs to another team than the run. Where the catalog is
    not complete, a name that resembles one of its teams is a warning: `taem-a`.
    """

    code = "REG207"
    name = "unknown-entity"
    severity = "error"
    failures = ("B2", "F1")
    needs_catalog = True
    bad = (
        "import wandb\n"
        'run = wandb.init(entity="team-aa", project="p")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "team-b/candidates/zoo")',
    )
    good = (
        "import wandb\n"
        'run = wandb.init(entity="team-a", project="p")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "team-a/candidates/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        entity = problem.facts.get("entity")
        if entity is None:
            own = (problem.target.known_entity if problem.target else None) or say("the run's entity")
            return Message(
                say("{path} belongs to another entity than the run ({own})", path=shown_path(problem), own=quoted(own)),
                "W&B refuses the link",
                _where_to_link(problem),
            )
        if problem.kind == "read-only":
            return Message(
                say("{entity} is read-only for {account}", entity=quoted(entity), account=problem.facts["account"]),
                "the server says so",
                "write an entity in which you may log runs",
            )
        if problem.kind == "no-organization":
            return Message(
                say("{entity} is a team without an organization", entity=quoted(entity)),
                "W&B finds no registry to link into",
                'write wandb.init(entity="TEAM", ...) with a team of the organization',
            )
        if team := problem.facts.get("team"):
            return Message(
                say("no team {entity} is known", entity=quoted(entity)),
                "if it does not exist, W&B finds no organization to link into",
                say("did you mean {path}?", path=quoted(team)),
            )
        return Message(
            say("no team {entity} is known", entity=quoted(entity)),
            "W&B finds no organization to link into",
            _where_to_link(problem)
            if _is_in_path(entity, problem)
            else 'write wandb.init(entity="TEAM", ...) with a team of the organization',
        )


def _is_in_path(entity: str, problem: Problem) -> bool:
    """Whether a target path names the entity, and not the run."""
    target = problem.target
    return target is not None and target.known_entity != entity and parse(target.text).prefix == entity


def _where_to_link(problem: Problem) -> str:
    """The path of the registry that is meant where the project of another entity has its name."""
    if REGISTRY_PREFIX in (problem.corrected or ""):
        return say("write {code}", code=corrected_path(problem))
    path = parse(problem.target.text) if problem.target is not None else None
    if path is not None and (path.project or "").casefold() in CORE_REGISTRY_TYPES:
        return say("write {code}", code=quoted(f"{REGISTRY_PREFIX}{path.project}/{path.name}"))
    return say("link within the run's team, or to a registry: {form}", form=FORM)


class DefaultEntityInApi(Rule):
    """A registry name without an organization is read through `wandb.Api()`, which uses the account's default entity.

    A link finds the organization by the artifact's own entity, `wandb.Api()` by the default entity of the account. A
    colleague whose default is personal and who belongs to two organizations gets `Personal entity 'me' belongs to
    multiple organizations`. Name the entity, or the organization in the path.
    """

    code = "REG208"
    name = "default-entity-in-api"
    severity = "info"
    failures = ("D4",)
    watches = ("consume", *LOOK_UPS)
    bad = (
        'import wandb\nartifact = wandb.Api().artifact("wandb-registry-model/zoo:v0")',
        'import wandb\nversions = wandb.Api().artifacts("model", "wandb-registry-model/zoo")',
    )
    good = (
        'import wandb\nartifact = wandb.Api(overrides={"entity": "team-a"}).artifact("wandb-registry-model/zoo:v0")',
        'import wandb\nartifact = wandb.Api().artifact("acme/wandb-registry-model/zoo:v0")',
        'import wandb\nartifact = wandb.Api().artifact("team-a/project/zoo:v0")',
        'run.use_artifact("wandb-registry-model/zoo:v0")',
    )

    def explain(self, problem: Problem) -> Message:
        if problem.kind == "unresolved":
            return Message(
                say("no single organization follows from the entity {entity}", entity=quoted(problem.facts["entity"])),
                "W&B does not know which registry the name means",
                "name an entity of the organization with --entity or WANDB_ENTITY",
            )
        return Message(
            say("{name} is looked up by each account's default entity", name=quoted(problem.facts["name"])),
            "an account of another organization reads another registry, or none",
            'write wandb.Api(overrides={"entity": "TEAM"}), or the organization before the path',
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        api = next(iter(site.inits), None)
        if not site.call.startswith("wandb.Api.") or api is None or not site.target or site.context.expected:
            return
        if {"overrides", "**"} & api.arguments.names or facts.configured.entity or facts.sets("WANDB_ENTITY"):
            return
        # Each of several possible names has to be one of a registry; an unknown part before it may be the organization.
        paths = [registry_path(name) for name in site.target]
        if all(
            path and not path.prefix and name.pattern.startswith(path.project or " ")
            for path, name in zip(paths, site.target, strict=True)
        ):
            yield self.report(site.place, name=site.target[0].pattern)


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
    watches = ("wandb.Api.create_registry", "wandb.Api.registry", "wandb.Api.registries")
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
                say("{value} is the entity of an organization, not its display name", value=quoted(facts["value"])),
                say("api.{method} accepts only the display name", method=facts["method"]),
                say("write {code}", code=facts["names"]),
            )
        if problem.kind == "unknown":
            return Message(
                say("no organization is called {value}", value=quoted(facts["value"])),
                say("or it is not shown to {account}", account=facts["account"]) if facts.get("account") else None,
                say("write {code}", code=facts["names"]),
            )
        path = parse(problem.target.path.pattern) if problem.target else parse(facts.get("path", ""))
        entity = problem.view.entity(problem.target.known_entity or "") if problem.view and problem.target else None
        names = entity.organizations[0] if entity and entity.organizations else None
        return Message(
            say("{prefix} is not the organization of the run's entity", prefix=quoted(path.prefix or "")),
            say("that is {name}, entity {entity}", name=quoted(names.name), entity=quoted(names.entity))
            if names
            else None,
            say("write {code}: W&B finds the organization automatically", code=self._quote_short_path(problem)),
        )

    @staticmethod
    def _quote_short_path(problem: Problem) -> str:
        path = correct_path(problem)
        return quoted_to_write(path[path.find(REGISTRY_PREFIX) :], problem.target.path if problem.target else None)

    def replacement_for(self, problem: Problem) -> Replacement | None:
        return drop_organization(problem.target.path) if problem.target else None

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """The calls that take an organization's display name."""
        problem = find_unknown_organization(site, facts.view) if facts.view is not None else None
        if problem is not None:
            yield Report(problem, string=site.arguments.strings["organization"][0], argument="organization")


def find_unknown_organization(site: Site, view: OrganizationView) -> Problem | None:
    """What is wrong with the organization that a call is given, which accepts a display name alone."""
    value, names = certain(site.arguments.strings.get("organization", ())), view.organization_names
    if not value or not names or value in (name.name for name in names) or site.context.expected:
        return None
    entity = next((name for name in names if name.entity == value), None)
    facts = {"value": value, "method": site.call.rpartition(".")[2]}
    facts["names"] = quoted(entity.name) if entity else listed(name.name for name in names)
    return Problem(
        UNKNOWN_ORGANIZATION,
        end=len(value),
        severity="error" if entity or view.complete else "warning",
        kind="entity" if entity else "unknown",
        facts=facts,
    )


class OrganizationVariable(Rule):
    """`WANDB_ORGANIZATION` is empty, or names the team.

    wandb uses it as the organization of every registry path that names none. With a team's name W&B answers `Unable
    to find organization for entity 'team-a'`, although nothing is wrong in the code; with an empty value
    `api.registry()` looks for an organization without a name. Write the organization's name as the W&B App shows
    it, or remove the variable.
    """

    code = "REG703"
    name = "organization-variable"
    severity = "warning"
    failures = ("A15",)
    watches = ("WANDB_ORGANIZATION",)
    bad = (
        'import os\nos.environ["WANDB_ENTITY"] = "team-a"\nos.environ["WANDB_ORGANIZATION"] = "team-a"',
        'import os\nos.environ["WANDB_ORGANIZATION"] = ""',
    )
    good = (
        'import os\nos.environ["WANDB_ENTITY"] = "team-a"\nos.environ["WANDB_ORGANIZATION"] = "Acme Inc"',
        'import os\nos.environ["WANDB_ORGANIZATION"] = os.environ["ORG"]',
    )

    def explain(self, problem: Problem) -> Message:
        if problem.kind == "empty":
            return Message(
                "WANDB_ORGANIZATION is empty",
                "wandb.Api().registry() looks for an organization without a name",
                "remove the variable, or write the organization's name as the W&B App shows it",
            )
        return Message(
            say("{value} is the entity, not the organization", value=quoted(problem.facts["value"])),
            "every registry path without an organization fails",
            "remove the variable: W&B finds the organization of the run's team automatically",
        )

    def check_setting(self, setting: Setting, facts: FileFacts) -> Iterator[Report]:
        value = certain(setting.value)
        if setting.name != "WANDB_ORGANIZATION" or not setting.variable or value is None or facts.in_test:
            return
        if not value.strip():
            yield self.report(setting.place, "empty")
            return
        if value in (facts.configured.organization, *_organization_names(facts)):
            return
        for other in facts.settings_named("WANDB_ENTITY")[:100]:  # a file with more is written by a program
            if certain(other.value) != value:
                continue
            if within(other.containers, setting.containers) or within(setting.containers, other.containers):
                yield self.report(setting.place, related=(Related("the entity is set here", other.place),), value=value)
                return
        if value in (*facts.configured.teams, *facts.configured.personal_entities):
            yield self.report(setting.place, value=value)


def _organization_names(facts: FileFacts) -> list[str]:
    names = facts.view.organization_names if facts.view is not None else ()
    return [name for pair in names for name in (pair.name, pair.entity)]
