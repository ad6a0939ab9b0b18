"""YAML's nodes, and where their characters stand.

Composed, never constructed: tags mean nothing, and no value is made of anything.
"""

from __future__ import annotations

from regilink_doctor.core.findings import Place, Span
from regilink_doctor.lint.text.fragment import Fragment, loose_text, text_of
from regilink_doctor.lint.text.source import Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeAlias

    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.lint.text.source import Source

    Node: TypeAlias = Any
    """A `yaml.Node`. yaml is loaded with the first file, and its types tell neither `id` nor `style`."""

_TEMPLATE = ("{{", "{%", "<%")


def documents(source: Source) -> Iterator[Node]:
    """The root of each document; none of a template that is no YAML before it is filled.

    Raises:
        Unparsable: it is not YAML.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        yield from (root for root in yaml.compose_all(source.text, Loader=loader) if root is not None)
    except yaml.YAMLError as error:
        if any(mark in source.text for mark in _TEMPLATE):
            return
        mark = getattr(error, "problem_mark", None)
        line = min(mark.line + 1, len(source.lines)) if mark else 1
        column = min(mark.column + 1, len(source.lines[line - 1]) + 1) if mark else 1
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise Unparsable(reason, Span(line, column, line, column + 1), "YAML") from None


def pairs(node: Node) -> list[tuple[Node, Node]]:
    """The pairs of a mapping whose key is a scalar (YAML allows any), nothing for any other node."""
    return [pair for pair in node.value if pair[0].id == "scalar"] if node.id == "mapping" else []


def value_of(node: Node, name: str) -> str:
    """The scalar below a key of a mapping, as it is written."""
    return next((value.value for key, value in pairs(node) if key.value == name and value.id == "scalar"), "")


def is_null(node: Node) -> bool:
    """Whether a scalar is YAML's null."""
    return bool(node.tag == "tag:yaml.org,2002:null")


def span_of(node: Node) -> Span:
    """The span of a node."""
    start, end = node.start_mark, node.end_mark
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def place_of(source: Source, node: Node) -> Place:
    """The place of a node."""
    return Place(source.path, span_of(node))


def text_at(source: Source, node: Node, name: str | None = None) -> StringValue:
    """The value of a scalar, its characters where they stand if they stand there as they are."""
    stretch = stretch_of(source, node)
    if stretch.text.rstrip("\n") == node.value.rstrip("\n"):
        return text_of(stretch, 0, len(stretch.text.rstrip("\n")), name)
    return loose_text(node.value, place_of(source, node), name)


def stretch_of(source: Source, node: Node) -> Fragment:
    """What is written for a scalar, without quotes, indentation and the header of a block."""
    first, last = node.start_mark, node.end_mark
    if node.style in ("|", ">"):
        lines = [(source.lines[number], number + 1) for number in range(first.line + 1, last.line + bool(last.column))]
        while lines and not lines[-1][0].strip():
            lines.pop()
        indent = min((len(text) - len(text.lstrip()) for text, _ in lines if text.strip()), default=0)
        cut = [(text[indent:], number, indent + 1) for text, number in lines]
        return Fragment.of(source, cut, "\n" if node.style == "|" else " ")
    written = source.text[first.index : last.index]
    # A tag or an anchor stands in front of the value.
    start = first.index + (written.find(node.style) + 1 if node.style else 0)
    end = last.index - (1 if node.style else 0)
    if not node.style and written.endswith(node.value):
        start = last.index - len(node.value)
    line = first.line
    column = start - first.index + first.column + 1
    found = []
    for number, text in enumerate(source.text[start:end].split("\n")):
        stripped = text if number == 0 else text.lstrip()
        begins = column if number == 0 else len(text) - len(stripped) + 1
        found.append((stripped, line + number + 1, begins))
    return Fragment.of(source, found, " ")
