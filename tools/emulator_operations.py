"""Writes docs/emulator-operations.md: every GraphQL document of the installed wandb, and whether it is answered.

`python tools/emulator_operations.py`. A document counts as answered when it validates against `schema.graphql` and
every field at its top has a resolver. Documents are read from wandb's Python files, as constants, and from the binary
of wandb-core. The few that wandb puts together when it runs are marked so, and tried by tests/emulator instead.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import wandb
from graphql import DocumentNode, FieldNode, GraphQLSyntaxError, OperationDefinitionNode, parse, validate

from regilink_doctor.emulator.execution import schema
from regilink_doctor.emulator.resolvers import RESOLVERS

PAGE = Path(__file__).parents[1] / "docs" / "emulator-operations.md"
PACKAGE = Path(wandb.__file__).parent
LONGEST = 60_000

OUTSIDE = {
    "launch": r"run_?queue|launch|defaultresourceconfig",
    "local sweep schedulers": r"enqueuesweeprun",
    "reports": r"allviews",
    "custom charts": r"customchart",
    "anonymous mode": r"anonymous",
    "wandb restore": r"runinfo",
}
"""What the emulator leaves out -> how its operations, fields and types are named. Nothing of it links."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document: where wandb has it, its text, and what became of it."""

    source: str
    name: str
    text: str
    problem: str | None = None

    @property
    def outside(self) -> str | None:
        """The area that the emulator leaves out, if the document belongs to one."""
        if self.problem is None:
            return None
        about = f"{self.name} {self.problem}"
        return next((area for area, names in OUTSIDE.items() if re.search(names, about, re.IGNORECASE)), None)


@cache
def documents(package: Path = PACKAGE) -> tuple[Document, ...]:
    """Every document of the installed wandb, or of the one in another folder, judged."""
    found: dict[tuple[str, str], Document] = {}
    for source, text in (*_of_python(package), *_of_core(package)):
        document = _judge(source, text)
        if document is not None:
            found.setdefault((source, document.name), document)
    return tuple(found[key] for key in sorted(found))


def _of_python(package: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(package.rglob("*.py")):
        if path.is_relative_to(package / "vendor"):
            continue
        code = path.read_text(encoding="utf-8", errors="replace")
        if "query" in code or "mutation" in code:
            for node in ast.walk(ast.parse(code)):
                text = node.value if isinstance(node, ast.Constant) else None
                if isinstance(text, str) and re.match(r"\s*(query|mutation)\b[\s\w]*[({]", text):
                    yield path.relative_to(package).as_posix(), text


def _of_core(package: Path) -> Iterator[tuple[str, str]]:
    """Go's strings lie side by side without an end: each document is as long as its braces, with its fragments."""
    binary = (package / "bin" / "wandb-core").read_bytes()
    for match in re.finditer(rb"\n(?:query|mutation) [A-Z]\w+ ?[({]", binary):
        text = binary[match.start() : match.start() + LONGEST].decode("latin-1")
        end = _end(
            text,
            text.index("{", _end(text, text.index("("), "()") if text[match.end() - match.start() - 1] == "(" else 0),
        )
        while fragment := re.match(r"\s*fragment \w+ on \w+ \{", text[end:]):
            end = _end(text, end + fragment.end() - 1)
        yield "wandb-core", text[:end]


def _end(text: str, start: int, pair: str = "{}") -> int:
    depth = 0
    for index in range(start, len(text)):
        depth += (text[index] == pair[0]) - (text[index] == pair[1])
        if depth == 0:
            return index + 1
    raise ValueError(f"no end: {text[start : start + 80]!r}")


def _judge(source: str, text: str) -> Document | None:
    try:
        document = parse(text)
    except GraphQLSyntaxError:
        name = re.search(r"(?:query|mutation)\s+(\w+)", text)
        return Document(source, name[1], text, "composed") if name is not None else None
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    name = operations[0].name
    return Document(source, name.value if name is not None else "(no name)", text, _problem(document, operations))


def _problem(document: DocumentNode, operations: list[OperationDefinitionNode]) -> str | None:
    errors = validate(schema(), document)
    if any(re.search(r"'_\w+_'|Unknown fragment", error.message) for error in errors):
        return "composed"
    if errors:
        return errors[0].message.partition(" Did you mean")[0]
    for operation in operations:
        kind = operation.operation.value.capitalize()
        for each in operation.selection_set.selections:
            name = each.name.value if isinstance(each, FieldNode) else "__"
            if not name.startswith("__") and (kind, name) not in RESOLVERS:
                return f"no resolver for '{name}' of '{kind}'"
    return None


def _verdict(document: Document) -> str:
    if document.problem is None:
        return "answered"
    if document.problem == "composed":
        return "answered; put together when it runs"
    return f"no: {document.outside or document.problem}"


def page() -> str:
    """The page's text."""
    found = documents()
    answered = sum(_verdict(each).startswith("answered") for each in found)
    lines = [
        "# Operations of the emulator",
        "",
        "Made by `python tools/emulator_operations.py`; not to be edited.",
        "",
        f"The GraphQL documents of wandb {version('wandb')}, in its Python files and in `wandb-core`: "
        f"{answered} of {len(found)} are answered.",
        "Left out are " + ", ".join(OUTSIDE) + ": nothing of them links. The SDK is then told "
        "that there is no such field, as an older server would say it.",
        "",
        "| operation | where wandb has it | answered |",
        "|---|---|---|",
    ]
    lines += [f"| `{each.name}` | `{each.source}` | {_verdict(each)} |" for each in found]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
