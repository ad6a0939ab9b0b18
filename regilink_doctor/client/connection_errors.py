"""Every way in which a request can fail, by its cause. What to say of each is in `rules.connection`."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping

import requests

from regilink_doctor.core.phrases import say
from regilink_doctor.core.problems import Problem

UNREACHABLE, REJECTED, NOT_WANDB, TOO_OLD, SERVER_ERROR = "REG801", "REG803", "REG804", "REG805", "REG810"

_CAUSES = {
    "dns dns-timeout refused unroutable connect-timeout read-timeout reset connection": (UNREACHABLE, "C19"),
    "tls-expired tls-early tls-self-signed tls-hostname tls-plain tls bundle": (UNREACHABLE, "C19"),
    "proxy-login proxy": (UNREACHABLE, "C19"),
    "address redirect not-found page other-api": (NOT_WANDB, "C19"),
    "unauthorized forbidden": (REJECTED, "C18"),
    "rate-limit server-error": (SERVER_ERROR, "B17"),
    "truncated too-large not-json graphql": (SERVER_ERROR, "C19"),
    "too-old": (TOO_OLD, "B13"),
}
CAUSES = {cause: outcome for causes, outcome in _CAUSES.items() for cause in causes.split()}
"""Cause -> the rule that words it, and the failure id."""


class ServerConnectionError(Exception):
    """A request failed. `cause` is a key of `CAUSES`; `problem` has what its message needs.

    Args:
        cause: what went wrong.
        facts: those of `rules.connection.connection_message`.
    """

    def __init__(self, cause: str, facts: Mapping[str, str]) -> None:
        self.cause = cause
        self.code, self.failure = CAUSES[cause]
        self.problem = Problem(self.code, kind=cause, failure=self.failure, facts=facts)
        super().__init__(f"{cause}: {facts['server']} {facts['detail']}".rstrip())


_NOT_YET_VALID, _EXPIRED = 9, 10
_UNTRUSTED = (18, 19, 20, 21)
_WRONG_NAME = (62, 64)
"""OpenSSL's `X509_V_ERR_*`."""

_NO_ROUTE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EACCES, errno.EPERM)


def cause_of(error: BaseException) -> tuple[str, str]:
    """The key in `connection_errors.CAUSES` of a failed request, and the detail for its message."""
    chain = list(_chain(error))
    if any(isinstance(item, requests.exceptions.ProxyError) for item in chain):
        text = " ".join(str(item) for item in chain)
        if "407" in text:
            return "proxy-login", ""
        return "proxy", _proxy_detail(chain)
    if isinstance(error, requests.exceptions.InvalidProxyURL):
        return "proxy", say("this is not an address")
    if isinstance(error, requests.exceptions.InvalidSchema) and "SOCKS" in str(error):
        return "proxy", say("Python needs the package PySocks for it")
    for item in chain:
        if found := _known(item):
            return found
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "connect-timeout", ""
    if isinstance(error, (requests.exceptions.ReadTimeout, TimeoutError)):
        return "read-timeout", ""
    if isinstance(error, (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)):
        return "truncated", ""
    if isinstance(error, requests.exceptions.SSLError):
        return "tls", _short(chain[-1])
    if isinstance(error, requests.exceptions.InvalidHeader):
        return "other-api", say("its headers contradict each other ({short})", short=_short(error))
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):  # nothing was sent
        return "address", _short(error)
    if type(error) is ValueError:  # of the libraries that read what a server sends: a negative size of a chunk
        return "other-api", say("what it sends is not HTTP ({name})", name=_short(error))
    return "connection", _short(chain[-1])


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception, and those that it wraps: as an argument, as `reason`, as cause or context."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting and len(seen) < 30:
        item = waiting.pop(0)
        if not isinstance(item, BaseException) or item in seen:
            continue
        seen.append(item)
        yield item
        waiting += [*item.args, getattr(item, "reason", None), item.__cause__, item.__context__]


def _known(error: BaseException) -> tuple[str, str] | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        code = error.verify_code
        if code == _EXPIRED:
            return "tls-expired", ""
        if code == _NOT_YET_VALID:
            return "tls-early", ""
        if code in _WRONG_NAME:
            return "tls-hostname", ""
        return ("tls-self-signed", "") if code in _UNTRUSTED else ("tls", error.verify_message)
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or "").replace("_", " ").lower()
        plain = error.reason in (
            "WRONG_VERSION_NUMBER",
            "HTTP_REQUEST",
            "RECORD_LAYER_FAILURE",
            "PACKET_LENGTH_TOO_LONG",
        )
        return ("tls-plain" if plain else "tls"), reason or say("the handshake failed")
    if isinstance(error, socket.gaierror):
        return "dns", ""
    if isinstance(error, ConnectionRefusedError):
        return "refused", ""
    if isinstance(error, http.client.IncompleteRead):
        return "truncated", ""
    if isinstance(error, (ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected)):
        return "reset", ""
    if isinstance(error, http.client.HTTPException):
        return "other-api", say("what it sends is not HTTP ({name})", name=type(error).__name__)
    if isinstance(error, OSError) and error.errno in _NO_ROUTE:
        return "unroutable", (error.strerror or say("no route")).lower()
    return None


def _proxy_detail(chain: list[BaseException]) -> str:
    words = {
        "refused": say("it refuses the connection"),
        "dns": say("its name is unknown"),
        "reset": say("it closed the connection"),
    }
    for item in chain:
        cause = _known(item)
        if cause:
            return words.get(cause[0], cause[1] or cause[0])
    return _short(chain[-1])


def _short(error: BaseException) -> str:
    """The error's own words on one line; addresses of objects and repetitions say nothing to anybody."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 160 else text[:157] + "..."
