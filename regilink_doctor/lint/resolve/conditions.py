"""Conditions that what is known decides, and the alternatives that a condition leaves over.

Three-valued: True, False, or None for what source does not tell. A value that is only a default may be another one in
the end, so it decides nothing but that it is not None.
"""

from __future__ import annotations

from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart
from regilink_doctor.lint.resolve.bindings import ClassOrObject, ProgramPoint
from regilink_doctor.lint.resolve.values import (
    UNKNOWN,
    Function,
    Instance,
    Literal,
    Name,
    NonString,
    Unknown,
    Value,
    is_list,
    is_none,
    known_prefix,
    mark_given,
    may_be_unset,
)
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import walk, written_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from regilink_doctor.lint.resolve.bindings import Guard
    from regilink_doctor.lint.resolve.context import Context

_NAMED = frozenset({ast.Name, ast.Attribute, ast.Subscript, ast.Call})
_MOST_ITEMS = 128
_MOST_LEVELS = 8
_MATCHES = ("match", "fullmatch", "search")
STRIPS = ("lower", "lstrip", "rstrip", "strip", "upper")
"""Methods of strings that a condition may call on what it tests."""

_NONE = NonString(None)


def decide(context: Context, test: ast.expr, at: ProgramPoint) -> bool | None:
    """What a condition certainly is at a place."""
    if type(test) is ast.Name and (values := context.value(test, at))[0] is UNKNOWN and len(values) == 1:
        return None
    key = ("truth", id(test), at.order, at.frame)
    return _read_truth(context.answer(key, _find_truth, context, test, at))


def _read_truth(values: Sequence[Value]) -> bool | None:
    """What values are that are True, or False, and nothing else."""
    value = values[0].value if len(values) == 1 and isinstance(values[0], NonString) else None
    return value if isinstance(value, bool) else None


def _find_truth(context: Context, test: ast.expr, at: ProgramPoint) -> list[Value]:
    truth = _Judge(context, at).judge(test)
    return [UNKNOWN if truth is None else NonString(truth)]


def narrow(context: Context, key: str | None, values: Sequence[Value], at: ProgramPoint) -> Sequence[Value]:
    """The alternatives that remain of a name, attribute or call, written `key`, under the conditions around a place."""
    if key is None or key not in at.scope.guards:
        return values
    if len(values) == 1 and isinstance(values[0], Name):
        return values  # what a library calls so is the same under every condition
    for guard in at.scope.find_conditions(at.order, key):
        if not at.scope.binds_between(key, guard.start, at.order):
            values = apply_test(context, guard.test, guard.holds, key, values, _place_of(guard, at))
    return values


def is_excluded(context: Context, at: ProgramPoint, seen_from: int = 0) -> bool:
    """Whether a condition around a place, and not around `seen_from`, is certainly not what it has to be there."""
    for guard in at.scope.find_conditions(at.order):
        if not guard.contains(seen_from) and decide(context, guard.test, _place_of(guard, at)) is (not guard.holds):
            return True
    return False


def _place_of(guard: Guard, at: ProgramPoint) -> ProgramPoint:
    return ProgramPoint(at.scope, guard.order, at.frame)


def apply_test(
    context: Context, test: ast.expr, holds: bool, key: str, values: Sequence[Value], at: ProgramPoint
) -> Sequence[Value]:
    """The alternatives of `key` with which a condition can be what it is."""
    names = context.keep(("named in", id(test)), _list_written_names, test)
    if key not in names:
        return values
    left: list[Value] = []
    for value in values:
        is_option = isinstance(value, Unknown) and bool(value.option)
        is_variable = isinstance(value, StringValue) and may_be_unset(value) and len(value.parts) == 1
        if is_option or is_variable:
            # A condition that excludes None says that the option or variable is given.
            is_given = _Judge(context, at, key, _NONE).judge(test) is (not holds)
            left.append(mark_given(value) if is_given else value)
            continue
        judge = _Judge(context, at, key, _without_default(value))
        if judge.judge(test) is not (not holds) or not judge.has_asked:
            left.append(value)
        elif _is_default(value):
            left.append(Unknown(reason="given, because the default does not satisfy a condition"))
    return left


def _list_written_names(test: ast.expr) -> frozenset[str | None]:
    return frozenset([written_name(node) for node in walk(test) if type(node) in _NAMED])


def _without_default(value: Value) -> Value:
    """A value that may be another one as if it was certain."""
    if isinstance(value, NonString) and value.default_of is not None:
        return NonString(value.value)
    if not isinstance(value, StringValue) or not _is_default(value):
        return value
    return value.mark_known(default_of=None, read_from=None)


_TYPES: dict[str | None, type[ast.AST]] = {
    "dict": ast.Dict,
    "list": ast.List,
    "set": ast.Set,
    "str": ast.JoinedStr,
    "tuple": ast.Tuple,
}


class _Judge:
    """Judges conditions at a place; `key`, as it is written, has one `value` there.

    `has_asked`: the judgement has to do with that value. `cfg.mode == "eval"` says nothing of `cfg`.
    """

    def __init__(self, context: Context, at: ProgramPoint, key: str | None = None, value: Value = UNKNOWN) -> None:
        self.context = context
        self.at = at
        self.key = key
        self.value = value
        self.has_asked = False

    def judge(self, test: ast.expr, levels: int = 0) -> bool | None:
        """What a condition is."""
        is_negated = False
        while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test, is_negated = test.operand, not is_negated
        truth = self._judge(test, levels) if levels < _MOST_LEVELS else None
        return truth if truth is None else truth != is_negated

    def _judge(self, test: ast.expr, levels: int) -> bool | None:
        if isinstance(test, ast.BoolOp):
            return _combine((self.judge(part, levels + 1) for part in test.values), isinstance(test.op, ast.Or))
        if isinstance(test, ast.Compare):
            if len(test.ops) > 1:
                return None
            if isinstance(test.ops[0], (ast.In, ast.NotIn)) and isinstance(test.comparators[0], (ast.Tuple, ast.List)):
                found = self._is_among(test.left, test.comparators[0].elts)
                return found if isinstance(test.ops[0], ast.In) else _negate(found)
            if isinstance(test.left, ast.Constant) and (found := self._has_key(test)) is not None:
                return found
            pairs = [(left, right) for left in self._values(test.left) for right in self._values(test.comparators[0])]
            return _agreed(self._compare(test.ops[0], left, right) for left, right in pairs)
        if isinstance(test, ast.Call) and written_name(test) != self.key:
            return self._judge_call(test, levels)
        return _agreed(map(is_true, self._values(test)))

    def _is_among(self, item: ast.expr, others: Sequence[ast.expr]) -> bool | None:
        """`item in (a, b)`, where `key` may be any of them."""
        if len(others) > _MOST_ITEMS or any(isinstance(other, ast.Starred) for other in others):
            return None
        values = self._values(item)
        return _combine(
            (_agreed(_is_equal(value, that) for value in values for that in self._values(other)) for other in others),
            True,
        )

    def _has_key(self, test: ast.Compare) -> bool | None:
        """`key in mapping`, where the mapping is written out or loaded; None for anything else."""
        return _read_truth(self.context.value(test, self.at))

    def _judge_call(self, test: ast.Call, levels: int) -> bool | None:
        """`bool(x)`, `all([x, y])`, `x.startswith("a")`; following every call would read half the tree."""
        function = test.func
        if (measured := self._measure(test)) is not None:
            return _agreed(map(is_true, measured))
        if isinstance(function, ast.Attribute) and function.attr == "get" and len(test.args) == 1:
            key, mapping = test.args[0], function.value
            in_mapping = self.context.keep(("in", id(test)), lambda: ast.Compare(key, [ast.In()], [mapping]))
            found = self._has_key(in_mapping)
            return _agreed(map(is_true, self._values(test))) if found else found
        if len(test.args) == 2 and isinstance(function, ast.Attribute) and function.attr in _MATCHES:
            pattern, texts = test.args[0], self._values(test.args[1])
            return _agreed(_matches(function.attr, getattr(pattern, "value", None), text) for text in texts)
        if isinstance(function, ast.Name) and function.id == "isinstance" and len(test.args) == 2:
            return _agreed(_is_instance(value, test.args[1]) for value in self._values(test.args[0]))
        if len(test.args) != 1:
            return None
        if isinstance(function, ast.Name) and function.id in ("all", "any"):
            return _combine(self._judge_items(test.args[0], levels + 1), function.id == "any")
        if isinstance(function, ast.Name) and function.id == "bool":
            return self.judge(test.args[0], levels + 1)
        if not isinstance(function, ast.Attribute) or function.attr not in ("startswith", "endswith"):
            return None
        owners, affixes = self._values(function.value), self._values(test.args[0])
        if len(affixes) == 1 and isinstance(affixes[0], Literal) and isinstance(affixes[0].node, ast.Tuple):
            items = [value for item in affixes[0].items for value in self.context.value(item, affixes[0].at)]
            return _combine(
                (_agreed(_has_affix(owner, item, function.attr) for owner in owners) for item in items), True
            )
        return _agreed(_has_affix(owner, affix, function.attr) for owner in owners for affix in affixes)

    def _judge_items(self, node: ast.expr, levels: int) -> list[bool | None]:
        """`[x, y]`, `(item is None for item in (x, y))`: what each item is; None for what is not written out."""
        if isinstance(node, (ast.Tuple, ast.List)):
            return [self.judge(item, levels) for item in node.elts] if len(node.elts) <= _MOST_ITEMS else [None]
        if not isinstance(node, (ast.GeneratorExp, ast.ListComp)) or len(node.generators) > 1:
            return [None]
        (loop,) = node.generators
        if loop.ifs or not isinstance(loop.target, ast.Name) or not isinstance(loop.iter, (ast.Tuple, ast.List)):
            return [None]
        items = loop.iter.elts
        if len(items) > _MOST_ITEMS:
            return [None]
        of_items = [
            [_Judge(self.context, self.at, loop.target.id, value) for value in self._values(item)] for item in items
        ]
        return [_agreed([judge.judge(node.elt, levels) for judge in judges]) for judges in of_items]

    def _values(self, node: ast.expr) -> Sequence[Value]:
        name = node.target if isinstance(node, ast.NamedExpr) else node
        if self.key is not None and self.key in (written_name(name), written_name(node)):
            self.has_asked = True
            return self._note_places((self.value,))
        if isinstance(node, ast.NamedExpr):
            return self._values(node.value)
        if isinstance(node, ast.Call) and (measured := self._measure(node)) is not None:
            return measured
        return self._note_places(self.context.value(node, self.at))

    def _measure(self, call: ast.Call) -> list[Value] | None:
        """What `len(x)` and `x.strip()` are; None for any other call."""
        function = call.func
        if isinstance(function, ast.Name) and function.id == "len" and len(call.args) == 1:
            return [_find_length(value) for value in self._values(call.args[0])]
        if isinstance(function, ast.Attribute) and function.attr in STRIPS and not call.args:
            return [_strip(value, function.attr) for value in self._values(function.value)]
        return None

    def _note_places(self, values: Sequence[Value]) -> Sequence[Value]:
        """A fix of a value that a condition was judged by may change which code runs."""
        for value in values:
            if isinstance(value, StringValue):
                known = (part.place for part in value.parts if isinstance(part, KnownPart))
                self.context.module.tested.update(dict.fromkeys(known))
        return values

    def _compare(self, operator: ast.cmpop, left: Value, right: Value) -> bool | None:
        if isinstance(operator, (ast.Is, ast.Eq)):
            return _is_equal(left, right)
        if isinstance(operator, (ast.IsNot, ast.NotEq)):
            return _negate(_is_equal(left, right))
        if isinstance(operator, ast.In):
            return self._is_in(left, right)
        if isinstance(operator, ast.NotIn):
            return _negate(self._is_in(left, right))
        return _compare_numbers(operator, left, right)

    def _is_in(self, item: Value, owner: Value) -> bool | None:
        if isinstance(owner, StringValue) and isinstance(item, StringValue):
            return _contains(owner, item)
        if is_list(owner) and len(owner.items) <= _MOST_ITEMS:
            found = [_is_equal(item, other) for node in owner.items for other in self.context.value(node, owner.at)]
            if True in found and len(found) == len(owner.items):
                return True
            return None if None in found or True in found else False
        return None


def _find_length(value: Value) -> Value:
    """`len(value)`; unknown for what may be longer or shorter."""
    if isinstance(value, StringValue) and value.literal is not None and not _is_default(value):
        return NonString(len(value.literal))
    if is_list(value) and value.is_in_order and not value.may_be_empty:
        return NonString(len(value.items))
    return UNKNOWN


def _strip(value: Value, method: str) -> Value:
    if not isinstance(value, StringValue) or value.literal is None or _is_default(value):
        return UNKNOWN
    return StringValue.of(getattr(value.literal, method)(), value.place)


def _is_instance(value: Value, kind: ast.expr) -> bool | None:
    """`isinstance(value, str)` where the built-in type of the value is known; else None."""
    names = {written_name(item) for item in (kind.elts if isinstance(kind, ast.Tuple) else [kind])}
    if not names <= _TYPES.keys():
        return None
    if isinstance(value, StringValue):
        return None if may_be_unset(value) or _is_open(value) else "str" in names
    if isinstance(value, Literal) and not value.may_be_empty:
        own = next((name for name, node in _TYPES.items() if isinstance(value.node, node)), "")
        return own in names if own else None
    return None


def _compare_numbers(operator: ast.cmpop, left: Value, right: Value) -> bool | None:
    numbers = [
        value.value if isinstance(value, NonString) and not _is_default(value) else None for value in (left, right)
    ]
    first, second = numbers
    if type(first) not in (int, float) or type(second) not in (int, float):
        return None
    if isinstance(operator, (ast.Lt, ast.GtE)):
        return (first < second) is isinstance(operator, ast.Lt)  # type: ignore[operator]
    return (first > second) is isinstance(operator, ast.Gt) if isinstance(operator, (ast.Gt, ast.LtE)) else None  # type: ignore[operator]


def _combine(truths: Iterable[bool | None], ends_with: bool) -> bool | None:
    """What an `or` of conditions is, with `ends_with` True, or an `and`."""
    found = set(truths)
    if ends_with in found:
        return ends_with
    return None if None in found else not ends_with


def _agreed(truths: Iterable[bool | None]) -> bool | None:
    found = set(truths)
    return found.pop() if len(found) == 1 else None


def _negate(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def is_true(value: Value) -> bool | None:
    """Whether a value counts as true."""
    if isinstance(value, StringValue):
        if _is_default(value) or (may_be_unset(value) and len(value.parts) == 1):
            return None
        if any(isinstance(part, KnownPart) and part.text for part in value.parts):
            return True
        return False if value.literal == "" else None
    if isinstance(value, Unknown):
        return None
    if isinstance(value, NonString):
        return bool(value.value) if value.default_of is None else None
    if isinstance(value, Literal):
        is_filled = bool(value.take_pairs(1)) or any(not isinstance(item, ast.Starred) for item in value.items)
        return True if is_filled and not value.may_be_empty else None
    return True if _is_object(value) else None


def _is_object(value: Value) -> bool:
    """Whether a value is certainly an object: `wandb.run` and what an annotation names may also be None."""
    if isinstance(value, Instance):
        return value.made_by is not None
    if isinstance(value, ClassOrObject) and value.instance:
        return value.made is not None
    return isinstance(value, (ClassOrObject, Function))


def _is_default(value: Value) -> bool:
    """Whether it may be another value where the program runs: a default, a variable that a file of the tree sets."""
    if isinstance(value, NonString):
        return value.default_of is not None
    return isinstance(value, StringValue) and any(
        isinstance(part, KnownPart) and (part.default_of is not None or part.read_from is not None)
        for part in value.parts
    )


def _is_equal(left: Value, right: Value) -> bool | None:
    for value, other in ((left, right), (right, left)):
        if is_none(other):
            if is_none(value):
                return True
            return None if isinstance(value, Unknown) or may_be_unset(value) or _is_open(value) else False
    if isinstance(left, StringValue) and isinstance(right, StringValue):
        if _is_default(left) or _is_default(right):
            return None
        if left.literal is not None and right.literal is not None:
            return left.literal == right.literal
        first, second = known_prefix(left), known_prefix(right)
        return None if first.startswith(second) or second.startswith(first) else False
    if isinstance(left, NonString) and isinstance(right, NonString):
        is_open = isinstance(left, Unknown) or isinstance(right, Unknown) or _is_default(left) or _is_default(right)
        return None if is_open else left.value == right.value
    return None


def _is_open(value: Value) -> bool:
    """What may be anything: a string of one unknown part, an attribute of something of wandb's."""
    if isinstance(value, StringValue):
        return len(value.parts) == 1 and isinstance(value.parts[0], UnknownPart)
    return not _is_object(value) and not isinstance(value, (Literal, NonString))


def _contains(owner: StringValue, item: StringValue) -> bool | None:
    if item.literal is None or _is_default(item) or _is_default(owner):
        return None
    if owner.literal is not None:
        return item.literal in owner.literal
    return True if any(isinstance(part, KnownPart) and item.literal in part.text for part in owner.parts) else None


def _has_affix(owner: Value, affix: Value, method: str) -> bool | None:
    if not isinstance(owner, StringValue) or not isinstance(affix, StringValue) or affix.literal is None:
        return None
    if _is_default(owner) or _is_default(affix):
        return None
    if owner.literal is not None:
        return bool(getattr(owner.literal, method)(affix.literal))
    if method == "endswith":
        return None
    start = known_prefix(owner)
    if start.startswith(affix.literal):
        return True
    return None if affix.literal.startswith(start) else False


def _matches(function: str, pattern: object, text: Value) -> bool | None:
    """What `re.fullmatch(pattern, text)` is for the empty string, of a pattern that is written out."""
    if not isinstance(pattern, str) or not isinstance(text, StringValue) or text.literal != "" or _is_default(text):
        return None
    import re

    try:
        return getattr(re, function)(pattern, "") is not None
    except re.error:
        return None
