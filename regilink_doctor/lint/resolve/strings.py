"""How Python builds a string from parts: f-strings, `+`, `%`, `.format`, `.join`, `os.path.join`.

What is built keeps its parts, each with the place where it is written, and has an unknown part for each that is not
known.
"""

from __future__ import annotations

from itertools import product

from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.records import replace
from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart, may_be_none
from regilink_doctor.core.target_path import UNKNOWN_NAME, is_known
from regilink_doctor.lint.resolve import aliases, config_files, libraries, wandb_api
from regilink_doctor.lint.resolve.bindings import ClassOrObject, ProgramPoint, count_before
from regilink_doctor.lint.resolve.context import Context, resolves, resolves_binding
from regilink_doctor.lint.resolve.names import find_binding
from regilink_doctor.lint.resolve.values import (
    MAX_ALTERNATIVES,
    PARTIAL,
    TOO_MUCH,
    UNKNOWN,
    Computed,
    FileText,
    Function,
    Instance,
    Literal,
    Loaded,
    Member,
    Method,
    Name,
    NonString,
    TreePath,
    Unknown,
    Value,
    hold,
    is_list,
    is_mapping,
    is_none,
    is_open_ended,
    open_end,
    with_name,
)
from regilink_doctor.lint.text import source
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import copy_place, find_argument, last_word, list_unpacked, walk, written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from regilink_doctor.core.strings import UnknownKind
    from regilink_doctor.lint.resolve.bindings import Binding

    Parts = tuple[KnownPart | UnknownPart, ...]
    Alternatives = list[Parts]
    """What one part of a string can be."""
    Entry = tuple[ast.expr, ProgramPoint, str]
    """An expression, the place where it is written, and how it is formatted: see `format_value`."""
    Fields = Iterator[tuple[int, int, "Entry | str | None"]]

_WIDEST = 200
"""The widest field, or longest padding, of a format that is followed."""

_MOST_LEVELS = 4
MAX_PARTS = 32
MAX_LENGTH = 8192

_CHANGES = (
    "capitalize", "casefold", "center", "expandtabs", "ljust", "lower", "lstrip", "removeprefix", "removesuffix",
    "replace", "rjust", "rstrip", "strip", "swapcase", "title", "translate", "upper", "zfill",
)  # fmt: skip
_LETTER_BY_LETTER = frozenset({"casefold", "lower", "upper"})
"""Methods that change each letter alike, whatever is around it."""

_LARGEST = 1 << 40
_ARITHMETIC: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: int.__add__,
    ast.FloorDiv: int.__floordiv__,
    ast.Mod: int.__mod__,
    ast.Mult: int.__mul__,
    ast.Sub: int.__sub__,
}

_MOST_NAMES = 32
"""Names that an f-string is followed through in search of loops."""

_SPLITS = ("partition", "rpartition", "rsplit", "split")
_PATH_CHANGES = frozenset({"with_name", "with_stem", "with_suffix"})
METHODS = frozenset({*_CHANGES, *_PATH_CHANGES, *_SPLITS, "as_posix", "format", "format_map", "join", "joinpath"})
"""Methods of strings and paths that are followed."""


_NOT_READ = (Method, Name, Function, TreePath, FileText)
"""What may be a string in the end, and is not read."""

# Values as strings


def to_string(context: Context, value: Value, node: ast.expr, at: ProgramPoint) -> StringValue | None:
    """A value as a string: an unknown one for what is not known, None for what is certainly not a string."""
    if isinstance(value, StringValue):
        return value
    if isinstance(value, Method) and value.path in wandb_api.VERSIONED_NAMES:
        is_own = value.path == "wandb.Artifact.name"
        draft = _find_draft_name(context, value, node, at) if is_own else None
        is_of_registry = draft is None and is_own and _is_of_registry(context, value.owner, at)
        return draft or unknown_string(node, at, "registry-name" if is_of_registry else "versioned-name")
    if isinstance(value, Method) and value.path in wandb_api.VERSIONS and value.owner.made_by is not None:
        is_of_registry = value.name == "version" and _is_of_registry(context, value.owner, at)
        return unknown_string(node, at, _VERSION_KINDS[is_of_registry])
    if isinstance(value, Method) and (value.path in wandb_api.PROJECTS or _is_source_project(value)):
        return unknown_string(node, at, "project")
    if isinstance(value, Method) and _is_run_entity(value):
        return unknown_string(node, at, "run-entity")
    if isinstance(value, Member):
        strings = find_member_strings(context, value)
        return strings[0] if strings else unknown_string(node, at)
    is_partial = isinstance(value, Instance) and value.type == PARTIAL
    if value == UNKNOWN or is_partial or isinstance(value, _NOT_READ):
        form = _SHOWN.get(value.returned_by if isinstance(value, Unknown) else getattr(value, "path", ""))
        if form is not None:
            return _format_time(form, node, at)
        if isinstance(value, Unknown):
            string = unknown_string(
                node, at, "option" if value.option else "unknown", reason=value.reason, variable=value.variable
            )
            return with_name(string, value.option) if value.option else string  # type: ignore[return-value]
        return unknown_string(node, at)
    return None


_SHOWN = dict.fromkeys(("datetime.datetime.now", "datetime.datetime.utcnow"), "%Y-%m-%d %H:%M:%S.%f")
_SHOWN |= dict.fromkeys(("time.ctime", "time.asctime"), "%a %b %d %H:%M:%S %Y")
_SHOWN |= dict.fromkeys(("wandb.Run.path", "wandb.run.path"), "%e/%p/%i")
_SHOWN |= dict.fromkeys(("wandb.Run.url", "wandb.run.url", "wandb.PublicRun.url"), "https://%h/%e/%p/runs/%i")
"""How a string shows what these functions return, and these attributes: with characters that no name has."""

_SAVES = ("wait", "link", "link_artifact", "save")
"""Methods after which the name of an artifact has its version."""


_VERSION_KINDS: dict[bool | None, UnknownKind] = {
    True: "registry-version",
    False: "source-version",
    None: "unknown",
}
"""Whether a version is of a registry -> the kind of its number."""

_NAMED = {
    "artifact": (0, "name"),
    "artifact_collection": (1, "name"),
    "artifact_versions": (1, "name"),
    "artifacts": (1, "name"),
    "link": (0, "target_path"),
    "link_artifact": (1, "target_path"),
    "use_artifact": (0, "artifact_or_name"),
}
"""Calls that give a version, or a collection, by its name -> which argument the name is."""


def _is_of_registry(context: Context, artifact: Instance, at: ProgramPoint, depth: int = 0) -> bool | None:
    """Whether a version is one of a registry, whose versions are counted there; None where that is not known."""
    made = artifact.made_by
    if artifact.is_source:
        return False
    if made is None or depth > _MOST_LEVELS:
        return None
    function, made_at = last_word(made.func), artifact.at or at
    if function in ("registry", "registries", "create_registry"):
        return True
    position, keyword = _NAMED.get(function, (0, ""))
    named = find_argument(made, position, keyword) if keyword else None
    if named is None and function in ("artifacts", "collections", "versions") and isinstance(made.func, ast.Attribute):
        named = made.func.value
    if named is None:
        return None if "link" in function else False
    answers: set[bool | None] = set()
    for value in context.find_all(named, made_at):
        if isinstance(value, StringValue):
            is_named = REGISTRY_PREFIX in value.pattern
            answers.add(is_named if is_named or is_known(value.pattern) else None)
        else:
            answers.add(_is_of_registry(context, value, made_at, depth + 1) if isinstance(value, Instance) else None)
    return answers.pop() if len(answers) == 1 else None


def _is_source_project(value: Method) -> bool:
    return value.path == "wandb.Artifact.project" and value.owner.is_source


def _find_draft_name(context: Context, name: Method, node: ast.expr, at: ProgramPoint) -> StringValue | None:
    """The name that a program gave an artifact, where the artifact cannot have a version yet."""
    uses = (use for method in _SAVES for use in context.find_uses(at.scope.module, method))
    if any(use.scope is not at.scope or use.order < at.order for use in uses):
        return None
    values = _find_given_name(context, name.owner, at)
    if values is None:
        return None
    return values[0] if len(values) == 1 and isinstance(values[0], StringValue) else unknown_string(node, at)


def _find_given_name(context: Context, artifact: Value, at: ProgramPoint) -> Sequence[Value] | None:
    """The name that an artifact is made or logged with; None for one that comes from elsewhere."""
    for _ in range(_MOST_LEVELS):
        made = artifact.made_by if isinstance(artifact, Instance) else None
        if not isinstance(artifact, Instance) or made is None:
            return None
        function, made_at = last_word(made.func), artifact.at or at
        logged = context.find_only(made.args[0], made_at) if function == "log_artifact" and made.args else None
        if isinstance(logged, Instance):
            artifact = logged
            continue
        if function not in ("Artifact", "log_artifact"):
            return None
        given = find_argument(made, 1 if function == "log_artifact" else 0, "name")
        return context.find_all(given, made_at)
    return None


def _is_run_entity(value: Method) -> bool:
    """Whether an attribute is the entity of a run, or of an artifact that it logged; a fetched one may have any."""
    if value.path not in wandb_api.ENTITIES:
        return False
    function = value.owner.made_by.func if value.owner.made_by is not None else None
    is_logged = isinstance(function, ast.Attribute) and function.attr in ("log_artifact", "upsert_artifact", "wait")
    return value.path != "wandb.Artifact.entity" or is_logged


def unknown_string(
    node: ast.expr, at: ProgramPoint, kind: UnknownKind = "unknown", reason: str = "", variable: str | None = None
) -> StringValue:
    """A string that source does not tell; `variable` is the one of the environment that it is."""
    place = at.source.place(node)
    variables = (variable,) if variable else ()
    part = UnknownPart(at.source.segment(place.span), place, kind, reason=reason, variables=variables)
    return StringValue((part,), place)


def find_member_strings(context: Context, member: Member) -> list[StringValue]:
    """The value of a member of an enumeration."""
    found: list[StringValue] = []
    for binding in member.scope.bindings.get(member.name, ()):
        values = find_binding(context, member.name, binding, member.scope)
        found += [value for value in values if isinstance(value, StringValue)]
    return found


def name_attribute(context: Context, owner: ClassOrObject, name: str, node: ast.expr | None = None) -> ast.Attribute:
    """`owner.name` of an object that is known, as an expression; at the place of a node where its text is asked for."""

    def make_attribute() -> ast.Attribute:
        made = ast.Attribute(Computed((owner,)), name, ast.Load())
        return copy_place(made, node) if node is not None else made

    return context.keep(("attribute of", id(owner.scope), owner.made, name, id(node)), make_attribute)


def make_method_call(
    context: Context, owner: ClassOrObject, name: str, node: ast.expr, *arguments: ast.expr
) -> ast.Call:
    """`owner.name(…)`, at the place of `node`."""
    method = name_attribute(context, owner, name)
    return context.keep(("call of", id(method), id(node)), lambda: copy_place(ast.Call(method, [*arguments], []), node))


def find_text(context: Context, owner: Member | ClassOrObject, node: ast.expr, at: ProgramPoint) -> list[StringValue]:
    """What `str` makes of an object of the tree: what its method `__str__` returns."""
    if isinstance(owner, Member):
        bindings = owner.scope.bindings.get("__str__", ())
        methods = [owner.scope.module.functions.get(id(binding.node)) for binding in bindings]
        returned = [item.value for method in methods if method is not None for item in method.returns]
        written = {(written_name(item) or "").removeprefix("self.") for item in returned if item is not None}
        return find_member_strings(context, owner) if written in ({"value"}, {"_value_"}) else []
    if not owner.instance:
        return []
    values = context.value(make_method_call(context, owner, "__str__", node), at)
    texts = [value for value in values if isinstance(value, StringValue)]
    return texts if len(texts) == len(values) else []


# Literals and operators


@resolves(ast.Constant)
def resolve_constant(context: Context, node: ast.Constant, at: ProgramPoint) -> Iterable[Value]:
    """A literal."""
    if isinstance(node.value, str):
        file = at.source
        place = file.place(node)
        return [StringValue((source.piece(file, node, node.value, place),), place)]
    return [NonString(node.value)]


@resolves(ast.JoinedStr)
def resolve_fstring(context: Context, node: ast.JoinedStr, at: ProgramPoint) -> Iterable[Value]:
    """An f-string."""
    values = _build_fstring(context, node, at)
    for loop in _find_loops(node, at) if len(values) > 1 else ():
        of_turns = context.answer_by_turn(loop, lambda: _build_fstring(context, node, at))
        values = [value for value in of_turns if value in values] or values
    return values


def _read_format(context: Context, part: ast.FormattedValue, at: ProgramPoint) -> str:
    """How a field of an f-string is formatted; what cannot be read is a format that nothing has."""
    conversion = f"!{chr(part.conversion)}" if part.conversion not in (-1, ord("s")) else ""
    if part.format_spec is None:
        return conversion
    written = context.find_literal(part.format_spec, at)
    return f"{conversion}:{written}" if written is not None else ":?"


def _find_loops(node: ast.JoinedStr, at: ProgramPoint) -> list[ast.expr]:
    """What the loops go through that two fields depend on: their values belong together, turn by turn."""
    uses: dict[int, list[ast.expr]] = {}
    waiting: list[tuple[ast.AST, int]] = [(node, 0)]
    while waiting and len(waiting) < _MOST_NAMES:
        part, steps = waiting.pop()
        for name in walk(part):
            bindings = at.scope.find_bindings(name)
            last = count_before(bindings, at.order) - 1
            value = bindings[last].value if last >= 0 else None
            if value is None:
                continue
            if bindings[last].kind == "element":
                uses.setdefault(id(value), []).append(value)
            elif bindings[last].kind == "value" and steps < 2:
                waiting.append((value, steps + 1))
    return [found[0] for found in uses.values() if len(found) > 1]


def _build_fstring(context: Context, node: ast.JoinedStr, at: ProgramPoint) -> Sequence[Value]:
    def parts() -> Iterator[Alternatives]:
        for part in source.fstring_pieces(at.source, node):
            if isinstance(part, KnownPart):
                yield [(part,)]
            else:
                yield _format(context, part.value, at, _read_format(context, part, at))

    return _join(parts(), node, at)


@resolves(ast.BinOp)
def resolve_operation(context: Context, node: ast.BinOp, at: ProgramPoint) -> Iterable[Value]:
    """`a + b`, `"…" % values` and `path / name`."""
    if (number := _calculate(context, node, at)) is not None:
        return [NonString(number)]
    if isinstance(node.op, ast.Add):
        return _add(context, context.value(node.left, at), node.left, node.right, node, at)
    if isinstance(node.op, ast.Mod):
        values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        if any(isinstance(value, ast.Starred) for value in values):
            return [unknown_string(node, at)]
        templates = context.value(node.left, at)
        named: dict[str, Entry] = {}
        if any(isinstance(value, StringValue) and "%(" in (value.literal or "") for value in templates):
            named = _find_entries(context, node.right, at)
        return _fill(context, node, templates, _percent_fields([(value, at, "") for value in values], named), at)
    if isinstance(node.op, ast.Div):  # pathlib's
        is_posix = _is_posix(context, node, at)
        slash = (KnownPart("/", at.source.place(node), is_os_separator=not is_posix),)
        left = context.value(node.left, at)
        if any(isinstance(value, TreePath) for value in left):
            return config_files.join_to(context, left, [node.right], at)
        if any(isinstance(value, StringValue) for value in left):
            before = _to_parts(context, left, node.left, at)
            joined = _join(_join_paths([before, _concatenate(context, node.right, at)], slash), node, at)
            return [_make_path(value, node, at) for value in joined]
    if isinstance(node.op, ast.BitOr):
        return _merge_mappings(context, node, at)
    return [UNKNOWN]


def _calculate(context: Context, node: ast.BinOp, at: ProgramPoint) -> int | None:
    """What an operator makes of two whole numbers that are known; None for anything else."""
    if (
        isinstance(node.left, ast.JoinedStr)
        or isinstance(node.right, ast.JoinedStr)
        or type(node.op) not in _ARITHMETIC
    ):
        return None
    numbers: list[int] = []
    for operand in (node.right, node.left):  # the right one is written out more often
        if type(operand) is ast.Constant and type(operand.value) is not int:
            return None
        number = context.find_number(operand, at)
        if number is None or abs(number) > _LARGEST:
            return None
        numbers.append(number)
    right, left = numbers
    try:
        return _ARITHMETIC[type(node.op)](left, right)
    except ZeroDivisionError:
        return None


@resolves(ast.UnaryOp)
def resolve_sign(context: Context, node: ast.UnaryOp, at: ProgramPoint) -> Iterable[Value]:
    """`-number`, and `not value` of what is known."""
    value = context.find_only(node.operand, at)
    known = value.value if isinstance(value, NonString) and value.default_of is None else None
    if isinstance(node.op, ast.USub) and type(known) is int:
        return [NonString(-known)]
    if isinstance(node.op, ast.Not) and type(known) in (int, bool):
        return [NonString(not known)]
    return [UNKNOWN]


def _merge_mappings(context: Context, node: ast.BinOp, at: ProgramPoint) -> list[Value]:
    """`defaults | loaded`."""
    values = (*context.value(node.left, at), *context.value(node.right, at))
    if not any(map(is_mapping, values)):
        return [UNKNOWN]
    merged = context.keep(("merged", id(node)), lambda: ast.Dict([None, None], [node.left, node.right]))
    return [Literal(merged, at)]


def _is_posix(context: Context, node: ast.expr, at: ProgramPoint) -> bool:
    """Whether a path has slashes on Windows, too. Which kind of path a name holds is not followed."""
    while isinstance(node, ast.BinOp):
        node = node.left
    if isinstance(node, ast.Call):
        callees = context.value(node.func, at)
        return any(isinstance(value, Name) and value.path.endswith("PurePosixPath") for value in callees)
    module = at.scope.module
    return context.keep(("posix", id(module)), lambda: "PurePosixPath" in module.source.text)


@resolves_binding("augment")
def bind_augmented(context: Context, name: str, binding: Binding, at: ProgramPoint) -> Iterable[Value]:
    """`name += value`, `name /= value`, `name |= mapping`."""
    node = binding.node
    if not isinstance(node, ast.AugAssign):
        return [UNKNOWN]
    whole = context.keep(("augmented", id(node)), lambda: copy_place(ast.BinOp(node.target, node.op, node.value), node))
    return context.value(whole, at)


def _add(
    context: Context,
    before: Sequence[Value],
    left: ast.expr,
    right: ast.expr,
    whole: ast.expr | ast.stmt,
    at: ProgramPoint,
) -> Iterable[Value]:
    """What `+` gives for the values `before` of `left`, and `right`: a string, or a list."""
    if any(map(is_list, before)):
        # At the places of the lists: they may be what is reported.
        parts_of_sum = [copy_place(ast.Starred(part, ast.Load()), part) for part in (left, right)]
        return [Literal(context.keep(("sum", id(whole)), ast.List, parts_of_sum, ast.Load()), at)]
    first = [(_mark_set(parts[0]),) if len(parts) == 1 else parts for parts in _to_parts(context, before, left, at)]
    parts = [first, _concatenate(context, right, at)]
    return _join(parts, whole, at)


# Methods


def call_method(context: Context, node: ast.Call, function: ast.Attribute, at: ProgramPoint) -> Iterable[Value] | None:
    """`.format`, `.join`, `.strip`, `.replace` and their like of a string; None for the method of anything else."""
    if function.attr in ("strftime", "isoformat"):
        return _call_time(context, node, function, at)
    if function.attr not in METHODS:
        return None
    if isinstance(function.value, ast.Name) and function.value.id == "str" and node.args:  # `str.lower(name)`
        owner, *rest = node.args
        method = copy_place(ast.Attribute(owner, function.attr, ast.Load()), node)
        own = context.keep(("own", id(node)), lambda: copy_place(ast.Call(method, rest, node.keywords), node))
        return context.value(own, at)
    values = context.value(function.value, at)
    owners = [value for value in values if isinstance(value, StringValue)]
    if len(owners) < len(values):
        return None
    if function.attr == "join":
        return _join_items(context, node, owners, at)
    if function.attr in ("format", "format_map"):
        if any(isinstance(value, ast.Starred) for value in node.args):
            return [unknown_string(node, at)]
        named = _find_named_entries(context, node, node.args if function.attr == "format_map" else [], at)
        positional: list[Entry] = [(value, at, "") for value in node.args] if function.attr == "format" else []
        return _fill(context, node, owners, _brace_fields(context, positional, named), at)
    if function.attr in _SPLITS:
        return [_split(context, owner, node, function.attr, at) for owner in owners]
    if function.attr == "joinpath":
        slash = KnownPart("/", at.source.place(node), is_os_separator=not _is_posix(context, function.value, at))
        joined = _glue(context, node, (slash,), [function.value, *node.args], at, at, is_path=True)
        return [_make_path(value, node, at) for value in joined]
    if function.attr == "as_posix":
        return [owner.forget_separators().write_out() for owner in owners]
    if function.attr in _PATH_CHANGES:
        texts = [_read_argument(context, argument, at) for argument in node.args]
        words = [text for text in texts if isinstance(text, str)]
        is_known = len(words) == len(texts)
        return [
            libraries.change_path(owner, function.attr, words, node, at) if is_known else UNKNOWN for owner in owners
        ]
    return [_change(context, owner, node, function.attr, at) for owner in owners]


def _change(context: Context, owner: StringValue, node: ast.Call, name: str, at: ProgramPoint) -> StringValue:
    """A string after a method that changes its letters; a part that is not known stays unknown if it can."""
    values = [_read_argument(context, argument, at) for argument in node.args]
    arguments = [value for value in values if value is not None]
    if len(arguments) != len(values) or node.keywords:
        return unknown_string(node, at)
    if owner.literal is None:
        parts = _change_parts(owner, name, arguments)
        return unknown_string(node, at) if parts is None else StringValue(parts, at.source.place(node))
    try:
        changed = getattr(owner.literal, name)(*arguments)
    except (TypeError, ValueError):
        return unknown_string(node, at)
    return make_changed(owner, changed, node, at)


def make_changed(owner: StringValue, changed: str, node: ast.expr, at: ProgramPoint) -> StringValue:
    """The string that something makes of another one by looking at its letters."""
    if changed == owner.literal:
        return owner.forget_variables().forget_separators().write_out()
    place = at.source.place(node)
    names = tuple(dict.fromkeys(name for part in owner.parts for name in part.names))
    defaults = (part.default_of for part in owner.parts if isinstance(part, KnownPart) and part.default_of)
    part = KnownPart(changed, place, default_of=next(defaults, None), names=names)
    return _bound_length(StringValue((part,), place))


def _read_argument(context: Context, node: ast.expr, at: ProgramPoint) -> object:
    """A string or number that a method is given, or the table of `str.maketrans`; None for what is not known."""
    if isinstance(node, ast.Call) and written_name(node.func) == "str.maketrans":
        return _read_table(context, node, at)
    value = context.find_only(node, at)
    if isinstance(value, NonString) and isinstance(value.value, int):
        return value.value if value.value < _WIDEST else None
    return value.literal if isinstance(value, StringValue) else None


def _read_table(context: Context, node: ast.Call, at: ProgramPoint) -> Mapping[int, object] | None:
    """`str.maketrans("ab", "xy")`, `str.maketrans({"a": "x"})`."""
    if len(node.args) == 1 and isinstance(node.args[0], ast.Dict):
        pairs = list(zip(node.args[0].keys, node.args[0].values, strict=True))
        keys = [getattr(key, "value", None) for key, _ in pairs]
        values = [value.value if isinstance(value, ast.Constant) else ... for _, value in pairs]
        if all(isinstance(key, str) and len(key) == 1 for key in keys) and ... not in values:
            return {ord(str(key)): value for key, value in zip(keys, values, strict=True)}
        return None
    words = [text for argument in node.args if isinstance(text := _read_argument(context, argument, at), str)]
    if len(words) < len(node.args) or len(words) not in (2, 3) or len(words[0]) != len(words[1]):
        return None
    return str.maketrans(*words)


def _change_parts(owner: StringValue, name: str, arguments: Sequence[object]) -> Parts | None:
    """The parts of a string, not all of them known, after a method; None where it may reach into what is not known."""
    by_letter = name in _LETTER_BY_LETTER and not arguments
    is_swap = name == "replace" and len(arguments) == 2 and len(str(arguments[0])) == 1
    parts = [_mark_set(part) for part in owner.forget_variables().parts]
    if by_letter or is_swap:
        for index, part in enumerate(parts):
            if isinstance(part, KnownPart):
                text = getattr(part.text, name)(*arguments)
                parts[index] = part if text == part.text else replace(part, text=text, exact=False)
        return tuple(parts)
    first, last = parts[0], parts[-1]
    if name in ("lstrip", "strip", "removeprefix") and isinstance(first, KnownPart):
        text = getattr(first.text, "lstrip" if name == "strip" else name)(*arguments)
        parts[0] = KnownPart(text, first.place, default_of=first.default_of, names=first.names)
    if name in ("rstrip", "strip", "removesuffix") and isinstance(last, KnownPart):
        text = getattr(last.text, "rstrip" if name == "strip" else name)(*arguments)
        parts[-1] = KnownPart(text, last.place, default_of=last.default_of, names=last.names)
    is_read = name in ("strip", "lstrip", "rstrip") or (
        isinstance(first, KnownPart) and name == "removeprefix" and len(first.text) >= len(str(arguments[0]))
    )
    return tuple(parts) if is_read else None


def _split(context: Context, owner: StringValue, node: ast.Call, name: str, at: ProgramPoint) -> Value:
    """The pieces of a string: `name.split(":")`, `path.rpartition("/")`; around what is not known, those before it."""
    if not node.args and not node.keywords and owner.literal is not None and name.endswith("split"):
        words = [make_changed(owner, word, node, at) for word in owner.literal.split()]
        texts = [hold(node, word) for word in words]
        return Literal(context.keep(("split", id(node), owner), lambda: ast.List(list(texts), ast.Load())), at)
    mark = context.find_literal(node.args[0], at) if node.args else None
    most = context.find_only(node.args[1], at) if len(node.args) > 1 else NonString(-1)
    limit = most.value if isinstance(most, NonString) else None
    if not mark or not isinstance(limit, int) or node.keywords:
        return UNKNOWN
    pieces = getattr(owner.pattern, name)(mark, *([limit] if name.endswith("split") else []))
    items: list[ast.expr] = []
    start = 0
    for piece in pieces:
        parts = owner.cut(start, start + len(piece)) if piece else ()
        items.append(hold(node, StringValue(parts, owner.place)))
        start += len(piece) + (len(mark) if name.endswith("split") else 0)
    if owner.literal is None:
        # What is not known may have the separator, too.
        unknown = [index for index, piece in enumerate(pieces) if UNKNOWN_NAME in piece]
        is_from_left, is_from_right = not name.startswith("r"), name.startswith("r") or limit < 0
        before = items[: unknown[0]] if is_from_left else []
        after = items[unknown[-1] + 1 :] if is_from_right and name != "partition" else []
        if name.endswith("partition"):
            if unknown != ([2] if is_from_left else [0]):
                return UNKNOWN
        else:
            items = [*before, ast.Starred(hold(node, UNKNOWN), ast.Load()), *after]
    return Literal(context.keep(("split", id(node), owner), lambda: ast.List(items, ast.Load())), at)


def join_path(context: Context, node: ast.Call, at: ProgramPoint, *, is_posix: bool) -> Iterable[Value]:
    """`os.path.join`, as it works where training runs: with slashes."""
    slash = KnownPart("/", at.source.place(node), is_os_separator=not is_posix)
    joined = _glue(context, node, (slash,), node.args, at, at, is_path=True)
    is_object = "Path" in (written_name(node.func) or "")
    return [_make_path(value, node, at) for value in joined] if is_object else joined


def _join_paths(columns: Iterable[Alternatives], slash: Parts) -> Iterator[Alternatives]:
    """Parts of a path with a slash between two, unless the first ends with one; an absolute one starts over."""
    found: list[Alternatives] = []
    for column in columns:
        if found and all(parts[:1] and getattr(parts[0], "text", "").startswith("/") for parts in column):
            found = []
        elif found and not all(parts and getattr(parts[-1], "text", "").endswith("/") for parts in found[-1]):
            found.append([slash])
        found.append(column)
    yield from found


def _make_path(value: Value, node: ast.expr, at: ProgramPoint) -> Value:
    """A path of pathlib, which writes no `.`, and one slash between two names."""
    if not isinstance(value, StringValue):
        return value
    if literal := value.literal:
        start = "/" if literal.startswith("/") else ""
        path = start + "/".join(word for word in literal.split("/") if word not in ("", ".")) or "."
        value = value if path == literal else make_changed(value, path, node, at)
    return replace(value, is_path_object=True)


def _join_items(context: Context, node: ast.Call, owners: Sequence[StringValue], at: ProgramPoint) -> Iterable[Value]:
    if len(owners) > 1 or len(node.args) != 1:
        return [unknown_string(node, at)]
    found: list[Value] = []
    for items in context.value(node.args[0], at):
        if isinstance(items, Literal) and items.is_sequence:
            if _is_built_in_loop(items):
                found.append(unknown_string(node, at))
                continue
            if aliases.find_added(context, items)[1]:
                found.append(unknown_string(node, at))
            found += _glue(context, node, owners[0].parts, items.items, items.at, at)
        elif isinstance(items, ClassOrObject) and items.instance and items.scope.field_names:
            named = [name_attribute(context, items, name, node) for name in items.scope.field_names]
            found += _glue(context, node, owners[0].parts, named, at, at)
        elif isinstance(items, Loaded) and not items.is_mapping:
            elements = [hold(node, value) for value in config_files.find_loaded_items(items)]
            found += _glue(context, node, owners[0].parts, elements, at, at)
        else:
            found.append(unknown_string(node, at))
    return found


def _is_built_in_loop(owner: Literal) -> bool:
    """Whether each turn of a loop adds to a list: which items it has together is not known."""
    first = owner.items[0] if owner.items else None
    loop = owner.at.scope.find_loop(owner.at.order) if isinstance(first, ast.Starred) else None
    if loop is None or not isinstance(first, ast.Starred) or not isinstance(first.value, ast.Name):
        return False
    return any(loop.contains(binding.order) for binding in owner.at.scope.bindings.get(first.value.id, ()))


def _glue(
    context: Context,
    node: ast.expr,
    glue: Parts,
    items: Sequence[ast.expr],
    inside: ProgramPoint,
    at: ProgramPoint,
    *,
    is_path: bool = False,
) -> Iterable[Value]:
    """Items, written at `inside`, with `glue` between them."""

    def parts() -> Iterator[Alternatives]:
        for number, (item, place) in enumerate(flat or ()):
            if number:
                yield [glue]
            yield _concatenate(context, item, place)

    flat = _unpack_items(context, items, inside)
    if flat is None:
        return [unknown_string(node, at)]
    if is_path:
        return _join(_join_paths((_concatenate(context, item, place) for item, place in flat), glue), node, at)
    return _join(parts(), node, at)


def _unpack_items(
    context: Context, items: Sequence[ast.expr], at: ProgramPoint, depth: int = 0
) -> list[tuple[ast.expr, ProgramPoint]] | None:
    """The items of a list with those of the lists that are unpacked in it; None where one of them is not known."""
    flat: list[tuple[ast.expr, ProgramPoint]] = []
    for item in items:
        if not isinstance(item, ast.Starred):
            flat.append((item, at))
            continue
        value = context.find_only(item.value, at)
        if not isinstance(value, Literal) or not value.is_sequence or depth > 4:
            return None
        inner = _unpack_items(context, value.items, value.at, depth + 1)
        if inner is None or len(flat) + len(inner) > MAX_PARTS:
            return None
        flat += inner
    return flat


# Templates


def fill_template(context: Context, template: Instance, node: ast.Call, at: ProgramPoint) -> Iterable[Value]:
    """`string.Template("$a/${b}").substitute(mapping, b="x")`."""
    made, inside = template.made_by, template.at
    if made is None or inside is None or len(made.args) != 1:
        return [unknown_string(node, at)]
    named = _find_named_entries(context, node, node.args[:1], at)
    return _fill(context, node, context.value(made.args[0], inside), _dollar_fields(named), at)


def _dollar_fields(named: dict[str, Entry]) -> Callable[[str], Fields]:
    """The fields of a template of `string`: `$name` and `${name}`; `$$` is a dollar."""

    def find_fields(template: str) -> Fields:
        import re

        for match in re.finditer(r"\$(?:\$|\{(?P<braced>[^}]*)\}|(?P<bare>\w+))", template):
            name = match["bare"] if match["braced"] is None else match["braced"]
            yield *match.span(), "$" if match[0] == "$$" else named.get(name)

    return find_fields


def _fill(
    context: Context,
    node: ast.expr,
    templates: Iterable[Value],
    find_fields: Callable[[str], Fields],
    at: ProgramPoint,
) -> Iterable[Value]:
    """Each template with its fields filled in.

    `find_fields` gives, in order, the start and end of each field and what belongs there: an expression, a string, or
    None for what is not known.
    """
    found: list[Value] = []
    for template in templates:
        literal = template.literal if isinstance(template, StringValue) else None
        if not isinstance(template, StringValue) or literal is None:
            found.append(unknown_string(node, at))
        else:
            found += _join(_fill_one(context, template, literal, find_fields(literal)), node, at)
    return found


def _fill_one(context: Context, template: StringValue, literal: str, fields: Fields) -> Iterator[Alternatives]:
    done = 0
    for start, end, filling in fields:
        yield [template.cut(done, start)]
        if isinstance(filling, str):
            yield [(KnownPart(filling, template.place_of(start, end)),)]
        elif filling is None:
            yield [(UnknownPart(literal[start:end], template.place_of(start, end)),)]
        else:
            yield _format(context, *filling)
        done = end
    yield [template.cut(done, len(literal))]


# Parts


def _format(context: Context, node: ast.expr, at: ProgramPoint, how: str = "") -> Alternatives:
    """A part that is made a string by formatting: a number gives its digits, None the word.

    `how` is a conversion and a format as in an f-string, `!r:>10`, or as in a `%` template, `%03d`.
    """
    found: Alternatives = []
    for value in context.value(node, at):
        if isinstance(value, (Member, ClassOrObject)) and not (
            isinstance(value, Member) and value.scope.is_string_enum
        ):
            texts = find_text(context, value, node, at) if not how else []
            found += [text.parts for text in texts] or [unknown_string(node, at).parts]
        elif is_none(value) and getattr(value, "default_of", None) is not None:
            found.append(unknown_string(node, at, reason="None, until it is set").parts)
        elif isinstance(value, NonString) and isinstance(value.value, (int, float, type(None))):
            text = format_value(value.value, how)
            part = KnownPart(text, at.source.place(node), default_of=value.default_of) if text is not None else None
            found.append((part,) if part is not None else unknown_string(node, at).parts)
        elif how and isinstance(value, StringValue):
            text = format_value(value.literal, how) if value.literal is not None else None
            found.append(make_changed(value, text, node, at).parts if text else unknown_string(node, at).parts)
        else:
            formatted = _format_time(how[1:], node, at) if how[:1] == ":" and "%" in how else None
            unformatted = (
                _to_parts(context, [value], node, at) if how in ("", "%d") else [unknown_string(node, at).parts]
            )
            found += [formatted.parts] if formatted is not None else unformatted
    return found


_IN_NAMES = frozenset("-_.")
"""Characters between the fields of a time that every kind of name allows."""

_LONG_FIELDS = {"D": "/", "R": ":", "T": ":"}
"""Fields of a time that stand for several, and the characters between those."""

_ISO_FORMAT = "%Y-%m-%dT%H:%M:%S"


def _call_time(context: Context, node: ast.Call, function: ast.Attribute, at: ProgramPoint) -> list[Value] | None:
    """`now.strftime("%d/%m %H:%M")`, `datetime.now().isoformat()`: unknown numbers, and the characters between them."""
    if function.attr == "isoformat":
        made = function.value.func if isinstance(function.value, ast.Call) else None
        is_now = isinstance(made, ast.Attribute) and made.attr in ("now", "utcnow", "fromtimestamp")
        given = _format_time(_ISO_FORMAT, node, at) if is_now and not node.args and not node.keywords else None
    else:
        literal = context.find_literal(node.args[0], at) if node.args else None
        given = _format_time(literal, node, at) if literal is not None else None
    return [given] if given is not None else None


def _format_time(form: str, node: ast.expr, at: ProgramPoint) -> StringValue | None:
    """A time, or the like, by its format; None where a name may have all characters between its fields."""
    place, (unknown,) = at.source.place(node), unknown_string(node, at).parts
    parts: list[KnownPart | UnknownPart] = []
    start = 0
    while (field := form.find("%", start)) >= 0:
        end = field + 2 if form[field + 1 : field + 2] not in ("-", "#", "0", "_") else field + 3
        between = _LONG_FIELDS.get(form[end - 1 : end])
        parts += [KnownPart(form[start:field], place)] if field > start else []
        parts += [unknown, KnownPart(between, place), unknown] if between else [unknown]
        start = end
    parts += [KnownPart(form[start:], place)] if start < len(form) else []
    known = "".join(part.text for part in parts if isinstance(part, KnownPart))
    is_plain = all(letter.isalnum() or letter in _IN_NAMES for letter in known)
    return None if is_plain or len(parts) > MAX_PARTS else StringValue(tuple(parts), place)


def format_value(value: str | float | None, how: str) -> str | None:
    """A value as a conversion and a format make it a string; None for a format that is not known, or very wide."""
    if not how:
        return str(value)
    digits = "".join(letter if letter.isdecimal() else " " for letter in how).split()
    if any(int(number) > _WIDEST for number in digits):
        return None
    try:
        if how.startswith("%"):
            return how % (value,)
        conversion, _, specification = how.partition(":")
        converted: object = {"!r": repr, "!a": ascii}[conversion](value) if conversion else value
        return format(converted, specification)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _concatenate(context: Context, node: ast.expr, at: ProgramPoint) -> Alternatives:
    """A part that has to be a string already: a missing variable raises, it does not become the word None."""
    alternatives = _to_parts(context, context.value(node, at), node, at)
    return [tuple(_mark_set(part) for part in parts) for parts in alternatives]


def _mark_set(part: KnownPart | UnknownPart) -> KnownPart | UnknownPart:
    if isinstance(part, UnknownPart) and may_be_none(part):
        return UnknownPart(part.source, part.place, reason=part.reason if part.kind == "option" else "")
    return part


def _to_parts(context: Context, values: Iterable[Value], node: ast.expr, at: ProgramPoint) -> Alternatives:
    strings = [value if type(value) is StringValue else to_string(context, value, node, at) for value in values]
    return [string.parts if string is not None else unknown_string(node, at).parts for string in strings]


def _join(parts: Iterable[Alternatives], node: ast.expr | ast.stmt, at: ProgramPoint) -> Sequence[Value]:
    """Every combination of the alternatives of consecutive parts; what exceeds the bounds becomes unknown."""
    place = at.source.place(node)
    combined = [StringValue((), place)]
    for alternatives in parts:
        if len(combined) * len(alternatives) <= MAX_ALTERNATIVES:
            longer = [StringValue((*start.parts, *end), place) for start in combined for end in alternatives]
        else:
            known = [start for start in combined if not is_open_ended(start)]
            longer = [StringValue((*start.parts, *end), place) for start, end in _pair(known, alternatives)]
            left = [*longer[MAX_ALTERNATIVES - 1 :], *filter(is_open_ended, combined)]
            longer = [*longer[: MAX_ALTERNATIVES - 1], *([open_end(left, place)] if left else [])]
        combined = longer
        if all(len(value.parts) > MAX_PARTS for value in combined):
            break
    return [_bound_length(value) for value in combined]


def _pair(starts: Sequence[StringValue], ends: Alternatives) -> Iterator[tuple[StringValue, Parts]]:
    """All pairs of a start and an end. Each is in one of the first pairs, so that a limit loses none of them."""
    numbers = product(range(len(starts)), range(len(ends)))
    most = max(len(starts), len(ends)) if starts else 0
    first = [(number % len(starts), number % len(ends)) for number in range(most)]
    return ((starts[start], ends[end]) for start, end in dict.fromkeys((*first, *numbers)))


def _bound_length(value: StringValue) -> StringValue:
    """A string that a person might read; code that doubles a string again and again makes others."""
    parts = value.parts
    if len(parts) <= MAX_PARTS and len(value.pattern) <= MAX_LENGTH:
        return value
    for index in range(min(len(parts), MAX_PARTS)):
        part = parts[index]
        if isinstance(part, UnknownPart) and part.reason is TOO_MUCH:
            return StringValue(parts[: index + 1], value.place)
    length = count = 0
    for part in parts[: MAX_PARTS // 2]:
        length += len(part.text) if isinstance(part, KnownPart) else 1
        if length > MAX_LENGTH:
            break
        count += 1
    return StringValue((*parts[:count], UnknownPart("...", value.place, reason=TOO_MUCH)), value.place)


def _find_named_entries(
    context: Context, node: ast.Call, mappings: Sequence[ast.expr], at: ProgramPoint
) -> dict[str, Entry]:
    """The values that a call passes by name, and in mappings."""
    named: dict[str, Entry] = {}
    for mapping in (*mappings, *list_unpacked(node)):
        named |= _find_entries(context, mapping, at)
    return named | {keyword.arg: (keyword.value, at, "") for keyword in node.keywords if keyword.arg}


def _find_entries(context: Context, node: ast.expr, at: ProgramPoint, depth: int = 0) -> dict[str, Entry]:
    """The values of a mapping that is written out or loaded, by their names; nothing where it may be another one."""
    owner = context.find_only(node, at)
    if not is_mapping(owner):
        return {}
    entries: dict[str, Entry] = {}
    if isinstance(owner, Loaded):
        for key in getattr(owner.node, "entries", ()):
            found = tuple(config_files.find_in_document(owner, [key]))
            item = context.keep(("entry", id(node), key, found), copy_place, Computed(found), node)
            entries[str(key)] = (item, at, "")
        return entries
    for key, value in owner.pairs:
        name = key.value if isinstance(key, ast.Constant) else key
        if isinstance(name, str):
            entries[name] = (value, owner.at, "")
        elif name is None and depth < _MOST_LEVELS:
            entries |= _find_entries(context, value, owner.at, depth + 1)
    return entries


def _percent_fields(values: Sequence[Entry], named: dict[str, Entry]) -> Callable[[str], Fields]:
    """The fields of a `%` template: `%s`, `%03d` and `%(name)s`."""

    def find_fields(template: str) -> Fields:
        import re

        unnamed = iter(values)
        for match in re.finditer(r"%(?:\((?P<name>[^)]*)\))?(?P<how>[-+ #0-9.*]*.?)", template, re.DOTALL):
            if match[0] == "%%":
                yield *match.span(), "%"
            else:
                entry = next(unnamed, None) if match["name"] is None else named.get(match["name"])
                yield *match.span(), _format_by(entry, match["how"])

    return find_fields


def _format_by(entry: Entry | None, how: str) -> Entry | None:
    if entry is None or "*" in how:
        return None
    return entry[0], entry[1], "" if how == "s" else f"%{how}"


def _brace_fields(context: Context, values: Sequence[Entry], named: dict[str, Entry]) -> Callable[[str], Fields]:
    """The fields of a `.format` template: `{}`, `{0}`, `{name}`, `{cfg.name[1]!r:>10}`."""

    def find_fields(template: str) -> Fields:
        at, used = 0, 0
        while at < len(template):
            if template.startswith(("{{", "}}"), at):
                yield at, at + 2, template[at]
                at += 2
            elif template[at] == "{":
                end = _find_closing(template, at)
                if end < 0:
                    return
                field = template[at + 1 : end]
                length = next((index for index, letter in enumerate(field) if letter in "!:.["), len(field))
                name, rest = field[:length], field[length:]
                if name == "":
                    name, used = str(used), used + 1 + rest.count("{}")
                entry = values[int(name)] if name.isdecimal() and int(name) < len(values) else named.get(name)
                yield at, end + 1, _follow_field(context, entry, rest) if entry is not None and rest else entry
                at = end + 1
            else:
                at += 1

    return find_fields


def _find_closing(template: str, at: int) -> int:
    """Where the field ends that begins here, with the fields in its format; -1 where it does not end."""
    depth = 0
    for index in range(at, len(template)):
        depth += {"{": 1, "}": -1}.get(template[index], 0)
        if depth == 0:
            return index
    return -1


def _follow_field(context: Context, entry: Entry, rest: str) -> Entry | None:
    """What a field means after its name: `.name[1]!r:>10`; None for what has fields in itself."""
    node, at, _ = entry
    way = rest
    while way and way[0] in ".[":
        closing = way.find("]") if way[0] == "[" else -1
        is_item = closing > 0
        end = closing + 1 if is_item else next((i for i, letter in enumerate(way) if i and letter in ".[!:"), len(way))
        word = way[1:closing] if is_item else way[1:end]
        way = way[end:]

        def make_node(owner: ast.expr = node, word: str = word, is_item: bool = is_item) -> ast.expr:
            key = copy_place(ast.Constant(int(word) if word.isdecimal() else word), owner)
            made = ast.Subscript(owner, key, ast.Load()) if is_item else ast.Attribute(owner, word, ast.Load())
            return copy_place(made, owner)

        node = context.keep(("field", id(node), word, is_item), make_node)
    if "{" in way:
        return None
    return node, at, way.removeprefix("!s")
