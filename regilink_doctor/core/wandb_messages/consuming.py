"""What the SDK and its command line say when an artifact or an organization is asked for."""

from __future__ import annotations

from regilink_doctor.core.wandb_messages.recognition import WandbMessage

_UPGRADE = "Please upgrade your server version or contact support at support@wandb.com."

CONSUMING: tuple[WandbMessage, ...] = (
    WandbMessage(
        "project-not-found-under-entity",
        "D1",
        "project '{project}' not found under entity '{entity}'",
        "sdk",
        also=("B3", "A10", "A13", "B7", "E3"),
    ),
    WandbMessage(
        "membership-not-found",
        "D2",
        "artifact membership '{name}' not found in '{project}'",
        "sdk",
        also=("B12", "D3"),
        since="0.21.0",
    ),
    WandbMessage(
        "artifact-not-found", "D2", "artifact '{name}' not found in '{project}'", "sdk", also=("B12",), until="0.28.1"
    ),
    WandbMessage(
        "artifact-not-contained", "D2", 'Project {project} does not contain artifact: "{name}"', "sdk", until="0.18.0"
    ),
    WandbMessage(
        "artifact-not-in-response",
        "D2",
        "Artifact '{name}' not found in response",
        "sdk",
        also=("C6", "D7"),
        since="0.21.2",
    ),
    WandbMessage(
        "project-or-access",
        "D1",
        "Project: '{project}' not found in entity: '{entity}' or access denied.",
        "sdk",
        also=("B3", "B7"),
    ),
    WandbMessage(
        "load-registry-failed",
        "B3",
        "Failed to load registry '{registry}' in organization '{organization}'.",
        "sdk",
        also=("A11", "A10", "B7", "D1", "E3"),
        since="0.19.11",
    ),
    WandbMessage("organization-empty", "A15", "Organization '' not found.", "sdk", also=("A13",), since="0.28.1"),
    WandbMessage(
        "organization-not-found",
        "A13",
        "Organization '{organization}' not found.",
        "sdk",
        also=("A12", "A15", "E3"),
        since="0.28.1",
    ),
    WandbMessage(
        "organization-not-found-verify",
        "A13",
        "Organization '{organization}' not found. Please verify the organization name is correct.",
        "sdk",
        also=("A12", "A15", "E3"),
        since="0.19.7",
    ),
    WandbMessage(
        "organization-entity-not-found",
        "A13",
        "Organization entity for '{organization}' not found.",
        "sdk",
        also=("A12", "A15", "E3"),
        since="0.21.2",
        until="0.31.0",
    ),
    WandbMessage(
        "several-organizations",
        "D15",
        "Multiple organizations found for entity. Please specify an organization in the settings.",
        "sdk",
        also=("D4",),
        since="0.19.7",
    ),
    WandbMessage(
        "no-organizations",
        "D15",
        "No organizations found for entity. Please specify an organization in the settings.",
        "sdk",
        also=("B2",),
        since="0.19.7",
    ),
    WandbMessage(
        "no-entity-no-organization",
        "D15",
        "No entity specified and can't fetch organization from the entity",
        "sdk",
        also=("C18",),
        since="0.19.7",
    ),
    WandbMessage(
        "entity-undetermined",
        "D4",
        "Could not determine entity. Please include the entity as part of the artifact name path.",
        "sdk",
        also=("C18",),
        since="0.19.7",
    ),
    WandbMessage(
        "type-mismatch", "D6", "type '{type}' specified but this artifact is of type '{actual}'", "sdk", since="0.28.1"
    ),
    WandbMessage(
        "type-mismatch-old", "D6", "type {type} specified but this artifact is of type {actual}", "sdk", until="0.28.1"
    ),
    WandbMessage(
        "type-mismatch-in-run", "D6", "Supplied type {type} does not match type {actual} of artifact {artifact}", "sdk"
    ),
    WandbMessage(
        "type-not-in-project", "B5", "Could not find artifact type '{type}'", "sdk", also=("D2", "B3"), since="0.22.3"
    ),
    WandbMessage(
        "type-not-in-project-old", "B5", "Could not find artifact type {type}", "sdk", also=("D2", "B3"), until="0.22.3"
    ),
    WandbMessage("cli-get-failed", "D9", "Unable to download artifact", "cli"),
    WandbMessage("invalid-download-name", "D10", "Invalid artifact name: '{name}'", "sdk", since="0.31.0"),
    WandbMessage(
        "source-not-fetched",
        "D11",
        "Unable to fetch source artifact for linked artifact {artifact}",
        "sdk",
        also=("C6",),
        since="0.19.11",
    ),
)


# What the SDK says when a registry is made, changed or searched, and on servers too old for it.
REGISTRIES: tuple[WandbMessage, ...] = (
    # Registries.
    WandbMessage(
        "registry-already-exists",
        "D18",
        "Registry '{registry}' already exists in organization '{organization}', please use a different name.",
        "sdk",
        since="0.19.11",
    ),
    WandbMessage(
        "create-registry-failed",
        "D18",
        "Failed to create registry '{registry}' in organization '{organization}'.",
        "sdk",
        also=("B7", "A10"),
        since="0.19.11",
    ),
    WandbMessage(
        "invalid-visibility",
        "D18",
        "Invalid visibility '{visibility}'. Expected one of: {allowed}",
        "sdk",
        since="0.22.3",
    ),
    WandbMessage(
        "invalid-visibility-old",
        "D18",
        "Invalid visibility: '{visibility}'. Must be one of: {allowed}",
        "sdk",
        since="0.19.11",
        until="0.22.3",
    ),
    WandbMessage(
        "save-registry-failed",
        "B7",
        "Failed to save registry '{registry}' in organization '{organization}'",
        "sdk",
        also=("D18", "B4"),
        since="0.22.3",
    ),
    WandbMessage(
        "save-registry-failed-old",
        "B7",
        "Failed to save and update registry: {registry} in organization: {organization}",
        "sdk",
        also=("D18", "B4"),
        since="0.19.11",
        until="0.22.3",
    ),
    WandbMessage(
        "delete-registry-failed",
        "B7",
        "Failed to delete registry '{registry}' in organization '{organization}'",
        "sdk",
        since="0.22.3",
    ),
    WandbMessage(
        "delete-registry-failed-old",
        "B7",
        "Failed to delete registry: '{registry}' in organization: '{organization}'",
        "sdk",
        since="0.19.11",
        until="0.22.3",
    ),
    # A server that is too old, or that did not answer in time (failure B13).
    WandbMessage(
        "registry-search-disabled",
        "B13",
        "Registry search API is not enabled on this wandb server version. " + _UPGRADE,
        "sdk",
        also=("C19",),
        since="0.19.7",
    ),
    WandbMessage(
        "registry-disabled",
        "B13",
        "api.registry() is not enabled on this wandb server version. " + _UPGRADE,
        "sdk",
        also=("C19",),
        since="0.19.11",
    ),
    WandbMessage(
        "create-registry-disabled",
        "B13",
        "create_registry api is not enabled on this wandb server version. " + _UPGRADE,
        "sdk",
        also=("C19",),
        since="0.19.11",
    ),
    WandbMessage(
        "save-registry-disabled",
        "B13",
        "Saving the registry is not enabled on this wandb server version. " + _UPGRADE,
        "sdk",
        also=("C19",),
        since="0.19.11",
    ),
    WandbMessage(
        "filtering-disabled",
        "B13",
        "Filtering and ordering of artifact collections is not supported on this wandb server version. " + _UPGRADE,
        "sdk",
        also=("D13",),
        since="0.25.1",
    ),
    WandbMessage(
        "ordering-disabled",
        "B13",
        "Ordering registry versions is not supported for this organization. If you have any questions, "
        "please contact support at support@wandb.com.",
        "sdk",
        also=("D13",),
        since="0.31.0",
    ),
    WandbMessage(
        "membership-disabled",
        "B13",
        "Querying for the artifact collection membership is not supported by this version of wandb "
        "server. Consider updating to the latest version.",
        "sdk",
        since="0.21.0",
        until="0.28.1",
    ),
)
