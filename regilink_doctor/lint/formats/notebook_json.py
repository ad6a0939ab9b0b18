"""Notebooks as JSON: their code cells.

Formats 3 (worksheets, `input`) and 4; the source of a cell is a list of lines or one text. What is wrong with a cell is
forgiven here, for the rest of the notebook can still be read. Where the characters stand in the file, only an edit and
a report ask: `core.notebooks`, which decodes the file several times over and takes nothing that is odd.
"""

from __future__ import annotations

import json

from regilink_doctor.core.findings import Span
from regilink_doctor.core.records import record
from regilink_doctor.lint.text.source import Unparsable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@record
class JsonCell:
    """A code cell; `number` counts from 1 over all cells, whatever they hold."""

    number: int
    text: str


def code_cells(content: bytes) -> list[JsonCell]:
    """The code cells of a notebook in order; none of one in another language than Python.

    Raises:
        Unparsable: it is no notebook.
    """
    start = Span(1, 1, 1, 1)
    try:
        value = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Unparsable("is not utf-8", start, "a notebook") from None
    except json.JSONDecodeError as error:
        span = Span(error.lineno, error.colno, error.lineno, error.colno + 1)
        raise Unparsable(error.msg, span, "a notebook") from None
    except ValueError as error:  # a number of thousands of digits
        raise Unparsable(str(error).partition(":")[0], start, "a notebook") from None
    if not isinstance(value, dict):
        raise Unparsable("it is no JSON object", start, "a notebook")
    if _language(value) not in ("python", "ipython", "python3"):
        return []
    found = []
    for number, cell in enumerate(_cells(value), 1):
        text = _source(cell)
        if cell.get("cell_type") == "code" and text is not None:
            found.append(JsonCell(number, text.replace("\r\n", "\n").replace("\r", "\n")))
    return found


def _language(value: dict[str, Any]) -> str:
    metadata = value.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        described = metadata.get(key)
        if isinstance(described, dict) and isinstance(described.get(name), str):
            return str(described[name]).lower()
    return "python"


def _cells(value: dict[str, Any]) -> list[dict[str, Any]]:
    worksheets = value.get("worksheets")
    holders = worksheets if isinstance(worksheets, list) else [value]
    return [
        cell if isinstance(cell, dict) else {}
        for holder in holders
        if isinstance(holder, dict) and isinstance(holder.get("cells"), list)
        for cell in holder["cells"]
    ]


def _source(cell: dict[str, Any]) -> str | None:
    source = cell.get("source", cell.get("input"))
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else None
