"""Texts that wait to be filled in: `<team_entity>`, `[REGISTRY-NAME]`, `{COLLECTION}` without the f (row A7).

W&B's documentation has used all three dialects, and the SDK takes every one of them for a name.
"""

from __future__ import annotations

_WORDS = frozenset({"todo", "tbd", "fixme", "xxx", "changeme", "change-me", "replace-me", "placeholder"})
_VERBS = ("your", "insert", "enter")
_NOUNS = (
    "alias",
    "artifact",
    "collection",
    "entity",
    "name",
    "org",
    "organization",
    "project",
    "registry",
    "team",
    "type",
    "user",
    "username",
)


def placeholder(name: str) -> tuple[int, int] | None:
    """Where in `name` a placeholder stands, as offsets; None when it is an ordinary name.

    Not a placeholder: what Hydra, GitHub Actions, Jinja or cookiecutter fill later (`${x}`, `{{ x }}`), brackets
    round a part of a name, and `my-team`, which is somebody's team.
    """
    stripped = name.strip()
    offset = name.find(stripped)
    folded = stripped.lower().replace("_", "-").replace(" ", "-")
    if folded in _WORDS or _asks(folded):
        return offset, offset + len(stripped)
    if stripped[:1] == "[" and stripped[-1:] == "]" and len(stripped) > 2:
        return offset, offset + len(stripped)
    for opening, closing, accepts in (("<", ">", _described), ("[", "]", _shouted), ("{", "}", _identifier)):
        start = name.find(opening)
        while start >= 0:
            end = name.find(closing, start + 1)
            if end < 0:
                break
            filled_later = opening == "{" and (name[start - 1 : start] in ("$", "{") or name[end + 1 : end + 2] == "}")
            if not filled_later and accepts(name[start + 1 : end]):
                return start, end + 1
            start = name.find(opening, end)
    return None


def _asks(folded: str) -> bool:
    """`your-team`, `your-wandb-entity`, `insert-org-name`: a verb, then nothing but what W&B calls things."""
    verb, *words = folded.split("-")
    return verb in _VERBS and words[-1:] != [] and words[-1] in _NOUNS


def _described(inside: str) -> bool:
    return any(letter.isalpha() for letter in inside) and "<" not in inside


def _shouted(inside: str) -> bool:
    return inside.isupper() and inside.replace("-", "").replace("_", "").replace(" ", "").isalnum()


def _identifier(inside: str) -> bool:
    return all(part.isidentifier() for part in inside.replace("-", "_").split(".")) and inside != ""
