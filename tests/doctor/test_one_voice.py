"""The doctor and lint say the same of the same problem: both render the message of its rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tables import sample

from regilink_doctor.core.targets import target_of
from regilink_doctor.doctor.diagnosis import Diagnosis
from regilink_doctor.emulator import Emulator, World
from regilink_doctor.rules import rule_for
from regilink_doctor.rules.judge import judge_target
from regilink_doctor.workflows.catalog import pull_catalog

PATHS = (
    "model/zoo",
    "wandb-registry-modle/zoo",
    "wandb-registry-xyz/zoo",
    "wandb-registry-models/zoo",
    "team-a/wandb-registry-model/zoo",
    "umbrella/wandb-registry-model/zoo",
    "ACME/wandb-registry-model/zoo",
    "wandb-registry-model",
    "wandb-registry-model/a/b",
    "wandb_registry_model/zoo",
    "wandb-registry-model/",
    "wandb-registry-<name>/zoo",
    "wandb-registry-wandb-registry-model/zoo",
    "wandb-registry-model//zoo",
    "https://wandb.ai/orgs/acme/registry/model",
    "wandb-registry-model/zoo",
    "wandb-registry-dataset/raw",
)


@pytest.mark.parametrize("path", sample(PATHS, one_in=2))
def test_the_words_are_those_of_the_rule(path: str, examined: Callable[..., Diagnosis], emulator: Emulator) -> None:
    world = World.default()
    world.collection("raw", registry="dataset", type="dataset")
    found = examined(path, world=world, entity="team-a", artifact_type="checkpoint")
    (row,) = found.of("fail")
    catalog = pull_catalog(environ=emulator.environ(), complete=True)
    problems = judge_target(target_of(path, entity="team-a", artifact_type="checkpoint"), catalog)
    problem = next(problem for problem in problems if problem.rule == row.code)
    message = rule_for(problem.rule).explain(problem)
    assert row.text.startswith(message.summary)
    assert message.note is None or message.note in row.text
    assert message.help is None or (row.help or "").split("\n")[0] == message.help
