"""What a call gives: something of wandb's, the environment, an object or a returned value of the tree."""

from __future__ import annotations

from regilink_doctor.core.strings import KnownPart, StringValue
from regilink_doctor.lint.resolve import wandb_api
from regilink_doctor.lint.resolve.values import (
    UNKNOWN,
    Arguments,
    ClassOrObject,
    Frame,
    Function,
    Instance,
    Literal,
    Method,
    Name,
    NonString,
    ProgramPoint,
    Unknown,
    Value,
    mark_default,
)
from regilink_doctor.lint.text import syntax as ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from regilink_doctor.lint.resolve.bindings import Scope
    from regilink_doctor.lint.resolve.resolver import Resolver

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
    """Answers for an `Resolver` what calls give."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._frames: dict[tuple[int, ProgramPoint, int, ClassOrObject | None], Frame] = {}

    def value(self, node: ast.Call, at: ProgramPoint, depth: int) -> Iterable[Value]:
        """The alternatives of a call."""
        resolver = self._resolver
        function = node.func
        if isinstance(function, ast.Attribute):
            if (built := resolver.build.method(node, function, at, depth)) is not None:
                return built
            if function.attr == "get" and node.args and (got := self._got(node, function, at, depth)) is not None:
                return got
            if function.attr in _PARSES:
                return [Arguments(at.scope.module)]
        values: list[Value] = []
        for callee in resolver.value(function, at, depth):
            if isinstance(callee, Name):
                values += self._named(callee.path, node, at, depth)
            elif isinstance(callee, Method):
                made = wandb_api.RETURNS.get(callee.path)
                values.append(Instance(made, node, at) if made else UNKNOWN)
            elif isinstance(callee, ClassOrObject) and not callee.instance:
                values += self._made(callee, node, at, depth)
            elif isinstance(callee, Function):
                values += self.returned(callee, node, at, depth)
            elif isinstance(callee, Unknown) and isinstance(function, ast.Name):
                values += self._named(function.id, node, at, depth)  # a name of the language: str, dict
            else:
                values.append(UNKNOWN)
        return values

    def returned(self, callee: Function, node: ast.Call, at: ProgramPoint, depth: int) -> list[Value]:
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
                values += self._resolver.value(
                    given.value, ProgramPoint(scope, given.order, given.branch, frame), depth
                )
            else:
                values.append(NonString(None))
        return values or [NonString(None)]

    def entered(self, node: ast.expr, at: ProgramPoint, depth: int) -> Iterable[Value]:
        """What `with … as name` gives: a run, like most, gives itself; a context manager of the tree what it yields."""
        resolver = self._resolver
        if isinstance(node, ast.Call):
            callees = [value for value in resolver.value(node.func, at, depth) if isinstance(value, Function)]
            yielding = [callee for callee in callees if callee.scope.yields]
            values: list[Value] = []
            for callee in yielding:
                frame = self.frame(callee, node, at)
                for given in callee.scope.yields:
                    if given.value is not None and frame is not None:
                        where = ProgramPoint(callee.scope, given.order, given.branch, frame)
                        values += resolver.value(given.value, where, depth)
            if yielding:
                return values
        return resolver.value(node, at, depth)

    def frame(self, callee: Function, node: ast.Call, at: ProgramPoint) -> Frame | None:
        """The call as it is seen from inside the function; None where calls go round or too deep."""
        if at.frame is not None and (at.frame.calls(callee.scope) or at.frame.depth >= MAX_FRAMES):
            return None
        return self.frame_of(callee.scope, node, at, callee.receiver)

    def frame_of(self, scope: Scope, node: ast.Call, at: ProgramPoint, receiver: ClassOrObject | None = None) -> Frame:
        """A call of a function or class: the same one each time."""
        key = (id(node), at, id(scope), receiver)
        if key not in self._frames:
            self._frames[key] = Frame(scope, node, at, receiver)
        return self._frames[key]

    def _made(self, callee: ClassOrObject, node: ast.Call, at: ProgramPoint, depth: int) -> Iterable[Value]:
        """An object of a class of the tree; `Registry("model")` is a member of an enumeration."""
        resolver = self._resolver
        if resolver.objects.is_enum(callee.scope):
            return resolver.objects.member_by_value(callee.scope, node, at, depth)
        if at.frame is not None and (at.frame.calls(callee.scope) or at.frame.depth >= MAX_FRAMES):
            return [ClassOrObject(callee.scope, instance=True)]
        return [ClassOrObject(callee.scope, instance=True, made=self.frame_of(callee.scope, node, at))]

    def _got(self, node: ast.Call, function: ast.Attribute, at: ProgramPoint, depth: int) -> list[Value] | None:
        owners = self._resolver.value(function.value, at, depth)
        if not any(isinstance(owner, Literal) and owner.mapping for owner in owners):
            return None
        values: list[Value] = []
        for owner in owners:
            if isinstance(owner, Literal) and owner.mapping:
                values += self._resolver.displays.get(owner, node, at, depth)
            else:
                values.append(UNKNOWN)
        return values

    def _named(self, path: str, node: ast.Call, at: ProgramPoint, depth: int) -> Iterable[Value]:
        resolver = self._resolver
        if path in _ENVIRONMENT:
            return self._environment(node, at, depth)
        if path in _PATHS:
            return resolver.build.path(node, at, depth)
        if path in _RECORDS and node.keywords and not node.args:
            return [Literal(node, at, attributes=True)]
        if path in _CASTS and node.args:
            return self._cast(node, at, depth)
        if path in _WRAPS and node.args:
            return [
                Literal(value.node, value.at, attributes=True) if isinstance(value, Literal) else value
                for value in resolver.value(node.args[0], at, depth)
            ]
        if (chosen := resolver.displays.chosen(path, node, at, depth)) is not None:
            return chosen
        if path in _DEFAULTS:
            return self.default(node, at, depth)
        if path == "tyro.cli" and node.args:
            return [
                ClassOrObject(value.scope, instance=True) if isinstance(value, ClassOrObject) else UNKNOWN
                for value in resolver.value(node.args[0], at, depth)
            ]
        made = path if path in wandb_api.CLASSES else wandb_api.RETURNS.get(path)
        return [Instance(made, node, at) if made else Unknown(reason=f"what {path} returns")]

    def _cast(self, node: ast.Call, at: ProgramPoint, depth: int) -> Iterable[Value]:
        """`str(x)` of a text is the text, of a number its digits."""
        found: list[Value] = []
        for value in self._resolver.value(node.args[-1], at, depth):
            number = isinstance(value, NonString) and isinstance(value.value, int) and isinstance(node.func, ast.Name)
            if isinstance(value, NonString) and number and isinstance(node.func, ast.Name) and node.func.id == "str":
                place = at.source.place(node)
                found.append(StringValue((KnownPart(str(value.value), place),), place))
            else:
                found.append(value)
        return found

    def default(self, node: ast.Call, at: ProgramPoint, depth: int) -> list[Value]:
        """The default that `field(default=…)`, `Field("…")`, `typer.Option("…")` hold."""
        by_name = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        value = by_name.get("default", node.args[0] if node.args else None)
        factory = by_name.get("default_factory", by_name.get("factory"))
        if isinstance(factory, ast.Lambda):
            value = factory.body
        if value is None or (isinstance(value, ast.Constant) and value.value in (None, ...)):
            return [UNKNOWN]
        return list(self._resolver.value(value, at, depth))

    def _environment(self, node: ast.Call, at: ProgramPoint, depth: int) -> Iterable[Value]:
        default = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg), None)
        names = [
            value.literal
            for value in (self._resolver.value(node.args[0], at, depth) if node.args else ())
            if isinstance(value, StringValue)
        ]
        variable = next((name for name in names if name), "the environment")
        if default is None or (isinstance(default, ast.Constant) and default.value is None):
            return [self._resolver.hole(node, at, "environment", "a variable of the environment without a default")]
        return [mark_default(value, variable) for value in self._resolver.value(default, at, depth)]
