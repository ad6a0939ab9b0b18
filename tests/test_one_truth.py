"""One truth: with the catalog of a world, lint reports an error exactly when it refuses or misplaces the link."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regilink_doctor.core.catalog import Catalog, Collection, Organization, Registry
from regilink_doctor.core.ledger import LinkAttempt
from regilink_doctor.core.problems import SdkRefusal, sdk_link
from regilink_doctor.core.target_path import parsed
from regilink_doctor.core.targets import target_of
from regilink_doctor.doctor.base import report_problem
from regilink_doctor.emulator import World
from regilink_doctor.lint.engine import lint_bytes
from regilink_doctor.rules import rule_for
from regilink_doctor.rules.judge import correct_path, explain_attempt, explain_outcome, judge_name, judge_target
from regilink_doctor.workflows.explain.paths import examine
from regilink_doctor.workflows.verify import is_source, verify

TYPES = ("model", "dataset")
VISIBILITIES = ("organization", "restricted")
ENTITIES = ("team-a", "team-c", "alice", "acme", "beta", "ghost")
NAMES = ("model", "dataset", "Golden Datasets", "models", "raw", "proj")
SEGMENTS = st.sampled_from(
    [
        *(f"wandb-registry-{name}" for name in NAMES),
        *NAMES,
        "",
        " ",
        "acme",
        "Acme Inc",
        "beta",
        "Beta",
        "team-a",
        "team-c",
        "alice",
        "zoo",
        "zoo:v3",
        "zoo:latest",
        "<collection>",
        "{COLLECTION}",
        "$COLLECTION",
        "%s",
        "100%done",
        "zoo$5",
        "None",
        "wandb-registry-",
        "Wandb-Registry-model",
        "wandb_registry_model",
        "wandb-registry",
        " wandb-registry-model",
        "wandb-registry-model ",
        "wandb_registry_model:v3",
        "wandb-registry-model:zoo",
        "acme:wandb-registry-model",
        ":v3",
        'zoo"',
        "wandb-registry-wandb-registry-a?b",
        "wandb-registry-MODEL",
        "wandb-registry-wandb-registry-model",
        "wandb-registry-Golden%20Datasets",
        "model-registry",
        "https:",
        "Production-registry",
    ]
)
TEXTS = st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join)


@st.composite
def registries(draw: st.DrawFn) -> tuple[Registry, ...]:
    made = []
    for name in draw(st.sets(st.sampled_from([*NAMES[:3], "raw", "model-registry"]), max_size=4)):
        collections = (Collection("zoo", draw(st.sampled_from(TYPES))),) if draw(st.booleans()) else ()
        types = draw(st.sampled_from([None, ("model",), ("dataset",), TYPES]))
        kept = tuple(item for item in collections if types is None or item.type in types)
        made.append(Registry(name, types=types, visibility=draw(st.sampled_from(VISIBILITIES)), collections=kept))
    return tuple(sorted(made, key=lambda registry: registry.name))


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog:
    organizations = [Organization("Acme Inc", "acme", ("team-a", "team-b"), draw(registries()))]
    if draw(st.booleans()):
        organizations.append(Organization("Beta", "beta", ("team-c",), draw(registries())))
    return Catalog(tuple(organizations), complete=True, personal_entities=frozenset({"alice"}))


CODE = """import wandb
run = wandb.init(entity={entity}, project="proj")
artifact = wandb.Artifact("source", type={type})
{call}
"""
CALLS = {
    "Run.link_artifact": "run.link_artifact(artifact, {text})",
    "Artifact.link": "run.log_artifact(artifact).link({text})",
}


LINKS = st.tuples(TEXTS, st.sampled_from(ENTITIES), st.sampled_from([*TYPES, "Model"]), st.sampled_from([*CALLS]))


@given(catalogs(), st.lists(LINKS, min_size=10, max_size=10))
def test_lint_and_the_world_agree(catalog: Catalog, links: list[tuple[str, str, str, str]]) -> None:
    world = World.from_catalog(catalog)
    for text, entity, artifact_type, call in links:
        link = sdk_link(text, call, entity, "proj", {})  # type: ignore[arg-type]
        outcome = "refused" if isinstance(link, SdkRefusal) else world.link(link, type=artifact_type).outcome
        if outcome == "unknown":
            continue
        code = CODE.format(
            entity=json.dumps(entity), type=json.dumps(artifact_type), call=CALLS[call].format(text=json.dumps(text))
        )
        found = lint_bytes("/nowhere/train.py", code.encode(), catalog).findings
        errors = [finding for finding in found if finding.severity == "error"]
        assert bool(errors) == (outcome in ("refused", "misplaced")), (outcome, link, found)


Words = tuple[str, str, str]


def lint_words(text: str) -> set[Words]:
    """Code, summary and help of what lint reports of a path, in a run of which nothing else is known."""
    code = f"import wandb\nwandb.run.link_artifact(artifact, {json.dumps(text)})\n"
    found = lint_bytes("/nowhere/train.py", code.encode()).findings
    in_path = [finding for finding in found if rule_for(finding.code).is_about_path]
    return {(finding.code, finding.message, finding.help or "") for finding in in_path}


@given(TEXTS)
def test_lint_explain_doctor_and_dry_run_speak_with_one_voice(text: str) -> None:
    words = {(wrong.code, wrong.message, wrong.help or "") for wrong in examine(target_of(text)).wrong}
    # Lint reports a rule once at a place: two quotes of a string with escapes have one.
    assert lint_words(text) <= words
    assert {code for code, *_ in lint_words(text)} == {code for code, *_ in words}
    for problem in judge_target(target_of(text)):
        outcome = report_problem(problem)
        assert (outcome.code, outcome.message, outcome.help or "") in words
    for code in {code for code, *_ in words}:
        message = explain_outcome(target_of(text), None, code)  # what dry-run says of a link
        assert message is not None
        assert (code, message.summary, message.help or "") in words


@given(TEXTS)
@example(" /https:")
@example("wandb-registry-model/:")
@example("wandb-registry-model/zoo:$ALIAS")
@example("model/Golden Datasets/:v3")
@example("Wandb-Registry-model/Golden Datasets/model")
def test_lint_doctor_and_verify_say_the_same_of_a_name_that_is_consumed(text: str) -> None:
    code = f"import wandb\nwandb.run.use_artifact({json.dumps(text)})\n"
    linted = {
        (finding.code, finding.message, finding.help or "")
        for finding in lint_bytes("/nowhere/a.py", code.encode()).findings
    }
    name = target_of(text)
    for problem in judge_name(name):
        outcome = report_problem(problem)
        if "\\" in code:  # the parts of a string with an escape have one place, where lint reports one of a kind
            assert outcome.code in {reported for reported, *_ in linted}
        else:
            assert (outcome.code, outcome.message, outcome.help or "") in linted
    path = parsed(text)
    means_registry = path is None or not is_source(path)
    wrong = next((each for each in judge_name(name, means_registry=means_registry) if each.severity == "error"), None)
    if wrong is not None:
        (verification,) = verify([text], environ={})
        message = rule_for(wrong.rule).explain(wrong)
        assert (verification.problems, verification.help) == ((message.summary,), message.help)


@given(TEXTS)
@example("//model-registry/model")
@example("model-registry/Wandb-Registry-model/model/ ")
@example("wandb-registry-model/ /wandb-registry-model")
@example("wandb-registry-model/:v3")
def test_no_help_shows_a_path_with_another_mistake(text: str) -> None:
    for problem in judge_target(target_of(text)) if correct_path(text) is not None else ():
        message = rule_for(problem.rule).explain(problem)
        for path in re.findall(r'write "([^"]*/[^"]*)"', message.help or ""):
            filled_in = path.replace("COLLECTION", "zoo").replace("REGISTRY", "model")
            assert not judge_target(target_of(filled_in)), message


def test_dry_run_says_of_an_accepted_link_to_the_legacy_registry_what_lint_says() -> None:
    path = "team-a/model-registry/zoo"
    places = ("team-a", "model-registry", "zoo", None, ())
    attempt = LinkAttempt("alice", "team-a/p/1", None, "model", path, *places, "linked", None, None, None, None)
    (problem,) = judge_target(target_of(path))
    assert explain_attempt(attempt, None) == rule_for(problem.rule).explain(problem)


@pytest.mark.parametrize("name", ["c.json"])
def test_a_world_comes_back_from_its_file(tmp_path: Path, name: str) -> None:
    registry = Registry("model", types=("model",), collections=(Collection("zoo", "model"),))
    catalog = Catalog((Organization("Acme Inc", "acme", ("team-a",), (registry,)),), complete=True)
    catalog.save(tmp_path / name)
    assert Catalog.load(tmp_path / name) == catalog
