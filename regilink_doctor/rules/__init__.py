"""Every rule in a file of its own: its words, its examples and, where source shows it, its check.

Rules are imported one by one, when they have something to say: a run without findings pays for none of them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.rules.rule import Rule

MODULES = {
    "REG000": "unparsable_file",
    "REG001": "unused_suppression",
    "REG002": "internal_error",
    "REG003": "invalid_suppression",
    "REG101": "missing_registry_prefix",
    "REG102": "missing_collection",
    "REG103": "too_many_parts",
    "REG104": "misspelled_prefix",
    "REG105": "empty_name",
    "REG106": "unfilled_placeholder",
    "REG107": "version_in_target",
    "REG108": "url_as_target",
    "REG109": "doubled_prefix",
    "REG110": "invalid_name",
    "REG111": "stray_separator",
    "REG112": "legacy_model_registry",
    "REG113": "none_in_path",
    "REG201": "implicit_entity",
    "REG202": "team_as_organization",
    "REG203": "personal_entity",
    "REG204": "organization_as_entity",
    "REG207": "unknown_entity",
    "REG301": "unknown_registry",
    "REG302": "registry_display_name",
    "REG303": "unknown_organization",
    "REG401": "type_not_allowed",
    "REG402": "collection_type_conflict",
}
"""Code -> the module below `rules` that holds the one class of that code."""

BY_SITE: dict[str, tuple[str, ...]] = {"link": ("REG201", "REG302", "REG401")}
"""Rules with a check of their own, by what they look at: a kind of site, or one call by its canonical name; a
`setting`, a `requirement`, a `command`."""


def rule_for(code: str) -> Rule:
    """The rule of a code.

    Raises:
        KeyError: no such rule.
    """
    from importlib import import_module

    module = import_module(f"regilink_doctor.rules.{MODULES[code]}")
    found: Rule = getattr(module, "".join(word.capitalize() for word in MODULES[code].split("_")))()
    return found


def all_rules() -> Iterator[Rule]:
    """Every rule, by code."""
    return (rule_for(code) for code in MODULES)
