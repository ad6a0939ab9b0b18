"""The encoding of a source file: a byte order mark, then, for Python, an encoding cookie, then UTF-8."""

from __future__ import annotations

import codecs


def encoding_of(content: bytes, *, cookie: bool = True) -> str:
    """The codec that decodes a file, and encodes it again to the same bytes.

    Args:
        content: the file's bytes.
        cookie: whether a comment in its first two lines may name it, as in Python.
    """
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if cookie and b"coding" in b"".join(content.split(b"\n", 2)[:2]):
        import io
        import tokenize

        try:
            return tokenize.detect_encoding(io.BytesIO(content).readline)[0]
        except SyntaxError:
            return "utf-8"
    return "utf-8"
