"""Artifacts with the real SDK: what is logged is what is read, deduplicated, used, downloaded and deleted."""

from datetime import timedelta
from pathlib import Path

import pytest
import wandb
from serving import Server
from wandb.errors import CommError

from regilink_doctor.core.ledger import AliasChange
from regilink_doctor.core.records import replace
from regilink_doctor.workflows.dry_run.collect import alias_changes


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "data"
    (root / "deep").mkdir(parents=True)
    (root / "a.txt").write_text("a", encoding="utf-8")
    (root / "deep" / "b c.bin").write_bytes(bytes(range(256)) * 5000)
    (root / "deep" / "ü.txt").write_text("umlaut", encoding="utf-8")
    return root


def test_files_folders_and_references_come_back_as_they_were(server: Server, folder, tmp_path) -> None:
    artifact = wandb.Artifact("zoo", "dataset", description="animals", metadata={"n": {"m": [1, 2]}})
    artifact.add_dir(str(folder))
    artifact.add_file(str(folder / "a.txt"), name="copies/a.txt")
    with artifact.new_file("made.json", mode="w") as file:
        file.write("{}")
    artifact.add_reference(far := f"{server.emulator.url}/healthz", name="far")
    artifact.add_reference((folder / "a.txt").as_uri(), name="near")
    with wandb.init(entity="team-a", project="proj") as run:
        run.log_artifact(artifact, aliases=["one", "two"], tags=["blue"])
    found = server.api().artifact("team-a/proj/zoo:two")
    assert (found.type, found.version, found.description, dict(found.metadata)) == (
        "dataset",
        "v0",
        "animals",
        {"n": {"m": [1, 2]}},
    )
    assert sorted(found.aliases) == ["latest", "one", "two"]
    assert (found.tags, found.digest, found.state) == (["blue"], artifact.digest, "COMMITTED")
    assert found.file_count == 7
    got = tmp_path / "got"
    found.download(str(got))
    for name in ("a.txt", "deep/b c.bin", "deep/ü.txt"):
        assert (got / name).read_bytes() == (folder / name).read_bytes()
    assert (got / "near").read_text(encoding="utf-8") == (got / "copies" / "a.txt").read_text(encoding="utf-8") == "a"
    assert found.get_entry("far").ref_target() == far
    one = Path(found.get_entry("deep/b c.bin").download(str(tmp_path / "one")))
    assert one.read_bytes() == (folder / "deep" / "b c.bin").read_bytes()


def test_a_file_that_was_changed_on_the_way_is_noticed(server: Server, folder, tmp_path) -> None:
    with wandb.init(entity="team-a", project="proj") as run:
        artifact = wandb.Artifact("zoo", "dataset")
        artifact.add_file(str(folder / "a.txt"))
        run.log_artifact(artifact).wait()
    found = server.api().artifact("team-a/proj/zoo:v0")
    path = found.download(str(tmp_path / "got"))
    found.verify(path)
    (tmp_path / "got" / "a.txt").write_text("b", encoding="utf-8")
    with pytest.raises(ValueError, match=r"Digest mismatch for file: .*a.txt"):
        found.verify(path)


def test_the_same_content_is_the_same_version_and_gets_the_new_aliases(server: Server, folder) -> None:
    def log(name: str, *aliases: str) -> str:
        artifact = wandb.Artifact("zoo", "dataset")
        artifact.add_file(str(folder / name), name="data")
        return run.log_artifact(artifact, aliases=aliases).wait().version

    with wandb.init(entity="team-a", project="proj") as run:
        assert [log("a.txt", "one"), log("a.txt", "two"), log("deep/ü.txt"), log("a.txt", "three")] == [
            "v0",
            "v0",
            "v1",
            "v0",
        ]
    assert {"one", "two", "three"} <= set(server.api().artifact("team-a/proj/zoo:v0").aliases)


def test_an_incremental_draft_has_the_old_files_and_the_new_ones(server: Server, folder, tmp_path) -> None:
    with wandb.init(entity="team-a", project="proj") as run:
        first = wandb.Artifact("zoo", "dataset")
        first.add_dir(str(folder))
        draft = run.log_artifact(first).wait().new_draft()
        draft.remove("a.txt")
        with draft.new_file("new.txt") as file:
            file.write("new")
        run.log_artifact(draft).wait()
        more = wandb.Artifact("zoo", "dataset", incremental=True)
        more.add_file(str(folder / "a.txt"), name="again.txt")
        run.log_artifact(more).wait()
    api = server.api()
    names = [sorted(api.artifact(f"team-a/proj/zoo:v{index}").manifest.entries) for index in range(3)]
    old = ["deep/b c.bin", "deep/ü.txt"]
    assert names == [["a.txt", *old], [*old, "new.txt"], ["again.txt", *old, "new.txt"]]
    api.artifact("team-a/proj/zoo:v2").download(str(tmp_path / "got"))
    assert (tmp_path / "got" / "deep" / "b c.bin").read_bytes() == (folder / "deep" / "b c.bin").read_bytes()


def test_a_large_file_goes_up_in_parts_or_whole_and_comes_down_the_same(server: Server, tmp_path) -> None:
    (tmp_path / "large").write_bytes(bytes(12 << 20))
    with wandb.init(entity="team-a", project="proj") as run:
        artifact = wandb.Artifact("zoo", "model")
        artifact.add_file(str(tmp_path / "large"))
        run.log_artifact(artifact).wait()
    found = server.api().artifact("team-a/proj/zoo:v0")
    assert found.size == 12 << 20
    found.download(str(tmp_path / "got"))
    assert (tmp_path / "got" / "large").stat().st_size == 12 << 20


def test_what_is_known_of_a_version_can_be_changed(server: Server) -> None:
    found = server.logged()
    found.description, found.metadata = "changed", {"epochs": 3}
    found.aliases.append("best")
    found.aliases.remove("latest")
    found.tags = ["a", "b"]
    found.save()
    again = server.api().artifact("team-a/proj/zoo:best")
    assert (again.description, dict(again.metadata), again.aliases, sorted(again.tags)) == (
        "changed",
        {"epochs": 3},
        ["best"],
        ["a", "b"],
    )
    again.tags.remove("a")
    again.save()
    assert server.api().artifact("team-a/proj/zoo:best").tags == ["b"]


def test_a_time_to_live_is_kept_and_can_be_taken_back(server: Server) -> None:
    with wandb.init(entity="team-a", project="proj") as run:
        artifact = wandb.Artifact("zoo", "model")
        artifact.ttl = timedelta(days=3)
        run.log_artifact(artifact).wait()
    found = server.api().artifact("team-a/proj/zoo:v0")
    assert found.ttl == timedelta(days=3)
    found.ttl = None
    found.save()
    assert server.api().artifact("team-a/proj/zoo:v0").ttl is None


def test_a_version_is_used_by_a_run_and_its_files_are_read(server: Server) -> None:
    server.logged(files={"weights.txt": b"weights", "more/x": b"x"})
    with wandb.init(entity="team-a", project="other") as run:
        artifact = run.use_artifact("team-a/proj/zoo:latest")
        assert Path(artifact.get_entry("weights.txt").download()).read_text(encoding="utf-8") == "weights"
    found = server.api().artifact("team-a/proj/zoo:v0")
    assert sorted((each.name, each.size) for each in found.files()) == [("more/x", 1), ("weights.txt", 7)]
    hows = [each.how for each in server.emulator.ledger.consumed]
    assert "use" in hows
    assert "download" in hows


def test_a_change_of_an_alias_in_a_registry_that_no_link_made_is_noted(server: Server) -> None:
    path = "acme/wandb-registry-model/zoo"

    def change(version: str, *, add: str = "", remove: str = "") -> None:
        found = server.api("alice").artifact(f"{path}:{version}")
        found.aliases[:] = [*(alias for alias in found.aliases if alias != remove), *filter(None, [add])]
        found.save()

    for number in (1, 2):
        source = server.logged(files={"weights.txt": f"{number}".encode()})
        source.link(path, aliases=["candidate"])
        source.aliases.append("best")
        source.save()
    change("v0", add="old")
    change("v1", add="production")
    change("v0", add="production")
    change("v0", add="")
    change("v0", remove="old")
    with pytest.raises(CommError):
        change("v1", add="a/b")
    changes = server.world.ledger.alias_changes
    assert [(item.collection, item.alias, item.before, item.after) for item in changes] == [
        (path, "old", None, "v0"),
        (path, "production", None, "v1"),
        (path, "production", "v1", "v0"),
        (path, "old", "v0", None),
        (path, "a/b", None, None),
    ]
    assert ["a/b" in (item.refused or "") for item in changes] == [False, False, False, False, True]
    assert [replace(item, collection="") for item in alias_changes(changes)] == [
        AliasChange("", "production", None, "v0"),
        AliasChange("", "a/b", None, None, changes[-1].refused),
    ]


def test_one_with_aliases_is_deleted_only_when_they_may_go_too(server: Server) -> None:
    found = server.logged()
    with pytest.raises(CommError, match="aliases"):
        found.delete()
    found.delete(delete_aliases=True)
    assert not server.api().artifact_exists("team-a/proj/zoo:v0")
    assert server.logged().version == "v1"


def test_versions_and_collections_of_a_project_are_listed_in_order_and_page_by_page(server: Server) -> None:
    for index in range(5):
        server.logged(files={"n": str(index).encode()})
    server.logged("dataset", name="raw")
    api = server.api()
    assert [each.version for each in api.artifacts("model", "team-a/proj/zoo", per_page=2)] == [
        "v4",
        "v3",
        "v2",
        "v1",
        "v0",
    ]
    assert sorted(each.name for each in api.artifact_types("team-a/proj")) == ["dataset", "model"]
    assert [each.name for each in api.artifact_collections("team-a/proj", "dataset")] == ["raw"]
    collection = api.artifact_collection("model", "team-a/proj/zoo")
    assert (collection.name, collection.type, collection.is_sequence()) == ("zoo", "model", True)
    assert len(list(collection.artifacts())) == 5
    assert api.artifact_collection_exists("team-a/proj/zoo", "model")
    assert not api.artifact_collection_exists("team-a/proj/none", "model")


def test_a_source_collection_is_renamed_described_tagged_retyped_and_deleted(server: Server) -> None:
    server.logged()
    api = server.api()
    collection = api.artifact_collection("model", "team-a/proj/zoo")
    collection.name, collection.description, collection.tags = "animals", "all of them", ["blue"]
    collection.save()
    again = api.artifact_collection("model", "team-a/proj/animals")
    assert (again.description, again.tags) == ("all of them", ["blue"])
    again.type = "checkpoint"
    again.save()
    assert api.artifact("team-a/proj/animals:v0").type == "checkpoint"
    api.artifact_collection("checkpoint", "team-a/proj/animals").delete()
    assert not api.artifact_collection_exists("team-a/proj/animals", "checkpoint")
