"""The documents of calls, parsed, and the names that a call goes by."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from graphql import DocumentNode, FieldNode, GraphQLError, OperationDefinitionNode, get_operation_ast, parse

if TYPE_CHECKING:
    from regilink_doctor.emulator.call import Call

MAX_TEXT = 1 << 18
"""Letters of a document; the longest of wandb's has a tenth of it."""

MAX_TOKENS = 20_000
"""Words of a document: the work of validating it grows with their square."""


@lru_cache(maxsize=512)
def parsed(text: str) -> DocumentNode | GraphQLError:
    """The document; or why it is none."""
    if len(text) > MAX_TEXT:
        return GraphQLError(f"the document is longer than {MAX_TEXT} letters")
    try:
        return parse(text, no_location=True, max_tokens=MAX_TOKENS)
    except GraphQLError as error:
        return error


def names(call: Call) -> frozenset[str]:
    """The operation's name and those of the fields it asks for at the top, in lower case."""
    document = parsed(call.text)
    named = {call.operation} if call.operation else set()
    if isinstance(document, DocumentNode):
        operation = get_operation_ast(document, call.operation)
        if isinstance(operation, OperationDefinitionNode):
            named |= {operation.name.value} if operation.name else set()
            named |= {each.name.value for each in operation.selection_set.selections if isinstance(each, FieldNode)}
    return frozenset(name.casefold() for name in named)
