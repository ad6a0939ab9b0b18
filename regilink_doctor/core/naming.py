"""W&B's limits on names as data, each with its source.

Sources are files of wandb 0.31.0 (`sdk/artifacts/_validators.py` unless another one is named). The SDK enforces most of
these limits only when something is *created*; a link sends any name, which is why regilink checks them itself.
"""

from __future__ import annotations

REGISTRY_PREFIX = "wandb-registry-"
"""What makes a project a registry; compared case-sensitively (`REGISTRY_PREFIX`)."""

LEGACY_REGISTRY = "model-registry"
"""The project of the legacy model registry (`Run.link_model`, failure A14)."""

MIGRATED_SUFFIX = "-mr-migrated"
"""A team's legacy registry becomes the registry `<team>-mr-migrated` (docs, failure A14)."""

NAME_MAX = 128
"""Characters of a project, collection or alias (`NAME_MAXLEN`)."""

REGISTRY_NAME_MAX = NAME_MAX - len(REGISTRY_PREFIX)
"""Characters of a registry name without its prefix: 113 (`validate_project_name`)."""

REGISTRY_FORBIDDEN = frozenset("/\\#?%:\r\n")
"""Characters that no project or registry name has (`INVALID_URL_CHARS`)."""

COLLECTION_FORBIDDEN = frozenset("/:")
"""`/` by `validate_artifact_name`; `:` because a path reads it as the start of an alias."""

ALIAS_FORBIDDEN = frozenset("/:")
"""Characters that no alias has (`validate_aliases`)."""

PROJECT_FORBIDDEN = frozenset("/\\#?%:")
"""Characters with which the SDK refuses a run's project."""

ENTITY_FORBIDDEN = frozenset(" /:")
"""Characters that the name of no team or user has; W&B's documentation allows teams less (failure B2)."""

ARTIFACT_NAME_ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")
"""Characters of a source artifact's name (`sdk/artifacts/artifact.py`, failure C17)."""

TYPE_MAX = 128
"""Characters of a type that a registry accepts (`validate_artifact_types`)."""

TYPE_FORBIDDEN = frozenset("/:")
"""Characters that no accepted type of a registry has (`validate_artifact_types`)."""

DEFAULT_PROJECT = "uncategorized"
"""Where `Artifact.link` puts a path without a project (`Artifact.link`, failure A16)."""

CORE_REGISTRY_TYPES: dict[str, str] = {"model": "model", "dataset": "dataset"}
"""The registries that W&B makes for every organization, and the one type each accepts at first (docs)."""

CORE_REGISTRY_DISPLAY: dict[str, str] = {"models": "model", "datasets": "dataset"}
"""What the W&B App calls the core registries (lower case) -> their name in a path (failure A10)."""


_ALIKE = 0.8
"""How alike a name is to one of W&B's registries that is probably meant: `modle`, `models`; not `my-model`."""


def find_near_registry(name: str) -> str | None:
    """The registry that W&B makes for every organization whose name this one is nearly; None for any other name."""
    from difflib import get_close_matches

    folded = name.casefold()
    is_own = folded in CORE_REGISTRY_TYPES or any(letter.isdecimal() for letter in folded)
    near = [] if is_own else get_close_matches(folded, CORE_REGISTRY_TYPES, n=1, cutoff=_ALIKE)
    return near[0] if near else None


def reserved_type(artifact_type: str, name: str = "") -> bool:
    """Whether `wandb.Artifact(name, type=artifact_type)` refuses the type (failure B6, `validate_artifact_type`)."""
    return (
        artifact_type == "job"
        or artifact_type.startswith("wandb-")
        or (artifact_type == "run_table" and name.startswith("run-"))
        or (artifact_type == "code" and name.startswith("source-"))
    )


def is_version(alias: str) -> bool:
    """Whether `alias` is a version index as W&B writes it: `v0`, `v12` (failure B11)."""
    return len(alias) > 1 and alias[0] == "v" and alias[1:].isdecimal() and alias.isascii()


def correct_alias(alias: str) -> str:
    """An alias that W&B accepts, as close to `alias` as can be."""
    corrected = "".join("-" if letter in ALIAS_FORBIDDEN else letter for letter in alias)
    return corrected[:NAME_MAX].strip() or "best"
