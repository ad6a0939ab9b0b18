"""What the doctor is to look at: from the command line, from the configuration, from the source below a folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING

from regilink_doctor.config import Config
from regilink_doctor.core.origin import Configured
from regilink_doctor.core.sites import Site
from regilink_doctor.core.strings import StringValue
from regilink_doctor.core.target_path import is_known
from regilink_doctor.doctor.targets import Consumed, Target

if TYPE_CHECKING:
    from regilink_doctor.core.target_path.sdk import LinkMethod

CALLS: dict[str, LinkMethod] = {"wandb.Run.link_artifact": "Run.link_artifact", "wandb.Artifact.link": "Artifact.link"}
"""The calls of a site that the doctor follows."""

MOST_ALTERNATIVES = 16
"""Of one call: branches multiply."""


def source_sites(folder: Path, config: Config | None = None) -> list[Site]:
    """The sites in the source below a folder, their paths relative to it."""
    import os

    from regilink_doctor.workflows.lint import lint_paths

    # Lint shows paths as they are given; below the current folder that is to be short.
    start = os.path.relpath(folder) if folder.is_relative_to(Path.cwd()) else str(folder)
    return [report.site for report in lint_paths([start], all_sites=True, config=config).sites]


def config_targets(config: Config | None) -> tuple[Target, ...]:
    """The targets that the configuration names."""
    if config is None:
        return ()
    return tuple(Target(text, given=Configured(config.called, "targets")) for text in config.targets)


def site_targets(sites: Iterable[Site]) -> tuple[Target, ...]:
    """The targets of the links among `sites`, with the entity, project and type that source gives them.

    Alternatives (branches, loops) make a target each.
    """
    return tuple(target for site in sites for target in _of_link(site))


def site_consumed(sites: Iterable[Site]) -> tuple[Consumed, ...]:
    """The names that are fetched among `sites`."""
    return tuple(name for site in sites if site.kind == "consume" for name in _of_fetch(site))


def _of_link(site: Site) -> Iterator[Target]:
    call = CALLS.get(site.call)
    if site.kind != "link" or call is None:
        return
    artifact = site.artifact
    made = artifact is None or artifact.kind != "consume"
    fetched: list[Consumed | None] = [None] if artifact is None or made else list(_of_fetch(artifact))
    entities, projects, types = site.run_entity, site.run_project, site.artifact_type
    aliases = tuple(text.pattern for text in site.aliases if is_known(text.pattern))
    choices = product(site.target, _or_none(entities), _or_none(projects), _or_none(types), fetched)
    for target, entity, project, kind, name in islice(choices, MOST_ALTERNATIVES):
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
            fetched=name,
        )


def _of_fetch(site: Site) -> Iterator[Consumed]:
    init = site.init or (site.inits[0] if len(site.inits) == 1 else None)
    entities = site.entity or (init.entity if init else ())
    projects = site.project or (init.project if init else ())
    choices = product(site.target, _or_none(entities), _or_none(projects), _or_none(site.type))
    for name, entity, project, kind in islice(choices, MOST_ALTERNATIVES):
        yield Consumed(
            text=name.pattern,
            entity=_pattern(entity),
            project=_pattern(project),
            artifact_type=_pattern(kind),
            place=site.place,
            entity_place=entity.place if entity is not None else None,
            unknown=tuple(dict.fromkeys(hole.source for _, hole in name.holes)),
        )


def _or_none(texts: Sequence[StringValue]) -> Sequence[StringValue | None]:
    return texts or (None,)


def _pattern(text: StringValue | None) -> str | None:
    return text.pattern if text is not None else None
