"""One walk over a tree that notes who binds which name, where; nothing is evaluated."""

from __future__ import annotations

from regilink_doctor.lint.resolve.bindings import Binding, Module, Read, ReturnedValue, Scope, Store, Use
from regilink_doctor.lint.resolve.wandb_api import LOGGED_ONLY
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import FUNCTIONS, LEAVES, WITHS, inside, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.lint.resolve.bindings import BindingKind, Branch
    from regilink_doctor.lint.text.source import Source

_DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_TESTS = (ast.If, ast.While, ast.Assert)
_FORS = (ast.For, ast.AsyncFor)
_BRANCHES = (ast.If, *_FORS, ast.While)
_DISPLAYS = (ast.Tuple, ast.List)
_ITEMS = (ast.Attribute, ast.Subscript)
_WITH_NAMES = frozenset({ast.Lambda, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp})
"""Expressions that have names of their own."""


def read_module(source: Source, tree: ast.Module | None = None) -> Module:
    """The scopes of a file; `tree` if it was parsed before.

    Raises:
        Unparsable: it is not the Python of the interpreter that runs us.
    """
    tree = tree or source.parse()
    module = Module(Scope("module", tree), source)
    module.scope.module = module
    _Reader(module).body(tree.body, module.scope, ())
    return module


class _Reader:
    def __init__(self, module: Module) -> None:
        self.module = module
        self.order = 0

    def body(self, statements: list[ast.stmt], scope: Scope, branch: Branch) -> None:
        for statement in statements:
            self.statement(statement, scope, branch)

    def statement(self, node: ast.stmt, scope: Scope, branch: Branch) -> None:
        self.order += 1
        if isinstance(node, _DEFINITIONS):
            self.definition(node, scope, branch)
            return
        if isinstance(node, _IMPORTS):
            self.imported(node, scope, branch)
            return
        # What a statement evaluates is looked at before what it binds: `run = f(run)`.
        for child in inside(node):
            if type(child) not in LEAVES:
                self.expression(child, scope, branch, node)
        self.order += 1
        if isinstance(node, ast.Expr):
            return
        if isinstance(node, _TESTS):
            for part in walk(node.test):
                if isinstance(part, ast.Name):
                    scope.tested.setdefault(part.id, self.order)
        if isinstance(node, ast.Return):
            scope.returns.append(ReturnedValue(node.value, self.order, branch))
        self.bound(node, scope, branch)
        self.arms(node, scope, branch)

    def arms(self, node: ast.stmt, scope: Scope, branch: Branch) -> None:
        """The bodies of a compound statement, each its own arm; that of a `with` belongs to the code around it."""
        if isinstance(node, WITHS):
            self.body(node.body, scope, branch)
        elif isinstance(node, _BRANCHES):
            loop = not isinstance(node, ast.If)
            self.body(node.body, scope, (*branch, (id(node), "body")))
            # A loop's `else` runs after its body, not instead of it.
            self.body(node.orelse, scope, (*branch, (id(node) + loop, "else")))
        elif isinstance(node, ast.Try) or type(node).__name__ == "TryStar":  # TryStar: Python 3.11 and later
            self.body(getattr(node, "body", []), scope, branch)
            for handler in getattr(node, "handlers", []):
                arm = (*branch, (id(handler), "except"))
                if handler.name:
                    scope.bind(handler.name, Binding("unknown", handler, self.order, arm))
                self.body(handler.body, scope, arm)
            self.body(getattr(node, "orelse", []), scope, branch)
            self.body(getattr(node, "finalbody", []), scope, branch)
        elif isinstance(node, ast.Match):
            for case in node.cases:
                arm = (*branch, (id(node), str(id(case))))
                for pattern in walk(case.pattern):
                    name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
                    if isinstance(name, str):
                        scope.bind(name, Binding("unknown", pattern, self.order, arm))
                self.body(case.body, scope, arm)

    def bound(self, node: ast.stmt, scope: Scope, branch: Branch) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self.target(target, node.value, scope, branch)
                if isinstance(target, _ITEMS):
                    self.module.stores.append(Store(target, node.value, scope, self.order, branch, node))
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                if isinstance(target, ast.Subscript):
                    self.module.removals.append(Store(target, target.slice, scope, self.order, branch, node))
        elif isinstance(node, ast.AnnAssign):
            self.target(node.target, node.value, scope, branch, annotation=node.annotation)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            scope.bind(node.target.id, Binding("augment", node, self.order, branch, node.value))
        elif isinstance(node, _FORS):
            self.target(node.target, node.iter, scope, (*branch, (id(node), "body")), kind="element")
        elif isinstance(node, WITHS):
            for item in node.items:
                if item.optional_vars is not None:
                    self.target(item.optional_vars, item.context_expr, scope, branch, kind="context")
        elif isinstance(node, ast.Global):
            for name in node.names:
                scope.bind(name, Binding("unknown", node, self.order, branch, target="global"))

    def target(
        self,
        target: ast.expr,
        value: ast.expr | None,
        scope: Scope,
        branch: Branch,
        *,
        kind: BindingKind = "value",
        annotation: ast.expr | None = None,
        path: tuple[int, ...] = (),
    ) -> None:
        """What an assignment binds: a name, an attribute of `self`, or each name of a tuple."""
        if isinstance(target, ast.Name):
            home = scope
            if any(item.target == "global" for item in scope.bindings.get(target.id, ())):
                home, branch = self.module.scope, (*branch, (id(scope), "global"))
            home.bind(target.id, Binding(kind, target, self.order, branch, value, annotation, path=path))
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            owner = scope.owner
            if owner is not None and value is not None and target.value.id == scope.first_parameter and not path:
                owner.attributes.setdefault(target.attr, []).append((value, scope, self.order, branch))
        elif isinstance(target, _DISPLAYS):
            known = kind == "value" and not path
            values = value.elts if known and isinstance(value, _DISPLAYS) else []
            pairs = len(values) == len(target.elts) and not any(isinstance(item, ast.Starred) for item in values)
            for index, item in enumerate(target.elts):
                if pairs:
                    self.target(item, values[index], scope, branch)
                elif value is None or isinstance(item, ast.Starred):
                    self.target(item, None, scope, branch, kind="unknown")
                else:
                    self.target(item, value, scope, branch, kind=kind, path=(*path, index))
        elif isinstance(target, ast.Starred):
            self.target(target.value, None, scope, branch, kind="unknown")

    def definition(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, scope: Scope, branch: Branch
    ) -> None:
        for decorator in node.decorator_list:
            self.expression(decorator, scope, branch, node)
        if isinstance(node, ast.ClassDef):
            for base in node.bases:
                self.expression(base, scope, branch, node)
            inner = Scope("class", node, scope)
            scope.bind(node.name, Binding("class", node, self.order, branch))
            self.module.functions[id(node)] = inner
        else:
            inner = self.function(node, node.args, scope)
            for default in [*node.args.defaults, *node.args.kw_defaults]:
                if default is not None:
                    self.expression(default, scope, branch, node)
            scope.bind(node.name, Binding("function", node, self.order, branch))
        self.body(node.body, inner, ())

    def function(self, node: ast.AST, arguments: ast.arguments, scope: Scope) -> Scope:
        """The scope of a function or lambda, its parameters bound."""
        inner = Scope("function", node, scope)
        self.module.functions[id(node)] = inner
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
        defaults += arguments.defaults
        for argument, default in zip(
            [*positional, *arguments.kwonlyargs], [*defaults, *arguments.kw_defaults], strict=True
        ):
            inner.bind(
                argument.arg,
                Binding("parameter", argument, self.order, (), default, argument.annotation, argument.arg),
            )
        for rest in (arguments.vararg, arguments.kwarg):
            if rest is not None:
                inner.bind(rest.arg, Binding("unknown", rest, self.order, ()))
        return inner

    def imported(self, node: ast.Import | ast.ImportFrom, scope: Scope, branch: Branch) -> None:
        for name in node.names:
            if isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                self.module.imports.add(module.partition(".")[0])
                # `from . import x` is the same as x beside this file: the dots alone count the folders.
                target = f"{module}.{name.name}" if node.module else module + name.name
                bound = name.asname or name.name
            else:
                self.module.imports.add(name.name.partition(".")[0])
                bound = name.asname or name.name.partition(".")[0]
                target = name.name if name.asname else bound
            scope.bind(bound, Binding("import", node, self.order, branch, target=target))

    def expression(self, node: ast.AST, scope: Scope, branch: Branch, statement: ast.stmt) -> None:
        """The calls and walrus bindings in an expression, inner ones first, in the scope where they run."""
        if type(node) in _WITH_NAMES:
            if isinstance(node, ast.Lambda):
                self.anonymous(node, scope, statement)
                return
            self.comprehension(node, scope, branch, statement)
        for child in inside(node):
            if type(child) not in LEAVES:
                self.expression(child, scope, branch, statement)
        if isinstance(node, ast.Call):
            self.order += 1
            self.module.uses.append(Use(node, scope, self.order, branch, statement))
        elif isinstance(node, ast.Attribute):
            if node.attr in LOGGED_ONLY and isinstance(node.value, ast.Name) and isinstance(node.ctx, ast.Load):
                self.module.reads.append(Read(node, scope, self.order, branch, statement))
        elif isinstance(node, ast.NamedExpr):
            self.order += 1
            self.target(node.target, node.value, scope, branch)
        elif isinstance(node, ast.Yield):
            scope.yields.append(ReturnedValue(node.value, self.order, branch))

    def anonymous(self, node: ast.Lambda, scope: Scope, statement: ast.stmt) -> None:
        inner = self.function(node, node.args, scope)
        self.expression(node.body, inner, (), statement)
        inner.returns.append(ReturnedValue(node.body, self.order + 1, ()))

    def comprehension(self, node: ast.AST, scope: Scope, branch: Branch, statement: ast.stmt) -> None:
        for generator in getattr(node, "generators", ()):
            self.expression(generator.iter, scope, branch, statement)
            self.order += 1
            self.target(generator.target, generator.iter, scope, branch, kind="element")
            for condition in generator.ifs:
                self.expression(condition, scope, branch, statement)
