"""What a real server was seen to say: the file that `regilink conformance --record` writes, beside this one.

A message in it is verified: it gets the server's own wording and HTTP status, and counts as known.
"""

from __future__ import annotations

import json
import os

from regilink_doctor.core.records import replace
from regilink_doctor.core.wandb_messages.recognition import WandbMessage, field_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

RECORD = os.path.join(os.path.dirname(__file__), "verified.json")


def read_record(path: str = RECORD) -> Mapping[str, Any]:
    """Key -> `{"template", "status"}` of the messages that were seen; empty where nothing was recorded.

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
