"""What several rules read from a call site in the same way."""

from __future__ import annotations

from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.records import group_pairs
from regilink_doctor.core.sites import Link, within
from regilink_doctor.core.strings import StringValue
from regilink_doctor.core.target_path import UNKNOWN_NAME, is_known, misspelled_prefix, parsed, read_pasted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from regilink_doctor.core.findings import Place, Severity
    from regilink_doctor.core.organization_view import OrganizationNames
    from regilink_doctor.core.sites import Command, Init, Setting, Site
    from regilink_doctor.core.target_path import TargetPath
    from regilink_doctor.rules.base import FileFacts


def certain(texts: Sequence[StringValue]) -> str | None:
    """The only value that an argument can have; None with other alternatives, unknown parts or defaults."""
    values = {text.certain for text in texts}
    return values.pop() if len(values) == 1 else None


def warn_of_default(string: StringValue, start: int = 0, end: int | None = None) -> Severity | None:
    """A warning if the part `[start:end]` is a default; else the severity is that of the rule."""
    wrong = StringValue(string.cut(start, len(string.pattern) if end is None else end), string.place)
    return "warning" if wrong.is_default else None


def known_values(strings: Sequence[StringValue]) -> Iterator[tuple[StringValue, str]]:
    """The alternatives of an argument that source shows entirely, defaults among them, each with its value.

    For problems of each alternative by itself; `certain` is for what is wrong only if no other one is possible.
    """
    for string in strings:
        if (value := string.literal) is not None:
            yield string, value


def known_entity(site: Site) -> str | None:
    """The entity of the run that a link belongs to, where source tells exactly one."""
    return _only(site.run_entity)


def known_type(site: Site) -> str | None:
    """The type of the artifact that is linked, where source tells exactly one."""
    return _only(site.artifact.type if site.artifact else ())


def _only(values: Sequence[StringValue]) -> str | None:
    literals = {value.literal for value in values}
    return literals.pop() if len(literals) == 1 else None


def registry_path(text: StringValue) -> TargetPath | None:
    """The parts of a string that the SDK takes for a registry path, None for any other."""
    path = parsed(text.pattern) if REGISTRY_PREFIX in text.pattern else None
    return path if path is not None and path.is_registry else None


def known_registry(text: StringValue) -> str | None:
    """The registry, without the prefix, that a path certainly names."""
    path = registry_path(text)
    name = path.registry if path else None
    return name if name and is_known(name) else None


def find_creation(
    name: str, user: Site | None, sites: Iterable[Site], organization: OrganizationNames | None = None
) -> Site | None:
    """The call of `sites` in the file of another call, not after that, which creates a registry.

    Args:
        name: the registry, without the prefix.
        user: the call that links into the registry, or reads it.
        sites: where to look.
        organization: that of the registry, if it is known.
    """
    files = {place.path for place in (user.place, *user.through)} if user is not None else ()
    for site in sites:
        if site.call != "wandb.Api.create_registry" or user is None or site.place.path not in files:
            continue
        is_late = site.context.function == user.context.function and site.place.position > user.place.position
        where = certain(site.arguments.strings.get("organization", ()))
        is_other = (
            where is not None and organization is not None and where not in (organization.name, organization.entity)
        )
        names = [literal for string in site.arguments.strings.get("name", ()) if (literal := string.literal)]
        if user.kind != "link":  # what reads finds a registry in any case
            name, names = name.casefold(), [item.casefold() for item in names]
        if name in names and not is_late and not is_other:
            return site
    return None


def created_types(creation: Site) -> tuple[str, ...]:
    """The types that a registry accepts, as the call says that creates it; nothing where it may accept others."""
    types = creation.arguments.strings.get("artifact_types", ())
    names = tuple(string.certain for string in types)
    return () if None in names or "artifact_types" in creation.arguments.unread else names  # type: ignore[return-value]


def registry_target(site: Site) -> StringValue | None:
    """The first of the paths of a site that is one of a registry."""
    for text in site.target:
        if registry_path(text) is not None:
            return text
    return None


def intended_registry_target(site: Site) -> StringValue | None:
    """The first of the paths of a site that names a registry, also where something is wrong with it."""
    return registry_target(site) or next((text for text in site.target if _means_registry(text.pattern)), None)


def _means_registry(path: str) -> bool:
    """Whether a path has the prefix somewhere, misspells it, or is the address of a registry."""
    parts = path.split("/")
    if any(part.startswith(REGISTRY_PREFIX) or misspelled_prefix(part) for part in parts):
        return True
    if "://" not in path or not is_known(path):
        return False
    pasted = read_pasted(path)
    return pasted is not None and pasted.target is not None


def is_first_link(site: Site, facts: FileFacts) -> bool:
    """Whether a link to a registry is the first of its run in the file: what is about the run is reported once."""
    return id(site) in facts.once(_first_links)


def _first_links(facts: FileFacts) -> set[int]:
    first, runs = set(), set[int]()
    for link in facts.links:
        if runs.isdisjoint(map(id, inits_of(link))):
            first.add(id(link))
        if registry_target(link):
            runs.update(map(id, inits_of(link)))
    return first


def inits_of(site: Site) -> tuple[Site, ...]:
    """The calls of `wandb.init` that may have started the run that decides on the entity of a site."""
    owner = site.owner
    return owner.inits or ((owner.init,) if owner.init else ())


def active_init(site: Site, facts: FileFacts) -> Init | None:
    """The one `wandb.init` of the site's function, else of the file, for a run that is not passed on by name."""
    inits = facts.once(inits_by_function).get(site.context.function) or facts.inits
    return inits[0] if len(inits) == 1 else None


def inits_by_function(facts: FileFacts) -> dict[str | None, list[Init]]:
    """The calls of `wandb.init` in each function of the file; None: outside of them."""
    return group_pairs([(init.context.function, init) for init in facts.inits])


def entities_of(site: Site) -> tuple[StringValue, ...]:
    """The entities by which W&B finds the organization, where each has one value: of the run, or of the artifact."""
    source = site.artifact
    inits = inits_of(site)
    if source is not None and source.kind == "consume":
        prefixes = [
            StringValue(parts, name.place)
            for name in source.target
            if (path := parsed(name.pattern))
            and path.prefix
            and (parts := name.cut(0, len(path.prefix)))
            and not path.is_registry
        ]
        if prefixes:
            return tuple(prefixes)
        if source.call == "wandb.Api.artifact":
            inits = source.inits  # the Api, whose overrides may name the entity
    entities = [init.entity for init in inits]
    return entities[0] if len(entities) == 1 and len(entities[0]) == 1 else ()


def is_organization_like(entity: str) -> bool:
    """Whether a name ends as W&B's generated names of organizations do."""
    return entity.endswith("-org")


def registry_paths(facts: FileFacts) -> Iterator[StringValue]:
    """What the file gives as registry paths: to calls, in settings and on command lines."""
    for site in facts.sites:
        yield from (target for target in site.target if registry_path(target))
    for setting in facts.settings:
        yield from (value for value in setting.value if registry_path(value))
    for command in facts.commands:
        words = command.words if read_put(command) is None else ()  # its name has the run's entity, no organization
        yield from (path for word in words if (path := _path_in_word(word)) is not None)


def _path_in_word(word: StringValue) -> StringValue | None:
    """A word of a command that is a registry path, after an option's `=` or alone."""
    start = word.pattern.rfind("=") + 1
    path = StringValue(word.cut(start, len(word.pattern)), word.place)
    return path if registry_path(path) else None


_OPTIONS_OF_PUT = dict(zip(("-n", "-d", "-t", "-a"), ("--name", "--description", "--type", "--alias"), strict=True))


def read_put(command: Command) -> dict[str, list[StringValue]] | None:
    """What `wandb artifact put` is given for each of its options, by their long names; None for another command."""
    words = [word.literal for word in command.words]
    starts = [at for at in range(len(words)) if words[at : at + 3] == ["wandb", "artifact", "put"]]
    if not starts or words[0] in ("echo", "printf"):
        return None
    options: dict[str, list[StringValue]] = {}
    option = ""
    for word in command.words[starts[0] + 3 :]:
        if option:
            options.setdefault(option, []).append(word)
            option = ""
            continue
        key, equals, _ = word.pattern.partition("=")
        option = _OPTIONS_OF_PUT.get(key, key if key in ("--id", "--policy", *_OPTIONS_OF_PUT.values()) else "")
        if option and equals:
            value = StringValue(word.cut(len(key) + 1, len(word.pattern)), word.place)
            options.setdefault(option, []).append(value)
            option = ""
    return options


def names_its_entity(link: Site) -> bool:
    """Whether the linked artifact belongs to an entity that its own name tells, whatever the run's is.

    W&B looks for the organization of the artifact's entity: a full name has it, and a version in a registry comes from
    the team that logged it.
    """
    source = link.artifact
    if source is None or source.kind != "consume":
        return isinstance(link, Link) and link.is_fetched
    if source.call == "wandb.Api.artifact":
        return True  # its entity is that of the path or of the account: the run has no part in it
    for name in source.target:
        path = parsed(name.pattern)
        may_be_anything = name.pattern == UNKNOWN_NAME
        if path is None or path.prefix or path.is_registry or may_be_anything:
            return True
    return False


def has_common_entity(facts: FileFacts) -> bool:
    """Whether `wandb.setup(settings=...)` gives, or may give, an entity to all runs of the program."""
    setups = [site for site in facts.sites if site.call == "wandb.setup"]
    return any(site.entity or {"**"} & site.arguments.names or site.arguments.unread for site in setups)


def agents_of(init: Site, facts: FileFacts) -> list[Site]:
    """The calls of `wandb.agent` that run the function of a `wandb.init`."""
    function = init.context.function
    return [] if function is None else facts.once(_agents_by_function).get(function, [])


def _agents_by_function(facts: FileFacts) -> dict[str, list[Site]]:
    agents = facts.once(agents_in)
    return group_pairs((name, item) for item in agents for name in {*_names_in(agent_function(item) or "")})


def agents_in(facts: FileFacts) -> list[Site]:
    """The calls of `wandb.agent` in the file."""
    return [site for site in facts.sites if site.call == "wandb.agent"]


def _names_in(source: str) -> list[str]:
    """The names in an expression: `train`, `lambda: train(config)`, `partial(train, config)`."""
    return "".join(letter if letter.isalnum() or letter == "_" else " " for letter in source).split()


def agent_function(agent: Site) -> str | None:
    """The function that a `wandb.agent` runs, as it is written, also in a `partial(...)` or a `lambda`."""
    strings = agent.arguments.strings.get("function", ())
    functions = [part.source for string in strings for _, part in string.unknown_parts]
    if len(functions) != 1:
        return None
    function = functions[0]
    if function.startswith(("partial(", "functools.partial(")):
        return function.partition("(")[2].partition(",")[0].rstrip(") ")
    if function.startswith("lambda"):
        return function.partition(":")[2].partition("(")[0].strip()
    return function


def sweep_entity(agent: Site, facts: FileFacts) -> str | None:
    """The entity that the sweep of a `wandb.agent` belongs to.

    It is empty where the account's default decides, None where it is not known.
    """
    if {"entity", "**"} & agent.arguments.names or facts.sets("WANDB_ENTITY"):
        return certain(agent.entity)
    sweep_ids = agent.arguments.strings.get("sweep_id", ())
    sweep = certain(sweep_ids)
    if sweep is not None and sweep.count("/") == 2:
        return sweep.partition("/")[0]
    sweeps = facts.once(sweeps_of)
    if not sweeps or any("/" in string.pattern for string in sweep_ids):
        return None  # it is created elsewhere
    if not facts.once(_have_sweeps_entity):
        return ""
    return certain(sweeps[0].entity) if len(sweeps) == 1 else None


def sweeps_of(facts: FileFacts) -> list[Site]:
    """The calls of `wandb.sweep` in the file."""
    return [site for site in facts.sites if site.call == "wandb.sweep"]


def _have_sweeps_entity(facts: FileFacts) -> bool:
    """Whether a sweep of the file may be given an entity."""
    return any({"entity", "**"} & site.arguments.names for site in facts.once(sweeps_of))


def first_registry_link(facts: FileFacts) -> Link | None:
    """The first link of the file that goes to a registry."""
    return next((link for link in facts.links if registry_target(link)), None)


def registry_path_by_prefix(facts: FileFacts) -> dict[str | None, StringValue]:
    """The first registry path of the file with each organization, or team, before it."""
    paths: dict[str | None, StringValue] = {}
    for path in registry_paths(facts):
        parts = registry_path(path)
        paths.setdefault(parts.prefix if parts else None, path)
    return paths


def may_set_mode(facts: FileFacts) -> bool:
    """Whether anything in the file may set the mode of a run: see `mode_of`."""
    starts = {id(init): init for site in facts.sites for init in (*site.inits, site.init or site)}
    setups, settings = facts.once(_find_modes)
    return bool(setups or settings or facts.mode_outside or any(map(_may_have_mode, starts.values())))


def _may_have_mode(init: Site) -> bool:
    arguments = init.arguments
    is_offline = "offline" in arguments.names and arguments.constants.get("offline", True) is not False
    return (is_offline and init.call == "WandbLogger") or not {"mode", "settings", "**"}.isdisjoint(arguments.names)


def mode_of(site: Site, facts: FileFacts) -> tuple[str, Place] | None:
    """The mode that the run of a site certainly has, and where that is set.

    An argument of `wandb.init` wins. A variable counts when the file sets it once, before, and whatever happens.
    """
    init = site.init
    is_passed = isinstance(site, Link) and site.is_run_passed  # by a call in another file
    if init is None and not site.inits and site.call.startswith("wandb.Run.") and not is_passed:
        init = active_init(site, facts)
    if init is not None and _may_have_mode(init):
        value = certain(init.arguments.strings.get("mode", ()))
        is_logger = init.call == "WandbLogger" and "mode" not in init.arguments.names
        if not value and is_logger and init.arguments.constants.get("offline"):
            value = "offline"
        is_certain = "mode" in init.arguments.certain_strings or "mode" not in init.arguments.keywords
        return (value, init.place) if value and is_certain else None
    if site.inits and init is None:
        return None
    setups, settings = facts.once(_find_modes)
    if setups:
        modes = {certain(setup.arguments.strings.get("mode", ())) for setup in setups}
        mode = modes.pop() if len(modes) == 1 else None
        is_certain = len(setups) == 1 and "mode" in setups[0].arguments.certain_strings and _is_before(setups[0], site)
        return (mode, setups[0].place) if mode and is_certain else None
    if not settings:
        return facts.mode_outside
    if len(settings) != 1 or settings[0].only_default:
        return None
    setting, value = settings[0], certain(settings[0].value)
    start = init if init is not None and init.place.path == site.place.path else site  # the mode is read there
    before = (setting.place.cell or 0, setting.place.span) < (start.place.cell or 0, start.place.span)
    if value is None or not before or not within(setting.containers, start.context.containers):
        return None
    return value, setting.place


def _find_modes(facts: FileFacts) -> tuple[list[Site], list[Setting]]:
    """The calls of `wandb.setup`, and where the file sets `WANDB_MODE`; none where it does so again and again."""
    setups = [site for site in facts.sites if site.call == "wandb.setup"]
    # A cell of bash has an environment of its own.
    named = facts.settings_named("WANDB_MODE")
    return setups, [item for item in named if item.how in ("python", "notebook")] if len(named) < 100 else []


def _is_before(setup: Site, site: Site) -> bool:
    """Whether a call has certainly come before a site: above it, and under no condition of its own."""
    return setup.place.position < site.place.position and within(setup.context.containers, site.context.containers)


_OF_THE_MODE = frozenset({
    "connected", "connection", "debug", "disabled", "dry", "dryrun", "enabled", "internet", "link", "linked", "linking",
    "local", "log", "logging", "mode", "network", "offline", "online", "publish", "push", "register", "registry",
    "sync", "track", "upload", "wandb",
})  # fmt: skip
"""Words of a condition that may tell whether the run is online."""


def is_guarded(site: Site) -> bool:
    """Whether a condition that may be about the mode decides on a site, and not on its `wandb.init` as well."""
    around = site.init.context.guards if site.init is not None else ()
    guards = (guard for guard in site.context.guards if guard not in around)
    return any(word in _OF_THE_MODE for guard in guards for word in _names_in(guard.lower().replace("_", " ")))


def is_for_names_alone(setting: Setting, facts: FileFacts) -> bool:
    """Whether a variable is for the names that `wandb artifact get` reads, in a file that starts no program."""
    places = {part.place for value in setting.value for part in value.parts}
    is_used = any(
        [word.literal for word in command.words[:3]] in (["wandb", "artifact", "get"], ["wandb", "artifact", "ls"])
        and any(part.place in places for word in command.words for part in word.parts)
        for command in facts.commands
    )
    words = [word for command in facts.commands for word in command.words] if is_used else []
    return is_used and not any(word.literal == "-m" or word.pattern.endswith(".py") for word in words)
