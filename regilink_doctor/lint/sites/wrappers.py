"""Functions of other files of the tree that link or fetch what they are given: `publish(run, artifact, "team/x")`.

In its own file such a function is a site that takes the paths of all its callers. A caller in another file is a site,
for a path that is written, at least in part, in the caller's file.
"""

from __future__ import annotations

from regilink_doctor.core.strings import KnownPart, StringValue
from regilink_doctor.lint.resolve import wandb_api
from regilink_doctor.lint.resolve.bindings import ProgramPoint
from regilink_doctor.lint.resolve.values import Function, Method, Name
from regilink_doctor.lint.sites.arguments import arguments
from regilink_doctor.lint.text import syntax as ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint.resolve.bindings import Use
    from regilink_doctor.lint.resolve.resolver import Resolver

_METHODS = {
    "link_artifact": "wandb.Run.link_artifact",
    "link": "wandb.Artifact.link",
    "use_artifact": "wandb.Run.use_artifact",
}


def linked_by(use: Use, resolver: Resolver) -> tuple[str, tuple[StringValue, ...]] | None:
    """The link, or use, that a function of another file makes of this call: the canonical method, and the paths."""
    if not (use.call.args or use.call.keywords) or not resolver.near_links:
        return None
    at = use.at
    for callee in resolver.value(use.call.func, at):
        if not isinstance(callee, Function) or callee.scope.module is resolver.module:
            continue
        frame = resolver.enter(callee.scope, use.call, at, callee.receiver)
        for inner in callee.scope.module.uses:
            function = inner.call.func
            if inner.scope is not callee.scope or not isinstance(function, ast.Attribute):
                continue
            path = _METHODS.get(function.attr)
            target = (
                arguments(inner.call, wandb_api.CALLS[path].parameters).named.get(wandb_api.CALLS[path].path or "")
                if path
                else None
            )
            if path is None or target is None:
                continue
            where = ProgramPoint(inner.scope, inner.order, frame)
            receivers = resolver.value(function, where)
            of_wandb = any(
                isinstance(value, Method | Name) and value.path in (path, f"wandb.{function.attr}")
                for value in receivers
            )
            texts = tuple(text for text in resolver.texts(target, where) if _written_in(text, resolver.source.path))
            # A receiver that nobody knows: as in a file of its own, only a path tells.
            if texts and (
                of_wandb or (function.attr == "link_artifact" and any("/" in text.pattern for text in texts))
            ):
                return path, texts
    return None


def _written_in(text: StringValue, path: str) -> bool:
    return any(isinstance(part, KnownPart) and part.place.path == path for part in text.parts)
