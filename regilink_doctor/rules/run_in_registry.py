"""REG209."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.core.naming import LEGACY_REGISTRY
from regilink_doctor.core.target_path import is_known, is_registry_project
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import certain, variable_of
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.file_facts import Setting
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Init
    from regilink_doctor.rules.base import FileFacts, Report


class RunInRegistry(Rule):
    """The run's project is a registry: `wandb.init(project="wandb-registry-model")`, or `"model-registry"`.

    A registry holds links to versions, and no runs. The snippet that the W&B App shows for a registered model starts
    its run in `model-registry`; such runs fill the team's legacy registry. Run in a project of your own, and name the
    registry where an artifact is consumed or linked.
    """

    code = "REG209"
    name = "run-in-registry"
    severity = "warning"
    failures = ("A14",)
    watches = (
        "init",
        "setting",
    )
    bad = (
        'import wandb\nrun = wandb.init(entity="team-a", project="wandb-registry-model")',
        'import wandb\nrun = wandb.init(project="model-registry")\nrun.use_artifact("wandb-registry-model/zoo:v0")',
        'import os\nos.environ["WANDB_PROJECT"] = "wandb-registry-model"',
    )
    good = (
        'import wandb\nrun = wandb.init(entity="team-a", project="training")',
        'import wandb\nrun = wandb.init(entity="team-a", project="model-registry-demo")',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            f"the run's project {quoted(problem.facts['project'])} is a registry",
            "a registry holds links to versions, and no runs",
            'write a project of your own: wandb.init(project="PROJECT", ...)',
        )

    def check_init(self, init: Init, facts: FileFacts) -> Iterator[Report]:
        project = certain(init.project)
        if project is not None and _is_registry(project) and not facts.in_test and not init.context.expected:
            place = init.arguments.keywords.get("project", (init.place, init.place))[1]
            yield self.report(place, project=project)

    def check_setting(self, setting: Setting, facts: FileFacts) -> Iterator[Report]:
        project = certain(setting.value)
        if variable_of(setting) == "WANDB_PROJECT" and project and _is_registry(project) and not facts.in_test:
            yield self.report(setting.place, project=project)


def _is_registry(project: str) -> bool:
    return is_known(project) and (project == LEGACY_REGISTRY or is_registry_project(project))
