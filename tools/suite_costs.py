"""What each test costs in CPU seconds, its processes included: walls say little on a machine that others use.

    PYTHONPATH=tools python -m pytest -p suite_costs -n 2

prints the sum, the costliest tests and the costliest files at the end. A process that a test leaves running, such as
wandb-core, counts for the test in which it ends.
"""

import os
import resource
from collections.abc import Iterator

import pytest

COSTLIEST = 20

costs: dict[str, float] = {}


def cpu_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    before = cpu_seconds()
    result = yield
    item.config.stash.setdefault(COST, {})[item.nodeid] = cpu_seconds() - before
    return result


COST = pytest.StashKey[dict[str, float]]()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Take what a worker of xdist has measured."""
    costs.update(getattr(node, "workeroutput", {}).get("costs", {}))


def pytest_sessionfinish(session: pytest.Session) -> None:
    measured = session.config.stash.get(COST, {})
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["costs"] = measured
    else:
        costs.update(measured)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section(f"{sum(costs.values()):.0f} CPU seconds in {len(costs)} tests")
    files: dict[str, float] = {}
    for test, cost in costs.items():
        files[test.partition("::")[0]] = files.get(test.partition("::")[0], 0) + cost
    for sums in (costs, files):
        for name in sorted(sums, key=sums.__getitem__, reverse=True)[: int(os.environ.get("COSTLIEST", COSTLIEST))]:
            terminalreporter.line(f"{sums[name]:7.2f}  {name}")
        terminalreporter.line("")
