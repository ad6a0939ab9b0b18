"""Functions of other files of the tree that link or fetch what they are given: `publish(run, artifact, "team/x")`.

In its own file such a function is a site that takes the paths of all its callers. A caller in another file is a site,
for a path that is written, at least in part, in the caller's file.
"""

from __future__ import annotations

from regilink_doctor.core.sites import Piece, Text
from regilink_doctor.lint import api
from regilink_doctor.lint import syntax as ast
from regilink_doctor.lint.given import arguments
from regilink_doctor.lint.values import At, Function, Method, Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint.evaluator import Evaluator
    from regilink_doctor.lint.scopes import Use

_METHODS = {
    "link_artifact": "wandb.Run.link_artifact",
    "link": "wandb.Artifact.link",
    "use_artifact": "wandb.Run.use_artifact",
}


def linked_by(use: Use, evaluator: Evaluator) -> tuple[str, tuple[Text, ...]] | None:
    """The link, or use, that a function of another file makes of this call: the canonical method, and the paths."""
    if not (use.call.args or use.call.keywords) or not evaluator.near_links:
        return None
    at = use.at
    for callee in evaluator.value(use.call.func, at):
        if not isinstance(callee, Function) or callee.scope.module is evaluator.module:
            continue
        frame = evaluator.calls.frame(callee, use.call, at)
        for inner in callee.scope.module.uses:
            function = inner.call.func
            if inner.scope is not callee.scope or not isinstance(function, ast.Attribute):
                continue
            path = _METHODS.get(function.attr)
            target = (
                arguments(inner.call, api.CALLS[path].parameters).named.get(api.CALLS[path].path or "")
                if path
                else None
            )
            if path is None or target is None:
                continue
            where = At(inner.scope, inner.order, inner.branch, frame)
            receivers = evaluator.value(function, where)
            of_wandb = any(
                isinstance(value, Method | Name) and value.path in (path, f"wandb.{function.attr}")
                for value in receivers
            )
            texts = tuple(text for text in evaluator.texts(target, where) if _written_in(text, evaluator.source.path))
            # A receiver that nobody knows: as in a file of its own, only a path tells.
            if texts and (
                of_wandb or (function.attr == "link_artifact" and any("/" in text.pattern for text in texts))
            ):
                return path, texts
    return None


def _written_in(text: Text, path: str) -> bool:
    return any(isinstance(part, Piece) and part.place.path == path for part in text.parts)
