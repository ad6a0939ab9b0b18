"""The live check: settings and targets in, a diagnosis out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from pathlib import Path

from regilink_doctor.client.settings import read_settings
from regilink_doctor.core.sites import Site, Text
from regilink_doctor.core.target_path import HOLE
from regilink_doctor.core.target_path.sdk import Call
from regilink_doctor.doctor.diagnosis import Diagnosis, examine
from regilink_doctor.doctor.targets import Target

CALLS: dict[str, Call] = {"wandb.Run.link_artifact": "Run.link_artifact", "wandb.Artifact.link": "Artifact.link"}
"""The calls of a site that the doctor follows."""

MOST_ALTERNATIVES = 16
"""Of one call: branches multiply."""


def diagnose(
    targets: Sequence[str | Target] | None = None,
    *,
    cwd: str | Path | None = None,
    host: str | None = None,
    entity: str | None = None,
    project: str | None = None,
    artifact_type: str | None = None,
    aliases: Sequence[str] = (),
    python: str | None = None,
    environ: Mapping[str, str] | None = None,
    timeout: float = 10.0,
    progress: Callable[[str], None] | None = None,
) -> Diagnosis:
    """Check this machine, the account and each target against the live server. Reads only.

    Args:
        targets: target paths. None: those that lint finds below `cwd`; an empty sequence: none.
        cwd: the folder in which the program would be started; the current one.
        host: `--host`; like the next two it wins over everything that wandb would find by itself.
        entity: the entity of the runs.
        project: the project of the runs.
        artifact_type: the type of the artifacts, where code does not say it.
        aliases: the aliases of the links that are given as texts.
        python: whose wandb is looked at.
        environ: the environment of the program; that of this process.
        timeout: seconds for each request.
        progress: told the name of each check before it begins.
    """
    folder = Path.cwd() if cwd is None else Path(cwd).absolute()
    given = {"host": host, "entity": entity, "project": project}
    settings = read_settings(
        cwd=folder,
        environ=environ,
        python=python,
        arguments={name: value for name, value in given.items() if value is not None},
    )
    found = source_targets(folder) if targets is None else tuple(_targets(targets, artifact_type, aliases))
    return examine(settings, found, timeout=timeout, progress=progress)


def source_targets(folder: Path) -> tuple[Target, ...]:
    """The targets of the links in the source below a folder, their paths relative to it."""
    import os

    from regilink_doctor.workflows.lint import lint_paths

    # Lint shows paths as they are given; below the current folder that is to be short.
    start = os.path.relpath(folder) if folder.is_relative_to(Path.cwd()) else str(folder)
    result = lint_paths([start], all_sites=True)
    return site_targets(report.site for report in result.sites)


def site_targets(sites: Iterable[Site]) -> tuple[Target, ...]:
    """The targets of the links among `sites`, with the entity, project and type that source gives them.

    Alternatives (branches, loops) make a target each.
    """
    return tuple(target for site in sites for target in _of_site(site))


def _of_site(site: Site) -> Iterator[Target]:
    call = CALLS.get(site.call)
    if site.kind != "link" or call is None:
        return
    init, artifact = site.init, site.artifact
    entities = site.entity or (init.entity if init else ())
    projects = site.project or (init.project if init else ())
    types = site.type or (artifact.type if artifact else ())
    aliases = tuple(text.pattern for text in site.aliases if HOLE not in text.pattern)
    choices = product(site.target, _or_none(entities), _or_none(projects), _or_none(types))
    for target, entity, project, kind in islice(choices, MOST_ALTERNATIVES):
        yield Target(
            text=target.pattern,
            call=call,
            entity=_pattern(entity),
            project=_pattern(project),
            artifact_type=_pattern(kind),
            aliases=aliases,
            place=site.place,
            entity_place=entity.place if entity is not None else None,
            unknown=tuple(dict.fromkeys(hole.source for _, hole in target.holes)),
        )


def _or_none(texts: Sequence[Text]) -> Sequence[Text | None]:
    return texts or (None,)


def _pattern(text: Text | None) -> str | None:
    return text.pattern if text is not None else None


def _targets(targets: Iterable[str | Target], artifact_type: str | None, aliases: Sequence[str]) -> Iterator[Target]:
    for each in targets:
        if isinstance(each, Target):
            yield each
        else:
            yield Target(each, artifact_type=artifact_type, aliases=tuple(aliases))
