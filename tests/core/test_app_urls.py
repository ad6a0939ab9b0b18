"""What people paste: every shape of section 2 of the catalogue of failures."""

from tables import check_rows

from regilink_doctor.core.target_path import Pasted, read_pasted, read_snippet


@check_rows(
    ("text", "target", "organization", "version"),
    [
        (
            "https://wandb.ai/orgs/Acme Inc/registry/model?selectionPath=acme%2Fwandb-registry-model%2Fzoo"
            "&view=membership&version=v3",
            "wandb-registry-model/zoo",
            "Acme Inc",
            "v3",
        ),
        (
            "https://wandb.ai/orgs/acme/registry/x?selectionPath=acme%2Fwandb-registry-Golden%20Data%2Fa%2Bb&tab=files",
            "wandb-registry-Golden Data/a+b",
            "acme",
            None,
        ),
        (
            "https://w.example.com/registry/dataset?selectionPath=acme%2Fwandb-registry-dataset%2Fc&version=v0",
            "wandb-registry-dataset/c",
            "acme",
            "v0",
        ),
        (
            "https://wandb.ai/t/registry/model?selectionPath=t/wandb-registry-Model/c&view=versions",
            "wandb-registry-Model/c",
            "t",
            None,
        ),
        ("https://wandb.ai/acme/wandb-registry-m/artifacts/model/zoo/v2", "wandb-registry-m/zoo", "acme", "v2"),
        ("wandb.ai/acme/wandb-registry-m/artifacts/model/zoo", "wandb-registry-m/zoo", "acme", None),
        ("wandb-artifact:///acme/wandb-registry-RAG Models/c:v3", "wandb-registry-RAG Models/c", "acme", "v3"),
        ("registry:///acme/model/zoo:prod", "wandb-registry-model/zoo", "acme", "prod"),
    ],
)
def test_a_collection_becomes_a_target_path(
    text: str, target: str, organization: str | None, version: str | None
) -> None:
    pasted = read_pasted(text)
    assert pasted is not None
    assert (pasted.target, pasted.organization, pasted.version) == (target, organization, version)


@check_rows(
    ("text", "expected"),
    [
        (
            "https://wandb.ai/orgs/Acme%20Animals%20Observatory/registry/model",
            Pasted("registry", "Acme Animals Observatory", "model"),
        ),
        ("https://wandb.ai/registry/", Pasted("landing")),
        ("https://wandb.ai/team-a/registry", Pasted("landing", entity="team-a")),
        ("https://wandb.ai/team-a", Pasted("entity", entity="team-a")),
        (
            "https://wandb.ai/team-a/p/artifacts/model/zoo/v1",
            Pasted("source", collection="zoo", version="v1", entity="team-a", project="p", artifact_type="model"),
        ),
        (
            "https://wandb.ai/t/registry/model?selectionPath=t%2Fmodel-registry%2Fzoo&view=all-models",
            Pasted("legacy", collection="zoo", entity="t", project="model-registry"),
        ),
        ("https://wandb.ai/t/model-registry", Pasted("legacy", entity="t", project="model-registry")),
        ("https://wandb.ai/t/model-registry/artifacts", Pasted("legacy", entity="t", project="model-registry")),
    ],
)
def test_what_is_no_collection_is_told_apart(text: str, expected: Pasted) -> None:
    assert read_pasted(text) == expected
    assert expected.target is None


@check_rows(
    "text",
    [
        "",
        "wandb-registry-m/c",
        "https://",
        "https://[",
        "s3://bucket/x",
        "registry:///",
        "https://wandb.ai/t/model-registry-demo",
    ],
)
def test_what_is_no_address_of_w_and_b_is_left_alone(text: str) -> None:
    assert read_pasted(text) is None


@check_rows(
    ("text", "path"),
    [
        (
            'target_path = \n      "acme/wandb-registry-Golden Datasets/raw_images"',
            "acme/wandb-registry-Golden Datasets/raw_images",
        ),
        ("run.link_artifact(a, 'wandb-registry-m/c')", "wandb-registry-m/c"),
        ("acme/wandb-registry-m/c:v3", "acme/wandb-registry-m/c:v3"),
        ("t/model-registry/c", "t/model-registry/c"),
        ("print('hello')", None),
        ("a/b/c/d", None),
        ("", None),
    ],
)
def test_a_snippet_gives_its_path(text: str, path: str | None) -> None:
    assert read_snippet(text) == path


@check_rows(
    ("address", "organization"),
    [("orgs/Acme Inc", "Acme Inc"), ("orgs/Acme Inc/registry/model", "Acme Inc"), ("orgs", "acme"), ("home", "acme")],
)
def test_the_organization_of_an_address_counts_for_more_than_the_entity_of_its_selection(
    address: str, organization: str
) -> None:
    pasted = read_pasted(f"https://wandb.ai/{address}?selectionPath=acme%2Fwandb-registry-model%2Fzoo")
    assert pasted is not None
    assert (pasted.target, pasted.organization) == ("wandb-registry-model/zoo", organization)


@check_rows("selection", ["acme", "acme%2Fwandb-registry-x", "acme%2F%2Fzoo", "%2Fwandb-registry-x%2Fzoo", "%2F%2F"])
def test_a_selection_with_a_part_missing_leaves_the_rest_of_the_address(selection: str) -> None:
    address = "https://wandb.ai/acme/wandb-registry-model/artifacts/model/zoo/v2"
    assert read_pasted(f"{address}?selectionPath={selection}") == read_pasted(address)
