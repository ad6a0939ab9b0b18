"""REG607."""

from __future__ import annotations

from regilink_doctor.core.findings import Edit, Fix
from regilink_doctor.core.records import replace
from regilink_doctor.rules.base import CommandRule, FileFacts, SiteRule, Words
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.file_facts import Command
    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site

_TAKES = {
    "wandb.Run.link_artifact": ("artifact", "target_path", "aliases"),
    "wandb.Artifact.link": ("target_path", "aliases"),
}
"""The arguments of a link, by name."""

_NO_SUCH = {
    "wandb.link_artifact": ("wandb has no function link_artifact", "run.link_artifact(artifact, target_path=...)"),
    "wandb.Run.link": ("a run has no method link", "run.link_artifact(artifact, target_path=...)"),
    "wandb.Artifact.link_artifact": ("an artifact has no method link_artifact", "artifact.link(target_path=...)"),
    "wandb.Api.link_artifact": ("wandb.Api has no method link_artifact", "api.artifact(NAME).link(target_path=...)"),
    "wandb.PublicRun.link_artifact": (
        "a run that wandb.Api gives has no method link_artifact",
        "api.artifact(NAME).link(target_path=...)",
    ),
}
"""Call -> why it fails, and what to write."""


class WrongCallShape(SiteRule, CommandRule):
    """A call that wandb does not have: W&B's own pages and answers of chat bots have shown each of these.

    `wandb.link_artifact(...)`, `alias=` for `aliases=`, a missing path, a name where the artifact belongs,
    `wandb.Artifact(target_path=...)`, the command `wandb artifact link`. Python raises, after the training.
    """

    code = "REG607"
    name = "wrong-call-shape"
    severity = "error"
    rows = ("A18",)
    bad = (
        'wandb.link_artifact(artifact, "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo", alias="production")',
        'run.link_artifact("zoo:v0", "wandb-registry-model/zoo")',
        "run.link_artifact(artifact)",
        'wandb.Artifact("zoo", type="model", target_path="wandb-registry-model/zoo")',
        'wandb.Api().run("team-a/p/abc").link_artifact(artifact, "wandb-registry-model/zoo")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["production"])',
        'run.link_artifact(artifact=artifact, target_path="wandb-registry-model/zoo")',
        "run.link_artifact(*arguments)",
        'wandb.run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'client.link_artifact("zoo:v0", alias="production")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        if site.context.expected:
            return
        if site.call in _NO_SUCH:
            what, instead = _NO_SUCH[site.call]
            yield self.finding(site.place, Words(f"{what}: it raises AttributeError", f"write {instead}"))
        elif site.call == "wandb.Artifact" and "target_path" in site.arguments.names:
            yield self.finding(
                site.arguments.keywords["target_path"][0],
                Words(
                    "wandb.Artifact takes no target_path: it raises TypeError",
                    "give it to the link: run.link_artifact(artifact, target_path=...)",
                ),
            )
        elif site.call in _TAKES:
            yield from self._link(site, _TAKES[site.call])

    def _link(self, site: Site, takes: tuple[str, ...]) -> Iterator[Finding]:
        method = site.call.rpartition(".")[2]
        for name in sorted(site.arguments.names - {*takes, "**"}):
            fix = _listed(site) if name == "alias" and "aliases" not in site.arguments.names else None
            yield self.finding(
                site.arguments.keywords[name][0],
                Words(
                    f"{method} takes no {name}: it raises TypeError",
                    "write aliases=[...], a list" if name == "alias" else f"it takes {', '.join(takes)}",
                ),
                fix=fix,
            )
        if (
            not site.target
            and "target_path" not in site.arguments.names
            and "**" not in site.arguments.names
            and not site.arguments.names - set(takes)
        ):
            yield self.finding(
                site.place,
                Words(
                    f"{method} without a target path raises TypeError",
                    'write target_path="wandb-registry-NAME/COLLECTION"',
                ),
            )
        if "artifact" in site.arguments.certain_strings:
            shown = quoted(site.arguments.strings["artifact"][0].pattern)
            yield self.finding(
                site.place,
                Words(
                    f"{shown} is a name, not an artifact: link_artifact raises AttributeError",
                    f"fetch it first: wandb.Api().artifact({shown}).link(target_path=...)",
                ),
            )

    def check_command(self, command: Command, facts: FileFacts) -> Iterator[Finding]:
        """See `CommandRule.check_command`."""
        words = [word.literal for word in command.words[:3]]
        if words == ["wandb", "artifact", "link"]:
            yield self.finding(
                command.place,
                Words(
                    "wandb has no command `artifact link`: it has get, put, ls and cache",
                    "link in Python: wandb.Api().artifact(NAME).link(target_path=...)",
                ),
            )


def _listed(site: Site) -> Fix | None:
    """`alias="x"` -> `aliases=["x"]`, where the value is one text."""
    whole, value = site.arguments.keywords["alias"]
    if (
        "alias" not in site.arguments.certain_strings
        or whole.span.line != value.span.line
        or value.span.line != value.span.end_line
    ):
        return None
    start, end = whole.span, value.span
    opening = Edit(replace(start, end_line=end.line, end_column=end.column), "aliases=[")
    closing = Edit(replace(end, line=end.end_line, column=end.end_column), "]")
    return Fix("write aliases=[...]", "safe", (opening, closing))
