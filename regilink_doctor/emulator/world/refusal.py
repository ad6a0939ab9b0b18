"""How a world says no."""

from __future__ import annotations

from regilink_doctor.core import wandb_messages


class Refusal(Exception):
    """W&B's answer to what it does not do.

    `status` is the HTTP status the server answers with (SDKs of the `requests` era print it before the message,
    failures.md section 0); `row` is the row of the catalogue of failures, where there is one.
    """

    def __init__(self, message: str, status: int = 400, failure: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.failure = failure


def refuse(key: str, **fields: str) -> Refusal:
    """The refusal in the words of `core.wandb_messages` (W&B's where they are known)."""
    message = wandb_messages.find_message(key)
    return Refusal(wandb_messages.fill_message(key, **fields), message.status or 400, message.failure)


def denied() -> Refusal:
    """`permission denied` (row B7)."""
    return refuse("permission-denied")


def not_found(what: str) -> Refusal:
    """Something named is not there, or not visible: W&B does not tell them apart (row B3). Words ours."""
    return Refusal(f"{what} not found", 404)
