"""Rules about runs in which a link cannot work: offline, disabled, finished, or one on every rank."""

from __future__ import annotations

from bisect import bisect_left

from regilink_doctor.core.findings import Message, Related
from regilink_doctor.core.phrases import say
from regilink_doctor.core.sites import within
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import certain, is_guarded, may_set_mode, mode_of
from regilink_doctor.rules.wording import quoted, refused_setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Place, Span
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Command, Consume, Link, Site
    from regilink_doctor.rules.base import FileFacts, Report


_EFFECTS = {
    "wandb.Run.link_artifact": say("link_artifact raises NotImplementedError, without a message, after the training"),
    "wandb.Artifact.link": say("link raises CommError: nothing is logged that could be linked"),
    "wandb.Run.use_artifact": say("use_artifact raises TypeError"),
    "wandb.use_artifact": say("use_artifact raises TypeError"),
    "wandb.Run.link_model": say("link_model asks the server nevertheless, and fails without a key"),
    "wandb.Run.use_model": say("use_model raises RuntimeError"),
}
"""What a call does in an offline run (failures C1 to C4)."""


class LinkWhileOffline(Rule):
    """The run is certainly offline, and an artifact is linked or consumed in it.

    Offline, `link_artifact` raises a `NotImplementedError` with no message, before it looks at the path. Run online, or
    link after `wandb sync`: `wandb.Api().artifact(NAME).link(TARGET)`. A step of CI or a line of a script that sets
    `WANDB_MODE=offline` for a program that links is reported, too, and so is `wandb offline` before it.
    """

    code = "REG601"
    name = "link-while-offline"
    severity = "warning"
    failures = ("C1", "C2", "C3", "C4")
    is_about_run = True
    watches = ("link", "consume", "command")
    bad = (
        "import wandb\n"
        'with wandb.init(entity="team-a", mode="offline") as run:\n'
        '    run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        "import os, wandb\n"
        'os.environ["WANDB_MODE"] = "offline"\n'
        'run = wandb.init(entity="team-a")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        'import wandb\nrun = wandb.init(mode="offline")\nrun.use_artifact("wandb-registry-model/zoo:v0")',
    )
    good = (
        "import wandb\n"
        'with wandb.init(entity="team-a", mode="offline" if debug else "online") as run:\n'
        '    run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        "import os, wandb\n"
        "if debug:\n"
        '    os.environ["WANDB_MODE"] = "offline"\n'
        'run = wandb.init(entity="team-a")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        "import os, wandb\n"
        'os.environ.setdefault("WANDB_MODE", "offline")\n'
        'run = wandb.init(entity="team-a")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        "import pytest, wandb\n"
        'run = wandb.init(entity="team-a", mode="offline")\n'
        "with pytest.raises(NotImplementedError):\n"
        '    run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        "import wandb\n"
        'run = wandb.init(mode="offline")\n'
        'wandb.Api().artifact("team-a/p/zoo:v0").link("wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        if problem.kind == "setting":
            return refused_setting(problem)
        if problem.kind == "mode":
            return Message(
                say("wandb is set to the mode {mode}", mode=facts["mode"]),
                _EFFECTS["wandb.Run.link_artifact"],
                say(
                    "{online}\nor link after wandb sync: wandb.Api().artifact(NAME).link(TARGET)",
                    online=facts["online"],
                ),
            )
        if problem.kind == "command":
            return _explain_command(problem, "link_artifact raises NotImplementedError there")
        return Message(
            "the run is offline",
            _EFFECTS[facts["call"]],
            "run it online, or after wandb sync: wandb.Api().artifact(NAME).link(TARGET)",
        )

    def may_report_sites(self, facts: FileFacts) -> bool:
        return not facts.in_test and facts.once(may_set_mode)

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        if site.call not in _EFFECTS or site.context.expected:
            return
        if site.call == "wandb.Artifact.link" and (site.artifact is None or site.artifact.call != "wandb.Artifact"):
            return  # consumed through the Api, which is always online
        mode = mode_of(site, facts)
        if mode is None or mode[0] not in ("offline", "dryrun") or is_guarded(site):
            return
        yield self.report(site.place, related=(Related("set here", mode[1]),), call=site.call)

    def check_command(self, command: Command, facts: FileFacts) -> Iterator[Report]:
        """A program that links, run in an environment that is offline."""
        yield from _check_command(self, command, facts, ("offline", "dryrun"))


def _check_command(rule: Rule, command: Command, facts: FileFacts, modes: tuple[str, ...]) -> Iterator[Report]:
    """A program that links, run in one of these modes: `python train.py`, `python -m zoo.train`."""
    words = [word.literal or "" for word in command.words]
    program = next((word for word in words[1:] if word.endswith(".py")), None)
    paths = [program] if program is not None else []
    if program is None and "-m" in words[1:-1]:
        program = words[words.index("-m", 1) + 1]
        path = program.replace(".", "/")
        paths = [f"{folder}{path}{end}" for folder in ("", "src/") for end in (".py", "/__main__.py")]
    mode, place, command_name = _find_mode(command, facts) if program else ("", None, "")
    if mode not in modes or place is None or program is None or "pytest" in words:
        return
    if any(facts.program_links(path) for path in paths):
        related = (Related("set here", place),)
        yield rule.report(command.place, "command", related=related, program=program, mode=mode, before=command_name)


def _explain_command(problem: Problem, effect: str) -> Message:
    if before := problem.facts["before"]:
        return Message(
            say(
                "{program} links artifacts, and {command} comes before it",
                program=quoted(problem.facts["program"]),
                command=before,
            ),
            effect,
            say("remove {command}, or link in a separate step after wandb sync", command=before),
        )
    return Message(
        say(
            "{program} links artifacts, and WANDB_MODE is {mode}",
            program=quoted(problem.facts["program"]),
            mode=quoted(problem.facts["mode"]),
        ),
        effect,
        "remove WANDB_MODE, or link in a separate step after wandb sync",
    )


def _find_mode(command: Command, facts: FileFacts) -> tuple[str, Place | None, str]:
    """The mode that a command certainly runs in, where it is set, and the command that sets it: `wandb offline`.

    It is set on the line of the command, by the innermost setting around it, or by the last such command before it.
    """
    innermost = [setting for setting in command.environment if setting.name == "WANDB_MODE"]
    for depth in range(len(command.containers), -1, -1):
        if innermost:
            break
        # Of several on one level none is certain, so that two are enough to know.
        for setting in facts.settings_in("WANDB_MODE", command.containers[:depth]):
            if id(setting) in facts.once(_find_settings_of_commands):
                continue
            if setting.how != "yaml" and not setting.place.span < command.place.span:
                break
            innermost.append(setting)
            if len(innermost) > 1:
                break
    if not innermost:
        return _find_kept_mode(command, facts)
    if len(innermost) > 1 or innermost[0].only_default or not innermost[0].variable:
        return "", None, ""
    return certain(innermost[0].value) or "", innermost[0].place, ""


def _find_settings_of_commands(facts: FileFacts) -> frozenset[int]:
    """The identities of the settings that are written before the words of a command and hold for it alone."""
    return frozenset(id(setting) for command in facts.commands for setting in command.environment)


_KEPT_MODES = {
    "disabled": "disabled",
    "enabled": "online",
    "off": "offline",
    "offline": "offline",
    "on": "online",
    "online": "online",
}
"""Commands of wandb that keep a mode for the programs that are run in the same folder."""


def _find_kept_mode(command: Command, facts: FileFacts) -> tuple[str, Place | None, str]:
    """The mode that the last `wandb offline` before a command keeps, if that is certainly run before it."""
    spans, changes = facts.once(_list_mode_changes)
    number = bisect_left(spans, command.place.span) - 1
    if number < 0:
        return "", None, ""
    change, word = changes[number]
    outer = change.containers
    if any(item.kind == "job" or item.name == "RUN" for item in outer):  # later steps find the same folder
        outer = tuple(item for item in outer if item.kind != "step")
    if not within(outer, command.containers):
        return "", None, ""
    return _KEPT_MODES.get(word, ""), change.place, f"`wandb {word}`"


def _list_mode_changes(facts: FileFacts) -> tuple[list[Span], list[tuple[Command, str]]]:
    """The commands that keep a mode or go to another folder, with the word that says which, and where they are."""
    changes: list[tuple[Command, str]] = []
    for command in facts.commands:
        words = [word.literal or "" for word in command.words[:4]]
        is_wandb = "wandb" in words[:3:2] and words[-1] in _KEPT_MODES  # `wandb offline`, `python -m wandb offline`
        if is_wandb or words[:1] in (["cd"], ["pushd"], ["popd"]):
            changes.append((command, words[-1] if is_wandb else ""))
    changes.sort(key=lambda change: change[0].place.span)
    return [command.place.span for command, _ in changes], changes


_NEEDS_RUN = ("wandb.Run.use_artifact", "wandb.use_artifact", "wandb.Run.use_model", "wandb.use_model")
"""Calls that give None in a disabled run."""


class LinkWhileDisabled(Rule):
    """The run is certainly disabled, and an artifact is linked or consumed in it.

    `run.link_artifact` then returns None whatever the path: such a program has proved nothing. `run.use_artifact`
    returns None as well, and the next attribute of it fails. `Artifact.link` does not know of the disabled run: it
    starts a real one, in the default entity, and links for real (an error).
    """

    code = "REG602"
    name = "link-while-disabled"
    severity = "warning"
    failures = ("C5", "C5b")
    is_about_run = True
    watches = ("link", "consume", "command")
    bad = (
        "import wandb\n"
        'with wandb.init(entity="team-a", mode="disabled") as run:\n'
        '    run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        "import wandb\n"
        'run = wandb.init(entity="team-a", mode="disabled")\n'
        'artifact = wandb.Artifact("zoo", type="model")\n'
        "run.log_artifact(artifact)\n"
        'artifact.link("wandb-registry-model/zoo")',
    )
    good = (
        "import wandb\n"
        'with wandb.init(entity="team-a", mode="online" if publish else "disabled") as run:\n'
        '    run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        "import wandb\n"
        'with wandb.init(entity="team-a", mode="disabled") as run:\n'
        '    run.log_artifact(wandb.Artifact("zoo", type="model"))',
        "import wandb\n"
        'run = wandb.init(entity="team-a", mode="disabled")\n'
        'if run.settings.mode != "disabled":\n'
        '    run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        if problem.kind == "mode":
            return Message(
                "wandb is disabled",
                "link_artifact returns None whatever the path, so that a run proves nothing",
                problem.facts["online"],
            )
        if problem.kind == "command":
            return _explain_command(problem, "nothing is linked there")
        if problem.kind == "online":
            return Message(
                "the run is disabled, but Artifact.link is not",
                "W&B starts a real run in the default entity and links for real",
                "write run.link_artifact(artifact, target_path): it does nothing in a disabled run",
            )
        if problem.kind == "consume":
            return Message(
                "the run is disabled: use_artifact returns None",
                "the next attribute of it raises AttributeError",
                "run it online, or against regilink's emulator: regilink dry-run -- python ...",
            )
        if problem.kind == "model":
            return Message(
                "the run is disabled: use_model raises AttributeError",
                "it finds no artifact, but None",
                "run it online, or against regilink's emulator: regilink dry-run -- python ...",
            )
        return Message(
            "the run is disabled: link_artifact returns None whatever the path",
            "nothing is linked, and nothing is proved",
            'remove mode="disabled" and WANDB_MODE: nothing leaves the emulator'
            if problem.kind == "emulated"
            else "run it online, or against regilink's emulator: regilink dry-run -- python ...",
        )

    def may_report_sites(self, facts: FileFacts) -> bool:
        return facts.once(may_set_mode)

    def check_command(self, command: Command, facts: FileFacts) -> Iterator[Report]:
        """A program that links, run in an environment that disables wandb."""
        yield from _check_command(self, command, facts, ("disabled",))

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        if link.context.expected:
            return
        if link.call == "wandb.Run.link_artifact":
            yield from self._check_mode(link, facts, "")
        elif link.call == "wandb.Artifact.link":
            yield from self._goes_online(link, facts)

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        if consume.context.expected or not consume.context.result_used:
            return
        if consume.call in _NEEDS_RUN:
            yield from self._check_mode(consume, facts, "model" if "use_model" in consume.call else "consume")

    def _check_mode(self, site: Site, facts: FileFacts, kind: str) -> Iterator[Report]:
        mode = mode_of(site, facts) if not facts.in_test else None
        if mode is not None and mode[0] == "disabled" and not is_guarded(site):
            yield self.report(site.place, kind, related=(Related("set here", mode[1]),))

    def _goes_online(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        inits, artifact = facts.inits, link.artifact
        if artifact is None or artifact.call != "wandb.Artifact" or len(inits) != 1:
            return
        init = inits[0]
        if (
            artifact.place.path != link.place.path
            or certain(init.arguments.strings.get("mode", ())) != "disabled"
            or (link.init is not None and link.init is not init)
            or link.is_logged_artifact
            or is_guarded(link)
        ):
            return
        related = (Related("the run is disabled here", init.place),)
        yield self.report(link.place, "online", severity="error", related=related)


_BLOCKS = ("with", "context")
"""Ends of a run with the block of a `with`."""

_ENDERS = {
    "ultralytics": ("train()", "Ultralytics"),
    "accelerate": ("end_training()", "accelerate"),
    "transformers": ("hyperparameter_search()", "transformers"),
}
"""Methods of libraries that finish the active run."""


class LinkAfterFinish(Rule):
    """A method of a run is called after the run has ended: below its `with` block, or after `finish()`.

    W&B says "The call to `link_artifact` will be ignored", and raises `UsageError`. Move the call up, or link through
    `wandb.Api()`, which needs no run. Your functions and context managers are followed to the `finish()` in them,
    and a function that links to its callers; a context manager without its code is a warning. Ultralytics finishes the
    active run at the end of a training, accelerate in `end_training()`, transformers in `hyperparameter_search()` (a
    warning, as their settings decide whether they use wandb): start the run again, with `resume="must"`.
    """

    code = "REG603"
    name = "link-after-finish"
    severity = "error"
    failures = ("C8", "F4")
    watches = ("link.context.ended_by", "log.context.ended_by", "consume.context.ended_by")
    bad = (
        "import wandb\n"
        'with wandb.init(entity="team-a") as run:\n'
        '    artifact = run.log_artifact(wandb.Artifact("zoo", type="model"))\n'
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'run.finish()\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
        "import wandb\n"
        "from ultralytics import YOLO\n"
        'run = wandb.init(entity="team-a")\n'
        'YOLO("yolo11n.pt").train(data="coco8.yaml")\n'
        'run.link_artifact(artifact, "wandb-registry-model/detector")',
    )
    good = (
        "import wandb\n"
        'with wandb.init(entity="team-a") as run:\n'
        '    artifact = run.log_artifact(wandb.Artifact("zoo", type="model"))\n'
        '    run.link_artifact(artifact, "wandb-registry-model/zoo")',
        "import wandb\n"
        'with wandb.init(entity="team-a") as run:\n'
        '    artifact = run.log_artifact(wandb.Artifact("zoo", type="model"))\n'
        'artifact.link("wandb-registry-model/zoo")  # an artifact needs no run',
        'run.finish()\nrun = wandb.init(entity="team-a")\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
        'if failed:\n    run.finish()\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
        "import wandb\n"
        "from ultralytics import YOLO\n"
        'run = wandb.init(entity="team-a")\n'
        'YOLO("yolo11n.pt").train(data="coco8.yaml")\n'
        'run = wandb.init(entity="team-a", id=run.id, resume="must")\n'
        'run.link_artifact(artifact, "wandb-registry-model/detector")',
    )

    def explain(self, problem: Problem) -> Message:
        if problem.kind in _ENDERS:
            method, library = _ENDERS[problem.kind]
            return Message(
                say("{method} of {library} has finished the active run", method=method, library=library),
                say("{method} then raises UsageError", method=problem.facts["method"]),
                'start it again: wandb.init(id=run.id, resume="must", ...); or link through wandb.Api()',
            )
        how, instead, error = say("finish() was called"), say("call it before finish()"), "UsageError"
        if problem.kind in _BLOCKS:
            how, instead = say("its with block is over"), say("move the call into the with block")
        elif problem.kind == "init":
            how, instead = say("wandb.init() finished it"), say("call it before the next wandb.init()")
        elif problem.kind == "teardown":
            how, instead = say("wandb.teardown() was called"), say("call it before wandb.teardown()")
            error = "AlreadyJoinedError"
        elif problem.kind == "turn":
            how, instead = (
                say("the previous iteration ended it"),
                say("end the run after the loop, or start one in the loop"),
            )
        return Message(
            say("the run has already ended: {how}", how=how),
            say("{method} raises {error}", method=problem.facts["method"], error=error),
            instead,
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        context = site.context
        if context.ended_by is None or context.expected or facts.in_test or not site.call.startswith("wandb.Run."):
            return
        where = say("the run's block") if context.ended in _BLOCKS else say("the run ends here")
        related = [Related(where, context.ended_by)]
        if context.called_by is not None:
            related.append(Related("the function is called here", context.called_by))
        yield self.report(
            site.place,
            context.ended or "",
            severity="warning" if context.ended in ("context", "turn", *_ENDERS) else None,
            related=tuple(related),
            method=site.call.rpartition(".")[2],
        )


_DISTRIBUTED = (
    "torch.distributed",
    "from accelerate",
    "import accelerate",
    "accelerate launch",
    "deepspeed",
    "horovod",
    "torchrun",
    "DistributedDataParallel",
    "LOCAL_RANK",
    '"ddp',
    "'ddp",
    '"fsdp',
    "'fsdp",
)
"""Words of a program that runs as several processes."""

_GUARDS = ("rank", "main_process", "is_global_zero", "is_master", "process_index", "is_primary", "zero_only")
"""Words of a condition that lets one of them through."""


class LinkOnEveryRank(Rule):
    """A program that runs as several processes links, and no condition lets only one of them through.

    Each process would link a version of its own, or race for the same. Link under `if rank == 0:`. Lightning's
    `logger.experiment` is a run on the rank 0 only: on the others `use_artifact` returns None.
    """

    code = "REG605"
    name = "link-on-every-rank"
    severity = "info"
    pedantic = True
    failures = ("C14", "F4")
    watches = ("link", "consume")
    bad = (
        "import torch.distributed as dist\n"
        "import wandb\n"
        'run = wandb.init(entity="team-a")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        "import lightning\n"
        "from lightning.pytorch.loggers import WandbLogger\n"
        'logger = WandbLogger(entity="team-a")\n'
        'trainer = lightning.Trainer(devices=4, strategy="ddp", logger=logger)\n'
        'folder = logger.experiment.use_artifact("wandb-registry-dataset/tiles:v1").download()',
    )
    good = (
        "import torch.distributed as dist\n"
        "import wandb\n"
        'run = wandb.init(entity="team-a")\n'
        "if dist.get_rank() == 0:\n"
        '    run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        "import accelerate, wandb\n"
        "def publish(run, accelerator):\n"
        "    if not accelerator.is_main_process:\n"
        "        return\n"
        '    run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        if problem.kind == "consume":
            return Message(
                "on every rank but 0 the logger has no run, and this is None",
                "the next attribute of it raises AttributeError",
                "consume it through wandb.Api(), or on rank 0 alone",
            )
        return Message(
            "every process of this distributed program links here",
            "each links a version of its own, or they race for one",
            "link on one of them: if rank == 0:",
        )

    def may_report_sites(self, facts: FileFacts) -> bool:
        return not facts.in_test and any(map(facts.mentions, _DISTRIBUTED))

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        if not _lets_one_through(link):
            yield self.report(link.place)

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        """`logger.experiment.use_artifact(...)`, whose result is used."""
        is_of_logger = consume.call == "wandb.Run.use_artifact" and any(i.call == "WandbLogger" for i in facts.inits)
        if is_of_logger and consume.context.result_used and not _lets_one_through(consume):
            yield self.report(consume.place, "consume")


def _lets_one_through(site: Site) -> bool:
    """Whether a condition lets only one of the processes reach a site."""
    return any(word in guard.lower() for guard in site.context.guards for word in _GUARDS)
