"""What the SDK says when a registry is made, changed or searched, and on servers too old for it."""

from __future__ import annotations

from regilink_doctor.core.wandb_messages.wording import WandbMessage

_UPGRADE = "Please upgrade your server version or contact support at support@wandb.com."

REGISTRIES: tuple[WandbMessage, ...] = (
    # Registries.
    WandbMessage(
        "registry-already-exists",
        "D18",
        "Registry '{registry}' already exists in organization '{organization}', please use a different name.",
        "sdk",
        raised="CommError",
        since="0.19.11",
    ),
    WandbMessage(
        "create-registry-failed",
        "D18",
        "Failed to create registry '{registry}' in organization '{organization}'.",
        "sdk",
        raised="CommError",
        also=("B7", "A10"),
        since="0.19.11",
    ),
    WandbMessage(
        "invalid-visibility",
        "D18",
        "Invalid visibility '{visibility}'. Expected one of: {allowed}",
        "sdk",
        raised="CommError",
        since="0.22.3",
    ),
    WandbMessage(
        "invalid-visibility-old",
        "D18",
        "Invalid visibility: '{visibility}'. Must be one of: {allowed}",
        "sdk",
        raised="CommError",
        since="0.19.11",
        until="0.22.3",
    ),
    WandbMessage(
        "save-registry-failed",
        "B7",
        "Failed to save registry '{registry}' in organization '{organization}'",
        "sdk",
        raised="ValueError",
        also=("D18", "B4"),
        since="0.22.3",
    ),
    WandbMessage(
        "save-registry-failed-old",
        "B7",
        "Failed to save and update registry: {registry} in organization: {organization}",
        "sdk",
        raised="ValueError",
        also=("D18", "B4"),
        since="0.19.11",
        until="0.22.3",
    ),
    WandbMessage(
        "delete-registry-failed",
        "B7",
        "Failed to delete registry '{registry}' in organization '{organization}'",
        "sdk",
        raised="ValueError",
        since="0.22.3",
    ),
    WandbMessage(
        "delete-registry-failed-old",
        "B7",
        "Failed to delete registry: '{registry}' in organization: '{organization}'",
        "sdk",
        raised="ValueError",
        since="0.19.11",
        until="0.22.3",
    ),
    # A server that is too old, or that did not answer in time (row B13).
    WandbMessage(
        "registry-search-disabled",
        "B13",
        "Registry search API is not enabled on this wandb server version. " + _UPGRADE,
        "sdk",
        raised="RuntimeError",
        also=("C19",),
        since="0.19.7",
    ),
    WandbMessage(
        "registry-disabled",
        "B13",
        "api.registry() is not enabled on this wandb server version. " + _UPGRADE,
        "sdk",
        raised="RuntimeError",
        also=("C19",),
        since="0.19.11",
    ),
    WandbMessage(
        "create-registry-disabled",
        "B13",
        "create_registry api is not enabled on this wandb server version. " + _UPGRADE,
        "sdk",
        raised="RuntimeError",
        also=("C19",),
        since="0.19.11",
    ),
    WandbMessage(
        "save-registry-disabled",
        "B13",
        "Saving the registry is not enabled on this wandb server version. " + _UPGRADE,
        "sdk",
        raised="RuntimeError",
        also=("C19",),
        since="0.19.11",
    ),
    WandbMessage(
        "filtering-disabled",
        "B13",
        "Filtering and ordering of artifact collections is not supported on this wandb server version. " + _UPGRADE,
        "sdk",
        raised="UnsupportedError",
        also=("D13",),
        since="0.25.1",
    ),
    WandbMessage(
        "ordering-disabled",
        "B13",
        "Ordering registry versions is not supported for this organization. If you have any questions, "
        "please contact support at support@wandb.com.",
        "sdk",
        raised="UnsupportedError",
        also=("D13",),
        since="0.31.0",
    ),
    WandbMessage(
        "membership-disabled",
        "B13",
        "Querying for the artifact collection membership is not supported by this version of wandb "
        "server. Consider updating to the latest version.",
        "sdk",
        raised="UnsupportedError",
        since="0.21.0",
        until="0.28.1",
    ),
)
