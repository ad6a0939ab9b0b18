"""The rules: each in a file of its own, with its documentation, its examples, its checks and its words.

Rules are loaded one by one, when they have something to report: a run without findings pays for none of them.
"""

from __future__ import annotations

from regilink_doctor.rules.index import MODULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.rules.base import Rule

_LOADED: dict[str, Rule] = {}


def rule_for(code: str) -> Rule:
    """The rule of a code, loaded once.

    Raises:
        KeyError: there is no such rule.
    """
    if code not in _LOADED:
        from importlib import import_module

        module = import_module(f"regilink_doctor.rules.{MODULES[code]}")
        _LOADED[code] = getattr(module, "".join(word.capitalize() for word in MODULES[code].split("_")))()
    return _LOADED[code]


def all_rules() -> Iterator[Rule]:
    """Every rule, by code."""
    return (rule_for(code) for code in MODULES)
