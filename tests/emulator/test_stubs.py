"""What a dry run needs of the emulator: versions made on the spot, any key, uploads that are not kept."""

from __future__ import annotations

import base64
import hashlib
import io

import pytest
from tables import check_rows

from regilink_doctor.emulator.recorded_calls import record_call
from regilink_doctor.emulator.recorder import LISTING, LinkCall
from regilink_doctor.emulator.storage import IN_MEMORY, BlobStore, Discarded
from regilink_doctor.emulator.world import World, assume
from regilink_doctor.emulator.world.model import Membership, Project


def stubbed() -> World:
    world = World.default()
    world.stubs = set()
    return world


def fetched(world: World, project: Project, name: str) -> Membership | None:
    """What becomes of a name that the code itself fetches."""
    assume.remember_consumed(world, f"somewhere/{project.name}/{name}")
    return assume.version(world, project, name)


@check_rows(
    ("registry", "name", "version", "kind"),
    [
        ("model", "zoo:production", "v0", "model"),
        ("model", "zoo", "v0", "model"),
        ("model", "zoo:v3", "v3", "model"),
        ("dataset", "raw:latest", "v0", "dataset"),
    ],
)
def test_a_version_that_is_asked_for_is_made(registry: str, name: str, version: str, kind: str) -> None:
    world = stubbed()
    project = world.find_project("acme", f"wandb-registry-{registry}")
    assert project is not None
    made = fetched(world, project, name)
    assert made is not None
    assert (made.version, made.collection.type, made.artifact.file_count) == (version, kind, 1)
    assert made.collection.assumed
    assert [each.name for each in world.assumed] == [f"wandb-registry-{registry}/{made.collection.name}"]
    assert assume.version(world, project, name) is made


def test_what_is_there_stays_as_it_is() -> None:
    world = stubbed()
    collection = world.collection("zoo", registry="model", versions=2, aliases=["staging"])
    made = fetched(world, collection.project, "zoo:production")
    assert made is collection.memberships[1]
    assert world.stand_ins == {f"{collection.path}:v1": "production"}
    assert fetched(world, collection.project, "new:production") is not None
    assert len(world.stand_ins) == 1, "a collection that is made is assumed"
    assert not collection.assumed


def test_a_source_is_made_with_its_project() -> None:
    world = stubbed()
    user = world.users["alice"]
    assume.remember_consumed(world, "team-a/training/train-data:latest")
    assume.project(world, user, "team-a", "training")
    project = world.find_project("team-a", "training")
    assert project is not None
    made = fetched(world, project, "train-data:latest")
    assert made is not None
    assert (made.collection.kind, made.collection.type) == ("SEQUENCE", "dataset")
    assume.project(world, user, "acme", "no-registry")
    assume.project(world, user, "ghost", "training")
    assert world.find_project("acme", "no-registry") is None
    assert world.find_entity("ghost") is None


def test_nothing_is_made_unless_asked() -> None:
    world = World.default()
    project = world.find_project("acme", "wandb-registry-model")
    assert project is not None
    assert fetched(world, project, "zoo:v0") is None
    world.stubs = set()
    assert assume.version(world, project, "zoo:v0") is None, "wandb looked, not the code"
    for name in (":v0", "zoo:a/b", f"zoo:v{assume.MAX_STUBS}"):
        assert fetched(world, project, name) is None


def test_whoever_comes_can_be_let_in() -> None:
    world = World.default()
    assert world.user_of_key("f" * 40) is None
    world.anybody = world.users["alice"]
    assert world.user_of_key("f" * 40) is world.users["alice"]


def test_uploads_beyond_the_limit_leave_their_size_alone() -> None:
    store = BlobStore(limit=1000)
    kept = store.store_blob("a", io.BytesIO(b"x" * 600))
    dropped = store.store_blob("b", io.BytesIO(b"x" * 600))
    assert b"".join(kept.body.read_chunks()) == b"x" * 600
    assert isinstance(dropped.body, Discarded)
    assert (dropped.body.size, dropped.md5) == (600, kept.md5)
    with pytest.raises(LookupError):
        list(dropped.body.read_chunks())
    store.store_blob("a", io.BytesIO(b"y"))
    assert not isinstance(store.store_blob("c", io.BytesIO(b"x" * 600)).body, Discarded)
    store.join_blobs("d", ["b", "c"])
    joined = store.find_blob("d")
    assert joined is not None
    assert joined.body == Discarded(1200)


def test_an_upload_that_grows_beyond_the_limit_is_dropped_midway() -> None:
    size = IN_MEMORY + 2_000_000
    store = BlobStore(limit=IN_MEMORY + 1_000_000)
    dropped = store.store_blob("a", io.BytesIO(b"x" * size))
    assert dropped.body == Discarded(size)
    assert dropped.md5 == base64.b64encode(hashlib.md5(b"x" * size).digest()).decode()
    assert not isinstance(store.store_blob("b", io.BytesIO(b"x" * 500_000)).body, Discarded)
    store.drop_blobs()


@check_rows(
    ("path", "kind", "made", "failed"),
    [
        ("wandb-registry-model/zoo", "model", "acme/wandb-registry-model/zoo", False),
        ("acme/wandb-registry-model/zoo", "model", "acme/wandb-registry-model/zoo", False),
        ("Acme Inc/wandb-registry-dataset/tiles", "dataset", "acme/wandb-registry-dataset/tiles", False),
        ("team-a/train/zoo", "model", "team-a/train/zoo", False),
        ("wandb-registry-model/known", "model", "acme/wandb-registry-model/known", False),
        ("wandb-registry-model/known", "dataset", "", True),  # of another type
        ("wandb-registry-other/zoo", "model", "", True),
        ("acme/train/zoo", "model", "", True),  # no project can be there
        ("wandb-registry-model", "model", None, False),  # no collection: wandb refuses it itself
        ("zoo", "model", None, False),
    ],
)
def test_the_versions_of_a_collection_are_listed(path: str, kind: str, made: str | None, failed: bool) -> None:
    for world in (stubbed(), World.default()):
        world.collection("known", registry="model", versions=2)
        record_call(world, LinkCall(LISTING, path, source_type=kind, ended=False, place="a.py:1"))
        entries = world.ledger.reads
        assert world.ledger.consumed == (), "to list is not to consume"
        is_failed = failed or (world.stubs is None and not path.endswith("known"))
        expected = [] if made is None else [path if is_failed else made]
        assert [entry.name for entry in entries] == expected
        assert [entry.failed is not None for entry in entries] == [is_failed] * len(expected)
        if expected and not is_failed:
            where = made.split("/") if made else []
            project = world.find_project(*where[:2])
            assert project is not None
            assert len(project.collections[where[2]].memberships) == (2 if path.endswith("known") else 1)
