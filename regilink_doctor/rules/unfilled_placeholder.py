"""REG106."""

from __future__ import annotations

import os

from regilink_doctor.core.findings import Message
from regilink_doctor.core.phrases import say
from regilink_doctor.core.problems import placeholder
from regilink_doctor.core.strings import KnownPart
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import variable_of
from regilink_doctor.rules.wording import quoted, wrong_part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Setting, Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.rules.base import FileFacts, Report

_VARIABLES = ("ENTITY", "PROJECT", "ORG", "TEAM", "REGISTRY", "COLLECTION")
"""Words in the name of a variable of W&B that names something in it: `WANDB_ENTITY`, `WANDB_REGISTRY_ORG`."""

_EXAMPLES = ("example", "sample", "template", "dist")
"""Words in the name of a file, or of its folder (`configs.example`), that waits to be copied and filled in."""


_ROLES = {
    "name": say("name"),
    "entity": say("entity"),
    "project": say("project"),
    "type": say("type"),
    "aliases": say("aliases"),
    "organization": say("organization"),
}
"""What a placeholder is used as, for the message."""


class UnfilledPlaceholder(Rule):
    """A placeholder was left in: `<registry_name>`, `[REGISTRY-NAME]`, or `{REGISTRY_NAME}` without the f.

    The SDK uses it as a name, in a path as in `entity=`, `project=`, `type=` and aliases. What `.format`, Hydra
    (`${…}`), GitHub Actions (`${{ … }}`) or cookiecutter fill in later is not reported.
    """

    code = "REG106"
    name = "unfilled-placeholder"
    severity = "error"
    failures = ("A7",)
    watches = (
        "link",
        "init",
        "artifact",
        "log",
        "consume",
        "setting",
        "wandb.Api.artifacts",
        "wandb.Api.artifact_versions",
        "wandb.Api.artifact_collection",
        "wandb.Api.create_registry",
        "wandb.Api.registry",
    )
    is_about_path = True
    bad = (
        'REGISTRY_NAME = "<registry_name>"\nrun.link_artifact(artifact, f"wandb-registry-{REGISTRY_NAME}/zoo")',
        'run.link_artifact(artifact, "wandb-registry-{REGISTRY_NAME}/{COLLECTION_NAME}")',
        'run.link_artifact(artifact, "wandb-registry-[REGISTRY-NAME]/zoo")',
        'run.link_artifact(artifact, "your-team/wandb-registry-model/zoo")',
        'import wandb\nrun = wandb.init(entity="<team_entity>", project="p")',
        'run.use_artifact("wandb-registry-[REGISTRY-NAME]/zoo:latest")',
    )
    good = (
        'REGISTRY_NAME = "model"\nrun.link_artifact(artifact, f"wandb-registry-{REGISTRY_NAME}/zoo")',
        'run.link_artifact(artifact, "wandb-registry-{}/{}".format("model", "zoo"))',
        'run.link_artifact(artifact, "wandb-registry-${registry}/zoo")',
        'run.link_artifact(artifact, "my-team/wandb-registry-model/zoo")',
        'import wandb\nrun = wandb.init(entity="my-team", project="p", name="<unnamed>")',
    )

    def explain(self, problem: Problem) -> Message:
        wrong = problem.facts.get("wrong") or wrong_part(problem)
        role = _ROLES.get(name := problem.facts.get("role", "name"), name)
        if wrong.startswith("{") and "role" not in problem.facts:
            return Message(
                say("{wrong} is not filled in: the string is not an f-string", wrong=quoted(wrong)),
                "W&B uses it as a name",
                say("write an f before the quotes, or replace {wrong} with the name itself", wrong=quoted(wrong)),
            )
        return Message(
            say("{wrong} was never filled in", wrong=quoted(wrong)),
            say("W&B uses it as the {role}", role=role),
            say("write the real {role}", role=role),
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """Every argument but the target path of a link, which the grammar checks."""
        if facts.in_test or site.context.expected:
            return
        arguments = {
            "entity": site.entity,
            "project": site.project,
            "type": site.type,
            "aliases": site.aliases,
            "organization": site.arguments.strings.get("organization", ()),
        }
        for argument, strings in arguments.items():
            for string in strings:
                yield from self._find_placeholders(string, argument, argument)
        names = {"consume": site.target, "other": site.arguments.strings.get("name", ())}.get(site.kind, ())
        for string in names:
            yield from self._find_placeholders(string, "name", "")

    def check_setting(self, setting: Setting, facts: FileFacts) -> Iterator[Report]:
        variable = variable_of(setting) or ""
        if not any(word in variable for word in _VARIABLES) or setting.target:
            return
        if facts.in_test or _is_example(setting.place.path):
            return
        for string in setting.value:
            yield from self._find_placeholders(string, setting.name, "")

    def _find_placeholders(self, string: StringValue, name: str, argument: str) -> Iterator[Report]:
        offset = 0
        for part in string.pattern.replace(":", "/").split("/"):
            bare = part.removeprefix("wandb-registry-")
            where = placeholder(bare)
            start = offset + len(part) - len(bare)
            offset += len(part) + 1
            piece = string.part_at(start + where[0]) if where is not None else None
            if where is None or not isinstance(piece, KnownPart):
                continue
            start, end = start + where[0], start + where[1]
            yield self.report(
                string=string,
                start=start,
                end=end,
                argument=argument,
                severity="warning" if piece.default_of else None,
                role=name,
                wrong=string.pattern[start:end],
            )


def _is_example(path: str) -> bool:
    """Whether a file waits to be copied; what is in a folder `examples` is used where it is."""
    *folders, name = path.replace(os.sep, "/").split("/")
    names = [name, *(folder for folder in folders if "." in folder or "template" in folder)]
    return any(word in part for part in names for word in _EXAMPLES)
