"""The live check: settings and targets in, a diagnosis out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from regilink_doctor.client.settings import read_settings
from regilink_doctor.core.known import NOTHING_KNOWN, Known
from regilink_doctor.doctor.context import Filed
from regilink_doctor.doctor.diagnosis import Diagnosis, examine
from regilink_doctor.doctor.targets import Consumed, Target
from regilink_doctor.workflows.doctor_targets import site_consumed, site_targets, source_sites


def diagnose(
    targets: Sequence[str | Target] | None = None,
    *,
    consumed: Sequence[str | Consumed] = (),
    cwd: str | Path | None = None,
    host: str | None = None,
    entity: str | None = None,
    project: str | None = None,
    organization: str | None = None,
    artifact_type: str | None = None,
    aliases: Sequence[str] = (),
    python: str | None = None,
    environ: Mapping[str, str] | None = None,
    known: Known = NOTHING_KNOWN,
    filed: Filed | None = None,
    timeout: float = 10.0,
    probe: bool = True,
    progress: Callable[[str], None] | None = None,
) -> Diagnosis:
    """Check this machine, the account and each target against the live server. Reads only.

    Args:
        targets: target paths. None: those that lint finds below `cwd`, and the names that are fetched there; an empty
            sequence: none.
        consumed: names that are fetched, beside those of the source.
        cwd: the folder in which the program would be started; the current one.
        host: `--host`; like the next three it wins over everything that wandb would find by itself.
        entity: the entity of the runs.
        project: the project of the runs.
        organization: the organization, where a path names none.
        artifact_type: the type of the artifacts, where code does not say it.
        aliases: the aliases of the links that are given as texts.
        python: whose wandb is looked at.
        environ: the environment of the program; that of this process.
        known: what the configuration says of the organization.
        filed: the committed catalog.
        timeout: seconds for each request.
        probe: whether the way to the server is looked at step by step, on sockets; False: by requests alone.
        progress: told the name of each check before it begins.
    """
    folder = Path.cwd() if cwd is None else Path(cwd).absolute()
    given = {"host": host, "entity": entity, "project": project, "organization": organization}
    settings = read_settings(
        cwd=folder,
        environ=environ,
        python=python,
        arguments={name: value for name, value in given.items() if value is not None},
    )
    fetched = [each if isinstance(each, Consumed) else Consumed(each) for each in consumed]
    if targets is None:
        sites = source_sites(folder)
        links = list(site_targets(sites))
        fetched += site_consumed(sites)
    else:
        whole = tuple(aliases)
        links = [
            each if isinstance(each, Target) else Target(each, artifact_type=artifact_type, aliases=whole)
            for each in targets
        ]
    return examine(settings, links, fetched, known=known, filed=filed, timeout=timeout, probe=probe, progress=progress)
