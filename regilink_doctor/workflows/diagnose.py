"""The live check: settings and targets in, a diagnosis out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from regilink_doctor.client.settings import Settings
from regilink_doctor.config import Config
from regilink_doctor.core import checked
from regilink_doctor.core.catalog import Catalog
from regilink_doctor.core.organization_view import NOTHING_CONFIGURED
from regilink_doctor.core.origin import Argument, Code, Configured, Default, Setting
from regilink_doctor.core.phrases import say
from regilink_doctor.core.records import replace
from regilink_doctor.core.sites import ConfiguredTarget
from regilink_doctor.core.targets import (
    ConsumedName,
    LinkTarget,
    consumed_names,
    consumed_of,
    link_targets,
    list_owners,
    read_link_variables,
    read_name_variables,
    target_combinations,
    target_of,
    unread_sites,
)
from regilink_doctor.core.text import as_list, mask_secrets
from regilink_doctor.doctor.context import NO_SOURCE, Filed, SourceFacts
from regilink_doctor.doctor.diagnosis import Diagnosis, UnknownLink, Watcher, run_diagnosis
from regilink_doctor.workflows.server_session import ServerAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.targets import SetBy
    from regilink_doctor.doctor.probe.run import Confirm, Prober
    from regilink_doctor.workflows.lint import LintResult


@checked
def diagnose(
    targets: str | Iterable[str | LinkTarget] | None = None,
    *,
    consumed: str | Iterable[str | ConsumedName] = (),
    paths: str | Path | Iterable[str | Path] | None = None,
    source: LintResult | None = None,
    entity: str | Setting[str] | None = None,
    project: str | Setting[str] | None = None,
    organization: str | Setting[str] | None = None,
    artifact_type: str | None = None,
    aliases: str | Iterable[str] = (),
    config: Config | None = None,
    catalog: Catalog | None = None,
    catalog_file: Setting[str] | None = None,
    probe: bool = True,
    write_probe: bool = False,
    confirm: Confirm | None = None,
    watcher: Watcher | None = None,
    host: str | Setting[str] | None = None,
    cwd: str | Path | None = None,
    environ: Mapping[str, str] | None = None,
    python: str | Path | None = None,
    timeout: float = 10.0,
) -> Diagnosis:
    """Check this machine, the account and each target against the live server. Reads only, but for `write_probe`.

    Args:
        targets: target paths. None: the targets and consumed names that lint finds below `cwd`; empty: none.
        consumed: full names that are consumed, besides those of the source.
        paths: files and folders in which lint looks for targets, instead of `cwd`.
        source: what lint has found already, instead of that.
        entity: the entity of the runs; it, `project` and `organization` override what wandb would find.
        organization: the organization of paths that name none.
        artifact_type: the type of the artifacts, where the code does not say it.
        aliases: the aliases of the links that are given as strings.
        config: adds its targets to those of the source, and what it says of the organization; see `ServerAccess`, too.
        catalog: the content of `catalog_file`, or of the file that the configuration names.
        catalog_file: the path that is given instead of that of the configuration.
        probe: whether to check the way to the server step by step, on sockets; False: with two requests only.
        write_probe: prove it with a real link into each named registry, which is then deleted.
        confirm: called before each of these links, with what will be written; None: they need no confirmation.
        watcher: notified before each check and of its result.
        host: see `ServerAccess`, also for `cwd`, `environ`, `python` and `timeout`.
    """
    server = ServerAccess(host, cwd, environ, python, timeout, config)
    settings = server.read_settings({"entity": entity, "project": project, "organization": organization})
    names = [name if isinstance(name, ConsumedName) else consumed_of(name) for name in as_list(consumed)]
    if targets is None:
        from regilink_doctor.workflows.lint import lint_program

        source = lint_program(server.folder if paths is None else paths, config) if source is None else source
        links, found_names = _find_targets(source, server, config, settings)
        names += found_names
    else:
        links = _read_targets(targets, artifact_type, as_list(aliases))
    _report_links(links, settings, server.variables)
    diagnosis = run_diagnosis(
        settings,
        links,
        names,
        known=config.known if config else NOTHING_CONFIGURED,
        filed=_filed(config, catalog, catalog_file) if catalog else None,
        prober=_prober(settings, server, confirm) if write_probe else None,
        timeout=server.timeout,
        probe=probe,
        watcher=watcher,
        source=_read_source(source, server.variables) if source else NO_SOURCE,
    )
    return _add_source(diagnosis, source) if source is not None else diagnosis


_WAITING = "REGILINK_CALLS"
"""`emulator.recorder.VARIABLE`, written out: most runs do without the emulator, and do not load it."""


def _read_targets(
    targets: str | Iterable[str | LinkTarget], artifact_type: str | None, aliases: Sequence[str]
) -> list[LinkTarget]:
    """The links to the given target paths; a string alone is one of them."""
    make = partial(target_of, artifact_type=artifact_type, aliases=aliases)
    return [path if isinstance(path, LinkTarget) else make(path) for path in as_list(targets)]


def _report_links(links: Sequence[LinkTarget], settings: Settings, environ: Mapping[str, str]) -> None:
    """Tell the emulator, where one waits for it, which links will be checked: it may have to assume what they name."""
    if _WAITING not in environ:
        return
    from regilink_doctor.emulator.recorder import report_checked_link

    setting = settings.entity
    entity = setting.value if setting is not None else None
    is_argument = setting is not None and isinstance(setting.origin, Argument)
    for link in links:
        report_checked_link(environ, link.text, entity if is_argument else link.known_entity or entity)


def _add_source(diagnosis: Diagnosis, source: LintResult) -> Diagnosis:
    """The diagnosis with what could not be read of the source, and how many files were looked through."""
    missing, skipped = (
        tuple(map(mask_secrets, places)) for places in ((*source.failures, *source.unread), source.skipped)
    )
    files = source.files - len(skipped)
    reason = say("the key does not say whether it is linked to or consumed")
    unclear = filter(_is_unclear, _find_configured(source))
    unknown = (*diagnosis.links.unknown, *(_as_unknown(site, reason) for site in unclear))
    links = replace(diagnosis.links, unknown=unknown, unread=missing, skipped=skipped, files=files)
    return replace(diagnosis, links=links)


def _find_configured(source: LintResult) -> tuple[Site, ...]:
    """The target paths and full names of configuration files that no known code reads."""
    return unread_sites([*(report.site for report in source.sites), *source.configured_sources])


def _is_unclear(site: Site) -> bool:
    """Whether something may be linked to a configured target path, or consumed from it."""
    return isinstance(site, ConfiguredTarget) and not site.is_published


def _as_unknown(site: Site, reason: str) -> UnknownLink:
    shown = mask_secrets(" | ".join(string.display for string in site.target))
    return UnknownLink(shown, Code(site.place).rewrite(mask_secrets), reason)


def _find_targets(
    source: LintResult, server: ServerAccess, config: Config | None, settings: Settings
) -> tuple[list[LinkTarget], list[ConsumedName]]:
    """What the source and its configuration files link, what that of regilink names, and what the source consumes."""
    origin = settings.entity.origin if settings.entity is not None else None
    is_argument, is_set = isinstance(origin, Argument), origin is not None and not isinstance(origin, Configured)
    set_by: SetBy = "machine" if is_argument else "both" if is_set else "files"
    sites, configured = [report.site for report in source.sites], _find_configured(source)
    linked = [site for site in configured if site.kind == "target" and not _is_unclear(site)]
    targets = [
        *target_combinations(sites, set_by=set_by),
        *(target for site in linked for target in link_targets(site)),
    ]
    links = [read_link_variables(target, server.variables) for target in targets]
    consuming = [*sites, *source.look_ups, *(site for site in configured if site.kind == "source")]
    consumed = consumed_names(consuming, set_by=set_by)
    names = [read_name_variables(name, server.variables) for name in consumed]
    return [*links, *_configured_targets(config)], names


def _read_source(source: LintResult, environ: Mapping[str, str]) -> SourceFacts:
    """What else the source says in a program with this environment."""
    return SourceFacts(
        source.findings,
        [address.read_variables(environ) for address in source.servers],
        [key.read_variables(environ) for key in source.keys],
        [_read_run(site, environ) for site in source.calls],
    )


def _read_run(site: Site, environ: Mapping[str, str]) -> Site:
    """The call with the entities and projects that its run can have in a program with this environment."""
    owners = [*zip(*list_owners(site), strict=True)]
    entity, project = (
        tuple(dict.fromkeys(string.read_variables(environ) for string in part if string is not None)) for part in owners
    )
    return replace(site, entity=entity, project=project)


def _prober(settings: Settings, server: ServerAccess, confirm: Confirm | None) -> Prober:
    """The write probe runs in the program's Python, with its environment, against the server that is checked."""
    from regilink_doctor.doctor.probe.run import Prober

    variables = {**server.variables, "WANDB_BASE_URL": settings.host.value}
    python = settings.wandb.interpreter or sys.executable

    def print_note(words: str) -> None:
        print(f"regilink: {words}", file=sys.stderr)

    return Prober(python, variables, server.folder, confirm or (lambda lines: True), print_note)


def _configured_targets(config: Config | None) -> list[LinkTarget]:
    if config is None:
        return []
    origin = Configured(config.name_source("targets"), "targets")
    return [target_of(path, origin=origin) for path in config.targets]


def _filed(config: Config | None, catalog: Catalog, file: Setting[str] | None) -> Filed:
    if file is not None:
        return Filed(file.value, catalog, file.origin)
    if config is None or config.catalog_path is None:
        return Filed("the catalog", catalog, Argument("--catalog"))
    if config.source is None and config.catalog is None:
        return Filed(config.catalog_path, catalog, Default(say("found without a configuration")))
    return Filed(config.catalog_path, catalog, Configured(config.name_source("catalog"), "catalog"))
