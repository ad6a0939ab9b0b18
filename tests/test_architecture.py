"""The arrows of the house: which room may import which."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WINGS = {
    "core": set(),
    "rules": {"core"},
    "lint": {"rules", "core"},
    "client": {"core"},
    "doctor": {"client", "rules", "core"},
    "emulator": {"core"},
    "config": {"core", "rules"},
    "workflows": {"core", "rules", "lint", "client", "doctor", "emulator", "config"},
    "report": {"rules", "core"},
    "cli": {"core", "rules", "report", "workflows", "config", ""},
    "__main__": {"cli"},
    "": {"core", "workflows", "emulator", "config"},
    "pytest_regilink": {"workflows", "report", "emulator", "rules", "core", "config"},
}
"""Room -> the rooms that it may import, besides itself. The public API, `""`, names what it loads lazily.

`report` may name the plain results of workflows, doctor and emulator in annotations."""

FILES = [path for package in ("regilink_doctor", "pytest_regilink") for path in sorted((ROOT / package).rglob("*.py"))]


def room(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts[0] == "pytest_regilink":
        return "pytest_regilink"
    return parts[1] if parts[1] != "__init__" else ""


def imported(tree: ast.Module, path: Path) -> set[str]:
    """Rooms that are imported while the program runs: imports for annotations alone do not count."""
    found = set()
    for node in statements(tree.body):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "regilink_doctor":
                inner = parts[1] if len(parts) > 1 else ""
                found.add(inner if (ROOT / "regilink_doctor" / inner).is_dir() or inner in WINGS else "")
            elif parts[0] == "pytest_regilink":
                found.add("pytest_regilink")
    return found


def statements(body: list[ast.stmt]):
    for node in body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        yield node
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                yield from statements([child])
            elif isinstance(child, ast.ExceptHandler):
                yield from statements(child.body)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_the_rooms_below_it(path: Path) -> None:
    here = room(path)
    assert here in WINGS, f"{here}: a room that is not in the plan"
    assert imported(ast.parse(path.read_text()), path) <= WINGS[here] | {here}


@pytest.mark.parametrize("path", [path for path in FILES if room(path) == "core"], ids=lambda path: path.name)
def test_core_imports_the_standard_library_alone(path: Path) -> None:
    import sys

    for node in statements(ast.parse(path.read_text()).body):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        for name in names:
            top = name.partition(".")[0]
            assert top in sys.stdlib_module_names or top == "regilink_doctor"


def test_no_module_of_ours_imports_wandb() -> None:
    for path in FILES:
        if path.parent.name == "demo_project":
            continue  # the demo's project is a user's program
        for node in statements(ast.parse(path.read_text()).body):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not [name for name in names if name.partition(".")[0] == "wandb"], path


def test_no_two_test_modules_share_a_name() -> None:
    # pytest imports them by their bare names; only a run of all of them would notice.
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
