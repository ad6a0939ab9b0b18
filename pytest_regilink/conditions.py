"""`@pytest.mark.regilink(...)`: what the server is like in a test; and the classic failures, `failures()`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from regilink_doctor.core.records import record, replace
from regilink_doctor.core.text import did_you_mean
from regilink_doctor.rules.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Literal, NoReturn

    from regilink_doctor.core.ledger import LinkAttempt
    from regilink_doctor.emulator import World
    from regilink_doctor.emulator.faults import Fault
    from regilink_doctor.emulator.world.model import User

ROLES = ("admin", "member", "viewer", "restricted_viewer")
CLASSIC = "classic"
NO_SUCH_TYPE = "a-type-that-nobody-logs"


@record
class Conditions:
    """The arguments of the mark (`docs/pytest.md`). What is None or empty stays as the world has it.

    Attributes:
        registries: name -> types (an empty list: every type). There are these and no others.
        entity: the kind of the entities that the code's runs go to.
        role: the user's, in every registry.
        server: a version of W&B Server, with what it can do.
        faults: names of the emulator's faults, or dictionaries of the arguments of `Emulator.fault`.
        types: the types that every registry accepts, whatever its name.
        failure: the name of a classic failure (`failures()`), that W&B must have refused something for.
    """

    registries: Mapping[str, Sequence[str] | None] | None = None
    entity: Literal["team", "personal", "organization"] | None = None
    role: str | None = None
    server: str | None = None
    faults: Sequence[Any] = ()
    types: Sequence[str] | None = None
    failure: str | None = None

    @classmethod
    def from_request(cls, request: pytest.FixtureRequest) -> Conditions:
        """The conditions of the command line, of the marks, the nearest last, and of the fixture's parameter."""
        conditions = cls().with_values("command line", read_options(request.config))
        for mark in reversed(list(request.node.iter_markers("regilink"))):
            if mark.args:
                _reject_condition(request.node.nodeid, "the marker regilink has keyword arguments alone")
            conditions = conditions.with_values(request.node.nodeid, mark.kwargs)
        param = getattr(request, "param", {})
        if not isinstance(param, dict):
            _reject_condition(request.node.nodeid, f'the parameter {param!r} is not a dictionary: {{"role": "viewer"}}')
        return conditions.with_values(request.node.nodeid, param)

    def with_values(self, where: str, values: Mapping[str, Any]) -> Conditions:
        """These conditions with other values.

        Raises:
            Failed: there is no such condition, or not such a value.
        """
        if unknown := sorted(set(values) - set(vars(self))):
            names = ", ".join(name for name in vars(self) if name != "failure")
            near = did_you_mean(unknown[0], vars(self))
            _reject_condition(where, f"the marker regilink has no {quoted(unknown[0])}{near}; it has {names}")
        for name, value in values.items():
            if value is not None and not _SHAPES[name][0](value):
                _reject_condition(where, f"{name}={value!r}: it is {_SHAPES[name][1]}")
        if values.get("entity") not in (None, "team", "personal", "organization"):
            _reject_condition(where, f"entity={values['entity']!r}: it is team, personal or organization")
        if values.get("role") not in (None, *ROLES):
            _reject_condition(where, f"role={values['role']!r}: it is {', '.join(ROLES[:-1])} or {ROLES[-1]}")
        return replace(self, **values)

    def arrange_world(self, world: World) -> None:
        """Let the world be so."""
        if self.registries is not None:
            _replace_registries(world, self.registries)
        if self.types is not None:
            _restrict_types(world, self.types)
        if self.entity is not None:
            _set_entity_kind(world, self.entity)
        if self.role is not None:
            set_role(world, self.role)
        if self.server is not None:
            world.server(self.server)

    def inject_faults(self, inject: Callable[..., object]) -> None:
        """Inject the faults, each by a call of `inject`.

        Raises:
            ValueError: there is no such fault, or no such operation.
        """
        for fault in self.faults:
            try:
                inject(**({"kind": fault} if isinstance(fault, str) else fault))
            except TypeError as error:
                raise ValueError(f"faults: {fault!r} is not what Emulator.fault takes: {error}") from None

    def find_unmet(self, declared: Iterable[Fault], links: Iterable[LinkAttempt]) -> str | None:
        """What the test was to meet and did not; None when it met everything."""
        for fault in declared:
            if fault.seen == 0:
                operation = f" at {quoted(fault.operation)}" if fault.operation else ""
                return f"no request met the fault {quoted(fault.kind)}{operation}: the test is the same without it"
        if self.failure is None or self.faults:
            return None
        refused = [attempt for attempt in links if attempt.verdict == "refused"]
        if not refused:
            return f"W&B refused nothing: the test did not meet the failure {quoted(self.failure)}"
        wanted = MET_AS.get(self.failure)
        if all(attempt.failure != wanted for attempt in refused):
            from pytest_regilink.assertions import describe_refusal

            return f"{describe_refusal(refused[-1])}; the test did not meet the failure {quoted(self.failure)}"
        return None


def read_options(config: pytest.Config) -> dict[str, Any]:
    """The conditions that the command line gives to every test; marks have the last word."""
    options = {"server": config.getoption("regilink_server"), "role": config.getoption("regilink_role")}
    return {name: value for name, value in options.items() if value is not None}


def read_fault_set(config: pytest.Config) -> tuple[str, ...]:
    """The kinds of faults that `--regilink-faults` injects into every test."""
    option = config.getoption("regilink_faults") or ""
    return tuple(kind.strip() for kind in option.split(",") if kind.strip() and option != CLASSIC)


def parametrize_failures(metafunc: pytest.Metafunc) -> None:
    """`--regilink-faults=classic`: run a test once for each classic failure, unless it says itself for which."""
    if "regilink" not in metafunc.fixturenames or metafunc.config.getoption("regilink_faults") != CLASSIC:
        return
    marks = metafunc.definition.iter_markers("parametrize")
    if not any("regilink" in str(mark.args[:1]) for mark in marks):
        metafunc.parametrize("regilink", list(FAILURES.values()), ids=list(FAILURES), indirect=True)


def _is_names(value: object) -> bool:
    return isinstance(value, (list, tuple, set, frozenset)) and all(isinstance(name, str) for name in value)


def _is_registries(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(name, str) and (types is None or _is_names(types)) for name, types in value.items()
    )


def _is_faults(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(fault, (str, dict)) for fault in value)


def _is_string(value: object) -> bool:
    return isinstance(value, str)


_SHAPES: dict[str, tuple[Callable[[object], bool], str]] = {
    "registries": (_is_registries, 'a dictionary of lists, {"model": ["model"]}; an empty list accepts every type'),
    "types": (_is_names, 'a list, ["model"]'),
    "faults": (_is_faults, 'a list of names and dictionaries, ["drop", {"kind": "status", "status": 500}]'),
    "server": (_is_string, 'a version as a string, "0.70"'),
    "entity": (_is_string, "team, personal or organization"),
    "role": (_is_string, f"{', '.join(ROLES[:-1])} or {ROLES[-1]}"),
    "failure": (lambda value: value in FAILURES, "the name of a classic failure"),
}
"""The check of each condition's shape, and its description."""


def _reject_condition(where: str, what: str) -> NoReturn:
    pytest.fail(f"{where}: {what}", pytrace=False)


def _replace_registries(world: World, registries: Mapping[str, Sequence[str] | None]) -> None:
    for organization in world.organizations.values():
        projects = organization.entity.projects
        for project in [item for item in projects.values() if item.is_registry]:
            del projects[project.name]
            world.forget(project.number)
    world.assumes.discard("registry")
    from regilink_doctor.emulator.world.access import Refusal

    for name, types in registries.items():
        try:
            world.registry(name, types=list(types) if types else None)
        except Refusal as refusal:
            raise ValueError(f"registries: {quoted(name)}: {refusal}") from None


def _restrict_types(world: World, types: Sequence[str]) -> None:
    for organization in world.organizations.values():
        for project in [item for item in organization.entity.projects.values() if item.is_registry]:
            project.allow_all_types = False
            project.types.clear()
            for name in types:
                world.make_type(project, name)
    world.assumed_types = tuple(types)


def _set_entity_kind(world: World, kind: Literal["team", "personal", "organization"]) -> None:
    """Let every entity that runs can go to be of this kind, also one that is assumed later."""
    world.assumed_kind = kind
    if kind == "team":
        return
    user = _first_user(world)
    for entity in [item for item in world.entities.values() if item.kind == "team"]:
        if entity.organization is not None:
            entity.organization.teams.pop(entity.name, None)
        entity.kind, entity.user = kind, user if kind == "personal" else None
    if kind == "personal":
        user.default_entity = user.username
    else:
        user.default_entity = next(iter(world.organizations.values())).entity.name


def set_role(world: World, role: str) -> None:
    """Give the user this role in every registry there is, and (admin, viewer) in those to come."""
    user = _first_user(world)
    for organization in world.organizations.values():
        if role in ("admin", "viewer"):
            world.member(user.username, organization=organization.name, role=role)
        for project in organization.entity.projects.values():
            if project.is_registry:
                world.member(user.username, registry=project.registry_name, organization=organization.name, role=role)


def _first_user(world: World) -> User:
    return next(iter(world.users.values()))


FAILURES: dict[str, dict[str, Any]] = {
    "personal-entity": {"entity": "personal"},
    "missing-registry": {"registries": {}},
    "wrong-type": {"types": [NO_SUCH_TYPE]},
    "no-permission": {"role": "viewer"},
    "server-error": {"faults": [{"kind": "status", "operation": "linkArtifact", "status": 500}]},
}
"""What most teams meet sooner or later."""

MET_AS = {"personal-entity": "B1", "missing-registry": "B3", "wrong-type": "B4", "no-permission": "B7"}
"""A classic failure -> its entry in the failure index, under which W&B refuses a link."""


def failures(*names: str) -> Callable[[Any], Any]:
    """Run a test once for each classic failure (or for those named), with a server that is like that.

    A test that W&B refuses nothing has not met its failure, and fails.

    >>> @failures()
    ... def test_publishing_fails_loudly(regilink):
    ...     with regilink.assert_fails_loudly():
    ...         train.main()

    Raises:
        ValueError: there is no such failure.
    """
    if unknown := sorted(set(names) - set(FAILURES)):
        near = did_you_mean(unknown[0], FAILURES)
        raise ValueError(f"no failure is called {quoted(unknown[0])}{near}; there are {', '.join(FAILURES)}")
    chosen = names or tuple(FAILURES)
    params = [{**FAILURES[name], "failure": name} for name in chosen]
    return pytest.mark.parametrize("regilink", params, ids=list(chosen), indirect=True)
