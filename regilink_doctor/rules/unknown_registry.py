"""REG301."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regilink_doctor.core.target_path import parse
from regilink_doctor.rules.phrases import listed, quoted, suggestion
from regilink_doctor.rules.rule import DirectoryRule, Words

if TYPE_CHECKING:
    from regilink_doctor.core.directory import Directory
    from regilink_doctor.core.link_rules import Judgement
    from regilink_doctor.core.sites import Site, Text


class UnknownRegistry(DirectoryRule):
    """The organization has no registry of this name, or it is restricted and not shown to whoever pulled the catalog.

    The first link makes a collection, but never a registry: W&B answers `cannot create registry`. A catalog that is not
    complete proves nothing, so it is a warning then.
    """

    code = "REG301"
    name = "unknown-registry"
    severity = "error"
    rows = ("B3", "D1")
    bad = ('run.link_artifact(artifact, "wandb-registry-modle/zoo")',)
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'run.link_artifact(wandb.Artifact("zoo", type="dataset"), "wandb-registry-Golden Datasets/zoo")',
    )

    def words(self, site: Site, text: Text, judgement: Judgement, directory: Directory) -> Words:
        """See `DirectoryRule.words`."""
        name = parse(text.pattern).registry or ""
        names = directory.registry_names(judgement.organization or "")
        meant = suggestion(name, names)
        fate = "W&B makes no registry by a link" if judgement.verdict.outcome == "refused" else "missing, or restricted"
        return Words(
            f"no registry {quoted(name)} is known in the catalog: {fate}",
            f"did you mean {quoted('wandb-registry-' + meant)}?"
            if meant
            else f"the registries of the organization are {listed(names)}"
            if names
            else "create it in the App, or pull the catalog again",
        )
