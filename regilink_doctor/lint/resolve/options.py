"""What the options of the command line are: of argparse, click, typer, fire and absl.

What commands of the tree pass comes first, then variables of the environment that an option names, then its default:
each may be the one.
"""

from __future__ import annotations

from bisect import bisect_left
from posixpath import commonprefix

from regilink_doctor.core.records import record
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.resolve import libraries
from regilink_doctor.lint.resolve.bindings import END, ProgramPoint
from regilink_doctor.lint.resolve.containers import find_by_key, find_elements
from regilink_doctor.lint.resolve.surroundings import (
    find_commands,
    find_passed,
    find_positional,
    find_set_values,
    make_flags,
)
from regilink_doctor.lint.resolve.values import (
    MAX_ALTERNATIVES,
    UNKNOWN,
    Arguments,
    Literal,
    Unknown,
    Value,
    hold,
    is_mapping,
    mark_default,
    mark_defaults,
    mark_variable,
    with_name,
)
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import copy_place, find_argument, find_keyword, last_word, walk, written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.lint.resolve.bindings import Binding, Module, Scope
    from regilink_doctor.lint.resolve.context import Context

_CONFIGARGPARSE = ("add", "add_arg")
PARSES = frozenset({"parse_args", "parse_known_args", "parse_intermixed_args"})
_ABSL = ("DEFINE_string", "DEFINE_enum", "DEFINE_alias")
_PLAIN_TYPES = frozenset({
    "Choice", "FileType", "Path", "PathType", "PosixPath", "PurePath", "STRING", "bool", "float", "int", "str",
    "string",
})  # fmt: skip
_GIVEN_OTHERWISE = ("callback", "const", "envvar", "is_flag", "multiple", "prompt")
"""Arguments of a declaration that may give an option a value where the command line does not."""

_READING = frozenset({"dict", "json", "log", "logger", "logging", "os", "pprint", "print", "vars", "wandb", "yaml"})
"""Packages and functions that only look at the options that they are passed."""

_MOST_CHOICES = 8
"""Strings that an option may be given which are alternatives of what is made of it."""

_KEEPING = ("store", "append", "extend")
"""Actions of argparse that take a value."""


@record(eq=False)
class _Option:
    """An option or argument that a call declares: `add_argument("--target", default="x")`."""

    call: ast.Call
    at: ProgramPoint
    flags: tuple[str, ...]
    default: ast.expr | None

    def find_keyword(self, *names: str) -> ast.expr | None:
        """What the call has for a keyword."""
        return find_keyword(self.call, *names)

    @property
    def is_positional(self) -> bool:
        """Whether it is given by its place among the words."""
        return bool(self.flags) and not any(flag.startswith("-") for flag in self.flags)

    @property
    def is_switch(self) -> bool:
        """Whether it has no value: `action="store_true"`, `is_flag=True`."""
        action = self.find_keyword("action")
        return (action is not None and getattr(action, "value", "") not in _KEEPING) or any(
            getattr(self.find_keyword(name), "value", False) is True for name in ("is_flag", "count")
        )

    @property
    def name(self) -> str:
        """The name under which argparse and click keep it: of the first long flag."""
        named = self.find_keyword("dest")
        if isinstance(named, ast.Constant) and isinstance(named.value, str):
            return named.value
        flag = next((flag for flag in self.flags if flag.startswith("--")), self.flags[0] if self.flags else "")
        return flag.split("/")[0].lstrip("-").replace("-", "_")


# argparse, absl, pytest


def find_option(context: Context, owner: Arguments, name: str) -> list[Value]:
    """`args.NAME` of what a parser has read: what commands pass, and the default that is declared."""
    name = owner.prefix + name
    module = owner.module
    options = context.keep(("options", id(module)), _index_options, context, module)
    option = options.get(name)
    if option is None and any(other.startswith(f"{name}.") for other in options):
        return [Arguments(module, f"{name}.")]
    passed: list[Value] = []
    if (declared := option) is not None:
        key = ("passed", id(module), name)
        others = context.keep(("declared", id(module)), lambda: list(options.values()))
        passed = context.keep(key, _find_passed, context, declared, others, name, module)
    if configured := libraries.find_in_option_files(context, module, name):
        return [*passed, *configured]
    if option is None:
        return _find_set_default(context, module, name) or [_unknown_option(name)]
    written = _find_written(context, option, name, module)
    return _convert(context, option, [*written, *_find_values(context, option, passed, name, module)], name)


def _find_written(context: Context, option: _Option, name: str, module: Module) -> list[Value]:
    """What the program itself passes for an option: `parser.parse_args(["--target", "zoo"])`."""
    if option.is_positional or option.is_switch:
        return []
    values: list[Value] = []
    for words in context.keep(("written words", id(module)), _list_written, context, module):
        for index, word in enumerate(words):
            flag = word.literal if isinstance(word, StringValue) else None
            if flag in option.flags:
                value = words[index + 1] if index + 1 < len(words) else UNKNOWN
                values.append(with_name(value, name))
            elif flag is not None and flag.partition("=")[0] in option.flags:
                values.append(_unknown_option(name))
    return values


def _list_written(context: Context, module: Module) -> list[list[Value]]:
    """The lists of words that a file has parsed instead of the command line, where each word is written out."""
    return [
        [context.find_only(word, use.at) or UNKNOWN for word in words.elts]
        for method in sorted(PARSES)
        for use in context.find_uses(module, method)
        for words in use.call.args[:1]
        if isinstance(words, (ast.List, ast.Tuple))
    ]


def _find_values(context: Context, option: _Option, passed: list[Value], name: str, module: Module) -> list[Value]:
    """What is passed for an option, and its default."""
    if not passed:
        given = libraries.find_in_pipelines(context, module, list(option.flags))
        passed = mark_defaults(given, name)
    if defaults := _find_set_default(context, module, name):
        return [*passed, *defaults]
    if option.default is not None:
        return [*passed, *_find_possible(context, option, name, module)]
    if passed:
        return passed
    if choices := _find_choices(context, option):
        return [with_name(value, name) for value in choices]
    return [_unknown_option(name, may_be_none=_is_optional(option) and not _is_required(context, name, module))]


def _find_possible(context: Context, option: _Option, name: str, module: Module) -> list[Value]:
    """The default of an option, those of other commands that declare it, and what else it can be by its declaration."""
    values: list[Value] = []
    for declared in (option, *context.keep(("again", id(module)), _index_again, context, module).get(name, ())):
        if declared.default is not None:
            values += context.value(declared.default, declared.at)
        if getattr(declared.find_keyword("action"), "value", "") == "store_const":
            constant = declared.find_keyword("const")
            values += context.value(constant, declared.at) if constant is not None else ()
        values += _find_choices(context, declared)
    unique = {value.pattern if isinstance(value, StringValue) else value: value for value in reversed(values)}
    return mark_defaults(reversed(list(unique.values())), name)


def _find_choices(context: Context, option: _Option) -> list[Value]:
    """The strings that an option may be given: `choices=("dev", "prod")`; nothing where they are not all known."""
    choices = option.find_keyword("choices")
    if choices is None and _is_called(option.call, "DEFINE_enum"):
        choices = find_argument(option.call, 2)
    values = find_elements(context, choices, option.at) if choices is not None else ()
    are_known = len(values) <= _MOST_CHOICES and all(isinstance(item, StringValue) for item in values)
    return list(values) if are_known else []


def _index_again(context: Context, module: Module) -> dict[str, list[_Option]]:
    """The declarations of each destination after the first: those of other commands."""
    again: dict[str, list[_Option]] = {}
    names: set[str] = set()
    for use in context.find_uses(module, "add_argument") if context.find_uses(module, "add_parser") else ():
        option = _read_option(use.call, use.at)
        if option.name in names:
            again.setdefault(option.name, []).append(option)
        names.add(option.name)
    return again


def _is_optional(option: _Option) -> bool:
    """Whether the declaration of an option leaves it None where it is not given."""
    if option.is_switch or option.find_keyword(*_GIVEN_OTHERWISE) is not None:
        return False
    required, action, nargs = (option.find_keyword(name) for name in ("required", "action", "nargs"))
    if required is not None and getattr(required, "value", True):
        return False
    if action is not None and getattr(action, "value", "") != "store":
        return False
    receiver = option.call.func.value if isinstance(option.call.func, ast.Attribute) else None
    bindings = option.at.scope.find_bindings(receiver)
    groups = [item.value for item in bindings if isinstance(item.value, ast.Call) and item.value.keywords]
    if any(_name_called(group).endswith("add_mutually_exclusive_group") for group in groups):
        return False  # one of them has to be given
    return not option.is_positional or getattr(nargs, "value", "") == "?"


def _is_required(context: Context, name: str, module: Module) -> bool:
    """Whether a program may set an option elsewhere, or require it: by its name, or with all others."""
    names = context.keep(("required options", id(module)), _find_required, module)
    return names is None or name in names


def _find_required(module: Module) -> frozenset[str] | None:
    """The options that a file sets, or names in a list that may be looked through; None where it may be any."""
    names = {store.target.attr for store in module.stores if isinstance(store.target, ast.Attribute)}
    bound = [(name, binding.value) for _, name, binding in module.iterate_bindings()]
    holders = {name for name, value in bound if isinstance(value, ast.Call) and last_word(value.func) in PARSES}
    own = module.scope.bindings.items()
    imported = {name for name, bindings in own if any(binding.kind == "import" for binding in bindings)}
    for use in module.uses:
        called, passed = _name_called(use.call), (*use.call.args, *(item.value for item in use.call.keywords))
        is_passed = any(isinstance(item, ast.Name) and item.id in holders for item in passed)
        if called == "setattr" or (is_passed and called.partition(".")[0] in imported - _READING):
            return None
        if called.endswith("parse_args") and find_keyword(use.call, "namespace") is not None:
            return None
    for node in walk(module.scope.node):
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            names.update(str(item.value) for item in node.elts if isinstance(item, ast.Constant))
    return frozenset(names)


def _name_called(call: ast.Call) -> str:
    return written_name(call.func) or ""


def find_words(context: Context, node: ast.expr, at: ProgramPoint) -> list[Value]:
    """`sys.argv`, written as `node`: the words of each command of the tree that runs the program."""

    def list_words() -> list[Value]:
        found: list[Value] = []
        for words in find_commands(at.source.folder, context.source.path)[:MAX_ALTERNATIVES]:
            values = [
                with_name(mark_default(word, f"sys.argv[{number}]"), "argv") for number, word in enumerate(words, 1)
            ]
            items = [hold(node, value) for value in (UNKNOWN, *values)]
            found.append(Literal(ast.List(list(items), ast.Load()), at))
        return found

    return context.keep(("argv", id(node)), list_words)


def _convert(context: Context, option: _Option, values: list[Value], name: str) -> list[Value]:
    """What the `type=` of an option makes of the strings that it is given; a function of the tree is followed."""
    if option.find_keyword("callback", "parser") is not None:
        return [_unknown_option(name)]
    converter = option.find_keyword("type")
    if converter is None or _is_plain(converter):
        return values

    def make_call(value: Value) -> ast.Call:
        return copy_place(ast.Call(converter, [hold(option.call, value)], []), option.call)

    converted: list[Value] = []
    for value in values:
        if not isinstance(value, StringValue):
            converted.append(value)
            continue
        call = context.keep(("converted", id(option.call), value), make_call, value)
        made = context.value(call, option.at)
        converted += [item if isinstance(item, StringValue) else _unknown_option(name) for item in made]
    return converted


def _is_plain(converter: ast.expr) -> bool:
    """Whether a `type=` leaves a string as it is."""
    called = converter.func if isinstance(converter, ast.Call) else converter
    return isinstance(converter, (ast.Constant, ast.Tuple)) or last_word(called) in _PLAIN_TYPES


def _index_options(context: Context, module: Module) -> dict[str, _Option]:
    """The first declaration of each destination."""
    options: dict[str, _Option] = {}
    for called in ("add_argument", "addoption", *(_CONFIGARGPARSE if "configargparse" in module.imports else ())):
        for use in context.find_uses(module, called):
            option = _read_option(use.call, use.at)
            options.setdefault(option.name, option)
    for called in _ABSL if "absl" in module.imports else ():
        for use in context.find_uses(module, called):
            names = _list_strings(use.call)[:1]
            default = find_argument(use.call, 1, "default")
            default = None if getattr(default, "value", "") is None else default
            for name in names:
                options.setdefault(name, _Option(use.call, use.at, (f"--{name}",), default))
    return options


def _read_option(call: ast.Call, at: ProgramPoint) -> _Option:
    default = find_keyword(call, "default")
    is_none = isinstance(default, ast.Constant) and default.value is None
    return _Option(call, at, tuple(_list_strings(call)), None if is_none else default)


def _find_set_default(context: Context, module: Module, name: str) -> list[Value]:
    """What `parser.set_defaults(name=…)`, `set_defaults(**mapping)` or `vars(args).update(mapping)` give an option."""
    values: list[Value] = []
    for use in context.find_uses(module, "update"):
        owner = use.call.func.value if isinstance(use.call.func, ast.Attribute) else None
        named = _find_attributes_owner(owner) if owner is not None and use.call.args else None
        if named is not None and any(isinstance(item, Arguments) for item in context.value(named, use.at)):
            for mapping in context.value(use.call.args[0], use.at):
                if is_mapping(mapping):
                    values += find_by_key(context, mapping, [name])
    for use in context.find_uses(module, "set_defaults"):
        for keyword in use.call.keywords:
            if keyword.arg == name:
                values += context.value(keyword.value, use.at)
            elif keyword.arg is None:
                for mapping in filter(is_mapping, context.value(keyword.value, use.at)):
                    values += find_by_key(context, mapping, [name])
    return mark_defaults(values, name)


def is_attributes_of(node: ast.expr, name: str) -> bool:
    """Whether an expression is `vars(name)` or `name.__dict__`."""
    owner = _find_attributes_owner(node)
    return isinstance(owner, ast.Name) and owner.id == name


def _find_attributes_owner(node: ast.expr) -> ast.expr | None:
    """The object whose attributes `vars(owner)` or `owner.__dict__` are; None for any other expression."""
    if isinstance(node, ast.Attribute) and node.attr == "__dict__":
        return node.value
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "vars"
    return node.args[0] if isinstance(node, ast.Call) and is_call and node.args else None


def _find_passed(
    context: Context, option: _Option, declared: Sequence[_Option], name: str, module: Module, *, command: str = ""
) -> list[Value]:
    """What commands of the tree pass for an option; another call of the program may pass something else.

    `command`: that of a group of click, whose name comes before its arguments.
    """
    if option.is_positional:
        positional = [other for other in declared if other.is_positional]
        number = next((index for index, other in enumerate(positional) if other is option), None)
        if number is None or any(other.find_keyword("nargs") for other in positional[: number + 1]):
            return []
        switches = {flag for other in declared if other.is_switch for flag in other.flags}
        values = find_positional(
            number, lambda flag: flag not in switches, module.source.folder, context.source.path, command=command
        )
        return mark_defaults(values, name)
    flags = [flag.partition("/")[0] for flag in option.flags if flag.startswith("-")]
    parsers = context.find_uses(module, "ArgumentParser")
    if parsers and not any(getattr(find_keyword(use.call, "allow_abbrev"), "value", True) is False for use in parsers):
        key = ("flags", id(declared))
        ordered = context.keep(key, lambda: sorted(flag for other in declared for flag in other.flags))
        flags = [*flags, *_list_abbreviations(flags, ordered)]
    has_files = any(find_keyword(use.call, "fromfile_prefix_chars") is not None for use in parsers)
    return mark_defaults(find_passed(flags, module.source.folder, context.source.path, has_files=has_files), name)


def _list_abbreviations(flags: Sequence[str], declared: Sequence[str]) -> Iterator[str]:
    """The abbreviations of long flags that argparse accepts: no other of the sorted `declared` starts with them."""
    for flag in flags:
        if flag.startswith("--"):
            # The flags that have most in common with one are its neighbors in their order.
            after = bisect_left(declared, flag)
            before = after - 1
            while before >= 0 and declared[before] in flags:
                before -= 1
            while after < len(declared) and declared[after] in flags:
                after += 1
            neighbors = (*declared[max(before, 0) : before + 1], *declared[after : after + 1])
            shared = max((len(commonprefix((flag, other))) for other in neighbors), default=0)
            yield from (flag[:end] for end in range(max(shared + 1, 3), len(flag)))


# click, typer, fire


def find_click_values(context: Context, scope: Scope, name: str) -> list[Value] | None:
    """What `@click.option("--name", default=…)` above a function gives a parameter; None when there is none."""
    options = context.keep(("click", id(scope)), _list_click_options, scope)
    option = next((option for option in options if option.name == name), None)
    if option is None:
        return None
    command = _find_command_name(context, scope)
    values = _find_passed(context, option, options, name, scope.module, command=command)
    variables = _list_variables(option.call) or _list_automatic_variables(context, scope, name, command)
    values += _find_default(context, name, option.default, variables, option.at)
    may_be_none = (
        not variables and _is_optional(option) and not libraries.find_in_option_files(context, scope.module, name)
    )
    return _convert(context, option, values, name) or [_unknown_option(name, may_be_none=may_be_none)]


def _list_click_options(scope: Scope) -> list[_Option]:
    """The options and arguments above a function, in the order of their lines."""
    at = ProgramPoint(scope.parent or scope, END)
    options: list[_Option] = []
    for decorator in scope.decorators:
        if isinstance(decorator, ast.Call) and last_word(decorator.func) in ("option", "argument"):
            option = _read_option(decorator, at)
            plain = [flag for flag in option.flags if not flag.startswith("-")]
            if plain and not option.is_positional:  # the name of the parameter beside the flags
                flags = (f"--{plain[0]}", *(flag for flag in option.flags if flag.startswith("-")))
                option = _Option(decorator, at, flags, option.default)
            options.append(option)
    return options


def _find_command_name(context: Context, scope: Scope) -> str:
    """The word that chooses a command of a group; nothing for one that is the whole program."""
    for decorator in scope.decorators:
        call = decorator if isinstance(decorator, ast.Call) else None
        owner, _, called = (written_name(call.func if call is not None else decorator) or "").rpartition(".")
        if called != "command" or owner in ("", "click"):
            continue
        if "typer" in scope.module.imports and len(context.find_uses(scope.module, "command")) < 2:
            return ""
        names = _list_strings(call) if call is not None else []
        return names[0] if names else scope.name.replace("_", "-")
    return ""


def find_started_values(context: Context, binding: Binding, scope: Scope) -> list[Value]:
    """What commands and the environment give a parameter of a function of typer or fire: by its flag or its place."""
    name = binding.target
    declared = _find_declaration(binding)
    own = _list_strings(declared) if declared is not None else []
    flags = [flag for flag in own if flag.startswith("-")] or make_flags(name)
    folder, program = scope.module.source.folder, context.source.path
    passed = find_passed(flags, folder, program)
    positional = [item.target for item in _list_positional(scope)]
    if not passed and name in positional:
        command, number = _find_command_name(context, scope), positional.index(name)
        passed = find_positional(number, lambda flag: True, folder, program, command=command)
    if declared is not None and find_keyword(declared, "callback", "parser") is not None:
        return [_unknown_option(name)]
    variables = _list_variables(declared) if declared is not None else []
    default = _find_default(context, name, None, variables, ProgramPoint(scope, END))
    return [*mark_defaults(passed, name), *default]


def _list_positional(scope: Scope) -> list[Binding]:
    """The parameters that typer takes for arguments, or fire for those that have no default."""
    bindings = [item for named in scope.bindings.values() for item in named if item.kind == "parameter"]
    return [
        binding
        for binding in sorted(bindings, key=lambda item: item.order)
        if (binding.value is None and not _is_called(_find_declaration(binding), "Option"))
        or _is_called(_find_declaration(binding), "Argument")
    ]


def _is_called(call: ast.expr | None, *names: str) -> bool:
    return isinstance(call, ast.Call) and last_word(call.func) in names


def _find_declaration(binding: Binding) -> ast.Call | None:
    """`typer.Option(…)` as a default, or inside `Annotated[str, typer.Option(…)]`."""
    if isinstance(binding.value, ast.Call):
        return binding.value
    items = binding.annotation.slice if isinstance(binding.annotation, ast.Subscript) else None
    nodes = items.elts if isinstance(items, ast.Tuple) else ()
    return next((node for node in nodes if _is_called(node, "Option", "Argument")), None)  # type: ignore[return-value]


def _find_default(
    context: Context, name: str, default: ast.expr | None, variables: Sequence[str], at: ProgramPoint
) -> list[Value]:
    """What the environment has for an option, then its default."""
    folder, program = at.source.folder, context.source.path
    values: list[Value] = [
        with_name(value, name) for variable in variables for value in find_set_values(variable, folder, program)
    ]
    for value in context.find_all(default, at):
        value = mark_default(value, name)
        for variable in variables:
            value = mark_variable(value, variable)
        values.append(value)
    return values


def _list_variables(call: ast.Call) -> list[str]:
    """The variables of the environment that an option names: `envvar="X"`, `envvar=["X", "Y"]`."""
    node = find_keyword(call, "envvar")
    nodes = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]
    return [item.value for item in nodes if isinstance(item, ast.Constant) and isinstance(item.value, str)]


def _list_automatic_variables(context: Context, scope: Scope, name: str, command: str) -> list[str]:
    """`PREFIX_COMMAND_NAME` of a program that is called with `auto_envvar_prefix="PREFIX"`."""
    module = scope.module
    nodes = context.keep(
        ("prefixes", id(module)), lambda: [find_keyword(use.call, "auto_envvar_prefix") for use in module.uses]
    )
    prefixes = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    words = [*([command] if command else []), name]
    return ["_".join((prefix, *words)).upper().replace("-", "_") for prefix in prefixes]


def _list_strings(call: ast.Call) -> list[str]:
    """The names and flags that a call begins with."""
    return [item.value for item in call.args if isinstance(item, ast.Constant) and isinstance(item.value, str)]


def _unknown_option(name: str, *, may_be_none: bool = False) -> Value:
    return Unknown(reason=f"the argument {name} of the command line", option=name if may_be_none else "")
