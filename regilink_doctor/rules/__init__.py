"""Every rule in a file of its own: its words, its examples and, where source shows it, its check.

Rules are imported one by one, when they have something to say: a run without findings pays for none of them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.rules.base import Rule

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
    "REG205": "entity_ignored_in_sweep",
    "REG206": "implicit_run",
    "REG207": "unknown_entity",
    "REG208": "default_entity_in_api",
    "REG301": "unknown_registry",
    "REG302": "registry_display_name",
    "REG303": "unknown_organization",
    "REG304": "no_write_access",
    "REG305": "unknown_collection",
    "REG310": "invalid_visibility",
    "REG401": "type_not_allowed",
    "REG402": "collection_type_conflict",
    "REG403": "reserved_type",
    "REG404": "unspecified_type",
    "REG405": "invalid_artifact_name",
    "REG406": "consumed_type_mismatch",
    "REG501": "invalid_alias",
    "REG502": "version_as_alias",
    "REG503": "redundant_latest",
    "REG504": "aliases_on_source_only",
    "REG505": "source_version_in_registry_name",
    "REG506": "unpinned_consumption",
    "REG507": "protected_alias",
    "REG508": "registry_filter",
    "REG509": "wrong_scheme",
    "REG510": "source_path_consumed",
    "REG511": "exists_hides_errors",
    "REG601": "link_while_offline",
    "REG602": "link_while_disabled",
    "REG603": "link_after_finish",
    "REG604": "swallowed_link_error",
    "REG605": "link_on_every_rank",
    "REG606": "ttl_on_linked_artifact",
    "REG607": "wrong_call_shape",
    "REG608": "legacy_link_result",
    "REG609": "active_run_reused",
    "REG610": "draft_property",
    "REG701": "sdk_too_old",
    "REG702": "requests_mocks_miss_wandb",
    "REG703": "organization_variable",
    "REG704": "hard_coded_api_key",
    "REG801": "host_unreachable",
    "REG802": "credentials_missing",
    "REG803": "credentials_rejected",
    "REG804": "not_wandb",
    "REG805": "server_too_old",
    "REG806": "source_not_visible",
    "REG807": "service_account",
    "REG808": "catalog_drift",
    "REG809": "write_probe_failed",
    "REG810": "server_error",
}
"""Code -> the module below `rules` that holds the one class of that code."""

BY_SITE: dict[str, tuple[str, ...]] = {
    "link": (
        *("REG106", "REG201", "REG202", "REG203", "REG204", "REG206", "REG301", "REG302", "REG401", "REG404"),
        *("REG501", "REG502", "REG503", "REG504", "REG507", "REG601", "REG602", "REG603", "REG604", "REG605"),
        *("REG606", "REG607", "REG608"),
    ),
    "init": ("REG106", "REG609", "REG704"),
    "artifact": ("REG106", "REG403", "REG405", "REG607"),
    "log": ("REG106", "REG403", "REG405", "REG501", "REG502", "REG603"),
    "consume": (
        *("REG104", "REG106", "REG112", "REG208", "REG301", "REG302", "REG305", "REG406", "REG501", "REG505", "REG506"),
        *("REG509", "REG510", "REG601", "REG603"),
    ),
    "setting": ("REG106", "REG203", "REG703", "REG704"),
    "requirement": ("REG701",),
    "command": ("REG601", "REG607"),
    "wandb.Api": ("REG704",),
    "wandb.Api.artifacts": ("REG106", "REG112", "REG301"),
    "wandb.Api.artifact_versions": ("REG106", "REG112", "REG301"),
    "wandb.Api.artifact_collection": ("REG106", "REG112", "REG301"),
    "wandb.Api.artifact_exists": ("REG511",),
    "wandb.Api.artifact_collection_exists": ("REG511",),
    "wandb.Api.create_registry": ("REG106", "REG109", "REG310", "REG303"),
    "wandb.Api.registry": ("REG106", "REG109", "REG301", "REG303"),
    "wandb.Api.registries": ("REG303", "REG508"),
    "wandb.Api.link_artifact": ("REG607",),
    "wandb.Artifact.link_artifact": ("REG607",),
    "wandb.PublicRun.link_artifact": ("REG607",),
    "wandb.Run.link": ("REG607",),
    "wandb.Run.link_model": ("REG112", "REG601"),
    "wandb.Run.use_model": ("REG112", "REG601"),
    "wandb.agent": ("REG205",),
    "wandb.link_artifact": ("REG607",),
    "wandb.beta.workflows.link_model": ("REG112",),
    "wandb.link_model": ("REG112", "REG601"),
    "wandb.login": ("REG704",),
    "wandb.use_model": ("REG112", "REG601"),
    "hasattr": ("REG610",),
    "getattr": ("REG610",),
    "read": ("REG610",),
    "mock": ("REG702",),
}
"""Rules with a check of their own, by what they look at: a kind of site, or one call by its canonical name; a
`setting`, a `requirement`, a `command`."""


_MADE: dict[str, Rule] = {}


def rule_for(code: str) -> Rule:
    """The rule of a code, made once.

    Raises:
        KeyError: no such rule.
    """
    if code not in _MADE:
        from importlib import import_module

        module = import_module(f"regilink_doctor.rules.{MODULES[code]}")
        _MADE[code] = getattr(module, "".join(word.capitalize() for word in MODULES[code].split("_")))()
    return _MADE[code]


def all_rules() -> Iterator[Rule]:
    """Every rule, by code."""
    return (rule_for(code) for code in MODULES)
