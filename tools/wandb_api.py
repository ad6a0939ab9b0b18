"""Compares the linter's table of wandb's public API with wandb's own annotations, without importing wandb.

`python tools/wandb_api.py` reads the installed wandb; `python tools/wandb_api.py wandb-0.21.4-….whl …` reads wheels (as
`pip download --no-deps wandb==0.21.4` brings them), which is how every supported version is checked.
"""

import ast
import importlib.util
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from regilink_doctor.lint.resolve import wandb_api

MODULES = (
    "apis/public/api.py",
    "apis/public/artifacts.py",
    "apis/public/projects.py",
    "apis/public/registries/registries_search.py",
    "apis/public/registries/registry.py",
    "apis/public/runs.py",
    "apis/public/sweeps.py",
    "sdk/artifacts/artifact.py",
    "sdk/wandb_run.py",
)

NAMES = {
    "Api": "wandb.Api",
    "Artifact": "wandb.Artifact",
    "ArtifactCollection": "wandb.ArtifactCollection",
    "ArtifactCollections": "wandb.ArtifactCollections",
    "ArtifactType": "wandb.ArtifactType",
    "ArtifactTypes": "wandb.ArtifactTypes",
    "Artifacts": "wandb.Artifacts",
    "Collections": "wandb.ArtifactCollections",
    "ProjectArtifactCollections": "wandb.ArtifactCollections",
    "Registries": "wandb.Registries",
    "Registry": "wandb.Registry",
    "RunArtifacts": "wandb.Artifacts",
    "Run": "wandb.PublicRun",
    "Runs": "wandb.PublicRuns",
    "Sweep": "wandb.Sweep",
    "Sweeps": "wandb.Sweeps",
    "Versions": "wandb.Artifacts",
    "Project": "wandb.Project",
    "Projects": "wandb.Projects",
}
"""wandb's names for the classes -> the linter's."""

LISTS = {
    "wandb.Artifact": "wandb.Artifacts",
    "wandb.ArtifactCollection": "wandb.ArtifactCollections",
    "wandb.PublicRun": "wandb.PublicRuns",
    "wandb.Registry": "wandb.Registries",
    "wandb.Sweep": "wandb.Sweeps",
}
"""What a list of objects is in the tables."""

_HOLDERS = frozenset({"list", "List", "Iterator", "Iterable", "Sequence", "Collection"})
_PAGINATORS = ("Paginator", "SizedPaginator", "RelayPaginator", "SizedRelayPaginator")
_NOT_FOR_USERS = frozenset({"from_id", "from_name", "create", "__enter__", "convert_objects", "detach"})


def read_installed() -> dict[str, str]:
    """The modules of the installed wandb, by their paths in the package."""
    spec = importlib.util.find_spec("wandb")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("wandb is not installed")
    folder = Path(spec.submodule_search_locations[0])
    return {name: (folder / name).read_text(encoding="utf-8") for name in MODULES if (folder / name).is_file()}


def read_wheel(path: Path) -> dict[str, str]:
    """The modules of a wheel."""
    with zipfile.ZipFile(path) as wheel:
        names = set(wheel.namelist())
        return {name: wheel.read(f"wandb/{name}").decode() for name in MODULES if f"wandb/{name}" in names}


def find_annotated(modules: Mapping[str, str]) -> dict[str, str]:
    """Each public method, property and kind of list that gives something of the tables, and what it gives."""
    found: dict[str, str] = {}
    for path, text in modules.items():
        for node in ast.parse(text).body:
            owner = _own_name(node.name, path) if isinstance(node, ast.ClassDef) else None
            if isinstance(node, ast.ClassDef) and owner is not None:
                found.update(_find_in_class(node, owner, path))
    return found


def _own_name(name: str, path: str) -> str | None:
    if path == "sdk/wandb_run.py":
        return "wandb.Run" if name == "Run" else None
    return NAMES.get(name)


def _find_in_class(node: ast.ClassDef, owner: str, path: str) -> Iterator[tuple[str, str]]:
    for base in node.bases:
        if isinstance(base, ast.Subscript) and ast.unparse(base.value).rpartition(".")[2] in _PAGINATORS:
            items = base.slice.elts if isinstance(base.slice, ast.Tuple) else [base.slice]
            if item := _read_annotation(items[-1], path):
                yield f"{owner}[]", item
    for member in node.body:
        is_function = isinstance(member, ast.FunctionDef) and member.returns is not None
        if not is_function or member.name.startswith("_") or member.name in _NOT_FOR_USERS:
            continue
        if given := _read_annotation(member.returns, path):
            yield f"{owner}.{member.name}", given


def _read_annotation(node: ast.expr, path: str) -> str | None:
    """The linter's name for what an annotation says; None for anything that it does not follow."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        node = ast.parse(node.value, mode="eval").body
    if isinstance(node, ast.BinOp):
        return _read_annotation(node.left, path) or _read_annotation(node.right, path)
    if isinstance(node, ast.Subscript):
        held = _read_annotation(node.slice, path)
        name = ast.unparse(node.value).rpartition(".")[2]
        if name == "Optional":
            return held
        return LISTS.get(held or "") if name in _HOLDERS else None
    if isinstance(node, ast.Name | ast.Attribute):
        name = ast.unparse(node)
        if path == "sdk/wandb_run.py" and name == "Run":
            return "wandb.Run"
        return NAMES.get(name.rpartition(".")[2])
    return None


def find_differences(modules: Mapping[str, str]) -> list[str]:
    """What wandb annotates and the tables lack, or have otherwise."""
    known = {**wandb_api.RETURNS, **wandb_api.ATTRIBUTES, **{f"{k}[]": v for k, v in wandb_api.ELEMENTS.items()}}
    return [
        f"{name} gives {given}; the table says {known.get(name, 'nothing')}"
        for name, given in sorted(find_annotated(modules).items())
        if known.get(name) != given
    ]


def main() -> int:
    """Print the differences of each version; 1 if there are any."""
    versions = {path: read_wheel(Path(path)) for path in sys.argv[1:]} or {"the installed wandb": read_installed()}
    status = 0
    for name, modules in versions.items():
        differences = find_differences(modules)
        print(f"{name}: {len(find_annotated(modules))} members, {len(differences)} differences")
        for line in differences:
            print(f"  {line}")
        status = status or bool(differences)
    return int(status)


if __name__ == "__main__":
    raise SystemExit(main())
