"""What the linter knows of wandb's surface, held against the wandb that is installed."""

import ast
import inspect
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from tables import check_rows, sample

from regilink_doctor.lint.resolve import wandb_api

wandb = pytest.importorskip("wandb")
public = pytest.importorskip("wandb.apis.public")
registries = pytest.importorskip("wandb.apis.public.registries.registries_search")

OWNERS = {
    "wandb": wandb,
    "wandb.Run": wandb.Run,
    "wandb.Artifact": wandb.Artifact,
    "wandb.Api": wandb.Api,
    "wandb.ArtifactType": public.ArtifactType,
    "wandb.ArtifactCollections": registries.Collections,
    "wandb.Registries": registries.Registries,
    "wandb.Registry": public.registries.registry.Registry,
}
GONE = {"wandb.beta.workflows.link_model", "wandb.beta.workflows.use_model"}  # since 0.24
NEVER_THERE = {
    name
    for name in wandb_api.CALLS
    if name.endswith((".link_artifact", "Run.link")) and name != "wandb.Run.link_artifact"
}
OURS = [
    name
    for name in wandb_api.CALLS
    if name.startswith("wandb.") and name not in NEVER_THERE | GONE and not name.startswith("wandb.PublicRun")
]


def found(name: str) -> Any:
    owner, _, attribute = name.rpartition(".")
    return getattr(OWNERS[owner], attribute)


@pytest.mark.parametrize("name", sample(OURS, one_in=3))
def test_a_call_takes_what_the_linter_thinks(name: str) -> None:
    called = found(name)
    owner = name.rpartition(".")[0]
    if owner == "wandb" and not inspect.isclass(called):
        # Before a run has begun the module's own functions are stand-ins that know no arguments.
        called = getattr(wandb.Run, name.rpartition(".")[2], called)
    signature = inspect.signature(called)
    parameters = [each for each in signature.parameters if each != "self"]
    call = wandb_api.CALLS[name]
    assert parameters[: len(call.parameters)] == list(call.parameters)
    settings = wandb.Settings.model_fields if call.unfolds else {}  # what `settings=` holds is read as an argument
    for argument in (*call.texts, *filter(None, (call.path, *call.unfolds))):
        assert argument in parameters or argument in settings or argument == "alias", argument


@check_rows("name", sorted(NEVER_THERE - {"wandb.PublicRun.link_artifact", "WandbLogger.link_artifact"}))
def test_a_call_that_there_is_not_is_not_there(name: str) -> None:
    with pytest.raises(AttributeError):
        found(name)


def test_the_logger_of_lightning_neither_links_nor_logs_artifacts() -> None:
    path = (
        Path(wandb.__file__).parent / "integration" / "lightning" / "fabric" / "logger.py"
    )  # Lightning may be missing
    logger = next(node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef))
    methods = {node.name for node in logger.body if isinstance(node, ast.FunctionDef)}
    assert (logger.name, {"use_artifact", "experiment"} - methods) == ("WandbLogger", set())
    assert not methods & {"link_artifact", "log_artifact", "__getattr__"}


def test_a_run_of_the_api_links_nothing() -> None:
    from wandb.apis.public import Run

    assert not hasattr(Run, "link_artifact")


@pytest.mark.parametrize(
    "name", sample([name for name in wandb_api.RETURNS if name.rpartition(".")[0] in OWNERS], one_in=3)
)
def test_what_returns_something_is_there(name: str) -> None:
    assert callable(found(name))


@check_rows("name", sorted(wandb_api.LOGGED_ONLY))
def test_a_draft_has_no_such_attribute(name: str) -> None:
    draft = wandb.Artifact("zoo", type="model")
    assert not hasattr(draft, name)
    assert getattr(draft, name, "swallowed") == "swallowed"


@check_rows("name", sorted(wandb_api.VERSIONED_NAMES | wandb_api.VERSIONS))
def test_the_names_of_an_artifact_are_there(name: str) -> None:
    assert isinstance(inspect.getattr_static(wandb.Artifact, name.rpartition(".")[2]), property)


def test_the_arguments_of_a_call_are_those_that_wandb_accepts() -> None:
    """An argument that is not in the table is an error: it has those of every version that is tested."""
    listed = {path: call for path, call in wandb_api.CALLS.items() if call.others is not None}
    assert len(listed) > 10
    for path, call in listed.items():
        owner, _, name = path.rpartition(".")
        member = getattr(PUBLIC.get(owner, wandb), name)
        accepted = inspect.signature(member).parameters.keys() - {"self"}
        assert accepted <= {*call.parameters, *call.others}, path


def test_the_methods_that_there_are_are_listed() -> None:
    for owner, methods in wandb_api.METHODS.items():
        public = {name for name in dir(PUBLIC[owner]) if not name.startswith("_")}
        found = {name for name in public if any(word in name for word in wandb_api.WORDS_OF_METHODS)}
        assert {name for name in found if callable(inspect.getattr_static(PUBLIC[owner], name))} <= methods
        assert methods <= found  # of this version; one that an older one has is listed as well


PUBLIC = {
    "wandb": wandb,
    "wandb.Api": wandb.Api,
    "wandb.Run": wandb.Run,
    "wandb.Artifact": wandb.Artifact,
    "wandb.PublicRun": wandb.apis.public.Run,
    "wandb.Sweep": wandb.apis.public.Sweep,
    "wandb.ArtifactType": wandb.apis.public.ArtifactType,
}
SAME = {
    "wandb.PublicRun": {"Run"},
    "wandb.PublicRuns": {"Runs", "list[Run]"},
    "wandb.Artifacts": {"Artifacts", "RunArtifacts", "list[Artifact]"},
    "wandb.Run": {"Run"},
}
"""How wandb's annotations write what goes by another name in the tables."""


def annotation(name: str) -> str:
    owner, _, attribute = name.rpartition(".")
    member = inspect.getattr_static(PUBLIC[owner], attribute, None)
    if member is None:  # only instances have it
        return ""
    function = inspect.unwrap(member.fget if isinstance(member, property) else getattr(member, "__func__", member))
    return str(function.__annotations__.get("return", ""))


@pytest.mark.parametrize(
    "name",
    sample(
        [name for name in {**wandb_api.RETURNS, **wandb_api.ATTRIBUTES} if name.rpartition(".")[0] in PUBLIC], one_in=3
    ),
)
def test_what_the_linter_expects_of_a_method_is_what_wandb_annotates(name: str) -> None:
    expected = {**wandb_api.RETURNS, **wandb_api.ATTRIBUTES}[name]
    written = annotation(name)
    plain = written.replace("public.", "").replace("wandb.", "").removesuffix(" | None")
    if not written or plain in ("None", "Self"):
        pytest.skip("not annotated")
    assert plain in SAME.get(expected, {expected.removeprefix("wandb.")})


def test_the_tables_have_everything_that_wandb_annotates() -> None:
    """`tools/wandb_api.py WHEEL...` says the same of any other version."""
    path = Path(__file__).parents[2] / "tools" / "wandb_api.py"
    spec = spec_from_file_location("tools_wandb_api", path)
    assert spec is not None
    assert spec.loader is not None
    tool = module_from_spec(spec)
    spec.loader.exec_module(tool)
    modules = tool.read_installed()
    assert len(tool.find_annotated(modules)) > 30
    assert tool.find_differences(modules) == []
