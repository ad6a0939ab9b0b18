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


def defuse_commands(line: str, *, starts: bool = True) -> str:
    r"""A line for people in which a CI log finds no command: `\x3a:error::` for `::error::`, `\x23#vso[` for `##vso[`.

    GitHub runs `::name::` at the start of a line, after spaces, and `##[name]` anywhere; Azure `##vso[name]` anywhere.
    `starts`: false for the rest of a line whose start is already written.
    """
    if "##" in line:
        line = line.replace("##vso[", r"\x23#vso[").replace("##[", r"\x23#[")
    start = line.lstrip()
    if starts and start.startswith("::"):
        line = f"{line[: len(line) - len(start)]}\\x3a{start[1:]}"
    return line


UNSAFE = frozenset(
    map(
        chr,
        (
            *(number for number in range(32) if number not in (9, 10)),  # C0 without tab and line feed
            *range(127, 160),  # DEL and C1
            *(0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)),  # bidirectional controls
            *(0x2028, 0x2029),  # line separators
        ),
    )
)
"""Characters that move a cursor, reorder a line or end one."""


_ENDS = r"\r(?=\n|\Z)"
_COLOURS = r"\x1b\[[\d;]*m|\x1b\]8;[^\x00-\x1f\x7f-\x9f]*\x1b\\\\"
"""Sequences that color text (`\\x1b[1;31m`) and that link it (OSC 8)."""


def escape_unsafe(text: str, kind: str) -> str:
    """The text with its unsafe characters escaped, but not a carriage return at the end of a line.

    In a `text` colors and links stay as well, in a `patch` form feeds, which end pages of source. In `json` the escapes
    are those of JSON, in which these characters only occur inside of strings.
    """
    import re

    if kind == "json":
        return "".join(f"\\u{ord(letter):04x}" if letter in UNSAFE else letter for letter in text)
    kept = {"text": f"{_ENDS}|{_COLOURS}", "patch": f"{_ENDS}|\f"}.get(kind, _ENDS)
    pieces = re.split(f"({kept})", text)
    # The odd pieces are what was split at.
    return "".join(piece if number % 2 else _escape_characters(piece) for number, piece in enumerate(pieces))


def _escape_characters(text: str) -> str:
    return "".join(ascii(letter)[1:-1] if letter in UNSAFE else letter for letter in text)
