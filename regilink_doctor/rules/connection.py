"""Rules about the way to the server, which the doctor checks: the host, the key, what answers there."""

from __future__ import annotations

import os

from regilink_doctor.core.findings import Message
from regilink_doctor.core.origin import quote_for_shell, set_variable, unset_variable
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import refused_setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.problems import Problem


class HostUnreachable(Rule):
    """No server answers at the address, because the name, the connection, TLS or a proxy fails.

    wandb tries for minutes and then hides the cause. The doctor checks each step and names the one that fails;
    behind a proxy it checks the proxy.
    """

    code = "REG801"
    name = "host-unreachable"
    severity = "error"
    failures = ("C19",)
    is_live = True
    example = "doctor.py"
    bad = ('doctor("wandb-registry-model/zoo", WANDB_BASE_URL="http://127.0.0.1:9")',)
    good = ('doctor("wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        if problem.kind == "setting":
            return refused_setting(problem)
        return connection_message(problem)


class CredentialsMissing(Rule):
    """No API key is found for the host.

    wandb looks for it in `WANDB_API_KEY`, its settings and `~/.netrc`, where a key belongs to one host. Without a
    key wandb asks for one, and fails where there is no terminal. Run `wandb login --host ADDRESS`, or set the
    variable in CI.
    """

    code = "REG802"
    name = "credentials-missing"
    severity = "error"
    failures = ("C18",)
    is_live = True
    example = "doctor.py"
    bad = ('doctor("wandb-registry-model/zoo", WANDB_API_KEY="")',)
    good = ('doctor("wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        if problem.kind == "two-ways":
            return Message(
                "WANDB_API_KEY and WANDB_IDENTITY_TOKEN_FILE are both set",
                "wandb refuses that when it starts",
                unset_variable("WANDB_IDENTITY_TOKEN_FILE"),
            )
        return Message(
            say("there is no API key for {host}", host=facts["host"]),
            say(
                "wandb asks for one, or stops where there is no terminal; it looks in {places}", places=facts["places"]
            ),
            say("wandb login --host {host}\nin CI: set WANDB_API_KEY from the secrets of the job", host=facts["host"]),
        )


class CredentialsRejected(Rule):
    """The server rejects the API key, or the string does not have the form of a key.

    The key belongs to another server, was deleted, or was copied only in part. Run `wandb login --relogin`.
    """

    code = "REG803"
    name = "credentials-rejected"
    severity = "error"
    failures = ("C18",)
    is_live = True
    example = "doctor.py"
    bad = (
        'doctor("wandb-registry-model/zoo", WANDB_API_KEY="abc")',
        'doctor("wandb-registry-model/zoo", WANDB_API_KEY="f" * 40)',
    )
    good = ('doctor("wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        if problem.kind == "unknown-key":
            return Message(
                say("{host} does not know the API key from {origin}", host=facts["host"], origin=facts["origin"]),
                "it belongs to another server, or was deleted",
                say("wandb login --relogin --host {host}", host=facts["host"]),
            )
        if problem.kind == "malformed":
            return Message(
                say("the API key from {origin} {wrong}", origin=facts["origin"], wrong=facts["wrong"]),
                "it was copied only in part, or it is not an API key",
                say("wandb login --relogin --host {host}", host=facts["host"]),
            )
        return connection_message(problem)


class NotWandb(Rule):
    """Something other than a W&B server answers: a login page, a redirect, a page that is not found.

    Often the address is the W&B App's (`https://wandb.ai`) and not the API's, or a proxy answers instead. The
    doctor shows the answer.
    """

    code = "REG804"
    name = "not-wandb"
    severity = "error"
    failures = ("C19",)
    is_live = True
    example = "doctor.py"
    bad = (
        'doctor("wandb-registry-model/zoo", WANDB_BASE_URL="https://wandb.ai")',
        'server.fault("garbage")\ndoctor("wandb-registry-model/zoo")',
    )
    good = ('doctor("wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        if problem.kind == "setting":
            return refused_setting(problem)
        if problem.kind == "in-code":
            return Message(
                say("the code itself sends wandb to {host}", host=problem.facts["host"]),
                say("the rest of this report is about {asked}", asked=problem.facts["asked"]),
                say("regilink doctor --host {host}", host=problem.facts["host"]),
            )
        if problem.kind == "configured":
            host, default = problem.facts["host"], problem.facts["default"]
            return Message(
                say(
                    "only {origin} names the server {host}, which wandb does not read",
                    origin=problem.facts["origin"],
                    host=host,
                ),
                say("wandb would talk to {default}", default=default),
                set_variable("WANDB_BASE_URL", host),
            )
        return connection_message(problem)


class ServerError(Rule):
    """The server answers with an error: too many requests, an internal failure, an incomplete answer, no JSON.

    Nothing is wrong with the code or the settings. Wait, look at W&B's status page, or ask the server's
    administrator.
    """

    code = "REG810"
    name = "server-error"
    severity = "error"
    failures = ()
    is_live = True
    example = "doctor.py"
    bad = (
        'server.fault("status", status=503)\ndoctor("wandb-registry-model/zoo")',
        'server.fault("truncate")\ndoctor("wandb-registry-model/zoo")',
    )
    good = ('doctor("wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        return connection_message(problem)


class ServerTooOld(Rule):
    """The server lacks what the registry needs.

    `api.registry()` and `api.registries()` raise RuntimeError on such a server. wandb reports every error of its
    own check, even a timeout, as "too old"; the doctor asks the server directly. An administrator of the server can
    update it.
    """

    code = "REG805"
    name = "server-too-old"
    severity = "warning"
    failures = ("B13",)
    is_live = True
    example = "doctor.py"
    bad = ('world.features.clear()\ndoctor("wandb-registry-model/zoo")',)
    good = ('doctor("wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        if problem.kind != "features":
            return connection_message(problem)
        host, feature = problem.facts["host"], problem.facts["feature"]
        return Message(
            say("{host} does not have {feature}", host=host, feature=feature)
            if feature
            else say("{host} does not say what it can do", host=host),
            "wandb.Api().registry() and registries() raise RuntimeError; linking by a target path may still work",
            "ask the administrator of the server to update it",
        )


_SET_CLOCK = "set the clock: sudo timedatectl set-ntp true"

_MESSAGES: dict[str, Message] = {
    "dns": Message(
        "DNS has no address for the name {server}",
        None,
        "check {setting} and the network; `{probe}` shows the same from a shell",
    ),
    "dns-timeout": Message(
        "DNS does not answer",
        "it gave no address for {server} within {detail}",
        "check the network, and that a DNS server is set; --timeout waits longer",
    ),
    "refused": Message(
        "{server} refuses the connection",
        "nothing listens there",
        "check {setting} and the network; `{probe}` shows the same from a shell",
    ),
    "unroutable": Message(
        "this machine has no route to {server}",
        "{detail}",
        "check {setting} and the network; `{probe}` shows the same from a shell",
    ),
    "connect-timeout": Message(
        "{server} did not accept the connection within {detail}",
        None,
        "check {setting} and the network; `{probe}` shows the same from a shell; --timeout waits longer",
    ),
    "read-timeout": Message(
        "{server} accepted the connection, but had not answered after {detail}",
        None,
        "try again; --timeout waits longer",
    ),
    "reset": Message(
        "{server} closed the connection without an answer",
        None,
        "try again; a firewall on the way does this too",
    ),
    "tls-expired": Message(
        "the certificate of {server} has expired, or this machine's clock is wrong",
        None,
        "check the clock with `date`, then ask the administrator of {server} for a new certificate",
    ),
    "tls-early": Message(
        "the certificate of {server} is not valid yet",
        "this machine's clock is probably wrong",
        "set the clock; `date` shows it",
    ),
    "tls-self-signed": Message(
        "the certificate of {server} is signed by an authority that this machine does not trust",
        None,
        "{python_bundle}   (for Python)\n{go_bundle}   (for wandb's Go process)",
    ),
    "bundle": Message(
        "there are no certificates to trust in {detail}",
        None,
        "correct the variable that names it, or unset it",
    ),
    "tls-hostname": Message(
        "the certificate of {server} is for another name",
        None,
        "use the certificate's name in {setting}",
    ),
    "tls-plain": Message("{server} does not speak TLS", "{detail}", "use http:// instead of https:// in {setting}"),
    "tls-python-only-fails": Message(
        "Python (requests) does not trust {server}, wandb's Go process does",
        "{detail}",
        "{python_bundle}",
    ),
    "tls-go-only-fails": Message("wandb's Go process does not trust {server}, Python does", "{detail}", "{go_bundle}"),
    "clock": Message(
        "this machine's clock is {detail} that of {server}",
        "the addresses that files are uploaded to are signed for a short time; the upload is refused",
        _SET_CLOCK,
    ),
    "clock-tls-expired": Message(
        "this machine's clock is {detail} that of {server}",
        "for this machine, the certificate of {server} has therefore expired",
        _SET_CLOCK,
    ),
    "clock-tls-early": Message(
        "this machine's clock is {detail} that of {server}",
        "for this machine, the certificate of {server} is therefore not valid yet",
        _SET_CLOCK,
    ),
    "tls": Message(
        "no secure connection to {server}",
        "{detail}",
        "check {setting} and the network; `{probe}` shows the same from a shell",
    ),
    "proxy-login": Message(
        "the proxy {proxy} requires a login (407) before it forwards requests to {server}",
        None,
        "add the login to the proxy's address: {proxy_login}",
    ),
    "proxy": Message(
        "the proxy {proxy} cannot be used for {server}",
        "{detail}",
        "check {proxy_setting}; to go past the proxy: {no_proxy}",
    ),
    "connection": Message(
        "no connection to {server}",
        "{detail}",
        "check {setting} and the network; `{probe}` shows the same from a shell",
    ),
    "address": Message("{host} is not an address", "{detail}", "correct {setting}"),
    "unauthorized": Message(
        "{server} does not accept the API key (401)",
        None,
        "a key belongs to one server: run `wandb login --relogin --host {host}`",
    ),
    "forbidden": Message(
        "{server} refuses this account (403)",
        "{detail}",
        "run `wandb login --relogin --host {host}`; if the key is right, a firewall or the account's plan refuses it",
    ),
    "redirect": Message(
        "{server} redirects the request to {detail}",
        "this is not the API's address, or a login page comes first",
        "name the API's own address: {base_url}",
    ),
    "not-found": Message(
        "{server} answers, but has no W&B API (404 for /graphql)",
        None,
        "check {setting}: it is the address of the API, without a path",
    ),
    "page": Message(
        "{server} answers with a web page{detail}",
        "a login page, a proxy's or the W&B App's, not the W&B API",
        "open {host} in a browser to see whose page it is, then correct {setting} or log in there",
    ),
    "other-api": Message(
        "{server} answers, but not as W&B does",
        "{detail}",
        "check {setting}: it is the address of the API, without a path",
    ),
    "rate-limit": Message(
        "{server} has had too many requests from this machine (429){detail}",
        None,
        "wait a minute, then try again",
    ),
    "server-error": Message(
        "{server} failed with status {detail}",
        None,
        "the server fails, not your code: try again in some minutes, then ask its administrator",
    ),
    "truncated": Message("the answer of {server} was cut off", None, "try again; a proxy does this too"),
    "too-large": Message("the answer of {server} is larger than {detail}", None, "ask for fewer targets at once"),
    "not-json": Message(
        "{server} answers, but not as W&B does",
        "its answer is not the JSON that it claims to be",
        "the server fails, not your code: try again in some minutes, then ask its administrator",
    ),
    "graphql": Message(
        "{server} answered with an error",
        "{detail}",
        "the server fails, not your code: try again in some minutes, then ask its administrator",
    ),
    "too-old": Message(
        "{server} is too old for this question",
        "{detail}",
        "ask the administrator of {server} to update it; regilink does not know a server this old",
    ),
}


def connection_message(problem: Problem) -> Message:
    """The message of a connection problem; `problem.kind` is the cause.

    Its facts are the `host` (the address), the `server` (its name and port), a `detail`; what gives the address
    (`setting`) and how to give another one there (`base_url`); the `proxy` that the request went through, with
    `proxy_setting` and `proxy_login`.

    Raises:
        KeyError: there is no such cause.
    """
    curl = "curl.exe -sS -o NUL" if os.name == "nt" else "curl -sS -o /dev/null"
    address, proxy = "WANDB_BASE_URL", "HTTPS_PROXY"
    facts = {
        "host": "",
        "server": "",
        "detail": "",
        "setting": address,
        "base_url": set_variable(address, "https://..."),
        "proxy": "",
        "proxy_setting": proxy,
        "proxy_login": set_variable(proxy, "http://USER:PASSWORD@PROXY:PORT"),
        **problem.facts,
    }
    fields = {
        **facts,
        "proxy": facts["proxy"] or say("of the system"),
        "probe": f"{curl} {quote_for_shell(facts['host'])}",
        "no_proxy": set_variable("NO_PROXY", facts["server"]),
        "python_bundle": set_variable("REQUESTS_CA_BUNDLE", "/path/to/ca.pem"),
        "go_bundle": set_variable("SSL_CERT_FILE", "/path/to/ca.pem"),
    }
    template = _MESSAGES[problem.kind]
    notes = [say(template.note, **fields)] if template.note else []
    if facts["proxy"] and "{proxy}" not in template.summary:
        # What a proxy answers, or does, looks like the server's.
        notes.append(say("the request went through the proxy {proxy}", proxy=facts["proxy"]))
    note = join_phrases("; ", notes) if notes else None
    return Message(say(template.summary, **fields), note, say(template.help or "", **fields))
