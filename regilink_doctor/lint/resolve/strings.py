"""How Python builds a text from parts: f-strings, `+`, `%`, `.format`, `.join`, `os.path.join`.

What is built keeps its parts, each with the place where it is written, and has a hole for each part that is not known.
"""

from __future__ import annotations

from regilink_doctor.core.strings import KnownPart, StringValue, UnknownPart
from regilink_doctor.lint.resolve.values import UNKNOWN, Literal, Member, NonString, Value
from regilink_doctor.lint.text import literals
from regilink_doctor.lint.text import syntax as ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from regilink_doctor.lint.resolve.resolver import Resolver
    from regilink_doctor.lint.resolve.values import ProgramPoint

MAX_ALTERNATIVES = 16
MAX_PARTS = 64
MAX_LENGTH = 8192

_CHANGES = (
    "capitalize", "casefold", "lower", "lstrip", "removeprefix", "removesuffix", "replace", "rstrip", "strip", "title",
    "upper",
)  # fmt: skip
_METHODS = frozenset({*_CHANGES, "as_posix", "format", "join"})

Parts = tuple[KnownPart | UnknownPart, ...]
Alternatives = list[Parts]
"""What one part of a text can be."""


class TextBuilder:
    """Builds texts out of what an `Resolver` makes of their parts."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    def constant(self, node: ast.Constant, at: ProgramPoint) -> Value:
        """A literal."""
        if isinstance(node.value, str):
            return StringValue((literals.piece(at.source, node, node.value),), at.source.place(node))
        return NonString(node.value)

    def fstring(self, node: ast.JoinedStr, at: ProgramPoint, depth: int) -> list[StringValue]:
        """An f-string; a format or `!r` makes a part unknown."""
        parts: list[Alternatives] = []
        for part in literals.fstring_pieces(at.source, node):
            if isinstance(part, KnownPart):
                parts.append([(part,)])
            elif part.format_spec is not None or part.conversion not in (-1, ord("s")):
                parts.append([self._resolver.hole(part.value, at).parts])
            else:
                parts.append(self._formatted(part.value, at, depth))
        return self._joined(parts, node, at)

    def operation(self, node: ast.BinOp, at: ProgramPoint, depth: int) -> Iterable[Value]:
        """`a + b` and `"…" % values`."""
        if isinstance(node.op, ast.Add):
            return self.added(self._resolver.value(node.left, at, depth), node.left, node.right, node, at, depth)
        if isinstance(node.op, ast.Mod):
            values = list(node.right.elts) if isinstance(node.right, ast.Tuple) else [node.right]
            if any(isinstance(value, ast.Starred | ast.Dict) for value in values):
                return [self._resolver.hole(node, at)]
            return self._templates(node, self._resolver.value(node.left, at, depth), _percent(values), at, depth)
        if isinstance(node.op, ast.Div):  # pathlib's
            slash = (KnownPart("/", at.source.place(node)),)
            left = self._resolver.value(node.left, at, depth)
            if any(isinstance(value, StringValue) for value in left):
                return self._joined(
                    [self._parts(left, node.left, at), [slash], self._added(node.right, at, depth)], node, at
                )
        return [UNKNOWN]

    def added(
        self,
        before: Iterable[Value],
        left: ast.expr,
        right: ast.expr,
        whole: ast.expr | ast.stmt,
        at: ProgramPoint,
        depth: int,
    ) -> list[StringValue]:
        """What `+` gives for the values `before` of `left`, and `right`."""
        return self._joined([self._parts(before, left, at), self._added(right, at, depth)], whole, at)

    def method(self, node: ast.Call, function: ast.Attribute, at: ProgramPoint, depth: int) -> list[StringValue] | None:
        """`.format`, `.join`, `.strip`, `.replace` and their like of a text; None for the method of anything else."""
        if function.attr not in _METHODS:
            return None
        owners = self._resolver.value(function.value, at, depth)
        if not all(isinstance(owner, StringValue) for owner in owners):
            return None
        if function.attr == "join":
            return self._joined_list(node, owners, at, depth)
        if function.attr == "format":
            keywords = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
            if len(keywords) != len(node.keywords) or any(isinstance(value, ast.Starred) for value in node.args):
                return [self._resolver.hole(node, at)]
            return self._templates(node, owners, _braces(node.args, keywords), at, depth)
        if function.attr == "as_posix":
            return [owner for owner in owners if isinstance(owner, StringValue)]
        return [
            self._changed(owner, node, function.attr, at, depth) for owner in owners if isinstance(owner, StringValue)
        ]

    def _changed(self, owner: StringValue, node: ast.Call, name: str, at: ProgramPoint, depth: int) -> StringValue:
        """A text after a method that changes its letters; a hole where anything about it is not known."""
        given = [self._resolver.value(argument, at, depth) for argument in node.args]
        known = [value[0].literal if len(value) == 1 and isinstance(value[0], StringValue) else None for value in given]
        literals = [text for text in known if text is not None]
        if owner.literal is None or len(literals) != len(known) or node.keywords:
            return self._resolver.hole(node, at)
        try:
            changed = getattr(owner.literal, name)(*literals)
        except (TypeError, ValueError):
            return self._resolver.hole(node, at)
        if changed == owner.literal:
            return owner
        place = at.source.place(node)
        names = tuple(dict.fromkeys(name for part in owner.parts for name in part.names))
        return StringValue((KnownPart(changed, place, names=names),), place)

    def path(self, node: ast.Call, at: ProgramPoint, depth: int) -> list[StringValue]:
        """`os.path.join`, as it works where training runs: with slashes."""
        return self._glued(node, (KnownPart("/", at.source.place(node)),), node.args, at, depth)

    def _joined_list(self, node: ast.Call, owners: Sequence[Value], at: ProgramPoint, depth: int) -> list[StringValue]:
        glue = owners[0]
        if len(owners) > 1 or not isinstance(glue, StringValue) or len(node.args) != 1:
            return [self._resolver.hole(node, at)]
        found: list[StringValue] = []
        for items in self._resolver.value(node.args[0], at, depth):
            if isinstance(items, Literal) and isinstance(items.node, ast.List | ast.Tuple):
                found += self._glued(node, glue.parts, items.node.elts, at, depth, items.at)
            else:
                found.append(self._resolver.hole(node, at))
        return found

    def _glued(
        self,
        node: ast.expr,
        glue: Parts,
        items: Iterable[ast.expr],
        at: ProgramPoint,
        depth: int,
        inside: ProgramPoint | None = None,
    ) -> list[StringValue]:
        """Items with `glue` between them; `inside` is where they are written, if not here."""
        parts: list[Alternatives] = []
        for item in items:
            if parts:
                parts.append([glue])
            if isinstance(item, ast.Starred):
                return [self._resolver.hole(node, at)]
            parts.append(self._added(item, inside or at, depth))
        return self._joined(parts, node, at)

    def _templates(
        self,
        node: ast.expr,
        templates: Iterable[Value],
        fields: Callable[[str], Iterator[tuple[int, int, ast.expr | str | None]]],
        at: ProgramPoint,
        depth: int,
    ) -> list[StringValue]:
        """Each template with its fields filled in.

        `fields` gives, in order, the start and end of each field and what belongs there: an expression, a text, or
        None for what is not known.
        """
        found: list[StringValue] = []
        for template in templates:
            literal = template.literal if isinstance(template, StringValue) else None
            if not isinstance(template, StringValue) or literal is None:
                found.append(self._resolver.hole(node, at))
                continue
            parts: list[Alternatives] = []
            done = 0
            for start, end, filling in fields(literal):
                parts.append([template.cut(done, start)])
                if isinstance(filling, str):
                    parts.append([(KnownPart(filling, template.place_of(start, end)),)])
                elif filling is None:
                    parts.append([(UnknownPart(literal[start:end], template.place_of(start, end)),)])
                else:
                    parts.append(self._formatted(filling, at, depth))
                done = end
            parts.append([template.cut(done, len(literal))])
            found += self._joined(parts, node, at)
        return found

    def _formatted(self, node: ast.expr, at: ProgramPoint, depth: int) -> Alternatives:
        """A part that is made a text by formatting: a number gives its digits, None the word."""
        found: Alternatives = []
        for value in self._resolver.value(node, at, depth):
            if isinstance(value, Member) and not self._resolver.objects.formats_as_value(value.scope):
                found.append(self._resolver.hole(node, at).parts)
            elif isinstance(value, NonString) and (value.value is None or isinstance(value.value, int)):
                found.append((KnownPart(str(value.value), at.source.place(node)),))
            else:
                found += self._parts([value], node, at)
        return found

    def _added(self, node: ast.expr, at: ProgramPoint, depth: int) -> Alternatives:
        """A part that has to be a text already: a missing variable raises, it does not become the word None."""
        parts = self._parts(self._resolver.value(node, at, depth), node, at)
        return [tuple(_certain(part) for part in alternative) for alternative in parts]

    def _parts(self, values: Iterable[Value], node: ast.expr, at: ProgramPoint) -> Alternatives:
        texts = [self._resolver.as_text(value, node, at) for value in values]
        return [text.parts if text is not None else self._resolver.hole(node, at).parts for text in texts]

    def _joined(self, parts: Sequence[Alternatives], node: ast.expr | ast.stmt, at: ProgramPoint) -> list[StringValue]:
        """Every combination of the alternatives of consecutive parts, up to the bound."""
        combined: list[Parts] = [()]
        for alternatives in parts:
            combined = [(*start, *end) for start in combined for end in alternatives][:MAX_ALTERNATIVES]
        place = at.source.place(node)
        return [StringValue(joined if _bounded(joined) else (UnknownPart("...", place),), place) for joined in combined]


def _bounded(parts: Parts) -> bool:
    """Whether a text is one that a person might read: code that doubles a text again and again makes others."""
    return (
        len(parts) <= MAX_PARTS and sum(len(part.text) for part in parts if isinstance(part, KnownPart)) <= MAX_LENGTH
    )


def _certain(part: KnownPart | UnknownPart) -> KnownPart | UnknownPart:
    return (
        UnknownPart(part.source, part.place) if isinstance(part, UnknownPart) and part.kind == "environment" else part
    )


def _percent(values: Sequence[ast.expr]) -> Callable[[str], Iterator[tuple[int, int, ast.expr | str | None]]]:
    """The fields of a `%` template: `%s` and `%d` are followed, any other is unknown."""

    def fields(template: str) -> Iterator[tuple[int, int, ast.expr | str | None]]:
        at, used = template.find("%"), 0
        while at >= 0:
            end = at + 1
            while end < len(template) and template[end] in "-+ #0123456789.*":
                end += 1
            end += 1
            kind = template[at + 1 : end]
            if kind == "%":
                yield at, end, "%"
            else:
                known = kind in ("s", "d") and used < len(values)
                yield at, min(end, len(template)), values[used] if known else None
                used += 1
            at = template.find("%", end)

    return fields


def _braces(
    values: Sequence[ast.expr], keywords: dict[str, ast.expr]
) -> Callable[[str], Iterator[tuple[int, int, ast.expr | str | None]]]:
    """The fields of a `.format` template: `{}`, `{0}` and `{name}` are followed, any other is unknown."""

    def fields(template: str) -> Iterator[tuple[int, int, ast.expr | str | None]]:
        at, used = 0, 0
        while at < len(template):
            if template.startswith(("{{", "}}"), at):
                yield at, at + 2, template[at]
                at += 2
            elif template[at] == "{" and (end := template.find("}", at)) >= 0:
                field = template[at + 1 : end]
                if field == "":
                    field, used = str(used), used + 1
                filling = values[int(field)] if field.isdecimal() and int(field) < len(values) else keywords.get(field)
                yield at, end + 1, filling
                at = end + 1
            else:
                at += 1

    return fields
