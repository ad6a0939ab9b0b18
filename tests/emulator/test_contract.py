"""What the installed wandb may ask is in the schema, and what is in the schema is answered."""

import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import emulator_operations
import pytest
from graphql import GraphQLObjectType

from regilink_doctor.emulator.execution import schema
from regilink_doctor.emulator.resolvers import RESOLVERS
from regilink_doctor.emulator.resolvers.context import Connection, Edge, PageInfo
from regilink_doctor.emulator.world import World
from regilink_doctor.emulator.world.model import (
    Agent,
    Alias,
    ApiKey,
    ArtifactType,
    ArtifactVersion,
    Automation,
    Collection,
    Entity,
    Invite,
    Manifest,
    Membership,
    Organization,
    Project,
    Run,
    StoredFile,
    Sweep,
    Tag,
    User,
    Webhook,
)
from regilink_doctor.emulator.world.search import snake

DOCS = Path(__file__).parent.parent.parent / "docs"


@pytest.fixture(scope="module")
def documents() -> list[Any]:
    return emulator_operations.documents()  # type: ignore[no-any-return]


def test_every_document_of_the_installed_wandb_about_artifacts_and_registries_is_answered(documents: list[Any]) -> None:
    assert [each for each in documents if each.problem not in (None, "composed") and each.outside is None] == []


def test_the_documents_are_really_found(documents: list[Any]) -> None:
    names = {(each.source.rpartition("/")[2], each.name) for each in documents}
    assert {("wandb-core", name) for name in ("UpsertBucket", "CreateArtifact", "CreateArtifactFiles")} <= names
    assert {("operations.py", name) for name in ("LinkArtifact", "FetchRegistries", "RegistryVersions")} <= names
    assert len(documents) > 120


def test_the_page_of_operations_is_that_of_the_wandb_it_names() -> None:
    text = (DOCS / "emulator-operations.md").read_text(encoding="utf-8")
    named = re.search(r"documents of wandb ([0-9.]+),", text)
    assert named is not None
    if named[1] != version("wandb"):
        pytest.skip(f"the page is of wandb {named[1]}")
    assert text == emulator_operations.page(), "run: python tools/emulator_operations.py"


CLASSES: dict[str, type] = {
    "ApiKey": ApiKey,
    "Artifact": ArtifactVersion,
    "ArtifactAlias": Alias,
    "ArtifactCollectionMembership": Membership,
    "ArtifactManifest": Manifest,
    "ArtifactPortfolio": Collection,
    "ArtifactSequence": Collection,
    "ArtifactType": ArtifactType,
    "Entity": Entity,
    "File": StoredFile,
    "Invite": Invite,
    "Organization": Organization,
    "PageInfo": PageInfo,
    "Project": Project,
    "Run": Run,
    "ServerInfo": World,
    "Sweep": Sweep,
    "Agent": Agent,
    "Trigger": Automation,
    "GenericWebhookIntegration": Webhook,
    "Tag": Tag,
    "User": User,
}


def fields() -> list[tuple[str, str]]:
    return [
        (name, field)
        for name, kind in schema().type_map.items()
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__")
        for field in kind.fields
    ]


def test_no_field_of_the_schema_is_without_an_answer() -> None:
    def has(kind: type, field: str) -> bool:
        return hasattr(kind, snake(field)) or snake(field) in getattr(kind, "__match_args__", ())

    def answered(kind: str, field: str) -> bool:
        if (kind, field) in RESOLVERS:
            return True
        if kind.endswith("Connection"):
            return has(Connection, field)
        if kind.endswith("Edge"):
            return has(Edge, field)
        return has(CLASSES[kind], field) if kind in CLASSES else kind not in ("Query", "Mutation")

    assert [each for each in fields() if not answered(*each)] == []


def test_every_resolver_belongs_to_a_field_of_the_schema() -> None:
    assert set(RESOLVERS) - set(fields()) == set()
