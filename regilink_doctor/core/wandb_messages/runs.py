"""What the SDK says about the state of a run, an artifact, a login: rows C, A18, B2 and B16."""

from __future__ import annotations

from regilink_doctor.core.wandb_messages.recognition import WandbMessage, group_messages

LIFECYCLE: tuple[WandbMessage, ...] = (
    # Offline: the error has no message, so its last lines are what can be recognised.
    WandbMessage("offline-link", "C1", "in link_artifact raise NotImplementedError", "sdk"),
    WandbMessage("offline-link-pytest", "C1", "wandb_run.py:{line}: NotImplementedError", "sdk"),
    WandbMessage(
        "offline-wait",
        "C2",
        "'Artifact.wait' used prior to logging artifact or while in offline mode. Call Artifact.wait() "
        "before accessing logged artifact properties.",
        "sdk",
        also=("C5b", "C11"),
    ),
    # What 0.21.4 says in the place of `offline-wait`, run with it; the string is still there in 0.31.0.
    WandbMessage("offline-client", "C2", "Client not initialized for artifact mutations", "sdk", since="0.19.11"),
    WandbMessage(
        "draft-property",
        "C11",
        "'{property}' used prior to logging artifact or while in offline mode. Call Artifact.wait() "
        "before accessing logged artifact properties.",
        "sdk",
        also=("C2", "C5b"),
    ),
    WandbMessage("offline-use-artifact", "C3", "Cannot use artifact when in offline mode.", "sdk"),
    WandbMessage(
        "offline-use-model",
        "C3",
        "`use_model` not supported in offline mode.",
        "sdk",
        also=("A14", "C4"),
        since="0.19.10",
    ),
    WandbMessage("disabled-link-result", "C5", "'NoneType' object has no attribute 'version'", "sdk", also=("B14",)),
    WandbMessage(
        "disabled-link-name", "C5", "'NoneType' object has no attribute 'qualified_name'", "sdk", also=("B14",)
    ),
    WandbMessage(
        "run-finished",
        "C8",
        "Run ({run}) is finished. The call to `{method}` will be ignored. Please make sure that you are "
        "using an active run.",
        "sdk",
        also=("F4",),
    ),
    WandbMessage("upload-timed-out", "C10", "Artifact upload wait timed out, failed to fetch Artifact response", "sdk"),
    *group_messages(
        "C16",
        "Trying to attach `{method}` while in the middle of attaching `{other}`",
        "Unable to attach to run {run}",
        "Failed to attach to run: {reason}",
    ),
    # Where a run goes.
    WandbMessage("sweep-entity", "B2", "Ignoring entity '{entity}' when running a sweep.", "sdk"),
    WandbMessage("launch-entity", "B2", "Ignoring entity '{entity}' when running from a wandb launch context.", "sdk"),
    WandbMessage("sweep-project", "B2", "Ignoring project '{project}' when running a sweep.", "sdk"),
    WandbMessage(
        "launch-project", "B2", "Ignoring project '{project}' when running from a wandb launch context.", "sdk"
    ),
    WandbMessage(
        "active-run-returned",
        "B2",
        "wandb.init() called while a run is active and reinit is set to '{reinit}', so returning the previous run.",
        "sdk",
        since="0.19.10",
    ),
    # Calls that do not exist.
    WandbMessage("no-module-function", "A18", "module 'wandb' has no attribute 'link_artifact'", "sdk"),
    WandbMessage(
        "artifact-target-path", "A18", "Artifact.__init__() got an unexpected keyword argument 'target_path'", "sdk"
    ),
    WandbMessage(
        "link-artifact-argument", "A18", "Run.link_artifact() got an unexpected keyword argument '{argument}'", "sdk"
    ),
    WandbMessage(
        "artifact-link-argument", "A18", "Artifact.link() got an unexpected keyword argument '{argument}'", "sdk"
    ),
    WandbMessage("string-as-artifact", "A18", "'str' object has no attribute 'is_draft'", "sdk"),
    WandbMessage("no-cli-link", "A18", "No such command 'link'.", "cli"),
    # After the link.
    *group_messages(
        "B16",
        "Deleting a link artifact will only unlink the artifact from the source artifact",
        "Editing the description of this linked artifact will edit the description for the source artifact",
        "Editing the metadata of this linked artifact will edit the metadata for the source artifact",
        "Editing tags will apply the changes to the source artifact and all linked artifacts associated with it.",
        since="0.19.11",
    ),
    WandbMessage(
        "updates-skipped",
        "B16",
        "Skipping non-alias updates due to insufficient permissions on the source artifact.",
        "sdk",
        also=("B7",),
        since="0.28.1",
    ),
    WandbMessage(
        "unlink-not-a-link",
        "B16",
        "Artifact '{artifact}' is not a linked artifact and cannot be unlinked.  To delete it, use "
        "'Artifact.delete' instead.",
        "sdk",
    ),
)


# What the SDK says about the artifact that is linked: legacy registry, owner, type, TTL, aliases.
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
    ),
    WandbMessage(
        "link-model-type",
        "A14",
        "You can only use this method for 'model' artifacts. For an artifact to be a 'model' artifact, "
        "its type property must contain the substring 'model'.",
        "sdk",
        also=("B4",),
    ),
    # The artifact that is linked.
    *group_messages(
        "B5",
        "Artifact {artifact} already exists with type '{type}'; cannot create another with type '{other}'",
        "Type can only be changed if the artifact collection is a sequence.",
    ),
    WandbMessage(
        "owned-by-entity",
        "C15",
        "Artifact {artifact} is owned by entity '{entity}'; it can't be moved to '{other}'",
        "sdk",
        also=("B1",),
    ),
    WandbMessage(
        "exists-in-project",
        "C15",
        "Artifact {artifact} exists in project '{project}'; it can't be moved to '{other}'",
        "sdk",
    ),
    WandbMessage(
        "type-internal",
        "B6",
        "The current type '{type}' is an internal type and cannot be changed.",
        "sdk",
        since="0.20.0",
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
        since="0.19.11",
    ),
    WandbMessage(
        "ttl-disabled",
        "B15",
        "Artifact TTL will be disabled for source artifacts that are linked to portfolios.",
        "sdk",
        until="0.21.0",
    ),
    WandbMessage("ttl-history", "B15", "Cannot set artifact TTL for type wandb-history", "sdk"),
    # Aliases.
    *group_messages(
        "B10",
        "You do not have permission to add the following alias to this artifact: {{{aliases}}}",
        "You do not have permission to add at least one of the following aliases to this artifact: {{{aliases}}}",
        "You do not have permission to delete the following alias from this artifact: {{{aliases}}}",
        "You do not have permission to delete at least one of the following aliases from this artifact: {{{aliases}}}",
        also=("B7", "B9"),
    ),
    WandbMessage(
        "unlink-denied",
        "B10",
        "You do not have permission to unlink the artifact '{artifact}'",
        "sdk",
        also=("B7", "B9"),
        since="0.22.3",
    ),
    WandbMessage(
        "unlink-denied-old",
        "B10",
        "You do not have permission to unlink the artifact {artifact}",
        "sdk",
        also=("B7", "B9"),
        until="0.22.3",
    ),
)
