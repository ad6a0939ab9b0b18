"""Strings for people: decoded from files, escaped for terminals, without secrets, as wide as they are shown."""

from __future__ import annotations

import codecs
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import TypeVar

    T = TypeVar("T")


UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""How files begin that `>` of PowerShell has written; pip and YAML read them, Python does not."""


def is_wide(content: bytes) -> bool:
    """Whether a file is in UTF-16 or UTF-32, with or without a byte order mark."""
    return content[:2] in UTF16_MARKS or b"\0" in content[:4]


def _find_wide_codec(content: bytes) -> str:
    """The codec of a file that `is_wide`; it has a byte order only if the file has no byte order mark."""
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if content[:2] in UTF16_MARKS:
        return "utf-16"
    return f"utf-{32 if content.count(0, 0, 4) > 2 else 16}-{'be' if content.startswith(bytes(1)) else 'le'}"


def find_encoding(content: bytes, *, cookie: bool = True) -> str:
    """The codec that decodes a file, and encodes it again to the same bytes.

    Args:
        content: the file's bytes.
        cookie: whether a comment in its first two lines may name it, as in Python.

    Raises:
        LookupError: the file names an encoding that does not exist, or that is not one of text, or it is UTF-16 or
            UTF-32 and does not say so; with the reason.
    """
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if is_wide(content):
        codec = _find_wide_codec(content)
        if cookie or codec != "utf-16":
            raise LookupError(f"it is {codec[:6].upper()}{' without a byte order mark' if len(codec) > 6 else ''}")
        return codec
    if not cookie or b"coding" not in b"".join(content.split(b"\n", 2)[:2]):
        return "utf-8"
    import io
    import tokenize

    try:
        encoding = tokenize.detect_encoding(io.BytesIO(content).readline)[0]
    except SyntaxError as error:
        raise LookupError(error.msg) from None
    try:
        # `hex`, `rot13` and `undefined` are codecs as well, but do not decode text; `idna` is one for host names. The
        # comment itself was read as ASCII, which UTF-16 is not.
        is_text = b"x".decode(encoding, "replace") == "x"
    except (UnicodeError, LookupError):
        is_text = False
    if not is_text:
        raise LookupError(f"it is not {encoding}, the encoding that it declares")
    return encoding


def encoding_of(content: bytes, *, cookie: bool = True) -> str:
    """The same, and UTF-8 for a file that names no encoding of text: to show its lines, whatever is in them."""
    try:
        return find_encoding(content, cookie=cookie)
    except LookupError:
        return _find_wide_codec(content) if is_wide(content) else "utf-8"


def decode_output(content: bytes) -> str:
    """What a program has printed, which may begin inside of a letter.

    That is UTF-8, or UTF-16 with its mark (`>` of PowerShell); where most letters are not UTF-8, it is the encoding of
    the system, in which Python writes to pipes and files on Windows.
    """
    if content[:2] in UTF16_MARKS:
        return content.decode("utf-16", "replace")
    text = content.decode("utf-8-sig", "replace")
    unread = text.count("\ufffd")
    if not unread or 2 * unread <= sum(not letter.isascii() for letter in text):
        return text
    import locale

    try:
        return content.decode(locale.getpreferredencoding(False))
    except (UnicodeDecodeError, LookupError):
        return text


def as_list(values: str | Path | Iterable[T]) -> list[str | T]:
    """Several values; or one string, which is not taken for its letters; or one path, as a string."""
    return [os.fspath(values)] if isinstance(values, (str, os.PathLike)) else list(values)


def escape_text(text: str) -> str:
    r"""The text on one line, what cannot be printed as its escape (`\x1b`, `\u202e`, `\u2028`, `\udcff`).

    These are the control characters C0 and C1, bidirectional controls, line separators, invisible letters, unassigned
    ones and bytes that are not UTF-8.
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


VALUE_LIMIT, PATH_LIMIT = 80, 300
"""Characters that a message shows of a value and of a path."""


def quote_text(text: str) -> str:
    """A string for a message: on one line, in the double quotes that messages put around what a user wrote.

    Secrets are masked here: messages also go into exceptions and reports of other programs, which no stream masks.
    """
    return f'"{escape_text(mask_secrets(text))}"'


def show_value(value: object) -> str:
    """A value as a message quotes it: of a long one only the start."""
    return shorten_value(quote_text(value) if isinstance(value, str) else repr(value))


def shorten_value(text: str, limit: int = VALUE_LIMIT) -> str:
    """The start of a value that is too long for a message; else all of it."""
    return text if len(text) <= limit else f"{text[:limit]}..."


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
_COLOURS = r"\x1b\[[\d;]*m|\x1b\]8;[^\x00-\x1f\x7f-\x9f]*\x1b\\"
"""Sequences that color text (`ESC [1;31m`) and that link it (OSC 8)."""


def escape_unsafe(text: str, kind: str) -> str:
    """The text with its unsafe characters escaped, but not a carriage return at the end of a line.

    In a `text` colors and links stay as well, in a `patch` form feeds, which end pages of source. In `json` the escapes
    are those of JSON, in which these characters only occur inside of strings.
    """
    import re

    if kind == "json":
        return "".join(f"\\u{ord(letter):04x}" if letter in UNSAFE else letter for letter in text)
    unescaped = {"text": f"{_ENDS}|{_COLOURS}", "patch": f"{_ENDS}|\f"}.get(kind, _ENDS)
    parts = re.split(f"({unescaped})", text)
    # The odd pieces are what was split at.
    return "".join(piece if number % 2 else _escape_characters(piece) for number, piece in enumerate(parts))


def _escape_characters(text: str) -> str:
    return "".join(ascii(letter)[1:-1] if letter in UNSAFE else letter for letter in text)


_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
KEY_LENGTH = 40
_UNRESERVED = _LETTERS | frozenset("-.~")
_DIFFERENT = 9
"""A key has most of the sixteen digits in it; `0000…` and `xxxx…` are stand-ins."""

_SHORTEST = 8
"""Characters of a value that is masked wherever it occurs: masking shorter ones would garble ordinary words."""


def clean_message(text: str) -> str:
    """The message of an exception or a warning, as safe as what a command prints: Python prints it, not regilink."""
    return "\n".join(defuse_commands(line) for line in escape_unsafe(mask_secrets(text), "message").split("\n"))


def is_key(value: str) -> bool:
    """Whether a string has the form of a key, after an optional `local-`, and enough different characters to be one."""
    _, dash, rest = value.partition("-")
    secret = rest if dash else value
    if len(secret) < KEY_LENGTH or not _LETTERS.issuperset(secret) or "0123456789" in secret:
        return False
    return len(set(secret.lower())) >= _DIFFERENT and any(letter.isdecimal() for letter in secret)


def mask_keys(text: str) -> str:
    """The text with a star for each character of what may be a key or a password: the rest keeps its columns."""
    words = "".join(letter if letter.isalnum() or letter in "_-" else " " for letter in text).split()
    for word in words if len(text) >= KEY_LENGTH else ():
        if is_key(word):
            text = text.replace(word, "*" * len(word))
    return _hide_secrets(text, lambda secret: "*" * len(secret))


def mask_secrets(text: str) -> str:
    """The text with `[key]` for every secret.

    Secrets are the values that `remember_secret` was given, the password of an address (`https://user:password@host`),
    what an address, an option or a variable calls a key (`?api_key=`, `--api-key`, `WANDB_API_KEY=`), credentials of an
    `Authorization` header, and the two forms of keys that nothing else has. 40 hexadecimal digits alone may be the hash
    of a commit.
    """
    for secret in _remembered:
        if secret in text:
            text = text.replace(secret, "[key]")
    return _hide_secrets(text, lambda secret: "[key]")


def remember_secret(value: str | None) -> None:
    """From now on `mask_secrets` hides this value, also percent-encoded and as the base64 of a basic authorization."""
    if value is None or len(value) < _SHORTEST or value in _remembered:
        return
    import binascii

    encoded = value.encode(errors="surrogateescape")
    # By hand: `urllib.parse` takes as long to import as everything else that a run of the linter needs.
    quoted = "".join(chr(byte) if chr(byte) in _UNRESERVED else f"%{byte:02X}" for byte in encoded)
    basic = binascii.b2a_base64(b"api:" + encoded, newline=False).decode()
    remember_forms((value, quoted, basic, basic.rstrip("=")))


def remember_forms(forms: Iterable[str]) -> None:
    """Hide these strings exactly as they are."""
    # The longest first: one may be a part of another.
    _remembered[:] = sorted({*_remembered, *forms}, key=len, reverse=True)


def list_remembered() -> list[str]:
    """The strings that are hidden: a child process hands them to the one that prints its results."""
    return [*_remembered]


def remember_environment(environ: Mapping[str, str]) -> None:
    """Hide the keys of the environment: W&B's, and what a variable calls a key, a token or a password."""
    remember_secret(environ.get("WANDB_API_KEY"))
    for name, value in environ.items():
        if name.upper().endswith(_SECRET_VARIABLES) and _looks_random(value):
            remember_secret(value)


def remember_arguments(words: Sequence[str]) -> None:
    """Hide the keys of a command line: values of options such as `--api-key`, words that can only be a key, and logins.

    A report may show the login of an address without the rest of it, as a part of a name.
    """
    for word, following in zip(words, (*words[1:], None), strict=False):
        name, equals, value = word.partition("=")
        if name.startswith("-") and name.lower().replace("_", "-").rpartition("-")[2] in _SECRET_NAMES:
            secret = value if equals else following or ""
            if not (secret.isupper() and secret.isidentifier()):  # `--second-key VARIABLE`
                remember_secret(secret)
        for part in (word, value):
            if is_key(part) and _HEXADECIMAL.issuperset(part):
                remember_secret(part)
            login, at, _ = part.rpartition("@")
            password = login.rpartition(":")[2] if at else ""
            if is_key(password) or ("://" in part and "/" not in password and _looks_random(password)):
                remember_secret(password)


_HEXADECIMAL = frozenset("0123456789abcdef")

_SECRET_NAMES = ("key", "token", "secret", "password", "passwd", "apikey")
"""Last words of the names of secret values: of options, variables and keys of files."""

_SECRET_VARIABLES = ("API_KEY", "ACCESS_KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD")
"""Ends of the names of variables whose value is secret."""

_SHORTEST_RANDOM = 16


def _looks_random(value: str) -> bool:
    """Whether a value is long and mixed enough to be a key: `PASSWORD=regilink` would hide ordinary words."""
    return (
        len(value) >= _SHORTEST_RANDOM
        and not any(letter.isspace() for letter in value)
        and any(letter.isdecimal() for letter in value)
        and len(set(value)) >= _DIFFERENT
        and value[0] not in "/.~"  # a file that holds it
        and "\\" not in value
    )


def mark_public(value: str) -> None:
    """Never hide this value: it has the form of a key, but protects nothing (the keys of an emulator)."""
    _public.add(value)


_remembered: list[str] = []
_public = {"PASSWORD", "[key]"}
"""The first is what help texts write in the place of a password."""


def _hide_secrets(text: str, hide: Callable[[str], str]) -> str:
    # Most lines have none of these, and `re` is slow to import.
    lower = text.lower()
    if not any(map(lower.__contains__, _SIGNS)):
        return text
    import re

    def replace(match: re.Match[str]) -> str:
        before, secret = match.groups()
        return before + (secret if secret in _public else hide(secret))

    for signs, before, secret, after in _FORMS:
        if any(map(lower.__contains__, signs)):
            text = re.sub(f"({before})({secret}){after}", replace, text)
    return text


_WORD = r"(?:\b|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"
"""Where a word begins: also after `%20`, and in JSON after the escape of a line end."""

_ANY_NAME = "|".join(_SECRET_NAMES)

_FORMS = (
    (("@",), r"(?::/|//)[^/\s:@\"']*:", r"[^/\s\"']+", "(?=@)"),
    (("@",), "(?::/|//)", r"[\w-]{32,}", "(?=@)"),
    (("@",), r"(?<![\w-])", r"[0-9a-f]{40}", "(?=@)"),
    (("wandb_v",), "", r"wandb_v\d_[\w-]{32,}", ""),
    (("local-",), rf"{_WORD}", r"local-[\w-]{32,}", ""),
    (_SECRET_NAMES, rf"(?i:{_WORD}(?:\w*[_-])?(?:{_ANY_NAME})\\?[\"']?[\s=:,]+\\?[\"']?)", r"[\w-]{40,}", ""),
    (("basic", "bearer"), rf"(?i:{_WORD}(?:basic|bearer)(?:\s+|%20))", r"[A-Za-z0-9+/._~-]{16,}=*", ""),
    (("yxbpo",), r"(?<![A-Za-z0-9+/])", r"YXBpO[A-Za-z0-9+/]{16,}=*", ""),
)
"""Strings of which any text with such a secret has one, in lower case; before the secret, the secret, after it.

A path may have kept one slash of an address, or a login. The last is the base64 of `api:` and a key.
"""

_SIGNS = tuple({sign for signs, *_ in _FORMS for sign in signs})
"""Any text that has one of `_FORMS` has one of these."""


def close_to(name: str, names: Iterable[str]) -> str | None:
    """The one of `names` that `name` was probably meant to be, whatever its case; never `name` itself."""
    from difflib import get_close_matches  # only a mistake has to pay for the import

    by_folded = {item.casefold(): item for item in names if item != name}
    close = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """`; did you mean "select"?` where one of `names` was probably meant, else nothing."""
    near = close_to(name, names)
    return f'; did you mean "{near}"?' if near else ""


def find_misspelled(name: str, names: Iterable[str]) -> str | None:
    """The first of `names` that `name` is with one word mistyped: `team-a` for `taem-a`, but not for `team-b`."""
    words = _fold_words(name)
    return next((known for known in names if known != name and _is_slip(words, _fold_words(known))), None)


def _fold_words(name: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in name.casefold()).split()


def _is_slip(words: list[str], known: list[str]) -> bool:
    """Whether at most one long word differs: two letters are swapped, or one is wrong, missing or extra."""
    differing = [pair for pair in zip(words, known, strict=False) if pair[0] != pair[1]]
    if len(words) != len(known) or len(differing) > 1:
        return False
    for one, other in differing:
        if min(len(one), len(other)) < 4 or not (one + other).isalpha():
            return False
        pairs = zip(one, other, strict=False)
        start = next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
        rest, known_rest = one[start:], other[start:]
        is_swapped = rest[:2] == known_rest[:2][::-1] and rest[2:] == known_rest[2:]
        return is_swapped or rest[1:] in (known_rest, known_rest[1:]) or rest == known_rest[1:]
    return True


def compose_letters(text: str) -> str:
    """The text with each accent in its letter (NFC), as people type it; names of files on macOS may be otherwise."""
    if text.isascii():
        return text
    import unicodedata

    return unicodedata.normalize("NFC", text)


def text_width(text: str) -> int:
    """How many columns a terminal needs for a text; colors need none."""
    if "\x1b" in text:
        import re

        text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    if text.isascii():
        return len(text)
    width = _letter_width(text[0])
    for before, letter in zip(text, text[1:]):  # noqa: B905, RUF007 - no more imports at every start
        if letter == _AS_EMOJI:
            width += _letter_width(before) == 1 and (before in _KEYCAPS or before > "\xa8")
        elif not (before == _JOINER or (letter in _SKIN_TONES and _letter_width(before) == 2)):
            width += _letter_width(letter)
    return width


_AS_EMOJI, _JOINER = "\ufe0f", "\u200d"
"""The first makes an emoji, of two columns, of the letter before it; the second one letter of those at its sides."""

_KEYCAPS = "#*0123456789"
_SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


def pad_text(text: str, width: int) -> str:
    """The text, padded with spaces to this number of columns."""
    return text + " " * (width - text_width(text))


def _letter_width(letter: str) -> int:
    import unicodedata

    # Marks are drawn over the letter before them, and so are the vowels and finals of a Korean syllable (Jamo).
    if unicodedata.category(letter) in ("Mn", "Me", "Cf") or "\u1160" <= letter <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


_NEVER_FIRST = "、。，．・：；？！゛゜ー々）〕］｝〉》」』】ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ,.:;?!)]}"  # noqa: RUF001
_NEVER_LAST = "（〔［｛〈《「『【([{"  # noqa: RUF001
"""Letters that Japanese never begins, and never ends, a line with."""


def wrap_text(text: str, width: int | None, indent: int, *, first: int | None = None) -> list[str]:
    """The text in lines that leave room for an indent; it is broken between words, and between wide letters.

    Args:
        text: one line.
        width: columns there are; None: it stays one line.
        indent: columns in front of each line, `first` of them in front of the first.
        first: the same as `indent` where it is None.
    """
    if width is None:
        return [text]
    lines = [""]
    room = width - (indent if first is None else first)
    for gap, word in _split_words(text):
        longer = f"{lines[-1]}{gap}{word}" if lines[-1] else word
        if text_width(longer) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
            room = width - indent
    return lines


def _split_words(text: str) -> Iterator[tuple[str, str]]:
    """The parts that a line is never broken in, each with the space before it: words, and wide letters one by one."""
    for number, word in enumerate(text.split(" ")):
        gap = " " if number else ""
        if word.isascii():
            yield gap, word
            continue
        start = 0
        for at in range(1, len(word)):
            before, after = word[at - 1], word[at]
            if before in _NEVER_LAST or after in _NEVER_FIRST:
                continue
            if _letter_width(before) == 2 or _letter_width(after) == 2:
                yield gap, word[start:at]
                gap, start = "", at
        yield gap, word[start:]


def fence_text(text: str) -> str:
    """The text as a block of code in Markdown; its fence is longer than every row of backticks in the text."""
    import re

    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}text\n{text}\n{fence}"


class ShownAsTable:
    """A result that a notebook shows as a table; a subclass gives `_table`. Every value is text, never markup."""

    def _table(self) -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
        """Caption, columns and rows; without rows the caption alone is shown."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from html import escape

        def line(tag: str, cells: Sequence[str]) -> str:
            return "<tr>" + "".join(f"<{tag}>{escape(_show(cell))}</{tag}>" for cell in cells) + "</tr>"

        caption, columns, rows = self._table()
        body = "".join(line("td", row) for row in rows)
        table = f"<table>{line('th', columns)}{body}</table>" if body else ""
        return f"<p>{escape(_show(caption))}</p>{table}"

    def _repr_markdown_(self) -> str:
        """What a Markdown page shows."""
        import re

        def quote(text: str) -> str:
            return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", _show(text))

        def line(cells: Sequence[str]) -> str:
            return "| " + " | ".join(map(quote, cells)) + " |"

        caption, columns, rows = self._table()
        lines = [line(row) for row in rows]
        head = ["", line(columns), "|" + "---|" * len(columns)] if lines else []
        return "\n".join([quote(caption), *head, *lines])


def _show(text: str) -> str:
    """A name for people who look at a page: on one line, without keys."""
    return escape_text(mask_secrets(text))
