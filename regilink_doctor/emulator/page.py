"""The pages for people: what is on the server and what happened to it. Rendered here, without scripts or a build step.

`/` shows everything; the addresses that wandb prints for runs, projects, artifacts and registries show these.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from urllib.parse import quote

from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.phrases import counted
from regilink_doctor.core.text import escape_text, mask_secrets
from regilink_doctor.emulator.faults import Faults
from regilink_doctor.emulator.http import Bytes, Request, Response
from regilink_doctor.emulator.world import World, sweeps
from regilink_doctor.emulator.world.model import Collection, Project, Run, Sweep

MOST = 200
"""Rows of a table that are shown."""

LONGEST = 300
"""Characters of a value that are shown."""

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""A name on the server may contain anything: no script can run, and no other page can frame this one."""

_STYLE = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")

Row = Iterable[str]
"""Cells of a table, as HTML."""


def answer_page(request: Request, world: World, faults: Faults) -> Response:
    """The page of an address: everything, a project, a run; 404 for any other."""
    parts = [part for part in request.path.split("/") if part]
    with world.lock:
        if not parts:
            return _make_response("regilink emulator", _render_overview(world, faults))
        project = _find_project(world, parts)
        if project is not None and len(parts) > 3 and parts[2] == "runs" and (run := project.runs.get(parts[3])):
            return _make_response(f"Run {run.path}", _render_run(world, run))
        if project is not None:
            return _make_response(f"{project.entity.name}/{project.name}", _render_project(project))
    return _make_response("Not found", ["<p>There is nothing of this name on the emulated server.</p>"], 404)


def _find_project(world: World, parts: list[str]) -> Project | None:
    """The project of an address: `ENTITY/PROJECT/...`, or `orgs/ORGANIZATION/registry/NAME`, as wandb writes both."""
    if len(parts) > 3 and (parts[0], parts[2]) == ("orgs", "registry"):
        organization = world.organizations.get(parts[1])
        entity = organization.entity.name if organization is not None else None
        return world.find_project(entity, REGISTRY_PREFIX + parts[3])
    return world.find_project(parts[0], parts[1]) if len(parts) > 1 else None


def _make_response(title: str, body: Iterable[str], status: int = 200) -> Response:
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        f'<head><meta charset="utf-8"><title>{_show(title)}</title><style>{_STYLE}</style></head>',
        '<body><h1><a href="/">regilink emulator</a></h1>',
        *([f"<h2>{_show(title)}</h2>"] if title != "regilink emulator" else []),
        *body,
        "</body></html>\n",
    ]
    return Response(status, Bytes("\n".join(lines).encode()), dict(HEADERS))


def _render_overview(world: World, faults: Faults) -> Iterator[str]:
    ledger = world.ledger
    links = [
        [
            f'<span class="{attempt.verdict}">{attempt.verdict}</span>',
            _show(attempt.requested or "/".join(part for part in (attempt.project, attempt.collection) if part)),
            _show(f"{attempt.destination}:{attempt.version}" if attempt.destination else ""),
            _show(", ".join(attempt.aliases)),
            _link_run(attempt.run),
            _show(" ".join(part for part in (attempt.code, attempt.message) if part)),
        ]
        for attempt in ledger.links
    ]
    yield from _render_table("Links", ("", "Target path", "Destination", "Aliases", "Run", "Message"), links)
    projects = [project for entity in world.entities.values() for project in entity.projects.values()]
    runs = sorted((run for project in projects for run in project.runs.values()), key=lambda run: -run.number)
    yield from _render_table("Runs", ("", "Run", "Name", "User"), map(_describe_run, runs))
    registries = [project for project in projects if project.is_registry]
    columns = ("Registry", "Types", "Visibility", "Collections")
    yield from _render_table("Registries", columns, map(_describe_registry, registries))
    others = [
        [_link_project(project), counted(len(project.runs), "run"), counted(len(project.collections), "artifact")]
        for project in projects
        if not project.is_registry
    ]
    yield from _render_table("Projects", ("Project", "Runs", "Artifacts"), others)
    teams = [
        [_show(organization.name), _show(organization.entity.name), _show(", ".join(organization.teams))]
        for organization in world.organizations.values()
    ]
    yield from _render_table("Organizations", ("Name", "Entity", "Teams"), teams)
    consumed = [[_show(use.name), use.how, _link_run(use.run), _show(use.failed or "")] for use in ledger.consumed]
    yield from _render_table("Consumed", ("Version", "How", "Run", "Failed"), consumed)
    triggered = [
        [_show(entry.automation), _show(entry.event), _show(entry.subject), _show(entry.outcome or "")]
        for entry in ledger.triggered
    ]
    yield from _render_table("Automations that ran", ("Automation", "Event", "Subject", "Outcome"), triggered)
    active = [
        [_show(fault.kind), _show(fault.operation or "every request"), _show(fault.count or ""), str(fault.hits)]
        for fault in faults
    ]
    yield from _render_table("Faults", ("Kind", "Operation", "Count", "Hits"), active)
    lacking = [[_show(operation)] for operation in ledger.unsupported]
    yield from _render_table("Not emulated, a limit of regilink", ("Operation",), lacking)


def _render_project(project: Project) -> Iterator[str]:
    yield from _render_table("Runs", ("", "Run", "Name", "User"), map(_describe_run, reversed(project.runs.values())))
    if project.sweeps:
        columns = ("", "Sweep", "Method", "Runs", "Best")
        yield from _render_table("Sweeps", columns, map(_describe_sweep, reversed(project.sweeps.values())))
    collections = map(_describe_collection, project.collections.values())
    yield from _render_table("Collections", ("Name", "Type", "Versions", "Aliases"), collections)


def _render_run(world: World, run: Run) -> Iterator[str]:
    facts = [
        ["State", f'<span class="{escape(run.state)}">{_show(run.state)}</span>'],
        ["Name", _show(run.display_name)],
        ["User", _show(run.user.username if run.user else "")],
        ["Project", _link_project(run.project)],
        ["Created", _show(run.created_at)],
        ["Steps", str(len(run.history))],
    ]
    yield from _render_table("", (), facts)
    for title, text in (("Config", run.config), ("Summary", run.summary)):
        values = [[_show(name), _show(_unwrap(value))] for name, value in sorted(_read_object(text).items())]
        yield from _render_table(title, (), [row for row in values if not row[0].startswith("_")])
    logged = [[_show(version.source_name), _show(version.type), _show(version.size)] for version in run.logged]
    yield from _render_table("Artifacts", ("Version", "Type", "Bytes"), logged)
    links = [
        [
            f'<span class="{attempt.verdict}">{attempt.verdict}</span>',
            _show(attempt.requested or attempt.collection or ""),
            _show(attempt.destination or attempt.message or ""),
        ]
        for attempt in world.ledger.links
        if attempt.run == run.path
    ]
    yield from _render_table("Links", ("", "Target path", "Destination"), links)
    yield from _render_table("Log", (), [[_show(line.rstrip())] for line in run.log])


def _describe_run(run: Run) -> Row:
    user = run.user.username if run.user else ""
    state = f'<span class="{escape(run.state)}">{_show(run.state)}</span>'
    return [state, _link_run(run.path), _show(run.display_name), _show(user)]


def _describe_sweep(sweep: Sweep) -> Row:
    best = sweeps.best_loss(sweep)
    method = sweeps.read_config(sweep.config).get("method", "")
    name = f"{sweep.name} {sweep.display_name or ''}"
    return [
        _show(sweep.state.lower()),
        _show(name),
        _show(method),
        str(len(sweep.runs)),
        _show("" if best is None else best),
    ]


def _describe_registry(project: Project) -> Row:
    types = "all" if project.allow_all_types else ", ".join(sorted(project.types))
    visibility = "restricted" if project.access == "RESTRICTED" else "organization"
    shown = list(project.collections.values())[:MOST]
    collections = "<br>".join(": ".join(filter(None, _name_collection(collection))) for collection in shown)
    assumed = " (assumed)" if project.assumed else ""
    return [_link_project(project) + assumed, _show(types), visibility, collections]


def _name_collection(collection: Collection) -> tuple[str, str]:
    aliases = ", ".join(f"{name} {alias.membership.version}" for name, alias in sorted(collection.aliases.items()))
    return f"{_show(collection.name)} ({counted(len(collection.memberships), 'version')})", _show(aliases)


def _describe_collection(collection: Collection) -> Row:
    _, aliases = _name_collection(collection)
    return [_show(collection.name), _show(collection.type), str(len(collection.memberships)), aliases]


def _render_table(title: str, columns: Iterable[str], rows: Iterable[Row]) -> Iterator[str]:
    listed = [list(row) for row in rows]
    if title:
        yield f"<h2>{_show(title)}</h2>"
    if not listed:
        yield '<p class="none">none</p>'
        return
    yield "<table>"
    if columns:
        yield f"<tr>{''.join(f'<th>{_show(column)}</th>' for column in columns)}</tr>"
    yield from (f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in listed[:MOST])
    yield "</table>"
    if len(listed) > MOST:
        yield f"<p>and {len(listed) - MOST} more</p>"


def _link_run(path: str | None) -> str:
    if path is None:
        return ""
    entity, project, name = path.split("/", 2)
    return f'<a href="/{quote(entity)}/{quote(project)}/runs/{quote(name, safe="")}">{_show(path)}</a>'


def _link_project(project: Project) -> str:
    path = f"{project.entity.name}/{project.name}"
    return f'<a href="/{quote(path)}">{_show(path)}</a>'


def _show(value: object) -> str:
    """A value as HTML: escaped, masked, not too long."""
    text = escape_text(mask_secrets(str(value)))
    return escape(text if len(text) <= LONGEST else f"{text[:LONGEST]}...")


def _read_object(text: str) -> Mapping[str, object]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _unwrap(value: object) -> object:
    """The value of a setting, which wandb wraps: `{"value": 3, "desc": null}`."""
    return value["value"] if isinstance(value, dict) and "value" in value else value
