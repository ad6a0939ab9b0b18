"""What an expression can be, worked out from the source alone.

Every expression gives a tuple of alternatives (branches, callers, loops over literals). Names are followed through the
file, through calls of its functions in both directions, and into other files of the tree. The work per file is bounded;
what is beyond is unknown.
"""

from __future__ import annotations

from regilink_doctor.core.records import cached_property
from regilink_doctor.core.strings import StringValue

# Each of these registers its functions.
from regilink_doctor.lint.resolve import calls, containers, names, objects, parameters, strings, wandb_api
from regilink_doctor.lint.resolve.context import Context
from regilink_doctor.lint.resolve.values import Method, Name
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint.resolve.bindings import Frame, Module, ProgramPoint, Use
    from regilink_doctor.lint.text.source import Source

__all__ = ["Resolver", "calls", "containers", "names", "objects", "parameters", "strings"]

_OTHER_NAMES = frozenset({ast.Name, ast.Attribute, ast.IfExp})
"""What a name can be bound to that has a name already."""

_METHODS = frozenset(wandb_api.BY_NAME)

_ONLY_STRINGS = frozenset({StringValue})


class Resolver(Context):
    """Answers the questions of call sites about one file, and those of the tree that it imports."""

    def __init__(self, source: Source, module: Module) -> None:
        super().__init__(source, module)
        self._callees: dict[tuple[int, Frame | None], tuple[str, ...]] = {}

    def forget(self) -> None:
        """Let go of everything, itself among it: see `Module.forget`."""
        vars(self).clear()

    def texts(self, node: ast.expr, at: ProgramPoint) -> tuple[StringValue, ...]:
        """The alternatives of an expression as strings, those that are certainly not strings left out."""
        values = self.value(node, at)
        if _ONLY_STRINGS.issuperset(map(type, values)):
            return values  # type: ignore[return-value]
        texts = [string for value in values if (string := strings.to_string(self, value, node, at)) is not None]
        return tuple(texts if len(texts) < 2 else dict.fromkeys(texts))

    def callee(self, use: Use) -> tuple[str, ...]:
        """The canonical names of what a call calls: `wandb.Run.link_artifact`."""
        key = (id(use.call), use.frame)
        known = self._callees.get(key)
        if known is None:
            known = self._find_callee(use)
            if self.is_free:  # inside a question the answer may be a part of it
                self._callees[key] = known
        return known

    def _find_callee(self, use: Use) -> tuple[str, ...]:
        function = use.call.func
        # Most calls are recognized by their last word: following them all would read half the tree.
        word = getattr(function, "attr", None) or getattr(function, "id", None)
        if word is not None and word not in wandb_api.NAMES:
            is_name = isinstance(function, ast.Name)
            if word not in (self._aliases if is_name else self._attribute_aliases):
                return ()
        return tuple([value.path for value in self.value(function, use.at) if isinstance(value, (Name, Method))])

    @cached_property
    def _aliases(self) -> frozenset[str]:
        """Names of the file that may be another name of something of wandb's."""
        uses = self.module.uses if self._names_methods else ()
        # With what it links, the call that passes a method is a link itself.
        are_passed = any(_is_method(item) for use in uses if len(use.call.args) < 3 for item in use.call.args)
        return frozenset(
            name
            for _, name, binding in self.module.iterate_bindings()
            if type(binding.value) in _OTHER_NAMES
            or (binding.kind == "import" and binding.target.partition(".")[0] in wandb_api.PACKAGES)
            or (binding.kind == "element" and self._has_method(binding.value))
            or (are_passed and binding.kind == "parameter")
        )

    @cached_property
    def _attribute_aliases(self) -> frozenset[str]:
        """Attributes of objects and classes of the file that may be another name of a method of wandb's."""
        if not self._names_methods:
            return frozenset()
        named: list[tuple[str, ast.expr | None]]
        named = [(getattr(store.target, "attr", ""), store.value) for store in self.module.stores]
        named += [(name, item.value) for scope, name, item in self.module.iterate_bindings() if scope.kind == "class"]
        for scope in self.module.functions.values():
            named += [(name, item[0]) for name, items in scope.attributes.items() for item in items]
        return frozenset(name for name, value in named if self._has_method(value))

    @cached_property
    def _names_methods(self) -> bool:
        """Whether the file has a method of wandb's itself, which is not called: `run.link_artifact`."""
        text = self.source.text
        return any(text.count(f".{name}") > text.count(f".{name}(") + text.count(f".{name}_") for name in _METHODS)

    def _has_method(self, node: ast.expr | None) -> bool:
        """Whether an expression is, or holds, a method that is not called: `[run.link_artifact]`."""
        if node is None or not self._names_methods:
            return False
        return self.keep(("has method", id(node)), _find_method, node)


def _is_method(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in _METHODS


def _find_method(expression: ast.expr) -> bool:
    called = {id(node.func) for node in walk(expression) if isinstance(node, ast.Call)}
    return any(_is_method(node) and id(node) not in called for node in walk(expression))
