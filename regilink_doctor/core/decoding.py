"""The encoding of a source file: a byte order mark, then, for Python, an encoding cookie, then UTF-8."""

from __future__ import annotations

import codecs


def find_encoding(content: bytes, *, cookie: bool = True) -> str:
    """The codec that decodes a file, and encodes it again to the same bytes.

    Args:
        content: the file's bytes.
        cookie: whether a comment in its first two lines may name it, as in Python.

    Raises:
        LookupError: the file names an encoding that does not exist, or that is not one of text; with the reason.
    """
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if not cookie or b"coding" not in b"".join(content.split(b"\n", 2)[:2]):
        return "utf-8"
    import io
    import tokenize

    try:
        encoding = tokenize.detect_encoding(io.BytesIO(content).readline)[0]
    except SyntaxError as error:
        raise LookupError(error.msg) from None
    try:
        # `hex`, `rot13` and `undefined` are codecs, too, but make no text of bytes; `idna` is one for host names.
        b"x".decode(encoding, "replace")
    except (UnicodeError, LookupError):
        raise LookupError(f"is not {encoding}, as it says") from None
    return encoding


def encoding_of(content: bytes, *, cookie: bool = True) -> str:
    """The same, and UTF-8 for a file that names no encoding of text: to show its lines, whatever is in them."""
    try:
        return find_encoding(content, cookie=cookie)
    except LookupError:
        return "utf-8"
