"""What `@pytest.mark.regilink(...)` says about the server that a test meets, and the failures everybody meets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from regilink_doctor.core.records import record, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Literal, NoReturn

    from regilink_doctor.emulator import Emulator, World
    from regilink_doctor.emulator.world.model import User

ROLES = ("admin", "member", "viewer", "restricted_viewer")
NO_SUCH_TYPE = "a-type-that-nobody-logs"


@record
class Conditions:
    """See `docs/pytest.md`. What is None or empty stays as the world has it.

    Attributes:
        registries: name -> types (an empty list: every type). There are these and no others.
        entity: of which kind the entities are that the code's runs go to.
        role: the user's, in every registry.
        server: a preset of the emulator: what an older or a restricted server can do.
        faults: what goes wrong: names of the emulator's faults, or dictionaries of what `Emulator.fault` takes.
        types: what every registry takes, whatever it is called.
    """

    registries: Mapping[str, Sequence[str] | None] | None = None
    entity: Literal["team", "personal", "organization"] | None = None
    role: str | None = None
    server: str | None = None
    faults: Sequence[Any] = ()
    types: Sequence[str] | None = None

    @classmethod
    def of(cls, request: pytest.FixtureRequest) -> Conditions:
        """Those of the test's marks, the nearest last, and those that a parameter of the fixture gives."""
        found = cls()
        for mark in reversed(list(request.node.iter_markers("regilink"))):
            if mark.args:
                _complain(request.node.nodeid, "the marker regilink takes keyword arguments alone")
            found = found.changed(request.node.nodeid, mark.kwargs)
        given = getattr(request, "param", None)
        return found.changed(request.node.nodeid, given) if isinstance(given, dict) else found

    def changed(self, where: str, values: Mapping[str, Any]) -> Conditions:
        """With these values.

        Raises:
            Failed: there is no such condition, or not such a value.
        """
        if unknown := sorted(set(values) - set(vars(self))):
            known = ", ".join(vars(self))
            _complain(where, f"the marker regilink has no {unknown[0]!r}; it has {known}")
        for name, value in values.items():
            if value is not None and not _SHAPES[name][0](value):
                _complain(where, f"{name}={value!r}: it is {_SHAPES[name][1]}")
        if values.get("entity") not in (None, "team", "personal", "organization"):
            _complain(where, f"entity={values['entity']!r}: it is team, personal or organization")
        if values.get("role") not in (None, *ROLES):
            _complain(where, f"role={values['role']!r}: it is {', '.join(ROLES[:-1])} or {ROLES[-1]}")
        return replace(self, **values)

    def arrange(self, world: World) -> None:
        """Make the world so."""
        if self.registries is not None:
            _only(world, self.registries)
        if self.types is not None:
            _take(world, self.types)
        if self.entity is not None:
            _be(world, self.entity)
        if self.role is not None:
            act_as(world, self.role)
        if self.server is not None:
            world.server(self.server)

    def disturb(self, emulator: Emulator) -> None:
        """Let go wrong what is to go wrong."""
        for fault in self.faults:
            try:
                emulator.fault(**({"kind": fault} if isinstance(fault, str) else fault))
            except TypeError as error:
                raise ValueError(f"faults: {fault!r} is not what Emulator.fault takes: {error}") from None


def _is_names(value: object) -> bool:
    return isinstance(value, (list, tuple, set, frozenset)) and all(isinstance(each, str) for each in value)


def _is_registries(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(name, str) and (types is None or _is_names(types)) for name, types in value.items()
    )


def _is_faults(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(each, (str, dict)) for each in value)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


_SHAPES: dict[str, tuple[Callable[[object], bool], str]] = {
    "registries": (_is_registries, 'a dictionary of lists, {"model": ["model"]}; an empty list takes every type'),
    "types": (_is_names, 'a list, ["model"]'),
    "faults": (_is_faults, 'a list of names and dictionaries, ["drop", {"kind": "status", "status": 500}]'),
    "server": (_is_text, 'a version as a text, "0.70"'),
    "entity": (_is_text, "team, personal or organization"),
    "role": (_is_text, f"{', '.join(ROLES[:-1])} or {ROLES[-1]}"),
}
"""Of what shape each condition is, and how that is said."""


def _complain(where: str, what: str) -> NoReturn:
    pytest.fail(f"{where}: {what}", pytrace=False)


def _only(world: World, registries: Mapping[str, Sequence[str] | None]) -> None:
    for organization in world.organizations.values():
        projects = organization.entity.projects
        for project in [each for each in projects.values() if each.is_registry]:
            del projects[project.name]
            world.forget(project.number)
    world.assumes.discard("registry")
    from regilink_doctor.emulator.world.refusal import Refusal

    for name, types in registries.items():
        try:
            world.registry(name, types=list(types) if types else None)
        except Refusal as refusal:
            raise ValueError(f"registries: {name!r}: {refusal}") from None


def _take(world: World, types: Sequence[str]) -> None:
    for organization in world.organizations.values():
        for project in [each for each in organization.entity.projects.values() if each.is_registry]:
            project.allow_all_types = False
            project.types.clear()
            for name in types:
                world.make_type(project, name)
    world.assumed_types = tuple(types)


def _be(world: World, kind: Literal["team", "personal", "organization"]) -> None:
    """Let every entity that runs can go to be of this kind, also one that is assumed later."""
    world.assumed_kind = kind
    if kind == "team":
        return
    user = _user(world)
    for entity in [each for each in world.entities.values() if each.kind == "team"]:
        if entity.organization is not None:
            entity.organization.teams.pop(entity.name, None)
        entity.kind, entity.user = kind, user if kind == "personal" else None
    if kind == "personal":
        user.default_entity = user.username
    else:
        user.default_entity = next(iter(world.organizations.values())).entity.name


def act_as(world: World, role: str) -> None:
    """Give the user this role in every registry there is, and (admin, viewer) in those to come."""
    user = _user(world)
    for organization in world.organizations.values():
        if role in ("admin", "viewer"):
            world.member(user.username, organization=organization.name, role=role)
        for project in organization.entity.projects.values():
            if project.is_registry:
                world.member(user.username, registry=project.registry_name, organization=organization.name, role=role)


def _user(world: World) -> User:
    return next(iter(world.users.values()))


FAILURES: dict[str, dict[str, Any]] = {
    "personal-entity": {"entity": "personal"},
    "missing-registry": {"registries": {}},
    "wrong-type": {"types": [NO_SUCH_TYPE]},
    "no-permission": {"role": "viewer"},
    "server-error": {"faults": [{"kind": "status", "operation": "linkArtifact", "status": 500}]},
}
"""What goes wrong for most people, sooner or later."""


def failures(*names: str) -> Callable[[Any], Any]:
    """Run a test once for each classic failure (or for those named), each with the `regilink` fixture made so.

    >>> @failures()
    ... def test_publishing_fails_loudly(regilink):
    ...     with regilink.assert_fails_loudly():
    ...         train.main()

    Raises:
        ValueError: there is no such failure.
    """
    if unknown := sorted(set(names) - set(FAILURES)):
        raise ValueError(f"no failure is called {unknown[0]!r}; there are {', '.join(FAILURES)}")
    chosen = names or tuple(FAILURES)
    return pytest.mark.parametrize("regilink", [FAILURES[name] for name in chosen], ids=list(chosen), indirect=True)
