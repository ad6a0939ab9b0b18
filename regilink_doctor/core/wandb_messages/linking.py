"""What the SDK says about a link's path, and about the organization behind it."""

from __future__ import annotations

from regilink_doctor.core.wandb_messages.wording import WandbMessage

LINKING: tuple[WandbMessage, ...] = (
    # The path: parsed before any question goes to the server.
    WandbMessage(
        "invalid-artifact-path",
        "A3",
        "Invalid artifact path: '{path}'",
        "sdk",
        raised="ValueError",
        also=("A17", "A9"),
        since="0.22.1",
    ),
    WandbMessage(
        "expected-valid-path",
        "A3",
        "Expected a valid path like `name`, `project/name`, or `prefix/project/name`.  Got: '{path}'",
        "sdk",
        raised="ValueError",
        also=("A17", "A9"),
        since="0.21.0",
        until="0.22.1",
    ),
    WandbMessage(
        "invalid-path-form",
        "A3",
        "Invalid path: must be str the form {{item}}, {{project}}/{{item}}, or {{entity}}/{{project}}/{{item}}",
        "sdk",
        raised="ValueError",
        also=("A17", "A9"),
        until="0.28.2",
    ),
    WandbMessage(
        "not-a-registry-project",
        "A6",
        "Project '{project}' is not a registry project. Must start with: 'wandb-registry-'",
        "sdk",
        raised="ValueError",
        also=("A4", "A1"),
        since="0.23.0",
    ),
    WandbMessage(
        "no-registry-prefix",
        "A6",
        "Project '{project}' does not have the prefix wandb-registry-. It is not a registry project",
        "sdk",
        raised="ValueError",
        also=("A4", "A1"),
        since="0.21.0",
        until="0.23.0",
    ),
    # The organization behind the source artifact's entity (section 0 of the catalogue).
    WandbMessage(
        "unable-to-find-organization",
        "A12",
        "Unable to find organization for entity '{entity}'.",
        "sdk",
        raised="CommError",
        also=("A13", "A15", "B2", "C19"),
        since="0.22.3",
    ),
    WandbMessage(
        "unable-to-find-organization-old",
        "B2",
        "Unable to find an organization under entity '{entity}'.",
        "sdk",
        raised="CommError",
        also=("A12", "C19"),
        since="0.18.4",
        until="0.22.3",
    ),
    WandbMessage(
        "expecting-organization",
        "A12",
        "Expecting the organization name or entity name to match '{expected}' and cannot be "
        "linked/fetched with '{organization}'. Please update the target path with the correct organization name.",
        "sdk",
        raised="CommError",
        also=("A13", "A15", "B1"),
        since="0.18.6",
    ),
    WandbMessage(
        "personal-multiple-organizations",
        "A12",
        "Personal entity '{entity}' belongs to multiple organizations and cannot be used without "
        "specifying the organization name. Please specify the organization in the Registry path or use "
        "a team entity in the entity settings.",
        "sdk",
        raised="CommError",
        also=("D4", "B1", "B2"),
        since="0.18.6",
    ),
    WandbMessage(
        "personal-multiple-organizations-wrong",
        "A12",
        "Personal entity belongs to multiple organizations and cannot be linked/fetched with '{organization}'. "
        "Please update the target path with the correct organization name or use a team entity in the "
        "entity settings.",
        "sdk",
        raised="CommError",
        also=("A13", "A15", "B1"),
        since="0.18.6",
    ),
    WandbMessage(
        "unable-to-resolve-personal",
        "A12",
        "Unable to resolve an organization associated with personal entity: '{entity}'. This could be "
        "because its a personal entity that doesn't belong to any organizations. Please specify the "
        "organization in the Registry path or use a team entity in the entity settings.",
        "sdk",
        raised="CommError",
        also=("B1", "B13", "B2"),
        since="0.18.6",
    ),
    WandbMessage(
        "unable-to-resolve-core",
        "B1",
        "unable to resolve an organization associated with the entity: {entity} that is initialized in "
        "the API or Run settings. This could be because {again} is a personal entity or the team entity "
        "doesn't exist. Please re-initialize the API or Run with a team entity using "
        "wandb.Api(overrides={{'entity': '<my_team_entity>'}}) or wandb.init(entity='<my_team_entity>')",
        "sdk",
        also=("B2", "A12"),
        since="0.18.4",
        until="0.21.0",
    ),
    WandbMessage(
        "belongs-to-organization",
        "A12",
        'artifact belongs to the organization "{expected}" and cannot be linked/fetched with "{organization}". '
        "Please update the target path with the correct organization name",
        "sdk",
        also=("A13", "A15"),
        since="0.18.4",
        until="0.21.0",
    ),
    WandbMessage(
        "entity-name-required",
        "C6",
        "Entity name is required to resolve org entity name.",
        "sdk",
        raised="CommError",
        also=("A12", "B2"),
        since="0.18.6",
    ),
    WandbMessage(
        "shorthand-needs-server",
        "B13",
        "Fetching Registry artifacts without inputting an organization is unavailable for your server "
        "version. Please upgrade your server to 0.50.0 or later.",
        "sdk",
        raised="CommError",
        since="0.18.4",
        until="0.26.0",
    ),
    WandbMessage(
        "shorthand-needs-server-core",
        "B13",
        "fetching Registry artifacts unsupported and no organization given",
        "sdk",
        since="0.18.4",
        until="0.21.0",
    ),
    # What old clients printed instead of raising.
    WandbMessage("link-artifact-error", "B14", "LinkArtifact: {collection}, error: {reason}", "sdk", until="0.21.0"),
    WandbMessage(
        "link-fetch-error",
        "B14",
        "Error fetching link artifact after linking: {reason}",
        "sdk",
        also=("A8",),
        since="0.19.11",
        until="0.21.2",
    ),
    WandbMessage(
        "link-version-error",
        "B14",
        "Error fetching the linked artifact's version index after linking",
        "sdk",
        since="0.19.11",
        until="0.21.0",
    ),
    WandbMessage(
        "server-or-client-id", "C9", "artifact must have either server id or client id", "sdk", until="0.21.0"
    ),
    WandbMessage(
        "linked-version-unreadable",
        "B13",
        "Unable to parse linked artifact version from response",
        "sdk",
        raised="CommError",
        since="0.21.0",
    ),
)
