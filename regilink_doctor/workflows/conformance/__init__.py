"""Put a W&B server through what is not verified about W&B, and compare its answers with the emulator's."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from regilink_doctor.client.connection_errors import ServerConnectionError
from regilink_doctor.client.credentials import Key
from regilink_doctor.client.gateway import Gateway
from regilink_doctor.core.organization_view import OrganizationNames
from regilink_doctor.core.records import record
from regilink_doctor.core.wandb_messages import field_names, find_message
from regilink_doctor.doctor.probe.run import delay_signals
from regilink_doctor.emulator import Emulator, World
from regilink_doctor.workflows.conformance.scenarios import NOT_PROVOKED, SCENARIOS, Scenario
from regilink_doctor.workflows.conformance.scratch import (
    Facts,
    Names,
    Refused,
    Registry,
    Scratch,
    read_account,
    read_registry,
)
from regilink_doctor.workflows.server_session import ServerAccess, ServerSession, Unanswered, answered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Status = Literal["same", "different", "not run"]
    Obstacle = Literal["unfit", "refused", "unanswered"]

Confirm = Callable[[Sequence[str]], bool]
"""Asked before anything is written, with what will be written."""


@record
class NotRun:
    """Why a scenario has no facts.

    It does not fit this run, the server refused a step before it, or did not answer as W&B does.
    """

    reason: str
    why: Obstacle = "unfit"


@record
class Comparison:
    """What both servers answered to one scenario. `differences` are the facts that differ, by their names.

    `reason` says why a scenario was not run; it has no facts then, and `obstacle` is what kind of reason it is.
    """

    scenario: str
    claim: str
    failures: tuple[str, ...]
    status: Status
    emulator: Facts | None = None
    server: Facts | None = None
    differences: tuple[str, ...] = ()
    reason: str | None = None
    message: str | None = None
    obstacle: Obstacle | None = None


@record
class Conformance:
    """The report. It names no account, organization, team or server.

    `left` are the things that could not be deleted afterwards: for the terminal only, as their names are the user's.
    """

    comparisons: tuple[Comparison, ...]
    features: tuple[str, ...]
    day: str
    left: tuple[str, ...] = ()

    def count(self, status: Status) -> int:
        """How many scenarios ended so."""
        return sum(comparison.status == status for comparison in self.comparisons)

    @property
    def exit_status(self) -> int:
        """The status of the command.

        0 all that ran are the same, 1 one differs or was refused before it began, or something was left behind, 2 none
        could be run, or the server did not answer one as W&B does.
        """
        if self.count("same") + self.count("different") == 0 or self.count_obstacles("unanswered"):
            return 2
        return 1 if self.count("different") or self.count_obstacles("refused") or self.left else 0

    def count_obstacles(self, obstacle: Obstacle) -> int:
        """How many scenarios could not be run for such a reason."""
        return sum(comparison.obstacle == obstacle for comparison in self.comparisons)

    def to_record(self) -> dict[str, object]:
        """The file with which `core.wandb_messages` marks messages as verified: the server's own wording and status."""
        messages = {}
        for comparison in self.comparisons:
            facts = comparison.server
            if comparison.message is None or facts is None or facts["outcome"] != "refused":
                continue
            wording = facts["message"]
            if set(field_names(wording)) <= set(field_names(find_message(comparison.message).template)):
                messages[comparison.message] = {"template": wording, "status": facts["status"]}
        scenarios = {entry.scenario: entry.status for entry in self.comparisons if entry.status != "not run"}
        return {"version": 1, "day": self.day, "messages": messages, "scenarios": scenarios}


def check_conformance(
    access: ServerAccess,
    *,
    confirm: Confirm,
    notice: Callable[[str], None],
    entity: str | None = None,
    registry: str | None = None,
    second_key: str | None = None,
) -> Conformance:
    """Run every scenario against a real server and against an emulator of the same organization.

    Everything is made in a scratch project of the team and in a scratch registry, and deleted at the end, also after a
    failure or Ctrl-C.

    Args:
        access: how the server is reached.
        confirm: asked before anything is written.
        notice: takes a sentence for the user.
        entity: the team that owns the scratch project; the default one.
        registry: a registry to use instead of a scratch one. What would change it is not run.
        second_key: the API key of another account of the organization, for the scenarios on roles.

    Raises:
        Unanswered: the server could not be asked, or not for this; the user said no.
    """
    with answered():
        session = ServerSession(access)
        names = _choose_names(session, entity, registry)
        existing = _find_existing(session.gateway, names)
        second = None
        if second_key is not None:
            settings = session.settings
            second = Gateway(settings.host, Key(second_key), route=settings.route, timeout=access.timeout)
        if not confirm(_describe_writes(names)):
            raise Unanswered("nothing was written", "answer y, or --yes")
        usable_type = existing.types[0] if existing else names.types[0]
        private = {session.account.username: "user"}
        features = _features_of(session)
        left: list[str] = []
        with _emulate(session.account.username, names, existing, second, features) as (gateway, emulated_second):
            own = Scratch(gateway, names, private=private, second=emulated_second, type=usable_type)
            emulated = _observe(own)
            real = Scratch(session.gateway, names, private=private, second=second, type=usable_type)
            try:
                observed = _observe(real)
            except KeyboardInterrupt:
                notice("stopped: deleting what was made")
                raise
            finally:
                with delay_signals(lambda: notice("deleting what was made, one moment")):
                    left += real.remove_everything()
                    if left:
                        notice("could not be deleted:\n" + "\n".join(f"  {item}" for item in left))
    compared = tuple(_compare(scenario, emulated[scenario.name], observed[scenario.name]) for scenario in SCENARIOS)
    impossible = tuple(
        Comparison(key, find_message(key).template, (find_message(key).failure,), "not run", reason=reason)
        for key, reason in NOT_PROVOKED.items()
    )
    return Conformance((*compared, *impossible), tuple(sorted(features)), date.today().isoformat(), tuple(left))


def _choose_names(session: ServerSession, entity: str | None, registry: str | None) -> Names:
    """The team, its organization, and scratch names.

    Raises:
        Unanswered: there is no team in an organization.
    """
    wanted = entity or (session.settings.entity.value if session.settings.entity else session.account.default_entity)
    team = next((team for team in session.account.usable_teams if team.name == wanted), None)
    if team is None or team.organization is None:
        usable = ", ".join(team.name for team in session.account.usable_teams)
        raise Unanswered(
            f"{wanted} is not a team of this account that belongs to an organization",
            f"--entity with one of: {usable}" if usable else "links to a registry need a team in an organization",
        )
    organization: OrganizationNames = team.organization
    token = secrets.token_hex(4)
    name = registry or f"regilink-conformance-{token}"
    return Names(team.name, organization.name, organization.entity, name, registry is None, token)


def _find_existing(gateway: Gateway, names: Names) -> Registry | None:
    """The registry that was named; None where a scratch one is made.

    Raises:
        Unanswered: it cannot be used.
    """
    if names.owns_registry:
        return None
    existing = read_registry(gateway, names.organization_entity, names.registry)
    if existing is None:
        raise Unanswered(f"there is no registry {names.registry}", "--registry takes its name without the prefix")
    if not existing.is_writable:
        raise Unanswered(f"your role does not let you link to the registry {names.registry}", "name another one")
    if not existing.types:
        raise Unanswered(f"the registry {names.registry} has no type yet", "name another one; a link would add a type")
    return existing


def _describe_writes(names: Names) -> tuple[str, ...]:
    """What will be written, for people."""
    place = f"{names.organization}/{names.registry}"
    new = "a new registry" if names.owns_registry else "collections in the registry"
    return (
        f"a new project {names.entity}/{names.project} with a run and about {len(SCENARIOS)} versions without files",
        f"{new} {place}, with about {len(SCENARIOS)} collections whose names have {names.token} in them",
    )


def _features_of(session: ServerSession) -> set[str]:
    features = (session.data.get("serverInfo") or {}).get("features") or ()
    return {feature["name"] for feature in features if feature["isEnabled"]}


@contextmanager
def _emulate(
    username: str, names: Names, existing: Registry | None, second: Gateway | None, features: set[str]
) -> Iterator[tuple[Gateway, Gateway | None]]:
    """An emulator of the same organization: gateways of the account, and of the second one."""
    world = World()
    world.organization(names.organization, entity=names.organization_entity)
    world.team(names.entity)
    world.user(username, teams=[names.entity])
    if features:
        world.features &= features
    if existing is not None:
        types = None if existing.allows_all_types else existing.types
        project = world.registry(names.registry, types, "restricted" if existing.is_restricted else "organization")
        world.member(username, registry=names.registry)
        for name in existing.types:
            world.make_type(project, name)
    if second is not None:
        second_name, teams = read_account(second)
        shared = [team for team in teams if team == names.entity]
        world.user(second_name, teams=shared, organizations=[names.organization])
    with Emulator(world) as emulator:
        gateways = [Gateway(emulator.url, Key(user.key), timeout=30) for user in world.users.values()]
        yield gateways[0], gateways[1] if second is not None else None


def _observe(scratch: Scratch) -> dict[str, Facts | NotRun]:
    """The facts of each scenario by its name, or why it could not run."""
    observed: dict[str, Facts | NotRun] = {}
    try:
        scratch.set_up()
    except Refused as refusal:
        raise Unanswered(f"the scratch project or registry was refused: {refusal}", _SET_UP_HELP) from None
    for scenario in SCENARIOS:
        observed[scenario.name] = _run_scenario(scratch, scenario)
    return observed


_SET_UP_HELP = "--entity names another team, --registry uses a registry that is there"


def _run_scenario(scratch: Scratch, scenario: Scenario) -> Facts | NotRun:
    if scenario.needs_registry_of_its_own and not scratch.names.owns_registry:
        return NotRun("it changes the registry: run without --registry")
    if scenario.needs_second_account and scratch.second is None:
        return NotRun("it needs a second account: --second-key")
    try:
        return scenario.observe(scratch)
    except Refused as refusal:
        return NotRun(f"it could not be prepared: {scratch.strip_names(str(refusal), {})}", "refused")
    except ServerConnectionError as error:
        # The server's message may have names in it; the cause has none.
        detail = f": {error.problem.facts['detail']}" if error.cause == "other-api" else ""
        return NotRun(f"the server did not answer as W&B does: {error.cause}{detail}", "unanswered")


def _compare(scenario: Scenario, emulated: Facts | NotRun, observed: Facts | NotRun) -> Comparison:
    common = (scenario.name, scenario.claim, scenario.failures)
    if isinstance(observed, NotRun):
        return Comparison(*common, "not run", reason=observed.reason, message=scenario.message, obstacle=observed.why)
    if isinstance(emulated, NotRun):
        reason = f"the emulator cannot: {emulated.reason}"
        return Comparison(*common, "not run", reason=reason, message=scenario.message, obstacle="unfit")
    differences = tuple(_find_differences(emulated, observed))
    status: Status = "different" if differences else "same"
    return Comparison(*common, status, emulated, observed, differences, message=scenario.message)


def _find_differences(emulated: Facts, observed: Facts, prefix: str = "") -> Iterator[str]:
    for name in dict.fromkeys([*emulated, *observed]):
        one, other = emulated.get(name), observed.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            yield from _find_differences(one, other, f"{prefix}{name}.")
        elif one != other:
            yield f"{prefix}{name}"
