"""The JSON Schemas of everything that regilink prints as JSON, for `regilink schema` and `docs/json.md`.

A key that is not in its schema is a mistake: the tests hold each output to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regilink_doctor.config.schema import json_schema
from regilink_doctor.core.catalog.catalog_file import MAX_VERSIONS, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer", "minimum": 0}
COUNTED: Schema = {"type": "integer", "minimum": 1}
FLAG: Schema = {"type": "boolean"}


def _or_null(schema: Schema) -> Schema:
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _list(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def _about(description: str, schema: Schema) -> Schema:
    """A schema with a description, where the name of a key does not say enough."""
    return {**schema, "description": description}


def _choice(*values: str) -> Schema:
    return {"enum": list(values)}


def _object(*required: str, **properties: Schema) -> Schema:
    """There are no other properties; every one is required, unless those that are required are named."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required or properties),
        "additionalProperties": False,
    }


def _report(title: str, **properties: Schema) -> Schema:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **_object(version={"const": 1}, **properties),
    }


TEXTS, TEXT_OR_NULL = _list(TEXT), _or_null(TEXT)
FACTS: Schema = {"type": ["object", "null"]}
SEVERITY = _choice("error", "warning", "info")
UNREAD = _about("a sentence for each file, or cell, that may have call sites and could not be read", TEXTS)
SKIPPED = _about("`path (why)` of files that are not in the format of their name, such as templates", TEXTS)
POSITION = _object(line=COUNTED, column=COUNTED)
PLACE = {"path": TEXT, "line": COUNTED, "column": COUNTED, "end_line": COUNTED, "end_column": COUNTED}
CELL = _about("of a notebook; its lines are counted in the cell", _or_null(COUNTED))
UNKNOWN_LINKS = _object(
    checked=NUMBER,
    unknown=_about(
        "links and names that could not be checked",
        _list(_object(target=TEXT, path=TEXT_OR_NULL, line=_or_null(COUNTED), reason=TEXT)),
    ),
    unread=UNREAD,
    skipped=SKIPPED,
)
FINDING = _object(
    code=TEXT,
    name=TEXT,
    severity=SEVERITY,
    message=TEXT,
    **PLACE,
    cell=CELL,
    note=TEXT_OR_NULL,
    help=TEXT_OR_NULL,
    failures=TEXTS,
    fix=_or_null(
        _object(
            message=TEXT,
            applicability=_choice("safe", "unsafe"),
            edits=_list(_object(start=POSITION, end=POSITION, content=TEXT)),
        )
    ),
    related=_list(_object(message=TEXT, **PLACE, cell=CELL)),
    url=TEXT_OR_NULL,
    target=TEXT_OR_NULL,
)
SITE = _object(
    kind=_choice("link", "init", "artifact", "consume", "target"),
    call=TEXT,
    path=TEXT,
    line=COUNTED,
    column=COUNTED,
    end_line=COUNTED,
    cell=CELL,
    target=TEXT_OR_NULL,
    targets=TEXTS,
    resolved_from=_list(_object(text=TEXT, path=TEXT, line=COUNTED, column=COUNTED)),
    entity=TEXT_OR_NULL,
    project=TEXT_OR_NULL,
    type=TEXT_OR_NULL,
    aliases=TEXTS,
    codes=TEXTS,
)
CHECK = _object(
    name=TEXT,
    code=TEXT_OR_NULL,
    status=_choice("pass", "fail", "warn", "skip", "crash"),
    subject=TEXT,
    message=TEXT,
    note=TEXT_OR_NULL,
    help=TEXT_OR_NULL,
    origin=TEXT_OR_NULL,
    failures=TEXTS,
    requires=TEXTS,
    also_at=TEXTS,
    duration_ms=NUMBER,
)
ATTEMPT = _object(
    **dict.fromkeys(("user", "run", "source", "source_type", "requested", "entity", "project"), TEXT_OR_NULL),
    **dict.fromkeys(("collection", "destination", "code", "failure", "message", "version", "place"), TEXT_OR_NULL),
    aliases=TEXTS,
    verdict=_choice("linked", "misplaced", "refused", "unknown"),
    **dict.fromkeys(("summary", "note", "help"), TEXT_OR_NULL),
    origins=_about("where the path comes from: `file:line`, or `$NAME` of a variable that you set", TEXTS),
)

USE = _object(
    repository=TEXT,
    path=TEXT,
    line=COUNTED,
    column=COUNTED,
    cell=CELL,
    kind=_choice("link", "consume", "name"),
    call=TEXT,
    target=TEXT,
    **dict.fromkeys(("artifact", "organization", "entity", "type", "owner"), TEXT_OR_NULL),
    aliases=TEXTS,
    sets=TEXTS,
    moves=TEXTS,
    ignored=TEXTS,
)

NAME: Schema = {**TEXT, "minLength": 1}


def _set_of_texts(description: str) -> Schema:
    return _about(description, {**TEXTS, "uniqueItems": True})


VISIBILITY = _choice("organization", "restricted")
COLLECTION = _object(
    "name",
    "type",
    name=NAME,
    type=_about("the one type of artifact that it holds", NAME),
    aliases=_set_of_texts("every alias in it; empty when not asked for"),
    versions=_about("how many; 0 when not asked for", {**NUMBER, "maximum": MAX_VERSIONS}),
)
REGISTRY = _object(
    "name",
    name=_about("without the prefix wandb-registry-", {**NAME, "pattern": "^(?!wandb-registry-)"}),
    visibility=VISIBILITY,
    description=TEXT_OR_NULL,
    types=_about("the types that it accepts; null: all", _or_null({**TEXTS, "uniqueItems": True})),
    types_seen=_set_of_texts("where all are accepted: the types that have been used so far"),
    protected_aliases=_set_of_texts("kept by hand: no server reports them"),
    collections=_about("null: not asked for", _or_null(_list(COLLECTION))),
)
CATALOG: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "regilink.catalog.json",
    "description": "An organization of W&B as it is on the server, saved by `regilink catalog pull`.",
    **_object(
        "version",
        "organizations",
        **{"$schema": TEXT},
        version={"const": VERSION},
        host=TEXT_OR_NULL,
        complete=_about("pulled with an account that sees every registry: what is not in it does not exist", FLAG),
        features=_set_of_texts("what the server says that it can do"),
        organizations=_list(
            _object(
                "name",
                "entity",
                name=_about("the display name", NAME),
                entity=NAME,
                teams=_list(_object(name=NAME)),
                registries=_list(REGISTRY),
            )
        ),
    ),
}

SCHEMAS: dict[str, tuple[str, Callable[[], Schema]]] = {
    "lint": (
        "regilink lint --output-format json",
        lambda: _report("Findings of regilink lint", findings=_list(FINDING), unread=UNREAD, skipped=SKIPPED),
    ),
    "lint-sites": (
        "regilink lint --show-sites --output-format json",
        lambda: _report("Call sites that regilink lint found", sites=_list(SITE)),
    ),
    "lint-files": (
        "regilink lint --show-files --output-format json",
        lambda: _report("Files that would be checked", files=TEXTS),
    ),
    "lint-statistics": (
        "regilink lint --statistics --output-format json",
        lambda: _report(
            "Findings by rule",
            statistics=_list(_object(code=TEXT, name=TEXT, severity=SEVERITY, count=COUNTED, fixable=NUMBER)),
        ),
    ),
    "doctor": (
        "regilink doctor --output-format json",
        lambda: _report("Checks of regilink doctor", checks=_list(CHECK), links=UNKNOWN_LINKS),
    ),
    "explain": (
        "regilink explain TEXT --output-format json",
        lambda: _report(
            "What a text is and means",
            kind=_choice(
                *("rule", "failure", "target-path", "full-name", "url", "snippet"),
                *("error", "entity-url", "question", "unknown"),
            ),
            **dict.fromkeys(("target", "organization", "registry", "collection", "version_or_alias"), TEXT_OR_NULL),
            codes=TEXTS,
            failures=TEXTS,
            sure=_about("false: the first failure is a guess, or nothing was recognized", FLAG),
            text=TEXT,
        ),
    ),
    "failures": (
        "regilink explain --list --output-format json",
        lambda: _report(
            "The failure index",
            failures=_list(
                _object(
                    id=TEXT,
                    title=TEXT,
                    silent=FLAG,
                    happens=TEXT,
                    recognize=TEXT,
                    help=TEXT,
                    check_with=TEXT_OR_NULL,
                    codes=TEXTS,
                )
            ),
        ),
    ),
    "rules": (
        "regilink rules --output-format json",
        lambda: _report(
            "The rules",
            rules=_list(
                _object(
                    code=TEXT,
                    name=TEXT,
                    severity=SEVERITY,
                    pedantic=FLAG,
                    live=FLAG,
                    failures=TEXTS,
                    summary=TEXT,
                    documentation=TEXT,
                    bad=TEXTS,
                    good=TEXTS,
                )
            ),
        ),
    ),
    "dry-run": (
        "regilink dry-run --output-format json -- CMD",
        lambda: _report(
            "What a command would have linked",
            command=_object(argv=TEXTS, status={"type": "integer"}, interrupted=FLAG, left_running=FLAG),
            assumed=_list(
                _object(kind=_choice("organization", "team", "person", "registry", "collection", "run"), name=TEXT)
            ),
            runs=_list(
                _object(
                    **dict.fromkeys(("entity", "project", "id", "name", "state"), TEXT),
                    logged=NUMBER,
                    used=NUMBER,
                    swept=_about("whether a sweep started it, whose entity decides", FLAG),
                )
            ),
            refused_runs=_list(
                _object(message=TEXT, **dict.fromkeys(("entity", "project", "failure"), TEXT_OR_NULL)),
            ),
            unsent_runs=_about("runs that are offline or disabled", _list(_object(mode=TEXT, place=TEXT_OR_NULL))),
            artifacts=_list(_object(name=TEXT, type=TEXT, aliases=TEXTS, files=NUMBER, size=NUMBER, run=TEXT_OR_NULL)),
            links=_list(ATTEMPT),
            alias_changes=_about(
                "aliases in registries that no link changed",
                _list(
                    _object(collection=TEXT, alias=TEXT, **dict.fromkeys(("before", "after", "refused"), TEXT_OR_NULL))
                ),
            ),
            consumed=_list(
                _object(name=TEXT, how=TEXTS, failed=TEXT_OR_NULL, place=TEXT_OR_NULL, stub=FLAG, missing=TEXT_OR_NULL)
            ),
            triggered=_list(
                _object(
                    **dict.fromkeys(("automation", "event", "subject", "action"), TEXT),
                    **dict.fromkeys(("alias", "outcome"), TEXT_OR_NULL),
                )
            ),
            unsupported=_about("operations that the emulator lacks", TEXTS),
            blocked_hosts=TEXTS,
            blocked_connections=_about("of each blocked host", {"type": "object", "additionalProperties": COUNTED}),
            other_servers=_about("servers on this machine that the code names, which were not blocked", TEXTS),
            exit_status={"enum": [0, 1, 2]},
        ),
    ),
    "map": (
        "regilink map --output-format json",
        lambda: _report(
            "Who links to which collection, and who consumes it",
            repositories=TEXTS,
            collections=_list(
                _object(
                    organization=TEXT_OR_NULL,
                    registry=TEXT,
                    collection=TEXT,
                    producers=_list(USE),
                    consumers=_list(USE),
                    named=_list(USE),
                    server=_or_null(_object(type=TEXT, aliases=TEXTS, versions=NUMBER, last_link=TEXT_OR_NULL)),
                    drift=TEXTS,
                )
            ),
            registries=_list(
                _object(
                    organization=TEXT_OR_NULL,
                    registry=TEXT,
                    teams=_about("that can link to it, as far as the server says", TEXTS),
                    users=_about("that can link to it, as far as the server says", TEXTS),
                    visibility=_about("organization: members who are not listed may have such a role too", VISIBILITY),
                )
            ),
            unknown=_list(USE),
            outside=_list(USE),
            tests=_list(USE),
            unread=UNREAD,
            skipped=SKIPPED,
            findings=_list(
                {
                    **FINDING,
                    "properties": {"repository": TEXT, **FINDING["properties"]},
                    "required": ["repository", *FINDING["required"]],
                }
            ),
        ),
    ),
    "verify": (
        "regilink verify NAME --output-format json",
        lambda: _report(
            "What is registered",
            results=_list(
                _object(
                    name=TEXT,
                    status=_choice("ok", "different", "absent", "skipped", "unknown"),
                    aliases=TEXTS,
                    **dict.fromkeys(("found", "type", "digest", "source", "note", "help", "place"), TEXT_OR_NULL),
                    problems=TEXTS,
                )
            ),
            links=UNKNOWN_LINKS,
        ),
    ),
    "catalog-diff": (
        "regilink catalog diff --output-format json",
        lambda: _report("What has changed", changes=_list(_object(subject=TEXT, words=TEXT, breaks=FLAG))),
    ),
    "conformance": (
        "regilink conformance --output-format json",
        lambda: _report(
            "What a server and the emulator answered",
            day=TEXT,
            features=TEXTS,
            scenarios=_list(
                _object(
                    name=TEXT,
                    claim=TEXT,
                    failures=TEXTS,
                    status=_choice("same", "different", "not run"),
                    emulator=FACTS,
                    server=FACTS,
                    differences=TEXTS,
                    reason=TEXT_OR_NULL,
                )
            ),
            left=_about("how many things could not be deleted afterwards", NUMBER),
        ),
    ),
    "coverage": (
        "pytest --regilink-report --regilink-report-file FILE",
        lambda: _report(
            "Links that tests reached",
            covered=NUMBER,
            links=_list(_object(path=TEXT, line=COUNTED, target=TEXT_OR_NULL, tests=TEXTS)),
            unread=_about("files that could not be read, or are skipped", TEXTS),
        ),
    ),
    "catalog": ("regilink.catalog.json, which `regilink catalog pull` writes", lambda: CATALOG),
    "config": ("[tool.regilink] and regilink.toml", json_schema),
}
"""Name -> what it is the schema of, and the schema."""
