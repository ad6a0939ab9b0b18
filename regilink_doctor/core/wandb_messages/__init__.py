"""Every text of W&B that belongs to one of the failures, once: to say and to recognise.

The emulator says them, `explain` finds them in what the user pastes. The rows are those of the
catalogue in `core.failures`.
"""

from __future__ import annotations

from regilink_doctor.core.wandb_messages.access import ACCESS
from regilink_doctor.core.wandb_messages.artifacts import ARTIFACTS
from regilink_doctor.core.wandb_messages.consuming import CONSUMING
from regilink_doctor.core.wandb_messages.lifecycle import LIFECYCLE
from regilink_doctor.core.wandb_messages.linking import LINKING
from regilink_doctor.core.wandb_messages.names import NAMES
from regilink_doctor.core.wandb_messages.recognition import TEXT_LIMIT, RecognizedMessage, find
from regilink_doctor.core.wandb_messages.registries import REGISTRIES
from regilink_doctor.core.wandb_messages.server import SERVER
from regilink_doctor.core.wandb_messages.wording import Speaker, WandbMessage, field_names

__all__ = [
    "TEXT_LIMIT",
    "WANDB_MESSAGES",
    "RecognizedMessage",
    "Speaker",
    "WandbMessage",
    "recognise",
    "say",
    "wording",
]

WANDB_MESSAGES: tuple[WandbMessage, ...] = (
    *SERVER,
    *LINKING,
    *ARTIFACTS,
    *NAMES,
    *LIFECYCLE,
    *CONSUMING,
    *REGISTRIES,
    *ACCESS,
)

_BY_KEY = {each.key: each for each in WANDB_MESSAGES}


def wording(key: str) -> WandbMessage:
    """The wording of a key.

    Raises:
        KeyError: No wording has this key; the message names the nearest.
    """
    if key in _BY_KEY:
        return _BY_KEY[key]
    from difflib import get_close_matches

    near = get_close_matches(key, _BY_KEY, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    raise KeyError(f"no wording '{key}'{hint}")


def say(key: str, **fields: str) -> str:
    """The text of a wording with its fields filled in.

    Raises:
        KeyError: No wording has this key.
        ValueError: A field is missing, or is none of the wording's.
    """
    template = wording(key).template
    wanted = set(field_names(template))
    if wanted != fields.keys():
        missing = ", ".join(sorted(wanted - fields.keys())) or "nothing"
        unknown = ", ".join(sorted(fields.keys() - wanted)) or "nothing"
        raise ValueError(f"wording '{key}': missing {missing}, unknown {unknown}")
    return template.format_map(fields)


def recognise(text: str) -> list[RecognizedMessage]:
    """The wordings that stand anywhere in a text, best first.

    White space, kinds of quotes, the case of ASCII letters, a final full stop and whatever is
    around a message (`CommError: `, `HTTP 404: `, `[m1; m2]`) do not matter. Only the last
    `TEXT_LIMIT` characters are read.
    """
    return find(text, WANDB_MESSAGES)
