"""Where a run and an artifact come from: followed back through logging and waiting to the calls that made them."""

from __future__ import annotations

from regilink_doctor.core.records import cached_property, replace
from regilink_doctor.lint.resolve import libraries, wandb_api
from regilink_doctor.lint.resolve.bindings import ClassOrObject, Use
from regilink_doctor.lint.resolve.imports import find_modules_with, list_imported_files
from regilink_doctor.lint.resolve.module_files import find_programs
from regilink_doctor.lint.resolve.parameters import find_lineage
from regilink_doctor.lint.resolve.values import Instance, Name, hold, is_none
from regilink_doctor.lint.sites.arguments import arguments
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import copy_place, find_keyword, last_word, written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import TypeVar

    from regilink_doctor.core.findings import Place
    from regilink_doctor.lint.resolve.bindings import Module, ProgramPoint, Scope
    from regilink_doctor.lint.resolve.resolver import Resolver
    from regilink_doctor.lint.resolve.values import Value

    T = TypeVar("T")

_STEPS = 8
"""Calls that an object is followed through."""

_LOGS = ("log_artifact", "upsert_artifact")

_WAITS = ("wait", "link", "link_artifact")
"""Methods after which an artifact is logged."""

_FINISHES = ("finalize", "link", "link_artifact", "save", *_LOGS)
"""Methods after which the files of an artifact are fixed."""

_ADDS = ("append", "extend", "insert")

_DRAFTS = frozenset({"wandb.Artifact", "wandb.Run.log_artifact"})
"""The calls that give an artifact which may not be logged yet."""

_MOST_FILES = 64
"""How many files of a program are searched for the start of its run."""

STARTS = ("wandb.init", "WandbLogger", "Accelerator.init_trackers")
"""The calls that start a run."""


class MadeBy:
    """Answers where objects come from, for one file."""

    def __init__(self, resolver: Resolver, module: Module) -> None:
        self.resolver = resolver
        self.module = module
        self.uses = {id(use.call): use for use in module.uses}
        self.described: dict[int, Place] = {}
        """Identity of the call of a logger that a configuration describes -> the place of its arguments."""
        self._runs_by_maker: dict[tuple[object, ...], tuple[tuple[Use, ...], bool]] = {}

    def find_runs(self, use: Use) -> tuple[tuple[Use, ...], bool]:
        """The calls that can have started the run of a method, and whether no other can.

        Of a method of an artifact, the run that has logged it.
        """
        if not isinstance(use.call.func, ast.Attribute):
            return (), False
        owner = use.call.func.value
        values = self.resolver.value(owner, use.at)
        # Outside a followed call only the calls that made the owner matter, so all its methods share the answer.
        makers = tuple([self._identify_maker(value) for value in values])
        known = self._runs_by_maker.get(makers) if use.frame is None else None
        if known is None:
            starts = tuple({id(start.call): start for start in self._find_starts(owner, use, 0)}.values())
            known = starts, all(self._find_run_made(value, use.at) is not None or is_none(value) for value in values)
            if use.frame is None:
                self._runs_by_maker[makers] = known
        if not known[0] and self.is_of_active_run(use):
            active = self._find_active(use)
            # For a call that is followed into another file, that file says what is wrong with its run.
            is_alone = len(active) == 1 and (use.frame is None or active[0].scope.module is self.module)
            return active if is_alone else (), True
        if not known[0] and self.is_of_logger(use):
            loggers = self._find_loggers(use, is_tracker=False)
            return loggers, bool(loggers)
        return known

    def is_of_logger(self, use: Use) -> bool:
        """Whether a call is a method of what Lightning or accelerate has as the run of its logger, under any name."""
        node = getattr(use.call.func, "value", None)
        bindings = use.scope.find_bindings(node) if isinstance(node, ast.Name) else ()
        node = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "value" else node
        if isinstance(node, ast.Attribute) and node.attr == "experiment":
            return "logger" in (written_name(node.value) or "").lower()
        return isinstance(node, ast.Call) and last_word(node.func) == "get_tracker"

    def _find_loggers(self, use: Use, *, is_tracker: bool) -> tuple[Use, ...]:
        """The calls of the file, else of its program, that start the run of a logger of Lightning, or of accelerate."""
        module = use.scope.module
        for starts in (self._list_starts(module), self._find_program_starts(module)):
            others = [start for start in starts if "wandb.init" not in self.resolver.callee(start)]
            found = [start for start in others if (last_word(start.call.func) == "init_trackers") is is_tracker]
            if found:
                return tuple(found)
        return () if is_tracker else self._find_described(use)

    def _find_described(self, use: Use) -> tuple[Use, ...]:
        """The loggers of Lightning that configurations of the program describe, as calls at the place of `use`."""
        module, node = use.scope.module, use.call
        described = self.resolver.keep(("loggers", id(module)), libraries.find_loggers, self.resolver, module)

        def make_calls() -> list[ast.Call]:
            callee = hold(node, Name("WandbLogger"))
            unpacked = [ast.keyword(None, hold(node, arguments)) for arguments in described]
            return [copy_place(ast.Call(callee, [], [keyword]), node) for keyword in unpacked]

        calls = self.resolver.keep(("described", id(node)), make_calls)
        self.described |= {
            id(call): logger.node.place
            for call, logger in zip(calls, described, strict=True)
            if logger.node is not None
        }
        return tuple([replace(use, call=call) for call in calls])

    def _identify_maker(self, value: Value) -> object:
        """What identifies the call that made an object: in another file, together with the call of its function."""
        if not isinstance(value, Instance):
            return is_none(value)
        maker = id(value.made_by)
        return (maker, value.at.frame) if value.at is not None and maker not in self.uses else maker

    def _find_active(self, use: Use) -> tuple[Use, ...]:
        """The calls that may have started the active run: those of the function of a call, else of its file or program.

        A program is what a file imports, the files that import it, and what those import.
        """
        own = self._list_starts(use.scope.module)
        here = [start for start in own if start.scope is use.scope]
        return tuple(here or own or self._find_program_starts(use.scope.module))

    def find_possible(self, use: Use) -> tuple[Use, ...]:
        """The calls of the program that may have started the run of a method, where nothing tells which.

        None of an artifact that is fetched: no run has made it. See `_find_active`.
        """
        owner = getattr(use.call.func, "value", None)
        values = self.resolver.value(owner, use.at) if owner is not None else ()
        makers = [maker for value in values if (maker := self.find_made(value, use.at)) is not None]
        if any(path.startswith(wandb_api.PUBLIC) for maker in makers for path in self.resolver.callee(maker)):
            return ()
        if self.is_of_active_run(use):
            return self._find_active(use)
        possible = (*self._list_starts(use.scope.module), *self._find_program_starts(use.scope.module))
        return possible or self._find_described(use)

    def is_of_active_run(self, use: Use) -> bool:
        """Whether a call is a method of `wandb.run`, under any name, or a function that uses it."""
        owner = getattr(use.call.func, "value", None)
        values = self.resolver.value(owner, use.at) if owner is not None else ()
        return bool(values) and all(
            value == Name("wandb") or (isinstance(value, Instance) and value.is_active) for value in values
        )

    def _list_starts(self, module: Module) -> list[Use]:
        """The calls of a file that start a run."""
        return self.resolver.keep(
            ("starts", id(module)), lambda: [start for use in module.uses for start in self._read_starts(use)]
        )

    def _read_starts(self, use: Use) -> list[Use]:
        """What a call starts a run with: itself, or the logger that it makes; not one that is given its run."""
        word = last_word(use.call.func)
        if word == "instantiate":
            values = self.resolver.value(use.call, use.at)
            loggers = [value for value in values if isinstance(value, Instance) and value.type == "WandbLogger"]
            return [replace(use, call=logger.made_by) for logger in loggers if logger.made_by is not None]
        if word == "init_trackers" or self._is_start(use):
            return [use]
        made = self.resolver.keep(("logger", id(use.call)), self._read_logger, use)
        return [replace(use, call=made)] if made is not None else []

    def _read_logger(self, use: Use) -> ast.Call | None:
        """The call of `WandbLogger` that `lazy_instance(WandbLogger, …)`, or a call of a subclass of it, stands for."""
        call = use.call
        if last_word(call.func) == "lazy_instance" and call.args:
            values = self.resolver.value(call.args[0], use.at)
            is_logger = Name("WandbLogger") in values
            return copy_place(ast.Call(call.args[0], call.args[1:], call.keywords), call) if is_logger else None
        for value in self.resolver.value(call.func, use.at) if last_word(call.func).endswith("Logger") else ():
            if isinstance(value, ClassOrObject) and not value.instance and self._is_logger(value.scope):
                return copy_place(ast.Call(hold(call, Name("WandbLogger")), call.args, call.keywords), call)
        return None

    def _is_logger(self, scope: Scope) -> bool:
        """Whether a class has `WandbLogger` as a base, and takes its arguments."""
        lineage = [*find_lineage(self.resolver, scope)]
        bases = [(base, (item.parent or item).end) for item in lineage for base in item.bases]
        is_own = any("__init__" in item.bindings for item in lineage)
        return not is_own and any(Name("WandbLogger") in self.resolver.value(*base) for base in bases)

    def _find_program_starts(self, module: Module) -> list[Use]:
        return self.resolver.keep(("program starts", id(module)), self._list_program_starts, module)

    def _list_program_starts(self, module: Module) -> list[Use]:
        """The calls that start a run in the other files of the programs that run a file."""
        self.resolver.links_elsewhere = True
        path = module.source.absolute_path
        files = [path, *find_programs(path)]
        for file in files:
            if len(files) < _MOST_FILES:
                files += [other for other in list_imported_files(file) if other not in files]
        modules = find_modules_with(self.resolver, files[1:], "wandb", "WandbLogger", "instantiate")
        return [start for other in modules for start in self._list_starts(other)]

    def _is_start(self, use: Use) -> bool:
        is_start = any(path in STARTS for path in self.resolver.callee(use))
        return is_start and find_passed_run(self.resolver, use) is None

    def _find_run_made(self, value: object, at: ProgramPoint) -> Use | None:
        """The call that made a run, also in another file."""
        made = self.find_made(value, at)
        if made is not None or not isinstance(value, Instance) or value.made_by is None or value.at is None:
            return made
        made = self._find_elsewhere(value.made_by, value.at.scope.module)
        return replace(made, frame=value.at.frame) if made is not None and self._is_start(made) else None

    def _find_starts(self, node: ast.expr, use: Use, depth: int) -> list[Use]:
        found: list[Use] = []
        for value in self.resolver.value(node, use.at):
            start = self._find_run_made(value, use.at)
            if start is None or depth > _STEPS:
                continue
            paths = self.resolver.callee(start)
            if any(path in STARTS for path in paths):
                run = find_passed_run(self.resolver, start) if "WandbLogger" in paths else None
                found += [start] if run is None else self._find_starts(run, start, depth + 1)
            elif last_word(start.call.func) == "get_tracker":  # of accelerate
                found += self._find_loggers(start, is_tracker=True)
            elif "wandb.Artifact" in paths:
                logged = self.logged(start, use)
                found += self.find_runs(logged)[0] if logged is not None else ()
            elif isinstance(start.call.func, ast.Attribute):  # run.log_artifact(...).link(...)
                found += self._find_starts(start.call.func.value, start, depth + 1)
        return found

    def artifact(self, node: ast.expr | None, at: ProgramPoint) -> Use | None:
        """The call that an artifact begins with: `wandb.Artifact(...)`, `run.log_artifact("file")`, a link, a fetch."""
        found: Use | None = None
        for _ in range(_STEPS):
            values = self.resolver.find_all(node, at)
            made = [use for value in values if (use := self.find_made(value, at)) is not None]
            if not made:
                return found
            found = made[0]
            node = self._source(found)
            at = found.at
        return None

    def find_other_makers(self, node: ast.expr, at: ProgramPoint) -> list[Use]:
        """The calls that an artifact begins with where it is not the one that `artifact` names."""
        values = self.resolver.value(node, at)
        makers = [self.artifact(hold(node, value), at) for value in values[1:]] if len(values) > 1 else []
        return [made for made in makers if made is not None]

    def _source(self, use: Use) -> ast.expr | None:
        """The artifact that a call hands on: what `log_artifact` is given, what `wait` belongs to."""
        paths = self.resolver.callee(use)
        function = use.call.func
        if any(path.endswith(("log_artifact", "upsert_artifact", "finish_artifact")) for path in paths):
            return arguments(use.call, wandb_api.CALLS["wandb.log_artifact"].parameters).named.get("artifact_or_path")
        if "wandb.Artifact.wait" in paths and isinstance(function, ast.Attribute):
            return function.value
        return None

    def logged(self, made: Use, use: Use | None = None) -> Use | None:
        """The first `log_artifact` that was given the artifact of `made`, also by the function that `use` is in."""
        if made.scope.module is self.module and (logged := self._logs.get(id(made.call))):
            return logged
        for other in self.resolver.find_uses_in(use.scope) if use is not None and use.frame is not None else ():
            if use is not None and _logs_artifact(other):
                other = replace(other, frame=use.frame)
                source = self.artifact(_find_logged(other), other.at)
                if source is not None and source.call is made.call:
                    return other
        return None

    @cached_property
    def _logs(self) -> dict[int, Use]:
        return self._index_calls(_LOGS)

    @cached_property
    def saves(self) -> dict[int, Use]:
        """Identity of the call that an artifact begins with -> the first `artifact.save()`, which logs it."""
        return self._index_calls(("save",))

    def _index_calls(self, methods: Collection[str]) -> dict[int, Use]:
        """Identity of the call that an artifact begins with -> the first call of one of these methods with it."""
        calls = [use for use in self.module.uses if getattr(use.call.func, "attr", "") in methods]
        return self._index_by_artifact((_find_logged(use), use.at, use) for use in calls)

    def _index_by_artifact(self, found: Iterable[tuple[ast.expr | None, ProgramPoint, T]]) -> dict[int, T]:
        """The first of what is found of each artifact, by the identity of the call that the artifact begins with."""
        index: dict[int, T] = {}
        for node, at, item in found:
            if (made := self.artifact(node, at)) is not None:
                index.setdefault(id(made.call), item)
        return index

    @cached_property
    def starts(self) -> dict[int, Use]:
        """Identity of a statement -> the `wandb.init` in it, of the whole file."""
        return {id(use.statement): use for use in self.module.uses if "wandb.init" in self.resolver.callee(use)}

    def maker(self, made: Use) -> str:
        """The canonical name of the call that an artifact begins with."""
        return next(path for path in self.resolver.callee(made) if path in wandb_api.CALLS)

    @cached_property
    def has_drafts(self) -> bool:
        """Whether a call in the file makes an artifact that may be one of `draft`."""
        return any(not _DRAFTS.isdisjoint(self.resolver.callee(use)) for use in self.module.uses)

    def draft(self, node: ast.expr, at: ProgramPoint) -> Use | None:
        """The call that made an artifact which is not known to be logged and waited for at a place."""
        if not self.has_drafts:
            return None
        values = self.resolver.value(node, at)
        made = self.artifact(node, at)
        if made is None or len(values) != 1:
            return None
        if _DRAFTS.isdisjoint(self.resolver.callee(made)):
            return None
        maker = self.find_made(values[0], at)
        if maker is not None and "wandb.Artifact.wait" in self.resolver.callee(maker):
            return None
        waited = self._waits.get(id(made.call))
        return made if waited is None or waited.order >= at.order else None

    @cached_property
    def _waits(self) -> dict[int, Use]:
        return self._index_calls(_WAITS)

    def find_finished(self, use: Use) -> tuple[bool, Use | None]:
        """Whether the artifact of a method can certainly no longer be changed, and the call that has finished it."""
        node = use.call.func.value  # type: ignore[attr-defined]
        makers = [self.find_made(value, use.at) for value in self.resolver.value(node, use.at)]
        paths = [self.resolver.callee(maker) if maker is not None else () for maker in makers]
        if all(made and not {"wandb.Artifact", "wandb.Artifact.new_draft"} & {*made} for made in paths):
            return bool(paths), None
        maker = makers[0]
        finished = self._finishes.get(id(maker.call)) if maker is not None and len(makers) == 1 else None
        if maker is None or finished is None or not finished.order < use.order or use.frame is not None:
            return False, None
        name = getattr(node, "id", "")  # a function that makes it may have been called again
        is_same = name != "" and name == getattr(_find_logged(finished), "id", "")
        is_same = is_same and not use.scope.binds_between(name, finished.order, use.order)
        is_certain = finished.arm is None or finished.arm.contains(use.order)
        return is_certain and finished.scope is use.scope and (maker.scope is use.scope or is_same), finished

    @cached_property
    def _finishes(self) -> dict[int, Use]:
        return self._index_calls(_FINISHES)

    @cached_property
    def times_to_live(self) -> dict[int, ast.expr]:
        """Identity of the call that an artifact begins with -> the `artifact.ttl` that is set."""
        found: dict[int, ast.expr] = {}
        for store in self.module.stores:
            target, value = store.target, store.value
            if not isinstance(target, ast.Attribute) or target.attr != "ttl":
                continue
            none = isinstance(value, ast.Constant) and value.value is None
            if none or ast.unparse(value).endswith("ArtifactTTL.INHERIT"):
                continue
            made = self.artifact(target.value, store.at)
            if made is not None:
                found[id(made.call)] = target
        return found

    @cached_property
    def alias_changes(self) -> dict[int, tuple[int, ast.expr]]:
        """Identity of the call that an artifact begins with -> the first change of its aliases, with its order."""
        return self._index_by_artifact(
            (use.call.func.value, use.at, (use.order, use.call.func))  # type: ignore[attr-defined]
            for use in self.alias_stores
        )

    @cached_property
    def alias_stores(self) -> list[Use]:
        """What sets or adds to the aliases of an object, each as a call: `artifact.aliases(aliases=[…])`."""
        found: list[Use] = []
        for store in self.module.stores:
            is_added = isinstance(store.statement, ast.AugAssign)
            value = store.statement.value if is_added else store.value  # type: ignore[attr-defined]
            if isinstance(store.target, ast.Attribute) and store.target.attr == "aliases":
                found.append(Use(_make_call(store.target, value), store.scope, store.order, store.statement, store.arm))
        for use in self.module.uses:
            function = use.call.func
            if not isinstance(function, ast.Attribute) or function.attr not in _ADDS or not use.call.args:
                continue
            item, target = use.call.args[-1], function.value
            if isinstance(target, ast.Attribute) and target.attr == "aliases":
                aliases = item if function.attr == "extend" else ast.List([item], ast.Load())
                found.append(replace(use, call=_make_call(target, aliases)))
        return sorted(found, key=lambda use: use.order)

    def find_made(self, value: object, at: ProgramPoint) -> Use | None:
        """The call that made an object; in another file only where a call is followed into that."""
        if not isinstance(value, Instance) or value.made_by is None:
            return None
        use = self.uses.get(id(value.made_by))
        if at.frame is None or value.at is None:
            return use
        if use is None:
            use = self._find_elsewhere(value.made_by, value.at.scope.module)
        return replace(use, frame=value.at.frame) if use is not None else None

    def _find_elsewhere(self, call: ast.Call, module: Module) -> Use | None:
        """The use of a call, or of the call that is written at its place where a library has made it."""
        index = self.resolver.keep(
            ("uses by place", id(module)), lambda: {_locate(use.call): use for use in reversed(module.uses)}
        )
        use = index.get(_locate(call))
        return replace(use, call=call) if use is not None else None


def _locate(call: ast.Call) -> tuple[int | None, ...]:
    return call.lineno, call.col_offset, call.end_lineno, call.end_col_offset


def find_passed_run(resolver: Resolver, start: Use) -> ast.expr | None:
    """The run that a logger is given, so that it starts none: `WandbLogger(experiment=run)`."""
    experiment = find_keyword(start.call, "experiment")
    return None if experiment is None or all(map(is_none, resolver.value(experiment, start.at))) else experiment


def _make_call(target: ast.Attribute, aliases: ast.expr) -> ast.Call:
    return copy_place(ast.Call(target, [], [ast.keyword("aliases", aliases)]), target)


def _find_logged(use: Use) -> ast.expr | None:
    """The artifact that a call is passed, or that its method belongs to."""
    function = use.call.func
    if isinstance(function, ast.Attribute) and not function.attr.endswith("_artifact"):
        return function.value
    named = arguments(use.call, ("artifact_or_path",)).named
    return named.get("artifact_or_path") or named.get("artifact")


def _logs_artifact(use: Use) -> bool:
    return isinstance(use.call.func, ast.Attribute) and use.call.func.attr in _LOGS
