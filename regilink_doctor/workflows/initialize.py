"""What `regilink init` would write into a project: the hook, the configuration, the workflow, a first test.

Nothing is guessed: teams, registries and types are those that the code certainly names, and a part for which something
is missing is left out, with the reason.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regilink_doctor.core.files import relative_path, write_whole
from regilink_doctor.core.naming import find_near_registry
from regilink_doctor.core.records import record
from regilink_doctor.core.rule_codes import UNFILLED_PLACEHOLDER
from regilink_doctor.lint.scan.files import read as read_file
from regilink_doctor.lint.scan.kinds import BEGINNINGS, KINDS, LISTS
from regilink_doctor.rules.judge import NAME_RULES
from regilink_doctor.rules.site_facts import certain, known_entity, known_registry, known_type
from regilink_doctor.workflows.lint import lint_paths

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.sites import Site

_TEMPLATES = Path(__file__).parent / "init_templates"
LOCAL_HOOK, HOOK, WORKFLOW, TEST = (
    (_TEMPLATES / f"{name}.txt").read_text(encoding="utf-8") for name in ("local_hook", "hook", "workflow", "test")
)
_NAME_RULES = NAME_RULES | {UNFILLED_PLACEHOLDER}
"""What is wrong with the names themselves, placeholders among it."""

TEST_PATH = "tests/test_registry_links.py"


@record
class File:
    """A file to write: `before` is what is in it now, None where there is none; `purpose` is one clause."""

    path: str
    purpose: str
    before: str | None
    after: str


@record
class Setup:
    """What would be written, what is there already, and what is left out and why."""

    files: tuple[File, ...]
    notes: tuple[str, ...]


@record
class _Seen:
    """What the code certainly names. `links` are those that a test may rely on; `left_out` are sentences."""

    teams: tuple[str, ...]
    registries: dict[str, tuple[str, ...]]
    links: tuple[Site, ...]
    has_links: bool
    left_out: tuple[str, ...]


def file_pattern() -> str:
    """The regular expression, as pre-commit takes it, of the files that `lint` reads."""
    endings = "|".join(re.escape(suffix.removeprefix(".")) for kind in KINDS for suffix in kind.suffixes)
    names = [re.escape(name) for kind in KINDS for name in kind.names]
    names += [re.escape(beginning.removeprefix("/")) + "[^/]*" for beginning in BEGINNINGS]
    lists = "|".join(LISTS)
    return rf"(\.({endings})|(^|/)({'|'.join(names)})|({lists})[^/]*(/[^/]*)?\.(txt|in))$"


def plan_setup(folder: str = ".") -> Setup:
    """Look at the project in a folder; nothing is written.

    Raises:
        ValueError: a file that would be changed cannot be read, or is not UTF-8, or not TOML.
    """
    seen = _look_at_code(folder)
    files: list[File] = []
    notes = list(seen.left_out)
    for plan in (_plan_hook, _plan_configuration, _plan_ruff, _plan_workflow, _plan_test):
        for item in plan(Path(folder), seen, files):
            (files if isinstance(item, File) else notes).append(item)  # type: ignore[arg-type]
    return Setup(tuple(files), tuple(notes))


def write_setup(setup: Setup, folder: str = ".") -> None:
    """Write the files, each whole or not at all, except one that has changed since it was read.

    Raises:
        OSError: a file cannot be written, or has changed; with the names of those that were written before it.
    """
    for number, file in enumerate(setup.files):
        path = Path(folder, file.path)
        try:
            if _read(path) != file.before:
                raise OSError("it changed in the meantime")
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(str(path), file.after.encode(), path.stat().st_mode & 0o7777 if path.exists() else 0o644)
        except OSError as error:
            done = ", ".join(item.path for item in setup.files[:number])
            problem = f"{file.path} cannot be written: {error.strerror or error}"
            raise OSError(f"{problem}; already written: {done}" if done else problem) from None


def _look_at_code(folder: str) -> _Seen:
    source = lint_paths([folder], all_sites=True)
    reports = [report for report in source.sites if report.site.kind == "link"]
    links = [report.site for report in reports]
    teams = {entity for link in links if (entity := known_entity(link))}
    # A path that lint reports names a mistake, which the configuration would refuse.
    right = [report.site for report in reports if _NAME_RULES.isdisjoint(report.codes)]
    named = [(name, link) for link in right for name in filter(None, map(known_registry, link.target))]
    counts = Counter(name for name, _ in named)
    # Names that differ only in case are one registry. Declaring the rarer one, too, would hide a spelling mistake.
    usual = {name.lower(): name for name in sorted(counts, key=lambda name: (counts[name], name))}
    registries: dict[str, set[str]] = {}
    left_out = {}
    for name, link in named:
        if (near := find_near_registry(name)) is not None:
            left_out[name] = f'"{name}" is not taken for a registry of your own: it is nearly W&B\'s "{near}"'
        else:
            registries.setdefault(usual[name.lower()], set()).update(filter(None, [known_type(link)]))
    declared = {name: tuple(sorted(types)) for name, types in sorted(registries.items())}
    unread = (*source.failures, *source.unread, *source.skipped)
    notes = (*(f"not read, so the setup has nothing from it: {sentence}" for sentence in unread), *left_out.values())
    sound = tuple(
        report.site
        for report in reports
        if not report.codes and left_out.keys().isdisjoint(filter(None, map(known_registry, report.site.target)))
    )
    return _Seen(tuple(sorted(teams)), declared, sound, bool(links), notes)


def _plan_hook(folder: Path, seen: _Seen, planned: list[File]) -> Iterator[File | str]:
    path = ".pre-commit-config.yaml"
    before = _read(folder / path)
    source = _find_source()
    hook = HOOK.format(**source) if source else LOCAL_HOOK.format(pattern=file_pattern())
    if before is None:
        yield File(path, "lint before every commit", None, f"repos:\n{hook}")
    elif "regilink" in before:
        yield f"{path} runs regilink already"
    elif (
        _count_repositories(after := before.rstrip() + "\n" + _indent_like(before, hook))
        == _count_repositories(before) + 1
    ):
        yield File(path, "lint before every commit", before, after)
    else:
        yield f"{path} is written in a way that init does not change; add by hand:\n{hook.rstrip()}"


def _count_repositories(text: str) -> int:
    """How many entries the list of pre-commit has; -2 where it has none, or is no YAML."""
    import yaml

    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError):
        return -2
    entries = value.get("repos") if isinstance(value, dict) else None
    return len(entries) if isinstance(entries, list) else -2


def _indent_like(text: str, hook: str) -> str:
    """The hook as deep as the other entries of the list."""
    entries = (line for line in text.splitlines() if line.lstrip().startswith("- repo:"))
    deep = next((len(line) - len(line.lstrip()) for line in entries), 2)
    return "".join(f"{' ' * deep}{line[2:]}" for line in hook.splitlines(keepends=True))


def _plan_configuration(folder: Path, seen: _Seen, planned: list[File]) -> Iterator[File | str]:
    if os.path.exists(folder / "regilink.toml"):
        yield "regilink.toml is there already"
        return
    lines = [f"teams = {json.dumps(seen.teams)}"] if seen.teams else []
    if seen.registries:
        rows = ", ".join(f"{json.dumps(name)} = {json.dumps(types)}" for name, types in seen.registries.items())
        lines.append(f"registries = {{ {rows} }} # without the prefix; the types that each accepts, [] for all")
    if not lines:
        yield "no configuration: the code names neither a team nor a registry"
        return
    before = _read(folder / "pyproject.toml")
    if before is None:
        yield File("regilink.toml", "what the code names", None, "\n".join(lines) + "\n")
    elif "regilink" in _parse_toml(before, "pyproject.toml").get("tool", {}):
        yield "pyproject.toml has [tool.regilink] already"
    else:
        table = "\n".join(["[tool.regilink]", *lines]) + "\n"
        yield File("pyproject.toml", "what the code names", before, f"{before.rstrip()}\n\n{table}")


def _plan_ruff(folder: Path, seen: _Seen, planned: list[File]) -> Iterator[File | str]:
    """Ruff removes the codes of others from `noqa` comments, unless `external` lists them."""
    for name, header in (("ruff.toml", "[lint]"), (".ruff.toml", "[lint]"), ("pyproject.toml", "[tool.ruff.lint]")):
        file = next((file for file in planned if file.path == name), None)
        before = file.after if file else _read(folder / name)
        if before is None:
            continue
        table: Any = _parse_toml(before, name)
        for key in header.strip("[]").split(".")[:-1]:
            table = table.get(key, {})
        if name == "pyproject.toml" and not table:
            continue
        if "external" in table.get("lint", {}):
            if "REG" not in table["lint"]["external"]:
                yield f'{name}: add "REG" to external of {header}, so that ruff leaves `noqa: REG101` as it is'
            return
        line = 'external = ["REG"] # codes in noqa comments that are not ruff\'s'
        lines = before.splitlines()
        if header in lines:
            lines.insert(lines.index(header) + 1, line)
        elif "lint" in table:
            yield f"{name}: add {line} to {header}"
            return
        else:
            lines += ["", header, line]
        purpose = f"{file.purpose}; ruff leaves regilink's codes" if file else "ruff leaves regilink's codes"
        if file:
            planned.remove(file)
        yield File(name, purpose, file.before if file else before, "\n".join(lines) + "\n")
        return


def _plan_workflow(folder: Path, seen: _Seen, planned: list[File]) -> Iterator[File | str]:
    workflows = folder / ".github" / "workflows"
    if not os.path.isdir(folder / ".github"):
        return
    for path in sorted(workflows.glob("*.y*ml")) if os.path.isdir(workflows) else ():
        if "regilink" in (_read(path) or ""):
            yield f".github/workflows/{path.name} runs regilink already"
            return
    source = _find_source()
    if source is None:
        yield "no workflow: this regilink was not installed from a repository, so CI would not know where to get it"
        return
    yield File(".github/workflows/regilink.yml", "lint in CI", None, WORKFLOW.format(**source))


def _plan_test(folder: Path, seen: _Seen, planned: list[File]) -> Iterator[File | str]:
    if os.path.exists(folder / TEST_PATH):
        yield f"{TEST_PATH} is there already"
        return
    for link in seen.links:
        module, suffix = os.path.splitext(relative_path(link.place.path, str(folder)))
        target = certain(link.target)
        registry = known_registry(link.target[0]) if link.target else None
        function = link.context.function
        if suffix != ".py" or "/" in module or not module.isidentifier() or target is None or registry is None:
            continue
        if function is None or not _is_callable_without_arguments(folder / link.place.path, function):
            continue
        kind = known_type(link)
        yield File(
            TEST_PATH,
            "a first test, with the real wandb against an emulated server",
            None,
            TEST.format(
                module=module,
                function=function,
                registry=registry,
                types=json.dumps(kind) if kind else "",
                path=target,
                type=f", type={json.dumps(kind)}" if kind else "",
            ),
        )
        return
    if seen.links:
        yield "no test: no link is in a function that a test can call without arguments; see docs/pytest.md"
    elif seen.has_links:
        yield "no test: each link has a finding of `regilink lint`, or names a registry that is left out"


def _is_callable_without_arguments(path: Path, function: str) -> bool:
    import ast

    try:
        tree = ast.parse(read_file(str(path)))
    except (OSError, SyntaxError, ValueError):
        return False
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and not node.args and not node.keywords]
    if any(getattr(call.func, "attr", None) in ("parse_args", "parse_known_args") for call in calls):
        return False  # it would read the arguments of pytest
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == function and not node.decorator_list:
            required = len(node.args.posonlyargs) + len(node.args.args) - len(node.args.defaults)
            return required == 0 and None not in node.args.kw_defaults
    return False


def _find_source() -> dict[str, str] | None:
    """The repository and the revision that this regilink was installed from (PEP 610); None where it was not."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        value = json.loads(distribution("regilink").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return None
    if "vcs_info" not in value:
        return None
    from regilink_doctor.core.text import mask_keys

    information = value["vcs_info"]
    return {
        "url": mask_keys(value["url"]),
        "revision": information.get("requested_revision") or information["commit_id"],
    }


def _parse_toml(text: str, name: str) -> dict[str, Any]:
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except ValueError as error:
        raise ValueError(f"{name}: not TOML: {error}") from None
    return table


def _read(path: Path) -> str | None:
    try:
        content = read_file(str(path))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror or error}") from None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name}: not UTF-8") from None
