"""What the SDK says when it links: the path, the organization, the artifact, its aliases."""

from __future__ import annotations

from .wording import Wording

LINKING: tuple[Wording, ...] = (
    # The path: parsed before any question goes to the server.
    Wording(
        "invalid-artifact-path",
        "A3",
        "Invalid artifact path: '{path}'",
        "sdk",
        raised="ValueError",
        also=("A17", "A9"),
    ),
    Wording(
        "expected-valid-path",
        "A3",
        "Expected a valid path like `name`, `project/name`, or `prefix/project/name`.  Got: '{path}'",
        "sdk",
        raised="ValueError",
        also=("A17", "A9"),
    ),
    Wording(
        "invalid-path-form",
        "A3",
        "Invalid path: must be str the form {{item}}, {{project}}/{{item}}, or {{entity}}/{{project}}/{{item}}",
        "sdk",
        raised="ValueError",
        also=("A17", "A9"),
    ),
    Wording(
        "not-a-registry-project",
        "A6",
        "Project '{project}' is not a registry project. Must start with: 'wandb-registry-'",
        "sdk",
        raised="ValueError",
        also=("A4", "A1"),
    ),
    Wording(
        "no-registry-prefix",
        "A6",
        "Project '{project}' does not have the prefix wandb-registry-. It is not a registry project",
        "sdk",
        raised="ValueError",
        also=("A4", "A1"),
    ),
    # The organization behind the source artifact's entity (section 0 of the catalogue).
    Wording(
        "unable-to-find-organization",
        "A12",
        "Unable to find organization for entity '{entity}'.",
        "sdk",
        raised="CommError",
        also=("A13", "A15", "B2", "C19"),
    ),
    Wording(
        "unable-to-find-organization-old",
        "B2",
        "Unable to find an organization under entity '{entity}'.",
        "sdk",
        raised="CommError",
        also=("A12", "C19"),
    ),
    Wording(
        "expecting-organization",
        "A12",
        "Expecting the organization name or entity name to match '{organization}' and cannot be "
        "linked/fetched with '{given}'. Please update the target path with the correct organization name.",
        "sdk",
        raised="CommError",
        also=("A13", "A15", "B1"),
    ),
    Wording(
        "personal-multiple-organizations",
        "A12",
        "Personal entity '{entity}' belongs to multiple organizations and cannot be used without "
        "specifying the organization name. Please specify the organization in the Registry path or use "
        "a team entity in the entity settings.",
        "sdk",
        raised="CommError",
        also=("D4", "B1", "B2"),
    ),
    Wording(
        "personal-multiple-organizations-wrong",
        "A12",
        "Personal entity belongs to multiple organizations and cannot be linked/fetched with '{given}'. "
        "Please update the target path with the correct organization name or use a team entity in the "
        "entity settings.",
        "sdk",
        raised="CommError",
        also=("A13", "A15", "B1"),
    ),
    Wording(
        "unable-to-resolve-personal",
        "A12",
        "Unable to resolve an organization associated with personal entity: '{entity}'. This could be "
        "because its a personal entity that doesn't belong to any organizations. Please specify the "
        "organization in the Registry path or use a team entity in the entity settings.",
        "sdk",
        raised="CommError",
        also=("B1", "B13", "B2"),
    ),
    Wording(
        "unable-to-resolve-core",
        "B1",
        "unable to resolve an organization associated with the entity: {entity} that is initialized in "
        "the API or Run settings. This could be because {again} is a personal entity or the team entity "
        "doesn't exist. Please re-initialize the API or Run with a team entity using "
        "wandb.Api(overrides={{'entity': '<my_team_entity>'}}) or wandb.init(entity='<my_team_entity>')",
        "sdk",
        also=("B2", "A12"),
    ),
    Wording(
        "belongs-to-organization",
        "A12",
        'artifact belongs to the organization "{organization}" and cannot be linked/fetched with "{given}". '
        "Please update the target path with the correct organization name",
        "sdk",
        also=("A13", "A15"),
    ),
    Wording(
        "entity-name-required",
        "C6",
        "Entity name is required to resolve org entity name.",
        "sdk",
        raised="CommError",
        also=("A12", "B2"),
    ),
    Wording(
        "shorthand-needs-server",
        "B13",
        "Fetching Registry artifacts without inputting an organization is unavailable for your server "
        "version. Please upgrade your server to 0.50.0 or later.",
        "sdk",
        raised="CommError",
    ),
    Wording(
        "shorthand-needs-server-core",
        "B13",
        "fetching Registry artifacts unsupported and no organization given",
        "sdk",
    ),
    # What old clients printed instead of raising.
    Wording("link-artifact-error", "B14", "LinkArtifact: {collection}, error: {reason}", "sdk"),
    Wording(
        "link-fetch-error",
        "B14",
        "Error fetching link artifact after linking: {reason}",
        "sdk",
        also=("A8",),
    ),
    Wording(
        "link-version-error",
        "B14",
        "Error fetching the linked artifact's version index after linking",
        "sdk",
    ),
    Wording(
        "server-or-client-id",
        "C9",
        "artifact must have either server id or client id",
        "sdk",
    ),
    Wording(
        "linked-version-unreadable",
        "B13",
        "Unable to parse linked artifact version from response",
        "sdk",
        raised="CommError",
    ),
    # The legacy registry.
    Wording(
        "legacy-registry-redirect",
        "A14",
        "This model registry has been migrated and will be discontinued. Your request was redirected to "
        "the corresponding artifact '{artifact}' in the new registry. Please update your paths to point "
        "to the migrated registry directly, '{path}'.",
        "sdk",
    ),
    Wording(
        "link-model-name-only",
        "A14",
        "Please provide only the name of the registered model. Do not append the entity or project name.",
        "sdk",
        raised="AssertionError",
    ),
    Wording(
        "link-model-type",
        "A14",
        "You can only use this method for 'model' artifacts. For an artifact to be a 'model' artifact, "
        "its type property must contain the substring 'model'.",
        "sdk",
        raised="AssertionError",
        also=("B4",),
    ),
    # The artifact that is linked.
    Wording(
        "type-exists-otherwise",
        "B5",
        "Artifact {artifact} already exists with type '{type}'; cannot create another with type '{other}'",
        "sdk",
        raised="ValueError",
    ),
    Wording(
        "owned-by-entity",
        "C15",
        "Artifact {artifact} is owned by entity '{entity}'; it can't be moved to '{other}'",
        "sdk",
        raised="ValueError",
        also=("B1",),
    ),
    Wording(
        "exists-in-project",
        "C15",
        "Artifact {artifact} exists in project '{project}'; it can't be moved to '{other}'",
        "sdk",
        raised="ValueError",
    ),
    Wording(
        "type-internal",
        "B6",
        "The current type '{type}' is an internal type and cannot be changed.",
        "sdk",
        raised="ValueError",
    ),
    Wording(
        "type-fixed",
        "B5",
        "Type can only be changed if the artifact collection is a sequence.",
        "sdk",
        raised="ValueError",
    ),
    Wording(
        "linking-a-link",
        "C7",
        "Linking to a link artifact will result in directly linking to the source artifact of that link artifact.",
        "sdk",
    ),
    Wording(
        "ttl-on-link",
        "B15",
        "Cannot set TTL for link artifact. Unlink the artifact first then set the TTL for the source artifact",
        "sdk",
        raised="ValueError",
    ),
    Wording(
        "ttl-disabled",
        "B15",
        "Artifact TTL will be disabled for source artifacts that are linked to portfolios.",
        "sdk",
    ),
    Wording(
        "ttl-history",
        "B15",
        "Cannot set artifact TTL for type wandb-history",
        "sdk",
        raised="ValueError",
    ),
    # Aliases.
    Wording(
        "alias-add-denied",
        "B10",
        "You do not have permission to add the following alias to this artifact: {{{aliases}}}",
        "sdk",
        raised="CommError",
        also=("B7", "B9"),
    ),
    Wording(
        "aliases-add-denied",
        "B10",
        "You do not have permission to add at least one of the following aliases to this artifact: {{{aliases}}}",
        "sdk",
        raised="CommError",
        also=("B7", "B9"),
    ),
    Wording(
        "alias-delete-denied",
        "B10",
        "You do not have permission to delete the following alias from this artifact: {{{aliases}}}",
        "sdk",
        raised="CommError",
        also=("B7", "B9"),
    ),
    Wording(
        "aliases-delete-denied",
        "B10",
        "You do not have permission to delete at least one of the following aliases from this artifact: {{{aliases}}}",
        "sdk",
        raised="CommError",
        also=("B7", "B9"),
    ),
    Wording(
        "unlink-denied",
        "B10",
        "You do not have permission to unlink the artifact '{artifact}'",
        "sdk",
        raised="CommError",
        also=("B7", "B9"),
    ),
)
