"""REG208."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import registry_path
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Consume
    from regilink_doctor.rules.base import FileFacts, Report


class DefaultEntityInApi(Rule):
    """A registry name without an organization is read through `wandb.Api()`, which uses the account's default entity.

    A link finds the organization by the artifact's own entity, `wandb.Api()` by the default entity of the account. A
    colleague whose default is personal and who belongs to two organizations gets `Personal entity 'me' belongs to
    multiple organizations`. Name the entity, or the organization in the path.
    """

    code = "REG208"
    name = "default-entity-in-api"
    severity = "info"
    failures = ("D4",)
    watches = ("consume",)
    bad = ('import wandb\nartifact = wandb.Api().artifact("wandb-registry-model/zoo:v0")',)
    good = (
        'import wandb\nartifact = wandb.Api(overrides={"entity": "team-a"}).artifact("wandb-registry-model/zoo:v0")',
        'import wandb\nartifact = wandb.Api().artifact("acme/wandb-registry-model/zoo:v0")',
        'import wandb\nartifact = wandb.Api().artifact("team-a/project/zoo:v0")',
        'run.use_artifact("wandb-registry-model/zoo:v0")',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            f"{quoted(problem.facts['name'])} is looked up by each account's default entity",
            "an account of another organization reads another registry, or none",
            'write wandb.Api(overrides={"entity": "TEAM"}), or the organization before the path',
        )

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        api = next(iter(consume.inits), None)
        if consume.call != "wandb.Api.artifact" or api is None or not consume.target:
            return
        if {"overrides", "**"} & api.arguments.names or facts.configured.entity or facts.sets("WANDB_ENTITY"):
            return
        # Each of several possible names has to be one of a registry; an unknown part before it may be the organization.
        paths = [registry_path(name) for name in consume.target]
        if all(
            path and not path.prefix and name.pattern.startswith(path.project or " ")
            for path, name in zip(paths, consume.target, strict=True)
        ):
            yield self.report(consume.place, name=consume.target[0].pattern)
