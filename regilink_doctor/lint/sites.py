"""The calls that matter, found by what they mean and not by their name.

ZenML, `os`, pathlib and home-made classes have a `link` or `link_artifact` too. A receiver is followed to wandb; where
it cannot be followed, only an argument that has to be a target path makes a site of the call.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.sites import Site, Text
from regilink_doctor.lint import api
from regilink_doctor.lint.evaluator import Evaluator
from regilink_doctor.lint.values import UNKNOWN, At, Instance, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.lint.scopes import Module, Use
    from regilink_doctor.lint.sources import Source


@dataclass(frozen=True, slots=True)
class _Arguments:
    """The arguments of a call by name; `**` stands for a mapping that may hold any of them."""

    named: dict[str, ast.expr]
    unpacked: bool

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.named) | ({"**"} if self.unpacked else frozenset())


def find_sites(source: Source, module: Module) -> list[Site]:
    """The sites of a file, in the order of their lines."""
    finder = _Finder(source, module)
    sites = [site for use in module.uses for site in finder.sites_of(use)]
    return sorted(sites, key=lambda site: (site.place.span, site.call))


class _Finder:
    def __init__(self, source: Source, module: Module) -> None:
        self.source = source
        self.module = module
        self.evaluator = Evaluator(source, module)
        self.uses = {id(use.call): use for use in module.uses}
        self.made: dict[int, Site] = {}

    def sites_of(self, use: Use) -> Iterator[Site]:
        """The site that a call is, if it is one."""
        path = next((path for path in self.evaluator.callee(use) if path in api.CALLS), None) or self._by_argument(use)
        if path:
            yield self.site(use, path)

    def site(self, use: Use, path: str) -> Site:
        """The site of a call of `path`, made once."""
        if site := self.made.get(id(use.call)):
            return site
        call = api.CALLS[path]
        arguments = _arguments(use.call, call.parameters)
        at = At(use.scope, use.order, use.branch)

        def texts(name: str) -> tuple[Text, ...]:
            node = arguments.named.get(name)
            return self.evaluator.texts(node, at) if node is not None else ()

        path_node = arguments.named.get(call.path or "")
        site = Site(
            kind=call.kind,
            call=path,
            place=self.source.place(use.call),
            statement=self.source.span(use.statement) if _simple(use.statement) else self.source.span(use.call),
            target=texts(call.path) if call.path else (),
            argument=self.source.place(path_node) if path_node is not None else None,
            entity=self._setting(arguments, at, "entity"),
            project=self._setting(arguments, at, "project"),
            type=texts("type"),
            aliases=self._aliases(arguments.named.get("aliases"), at),
            arguments=arguments.names,
        )
        self.made[id(use.call)] = site
        if call.kind == "link":
            site = replace(site, init=self._run_of(use), artifact=self._artifact_of(use, arguments, at))
            self.made[id(use.call)] = site
        return site

    def _setting(self, arguments: _Arguments, at: At, name: str) -> tuple[Text, ...]:
        """An argument of `wandb.init`, given itself or inside `settings=wandb.Settings(...)`."""
        if (node := arguments.named.get(name)) is not None:
            return self.evaluator.texts(node, at)
        settings = arguments.named.get("settings")
        if isinstance(settings, ast.Call):
            for keyword in settings.keywords:
                if keyword.arg == name:
                    return self.evaluator.texts(keyword.value, at)
        if isinstance(settings, ast.Dict):
            for key, value in zip(settings.keys, settings.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == name:
                    return self.evaluator.texts(value, at)
        return ()

    def _aliases(self, node: ast.expr | None, at: At) -> tuple[Text, ...]:
        if node is None:
            return ()
        found: list[Text] = []
        for value in self.evaluator.value(node, at):
            if isinstance(value, Text):
                found.append(value)  # one string where a list belongs
            elif isinstance(value, Literal) and not isinstance(value.node, ast.Dict):
                for item in value.node.elts:
                    found += self.evaluator.texts(item, value.at)
        return tuple(found)

    def _run_of(self, use: Use) -> Site | None:
        """The `wandb.init` whose run the method belongs to, or whose run has logged the artifact."""
        return self._init_behind(use.call.func.value, use) if isinstance(use.call.func, ast.Attribute) else None

    def _init_behind(self, node: ast.expr, use: Use, depth: int = 0) -> Site | None:
        for value in self.evaluator.value(node, At(use.scope, use.order, use.branch)):
            made = value.made_by if isinstance(value, Instance) else None
            behind = self.uses.get(id(made)) if made is not None else None
            if behind is None or depth > 8:
                continue
            if "wandb.init" in self.evaluator.callee(behind):
                return self.site(behind, "wandb.init")
            if isinstance(behind.call.func, ast.Attribute):  # run.log_artifact(...).link(...)
                return self._init_behind(behind.call.func.value, behind, depth + 1)
        return None

    def _artifact_of(self, use: Use, arguments: _Arguments, at: At) -> Site | None:
        """The `wandb.Artifact(...)` that is linked."""
        function = use.call.func
        node = arguments.named.get("artifact")
        if node is None and isinstance(function, ast.Attribute):
            node = function.value
        for _ in range(8):
            values = self.evaluator.value(node, at) if node is not None else ()
            made = [value.made_by for value in values if isinstance(value, Instance) and value.made_by]
            behind = self.uses.get(id(made[0])) if made else None
            if behind is None:
                return None
            paths = self.evaluator.callee(behind)
            if "wandb.Artifact" in paths:
                return self.site(behind, "wandb.Artifact")
            # run.log_artifact(artifact), artifact.wait(): the artifact went in, or is what the method belongs to.
            logged = [path for path in paths if path.endswith("log_artifact")]
            first = behind.call.args[0] if behind.call.args else None
            node = first if logged else behind.call.func.value if isinstance(behind.call.func, ast.Attribute) else None
            at = At(behind.scope, behind.order, behind.branch)
        return None

    def _by_argument(self, use: Use) -> str | None:
        """A call on a receiver that nobody knows, in a file that imports wandb."""
        function = use.call.func
        if not isinstance(function, ast.Attribute) or "wandb" not in self.module.imports:
            return None
        path = {"link_artifact": "wandb.Run.link_artifact", "link": "wandb.Artifact.link"}.get(function.attr)
        if path is None or self._known_elsewhere(function.value, use):
            return None
        target = _arguments(use.call, api.CALLS[path].parameters).named.get("target_path")
        if target is None:
            return None
        texts = self.evaluator.texts(target, At(use.scope, use.order, use.branch))
        # `link` is everybody's word: only the prefix itself tells.
        mark = "/" if function.attr == "link_artifact" else REGISTRY_PREFIX
        return path if any(mark in text.pattern for text in texts) else None

    def _known_elsewhere(self, receiver: ast.expr, use: Use) -> bool:
        """The receiver is known, and no object of wandb's: `os.link`, `zenml_client.link_artifact`."""
        values = self.evaluator.value(receiver, At(use.scope, use.order, use.branch))
        return all(value != UNKNOWN for value in values)


def _arguments(call: ast.Call, parameters: tuple[str, ...]) -> _Arguments:
    named: dict[str, ast.expr] = {}
    unpacked = False
    for index, argument in enumerate(call.args):
        if isinstance(argument, ast.Starred):
            unpacked = True
            break
        if index < len(parameters):
            named[parameters[index]] = argument
        else:
            unpacked = unpacked or not parameters  # by position, in an order that has changed
    for keyword in call.keywords:
        if keyword.arg is None:
            unpacked = True
        else:
            named[keyword.arg] = keyword.value
    return _Arguments(named, unpacked)


def _simple(statement: ast.stmt) -> bool:
    """A statement without a body: a comment anywhere on its lines belongs to it."""
    return not hasattr(statement, "body")
