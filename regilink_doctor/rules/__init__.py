"""The rules, by subject: each is a class with its documentation, its examples, its checks and its words.

A module is loaded when one of its rules is asked: a run without call sites pays for none of them.
"""

from __future__ import annotations

from operator import attrgetter

from regilink_doctor.rules.index import RULES, WATCHED_BY, WATCHED_PARTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Set
    from typing import Any

    from regilink_doctor.core.sites import FileFact, Site
    from regilink_doctor.rules.base import Report, Rule

    Check = Callable[[Any, Any], Iterator[Report]]

_LOADED: dict[str, Rule] = {}
_CHECKS: dict[tuple[str, str, tuple[bool, ...], Set[str]], tuple[tuple[str, Check], ...]] = {}

# One call reads all parts of a site. The kind comes first, because the getter of a single part returns no tuple.
_READ_PARTS: dict[str, Callable[[Any], tuple[object, ...]]] = {
    kind: attrgetter("kind", *(".".join(part) for part, _ in watched)) for kind, watched in WATCHED_PARTS.items()
}

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


def find_checks(item: Site | FileFact, enabled: Set[str]) -> tuple[tuple[str, Check], ...]:
    """The checks of an item by the rules that watch it, with the codes of the rules; the path rules are not among them.

    A file has many items and few kinds of them, so the checks are worked out once for each kind.
    """
    kind = item.kind
    subject = getattr(item, "wandb_variable" if kind == "setting" else "call", "")
    read_parts = _READ_PARTS.get(kind)
    present = tuple(map(bool, read_parts(item))) if read_parts is not None else ()
    key = kind, subject if subject in WATCHED_BY else "", present, enabled
    checks = _CHECKS.get(key)
    if checks is None:
        codes = [*WATCHED_BY.get(kind, ()), *WATCHED_BY.get(subject, ())]
        for (_, watching), is_present in zip(WATCHED_PARTS.get(kind, ()), present[1:], strict=False):
            codes += watching if is_present else ()
        wanted = [code for code in dict.fromkeys(codes) if code in enabled]
        checks = _CHECKS[key] = tuple([(code, _find_check(rule_for(code), kind)) for code in wanted])
    return checks


def _find_check(rule: Rule, kind: str) -> Check:
    """The callback of a rule for a kind of item: `check_site` for a call without a callback of its own."""
    from regilink_doctor.rules.base import Rule

    name = f"check_{kind}"
    is_own = kind in _FACTS or (kind in _SITES and getattr(type(rule), name) is not getattr(Rule, name))
    check: Check = getattr(rule, name if is_own else "check_site")
    return check
