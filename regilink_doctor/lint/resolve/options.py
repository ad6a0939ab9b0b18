"""What the options of the command line are: of argparse, click, typer, fire and absl.

What commands of the tree pass comes first, then variables of the environment that an option names, then its default:
each may be the one.
"""

from __future__ import annotations

from bisect import bisect_left
from posixpath import commonprefix

from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.resolve import libraries
from regilink_doctor.lint.resolve.bindings import END, ProgramPoint
from regilink_doctor.lint.resolve.containers import find_by_key, find_elements
from regilink_doctor.lint.resolve.program_commands import (
    DeclaredOption,
    ProgramCommand,
    find_commands_of,
    find_declaration,
    index_options,
    index_parsers,
    is_called,
    list_flags,
    list_options,
)
from regilink_doctor.lint.resolve.program_inputs import (
    expand_files,
    find_by_flags,
    find_by_number,
    find_set_values,
)
from regilink_doctor.lint.resolve.values import (
    UNKNOWN,
    Arguments,
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

PARSES = frozenset({"parse_args", "parse_known_args", "parse_intermixed_args"})
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

# argparse, absl, pytest


def find_option(context: Context, owner: Arguments, name: str) -> list[Value]:
    """`args.NAME` of what a parser has read: what commands pass, and the default that is declared."""
    name = owner.prefix + name
    module = owner.module
    options = context.keep(("options", id(module)), index_options, context, module)
    declared = options.get(name, [])
    if not declared and any(other.startswith(f"{name}.") for other in options):
        return [Arguments(module, f"{name}.")]
    passed: list[Value] = []
    if declared and (commands := context.keep(("parsers", id(module)), index_parsers, context, module, options)):
        chosen = [(item, command) for item in declared for command in commands if command.is_of(owner.parsers, item)]
        declared = list({id(item): item for item, _ in chosen}.values()) or declared
        found = [_find_passed(context, item, command, name) for item, command in chosen]
        passed = list(dict.fromkeys(value for values in found for value in values))
    if configured := libraries.find_in_option_files(context, module, name):
        return [*passed, *configured]
    if not declared:
        return _find_set_default(context, module, name) or [_unknown_option(name)]
    written = _find_written(context, declared[0], name, module)
    values = [*written, *_find_values(context, declared, passed, name, module)]
    return _convert(context, declared[0], values, name)


def _find_written(context: Context, option: DeclaredOption, name: str, module: Module) -> list[Value]:
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


def _find_values(
    context: Context, declared: Sequence[DeclaredOption], passed: list[Value], name: str, module: Module
) -> list[Value]:
    """What is passed for an option, and its default; its first declaration counts, and those of other commands."""
    option = declared[0]
    if not passed:
        given = libraries.find_in_pipelines(context, module, list(option.flags))
        passed = mark_defaults(given, name)
    if passed and context.command is not None:
        return passed
    if defaults := _find_set_default(context, module, name):
        return [*passed, *defaults]
    if option.default is not None:
        is_again = bool(context.find_uses(module, "add_parser"))
        return [*passed, *_find_possible(context, declared if is_again else declared[:1], name)]
    if passed:
        return passed
    if choices := _find_choices(context, option):
        return [with_name(value, name) for value in choices]
    return [_unknown_option(name, may_be_none=_is_optional(option) and not _is_required(context, name, module))]


def _find_possible(context: Context, declared: Sequence[DeclaredOption], name: str) -> list[Value]:
    """The default of an option, those of other commands that declare it, and what else it can be by its declaration."""
    values: list[Value] = []
    for option in declared:
        if option.default is not None:
            values += context.value(option.default, option.at)
        if getattr(option.find_keyword("action"), "value", "") == "store_const":
            constant = option.find_keyword("const")
            values += context.value(constant, option.at) if constant is not None else ()
        values += _find_choices(context, option)
    unique = {value.pattern if isinstance(value, StringValue) else value: value for value in reversed(values)}
    return mark_defaults(reversed(list(unique.values())), name)


def _find_choices(context: Context, option: DeclaredOption) -> list[Value]:
    """The strings that an option may be given: `choices=("dev", "prod")`; nothing where they are not all known."""
    choices = option.find_keyword("choices")
    if choices is None and is_called(option.call, "DEFINE_enum"):
        choices = find_argument(option.call, 2)
    values = find_elements(context, choices, option.at) if choices is not None else ()
    are_known = len(values) <= _MOST_CHOICES and all(isinstance(item, StringValue) for item in values)
    return list(values) if are_known else []


def _is_optional(option: DeclaredOption) -> bool:
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


def _convert(context: Context, option: DeclaredOption, values: list[Value], name: str) -> list[Value]:
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


def _find_passed(context: Context, option: DeclaredOption, command: ProgramCommand, name: str) -> list[Value]:
    """What commands of the tree pass for an option of a command; another call may pass something else."""
    if option.is_positional:
        number = command.find_number(option)
        values = find_by_number(command.list_words(context), number, command.has_value) if number is not None else []
        return mark_defaults(values, name)
    flags = [flag.partition("/")[0] for flag in option.flags if flag.startswith("-")]
    parsers = context.find_uses(command.module, "ArgumentParser")
    if parsers and not any(getattr(find_keyword(use.call, "allow_abbrev"), "value", True) is False for use in parsers):
        key = ("flags", id(command))
        ordered = context.keep(key, lambda: sorted(flag for other in command.options for flag in other.flags))
        flags = [*flags, *_list_abbreviations(flags, ordered)]
    words = command.list_words(context)
    if any(find_keyword(use.call, "fromfile_prefix_chars") is not None for use in parsers):
        words = [expand_files(item, command.module.source.folder) for item in words]
    return mark_defaults(find_by_flags(words, flags), name)


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
    options = list_options(context, scope) if scope.is_decorated("option", "argument") else ()
    option = next((option for option in options if option.name == name), None)
    if option is None:
        return None
    commands = find_commands_of(context, scope)
    found = [_find_passed(context, option, command, name) for command in commands]
    values = list(dict.fromkeys(value for item in found for value in item))
    named = next((item for command in commands for item in sorted(command.names)), "")
    variables = _list_variables(option.call) or _list_automatic_variables(context, scope, name, named)
    if not values or context.command is None:
        values += _find_default(context, name, option.default, variables, option.at)
    may_be_none = (
        not variables and _is_optional(option) and not libraries.find_in_option_files(context, scope.module, name)
    )
    return _convert(context, option, values, name) or [_unknown_option(name, may_be_none=may_be_none)]


def find_started_values(context: Context, binding: Binding, scope: Scope) -> list[Value]:
    """What commands and the environment give a parameter of a function of typer or fire: by its flag or its place."""
    name = binding.target
    declared = find_declaration(binding)
    if declared is not None and find_keyword(declared, "callback", "parser") is not None:
        return [_unknown_option(name)]
    options = list_options(context, scope)
    positional = next((item for item in options if item.is_positional and item.name == name), None)
    flags = list_flags(binding, declared)
    values: list[StringValue] = []
    for command in find_commands_of(context, scope):
        words = command.list_words(context)
        passed = find_by_flags(words, flags)
        number = command.find_number(positional) if positional is not None and not passed else None
        values += passed if number is None else find_by_number(words, number, command.has_value)
    variables = _list_variables(declared) if declared is not None else []
    return [
        *mark_defaults(dict.fromkeys(values), name),
        *_find_default(context, name, None, variables, ProgramPoint(scope, END)),
    ]


def _find_default(
    context: Context, name: str, default: ast.expr | None, variables: Sequence[str], at: ProgramPoint
) -> list[Value]:
    """What the environment has for an option, then its default."""
    folder, program = at.source.folder, context.source.path
    values: list[Value] = [
        with_name(value, name)
        for variable in variables
        for value in find_set_values(variable, folder, program, context.start)
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


def _unknown_option(name: str, *, may_be_none: bool = False) -> Value:
    return Unknown(reason=f"the argument {name} of the command line", option=name if may_be_none else "")
