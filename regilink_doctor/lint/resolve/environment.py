"""Variables of the environment: what a program sets itself, and what it finds."""

from __future__ import annotations

import builtins

from regilink_doctor.core.records import group_pairs
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.resolve.bindings import Arm, Module, ProgramPoint
from regilink_doctor.lint.resolve.conditions import narrow
from regilink_doctor.lint.resolve.context import Context
from regilink_doctor.lint.resolve.imports import find_modules_with, list_imported_files
from regilink_doctor.lint.resolve.module_files import find_programs, find_roots
from regilink_doctor.lint.resolve.strings import unknown_string
from regilink_doctor.lint.resolve.values import (
    MAX_ALTERNATIVES,
    Instance,
    Literal,
    Loaded,
    Method,
    Name,
    Unknown,
    Value,
    hold,
    is_none,
    mark_default,
    mark_variable,
    with_name,
)
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import (
    find_argument,
    find_keyword,
    last_word,
    list_unpacked,
    walk,
    written_name,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from regilink_doctor.lint.resolve.bindings import Use

READS = frozenset({"os.getenv", "os.environ.get", "os.environ.setdefault", "decouple.config"})
"""Functions that give a variable, or a default."""

_READERS = ("environs.Env", "environ.Env")
_READER_METHODS = ("str", "get_value", "url", "path")

ENVIRON = ("os.environ", "environ")
_LOADS = ("load_dotenv", "read_env")
_LOADING = frozenset({"decouple", "dotenv", "environ", "environs"})
"""Packages that load files of variables."""


_READING = ("copy", "json", "log", "logger", "logging", "os", "pprint", "subprocess")
"""Packages and objects whose functions only look at what they are passed."""


class _Assignment:
    """A place where the program sets or removes a variable. `is_default`: it is set only if it was not set before."""

    __slots__ = ("arm", "at", "is_default", "value")

    def __init__(self, value: ast.expr | None, at: ProgramPoint, arm: Arm | None, is_default: bool) -> None:
        self.value = value
        self.at = at
        self.arm = arm
        self.is_default = is_default


def read_environment(context: Context, node: ast.Call, at: ProgramPoint, *, raises: bool = False) -> Iterable[Value]:
    """`os.getenv("X", default)`; of a library that `raises` where there is neither, never None."""
    default = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg), None)
    names = context.list_literals(node.args[0], at) if node.args else []
    variable = names[0] if len(names) == 1 else None
    if raises and variable and (prefixes := _find_prefixes(context, node, at)) is not None:
        variable = prefixes + variable
    own, is_certain = find_assigned(context, variable, at) if variable else ([], False)
    if is_certain:
        return own
    around = _find_around(context, variable, at)
    shown = next((name for name in names if name), "the environment")
    given = context.find_all(default, at)
    if (around and context.start is not None) or (variable and _find_loaded(context, variable, at.scope.module)):
        given = ()  # it is set by what starts the program, or by the file, if nothing else does
    defaults: list[Value] = [mark_default(value, shown) for value in given if not is_none(value)]
    if variable:
        defaults = [mark_variable(value, variable) for value in defaults]
    if around:  # an empty default stands for a variable that is not set, and here it is
        defaults = [value for value in defaults if not (isinstance(value, StringValue) and value.literal == "")]
    if not defaults and not around:
        is_set = own or raises or _may_be_loaded(context, variable, at.scope.module)
        reason = "a variable of the environment without a default"
        defaults = [unknown_string(node, at, "unknown" if is_set else "environment", reason, variable)]
    return narrow(context, written_name(node), [*own, *around, *defaults], at)


def call_function(context: Context, name: str, node: ast.Call, at: ProgramPoint) -> Iterable[Value] | None:
    """`Env()` of environs and django-environ; None for any other function of theirs."""
    return [Instance(_READERS[0], node, at)] if name == "Env" else None


def call_method(context: Context, method: Method, node: ast.Call, at: ProgramPoint) -> Iterable[Value] | None:
    """`env.str("X", default)`, and `env("X")`, which calls the object itself; None for any other method."""
    if method.owner.type not in _READERS or method.name not in ("__call__", *_READER_METHODS):
        return None
    return read_environment(context, node, at, raises=True)


def _find_prefixes(context: Context, node: ast.Call, at: ProgramPoint) -> str | None:
    """The prefixes of the `with env.prefixed("APP_")` around a call, the outer one first; None where there is none."""
    prefixes: list[str] = []
    for use in context.find_uses(at.scope.module, "prefixed"):
        opened = use.statement
        is_around = isinstance(opened, ast.With) and opened.lineno <= node.lineno <= (opened.end_lineno or 0)
        prefix = use.call.args[0] if use.call.args else None
        if is_around and isinstance(prefix, ast.Constant):
            prefixes.append(str(prefix.value))
    return "".join(prefixes) or None


def read_item(context: Context, key: str | None, at: ProgramPoint) -> Sequence[Value]:
    """`os.environ["X"]`: a KeyError if it is not set, never the word None."""
    own, is_certain = find_assigned(context, key, at) if key else ([], False)
    if is_certain:
        return own
    around = _find_around(context, key, at) or [Unknown(reason="a variable of the environment", variable=key)]
    return [*own, *around]


def find_own_values(context: Context, variable: str, at: ProgramPoint) -> Sequence[Value]:
    """What the program gives a variable before a place: by assignment, else from a file that it loads.

    Else what the files set that run this one, or that it is run with: main.py, `package/__init__.py`.
    """
    module = at.scope.module
    if "env" in module.source.text or "decouple" in module.source.text:  # all ways but `decouple` have it in their name
        own, is_certain = find_assigned(context, variable, at)
        if own:
            return own if is_certain else ()
        if loaded := _find_loaded(context, variable, module):
            return loaded
    return context.keep(("set outside", variable, id(module)), _find_set_outside, context, variable, module)


def _find_set_outside(context: Context, variable: str, module: Module) -> list[Value]:
    """What other files certainly set a variable to: those that run a file anywhere, those that it imports at once."""
    path = module.source.absolute_path
    programs = find_programs(path)
    packages = [f"{folder}/__init__.py" for folder in find_roots(module.source.folder)]
    values: list[Value] = []
    for other in find_modules_with(
        context, dict.fromkeys((*programs, *list_imported_files(path), *packages)), variable
    ):
        assignments = context.keep(("environment", id(other)), _index_assignments, context, other).get(variable, [])
        for item in assignments if other is not module else ():
            is_reached = item.at.scope is other.scope or other.source.absolute_path in programs
            if item.value is not None and item.arm is None and is_reached:
                values += [with_name(value, variable) for value in context.value(item.value, item.at)]
    return list(dict.fromkeys(values))


def _find_around(context: Context, variable: str | None, at: ProgramPoint) -> Sequence[Value]:
    """What files of the tree set a variable to, and the file of variables that the program loads."""
    from regilink_doctor.lint.resolve.program_inputs import find_set_values

    if not variable:
        return ()
    around = find_set_values(variable, at.source.folder, context.source.path, context.start)
    if around and context.start is not None:
        return around
    loaded = _find_loaded(context, variable, at.scope.module)
    known = {value.pattern for value in loaded if isinstance(value, StringValue)}
    return [*(value for value in around if value.pattern not in known), *loaded]


def _find_loaded(context: Context, variable: str, module: Module) -> list[Value]:
    """The value of a variable in the files that `load_dotenv(path)` names."""
    from regilink_doctor.lint.resolve.config_files import find_at

    if module.imports.isdisjoint(_LOADING):
        return []
    loaded = context.keep(("loaded variables", id(module)), _load_variables, context, module)
    values = [value for file, _ in loaded for value in find_at(file, (variable,))]
    return [with_name(mark_variable(value, variable), variable) for value in values]


def _load_variables(context: Context, module: Module) -> list[tuple[Loaded, Use]]:
    from regilink_doctor.lint.resolve.config_files import load_nearest

    loaded: list[tuple[Loaded, Use]] = []
    reads = [use for use in module.uses if written_name(use.call.func) in ("config", "decouple.config")]
    if "decouple" in module.imports and reads:  # it reads `.env` itself
        path = StringValue.of(".env", reads[0].at.source.place(reads[0].call))
        tables = load_nearest(context, [path], "dotenv", reads[0].at, holder="dotenv")
        loaded += [(table, reads[0]) for table in tables]
    for use in module.uses:
        if last_word(use.call.func) in _LOADS:
            tables = load_nearest(context, _find_named(context, use), "dotenv", use.at, holder="dotenv")
            loaded += [(table, use) for table in tables]
    return loaded


def _find_named(context: Context, use: Use) -> Sequence[Value]:
    """The path that `load_dotenv` is given; without one, and from `find_dotenv`, the nearest `.env`."""
    node = find_argument(use.call, 0, "dotenv_path", "path")
    if isinstance(node, ast.Call) and (written_name(node.func) or "").endswith("find_dotenv"):
        node = node.args[0] if node.args else None
    if node is not None:
        return context.value(node, use.at)
    return [StringValue.of(".env", use.at.source.place(use.call))]


def _find_overridden(context: Context, variable: str, at: ProgramPoint) -> list[Value]:
    """The value that `load_dotenv(path, override=True)` gives a variable before a place, whatever it was."""
    from regilink_doctor.lint.resolve.config_files import find_at

    module = at.scope.module
    if module.imports.isdisjoint(_LOADING):
        return []
    for file, use in reversed(context.keep(("loaded variables", id(module)), _load_variables, context, module)):
        is_override = bool(getattr(find_keyword(use.call, "override"), "value", False))
        is_before = use.scope is not at.scope or use.order < at.order
        if is_override and is_before and use.arm is None and use.scope in (at.scope, module.scope):
            values = find_at(file, (variable,))
            if values:
                return [with_name(value, variable) for value in values]
    return []


def find_assigned(context: Context, variable: str, at: ProgramPoint) -> tuple[list[Value], bool]:
    """What the program itself has set a variable to before a place, and whether it certainly has."""
    module = at.scope.module
    if values := _find_overridden(context, variable, at):
        return values, True
    defaults: list[Value] = []
    assignments = context.keep(("environment", id(module)), _index_assignments, context, module)
    for assignment in reversed(assignments.get(variable, ())[-MAX_ALTERNATIVES:]):
        is_here = assignment.at.scope is at.scope
        if is_here and assignment.at.order >= at.order:
            continue
        is_outer = assignment.at.scope is module.scope and assignment.arm is None
        is_always = is_outer or (is_here and (assignment.arm is None or assignment.arm.contains(at.order)))
        if assignment.value is None:  # it is removed
            if is_always:
                break
            continue
        found = [with_name(value, variable) for value in context.value(assignment.value, assignment.at)]
        if assignment.is_default:
            # Used only where nothing was set before.
            marked = [mark_variable(mark_default(value, variable), variable) for value in found]
            defaults = marked if is_always else [*defaults, *marked]
            continue
        values += found
        if is_always:
            return values, True
    return [*values, *defaults], bool(defaults) and not values


def _index_assignments(context: Context, module: Module) -> dict[str, list[_Assignment]]:
    found: list[tuple[str, _Assignment]] = []
    for store in module.stores:
        target = store.target
        if isinstance(target, ast.Subscript) and _is_environ(context, target.value, store.at):
            pairs = find_pairs(context, target.slice, store.value, store.at)
            found += [(name, _Assignment(value, store.at, store.arm, False)) for name, value in pairs]
    for use in module.uses:
        if isinstance(use.call.func, ast.Attribute) and use.call.func.attr in ("setdefault", "update", "putenv", "pop"):
            found += _read_call(context, use)
    for store in module.removals:
        key = store.target.slice if isinstance(store.target, ast.Subscript) else None
        if isinstance(key, ast.Constant) and _is_environ(context, store.target.value, store.at):
            found.append((str(key.value), _Assignment(None, store.at, store.arm, False)))
    return group_pairs(sorted(found, key=lambda item: item[1].at.order))


def _is_environ(context: Context, node: ast.expr, at: ProgramPoint) -> bool:
    """Whether an expression is `os.environ`, by that name or by another: `env = os.environ`."""
    if written_name(node) in ENVIRON:
        return True
    return isinstance(node, ast.Name) and any(
        isinstance(value, Name) and value.path == "os.environ" for value in context.value(node, at)
    )


def find_pairs(context: Context, key: ast.expr, value: ast.expr, at: ProgramPoint) -> list[tuple[str, ast.expr]]:
    """The variable that `os.environ[key] = value` sets; in `for key, value in mapping.items()` each of the mapping."""
    from regilink_doctor.lint.resolve.containers import find_elements, find_item

    if isinstance(key, ast.Constant):
        return [(key.value, value)] if isinstance(key.value, str) else []
    loops = [_find_loop(item, at) for item in (key, value)]
    if loops[0] is None or loops[0] is not loops[1]:
        return []
    pairs: list[tuple[str, ast.expr]] = []
    for element in find_elements(context, loops[0], at):
        names, values = (tuple(find_item(context, element, index)) for index in (0, 1))
        name = names[0].literal if len(names) == 1 and isinstance(names[0], StringValue) else None
        if name is not None:
            pairs.append((name, hold(value, *values)))
    return pairs


def _find_loop(node: ast.expr, at: ProgramPoint) -> ast.expr | None:
    """What the loop goes through that gives a name its value, the only one that it has."""
    bindings = at.scope.find_bindings(node)
    return bindings[0].value if len(bindings) == 1 and bindings[0].kind == "element" else None


def _read_call(context: Context, use: Use) -> Iterator[tuple[str, _Assignment]]:
    """`os.environ.setdefault("X", "y")`, `os.environ.update({"X": "y"}, Z="y")`, `os.putenv("X", "y")`."""
    call, function = use.call, use.call.func
    if not isinstance(function, ast.Attribute):
        return
    pairs: list[tuple[str, ast.expr]] = []
    if function.attr == "pop":
        key = call.args[0] if call.args else None
        if isinstance(key, ast.Constant) and written_name(function.value) in ENVIRON:
            yield str(key.value), _Assignment(None, use.at, use.arm, False)
        return
    if function.attr == "putenv":
        is_environ = written_name(function.value) == "os"
    else:
        is_environ = _is_environ(context, function.value, use.at)
    if is_environ and function.attr == "update":
        pairs = find_updated(context, call, use.at)
    elif is_environ and len(call.args) == 2:
        pairs += find_pairs(context, call.args[0], call.args[1], use.at)
    for name, value in pairs:
        yield name, _Assignment(value, use.at, use.arm, function.attr == "setdefault")


def find_updated(context: Context, call: ast.Call, at: ProgramPoint) -> list[tuple[str, ast.expr]]:
    """The variables that `os.environ.update({…}, **{…}, X=…)` sets, and what to."""
    return context.keep(("updated", id(call), at.frame), _find_updated, context, call, at)


def _find_updated(context: Context, call: ast.Call, at: ProgramPoint) -> list[tuple[str, ast.expr]]:
    pairs: list[tuple[str, ast.expr]] = []
    for argument in (*call.args, *list_unpacked(call)):
        for mapping in context.value(argument, at):
            for key, value in mapping.pairs if isinstance(mapping, Literal) else ():
                name = key.value if isinstance(key, ast.Constant) else key
                if isinstance(mapping, Literal) and mapping.at.scope is not at.scope:
                    value = hold(argument, *context.value(value, mapping.at))
                pairs += [(name, value)] if isinstance(name, str) else []
    return pairs + [(keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg]


def _may_be_loaded(context: Context, variable: str | None, module: Module) -> bool:
    """Whether something else may have set a variable: a settings file that is loaded, or a check that fails without."""
    checked = context.keep(("checked variables", id(module)), _find_checked, module)
    return checked is None or variable in checked


def _find_checked(module: Module) -> frozenset[str] | None:
    """The variables that conditions or `os.environ["X"]` of a file name; None where it loads a settings file."""
    found: set[str] = set()
    for use in module.uses:
        if last_word(use.call.func) in _LOADS or _passes_environment(use.call):
            return None
    for node in walk(module.scope.node):
        key: ast.expr | None = None
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and written_name(node.value) in ENVIRON:
            key = node.slice
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            key = node.left if written_name(node.comparators[0]) in ENVIRON else None
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):  # what a loop goes through
            found.update(str(item.value) for item in node.elts if isinstance(item, ast.Constant))
        if isinstance(key, ast.Constant):
            found.add(str(key.value))
    return frozenset(found)


def _passes_environment(call: ast.Call) -> bool:
    """Whether a call passes `os.environ` itself on to a function that may add to it: `apply_settings(os.environ)`."""
    if not any(written_name(argument) in ENVIRON for argument in call.args):
        return False
    package = (written_name(call.func) or "").partition(".")[0]
    return package not in _READING and not hasattr(builtins, package)
