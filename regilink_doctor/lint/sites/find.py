"""The call sites of a Python file.

A function of the tree that links or fetches for its callers (`publish(run, artifact, "team/x")`) is a site of its own
file, with what all its callers pass. A caller in another file that passes a part of the target path, an alias, a type
or an artifact is a site of that file, with what it passes alone. `Site.callers` has the callers in the function's own
file.
"""

from __future__ import annotations

from operator import attrgetter

from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.records import cached_property, group_pairs, replace
from regilink_doctor.core.sites import NO_CONTEXT, SITE_CLASSES, Init, OtherCall, PassedArguments, Site, Together
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart, may_be_none
from regilink_doctor.core.target_path import UNKNOWN_NAME, is_known, misspelled_prefix, parsed
from regilink_doctor.lint.resolve import wandb_api
from regilink_doctor.lint.resolve.bindings import MOST_CONDITIONS, ClassOrObject, ProgramPoint, count_before
from regilink_doctor.lint.resolve.environment import find_own_values
from regilink_doctor.lint.resolve.libraries import find_sweeps, is_of_sweep
from regilink_doctor.lint.resolve.module_files import list_sweep_files
from regilink_doctor.lint.resolve.parameters import find_lineage
from regilink_doctor.lint.resolve.program_inputs import find_owners
from regilink_doctor.lint.resolve.resolver import Resolver
from regilink_doctor.lint.resolve.values import Function, Instance, Literal, Name, Unknown, is_none
from regilink_doctor.lint.sites.arguments import ArgumentReader, CallArguments, arguments
from regilink_doctor.lint.sites.call_context import CallContextReader
from regilink_doctor.lint.sites.made_by import STARTS, MadeBy, find_passed_run
from regilink_doctor.lint.sites.mocks import find_faked_host, find_mocked_links
from regilink_doctor.lint.sites.run_lifetime import find_last_before
from regilink_doctor.lint.sites.set_variables import find_set_variables
from regilink_doctor.lint.sites.wrappers import find_wrapped_calls, find_wrappers
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.memory import are_callers_wanted
from regilink_doctor.lint.text.nodes import WITHS, find_keyword, last_word, list_parameters, walk, written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from regilink_doctor.core.sites import CallContext, Setting, Sweep
    from regilink_doctor.lint.resolve.bindings import Frame, Guard, Module, Read, Scope, Store, Use
    from regilink_doctor.lint.resolve.values import Value
    from regilink_doctor.lint.sites.wrappers import WrappedCall
    from regilink_doctor.lint.text.source import Source


_MAKES = (
    "wandb.Artifact",
    "wandb.Run.log_artifact",
    "wandb.log_artifact",
    "wandb.Api.artifact",
    "wandb.Run.use_artifact",
    "wandb.use_artifact",
)
"""The calls that an artifact begins with: it is made, or fetched."""

_OF_ARTIFACTS = ("wandb.Artifact.add_reference", "wandb.Artifact.save")
"""Calls of an artifact that rules connect with the call that made it."""

_MOST_STEPS = 8
"""Calls that a version is followed back through: `api.registry("model").collections().versions()`."""


_MOST_LEVELS, _MOST_CALLERS = 3, 8
"""How many levels of callers are searched for what drops an error, and how many calls of each function."""

_CHANGES = frozenset({"add", "add_dir", "add_file", "add_reference", "new_file", "remove"})
"""Methods that change the files of an artifact."""

_LINK_ARGUMENTS = frozenset(wandb_api.CALLS["wandb.Run.link_artifact"].parameters)

_CLASSES = ("wandb.Run", "wandb.Artifact")
_OF_RUNS = ("wandb.Run.", "wandb.Artifact.", "wandb.log_artifact", "wandb.use_artifact")
"""Prefixes of the calls that belong to a run: its methods, those of its artifacts, and what uses the active run."""

_RUN_NAMES = ("run", "run_", "wandb", "logger", "experiment", "tracker")
"""What the names of runs, and of what has one, end in."""


def find_sites(source: Source, module: Module) -> tuple[tuple[Site, ...], tuple[Setting, ...]]:
    """The sites of a file, and the variables of W&B that it sets, in the order of their lines."""
    finder = _Finder(source, module)
    try:
        sites = finder.add_callers([site for use in module.uses for site in finder.sites_of(use)])
        if module.reads and finder.origins.has_drafts:
            sites += [site for read in module.reads for site in finder.find_draft(read.node, read)]
        if ".visibility" in source.text:
            sites += [site for store in module.stores for site in finder.find_visibility(store)]
        if (".aliases" in source.text or ".tags" in source.text) and finder.origins.has_drafts:
            stores = [(store.target, store) for store in module.stores if isinstance(store.target, ast.Attribute)]
            for target, store in stores:
                sites += finder.find_draft(target, store) if target.attr in ("aliases", "tags") else ()
        if ".aliases" in source.text:
            sites += [site for use in finder.origins.alias_stores for site in finder.find_aliases(use)]
        sites += [site for use in module.uses for site in finder.find_late_change(use)]
        if any(f".{name}" in source.text for name in wandb_api.ALL_SAVED) and not source.path.endswith(".ipynb"):
            sites += finder.find_unsaved()
        sites += find_mocked_links(source, module)
        settings = list(find_set_variables(source, module, finder.resolver, finder.statements))
    finally:
        finder.resolver.forget()
    return (
        tuple(sorted(sites, key=attrgetter("place.position", "call"))),
        tuple(sorted(settings, key=attrgetter("place.position"))),
    )


class _Finder:
    def __init__(self, source: Source, module: Module) -> None:
        self.source = source
        self.module = module
        self.resolver = Resolver(source, module)
        self.origins = MadeBy(self.resolver, module)
        self.statements = CallContextReader(source, module, self.resolver)
        self.made: dict[tuple[int, Frame | None], Site] = {}
        self._has_finish = "finish" in source.text
        self._has_clauses = any(word in source.text for word in ("except", "finally", "suppress"))
        self._turns: dict[int, list[int]] = {}

    def sites_of(self, use: Use) -> Iterator[Site]:
        """The site that a call is, if it is one."""
        path = self._find_path(use) or self._by_name(use)
        if path is not None and path in wandb_api.MISSING and self._is_asked(use):
            return
        if path is not None:
            yield self.site(use, path)
        else:
            site = find_faked_host(use, self.source, self.module, self.resolver) or self._find_missing_method(use)
            if site is not None:
                yield site
                return
        calls = find_wrapped_calls(use, self.resolver) if self._wrappers else []
        if calls and (wrapped := [site for call in calls if (site := self._wrapped(use, call))]):
            yield from wrapped
        elif isinstance(use.call.func, ast.Name):
            yield from self._asking(use)

    def _find_missing_method(self, use: Use) -> Site | None:
        """The site of a call of a method that no version of wandb has: `artifact.add_alias(...)`."""
        function = use.call.func
        if not isinstance(function, ast.Attribute) or function.attr.startswith("_"):
            return None  # a private method may be in any version
        if not any(map(function.attr.__contains__, wandb_api.WORDS_OF_METHODS)):
            return None
        values = self.resolver.value(function.value, use.at)
        types = {
            value.type if isinstance(value, Instance) else value.path if isinstance(value, Name) else ""
            for value in values
        }
        owner = types.pop() if len(types) == 1 else ""
        methods = wandb_api.METHODS.get(owner)
        if methods is None or function.attr in methods or self._is_asked(use):
            return None
        missing = PassedArguments(not_accepted={f"{owner}.{function.attr}": tuple(sorted(methods))})
        return self._make_other("missing-method", use.call, use.statement, missing)

    def _make_other(
        self, call: str, node: ast.expr, statement: ast.stmt, arguments: PassedArguments, **facts: Any
    ) -> OtherCall:
        """The site of an expression that is not a call of wandb, or of a call that wandb does not have."""
        place, context = self.source.place(node), self.statements.find_context(statement)
        span = self._span_statement(statement, place)
        return OtherCall(call, place, span, arguments=arguments, context=context, **facts)

    def _make_other_named(self, call: str, node: ast.expr, statement: ast.stmt, name: str, **facts: Any) -> OtherCall:
        """Such a site whose only argument is the name of an attribute or method."""
        strings = {"name": (StringValue.of(name, self.source.place(node)),)}
        return self._make_other(call, node, statement, PassedArguments(strings=strings), **facts)

    def _span_statement(self, statement: ast.stmt, place: Place) -> Span:
        """The span of a statement, whose comments belong to it; of one with a body, that of the place in it."""
        return place.span if hasattr(statement, "body") else self.source.span(statement)

    def _is_always(self, kind: str, node: ast.expr, at: ProgramPoint) -> bool:
        """Whether each alternative of an expression is an object of a class of wandb's."""
        return all(isinstance(value, Instance) and value.type == kind for value in self.resolver.value(node, at))

    def _is_asked(self, use: Use) -> bool:
        """Whether a condition around a call names its method: `if hasattr(logger, "link_artifact"):`."""
        method = last_word(use.call.func)
        return any(method in guard for guard in self.statements.find_context(use.statement).guards)

    def _find_path(self, use: Use) -> str | None:
        """The canonical name of a call that is a site."""
        path = next(filter(wandb_api.CALLS.__contains__, self.resolver.callee(use)), None)
        return None if path == "WandbLogger" and find_passed_run(self.resolver, use) is not None else path

    def _wrapped(self, use: Use, call: WrappedCall) -> Site | None:
        """The site of a call of a function of another file.

        None where it passes nothing to what links or fetches, its run goes on, and nothing drops its error.
        """
        site = self._seen_by_caller(use, call)
        target = tuple(text for text in site.target if any(isinstance(part, KnownPart) for part in text.parts))
        if not target:
            return None
        is_hidden = self._is_hidden(call.use)
        site = replace(site, target=target, is_hidden_in_callee=is_hidden)
        is_own = is_hidden or site.context.ended is not None or site.context.swallowed_by is not None
        return site if is_own or _is_passed(site, call, self.source.path) else None

    def _is_hidden(self, use: Use) -> bool:
        """Whether nothing in another file shows that a call in it is one of wandb."""
        module, use = use.scope.module, replace(use, frame=None)
        if not module.imports.isdisjoint(wandb_api.PACKAGES):
            return False
        finder = self.resolver.keep(("finder", id(module)), _Finder, module.source, module)
        return not finder._find_path(use) and not finder._by_name(use)

    def add_callers(self, sites: list[Site]) -> list[Site]:
        """The sites; those in functions with `callers`, where the calls of the function in the file differ.

        Where nobody asks for callers, only the targets that no caller has are left out.
        """
        is_asked = are_callers_wanted()
        if not is_asked and not self._may_mix_callers():
            return sites
        view = self._seen_by_caller if is_asked else self._find_mixed
        seen = {
            (id(use.call), id(call.use.call)): (call, site)
            for use in self._calls_of_wrappers()
            for call in self._find_own_wrapped(use)
            if (site := view(use, call)) is not None
        }
        # Of calls within calls the outermost that passes something counts.
        left = dict(seen)
        for key, (call, site) in seen.items():
            inner = (id(call.through[0].call), key[1])
            if inner in seen:
                left.pop(key if _facts_of(seen[inner][1]) == _facts_of(site) else inner, None)
        callers = group_pairs((site.through[-1], site) for _, site in left.values())
        differing = {place: group for place, group in callers.items() if len(set(map(_facts_of, group))) > 1}
        if not differing:
            return sites
        return [
            replace(site, callers=tuple(group) * is_asked, target=_keep_possible(site.target, group)) if group else site
            for site, group in ((site, differing.get(site.place, ())) for site in sites)
        ]

    def _may_mix_callers(self) -> bool:
        """Whether a target may be made of what one caller passes and of what another one does.

        Not where each is a parameter as it is passed, and no function that links is called by another function.
        """
        uses = self.origins.uses  # not of the runs of other files, which are made here, too
        own = [(uses[call], site) for (call, frame), site in self.made.items() if frame is None and call in uses]
        if all(len(site.target) < 2 or _is_plain_parameter(use, site.call) for use, site in own):
            return any(use.scope.kind == "function" for use in self._calls_of_wrappers())
        return True

    def _find_mixed(self, _: Use, call: WrappedCall) -> Site | None:
        """A site whose target may be made of what several callers pass, with the target of one call of its function."""
        use, method = call.use, wandb_api.CALLS[call.method]
        site = self.made.get((id(use.call), None))
        if site is None or len(site.target) < 2:
            return None
        reading = ArgumentReader(self.resolver, self.origins.uses, use, method.parameters)
        return replace(site, target=self._read_targets(use, method, reading), through=(site.place,))

    def _calls_of_wrappers(self) -> list[Use]:
        """The calls of functions of the file that link or fetch for their callers, where one is called repeatedly."""
        uses = [use for use in self.module.uses if last_word(use.call.func) in self._wrappers] if self._wrappers else []
        return uses if len(uses) > len({last_word(use.call.func) for use in uses}) else []

    @cached_property
    def _wrappers(self) -> frozenset[str]:
        return find_wrappers(self.resolver, self.module)

    def _find_own_wrapped(self, use: Use) -> list[WrappedCall]:
        calls = find_wrapped_calls(use, self.resolver, in_own_file=True)
        return [call for call in calls if all(step.scope.module is self.module for step in call.through)]

    def _seen_by_caller(self, use: Use, call: WrappedCall) -> Site:
        """What a call of wandb's links or fetches for one call of the function that it is in, at the place of that."""
        site = self.site(call.use, call.method)
        place = self.source.place(use.call)
        return replace(
            site,
            place=place,
            statement=self._span_statement(use.statement, place),
            argument=place,
            arguments=replace(site.arguments, opening=None, keywords={}),
            context=replace(self.statements.of(use, self._name_passed_run(use, call)), result_used=False),
            through=tuple(step.at.source.place(step.call) for step in call.through),
        )

    def _name_passed_run(self, use: Use, call: WrappedCall) -> str | None:
        """The run that a call passes to a function that links with it, as the caller writes it."""
        run = self._run_name(call.use)
        callers = (use, *call.through)
        for caller, inner in zip(callers[-2::-1], callers[:0:-1], strict=True):
            run = self.statements.lifetimes.find_name_in_caller(caller, inner.scope, run) if run else None
        return run

    def site(self, use: Use, path: str) -> Site:
        """The site of a call of `path`, made once."""
        key = (id(use.call), use.frame)
        if site := self.made.get(key):
            return site
        call = wandb_api.CALLS[path]
        at = use.at
        source = self._source_of(use)
        parameters = ("self", *call.parameters) if self._is_called_on_class(use) else call.parameters
        reading = ArgumentReader(self.resolver, self.origins.uses, use, parameters)
        for name in call.unfolds:
            reading.unfold(name)
        given, texts = reading.given, reading.texts
        path_node = given.named.get(call.path or "")
        place = source.place(use.call)
        is_alone = isinstance(use.statement, ast.Expr) and use.statement.value is use.call
        target = self._read_targets(use, call, reading)
        site = SITE_CLASSES[call.kind](
            call=path,
            place=place,
            statement=place.span if is_alone or hasattr(use.statement, "body") else source.span(use.statement),
            target=target,
            argument=source.place(path_node) if path_node is not None else None,
            **self._find_owners(reading, path),
            type=texts("type") or texts("type_name") or texts("artifact_type"),
            aliases=reading.items("aliases"),
            arguments=self._passed(use, call, reading, call.path if target and not call.project else None),
            context=self._read_context(use, call) if source is self.source else NO_CONTEXT,
        )
        self.made[key] = site
        if path == "wandb.Artifact.delete":
            around = [self._write_guard(guard) for guard in use.scope.find_conditions(use.order)]
            guards = (*around, *self._gathering_conditions(use))
            site = replace(site, context=replace(site.context, guards=guards))
        if followed := self._followed(site, use, given, at):
            site = self.made[key] = replace(site, **followed)
        is_owned = site.kind in ("link", "consume", "look_up") or (site.kind == "log" and site.logs_fetched)
        if is_owned and self._may_be_set_around(site):
            site = self.made[key] = replace(site, set_owners=self._set_owners)
        if together := self._find_together(site, use, call, reading):
            target = tuple([text for text in site.target if any(text.pattern in way.targets for way in together)])
            site = self.made[key] = replace(site, target=target, together=together)
        return site

    def _find_together(
        self, site: Site, use: Use, call: wandb_api.Call, reading: ArgumentReader
    ) -> tuple[Together, ...]:
        """What each way through loops and calls of functions gives a link that has several paths, types or entities."""
        if site.kind != "link" or len(site.target) < 2 or max(len(site.artifact_type), len(site.run_entity)) < 2:
            return ()
        made = self.origins.artifact(self._artifact_node(use, reading.given), use.at)
        starts, _ = self.origins.find_runs(use)
        types = self._read_alone("type", made, site.artifact_type)
        entities = self._read_alone("entity", starts[0] if len(starts) == 1 else None, site.run_entity)

        def read() -> Together:
            parts = [
                frozenset(text.pattern for text in read_texts()) if read_texts else None for read_texts in read_all
            ]
            return Together(parts[0] or frozenset(), *parts[1:])

        read_all = (lambda: self._read_targets(use, call, reading), types, entities)
        found = [way for way in self.resolver.answer_together(read) if way.is_whole]
        if not _covers(found, "types", site.artifact_type if types else ()):
            return ()
        return tuple(dict.fromkeys(found)) if _covers(found, "entities", site.run_entity if entities else ()) else ()

    def _read_alone(
        self, name: str, use: Use | None, known: tuple[StringValue, ...]
    ) -> Callable[[], tuple[StringValue, ...]] | None:
        """What reads an argument of a call; None where what is known is not from there."""
        path = self._find_path(use) if use is not None else None
        if use is None or path is None:
            return None
        reading = ArgumentReader(self.resolver, self.origins.uses, use, wandb_api.CALLS[path].parameters)
        return (lambda: reading.texts(name)) if reading.texts(name) == known else None

    def _read_context(self, use: Use, call: wandb_api.Call) -> CallContext:
        """What is around a call; of a link also what drops its error around a call of its function."""
        context = self.statements.of(use, self._run_name(use))
        if call.kind != "link" or context.swallowed_by is not None or context.is_tried or not self._has_clauses:
            return context
        clause = self._find_callers_clause(use, _MOST_LEVELS)
        return replace(context, swallowed_by=clause) if clause is not None else context

    def _find_callers_clause(self, use: Use, levels: int) -> Place | None:
        """What drops the error of a call around a call of its function in the file."""
        scope = use.scope
        if scope.kind != "function" or not levels:
            return None
        for caller in self.resolver.find_uses(scope.module, scope.name)[:_MOST_CALLERS]:
            functions = self.resolver.value(caller.call.func, caller.at)
            if caller.scope is scope or not any(
                isinstance(item, Function) and item.scope is scope for item in functions
            ):
                continue
            context = self.statements.of(caller)
            if context.swallowed_by is not None:
                return context.swallowed_by
            clause = self._find_callers_clause(caller, levels - 1) if not context.is_tried else None
            if clause is not None:
                return clause
        return None

    def _is_called_on_class(self, use: Use) -> bool:
        """Whether a method is called on its class, the object an argument: `wandb.Run.link_artifact(run, …)`."""
        owner = getattr(use.call.func, "value", None)
        if owner is None or not last_word(owner)[:1].isupper():
            return False
        return any(isinstance(value, Name) and value.path in _CLASSES for value in self.resolver.value(owner, use.at))

    def _source_of(self, use: Use) -> Source:
        """The file that a call is in: that of the finder, or one that its calls are followed into."""
        return self.source if use.scope.module is self.module else use.at.source

    def _read_targets(self, use: Use, call: wandb_api.Call, reading: ArgumentReader) -> tuple[StringValue, ...]:
        """The alternatives of the path, after the project that the call itself puts before it."""
        strings = tuple(map(self._sure, reading.texts_by_start(call.path))) if call.path else ()
        objects = [string for string in strings if string.is_path_object]
        if 0 < len(objects) < len(strings):  # where it is one, the code may write it out
            strings = tuple([string.write_out() for string in strings])
        if not call.project:
            return strings
        place = self._source_of(use).place(use.call)
        project = KnownPart(f"{call.project}/", place)
        names = strings or [StringValue((UnknownPart(call.path or "", place),), place)]
        return tuple(StringValue((project, *name.parts), place, name.is_path_object) for name in names)

    @staticmethod
    def _may_be_set_around(site: Site) -> bool:
        """Whether its run is given no entity, or no project that matters."""
        is_for_registry = site.kind != "log" and all(REGISTRY_PREFIX in string.pattern for string in site.target)
        return not site.run_entity or not (site.run_project or is_for_registry)

    @cached_property
    def _set_owners(self) -> tuple[tuple[StringValue | None, StringValue | None], ...]:
        return find_owners(self.source.folder, self.source.path)

    @cached_property
    def _sweeps(self) -> tuple[Sweep, ...]:
        return find_sweeps(self.module) if list_sweep_files(self.source.folder) else ()

    def _find_owners(self, reading: ArgumentReader, path: str) -> dict[str, Any]:
        """The entity and project that a call is given; of a run without those of a sweep's parameters.

        A sweep gives them to the program, and W&B drops what `wandb.init` is given in a sweep.
        """
        owners = {
            "entity": reading.texts("entity"),
            "project": reading.texts("project") or reading.texts("project_name"),
        }
        for name, given in owners.items() if path in STARTS else ():
            owners[name] = self._drop_swept(given, reading) if given else self._find_own(name, reading)
        return owners

    def _drop_swept(self, given: tuple[StringValue, ...], reading: ArgumentReader) -> tuple[StringValue, ...]:
        if not any(part.place.path.endswith((".yaml", ".yml")) for text in given for part in text.parts):
            return given
        module = reading.at.scope.module
        return tuple([text for text in given if not is_of_sweep(self.resolver, text, module)])

    def _find_own(self, argument: str, reading: ArgumentReader) -> tuple[StringValue, ...]:
        """The entity or project of a run that is not given it, where the program itself sets it for all runs.

        The entity is unknown where the run is given what source does not tell.
        """
        if reading.has_argument(argument):
            return ()
        if argument == "entity" and reading.unknown is not None:
            source = reading.at.source
            place = source.place(reading.unknown)
            return (StringValue((UnknownPart(source.written(reading.unknown), place),), place),)
        if reading.given.unpacked:
            return ()
        if self._setups and (common := [text for site in self._setups for text in getattr(site, argument)]):
            return tuple(common)
        values = find_own_values(self.resolver, f"WANDB_{argument.upper()}", reading.at)
        return tuple(value for value in values if isinstance(value, StringValue))

    @cached_property
    def _setups(self) -> list[Site]:
        """The calls of `wandb.setup` in the file, whose settings all runs have that are given no others."""
        uses = self.module.uses if ".setup(" in self.source.text else []
        return [self.site(use, "wandb.setup") for use in uses if "wandb.setup" in self.resolver.callee(use)]

    def _passed(self, use: Use, call: wandb_api.Call, reading: ArgumentReader, string: str | None) -> PassedArguments:
        """What a call is given; `string` is an argument that is a string in one of its alternatives."""
        source = self._source_of(use)
        certain = reading.find_certain(call.objects)
        texts = (*call.texts, *[name for name in call.objects if name in certain]) if certain else call.texts
        strings = reading.read_texts(texts)
        if "artifact_types" in reading.given.named:
            strings = {**strings, "artifact_types": reading.items("artifact_types")}
        return PassedArguments(
            names=reading.given.names.union(reading.inner) if reading.inner else reading.given.names,
            strings=strings | reading.flat("filter") if "filter" in reading.given.named else strings,
            certain_strings=certain,
            unread=frozenset(reading.unread),
            wrong_types=self._find_wrong_types(call, reading, string),
            not_accepted=self._find_not_accepted(use, call),
            constants=reading.find_constants(string),
            opening=self._opening(use) if call.kind == "init" and "init_kwargs" not in call.parameters else None,
            keywords={
                keyword.arg: (source.place(keyword), source.place(keyword.value))
                for keyword in use.call.keywords
                if keyword.arg and keyword.arg != call.path
            }
            if use.call.keywords
            else {},
        )

    def _find_not_accepted(self, use: Use, call: wandb_api.Call) -> dict[str, tuple[str, ...]]:
        """The arguments that a call of wandb does not have. A call that only may be of wandb is checked if it links."""
        if call.others is None:
            return {}
        accepted = (*call.parameters, *call.others)
        wrong = [keyword.arg for keyword in use.call.keywords if keyword.arg and keyword.arg not in accepted]
        if call.kind == "init" and use.call.args and not isinstance(use.call.args[0], ast.Starred):
            wrong.append("*")
        is_certain = wrong and (call.kind == "link" or self._find_path(use) is not None)
        return dict.fromkeys(wrong, accepted) if is_certain else {}

    @staticmethod
    def _find_wrong_types(call: wandb_api.Call, reading: ArgumentReader, string: str | None) -> dict[str, str]:
        # The rules about paths look at a path that is a string.
        is_string = call.path is None or string is not None or bool(reading.texts(call.path))
        objects = call.objects if call.kind != "consume" else ()
        if call.kind not in ("link", "log", "consume"):
            return {}
        return reading.find_wrong_types(None if is_string else call.path, objects, is_link=call.kind == "link")

    @cached_property
    def _tested(self) -> frozenset[str]:
        """The attributes that the file tests; `getattr` may be passed the name of one."""
        tested, listed = self.statements.tested_names
        return tested | listed if "getattr" in self.source.text else tested

    def _sure(self, text: StringValue) -> StringValue:
        """A text whose variables and options are not called unset where the file tests whether they are."""
        if is_known(text.pattern) or not any(map(may_be_none, text.parts)):
            return text
        tested, (_, listed) = self._tested, self.statements.tested_names

        def is_tested(part: KnownPart | UnknownPart) -> bool:
            return bool(tested.intersection(part.names)) or not listed.isdisjoint(part.variables)

        parts = [
            replace(part, kind="unknown") if may_be_none(part) and is_tested(part) else part for part in text.parts
        ]
        return replace(text, parts=tuple(parts))

    def _gathering_conditions(self, use: Use) -> Iterator[str]:
        """The conditions under which the lists were gathered that the loop around a call goes through.

        That the loop goes through the links of a version says as much as a condition does.
        """
        bindings = use.scope.find_bindings(_receiver_of(use))
        for binding in bindings[: count_before(bindings, use.order)][-MOST_CONDITIONS:]:
            if binding.kind != "element" or binding.value is None:
                continue
            if (written_name(binding.value) or "").endswith(".linked_artifacts"):
                yield self.source.written(binding.value)
            for value in self.resolver.value(binding.value, ProgramPoint(use.scope, binding.order)):
                if isinstance(value, Literal):
                    for guard in value.at.scope.find_conditions(value.at.order):
                        yield self._write_guard(guard)

    def _write_guard(self, guard: Guard) -> str:
        written = self.source.written(guard.test)
        return written if guard.holds else f"not ({written})"

    def _opening(self, use: Use) -> Place | None:
        """The place right after the opening parenthesis, where only spaces are before it."""
        source = self._source_of(use)
        function = source.span(use.call.func)
        line, column = function.end_line, function.end_column
        written = source.lines[line - 1]
        while written[column - 1 : column].isspace():
            column += 1
        if not written.startswith("(", column - 1):
            return None
        return Place(source.path, Span(line, column + 1, line, column + 1), source.cell)

    def _followed(self, site: Site, use: Use, given: CallArguments, at: ProgramPoint) -> dict[str, Any]:
        """What a site is connected with: its runs, its artifact, and what happened to that before."""
        found: dict[str, Any] = {}
        if site.call in STARTS and self._source_of(use) is self.source:
            found["earlier"] = self._earlier(use)
        if site.kind in ("link", "consume", "log", "other") and site.call.startswith(_OF_RUNS):
            found = self._follow_runs(site, use)
        if site.call.startswith("wandb.Api.") and isinstance(use.call.func, ast.Attribute):
            made = self.origins.artifact(use.call.func.value, at)
            if made is not None and "wandb.Api" in self.resolver.callee(made):
                found["inits"] = (self.site(made, "wandb.Api"),)
        if site.kind == "look_up" or site.call in ("wandb.Artifact.delete", "wandb.Artifact.unlink"):
            found["artifact"] = self._find_listing(use)
            return found
        if site.kind == "consume" and (ttl := self.origins.times_to_live.get(id(use.call))) is not None:
            paths = [parsed(string.pattern) for string in site.target]
            if paths and all(path is not None and path.is_registry for path in paths):
                found["linked_ttl"] = self.source.place(ttl)
        if site.kind not in ("link", "log") and site.call not in _OF_ARTIFACTS:
            return found
        node = self._artifact_node(use, given)
        made = self.origins.artifact(node, at)
        if made is None:
            return found
        found |= self._follow_artifact(site, use, made)
        if "artifact" in found and node is not None and (others := self.origins.find_other_makers(node, at)):
            found["artifact"] = self._add_types(found["artifact"], others)
        if site.kind != "other":
            makers = [value.made_by for value in self.resolver.find_all(node, at) if isinstance(value, Instance)]
            found["is_logged_artifact"] = made.call is not next(iter(makers), None)
        return found

    def _add_types(self, made: Site, others: list[Use]) -> Site:
        """The call that makes an artifact, with the types of those that make it in other branches."""
        sites = [self.site(use, path) for use in others for path in self.resolver.callee(use) if path in _MAKES]
        types = dict.fromkeys((*made.type, *(item for site in sites for item in site.type)))
        return replace(made, type=tuple(types)) if len(types) > len(made.type) else made

    def _follow_runs(self, site: Site, use: Use) -> dict[str, Any]:
        """The runs that a method is of, and where the one that it is certainly of ends before it."""
        starts, alone = self.origins.find_runs(use)
        inits = tuple([self._start(start) for start in starts])
        alone = alone and len(inits) == 1
        found: dict[str, Any] = {"inits": inits, "init": inits[0] if alone else None}
        if site.kind in ("link", "consume"):
            found["sweeps"] = self._sweeps
        if not inits and site.kind in ("link", "consume"):
            starts = self.origins.find_possible(use)
            possible = found["possible_inits"] = tuple([self._start(start) for start in starts])
            is_own = site.call.startswith("wandb.Run.") and not self.origins.is_of_active_run(use)
            found["is_of_unknown_run"] = is_own and not possible
            if len(possible) == 1 and id(starts[0].call) in self.origins.described:
                found |= {"inits": possible, "init": possible[0]}
        owner = _receiver_of(use)
        if not inits and owner is not None and self.origins.is_of_logger(use):
            run = UnknownPart(f"{self._source_of(use).written(owner)}.entity", site.place)
            found["entity"] = (StringValue((run,), site.place),)
        if site.kind == "link" and site.call.startswith("wandb.Run."):
            found["is_run_passed"] = not inits and _is_parameter(use)
        return found

    def _follow_artifact(self, site: Site, use: Use, made: Use) -> dict[str, Any]:
        """Where the artifact of a call comes from, and what happened to it before."""
        found: dict[str, Any] = {}
        paths = self.resolver.callee(made)
        for path in paths:
            if path in _MAKES and made is not use:
                found["artifact"] = self.site(made, path)
        if "wandb.Artifact.new_draft" in paths and (source := self.origins.artifact(_receiver_of(made), made.at)):
            # A draft has the type, and belongs to the project, of the version that it comes from.
            makers = [self.site(source, path) for path in self.resolver.callee(source) if path in _MAKES]
            found |= {"artifact": makers[0]} if makers else {}
            found |= {"is_draft": True} if site.kind == "log" else {}
        if site.kind == "other":
            return found
        logged = self.origins.logged(made, use)
        if site.call == "wandb.PublicRun.log_artifact" and (saved := self.origins.saves.get(id(made.call))) is not None:
            logged = saved
        if logged is not None and (logged.scope is not use.scope or logged.order < use.order):
            logging = self._find_path(logged)
            found["logged"] = self.site(logged, logging) if logging is not None else None
        if times := self.origins.times_to_live:
            if ttl := times.get(id(made.call)):
                found["ttl"] = self.source.place(ttl)
            if ttl := times.get(id(use.call)):
                found["linked_ttl"] = self.source.place(ttl)
        if site.kind == "link":
            found["is_fetched"] = any(path.startswith(wandb_api.PUBLIC) for path in paths)
        if found.get("is_fetched") and ".aliases" in self.source.text:
            order, changed = self.origins.alias_changes.get(id(made.call), (0, None))
            if changed is not None and order < use.order and made.scope is use.scope:
                found["aliases_set"] = self.source.place(changed)
        return found

    def _find_listing(self, use: Use) -> Site | None:
        """The call that a version comes from: of a link, or of the `Api`, whatever is called on what that returns."""
        for _ in range(_MOST_STEPS):
            made = self.origins.artifact(_receiver_of(use), use.at)
            if made is None or made is use:
                return None
            path = self._find_path(made)
            if path is not None and path != "wandb.Api":
                return self.site(made, path)
            use = made
        return None

    def _earlier(self, use: Use) -> Site | None:
        """The `wandb.init` before this one in the same function whose run nothing has ended."""
        for body, numbers, around in self.statements.before(use.statement):
            last = find_last_before(self._find_turns(body), numbers.stop)
            turn = body[last] if last >= numbers.start else around if isinstance(around, WITHS) else None
            start = self.origins.starts.get(id(turn))
            if start is not None:
                return self.site(start, "wandb.init")
            if turn is not None and self._names_finish(turn):
                return None
        return None

    def _find_turns(self, body: list[ast.stmt]) -> list[int]:
        """The numbers of the statements of a body that start a run which goes on after them, or may end one."""
        turns = self._turns.get(id(body))
        if turns is None:
            starts = self.origins.starts
            turns = self._turns[id(body)] = [
                number
                for number, item in enumerate(body)
                if (not isinstance(item, WITHS) if id(item) in starts else self._names_finish(item))
            ]
        return turns

    def _names_finish(self, statement: ast.stmt) -> bool:
        return self._has_finish and "finish" in self.source.written(statement)

    def find_draft(self, node: ast.Attribute, used: Read | Store) -> Iterator[Site]:
        """The site of a look at an attribute, or a change of one, of an artifact that may not be logged yet."""
        if self._is_always("wandb.Artifact", node.value, used.at):
            made = self.origins.draft(node.value, used.at)
            if made is not None:
                yield self._make_draft("read", node, used, node.attr, made)

    def find_visibility(self, store: Store) -> Iterator[Site]:
        """The site of `registry.visibility = …`."""
        target = store.target
        if not isinstance(target, ast.Attribute) or target.attr != "visibility":
            return
        if self._is_always("wandb.Registry", target.value, store.at):
            given = PassedArguments(strings={"visibility": self.resolver.texts(store.value, store.at)})
            yield self._make_other("wandb.Registry.visibility", target, store.statement, given)

    def find_aliases(self, use: Use) -> Iterator[Site]:
        """The site of `artifact.aliases = …`, and of what adds to that list."""
        if self._is_always("wandb.Artifact", use.call.func.value, use.at):  # type: ignore[attr-defined]
            reading = ArgumentReader(self.resolver, self.origins.uses, use, ())
            aliases = reading.items("aliases")
            given = PassedArguments(unread=frozenset(reading.unread))
            yield self._make_other("wandb.Artifact.aliases", use.call, use.statement, given, aliases=aliases)

    def find_late_change(self, use: Use) -> Iterator[Site]:
        """The site of a call that changes the files of an artifact which is logged already."""
        method = getattr(use.call.func, "attr", "")
        if method in _CHANGES and self._is_always("wandb.Artifact", use.call.func.value, use.at):  # type: ignore[attr-defined]
            is_late, finished = self.origins.find_finished(use)
            path = self._find_path(finished) if finished is not None else None
            logged = self.site(finished, path) if finished is not None and path is not None else None
            if is_late:
                yield self._make_other_named("late-change", use.call, use.statement, method, logged=logged)

    def find_unsaved(self) -> Iterator[Site]:
        """The sites of the last change of each object that W&B has already, and that nothing in the file can save."""
        from regilink_doctor.lint.sites.unsaved import UnsavedChanges

        for node, statement, names in UnsavedChanges(self.origins).find():
            yield self._make_other_named("unsaved", node, statement, ", ".join(names))

    def _make_draft(self, call: str, node: ast.expr, used: Read | Store | Use, name: str, made: Use) -> Site:
        """The site of a look at the attribute `name` of an artifact, which the call `made` gives."""
        artifact, logged = self.site(made, self.origins.maker(made)), self.origins.logged(made)
        before = self.site(logged, "wandb.Run.log_artifact") if logged and logged.order < used.order else None
        return self._make_other_named(call, node, used.statement, name, artifact=artifact, logged=before)

    def _start(self, use: Use) -> Site:
        """The call that starts a run; for a logger the `wandb.init` before it, whose run it uses."""
        key = (id(use.call), use.frame)
        if (site := self.made.get(key)) is None:
            paths = self.resolver.callee(use)
            site = self.site(use, next((path for path in paths if path in STARTS), "Accelerator.init_trackers"))
            if (place := self.origins.described.get(id(use.call))) is not None:
                site = self.made[key] = replace(site, place=place, statement=place.span)
        if isinstance(site, Init) and site.call != "wandb.init" and site.earlier is not None:
            return site.earlier
        return site

    def _artifact_node(self, use: Use, given: CallArguments) -> ast.expr | None:
        node = given.named.get("artifact") or given.named.get("artifact_or_path")
        return _receiver_of(use) if node is None else node

    def _run_name(self, use: Use) -> str | None:
        """The receiver as it is written, for a method that fails once its run has ended."""
        function = use.call.func
        bound = use.scope.find_bindings(function) if isinstance(function, ast.Name) else ()
        if len(bound) == 1 and bound[0].kind == "value" and isinstance(bound[0].value, ast.Attribute):
            is_other = use.scope.binds_between(self._source_of(use).written(bound[0].value), bound[0].order, use.order)
            function = function if is_other else bound[0].value  # publish = run.link_artifact
        if isinstance(function, ast.Attribute) and function.attr in ("link_artifact", "log_artifact", "use_artifact"):
            return self._source_of(use).written(function.value)
        return None

    def _by_name(self, use: Use) -> str | None:
        """A call on a receiver that nobody knows, in a file that imports wandb or a logger of it.

        In other files the target tells, or the receiver's name. `link` and `artifact` are everybody's words: there the
        name of the receiver tells, an argument that is called `target_path`, or the target itself. What links a string
        is a run only if the target is a path; of a registry, where the receiver has another name than runs have.
        """
        function = use.call.func
        path = wandb_api.BY_NAME.get(function.attr) if isinstance(function, ast.Attribute) else None
        if path is None or not isinstance(function, ast.Attribute):
            return None
        call = wandb_api.CALLS[path]
        target = arguments(use.call, call.parameters).named.get(call.path or "registered_model_name")
        is_at_home = (
            not self.module.imports.isdisjoint(wandb_api.PACKAGES)
            or self._is_passed_api(function, use)
            or _is_called_as_wandb(function, use)
        )
        if target is None or not (is_at_home or self._may_be_registry(function, target, use)):
            return None
        if self._is_known_elsewhere(function, use):
            return None
        if words := wandb_api.RECEIVERS.get(function.attr):
            if self._is_made_elsewhere(function.value, use):
                return None
            is_receiver = last_word(function.value).lower().endswith(words)
            is_named = is_receiver or find_keyword(use.call, "target_path") is not None
            texts = () if is_named else self.resolver.texts(target, use.at)
            return path if is_named or any(REGISTRY_PREFIX in text.pattern for text in texts) else None
        if function.attr == "link_artifact" and use.call.args and self._is_string(use.call.args[0], use):
            texts = self.resolver.texts(target, use.at)
            is_run = (written_name(function.value) or "").lower().endswith(_RUN_NAMES)
            return path if any(("/" if is_run else REGISTRY_PREFIX) in text.pattern for text in texts) else None
        return path

    def _is_passed_api(self, function: ast.Attribute, use: Use) -> bool:
        """`api.artifact(...)` of a parameter `api`, in a file that names W&B though it imports nothing of it."""
        is_named = function.attr == "artifact" and (written_name(function.value) or "").endswith("api")
        return is_named and _is_parameter(use) and self._names_wandb

    @cached_property
    def _names_wandb(self) -> bool:
        return "wandb" in self.source.text.lower()

    def _may_be_registry(self, function: ast.Attribute, target: ast.expr, use: Use) -> bool:
        """Whether a target begins like a registry, and the method, or the receiver's name, is one of wandb's.

        Of what is named like a run, also whether nothing is known of the target: such a link could not be read.
        """
        receiver = (written_name(function.value) or "").lower()
        if function.attr in wandb_api.RECEIVERS and not receiver.endswith(wandb_api.RECEIVERS["link"]):
            return False
        texts = self.resolver.texts(target, use.at)
        parts = [part for text in texts for part in text.pattern.split("/")]
        if any(misspelled_prefix(part) or part.startswith(REGISTRY_PREFIX) for part in parts):
            return True
        is_run = function.attr == "link_artifact" and receiver.endswith(_RUN_NAMES)
        keywords = {keyword.arg for keyword in use.call.keywords}
        return is_run and keywords <= _LINK_ARGUMENTS and all(text.pattern == UNKNOWN_NAME for text in texts)

    def _is_string(self, node: ast.expr, use: Use) -> bool:
        return all(isinstance(value, StringValue) for value in self.resolver.value(node, use.at))

    def _is_known_elsewhere(self, function: ast.Attribute, use: Use) -> bool:
        """The receiver is known, and no object of wandb's: `os.link`, `zenml_client.link_artifact`."""
        values = [value for value in self.resolver.value(function.value, use.at) if not is_none(value)]
        return bool(values) and all(_is_of_others(value, function.attr, self.resolver) for value in values)

    def _is_made_elsewhere(self, receiver: ast.expr, use: Use) -> bool:
        """The receiver is what a method of a class of another library returns: `sagemaker.Artifact.create(...)`."""
        made_by = [value.returned_by for value in self.resolver.value(receiver, use.at) if isinstance(value, Unknown)]
        return any("wandb" not in name and any(map(str.isupper, name.partition(".")[2])) for name in made_by)

    def _asking(self, use: Use) -> Iterator[Site]:
        """`hasattr(artifact, "version")` and `getattr(artifact, "version", default)` of an artifact of wandb's."""
        function, given = use.call.func, use.call.args
        if not isinstance(function, ast.Name) or function.id not in ("hasattr", "getattr"):
            return
        name = given[1].value if len(given) > 1 and isinstance(given[1], ast.Constant) else None
        if name not in wandb_api.LOGGED_ONLY or len(given) < (3 if function.id == "getattr" else 2):
            return
        made = self.origins.draft(given[0], use.at)
        if made is not None:
            yield self._make_draft(function.id, use.call, use, str(name), made)


def _covers(ways: Sequence[Together], name: str, texts: Sequence[StringValue]) -> bool:
    """Whether every one of these texts belongs to a way."""
    found = {pattern for way in ways for pattern in getattr(way, name) or ()}
    return bool(ways) and {text.pattern for text in texts} <= found


def _is_called_as_wandb(function: ast.Attribute, use: Use) -> bool:
    """`wandb_run.link_artifact(...)`, or a link by keywords that W&B alone has, of what is passed from elsewhere."""
    if "_" not in function.attr:
        return False
    keywords = {keyword.arg for keyword in use.call.keywords}
    return "wandb" in (written_name(function.value) or "").lower() or {"artifact", "target_path"} <= keywords


def _keep_possible(targets: tuple[StringValue, ...], callers: Sequence[Site]) -> tuple[StringValue, ...]:
    """The targets that a caller has: what one passes for a parameter belongs to what it passes for the others."""
    patterns = {string.pattern for string in targets}
    # A part that one caller leaves open, what the others pass stands for.
    possible = {string.pattern for caller in callers for string in caller.target if not any(string.unknown_parts)}
    if not possible or not possible <= patterns:
        return targets
    return tuple(string for string in targets if string.pattern in possible or any(string.unknown_parts))


def _is_plain_parameter(use: Use, path: str) -> bool:
    """Whether the target of a call of `path` is a parameter of its function, as it is passed."""
    call = wandb_api.CALLS[path]
    bindings = use.scope.find_bindings(arguments(use.call, call.parameters).named.get(call.path or ""))
    return len(bindings) == 1 and bindings[0].kind == "parameter"


def _is_parameter(use: Use) -> bool:
    """Whether a method is of a parameter of the function that it is called in."""
    bindings = use.scope.find_bindings(_receiver_of(use))
    return bool(bindings) and bindings[0].kind == "parameter"


def _receiver_of(use: Use) -> ast.expr | None:
    """What a method is called on."""
    return use.call.func.value if isinstance(use.call.func, ast.Attribute) else None


def _facts_of(site: Site) -> tuple[object, ...]:
    """What a call links or fetches, and as what."""
    strings = (site.target, site.aliases, site.artifact_type, site.run_entity)
    names = site.artifact.target or site.artifact.arguments.strings.get("name", ()) if site.artifact else ()
    return tuple(tuple(string.pattern for string in values) for values in (*strings, names))


def _is_passed(site: Site, call: WrappedCall, path: str) -> bool:
    """Whether the file `path`, which a site is in, passes on what is linked or fetched, or as what."""
    if site.artifact is not None and site.artifact.place.path == path:
        return True
    entities = site.init.entity if site.init is not None and site.init.place.path != path else ()
    strings = (*site.target, *site.aliases, *site.artifact_type, *site.entity, *entities)
    places = (part.place.path for string in strings for part in string.parts if isinstance(part, KnownPart))
    if any(place == path for place in places):
        return True
    files = {place.path for place in site.through}
    parts = (part for string in site.target for part in string.parts if isinstance(part, KnownPart))
    return _names_parameter(call) and any(part.place.path not in files for part in parts)


def _names_parameter(call: WrappedCall) -> bool:
    """Whether the target is made of what its function is passed, its own object left out."""
    method = wandb_api.CALLS[call.method]
    scope = call.use.scope
    target = arguments(call.use.call, method.parameters).named.get(method.path or "")
    parameters = getattr(scope.node, "args", None)
    if target is None or not isinstance(parameters, ast.arguments):
        return False
    names = set(list_parameters(parameters))
    if scope.owner is not None:
        names.discard(scope.first_parameter or "")
    return any(isinstance(node, ast.Name) and node.id in names for node in walk(target))


def _is_of_others(value: Value, name: str, resolver: Resolver) -> bool:
    """Whether a value is known, or an object of a class of another library.

    An object of the tree is known where its classes say what the method `name` does: what they inherit, delegate by
    `__getattr__` or leave to others, as a protocol does, may be a method of a run.
    """
    if isinstance(value, ClassOrObject):
        owners = [
            scope for scope in find_lineage(resolver, value.scope) if {name} & {*scope.bindings, *scope.attributes}
        ]
        return bool(owners) and not _is_abstract(owners[0], name)
    if not isinstance(value, Unknown):
        return True
    class_name = value.returned_by.rpartition(".")[2]
    return class_name[:1].isupper() and "wandb" not in value.returned_by.lower()


def _is_abstract(owner: Scope, name: str) -> bool:
    """Whether a class declares a method without a body of its own, as a protocol or an abstract class does."""
    decorators = [
        item for binding in owner.bindings.get(name, ()) for item in getattr(binding.node, "decorator_list", ())
    ]
    words = [last_word(node) for node in (*owner.bases, *decorators)]
    return "Protocol" in words or "abstractmethod" in words
