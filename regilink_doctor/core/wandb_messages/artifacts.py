"""What the SDK says about the artifact that is linked: legacy registry, owner, type, TTL, aliases."""

from __future__ import annotations

from regilink_doctor.core.wandb_messages.wording import WandbMessage

ARTIFACTS: tuple[WandbMessage, ...] = (
    # The legacy registry.
    WandbMessage(
        "legacy-registry-redirect",
        "A14",
        "This model registry has been migrated and will be discontinued. Your request was redirected to "
        "the corresponding artifact '{artifact}' in the new registry. Please update your paths to point "
        "to the migrated registry directly, '{project}/{collection}'.",
        "sdk",
        since="0.21.0",
    ),
    WandbMessage(
        "link-model-name-only",
        "A14",
        "Please provide only the name of the registered model. Do not append the entity or project name.",
        "sdk",
        raised="AssertionError",
    ),
    WandbMessage(
        "link-model-type",
        "A14",
        "You can only use this method for 'model' artifacts. For an artifact to be a 'model' artifact, "
        "its type property must contain the substring 'model'.",
        "sdk",
        raised="AssertionError",
        also=("B4",),
    ),
    # The artifact that is linked.
    WandbMessage(
        "type-exists-otherwise",
        "B5",
        "Artifact {artifact} already exists with type '{type}'; cannot create another with type '{other}'",
        "sdk",
        raised="ValueError",
    ),
    WandbMessage(
        "owned-by-entity",
        "C15",
        "Artifact {artifact} is owned by entity '{entity}'; it can't be moved to '{other}'",
        "sdk",
        raised="ValueError",
        also=("B1",),
    ),
    WandbMessage(
        "exists-in-project",
        "C15",
        "Artifact {artifact} exists in project '{project}'; it can't be moved to '{other}'",
        "sdk",
        raised="ValueError",
    ),
    WandbMessage(
        "type-internal",
        "B6",
        "The current type '{type}' is an internal type and cannot be changed.",
        "sdk",
        raised="ValueError",
        since="0.20.0",
    ),
    WandbMessage(
        "type-fixed",
        "B5",
        "Type can only be changed if the artifact collection is a sequence.",
        "sdk",
        raised="ValueError",
    ),
    WandbMessage(
        "linking-a-link",
        "C7",
        "Linking to a link artifact will result in directly linking to the source artifact of that link artifact.",
        "sdk",
        since="0.19.11",
    ),
    WandbMessage(
        "ttl-on-link",
        "B15",
        "Cannot set TTL for link artifact. Unlink the artifact first then set the TTL for the source artifact",
        "sdk",
        raised="ValueError",
        since="0.19.11",
    ),
    WandbMessage(
        "ttl-disabled",
        "B15",
        "Artifact TTL will be disabled for source artifacts that are linked to portfolios.",
        "sdk",
        until="0.21.0",
    ),
    WandbMessage(
        "ttl-history",
        "B15",
        "Cannot set artifact TTL for type wandb-history",
        "sdk",
        raised="ValueError",
    ),
    # Aliases.
    WandbMessage(
        "alias-add-denied",
        "B10",
        "You do not have permission to add the following alias to this artifact: {{{aliases}}}",
        "sdk",
        raised="CommError",
        also=("B7", "B9"),
    ),
    WandbMessage(
        "aliases-add-denied",
        "B10",
        "You do not have permission to add at least one of the following aliases to this artifact: {{{aliases}}}",
        "sdk",
        raised="CommError",
        also=("B7", "B9"),
    ),
    WandbMessage(
        "alias-delete-denied",
        "B10",
        "You do not have permission to delete the following alias from this artifact: {{{aliases}}}",
        "sdk",
        raised="CommError",
        also=("B7", "B9"),
    ),
    WandbMessage(
        "aliases-delete-denied",
        "B10",
        "You do not have permission to delete at least one of the following aliases from this artifact: {{{aliases}}}",
        "sdk",
        raised="CommError",
        also=("B7", "B9"),
    ),
    WandbMessage(
        "unlink-denied",
        "B10",
        "You do not have permission to unlink the artifact '{artifact}'",
        "sdk",
        raised="CommError",
        also=("B7", "B9"),
        since="0.22.3",
    ),
    WandbMessage(
        "unlink-denied-old",
        "B10",
        "You do not have permission to unlink the artifact {artifact}",
        "sdk",
        raised="CommError",
        also=("B7", "B9"),
        until="0.22.3",
    ),
)
