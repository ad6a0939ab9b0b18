"""Checks the data of a reply against the document that asked for it: shapes, types, bounds.

What passed has every field that was asked for, with the type that the document declares, so that nothing that reads it
has to doubt it. What wandb itself takes for never null (its generated classes) is `required` in our documents.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from regilink_doctor.client.document import Field

MAX_TEXT = 100_000
"""Characters. Names have at most 128; a description can be long."""

MAX_NUMBER = 2**53
"""JSON readers in other languages lose precision beyond it."""


class WrongShape(ValueError):
    """A reply is not what the document asked for; the message names the field and what is wrong with it."""


def check_reply(fields: Collection[Field], data: Mapping[str, object]) -> None:
    """Check the object that answers `fields`.

    Raises:
        WrongShape: a field is missing, null where it cannot be, of another type, or out of bounds.
    """
    _check_object(fields, data, "")


def _check_object(fields: Collection[Field], value: object, where: str) -> None:
    if not isinstance(value, dict):
        raise WrongShape(f"{_shown(where)} is {_kind(value)}, not an object")
    for field in fields:
        path = f"{where}.{field.name}" if where else field.name
        if field.key not in value:
            raise WrongShape(f"{_shown(path)} is missing")
        _check_field(field, value[field.key], path)


def _check_field(field: Field, value: object, path: str) -> None:
    if value is None:
        if field.required:
            raise WrongShape(f"{_shown(path)} is null")
        return
    if not field.many:
        _check_value(field, value, path)
        return
    if not isinstance(value, list):
        raise WrongShape(f"{_shown(path)} is {_kind(value)}, not a list")
    for index, item in enumerate(value):
        if item is None:
            raise WrongShape(f"{_shown(f'{path}[{index}]')} is null")
        _check_value(field, item, f"{path}[{index}]")


def _check_value(field: Field, value: object, path: str) -> None:
    if field.fields:
        _check_object(field.fields, value, path)
        _check_length(field, value, path)
    elif field.kind == "flag":
        if not isinstance(value, bool):
            raise WrongShape(f"{_shown(path)} is {_kind(value)}, not true or false")
    elif field.kind == "number":
        if isinstance(value, bool) or not isinstance(value, int):
            raise WrongShape(f"{_shown(path)} is {_kind(value)}, not a whole number")
        if not 0 <= value <= MAX_NUMBER:
            raise WrongShape(f"{_shown(path)} is out of range")
    else:
        _check_text(field, value, path)


def _check_text(field: Field, value: object, path: str) -> None:
    if not isinstance(value, str):
        raise WrongShape(f"{_shown(path)} is {_kind(value)}, not a string")
    if field.required and not value:
        raise WrongShape(f"{_shown(path)} is empty")
    if len(value) > MAX_TEXT:
        raise WrongShape(f"{_shown(path)} has {len(value)} characters")
    try:
        value.encode()
    except UnicodeEncodeError:  # JSON can spell half a character ("\ud800"), which no file or terminal takes
        raise WrongShape(f"{_shown(path)} is not valid Unicode") from None


def _check_length(field: Field, value: object, path: str) -> None:
    """A page has at most as many entries as were asked for."""
    first = next((argument.value for argument in field.arguments if argument.name == "first"), None)
    edges = value.get("edges") if isinstance(value, dict) else None
    if isinstance(first, int) and isinstance(edges, list) and len(edges) > first:
        raise WrongShape(f"{_shown(path)} has {len(edges)} entries where {first} were asked for")


def _kind(value: object) -> str:
    """The JSON type of a value, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names = {str: "a string", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), "something else")


def _shown(path: str) -> str:
    return f"`{path}`" if path else "`data`"
