"""Options of the command line and their ini values, and the keys under which the plugin keeps its things."""

from __future__ import annotations

import os
from typing import Any

import pytest

SETTINGS = (
    ("check", "bool", "lint the files below the arguments (below rootdir without any), as an item for each"),
    ("live", "bool", "ask the live W&B server what `regilink doctor` asks, as an item for each of its checks"),
    ("allow-unknown", "bool", "let regilink-live::links pass although no link could be checked"),
    ("catalog", "string", "the catalog that the fixtures begin with (default: that of the configuration)"),
)
"""Each an option `--regilink-NAME`, and an ini value `regilink_NAME`."""

CHECK = pytest.StashKey[bool]()
"""Whether files are to be linted."""

LIVE = pytest.StashKey[bool]()
"""Whether the doctor is to be asked."""

LIVE_RESULTS = pytest.StashKey[dict[str, Any]]()
"""The doctor's report, for the workers of xdist."""

CHOSEN = pytest.StashKey[list[str]]()
"""The node ids of live checks that the command line names."""

SERVERS = pytest.StashKey[list[Any]]()
"""On an item, a class, a module or the session: each `Regilink` of its fixtures."""

FENCE = pytest.StashKey[Any]()
"""On the configuration: the `Fence` of the session."""

GUARD = pytest.StashKey[Any]()
"""On an item: its `Guard`."""

EARLY = pytest.StashKey[Any]()
"""On the configuration: the `EarlyWatch` of the test that is being set up, or runs."""

SUMMARY_LINE = "regilink_line"
"""The attribute of a report with the first line about a link; xdist sends it along."""

SERVER_FIXTURES = frozenset({"regilink", "regilink_class", "regilink_factory", "regilink_module", "regilink_session"})


def is_report_wanted(config: pytest.Config) -> bool:
    """Whether the links that run are to be noted."""
    return bool(config.getoption("regilink_report") or config.getoption("regilink_report_file"))


def add_options(parser: pytest.Parser) -> None:
    """Add the options, and an ini value for each."""
    group = parser.getgroup("regilink", "regilink: links to the W&B Registry")
    for name, kind, what in SETTINGS:
        if kind == "bool":
            group.addoption(f"--regilink-{name}", action="store_true", default=None, help=what)
            parser.addini(f"regilink_{name.replace('-', '_')}", what, type="bool", default=False)
        else:
            group.addoption(f"--regilink-{name}", metavar="FILE", default=None, help=what)
            parser.addini(f"regilink_{name}", what, type="string", default="")
    group.addoption("--regilink-report", action="store_true", help="say which links of the source no test reached")
    group.addoption("--regilink-report-file", metavar="FILE", help="write that report to FILE, as JSON")
    group.addoption("--regilink-server", metavar="VERSION", help="W&B Server of this version in every test: 0.70")
    group.addoption("--regilink-role", metavar="ROLE", help="the user's role in the registries in every test: viewer")
    group.addoption(
        "--regilink-faults",
        metavar="SET",
        help="`classic`: each test once for each classic failure; or kinds of faults for every test: drop,status",
    )
    group.addoption(
        "--no-regilink-check",
        dest="regilink_check",
        action="store_false",
        default=None,
        help="lint nothing, whatever the ini file says",
    )


def is_asked_for(config: pytest.Config, name: str) -> bool:
    """Whether an option is set, on the command line or else in the ini file."""
    option = config.getoption(f"regilink_{name}")
    return bool(config.getini(f"regilink_{name}") if option is None else option)


def find_catalog(config: pytest.Config) -> str | None:
    """The catalog of `--regilink-catalog`, else that of the ini file, counted from its folder; None: neither."""
    if option := config.getoption("regilink_catalog"):
        return str(option)
    written = config.getini("regilink_catalog")
    if not written:
        return None
    from regilink_doctor.core.files import relative_path  # a plugin that is not used loads nothing

    folder = config.rootpath if config.inipath is None else config.inipath.parent
    return relative_path(str(folder / str(written)))


def find_cut_lines(reporter: pytest.TerminalReporter) -> list[str]:
    """The first line about each link that failed a test, where pytest's short summary cuts it, with the tests."""
    config = reporter.config
    is_verbose = config.get_verbosity() >= 2 and pytest.version_tuple >= (8, 1)
    if is_verbose or "CI" in os.environ or "BUILD_NUMBER" in os.environ:
        return []  # pytest cuts nothing
    tests: dict[str, list[str]] = {}
    for outcome in ("failed", "error"):
        for report in reporter.stats.get(outcome, ()):
            line = getattr(report, SUMMARY_LINE, None)
            if line and len(f"FAILED {report.nodeid} - {line}") > reporter._tw.fullwidth:
                tests.setdefault(line, []).append(report.nodeid)
    return [
        f"{line}\n  in {names[0]}" + (f" and {len(names) - 1} more" if len(names) > 1 else "")
        for line, names in tests.items()
    ]


def find_roots(config: pytest.Config) -> list[str]:
    """The files and folders that the command line names; without any, all below rootdir."""
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        return [str(config.rootpath)]
    paths = [os.path.join(config.invocation_params.dir, str(argument).partition("::")[0]) for argument in config.args]
    return [os.path.normpath(path) for path in paths if os.path.exists(path)] or [str(config.rootpath)]
