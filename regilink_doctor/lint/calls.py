"""What a call gives: something of wandb's, the environment, an object or a returned value of the tree."""

from __future__ import annotations

from regilink_doctor.core.sites import Piece, Text
from regilink_doctor.lint import api
from regilink_doctor.lint import syntax as ast
from regilink_doctor.lint.values import (
    UNKNOWN,
    Arguments,
    At,
    Frame,
    Function,
    Instance,
    Literal,
    Local,
    Method,
    Name,
    Other,
    Unknown,
    Value,
    weak,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from regilink_doctor.lint.evaluator import Evaluator
    from regilink_doctor.lint.scopes import Scope

MAX_FRAMES = 6
"""Calls within calls that are followed: nobody reads further."""

_ENVIRONMENT = frozenset({"os.getenv", "os.environ.get", "os.environ.setdefault", "decouple.config", "environs.Env"})
_PATHS = frozenset({"os.path.join", "posixpath.join", "pathlib.PurePosixPath", "pathlib.Path", "pathlib.PurePath"})
_RECORDS = frozenset({"dict", "types.SimpleNamespace", "argparse.Namespace", "collections.OrderedDict"})
_WRAPS = frozenset(
    {
        "OmegaConf.create",
        "omegaconf.OmegaConf.create",
        "omegaconf.DictConfig",
        "box.Box",
        "easydict.EasyDict",
        "munch.Munch",
        "munch.munchify",
        "addict.Dict",
        "ml_collections.ConfigDict",
        "ml_collections.config_dict.ConfigDict",
        "types.MappingProxyType",
    }
)
"""What makes an object with attributes out of a dictionary."""

_DEFAULTS = frozenset(
    {
        "typer.Option",
        "typer.Argument",
        "dataclasses.field",
        "pydantic.Field",
        "pydantic.fields.Field",
        "attr.ib",
        "attrs.field",
        "attr.field",
    }
)
"""What stands where a default stands, and holds it."""

_PARSES = frozenset({"parse_args", "parse_known_args", "parse_intermixed_args"})
_CASTS = frozenset({"str", "typing.cast", "cast", "copy.copy", "copy.deepcopy", "vars"})


class Calls:
    """Answers for an `Evaluator` what calls give."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._frames: dict[tuple[int, At, int, Local | None], Frame] = {}

    def value(self, node: ast.Call, at: At, depth: int) -> Iterable[Value]:
        """The alternatives of a call."""
        evaluator = self._evaluator
        function = node.func
        if isinstance(function, ast.Attribute):
            if (built := evaluator.build.method(node, function, at, depth)) is not None:
                return built
            if function.attr == "get" and node.args and (got := self._got(node, function, at, depth)) is not None:
                return got
            if function.attr in _PARSES:
                return [Arguments(at.scope.module)]
        values: list[Value] = []
        for callee in evaluator.value(function, at, depth):
            if isinstance(callee, Name):
                values += self._named(callee.path, node, at, depth)
            elif isinstance(callee, Method):
                made = api.RETURNS.get(callee.path)
                values.append(Instance(made, node, at) if made else UNKNOWN)
            elif isinstance(callee, Local) and not callee.instance:
                values += self._made(callee, node, at, depth)
            elif isinstance(callee, Function):
                values += self.returned(callee, node, at, depth)
            elif isinstance(callee, Unknown) and isinstance(function, ast.Name):
                values += self._named(function.id, node, at, depth)  # a name of the language: str, dict
            else:
                values.append(UNKNOWN)
        return values

    def returned(self, callee: Function, node: ast.Call, at: At, depth: int) -> list[Value]:
        """What a function of the tree returns, its parameters being those of this call."""
        scope = callee.scope
        frame = self.frame(callee, node, at)
        if frame is None:
            return [UNKNOWN]
        if scope.yields and not scope.returns:
            return [UNKNOWN]
        values: list[Value] = []
        for given in scope.returns:
            if given.value is not None:
                values += self._evaluator.value(given.value, At(scope, given.order, given.branch, frame), depth)
            else:
                values.append(Other(None))
        return values or [Other(None)]

    def entered(self, node: ast.expr, at: At, depth: int) -> Iterable[Value]:
        """What `with … as name` gives: a run, like most, gives itself; a context manager of the tree what it yields."""
        evaluator = self._evaluator
        if isinstance(node, ast.Call):
            callees = [value for value in evaluator.value(node.func, at, depth) if isinstance(value, Function)]
            yielding = [callee for callee in callees if callee.scope.yields]
            values: list[Value] = []
            for callee in yielding:
                frame = self.frame(callee, node, at)
                for given in callee.scope.yields:
                    if given.value is not None and frame is not None:
                        where = At(callee.scope, given.order, given.branch, frame)
                        values += evaluator.value(given.value, where, depth)
            if yielding:
                return values
        return evaluator.value(node, at, depth)

    def frame(self, callee: Function, node: ast.Call, at: At) -> Frame | None:
        """The call as it is seen from inside the function; None where calls go round or too deep."""
        if at.frame is not None and (at.frame.calls(callee.scope) or at.frame.depth >= MAX_FRAMES):
            return None
        return self.frame_of(callee.scope, node, at, callee.receiver)

    def frame_of(self, scope: Scope, node: ast.Call, at: At, receiver: Local | None = None) -> Frame:
        """A call of a function or class: the same one each time."""
        key = (id(node), at, id(scope), receiver)
        if key not in self._frames:
            self._frames[key] = Frame(scope, node, at, receiver)
        return self._frames[key]

    def _made(self, callee: Local, node: ast.Call, at: At, depth: int) -> Iterable[Value]:
        """An object of a class of the tree; `Registry("model")` is a member of an enumeration."""
        evaluator = self._evaluator
        if evaluator.objects.is_enum(callee.scope):
            return evaluator.objects.member_by_value(callee.scope, node, at, depth)
        if at.frame is not None and (at.frame.calls(callee.scope) or at.frame.depth >= MAX_FRAMES):
            return [Local(callee.scope, instance=True)]
        return [Local(callee.scope, instance=True, made=self.frame_of(callee.scope, node, at))]

    def _got(self, node: ast.Call, function: ast.Attribute, at: At, depth: int) -> list[Value] | None:
        owners = self._evaluator.value(function.value, at, depth)
        if not any(isinstance(owner, Literal) and owner.mapping for owner in owners):
            return None
        values: list[Value] = []
        for owner in owners:
            if isinstance(owner, Literal) and owner.mapping:
                values += self._evaluator.displays.get(owner, node, at, depth)
            else:
                values.append(UNKNOWN)
        return values

    def _named(self, path: str, node: ast.Call, at: At, depth: int) -> Iterable[Value]:
        evaluator = self._evaluator
        if path in _ENVIRONMENT:
            return self._environment(node, at, depth)
        if path in _PATHS:
            return evaluator.build.path(node, at, depth)
        if path in _RECORDS and node.keywords and not node.args:
            return [Literal(node, at, attributes=True)]
        if path in _CASTS and node.args:
            return self._cast(node, at, depth)
        if path in _WRAPS and node.args:
            return [
                Literal(value.node, value.at, attributes=True) if isinstance(value, Literal) else value
                for value in evaluator.value(node.args[0], at, depth)
            ]
        if (chosen := evaluator.displays.chosen(path, node, at, depth)) is not None:
            return chosen
        if path in _DEFAULTS:
            return self.default(node, at, depth)
        if path == "tyro.cli" and node.args:
            return [
                Local(value.scope, instance=True) if isinstance(value, Local) else UNKNOWN
                for value in evaluator.value(node.args[0], at, depth)
            ]
        made = path if path in api.CLASSES else api.RETURNS.get(path)
        return [Instance(made, node, at) if made else Unknown(reason=f"what {path} returns")]

    def _cast(self, node: ast.Call, at: At, depth: int) -> Iterable[Value]:
        """`str(x)` of a text is the text, of a number its digits."""
        found: list[Value] = []
        for value in self._evaluator.value(node.args[-1], at, depth):
            number = isinstance(value, Other) and isinstance(value.value, int) and isinstance(node.func, ast.Name)
            if isinstance(value, Other) and number and isinstance(node.func, ast.Name) and node.func.id == "str":
                place = at.source.place(node)
                found.append(Text((Piece(str(value.value), place),), place))
            else:
                found.append(value)
        return found

    def default(self, node: ast.Call, at: At, depth: int) -> list[Value]:
        """The default that `field(default=…)`, `Field("…")`, `typer.Option("…")` hold."""
        by_name = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        value = by_name.get("default", node.args[0] if node.args else None)
        factory = by_name.get("default_factory", by_name.get("factory"))
        if isinstance(factory, ast.Lambda):
            value = factory.body
        if value is None or (isinstance(value, ast.Constant) and value.value in (None, ...)):
            return [UNKNOWN]
        return list(self._evaluator.value(value, at, depth))

    def _environment(self, node: ast.Call, at: At, depth: int) -> Iterable[Value]:
        default = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg), None)
        names = [
            value.literal
            for value in (self._evaluator.value(node.args[0], at, depth) if node.args else ())
            if isinstance(value, Text)
        ]
        variable = next((name for name in names if name), "the environment")
        if default is None or (isinstance(default, ast.Constant) and default.value is None):
            return [self._evaluator.hole(node, at, "environment", "a variable of the environment without a default")]
        return [weak(value, variable) for value in self._evaluator.value(default, at, depth)]
