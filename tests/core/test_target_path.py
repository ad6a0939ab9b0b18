"""The grammar: splitting, what is wrong and where, what the SDK makes of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import check_rows

from regilink_doctor.core.problems import LinkInput, SdkRefusal, find_alias_problem, find_problems, sdk_link
from regilink_doctor.core.target_path import UNKNOWN_NAME, PathError, misspelled_prefix, parse

WORDS = st.sampled_from(
    ["wandb-registry-", "wandb-registry-model", "wandb-registry-Golden Datasets", "acme", "model", "zoo", "", " ", "v3"]
)
SEPARATORS = st.sampled_from(["/", "/", "//", ":", "", "\\", "%20", "\n"])
TEXTS = st.one_of(
    st.text(max_size=30),
    st.lists(st.tuples(WORDS, SEPARATORS), max_size=5).map(lambda parts: "".join(a + b for a, b in parts)),
)


@given(st.lists(TEXTS, min_size=10, max_size=10))
def test_splits_as_the_installed_wandb_does(texts: list[str]) -> None:
    validators = pytest.importorskip("wandb.sdk.artifacts._validators")
    if not hasattr(validators, "ArtifactPath"):
        pytest.skip("this wandb has another parser")
    for text in texts:
        try:
            theirs = validators.ArtifactPath.from_str(text)
        except ValueError:
            with pytest.raises(PathError):
                parse(text)
            continue
        ours = parse(text)
        assert (ours.prefix, ours.project, ours.name) == (theirs.prefix, theirs.project, theirs.name)
        assert str(ours) == theirs.to_str()
        assert ours.is_registry == theirs.is_registry_path()


@given(TEXTS)
def test_every_problem_lies_inside_the_text_and_none_crashes(text: str) -> None:
    for problem in find_problems(text):
        assert 0 <= problem.start <= problem.end <= max(len(text), 1)


def codes(text: str, **settings: object) -> list[str]:
    return [problem.rule for problem in find_problems(text, **settings)]


@check_rows(
    ("text", "expected"),
    [
        ("wandb-registry-model/zoo", []),
        ("acme/wandb-registry-Golden Datasets/raw images", []),
        ("candidates/zoo", []),
        ("zoo", []),
        ("wandb-registry-m/", ["REG105"]),
        ("wandb-registry-/c", ["REG105"]),
        ("o/wandb-registry-m/", ["REG105"]),
        ("", ["REG105"]),
        ("wandb-registry-m//c", ["REG111"]),
        ("wandb-registry/model/c", ["REG103"]),
        ("wandb-registry-model/meta-llama/Llama-3", ["REG103"]),
        ("o/wandb-registry-m/a/b", ["REG103"]),
        ("a/b/c/d", ["REG103"]),
        ("Wandb-Registry-model/c", ["REG104"]),
        ("wandb_registry_model/c", ["REG104"]),
        (" wandb-registry-model/c", ["REG104"]),
        ("wandb-registry-<registry>/<collection>", ["REG106", "REG106"]),
        ("wandb-registry-m/c:v3", ["REG107"]),
        ("wandb-registry-m/c:feature/x", ["REG107"]),
        ("acme:wandb-registry-m/c", ["REG111"]),
        ("acme:wandb_registry_m:c", ["REG111"]),
        ("wandb-registry-m:c", ["REG111"]),
        ("wandb-registry-m:v3", ["REG107"]),
        ("wandb-registry-a:b/c", ["REG110"]),
        ("https://wandb.ai/orgs/acme/registry/model", ["REG108"]),
        ("wandb-registry-wandb-registry-m/c", ["REG109"]),
        ("wandb-registry-Golden%20Data/c", ["REG110"]),
        ("wandb-registry-" + "x" * 114 + "/c", ["REG110"]),
        ("wandb-registry-" + "x" * 113 + "/" + "c" * 128, []),
        ("wandb-registry-m/" + "c" * 129, ["REG110"]),
        ("/wandb-registry-m/c", ["REG111"]),
        ("wandb-registry-m/c/", ["REG111"]),
        ("team-a/model-registry/zoo", ["REG112"]),
        ("wandb-registry-None/None", ["REG113", "REG113"]),
        ("wandb-registry-m", ["REG102"]),
        ("o/wandb-registry-m", ["REG102"]),
        ("t/Production-registry/x", ["REG101"]),
        ("wandb-registry-" + UNKNOWN_NAME, []),
        (UNKNOWN_NAME + "wandb-registry-m/c", []),
        (UNKNOWN_NAME + "/wandb-registry-m", ["REG102"]),
        ("model/" + UNKNOWN_NAME, []),
    ],
)
def test_one_problem_per_segment(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


def test_a_project_that_is_a_known_registry_lacks_the_prefix() -> None:
    assert codes("Model/zoo", registries=["model"]) == ["REG101"]
    assert codes("model/zoo", named_registry=True) == ["REG101"]


def test_what_was_meant_replaces_exactly_the_wrong_part() -> None:
    text = "acme/wandb_registry_model/zoo"
    (problem,) = find_problems(text)
    assert text[: problem.start] + (problem.intended or "") + text[problem.end :] == "acme/wandb-registry-model/zoo"


@check_rows(
    ("aliases", "expected"),
    [
        (["best", "v3"], "REG502"),
        (["nightly,best"], "REG501"),
        (list("best"), "REG607"),
        (list("candidate"), "REG607"),
        ([], None),
        (["best", "1.3.0", "v3-beta"], None),
        (["A", "B", "C", "D"], None),
        (list("abc"), None),
        (["1", "2", "3", "4"], None),
        ([","], None),
    ],
)
def test_an_accepted_alias_that_is_not_as_meant(aliases: list[str], expected: str | None) -> None:
    problem = find_alias_problem(aliases)
    assert (problem and problem.rule) == expected


@check_rows(
    ("segment", "meant"),
    [
        ("wandb-registery-m", "wandb-registry-m"),
        ("wandb-registrymodel", "wandb-registry-model"),
        ("wandb-registry", "wandb-registry-"),
        ("wandb-registry-m", None),
        ("registry-model", None),
        ("wandb-project", None),
        ("weights-and-biases", None),
    ],
)
def test_recognises_a_misspelled_prefix(segment: str, meant: str | None) -> None:
    assert misspelled_prefix(segment) == meant


def link(text: str, call: str = "Run.link_artifact", **env: str) -> LinkInput | SdkRefusal:
    return sdk_link(text, call, "team-a", "proj", env)  # type: ignore[arg-type]


def test_the_two_methods_fill_in_different_defaults() -> None:
    assert link("zoo") == LinkInput("team-a", "team-a", None, "proj", "zoo")
    assert link("zoo", "Artifact.link") == LinkInput("team-a", "team-a", None, "uncategorized", "zoo")
    assert link("zoo", "Artifact.link", WANDB_PROJECT="other") == LinkInput("team-a", "team-a", None, "other", "zoo")


def test_an_empty_collection_drops_out_silently() -> None:
    assert link("wandb-registry-m/") == LinkInput("team-a", "team-a", None, "uncategorized", "wandb-registry-m")
    assert link("") == LinkInput("team-a", "team-a", None, "team-a", "proj", emptied=True)


def test_a_registry_link_leaves_the_organization_to_be_resolved() -> None:
    assert link("wandb-registry-m/c") == LinkInput("team-a", None, None, "wandb-registry-m", "c")
    assert link("o/wandb-registry-m/c") == LinkInput("team-a", None, "o", "wandb-registry-m", "c")
    resolved = link("wandb-registry-m/c", WANDB_ORGANIZATION="acme")
    assert resolved == LinkInput("team-a", None, "acme", "wandb-registry-m", "c")


def test_four_parts_are_refused_as_two_types() -> None:
    run, artifact = link("a/b/c/d"), link("a/b/c/d", "Artifact.link")
    assert isinstance(run, SdkRefusal)
    assert isinstance(artifact, SdkRefusal)
    assert (run.exception, artifact.exception) == ("ValueError", "CommError")


@check_rows(
    ("name", "collection", "version"), [("c", "c", None), ("c:v3", "c", "v3"), ("c:", "c", ""), ("c:a:b", "c", "a:b")]
)
def test_the_version_is_what_follows_the_first_colon(name: str, collection: str, version: str | None) -> None:
    path = parse(f"wandb-registry-model/{name}")
    assert (path.collection, path.version) == (collection, version)
