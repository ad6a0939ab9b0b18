"""Pasted code: what lint understands, `explain` understands, with the parts that only the program knows."""

from __future__ import annotations

from tables import check_rows

from regilink_doctor.lint.engine import lint_bytes
from regilink_doctor.workflows.explain import explain, explain_site

UNKNOWN = [
    # (snippet, registry, collection, the expressions that are not known)
    ('run.link_artifact(a, target_path=f"wandb-registry-{registry}/zoo")', None, "zoo", ("registry",)),
    ('run.link_artifact(a, f"wandb-registry-model/{name}")', "model", None, ("name",)),
    ("run.link_artifact(a, f\"{os.environ['ORG']}/wandb-registry-model/zoo\")", "model", "zoo", ("ORG",)),
    ('x = run.use_artifact(f"wandb-registry-model/zoo:{alias}")', "model", "zoo", ("alias",)),
    ('artifact.link("wandb-registry-model/%s" % name)', "model", None, ("name",)),
    ('target_path = f"wandb-registry-model/{name}"', "model", None, ("name",)),
]


@check_rows(("snippet", "registry", "collection", "unknown"), UNKNOWN)
def test_what_is_known_and_what_is_not_is_shown(
    snippet: str, registry: str | None, collection: str | None, unknown: tuple[str, ...]
) -> None:
    found = explain(snippet)
    assert (found.kind, found.is_recognized) == ("snippet", True)
    assert (found.registry, found.collection) == (registry, collection)
    for expression in unknown:
        assert expression in found.notes[0]
    assert "REG106" not in found.codes


def test_a_path_that_only_the_program_knows_is_called_so() -> None:
    for snippet in ("run.link_artifact(a, target_path=cfg.target)", 'artifact.link(f"{REGISTRY}/{name}")'):
        found = explain(snippet)
        assert (found.kind, found.registry, found.codes) == ("snippet", None, ())
        assert "known only when the program runs" in found.notes[0]


@check_rows(
    ("snippet", "code", "failure"),
    [
        ('run.link_model("m.pt", registered_model_name="zoo")', "REG112", "A14"),
        ('my_run.link_artifact(a, "wandb_registry_model/zoo")', "REG104", "A4"),
        ('artifact.link("wandb-registry-model")', "REG102", "A2"),
        ('api.artifact("wandb-registry-model")', "REG102", "A2"),
        ('with wandb.init(entity="t") as r:\n    pass\nr.link_artifact(a, "wandb-registry-model/c")', "REG603", "C8"),
    ],
)
def test_a_call_on_an_object_that_the_snippet_does_not_make_is_understood(
    snippet: str, code: str, failure: str
) -> None:
    found = explain(snippet)
    assert found.kind == "snippet"
    assert found.codes[0] == code
    assert found.failures[0] == failure


def test_nothing_is_reported_of_what_regilink_has_added() -> None:
    for snippet in (
        'run.link_artifact(a, "wandb-registry-model/zoo")',
        'art = api.artifact("wandb-registry-model/zoo:v1")',
        'artifact.link("wandb-registry-model/zoo")',
        'target_path = f"wandb-registry-{registry}/zoo"',
    ):
        assert explain(snippet).codes == ()


def test_code_that_compares_with_a_message_is_code() -> None:
    code = (
        "try:\n    run.link_artifact(a, 'wandb-registry-model/zoo')\nexcept Exception as e:\n"
        "    if 'permission denied' in str(e):\n        raise\n"
    )
    found = explain(code)
    assert (found.kind, found.collection) == ("snippet", "zoo")


def test_the_mark_of_an_unknown_part_is_no_letter_of_a_name() -> None:
    """What `lint --show-sites` and the map print can be pasted."""
    whole = explain("wandb-registry-{?}/zoo")
    assert (whole.codes, whole.collection, whole.registry) == ((), "zoo", None)
    assert "known only when the program runs" in whole.text
    assert explain("wandb_registry-{?}/zoo").codes == ("REG104",)
    assert explain("wandb-registry-model/{?}:v2").codes == ()  # a full name is for reading
    assert explain("target_path: wandb-registry-model/{?}:v2").codes == ("REG107",)
    assert explain("wandb-registry-a?b/zoo").codes == ("REG110",)


def test_a_name_with_unknown_parts_that_is_consumed_has_no_forbidden_letters() -> None:
    source = b'import wandb\n\nrun = wandb.init(entity="team-a")\nrun.use_artifact(f"wandb-registry-{kind}/zoo:v1")\n'
    (site,) = (site for site in lint_bytes("train.py", source).sites if site.kind == "consume")
    (explanation,) = explain_site(site).values()
    assert explanation.codes == ()
    assert "`kind`" in explanation.text


@check_rows(
    ("text", "kind", "failures"),
    [
        ('target_path="model/zoo"', "target-path", ("A1",)),
        ("- run: python train.py --target-path model/zoo", "target-path", ("A1",)),
        ("--target-path wandb-registry-model", "target-path", ("A2",)),
        ("WANDB_REGISTRY_PATH=wandb-registry-model/ python train.py", "target-path", ("A5",)),
        ('>>> run.link_artifact(art, "model/zoo")', "snippet", ("A1",)),
        (
            '{"cells": [{"cell_type": "code", "source": ["run.link_artifact(a, \\"model/zoo\\")"]}], "nbformat": 4}',
            "snippet",
            ("A1",),
        ),
        ('link_artifact(art, f"{entity}/wandb-registry-model/zoo")', "snippet", ()),
        ("!wandb artifact get wandb-registry-model/zoo", "full-name", ()),
        ('for c in api.registries(filter={"name": "wandb-registry-model"}):', "snippet", ()),
        ('create_registry(name="evals", visibility="organization")', "snippet", ()),
    ],
)
def test_parts_of_code_and_commands_are_read(text: str, kind: str, failures: tuple[str, ...]) -> None:
    found = explain(text)
    assert (found.kind, found.failures) == (kind, failures)


def test_a_name_that_is_nearly_one_of_w_and_bs_registries_is_pointed_out() -> None:
    for name, near in (("modle", "model"), ("datset", "dataset"), ("dataste", "dataset")):
        for text in (f"wandb-registry-{name}/zoo", f'run.link_artifact(art, "wandb-registry-{name}/zoo")'):
            assert f'the one of W&B is "{near}"' in explain(text).text
    for name in ("model", "my-model", "dataset2", "golden"):
        assert "must be a registry of your own" not in explain(f"wandb-registry-{name}/zoo").text
    assert 'target_path="wandb-registry-model/zoo", if a registry is meant' in explain("modle/zoo").text
