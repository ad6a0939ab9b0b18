"""What a server can do, by its version: the features it announces, and the parts of the schema that come with them.

The names are those of `wandb_internal.proto`. W&B does not publish which release of W&B Server brought which feature:
`known` tells where its developers have said so in public (pull requests of wandb/wandb and wandb/docs); for the rest
`since` is the release that followed the SDK's own change by date.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from regilink_doctor.core.records import record
from regilink_doctor.core.text import did_you_mean

Version = tuple[int, int, int]


@record
class Feature:
    """A feature, the server that brought it, and what a server without it has not got.

    `parts` are `Type`, `Type.field` or `Type.field.argument` of the schema.
    """

    name: str
    since: Version
    parts: tuple[str, ...] = ()
    known: bool = False


FEATURES = (
    Feature("LARGE_FILENAMES", (0, 65, 0)),
    Feature("ARTIFACT_TAGS", (0, 63, 0), known=True),  # wandb/wandb#11600
    Feature("CLIENT_IDS", (0, 63, 0), known=True),  # wandb/wandb#11601
    Feature(
        "ARTIFACT_REGISTRY_SEARCH", (0, 67, 0), ("Entity.artifactCollections", "Entity.artifactMemberships")
    ),  # wandb/wandb#9472, four weeks before
    Feature(
        "ARTIFACT_COLLECTION_MEMBERSHIP_FILES",
        (0, 67, 0),
        ("ArtifactCollectionMembership.files", "ArtifactCollection.artifactMembership"),
        known=True,
    ),  # wandb/wandb#12109
    Feature("ARTIFACT_COLLECTION_MEMBERSHIP_FILE_DOWNLOAD_HANDLER", (0, 67, 0), known=True),
    Feature(
        "USE_ARTIFACT_WITH_ENTITY_AND_PROJECT_INFORMATION",
        (0, 68, 0),
        ("UseArtifactInput.artifactEntityName", "UseArtifactInput.artifactProjectName"),
    ),
    Feature("INCLUDE_ARTIFACT_TYPES_IN_REGISTRY_CREATION", (0, 69, 0), ("UpsertModelInput.artifactTypes",)),
    Feature(
        "PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP",
        (0, 70, 0),
        ("Project.artifactCollectionMembership",),
        known=True,
    ),  # wandb/wandb#12112
    Feature(
        "ARTIFACT_MEMBERSHIP_IN_LINK_ARTIFACT_RESPONSE", (0, 74, 0), ("LinkArtifactPayload.artifactMembership",)
    ),  # failures.md, B13
    Feature("TOTAL_COUNT_IN_FILE_CONNECTION", (0, 76, 0), ("FileConnection.totalCount",), known=True),
    Feature(
        "ARTIFACT_COLLECTIONS_FILTERING_SORTING",
        (0, 78, 0),
        ("ArtifactType.artifactCollections.filters", "ArtifactType.artifactCollections.order"),
    ),
    Feature("ARTIFACT_V2_DOWNLOAD_HANDLER_SUPPORTS_ARTIFACT_ID", (0, 79, 0)),
    Feature("AUTOMATION_EVENT_RUN_METRIC", (0, 67, 0)),
    Feature("AUTOMATION_EVENT_RUN_METRIC_CHANGE", (0, 67, 0)),
    Feature("AUTOMATION_EVENT_RUN_METRIC_ZSCORE", (0, 78, 0)),
    Feature("AUTOMATION_ACTION_NO_OP", (0, 67, 0)),
    Feature("AUTOMATION_EVENT_RUN_STATE", (0, 69, 0)),
    Feature("AUTOMATION_EVENT_ADD_ARTIFACT_TAG", (0, 80, 0)),
    Feature("AUTOMATION_EVENT_REMOVE_ARTIFACT_TAG", (0, 80, 0)),
    Feature("AUTOMATION_EVENT_ADD_COLLECTION_TAG", (0, 80, 0)),
    Feature("AUTOMATION_EVENT_REMOVE_COLLECTION_TAG", (0, 80, 0)),
    Feature("AUTOMATION_EVENT_UNLINK_ARTIFACT", (0, 81, 0)),
    Feature("QUERY_AUTOMATIONS_ON_ENTITY", (0, 81, 0), ("Entity.triggers", "Organization.triggers")),
    Feature("SWEEPS_QUERY_FILTERING", (0, 81, 4), ("Project.sweeps.filters",), known=True),
    Feature("FILESTREAM_GZIP", (0, 83, 0)),
    Feature("UPDATE_RUN_STATE", (0, 83, 0), ("Mutation.updateRunState", "UpdateRunStateInput")),
    Feature("MARK_RUN_FILES_UPLOADED", (0, 83, 0), ("Mutation.markRunFilesUploaded", "MarkRunFilesUploadedInput")),
)
"""What this emulator does, oldest first. Left off: structured console logs, digests other than MD5, local
sweeps."""

UNANNOUNCED = (
    Feature("the list of features", (0, 65, 0), ("ServerInfo.features", "ServerFeature")),
    Feature("W&B's new owner", (0, 80, 0), ("Organization.coreWeaveOrganizationId",)),
    Feature("advanced search", (0, 82, 0), ("Organization.advancedRegistryFeatures", "AdvancedRegistryFeatures")),
    Feature("digests by xxhash", (0, 83, 0), ("Entity.xxhashDigestsEnabled",)),
)
"""What no server announces, and the SDK asks for in the hope that it is there."""

NEWEST: frozenset[str] = frozenset(item.name for item in FEATURES)
"""Everything."""

OLDEST: Version = (0, 63, 0)
"""The oldest server that is distinguished; it has registries, if its administrator has turned them on."""

LATEST: Version = (0, 83, 0)

PRESETS = ("0.63", "0.67", "0.70", "0.74", "0.78", "0.83")
"""Versions that differ in what registries need; any other is as good."""


def read_version(text: str) -> Version:
    """A server's version: `0.70`, `0.70.1`, `v0.70`.

    Raises:
        ValueError: it is not a version, or older than the oldest one that is distinguished.
    """
    match = re.fullmatch(r"v?(\d+)\.(\d+)(?:\.(\d+))?", text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a version of W&B Server; it is written like {PRESETS[2]}")
    version = (int(match[1]), int(match[2]), int(match[3] or 0))
    if version < OLDEST:
        raise ValueError(f"W&B Server {text} is older than {PRESETS[0]}, the oldest that is emulated")
    return version


def of_version(version: Version | None) -> frozenset[str]:
    """The features of a server of this version; None is the newest."""
    return frozenset(item.name for item in FEATURES if version is None or item.since <= version)


def need_known(names: Iterable[str]) -> frozenset[str]:
    """The names of features, a single one too, when there are such features.

    Raises:
        ValueError: no feature is called so; the message suggests one.
    """
    wanted = frozenset({names} if isinstance(names, str) else names)
    for name in sorted(wanted - NEWEST):
        hint = did_you_mean(name, NEWEST) or f"; there are: {', '.join(sorted(NEWEST))}"
        raise ValueError(f"the emulator has no feature {name}{hint}")
    return wanted


def missing_parts(features: Collection[str], version: Version | None) -> frozenset[str]:
    """What is not in the schema of a server with these features, of this version."""
    lacking = [item for item in FEATURES if item.name not in features]
    if version is not None:
        lacking += [item for item in UNANNOUNCED if item.since > version]
    return frozenset(part for item in lacking for part in item.parts)
