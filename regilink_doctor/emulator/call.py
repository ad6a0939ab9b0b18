"""One call of GraphQL as it arrives, and the names that it goes by."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, BinaryIO

from graphql import DocumentNode, FieldNode, GraphQLError, OperationDefinitionNode, get_operation_ast, parse

from regilink_doctor.core.records import record

MAX_TEXT = 1 << 18
"""Letters of a document; the longest of wandb's has a tenth of it."""

MAX_TOKENS = 20_000
"""Words of a document: the work of validating it grows with their square."""


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

    def names(self) -> frozenset[str]:
        """The operation's name and those of the fields it asks for at the top, in lower case."""
        document = parsed(self.text)
        named = {self.operation} if self.operation else set()
        if isinstance(document, DocumentNode):
            operation = get_operation_ast(document, self.operation)
            if isinstance(operation, OperationDefinitionNode):
                named |= {operation.name.value} if operation.name else set()
                named |= {each.name.value for each in operation.selection_set.selections if isinstance(each, FieldNode)}
        return frozenset(name.casefold() for name in named)


@lru_cache(maxsize=512)
def parsed(text: str) -> DocumentNode | GraphQLError:
    """The document; or why it is none."""
    if len(text) > MAX_TEXT:
        return GraphQLError(f"the document is longer than {MAX_TEXT} letters")
    try:
        return parse(text, no_location=True, max_tokens=MAX_TOKENS)
    except GraphQLError as error:
        return error
