"""Every text of W&B that belongs to one of the failures, once: to say and to recognise.

The emulator says them, `explain` finds them in what the user pastes. The rows are those of the
catalogue in `core.failures`.
"""

from __future__ import annotations

from .access import ACCESS
from .artifacts import ARTIFACTS
from .consuming import CONSUMING
from .lifecycle import LIFECYCLE
from .linking import LINKING
from .names import NAMES
from .recognising import TEXT_LIMIT, Recognised, find
from .registries import REGISTRIES
from .server import SERVER
from .wording import Speaker, Wording, field_names

__all__ = ["TEXT_LIMIT", "WORDINGS", "Recognised", "Speaker", "Wording", "recognise", "say", "wording"]

WORDINGS: tuple[Wording, ...] = (
    *SERVER,
    *LINKING,
    *ARTIFACTS,
    *NAMES,
    *LIFECYCLE,
    *CONSUMING,
    *REGISTRIES,
    *ACCESS,
)

_BY_KEY = {each.key: each for each in WORDINGS}


def wording(key: str) -> Wording:
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


def recognise(text: str) -> list[Recognised]:
    """The wordings that stand anywhere in a text, best first.

    White space, kinds of quotes, the case of ASCII letters, a final full stop and whatever is
    around a message (`CommError: `, `HTTP 404: `, `[m1; m2]`) do not matter. Only the last
    `TEXT_LIMIT` characters are read.
    """
    return find(text, WORDINGS)
