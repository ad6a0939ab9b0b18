"""Text from files, servers and names, made safe to show: it controls neither a terminal, nor CI, nor a page."""

from __future__ import annotations


def escape_text(text: str) -> str:
    r"""The text on one line, what cannot be printed as its escape (`\x1b`, `\u202e`, `\u2028`, `\udcff`).

    These are the control characters C0 and C1, bidirectional controls, line separators, invisible letters, unassigned
    ones and bytes that are not UTF-8.
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def escape_command(text: str) -> str:
    """The text as the message of a GitHub workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_command_property(text: str) -> str:
    """The text as the value of a property of a GitHub workflow command."""
    return escape_command(escape_text(text)).replace(":", "%3A").replace(",", "%2C")


def defuse_commands(line: str) -> str:
    r"""A line for people in which a CI log finds no command: `\x3a:error::` for `::error::`, `\x23#vso[` for `##vso[`.

    GitHub runs `::name::` at the start of a line, after spaces, and `##[name]` anywhere; Azure `##vso[name]` anywhere.
    """
    if "##" in line:
        line = line.replace("##vso[", r"\x23#vso[").replace("##[", r"\x23#[")
    start = line.lstrip()
    if start.startswith("::"):
        line = f"{line[: len(line) - len(start)]}\\x3a{start[1:]}"
    return line
