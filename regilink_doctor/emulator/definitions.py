"""`schema.graphql` as data.

It is ours, and has of the language what W&B's schema needs: no descriptions, directives or default values. To read that
much takes a tenth of what graphql-core takes for a tree of all its words, and every first test waits for it. That
nothing is left out is tested against graphql-core.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from regilink_doctor.core.records import record

_DEFINITION = re.compile(
    r"^(?P<kind>scalar|enum|union|interface|type|input) (?P<name>\w+)(?: implements (?P<interfaces>[\w &]+))?"
    r"(?: = (?P<members>[\w |]+)| \{\n(?P<body>.*?)^\})?$",
    re.MULTILINE | re.DOTALL,
)
_FIELD = re.compile(r"^ +(\w+)(?:\(([^)]*)\))?: ([\w\[\]!]+)$", re.MULTILINE)
_ARGUMENT = re.compile(r"(\w+): ([\w\[\]!]+)")
_WORD = re.compile(r"\w+")


@record
class Field:
    """A field, its type and those of its arguments, as they are written."""

    name: str
    type: str
    arguments: tuple[tuple[str, str], ...] = ()


@record
class Definition:
    """A type. `members` are the values of an enum, or the types of a union."""

    kind: str
    name: str
    interfaces: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()


@cache
def definitions() -> tuple[Definition, ...]:
    """All of them, in the order of the file."""
    text = Path(__file__).with_name("schema.graphql").read_text(encoding="utf-8")
    return tuple(_definition(found) for found in _DEFINITION.finditer(text))


def _definition(found: re.Match[str]) -> Definition:
    kind, body = found["kind"], found["body"] or ""
    members = body if kind == "enum" else found["members"] or ""
    fields = _FIELD.findall(body) if kind != "enum" else ()
    return Definition(
        kind,
        found["name"],
        tuple(_WORD.findall(found["interfaces"] or "")),
        tuple(_WORD.findall(members)),
        tuple(Field(name, of, tuple(_ARGUMENT.findall(arguments))) for name, arguments, of in fields),
    )
