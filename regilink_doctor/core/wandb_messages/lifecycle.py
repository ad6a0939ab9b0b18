"""What the SDK says about the state of a run, an artifact, a login: rows C, A18, B2 and B16."""

from __future__ import annotations

from regilink_doctor.core.wandb_messages.wording import WandbMessage

LIFECYCLE: tuple[WandbMessage, ...] = (
    # Offline: the error has no message, so its last lines are what can be recognised.
    WandbMessage(
        "offline-link",
        "C1",
        "in link_artifact raise NotImplementedError",
        "sdk",
        raised="NotImplementedError",
    ),
    WandbMessage(
        "offline-link-pytest",
        "C1",
        "wandb_run.py:{line}: NotImplementedError",
        "sdk",
        raised="NotImplementedError",
    ),
    WandbMessage(
        "offline-wait",
        "C2",
        "'Artifact.wait' used prior to logging artifact or while in offline mode. Call Artifact.wait() "
        "before accessing logged artifact properties.",
        "sdk",
        raised="CommError",
        also=("C5b", "C11"),
    ),
    # What 0.21.4 says in the place of `offline-wait`, run with it; the string is still there in 0.31.0.
    WandbMessage(
        "offline-client",
        "C2",
        "Client not initialized for artifact mutations",
        "sdk",
        raised="CommError",
        since="0.19.11",
    ),
    WandbMessage(
        "draft-property",
        "C11",
        "'{property}' used prior to logging artifact or while in offline mode. Call Artifact.wait() "
        "before accessing logged artifact properties.",
        "sdk",
        raised="ArtifactNotLoggedError",
        also=("C2", "C5b"),
    ),
    WandbMessage(
        "offline-use-artifact",
        "C3",
        "Cannot use artifact when in offline mode.",
        "sdk",
        raised="TypeError",
    ),
    WandbMessage(
        "offline-use-model",
        "C3",
        "`use_model` not supported in offline mode.",
        "sdk",
        raised="RuntimeError",
        also=("A14", "C4"),
        since="0.19.10",
    ),
    WandbMessage(
        "disabled-link-result",
        "C5",
        "'NoneType' object has no attribute 'version'",
        "sdk",
        raised="AttributeError",
        also=("B14",),
    ),
    WandbMessage(
        "disabled-link-name",
        "C5",
        "'NoneType' object has no attribute 'qualified_name'",
        "sdk",
        raised="AttributeError",
        also=("B14",),
    ),
    WandbMessage(
        "run-finished",
        "C8",
        "Run ({run}) is finished. The call to `{method}` will be ignored. Please make sure that you are "
        "using an active run.",
        "sdk",
        raised="UsageError",
    ),
    WandbMessage(
        "upload-timed-out",
        "C10",
        "Artifact upload wait timed out, failed to fetch Artifact response",
        "sdk",
        raised="WaitTimeoutError",
    ),
    WandbMessage(
        "attach-twice",
        "C16",
        "Trying to attach `{method}` while in the middle of attaching `{other}`",
        "sdk",
        raised="RuntimeError",
    ),
    WandbMessage(
        "attach-unable",
        "C16",
        "Unable to attach to run {run}",
        "sdk",
        raised="UsageError",
    ),
    WandbMessage("attach-failed", "C16", "Failed to attach to run: {reason}", "sdk", raised="UsageError"),
    # Where a run goes.
    WandbMessage("sweep-entity", "B2", "Ignoring entity '{entity}' when running a sweep.", "sdk"),
    WandbMessage(
        "launch-entity",
        "B2",
        "Ignoring entity '{entity}' when running from a wandb launch context.",
        "sdk",
    ),
    WandbMessage("sweep-project", "B2", "Ignoring project '{project}' when running a sweep.", "sdk"),
    WandbMessage(
        "launch-project",
        "B2",
        "Ignoring project '{project}' when running from a wandb launch context.",
        "sdk",
    ),
    WandbMessage(
        "active-run-returned",
        "B2",
        "wandb.init() called while a run is active and reinit is set to '{reinit}', so returning the previous run.",
        "sdk",
        since="0.19.10",
    ),
    # Calls that do not exist.
    WandbMessage(
        "no-module-function",
        "A18",
        "module 'wandb' has no attribute 'link_artifact'",
        "sdk",
        raised="AttributeError",
    ),
    WandbMessage(
        "artifact-target-path",
        "A18",
        "Artifact.__init__() got an unexpected keyword argument 'target_path'",
        "sdk",
        raised="TypeError",
    ),
    WandbMessage(
        "link-artifact-argument",
        "A18",
        "Run.link_artifact() got an unexpected keyword argument '{argument}'",
        "sdk",
        raised="TypeError",
    ),
    WandbMessage(
        "artifact-link-argument",
        "A18",
        "Artifact.link() got an unexpected keyword argument '{argument}'",
        "sdk",
        raised="TypeError",
    ),
    WandbMessage(
        "string-as-artifact",
        "A18",
        "'str' object has no attribute 'is_draft'",
        "sdk",
        raised="AttributeError",
    ),
    WandbMessage("no-cli-link", "A18", "No such command 'link'.", "cli"),
    # After the link.
    WandbMessage(
        "delete-link-only",
        "B16",
        "Deleting a link artifact will only unlink the artifact from the source artifact",
        "sdk",
        since="0.19.11",
    ),
    WandbMessage(
        "edit-description",
        "B16",
        "Editing the description of this linked artifact will edit the description for the source artifact",
        "sdk",
        since="0.19.11",
    ),
    WandbMessage(
        "edit-metadata",
        "B16",
        "Editing the metadata of this linked artifact will edit the metadata for the source artifact",
        "sdk",
        since="0.19.11",
    ),
    WandbMessage(
        "edit-tags",
        "B16",
        "Editing tags will apply the changes to the source artifact and all linked artifacts associated with it.",
        "sdk",
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
        raised="CommError",
    ),
)
