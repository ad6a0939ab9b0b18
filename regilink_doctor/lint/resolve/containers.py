"""Lists and dictionaries that are written out: their items, and what a loop over them gives."""

from __future__ import annotations

from regilink_doctor.core.strings import KnownPart, StringValue
from regilink_doctor.lint.resolve import wandb_api
from regilink_doctor.lint.resolve.strings import MAX_ALTERNATIVES
from regilink_doctor.lint.resolve.values import (
    UNKNOWN,
    Arguments,
    ClassOrObject,
    Instance,
    Literal,
    Member,
    Name,
    ProgramPoint,
    Unknown,
    Value,
    with_name,
)
from regilink_doctor.lint.text import syntax as ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from regilink_doctor.lint.resolve.resolver import Resolver

_SAME_ITEMS = frozenset({"list", "tuple", "sorted", "reversed", "set", "tqdm.tqdm", "tqdm.auto.tqdm", "iter", "tqdm"})
_IN_ORDER = (ast.List, ast.Tuple)
_ONE_ITEM = frozenset({"next", "max", "min", "random.choice"})


class Containers:
    """Answers for an `Resolver` what is inside lists and dictionaries."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._kept: list[ast.Tuple] = []
        self._sets: dict[int, ast.Set] = {}
        self._found: dict[tuple[Literal, tuple[str | None, ...]], list[Value]] = {}

    def item(self, node: ast.Subscript, at: ProgramPoint, depth: int) -> Iterable[Value]:
        """`owner[key]`."""
        resolver = self._resolver
        keys = [value.literal for value in resolver.value(node.slice, at, depth) if isinstance(value, StringValue)]
        values: list[Value] = []
        for owner in resolver.value(node.value, at, depth):
            if isinstance(owner, Name) and owner.path == "os.environ":
                # A KeyError if it is not set: never the word None.
                values.append(Unknown(reason="a variable of the environment"))
            elif isinstance(owner, Literal):
                values += self._items_of(owner, node, keys, at, depth)
            elif isinstance(owner, Arguments):
                for key in keys:
                    values += resolver.parameters.argument(owner, key or "", depth)
            elif (
                isinstance(owner, ClassOrObject)
                and not owner.instance
                and keys[:1]
                and resolver.objects.is_enum(owner.scope)
            ):
                values.append(Member(owner.scope, keys[0] or ""))  # Registry["MODEL"]
            elif isinstance(owner, Instance) and owner.type in wandb_api.ELEMENTS:
                values.append(Instance(wandb_api.ELEMENTS[owner.type]))
            else:
                values.append(UNKNOWN)
        return values

    def get(self, owner: Literal, node: ast.Call, at: ProgramPoint, depth: int) -> Iterable[Value]:
        """`owner.get(key, default)`."""
        keys = [
            value.literal for value in self._resolver.value(node.args[0], at, depth) if isinstance(value, StringValue)
        ]
        default = [*node.args[1:], *(keyword.value for keyword in node.keywords if keyword.arg == "default")]
        found = self.by_key(owner, keys, depth)
        if found and keys and None not in keys:
            return found
        return [*found, *(self._resolver.value(default[0], at, depth) if default else [UNKNOWN])]

    def by_key(self, owner: Literal, keys: Sequence[str | None], depth: int) -> list[Value]:
        """The values below any of these keys; a key that is not known takes any of them. The last one wins."""
        asked = (owner, tuple(keys))
        if asked not in self._found:
            self._found[asked] = [UNKNOWN]  # a dictionary that is unpacked into itself
            self._found[asked] = self._by_key(owner, keys, depth)[:MAX_ALTERNATIVES]
        return self._found[asked]

    def _by_key(self, owner: Literal, keys: Sequence[str | None], depth: int) -> list[Value]:
        by_name: dict[str, list[Value]] = {}
        unknown: list[Value] = []
        for key, value in owner.pairs:
            if key is None:
                for inner in self._resolver.value(value, owner.at, depth):
                    found = (
                        self.by_key(inner, keys, depth) if isinstance(inner, Literal) and inner.mapping else [UNKNOWN]
                    )
                    unknown += found
                continue
            names = [key] if isinstance(key, str) else self._names(key, owner.at, depth)
            if not keys or None in keys or set(names) & set(keys):
                found = list(self._resolver.value(value, owner.at, depth))
                name = names[0] if names and names[0] else ""
                by_name[name] = [with_name(item, name) for item in found] if name else found
        return [item for found in by_name.values() for item in found] or unknown

    def _names(self, key: ast.expr, at: ProgramPoint, depth: int) -> list[str | None]:
        names: list[str | None] = []
        for value in self._resolver.value(key, at, depth):
            text = self._resolver.as_text(value, key, at) if isinstance(value, StringValue | Member) else None
            names += [text.literal] if text is not None else []
        return names

    def _items_of(
        self, owner: Literal, node: ast.Subscript, keys: Sequence[str | None], at: ProgramPoint, depth: int
    ) -> Iterable[Value]:
        if owner.mapping:
            stored = self.stored(node, keys, at, depth)
            return stored or self.by_key(owner, keys, depth) or [UNKNOWN]
        index = node.slice
        negative = isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.USub)
        number = index.operand if isinstance(index, ast.UnaryOp) and negative else index
        if isinstance(number, ast.Constant) and isinstance(number.value, int):
            return self.at_index(owner, -number.value if negative else number.value, depth)
        return self._all(owner, depth)

    def stored(self, node: ast.Subscript, keys: Sequence[str | None], at: ProgramPoint, depth: int) -> list[Value]:
        """What was assigned to the same item of the same name before: `paths["model"] = …`."""
        owner = ast.unparse(node.value)
        values: list[Value] = []
        for store in at.scope.module.stores:
            if not isinstance(store.target, ast.Subscript) or (store.scope is at.scope and store.order >= at.order):
                continue
            if ast.unparse(store.target.value) != owner:
                continue
            where = ProgramPoint(store.scope, store.order, store.branch, at.frame if store.scope is at.scope else None)
            if set(self._names(store.target.slice, where, depth)) & set(keys):
                values = list(self._resolver.value(store.value, where, depth))
        return values

    def at_index(self, value: Value, index: int, depth: int) -> Iterable[Value]:
        """One item of a list or tuple, by its number."""
        if isinstance(value, Literal) and isinstance(value.node, ast.Set):
            return self._all(value, depth)
        if isinstance(value, Literal) and not value.mapping:
            items = value.items
            if any(isinstance(item, ast.Starred) for item in items) or not -len(items) <= index < len(items):
                return [UNKNOWN]
            return self._resolver.value(items[index], value.at, depth)
        return [UNKNOWN]

    def gathered(
        self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, at: ProgramPoint, depth: int
    ) -> Iterable[Value]:
        """`[a for a in run.logged_artifacts() if …]`: objects of wandb's are held as wandb's own collections hold them.

        Other items are those of a set: which comes where is not known. A condition leaves open which there are at all.
        """
        if "wandb" not in at.scope.module.imports:
            return [UNKNOWN]
        holders = {item: holder for holder, item in wandb_api.ELEMENTS.items()}
        types = [getattr(value, "type", "") for value in self._resolver.value(node.elt, at, depth)]
        if not any(item in holders for item in types) and not any(part.ifs for part in node.generators):
            items = self._sets.setdefault(id(node), ast.Set(elts=[node.elt]))
            return [Literal(items, at)]
        return [Instance(holders[item]) if item in holders else UNKNOWN for item in types]

    def chosen(self, path: str, node: ast.Call, at: ProgramPoint, depth: int) -> list[Value] | None:
        """`list(artifacts)`, `next(artifacts)`, `max(artifacts, key=…)` of objects of wandb's; None for any other."""
        if not node.args or path not in _SAME_ITEMS | _ONE_ITEM or "wandb" not in at.scope.module.imports:
            return None  # following every `max` and list of a large file without wandb would take twice as long
        held = [value for value in self._resolver.value(node.args[0], at, depth) if isinstance(value, Instance)]
        held = [value for value in held if value.type in wandb_api.ELEMENTS]
        if path in _ONE_ITEM:
            return [Instance(wandb_api.ELEMENTS[value.type]) for value in held] or None
        return list(held) or None

    def elements(self, node: ast.expr, at: ProgramPoint, depth: int) -> Iterable[Value]:
        """What a loop over an expression gives."""
        if isinstance(node, ast.Call) and (pairs := self._paired(node, at, depth)) is not None:
            return pairs
        values: list[Value] = []
        for value in self._resolver.value(node, at, depth):
            if isinstance(value, Literal):
                values += self._all(value, depth)
            elif isinstance(value, Instance) and value.type in wandb_api.ELEMENTS:
                values.append(Instance(wandb_api.ELEMENTS[value.type]))
            elif (
                isinstance(value, ClassOrObject) and not value.instance and self._resolver.objects.is_enum(value.scope)
            ):
                values += [Member(value.scope, name) for name in value.scope.bindings if not name.startswith("_")]
            else:
                values.append(UNKNOWN)
        return values

    def _all(self, owner: Literal, depth: int) -> list[Value]:
        if owner.mapping and isinstance(owner.node, ast.Call):
            place = owner.at.source.place(owner.node)
            return [StringValue((KnownPart(key, place),), place) for key, _ in owner.pairs if isinstance(key, str)]
        values: list[Value] = []
        for item in owner.items:
            if isinstance(item, ast.Starred):
                values += self.elements(item.value, owner.at, depth)
            else:
                values += self._resolver.value(item, owner.at, depth)
        return values

    def _paired(self, node: ast.Call, at: ProgramPoint, depth: int) -> list[Value] | None:
        """`.items()`, `.values()`, `.keys()`, `enumerate`, `zip`, `sorted` … of what is written out."""
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in ("items", "values", "keys") and not node.args:
            values: list[Value] = []
            for owner in self._resolver.value(function.value, at, depth):
                if not isinstance(owner, Literal) or not owner.mapping:
                    values.append(UNKNOWN)
                elif function.attr == "keys":
                    values += self._all(owner, depth)
                elif function.attr == "values":
                    values += [
                        item for _, value in owner.pairs for item in self._resolver.value(value, owner.at, depth)
                    ]
                else:
                    values += [
                        Literal(self._tuple(key, value), owner.at)
                        for key, value in owner.pairs
                        if isinstance(key, ast.expr)
                    ] or [UNKNOWN]
            return values
        name = function.id if isinstance(function, ast.Name) else ast.unparse(function)
        if name in _SAME_ITEMS and node.args:
            return list(self.elements(node.args[0], at, depth))
        if name == "enumerate" and node.args:
            pairs: list[Value] = []
            for owner in self._resolver.value(node.args[0], at, depth):
                items = owner.items if isinstance(owner, Literal) and isinstance(owner.node, _IN_ORDER) else []
                where = owner.at if isinstance(owner, Literal) else at
                pairs += [Literal(self._tuple(ast.Constant(index), item), where) for index, item in enumerate(items)]
            return pairs or [UNKNOWN]
        if name == "zip" and node.args:
            columns = [self._resolver.value(argument, at, depth) for argument in node.args]
            if all(len(column) == 1 and isinstance(column[0], Literal) and column[0].at == at for column in columns):
                lists = [column[0] for column in columns if isinstance(column[0], Literal)]
                if not all(isinstance(each.node, _IN_ORDER) for each in lists):
                    return [UNKNOWN]
                rows = zip(*(each.items for each in lists), strict=False)
                return [Literal(self._tuple(*row), at) for row in rows]
        return None

    def _tuple(self, *items: ast.expr) -> ast.Tuple:
        """A tuple of expressions that are written somewhere. Kept: values are remembered by a node's identity."""
        made = ast.Tuple(elts=list(items), ctx=ast.Load())
        self._kept.append(made)
        return made
