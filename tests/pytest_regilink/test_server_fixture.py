"""What a test has in hand: the verbs, the questions and the assertions of `regilink`, with the real SDK."""

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import wandb

from pytest_regilink import ImpossibleAssertion, Regilink

TARGET = "wandb-registry-model/zoo"


def link(target: str = TARGET, *, entity: str = "team-a", type: str = "model", name: str = "zoo") -> wandb.Artifact:
    """Log an artifact and link it, as a training does."""
    with wandb.init(entity=entity, project="p") as run:
        model = wandb.Artifact(name, type=type)
        with model.new_file("weights.txt") as file:
            file.write("weights")
        run.log_artifact(model, aliases=["best"]).wait()
        return run.link_artifact(model, target, aliases=["candidate"])


def test_a_link_is_found_with_its_type_and_aliases(regilink: Regilink) -> None:
    link()
    attempt = regilink.assert_linked(TARGET, type="model", aliases="candidate", exact=True)
    assert attempt.version == "v0"
    assert attempt.place is not None
    assert Path(attempt.place.rpartition(":")[0]).name == "test_server_fixture.py"


def test_the_display_name_of_the_organization_is_as_good_as_its_entity(regilink: Regilink) -> None:
    link("acme/wandb-registry-model/zoo")
    regilink.assert_linked("Acme Inc/wandb-registry-model/zoo")
    with pytest.raises(AssertionError, match="something was linked"):
        regilink.assert_not_linked("Acme Inc/wandb-registry-model")


def test_a_version_that_was_unlinked_is_not_there_now(regilink: Regilink) -> None:
    linked = link()
    regilink.assert_linked(TARGET, now=True)
    linked.unlink()
    regilink.assert_linked(TARGET)
    regilink.assert_not_linked(TARGET, now=True)
    with pytest.raises(AssertionError, match="it is not there now"):
        regilink.assert_linked(TARGET, now=True)


def test_an_alias_that_moved_on_is_not_there_now(regilink: Regilink) -> None:
    link()
    with wandb.init(entity="team-a", project="p") as run:
        other = wandb.Artifact("zoo", type="model", metadata={"other": True})
        run.link_artifact(other, TARGET, aliases=["candidate"])
    assert regilink.registry_at(f"{TARGET}:candidate").version == "v1"
    regilink.assert_linked(f"{TARGET}:v0", aliases="candidate")
    with pytest.raises(AssertionError, match='zoo:v0 is there now without the alias "candidate"; it has no alias'):
        regilink.assert_linked(f"{TARGET}:v0", aliases="candidate", now=True)
    with pytest.raises(AssertionError, match=f'nothing was linked to "{TARGET}:production"'):
        regilink.assert_linked(f"{TARGET}:production", now=True)


def test_an_alias_that_was_set_after_the_link_is_there_now(regilink: Regilink) -> None:
    link()
    with pytest.raises(AssertionError, match="is there now without the alias"):
        regilink.assert_linked(TARGET, aliases="production", now=True)
    version = wandb.Api().artifact(f"acme/{TARGET}:v0")
    version.aliases = ["production"]
    version.save()
    for path in (TARGET, f"{TARGET}:production"):
        attempt = regilink.assert_linked(path, aliases="production", exact=True, now=True)
        assert attempt.aliases == ("production",)
    with pytest.raises(AssertionError, match=r'the alias "production"; it has .* now=True is about this moment'):
        regilink.assert_linked(TARGET, aliases="production")  # when it was linked, it had another one


def test_latest_is_an_alias_of_this_moment_like_others(regilink: Regilink) -> None:
    link()
    with wandb.init(entity="team-a", project="p") as run:
        run.link_artifact(wandb.Artifact("zoo", type="model", metadata={"other": True}), TARGET)
    regilink.assert_linked(f"{TARGET}:latest", now=True, aliases={"latest"})
    for version in ("v0", "candidate", "latest"):
        regilink.assert_linked(f"{TARGET}:{version}", aliases="latest")  # when it was linked
    for version, aliases in (("latest", "candidate"), ("v0", "latest"), ("candidate", "latest")):
        with pytest.raises(AssertionError, match=f'is there now without the alias "{aliases}"; it has '):
            regilink.assert_linked(f"{TARGET}:{version}", aliases=aliases, now=True)
    version = regilink.registry_at(f"{TARGET}:candidate")
    assert (version.version, version.aliases) == ("v0", ("candidate",))


def test_a_link_of_which_it_is_not_known_where_it_goes_proves_nothing(regilink: Regilink) -> None:
    regilink.registry("model")
    link("wandb-registry-Model/zoo")
    undocumented = r'links "wandb-registry-Model/zoo" to ".*" is undocumented \[REG302, A10\]: write "%s"\n'
    for path in ("wandb-registry-Model/zoo", TARGET):
        with pytest.raises(AssertionError, match=undocumented % TARGET):
            regilink.assert_linked(path)
    link("wandb-registry-model/" + "z" * 129)
    with pytest.raises(AssertionError, match=r"is undocumented \[REG110, A10\]\n"):
        regilink.assert_linked("wandb-registry-model/z*")


def test_a_registry_that_does_not_exist_proves_nothing(regilink: Regilink) -> None:
    with pytest.raises(ImpossibleAssertion, match=r'no registry "modle" on the server.*did you mean "model"'):
        regilink.assert_not_linked("wandb-registry-modle/zoo")
    with pytest.raises(ImpossibleAssertion, match='no entity "acmee" on the server; did you mean "acme"'):
        regilink.assert_not_linked("acmee/wandb-registry-model/zoo")
    with pytest.raises(ImpossibleAssertion, match='did you mean "model"'):
        regilink.assert_not_consumed("wandb-registry-modle/zoo:v0")
    regilink.assert_not_linked("wandb-registry-production/zoo")  # the code could have named it
    regilink.registry("model")
    with pytest.raises(ImpossibleAssertion, match=r'regilink.registry\("production"\) makes one'):
        regilink.assert_not_linked("wandb-registry-production/zoo")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("wandb-registry-modl*", r'no registry "modl\*" on the server.*did you mean "model"'),
        ("acm*/wandb-registry-modle/zoo", 'did you mean "model"'),
        ("Acme inc/wandb-registry-model/zoo", 'no entity "Acme inc" on the server; did you mean "Acme Inc"'),
        ("team-a/wandb-registry-model/zoo", '"team-a" is a team.*write "wandb-registry-model/zoo"'),
        ("alice/wandb-registry-model", '"alice" is a user.*write "wandb-registry-model"'),
    ],
)
def test_a_place_that_no_link_can_reach_proves_nothing(regilink: Regilink, path: str, message: str) -> None:
    with pytest.raises(ImpossibleAssertion, match=message):
        regilink.assert_not_linked(path)


@pytest.mark.parametrize("path", ["wandb-registry-mod*", "wandb-registry-prod*", "*/wandb-registry-*/zoo", "p/zoo"])
def test_a_place_that_a_link_can_reach_may_be_empty(regilink: Regilink, path: str) -> None:
    regilink.assert_not_linked(path)


def test_a_version_that_nobody_could_consume_proves_nothing(regilink: Regilink) -> None:
    regilink.assert_not_consumed("wandb-registry-model/zoo")
    regilink.published("wandb-registry-model/zoo:production")
    regilink.published("wandb-registry-model/zoo")
    regilink.assert_not_consumed("wandb-registry-model/zoo:production")
    with pytest.raises(ImpossibleAssertion, match=r"no version \".*/zoo:prod\" on the server; there are: v0, v1"):
        regilink.assert_not_consumed("wandb-registry-model/zoo:prod")
    with pytest.raises(ImpossibleAssertion, match=r'no collection ".*/zo" on the server; did you mean ".*/zoo"'):
        regilink.assert_not_consumed("wandb-registry-model/zo:production")


@pytest.mark.parametrize(
    "mocked", ["train_with_mock.wandb", "wandb.init", "wandb.Api", "wandb.Run.link_artifact", "wandb.Artifact.link"]
)
def test_that_a_mock_linked_nothing_proves_nothing(
    regilink: Regilink, monkeypatch: pytest.MonkeyPatch, mocked: str
) -> None:
    from types import ModuleType
    from unittest.mock import MagicMock

    module = ModuleType("train_with_mock")
    module.__dict__["wandb"] = wandb
    monkeypatch.setitem(sys.modules, "train_with_mock", module)
    monkeypatch.setattr(mocked, MagicMock())
    for check in (regilink.assert_not_linked, regilink.assert_not_consumed):
        with pytest.raises(ImpossibleAssertion, match=rf"^{mocked} is a mock: nothing reaches the server"):
            check()
    with pytest.raises(AssertionError, match=rf"{mocked} is a mock: the real SDK never ran"):
        regilink.assert_linked(TARGET)


def test_a_mock_of_download_hides_what_is_read_and_no_link(regilink: Regilink, monkeypatch: pytest.MonkeyPatch) -> None:
    from unittest.mock import MagicMock

    regilink.published(f"{TARGET}:production")
    with monkeypatch.context() as context:
        context.setattr("wandb.Artifact.download", MagicMock(return_value="models"))
        wandb.Api().artifact(f"{TARGET}:production").download()
        regilink.assert_not_linked()
        with pytest.raises(AssertionError, match="No run began: the code did not reach wandb"):
            regilink.assert_linked(TARGET)
    regilink.assert_not_linked()
    with pytest.raises(ImpossibleAssertion, match=r"^wandb.Artifact.download was a mock when the code called it"):
        regilink.assert_not_consumed(how="download")


@pytest.mark.parametrize(
    ("mocked", "call"),
    [
        ("wandb.init", lambda module: wandb.init()),
        ("wandb.Artifact.link", lambda module: wandb.Artifact("zoo", type="model").link(TARGET)),
        ("train_with_mock.wandb", lambda module: module.wandb.init()),
    ],
)
def test_a_mock_that_is_over_proves_nothing_if_the_code_called_it(
    regilink: Regilink, monkeypatch: pytest.MonkeyPatch, mocked: str, call: Callable[..., object]
) -> None:
    from types import ModuleType
    from unittest.mock import MagicMock, patch

    module = ModuleType("train_with_mock")
    module.__dict__["wandb"] = wandb
    monkeypatch.setitem(sys.modules, "train_with_mock", module)
    with patch(mocked) as unused:
        pass
    with patch("wandb.init", wraps=wandb.init):
        wandb.init().finish()
    with patch("pathlib.Path.unlink") as other:
        other()
    regilink.assert_not_linked()
    with monkeypatch.context() as context:
        context.setattr(mocked, MagicMock())
        call(module)
    assert not unused.mock_calls
    for check in (regilink.assert_not_linked, regilink.assert_not_consumed):
        with pytest.raises(ImpossibleAssertion, match=rf"^{mocked} was a mock when the code called it: nothing"):
            check()


def test_the_folder_of_the_test_is_its_own(regilink: Regilink, tmp_path: Path) -> None:
    assert not list(tmp_path.iterdir())
    (tmp_path / "weights.txt").write_text("w", encoding="utf-8")
    with wandb.init(entity="team-a", project="p") as run:
        model = wandb.Artifact("zoo", type="model")
        model.add_dir(str(tmp_path))
        run.link_artifact(model, TARGET)
    assert list(regilink.artifacts[0].files) == ["weights.txt"]


def test_commands_of_wandb_print(regilink: Regilink, forked_python: str) -> None:
    import subprocess

    regilink.published(f"{TARGET}:production")
    command = [forked_python, "-m", "wandb", "artifact", "ls", "team-a/published"]
    assert "zoo:v0" in subprocess.run(command, capture_output=True, text=True, check=True).stderr


def test_a_registry_accepts_the_types_that_the_test_declares(regilink: Regilink) -> None:
    regilink.registry("model", types=["dataset"])
    with regilink.assert_fails_loudly(because="REG401"):
        link()


def test_a_registry_that_the_code_named_is_not_impossible(regilink: Regilink) -> None:
    with pytest.raises(wandb.errors.CommError):
        link("wandb-registry-modle/zoo")
    regilink.assert_not_linked("wandb-registry-modle/zoo")


def read(name: str) -> None:
    wandb.Api().artifact(name).download()


@pytest.mark.parametrize(
    ("asked", "names", "others"),
    [
        (":candidate", (":candidate", ":v0", "", "/"), (":latest", ":best")),
        (":v0", (":v0", ""), (":candidate", ":latest")),
        pytest.param("", (":latest", ":v0", ""), (":candidate",), marks=pytest.mark.slow),
    ],
)
def test_a_download_counts_for_the_names_that_were_asked_for(
    regilink: Regilink, asked: str, names: tuple[str, ...], others: tuple[str, ...]
) -> None:
    link()
    regilink.assert_not_consumed(f"{TARGET}:candidate", how="download")
    read(f"{TARGET}{asked}")
    for name in names:
        path = "wandb-registry-model" if name == "/" else f"{TARGET}{name}"
        regilink.assert_consumed(path, how="download")
        with pytest.raises(AssertionError, match="was downloaded, as team-a/p/zoo:v0"):
            regilink.assert_not_consumed(path, how="download")
        regilink.assert_not_consumed(path, how="use")
    for name in others:
        with pytest.raises(AssertionError, match=f'"{TARGET}{name}" was not downloaded: "acme/{TARGET}:'):
            regilink.assert_consumed(f"{TARGET}{name}", how="download")
    for name in ("team-a/p/zoo:best", "team-a/p/zoo"):
        regilink.assert_not_consumed(name)


def test_a_source_is_not_the_version_in_the_registry(regilink: Regilink) -> None:
    link()
    read("team-a/p/zoo:best")
    regilink.assert_consumed("team-a/p/zoo:best", how="download")
    regilink.assert_not_consumed(TARGET)
    with wandb.init(entity="team-a", project="p") as run:
        run.use_artifact(f"{TARGET}:candidate")
    regilink.assert_consumed(f"{TARGET}:candidate", how="use")
    regilink.assert_not_consumed("team-a/p/zoo:best", how="use")


def test_an_alias_that_moved_after_it_was_read_is_still_the_one_that_was_read(regilink: Regilink) -> None:
    for content in ("old", "new"):
        regilink.published(f"{TARGET}:production", files={"weights.txt": content})
        if content == "old":
            read(f"{TARGET}:production")
    regilink.assert_consumed(f"{TARGET}:production")
    with pytest.raises(AssertionError, match=r":production\" was fetched, as .*:v0"):
        regilink.assert_not_consumed(f"{TARGET}:production")
    regilink.assert_not_consumed(f"{TARGET}:v1")


def test_a_version_from_a_list_was_asked_for_by_no_name_and_counts_for_all(regilink: Regilink) -> None:
    regilink.published(f"{TARGET}:production")
    regilink.published(f"{TARGET}:staging")
    for version in wandb.Api().artifacts("model", f"acme/{TARGET}"):
        if "production" in version.aliases:
            version.download()
    regilink.assert_consumed(f"{TARGET}:production", how="download")
    regilink.assert_not_consumed(f"{TARGET}:staging")


def test_a_file_that_is_downloaded_alone_is_of_its_version(regilink: Regilink, tmp_path: Path) -> None:
    for alias in ("staging", "production"):
        regilink.published(f"{TARGET}:{alias}", files={"shared.txt": "same", f"{alias}.txt": alias})
    files = {alias: wandb.Api().artifact(f"{TARGET}:{alias}").files() for alias in ("production", "staging")}
    listed = {alias: {file.name: file for file in every} for alias, every in files.items()}
    regilink.assert_not_consumed(how="download")
    for name in ("shared.txt", "production.txt"):
        listed["production"][name].download(root=str(tmp_path)).close()
    regilink.assert_consumed(f"{TARGET}:production", how="download")
    assert [item.name for item in regilink.ledger.consumed if item.how == "download"] == ["team-a/published/zoo:v1"]


def test_a_fetch_that_failed_consumed_nothing(regilink: Regilink) -> None:
    link()
    with pytest.raises((ValueError, wandb.errors.CommError)):
        wandb.Api().artifact("wandb-registry-model/zoo:v7")
    regilink.assert_not_consumed("wandb-registry-model/zoo:v7")
    with pytest.raises(AssertionError, match="was not fetched"):
        regilink.assert_consumed("wandb-registry-model/zoo:v7", how="fetch")


def test_a_published_version_has_content_for_the_code_that_consumes_it(regilink: Regilink, tmp_path: Path) -> None:
    (tmp_path / "vocabulary.txt").write_text("zebra", encoding="utf-8")
    regilink.published(
        "wandb-registry-model/zoo:production",
        files={"weights.txt": "w", "raw.bin": b"\x00\xff", "vocabulary.txt": tmp_path / "vocabulary.txt"},
        metadata={"accuracy": 0.9},
    )
    with wandb.init() as run:
        artifact = run.use_artifact("wandb-registry-model/zoo:production")
        folder = Path(artifact.download(str(tmp_path / "download")))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "weights.txt": b"w",
        "raw.bin": b"\x00\xff",
        "vocabulary.txt": b"zebra",
    }
    assert artifact.metadata == {"accuracy": 0.9}
    assert artifact.version == "v0"
    regilink.assert_consumed("wandb-registry-model/zoo:production", how="use")
    assert not regilink.links, "publishing is not an attempt of the code"


def test_published_versions_are_counted_and_their_names_checked(regilink: Regilink) -> None:
    assert regilink.published("wandb-registry-model/zoo").version == "v0"
    assert regilink.published("acme/wandb-registry-model/zoo:v1", aliases="a").version == "v1"
    assert regilink.registry_at("wandb-registry-model/zoo:latest").version == "v1"
    assert regilink.published("wandb-registry-prod/zoo").collection.project.registry_name == "prod"
    with pytest.raises(ValueError, match="the next version of acme/wandb-registry-model/zoo is v2, not v7"):
        regilink.published("wandb-registry-model/zoo:v7")
    with pytest.raises(ValueError, match="is not a version in a registry"):
        regilink.published("wandb-registry-model")
    with pytest.raises(ValueError, match='holds the type "model", not "dataset"'):
        regilink.published("wandb-registry-model/zoo", type="dataset")
    with pytest.raises(
        LookupError, match='there is no wandb-registry-model/zo; did you mean "wandb-registry-model/zoo'
    ):
        regilink.registry_at("wandb-registry-model/zo")


def test_what_a_run_logged_is_found_by_each_of_its_names(regilink: Regilink) -> None:
    link()
    for name in ("zoo", "p/zoo", "team-a/p/zoo", "zoo:v0", "zoo:best"):
        assert regilink.assert_logged(name, type="model").source_name == "team-a/p/zoo:v0"
    regilink.assert_logged("zoo", aliases="best")
    for name, options in (("zo", {}), ("zoo:v1", {}), ("zoo", {"type": "dataset"}), ("zoo", {"aliases": ["worst"]})):
        with pytest.raises(AssertionError, match=r"no run logged .*(?s:.*)model team-a/p/zoo:v0"):
            regilink.assert_logged(name, **options)
    with pytest.raises(
        AssertionError, match=r'^no run logged "zoo" of type "dataset": team-a/p/zoo:v0 is of type "model"\n'
    ):
        regilink.assert_logged("zoo", type="dataset")
    assert [run.project.name for run in regilink.runs] == ["p"]
    assert [version.source_name for version in regilink.artifacts] == ["team-a/p/zoo:v0"]


def test_an_automation_that_a_link_triggers_is_found_by_its_name(regilink: Regilink) -> None:
    regilink.automation("deploy-on-production", registry="model", on="alias", alias="production")
    regilink.automation("tell", registry="model", collection="zoo")
    linked = link()
    assert regilink.assert_triggered("tell", path=TARGET).event == "LINK_MODEL"
    with pytest.raises(
        AssertionError, match=r"\"deploy-on-production\" did not run: it waits for ADD_ARTIFACT_ALIAS in acme"
    ):
        regilink.assert_triggered("deploy-on-production")
    with pytest.raises(
        AssertionError, match=r"did not run for .*/other\": it ran for acme/wandb-registry-model/zoo:v0"
    ):
        regilink.assert_triggered("tell", path="wandb-registry-model/other")
    with pytest.raises(
        ImpossibleAssertion, match=r'no automation "deploy-on-prod"; did you mean "deploy-on-production"'
    ):
        regilink.assert_triggered("deploy-on-prod")
    linked.aliases.append("production")
    linked.save()
    entry = regilink.assert_triggered("deploy-on-production", path=f"{TARGET}:production")
    assert (entry.subject, entry.alias) == ("acme/wandb-registry-model/zoo:v0", "production")
    with pytest.raises(LookupError, match='there is no registry "modle"'):
        regilink.automation("deploy", registry="modle")


def test_an_automation_of_the_same_name_is_changed(regilink: Regilink) -> None:
    first = regilink.automation("deploy", registry="model", on="tag")
    assert regilink.automation("deploy", registry="model", on="alias", alias="production") is first
    assert first.event == "ADD_ARTIFACT_ALIAS"
    for options, message in (({"on": "run-state"}, "is not an event"), ({"alias": "production"}, "needs on=")):
        with pytest.raises(ValueError, match=message):
            regilink.automation("deploy", registry="model", **options)


def test_a_team_has_the_current_user_in_it(regilink: Regilink) -> None:
    regilink.team("my-team")
    link(entity="my-team")
    regilink.assert_linked(TARGET)
    regilink.team("their-team", members=[])
    with pytest.raises(wandb.errors.CommError):
        link(entity="their-team")


def test_a_declared_organization_replaces_the_placeholder(regilink: Regilink) -> None:
    regilink.organization("Zoo Corp", entity="zoo-org")
    assert list(regilink.world.organizations) == ["Zoo Corp"]
    link("zoo-org/wandb-registry-model/zoo")
    regilink.assert_linked("Zoo Corp/wandb-registry-model/zoo")
    assert not regilink.world.assumed
    regilink.organization("Second")
    assert list(regilink.world.organizations) == ["Zoo Corp", "Second"]


def test_what_does_not_exist_is_reported_with_what_does(regilink: Regilink) -> None:
    for call, message in (
        (lambda: regilink.artifact("a", entity="teem-a"), 'no team or user "teem-a"; did you mean "team-a"'),
        (lambda: regilink.collection("c", registry="modell"), 'no registry "modell"; did you mean "model"'),
        (lambda: regilink.member("alicia", team="team-a"), 'no user "alicia"; did you mean "alice"'),
        (lambda: regilink.member("alice", team="nobody"), r'no team or user "nobody"\. There are: .*team-a'),
        (lambda: regilink.login("bob"), r'no user "bob"\. There are: alice'),
        (lambda: regilink.user("bob", teams=["nobody"]), 'no team or user "nobody"'),
        (lambda: regilink.service_account("ci", "nobody"), 'no team or user "nobody"'),
    ):
        with pytest.raises(LookupError, match=message):
            call()
    with pytest.raises(ValueError, match='without the prefix: "model"'):
        regilink.collection("c", registry="wandb-registry-model")
    with pytest.raises(TypeError, match=r"registry\(\): types must be Sequence\[str\] \| None, not str"):
        regilink.registry("model", types="model")
    with pytest.raises(TypeError, match="a file holds a string, bytes"):
        regilink.artifact("a", files={"x": 3})


def test_a_failed_assertion_says_what_there_is_in_its_first_line(regilink: Regilink) -> None:
    for call, message in (
        (lambda: regilink.assert_triggered("deploy"), r'none; regilink\.automation\("deploy", \.\.\.\) makes one'),
        (lambda: regilink.registry_at(TARGET), f"there is no {TARGET}; nothing was linked"),
        (lambda: regilink.assert_registry_ready("zoo"), '"zoo" is not a full name: write "ENTITY/PROJECT/zoo"'),
        (lambda: regilink.assert_registry_ready("team-a/p/zoo"), "not on the server; there are: no artifacts"),
        (lambda: regilink.assert_logged(TARGET), f'"{TARGET}" is in a registry, .*: use assert_linked'),
        (lambda: regilink.assert_refused(TARGET, failure="missing"), 'its ids are like "B3"'),
    ):
        with pytest.raises((AssertionError, LookupError), match=message):
            call()
    source = regilink.artifact("zoo", type="model", files={"weights": "1"})
    with pytest.raises(AssertionError, match=r'is not on the server; did you mean ".*/zoo:v0"\?'):
        regilink.assert_registry_ready(source.sequence.path + "o")
    regilink.registry("model")
    with pytest.raises(
        AssertionError, match=r'the registry "modle" \[REG301\]: no registry "modle" is known\n'
    ) as caught:
        regilink.assert_registry_ready(source.source_name, registry="modle")
    assert str(caught.value).endswith('help: did you mean "wandb-registry-model/zoo"?')
    regilink.published(f"{TARGET}:production")
    with pytest.raises(AssertionError, match=f'"acme/{TARGET}:v0" is linked at this moment'):
        regilink.assert_not_linked(TARGET, now=True)


def test_code_may_make_a_registry_itself(regilink: Regilink) -> None:
    wandb.Api().create_registry(organization="Acme Inc", name="made", visibility="organization")
    link("wandb-registry-made/zoo")
    regilink.assert_linked("wandb-registry-made/zoo")


def test_another_user_goes_on_after_a_login(regilink: Regilink) -> None:
    regilink.user("bob", teams=["team-a"])
    link()
    regilink.login("bob")
    link()
    assert [attempt.user for attempt in regilink.links] == ["alice", "bob"]
    assert regilink.current_user.username == "bob"


def test_it_is_shown_in_one_line(regilink: Regilink) -> None:
    assert repr(regilink) == f"<Regilink at {regilink.emulator.url}: 0 links, 0 consumed>"
    assert repr(regilink.registry("model")) == "<project acme/wandb-registry-model>"
    assert repr(regilink.published(f"{TARGET}:production")) == "<version acme/wandb-registry-model/zoo:v0>"
    assert repr(regilink.artifacts) == "(<artifact team-a/published/zoo:v0 of type model>,)"
    assert repr(regilink.team("team-a")) == "<team team-a>"
    with pytest.raises(AttributeError):
        regilink.registri  # noqa: B018


@pytest.mark.parametrize(
    ("setup", "message"),
    [
        (lambda patch: None, "No run began"),
        (lambda patch: wandb.init().finish(), "began, but logged and linked nothing"),
        (lambda patch: patch.setenv("WANDB_MODE", "disabled"), 'WANDB_MODE is "disabled"'),
        (lambda patch: patch.setenv("WANDB_MODE", "offline"), 'WANDB_MODE is "offline"'),
    ],
)
def test_nothing_was_linked_is_explained(regilink: Regilink, monkeypatch: pytest.MonkeyPatch, setup, message) -> None:
    setup(monkeypatch)
    with pytest.raises(AssertionError, match=message):
        regilink.assert_linked(TARGET)


def test_a_mock_in_place_of_wandb_init_is_reported(regilink: Regilink, monkeypatch: pytest.MonkeyPatch) -> None:
    from unittest.mock import MagicMock

    monkeypatch.setattr(wandb, "init", MagicMock())
    wandb.init().link_artifact("model", TARGET)
    with pytest.raises(AssertionError, match=r"wandb\.init is a mock"):
        regilink.assert_linked(TARGET)


def test_a_run_that_logged_but_linked_nothing_is_reported(regilink: Regilink) -> None:
    with wandb.init(project="p") as run:
        run.log_artifact(wandb.Artifact("zoo", type="model")).wait()
        run.use_artifact("zoo:v0")
        with pytest.raises(AssertionError, match=r"A run logged team-a/p/zoo:v0 but .* did not reach its link\.$"):
            regilink.assert_linked(TARGET)
        with suppress(wandb.errors.CommError):
            run.use_artifact(f"model-{run.id}:latest")
    assert repr(regilink).endswith(": 0 links, 2 consumed>")  # fetched and used; not what could not be read
    with pytest.raises(AssertionError, match=r"its link\. Before that it could not read model-\w+:latest\."):
        regilink.assert_linked(TARGET)


def test_every_request_is_listed(regilink: Regilink) -> None:
    link()
    requests = [request for request in regilink.requests if "linkArtifact" in request.fields]
    assert [(request.method, request.path, request.status, request.user) for request in requests] == [
        ("POST", "/graphql", 200, "alice")
    ]
    assert requests[0].operation == "LinkArtifact"
    assert "zoo" in str(requests[0].variables)
    assert any(request.method == "PUT" and request.path.startswith("/storage/") for request in regilink.requests)


@pytest.mark.slow
def test_a_request_that_met_a_fault_is_listed_with_its_status(regilink: Regilink) -> None:
    regilink.fault("status", "linkArtifact", status=503, count=1)
    link()
    assert [request.status for request in regilink.requests if "linkArtifact" in request.fields] == [503, 200]


@pytest.mark.parametrize(
    "ask",
    [
        lambda api: list(api.artifact_collections("our-org/wandb-registry-prod", "model")),
        lambda api: api.artifact_collection_exists("our-org/wandb-registry-prod/zoo", "model"),
        lambda api: api.artifact_exists("our-org/wandb-registry-prod/zoo:latest", "model"),
    ],
    ids=["list", "collection", "version"],
)
def test_code_may_ask_for_its_organization_before_it_links(
    regilink: Regilink, ask: Callable[[wandb.Api], object]
) -> None:
    regilink.registry("prod", types=["model"])
    assert not ask(wandb.Api())
    assert [(each.kind, each.name) for each in regilink.world.assumed] == [("organization", "our-org")]
    link("our-org/wandb-registry-prod/zoo")
    assert ask(wandb.Api())


def test_a_registry_that_code_asks_for_is_assumed(regilink: Regilink) -> None:
    assert not wandb.Api().artifact_collection_exists("wandb-registry-prod/zoo", "model")
    assert [(each.kind, each.name) for each in regilink.world.assumed] == [("registry", "wandb-registry-prod")]


def test_the_team_of_a_public_api_is_assumed(regilink: Regilink) -> None:
    regilink.published("wandb-registry-model/zoo:production")
    assert wandb.Api(overrides={"entity": "vision"}).artifact("wandb-registry-model/zoo:production").version == "v0"
    assert [(each.kind, each.name) for each in regilink.world.assumed] == [("team", "vision")]


def test_a_version_of_which_only_the_name_is_known_has_a_path(
    regilink: Regilink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    regilink.collection("zoo", registry="model", versions=2, aliases=["production"])
    regilink.published("wandb-registry-model/bare:production")
    regilink.published("wandb-registry-model/empty:production", files={})
    with wandb.init(project="p") as run:
        for name in ("zoo", "bare"):
            path = run.use_model(f"wandb-registry-model/{name}:production")
            assert "what it contains is not known here" in Path(path).read_text(encoding="utf-8")
            assert run.use_artifact(f"wandb-registry-model/{name}:v0").file()
        empty = run.use_artifact("wandb-registry-model/empty:production")
    assert not empty.manifest.entries
