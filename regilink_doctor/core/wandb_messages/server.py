"""What the W&B server answers.

Known words were written down by users (rows B and A14); the others are ours, because no public
source states them (section 5 of the catalogue).
"""

from __future__ import annotations

from regilink_doctor.core import rule_codes
from regilink_doctor.core.wandb_messages.recognition import WandbMessage

SERVER: tuple[WandbMessage, ...] = (
    # Links.
    WandbMessage(
        "personal-entity-link",
        "B1",
        "linking is only allowed within the same team or to a collection in your organization's registry",
        "server",
        status=400,
        also=("C20", "C12", "A12"),
    ),
    WandbMessage(
        "unknown-registry-create",
        "B3",
        "cannot create registry. custom registries can only be created via the registries ui",
        "server",
        status=404,
        also=("A10", "A11", "B7", "E3"),
    ),
    WandbMessage(
        "project-not-found", "B3", "project '{project}' not found", "server", status=404, also=("A10", "D1", "B7", "E3")
    ),
    WandbMessage(
        "legacy-registry-migrated",
        "A14",
        "The model registry has been migrated for teams in your organization. You may no longer make changes.",
        "server",
        status=400,
    ),
    WandbMessage(
        "legacy-registry-paused",
        "B17",
        "The model registry is being migrated. Changes are paused until the migration is complete.",
        "server",
        known=False,
        status=400,
        also=("A14",),
    ),
    WandbMessage(
        "type-not-allowed",
        "B4",
        "artifact type '{type}' is not allowed in registry '{registry}' (allowed types: {allowed})",
        "server",
        known=False,
        status=400,
        also=("E3",),
    ),
    WandbMessage(
        "collection-type-conflict",
        "B5",
        "collection '{collection}' already has artifact type '{existing}'; cannot link an artifact of type '{type}'",
        "server",
        known=False,
        status=400,
        also=("B4",),
    ),
    WandbMessage(
        "version-in-target",
        "A8",
        "invalid artifact collection name '{collection}': a link target cannot contain a version or an alias",
        "server",
        known=False,
        status=400,
        also=("A9",),
    ),
    WandbMessage(
        "invalid-registry-name",
        "A10",
        "invalid registry name '{registry}'",
        "server",
        known=False,
        status=400,
        also=("A7", "A11"),
    ),
    WandbMessage(
        "invalid-collection-name",
        "A10",
        "invalid artifact collection name '{collection}'",
        "server",
        known=False,
        status=400,
        also=("A7", "A3"),
    ),
    WandbMessage(
        "empty-collection-name",
        "A5",
        "artifact collection name cannot be empty",
        "server",
        known=False,
        status=400,
        also=("A17", "A2"),
    ),
    WandbMessage(
        "unknown-entity",
        "A3",
        "entity '{entity}' not found",
        "server",
        known=False,
        status=404,
        also=("B2", "A17", "A12"),
    ),
    WandbMessage(
        "alias-too-long", "B11", "alias '{alias}' is longer than 128 characters", "server", known=False, status=400
    ),
    WandbMessage("alias-refused", "B11", "invalid artifact alias '{alias}'", "server", known=False, status=400),
    WandbMessage(
        "alias-protected",
        "B10",
        "alias '{alias}' is protected in registry '{registry}'",
        "server",
        known=False,
        status=403,
        also=("B9", "B7"),
    ),
    # Permissions.
    WandbMessage(
        "permission-denied-on-artifact",
        "D7",
        "permission denied on artifact {artifact}",
        "server",
        status=403,
        also=("B7", "B8", "C6"),
    ),
    WandbMessage(
        "permission-error", "B7", "PERMISSION_ERROR", "server", status=403, also=("B2", "B8", "B9", "B10", "D7")
    ),
    WandbMessage(
        "permission-denied", "B7", "permission denied", "server", status=403, also=("B2", "B8", "B9", "B10", "D7")
    ),
    WandbMessage("viewer-seat", "B8", "view-only member cannot write to project", "server", status=403, also=("B7",)),
    # Runs.
    WandbMessage(
        "personal-entities-disabled",
        "B2",
        "Personal entities are disabled, please log to a different team",
        "server",
        status=400,
    ),
    WandbMessage(
        "org-entity-run",
        "B2",
        "you may not log runs directly to your organization, please try using your team entity",
        "server",
        status=400,
        code=rule_codes.ORGANIZATION_AS_ENTITY,
    ),
    WandbMessage(
        "run-entity-not-found",
        "B2",
        "entity {entity} not found during upsertBucket",
        "server",
        status=404,
        also=("F1",),
        code=rule_codes.UNKNOWN_ENTITY,
    ),
    # Accounts and limits.
    WandbMessage("api-key-invalid", "C18", "user is not logged in", "server", status=401, also=("C19",)),
    WandbMessage("rate-limit", "B17", "rate limit exceeded", "server", status=429),
    WandbMessage("storage-quota", "E4", "storage quota exceeded", "server", known=False, status=403),
    # A server that is older than the question.
    WandbMessage(
        "server-info-features", "B13", 'Cannot query field "features" on type "ServerInfo".', "server", status=200
    ),
    WandbMessage(
        "unknown-field",
        "B13",
        'Cannot query field "{field}" on type "{type}".',
        "server",
        status=200,
        also=("D8", "B14"),
    ),
    # The next three are the words of GraphQL servers in general; nobody has shown W&B's.
    WandbMessage(
        "unknown-argument", "B13", 'Unknown argument "{argument}" on field "{field}"', "server", known=False, status=200
    ),
    WandbMessage("unknown-type", "B13", 'Unknown type "{type}".', "server", known=False, status=200),
    WandbMessage(
        "unknown-input-field",
        "B13",
        'Field "{field}" is not defined by type "{type}".',
        "server",
        known=False,
        status=200,
    ),
    # Old clients, whose race the server told.
    WandbMessage("client-id-not-mapped", "C9", "failed to map client id", "server"),
    WandbMessage("artifact-not-committed", "C9", "cannot use artifact {artifact} as it has not committed", "server"),
)
