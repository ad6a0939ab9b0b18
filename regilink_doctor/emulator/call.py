"""One call of GraphQL as it arrives."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

from regilink_doctor.core.records import record


@record
class Call:
    """A document, its variables and which of its operations is meant.

    The public Api sends an empty operation name: it counts as none.
    """

    text: str
    variables: dict[str, Any] | None = None
    operation: str | None = None

    @classmethod
    def read(cls, body: BinaryIO) -> Call:
        """The call in the body of a request.

        Raises:
            ValueError: not JSON, or JSON of another shape.
        """
        value = json.load(body)
        if not isinstance(value, dict):
            raise ValueError("the body is no object")
        text, variables, operation = (value.get(name) for name in ("query", "variables", "operationName"))
        if not isinstance(text or "", str) or not isinstance(operation or "", str):
            raise ValueError("query and operationName are texts")
        if not isinstance(variables or {}, dict):
            raise ValueError("variables is an object")
        return cls(text or "", variables, operation or None)
