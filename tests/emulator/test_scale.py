"""Worlds with very many versions: they start at once, and linking takes no longer than in an empty one."""

import gc
import json
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import pytest
import requests
from serving import Server
from tables import sample

from regilink_doctor.core.catalog import Catalog, CatalogError
from regilink_doctor.emulator import Emulator, World
from regilink_doctor.emulator.world import artifacts, links, search
from regilink_doctor.emulator.world.artifacts import MAX_SEEDED
from regilink_doctor.emulator.world.model import Collection

MANY = 100_000


@pytest.fixture
def world() -> World:
    return World.default()


def cpu(collection: Collection, world: World) -> float:
    """Seconds of CPU for a hundred versions that are logged and linked.

    Without other threads, and without a collection of garbage, which looks at all that other tests have left.
    """
    alice = world.users["alice"]
    gc.disable()
    try:
        start = time.thread_time()
        for _ in range(100):
            version = world.artifact("zoo", entity="team-a", aliases=["candidate"])
            request = links.LinkRequest(version, "acme", "wandb-registry-model", collection.name, ("best",))
            links.link(world, alice, request)
        return time.thread_time() - start
    finally:
        gc.enable()


def test_linking_takes_no_longer_in_a_collection_with_very_many_versions(world: World) -> None:
    small = cpu(world.collection("small", registry="model"), world)
    large = cpu(world.collection("large", registry="model", versions=MANY), world)
    assert large < 5 * small + 0.2


def test_a_world_with_very_many_versions_starts_at_once(world: World) -> None:
    start = time.process_time()
    collection = world.collection("large", registry="model", versions=MANY, aliases=["production"])
    with Emulator(world) as emulator:
        assert emulator.world is world
    assert time.process_time() - start < 1
    assert len(world.artifacts) < 10, "only what somebody looks at is created"
    assert artifacts.find(collection, "production") is artifacts.find(collection, f"v{MANY - 1}")
    assert artifacts.find(collection, f"v{MANY}") is None


def test_a_version_is_the_same_from_both_sides_whoever_looks_first(world: World) -> None:
    collection = world.collection("large", registry="model", versions=10)
    linked = collection.memberships[3]
    source = linked.artifact.sequence
    assert source.memberships[3].artifact is linked.artifact
    assert [each.collection for each in source.memberships[4].artifact.memberships] == [source, collection]
    assert collection.memberships[4].artifact is source.memberships[4].artifact
    assert [each.index for each in collection.memberships] == list(range(10))
    assert [each.index for each in collection.memberships.newest_first()] == list(range(9, -1, -1))
    assert [each.version for each in collection.memberships[2:4]] == ["v2", "v3"]
    times = [each.created_at for each in collection.memberships]
    assert times == sorted(set(times))


def test_what_is_removed_does_not_come_back(world: World) -> None:
    collection = world.collection("zoo", registry="model", versions=5, aliases=["production"])
    artifacts.remove(world, collection.memberships[-1])
    assert [each.index for each in collection.memberships] == [0, 1, 2, 3]
    assert artifacts.find(collection, "production") is None
    latest = artifacts.find(collection, "latest")
    assert latest is collection.memberships[-1]
    artifacts.remove(world, collection.memberships[0])
    world.collection("zoo", registry="model", versions=5)
    assert [each.index for each in collection.memberships] == [1, 2, 3, 5, 6]


@pytest.mark.parametrize("count", [1e308, 2.0, MAX_SEEDED + 1, "7"])
def test_what_is_not_a_number_of_versions_is_refused(world: World, count: object) -> None:
    with pytest.raises((ValueError, TypeError), match=r"number of versions|versions must be int"):
        world.collection("zoo", registry="model", versions=count)  # type: ignore[arg-type]


@pytest.fixture
def emulator(world: World) -> Iterator[Emulator]:
    with Emulator(world) as running:
        yield running


def test_pages_of_a_long_list_create_what_they_show(emulator: Emulator) -> None:
    emulator.world.collection("large", registry="model", versions=MANY)
    query = """query Q($after: String) { project(name: "wandb-registry-model", entityName: "acme") {
        artifactCollection(name: "large") { artifactMemberships(first: 3, after: $after) {
            edges { node { versionIndex } } pageInfo { endCursor hasNextPage } } } } }"""
    shown, after = [], None
    for _ in range(3):
        body = {"query": query, "variables": {"after": after}}
        key = emulator.world.users["alice"].key
        answer = requests.post(f"{emulator.url}/graphql", json=body, auth=("api", key), timeout=10).json()
        page = answer["data"]["project"]["artifactCollection"]["artifactMemberships"]
        shown += [edge["node"]["versionIndex"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
    assert shown == list(range(MANY - 1, MANY - 10, -1))
    assert len(emulator.world.artifacts) < 20


def test_a_catalog_with_many_versions_starts_at_once_and_one_with_a_nonsense_number_is_refused() -> None:
    def catalog(versions: object) -> Catalog:
        collection = {"name": "zoo", "type": "model", "aliases": [], "versions": versions}
        registry = {"name": "model", "visibility": "organization", "description": None, "types": None}
        return Catalog.from_json(
            {
                "version": 1,
                "host": "https://api.wandb.ai",
                "complete": True,
                "features": [],
                "organizations": [
                    {
                        "name": "Acme Inc",
                        "entity": "acme",
                        "teams": [{"name": "team-a"}],
                        "registries": [
                            {**registry, "types_seen": [], "protected_aliases": [], "collections": [collection]}
                        ],
                    }
                ],
            }
        )

    start = time.process_time()
    World.from_catalog(catalog(16_000))
    assert time.process_time() - start < 1
    with pytest.raises(CatalogError, match="versions"):
        World.from_catalog(catalog(10**300))


@pytest.mark.slow
def test_pages_of_a_large_collection_create_what_they_show(server: Server) -> None:
    server.world.collection("large", registry="model", versions=MANY, aliases=["production"])
    server.world.collection("other", registry="model", versions=3, aliases=["production"])
    api = server.api()
    start = time.process_time()
    listed = list(islice(api.artifacts("model", "acme/wandb-registry-model/large", per_page=50), 120))
    assert [each.version for each in listed[:2]] == [f"v{MANY - 1}", f"v{MANY - 2}"]
    assert len({each.version for each in listed}) == 120
    registry = api.registry("model", organization="Acme Inc")
    versions = list(islice(registry.versions(per_page=50), 60))
    assert [each.version for each in versions] == [f"v{index}" for index in range(60)]
    production = registry.versions(filter={"alias": "production"})
    assert sorted((each.name, each.version) for each in production) == [
        (f"large:v{MANY - 1}", f"v{MANY - 1}"),
        ("other:v2", "v2"),
    ]
    assert len(server.world.artifacts) < 400
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("filters", "order", "indexes"),
    sample(
        [
            ({"state": "COMMITTED", "type": "model"}, "-version_index", range(9999, -1, -1)),
            ({"version_index": {"$gte": 9997}}, None, range(9997, 10_000)),
            ({"$or": [{"version": "v7"}, {"alias": "production"}]}, None, [7, 9999]),
            ({"tag": "reviewed"}, None, [5]),
            ({"tags": {"$ne": "reviewed"}}, "createdAt", [*range(5), *range(6, 10_000)]),
            ({"metadata.accuracy": {"$gt": 0.9}}, None, []),
        ],
        one_in=3,
    ),
)
def test_a_search_looks_at_very_many_versions_and_creates_what_it_shows(
    world: World, filters: dict[str, object], order: str | None, indexes: Sequence[int]
) -> None:
    collection = world.collection("large", registry="model", versions=10_000, aliases=["production"])
    world.make_tag(collection.memberships[5].artifact.tags, "reviewed")
    selected = search.memberships([collection], json.dumps(filters), order)
    assert len(selected) == len(indexes)
    assert [version.index for version in selected[:3]] == list(indexes[:3])
    assert len(world.artifacts) < 10


@pytest.mark.parametrize("side", ["source", "link"])
def test_a_version_that_is_outlined_is_the_one_that_is_created_later(world: World, side: str) -> None:
    collection = world.collection("zoo", registry="model", versions=3)
    world.collection("zoo", registry="model", versions=9)  # two promises
    versions = collection.memberships if side == "link" else collection.memberships[-1].artifact.sequence.memberships
    names = ("digest", "id", "artifact_id", "created_at", "version", "size", "state", "linked_at", "commit_hash")
    outlined = [[search.read_version(versions.outline(index), name) for name in names] for index in range(9)]
    assert len(world.artifacts) == 2
    assert outlined == [[search.read_version(version, name) for name in names] for version in versions]
    assert len({digest for digest, *_ in outlined}) == 9


def test_the_description_of_a_large_world_is_short_and_creates_nothing(emulator: Emulator) -> None:
    world = emulator.world
    world.collection("large", registry="model", versions=MANY, aliases=["production"])

    def describe(query: str = "") -> Any:
        answer = requests.get(f"{emulator.url}/_regilink/world{query}", timeout=10)
        assert len(answer.content) < 100_000
        return next(item for item in answer.json()["projects"] if item["name"] == "wandb-registry-model")

    (large,) = describe()["collections"]
    assert (large["version_count"], len(large["versions"])) == (MANY, 200)
    assert large["versions"][-1]["version"] == f"v{MANY - 1}"
    assert large["versions"][-1]["aliases"] == ["latest", "production"]
    assert [item["version"] for item in describe("?limit=2")["collections"][0]["versions"]] == ["v99998", "v99999"]
    assert len(world.artifacts) < 10
    assert requests.get(f"{emulator.url}/_regilink/world?limit=all", timeout=10).status_code == 400


def test_versions_keep_their_order_when_some_go() -> None:
    world = World.default()
    collection = world.collection("zoo", registry="model", versions=10)
    for index in (0, 4, 9):
        found = collection.memberships.find(index)
        assert found is not None
        artifacts.remove(world, found)
    left = [1, 2, 3, 5, 6, 7, 8]
    assert [each.index for each in collection.memberships] == left
    assert [each.index for each in collection.memberships.newest_first()] == left[::-1]
    assert collection.memberships[-1].index == 8
    assert [each.index for each in collection.memberships.newest_first()[1:3]] == [7, 6]
    assert collection.memberships.newest_first()[-1].index == 1
    assert artifacts.find(collection, "latest") is collection.memberships.find(8)
