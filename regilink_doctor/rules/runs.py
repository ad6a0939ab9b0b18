"""Rules about which run links."""

from __future__ import annotations

from regilink_doctor.core.findings import Message, Related
from regilink_doctor.core.naming import LEGACY_REGISTRY, REGISTRY_PREFIX
from regilink_doctor.core.phrases import say
from regilink_doctor.core.target_path import is_known, is_registry_project, misspelled_prefix, parsed
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import (
    certain,
    has_common_entity,
    is_for_names_alone,
    known_values,
    read_put,
    registry_target,
)
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Place, Severity
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Command, Init, Link, Setting, Site
    from regilink_doctor.rules.base import FileFacts, Report


_LINK_A_VERSION = "wandb.Api().artifact(NAME).link(target_path=...)"


class ImplicitRun(Rule):
    """`Artifact.link` on an artifact that no run has logged: W&B starts a run of its own for it.

    The run belongs to the account's default entity, and to the project `uncategorized`. Where the default is a personal
    entity, the link is refused after the upload. Start the run yourself, with `entity=`, and log the artifact in it.
    """

    code = "REG206"
    name = "implicit-run"
    severity = "warning"
    failures = ("C12", "C5b")
    watches = ("wandb.Artifact.link",)
    bad = (
        "import wandb\n"
        'artifact = wandb.Artifact("zoo", type="model")\n'
        'artifact.add_file("model.pt")\n'
        'artifact.link("wandb-registry-model/zoo")',
    )
    good = (
        "import wandb\n"
        'with wandb.init(entity="team-a", project="p") as run:\n'
        '    artifact = run.log_artifact(wandb.Artifact("zoo", type="model"))\n'
        'artifact.wait().link("wandb-registry-model/zoo")',
        'import wandb\nwandb.Api().artifact("team-a/p/zoo:v0").link("wandb-registry-model/zoo")',
        "import wandb\n"
        'artifact = wandb.Artifact("zoo", type="model")\n'
        'artifact.save(settings=wandb.Settings(entity="team-a"))\n'
        'artifact.link("wandb-registry-model/zoo")',
        "import wandb\n"
        "def publish(path):\n"
        '    artifact = wandb.Artifact("zoo", type="model")\n'
        "    artifact.add_file(path)\n"
        '    artifact.link("wandb-registry-model/zoo")  # the caller may have started a run',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            "no run has logged this artifact: W&B starts one in the default entity",
            say("where that is a personal entity, W&B refuses the link to {path}", path=quoted(problem.facts["path"])),
            'write with wandb.init(entity="TEAM", ...) as run: run.link_artifact(...)',
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        """Only where no run can have been started before: in a program's own lines."""
        artifact = link.artifact
        if link.call != "wandb.Artifact.link" or artifact is None or artifact.call != "wandb.Artifact" or link.logged:
            return
        if link.context.function is not None or link.inits or facts.inits:
            return
        target = registry_target(link)
        if target is None or facts.in_test or facts.sets("WANDB_ENTITY") or facts.once(has_common_entity):
            return
        if any(save.place.position < link.place.position for save in facts.once(_saves).get(artifact.place, ())):
            return
        related = (Related("the artifact is made here", artifact.place),)
        yield self.report(link.place, related=related, path=target.pattern)


def _saves(facts: FileFacts) -> dict[Place, list[Site]]:
    """The calls of `Artifact.save` whose settings name, or may name, the entity of the run that logs the artifact."""
    saves: dict[Place, list[Site]] = {}
    for site in facts.sites:
        is_given = bool(site.entity or site.arguments.unread or "**" in site.arguments.names)
        if site.call == "wandb.Artifact.save" and site.artifact is not None and is_given:
            saves.setdefault(site.artifact.place, []).append(site)
    return saves


class ActiveRunReused(Rule):
    """A second `wandb.init`, or a logger, is called while the first run goes on, for another entity.

    W&B returns the first run and drops the arguments. What is logged and linked then belongs to the first entity. End
    the first run, or pass `reinit="finish_previous"` or `"create_new"`.
    """

    code = "REG609"
    name = "active-run-reused"
    severity = "warning"
    failures = ("B2",)
    watches = ("init.earlier",)
    bad = (
        "import wandb\n"
        'training = wandb.init(entity="alice", project="p")\n'
        'publishing = wandb.init(entity="team-a", project="p")\n'
        'publishing.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )
    good = (
        "import wandb\n"
        'training = wandb.init(entity="alice", project="p")\n'
        "training.finish()\n"
        'publishing = wandb.init(entity="team-a", project="p")\n'
        'publishing.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        "import wandb\n"
        'with wandb.init(entity="alice", project="p") as run:\n'
        "    run.log({})\n"
        'with wandb.init(entity="team-a", project="p") as run:\n'
        '    run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        "import wandb\n"
        'training = wandb.init(entity="alice", project="p")\n'
        'publishing = wandb.init(entity="team-a", project="p", reinit="create_new")\n'
        'publishing.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        return Message(
            say("the run of {first} still goes on", first=quoted(facts["first"])),
            say("W&B returns that one and drops entity={entity}", entity=quoted(facts["entity"])),
            'end the first run, or pass reinit="finish_previous"'
            if problem.kind == "wandb.init"
            else "end the first run before the logger is made",
        )

    def check_init(self, init: Init, facts: FileFacts) -> Iterator[Report]:
        """In a notebook the next `wandb.init` ends the run before it. A logger uses that run."""
        first, is_logger = init.earlier, init.call != "wandb.init"
        if first is None or facts.in_test or (init.place.cell is not None and not is_logger):
            return
        if {"reinit", "settings", "**"} & init.arguments.names:
            return
        entity, other = certain(init.entity), certain(first.entity)
        if entity is None or other is None or entity == other:
            return
        if id(first if is_logger else init) in facts.once(_inits_that_link):
            related = (Related("the first run", first.place),)
            yield self.report(init.place, init.call, related=related, first=other, entity=entity)


def _inits_that_link(facts: FileFacts) -> set[int]:
    return {id(init) for link in facts.links for init in link.inits}


class RunInRegistry(Rule):
    """The run's project is a registry: `wandb.init(project="wandb-registry-model")`, or `"model-registry"`.

    A registry holds links to versions, and no runs. The snippet that the W&B App shows for a registered model starts
    its run in `model-registry`; such runs fill the team's legacy registry. Run in a project of your own, and name the
    registry where an artifact is consumed or linked.

    `wandb artifact put --name wandb-registry-model/zoo` looks like a link, and logs the artifact to a project of that
    name. This is an error; for a name that only resembles a registry, a warning.
    """

    code = "REG209"
    name = "run-in-registry"
    severity = "warning"
    failures = ("A14",)
    watches = ("init.project", "WANDB_PROJECT", "command")
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
        if problem.kind == "put":
            return Message(
                "wandb artifact put logs to a project, it links nothing",
                say(
                    "the artifact goes to the project {project} of the run's entity, without any error",
                    project=quoted(problem.facts["project"]),
                ),
                say("log to a project of your own, then in Python: {code}", code=_LINK_A_VERSION),
            )
        return Message(
            say("the run's project {project} is a registry", project=quoted(problem.facts["project"])),
            "a registry holds links to versions, and no runs",
            'write a project of your own: wandb.init(project="PROJECT", ...)',
        )

    def check_init(self, init: Init, facts: FileFacts) -> Iterator[Report]:
        if facts.in_test or init.context.expected:
            return
        project = next((value for _, value in known_values(init.project) if _is_registry(value)), None)
        if project is not None:
            place = init.arguments.keywords.get("project", (init.place, init.place))[1]
            yield self.report(place, project=project)

    def check_setting(self, setting: Setting, facts: FileFacts) -> Iterator[Report]:
        project = certain(setting.value)
        if project is None or facts.in_test:
            return
        if _is_registry(project) and not is_for_names_alone(setting, facts):
            yield self.report(setting.place, project=project)

    def check_command(self, command: Command, facts: FileFacts) -> Iterator[Report]:
        for name in (read_put(command) or {}).get("--name", [])[-1:]:
            path = parsed(name.pattern)
            project = path.project if path is not None and path.project and is_known(path.project) else ""
            is_meant = _is_registry(project)
            if is_meant or len(misspelled_prefix(project) or "") > len(REGISTRY_PREFIX):
                severity: Severity = "error" if is_meant and project != LEGACY_REGISTRY else "warning"
                yield self.report(name.place_of(0, len(name.pattern)), "put", severity=severity, project=project)


def _is_registry(project: str) -> bool:
    return is_known(project) and (project == LEGACY_REGISTRY or is_registry_project(project))
