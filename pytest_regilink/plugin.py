"""The hooks of pytest. Loaded in every pytest run, so it imports nothing that takes time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from pytest_regilink.fixtures import (
    regilink,
    regilink_class,
    regilink_emulator,
    regilink_factory,
    regilink_guard,
    regilink_module,
    regilink_responses,
    regilink_session,
    regilink_settings,
    regilink_world,
)
from pytest_regilink.options import (
    CHECK,
    CHOSEN,
    EARLY,
    GUARD,
    LIVE,
    LIVE_RESULTS,
    SERVER_FIXTURES,
    SUMMARY_LINE,
    add_options,
    find_cut_lines,
    is_asked_for,
    is_report_wanted,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from pytest_regilink.items import CheckFile

__all__ = [
    "regilink",
    "regilink_class",
    "regilink_emulator",
    "regilink_factory",
    "regilink_guard",
    "regilink_module",
    "regilink_responses",
    "regilink_session",
    "regilink_settings",
    "regilink_world",
]

# Options.


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, and an ini value for each."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Announce the marks; find out what is asked for."""
    config.addinivalue_line("markers", "regilink_check: an item of regilink: a file that is linted, a live check")
    config.addinivalue_line(
        "markers",
        "regilink(registries, entity, role, server, faults, types): the server that the fixture `regilink` gives",
    )
    # A node id of ours that is given again needs no option.
    arguments = [str(argument) for argument in config.args]
    named = any(argument.endswith("::regilink") for argument in arguments)
    config.stash[CHECK] = is_asked_for(config, "check") or named
    config.stash[CHOSEN] = [argument for argument in arguments if argument.startswith("regilink-live::")]
    config.stash[LIVE] = is_asked_for(config, "live") or bool(config.stash[CHOSEN])
    if config.stash[CHOSEN]:
        # There is no such file: pytest would say so and stop.
        config.args = [argument for argument in arguments if argument not in config.stash[CHOSEN]]
    if config.stash[CHECK]:
        from pytest_regilink.items import linter_of

        linter_of(config)


# `--regilink-check` and `--regilink-live`.


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Add the collector of a file that the linter checks."""
    collectors = yield
    if not parent.config.stash.get(CHECK, False):
        return collectors
    from pytest_regilink.items import check_file, drop_doctests

    collectors = drop_doctests(parent, file_path, collectors)
    file: CheckFile | None = check_file(parent, file_path)
    return collectors if file is None else [*collectors, file]


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """A training script that is named on the command line is linted and never imported."""
    if not parent.config.stash.get(CHECK, False):
        return None
    from pytest_regilink.items import replace_module

    return replace_module(parent, module_path)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without arguments pytest walks `testpaths` alone: add what is linted in the rest of rootdir. And the doctor."""
    added: list[pytest.Item] = []
    if config.stash.get(CHECK, False) and config.args_source is not pytest.Config.ArgsSource.ARGS:
        from pytest_regilink.items import collect_items_below

        collected = {item.nodeid for item in items}
        added += [item for item in collect_items_below(session) if item.nodeid not in collected]
    workerinput: dict[str, Any] = getattr(config, "workerinput", {})
    if config.stash.get(LIVE, False) or "regilink_live" in workerinput:
        from pytest_regilink.items import make_items, run_doctor

        report = workerinput["regilink_live"] if "regilink_live" in workerinput else run_doctor(config)
        added += make_items(session, report, workerinput.get("regilink_chosen", config.stash[CHOSEN]))
    if added:
        # The terminal counts the items of the reports.
        config.hook.pytest_collectreport(report=pytest.CollectReport("", "passed", None, list(added)))
        items += added


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give the doctor's results to each worker of xdist: it is asked once."""
    if node.config.stash.get(LIVE, False):
        from pytest_regilink.items import run_doctor

        if LIVE_RESULTS not in node.config.stash:
            node.config.stash[LIVE_RESULTS] = run_doctor(node.config)
        node.workerinput["regilink_live"] = node.config.stash[LIVE_RESULTS]
        node.workerinput["regilink_chosen"] = node.config.stash[CHOSEN]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of xdist sends what its linter could not read, and the links that its tests reached."""
    workeroutput = getattr(session.config, "workeroutput", None)
    if workeroutput is None:
        return
    if session.config.stash.get(CHECK, False):
        from pytest_regilink.items import linter_of

        workeroutput["regilink_notes"] = linter_of(session.config).dump_notes()
    if is_report_wanted(session.config):
        from pytest_regilink.link_coverage import REACHED

        workeroutput["regilink_reached"] = session.config.stash.get(REACHED, {})


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Receive it."""
    output = getattr(node, "workeroutput", {})
    if reached := output.get("regilink_reached"):
        from pytest_regilink.link_coverage import add_reached

        add_reached(node.config, reached)
    if notes := output.get("regilink_notes"):
        from pytest_regilink.items import linter_of

        linter_of(node.config).add_notes(notes)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None, None, None]:
    """Say after pytest's summary what it cut, which links the linter could not read, and which no test reached."""
    yield
    config = terminalreporter.config
    for line in find_cut_lines(terminalreporter):
        terminalreporter.write_line(line)
    if config.stash.get(CHECK, False):
        from pytest_regilink.items import linter_of

        for line in linter_of(config).summarize():
            terminalreporter.write_line(f"regilink: {line}")
    if is_report_wanted(config):
        from pytest_regilink import link_coverage

        report = link_coverage.measure_coverage(config)
        if path := config.getoption("regilink_report_file"):
            link_coverage.write_report(report, path)
        if config.getoption("regilink_report"):
            for line in link_coverage.render_report(report):
                terminalreporter.write_line(line)


# The fixtures.


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`--regilink-faults=classic`: each test once for each classic failure."""
    if metafunc.config.getoption("regilink_faults"):
        from pytest_regilink.conditions import parametrize_failures

        parametrize_failures(metafunc)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """A test that does not ask for a server of wider scope runs outside of it."""
    from pytest_regilink.fixtures import find_isolation

    isolation = find_isolation(item.config)
    if isolation is not None:
        isolation.activate_for(frozenset(getattr(item, "fixturenames", ())))
    result = yield
    if (isolation := find_isolation(item.config)) is not None:
        isolation.activate_room(None)
    return result


@contextmanager
def _watch_early_calls(item: pytest.Item) -> Iterator[None]:
    names = getattr(item, "fixturenames", None)
    # The mark brings its fixture later.
    if names is None or (SERVER_FIXTURES.isdisjoint(names) and item.get_closest_marker("regilink") is None):
        yield
        return
    from pytest_regilink.guard import EarlyWatch
    from pytest_regilink.isolation import isolation_of

    with EarlyWatch(item, isolation_of(item.config)):
        yield


@pytest.hookimpl(wrapper=True, specname="pytest_runtest_setup")
def pytest_runtest_setup_watched(item: pytest.Item) -> Generator[None, None, None]:
    """No fixture reaches a real server before that of the test is up."""
    with _watch_early_calls(item):
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A mark brings its fixture, or says why it does not reach it."""
    if hasattr(item, "dtest"):
        from pytest_regilink.fixtures import mark_doctest

        mark_doctest(item)
    if item.get_closest_marker("regilink") is None:
        return
    from pytest_regilink.fixtures import bring_fixture, is_cell, prepare_notebook

    if is_cell(item):
        prepare_notebook(item)
    elif hasattr(item, "fixturenames"):
        bring_fixture(item)


@pytest.hookimpl(trylast=True, specname="pytest_runtest_setup")
def pytest_runtest_setup_without_fixtures(item: pytest.Item) -> None:
    """A mark on an item that has no fixtures: pytest has set it up, and can end a fixture after it."""
    if item.get_closest_marker("regilink") is not None and not hasattr(item, "fixturenames"):
        from pytest_regilink.fixtures import fill_fixture, is_cell

        if not is_cell(item):
            fill_fixture(item)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(fixturedef: Any, request: pytest.FixtureRequest) -> Generator[None, Any, Any]:
    """Before the first fixture of a scope begins: remember the environment, for the end of the scope."""
    node = request.node
    if not isinstance(node, pytest.Item) or _uses_regilink(node):
        from pytest_regilink.fixtures import watch_environment

        watch_environment(node)
    watch = request.config.stash.get(EARLY, None)
    if watch is None:
        return (yield)
    with watch.within(fixturedef.argname, fixturedef.scope):
        return (yield)


def _uses_regilink(item: pytest.Item) -> bool:
    names: list[str] = getattr(item, "fixturenames", [])
    return "regilink_guard" in names or not SERVER_FIXTURES.isdisjoint(names)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test that reached a real W&B server, whatever came of it, or that did not meet what it declares."""
    with _watch_early_calls(item):
        result = yield
    guard = item.stash.get(GUARD, None)
    if guard is not None and guard.verdict:
        pytest.fail(guard.verdict, pytrace=False)
    if _uses_regilink(item):
        from pytest_regilink.fixtures import fail_unmet

        fail_unmet(item)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say under a failure what wandb's error means, and which links the test had attempted."""
    report = yield
    add = getattr(report.longrepr, "addsection", None)
    if report.failed and call.excinfo is not None and add is not None:
        from pytest_regilink.diagnosis import diagnose, find_first_line, leave_out_progress

        if _uses_regilink(item):
            report.sections = leave_out_progress(report.sections)
        if line := find_first_line(item, call.excinfo.value):
            # The short summary has one line, cut at the width of the terminal: it begins with what is wrong.
            crash = getattr(report.longrepr, "reprcrash", None)
            if crash is not None:
                crash.message = line + crash.message.partition(line)[2]
            vars(report)[SUMMARY_LINE] = line
        if text := diagnose(item, call.excinfo.value):
            add("regilink", text)
    return report
