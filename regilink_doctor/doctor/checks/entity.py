"""The entities of the runs; and the script that logs an artifact again under a team, as it cannot be moved (B1)."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from regilink_doctor.client.connection_errors import ServerConnectionError
from regilink_doctor.core import rule_codes
from regilink_doctor.core.naming import ENTITY_FORBIDDEN
from regilink_doctor.core.origin import Configured, Setting
from regilink_doctor.core.phrases import say
from regilink_doctor.core.problems import Problem, placeholder
from regilink_doctor.core.target_path import is_known
from regilink_doctor.core.targets import LinkTarget
from regilink_doctor.core.text import close_to
from regilink_doctor.doctor.base import Check, Outcome, Subject, pass_check, report_problem, skip_check
from regilink_doctor.doctor.checks.target import NOT_PAIRED
from regilink_doctor.doctor.context import DEFAULT_ENTITY, Context
from regilink_doctor.doctor.facts import Account
from regilink_doctor.doctor.wording import describe_unknown_entity, entity_line, quote_message, use_a_team

INDENT = "    "
"""Before each line of a script: a report shows such lines of a help without its mark, to be copied as they are."""


def relog_script(context: Context, personal: str) -> tuple[str, ...]:
    """The lines, for the first target whose run belongs to the personal entity; none without a team to log under."""
    teams = sorted(team.name for team in context.account.usable_teams if placeholder(team.name) is None)
    team = context.account.default_entity if context.account.default_entity in teams else next(iter(teams), None)
    if team is None:
        return ()
    target = next((item for item in context.targets if _belongs_to_team(context, item, personal)), None)
    project = (target.known_project if target else None) or "PROJECT"
    fetched = target.consumed.text if target and target.consumed and target.consumed.is_known else None
    path = target.text if target else "wandb-registry-model/COLLECTION"
    source = fetched if fetched and fetched.startswith(f"{personal}/") else f"{personal}/{project}/NAME:VERSION"
    name = source.rpartition("/")[2].partition(":")[0]
    if source.count("/") == 2 and fetched == source:
        project = source.split("/")[1]
    lines = (
        "import wandb",
        f'old = wandb.Api().artifact("{source}")',
        f'with wandb.init(entity="{team}", project="{project}", job_type="log-again") as run:',
        f'    new = wandb.Artifact("{name}", type=old.type, description=old.description, metadata=old.metadata)',
        "    new.add_dir(old.download())",
        f'    run.link_artifact(run.log_artifact(new), target_path="{path}")',
    )
    return (
        say("an artifact cannot be moved to a team; log it again there:"),
        *(INDENT + line for line in lines),
    )


def _belongs_to_team(context: Context, target: LinkTarget, personal: str) -> bool:
    entity = context.run_entity(target)
    return target.is_known and entity is not None and entity.value == personal and context.links_registry(target)


def _registry_targets(context: Context) -> list[LinkTarget]:
    return [item for item in context.targets if item.is_known and context.links_registry(item)]


class EntityCheck(Check):
    """Whether a run of this entity can link into a registry: only a team's can (B1, B2, C20)."""

    name = "entity"
    group = "Account"
    requires = ("account",)

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The run's entity, of each target its own."""
        if any(item.consumed for item in context.targets) and context.queries.known_account is not None:
            with suppress(ServerConnectionError):  # `run_check` meets it again
                context.queries.look_up_links()
        targets = _registry_targets(context)
        alone = not context.targets and not context.consumed
        entities = [context.run_entity()] if alone else [context.run_entity(item) for item in targets]
        seen: dict[str, Setting[str]] = {}
        for item in entities:
            if item is not None and is_known(item.value):
                seen.setdefault(item.value, item)
        for name, setting in seen.items():
            yield Subject(name, setting.origin, entity=name)
        if not seen and (targets or alone):
            yield Subject("entity", target=next(iter(targets), None))

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Tell the kind of the entity, and which teams could be used instead."""
        account = context.account
        if subject.entity is None:
            if isinstance(subject.target, LinkTarget) and context.run_entity(subject.target) is not None:
                return skip_check(describe_unknown_entity(subject.target))
            return skip_check("the account has no default entity, and nothing sets one: give it with --entity")
        context.queries.look_up_links()
        name = subject.entity
        setting = Setting(name, subject.origin or DEFAULT_ENTITY)
        facts = context.view.entity(name)
        entity = {"entity": name}
        own = [item for item in _registry_targets(context) if context.run_entity(item) == setting]
        if own and all(context.judge_target(item).is_bad and context.may_be_well(item) for item in own):
            return skip_check(NOT_PAIRED)
        if facts is None:
            return _report_unknown(account, setting)
        if facts.kind == "personal":
            return report_problem(
                Problem(rule_codes.PERSONAL_ENTITY, failure="B1", facts=entity),
                notes=[quote_message("personal-entity-link")],
                help=use_a_team(account, setting),
                more_help=relog_script(context, name),
            )
        if facts.kind == "organization":
            return report_problem(
                Problem(rule_codes.ORGANIZATION_AS_ENTITY, failure="B2", facts=entity),
                help=use_a_team(account, setting),
            )
        if not facts.organizations:
            return report_problem(
                Problem(rule_codes.UNKNOWN_ENTITY, kind="no-organization", failure="B2", facts=entity),
                notes=[quote_message("unable-to-find-organization", entity)],
                help=use_a_team(account, setting),
            )
        if context.view.writable(name) is False:
            return _not_writable(context, setting)
        names = facts.organizations[0]
        if isinstance(setting.origin, Configured) and account.default_entity != name:
            details = {
                **entity,
                "origin": setting.origin.setting,
                "default": account.default_entity or say("no entity"),
            }
            problem = Problem(rule_codes.IMPLICIT_ENTITY, kind="configured", facts=details)
            return report_problem(problem, status="warn", help=entity_line(name, setting))
        return pass_check(
            say(
                "{name} ({origin}) is a team of {organization} (entity {entity})",
                name=name,
                origin=setting.origin.shown,
                organization=names.name,
                entity=names.entity,
            )
        )


def _report_unknown(account: Account, setting: Setting[str]) -> Outcome:
    """That the server shows no entity of this name, and which team was probably meant."""
    name = setting.value
    near = close_to(name, [team.name for team in account.teams if placeholder(team.name) is None])
    meant = say("; did you mean {near}?", near=near) if near else ""
    if ENTITY_FORBIDDEN.isdisjoint(name):
        user = account.username
        note = say("it is missing, or not shown to {username}{meant}; wandb.init fails", username=user, meant=meant)
    else:
        note = say(
            "no entity has such a name; a team's is in the address of its page: wandb.ai/TEAM{meant}", meant=meant
        )
    problem = Problem(rule_codes.UNKNOWN_ENTITY, failure="B2", facts={"entity": name})
    return report_problem(problem, notes=[note], help=use_a_team(account, setting, near))


class EntityAccess(Check):
    """Whether the server says at all that you may log runs in the entity."""

    name = "entity-access"
    group = "Account"
    requires = ("entity",)

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The entities of which the server does not say it."""
        for subject in EntityCheck().find_subjects(context):
            if subject.entity is not None and context.view.is_unsaid_whether_writable(subject.entity):
                yield subject

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Leave it open."""
        context.queries.look_up_links()
        if (writable := context.view.writable(subject.shown)) is not None:
            return pass_check(
                say("you may log runs in {entity}", entity=subject.shown)
                if writable
                else say("you may not log runs in {entity}", entity=subject.shown)
            )
        return skip_check(say("the server does not say whether you may log runs in {subject}", subject=subject.shown))


def _not_writable(context: Context, setting: Setting[str]) -> Outcome:
    """The entity is shown, but nothing can be logged there: a service account, a viewer, a stranger (B2, B9)."""
    account, entity = context.account, setting.value
    if context.view.service_account:
        team = account.default_entity or ""
        facts = {"account": account.username, "entity": entity, "team": team, "help": entity_line(team, setting)}
        return report_problem(
            Problem(rule_codes.SERVICE_ACCOUNT, failure="B9", facts=facts),
            notes=[
                say("wandb.init fails"),
                quote_message("permission-denied"),
            ],
            more_help=[
                say(
                    "or ask an admin of {entity} for a service account of that team, or of the organization",
                    entity=entity,
                )
            ],
        )
    member = entity in (team.name for team in account.teams)
    role = say("your role there is that of a viewer") if member else say("you are not a member of it")
    return report_problem(
        Problem(
            rule_codes.UNKNOWN_ENTITY,
            failure="B2",
            facts={"entity": entity, "account": account.username},
            kind="read-only",
        ),
        notes=[say("{role}: wandb.init fails", role=role), quote_message("permission-denied")],
        help=use_a_team(account, setting),
        more_help=[say("or ask an admin of {entity} to let you log runs there", entity=entity)],
    )
