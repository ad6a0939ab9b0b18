"""REG106."""

from __future__ import annotations

import os
from functools import partial

from regilink_doctor.core.placeholders import placeholder
from regilink_doctor.core.strings import KnownPart
from regilink_doctor.rules.base import FileFacts, PathRule, ProblemInPath, SettingRule, SiteRule, Words
from regilink_doctor.rules.site_facts import report_place, variable_of
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from regilink_doctor.core.file_facts import Setting
    from regilink_doctor.core.findings import Finding, Place, Related
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue

_VARIABLES = ("WANDB_ENTITY", "WANDB_PROJECT", "WANDB_ORGANIZATION")
_EXAMPLES = ("example", "sample", "template", "dist")
"""Words in the name of a file that waits to be copied and filled in."""


class UnfilledPlaceholder(PathRule, SiteRule, SettingRule):
    """A placeholder was left in: `<registry_name>`, `[REGISTRY-NAME]`, or `{REGISTRY_NAME}` without the f.

    The SDK takes every one of them for a name, in a path as in `entity=`, `project=`, `type=` and aliases. What
    `.format`, Hydra (`${…}`), GitHub Actions (`${{ … }}`) or cookiecutter fill in later is left alone.
    """

    code = "REG106"
    name = "unfilled-placeholder"
    severity = "error"
    rows = ("A7",)
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

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`: every argument but the target path of a link, which the grammar looks at."""
        if facts.in_test or site.context.expected:
            return
        given = {
            "entity": site.entity,
            "project": site.project,
            "type": site.type,
            "aliases": site.aliases,
            **({"name": site.target} if site.kind == "consume" else {}),
            **({"name": site.arguments.strings.get("name", ())} if site.kind == "other" else {}),
            "organization": site.arguments.strings.get("organization", ()),
        }
        for name, texts in given.items():
            for text in texts:
                yield from self._in_text(
                    text, name, partial(report_place, site, argument=name if name != "name" else "")
                )

    def check_setting(self, setting: Setting, facts: FileFacts) -> Iterator[Finding]:
        """See `SettingRule.check_setting`: variables of W&B."""
        file = os.path.basename(setting.place.path)
        if variable_of(setting) not in _VARIABLES or facts.in_test or any(word in file for word in _EXAMPLES):
            return
        for text in setting.value:
            yield from self._in_text(text, setting.name, lambda place: (place, ()))

    def _in_text(
        self, text: StringValue, name: str, tell: Callable[[Place], tuple[Place, tuple[Related, ...]]]
    ) -> Iterator[Finding]:
        offset = 0
        for part in text.pattern.replace(":", "/").split("/"):
            where = placeholder(part.removeprefix("wandb-registry-"))
            start = offset + len(part) - len(part.removeprefix("wandb-registry-"))
            offset += len(part) + 1
            if where is None:
                continue
            piece = text.part_at(start + where[0])
            if not isinstance(piece, KnownPart):
                continue
            place, related = tell(text.place_of(start + where[0], start + where[1]))
            wrong = text.pattern[start + where[0] : start + where[1]]
            yield self.finding(
                place,
                Words(
                    f"{quoted(wrong)} was never filled in: {name} is taken as it stands",
                    f"write the real {name}",
                    related,
                ),
                severity="warning" if piece.default_of else None,
            )

    def words(self, told: ProblemInPath) -> Words:
        """See `PathRule.words`."""
        name = told.wrong
        if name.startswith("{"):
            return Words(
                f"{quoted(name)} is taken as it stands: the text is no f-string",
                f"write an f in front of the quotes, or replace {quoted(name)} by the name itself",
            )
        return Words(f"{quoted(name)} was never filled in", f"replace {quoted(name)} by the real name")
