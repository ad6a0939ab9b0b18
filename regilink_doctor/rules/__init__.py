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
    from regilink_doctor.rules.base import FileFacts, Report, Rule

    Check = Callable[[Any, Any], Iterator[Report]]
    _Checks = tuple[tuple[str, Check], ...]
    _Kind = tuple[str, str, tuple[bool, ...]]
    """The kind of an item, the call or variable where rules watch that, and which of its `WATCHED_PARTS` it has."""

_LOADED: dict[str, Rule] = {}
_CHECKS: dict[tuple[_Kind, Set[str]], _Checks] = {}

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


class FileChecks:
    """The checks for the items of one file, with the codes of their rules; the path rules are not among them.

    A file has many items and few kinds of them, so the checks are chosen once for each kind.
    """

    def __init__(self, enabled: Set[str]) -> None:
        self._enabled = enabled
        self._by_kind: dict[_Kind, _Checks] = {}
        self._can_report: dict[str, bool] = {}

    def find(self, item: Site | FileFact, facts: FileFacts) -> _Checks:
        """The checks of the rules that watch an item and may report something in the file."""
        kind = item.kind
        subject = getattr(item, "wandb_variable" if kind == "setting" else "call", "")
        read_parts = _READ_PARTS.get(kind)
        present = tuple(map(bool, read_parts(item))) if read_parts is not None else ()
        key = kind, subject if subject in WATCHED_BY else "", present
        checks = self._by_kind.get(key)
        if checks is None:
            checks = _find_checks(key, self._enabled)
            if kind not in _FACTS:
                checks = tuple([pair for code, check in checks for pair in self._select(code, check, facts)])
            self._by_kind[key] = checks
        return checks

    def _select(self, code: str, check: Check, facts: FileFacts) -> _Checks:
        """The check, if its rule may report anything in the file; if it crashes, one that raises at each site."""
        try:
            if code not in self._can_report:
                self._can_report[code] = rule_for(code).may_report_sites(facts)
        except Exception as error:
            return ((code, _Crashed(error)),)
        return ((code, check),) if self._can_report[code] else ()


class _Crashed:
    """Replaces a check whose rule crashed in `may_report_sites`."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __call__(self, item: Site, facts: FileFacts) -> Iterator[Report]:
        raise self._error


def _find_checks(key: _Kind, enabled: Set[str]) -> _Checks:
    """The checks of the rules that watch a kind of item."""
    checks = _CHECKS.get((key, enabled))
    if checks is None:
        kind, subject, present = key
        codes = [*WATCHED_BY.get(kind, ()), *WATCHED_BY.get(subject, ())]
        for (_, watching), is_present in zip(WATCHED_PARTS.get(kind, ()), present[1:], strict=False):
            codes += watching if is_present else ()
        wanted = [code for code in dict.fromkeys(codes) if code in enabled]
        checks = _CHECKS[key, enabled] = tuple([(code, _find_check(rule_for(code), kind)) for code in wanted])
    return checks


def _find_check(rule: Rule, kind: str) -> Check:
    """The callback of a rule for a kind of item: `check_site` for a call without a callback of its own."""
    from regilink_doctor.rules.base import Rule

    name = f"check_{kind}"
    is_own = kind in _FACTS or (kind in _SITES and getattr(type(rule), name) is not getattr(Rule, name))
    check: Check = getattr(rule, name if is_own else "check_site")
    return check
