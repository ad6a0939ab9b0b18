"""The plan of the code: which package may import which. `python tools/architecture.py` writes it into the docs.

The test of the architecture holds the code to this plan, and the page to this file.
"""

from __future__ import annotations

from import_graph import ROOT, read_imports

PLAN: dict[str, tuple[str, str]] = {
    "core": ("what links, names and failures are; no parser, no server, nothing but the standard library", ""),
    "rules": ("the rules by subject: what each watches, what it says, its examples", "core"),
    "config": ("the keys of the configuration, and reading them", "core rules"),
    "client": ("the one way to a real server: settings, key, requests", "core"),
    "doctor": ("the live checks", "client core rules"),
    "emulator": ("the stand-in server, its world and its ledger", "core"),
    "lint.text": ("decoding, positions, literals, syntax trees, what is remembered of files", "core"),
    "lint.scan": ("which files there are, and which can matter", "core"),
    "lint.data": ("configuration files as data: every value knows its place", "core lint.text lint.scan"),
    "lint.facts": (
        "what files say that are not Python: settings, commands, requirements; one module a kind of file",
        "core lint.text lint.data",
    ),
    "lint.resolve": ("the value of an expression", "core lint.text lint.scan lint.data lint.facts"),
    "lint.sites": ("the calls that matter, and what they are given", "core lint.text lint.resolve"),
    "lint.formats": (
        "bytes of a file to call sites and facts",
        "core lint.text lint.scan lint.facts lint.resolve lint.sites",
    ),
    "lint.nearby_files": (
        "what rules ask of the files around a program",
        "core lint.text lint.scan lint.resolve lint.formats",
    ),
    "lint.suppress": ("comments that silence findings", "core rules lint.text lint.scan lint.formats"),
    "lint.improvement": ("whether a fix improves a file or a call", "core"),
    "lint.value_uses": ("where a file uses a value that a fix changes", "core lint.text"),
    "lint.engine": (
        "one file: bytes to a report",
        "core rules lint.text lint.scan lint.formats lint.nearby_files lint.suppress lint.improvement lint.value_uses",
    ),
    "lint.cache": (
        "reports of earlier runs, used again while nothing has changed",
        "core lint.text lint.scan lint.suppress lint.engine",
    ),
    "lint.change": (
        "writing fixes and comments",
        "core lint.text lint.scan lint.suppress lint.improvement lint.engine",
    ),
    "workflows": (
        "what a command does, as functions that return values",
        "core rules config client doctor emulator languages lint.text lint.scan lint.suppress lint.engine "
        "lint.cache lint.change",
    ),
    "report": ("values as text, JSON, XML, HTML", "core rules config doctor workflows"),
    "languages": ("the catalogs of other languages, and showing strings in them", "core"),
    "editor": ("the language server", "core config lint.text lint.scan workflows API"),
    "cli": (
        "arguments in, one workflow, its report, an exit status out",
        "core rules config doctor workflows report languages editor API",
    ),
    "API": ("the public names, loaded when they are used", "core emulator workflows"),
    "__main__": ("the console script, `python -m regilink_doctor`", "cli"),
    "pytest_regilink": ("the pytest plugin", "core rules config emulator workflows report"),
}
"""Package -> what it is for, and the packages that it may import. Imports for annotations count."""

PAGE = ROOT / "docs" / "development.md"
BEGIN, END = "<!-- map: made by tools/architecture.py -->\n", "<!-- end of the map -->\n"


def package_of(module: str) -> str:
    """The package of the plan that a module belongs to."""
    first, *rest = module.split(".")
    if first == "pytest_regilink":
        return first
    if not rest:
        return "API"
    return ".".join(rest[:2]) if rest[0] == "lint" and len(rest) > 1 else rest[0]


def wrong_imports() -> list[tuple[str, str]]:
    """The pairs of modules of which the first imports the second against the plan."""
    found = []
    for module, others in sorted(read_imports().items()):
        package = package_of(module)
        allowed = {package, *PLAN[package][1].split()} if package in PLAN else set()
        found += [(module, other) for other in sorted(others) if package_of(other) not in allowed | {"lint"}]
    return found


def render_map() -> str:
    """The table of the page: each package, what it is for, what it may import."""
    rows = ["| package | what it is for | may import |", "|---|---|---|"]
    for package, (purpose, allowed) in PLAN.items():
        others = ", ".join(f"`{name}`" for name in allowed.split())
        rows.append(f"| `{package}` | {purpose} | {others or 'nothing'} |")
    return "\n".join(rows) + "\n"


def with_map(page: str) -> str:
    """The page with the map of the plan."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{render_map()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(with_map(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
