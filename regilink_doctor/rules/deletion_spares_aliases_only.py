"""REG612."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import registry_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.rules.base import FileFacts, Report

_LISTS = ("wandb.Api.artifacts", "wandb.Api.artifact_versions", "wandb.Api.artifact_collection")


class DeletionSparesAliasesOnly(Rule):
    """Versions of a project are deleted unless they have an alias.

    The aliases of a project do not show that a registry links a version. Once the source is deleted, the registry shows
    nothing for it. Spare what is linked as well: `if not version.aliases and not version.linked_artifacts`.
    """

    code = "REG612"
    name = "deletion-spares-aliases-only"
    severity = "info"
    failures = ("F8",)
    watches = ("wandb.Artifact.delete",)
    bad = (
        "import wandb\n"
        'for version in wandb.Api().artifacts("model", "team-a/training/zoo"):\n'
        "    if not version.aliases:\n"
        "        version.delete()",
        "import wandb\n"
        'for version in wandb.Api().artifacts("model", "team-a/training/zoo"):\n'
        '    if "best" in version.aliases:\n'
        "        continue\n"
        "    version.delete(delete_aliases=True)",
    )
    good = (
        "import wandb\n"
        'for version in wandb.Api().artifacts("model", "team-a/training/zoo"):\n'
        "    if not version.aliases and not version.linked_artifacts:\n"
        "        version.delete()",
        "import wandb\n"
        'for version in wandb.Api().artifacts("model", "wandb-registry-model/zoo"):\n'
        "    if not version.aliases:\n"
        "        version.delete()  # a link is removed, not its source",
        'import wandb\nwandb.Api().artifact("team-a/training/zoo:v3").delete()',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            "versions without an alias are deleted here, linked ones too",
            "the aliases of a project do not show what a registry links",
            "spare linked versions: if not version.aliases and not version.linked_artifacts",
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        guards = " ".join(site.context.guards)
        if "aliases" not in guards or "link" in guards or facts.in_test:
            return
        names = [name for other in facts.sites if other.call in _LISTS for name in _names(other)]
        if names and all(registry_path(name) for name in names):
            return
        yield self.report(site.place, severity="warning" if facts.links_around else None)


def _names(site: Site) -> tuple[StringValue, ...]:
    return site.target or site.arguments.strings.get("name", ())
