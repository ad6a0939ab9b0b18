"""REG112."""

from __future__ import annotations

from regilink_doctor.core.findings import Message
from regilink_doctor.core.naming import LEGACY_REGISTRY, REGISTRY_PREFIX
from regilink_doctor.core.phrases import say
from regilink_doctor.core.problems import find_problems
from regilink_doctor.core.target_path import is_registry_project
from regilink_doctor.core.targets import LOOK_UPS
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import quoted, quoted_to_write, where_it_goes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.targets import LinkTarget
    from regilink_doctor.rules.base import FileFacts, Report


class LegacyModelRegistry(Rule):
    """The target path goes to the legacy model registry, the project `model-registry` of a team.

    Where a team has been migrated, W&B refuses to write there. Where it has not, only the team sees the model. Its
    successor is the registry `model` of the organization. `run.link_model` always goes there; its successor is
    `run.link_artifact`, and `run.use_artifact` that of `run.use_model`.
    """

    code = "REG112"
    name = "legacy-model-registry"
    severity = "warning"
    failures = ("A14",)
    watches = (
        "consume",
        *LOOK_UPS,
        "wandb.beta.workflows.link_model",
    )
    is_about_path = True
    bad = (
        'run.link_artifact(artifact, "team-a/model-registry/zoo")',
        'run.link_artifact(artifact, "model-registry/zoo")',
        'run.link_model(path="model.pt", registered_model_name="zoo")',
        'run.use_model("team-a/model-registry/zoo:latest")',
        'run.use_artifact("team-a/model-registry/zoo:v3")',
        'run.use_artifact("model-registry:latest")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "wandb-registry-model/model-registry")',
        'run.use_model("zoo:latest")',
        'import mlflow\nmlflow.pytorch.log_model(model, "model", registered_model_name="zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        if problem.kind == "beta":
            return Message(
                "wandb.beta.workflows was removed in wandb 0.24",
                "its link_model linked to the legacy model registry",
                'log the model, and write run.link_artifact(artifact, "wandb-registry-model/COLLECTION")',
            )
        target = problem.target
        if target is not None and target.method == "Run.link_model":
            return _explain_link_model(target)
        if problem.kind == "consumed":
            return Message(
                say("{name} is a name in the legacy model registry", name=quoted(facts["name"])),
                "W&B redirects it once the team is migrated, and warns that it will stop doing so",
                say("write {new}, if it is linked there", new=facts["new"]),
            )
        if problem.kind == "registry-alone":
            return Message(
                say("{name} names a registry, not a registered model", name=quoted(facts["name"])),
                "W&B looks for an artifact of that name in a project",
                'write "wandb-registry-model/COLLECTION:ALIAS"',
            )
        path = target.text if target is not None else LEGACY_REGISTRY
        if path == LEGACY_REGISTRY:
            instead = say('write "wandb-registry-model/COLLECTION"')
            return Message(say("{path} alone is not a registry", path=quoted(path)), where_it_goes(problem), instead)
        return Message(
            say("{path} is the legacy model registry", path=quoted(path)),
            "W&B closes it once the team is migrated, and only the team sees it",
            say("write {code}", code=quoted_to_write(_find_new_path(path), target.path if target else None)),
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """Names that are consumed, and `wandb.beta`; the other links are judged with their target paths."""
        if site.context.expected:
            return
        if site.call == "wandb.beta.workflows.link_model":
            yield self.report(kind="beta")
        elif site.kind != "link":
            for name in site.target:
                *projects, artifact = name.pattern.partition(":")[0].split("/")
                is_registry = projects != [] and is_registry_project(projects[-1])
                if artifact == LEGACY_REGISTRY and site.kind == "consume" and not is_registry:
                    yield self.report(site.argument, "registry-alone", name=name.pattern)
                elif LEGACY_REGISTRY in projects:
                    last = name.pattern.rpartition("/")[2]
                    # W&B writes versions as ":v0": what is suggested has to be a version that exists.
                    collection, colon, version = last.partition(":")
                    version = f"v{version}" if version.isdecimal() else version
                    new = f"wandb-registry-model/{collection}{colon}{version}"
                    yield self.report(site.argument, "consumed", name=name.pattern, new=quoted_to_write(new, name))


def _find_new_path(path: str) -> str:
    """Where the collection belongs; `COLLECTION` where the last part of the path cannot be the name of one."""
    last = path.partition(":")[0].rpartition("/")[2].strip()
    new = f"{REGISTRY_PREFIX}model/{last.removeprefix(REGISTRY_PREFIX)}"
    is_name = last != LEGACY_REGISTRY and not any(problem.rule != "REG106" for problem in find_problems(new))
    return new if is_name else f"{REGISTRY_PREFIX}model/COLLECTION"


def _explain_link_model(target: LinkTarget) -> Message:
    """What `link_model` does: it links to the legacy model registry, or refuses a name with a slash."""
    name = target.text.removeprefix(f"{LEGACY_REGISTRY}/")
    new = quoted_to_write(_find_new_path(name), target.path)
    if "/" in name:
        return Message(
            say("link_model cannot link to {name}: the name has a slash", name=quoted(name)),
            "it raises AssertionError",
            say("log the model, and write run.link_artifact(artifact, {new})", new=new),
        )
    legacy = quoted(f"{target.known_entity or 'ENTITY'}/{LEGACY_REGISTRY}/{name}")
    return Message(
        say("link_model links to the legacy model registry, {legacy}", legacy=legacy),
        "W&B closes it once the team is migrated, and only the team sees it",
        say("log the model, and write run.link_artifact(artifact, {new})", new=new),
    )
