"""Link targets: the one form of a link, whether it was found in source, given as an argument or configured."""

from __future__ import annotations

from itertools import islice, product

from regilink_doctor.core.files import absolute_path
from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.records import field, record, replace
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart
from regilink_doctor.core.target_path import SHOWN_UNKNOWN, is_known, parsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Literal

    from regilink_doctor.core.origin import Origin
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.target_path import LinkMethod, TargetPath

    _Parts = tuple[KnownPart | UnknownPart, ...]
    SetBy = Literal["files", "machine", "both"]

LINK_METHODS: dict[str, LinkMethod] = {
    "wandb.Run.link_artifact": "Run.link_artifact",
    "wandb.Artifact.link": "Artifact.link",
    "wandb.Run.link_model": "Run.link_model",
    "wandb.link_model": "Run.link_model",
    "wandb.beta.workflows.link_model": "Run.link_artifact",
    "wandb.link_artifact": "none",
    "wandb.Run.link": "none",
    "wandb.Artifact.link_artifact": "none",
    "wandb.Api.link_artifact": "none",
    "wandb.PublicRun.link_artifact": "none",
    "WandbLogger.link_artifact": "none",
}
"""The calls that link, or are meant to, by canonical name."""

COLLECTION_LOOK_UPS = (
    "wandb.Api.artifacts",
    "wandb.Api.artifact_versions",
    "wandb.Api.artifact_collection",
    "wandb.ArtifactType.collection",
)
"""The calls that fail where the collection that they name is missing, or has another type."""

EXISTENCE_LOOK_UPS = ("wandb.Api.artifact_exists", "wandb.Api.artifact_collection_exists")
"""The calls that return False, whatever is wrong."""

LOOK_UPS = (*COLLECTION_LOOK_UPS, *EXISTENCE_LOOK_UPS)
"""The calls that name one collection or version, and consume nothing."""

COLLECTION_CALLS = frozenset((*COLLECTION_LOOK_UPS, "wandb.Api.artifact_collection_exists"))
"""The calls that are given the path of a collection, without a version."""

MAX_ALTERNATIVES = 16
"""Of one call: branches multiply."""

_PYTHON = (".py", ".ipynb")


class _Reference:
    """A string that names something in W&B, and what source says of the call that uses it.

    `place` is that of the call, None where there is none; then `origin` is where the string is from, None for an
    argument.
    """

    if TYPE_CHECKING:
        entity: StringValue | None
        project: StringValue | None
        artifact_type: StringValue | None
        place: Place | None
        origin: Origin | None

    @property
    def string(self) -> StringValue:
        """The string itself."""
        raise NotImplementedError

    @property
    def identity(self) -> tuple[object, ...]:
        """What W&B is asked, wherever it is written."""
        raise NotImplementedError

    @property
    def text(self) -> str:
        """The string as `core.target_path` reads it, unknown parts included."""
        return self.string.pattern

    @property
    def shown(self) -> str:
        """The string for people: `{?}` for each unknown part."""
        return self.string.display

    @property
    def is_known(self) -> bool:
        """Whether every part of the string is known."""
        return self.string.literal is not None

    @property
    def unknown_sources(self) -> tuple[str, ...]:
        """The expressions whose values source does not tell."""
        return tuple(dict.fromkeys(part.source for _, part in self.string.unknown_parts))

    @property
    def entity_text(self) -> str | None:
        """The run's entity, unknown parts included; None where source gives none."""
        return self.entity.pattern if self.entity is not None else None

    @property
    def project_text(self) -> str | None:
        """The run's project, unknown parts included; None where source gives none."""
        return self.project.pattern if self.project is not None else None

    @property
    def type_text(self) -> str | None:
        """The artifact's type, unknown parts included; None where source gives none."""
        return self.artifact_type.pattern if self.artifact_type is not None else None

    @property
    def written_at(self) -> Origin:
        """The line of the call; else the argument or the setting that has the string."""
        from regilink_doctor.core.origin import Argument, Code  # lint does not need them

        if self.place is None:
            return self.origin or Argument()
        set_at = self.string.find_set_outside(self.place.path)
        return Code(self.place, variables=self.string.variables_read, set_at=set_at)

    @property
    def is_entity_set_outside(self) -> bool:
        """Whether the entity is the value of a variable of the environment that a file sets for the program."""
        entity = self.entity
        return entity is not None and bool(entity.variables_read) and not entity.place.path.endswith(_PYTHON)

    @property
    def entity_origin(self) -> Origin:
        """The line that gives the entity; where that is not known, the origin of the string."""
        from regilink_doctor.core.origin import Code

        place = self.entity.place if self.entity is not None and self.place is not None else self.place
        variables = self.entity.variables_read if self.entity is not None else ()
        if place is not None and self.is_entity_set_outside:
            return Code(place, variables[0])
        set_at = self.entity.find_set_outside(place.path) if self.entity is not None and place is not None else ()
        return Code(place, "entity", variables, set_at) if place is not None else self.written_at


@record
class ConsumedName(_Reference):
    """A name by which an artifact is consumed: `wandb-registry-model/zoo:prod`, or one in a project.

    A name of a registry that is looked up is one, too. `entity` and `project` are those of the run (`use_artifact`) or
    of the `Api`, None where source gives none.
    """

    name: StringValue
    entity: StringValue | None = None
    project: StringValue | None = None
    artifact_type: StringValue | None = None
    place: Place | None = field(default=None, compare=False)
    origin: Origin | None = field(default=None, compare=False)
    site: Site | None = field(default=None, compare=False, repr=False)

    @property
    def string(self) -> StringValue:
        """The name."""
        return self.name

    @property
    def call(self) -> str:
        """The call that uses it, by its canonical name; empty where there is none."""
        return self.site.call if self.site is not None else ""

    @property
    def is_look_up(self) -> bool:
        """Whether it is looked up, and nothing is consumed."""
        return self.site is not None and self.site.kind == "look_up"

    @property
    def is_collection(self) -> bool:
        """Whether it is the path of a collection."""
        return self.call in COLLECTION_CALLS

    @property
    def may_be_missing(self) -> bool:
        """See `may_be_missing`."""
        return self.site is not None and may_be_missing(self.site)

    @property
    def identity(self) -> tuple[object, ...]:
        """What W&B is asked, wherever it is written, and what the call makes of the answer."""
        use = self.is_collection, self.may_be_missing, self.call.endswith("use_model")
        return (self.text, self.entity_text, self.project_text, self.type_text, use)


@record
class LinkTarget(_Reference):
    """A target path, and what is known of the link that uses it.

    `entity` and `project` are those of the run, `artifact_type` is the type of the artifact; None where source gives
    none. `consumed` is the name by which the artifact was consumed, where it is not made here: its entity is then that
    of the source artifact. `is_paired`: whether the entity and the type certainly go with the path; both have
    alternatives where they may not.
    """

    path: StringValue
    method: LinkMethod = "Run.link_artifact"
    entity: StringValue | None = None
    project: StringValue | None = None
    artifact_type: StringValue | None = None
    aliases: tuple[StringValue, ...] = ()
    consumed: ConsumedName | None = None
    is_paired: bool = True
    place: Place | None = field(default=None, compare=False)
    origin: Origin | None = field(default=None, compare=False)
    site: Site | None = field(default=None, compare=False, repr=False)

    @property
    def string(self) -> StringValue:
        """The path."""
        return self.path

    @property
    def alias_names(self) -> tuple[str, ...]:
        """The aliases, unknown parts included."""
        return tuple(alias.pattern for alias in self.aliases)

    @property
    def has_unknown_aliases(self) -> bool:
        """Whether the link gives aliases that source does not tell."""
        unread = self.site is not None and "aliases" in self.site.arguments.unread
        return unread or any(alias.literal is None for alias in self.aliases)

    @property
    def identity(self) -> tuple[object, ...]:
        """What W&B is asked, wherever it is written."""
        consumed = self.consumed.identity if self.consumed is not None else None
        facts = (self.text, self.method, self.entity_text, self.project_text, self.type_text, self.is_paired)
        return (*facts, self.alias_names, self.has_unknown_aliases, consumed)

    @property
    def known_entity(self) -> str | None:
        """The run's entity where it is known."""
        return self.entity.literal if self.entity else None

    @property
    def known_project(self) -> str | None:
        """The run's project where it is known."""
        return self.project.literal if self.project else None

    @property
    def known_type(self) -> str | None:
        """The artifact's type where it is known."""
        return self.artifact_type.literal if self.artifact_type else None


def as_string(text: str, place: Place | None = None) -> StringValue:
    """A string that is in no file (an argument, a setting of regilink, a pasted path), or as a whole at `place`.

    In no file its place counts characters in the string itself, so that a part of it has a position.
    """
    place = place or Place("argument", Span(1, 1, 1, 1 + len(text)))
    return StringValue.of(text, place, exact=True)


def read_shown(text: str) -> StringValue:
    """The string that a report shows as `text`, with `{?}` for each part that only the program knows."""
    place = as_string(text).place
    literals = text.split(SHOWN_UNKNOWN)
    parts: list[KnownPart | UnknownPart] = [KnownPart(literals[0], place)] if literals[0] else []
    for piece in literals[1:]:
        parts.append(UnknownPart(SHOWN_UNKNOWN, place))
        parts += [KnownPart(piece, place)] if piece else []
    return StringValue(tuple(parts), place)


def target_of(
    path: str,
    method: LinkMethod = "Run.link_artifact",
    *,
    entity: str | None = None,
    project: str | None = None,
    artifact_type: str | None = None,
    aliases: Sequence[str] = (),
    consumed: ConsumedName | None = None,
    place: Place | None = None,
    origin: Origin | None = None,
) -> LinkTarget:
    """The target of a link from plain strings; what is None is not known."""
    return LinkTarget(
        as_string(path),
        method,
        _optional_string(entity),
        _optional_string(project),
        _optional_string(artifact_type),
        tuple(map(as_string, aliases)),
        consumed,
        place=place,
        origin=origin,
    )


def consumed_of(
    name: str, *, entity: str | None = None, project: str | None = None, artifact_type: str | None = None
) -> ConsumedName:
    """A name that is consumed, from plain strings; what is None is not known."""
    return ConsumedName(
        as_string(name), _optional_string(entity), _optional_string(project), _optional_string(artifact_type)
    )


def _optional_string(text: str | None) -> StringValue | None:
    return as_string(text) if text is not None else None


def read_link_variables(target: LinkTarget, environ: Mapping[str, str]) -> LinkTarget:
    """The target in a program with this environment."""
    return change_link_strings(target, lambda string: string.read_variables(environ))


def read_name_variables(name: ConsumedName, environ: Mapping[str, str]) -> ConsumedName:
    """The name in a program with this environment."""
    return _change_name_strings(name, lambda string: string.read_variables(environ))


def change_link_strings(target: LinkTarget, change: Callable[[StringValue], StringValue]) -> LinkTarget:
    """The target with each of its strings changed."""
    return replace(
        target,
        path=change(target.path),
        entity=_change_optional(target.entity, change),
        project=_change_optional(target.project, change),
        artifact_type=_change_optional(target.artifact_type, change),
        aliases=tuple(change(alias) for alias in target.aliases),
        consumed=_change_name_strings(target.consumed, change) if target.consumed is not None else None,
    )


def _change_name_strings(name: ConsumedName, change: Callable[[StringValue], StringValue]) -> ConsumedName:
    return replace(
        name,
        name=change(name.name),
        entity=_change_optional(name.entity, change),
        project=_change_optional(name.project, change),
        artifact_type=_change_optional(name.artifact_type, change),
    )


def _change_optional(value: StringValue | None, change: Callable[[StringValue], StringValue]) -> StringValue | None:
    return change(value) if value is not None else None


def link_targets(site: Site) -> Iterator[LinkTarget]:
    """A target for each path that a link or a configured target can have.

    What has alternatives (an entity by branch) is left open: which of them goes with which path is not known.
    """
    for path in site.target:
        yield LinkTarget(
            path,
            LINK_METHODS.get(site.call, "Run.link_artifact"),
            _only(site.run_entity),
            _only(site.run_project),
            _only([item for item in site.artifact_type if _may_go_together(site, path, item, None)]),
            site.aliases,
            place=site.place,
            site=site,
        )


def unread_sites(sites: Sequence[Site]) -> tuple[Site, ...]:
    """The target paths and full names of configuration files that no call among `sites` is known to read.

    Those that a call reads are targets of the call.
    """
    calls = (site for site in sites if site.kind in ("link", "consume"))
    read = {_line_of(part.place) for site in calls for string in site.target for part in string.parts}
    configured = (site for site in sites if site.kind in ("target", "source"))
    return tuple(site for site in configured if not any(_line_of(string.place) in read for string in site.target))


def _line_of(place: Place) -> tuple[str, int]:
    return absolute_path(place.path), place.span.line


def consumed_targets(site: Site) -> Iterator[LinkTarget]:
    """Each name that a call may consume, as the path of a target: the same is wrong with both."""
    entity = _only(site.run_entity) if site.kind in ("consume", "look_up") else None
    for name in site.target:
        yield LinkTarget(name, entity=entity, place=site.place, site=site)


def look_up_paths(site: Site) -> tuple[StringValue, ...]:
    """The paths of the collections that a look-up, or the chain of calls that it ends, looks through.

    What no filter narrows down is unknown; a chain that does not begin with the name of a project has none.
    """
    place, strings, before = site.place, site.arguments.strings, site.artifact
    slash, unknown = (KnownPart("/", place),), [(UnknownPart(site.call.rpartition(".")[2], place),)]
    if site.call == "wandb.Api.artifact_collections":
        return _join_parts(place, _parts_of(strings.get("project_name", ())), [slash], unknown)
    if before is None:
        return site.target
    if before.call == "wandb.Api.artifact_type":
        projects = _parts_of(before.arguments.strings.get("project", ()))
        return _join_parts(place, projects, [slash], _parts_of(strings.get("name", ())) or unknown)
    if before.kind == "look_up":
        aliases, paths = _read_filter(site, "alias"), look_up_paths(before)
        return _join_parts(place, _parts_of(paths), [(KnownPart(":", place),)], aliases) if aliases else paths
    if before.call not in ("wandb.Api.registry", "wandb.Api.registries"):
        return site.target
    is_search = before.call == "wandb.Api.registries"
    registries = _read_filter(before, "name") if is_search else _parts_of(before.arguments.strings.get("name", ()))
    # The filter of `registry.versions` is about versions.
    collections = _read_filter(site, "name") if site.call.endswith(".collections") else []
    prefix = (KnownPart(REGISTRY_PREFIX, place),)
    paths = _join_parts(place, [prefix], registries or unknown, [slash], collections or unknown)
    organizations = _parts_of(before.arguments.strings.get("organization", ()))
    return _join_parts(place, organizations, [slash], _parts_of(paths)) if organizations else paths


def may_be_missing(site: Site) -> bool:
    """Whether a call only asks if something is there, or the program goes on without what it asks for."""
    return site.call in EXISTENCE_LOOK_UPS or (site.kind in ("consume", "look_up") and site.context.is_prepared)


def named_paths(site: Site) -> tuple[StringValue, ...]:
    """The names, or the paths of collections, that a call gives to W&B."""
    return look_up_paths(site) if site.kind == "look_up" else site.target


def _join_parts(place: Place, *segments: Iterable[_Parts]) -> tuple[StringValue, ...]:
    """The strings that begin with one of the first alternatives, go on with one of the second, and so on."""
    choices = islice(product(*segments), MAX_ALTERNATIVES)
    return tuple(StringValue(tuple(part for parts in choice for part in parts), place) for choice in choices)


def _parts_of(strings: Iterable[StringValue]) -> list[_Parts]:
    return [string.parts for string in strings]


def _read_filter(site: Site, field: str) -> list[_Parts]:
    """What a filter demands of a field; nothing where it is a pattern, or only one of several conditions.

    `registries` accepts the name of a registry with the prefix and without it.
    """
    strings = site.arguments.strings
    values = (*strings.get(f"filter.{field}", ()), *strings.get(f"filter.$and.{field}", ()))
    starts = [len(REGISTRY_PREFIX) * value.pattern.startswith(REGISTRY_PREFIX) for value in values]
    return [value.cut(start, len(value.pattern)) for start, value in zip(starts, values, strict=True)]


def links_to_project(site: Site) -> bool:
    """Whether every target of a link is known to name a project, not a registry."""
    paths = [parsed(string.pattern) for string in site.target if is_known(string.pattern)]
    return bool(paths) and not any(path is None or path.is_registry for path in paths)


def is_linked_before(site: Site, name: TargetPath, links: Iterable[Site]) -> bool:
    """Whether a link of the same file, above a call, makes the collection that the call asks for, or sets its alias."""
    above = (link for link in links if link.place.path == site.place.path and link.place.position < site.place.position)
    for link in above:
        aliases = {alias.pattern for alias in link.aliases}
        is_set = name.version in (None, "latest", "v0", *aliases) or "aliases" in link.arguments.unread
        paths = [parsed(string.pattern) for string in link.target] if is_set else []
        if any(path is not None and (path.project, path.name) == (name.project, name.collection) for path in paths):
            return True
    return False


def target_combinations(
    sites: Iterable[Site], *, in_sweep: bool | None = None, set_by: SetBy = "files"
) -> tuple[LinkTarget, ...]:
    """Every combination of path, entity, project, type and consumed name that the links among `sites` can have.

    Args:
        sites: the call sites.
        in_sweep: whether a sweep runs the program; None: it may, where the file of one names it.
        set_by: what sets the entity and project of runs that are given none.
    """
    return tuple(target for site in sites if site.kind == "link" for target in _combine_link(site, in_sweep, set_by))


def consumed_names(sites: Iterable[Site], *, set_by: SetBy = "files") -> tuple[ConsumedName, ...]:
    """Every name, with its entity and type, that the call sites, or the programs of a configuration, consume.

    Of the look-ups those of a collection or version that is certainly one of a registry.
    """
    consumed = (site for site in sites if site.kind in ("consume", "source") or looks_registry_up(site))
    return tuple(name for site in consumed for name in _combine_consume(site, None, set_by))


def looks_registry_up(site: Site) -> bool:
    """Whether a call looks a collection or version up that is certainly one of a registry."""
    paths = [parsed(string.pattern) for string in named_paths(site)] if site.call in LOOK_UPS else []
    return bool(paths) and all(path is not None and path.is_registry for path in paths)


def _combine_link(site: Site, in_sweep: bool | None, set_by: SetBy) -> Iterator[LinkTarget]:
    method = LINK_METHODS.get(site.call)
    if method is None:
        return
    artifact = site.artifact
    consumed: Sequence[ConsumedName | None] = (None,)
    is_shared = False
    if artifact is not None and artifact.kind == "consume":
        consumed = tuple(_combine_consume(artifact, False, set_by))
        is_shared = not site.run_entity and bool(site.set_owners) and site.set_owners == artifact.set_owners
    choices = product(site.target, list_owners(site, in_sweep, set_by), site.artifact_type or (None,), consumed)
    of_one_start = (
        choice
        for choice in choices
        if not is_shared or choice[3] is None or (choice[3].entity, choice[3].project) == choice[1]
    )
    pairs = [choice for choice in of_one_start if _may_go_together(site, choice[0], choice[2], choice[1][0])]
    is_alone = len({path.pattern for path in site.target}) == 1 and not site.context.guards
    is_paired = is_alone or max(len(site.run_entity), len(site.artifact_type)) < 2
    for path, (entity, project), artifact_type, name in pairs[:MAX_ALTERNATIVES]:
        own = {(choice[1][0], choice[2]) for choice in pairs if choice[0].pattern == path.pattern}
        is_paired = is_paired or (bool(site.together) and len(own) == 1)
        facts = (path, method, entity, project, artifact_type, site.aliases, name, is_paired)
        yield LinkTarget(*facts, place=site.place, site=site)


def _may_go_together(
    site: Site, path: StringValue, artifact_type: StringValue | None, entity: StringValue | None
) -> bool:
    """Whether a link may have these at once; an entity that is not from its code goes with all."""
    kind = artifact_type.pattern if artifact_type is not None else None
    owner = entity.pattern if entity is not None and entity in site.run_entity else None
    return not site.together or any(item.has(path.pattern, kind, owner) for item in site.together)


def _combine_consume(site: Site, in_sweep: bool | None, set_by: SetBy) -> Iterator[ConsumedName]:
    before = site.artifact if site.kind == "look_up" and site.artifact is not None else site
    choices = product(named_paths(site), list_owners(before, in_sweep, set_by), before.type or (None,))
    for name, (entity, project), artifact_type in islice(choices, MAX_ALTERNATIVES):
        yield ConsumedName(name, entity, project, artifact_type, place=site.place, site=site)


def list_owners(
    site: Site, in_sweep: bool | None = None, set_by: SetBy = "files"
) -> list[tuple[StringValue | None, StringValue | None]]:
    """Each entity and project that the run of a site can have: its own, and those of sweeps in another entity."""
    entities = site.run_entity
    if site.is_of_unknown_run and not entities:
        entities = (StringValue((UnknownPart("run.entity", site.place, variables=("WANDB_ENTITY",)),), site.place),)
    own = [*product(entities or (None,), site.run_project or (None,))]
    if set_by != "machine" and site.set_owners:
        # No project matters for what goes to, or comes from, a registry.
        is_for_registry = site.kind != "log" and all(REGISTRY_PREFIX in string.pattern for string in site.target)
        others = [(entity, None if is_for_registry else project) for entity, project in site.set_owners]
        owners = [
            (entity or set_entity, project or set_project)
            for entity, project in own
            for set_entity, set_project in others
        ]
        own = [*dict.fromkeys([*owners, *(own if set_by == "both" else ())])]
    names = [] if in_sweep else [string.pattern for string in site.run_entity]
    named = [sweep for sweep in site.sweeps if sweep.entity is not None and sweep.entity.pattern not in names]
    swept = [(sweep.entity, sweep.project) for sweep in named if in_sweep is not False]
    return [*swept] if swept and in_sweep else [*own, *swept]


def _only(values: Sequence[StringValue]) -> StringValue | None:
    return values[0] if len(values) == 1 else None
