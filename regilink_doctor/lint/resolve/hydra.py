"""The configuration that Hydra gives a program, composed as Hydra composes it.

`@hydra.main(config_path="conf", config_name="config")` and `compose("config", overrides=[…])`. The defaults list is
followed: groups, files beside the primary one, `_self_`, `@package`, `optional`, `override`, nodes of a `ConfigStore`.
What only a command line or a plugin adds is unknown; where it could replace a value, all is.
"""

from __future__ import annotations

import os
import posixpath
from functools import partial
from itertools import islice, product

from regilink_doctor.core.files import show_path
from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.records import record, replace
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.data import DataList, Given, Scalar, Table, find_data
from regilink_doctor.lint.resolve.bindings import ProgramPoint
from regilink_doctor.lint.resolve.config_files import find_at, is_empty_file, read_document
from regilink_doctor.lint.resolve.imports import find_imported, find_imported_modules, find_module_of_file
from regilink_doctor.lint.resolve.interpolation import split_path
from regilink_doctor.lint.resolve.module_files import find_roots, list_modules_with
from regilink_doctor.lint.resolve.omegaconf import apply_overrides, merge_tables, split_override, to_table
from regilink_doctor.lint.resolve.values import (
    UNKNOWN,
    Document,
    Loaded,
    NonString,
    TreePath,
    Unknown,
    Value,
    hold,
    is_list,
    is_none,
)
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.memory import is_file, is_folder, read_file
from regilink_doctor.lint.text.nodes import copy_place, find_argument, find_keyword, written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from regilink_doctor.lint.data import Data
    from regilink_doctor.lint.resolve.bindings import Module, Scope, Use
    from regilink_doctor.lint.resolve.context import Context

    Package = tuple[str, ...]
    Stored = dict[str, tuple[ast.expr, ProgramPoint, str | None]]
    Choice = str | tuple[str, ...] | None
    Parts = list["Table | Parts"]

_MAX_FILES = 60
_MAX_VALUES = 4000
_MAX_PROGRAMS = 4
_MAX_RUNS = 12
"""Commands with different overrides."""
_NOT_FOLLOWED = Unknown(reason="a configuration of Hydra that is not followed")
_INITIALIZERS = ("initialize", "initialize_config_dir", "initialize_config_module")


# Entry points


def find_passed_to_main(context: Context, scope: Scope) -> list[Value] | None:
    """What Hydra passes to a function; None where it does not call it."""
    calls = [item for item in scope.decorators if isinstance(item, ast.Call)]
    decorator = next((call for call in calls if written_name(call.func) in ("hydra.main", "main")), None)
    if decorator is None:
        return None
    documents = context.keep(("hydra", id(decorator)), partial(_compose_runs, context, decorator, scope))
    return [Loaded(document, attributes=True) for document in documents] or [_NOT_FOLLOWED]


def _compose_runs(context: Context, decorator: ast.Call, scope: Scope) -> list[Document]:
    """What `@hydra.main(…)` composes: without overrides, and for each command of the tree that passes some."""
    own = _compose_for(context, decorator, scope, (), None)
    documents: list[Document] = []
    is_complete = True
    for overrides, name in _find_runs(scope.module.source.folder, scope.module.source.path):
        document = _compose_for(context, decorator, scope, overrides, name)
        documents += [document] if document is not None else []
        is_complete = is_complete and not (own is not None and any(_sets_missing(own, item) for item in overrides))
        is_complete = is_complete and not (own is not None and document is not None and _completes(own, document))
    # A configuration that has to be completed is not meant to be run as it is.
    return [own, *documents] if own is not None and is_complete else documents


def _sets_missing(document: Document, override: StringValue) -> bool:
    path, equals, _ = override.pattern.partition("=")
    data = find_data(document.root, split_path(path)) if equals else None
    return isinstance(data, Scalar) and data.value == "???"


def _completes(own: Document, document: Document) -> bool:
    """Whether a run has a value for something that the configuration leaves to be given."""
    waiting: list[tuple[object, object]] = [(own.root, document.root)]
    for before, after in waiting:
        if isinstance(before, Table) and isinstance(after, Table) and len(waiting) < _MAX_VALUES:
            waiting += [(value, after.entries.get(key)) for key, value in before.entries.items()]
        elif isinstance(before, Scalar) and isinstance(after, Scalar) and before.value == "???" != after.value:
            return True
    return False


def _find_runs(folder: str, program: str) -> list[tuple[tuple[StringValue, ...], str | None]]:
    """The overrides of each command that runs a program, and the name of the configuration that it asks for."""
    from regilink_doctor.lint.resolve.program_inputs import find_commands, find_flag

    runs: dict[tuple[tuple[StringValue, ...], str | None], None] = {}
    for words in [start.words for start in find_commands(folder, program)]:
        named = find_flag(words, ("--config-name", "-cn"))
        overrides = [word for word in words if _is_override(word)]
        is_multirun = any(word.literal in ("-m", "--multirun") for word in words)
        choices = [_split_choices(word) if is_multirun else [word] for word in overrides]
        if overrides or named is not None:
            name = named.literal if named is not None else None
            runs |= dict.fromkeys((combination, name) for combination in islice(product(*choices), _MAX_RUNS))
    return list(runs)[:_MAX_RUNS]


def _is_override(word: StringValue) -> bool:
    """Whether a word of a command sets a value of the program: not an option, and nothing of Hydra itself."""
    text = word.pattern
    return ("=" in text or text.startswith("~")) and not text.lstrip("+~").startswith(("-", "hydra.", "hydra/"))


def _split_choices(word: StringValue) -> list[StringValue]:
    """The overrides that several runs get from one word: `key=a,b`, `key=choice(a,b)`."""
    text = word.pattern
    start = text.find("=") + 1
    end = len(text)
    if text.startswith("choice(", start) and text.endswith(")"):
        start, end = start + len("choice("), end - 1
    elif text[start : start + 1] in ("[", "{", "'", '"') or "(" in text or "," not in text[start:]:
        return [word]
    head = word.cut(0, text.find("=") + 1)
    choices = []
    for item in text[start:end].split(","):
        choices.append(StringValue((*head, *word.cut(start, start + len(item))), word.place))
        start += len(item) + 1
    return choices


def _compose_for(
    context: Context, decorator: ast.Call, scope: Scope, overrides: Sequence[Value], name: str | None
) -> Document | None:
    """What a run with overrides composes; without a path, versions before 1.2 look beside the program."""
    at = (scope.parent or scope).end
    path = find_argument(decorator, 0, "config_path")
    name = name or context.find_literal(find_argument(decorator, 1, "config_name"), at)
    version = find_keyword(decorator, "version_base")
    is_old = version is None or (isinstance(version, ast.Constant) and str(version.value) in ("1.0", "1.1"))
    if path is None:
        folder: str | None = scope.module.source.folder if is_old else ""
    else:
        folder = _find_folder(context, path, at)
    if name is None or folder is None:
        return None
    return _compose(context, scope.module, folder, name, overrides)


def call_function(context: Context, name: str, node: ast.Call, at: ProgramPoint) -> Iterable[Value] | None:
    """What a function of Hydra gives, by its last name; None for one that gives nothing of interest."""
    if name == "compose":
        return _call_compose(context, node, at)
    if name in ("instantiate", "call") and node.args:
        return [value for owner in context.value(node.args[0], at) for value in _instantiate(context, owner, node, at)]
    return None


def _call_compose(context: Context, node: ast.Call, at: ProgramPoint) -> Iterable[Value]:
    """`compose("config", overrides=["reg=prod", "target=…"])` in what `initialize(…)` has named."""
    name = context.find_literal(find_argument(node, 0, "config_name"), at)
    folder = _find_initialized(context, at)
    if name is None or folder is None:
        return [_NOT_FOLLOWED]
    overrides: list[Value] = []
    default_of = None
    for value in context.find_all(find_argument(node, 1, "overrides"), at):
        if is_list(value):
            overrides += [context.find_only(item, value.at) or UNKNOWN for item in value.items]
        else:
            default_of = "an override"
    document = _compose(context, at.scope.module, folder, name, overrides)
    return [Loaded(document, (), True, default_of)] if document is not None else [_NOT_FOLLOWED]


def _find_initialized(context: Context, at: ProgramPoint) -> str | None:
    """The folder that the nearest `initialize` before a place names, of the same function if there is one."""
    here = at.scope.module
    uses = context.keep(("initialized", id(here)), _list_initializers, here.uses)
    own = _list_initializers(context.find_uses_in(at.scope))
    before = [use for use in own if use.order <= at.order] or uses
    if not before or (before is uses and len(uses) > 1):
        return None
    use = before[-1]
    node = find_argument(use.call, 0, "config_path", "config_dir", "config_module")
    if (written_name(use.call.func) or "").endswith("module"):
        module = context.find_literal(node, use.at)
        return _find_module_folder(module, use.scope.module) if module else None
    return _find_folder(context, node, use.at) if node is not None else ""


def _list_initializers(uses: Iterable[Use]) -> list[Use]:
    return [use for use in uses if (written_name(use.call.func) or "").endswith(_INITIALIZERS)]


def _find_folder(context: Context, node: ast.expr, at: ProgramPoint) -> str | None:
    """The folder of a `config_path`, the empty string for None; None where it is not known."""
    value = context.find_only(node, at)
    if value is not None and is_none(value):
        return ""
    if isinstance(value, TreePath):
        return value.path
    text = value.literal if isinstance(value, StringValue) else None
    if text is not None and text.startswith("pkg://"):
        return _find_module_folder(text.removeprefix("pkg://").replace("/", "."), at.scope.module)
    return posixpath.normpath(posixpath.join(at.source.folder, text)) if text is not None else None


def _find_module_folder(dotted: str, module: Module) -> str | None:
    """The folder of a package of the tree, which needs no `__init__.py`."""
    for root in find_roots(module.source.folder):
        for base in (root, posixpath.join(root, "src")):
            folder = posixpath.join(base, *dotted.split("."))
            if is_folder(folder):
                return folder
    return None


# instantiate


def _instantiate(context: Context, owner: Value, node: ast.Call, at: ProgramPoint) -> Iterable[Value]:
    """What `_target_` makes of its arguments, and of those that the call adds."""
    if not isinstance(owner, Loaded):
        return [UNKNOWN]
    targets = find_at(owner, ("_target_",))
    dotted = targets[0].literal if len(targets) == 1 and isinstance(targets[0], StringValue) else None
    if not dotted:
        return [UNKNOWN]
    callees = tuple(find_imported(context, dotted, at.scope.module))
    call = context.keep(
        ("instantiate", id(node), dotted, id(owner.document), owner.keys), lambda: _make_call(callees, owner, node)
    )
    return context.value(call, at)


def _make_call(callees: tuple[Value, ...], owner: Loaded, node: ast.Call) -> ast.Call:
    """`callee(**table, …)`."""
    unpacked = ast.keyword(None, hold(node, owner))
    return copy_place(ast.Call(hold(node, *callees), node.args[1:], [*node.keywords, unpacked]), node)


# ConfigStore


def _index_stored(context: Context, module: Module) -> Stored:
    """The nodes that a program and the modules it imports put into the `ConfigStore`, by group and name."""
    stored: Stored = {}
    for other in (module, *find_imported_modules(context, module)):
        for use in other.uses:
            if isinstance(use.call.func, ast.Attribute) and use.call.func.attr == "store":
                _add_stored(context, use, stored)
    return stored


def _add_stored(context: Context, use: Use, stored: Stored) -> None:
    name = context.find_literal(find_argument(use.call, 0, "name"), use.at)
    node, in_group = find_argument(use.call, 1, "node"), find_argument(use.call, 2, "group")
    group = context.find_literal(in_group, use.at) if in_group is not None else ""
    if name is not None and group is not None and node is not None:
        package = context.find_literal(find_argument(use.call, 3, "package"), use.at)
        stored[posixpath.join(group, name.removesuffix(".yaml"))] = (node, use.at, package)


# Composition


class _NotFollowed(Exception):
    """Something in a defaults list that may replace any value."""


@record
class _Default:
    """An item of a defaults list: what is chosen of a group, or a file beside the one that has the list."""

    path: str
    """Of the group, or of the file, from the root of the configuration."""
    choice: Choice
    package: Package
    is_group: bool = True
    is_placed: bool = False
    """Whether the package is not that of the file."""
    is_override: bool = False
    is_optional: bool = False
    is_self: bool = False

    @property
    def key(self) -> str:
        """What an override names it by."""
        if self.package == tuple(self.path.split("/")):
            return self.path
        return f"{self.path}@{'.'.join(self.package) or '_global_'}"


_SELF = _Default("", None, (), is_self=True)


def _compose(context: Context, module: Module, folder: str, name: str, overrides: Sequence[Value]) -> Document | None:
    """The configuration `name` in a folder after overrides; None where it cannot be followed."""
    stored = context.keep(("stored nodes", id(module)), _index_stored, context, module)
    try:
        table = _Composer(folder, lambda path: _read_stored(context, stored, path), tuple(stored)).compose(
            name.removesuffix(".yaml"), overrides
        )
    except _NotFollowed:
        return None
    return Document(table, "omegaconf")


def list_composed(context: Context, module: Module) -> list[Document]:
    """What Hydra composes for the programs in the folder of a module and those above it."""
    paths = [
        posixpath.join(root, f"{name}.py")
        for root in find_roots(module.source.folder)
        for name in list_modules_with(root, "hydra.main")[:_MAX_PROGRAMS]
    ]
    programs = [program for path in paths if (program := find_module_of_file(context, path)) is not None]
    scopes = [scope for program in programs for scope in program.functions.values() if scope.decorators]
    values = [value for scope in scopes for value in find_passed_to_main(context, scope) or ()]
    return [value.document for value in values if isinstance(value, Loaded)]


def compose_file(context: Context, module: Module, path: str) -> Document | None:
    """What a primary configuration is for a program without overrides; None where it cannot be followed."""
    folder, name = os.path.split(path)
    return context.keep(("composed", path), lambda: _compose(context, module, folder, name, ()))


def _read_stored(context: Context, stored: Stored, path: str) -> tuple[Table, str | None] | None:
    if path not in stored:
        return None
    node, at, package = stored[path]
    value = context.find_only(node, at)
    table = to_table(context, value, at.source.place(node)) if value is not None else None
    if table is None:
        raise _NotFollowed
    return table, package


class _Composer:
    """Merges the files of one configuration folder, and nodes of the store; the files come first."""

    def __init__(
        self, folder: str, read_stored: Callable[[str], tuple[Table, str | None] | None], stored: tuple[str, ...]
    ) -> None:
        self.folder = folder
        self.read_stored = read_stored
        self.stored = stored
        self.left = _MAX_FILES
        self.choices: dict[str, Choice] = {}
        """What overrides choose, by the keys of the defaults; the first one counts."""
        self.chosen: dict[str, str] = {}
        self.deferred: list[tuple[_Default, Parts]] = []
        """Defaults whose names are made of other choices: `${db}_${size}`."""

    def compose(self, name: str, overrides: Sequence[Value]) -> Table:
        """The table of the primary configuration, those of its defaults and the overrides merged in."""
        appended, others = [], []
        for text in overrides:
            default = self._read_choice(text)
            if default is None:
                others.append(text)
            elif default.is_override:
                self.choices.setdefault(default.key, default.choice)
            else:
                appended.append(default)
        parts = self._expand(name, (), appended=appended, is_placed=False)
        if parts is None:
            raise _NotFollowed
        for default, place in self.deferred:
            place += self._expand_default(replace(default, choice=self._fill(default.choice))) or ()
        first, *rest = _flatten(parts)
        for table in rest:
            first = merge_tables(first, table)
        return apply_overrides(first, others)

    def _read_choice(self, text: Value) -> _Default | None:
        """An override that chooses of a group, `reg=prod` or `+reg=prod`; None for one of a value."""
        override = split_override(text)
        if override is None:
            raise _NotFollowed
        path, value = override
        word = path.lstrip("+~")
        key, at, destination = word.partition("@")
        is_group = bool(self.folder) and is_folder(posixpath.join(self.folder, key))
        if not is_group and not any(name.startswith(f"{key}/") for name in self.stored):
            return None
        choice = value.literal
        if choice is None or path.startswith(("~", "++")) or choice[:1] in "[{" or "," in choice:
            raise _NotFollowed
        package = _to_package(destination) if at else tuple(key.split("/"))
        chosen = None if choice == "null" else choice
        return _Default(key, chosen, package, is_placed=bool(at), is_override=not path.startswith("+"))

    def _expand(
        self, path: str, package: Package, *, is_placed: bool, appended: Sequence[_Default] = ()
    ) -> Parts | None:
        """The tables of a configuration and its defaults in the order in which they are merged; None without a file."""
        read = self._read(path)
        if read is None:
            return None
        own, header = read
        package = header if header is not None and not is_placed else package
        body = _wrap(
            replace(own, entries={key: value for key, value in own.entries.items() if key != "defaults"}), package
        )
        defaults = self._list_defaults(own.entries.get("defaults"), os.path.dirname(path), package)
        if not any(default.is_self for default in defaults):
            defaults.append(_SELF)
        defaults += appended
        for default, following in zip(defaults, [*defaults[1:], _SELF], strict=True):
            if default.is_override:
                self.choices.setdefault(default.key, default.choice)
                if not (following.is_override or following.is_self or following in appended):
                    raise _NotFollowed  # Hydra wants overrides at the end
        parts: Parts = []
        is_own_before = True
        # From the end: an `override` in one of the later ones is for those before it.
        for default in reversed(defaults):
            if default.is_self:
                is_own_before = False
                parts.append(body)
            elif not default.is_override:
                inner = self._expand_default(default)
                if inner is None and is_own_before and not default.is_optional:
                    raise _NotFollowed  # it would be merged over what this file has
                parts.append([] if inner is None else inner)
        return parts[::-1]

    def _expand_default(self, default: _Default) -> Parts | None:
        """The tables of what is chosen; None where it is in no file and not in the store."""
        choice = self.choices.get(default.key, default.choice) if default.is_group else default.choice
        if isinstance(choice, str) and "${" in choice:
            place: Parts = []
            self.deferred.append((default, place))
            return place
        if isinstance(choice, tuple):
            paths = [posixpath.join(default.path, name) for name in choice]
            lists = [self._expand(path, default.package, is_placed=default.is_placed) for path in reversed(paths)]
            return [item for item in reversed(lists) if item is not None] or None
        if default.is_group and (choice is None or choice == "???"):
            return []
        if isinstance(choice, str):
            self.chosen[default.key] = choice
        path = posixpath.join(default.path, choice.removesuffix(".yaml")) if choice is not None else default.path
        return self._expand(path, default.package, is_placed=default.is_placed)

    def _fill(self, choice: Choice) -> str:
        """A name that is made of other choices."""
        text = str(choice)
        for key, chosen in self.chosen.items():
            text = text.replace("${" + key.replace("/", ".") + "}", chosen)
        if "$" in text:
            raise _NotFollowed
        return text

    def _list_defaults(self, listed: Data | None, group: str, package: Package) -> list[_Default]:
        defaults: list[_Default] = []
        for item in listed.items if isinstance(listed, DataList) else ():
            text = _to_text(item)
            if text == "_self_":
                defaults.append(_SELF)
            elif text is not None:
                folder, name = os.path.split(text)
                defaults.append(_place(folder, name, group, package, is_group=False))
            elif isinstance(item, Table) and len(item.entries) == 1:
                ((key, chosen),) = item.entries.items()
                *words, key = key.split()
                if not key.lstrip("/").startswith("hydra/"):
                    default = _place(key, _to_choice(chosen), group, package)
                    is_override, is_optional = "override" in words, "optional" in words
                    defaults.append(replace(default, is_override=is_override, is_optional=is_optional))
            else:
                raise _NotFollowed
        return defaults

    def _read(self, path: str) -> tuple[Table, Package | None] | None:
        """A configuration file, or else a node of the store, and the package that it names."""
        if self.left <= 0 or ".." in path.split("/"):
            raise _NotFollowed
        self.left -= 1
        full = posixpath.join(self.folder, f"{path}.yaml") if self.folder else ""
        if not is_file(full):
            stored = self.read_stored(path)
            return (stored[0], _to_package(stored[1]) if stored[1] else None) if stored is not None else None
        document = read_document(full, "yaml", "omegaconf")
        if document is None and is_empty_file(full):
            return Table((), Place(show_path(full), Span(1, 1, 1, 1)), {}), _find_package(full)
        if document is None or not isinstance(document.root, Table) or document.root.repeated:
            raise _NotFollowed
        return document.root, _find_package(full)


def _find_package(path: str) -> Package | None:
    """The package that the first lines of a file give it: `# @package _global_`."""
    start = (read_file(path, 1024) or b"").decode("utf-8", "replace")
    for line in start.splitlines():
        words = line.lstrip("# ").split()
        if line.startswith("#") and words[:1] == ["@package"] and len(words) == 2:
            if "_group_" in words[1] or "_name_" in words[1]:
                raise _NotFollowed  # of versions before 1.1
            return _to_package(words[1])
        if line.strip() and not line.startswith("#"):
            break
    return None


def _to_package(text: str) -> Package:
    return tuple([word for word in text.split(".") if word not in ("", "_global_", "_here_", "_group_")])


def _place(key: str, choice: Choice, group: str, package: Package, *, is_group: bool = True) -> _Default:
    """A default of a configuration in `group` at `package`: `reg`, `/reg`, `reg@out.sink`."""
    if "$" in key:
        raise _NotFollowed
    key, at, destination = key.partition("@")
    if not is_group and isinstance(choice, str) and "@" in choice:
        choice, at, destination = choice.partition("@")
    path = posixpath.join("" if key.startswith("/") else group, key.strip("/"))
    if destination.startswith("_global_"):
        inner = _to_package(destination)
    elif at:
        inner = (*package, *_to_package(destination))
    else:
        inner = (*package, *(word for word in key.split("/") if word))
    return _Default(path, choice, inner, is_group=is_group, is_placed=bool(at))


def _to_text(data: Data) -> str | None:
    """The string that a file, or the program, gives."""
    if isinstance(data, Given):
        value = data.values[0] if len(data.values) == 1 else None
        return value.literal if isinstance(value, StringValue) else None
    return data.value if isinstance(data, Scalar) and isinstance(data.value, str) else None


def _to_choice(data: Data) -> Choice:
    if isinstance(data, DataList):
        names = [_to_text(item) for item in data.items]
        if None in names:
            raise _NotFollowed
        return tuple([name for name in names if name is not None])
    text = _to_text(data)
    if text is None and not (isinstance(data, Scalar) and data.kind == "null"):
        is_none_given = isinstance(data, Given) and data.values == (NonString(None),)
        if not is_none_given:
            raise _NotFollowed
    return text


def _flatten(parts: Parts) -> list[Table]:
    tables: list[Table] = []
    for part in parts:
        tables += [part] if isinstance(part, Table) else _flatten(part)
    return tables


def _wrap(table: Table, package: Package) -> Table:
    """A table below the keys of its package."""
    for key in reversed(package):
        table = replace(table, entries={key: table})
    return table
