"""Checks of each registry link on the server, step by step as W&B takes them."""

from __future__ import annotations

from collections.abc import Iterable

from regilink_doctor.core import rule_codes
from regilink_doctor.core.catalog import Catalog, Organization, Registry, Visibility
from regilink_doctor.core.check_result import Status
from regilink_doctor.core.judgement import Judgement, judge_collection, resolve_organization
from regilink_doctor.core.organization_view import OrganizationNames
from regilink_doctor.core.origin import Code
from regilink_doctor.core.phrases import say
from regilink_doctor.core.problems import LinkInput, Problem
from regilink_doctor.core.records import replace
from regilink_doctor.core.sites import Site
from regilink_doctor.core.target_path import is_known, registry_name
from regilink_doctor.core.targets import LinkTarget
from regilink_doctor.core.text import close_to
from regilink_doctor.doctor.base import Check, Outcome, Subject, block_check, pass_check, report_problem, skip_check
from regilink_doctor.doctor.checks.target import UNDOCUMENTED, OfTarget
from regilink_doctor.doctor.context import Context
from regilink_doctor.doctor.wording import answer_of, list_names, may_be_hidden, problem_of_link
from regilink_doctor.rules.other_entities import find_unknown_organization
from regilink_doctor.rules.site_facts import certain, created_types, find_creation

_FOR = {"organization": say(", for the whole organization"), "restricted": say(", for its members alone")}
"""Visibility -> in words."""


class OrganizationCheck(OfTarget):
    """Which organization the link goes to: the path may only name that of the run (A12, A13)."""

    name = "organization"
    group = "Links"
    requires = ("target-path", "account", "entity", "organization-variable", "source")

    def explain_judgement(self, context: Context, target: LinkTarget, link: LinkInput, judgement: Judgement) -> Outcome:
        """REG202 for a team or person there, REG303 for any other name."""
        organization = resolve_organization(link.source_entity, link.organization, context.view)
        if isinstance(organization, OrganizationNames):
            return pass_check(
                say(
                    "links of {source_entity} go to {name} (entity {entity})",
                    source_entity=link.source_entity,
                    name=organization.name,
                    entity=organization.entity,
                )
            )
        named = context.view.entity(link.organization) if link.organization else None
        kind = (
            say("it is a {kind} entity", kind=named.kind)
            if named and judgement.rule == rule_codes.TEAM_AS_ORGANIZATION
            else ""
        )
        return report_problem(problem_of_link(context, target, judgement), notes=[kind, answer_of(judgement)])


class RegistryCheck(OfTarget):
    """Whether the registry is there: W&B does not tell a missing one from a restricted one (B3, A10)."""

    name = "registry"
    group = "Links"
    requires = ("organization",)

    def explain_judgement(self, context: Context, target: LinkTarget, link: LinkInput, judgement: Judgement) -> Outcome:
        """REG301 missing or restricted, REG302 another spelling."""
        organization = judgement.organization or ""
        name = registry_name(link.project)
        facts = context.view.registry(organization, name)
        if facts is not None and facts.name != name:
            # W&B finds it in any case when reading; whether a link does is undocumented (A10).
            judged = replace(judgement, problem=Problem(rule_codes.REGISTRY_DISPLAY_NAME, failure="A10"))
            return report_problem(problem_of_link(context, target, judged), status="warn")
        if facts is not None:
            shown = context.view.visibility(judgement.organization or "", name)
            return pass_check(say("the registry {name} is there{whom}", name=name, whom=_FOR.get(shown or "", "")))
        names = _organization_of(context, link)
        if creation := find_creation(name, target.site, context.source.calls, names):
            return _pass_created(name, creation)
        others = context.queries.all_registries(names) if names else ()  # the rule finds the one that was meant
        problem = problem_of_link(context, target, judgement)
        if problem.rule != rule_codes.UNKNOWN_REGISTRY:
            return report_problem(problem, notes=[answer_of(judgement)])
        where = names.name if names else organization
        let_in = say('if "{name}" is its name, ask its admin to let you in', name=name)
        new = f'wandb.Api().create_registry(name="{name}", visibility="organization", organization="{where}")'
        return report_problem(
            problem,
            notes=[
                may_be_hidden(where),
                answer_of(judgement),
            ],
            more_help=[
                let_in if close_to(name, others) else say("{let_in}, or create it: {new}", let_in=let_in, new=new)
            ],
        )


class RegistryCall(Check):
    """Whether the organization and the registry that a call of the `Api` names are there (A13, D1, D15)."""

    name = "registry-call"
    group = "Links"
    requires = ("account",)

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The calls that source gives the name of a registry, or of an organization."""
        for site in context.source.calls:
            name, organization = _read_registry_call(site)
            is_named = organization is not None or (name is not None and site.call == "wandb.Api.registry")
            if is_named and site.kind == "other" and not site.context.expected:
                yield Subject(f"api.{site.call.rpartition('.')[2]}", Code(site.place))

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """REG303 where no organization is called so, REG301 for a registry that is missing or restricted."""
        site = next(item for item in context.source.calls if Code(item.place) == subject.origin)
        context.queries.look_up_links()
        name, organization = _read_registry_call(site)
        problem = find_unknown_organization(site, context.view)
        if problem is not None and (problem.kind == "entity" or context.account.organizations is not None):
            return report_problem(problem)
        question = context.registry_question(site)
        if question is None or name is None:
            if problem is not None or organization is None:
                return skip_check("the organization is known only when the program runs: give it with --organization")
            return pass_check(say("the organization {name} is there", name=organization))
        if context.view.registry(question.organization, name) is not None:
            return pass_check(say("the registry {name} is there{whom}", name=name, whom=""))
        names = next(item for item in context.view.organization_names if item.entity == question.organization)
        if creation := find_creation(name, site, context.source.calls, names):
            return _pass_created(name, creation)
        facts = {"registry": name, "registries": "\n".join(context.queries.all_registries(names)), "path": name}
        problem = Problem(rule_codes.UNKNOWN_REGISTRY, kind="api", failure="D1", facts=facts)
        status: Status = "warn" if site.context.is_prepared else "fail"
        return report_problem(problem, status=status, notes=[may_be_hidden(names.name)])


def _pass_created(name: str, creation: Site) -> Outcome:
    place = Code(creation.place).shown
    return pass_check(say("the program creates the registry {name} ({place})", name=name, place=place))


def _read_registry_call(site: Site) -> tuple[str | None, str | None]:
    """The registry and the organization that a call of the `Api` names; None where source does not tell."""
    strings = site.arguments.strings
    return certain(strings.get("name", ())), certain(strings.get("organization", ()))


class Role(OfTarget):
    """Whether you may link into the registry, and which role you have there (B7).

    `readOnly` of its project decides, the roles explain it. The SDK asks the same of source projects. That it
    follows a registry's roles exactly is not verified [U], so the message says what the server said.
    """

    name = "role"
    group = "Links"
    requires = ("registry",)

    def explain_judgement(self, context: Context, target: LinkTarget, link: LinkInput, judgement: Judgement) -> Outcome:
        """REG304 where the server says read-only."""
        name = registry_name(link.project)
        registry = context.view.registry(judgement.organization or "", name)
        if registry is None and find_creation(name, target.site, context.source.calls, _organization_of(context, link)):
            return pass_check(say("the account that creates the registry {name} is its admin", name=name))
        if registry is None or registry.writable is None:
            return skip_check("the server does not say whether you may write to the registry")
        best = context.account.best_role(context.view.list_grants(judgement.organization or "", name))
        role = best.role.replace("_", " ") if best else ""
        if best and best.team:
            role = say("{role} through the team {team}", role=role, team=best.team)
        if registry.writable:
            return pass_check(
                say("you may link into {name} ({role})", name=registry.name, role=role)
                if role
                else say("you may link into {name}", name=registry.name)
            )
        facts = {
            "registry": registry.name,
            "role": role,
            "help": say(
                "ask an admin of the registry {name} for the role Member: registry, Settings, Registry members",
                name=registry.name,
            ),
        }
        problem = Problem(rule_codes.NO_WRITE_ACCESS, failure="B7", facts=facts)
        return report_problem(problem, notes=[say("the server says that it is read-only for you")])


class ArtifactType(OfTarget):
    """Whether the registry accepts the artifact's type (B4)."""

    name = "artifact-type"
    group = "Links"
    requires = ("registry",)

    def explain_judgement(self, context: Context, target: LinkTarget, link: LinkInput, judgement: Judgement) -> Outcome:
        """REG401, with the two ways out."""
        name = registry_name(link.project)
        facts, names = context.view.registry(judgement.organization or "", name), _organization_of(context, link)
        types = facts.types if facts else None
        if facts is None and (creation := find_creation(name, target.site, context.source.calls, names)):
            types = created_types(creation) or None
            if types is None and "artifact_types" in creation.arguments.names:
                return skip_check("the types that the program gives the registry are known only when it runs")
        kind = context.type_of(target)
        if types is None:
            return pass_check(say("the registry {name} accepts every type", name=name))
        allowed = list_names(types) or "none"
        if kind is None or not is_known(kind):
            return skip_check(
                say(
                    "the registry {name} accepts: {allowed}; the artifact's type is unknown, give it with --type",
                    name=name,
                    allowed=allowed,
                )
            )
        if kind in types:
            return pass_check(say("the registry {name} accepts the type {given}", name=name, given=kind))
        if facts is None:
            known = {"type": kind, "registry": name, "allowed": "\n".join(types)}
            return report_problem(Problem(rule_codes.TYPE_NOT_ALLOWED, failure="B4", facts=known))
        where = f', organization="{names.name}"' if names else ""
        add = f'r = wandb.Api().registry("{name}"{where}); r.artifact_types.append("{kind}"); r.save()'
        return report_problem(
            problem_of_link(context, target, judgement),
            notes=[say("the artifact would be uploaded, then the link refused")],
            more_help=[say("the admin's command, which cannot be undone: {add}", add=add)],
        )


class CollectionCheck(OfTarget):
    """Whether the collection's name is accepted (A8), and has the artifact's type, which never changes (B5)."""

    name = "collection"
    group = "Links"
    requires = ("registry",)

    def explain_judgement(self, context: Context, target: LinkTarget, link: LinkInput, judgement: Judgement) -> Outcome:
        """REG107 for a version in the name; REG402, with another collection as the way out."""
        if (named := judge_collection(link.collection)) is not None:
            if not named.is_bad:
                return skip_check(UNDOCUMENTED)
            return report_problem(problem_of_link(context, target, named), notes=[answer_of(named)])
        if judgement.rule == rule_codes.TYPE_NOT_ALLOWED:
            return block_check("artifact-type")
        collection = link.collection
        existing = context.view.collection_type(judgement.organization or "", link.project, collection)
        if judgement.rule == rule_codes.COLLECTION_TYPE_CONFLICT:
            return report_problem(
                problem_of_link(context, target, judgement),
                notes=[say("the artifact would be uploaded, then the link refused")],
                more_help=[
                    say(
                        'for example: target_path="{project}/{collection}-{type_text}"',
                        project=link.project,
                        collection=collection,
                        type_text=context.type_of(target),
                    )
                ],
            )
        if existing is None and "artifactCollections" in context.view.not_known:
            return skip_check(
                say(
                    "the server is too old to be asked whether {collection} is there, and of which type",
                    collection=collection,
                )
            )
        if existing is None:
            return pass_check(
                say("the collection {collection} does not exist yet: the first link makes it", collection=collection)
            )
        return pass_check(
            say("the collection {collection} is there, of type {existing}", collection=collection, existing=existing)
        )


def _organization_of(context: Context, link: LinkInput) -> OrganizationNames | None:
    organization = resolve_organization(link.source_entity, link.organization, context.view)
    return organization if isinstance(organization, OrganizationNames) else None


class CatalogDrift(Check):
    """Whether the committed catalog still says what the server says: lint judges by the catalog (E3)."""

    name = "catalog"
    group = "Account"
    requires = ("account",)

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The catalog, where the configuration names one."""
        if context.filed is not None:
            yield Subject(context.filed.path, context.filed.origin)

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """The differences, the first ones in words."""
        context.queries.look_up_links()
        on_file = context.filed.catalog.organizations if context.filed else ()
        pairs = [(names, item) for names in context.organizations for item in on_file if item.entity == names.entity]
        if not pairs:
            return skip_check(say("{subject} has none of your organizations", subject=subject.shown))
        old = Catalog(tuple(_looked_at(context, organization) for _, organization in pairs))
        new = Catalog(tuple(_as_it_is(context, names, organization) for names, organization in pairs))
        changes = old.diff(new)
        if not changes:
            return pass_check(
                say("{subject} agrees with the server on everything that the doctor compared", subject=subject.shown)
            )
        facts = {"path": subject.shown, "changes": list_names(map(str, changes))}
        return report_problem(Problem(rule_codes.CATALOG_DRIFT, failure="E3", facts=facts), status="warn")


def _looked_at(context: Context, organization: Organization) -> Organization:
    """The organization of the catalog file, without the registries that were not requested from the server."""
    registries = (item for item in organization.registries if context.view.has_asked(organization.entity, item.name))
    return replace(organization, registries=tuple(registries))


def _as_it_is(context: Context, names: OrganizationNames, filed: Organization) -> Organization:
    """The organization as the server shows it; what was not asked for is as it is on file."""
    on_file = {item.name: item for item in filed.registries}
    registries = []
    for name in context.view.registry_names(names.entity):
        facts = context.view.registry(names.entity, name)
        base = on_file.get(name) or Registry(name)
        visibility: Visibility = base.visibility
        if (shown := context.view.visibility(names.entity, name)) is not None:
            visibility = shown
        registries.append(replace(base, types=facts.types if facts else base.types, visibility=visibility))
    teams = {team.name for team in context.account.teams if team.organization == names}
    return Organization(names.name, names.entity, tuple(sorted(teams.union(filed.teams))), tuple(registries))
