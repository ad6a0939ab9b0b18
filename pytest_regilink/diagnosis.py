"""What is said under a failure: what wandb's error means, what to write, and which links the test had attempted."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from pytest_regilink.assertions import describe_refusal
from pytest_regilink.options import GUARD, SERVER_FIXTURES, SERVERS
from regilink_doctor.core.records import replace
from regilink_doctor.workflows.explain.where_it_happens import is_wandb_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pytest

    from pytest_regilink.server_fixture import Regilink
    from regilink_doctor.core.ledger import LinkAttempt
    from regilink_doctor.emulator import World

_PROGRESS = re.compile("wandb: (?!WARNING|ERROR)")


def diagnose(item: pytest.Item, error: BaseException) -> str | None:
    """The section under the traceback; None when the failure has nothing to do with W&B."""
    fixture = find_server_fixture(item)
    if isinstance(error, AssertionError) or (fixture is None and not is_wandb_error(error)):
        return None
    links = fixture.links if fixture is not None else ()
    blocks = ["\n".join(_explain_error(error, links))] if is_wandb_error(error) else []
    if links and fixture is not None:
        from regilink_doctor.emulator.world.world_view import WorldView
        from regilink_doctor.report.dry_run import render_assumed, render_links
        from regilink_doctor.rules.judge import explain_attempt

        explain = partial(explain_attempt, view=WorldView(fixture.world))
        refused_first = sorted(links, key=lambda link: link.verdict != "refused")
        lines = ["Links that the test had attempted:", *render_links(refused_first, colour=False, explain=explain)]
        blocks.append("\n".join([*lines, *render_assumed(fixture.world.assumed)]))
        if any(link.verdict == "refused" for link in links):
            blocks.append("\n".join(_describe_server(fixture.world)))
    if fixture is not None and (servers := [url for url in fixture.ledger.servers if url != fixture.emulator.url]):
        blocks.append(f"The code names the server {', '.join(servers)}: wandb was led to the emulator instead.")
    if fixture is not None and fixture.blocked:
        blocks.append(f"Real W&B servers that the test asked for, and that were blocked: {', '.join(fixture.blocked)}.")
    guard = item.stash.get(GUARD, None)
    if guard is not None and guard.verdict:
        blocks.append(guard.verdict)
    return "\n\n".join(block for block in blocks if block) or None


def leave_out_progress(sections: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The captured output without the lines that wandb prints of each run, which `capsys` still has."""
    left = []
    for name, content in sections:
        if name.startswith("Captured stderr"):
            content = "".join(line for line in content.splitlines(keepends=True) if not _PROGRESS.match(line))
        left += [(name, content)] if content else []
    return left


def find_first_line(item: pytest.Item, error: BaseException) -> str | None:
    """What is wrong in one line: the place in the user's code, the rule, what to write. None: not about a link."""
    server = find_server_fixture(item)
    if server is None:
        return None
    if isinstance(error, AssertionError):
        return str(error).splitlines()[0] if _was_raised_here(error) else None
    attempt = _find_refusal(error, server.links)
    return describe_refusal(attempt) if attempt is not None else None


def _was_raised_here(error: BaseException) -> bool:
    """Whether an assertion of regilink raised the error, and not one of the test."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and str(trace.tb_frame.f_globals.get("__name__")).startswith("pytest_regilink.")


def _find_refusal(error: BaseException, links: Sequence[LinkAttempt]) -> LinkAttempt | None:
    """The refused link that this error of wandb is about."""
    if not is_wandb_error(error):
        return None
    refused = [link for link in links if link.verdict == "refused"]
    return next((link for link in reversed(refused) if link.message and link.message in str(error)), None)


def _explain_error(error: BaseException, links: Sequence[LinkAttempt]) -> Iterator[str]:
    """What `regilink explain` says; of several possible causes, the one that the emulator knows."""
    from regilink_doctor.workflows.explain import classify

    explanation = classify(error)
    if explanation.kind != "error":
        return
    if (refusal := _find_refusal(error, links)) is not None:
        matching = tuple(cause for cause in explanation.causes if cause.failure == refusal.failure)
        # The path is the one of the ledger, not the first that stands in the code around the error.
        explanation = replace(explanation, causes=matching or explanation.causes, parts=())
    # A command that asks a real server would ask one that has nothing to do with the test.
    causes = tuple(replace(cause, check_with="") for cause in explanation.causes)
    yield from replace(explanation, causes=causes).lines()


def _describe_server(world: World) -> Iterator[str]:
    """What there is on the emulated server, a line for each organization."""
    for organization in world.organizations.values():
        projects = [project for project in organization.entity.projects.values() if project.is_registry]
        registries = [
            project.registry_name + ("" if project.allow_all_types else f" ({', '.join(sorted(project.types))})")
            for project in projects
        ]
        collections = [f"{project.registry_name}/{name}" for project in projects for name in project.collections]
        yield (
            f"On the server: organization {organization.name} ({organization.entity.name}), "
            f"registries {', '.join(registries) or 'none'}; "
            f"collections {', '.join(collections) or 'none'}; teams {', '.join(organization.teams) or 'none'}; "
            f"members {', '.join(f'{name} ({role})' for name, role in organization.members.items()) or 'none'}"
        )


def find_server_fixture(item: pytest.Item) -> Regilink | None:
    """The server that the test uses: the nearest one, of several the newest on which something was linked."""
    if not SERVER_FIXTURES.intersection(getattr(item, "fixturenames", ())):
        return None
    servers = next((node.stash[SERVERS] for node in reversed(item.listchain()) if node.stash.get(SERVERS, None)), [])
    linked = [server for server in servers if server.links]
    return next(reversed(linked or servers), None)
