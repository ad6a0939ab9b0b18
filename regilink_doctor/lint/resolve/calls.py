"""What a call gives: something of wandb's, the environment, an object or a returned value of the tree."""

from __future__ import annotations

from regilink_doctor.core.records import replace
from regilink_doctor.core.strings import KnownPart, StringValue
from regilink_doctor.lint.resolve import config_files, libraries, wandb_api
from regilink_doctor.lint.resolve.bindings import ClassOrObject, Frame, ProgramPoint, Scope, complete_partial, look_from
from regilink_doctor.lint.resolve.conditions import decide, is_excluded
from regilink_doctor.lint.resolve.containers import choose, find_item, get_by_key, hold_yielded, unpack
from regilink_doctor.lint.resolve.context import Context, resolves, resolves_binding
from regilink_doctor.lint.resolve.environment import READS, read_environment
from regilink_doctor.lint.resolve.options import PARSES, find_option
from regilink_doctor.lint.resolve.parameters import find_lineage
from regilink_doctor.lint.resolve.program_commands import list_parsers
from regilink_doctor.lint.resolve.strings import (
    call_method,
    fill_template,
    find_member_strings,
    find_text,
    join_path,
    make_method_call,
    name_attribute,
)
from regilink_doctor.lint.resolve.values import (
    MAX_ALTERNATIVES,
    PARTIAL,
    UNKNOWN,
    Arguments,
    Computed,
    Function,
    Instance,
    Literal,
    Loaded,
    Member,
    Method,
    Name,
    NonString,
    Unknown,
    Value,
    hold,
    is_configuration,
    is_list,
    is_mapping,
    is_none,
    mark_default,
    mark_given,
    mark_variable,
    may_be_unset,
)
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import copy_place, find_keyword, last_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from regilink_doctor.lint.resolve.bindings import Binding, ReturnedValue

_PATHS = frozenset({"os.path.join", "posixpath.join", "pathlib.PurePosixPath", "pathlib.Path", "pathlib.PurePath"})
_RECORDS = frozenset({"dict", "types.SimpleNamespace", "argparse.Namespace", "collections.OrderedDict"})
_WRAPS = frozenset({
    "box.Box", "easydict.EasyDict", "munch.Munch", "munch.munchify", "munch.Munch.fromDict",
    "munch.DefaultMunch.fromDict", "dotmap.DotMap", "attrdict.AttrDict", "addict.Dict", "ml_collections.ConfigDict",
    "ml_collections.config_dict.ConfigDict", "types.MappingProxyType",
})  # fmt: skip
"""What makes an object with attributes out of a dictionary."""

_TEMPLATE = "string.Template"
_NAMED_TUPLE = "collections.namedtuple"
_REPLACES = frozenset({"dataclasses.replace", "attrs.evolve", "attr.evolve", "copy.replace"})

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
"""What holds a default, in the place of the default."""

_PARAMETERS = frozenset({"metaflow.Parameter", "luigi.Parameter", "luigi.OptionalParameter"})
"""What declares a parameter of a flow or task, which the command line may give."""

_MODULES = frozenset({"__import__", "importlib.import_module", "pytest.importorskip"})
"""What gives a module by its name."""

_ENTERS = ("__enter__", "__aenter__")

_CHANGES_OF_LISTS = frozenset({"append", "clear", "extend", "insert", "remove", "reverse", "sort"})
"""Methods of a list that change it, and return None."""

_TAKES = frozenset({"pop", "setdefault"})
_DUMPS = frozenset({"_asdict", "dict", "model_dump"})
_TABLES = frozenset({"dataclasses.asdict", "attr.asdict", "attrs.asdict", "vars"})
"""Functions that make a dictionary from an object."""

_CASTS = frozenset({"str", "typing.cast", "cast", "copy.copy", "copy.deepcopy", *_TABLES})


@resolves(ast.Call)
def resolve_call(context: Context, node: ast.Call, at: ProgramPoint) -> Iterable[Value]:
    """The alternatives of a call."""
    function = node.func
    if isinstance(function, ast.Attribute) and (found := _call_by_word(context, node, function, at)) is not None:
        return found
    values: list[Value] = []
    for callee in context.value(function, at):
        if isinstance(callee, Name):
            values += _call_named(context, callee.path, node, at)
        elif isinstance(callee, Instance) and callee.type == _NAMED_TUPLE and callee.made_by is not None:
            values.append(_make_named_tuple(context, callee.made_by, node, at))
        elif isinstance(callee, Instance) and (whole := enter_partial(context, callee, node, at)) is not None:
            values += resolve_call(context, whole, at)
        elif isinstance(callee, Method) and callee.owner.type == _TEMPLATE:
            values += fill_template(context, callee.owner, node, at)
        elif isinstance(callee, Method):
            made = wandb_api.RETURNS.get(callee.path)
            of_library = libraries.call_method(context, callee, node, at) if made is None else None
            none = [Unknown(returned_by=callee.path)] if callee.path in wandb_api.GIVE_NONE else [UNKNOWN]
            values += [Instance(made, node, at)] if made else of_library or none
        elif isinstance(callee, Instance):
            values += libraries.call_method(context, Method(callee, "__call__"), node, at) or [UNKNOWN]
        elif isinstance(callee, ClassOrObject):
            values += _call_object(context, callee, node, at) if callee.instance else _make(context, callee, node, at)
        elif isinstance(callee, Function):
            values += _find_returned(context, callee, node, at)
        elif isinstance(callee, Unknown) and isinstance(function, ast.Name):
            values += _call_named(context, function.id, node, at)  # a name of the language: str, dict
        else:
            values.append(UNKNOWN)
    return values


def _call_by_word(
    context: Context, node: ast.Call, function: ast.Attribute, at: ProgramPoint
) -> Iterable[Value] | None:
    """What a method gives that is recognized by its name, whatever it is of; None for any other."""
    word = function.attr
    found = call_method(context, node, function, at)
    if found is None and word == "get" and node.args:
        found = _get(context, node, function, at)
    if found is None and word in _TAKES:
        found = _take_item_out(context, node, function, at)
    if found is None and word in _DUMPS and not node.args:
        found = _dump_object(context, function.value, at)
    if found is None and word in config_files.METHODS:
        found = config_files.call_method(context, node, function, at)
    if found is None and word in libraries.CONSTRUCTORS:
        found = libraries.construct(context, node, function, at)
    if found is not None:
        return found
    if word == "_replace" or (word == "model_copy" and node.keywords):
        call = _name_changes(context, node)
        return [_replace_fields(context, value, call, at) for value in context.value(function.value, at)]
    if word == "get_tracker" and isinstance(tracker := _first_constant(node), str):  # of accelerate
        unwraps = find_keyword(node, "unwrap") is not None
        of_wandb = Instance("wandb.Run" if unwraps else "WandBTracker", node, at)
        return [of_wandb if tracker == "wandb" else Unknown(returned_by="accelerate.tracking.GeneralTracker")]
    if word in PARSES:
        filled = [value for value in context.value(function.value, at) if isinstance(value, ClassOrObject)]
        parsers = tuple(list_parsers(context, function.value, at)) if not filled else ()
        return filled or [Arguments(at.scope.module, parsers=parsers)]  # a class of `tap` fills its own fields
    if word in _CHANGES_OF_LISTS and (lists := context.value(function.value, at)) and all(map(is_list, lists)):
        return [Unknown(returned_by=f"list.{word}")]  # None
    if word == "getoption" and isinstance(option := _first_constant(node), str):
        return find_option(context, Arguments(at.scope.module), option.lstrip("-").replace("-", "_"))
    return None


def enter_partial(context: Context, callee: Instance, call: ast.Call, at: ProgramPoint) -> ast.Call | None:
    """A call of a `functools.partial` as a call of its function; None for anything else."""
    made, inside = callee.made_by, callee.at
    if callee.type != PARTIAL or made is None or inside is None:
        return None
    key = ("partial", id(made), inside.frame, id(call), at.order, at.frame)
    return context.keep(key, lambda: complete_partial(look_from(made.args[0], inside), made, inside, call))


@resolves_binding("context")
def bind_entered(context: Context, name: str, binding: Binding, at: ProgramPoint) -> Iterable[Value]:
    """`with value as name`."""
    if binding.value is None:
        return [UNKNOWN]
    return unpack(context, _enter(context, binding.value, at), binding.path)


def _enter(context: Context, node: ast.expr, at: ProgramPoint) -> Iterable[Value]:
    """What entering gives: a run, like most, gives itself; a context manager of the tree what it yields."""
    if isinstance(node, ast.Call):
        callees = [value for value in context.value(node.func, at) if isinstance(value, Function)]
        yielding = [callee for callee in callees if callee.scope.yields]
        values: list[Value] = []
        for callee in yielding:
            frame = context.enter(callee.scope, node, at, callee.receiver, callee.outer)
            if frame is not None:
                values += _evaluate_given(context, callee.scope, callee.scope.yields, frame)
        if yielding:
            return values
    values = []
    for value in context.value(node, at):
        lineage = find_lineage(context, value.scope) if isinstance(value, ClassOrObject) and value.instance else ()
        name = next((name for scope in lineage for name in _ENTERS if name in scope.bindings), None)
        if name is not None:
            values += context.value(make_method_call(context, value, name, node), at)  # type: ignore[arg-type]
        else:
            values.append(value)
    return values


# Functions and classes of the tree


def _find_returned(context: Context, callee: Function, node: ast.Call, at: ProgramPoint) -> list[Value]:
    """What a function of the tree returns, its parameters being those of this call."""
    scope = callee.scope
    frame = context.enter(scope, node, at, callee.receiver, callee.outer)
    if frame is None:
        return [UNKNOWN]
    if scope.yields:
        return [hold_yielded(context, item, frame) for item in scope.yields[: MAX_ALTERNATIVES + 1]]
    values = _evaluate_given(context, scope, scope.returns, frame)
    return values if scope.returns else [NonString(None)]


def _evaluate_given(context: Context, scope: Scope, given: list[ReturnedValue], frame: Frame) -> list[Value]:
    """What a function returns, or yields, in one call of it."""
    values: list[Value] = []
    for returned in given[: MAX_ALTERNATIVES + 1]:
        place = ProgramPoint(scope, returned.order, frame)
        if _calls_itself(context, scope) or not is_excluded(context, place):
            values += context.value(returned.value, place) if returned.value is not None else [NonString(None)]
    return values


def _calls_itself(context: Context, scope: Scope) -> bool:
    """Whether a function calls its own name: what the inner call decides is not what the outer one does."""
    return context.keep(
        ("recursive", id(scope)),
        lambda: any(last_word(use.call.func) == scope.name for use in context.find_uses_in(scope)),
    )


def _call_object(context: Context, callee: ClassOrObject, node: ast.Call, at: ProgramPoint) -> Iterable[Value]:
    """What calling an object returns: its method `__call__`."""
    if not any("__call__" in scope.bindings for scope in find_lineage(context, callee.scope)):
        return [UNKNOWN]
    method = name_attribute(context, callee, "__call__")
    key = ("called", id(method), id(node))
    return context.value(context.keep(key, lambda: copy_place(ast.Call(method, node.args, node.keywords), node)), at)


def _make(context: Context, callee: ClassOrObject, node: ast.Call, at: ProgramPoint) -> Iterable[Value]:
    """An object of a class of the tree; `Registry("model")` is a member of an enumeration."""
    if callee.scope.is_enum:
        return _find_members(context, callee.scope, node, at)
    return [ClassOrObject(callee.scope, instance=True, made=context.enter(callee.scope, node, at))]


def _make_named_tuple(context: Context, made: ast.Call, node: ast.Call, at: ProgramPoint) -> Value:
    """An object of `namedtuple("Target", "registry name")`, as a mapping of its fields."""
    listed = made.args[1] if len(made.args) > 1 else None
    if isinstance(listed, ast.Constant) and isinstance(listed.value, str):
        names = listed.value.replace(",", " ").split()
    else:
        items = listed.elts if isinstance(listed, (ast.List, ast.Tuple)) else []
        names = [str(item.value) for item in items if isinstance(item, ast.Constant)]
    if not names or any(isinstance(item, ast.Starred) for item in node.args):
        return UNKNOWN

    def make_display() -> ast.Dict:
        fields = dict(zip(names, node.args, strict=False)) | {
            item.arg: item.value for item in node.keywords if item.arg
        }
        keys: list[ast.expr | None] = [copy_place(ast.Constant(name), value) for name, value in fields.items()]
        return ast.Dict(keys, list(fields.values()))

    return Literal(context.keep(("named tuple", id(node), id(made)), make_display), at, attributes=True)


def _replace_fields(context: Context, value: Value, node: ast.Call, at: ProgramPoint) -> Value:
    """`replace(target, name="b")` of an object of a class of the tree: one that was made with these fields."""
    if not isinstance(value, ClassOrObject) or not value.instance:
        return UNKNOWN
    before = value.made

    def make_call() -> ast.Call:
        positional: list[ast.expr] = []
        keywords = list(node.keywords)
        if before is not None:
            given = {keyword.arg for keyword in node.keywords}
            positional += [hold(item, *context.value(item, before.at)) for item in before.call.args]
            for item in before.call.keywords:
                if item.arg not in given:
                    field = hold(item.value, *context.value(item.value, before.at))
                    keywords.append(copy_place(ast.keyword(item.arg, field), item))
        return copy_place(ast.Call(hold(node, value), positional, keywords), node)

    call = context.keep(("replaced", id(node), id(before), at.order, at.frame), make_call)
    return ClassOrObject(value.scope, instance=True, made=context.enter(value.scope, call, at))


def _name_changes(context: Context, node: ast.Call) -> ast.Call:
    """`model.model_copy(update={"name": "b"})` as `model._replace(name="b")`; any other call as it is."""
    mapping = find_keyword(node, "update")
    if not isinstance(mapping, ast.Dict):
        return node
    pairs = [(getattr(key, "value", None), value) for key, value in zip(mapping.keys, mapping.values, strict=True)]
    keywords = [copy_place(ast.keyword(name, value), value) for name, value in pairs if isinstance(name, str)]
    return context.keep(("changes", id(node)), lambda: copy_place(ast.Call(node.func, [], keywords), node))


def _map_items(context: Context, node: ast.Call, at: ProgramPoint) -> Value | None:
    """`map(function, items)` of a list that is written out: the call of each item."""
    owner = context.find_only(node.args[1], at)
    if not isinstance(owner, Literal) or not owner.is_sequence:
        return None
    if len(owner.items) > MAX_ALTERNATIVES:
        return UNKNOWN

    def make_list() -> ast.List:
        items = [hold(item, *context.value(item, owner.at)) for item in owner.items]
        calls = [copy_place(ast.Call(node.args[0], [item], []), node) for item in items]
        return ast.List(list(calls), ast.Load())

    return Literal(context.keep(("mapped", id(node), at.order, at.frame), make_list), at)


def _find_members(context: Context, scope: Scope, node: ast.Call, at: ProgramPoint) -> list[Value]:
    names = context.keep(("members", id(scope)), _index_members, context, scope)
    members: list[Value] = []
    for value in context.value(node.args[0], at) if node.args else ():
        literal = value.literal if isinstance(value, StringValue) else None
        if isinstance(value, Member) and value.scope is scope:
            members.append(value)
        elif literal is not None:
            members.append(Member(scope, names[literal]) if literal in names else UNKNOWN)
        elif len(names) <= MAX_ALTERNATIVES:  # anything else raises a ValueError
            members += [Member(scope, name) for name in names.values()]
    return members or [UNKNOWN]


def _index_members(context: Context, scope: Scope) -> dict[str, str]:
    """The members of an enumeration by their values."""
    names: dict[str, str] = {}
    for name in scope.bindings:
        for text in find_member_strings(context, Member(scope, name)):
            if text.literal is not None:
                names.setdefault(text.literal, name)
    return names


# Functions of the language and of libraries


def _get(context: Context, node: ast.Call, function: ast.Attribute, at: ProgramPoint) -> list[Value] | None:
    """`.get(…)` of a dictionary that is written out or loaded; None for that of anything else."""
    owners = context.value(function.value, at)
    if not any(is_configuration(owner) or is_mapping(owner) for owner in owners):
        return None
    values: list[Value] = []
    for owner in owners:
        if is_configuration(owner):
            values += _get_configured(context, node, at)
        else:
            values += get_by_key(context, owner, node, at) if is_mapping(owner) else [UNKNOWN]
    return values


def _take_item_out(context: Context, node: ast.Call, function: ast.Attribute, at: ProgramPoint) -> list[Value] | None:
    """`.pop(key, default)` and `.setdefault(key, default)` of a mapping, `.pop()` of a list; None for anything else."""
    before = at.inside(node)
    owners = context.value(function.value, before)
    if not any(isinstance(owner, (Literal, Loaded)) for owner in owners):
        return None
    values: list[Value] = []
    for owner in owners:
        if is_mapping(owner):
            values += get_by_key(context, owner, node, before)
        else:
            number = context.find_number(node.args[0], before) if node.args else -1
            is_list = isinstance(owner, Literal) and function.attr == "pop"
            values += find_item(context, owner, number) if is_list else [UNKNOWN]
    return values


def _dump_object(context: Context, owner: ast.expr, at: ProgramPoint) -> list[Value] | None:
    """`model.model_dump()`, `target._asdict()` of objects of the tree; None for anything else."""
    values = context.value(owner, at)
    tables = [table for value in values if (table := _make_table(context, value, owner, at)) is not None]
    return list(tables) if len(tables) == len(values) else None


def _make_table(context: Context, value: Value, node: ast.expr, at: ProgramPoint) -> Value | None:
    """The fields and attributes of an object of the tree as a dictionary, at a node; None for anything else."""
    if isinstance(value, Literal) and value.attributes:
        return value
    if not isinstance(value, ClassOrObject) or not value.instance:
        return None
    names: dict[str, None] = {}
    for scope in reversed(list(find_lineage(context, value.scope))):
        names |= dict.fromkeys((*scope.fields, *scope.attributes))
    nodes: list[ast.expr] = [name_attribute(context, value, name, node) for name in names]

    def make_display() -> ast.Dict:
        return ast.Dict([copy_place(ast.Constant(name), node) for name in names], nodes)

    return Literal(context.keep(("table of", value, id(node)), make_display), at)


def _get_configured(context: Context, node: ast.Call, at: ProgramPoint) -> list[Value]:
    """`wandb.config.get(name, default)`."""
    names = context.list_literals(node.args[0], at)
    values = [value for name in names if name for value in libraries.find_configured(context, name, at.scope.module)]
    return values or list(context.value(node.args[1], at) if len(node.args) > 1 else [UNKNOWN])


def _call_named(context: Context, path: str, node: ast.Call, at: ProgramPoint) -> Iterable[Value]:
    if path in READS:
        return read_environment(context, node, at, raises=not path.startswith("os."))
    if (loaded := config_files.call_function(context, path, node, at)) is not None:
        return loaded
    if (given := libraries.call_function(context, path, node, at)) is not None:
        return given
    if path in _MODULES and isinstance(module := _first_constant(node), str):
        return [Name(module)]
    if path == "getattr" and len(node.args) > 1 and (name := context.find_literal(node.args[1], at)):
        return _get_attribute(context, node, name, at)
    if path == "staticmethod" and len(node.args) == 1:
        return context.value(node.args[0], at)
    if path in _PATHS:
        return join_path(context, node, at, is_posix=path.lower().startswith("posix") or "Posix" in path)
    if path in _RECORDS and not node.args:
        return [Literal(node, at, attributes=True)]
    if path in _RECORDS and len(node.args) == 1:
        return _copy_mapping(context, node, at)
    if path in _CASTS and node.args:
        return _cast(context, node, at)
    if path in _WRAPS and not node.args:
        return [Literal(node, at, attributes=True)]
    if path in _WRAPS:
        return [
            replace(value, attributes=True) if isinstance(value, (Literal, Loaded)) else value
            for value in context.value(node.args[0], at)
        ]
    if (chosen := choose(context, path, node, at)) is not None:
        return chosen
    if path in _DEFAULTS:
        return _find_default(context, node, at)
    if path in _PARAMETERS:
        return _find_parameter_default(context, node, at)
    if path in _REPLACES and len(node.args) == 1:
        return [_replace_fields(context, value, node, at) for value in context.value(node.args[0], at)]
    if path == "map" and len(node.args) == 2 and (mapped := _map_items(context, node, at)) is not None:
        return [mapped]
    is_partial = path == PARTIAL and node.args and not any(isinstance(item, ast.Starred) for item in node.args)
    is_object = path in wandb_api.CLASSES or path in (_TEMPLATE, _NAMED_TUPLE) or is_partial
    made = path if is_object else wandb_api.RETURNS.get(path)
    return [Instance(made, node, at) if made else Unknown(reason=f"what {path} returns", returned_by=path)]


def _first_constant(node: ast.Call) -> object:
    first = node.args[0] if node.args else None
    return first.value if isinstance(first, ast.Constant) else None


def _get_attribute(context: Context, node: ast.Call, name: str, at: ProgramPoint) -> list[Value]:
    """`getattr(owner, "name", default)`."""
    attribute = context.keep(
        ("getattr", id(node), name), lambda: copy_place(ast.Attribute(node.args[0], name, ast.Load()), node)
    )
    values = list(context.value(attribute, at))
    defaults = context.value(node.args[2], at) if len(node.args) > 2 else ()
    is_known = any(not isinstance(value, Unknown) for value in values)
    return values if is_known else [*values, *(mark_default(value, name) for value in defaults if not is_none(value))]


def _copy_mapping(context: Context, node: ast.Call, at: ProgramPoint) -> Iterable[Value]:
    """`dict(mapping, key=value)`."""
    values = context.value(node.args[0], at)
    if not node.keywords and any(map(is_configuration, values)):
        return values
    if not any(map(is_mapping, values)):
        return [UNKNOWN]

    def make_display() -> ast.Dict:
        keys = [copy_place(ast.Constant(item.arg), item) if item.arg else None for item in node.keywords]
        return ast.Dict([None, *keys], [node.args[0], *(item.value for item in node.keywords)])

    return [Literal(context.keep(("copied", id(node)), make_display), at)]


def _cast(context: Context, node: ast.Call, at: ProgramPoint) -> Iterable[Value]:
    """`str(x)` of a string is the string, of a number its digits."""
    values: list[Value] = []
    is_string = isinstance(node.func, ast.Name) and node.func.id == "str"
    if is_string and len(node.args) > 1:
        return [UNKNOWN]  # `str(data, "utf-8")` decodes bytes
    is_table = any(isinstance(value, Name) and value.path in _TABLES for value in context.value(node.func, at))
    is_table = is_table or (isinstance(node.func, ast.Name) and node.func.id == "vars")
    for value in context.value(node.args[-1], at):
        if is_table and (table := _make_table(context, value, node, at)) is not None:
            values.append(table)
            continue
        is_number = isinstance(value, NonString) and isinstance(value.value, int)
        if isinstance(value, NonString) and is_number and is_string:
            values.append(StringValue.of(str(value.value), at.source.place(node)))
        elif isinstance(value, (Member, ClassOrObject)) and is_string:
            values += find_text(context, value, node, at) or [UNKNOWN]
        else:
            values.append(value.write_out() if is_string and isinstance(value, StringValue) else value)
    return values


def _find_default(context: Context, node: ast.Call, at: ProgramPoint) -> Iterable[Value]:
    """The default that `field(default=…)`, `Field("…")`, `typer.Option("…")` hold."""
    by_name = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    value = by_name.get("default", node.args[0] if node.args else None)
    factory = by_name.get("default_factory", by_name.get("factory"))
    if factory is not None:
        value = context.keep(("made by factory", id(node)), lambda: copy_place(ast.Call(factory, [], []), factory))
    if value is None or (isinstance(value, ast.Constant) and value.value in (None, ...)):
        return [UNKNOWN]
    if (converter := by_name.get("converter")) is not None:
        default = value
        value = context.keep(("default", id(node)), lambda: copy_place(ast.Call(converter, [default], []), default))
    return context.value(value, at)


def _find_parameter_default(context: Context, node: ast.Call, at: ProgramPoint) -> list[Value]:
    """The default of a parameter that a class declares, `Parameter("name", default="zoo")`."""
    name = context.find_literal(node.args[0], at) if node.args else None
    default = find_keyword(node, "default")
    values = context.find_all(default, at)
    return [mark_default(value, name or "a parameter") for value in values] or [UNKNOWN]


# Choices


@resolves(ast.IfExp)
def resolve_conditional(context: Context, node: ast.IfExp, at: ProgramPoint) -> Iterable[Value]:
    """`a if test else b`: both, unless the test is decided; each as it is where the test holds, or does not."""
    decided = decide(context, node.test, at)
    values: list[Value] = []
    if decided is not False:
        values += context.value(node.body, at.inside(node.body))
    if decided is not True:
        values += context.value(node.orelse, at.inside(node.orelse))
    return values


@resolves(ast.BoolOp)
def resolve_alternatives(context: Context, node: ast.BoolOp, at: ProgramPoint) -> Iterable[Value]:
    """`a or b`: b is used for whatever may be missing or empty of a."""
    if not isinstance(node.op, ast.Or):
        return [UNKNOWN]
    values: list[Value] = []
    for part in node.values:
        found: Sequence[Value] = context.value(part, at)
        # What `or` passes by: it is empty, or a variable of the environment that may not be set.
        strings = [value for value in values if isinstance(value, StringValue)]
        empty = [value for value in strings if value.literal == "" or may_be_unset(value)]
        variables = [name for value in empty for part in value.parts for name in part.variables]
        values = [mark_given(value) for value in values if value not in empty]
        if any(may_be_unset(value) for value in empty):
            found = [mark_default(value, variables[0] if variables else "the environment") for value in found]
        for variable in reversed(variables):
            found = [mark_variable(value, variable) for value in found]
        given = [value for value in found if not is_none(value)]
        values += given
        is_passed_by = len(given) < len(found)
        if len(values) > 4 * MAX_ALTERNATIVES or (values and all(map(_is_certain, values)) and not is_passed_by):
            break
    return values


def _is_certain(value: Value) -> bool:
    """Whether a value is true: a table with entries, or a string that is not only used where another is not given."""
    if isinstance(value, Loaded) and (node := value.node) is not None:
        return bool(getattr(node, "entries", None) or getattr(node, "items", None))
    if not isinstance(value, StringValue) or not value.literal:
        return False
    return not any(part.default_of or part.read_from for part in value.parts if isinstance(part, KnownPart))


@resolves(Computed)
def resolve_computed(context: Context, node: Computed, at: ProgramPoint) -> Iterable[Value]:
    """What a library passes on."""
    return node.values


@resolves(ast.NamedExpr, ast.Await)
def resolve_inner(context: Context, node: ast.NamedExpr | ast.Await, at: ProgramPoint) -> Iterable[Value]:
    """`name := value`, `await value`."""
    return context.value(node.value, at)
