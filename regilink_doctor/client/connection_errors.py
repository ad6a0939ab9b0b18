"""Every way in which a request can fail, by its cause: what is wrong, and what to do.

wandb hides these: with nothing listening, 0.31.0 says that its service process is busy (peers, section D).
"""

from __future__ import annotations

from regilink_doctor.core import rule_codes
from regilink_doctor.core.origin import quote_for_shell, set_variable
from regilink_doctor.core.records import record

UNREACHABLE, REJECTED, NOT_WANDB, TOO_OLD, SERVER_ERROR = (
    rule_codes.HOST_UNREACHABLE,
    rule_codes.CREDENTIALS_REJECTED,
    rule_codes.NOT_WANDB,
    rule_codes.SERVER_TOO_OLD,
    rule_codes.SERVER_ERROR,
)


@record
class ConnectionProblem:
    """A cause. `message` and `help` have the fields of `ServerConnectionError`, and `detail`."""

    code: str
    failure: str
    message: str
    help: str


_ADDRESS_HELP = "check WANDB_BASE_URL and the network; `{probe}` shows the same from a shell"
_API_HELP = "check WANDB_BASE_URL: it is the address of the API, without a path"
_LATER = "the server fails, not your code: try again in some minutes, then ask its administrator"

CONNECTION_PROBLEMS: dict[str, ConnectionProblem] = {
    "dns": ConnectionProblem(
        UNREACHABLE, "C19", "the name {server} is unknown: DNS has no address for it", _ADDRESS_HELP
    ),
    "dns-timeout": ConnectionProblem(
        UNREACHABLE,
        "C19",
        "DNS does not answer: it gave no address for {server} within {detail}",
        "check the network, and that a DNS server is set; --timeout waits longer",
    ),
    "refused": ConnectionProblem(
        UNREACHABLE, "C19", "{server} refuses the connection: nothing listens there", _ADDRESS_HELP
    ),
    "unroutable": ConnectionProblem(
        UNREACHABLE, "C19", "this machine has no route to {server}: {detail}", _ADDRESS_HELP
    ),
    "connect-timeout": ConnectionProblem(
        UNREACHABLE,
        "C19",
        "{server} did not accept the connection within {detail}",
        _ADDRESS_HELP + "; --timeout waits longer",
    ),
    "read-timeout": ConnectionProblem(
        UNREACHABLE,
        "C19",
        "{server} accepted the connection, but had not answered after {detail}",
        "try again; --timeout waits longer",
    ),
    "reset": ConnectionProblem(
        UNREACHABLE,
        "C19",
        "{server} closed the connection without an answer",
        "try again; a firewall on the way does this too",
    ),
    "tls-expired": ConnectionProblem(
        UNREACHABLE,
        "C19",
        "the certificate of {server} has expired, or this machine's clock is wrong",
        "check the clock with `date`, then ask the administrator of {server} for a new certificate",
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
        "{python_bundle}   (for Python)\n{go_bundle}   (for wandb's Go process)",
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
        "the certificate of {server} is for another name",
        "write the name that the certificate has in WANDB_BASE_URL",
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
        "the proxy {proxy} wants a login (407) before it lets anything through to {server}",
        "write the login into the proxy's address: {proxy_login}",
    ),
    "proxy": ConnectionProblem(
        UNREACHABLE,
        "C19",
        "the proxy {proxy} cannot be used for {server}: {detail}",
        "check HTTPS_PROXY and NO_PROXY; to go past the proxy: {no_proxy}",
    ),
    "connection": ConnectionProblem(UNREACHABLE, "C19", "no connection to {server}: {detail}", _ADDRESS_HELP),
    "address": ConnectionProblem(NOT_WANDB, "C19", "{host} is not an address: {detail}", "correct WANDB_BASE_URL"),
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
        "{server} redirects the request to {detail}: this is not the API's address, or a login page comes first",
        "write the API's own address: {base_url}",
    ),
    "not-found": ConnectionProblem(
        NOT_WANDB, "C19", "{server} answers, but has no W&B API (404 for /graphql)", _API_HELP
    ),
    "page": ConnectionProblem(
        NOT_WANDB,
        "C19",
        "{server} answers with a web page{detail}: a login page, a proxy's or the W&B App's, not the W&B API",
        "open {host} in a browser to see whose page it is, then correct WANDB_BASE_URL or log in there",
    ),
    "other-api": ConnectionProblem(NOT_WANDB, "C19", "{server} answers, but not as W&B does: {detail}", _API_HELP),
    "rate-limit": ConnectionProblem(
        SERVER_ERROR,
        "B17",
        "{server} has had too many requests from this machine (429){detail}",
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
        SERVER_ERROR,
        "C19",
        "{server} answers, but not as W&B does: its answer is not the JSON that it claims to be",
        _LATER,
    ),
    "graphql": ConnectionProblem(SERVER_ERROR, "C19", "{server} answered with an error: {detail}", _LATER),
    "too-old": ConnectionProblem(
        TOO_OLD,
        "B13",
        "{server} is too old for this question: {detail}",
        "ask the administrator of {server} to update it; regilink does not know a server this old",
    ),
}


class ServerConnectionError(Exception):
    """A request failed. `cause` is a key of `CONNECTION_PROBLEMS`; `message` and `help` are ready to be shown.

    Args:
        cause: what went wrong.
        host: the server's address.
        server: its name and port.
        detail: what the cause's message says besides.
        proxy: the proxy that the request went through, and where that is set; empty for none.
    """

    def __init__(self, cause: str, *, host: str, server: str, detail: str = "", proxy: str = "") -> None:
        problem = CONNECTION_PROBLEMS[cause]
        fields = {
            "host": host,
            "server": server,
            "detail": detail,
            "proxy": proxy or "of the system",
            "probe": f"curl -sS -o /dev/null {quote_for_shell(host)}",
            "base_url": set_variable("WANDB_BASE_URL", "https://..."),
            "no_proxy": set_variable("NO_PROXY", server),
            "proxy_login": set_variable("HTTPS_PROXY", "http://USER:PASSWORD@PROXY:PORT"),
            "python_bundle": set_variable("REQUESTS_CA_BUNDLE", "/path/to/ca.pem"),
            "go_bundle": set_variable("SSL_CERT_FILE", "/path/to/ca.pem"),
        }
        self.cause = cause
        self.code = problem.code
        self.failure = problem.failure
        self.message = problem.message.format_map(fields)
        if proxy and "{proxy}" not in problem.message:
            # What a proxy says, or does, looks like the server's.
            self.message += f"; the request went through the proxy {proxy}"
        self.help = problem.help.format_map(fields)
        super().__init__(self.message)
