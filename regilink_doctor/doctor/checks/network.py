"""Checks of the way to the server, before anything is asked: each step by its name, with the time it took (C19)."""

from __future__ import annotations

from collections.abc import Iterable

from regilink_doctor.client.connection_errors import ServerConnectionError
from regilink_doctor.client.route import ProbeFailed, Probes, Trust
from regilink_doctor.core import rule_codes
from regilink_doctor.core.origin import set_variable
from regilink_doctor.core.phrases import counted, say
from regilink_doctor.core.problems import Problem
from regilink_doctor.doctor.base import (
    Check,
    Outcome,
    Subject,
    pass_check,
    report_no_answer,
    report_problem,
    report_unreachable_host,
    skip_check,
)
from regilink_doctor.doctor.context import Context
from regilink_doctor.doctor.wording import list_names
from regilink_doctor.rules.connection import connection_message

MOST_SKEW = 300.0
"""Seconds. Signed addresses of uploads are refused by the stores when the clocks differ by 15 minutes."""


class _Step(Check):
    """A step of the way."""

    opens_sockets = True

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The server, or the proxy before it."""
        route = context.settings.route
        shown = str(route.dialled) if route is not None and route.dialled.name else context.gateway.shown
        setting = context.settings.host if route is None or route.proxy is None else route.proxy
        yield Subject(shown, setting.origin)

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Take the step."""
        if context.probes is None or context.settings.unreachable is not None:
            return report_unreachable_host(context)
        try:
            return self.take_step(context, context.probes)
        except ProbeFailed as failed:
            return report_no_answer(_build_connection_error(context, failed.cause, failed.detail))

    def take_step(self, context: Context, probes: Probes) -> Outcome:
        """What was found.

        Raises:
            ProbeFailed: the step could not be taken.
        """
        raise NotImplementedError


class Dns(_Step):
    """Whether the name of the server, or of the proxy before it, is known."""

    name = "dns"
    group = "Network"

    def take_step(self, context: Context, probes: Probes) -> Outcome:
        """Look it up."""
        name, numbers = probes.route.dialled.name, probes.resolve()
        return pass_check(
            say("{name} is {numbers}", name=name, numbers=list_names(numbers))
            if numbers != (name,)
            else say("{name} needs no look-up", name=name)
        )


class Connection(_Step):
    """Whether the server, or the proxy before it, accepts a connection."""

    name = "connection"
    group = "Network"
    requires = ("dns",)

    def take_step(self, context: Context, probes: Probes) -> Outcome:
        """Connect."""
        return pass_check(
            say(
                "{address} accepts connections on port {port}", address=probes.connect(), port=probes.route.dialled.port
            )
        )


class Proxy(_Step):
    """Whether the proxy opens a way to the server."""

    name = "proxy"
    group = "Network"
    requires = ("connection",)

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The proxy, where there is one."""
        route = context.settings.route
        if route is not None and route.proxy is not None:
            yield Subject(route.proxy_shown, route.proxy.origin)

    def take_step(self, context: Context, probes: Probes) -> Outcome:
        """Ask it for a way to the server; without TLS each request is asked for by itself."""
        scheme = probes.route.proxy_shown.partition("://")[0]
        if scheme != "http":
            return skip_check(
                say("a proxy of the kind {scheme} is not checked step by step: see `host`", scheme=scheme)
            )
        if not probes.route.secure:
            return pass_check(
                say(
                    "requests to {server} go through {proxy}",
                    proxy=probes.route.proxy_shown,
                    server=probes.route.server,
                )
            )
        probes.tunnel()
        return pass_check(
            say(
                "{proxy} connects to {server}",
                proxy=probes.route.proxy_shown,
                server=probes.route.server,
            )
        )


class Tls(_Step):
    """Whether Python (requests) and wandb's Go process trust the server's certificate.

    The two look for certificates to trust in different places.
    """

    name = "tls"
    group = "Network"
    requires = ("connection", "proxy")

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The server, where it speaks TLS."""
        route = context.settings.route
        if route is not None and route.secure:
            yield Subject(str(route.server), context.settings.host.origin)

    def take_step(self, context: Context, probes: Probes) -> Outcome:
        """Shake hands, once with each bundle of certificates."""
        python, go = probes.trust()
        by_python, by_go = probes.route.python_bundle, probes.route.go_bundle
        worst = python if python.cause else go
        if worst is None or worst.cause is None:
            whom = say("Python by {store} ({origin})", store=by_python.value, origin=by_python.origin.shown)
            other = (
                say("wandb's Go process by {store} ({origin})", store=by_go.value, origin=by_go.origin.shown)
                if by_go
                else say("Go by the system's store")
            )
            return pass_check(say("the certificate is trusted: {whom}, {other}", whom=whom, other=other))
        if go is not None and by_go is not None and (python.cause is None) != (go.cause is None):
            return _one_sided(context, probes, python, go)
        if worst.cause in ("tls-expired", "tls-early"):
            return _clock_or_certificate(context, probes, worst.cause)
        raise ProbeFailed(worst.cause, worst.detail)


class Clock(Check):
    """Whether this machine's clock agrees with the server's."""

    name = "clock"
    group = "Network"
    requires = ("host",)

    def find_subjects(self, context: Context) -> Iterable[Subject]:
        """The clock, if the server sent its time."""
        if context.gateway.skew is not None:
            yield Subject("clock")

    def run_check(self, context: Context, subject: Subject) -> Outcome:
        """Compare with the `Date` of the last answer."""
        skew = context.gateway.skew or 0.0
        if abs(skew) <= MOST_SKEW:
            return pass_check(
                say("this machine's clock is within {number:.0f} seconds of the server's", number=MOST_SKEW)
            )
        return report_problem(_clock_problem(context, "clock", skew), status="warn")


def _clock_problem(context: Context, kind: str, skew: float) -> Problem:
    minutes = max(1, round(abs(skew) / 60))
    amount = counted(minutes, "minute") if minutes < 120 else say("{hours} hours", hours=round(minutes / 60))
    facts = {"server": context.gateway.server, "detail": f"{amount} {'ahead of' if skew > 0 else 'behind'}"}
    return Problem(rule_codes.HOST_UNREACHABLE, kind=kind, facts=facts)


def _one_sided(context: Context, probes: Probes, python: Trust, go: Trust) -> Outcome:
    """One of the two trusts the server, the other does not: half of wandb works, which is puzzling."""
    by_python, by_go = probes.route.python_bundle, probes.route.go_bundle
    go_origin = by_go.origin.shown if by_go is not None else ""
    which = f"{python.bundle} ({by_python.origin.shown})" if python.cause else f"{go.bundle} ({go_origin})"
    cause = python.cause or go.cause or "tls"
    why = connection_message(_build_connection_error(context, cause, python.detail or go.detail).problem).summary
    variable, good = ("REQUESTS_CA_BUNDLE", go.bundle) if python.cause else ("SSL_CERT_FILE", python.bundle)
    kind = "tls-python-only-fails" if python.cause else "tls-go-only-fails"
    facts = {"server": context.gateway.server, "detail": say("it reads {which}; {why}", which=which, why=why)}
    return report_problem(
        Problem(rule_codes.HOST_UNREACHABLE, kind=kind, facts=facts), help=set_variable(variable, good)
    )


def _clock_or_certificate(context: Context, probes: Probes, cause: str) -> Outcome:
    """Out of its time: the server's own clock, asked without trust, tells whose fault it is."""
    skew = probes.server_clock()
    fault = _build_connection_error(context, cause, "")
    if skew is None or abs(skew) <= MOST_SKEW:
        return report_no_answer(
            fault, say("the clocks of this machine and of the server agree") if skew is not None else ""
        )
    return report_problem(_clock_problem(context, f"clock-{cause}", skew))


def _build_connection_error(context: Context, cause: str, detail: str) -> ServerConnectionError:
    route = context.settings.route
    fault = context.gateway.fault(cause, detail)
    if route is not None and route.proxy is not None and cause in ("dns", "dns-timeout", "refused", "connect-timeout"):
        words = {
            "dns": say("its name is unknown"),
            "dns-timeout": say("DNS does not answer"),
            "refused": say("it refuses the connection"),
            "connect-timeout": say("it did not accept the connection within {detail}", detail=detail),
        }
        return context.gateway.fault("proxy", words[cause])
    return fault
