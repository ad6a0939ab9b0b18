"""What a server says it can do (`ServerFeaturesQuery`; names are those of `wandb_internal.proto`)."""

from __future__ import annotations

NEWEST: frozenset[str] = frozenset(
    {
        "LARGE_FILENAMES",
        "ARTIFACT_TAGS",
        "CLIENT_IDS",
        "ARTIFACT_REGISTRY_SEARCH",
        "ARTIFACT_COLLECTION_MEMBERSHIP_FILES",
        "ARTIFACT_COLLECTION_MEMBERSHIP_FILE_DOWNLOAD_HANDLER",
        "USE_ARTIFACT_WITH_ENTITY_AND_PROJECT_INFORMATION",
        "INCLUDE_ARTIFACT_TYPES_IN_REGISTRY_CREATION",
        "PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP",
        "ARTIFACT_MEMBERSHIP_IN_LINK_ARTIFACT_RESPONSE",
        "TOTAL_COUNT_IN_FILE_CONNECTION",
        "ARTIFACT_COLLECTIONS_FILTERING_SORTING",
        "ARTIFACT_V2_DOWNLOAD_HANDLER_SUPPORTS_ARTIFACT_ID",
        "MARK_RUN_FILES_UPLOADED",
    }
)
"""What this emulator does. Left off: structured console logs, digests other than MD5, automations, local sweeps."""
