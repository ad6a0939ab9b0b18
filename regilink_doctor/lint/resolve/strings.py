"""How Python builds a string from parts: f-strings, `+`, `%`, `.format`, `.join`, `os.path.join`.

What is built keeps its parts, each with the place where it is written, and has an unknown part for each that is not
known.
"""

from __future__ import annotations

from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart, may_be_none
from regilink_doctor.lint.resolve import config_files, wandb_api
from regilink_doctor.lint.resolve.bindings import ProgramPoint, count_before
from regilink_doctor.lint.resolve.context import Context, resolves, resolves_binding
from regilink_doctor.lint.resolve.names import find_binding, find_name
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
    bound_alternatives,
    with_name,
)
from regilink_doctor.lint.text import source
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import copy_place, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from regilink_doctor.core.strings import UnknownKind
    from regilink_doctor.lint.resolve.bindings import Binding

    Parts = tuple[KnownPart | UnknownPart, ...]
    Alternatives = list[Parts]
    """What one part of a string can be."""
    Entry = tuple[ast.expr, ProgramPoint]
    """An expression and the place where it is written."""
    Fields = Iterator[tuple[int, int, "Entry | str | None"]]

MAX_PARTS = 32
MAX_LENGTH = 8192

_CHANGES = (
    "capitalize", "casefold", "lower", "lstrip", "removeprefix", "removesuffix", "replace", "rstrip", "strip", "title",
    "upper",
)  # fmt: skip
_MOST_NAMES = 32
"""Names that an f-string is followed through in search of loops."""

_SPLITS = ("partition", "rpartition", "rsplit", "split")
METHODS = frozenset({*_CHANGES, *_SPLITS, "as_posix", "format", "format_map", "join", "joinpath"})
"""Methods of strings and paths that are followed."""


_NOT_READ = (Method, Name, Function, TreePath, FileText)
"""What may be a string in the end, and is not read."""

# Values as strings


def to_string(context: Context, value: Value, node: ast.expr, at: ProgramPoint) -> StringValue | None:
    """A value as a string: an unknown one for what is not known, None for what is certainly not a string."""
    if isinstance(value, StringValue):
        return value
    if isinstance(value, Method) and value.path in wandb_api.VERSIONED_NAMES:
        return unknown_string(node, at, "versioned-name")
    if isinstance(value, Method) and value.path in wandb_api.VERSIONS and value.owner.made_by is not None:
        is_linked = isinstance(value.owner.made_by.func, ast.Attribute) and "link" in value.owner.made_by.func.attr
        return unknown_string(node, at, "unknown" if is_linked else "source-version")
    if isinstance(value, Method) and _is_run_entity(value):
        return unknown_string(node, at, "run-entity")
    if isinstance(value, Member):
        strings = find_member_strings(context, value)
        return strings[0] if strings else unknown_string(node, at)
    is_partial = isinstance(value, Instance) and value.type == PARTIAL
    if value == UNKNOWN or is_partial or isinstance(value, _NOT_READ):
        if isinstance(value, Unknown):
            string = unknown_string(
                node, at, "option" if value.option else "unknown", reason=value.reason, variable=value.variable
            )
            return with_name(string, value.option) if value.option else string  # type: ignore[return-value]
        return unknown_string(node, at)
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


# Literals and operators


@resolves(ast.Constant)
def resolve_constant(context: Context, node: ast.Constant, at: ProgramPoint) -> Iterable[Value]:
    """A literal."""
    if isinstance(node.value, str):
        file = at.source
        return [StringValue((source.piece(file, node, node.value),), file.place(node))]
    return [NonString(node.value)]


@resolves(ast.JoinedStr)
def resolve_fstring(context: Context, node: ast.JoinedStr, at: ProgramPoint) -> Iterable[Value]:
    """An f-string; a format or `!r` makes a part unknown."""
    values = _build_fstring(context, node, at)
    for loop in _find_loops(node, at) if len(values) > 1 else ():
        of_turns = context.answer_by_turn(loop, lambda: _build_fstring(context, node, at))
        values = [value for value in of_turns if value in values] or values
    return values


def _find_loops(node: ast.JoinedStr, at: ProgramPoint) -> list[ast.expr]:
    """What the loops go through that two fields depend on: their values belong together, turn by turn."""
    uses: dict[int, list[ast.expr]] = {}
    waiting: list[tuple[ast.AST, int]] = [(node, 0)]
    while waiting and len(waiting) < _MOST_NAMES:
        part, steps = waiting.pop()
        for name in walk(part):
            bindings = at.scope.bindings.get(name.id, ()) if isinstance(name, ast.Name) else ()
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
            elif part.format_spec is not None or part.conversion not in (-1, ord("s")):
                yield [unknown_string(part.value, at).parts]
            else:
                yield _format(context, part.value, at)

    return _join(parts(), node, at)


@resolves(ast.BinOp)
def resolve_operation(context: Context, node: ast.BinOp, at: ProgramPoint) -> Iterable[Value]:
    """`a + b`, `"…" % values` and `path / name`."""
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
        return _fill(context, node, templates, _percent_fields([(value, at) for value in values], named), at)
    if isinstance(node.op, ast.Div):  # pathlib's
        is_posix = _is_posix(context, node, at)
        slash = (KnownPart("/", at.source.place(node), is_os_separator=not is_posix),)
        left = context.value(node.left, at)
        if any(isinstance(value, TreePath) for value in left):
            return config_files.join_to(context, left, node.right, at)
        if any(isinstance(value, StringValue) for value in left):
            before = _to_parts(context, left, node.left, at)
            return _join([before, [slash], _concatenate(context, node.right, at)], node, at)
    if isinstance(node.op, ast.BitOr):
        return _merge_mappings(context, node, at)
    return [UNKNOWN]


def _merge_mappings(context: Context, node: ast.BinOp, at: ProgramPoint) -> list[Value]:
    """`defaults | loaded`."""
    values = (*context.value(node.left, at), *context.value(node.right, at))
    if not any(isinstance(value, Literal | Loaded) and value.is_mapping for value in values):
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
    return "PurePosixPath" in at.source.text


@resolves_binding("augment")
def bind_augmented(context: Context, name: str, binding: Binding, at: ProgramPoint) -> Iterable[Value]:
    """`name += value`."""
    node = binding.node
    if not isinstance(node, ast.AugAssign) or not isinstance(node.op, ast.Add):
        return [UNKNOWN]
    return _add(context, tuple(find_name(context, name, at)), node.target, node.value, node, at)


def _add(
    context: Context,
    before: Sequence[Value],
    left: ast.expr,
    right: ast.expr,
    whole: ast.expr | ast.stmt,
    at: ProgramPoint,
) -> Iterable[Value]:
    """What `+` gives for the values `before` of `left`, and `right`: a string, or a list."""
    if any(isinstance(value, Literal) and not value.is_mapping for value in before):
        return [Literal(context.keep(("sum", id(whole)), lambda: _sum_lists(left, right)), at)]
    parts = [_to_parts(context, before, left, at), _concatenate(context, right, at)]
    return _join(parts, whole, at)


def _sum_lists(left: ast.expr, right: ast.expr) -> ast.List:
    parts: list[ast.expr] = [_starred(left), _starred(right)]
    return ast.List(elts=parts, ctx=ast.Load())


def _starred(node: ast.expr) -> ast.Starred:
    """`*node`, at the place of the node: it may be what is reported."""
    return copy_place(ast.Starred(node, ast.Load()), node)


# Methods


def call_method(context: Context, node: ast.Call, function: ast.Attribute, at: ProgramPoint) -> Iterable[Value] | None:
    """`.format`, `.join`, `.strip`, `.replace` and their like of a string; None for the method of anything else."""
    if function.attr not in METHODS:
        return None
    values = context.value(function.value, at)
    owners = [value for value in values if isinstance(value, StringValue)]
    if len(owners) < len(values):
        return None
    if function.attr == "join":
        return _join_items(context, node, owners, at)
    if function.attr in ("format", "format_map"):
        if any(isinstance(value, ast.Starred) for value in node.args):
            return [unknown_string(node, at)]
        named: dict[str, Entry] = {}
        mappings = node.args if function.attr == "format_map" else []
        for mapping in (*mappings, *(keyword.value for keyword in node.keywords if keyword.arg is None)):
            named |= _find_entries(context, mapping, at)
        named |= {keyword.arg: (keyword.value, at) for keyword in node.keywords if keyword.arg}
        positional = [(value, at) for value in node.args] if function.attr == "format" else []
        return _fill(context, node, owners, _brace_fields(positional, named), at)
    if function.attr in _SPLITS:
        return [_split(context, owner, node, function.attr, at) for owner in owners]
    if function.attr == "joinpath":
        slash = KnownPart("/", at.source.place(node), is_os_separator=not _is_posix(context, function.value, at))
        return _glue(context, node, (slash,), [function.value, *node.args], at, at)
    if function.attr == "as_posix":
        return [owner.forget_separators() for owner in owners]
    return [_change(context, owner, node, function.attr, at) for owner in owners]


def _change(context: Context, owner: StringValue, node: ast.Call, name: str, at: ProgramPoint) -> StringValue:
    """A string after a method that changes its letters; unknown where anything about it is not known."""
    values = [context.value(argument, at) for argument in node.args]
    known = [value[0].literal if len(value) == 1 and isinstance(value[0], StringValue) else None for value in values]
    arguments = [text for text in known if text is not None]
    if owner.literal is None or len(arguments) != len(known) or node.keywords:
        return unknown_string(node, at)
    try:
        changed = getattr(owner.literal, name)(*arguments)
    except (TypeError, ValueError):
        return unknown_string(node, at)
    if changed == owner.literal:
        return owner.forget_variables().forget_separators()
    place = at.source.place(node)
    names = tuple(dict.fromkeys(name for part in owner.parts for name in part.names))
    return _bound_length(StringValue((KnownPart(changed, place, names=names),), place))


def _split(context: Context, owner: StringValue, node: ast.Call, name: str, at: ProgramPoint) -> Value:
    """The pieces of a string that is known: `name.split(":")`, `path.rpartition("/")`."""
    (separator, most) = (*(context.value(item, at) for item in node.args[:2]), (), ())[:2]
    mark = separator[0].literal if len(separator) == 1 and isinstance(separator[0], StringValue) else None
    limit = most[0].value if len(most) == 1 and isinstance(most[0], NonString) else None if most else -1
    if owner.literal is None or not mark or not isinstance(limit, int) or node.keywords:
        return UNKNOWN
    pieces = getattr(owner.literal, name)(mark, *([limit] if name.endswith("split") else []))
    items: list[ast.expr] = []
    start = 0
    for piece in pieces:
        parts = owner.cut(start, start + len(piece)) if piece else ()
        items.append(copy_place(Computed((StringValue(parts, owner.place),)), node))
        start += len(piece) + (len(mark) if name.endswith("split") else 0)
    return Literal(context.keep(("split", id(node), owner), lambda: ast.List(items, ast.Load())), at)


def join_path(context: Context, node: ast.Call, at: ProgramPoint, *, is_posix: bool) -> Iterable[Value]:
    """`os.path.join`, as it works where training runs: with slashes."""
    slash = KnownPart("/", at.source.place(node), is_os_separator=not is_posix)
    return _glue(context, node, (slash,), node.args, at, at)


def _join_items(context: Context, node: ast.Call, owners: Sequence[StringValue], at: ProgramPoint) -> Iterable[Value]:
    if len(owners) > 1 or len(node.args) != 1:
        return [unknown_string(node, at)]
    found: list[Value] = []
    for items in context.value(node.args[0], at):
        if isinstance(items, Literal) and isinstance(items.node, ast.List | ast.Tuple):
            found += _glue(context, node, owners[0].parts, items.node.elts, items.at, at)
        else:
            found.append(unknown_string(node, at))
    return found


def _glue(
    context: Context,
    node: ast.expr,
    glue: Parts,
    items: Sequence[ast.expr],
    inside: ProgramPoint,
    at: ProgramPoint,
) -> Iterable[Value]:
    """Items, written at `inside`, with `glue` between them."""

    def parts() -> Iterator[Alternatives]:
        for number, item in enumerate(items):
            if number:
                yield [glue]
            yield _concatenate(context, item, inside)

    if any(isinstance(item, ast.Starred) for item in items):
        return [unknown_string(node, at)]
    return _join(parts(), node, at)


# Templates


def fill_template(context: Context, template: Instance, node: ast.Call, at: ProgramPoint) -> Iterable[Value]:
    """`string.Template("$a/${b}").substitute(mapping, b="x")`."""
    made, inside = template.made_by, template.at
    if made is None or inside is None or len(made.args) != 1:
        return [unknown_string(node, at)]
    named: dict[str, Entry] = {}
    for mapping in (*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg is None)):
        named |= _find_entries(context, mapping, at)
    named |= {keyword.arg: (keyword.value, at) for keyword in node.keywords if keyword.arg}
    return _fill(context, node, context.value(made.args[0], inside), _dollar_fields(named), at)


def _dollar_fields(named: dict[str, Entry]) -> Callable[[str], Fields]:
    """The fields of a template of `string`: `$name` and `${name}`; `$$` is a dollar."""

    def find_fields(template: str) -> Fields:
        at = template.find("$")
        while at >= 0:
            start, end = at + 1, at + 1
            if template.startswith("$", start):
                yield at, start + 1, "$"
                end = start + 1
            elif template.startswith("{", start) and (closing := template.find("}", start)) > 0:
                yield at, closing + 1, named.get(template[start + 1 : closing])
                end = closing + 1
            else:
                while end < len(template) and (template[end].isalnum() or template[end] == "_"):
                    end += 1
                if end > start:
                    yield at, end, named.get(template[start:end])
            at = template.find("$", end)

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


def _format(context: Context, node: ast.expr, at: ProgramPoint) -> Alternatives:
    """A part that is made a string by formatting: a number gives its digits, None the word."""
    found: Alternatives = []
    for value in context.value(node, at):
        if isinstance(value, Member) and not value.scope.is_string_enum:
            found.append(unknown_string(node, at).parts)
        elif isinstance(value, NonString) and (value.value is None or isinstance(value.value, int)):
            found.append((KnownPart(str(value.value), at.source.place(node), default_of=value.default_of),))
        else:
            found += _to_parts(context, [value], node, at)
    return found


def _concatenate(context: Context, node: ast.expr, at: ProgramPoint) -> Alternatives:
    """A part that has to be a string already: a missing variable raises, it does not become the word None."""
    alternatives = _to_parts(context, context.value(node, at), node, at)
    return [tuple(_mark_set(part) for part in parts) for parts in alternatives]


def _mark_set(part: KnownPart | UnknownPart) -> KnownPart | UnknownPart:
    if isinstance(part, UnknownPart) and may_be_none(part):
        return UnknownPart(part.source, part.place, reason=part.reason if part.kind == "option" else "")
    return part


def _to_parts(context: Context, values: Iterable[Value], node: ast.expr, at: ProgramPoint) -> Alternatives:
    strings = [to_string(context, value, node, at) for value in values]
    return [string.parts if string is not None else unknown_string(node, at).parts for string in strings]


def _join(parts: Iterable[Alternatives], node: ast.expr | ast.stmt, at: ProgramPoint) -> Sequence[Value]:
    """Every combination of the alternatives of consecutive parts; what exceeds the bounds becomes unknown."""
    place = at.source.place(node)
    combined: Sequence[Value] = [StringValue((), place)]
    for alternatives in parts:
        longer = [
            StringValue((*start.parts, *end), place)
            for start in combined
            if isinstance(start, StringValue)
            for end in alternatives
        ]
        combined = bound_alternatives(longer) if len(longer) > MAX_ALTERNATIVES else longer
        if all(isinstance(value, StringValue) and len(value.parts) > MAX_PARTS for value in combined):
            break
    return [_bound_length(value) for value in combined if isinstance(value, StringValue)]


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


def _find_entries(context: Context, node: ast.expr, at: ProgramPoint) -> dict[str, Entry]:
    """The values of a mapping that is written out, by their names; nothing where it may be another one."""
    values = context.value(node, at)
    owner = values[0]
    if len(values) > 1 or not isinstance(owner, Literal) or not owner.is_mapping:
        return {}
    entries: dict[str, Entry] = {}
    for key, value in owner.pairs:
        name = key.value if isinstance(key, ast.Constant) else key
        if isinstance(name, str):
            entries[name] = (value, owner.at)
    return entries


def _percent_fields(values: Sequence[Entry], named: dict[str, Entry]) -> Callable[[str], Fields]:
    """The fields of a `%` template: `%s`, `%d` and `%(name)s` are followed, any other is unknown."""

    def find_fields(template: str) -> Fields:
        at, used = template.find("%"), 0
        while at >= 0:
            end, name = at + 1, None
            if template.startswith("(", end) and (closing := template.find(")", end)) > 0:
                name, end = template[end + 1 : closing], closing + 1
            flags = end
            while end < len(template) and template[end] in "-+ #0123456789.*":
                end += 1
            end = min(end + 1, len(template))
            is_plain = template[flags:end] in ("s", "d")
            if template[at + 1 : end] == "%":
                yield at, end, "%"
            elif name is not None:
                yield at, end, named.get(name) if is_plain else None
            else:
                yield at, end, values[used] if is_plain and used < len(values) else None
                used += 1
            at = template.find("%", end)

    return find_fields


def _brace_fields(values: Sequence[Entry], named: dict[str, Entry]) -> Callable[[str], Fields]:
    """The fields of a `.format` template: `{}`, `{0}` and `{name}` are followed, any other is unknown."""

    def find_fields(template: str) -> Fields:
        at, used = 0, 0
        while at < len(template):
            if template.startswith(("{{", "}}"), at):
                yield at, at + 2, template[at]
                at += 2
            elif template[at] == "{":
                end = template.find("}", at)
                if end < 0:
                    return
                field = template[at + 1 : end]
                if field == "":
                    field, used = str(used), used + 1
                filling = values[int(field)] if field.isdecimal() and int(field) < len(values) else named.get(field)
                yield at, end + 1, filling
                at = end + 1
            else:
                at += 1

    return find_fields
