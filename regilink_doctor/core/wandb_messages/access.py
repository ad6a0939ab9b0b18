"""What is said when W&B cannot be reached, or does not know who is asking: failures B7, C18 and C19."""

from __future__ import annotations

from regilink_doctor.core.wandb_messages.recognition import WandbMessage, group_messages

ACCESS: tuple[WandbMessage, ...] = (
    WandbMessage(
        "api-key-unverified",
        "C18",
        "Unable to fetch user data from W&B, please verify your API key is valid.",
        "sdk",
        since="0.21.1",
    ),
    *group_messages(
        "C18",
        "An error occurred while verifying the API key.",
        "The API key you provided is either invalid or missing.",
        also=("C19",),
        until="0.28.2",
    ),
    WandbMessage(
        "credentials-unverified",
        "C18",
        "Failed to verify credentials with {host}: {reason}",
        "sdk",
        also=("C19", "C4"),
        since="0.28.2",
    ),
    *group_messages(
        "C18",
        "An error occurred while verifying credentials with {host}: {reason}",
        "Failed to authenticate with {host}: {reason}",
        also=("C19",),
        since="0.28.2",
    ),
    *group_messages(
        "C18",
        "API key is empty.",
        "API key may only contain the letters A-Z, digits and underscores.",
        "API key must have 40+ characters, has {length}.",
        "No API key configured. Use `wandb login` to log in.",
        since="0.23.1",
    ),
    WandbMessage(
        "api-key-length-old",
        "F3",
        "API key must be 40 characters long, yours was {length}",
        "sdk",
        until="0.22.3",
        also=("C18",),
    ),
    WandbMessage("api-key-missing-old", "C18", "api_key not configured (no-tty)", "sdk", until="0.23.1"),
    WandbMessage(
        "no-authentication", "C18", "No authentication configured. Use `wandb login` to log in.", "sdk", since="0.24.2"
    ),
    WandbMessage(
        "no-permission",
        "B7",
        "It appears that you do not have permission to access the requested resource.",
        "sdk",
        also=("B2", "D7", "B8", "B9", "C19"),
        until="0.28.2",
    ),
    WandbMessage(
        "no-permission-in-run",
        "B7",
        "Permission denied to access {run}",
        "sdk",
        also=("B2", "D7", "B9"),
        until="0.28.2",
    ),
    WandbMessage(
        "resource-not-found",
        "C19",
        "Failed to find resource. Please make sure you have the correct resource path.",
        "sdk",
        also=("B7", "D1"),
        since="0.18.6",
        until="0.28.2",
    ),
    WandbMessage("init-timed-out", "C19", "Timed out initializing run: {reason}", "sdk"),
    WandbMessage("init-timed-out-retrying", "C19", "Timed out while retrying: {reason}", "sdk", also=("B17",)),
    # The words of Go and Python underneath.
    WandbMessage("host-unknown-go", "C19", "dial tcp: lookup {host}: no such host", "other"),
    WandbMessage("host-unresolved-go", "C19", "dial tcp: lookup {host} on {server}: no such host", "other"),
    WandbMessage("connection-refused-go", "C19", "dial tcp {address}: connect: connection refused", "other"),
    WandbMessage("certificate-unknown-go", "C19", "x509: certificate signed by unknown authority", "other"),
    WandbMessage("certificate-name-go", "C19", "x509: certificate is valid for {names}, not {host}", "other"),
    WandbMessage("connection-refused-python", "C19", "Failed to establish a new connection", "other"),
    WandbMessage("host-unknown-python", "C19", "Failed to resolve '{host}'", "other"),
    WandbMessage("certificate-python", "C19", "CERTIFICATE_VERIFY_FAILED", "other"),
    WandbMessage("proxy-authentication", "C19", "Proxy Authentication Required", "other", status=407),
)
