"""REG601."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import certain, is_guarded, mode_of
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.file_facts import Command, Setting
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.rules.base import FileFacts, Report

_EFFECTS = {
    "wandb.Run.link_artifact": "link_artifact raises NotImplementedError, without a message, after the training",
    "wandb.Artifact.link": "link raises CommError: nothing is logged that could be linked",
    "wandb.Run.use_artifact": "use_artifact raises TypeError",
    "wandb.use_artifact": "use_artifact raises TypeError",
    "wandb.Run.link_model": "link_model asks the server nevertheless, and fails without a key",
    "wandb.Run.use_model": "use_model raises RuntimeError",
}
"""What a call does in an offline run (failures C1 to C4)."""


class LinkWhileOffline(Rule):
    """The run is certainly offline, and an artifact is linked or consumed in it.

    Offline, `link_artifact` raises a `NotImplementedError` with no message, before it looks at the path. Run online, or
    link after `wandb sync`: `wandb.Api().artifact(NAME).link(TARGET)`. A step of CI or a line of a script that sets
    `WANDB_MODE=offline` for a program that links is reported, too.
    """

    code = "REG601"
    name = "link-while-offline"
    severity = "warning"
    failures = ("C1", "C2", "C3", "C4")
    watches = (
        "link",
        "consume",
        "command",
        "wandb.Run.link_model",
        "wandb.Run.use_model",
        "wandb.link_model",
        "wandb.use_model",
    )
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
        if problem.kind == "command":
            disabled = facts["mode"] == "disabled"
            return Message(
                f"{quoted(facts['program'])} links artifacts, and WANDB_MODE is {quoted(facts['mode'])}",
                "nothing is linked there" if disabled else "link_artifact raises NotImplementedError there",
                "remove WANDB_MODE, or link after wandb sync in a step of its own",
            )
        return Message(
            "the run is offline",
            _EFFECTS[facts["call"]],
            "run it online, or after wandb sync: wandb.Api().artifact(NAME).link(TARGET)",
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        if site.call not in _EFFECTS or facts.in_test or site.context.expected or is_guarded(site):
            return
        if site.call == "wandb.Artifact.link" and (site.artifact is None or site.artifact.call != "wandb.Artifact"):
            return  # consumed through the Api, which is always online
        mode = mode_of(site, facts)
        if mode is None or mode[0] not in ("offline", "dryrun"):
            return
        yield self.report(site.place, related=(Related("set here", mode[1]),), call=site.call)

    def check_command(self, command: Command, facts: FileFacts) -> Iterator[Report]:
        """A program that links, run in an environment that is offline."""
        program = next((word.literal for word in command.words[1:] if (word.literal or "").endswith(".py")), None)
        setting = _find_mode(command, facts) if program is not None else None
        if setting is None or program is None or any(word.literal == "pytest" for word in command.words):
            return
        if facts.program_links(program):
            related = (Related("set here", setting.place),)
            mode = certain(setting.value) or ""
            yield self.report(command.place, "command", related=related, program=program, mode=mode)


def _find_mode(command: Command, facts: FileFacts) -> Setting | None:
    """The setting that certainly takes a command offline: before it on its line, or the innermost around it."""
    innermost = [setting for setting in command.environment if setting.name == "WANDB_MODE"]
    for depth in range(len(command.containers), -1, -1):
        if innermost:
            break
        # Of several on one level none is certain, so that two are enough to know.
        for setting in facts.settings_in("WANDB_MODE", command.containers[:depth]):
            if setting.how != "yaml" and not setting.place.span < command.place.span:
                break
            innermost.append(setting)
            if len(innermost) > 1:
                break
    if len(innermost) != 1 or innermost[0].only_default:
        return None
    return innermost[0] if certain(innermost[0].value) in ("offline", "dryrun", "disabled") else None
