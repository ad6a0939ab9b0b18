"""The search over registries, collections and versions: W&B's filters, orders and pages."""

import pytest
import wandb
from serving import Server
from wandb.errors import CommError


@pytest.fixture
def full(server: Server) -> Server:
    world = server.world
    world.registry("Golden Datasets", description="by hand", types=["dataset"])
    world.registry("hidden", visibility="restricted")
    world.collection("animals", registry="model", versions=3, aliases=["production"])
    world.collection("plants", registry="model", versions=1)
    world.collection("raw", registry="Golden Datasets", type="dataset", versions=2)
    world.collection("secret", registry="hidden", versions=1)
    return server


def test_registries_are_those_that_the_user_sees(full: Server) -> None:
    def names(**filter: object) -> list[str]:
        return [each.name for each in full.api().registries(organization="Acme Inc", filter=filter or None)]

    assert names() == ["model", "dataset", "Golden Datasets"]
    assert names(name="model") == ["model"]
    assert names(name={"$regex": "wandb-registry-G"}) == ["Golden Datasets"]
    assert names(description={"$regex": "hand"}) == ["Golden Datasets"]
    assert names(**{"$or": [{"name": "model"}, {"name": "dataset"}]}) == ["model", "dataset"]
    assert names(name={"$in": ["model", "hidden"]}) == ["model"]
    assert names(**{"$not": {"name": "model"}}) == ["dataset", "Golden Datasets"]


def test_collections_by_name_type_tag_and_over_all_registries(full: Server) -> None:
    registries = full.api().registries(organization="Acme Inc")
    assert sorted(each.name for each in registries.collections()) == ["animals", "plants", "raw"]
    assert [each.name for each in registries.collections(filter={"name": {"$regex": "^a"}})] == ["animals"]
    assert [each.name for each in registries.collections(filter={"name": "animals"})] == ["animals"]
    one = full.api().artifact_collection("model", "acme/wandb-registry-model/plants")
    one.tags = ["green"]
    one.save()
    assert [each.name for each in registries.collections(filter={"tag": "green"})] == ["plants"]
    golden = full.api().registries(organization="Acme Inc", filter={"name": "Golden Datasets"})
    assert [each.name for each in golden.collections()] == ["raw"]


def test_versions_by_alias_tag_index_and_creation(full: Server) -> None:
    animals = full.api().registries(organization="Acme Inc").collections(filter={"name": "animals"})
    assert sorted(each.version for each in animals.versions()) == ["v0", "v1", "v2"]
    assert [each.version for each in animals.versions(filter={"alias": "production"})] == ["v2"]
    first = full.api().artifact("wandb-registry-model/animals:v0")
    first.tags, first.metadata = ["blue"], {"accuracy": 0.9}
    first.save()
    assert [each.version for each in animals.versions(filter={"tag": "blue"})] == ["v0"]
    assert [each.version for each in animals.versions(filter={"metadata.accuracy": {"$gt": 0.5}})] == ["v0"]
    both = {"$and": [{"created_at": {"$gte": "2020-01-01"}}, {"alias": "latest"}]}
    assert [each.version for each in animals.versions(filter=both)] == ["v2"]
    assert [each.version for each in full.api().registry("model").versions(filter={"alias": "latest"})] != []


def test_orders_and_pages(full: Server) -> None:
    registries = full.api().registries(organization="Acme Inc", order="-name", per_page=1)
    assert [each.name for each in registries] == ["model", "dataset", "Golden Datasets"]
    collections = full.api().registry("model").collections(order="-name", per_page=1)
    assert [each.name for each in collections] == ["plants", "animals"]
    with pytest.raises(ValueError, match="order"):
        full.api().registry("model").collections(order="size")


def test_versions_are_ordered_where_the_organization_has_the_advanced_search(full: Server) -> None:
    def ordered() -> list[str]:
        animals = full.api().registry("model").collections(filter={"name": "animals"})
        return [each.version for each in animals.versions(order="-created_at", per_page=2)]

    with pytest.raises(wandb.errors.UnsupportedError, match="Ordering registry versions is not supported"):
        ordered()
    full.world.organization("Acme Inc", advanced_search=True)
    assert ordered() == ["v2", "v1", "v0"]


def test_the_collections_of_an_ordinary_project_are_listed_by_type(server: Server) -> None:
    for name in ("zoo", "zebra", "ant"):
        server.logged(name=name)
    server.logged("dataset", name="raw")
    found = server.api().artifact_collections("team-a/proj", "model", per_page=1)
    assert (sorted(each.name for each in found), len(found)) == (["ant", "zebra", "zoo"], 3)


def test_a_filter_that_is_none_is_refused(server: Server) -> None:
    query = """query Q($f: JSONString) { organization(name: "Acme Inc") { orgEntity {
        projects(filters: $f) { edges { node { name } } } } } }"""
    assert "invalid filter" in server.errors(query, f="{not json")[0]
    assert "unknown operator '$near'" in server.errors(query, f='{"name": {"$near": 1}}')[0]
    with pytest.raises((ValueError, CommError)):
        list(server.api().registries(filter={"no_such_field": 1}))
