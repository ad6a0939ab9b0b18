"""What all ways of evaluation share: the functions for each kind of node, the memory, the budget of steps.

A function that is registered here gives the alternatives of one kind of expression, or of one kind of binding. It asks
for other values through the context alone, so that every way counts against one budget, is worked out once, and never
recurses deeper than `MAX_DEPTH`.
"""

from __future__ import annotations

import math
from itertools import product

from regilink_doctor.core.records import group_pairs
from regilink_doctor.core.strings import StringValue
from regilink_doctor.lint.resolve.bindings import ClassOrObject, Frame, ProgramPoint
from regilink_doctor.lint.resolve.values import (
    MAX_ALTERNATIVES,
    TOO_MUCH,
    UNKNOWN,
    BoundedValues,
    Instance,
    Method,
    Name,
    NonString,
    Unknown,
    bound_alternatives,
    to_tuple,
)
from regilink_doctor.lint.text import syntax as ast
from regilink_doctor.lint.text.nodes import copy_place, last_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, TypeVar

    from regilink_doctor.lint.facts import Start
    from regilink_doctor.lint.resolve.bindings import Binding, BindingKind, Module, Scope, Use
    from regilink_doctor.lint.resolve.values import Value
    from regilink_doctor.lint.text.source import Source

    T = TypeVar("T")
    FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])
    Key = tuple[object, ...]
    Question = tuple[Key, Callable[..., Iterable[Value]], tuple[Any, ...]]
    NodeFunction = Callable[["Context", Any, ProgramPoint], Iterable[Value]]
    BindingFunction = Callable[["Context", str, Binding, ProgramPoint], Iterable[Value]]

MAX_DEPTH = 40
"""Questions within questions: each takes up to fifteen of Python's own calls."""

_DEEP = 10

MAX_STEPS = 20_000
"""Questions answered for one file, and one more for each `_CHARACTERS` of it; what is beyond is unknown."""

_CHARACTERS = 48
_ALTERNATIVES = 4
"""This many alternatives cost as much as one more question."""

_MOST_STEPS = 8_000
"""Of these, for a question of a call site with all that it leads to."""

_FEWEST_STEPS = 16
"""For a question that is asked when the steps of its file are used up: enough for a literal."""

MAX_FRAMES = 6
"""Calls within calls that are followed: nobody reads further."""

_FUNCTIONS: dict[type[ast.AST], NodeFunction] = {}
_BINDING_FUNCTIONS: dict[BindingKind, BindingFunction] = {}
_GIVEN_UP = 1 << MAX_DEPTH
"""The bit of `_cuts` that means that the steps were used up; the lower bits are the depths of questions."""

_MISSING: Any = object()
_NOTHING = NonString("nothing")
_OBJECT = (0, 0)
"""Among the turns of loops: it is asked which object an expression is. No node has this identity."""

_COMMAND = 1
"""Among the turns of loops: a single start of the program is followed. No node has this identity."""

_ANEW = 2
"""Among the turns of loops: what is asked does not take known answers. No node has this identity."""

_MOST_WAYS = 64
"""Ways through loops and calls of functions that are looked at alone, each after the other."""

_OF_LIBRARIES = frozenset({Instance, Method, Name})
"""What has the same attributes at every place."""

_MOST_ASKED = 2
"""Objects that are asked for on the way to an object: an item that another name sets, of an item that another sets."""


def resolves(*kinds: type[ast.AST]) -> Callable[[FunctionT], FunctionT]:
    """Register a function `(context, node, at)` that gives the alternatives of nodes of these types."""

    def register(function: FunctionT) -> FunctionT:
        _FUNCTIONS.update(dict.fromkeys(kinds, function))
        return function

    return register


def resolves_binding(*kinds: BindingKind) -> Callable[[FunctionT], FunctionT]:
    """Register a function `(context, name, binding, at)` that gives what bindings of these kinds give a name."""

    def register(function: FunctionT) -> FunctionT:
        _BINDING_FUNCTIONS.update(dict.fromkeys(kinds, function))
        return function

    return register


class _TooDeep(Exception):
    """A question that is asked too many questions deep: it has to be answered first, by itself."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question


class _Settled:
    """What a name is in all places after an order, and those of its attributes that are asked for there."""

    __slots__ = ("after", "attributes", "values")

    def __init__(self, after: int, values: tuple[Value, ...]) -> None:
        self.after = after
        self.values = values
        self.attributes: dict[str, tuple[Value, ...]] = {}


class Context:
    """Answers of one file: each is worked out once."""

    def __init__(self, source: Source, module: Module) -> None:
        self.source = source
        self.module = module
        self.links_elsewhere = False
        """Whether the run of a link is looked for in other files: the callers of their functions matter as well."""
        self._answers: dict[Key, tuple[Value, ...]] = {}
        self._literals: dict[ast.Constant, tuple[Value, ...]] = {}
        """What literals are, which is the same at every place."""
        self._busy: dict[Key, int] = {}
        """Questions that are being answered, and how deep each of them is."""
        self._settled: dict[tuple[str, Scope, Frame | None], _Settled] = {}
        """What names are where they do not change any more, by scope and call."""
        self._kept: dict[Key, Any] = {}
        self._depth = 0
        self._cuts = 0
        """A bit for the depth of each question that an answer leaves out because it is still being answered."""
        self._partial: dict[Key, tuple[tuple[Value, ...], int]] = {}
        """The answers that leave such questions out, each with its `_cuts`."""
        self._partial_keys: dict[int, list[Key]] = {}
        """The keys of these answers by the depth of the innermost question that they leave out."""
        self._rows: tuple[tuple[int, int], ...] = ()
        """The turns of loops that are looked at alone, by the identities of what they go through."""
        self._turns: dict[int, int] = {}
        """How many turns the loops have, by the same."""
        self._starts: dict[Key, Start] = {}
        """What starts the program, where each of these is looked at alone."""
        self._left = MAX_STEPS + len(source.text) // _CHARACTERS
        self._floor = 0
        """What has to be left of the steps when the question of the call site has been answered."""
        self._fewest = 0

    @property
    def is_free(self) -> bool:
        """Whether no question is being answered."""
        return self._depth == 0

    @property
    def is_deep(self) -> bool:
        """Whether the question is so deep inside others that it is better to work from the front."""
        return self._depth > _DEEP

    def value(self, node: ast.expr, at: ProgramPoint) -> tuple[Value, ...]:
        """The alternatives of an expression; `(UNKNOWN,)` when nothing is known."""
        if type(node) is ast.Constant:
            return self._literals.get(node) or self._read_literal(node, at)
        rows = self._rows
        if not rows:
            if type(node) is ast.Name:
                settled = self._settled.get((node.id, at.scope, at.frame))
                if settled is not None and settled.after < at.order:
                    return settled.values
            elif type(node) is ast.Attribute and type(node.value) is ast.Name:
                settled = self._settled.get((node.value.id, at.scope, at.frame))
                if settled is not None and settled.after < at.order and node.attr in settled.attributes:
                    return settled.attributes[node.attr]
        key = (node, at.order, at.frame)
        kept = (*key, rows) if rows else key
        known = self._answers.get(kept)  # most have been asked before
        if known is not None:
            return known
        function = _FUNCTIONS.get(type(node))
        if function is None:
            return (UNKNOWN,)
        if type(node) is not ast.Name:
            values = self.answer(key, function, self, node, at)
            if type(node) is ast.Attribute and type(node.value) is ast.Name and not rows:
                self._settle_attribute(node.value.id, node.attr, at, values)
            return values
        if self._depth:  # its value at a place is a question of its own
            around, self._cuts = self._cuts, 0
            values = bound_alternatives(function(self, node, at)) or (UNKNOWN,)
            is_complete = not self._cuts
            if is_complete:
                self._answers[kept] = values
            self._cuts |= around
        else:
            values = self.answer(key, function, self, node, at)
            is_complete = not self._cuts
        if is_complete and not rows and (last := at.scope.find_last(node.id, at.order)) is not None:
            self._settled[node.id, at.scope, at.frame] = _Settled(last, values)
        return values

    def _read_literal(self, node: ast.Constant, at: ProgramPoint) -> tuple[Value, ...]:
        literal = self._literals[node] = tuple(_FUNCTIONS[ast.Constant](self, node, at))
        return literal

    def _settle_attribute(self, owner: str, name: str, at: ProgramPoint, values: tuple[Value, ...]) -> None:
        """Note what an attribute is, if it is so wherever the name that it is of is the same: `run.link_artifact`."""
        if not _OF_LIBRARIES.issuperset(map(type, values)):
            return
        settled = self._settled.get((owner, at.scope, at.frame))
        if settled is None or settled.after >= at.order or not _OF_LIBRARIES.issuperset(map(type, settled.values)):
            return
        if f"{owner}.{name}" not in at.scope.guards:
            settled.attributes[name] = values

    def binding(self, name: str, binding: Binding, at: ProgramPoint) -> Iterable[Value]:
        """What a binding gives a name."""
        return _BINDING_FUNCTIONS[binding.kind](self, name, binding, at)

    def answer(self, key: Key, work_out: Callable[..., Iterable[Value]], *arguments: object) -> tuple[Value, ...]:
        """The answer to a question, worked out once.

        Args:
            key: what tells it from all others.
            work_out: gives the alternatives.
            arguments: what it is called with: a function that holds them itself costs more than many an answer.
        """
        if self._rows:
            key = (*key, self._rows)
        known = self._answers.get(key)
        if known is not None:
            return known
        if key in self._partial:
            known, cuts = self._partial[key]
            self._cuts |= cuts
            return known
        depth = self._busy.get(key)
        if depth is not None:  # it depends on itself
            self._cuts |= 1 << depth
            return (UNKNOWN,)
        if self._depth == 0:
            self._fewest = _FEWEST_STEPS
            self._floor = max(self._left - _MOST_STEPS, 0)
            self._cuts = 0
            try:
                return self._work_out(key, work_out, arguments)
            except _TooDeep as deeper:
                return self._answer_deep((key, work_out, arguments), deeper.question)
        if self._depth >= MAX_DEPTH:
            if self._rows:
                raise _TooDeep((key, self._work_out_in_turn, (self._rows, work_out, arguments)))
            raise _TooDeep((key, work_out, arguments))
        return self._work_out(key, work_out, arguments)

    def answer_or_nothing(
        self, key: Key, work_out: Callable[..., Iterable[Value]], *arguments: object
    ) -> tuple[Value, ...]:
        """The same for what may be nothing at all, as an item of an empty list."""
        values = self.answer(key, _work_out_or_nothing, work_out, arguments)
        return () if values[0] is _NOTHING else values

    def _work_out_in_turn(
        self,
        rows: tuple[tuple[int, int], ...],
        work_out: Callable[..., Iterable[Value]],
        arguments: tuple[Any, ...],
    ) -> Iterable[Value]:
        """The answer to a question that is asked again later, about the same turns of loops."""
        return self._work_out_at(rows, lambda: to_tuple(work_out(*arguments)))

    def _work_out_at(self, rows: tuple[tuple[int, int], ...], work_out: Callable[..., T], *arguments: object) -> T:
        """What is worked out for these turns of loops alone."""
        around, self._rows = self._rows, rows
        try:
            return work_out(*arguments)
        finally:
            self._rows = around

    def _answer_deep(self, question: Question, deepest: Question) -> tuple[Value, ...]:
        """The answer to a question that is part of no other, and that came too deep inside at the question `deepest`.

        What is too deep inside is answered first, and then the question again, which now finds that answer.
        """
        waiting, asked, provisional = [question, deepest], {question[0], deepest[0]}, set()
        while True:
            key, work_out, arguments = waiting[-1]
            self._cuts = 0
            try:
                values = self._work_out(key, work_out, arguments)
            except _TooDeep as deeper:
                deep_key = deeper.question[0]
                if deep_key in asked:  # a circle that is longer than the depth
                    self._answers[deep_key] = (UNKNOWN,)
                    provisional.add(deep_key)
                else:
                    waiting.append(deeper.question)
                    asked.add(deep_key)
                continue
            waiting.pop()
            asked.discard(key)
            if key not in self._answers:
                self._answers[key] = values
                provisional.add(key)
            if not waiting:
                for key in provisional:  # each may be known better from elsewhere
                    del self._answers[key]
                return values

    def _work_out(
        self, key: Key, work_out: Callable[..., Iterable[Value]], arguments: tuple[Any, ...]
    ) -> tuple[Value, ...]:
        if self._left > self._floor:
            self._left -= 1
        elif self._fewest > 0:
            self._fewest -= 1
        else:
            self._cuts |= _GIVEN_UP
            return (Unknown(reason=TOO_MUCH),)
        around, self._cuts = self._cuts, 0
        steps = self._left + self._fewest
        depth = self._busy[key] = self._depth
        self._depth += 1
        try:
            worked_out = work_out(*arguments)
            values = worked_out if type(worked_out) is BoundedValues else tuple(worked_out) or (UNKNOWN,)
            if len(values) > 1:
                self._take_steps(len(values) // _ALTERNATIVES)
                values = bound_alternatives(values)
        finally:
            self._depth = depth
            del self._busy[key]
            if self._partial_keys and depth in self._partial_keys:  # they can be completed now
                for partial in self._partial_keys.pop(depth):
                    del self._partial[partial]
        cuts = self._cuts & ~(1 << depth)
        if not cuts or (cuts == _GIVEN_UP and steps - self._left - self._fewest >= _FEWEST_STEPS // 2):
            self._answers[key] = values
        elif not cuts & _GIVEN_UP:
            # It holds until the innermost question that it leaves out has been answered.
            self._partial[key] = values, cuts
            self._partial_keys.setdefault(cuts.bit_length() - 1, []).append(key)
        self._cuts = around | cuts
        return values

    def _take_steps(self, count: int) -> None:
        if self._left > self._floor:
            self._left -= count
        else:
            self._fewest -= count

    @property
    def turn(self) -> tuple[tuple[int, int], ...]:
        """The turns of loops that are looked at alone."""
        return self._rows

    def take_turn(self, loop: object, elements: Sequence[T]) -> Sequence[T]:
        """What a loop goes through, or the calls of a function: all of them, or the one that is looked at alone."""
        self._turns[id(loop)] = len(elements)
        turn = dict(self._rows).get(id(loop)) if self._rows else None
        return elements if turn is None else elements[turn : turn + 1]

    def answer_by_turn(self, loop: ast.expr, work_out: Callable[[], Sequence[Value]]) -> list[Value]:
        """The alternatives in each turn of a loop, which names do not share with those of other turns."""
        if id(loop) in dict(self._rows) or not 1 < self._turns.get(id(loop), 0) <= MAX_ALTERNATIVES:
            return []
        return [value for values in self.answer_turns(loop, self._turns[id(loop)], work_out) for value in values]

    def answer_turns(self, loop: ast.expr, count: int, work_out: Callable[[], T]) -> list[T]:
        """What is worked out in each of the first turns of a loop by itself."""
        return [self._work_out_at((*self._rows, (id(loop), turn)), work_out) for turn in range(count)]

    def answer_together(self, work_out: Callable[[], T]) -> list[T]:
        """What is worked out for each way through the loops and calls of functions that it depends on.

        Which these are shows when it is worked out anew. Empty where there is one way, or there are too many.
        """
        around, self._turns = self._turns, {}
        self._work_out_at((*self._rows, (_ANEW, 0)), work_out)
        counts = {loop: count for loop, count in self._turns.items() if count > 1}
        self._turns = around | self._turns
        if not 1 < math.prod(counts.values()) <= _MOST_WAYS:
            return []
        ways = product(*([(loop, turn) for turn in range(count)] for loop, count in counts.items()))
        return [self._work_out_at((*self._rows, *way), work_out) for way in ways]

    @property
    def start(self) -> Start | None:
        """What starts the program, where a single one is looked at; None: any may do it."""
        number = self.command
        return list(self._starts.values())[number] if number is not None else None

    @property
    def command(self) -> int | None:
        """The number of the start that is looked at alone; None: any may start the program."""
        return dict(self._rows).get(_COMMAND) if self._rows else None

    def counts(self, start: Start) -> bool:
        """Whether a command that runs the program is looked at."""
        chosen = self.start
        return chosen is None or chosen.command is start.command

    def answer_by_start(self, starts: Sequence[Start], work_out: Callable[[], T]) -> list[T]:
        """What is worked out for each single start of the program, and for one that is not known.

        What one command passes for an option belongs to what it passes for the others, and to the variables that it
        has.
        """
        from regilink_doctor.lint.facts import NO_START

        starts = [*starts, NO_START]
        for start in starts:
            self._starts.setdefault(start.key, start)
        numbers = {key: number for number, key in enumerate(self._starts)}
        rows = [(*self._rows, (_COMMAND, numbers[start.key])) for start in starts]
        return [self._work_out_at(row, work_out) for row in rows]

    @property
    def is_far_from_object(self) -> bool:
        """Whether so many `find_objects` are asked within each other that changes by other names are left out."""
        return self._rows.count(_OBJECT) >= _MOST_ASKED

    def find_objects(self, node: ast.expr, at: ProgramPoint, *, changed: bool = True) -> tuple[Value, ...]:
        """The objects that an expression can be, for one that looks for the changes of an object by other names.

        Such a question about each change leads to the next, and in a circle no answer is kept: what is asked in here
        leaves out the changes by other names that are looked for in the same way, one level further in. Without
        `changed`, all of them are left out: no change of an object makes it `os.environ`.
        """
        rows = (*self._rows, *[_OBJECT] * (1 if changed else _MOST_ASKED))
        return self._work_out_at(rows, self.value, node, at)

    def find_all(self, node: ast.expr | None, at: ProgramPoint) -> tuple[Value, ...]:
        """The alternatives of an expression; nothing where there is none."""
        return self.value(node, at) if node is not None else ()

    def find_only(self, node: ast.expr | None, at: ProgramPoint) -> Value | None:
        """The value of an expression that has one alternative; None where it has several, or where there is none."""
        values = self.find_all(node, at)
        return values[0] if len(values) == 1 else None

    def find_literal(self, node: ast.expr | None, at: ProgramPoint) -> str | None:
        """The string that an expression is, if it has one alternative, and all of that is known."""
        value = self.find_only(node, at)
        return value.literal if isinstance(value, StringValue) else None

    def find_number(self, node: ast.expr | None, at: ProgramPoint) -> int | None:
        """The whole number that an expression certainly is."""
        value = self.find_only(node, at)
        number = value.value if isinstance(value, NonString) and value.default_of is None else None
        return number if type(number) is int else None

    def list_literals(self, node: ast.expr, at: ProgramPoint) -> list[str | None]:
        """The strings that an expression can be, None for one of which a part is not known."""
        return [value.literal for value in self.value(node, at) if isinstance(value, StringValue)]

    def keep(self, key: Key, make: Callable[..., T], *arguments: object) -> T:
        """Anything that is made once for a file, such as an index; also nodes, which answers know by their identity."""
        kept: T = self._kept.get(key, _MISSING)
        if kept is _MISSING:
            kept = self._kept[key] = make(*arguments)
        return kept

    def take_item(self, owner: ast.expr, key: str) -> ast.expr:
        """`owner[key]`, at the place of the owner: the same expression each time."""
        item = ast.Subscript(owner, copy_place(ast.Constant(key), owner), ast.Load())
        return self.keep(("item", id(owner), key), lambda: copy_place(item, owner))

    def make_complete(self, make: Callable[[], T], otherwise: T) -> T:
        """What is made of answers; `otherwise` where one of them leaves out a question that is being answered."""
        around, self._cuts = self._cuts, 0
        made = make()
        is_complete = not self._cuts
        self._cuts |= around
        return made if is_complete else otherwise

    def frame(
        self,
        scope: Scope,
        call: ast.Call,
        at: ProgramPoint,
        receiver: ClassOrObject | None = None,
        outer: Frame | None = None,
    ) -> Frame:
        """A call of a function or class: the same one each time."""
        key = ("frame", id(call), at.order, at.frame, id(scope), receiver, outer)
        return self.keep(key, Frame, scope, call, at, receiver, outer)

    def enter(
        self,
        scope: Scope,
        call: ast.Call,
        at: ProgramPoint,
        receiver: ClassOrObject | None = None,
        outer: Frame | None = None,
    ) -> Frame | None:
        """A call of a function as it is seen from inside; None where calls go round or too deep."""
        if at.frame is not None and (at.frame.is_calling(scope) or at.frame.depth >= MAX_FRAMES):
            return None
        return self.frame(scope, call, at, receiver, outer)

    def find_uses(self, module: Module, name: str) -> list[Use]:
        """The calls in a module of anything of a name."""
        return self.keep(("uses", id(module)), _index_uses, module).get(name, []) if name else []

    def find_uses_in(self, scope: Scope) -> list[Use]:
        """The calls in a function, class or module itself, not in the functions and classes inside it."""
        module = scope.module
        return self.keep(("uses by scope", id(module)), _index_uses_by_scope, module).get(scope, [])


def _work_out_or_nothing(work_out: Callable[..., Iterable[Value]], arguments: tuple[Any, ...]) -> Iterable[Value]:
    return to_tuple(work_out(*arguments)) or (_NOTHING,)


def _index_uses(module: Module) -> dict[str, list[Use]]:
    return group_pairs([(last_word(use.call.func), use) for use in (*module.uses, *module.decorations)])


def _index_uses_by_scope(module: Module) -> dict[Scope, list[Use]]:
    return group_pairs([(use.scope, use) for use in module.uses])
