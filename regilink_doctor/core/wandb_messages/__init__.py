"""Every message of W&B that belongs to one of the failures, once: the emulator says them, `explain` recognizes them."""

from __future__ import annotations

import json
import os
from functools import cache

from regilink_doctor.core.records import replace
from regilink_doctor.core.text import did_you_mean
from regilink_doctor.core.wandb_messages.recognition import (
    TEXT_LIMIT,
    RecognizedMessage,
    Speaker,
    WandbMessage,
    field_names,
    group_messages,
    read_messages,
    search_messages,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

__all__ = [
    "TEXT_LIMIT",
    "WANDB_MESSAGES",
    "RecognizedMessage",
    "Speaker",
    "WandbMessage",
    "field_names",
    "fill_message",
    "find_message",
    "list_sdk_classes",
    "list_sdk_sentences",
    "recognize_messages",
]


def _read_record(path: str) -> Mapping[str, Any]:
    """Key -> `{"template", "status"}` of the messages that a real server was seen to say; empty without the file.

    Raises:
        ValueError: it is not such a file.
    """
    try:
        with open(path, encoding="utf-8") as file:
            value = json.load(file)
    except FileNotFoundError:
        return {}
    messages = value.get("messages") if isinstance(value, dict) and value.get("version") == 1 else None
    if not isinstance(messages, dict):
        raise ValueError(f"{path} is not a record of regilink conformance")
    return messages


def apply_record(messages: tuple[WandbMessage, ...], record: Mapping[str, Any]) -> tuple[WandbMessage, ...]:
    """The messages with the wording and status of the record.

    Raises:
        ValueError: the record has a key or a field that no message has.
    """
    if not record:
        return messages
    if unknown := sorted(record.keys() - {message.key for message in messages}):
        raise ValueError(f"the record has messages that regilink does not know: {', '.join(unknown)}")
    return tuple(
        _apply_entry(message, record[message.key]) if message.key in record else message for message in messages
    )


def _apply_entry(message: WandbMessage, entry: Mapping[str, Any]) -> WandbMessage:
    template, status = str(entry["template"]), int(entry["status"])
    if extra := set(field_names(template)) - set(field_names(message.template)):
        raise ValueError(f"the record of {message.key} has fields that the message lacks: {', '.join(sorted(extra))}")
    return replace(message, template=template, status=status, known=True)


_WRITTEN: tuple[WandbMessage, ...] = (*read_messages("messages.json"), *read_messages("refusals.json"))

WANDB_MESSAGES = apply_record(_WRITTEN, _read_record(os.path.join(os.path.dirname(__file__), "verified.json")))
"""With the wording and status that `regilink conformance --record` has written into the file beside this one."""

_BY_KEY = {message.key: message for message in WANDB_MESSAGES}
_FIELDS = {message.key: frozenset(field_names(message.template)) for message in _WRITTEN}
"""The fields that callers fill in. A server's own wording may have fewer."""


def find_message(key: str) -> WandbMessage:
    """The message of a key.

    Raises:
        KeyError: No message has this key; the error names the nearest.
    """
    if key in _BY_KEY:
        return _BY_KEY[key]
    raise KeyError(f"no W&B message '{key}'{did_you_mean(key, _BY_KEY)}")


def fill_message(key: str, **fields: str) -> str:
    """The text of a message with its fields filled in.

    Raises:
        KeyError: No message has this key.
        ValueError: A field is missing, or does not belong to the message.
    """
    template = find_message(key).template
    wanted = _FIELDS[key]
    if wanted != fields.keys():
        missing = ", ".join(sorted(wanted - fields.keys())) or "nothing"
        unknown = ", ".join(sorted(fields.keys() - wanted)) or "nothing"
        raise ValueError(f"W&B message '{key}': missing {missing}, unknown {unknown}")
    return template.format_map(fields)


def recognize_messages(text: str) -> list[RecognizedMessage]:
    """The known messages anywhere in a text, best first.

    White space, kinds of quotes, the case of ASCII letters, a final full stop and whatever is
    around a message (`CommError: `, `HTTP 404: `, `[m1; m2]`) do not matter. Only the last
    `TEXT_LIMIT` characters are read.
    """
    return search_messages(text, WANDB_MESSAGES)


@cache
def list_sdk_classes() -> frozenset[str]:
    """The classes of wandb 0.6 to 0.31 whose names no other package is likely to use."""
    with open(os.path.join(os.path.dirname(__file__), "sdk_classes.json"), encoding="utf-8") as file:
        return frozenset(json.load(file))


@cache
def list_sdk_sentences() -> tuple[WandbMessage, ...]:
    """What wandb 0.8 to 0.31, wandb-workspaces 0.4 and weave 0.54 raise: read in their sources, by failure.

    Other programs may say the shorter ones: a text must name wandb as well.
    """
    with open(os.path.join(os.path.dirname(__file__), "sdk_sentences.json"), encoding="utf-8") as file:
        groups = json.load(file)
    return tuple(message for failure, texts in groups.items() for message in group_messages(failure, *texts))
