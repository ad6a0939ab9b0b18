"""The schema of `schema.graphql`, and requests executed against it by graphql-core, with errors as W&B writes them."""

from __future__ import annotations

import re
import traceback
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationDefinitionNode,
    build_schema,
    execute,
    get_operation_ast,
    parse,
    validate,
)

from regilink_doctor.core.records import record
from regilink_doctor.core.text import did_you_mean
from regilink_doctor.emulator.faults import TRANSFERS, FaultError
from regilink_doctor.emulator.http import Call
from regilink_doctor.emulator.resolvers import RESOLVERS, type_name
from regilink_doctor.emulator.resolvers.context import NOTED, Context
from regilink_doctor.emulator.world.access import Refusal
from regilink_doctor.emulator.world.features import missing_parts
from regilink_doctor.emulator.world.search import snake

if TYPE_CHECKING:
    from regilink_doctor.emulator.world import World


MAX_TEXT = 1 << 18
"""Letters of a document; the longest of wandb's has a tenth of it."""

MAX_TOKENS = 20_000
"""Words of a document: the work of validating it grows with their square."""


@lru_cache(maxsize=512)
def parse_document(text: str) -> DocumentNode | GraphQLError:
    """The document; or why it is none."""
    if len(text) > MAX_TEXT:
        return GraphQLError(f"the document is longer than {MAX_TEXT} letters")
    try:
        return parse(text, no_location=True, max_tokens=MAX_TOKENS)
    except GraphQLError as error:
        return error


def collect_names(call: Call) -> frozenset[str]:
    """The operation's name and those of the fields it asks for at the top, in lower case."""
    name, fields = read_operation(call)
    return frozenset(name.casefold() for name in (call.operation, name, *fields) if name)


def read_operation(call: Call) -> tuple[str | None, tuple[str, ...]]:
    """The operation's name, and the fields it asks for at the top."""
    document = parse_document(call.text)
    operation = get_operation_ast(document, call.operation) if isinstance(document, DocumentNode) else None
    if not isinstance(operation, OperationDefinitionNode):
        return call.operation, ()
    fields = [field.name.value for field in operation.selection_set.selections if isinstance(field, FieldNode)]
    return (operation.name.value if operation.name else call.operation), tuple(fields)


_MAKING = Lock()
_CODES = {401: "UNAUTHENTICATED", 403: "PERMISSION_ERROR", 404: "NOT_FOUND"}


@record
class Answer:
    """What goes back: an HTTP status and the JSON value."""

    status: int
    value: dict[str, Any]


def _read_property(source: Any, info: Any, **_arguments: Any) -> Any:
    """A field without a resolver is the property of the same name, in snake case."""
    name = snake(info.field_name)
    return source.get(name) if isinstance(source, dict) else getattr(source, name)


def schema_of(world: World) -> GraphQLSchema:
    """The schema of a server with the world's features. One thread makes it; another one that needs it waits."""
    with _MAKING:
        return schema(missing_parts(world.features, world.server_version))


@lru_cache(maxsize=512)
def _prepare_document(text: str, fitting: GraphQLSchema) -> DocumentNode | tuple[GraphQLError, ...]:
    """The document, parsed and validated; or what is wrong with it."""
    document = parse_document(text)
    if isinstance(document, GraphQLError):
        return (document,)
    return tuple(validate(fitting, document)) or document


def execute_operation(call: Call, context: Context) -> Answer:
    """Execute one operation.

    A document that does not fit the schema answers with status 200: the SDK of the `requests` era looks for the words
    `Cannot query field` in an exception that has them only then (`InternalApi._server_features`, `jobs.py`), and falls
    back on old servers by it. A refusal answers with its own HTTP status, as W&B does; SDKs before 0.27.1 print it
    before the message.
    """
    fitting = schema_of(context.world)
    document = _prepare_document(call.text, fitting)
    if isinstance(document, tuple):
        if not isinstance(parse_document(call.text), GraphQLError) and isinstance(
            _prepare_document(call.text, schema()), tuple
        ):
            # The newest server of the emulator lacks it too: not a matter of the server's age.
            context.world.ledger.add_unsupported(read_operation(call)[0] or "an operation")
        return Answer(200, {"errors": [{"message": _go_words(error.message)} for error in document]})
    with context.world.lock:
        result = execute(
            fitting,
            document,
            root_value=context.world,
            context_value=context,
            variable_values=call.variables,
            operation_name=call.operation,
            field_resolver=_read_property,
        )
    assert isinstance(result, ExecutionResult)
    if not result.errors:
        return Answer(200, {"data": result.data})
    errors = [_as_json(error) for error in result.errors]
    return Answer(max(status for status, _ in errors), {"errors": [value for _, value in errors], "data": result.data})


def _as_json(error: GraphQLError) -> tuple[int, dict[str, Any]]:
    cause = error.original_error
    value: dict[str, Any] = {"message": _go_words(error.message)}
    if error.path:
        value["path"] = error.path
    if isinstance(cause, Refusal):
        value["message"] = cause.message
        if cause.status in _CODES:
            value["extensions"] = {"code": _CODES[cause.status]}
        return cause.status, value
    if cause is None or isinstance(cause, GraphQLError):
        return 400, value
    # The emulator's fault, not the caller's. Still 4xx: after a 5xx the SDK would retry for a week.
    value["message"] = f"emulator: {type(cause).__name__}: {cause}"
    value["extensions"] = {"traceback": traceback.format_exception(type(cause), cause, cause.__traceback__)}
    return 400, value


def _go_words(message: str) -> str:
    """graphql-core's words as graphql-go says them: double quotes, no suggestion (sdk.md, 2)."""
    message = re.sub(r" Did you mean .*\?$", "", message)
    return re.sub(r"'([^']*)'", r'"\1"', message)


_FILE = Path(__file__).with_name("schema.graphql")


@lru_cache(maxsize=64)
def schema(missing: frozenset[str] = frozenset()) -> GraphQLSchema:
    """The schema without `missing` (`Type`, `Type.field`, `Type.field.argument`), built once.

    It is not validated here, which takes longer than to build it: the tests do that. graphql-core reads the document in
    20 ms more than a reader of our own did; a process takes about 900 ms from its start to the first answer.
    """
    built = build_schema(_FILE.read_text(encoding="utf-8"), assume_valid=True, assume_valid_sdl=True, no_location=True)
    for name in missing & built.type_map.keys():
        del built.type_map[name]
    for kind in built.type_map.values():
        if kind.name.startswith("__"):
            continue
        if isinstance(kind, (GraphQLInterfaceType, GraphQLUnionType)):
            kind.resolve_type = lambda value, _info, _kind: type_name(value)
        if isinstance(kind, (GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType)):
            _remove_parts(kind, missing)
        if isinstance(kind, GraphQLInputObjectType):
            for name, input_field in kind.fields.items():
                input_field.out_name = snake(name)
        elif isinstance(kind, GraphQLObjectType):
            _add_resolvers(kind)
    return built


def _add_resolvers(kind: GraphQLObjectType) -> None:
    for name, field in kind.fields.items():
        for argument_name, argument in field.args.items():
            argument.out_name = snake(argument_name)
        resolver = RESOLVERS.get((kind.name, name))
        if resolver is not None:
            field.resolve = _adapt_resolver(resolver)


def _remove_parts(
    kind: GraphQLInputObjectType | GraphQLInterfaceType | GraphQLObjectType, missing: frozenset[str]
) -> None:
    """Remove fields and arguments. What an interface lacks, the types that implement it lack too."""
    owners = {kind.name, *(item.name for item in getattr(kind, "interfaces", ()))}
    for part in missing:
        owner, _, rest = part.partition(".")
        if rest and owner in owners:
            name, _, argument = rest.partition(".")
            if argument:
                kind.fields[name].args.pop(argument, None)
            else:
                kind.fields.pop(name, None)


def _adapt_resolver(resolver: Any) -> Any:
    wants_selected = "selected" in resolver.__code__.co_varnames

    def call_resolver(source: Any, info: Any, **arguments: Any) -> Any:
        if info.context.refusal is not None and info.path.prev is None and info.field_name not in NOTED:
            raise info.context.refusal
        if wants_selected:
            selections = (part for node in info.field_nodes for part in node.selection_set.selections)
            arguments["selected"] = frozenset(part.name.value for part in selections if isinstance(part, FieldNode))
        return resolver(source, info.context, **arguments)

    return call_resolver


def check_operation(operation: str | None) -> None:
    """Refuse the operation of a fault that neither W&B's schema has nor a document of wandb, if wandb is installed.

    Raises:
        FaultError: no request goes by it.
    """
    if operation is None or operation in TRANSFERS:
        return
    roots = (schema().query_type, schema().mutation_type)
    names = [*TRANSFERS, *(name for root in roots if root for name in root.fields)]
    hint = did_you_mean(operation, names)
    is_known = operation.casefold() in map(str.casefold, names)
    if is_known or _is_wandb_operation(operation, unknown=not hint):
        return
    raise FaultError(f'there is no operation "{operation}"{hint}')


def _is_wandb_operation(name: str, *, unknown: bool) -> bool:
    """Whether a document of the installed wandb has this name, in its Python files or in `wandb-core`.

    `unknown`: the answer where wandb is not installed, as in a container of the emulator alone.
    """
    spec = find_spec("wandb")
    if not name.isidentifier():
        return False
    if spec is None or spec.origin is None:
        return unknown
    folder = Path(spec.origin).parent
    files = (folder / "bin" / "wandb-core", *folder.glob("**/*.py"))
    return any(_names_operation(file.read_bytes().lower(), name.lower().encode()) for file in files if file.is_file())


def _names_operation(content: bytes, name: bytes) -> bool:
    """Whether a file in lower case has the document; a regular expression takes a second for `wandb-core`."""
    after = (part[:1] for kind in (b"query ", b"mutation ") for part in content.split(kind + name)[1:])
    return any(not letter.isalnum() and letter != b"_" for letter in after)
