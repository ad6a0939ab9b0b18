"""Checks of the server, the account and the entity that runs would belong to. One request feeds them all."""

from __future__ import annotations

from collections.abc import Iterable

from regilink_doctor.client.faults import REJECTED, TOO_OLD, ServerFault
from regilink_doctor.core.checks import Sourced
from regilink_doctor.core.ledger import Verdict
from regilink_doctor.core.link_rules import resolve_organization
from regilink_doctor.core.target_path import HOLE
from regilink_doctor.doctor.advice import answer, close_to, listed, use_a_team
from regilink_doctor.doctor.checks import Examination, Outcome, Subject, passed, skipped
from regilink_doctor.doctor.context import Context

SEARCH = "ARTIFACT_REGISTRY_SEARCH"
"""Without this feature `wandb.Api().registry()` and `registries()` raise (row B13)."""


class Host(Examination):
    """Whether a W&B server answers at the address (row C19). Whatever it says of the key belongs to `account`."""

    name = "host"

    def subjects(self, context: Context) -> Iterable[Subject]:
        """The address."""
        yield Subject(context.gateway.shown, context.settings.host.source)

    def look(self, context: Context, subject: Subject) -> Outcome:
        """Make the first request."""
        if context.settings.problem_of("host"):
            return skipped("not looked at, because `settings` (host) failed")
        try:
            context.enquiry.account()
        except ServerFault as fault:
            if fault.code not in (REJECTED, TOO_OLD):
                end = f" (the address comes from {subject.source})"
                return Outcome("fail", fault.message + end, fault.code, fault.help, (fault.row,))
        return passed(f"{subject.shown} answered in {context.gateway.elapsed_ms} ms")


class AccountCheck(Examination):
    """Whose key it is, and whether the server takes it (row C18)."""

    name = "account"
    requires = ("host", "credentials")

    def subjects(self, context: Context) -> Iterable[Subject]:
        """The key's owner."""
        yield Subject("account", context.settings.credentials.source)

    def look(self, context: Context, subject: Subject) -> Outcome:
        """Read the first answer."""
        host, source = context.gateway.shown, subject.source
        try:
            account = context.enquiry.account()
        except ServerFault as fault:
            end = f"; the key comes from {source}" if fault.code == REJECTED else ""
            return Outcome("fail", fault.message + end, fault.code, fault.help, (fault.row,))
        if account is None:
            return Outcome(
                "fail",
                f"{host} knows nobody by the API key from {source}: it belongs to another server, or was deleted",
                "REG803",
                f"wandb login --relogin --host {host}",
                ("C18",),
            )
        teams = listed(team.name for team in account.teams) or "none"
        return passed(f"you are {account.username}; teams: {teams}")


class Server(Examination):
    """What the server can do (row B13). The SDK takes any error of this question for "too old"; here it is asked."""

    name = "server"
    requires = ("account",)

    def subjects(self, context: Context) -> Iterable[Subject]:
        """The server."""
        yield Subject(context.gateway.shown)

    def look(self, context: Context, subject: Subject) -> Outcome:
        """Look for the features that registries need."""
        features = context.enquiry.features
        if features is not None and SEARCH in features:
            return passed("the server can list registries and link into them")
        how = "does not say what it can do" if features is None else f"does not have {SEARCH}"
        return Outcome(
            "warn",
            f"{subject.shown} {how}: wandb.Api().registry() and registries() raise RuntimeError there; "
            "linking by a target path may still work",
            "REG805",
            "ask whoever runs the server to update it",
            ("B13",),
        )


class EntityCheck(Examination):
    """Whether a run of this entity can link into a registry: only a team of an organization can (rows B1, B2, C20)."""

    name = "entity"
    requires = ("account",)

    def subjects(self, context: Context) -> Iterable[Subject]:
        """The run's entity, of each target its own."""
        targets = [each for each in context.targets if each.known and context.links_registry(each)]
        entities = [context.run_entity(each) for each in targets] if context.targets else [context.run_entity()]
        seen: dict[str, Sourced] = {}
        for each in entities:
            if each is not None and HOLE not in each.value:
                seen.setdefault(each.value, each)
        for name, given in seen.items():
            yield Subject(name, given.source, entity=name)
        if not seen and (targets or not context.targets):
            yield Subject("entity")

    def look(self, context: Context, subject: Subject) -> Outcome:
        """Tell the kind of the entity, and which teams could be used instead."""
        account = context.account
        if subject.entity is None:
            return skipped("the account has no default entity, and nothing sets one: give it with --entity")
        context.enquiry.links_looked_up()
        name = subject.entity
        given = Sourced(name, subject.source or "")
        facts = context.directory.entity(name)
        origin = f"{name} ({given.source})"
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
                "fail", f"{what}; {_words('personal-entity-link')}", "REG203", use_a_team(account, given), ("B1", "C20")
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
                + answer(Verdict("refused", "REG207", "B2", "unable-to-find-organization", (("entity", name),))),
                "REG207",
                use_a_team(account, given),
                ("B2", "A12"),
            )
        names = facts.organizations[0]
        return passed(f"{origin} is a team of {names.name} (entity {names.entity})")


def _words(text: str) -> str:
    return answer(Verdict("refused", text=text))


class OrganizationVariable(Examination):
    """`WANDB_ORGANIZATION`, which decides for every path without an organization of its own (row A15)."""

    name = "organization-variable"
    requires = ("account",)

    def subjects(self, context: Context) -> Iterable[Subject]:
        """The variable, where it is set."""
        given = context.settings.organization
        if given is not None:
            yield Subject(given.value, given.source)

    def look(self, context: Context, subject: Subject) -> Outcome:
        """Whether the run's entity belongs to it."""
        fix = f"unset {subject.source.removeprefix('environment ')}" if subject.source else "unset WANDB_ORGANIZATION"
        if not subject.shown:
            return Outcome(
                "warn",
                f"{subject.source} is set, but empty: a link takes that for unset, but wandb.Api().registry() "
                "looks for an organization without a name; the SDK would answer: \"Organization '' not found.\"",
                "REG703",
                fix,
                ("A15",),
            )
        entity = context.run_entity()
        if entity is None or HOLE in entity.value:
            return skipped("the run's entity is not known")
        context.enquiry.links_looked_up()
        facts = context.directory.entity(entity.value)
        if facts is None or facts.kind != "team" or not facts.organizations:
            return skipped(f"{entity.value} ({entity.source}) is no team that could be compared with it; see `entity`")
        found = resolve_organization(entity.value, subject.shown, context.directory)
        if not isinstance(found, Verdict):
            return passed(f"{subject.shown} ({subject.source}) is the organization of {entity.value}")
        names = facts.organizations[0]
        same = subject.shown == entity.value
        what = "the run's entity, not an organization" if same else f"not the organization of {entity.value}"
        code = "REG703" if same else found.code
        return Outcome(
            "fail",
            f"{subject.source} is {subject.shown}, which is {what}: every link whose path names no organization fails; "
            + answer(found),
            code,
            f"{fix}\nor: export WANDB_ORGANIZATION={_shell(names.name)}",
            ("A15", "A12"),
        )


def _shell(text: str) -> str:
    import shlex

    return shlex.quote(text)
