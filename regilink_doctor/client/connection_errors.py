"""Every way in which a request can fail, by its cause: the code, what is wrong in words, and what to do.

wandb hides these: with nothing listening, 0.31.0 says that its service process is busy (peers, section D).
"""

from __future__ import annotations

from regilink_doctor.core.records import record

UNREACHABLE, REJECTED, NOT_WANDB, TOO_OLD, SERVER_ERROR = "REG801", "REG803", "REG804", "REG805", "REG810"


@record
class ConnectionProblem:
    """A cause. `message` and `help` have the fields `host`, `server` (its name and port) and `detail`."""

    code: str
    row: str
    message: str
    help: str


_ADDRESS_HELP = "check WANDB_BASE_URL and the network; `{probe}` shows the same from a shell"
_PROXY_HELP = "check HTTPS_PROXY and NO_PROXY; to go past the proxy: export NO_PROXY={server}"
_LATER = "this is the server's trouble, not your code's: try again in some minutes, then ask whoever runs it"

FAULTS: dict[str, ConnectionProblem] = {
    "dns": ConnectionProblem(
        UNREACHABLE, "C19", "the name {server} is unknown: DNS has no address for it", _ADDRESS_HELP
    ),
    "dns-timeout": ConnectionProblem(
        UNREACHABLE,
        "C19",
        "nobody could tell the address of {server} within {detail}: DNS does not answer",
        "check the network, and that a DNS server is set; --timeout waits longer",
    ),
    "refused": ConnectionProblem(
        UNREACHABLE, "C19", "{server} refuses the connection: nothing listens there", _ADDRESS_HELP
    ),
    "unroutable": ConnectionProblem(
        UNREACHABLE, "C19", "there is no way from this machine to {server}: {detail}", _ADDRESS_HELP
    ),
    "connect-timeout": ConnectionProblem(
        UNREACHABLE,
        "C19",
        "{server} did not take the connection within {detail}",
        _ADDRESS_HELP + "; --timeout waits longer",
    ),
    "read-timeout": ConnectionProblem(
        UNREACHABLE,
        "C19",
        "{server} took the connection, but had not answered after {detail}",
        "try again; --timeout waits longer",
    ),
    "reset": ConnectionProblem(
        UNREACHABLE,
        "C19",
        "{server} closed the connection without an answer",
        "try again; a firewall between here and there does this too",
    ),
    "tls-expired": ConnectionProblem(
        UNREACHABLE,
        "C19",
        "the certificate of {server} has expired, or this machine's clock is wrong",
        "check the clock with `date`, then ask whoever runs {server} for a new certificate",
    ),
    "tls-early": ConnectionProblem(
        UNREACHABLE,
        "C19",
        "the certificate of {server} is not valid yet: this machine's clock is probably wrong",
        "set the clock; `date` shows it",
    ),
    "tls-self-signed": ConnectionProblem(
        UNREACHABLE,
        "C19",
        "the certificate of {server} is signed by an authority that this machine does not trust",
        "export REQUESTS_CA_BUNDLE=/path/to/ca.pem and SSL_CERT_FILE=/path/to/ca.pem (Python reads the first, "
        "wandb's Go process the second)",
    ),
    "bundle": ConnectionProblem(
        UNREACHABLE,
        "C19",
        "there are no certificates to trust in {detail}",
        "correct the variable that names it, or unset it",
    ),
    "tls-hostname": ConnectionProblem(
        UNREACHABLE,
        "C19",
        "the certificate of {server} is made out to another name",
        "write in WANDB_BASE_URL the name that the certificate has",
    ),
    "tls-plain": ConnectionProblem(
        UNREACHABLE,
        "C19",
        "{server} does not speak TLS: {detail}",
        "write http:// instead of https:// in WANDB_BASE_URL",
    ),
    "tls": ConnectionProblem(UNREACHABLE, "C19", "no secure connection to {server}: {detail}", _ADDRESS_HELP),
    "proxy-login": ConnectionProblem(
        UNREACHABLE,
        "C19",
        "the proxy wants a login (407) before it lets anything through to {server}",
        "write it into the proxy's address: export HTTPS_PROXY=http://USER:PASSWORD@PROXY:PORT",
    ),
    "proxy": ConnectionProblem(UNREACHABLE, "C19", "the proxy for {server} cannot be used: {detail}", _PROXY_HELP),
    "connection": ConnectionProblem(UNREACHABLE, "C19", "no connection to {server}: {detail}", _ADDRESS_HELP),
    "address": ConnectionProblem(
        NOT_WANDB, "C19", "{host} is no address that can be asked: {detail}", "correct WANDB_BASE_URL"
    ),
    "unauthorized": ConnectionProblem(
        REJECTED,
        "C18",
        "{server} does not accept the API key (401)",
        "a key belongs to one server: run `wandb login --relogin --host {host}`",
    ),
    "forbidden": ConnectionProblem(
        REJECTED,
        "C18",
        "{server} refuses this account (403): {detail}",
        "run `wandb login --relogin --host {host}`; if the key is right, a firewall or the account's plan refuses it",
    ),
    "redirect": ConnectionProblem(
        NOT_WANDB,
        "C19",
        "{server} sends the request on to {detail}: the address is not the API's, or a login page stands before it",
        "write the API's own address: export WANDB_BASE_URL=https://...",
    ),
    "not-found": ConnectionProblem(
        NOT_WANDB,
        "C19",
        "{server} answers, but has no W&B API (404 for /graphql)",
        "check WANDB_BASE_URL: it is the address of the API, without a path",
    ),
    "page": ConnectionProblem(
        NOT_WANDB,
        "C19",
        "{server} answers with a web page{detail}: a login page, a proxy's or the App's, not the W&B API",
        "open {host} in a browser to see whose page it is, then correct WANDB_BASE_URL or log in there",
    ),
    "other-api": ConnectionProblem(
        NOT_WANDB,
        "C19",
        "{server} answers, but not as W&B does: {detail}",
        "check WANDB_BASE_URL: it is the address of the API, without a path",
    ),
    "rate-limit": ConnectionProblem(
        SERVER_ERROR,
        "B17",
        "{server} has had too many requests from here (429){detail}",
        "wait a minute, then try again",
    ),
    "server-error": ConnectionProblem(SERVER_ERROR, "B17", "{server} failed with status {detail}", _LATER),
    "truncated": ConnectionProblem(
        SERVER_ERROR, "C19", "the answer of {server} was cut off", "try again; a proxy does this too"
    ),
    "too-large": ConnectionProblem(
        SERVER_ERROR, "C19", "the answer of {server} is larger than {detail}", "ask for fewer targets at once"
    ),
    "not-json": ConnectionProblem(
        SERVER_ERROR, "C19", "the answer of {server} is not the JSON that it claims to be", _LATER
    ),
    "graphql": ConnectionProblem(SERVER_ERROR, "C19", "{server} answered with an error: {detail}", _LATER),
    "too-old": ConnectionProblem(
        TOO_OLD,
        "B13",
        "{server} is older than the question: {detail}",
        "ask whoever runs {server} to update it; it is older than the oldest server that regilink knows",
    ),
}


class ServerConnectionError(Exception):
    """A request failed. `cause` is a key of `FAULTS`; `message` and `help` are ready to be shown."""

    def __init__(self, cause: str, *, host: str, server: str, detail: str = "") -> None:
        fault = FAULTS[cause]
        fields = {"host": host, "server": server, "detail": detail, "probe": f"curl -sS -o /dev/null {host}"}
        self.cause = cause
        self.code = fault.code
        self.row = fault.row
        self.message = fault.message.format_map(fields)
        self.help = fault.help.format_map(fields)
        super().__init__(self.message)
