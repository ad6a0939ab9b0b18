"""REG112."""

from __future__ import annotations

from regilink_doctor.core.naming import LEGACY_REGISTRY
from regilink_doctor.core.target_path import UNKNOWN_NAME
from regilink_doctor.rules.base import FileFacts, PathRule, ProblemInPath, SiteRule, Words
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class LegacyModelRegistry(PathRule, SiteRule):
    """The target path goes to the legacy model registry, the project `model-registry` of a team.

    Where a team has been migrated, W&B refuses to write there. Where it has not, the model stays visible to the team
    alone. Its successor is the registry `model` of the organization. `run.link_model` always goes there; its successor
    is `run.link_artifact`, and `run.use_artifact` that of `run.use_model`.
    """

    code = "REG112"
    name = "legacy-model-registry"
    severity = "warning"
    rows = ("A14",)
    bad = (
        'run.link_artifact(artifact, "team-a/model-registry/zoo")',
        'run.link_artifact(artifact, "model-registry/zoo")',
        'run.link_model(path="model.pt", registered_model_name="zoo")',
        'run.use_model("team-a/model-registry/zoo:latest")',
        'run.use_artifact("team-a/model-registry/zoo:v3")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "wandb-registry-model/model-registry")',
        'run.use_model("zoo:latest")',
        'import mlflow\nmlflow.pytorch.log_model(model, "model", registered_model_name="zoo")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`: `link_model`, and names that are read."""
        if site.context.expected:
            return
        if site.call.startswith("wandb.beta."):
            yield self.finding(
                site.place,
                Words(
                    "wandb.beta.workflows is gone since wandb 0.24; this link_model went to the legacy model registry",
                    'log the model, and write run.link_artifact(artifact, "wandb-registry-model/COLLECTION")',
                ),
            )
            return
        if site.call.endswith("link_model"):
            names = site.arguments.strings.get("registered_model_name", ())
            known = names[0].literal if len(names) == 1 else None
            legacy, new = (
                f"ENTITY/{LEGACY_REGISTRY}/{known or UNKNOWN_NAME}",
                f"wandb-registry-model/{known or UNKNOWN_NAME}",
            )
            yield self.finding(
                site.place,
                Words(
                    f"link_model links to the legacy model registry, {quoted(legacy)}: closed once the team is "
                    "migrated, and never seen outside the team",
                    f"log the model, and write run.link_artifact(artifact, {quoted(new)})",
                ),
            )
            return
        for text in site.target or site.arguments.strings.get("name", ()):
            parts = text.pattern.partition(":")[0].split("/")
            if LEGACY_REGISTRY in parts[:-1]:
                new = f"wandb-registry-model/{text.pattern.rpartition('/')[2]}"
                yield self.finding(
                    site.argument or site.place,
                    Words(
                        f"{quoted(text.pattern)} is a name in the legacy model registry: where the team is migrated "
                        "W&B redirects it, with a warning, and says that it will stop",
                        f"write {quoted(new)}, if it is linked there",
                    ),
                    target=text.display,
                )
                return

    def words(self, told: ProblemInPath) -> Words:
        """See `PathRule.words`."""
        if told.whole == LEGACY_REGISTRY:
            there = told.destination or "a collection of that name"
            return Words(
                f"{quoted(told.whole)} alone is no registry: it links to {there}",
                'write "wandb-registry-model/COLLECTION"',
            )
        last = told.whole.rpartition("/")[2]
        collection = last if last != LEGACY_REGISTRY else "COLLECTION"
        return Words(
            f"{quoted(told.whole)} is the legacy model registry: closed once the team is migrated, and never seen "
            "outside the team",
            f"write {quoted(f'wandb-registry-model/{collection}')}",
        )
