"""What the SDK says about a link's path, and about the organization behind it."""

from __future__ import annotations

from regilink_doctor.core.wandb_messages.recognition import WandbMessage

LINKING: tuple[WandbMessage, ...] = (
    # The path: parsed before any question goes to the server.
    WandbMessage(
        "invalid-artifact-path", "A3", "Invalid artifact path: '{path}'", "sdk", also=("A17", "A9"), since="0.22.1"
    ),
    WandbMessage(
        "expected-valid-path",
        "A3",
        "Expected a valid path like `name`, `project/name`, or `prefix/project/name`.  Got: '{path}'",
        "sdk",
        also=("A17", "A9"),
        since="0.21.0",
        until="0.22.1",
    ),
    WandbMessage(
        "invalid-path-form",
        "A3",
        "Invalid path: must be str the form {{item}}, {{project}}/{{item}}, or {{entity}}/{{project}}/{{item}}",
        "sdk",
        also=("A17", "A9"),
        until="0.28.2",
    ),
    WandbMessage(
        "not-a-registry-project",
        "A6",
        "Project '{project}' is not a registry project. Must start with: 'wandb-registry-'",
        "sdk",
        also=("A4", "A1"),
        since="0.23.0",
    ),
    WandbMessage(
        "no-registry-prefix",
        "A6",
        "Project '{project}' does not have the prefix wandb-registry-. It is not a registry project",
        "sdk",
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
        also=("A13", "A15", "B2", "C19"),
        since="0.22.3",
    ),
    WandbMessage(
        "unable-to-find-organization-old",
        "B2",
        "Unable to find an organization under entity '{entity}'.",
        "sdk",
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
        also=("A12", "B2"),
        since="0.18.6",
    ),
    WandbMessage(
        "shorthand-needs-server",
        "B13",
        "Fetching Registry artifacts without inputting an organization is unavailable for your server "
        "version. Please upgrade your server to 0.50.0 or later.",
        "sdk",
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
        since="0.21.0",
    ),
)


# What the SDK says about names (section 1 of the catalogue). A link skips most of these checks.
NAMES: tuple[WandbMessage, ...] = (
    WandbMessage(
        "registry-name-too-long",
        "A10",
        "Invalid registry name '{registry}', must be {limit} characters or less",
        "sdk",
        also=("D18",),
        since="0.19.11",
    ),
    WandbMessage(
        "project-name-too-long",
        "A10",
        "Invalid project name '{project}', must be {limit} characters or less",
        "sdk",
        since="0.19.11",
    ),
    WandbMessage(
        "registry-name-characters",
        "A10",
        "Invalid project/registry name '{registry}', cannot contain characters: {characters}",
        "sdk",
        also=("D18", "A7"),
        since="0.19.11",
    ),
    WandbMessage("registry-name-empty", "A6", "Registry name cannot be empty", "sdk", also=("A7",), since="0.19.11"),
    WandbMessage("project-name-empty", "A5", "Project name cannot be empty", "sdk", also=("A7",), since="0.19.11"),
    WandbMessage("init-project-too-long", "F20", "Invalid project name '{project}': exceeded 128 characters", "sdk"),
    WandbMessage(
        "init-project-characters",
        "F20",
        "Invalid project name '{project}': cannot contain characters '{characters}', found '{found}'",
        "sdk",
    ),
    WandbMessage(
        "collection-name-too-long", "A10", "Artifact name is longer than 128 characters: '{name}'", "sdk", also=("C17",)
    ),
    WandbMessage(
        "collection-name-slash",
        "A3",
        "Artifact names must not contain any of the following characters: '/'.  Got: '{name}'",
        "sdk",
        also=("C17",),
        since="0.28.2",
    ),
    WandbMessage(
        "collection-name-slash-old",
        "A3",
        "Artifact names must not contain any of the following characters: /.  Got: '{name}'",
        "sdk",
        also=("C17",),
        since="0.19.11",
        until="0.28.2",
    ),
    WandbMessage(
        "invalid-artifact-name",
        "C17",
        "Artifact name may only contain alphanumeric characters, dashes, underscores, and dots. Invalid name: '{name}'",
        "sdk",
        also=("A7",),
        since="0.22.3",
    ),
    WandbMessage(
        "invalid-artifact-name-old",
        "C17",
        "Artifact name may only contain alphanumeric characters, dashes, underscores, and dots. Invalid name: {name}",
        "sdk",
        also=("A7",),
        until="0.22.3",
    ),
    WandbMessage(
        "invalid-aliases",
        "B11",
        "Aliases must not contain any of the following characters: '/', ':'",
        "sdk",
        also=("A7", "D5"),
        since="0.22.3",
    ),
    WandbMessage(
        "invalid-aliases-old",
        "B11",
        "Aliases must not contain any of the following characters: /, :",
        "sdk",
        also=("A7", "D5"),
        until="0.22.3",
    ),
    WandbMessage("alias-length", "B11", "String should have at most 128 characters", "sdk", since="0.23.1"),
    WandbMessage("link-input-invalid", "B11", "1 validation error for LinkArtifactInput", "sdk", since="0.23.1"),
    WandbMessage("two-version-aliases", "B11", "Expected at most one version alias, got {count}: [{aliases}]", "sdk"),
    WandbMessage(
        "type-reserved",
        "B6",
        "Artifact type '{type}' is reserved for internal use. Please use a different type.",
        "sdk",
        since="0.20.0",
    ),
    WandbMessage(
        "types-characters",
        "B4",
        "Artifact types must not contain any of the following characters: '/', ':'",
        "sdk",
        also=("D18",),
        since="0.22.3",
    ),
    WandbMessage(
        "types-too-long",
        "B4",
        "Artifact types must be less than or equal to 128 characters",
        "sdk",
        also=("D18",),
        since="0.23.0",
    ),
    WandbMessage(
        "types-old",
        "B4",
        "Artifact types must not contain any of the following characters: /, : and must be less than "
        "equal to 128 characters",
        "sdk",
        also=("D18",),
        since="0.19.11",
        until="0.22.3",
    ),
    WandbMessage(
        "types-cannot-shrink",
        "B4",
        "Cannot remove artifact type: '{type}' that has been saved to the registry",
        "sdk",
        also=("D18",),
        since="0.19.11",
    ),
    WandbMessage(
        "types-all-allowed",
        "B4",
        "Cannot update artifact types when `allows_all_artifact_types` is True. Set it to False first.",
        "sdk",
        also=("D18",),
    ),
    WandbMessage(
        "invalid-tags",
        "B16",
        "Invalid tag(s).  Tags must only contain alphanumeric characters separated by hyphens, "
        "underscores, and/or spaces.",
        "sdk",
    ),
)
