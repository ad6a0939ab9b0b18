"""Addresses in the documentation: the page of a rule, the entry of a failure.

A company can serve a copy of its own: the variable `REGILINK_DOCS_URL`, or the key `docs-url`, is where its site
begins.
"""

from __future__ import annotations

import os

SITE = ""
"""Where the site begins, with its last slash. Empty until the project has one: nothing points to anybody else's."""

VARIABLE = "REGILINK_DOCS_URL"


class AddressProblem(ValueError):
    """An address of the documentation that cannot be one; the message says why."""


def find_site(configured: str | None) -> str:
    """Where the documentation begins, with its last slash; empty where there is none.

    Args:
        configured: the value of the key `docs-url`.

    Raises:
        AddressProblem: the variable's value is no address.
    """
    given = os.environ.get(VARIABLE)
    if given:
        check_address(given, VARIABLE)
    site = given or configured or SITE
    return site if not site or site.endswith("/") else f"{site}/"


def check_address(address: str, called: str) -> None:
    """Refuse what no browser opens; `called` is what the user calls the setting.

    Raises:
        AddressProblem: it is not the address of a site.
    """
    scheme, separator, rest = address.partition("://")
    if scheme not in ("http", "https", "file") or not separator or not rest or not address.isprintable():
        raise AddressProblem(f"{called} is {address!r}, not an address such as https://docs.example.com/regilink/")
    if any(sign in address for sign in ' "<>?#'):
        raise AddressProblem(f"{called} is {address!r}: give the address where the site begins, without ? and #")


def rule_page(site: str, code: str) -> str | None:
    """The page of a rule; None without a site."""
    return f"{site}rules/{code}/" if site else None
