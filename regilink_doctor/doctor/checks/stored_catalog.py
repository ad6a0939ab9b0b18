"""Whether the committed catalog still says what the server says (row E3)."""

from __future__ import annotations

from collections.abc import Iterable

from regilink_doctor.core import rule_codes
from regilink_doctor.core.catalog import Catalog, Organization, Registry, Visibility
from regilink_doctor.core.organization_view import OrganizationNames
from regilink_doctor.core.problems import Problem
from regilink_doctor.core.records import replace
from regilink_doctor.doctor.advice import list_names
from regilink_doctor.doctor.base import Check, Outcome, Subject, pass_check, report_problem, skip_check
from regilink_doctor.doctor.context import Context


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
        pairs = [(names, each) for names in context.organizations for each in on_file if each.entity == names.entity]
        if not pairs:
            return skip_check(f"{subject.shown} has none of your organizations")
        old = Catalog(tuple(_looked_at(context, organization) for _, organization in pairs))
        new = Catalog(tuple(_as_it_is(context, names, organization) for names, organization in pairs))
        changes = old.diff(new)
        if not changes:
            return pass_check(f"{subject.shown} says what the server says of everything that was looked at")
        facts = {"path": subject.shown, "changes": list_names(map(str, changes))}
        return report_problem(Problem(rule_codes.CATALOG_DRIFT, failure="E3", facts=facts), status="warn")


def _looked_at(context: Context, organization: Organization) -> Organization:
    """The organization as it is on file, without the registries that nobody has asked the server for."""
    kept = (each for each in organization.registries if context.directory.has_asked(organization.entity, each.name))
    return replace(organization, registries=tuple(kept))


def _as_it_is(context: Context, names: OrganizationNames, filed: Organization) -> Organization:
    """The organization as the server shows it; what was not asked for is as it is on file."""
    on_file = {each.name: each for each in filed.registries}
    registries = []
    for name in context.directory.registry_names(names.entity):
        facts = context.directory.registry(names.entity, name)
        base = on_file.get(name) or Registry(name)
        visibility: Visibility = base.visibility
        if (shown := context.directory.visibility(names.entity, name)) is not None:
            visibility = shown
        registries.append(replace(base, types=facts.types if facts else base.types, visibility=visibility))
    teams = {team.name for team in context.account.teams if team.organization == names}
    return Organization(names.name, names.entity, tuple(sorted(teams.union(filed.teams))), tuple(registries))
