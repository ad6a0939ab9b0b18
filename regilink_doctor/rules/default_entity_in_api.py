"""REG208."""

from __future__ import annotations

from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import registry_path
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class DefaultEntityInApi(SiteRule):
    """A registry name without an organization is read through `wandb.Api()`, which takes the account's default entity.

    A link finds the organization by the artifact's own entity, `wandb.Api()` by the default entity of whoever asks. A
    colleague whose default is personal and who belongs to two organizations gets `Personal entity 'me' belongs to
    multiple organizations`. Name the entity, or the organization in the path.
    """

    code = "REG208"
    name = "default-entity-in-api"
    severity = "info"
    rows = ("D4",)
    bad = ('import wandb\nartifact = wandb.Api().artifact("wandb-registry-model/zoo:v0")',)
    good = (
        'import wandb\nartifact = wandb.Api(overrides={"entity": "team-a"}).artifact("wandb-registry-model/zoo:v0")',
        'import wandb\nartifact = wandb.Api().artifact("acme/wandb-registry-model/zoo:v0")',
        'import wandb\nartifact = wandb.Api().artifact("team-a/project/zoo:v0")',
        'run.use_artifact("wandb-registry-model/zoo:v0")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        api = next(iter(site.inits), None)
        if site.call != "wandb.Api.artifact" or api is None:
            return
        if {"overrides", "**"} & api.arguments.names or facts.known.entity or facts.sets("WANDB_ENTITY"):
            return
        # Of several possible names each has to be one of a registry; a hole in front may bring the organization along.
        paths = [registry_path(text) for text in site.target]
        if not all(
            path and not path.prefix and text.pattern.startswith(path.project or " ")
            for path, text in zip(paths, site.target, strict=True)
        ):
            return
        for text in site.target[:1]:
            yield self.finding(
                site.place,
                Words(
                    f"{quoted(text.pattern)} is looked up in the organization of each account's default entity",
                    'write wandb.Api(overrides={"entity": "TEAM"}), or the organization in front of the path',
                ),
                target=text.display,
            )
