"""The rules, by subject: each is a class with its documentation, its examples, its checks and its words.

A module is loaded when one of its rules is asked: a run without call sites pays for none of them.
"""

from __future__ import annotations

from regilink_doctor.rules.index import RULES, WATCHED_BY, WATCHED_PARTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Set
    from typing import Any

    from regilink_doctor.core.sites import FileFact, Site
    from regilink_doctor.rules.base import Report, Rule

    Check = Callable[[Any, Any], Iterator[Report]]

_LOADED: dict[str, Rule] = {}
_CHECKS: dict[tuple[str, str], Check] = {}

_SITES = ("link", "consume", "init", "artifact", "log")
_FACTS = ("setting", "requirement", "command")


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


def find_checks(item: Site | FileFact, enabled: Set[str]) -> list[tuple[str, Check]]:
    """The checks of an item by the rules that watch it, with the codes of the rules; the path rules are not among them.

    A file has many items and few kinds of them, so what a rule calls its check is worked out once for each kind.
    """
    kind = item.kind
    codes = [*WATCHED_BY.get(kind, ()), *WATCHED_BY.get(getattr(item, "call", ""), ())]
    for path, watching in WATCHED_PARTS.get(kind, ()):
        part: Any = item
        for name in path:
            part = part.get(name) if isinstance(part, dict) else getattr(part, name, None)
        if part:
            codes += watching
    checks = []
    for code in dict.fromkeys(codes):
        if code in enabled:
            key = (code, kind)
            if key not in _CHECKS:
                _CHECKS[key] = _find_check(rule_for(code), kind)
            checks.append((code, _CHECKS[key]))
    return checks


def _find_check(rule: Rule, kind: str) -> Check:
    """The callback of a rule for a kind of item: `check_site` for a call without a callback of its own."""
    from regilink_doctor.rules.base import Rule

    name = f"check_{kind}"
    is_own = kind in _FACTS or (kind in _SITES and getattr(type(rule), name) is not getattr(Rule, name))
    check: Check = getattr(rule, name if is_own else "check_site")
    return check
