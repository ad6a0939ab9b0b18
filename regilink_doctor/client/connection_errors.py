"""Every way in which a request can fail, by its cause. What to say of each is in `rules.connection`."""

from __future__ import annotations

from regilink_doctor.core.problems import Problem

UNREACHABLE, REJECTED, NOT_WANDB, TOO_OLD, SERVER_ERROR = "REG801", "REG803", "REG804", "REG805", "REG810"

CAUSES: dict[str, tuple[str, str]] = {
    "dns": (UNREACHABLE, "C19"),
    "dns-timeout": (UNREACHABLE, "C19"),
    "refused": (UNREACHABLE, "C19"),
    "unroutable": (UNREACHABLE, "C19"),
    "connect-timeout": (UNREACHABLE, "C19"),
    "read-timeout": (UNREACHABLE, "C19"),
    "reset": (UNREACHABLE, "C19"),
    "tls-expired": (UNREACHABLE, "C19"),
    "tls-early": (UNREACHABLE, "C19"),
    "tls-self-signed": (UNREACHABLE, "C19"),
    "bundle": (UNREACHABLE, "C19"),
    "tls-hostname": (UNREACHABLE, "C19"),
    "tls-plain": (UNREACHABLE, "C19"),
    "tls": (UNREACHABLE, "C19"),
    "proxy-login": (UNREACHABLE, "C19"),
    "proxy": (UNREACHABLE, "C19"),
    "connection": (UNREACHABLE, "C19"),
    "address": (NOT_WANDB, "C19"),
    "unauthorized": (REJECTED, "C18"),
    "forbidden": (REJECTED, "C18"),
    "redirect": (NOT_WANDB, "C19"),
    "not-found": (NOT_WANDB, "C19"),
    "page": (NOT_WANDB, "C19"),
    "other-api": (NOT_WANDB, "C19"),
    "rate-limit": (SERVER_ERROR, "B17"),
    "server-error": (SERVER_ERROR, "B17"),
    "truncated": (SERVER_ERROR, "C19"),
    "too-large": (SERVER_ERROR, "C19"),
    "not-json": (SERVER_ERROR, "C19"),
    "graphql": (SERVER_ERROR, "C19"),
    "too-old": (TOO_OLD, "B13"),
}
"""Cause -> the rule that words it, and the failure id."""


class ServerConnectionError(Exception):
    """A request failed. `cause` is a key of `CAUSES`; `problem` has what its message needs.

    Args:
        cause: what went wrong.
        host: the server's address.
        server: its name and port.
        detail: what the cause's message says besides.
        proxy: the proxy that the request went through, and where that is set; empty for none.
    """

    def __init__(self, cause: str, *, host: str, server: str, detail: str = "", proxy: str = "") -> None:
        self.cause = cause
        self.code, self.failure = CAUSES[cause]
        facts = {"host": host, "server": server, "detail": detail, "proxy": proxy}
        self.problem = Problem(self.code, kind=cause, failure=self.failure, facts=facts)
        super().__init__(f"{cause}: {server} {detail}".rstrip())
