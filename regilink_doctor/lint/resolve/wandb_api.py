"""wandb's public surface as far as a link passes through it, as data: what returns what, and which calls are sites.

Checked against the installed wandb by a test. Names are those that users import; `CANONICAL` brings the module paths
that also occur down to them.
"""

from __future__ import annotations

from regilink_doctor.core.naming import LEGACY_REGISTRY
from regilink_doctor.core.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.sites import SiteKind

CANONICAL = {
    "wandb.Api": "wandb.Api",
    "wandb.apis.public.Api": "wandb.Api",
    "wandb.apis.public.api.Api": "wandb.Api",
    "wandb.sdk.artifacts.artifact.Artifact": "wandb.Artifact",
    "wandb.sdk.wandb_artifacts.Artifact": "wandb.Artifact",
    "wandb.sdk.wandb_init.init": "wandb.init",
    "wandb.sdk.wandb_login.login": "wandb.login",
    "wandb.sdk.wandb_run.Run": "wandb.Run",
    "wandb.sdk.wandb_settings.Settings": "wandb.Settings",
    "wandb.wandb_run.Run": "wandb.Run",
    "wandb.sdk.Run": "wandb.Run",
    "wandb.sdk.init": "wandb.init",
    "wandb.sdk.Artifact": "wandb.Artifact",
    "wandb.sdk.Settings": "wandb.Settings",
    "wandb.wandb_agent.agent": "wandb.agent",
    "wandb.lab.workflows.link_model": "wandb.beta.workflows.link_model",
    "wandb.lab.workflows.use_model": "wandb.beta.workflows.use_model",
    "lightning.pytorch.loggers.WandbLogger": "WandbLogger",
    "lightning.pytorch.loggers.wandb.WandbLogger": "WandbLogger",
    "pytorch_lightning.loggers.WandbLogger": "WandbLogger",
    "pytorch_lightning.loggers.wandb.WandbLogger": "WandbLogger",
    "wandb.integration.lightning.fabric.WandbLogger": "WandbLogger",
}
"""Import path -> the name that everything else here goes by."""

GIVE_NONE = frozenset({
    "wandb.log", "wandb.log_model", "wandb.Run.log", "wandb.Run.log_model", "wandb.Artifact.add_dir",
    "wandb.Artifact.finalize", "wandb.Artifact.save",
})  # fmt: skip
"""Calls that return None, though their names promise an artifact."""

CLASSES = frozenset({"wandb.Run", "wandb.Artifact", "wandb.Api", "wandb.Settings", "WandbLogger"})
"""What a call of the name itself gives, and what an annotation can say."""

RETURNS = {
    "wandb.init": "wandb.Run",
    "WandbLogger.use_artifact": "wandb.Artifact",
    "wandb.log_artifact": "wandb.Artifact",
    "wandb.use_artifact": "wandb.Artifact",
    "wandb.Run.log_artifact": "wandb.Artifact",
    "wandb.Run.upsert_artifact": "wandb.Artifact",
    "wandb.Run.finish_artifact": "wandb.Artifact",
    "wandb.Run.use_artifact": "wandb.Artifact",
    "wandb.Run.link_artifact": "wandb.Artifact",
    "wandb.Run.log_code": "wandb.Artifact",
    "wandb.Run.link_model": "wandb.Artifact",
    "wandb.Artifact.add": "wandb.ArtifactManifestEntry",
    "wandb.Artifact.add_file": "wandb.ArtifactManifestEntry",
    "wandb.Artifact.link": "wandb.Artifact",
    "wandb.Artifact.wait": "wandb.Artifact",
    "wandb.Artifact.new_draft": "wandb.Artifact",
    "wandb.Api.artifact": "wandb.Artifact",
    "wandb.Api.artifacts": "wandb.Artifacts",
    "wandb.Api.run": "wandb.PublicRun",
    "wandb.Api.runs": "wandb.PublicRuns",
    "wandb.Api.registry": "wandb.Registry",
    "wandb.Api.create_registry": "wandb.Registry",
    "wandb.Api.registries": "wandb.Registries",
    "wandb.Api.artifact_collection": "wandb.ArtifactCollection",
    "wandb.Api.artifact_collections": "wandb.ArtifactCollections",
    "wandb.Api.artifact_type": "wandb.ArtifactType",
    "wandb.Api.artifact_types": "wandb.ArtifactTypes",
    "wandb.Api.artifact_versions": "wandb.Artifacts",
    "wandb.Api.create_run": "wandb.PublicRun",
    "wandb.Api.project": "wandb.Project",
    "wandb.Api.projects": "wandb.Projects",
    "wandb.Api.sweep": "wandb.Sweep",
    "wandb.Sweep.best_run": "wandb.PublicRun",
    "wandb.Artifact.logged_by": "wandb.PublicRun",
    "wandb.Artifact.used_by": "wandb.PublicRuns",
    "wandb.ArtifactType.collection": "wandb.ArtifactCollection",
    "wandb.ArtifactType.collections": "wandb.ArtifactCollections",
    "wandb.Project.artifacts_types": "wandb.ArtifactTypes",
    "wandb.Project.collections": "wandb.ArtifactCollections",
    "wandb.Project.sweeps": "wandb.Sweeps",
    "wandb.PublicRun.log_artifact": "wandb.Artifact",
    "wandb.PublicRun.logged_artifacts": "wandb.Artifacts",
    "wandb.PublicRun.used_artifacts": "wandb.Artifacts",
    "wandb.PublicRun.use_artifact": "wandb.Artifact",
    "wandb.Registry.collections": "wandb.ArtifactCollections",
    "wandb.Registry.versions": "wandb.Artifacts",
    "wandb.Registries.collections": "wandb.ArtifactCollections",
    "wandb.Registries.versions": "wandb.Artifacts",
    "wandb.ArtifactCollection.artifacts": "wandb.Artifacts",
    "wandb.ArtifactCollection.versions": "wandb.Artifacts",  # wandb 0.15 and older
    "wandb.ArtifactCollections.versions": "wandb.Artifacts",
}
"""Function or method -> the class of what it returns."""

ATTRIBUTES = {
    "wandb.run": "wandb.Run",
    "WandbLogger.experiment": "wandb.Run",
    "WandBTracker.run": "wandb.Run",
    "WandBTracker.tracker": "wandb.Run",
    "wandb.Artifact.source_artifact": "wandb.Artifact",
    "wandb.Artifact.collection": "wandb.ArtifactCollection",
    "wandb.Artifact.source_collection": "wandb.ArtifactCollection",
    "wandb.Artifact.linked_artifacts": "wandb.Artifacts",
    "wandb.PublicRun.sweep": "wandb.Sweep",
    "wandb.Sweep.runs": "wandb.PublicRuns",
}
"""Attribute -> the class of its value."""

NAME_ATTRIBUTES = frozenset(
    f"wandb.Artifact.{name}" for name in ("name", "qualified_name", "source_name", "source_qualified_name", "id")
)
"""Attributes of an artifact that say which one it is: a string, which is not the artifact."""

GIVEN_ATTRIBUTES = frozenset({"wandb.Run.project", "wandb.Run.name", "wandb.Artifact.type"})
"""Attributes that have what the call was given that made the object."""

ELEMENTS = {
    "wandb.Artifacts": "wandb.Artifact",
    "wandb.ArtifactCollections": "wandb.ArtifactCollection",
    "wandb.ArtifactTypes": "wandb.ArtifactType",
    "wandb.Projects": "wandb.Project",
    "wandb.PublicRuns": "wandb.PublicRun",
    "wandb.Sweeps": "wandb.Sweep",
    "wandb.Registries": "wandb.Registry",
}
"""What a loop over an object, or an item of it, gives."""

PUBLIC = (
    "wandb.Api.",
    "wandb.Artifact.logged_by",
    "wandb.Artifact.used_by",
    "wandb.ArtifactCollection",
    "wandb.ArtifactType",
    "wandb.PublicRun",
    "wandb.Registr",
    "wandb.Sweep.",
)
"""What the names of methods begin with that give artifacts of the public API, or what they are in."""

VERSIONED_NAMES = frozenset(
    {"wandb.Artifact.name", "wandb.Artifact.qualified_name", "wandb.Artifact.source_qualified_name"}
)
"""Attributes that end in `:vN` once the artifact is logged (failure A8)."""

VERSIONS = frozenset({"wandb.Artifact.version", "wandb.Artifact.source_version"})
"""Attributes that count versions: of the source, or of the collection that the object came from (failure B12)."""

PROJECTS = frozenset({"wandb.Artifact.source_project", "wandb.PublicRun.project", "wandb.Run.project"})
"""Attributes that are a project, and never a registry."""

ENTITIES = frozenset(
    {
        "wandb.Api.default_entity",
        "wandb.Artifact.entity",
        "wandb.Artifact.source_entity",
        "wandb.PublicRun.entity",
        "wandb.Run.entity",
    }
)
"""Attributes that are the entity of a run, as long as an artifact is one of its own."""

SAVED = {
    "wandb.Artifact": ("aliases", "description", "metadata", "tags"),
    "wandb.ArtifactCollection": ("description", "name", "tags"),
    "wandb.Registry": ("allow_all_artifact_types", "artifact_types", "description", "name", "visibility"),
}
"""Class -> attributes whose changes `save()` sends; a time to live is checked where it is linked."""

ALL_SAVED = frozenset().union(*SAVED.values())

LOGGED_ONLY = frozenset({
    "aliases", "commit_hash", "created_at", "entity", "file_count", "project", "qualified_name", "source_entity",
    "source_project", "source_version", "tags", "updated_at", "url", "version",
})  # fmt: skip
"""Attributes that raise an AttributeError until the artifact is logged and waited for (C11, `ensure_logged`)."""


@record
class Call:
    """A call that is a site: its kind, its positional parameters in order, and which of them is the path.

    `texts` are the arguments whose strings rules want to see, `objects` those that are strings only by mistake.
    `unfolds` are those that hold further arguments, also within the one before. `project` is what the call itself
    puts before the path.
    `others` are the further arguments that a version of wandb accepts; None where they are not listed.
    """

    kind: SiteKind
    parameters: tuple[str, ...] = ()
    path: str | None = None
    texts: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    unfolds: tuple[str, ...] = ()
    project: str = ""
    others: tuple[str, ...] | None = None


_LINK = ("artifact", "target_path", "aliases")
_LOG = Call(
    "log",
    ("artifact_or_path", "name", "type", "aliases"),
    texts=("name", "artifact_or_path"),
    objects=("artifact_or_path",),
    others=("tags", "distributed_id"),
)
_LOG_MODEL = Call("log", ("path", "name", "aliases"), texts=("name", "path"), others=())
_USE = Call(
    "consume",
    ("artifact_or_name", "type", "aliases", "use_as"),
    "artifact_or_name",
    objects=("artifact_or_name",),
    others=(),
)
_USE_MODEL = Call("consume", ("name",), "name", texts=("name",), others=())
_OF_INIT = (
    "allow_val_change", "anonymous", "config", "config_exclude_keys", "config_include_keys", "dir", "entity", "force",
    "fork_from", "group", "id", "job_type", "magic", "mode", "monitor_gym", "name", "notes", "project", "reinit",
    "resume", "resume_from", "save_code", "settings", "sync_tensorboard", "tags", "tensorboard",
)  # fmt: skip
_OF_ARTIFACT = ("description", "metadata", "incremental", "use_as", "storage_region", "digest_algorithm")
_LINK_MODEL = Call(
    "link",
    ("path", "registered_model_name", "name", "aliases"),
    "registered_model_name",
    texts=("name", "path"),
    project=LEGACY_REGISTRY,
    others=(),
)
_WRONG = Call("link", _LINK, "target_path")
_LIST = Call("look_up", ("type_name", "name"), "name", texts=("name",))
_EXISTS = Call("look_up", ("name", "type"), "name", texts=("name",))
_SEARCH = Call("look_up", ("filter",))

CALLS = {
    "wandb.init": Call("init", texts=("mode", "reinit", "api_key", "base_url"), unfolds=("settings",), others=_OF_INIT),
    "WandbLogger": Call("init", ("name", "save_dir", "version", "offline"), texts=("mode",), unfolds=("settings",)),
    "Accelerator.init_trackers": Call(
        "init", ("project", "config", "init_kwargs"), texts=("mode",), unfolds=("init_kwargs", "wandb", "settings")
    ),
    "wandb.Artifact": Call("artifact", ("name", "type"), texts=("name",), others=_OF_ARTIFACT),
    "wandb.Run.link_artifact": Call("link", _LINK, "target_path", ("alias",), ("artifact",), others=()),
    "wandb.Artifact.link": Call("link", ("target_path", "aliases"), "target_path", ("alias",), others=()),
    "wandb.Artifact.add_reference": Call("other", ("uri", "name", "checksum", "max_objects"), texts=("uri",)),
    "wandb.Artifact.save": Call("other", ("project", "settings"), unfolds=("settings",)),
    "wandb.Artifact.download": Call("other", ("root",), texts=("root",)),
    "wandb.Artifact.delete": Call("other", ("delete_aliases",)),
    "wandb.Artifact.unlink": Call("other"),
    "WandbLogger.download_artifact": Call("consume", ("artifact", "save_dir", "artifact_type"), "artifact"),
    "WandbLogger.use_artifact": Call("consume", ("artifact", "artifact_type"), "artifact"),
    "wandb.Run.use_artifact": _USE,
    "wandb.use_artifact": _USE,
    "wandb.Api.artifact": Call("consume", ("name", "type"), "name", others=()),
    "wandb.Run.log_artifact": _LOG,
    "wandb.Run.upsert_artifact": _LOG,
    "wandb.PublicRun.log_artifact": Call("log", ("artifact_or_path", "aliases", "tags"), objects=("artifact_or_path",)),
    "wandb.log_artifact": _LOG,
    "wandb.Run.log_model": _LOG_MODEL,
    "wandb.log_model": _LOG_MODEL,
    "wandb.Api": Call(
        "other", ("overrides", "timeout", "api_key"), texts=("api_key", "base_url"), unfolds=("overrides",)
    ),
    "wandb.Api.registries": Call("other", ("organization", "filter", "order"), texts=("organization",)),
    "wandb.Api.registry": Call("other", ("name", "organization"), texts=("name", "organization")),
    "wandb.Api.create_registry": Call(
        "other",
        ("name", "visibility", "organization", "description", "artifact_types"),
        texts=("name", "visibility", "organization"),
    ),
    "wandb.Api.artifacts": _LIST,
    "wandb.Api.artifact_versions": _LIST,
    "wandb.Api.artifact_collection": _LIST,
    "wandb.Api.artifact_exists": _EXISTS,
    "wandb.Api.artifact_collection_exists": _EXISTS,
    "wandb.Api.artifact_collections": Call("look_up", ("project_name", "type_name"), texts=("project_name",)),
    "wandb.Api.artifact_type": Call("other", ("type_name", "project"), texts=("project",)),
    "wandb.ArtifactType.collection": Call("look_up", ("name",), texts=("name",)),
    "wandb.ArtifactType.collections": Call("look_up"),
    "wandb.Registry.collections": _SEARCH,
    "wandb.Registry.versions": _SEARCH,
    "wandb.Registries.collections": _SEARCH,
    "wandb.Registries.versions": _SEARCH,
    "wandb.ArtifactCollections.versions": _SEARCH,
    "wandb.agent": Call("other", ("sweep_id", "function", "entity", "project"), texts=("sweep_id", "function")),
    "wandb.setup": Call("other", ("settings",), texts=("mode",), unfolds=("settings",)),
    "wandb.sweep": Call("other", ("sweep", "entity", "project")),
    "wandb.login": Call("other", ("key", "relogin", "host"), texts=("key", "host")),
    "wandb.Run.link_model": _LINK_MODEL,
    "wandb.link_model": _LINK_MODEL,
    "wandb.beta.workflows.link_model": Call("link", ("model", "target_path", "aliases"), "target_path"),
    "wandb.beta.workflows.use_model": Call("consume", ("aliased_path", "unsafe"), "aliased_path"),
    "wandb.Run.use_model": _USE_MODEL,
    "wandb.use_model": _USE_MODEL,
    "wandb.link_artifact": _WRONG,
    "wandb.Run.link": _WRONG,
    "wandb.Artifact.link_artifact": _WRONG,
    "wandb.Api.link_artifact": _WRONG,
    "wandb.PublicRun.link_artifact": _WRONG,
    "WandbLogger.link_artifact": _WRONG,
    "WandbLogger.log_artifact": _LOG,
}
"""Canonical name -> what kind of site it is. `wandb.init` has its arguments by keyword: their order has changed."""

MISSING = frozenset({path for path, call in CALLS.items() if call is _WRONG} | {"WandbLogger.log_artifact"})
"""Calls that look like wandb's, and that no version has."""

WORDS_OF_METHODS = (
    "alias", "artefact", "artifact", "deploy", "link", "model", "promot", "publish", "registr", "stage", "version",
)  # fmt: skip
"""Words in names of methods. `METHODS` has every method with such a word: another one does not exist."""

METHODS = {
    "wandb": frozenset({"link_model", "log_artifact", "log_model", "use_artifact", "use_model"}),
    "wandb.Run": frozenset({
        "finish_artifact", "link_artifact", "link_model", "log_artifact", "log_model", "upsert_artifact",
        "use_artifact", "use_model",
    }),
    "wandb.Artifact": frozenset({"link", "unlink"}),
    "wandb.Api": frozenset({
        "artifact", "artifact_collection", "artifact_collection_exists", "artifact_collections", "artifact_exists",
        "artifact_type", "artifact_types", "artifact_versions", "artifacts", "create_registry", "registries",
        "registry",
    }),
}  # fmt: skip
"""Class -> its methods with one of these words, in any supported version."""

BY_NAME = {
    "link_artifact": "wandb.Run.link_artifact",
    "link": "wandb.Artifact.link",
    "link_model": "wandb.Run.link_model",
    "use_artifact": "wandb.Run.use_artifact",
    "use_model": "wandb.Run.use_model",
    "artifact": "wandb.Api.artifact",
}
"""Method -> what it is where the receiver is not known."""

RECEIVERS = {"link": ("artifact", "art", "version"), "artifact": ("api",)}
"""Methods that objects of other libraries have as well -> what names of receivers of wandb's end in."""

NAMES = frozenset(path.rpartition(".")[2] for path in (*CALLS, *RETURNS, *CLASSES, *CANONICAL))
"""How a call of wandb's can end: any other need not be followed."""

USES = {path: call for path, call in CALLS.items() if call.kind in ("link", "consume") and call.path is not None}
"""The calls that link or fetch by a path."""

USE_WORDS = frozenset(path.rpartition(".")[2] for path in USES)
USE_MARKS = tuple([word if "_" in word else f".{word}(" for word in USE_WORDS])
"""What a file that has one of these calls has in it."""

REGISTRY_MARKS = ("create_registry(", ".registry(", ".registries(", "artifact_exists(", "artifact_collection")
"""What a file that looks for registries, or for what is in them, has in it."""

PACKAGES = frozenset(path.partition(".")[0] for path in (*CALLS, *CANONICAL) if "." in path)
"""The packages that these names come from."""
