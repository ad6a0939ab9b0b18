"""The rules, by subject: each is a class with its documentation, its examples, its checks and its words.

A module is loaded when one of its rules is asked: a run without call sites pays for none of them.
"""

from __future__ import annotations

from regilink_doctor.rules.index import RULES

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

        name, module = RULES[code]
        rules = import_module(f"regilink_doctor.rules.{module}")
        _LOADED[code] = getattr(rules, "".join(word.capitalize() for word in name.split("-")))()
    return _LOADED[code]


def all_rules() -> Iterator[Rule]:
    """Every rule, by code."""
    return (rule_for(code) for code in RULES)
