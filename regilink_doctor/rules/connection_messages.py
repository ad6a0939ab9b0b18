"""The messages for connection problems, by cause: what the network or a server did wrong to the client.

`client.connection_errors` finds the cause; its fields are `host` (the address), `server` (its name and port), `probe`
(a command) and `detail`. wandb hides these causes: with nothing listening, 0.31.0 says that its service process is
busy.
"""

from __future__ import annotations

from regilink_doctor.core.message import Message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem

_ADDRESS = "check WANDB_BASE_URL and the network; `{probe}` shows the same from a shell"
_PROXY = "check HTTPS_PROXY and NO_PROXY; to bypass the proxy: export NO_PROXY={server}"
_SERVER = "this is the server's problem, not your code's: try again in some minutes, then ask its administrator"
_API = "check WANDB_BASE_URL: it is the address of the API, without a path"

_MESSAGES: dict[str, tuple[str, str | None, str]] = {
    "dns": ("the name {server} is unknown", "DNS has no address for it", _ADDRESS),
    "dns-timeout": (
        "DNS did not give the address of {server} within {detail}",
        None,
        "check the network, and that a DNS server is set; --timeout waits longer",
    ),
    "refused": ("{server} refuses the connection", "nothing listens there", _ADDRESS),
    "unroutable": ("there is no route from this machine to {server}", "{detail}", _ADDRESS),
    "connect-timeout": (
        "{server} did not accept the connection within {detail}",
        None,
        _ADDRESS + "; --timeout waits longer",
    ),
    "read-timeout": (
        "{server} did not answer within {detail}",
        "it accepted the connection",
        "try again; --timeout waits longer",
    ),
    "reset": (
        "{server} closed the connection without an answer",
        None,
        "try again; a firewall between here and there does this too",
    ),
    "tls-expired": (
        "the certificate of {server} has expired, or this machine's clock is wrong",
        None,
        "check the clock with `date`, then ask the administrator of {server} for a new certificate",
    ),
    "tls-early": (
        "the certificate of {server} is not valid yet",
        "this machine's clock is probably wrong",
        "set the clock; `date` shows it",
    ),
    "tls-self-signed": (
        "this machine does not trust the authority that signed the certificate of {server}",
        None,
        "export REQUESTS_CA_BUNDLE=/path/to/ca.pem and SSL_CERT_FILE=/path/to/ca.pem (Python reads the first, "
        "wandb's Go process the second)",
    ),
    "bundle": (
        "there are no certificates to trust in {detail}",
        None,
        "correct the variable that names it, or unset it",
    ),
    "tls-hostname": (
        "the certificate of {server} is for another name",
        None,
        "write the name that the certificate has in WANDB_BASE_URL",
    ),
    "tls-plain": ("{server} does not use TLS", "{detail}", "write http:// instead of https:// in WANDB_BASE_URL"),
    "tls": ("no secure connection to {server}", "{detail}", _ADDRESS),
    "proxy-login": (
        "the proxy requires a login (407)",
        "it lets nothing through to {server}",
        "write it into the proxy's address: export HTTPS_PROXY=http://USER:PASSWORD@PROXY:PORT",
    ),
    "proxy": ("the proxy for {server} cannot be used", "{detail}", _PROXY),
    "connection": ("no connection to {server}", "{detail}", _ADDRESS),
    "address": ("{host} is not a usable address", "{detail}", "correct WANDB_BASE_URL"),
    "unauthorized": (
        "{server} does not accept the API key (401)",
        "a key belongs to one server",
        "run `wandb login --relogin --host {host}`",
    ),
    "forbidden": (
        "{server} refuses this account (403)",
        "{detail}",
        "run `wandb login --relogin --host {host}`; if the key is right, a firewall or the account's plan refuses it",
    ),
    "redirect": (
        "{server} redirects the request to {detail}",
        "the address is not the API's, or a login page is before it",
        "write the API's own address: export WANDB_BASE_URL=https://...",
    ),
    "not-found": ("{server} answers, but has no W&B API (404 for /graphql)", None, _API),
    "page": (
        "{server} answers with a web page, not with the W&B API{detail}",
        "it is a login page, a proxy's or the W&B App's",
        "open {host} in a browser to see whose page it is, then correct WANDB_BASE_URL or log in there",
    ),
    "other-api": ("{server} answers, but not as W&B does", "{detail}", _API),
    "rate-limit": (
        "{server} has had too many requests from here (429){detail}",
        None,
        "wait a minute, then try again",
    ),
    "server-error": ("{server} failed with status {detail}", None, _SERVER),
    "truncated": ("the answer of {server} was cut off", None, "try again; a proxy does this too"),
    "too-large": ("the answer of {server} is larger than {detail}", None, "ask for fewer targets at once"),
    "not-json": ("the answer of {server} is not valid JSON", None, _SERVER),
    "graphql": ("{server} answered with an error", "{detail}", _SERVER),
    "too-old": (
        "{server} is older than the question",
        "{detail}",
        "ask its administrator to update it; it is older than the oldest server that regilink knows",
    ),
}


def connection_message(problem: Problem) -> Message:
    """The message of a connection problem; `problem.kind` is the cause.

    Raises:
        KeyError: there is no such cause.
    """
    fields = {"host": "", "server": "", "detail": "", "probe": "", **problem.facts}
    summary, note, instead = _MESSAGES[problem.kind]
    return Message(summary.format(**fields), note.format(**fields) if note else None, instead.format(**fields))
