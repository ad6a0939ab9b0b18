"""Checks of the entity that runs would belong to (rows B1, B2, B9, C20)."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from regilink_doctor.client.connection_errors import ServerConnectionError
from regilink_doctor.core.origin import Configured, Setting
from regilink_doctor.core.phrasing import close_to
from regilink_doctor.core.target_path import is_known
from regilink_doctor.doctor.advice import answer, entity_line, use_a_team
from regilink_doctor.doctor.base import Check, Outcome, Subject, passed, skipped
from regilink_doctor.doctor.context import DEFAULT_ENTITY, Context
from regilink_doctor.doctor.relog_script import relog_script


class EntityCheck(Check):
    """Whether a run of this entity can link into a registry: only a team's can (B1, B2, C20)."""

    name = "entity"
    group = "Account"
    requires = ("account",)

    def subjects(self, context: Context) -> Iterable[Subject]:
        """The run's entity, of each target its own."""
        if any(each.consumed for each in context.targets) and context.enquiry.known_account is not None:
            with suppress(ServerConnectionError):  # `look` meets it again
                context.enquiry.links_looked_up()
        targets = [each for each in context.targets if each.is_known and context.links_registry(each)]
        alone = not context.targets and not context.consumed
        entities = [context.run_entity()] if alone else [context.run_entity(each) for each in targets]
        seen: dict[str, Setting[str]] = {}
        for each in entities:
            if each is not None and is_known(each.value):
                seen.setdefault(each.value, each)
        for name, given in seen.items():
            yield Subject(name, given.origin, entity=name)
        if not seen and (targets or alone):
            yield Subject("entity")

    def look(self, context: Context, subject: Subject) -> Outcome:
        """Tell the kind of the entity, and which teams could be used instead."""
        account = context.account
        if subject.entity is None:
            return skipped("the account has no default entity, and nothing sets one: give it with --entity")
        context.enquiry.links_looked_up()
        name = subject.entity
        given = Setting(name, subject.origin or DEFAULT_ENTITY)
        facts = context.directory.entity(name)
        origin = f"{name} ({given.origin.shown})"
        if facts is None:
            near = close_to(name, [team.name for team in account.teams])
            meant = f"; did you mean {near}?" if near else ""
            return Outcome(
                "fail",
                f"there is no entity {origin}, or it is not shown to {account.username}{meant}: wandb.init fails",
                "REG207",
                use_a_team(account, given, near),
                ("B2",),
            )
        if facts.kind == "personal":
            what = f"{origin} is a personal entity, and only a team's artifacts can be linked into a registry: the "
            what += "artifact would be uploaded, then the link refused"
            return Outcome(
                "fail",
                f"{what}; {_words('personal-entity-link')}",
                "REG203",
                "\n".join([use_a_team(account, given), *relog_script(context, name)]),
                ("B1", "C20"),
            )
        if facts.kind == "organization":
            return Outcome(
                "fail",
                f"{origin} is the organization's own entity, not a team: W&B creates no runs there",
                "REG204",
                use_a_team(account, given),
                ("B2",),
            )
        if not facts.organizations:
            return Outcome(
                "fail",
                f"{origin} is a team without an organization, so there is no registry that it could link into; "
                + answer("unable-to-find-organization", {"entity": name}),
                "REG207",
                use_a_team(account, given),
                ("B2", "A12"),
            )
        if context.directory.writable(name) is False:
            return _not_writable(context, given, origin)
        names = facts.organizations[0]
        if isinstance(given.origin, Configured) and account.default_entity != name:
            default = account.default_entity or "no entity"
            return Outcome(
                "warn",
                f"{origin} is a team of {names.name}, but nothing tells wandb: where code does not say entity=, "
                f"the run belongs to {default} (the account's default entity)",
                "REG201",
                entity_line(name, given),
                ("B1", "B2"),
            )
        return passed(f"{origin} is a team of {names.name} (entity {names.entity})")


class EntityAccess(Check):
    """Whether the server says at all that you may log runs in the entity."""

    name = "entity-access"
    group = "Account"
    requires = ("entity",)

    def subjects(self, context: Context) -> Iterable[Subject]:
        """The entities of which the server does not say it."""
        for subject in EntityCheck().subjects(context):
            if subject.entity is not None and context.directory.is_unsaid_whether_writable(subject.entity):
                yield subject

    def look(self, context: Context, subject: Subject) -> Outcome:
        """Leave it open."""
        context.enquiry.links_looked_up()
        if (writable := context.directory.writable(subject.shown)) is not None:
            return passed(f"you may {'' if writable else 'not '}log runs in {subject.shown}")
        return skipped(f"the server does not say whether you may log runs in {subject.shown}")


def _not_writable(context: Context, given: Setting[str], origin: str) -> Outcome:
    """The entity is shown, but nothing can be logged there: a service account, a viewer, a stranger (rows B2, B9)."""
    account = context.account
    answer_words = _words("permission-denied")
    if context.directory.service_account:
        return Outcome(
            "fail",
            f"{account.username} is a service account of {account.default_entity}, and logs nothing in {origin}: "
            f"wandb.init fails; {answer_words}",
            "REG807",
            entity_line(account.default_entity or "", given)
            + f"\nor ask an admin of {given.value} for a service account of that team, or of the organization",
            ("B9",),
        )
    member = given.value in (team.name for team in account.teams)
    what = "your role there is that of a viewer" if member else "you are not a member of it"
    return Outcome(
        "fail",
        f"the server says that {origin} is read-only for {account.username} ({what}): wandb.init fails; {answer_words}",
        "REG207",
        use_a_team(account, given) + f"\nor ask an admin of {given.value} to let you log runs there",
        ("B2", "B7"),
    )


def _words(text: str) -> str:
    return answer(text)
