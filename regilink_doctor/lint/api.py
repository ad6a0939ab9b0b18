"""wandb's public surface as far as a link passes through it, as data: what returns what, and which calls are sites.

Checked against the installed wandb by a test. Names are those that users import; `CANONICAL` brings the module paths
that also occur down to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regilink_doctor.core.sites import SiteKind

CANONICAL = {
    "wandb.Api": "wandb.Api",
    "wandb.apis.public.Api": "wandb.Api",
    "wandb.apis.public.api.Api": "wandb.Api",
    "wandb.sdk.artifacts.artifact.Artifact": "wandb.Artifact",
    "wandb.sdk.wandb_artifacts.Artifact": "wandb.Artifact",
    "wandb.sdk.wandb_init.init": "wandb.init",
    "wandb.sdk.wandb_run.Run": "wandb.Run",
    "wandb.wandb_run.Run": "wandb.Run",
    "wandb.sdk.Run": "wandb.Run",
    "wandb.sdk.init": "wandb.init",
    "wandb.sdk.Artifact": "wandb.Artifact",
    "lightning.pytorch.loggers.WandbLogger": "WandbLogger",
    "lightning.pytorch.loggers.wandb.WandbLogger": "WandbLogger",
    "pytorch_lightning.loggers.WandbLogger": "WandbLogger",
    "pytorch_lightning.loggers.wandb.WandbLogger": "WandbLogger",
}
"""Import path -> the name that everything else here goes by."""

CLASSES = frozenset({"wandb.Run", "wandb.Artifact", "wandb.Api", "WandbLogger"})
"""What a call of the name itself gives, and what an annotation can say."""

RETURNS = {
    "wandb.init": "wandb.Run",
    "wandb.log_artifact": "wandb.Artifact",
    "wandb.use_artifact": "wandb.Artifact",
    "wandb.Run.log_artifact": "wandb.Artifact",
    "wandb.Run.upsert_artifact": "wandb.Artifact",
    "wandb.Run.finish_artifact": "wandb.Artifact",
    "wandb.Run.use_artifact": "wandb.Artifact",
    "wandb.Run.link_artifact": "wandb.Artifact",
    "wandb.Run.log_model": "wandb.Artifact",
    "wandb.Run.link_model": "wandb.Artifact",
    "wandb.Artifact.link": "wandb.Artifact",
    "wandb.Artifact.wait": "wandb.Artifact",
    "wandb.Artifact.new_draft": "wandb.Artifact",
    "wandb.Api.artifact": "wandb.Artifact",
}
"""Function or method -> the class of what it returns."""

ATTRIBUTES = {
    "wandb.run": "wandb.Run",
    "WandbLogger.experiment": "wandb.Run",
    "wandb.Artifact.source_artifact": "wandb.Artifact",
}
"""Attribute -> the class of its value."""

VERSIONED_NAMES = frozenset(
    {"wandb.Artifact.name", "wandb.Artifact.qualified_name", "wandb.Artifact.source_qualified_name"}
)
"""Attributes that end in `:vN` once the artifact is logged (row A8)."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is a site: its kind, its positional parameters in order, and which of them is the path."""

    kind: SiteKind
    parameters: tuple[str, ...]
    path: str | None = None


CALLS = {
    "wandb.init": Call("init", ()),
    "wandb.Artifact": Call("artifact", ("name", "type")),
    "wandb.Run.link_artifact": Call("link", ("artifact", "target_path", "aliases"), "target_path"),
    "wandb.Artifact.link": Call("link", ("target_path", "aliases"), "target_path"),
    "wandb.Run.use_artifact": Call("consume", ("artifact_or_name", "type", "aliases"), "artifact_or_name"),
    "wandb.use_artifact": Call("consume", ("artifact_or_name", "type", "aliases"), "artifact_or_name"),
    "wandb.Api.artifact": Call("consume", ("name", "type"), "name"),
}
"""Canonical name -> what kind of site it is. `wandb.init` has its arguments by keyword: their order has changed."""
