"""The code keeps to its plan (tools/architecture.py), and the documentation shows the plan as it is."""

import ast
import runpy
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import architecture
import make_messages
import pytest
from import_graph import find_cycles, find_nodes, modules, parse_module, read_imports
from tables import check_each

ROOT = Path(__file__).parent.parent


def test_every_module_has_a_place_in_the_plan() -> None:
    packages = {architecture.package_of(module) for module in modules()} - {"lint"}
    assert packages == set(architecture.PLAN)


@pytest.fixture(scope="module")
def parsed_modules() -> None:
    """Each module of the code, parsed once for all tests here."""
    for path in modules().values():
        parse_module(path)


@pytest.mark.usefixtures("parsed_modules")
def test_a_package_imports_only_what_the_plan_allows() -> None:
    assert architecture.wrong_imports() == []


def test_the_plan_has_no_cycle() -> None:
    plan = {package: frozenset(allowed.split()) for package, (_, allowed) in architecture.PLAN.items()}
    assert find_cycles(plan) == []


def test_no_modules_import_each_other() -> None:
    assert find_cycles(read_imports()) == []


def test_a_cycle_is_found() -> None:
    imports = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set(), "p": {"p.m"}, "p.m": {"p"}}
    cycles = find_cycles({name: frozenset(others) for name, others in imports.items()})
    assert [sorted(cycle) for cycle in cycles] == [["b", "c"]]


def test_the_page_shows_the_plan() -> None:
    page = architecture.PAGE.read_text(encoding="utf-8")
    assert page == architecture.with_map(page), "run: python tools/architecture.py"


def test_core_imports_the_standard_library_alone() -> None:
    for module, path in modules().items():
        if architecture.package_of(module) == "core":
            for name in _imported_names(path):
                top = name.partition(".")[0]
                assert top in sys.stdlib_module_names or top in ("regilink_doctor", "typing_extensions"), module


def test_no_module_imports_wandb() -> None:
    for module, path in modules().items():
        if "demo_project" not in module:  # the project of the demo is a user's program
            assert "wandb" not in {name.partition(".")[0] for name in _imported_names(path)}, module


def test_values_of_the_tree_have_paths_with_slashes_on_every_system() -> None:
    # `os.path` would put backslashes between them on Windows, and no comparison with a path of the scan would hold.
    system_only = {"abspath", "join", "normpath", "relpath", "realpath"}
    paths = [path for module, path in modules().items() if module.startswith("regilink_doctor.lint.resolve.")]
    assert len(paths) > 20
    for path in paths:
        names = [node for node in ast.walk(parse_module(path)) if isinstance(node, ast.Attribute)]
        assert not [
            ast.unparse(name) for name in names if name.attr in system_only and ast.unparse(name.value) == "os.path"
        ], path


def test_only_one_module_makes_paths_relative() -> None:
    # `os.path.relpath` fails for a path on another drive of Windows.
    users = {
        module
        for module, path in modules().items()
        if "relpath" in path.read_text(encoding="utf-8")  # to walk every tree takes half a second
        and any(isinstance(node, ast.Attribute) and node.attr == "relpath" for node in ast.walk(parse_module(path)))
    }
    assert users == {"regilink_doctor.core.files"}


@cache
def _imported_names(path: Path) -> set[str]:
    names = set()
    for node in find_nodes(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module or "")
    return names


def test_no_two_test_modules_share_a_name() -> None:
    # pytest imports them by their bare names; only a run of all of them would notice.
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))


LOOKS = {"access", "exists", "getmtime", "getsize", "isdir", "isfile", "islink", "lexists", "lstat", "samefile", "stat"}
LOOKS |= {"listdir", "open", "readlink", "realpath", "scandir", "walk"}
OTHERS = {"read_plain", "open", "iterdir", "glob", "rglob", "read_text", "read_bytes", "is_dir"}
NOT_OF_A_REPORT = {
    "change.py": "writes files",
    "lint/cache.py": "reads and writes its own files",
    "scan": "lists and reads the files to lint, in every run",
    "text/memory.py": "is that module",
    "data/yaml.py": "looks for PyYAML, which the key of the cache has",
}


def find_looks(path: Path) -> Iterator[str]:
    for node in ast.walk(parse_module(path)):
        called = node.func if isinstance(node, ast.Call) else node
        if not isinstance(node, ast.Attribute | ast.Call):
            continue
        if isinstance(called, ast.Attribute) and called.attr in LOOKS:
            owner = ast.unparse(called.value)
            if owner in ("os", "os.path"):
                yield f"{path.name}:{node.lineno}: {owner}.{called.attr}"
        name = getattr(called, "attr", getattr(called, "id", "")) if isinstance(node, ast.Call) else ""
        if name in OTHERS:
            yield f"{path.name}:{node.lineno}: {name}"


def test_one_module_of_the_linter_looks_at_files() -> None:
    # That module records each look: a cached report is used again only while all looks give the same.
    modules = [
        path for folder in ("lint", "rules") for path in sorted((ROOT / "regilink_doctor" / folder).rglob("*.py"))
    ]
    checked = [path for path in modules if not any(part in path.as_posix() for part in NOT_OF_A_REPORT)]
    assert len(checked) > 80
    assert not [look for path in checked for look in find_looks(path)]


@pytest.mark.parametrize(("language", "name"), make_messages.list_catalogs())
def test_catalogs_are_in_step_with_the_code(language: str, name: str) -> None:
    # Here, where the code has been parsed.
    assert list(make_messages.find_problems(language, name)) == [], "run: python tools/make_messages.py"


BENCHMARKS = {path.stem: path for path in (ROOT / "benchmarks").glob("*.py") if path.stem != "results"}


def test_each_benchmark_says_what_it_measures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")

    def check(path: Path) -> None:
        monkeypatch.setattr(sys, "argv", [str(path), "--help"])
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(path), run_name="__main__")
        assert ended.value.code == 0
        documentation = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert documentation
        assert documentation in capsys.readouterr().out

    check_each(BENCHMARKS, check)
    sys.modules.pop("results")
