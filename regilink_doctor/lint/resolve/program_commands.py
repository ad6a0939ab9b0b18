"""The commands of a program of argparse, click, typer or fire, and the options that each of them declares.

A command of a program is chosen by a word of the command line; the words after it are for its own options.
"""

from __future__ import annotations

from regilink_doctor.core.records import cached_property, group_pairs, record, replace
from regilink_doctor.core.strings import KnownPart, StringValue
from regilink_doctor.lint.resolve.bindings import END, ProgramPoint
from regilink_doctor.lint.resolve.conditions import narrow
from regilink_doctor.lint.resolve.imports import find_modules_with
from regilink_doctor.lint.resolve.module_files import MAX_BYTES, find_importers
from regilink_doctor.lint.resolve.program_inputs import (
    find_commands,
    find_position,
    make_flags,
)
from regilink_doctor.lint.resolve.values import (
    MAX_ALTERNATIVES,
    UNKNOWN,
    Arguments,
    Function,
    Instance,
    Literal,
    Name,
    Value,
    hold,
    mark_default,
    with_name,
)
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.memory import has_word
from regilink_doctor.lint.text.nodes import find_argument, find_keyword, last_word, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from regilink_doctor.lint.resolve.bindings import Binding, Module, Scope, Use
    from regilink_doctor.lint.resolve.context import Context
    from regilink_doctor.lint.resolve.values import Method

_CONFIGARGPARSE = ("add", "add_arg")
_ABSL = ("DEFINE_string", "DEFINE_enum", "DEFINE_alias")

_KEEPING = ("store", "append", "extend")
"""Actions of argparse that take a value."""

_PARSER = "argparse.ArgumentParser"
_SUBPARSERS = "argparse.Subparsers"
_GROUP = "click.Group"
_GROUPS = {"ArgumentParser": _PARSER, "Group": _GROUP, "Typer": _GROUP}
_MOST_LEVELS = 8
_MOST_COMMANDS = 64
"""With more commands than these in a program of argparse, lint does not follow which of them is chosen."""

_ADDING = ("add_command", "add_typer", "Group")
"""Words of files that add commands to groups."""

_SUFFIXES = ("_command", "_cmd", "_group", "_grp")
"""Ends of the names of functions that newer versions of click leave out of the name of the command."""


@record(eq=False)
class DeclaredOption:
    """An option or argument that a call declares: `add_argument("--target", default="x")`."""

    call: ast.Call
    at: ProgramPoint
    flags: tuple[str, ...]
    default: ast.expr | None
    is_bool: bool = False

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
        return (
            self.is_bool
            or (action is not None and getattr(action, "value", "") not in _KEEPING)
            or any(getattr(self.find_keyword(name), "value", False) is True for name in ("is_flag", "count"))
        )

    @property
    def is_many(self) -> bool:
        """Whether it takes any number of words: `nargs="+"`, or the commands of a parser with all that follows."""
        return self.find_keyword("nargs") is not None or last_word(self.call.func) == "add_subparsers"

    @property
    def name(self) -> str:
        """The name under which argparse and click keep it: of the first long flag."""
        named = self.find_keyword("dest")
        if isinstance(named, ast.Constant) and isinstance(named.value, str):
            return named.value
        flag = next((flag for flag in self.flags if flag.startswith("--")), self.flags[0] if self.flags else "")
        return flag.split("/")[0].lstrip("-").replace("-", "_")


def index_options(context: Context, module: Module) -> dict[str, list[DeclaredOption]]:
    """The declarations of each destination."""
    options: dict[str, list[DeclaredOption]] = {}
    for called in ("add_argument", "addoption", *(_CONFIGARGPARSE if "configargparse" in module.imports else ())):
        for use in context.find_uses(module, called):
            option = _read_option(use.call, use.at)
            options.setdefault(option.name, []).append(option)
    for called in _ABSL if "absl" in module.imports else ():
        for use in context.find_uses(module, called):
            names = _list_strings(use.call)[:1]
            default = find_argument(use.call, 1, "default")
            default = None if getattr(default, "value", "") is None else default
            for name in names:
                options.setdefault(name, []).append(DeclaredOption(use.call, use.at, (f"--{name}",), default))
    return options


def _read_option(call: ast.Call, at: ProgramPoint) -> DeclaredOption:
    default = find_keyword(call, "default")
    is_none = isinstance(default, ast.Constant) and default.value is None
    return DeclaredOption(call, at, tuple(_list_strings(call)), None if is_none else default)


def is_called(call: ast.expr | None, *names: str) -> bool:
    """Whether an expression is a call of a function with one of these last names."""
    return isinstance(call, ast.Call) and last_word(call.func) in names


def _list_strings(call: ast.Call) -> list[str]:
    """The names and flags that a call begins with."""
    return [item.value for item in call.args if isinstance(item, ast.Constant) and isinstance(item.value, str)]


# Which words of a command line are for which command


@record(eq=False)
class ProgramCommand:
    """A program, or a command of it that a word chooses, and its options in their order.

    `made_by` is the parser or group. The program of a `group` begins there; `number` is that of the word among its
    positional arguments, None where the source does not tell it. `begun_by` are names in the file, of which one begins
    the program. `is_ordered`: the order of the positional arguments is known.
    """

    module: Module
    options: Sequence[DeclaredOption]
    made_by: object = None
    begun_by: Sequence[str] = ()
    group: ProgramCommand | None = None
    number: int | None = None
    names: Sequence[str] = ()
    is_ordered: bool = True

    def has_value(self, flag: str) -> bool:
        """Whether the word after a flag belongs to it."""
        return not any(option.is_switch and flag in option.flags for option in self.options)

    def find_number(self, option: DeclaredOption) -> int | None:
        """The number of an option among the positional arguments; None where it has no certain one."""
        positional = [other for other in self.options if other.is_positional]
        number = next((index for index, other in enumerate(positional) if other is option), None)
        is_certain = self.is_ordered and (self.group is None or self.number is not None)
        if number is None or not is_certain or any(other.is_many for other in positional[: number + 1]):
            return None
        return number

    def is_of(self, parsers: Sequence[object], option: DeclaredOption) -> bool:
        """Whether it has an option, and is or has one of the parsers, or is a command of one."""
        if id(option) not in self._own:
            return False
        level: ProgramCommand | None = self
        while parsers and level is not None and level.made_by not in parsers:
            level = level.group
        return level is not None

    @cached_property
    def _own(self) -> frozenset[int]:
        return frozenset(map(id, self.options))

    def list_words(self, context: Context) -> list[Sequence[StringValue]]:
        """The words after its name in each command line of the tree that chooses it."""
        return context.keep(("words of", id(self), context.command), self._find_words, context)

    def _find_words(self, context: Context) -> list[Sequence[StringValue]]:
        group = self.group
        if group is None:
            return list(_find_words_of(context, self.module, self.begun_by))
        found: list[Sequence[StringValue]] = []
        for words in group.list_words(context):
            if self.number is None:
                found += [words] if any(word.literal in self.names for word in words) else []
                continue
            index = find_position(words, self.number, group.has_value)
            if index is not None and words[index].literal in self.names:
                found.append(words[index + 1 :])
        return found


def _find_words_of(context: Context, module: Module, begun_by: Sequence[str]) -> Sequence[Sequence[StringValue]]:
    """The arguments of the commands that run a program which begins with one of these names of a file."""

    def is_begun_by(function: str) -> bool:
        reached = context.keep(("reached", id(module), function), _find_reached, module, function)
        return not begun_by or not reached or any(name in reached for name in begun_by)

    found = find_commands(module.source.folder, context.source.path, module.source.absolute_path, is_begun_by)
    return [start.words for start in found if context.counts(start)]


def _find_reached(module: Module, function: str) -> set[str]:
    """The names that a function of a file uses, and what they are made of; without one, those that the file uses.

    Nothing for a file that only declares.
    """
    bound = module.scope.bindings
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    reached = {function} if function else set()
    waiting: list[ast.AST | None] = [part for item in bound.get(function, ()) for part in (item.node, item.value)]
    if not function:
        waiting += [item for item in module.scope.node.body if not isinstance(item, definitions)]  # type: ignore[attr-defined]
    while waiting:
        start = waiting.pop()
        for node in walk(start) if start is not None else ():
            name = node.id if isinstance(node, ast.Name) else ""
            if name in bound and name not in reached:
                reached.add(name)
                waiting += [part for item in bound[name] for part in (item.node, item.value)]
    is_told = any(id(item.node) in module.functions for name in reached for item in bound.get(name, ()))
    return reached if is_told else set()


def _find_outermost(scope: Scope) -> str:
    """The name of the function or class of a file that a place is in; nothing outside of them."""
    while scope.parent is not None and scope.parent.kind != "module":
        scope = scope.parent
    return scope.name if scope.parent is not None else ""


def find_words(context: Context, node: ast.expr, at: ProgramPoint) -> list[Value]:
    """`sys.argv`, written as `node`: the words of each command of the tree that runs the program."""

    def list_words() -> list[Value]:
        found: list[Value] = []
        module, function = at.scope.module, _find_outermost(at.scope)
        for words in _find_words_of(context, module, [function] if function else [])[:MAX_ALTERNATIVES]:
            values = [
                with_name(mark_default(word, f"sys.argv[{number}]"), "argv") for number, word in enumerate(words, 1)
            ]
            items = [hold(node, value) for value in (UNKNOWN, *values)]
            found.append(Literal(ast.List(list(items), ast.Load()), at))
        return found

    return context.keep(("argv", id(node), context.command), list_words)


# argparse


def call_function(context: Context, name: str, node: ast.Call, at: ProgramPoint) -> Iterable[Value] | None:
    """The parsers of argparse, and the groups of click and typer; None for any other function."""
    return [Instance(_GROUPS[name], node, at)] if name in _GROUPS else None


def call_method(context: Context, method: Method, node: ast.Call, at: ProgramPoint) -> Iterable[Value] | None:
    """The commands of a parser, and each of them; None for any other method."""
    if method.name in ("add_argument_group", "add_mutually_exclusive_group"):
        return [method.owner]
    made = {"add_subparsers": _SUBPARSERS, "add_parser": _PARSER}.get(method.name)
    return [Instance(made, node, at)] if made and method.owner.type != _GROUP else None


def list_parsers(context: Context, node: ast.expr, at: ProgramPoint) -> list[ast.Call]:
    """The calls that made the parser, or the commands of a parser, that an expression is."""
    values = [value for value in context.value(node, at) if isinstance(value, Instance) and value.type != _GROUP]
    return [value.made_by for value in values if value.made_by is not None]


def _list_owners(context: Context, use: Use) -> list[ast.Call]:
    return list_parsers(context, use.call.func.value, use.at) if isinstance(use.call.func, ast.Attribute) else []


def index_parsers(context: Context, module: Module, options: dict[str, list[DeclaredOption]]) -> list[ProgramCommand]:
    """The program that reads the arguments of a file, or each of them, and their commands."""
    subparsers, parsers = context.find_uses(module, "add_subparsers"), context.find_uses(module, "add_parser")
    roots = context.find_uses(module, "ArgumentParser")
    if len(parsers) > _MOST_COMMANDS:
        return []
    declared = [item for named in options.values() for item in named]
    declared.sort(key=lambda item: item.at.order)
    if not parsers and len(roots) < 2:
        begun_by = [_find_outermost(use.scope) for use in roots if use.scope.kind == "function"]
        return [ProgramCommand(module, declared, roots[0].call if roots else None, begun_by)]
    uses = sorted((*context.find_uses(module, "add_argument"), *subparsers), key=lambda use: use.order)
    by_call = {id(item.call): item for item in declared}
    by_call |= {id(use.call): DeclaredOption(use.call, use.at, ("command",), None) for use in subparsers}
    members = group_pairs((id(owner), by_call[id(use.call)]) for use in uses for owner in _list_owners(context, use))
    owned = {id(item) for own in members.values() for item in own}
    loose = [item for item in declared if id(item) not in owned]
    commands: dict[int, ProgramCommand] = {}
    for use in sorted((*roots, *parsers), key=lambda use: use.order):
        _add_command(context, module, use, members, loose, commands)
    return list(commands.values())


def _add_command(
    context: Context,
    module: Module,
    use: Use,
    members: dict[int, list[DeclaredOption]],
    loose: list[DeclaredOption],
    commands: dict[int, ProgramCommand],
) -> None:
    """Add the command of a parser; `loose` are options of which the source does not tell whose they are."""
    own = members.get(id(use.call), [])
    is_ordered = not loose and len({id(item.at.scope) for item in own if item.is_positional}) < 2
    above = find_keyword(use.call, "parents")
    for parent in above.elts if isinstance(above, (ast.List, ast.Tuple)) else ():
        taken = [members.get(id(call), []) for call in list_parsers(context, parent, use.at)]
        is_ordered, own = is_ordered and len(taken) == 1, [*(taken[0] if taken else ()), *own]
    is_ordered = is_ordered and (above is None or isinstance(above, (ast.List, ast.Tuple)))
    if last_word(use.call.func) != "add_parser":
        begun_by = [_find_outermost(use.scope)] if use.scope.kind == "function" else []
        commands[id(use.call)] = ProgramCommand(module, [*own, *loose], use.call, begun_by, is_ordered=is_ordered)
        return
    aliases = find_keyword(use.call, "aliases")
    named = [*use.call.args[:1], *(aliases.elts if isinstance(aliases, (ast.List, ast.Tuple)) else ())]
    names = [name for node in named for name in context.list_literals(node, use.at) if name]
    holders = _list_owners(context, use)
    found = [(item, other) for other in commands.values() for item in other.options if item.call in holders]
    number = group = None
    if len(found) == 1:
        marker, group = found[0]
        before = [item for item in group.options[: list(group.options).index(marker)] if item.is_positional]
        number = len(before) if group.is_ordered and not any(item.is_many for item in before) else None
    group = group or ProgramCommand(module, ())
    commands[id(use.call)] = ProgramCommand(module, [*own, *loose], use.call, (), group, number, names, is_ordered)


def choose_command(context: Context, owner: Arguments, written: str | None, at: ProgramPoint) -> Arguments:
    """The arguments of the commands that conditions around a place leave over: `if args.command == "link":`."""
    count = len(context.find_uses(owner.module, "add_parser"))
    if written is None or not at.scope.guards or not 0 < count <= _MOST_COMMANDS:
        return owner
    for name, parsers in context.keep(("choices", id(owner.module)), _list_choices, context, owner.module):
        if (key := f"{written}.{name}") in at.scope.guards:
            left = [call for call, names in parsers if not names or narrow(context, key, names, at)]
            owner = replace(owner, parsers=tuple(left)) if len(left) < len(parsers) else owner
    return owner


def _list_choices(context: Context, module: Module) -> list[tuple[str, list[tuple[ast.Call, list[Value]]]]]:
    """What the name of the chosen command is kept as, with the parsers and the names of the commands."""
    choices: dict[int, list[tuple[ast.Call, list[Value]]]] = {}
    for use in context.find_uses(module, "add_parser"):
        place = module.source.place(use.call)
        names = context.list_literals(use.call.args[0], use.at) if use.call.args else []
        strings: list[Value] = [StringValue((KnownPart(name, place),), place) for name in names if name]
        for holder in _list_owners(context, use):
            choices.setdefault(id(holder), []).append((use.call, strings))
    kept_as = [(use, find_keyword(use.call, "dest")) for use in context.find_uses(module, "add_subparsers")]
    return [(str(getattr(dest, "value", "")), choices.get(id(use.call), [])) for use, dest in kept_as]


def choose_by_function(context: Context, owner: Arguments, scope: Scope) -> Arguments:
    """The arguments of the commands whose function it is: `parser.set_defaults(run=link)`."""
    by_function = context.keep(("functions of parsers", id(owner.module)), _index_functions, context, owner.module)
    return replace(owner, parsers=tuple(by_function[id(scope)])) if id(scope) in by_function else owner


def _index_functions(context: Context, module: Module) -> dict[int, list[ast.Call]]:
    return group_pairs(
        (id(value.scope), parser)
        for use in (context.find_uses(module, "set_defaults") if context.find_uses(module, "add_parser") else ())
        for keyword in use.call.keywords
        for value in context.value(keyword.value, use.at)
        if isinstance(value, Function)
        for parser in _list_owners(context, use)
    )


# click, typer, fire


def list_options(context: Context, scope: Scope) -> list[DeclaredOption]:
    """The options of a function: those that decorators of click declare, else its parameters, as typer has them."""
    return context.keep(("click", id(scope)), lambda: _list_click_options(scope) or _list_typer_options(scope))


def _list_click_options(scope: Scope) -> list[DeclaredOption]:
    """The options and arguments above a function, in the order of their lines."""
    at = (scope.parent or scope).end
    options: list[DeclaredOption] = []
    for decorator in scope.decorators:
        if isinstance(decorator, ast.Call) and last_word(decorator.func) in ("option", "argument"):
            option = _read_option(decorator, at)
            plain = [flag for flag in option.flags if not flag.startswith("-")]
            if plain and not option.is_positional:  # the name of the parameter beside the flags
                flags = (f"--{plain[0]}", *(flag for flag in option.flags if flag.startswith("-")))
                option = DeclaredOption(decorator, at, flags, option.default)
            options.append(option)
    return options


def _list_typer_options(scope: Scope) -> list[DeclaredOption]:
    options: list[DeclaredOption] = []
    positional = _list_positional(scope)
    for binding in [item for named in scope.bindings.values() for item in named if item.kind == "parameter"]:
        declared = find_declaration(binding)
        flags = list_flags(binding, declared) if binding not in positional else [binding.target]
        is_bool = last_word(binding.annotation) == "bool" if binding.annotation is not None else False
        call = declared or ast.Call(ast.Name("Option", ast.Load()), [], [])
        options.append(DeclaredOption(call, ProgramPoint(scope, END), tuple(flags), None, is_bool))
    return options


def list_flags(binding: Binding, declared: ast.Call | None) -> list[str]:
    """The flags of a parameter of typer or fire: those of its declaration, else those that its name makes."""
    own = [flag for flag in _list_strings(declared) if flag.startswith("-")] if declared is not None else []
    return own or make_flags(binding.target)


def find_commands_of(context: Context, scope: Scope) -> list[ProgramCommand]:
    """The commands that a function of click or typer is: of each group that it is added to, or the whole program."""
    return context.keep(("commands", id(scope)), _find_function_commands, context, scope)


def _find_function_commands(context: Context, scope: Scope, levels: int = 0) -> list[ProgramCommand]:
    options = list_options(context, scope)
    commands: list[ProgramCommand] = []
    for owner, names in _list_memberships(context, scope):
        for group in _find_groups(context, owner, scope.module, levels + 1):
            if isinstance(owner, Instance) and not group.names and _is_single(context, owner, scope.module):
                commands.append(ProgramCommand(scope.module, options, scope, group.begun_by))
            else:
                commands.append(_join(scope.module, options, scope, group, names))
    return commands or [ProgramCommand(scope.module, options, scope, [scope.name])]


def _find_groups(context: Context, owner: Value, module: Module, levels: int) -> list[ProgramCommand]:
    """The commands that a group is, to which others are added; one of no known place where the source does not tell."""
    if levels < _MOST_LEVELS and isinstance(owner, Function):
        return _find_function_commands(context, owner.scope, levels)
    if not isinstance(owner, Instance) or owner.at is None or levels >= _MOST_LEVELS:
        return [ProgramCommand(module, (), is_ordered=False)]
    return context.keep(("groups", id(owner.made_by)), _make_groups, context, owner, owner.at, levels)


def _make_groups(context: Context, owner: Instance, at: ProgramPoint, levels: int) -> list[ProgramCommand]:
    """The commands that an object is which was made with `typer.Typer()` or `click.Group()`."""
    home, made_by = at.scope.module, owner.made_by
    callbacks = [
        scope
        for scope in home.functions.values()
        for item in scope.decorators
        if isinstance(item, ast.Call) and last_word(item.func) == "callback" and _is_of(context, item, owner, scope)
    ]
    options = list_options(context, callbacks[0]) if callbacks else []
    bound = home.scope.bindings.items()
    names = [name for name, bindings in bound if any(item.value is made_by for item in bindings)]
    own = (_find_names(context, made_by, at, 0) if made_by is not None else None) or []
    groups = [
        _join(home, options, made_by, group, own if given is None else given)
        for holder, given in _iterate_added(context, home, id(made_by), names)
        for group in _find_groups(context, holder, home, levels + 1)
    ]
    return groups or [ProgramCommand(home, options, made_by, names)]


def _join(
    module: Module, options: Sequence[DeclaredOption], made_by: object, group: ProgramCommand, names: Sequence[str]
) -> ProgramCommand:
    """A command of a group, whose name comes after the arguments of the group."""
    positional = [item for item in group.options if item.is_positional]
    is_certain = group.is_ordered and not any(item.is_many for item in positional)
    return ProgramCommand(module, options, made_by, (), group, len(positional) if is_certain else None, names)


def _is_of(context: Context, call: ast.Call, owner: Value, scope: Scope) -> bool:
    at = ProgramPoint(scope.parent or scope, END)
    return isinstance(call.func, ast.Attribute) and owner in context.value(call.func.value, at)


def _is_single(context: Context, owner: Instance, module: Module) -> bool:
    """Whether typer leaves out the name of a command: it is the only one of a program without a callback."""
    made_by = owner.made_by
    if made_by is None or last_word(made_by.func) != "Typer" or find_keyword(made_by, "callback") is not None:
        return False
    is_home = owner.at is not None and owner.at.scope.module is module
    uses = [use for name in ("command", "callback", "add_typer") for use in context.find_uses(module, name)]
    return is_home and len([use for use in uses if _is_of(context, use.call, owner, use.scope)]) < 2


def _list_memberships(context: Context, scope: Scope) -> Iterator[tuple[Value, list[str]]]:
    """The groups that a function is added to, each with the names of the command there."""
    plain = [scope.name, *(scope.name.removesuffix(suffix) for suffix in _SUFFIXES if scope.name.endswith(suffix))]
    own = [name.lower().replace("_", "-") for name in plain]
    at = ProgramPoint(scope.parent or scope, END)
    for decorator in scope.decorators:
        call = decorator if isinstance(decorator, ast.Call) else None
        function = call.func if call is not None else decorator
        if last_word(function) in ("command", "group"):
            named = _find_names(context, call, at, 0) if call is not None else None
            own = own if named is None else named
            for owner in context.value(function.value, at) if isinstance(function, ast.Attribute) else ():
                if not isinstance(owner, Name) or "." in owner.path:  # not `click.command()`
                    yield owner, own
    for holder, given in _iterate_added(context, scope.module, id(scope), [scope.name]):
        yield holder, own if given is None else given


def _iterate_added(
    context: Context, module: Module, key: int, names: Sequence[str]
) -> Iterator[tuple[Value, list[str] | None]]:
    """The groups that a function or group is added to, in its file and in those that import it, and its name there."""
    importers = find_importers(module.source.absolute_path)
    adding = [path for path in importers if any(has_word(path, word, MAX_BYTES) for word in _ADDING)]
    for item in (module, *find_modules_with(context, adding, *names)):
        yield from context.keep(("added", id(item)), _index_added, context, item).get(key, ())


def _index_added(context: Context, module: Module) -> dict[int, list[tuple[Value, list[str] | None]]]:
    """What `cli.add_command(f)`, `app.command()(f)` and `click.Group(commands={"f": f})` add to groups, by identity."""
    added: dict[int, list[tuple[Value, list[str] | None]]] = {}
    for use in module.uses:
        call, function = use.call, use.call.func
        made = function if isinstance(function, ast.Call) else call
        called = last_word(made.func)
        nodes: list[tuple[ast.expr, list[str] | None]] = []
        holders: Sequence[Value] = ()
        if isinstance(made.func, ast.Attribute) and called == ("command" if made is not call else "add_command"):
            names = _find_names(context, made, use.at, 0 if made is not call else 1)
            nodes = [(item, names) for item in call.args[:1]]
            holders = context.value(made.func.value, use.at)
        elif isinstance(made.func, ast.Attribute) and called == "add_typer":
            nodes = [(item, _find_names(context, call, use.at, 1)) for item in call.args[:1]]
            holders = context.value(made.func.value, use.at)
        elif called == "Group" and (commands := find_keyword(call, "commands")) is not None:
            holders = [Instance(_GROUP, call, use.at)]
            nodes = [(item, None) for item in getattr(commands, "elts", ())]
            if isinstance(commands, ast.Dict):
                keys = [str(getattr(key, "value", "")) for key in commands.keys]
                nodes = [(item, [key]) for key, item in zip(keys, commands.values, strict=True)]
        for node, given in nodes:
            for value in context.value(node, use.at):
                if isinstance(value, (Function, Instance)):
                    key = id(value.scope if isinstance(value, Function) else value.made_by)
                    added.setdefault(key, []).extend((holder, given) for holder in holders)
    return added


def _find_names(context: Context, call: ast.Call, at: ProgramPoint, number: int) -> list[str] | None:
    """The names that a call may give a command, by `name=` or as an argument of a number; None where it gives none."""
    named = find_argument(call, number, "name")
    return [name for name in context.list_literals(named, at) if name] if named is not None else None


def _list_positional(scope: Scope) -> list[Binding]:
    """The parameters that typer takes for arguments, or fire for those that have no default."""
    bindings = [item for named in scope.bindings.values() for item in named if item.kind == "parameter"]
    return [
        binding
        for binding in sorted(bindings, key=lambda item: item.order)
        if (binding.value is None and not is_called(find_declaration(binding), "Option"))
        or is_called(find_declaration(binding), "Argument")
    ]


def find_declaration(binding: Binding) -> ast.Call | None:
    """`typer.Option(…)` as a default, or inside `Annotated[str, typer.Option(…)]`."""
    if isinstance(binding.value, ast.Call):
        return binding.value
    items = binding.annotation.slice if isinstance(binding.annotation, ast.Subscript) else None
    nodes = items.elts if isinstance(items, ast.Tuple) else ()
    return next((node for node in nodes if is_called(node, "Option", "Argument")), None)  # type: ignore[return-value]
