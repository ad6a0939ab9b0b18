"""Nothing in our documents is a guess: every field and argument is one that the installed wandb asks for itself."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from tables import sample

from regilink_doctor.client.inventory import (
    ADMINISTRATOR,
    collections_page,
    members_fields,
    registries_page,
    versions_page,
)
from regilink_doctor.client.queries import account_fields, document
from regilink_doctor.client.questions import (
    CollectionQuestion,
    Questions,
    RegistryQuestion,
    VersionQuestion,
    neighbour_fields,
    target_fields,
)
from regilink_doctor.doctor.checks.write_probe import DELETE, project_fields

pytest.importorskip("wandb")
graphql = pytest.importorskip("graphql")

SCHEMA = Path(__file__).parents[2] / "regilink_doctor" / "emulator" / "schema.graphql"
MODULES = tuple(f"wandb.{each}._generated.operations" for each in ("apis", "sdk.artifacts", "sdk.internal"))

PROJECT = document("Project", project_fields("team-a", "churn"))

OURS = {
    "account": document("Account", account_fields(["alice", "team-a"])),
    "targets": document(
        "Targets",
        target_fields(
            Questions(
                [RegistryQuestion("acme", "model")],
                [CollectionQuestion("Acme Inc", "acme", "model", "zoo")],
                [VersionQuestion("acme", "wandb-registry-model", "zoo:v0")],
                members_of="team-a",
            )
        ),
    ),
    "neighbours": document("Neighbours", neighbour_fields([CollectionQuestion("Acme Inc", "acme", "model", "zoo")])),
    "project": PROJECT,
    "delete": (DELETE, {"id": "1"}),
    "all registries": document("Inventory", registries_page("Acme Inc", "cursor")),
    "all collections": document("Inventory", collections_page("Acme Inc", "cursor")),
    "all versions": document("Inventory", versions_page("Acme Inc", "cursor")),
    "teams": document("Teams", members_fields("acme", ["model"])),
    "members": document("Teams", members_fields("acme", ["model"], with_users=True)),
    "administrator": document("Account", (ADMINISTRATOR,)),
}

Asked = set[tuple[str, str, str]]


def sdk_documents() -> Iterator[str]:
    for name in MODULES:
        try:
            module = import_module(name)
        except ImportError:
            continue
        for constant, value in vars(module).items():
            if constant.endswith("_GQL") and isinstance(value, str):
                yield value


def asked(text: str, schema: object) -> Asked:
    """(type, field, argument) of every field of a document, with an empty argument for the field itself."""
    found: Asked = set()
    info = graphql.TypeInfo(schema)

    class Visitor(graphql.Visitor):
        def enter_field(self, node: object, *_: object) -> None:
            parent = info.get_parent_type()
            found.add((parent.name, node.name.value, ""))  # type: ignore[attr-defined]
            for argument in node.arguments or ():  # type: ignore[attr-defined]
                found.add((parent.name, node.name.value, argument.name.value))  # type: ignore[attr-defined]

    parsed = graphql.parse(text)
    graphql.visit(parsed, graphql.TypeInfoVisitor(info, Visitor()))
    return found


@pytest.fixture(scope="module")
def schema() -> object:
    return graphql.build_schema(SCHEMA.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def known(schema: object) -> Asked:
    found: Asked = set()
    for text in sdk_documents():
        try:
            found |= asked(text, schema)
        except AttributeError:  # an operation outside what the emulator models: its types are not known here
            continue
    assert len(found) > 100, "wandb keeps its documents elsewhere now"
    return found


@pytest.mark.parametrize("name", sample(OURS, one_in=3))
def test_every_field_is_one_that_wandb_asks_for(name: str, schema: object, known: Asked) -> None:
    text, _ = OURS[name]
    assert graphql.validate(schema, graphql.parse(text)) == []
    guesses = asked(text, schema) - known
    assert guesses == set()


def test_a_field_that_wandb_does_not_ask_for_is_found_out(schema: object, known: Asked) -> None:
    assert asked("query { viewer { photoUrl } }", schema) - known == {("User", "photoUrl", "")}


def test_names_travel_as_variables() -> None:
    text, variables = document("Q", account_fields(['a" } query { viewer']))
    assert 'a"' not in text
    assert list(variables.values()) == ['a" } query { viewer']
