"""What a command did in the emulator: runs, artifacts, links and the line to change, and what was consumed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from regilink_doctor.core import rule_codes
from regilink_doctor.core.files import relative_path
from regilink_doctor.core.findings import Message
from regilink_doctor.core.ledger import AliasChange, LinkAttempt, UnsentRun
from regilink_doctor.core.naming import is_version
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.core.problems import find_problems
from regilink_doctor.core.records import replace
from regilink_doctor.core.strings import KnownPart
from regilink_doctor.core.target_path import is_registry_project, parsed
from regilink_doctor.emulator import World
from regilink_doctor.emulator.ledger import Consumption
from regilink_doctor.emulator.world.artifacts import SEED_PROJECT, find
from regilink_doctor.emulator.world.model import Membership, Run
from regilink_doctor.emulator.world.world_view import WorldView
from regilink_doctor.lint.scan.kinds import kind_of
from regilink_doctor.rules.judge import explain_attempt
from regilink_doctor.rules.wording import quoted
from regilink_doctor.workflows.dry_run.outcome import ArtifactMade, Consumed, Link, RunMade
from regilink_doctor.workflows.lint import lint_paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from regilink_doctor.core.findings import Span
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.workflows.lint import LintResult, SiteReport


FAILURE_OF_DOUBT = {rule_codes.MISSING_REGISTRY_PREFIX: "A1", rule_codes.LEGACY_MODEL_REGISTRY: "A14"}
"""The rules by which a link into a project was meant for a registry, each with its failure."""

REMOVED = Message("the command removes this link again", "it unlinks the version, or deletes its source")

MOST = 3
"""How many places of one target path are reported."""


def read_scripts(command: Sequence[str], folder: Path) -> LintResult:
    """What lint reads in the scripts that a command names."""
    words = [word for word in command if word.endswith(".py")]
    words += [f"{after.replace('.', os.sep)}.py" for word, after in pairwise(command) if word == "-m"]
    return lint_paths([str(folder / word) for word in words if os.path.isfile(folder / word)], all_sites=True)


def find_organization(scripts: LintResult) -> str | None:
    """The organization that the target paths of scripts name, if they agree on one.

    They may call it by its display name and by its entity: `Acme Corp` and `acme-corp`. Then it is the display name.
    What a run has as its entity is a team: no run can be logged to an organization.
    """
    paths = [
        parsed(text.literal)
        for item in scripts.sites
        if item.site.kind == "link"
        for text in item.site.target
        if text.literal is not None
    ]
    names = {path.prefix for path in paths if path is not None and path.is_registry and path.prefix}
    names -= {entity.literal for item in scripts.sites for entity in item.site.run_entity if entity.literal is not None}
    if len({"-".join(name.casefold().split()) for name in names}) != 1:
        return None
    return max(names, key=lambda name: (" " in name, name))


class WrittenAt:
    """Finds where target paths are written; lints each file that links once.

    `environ` is the environment that the command was given.
    """

    def __init__(self, command: Sequence[str] = (), environ: Mapping[str, str] | None = None) -> None:
        self._command = command
        self._environ = environ or {}
        self._sites: dict[str, list[SiteReport]] = {}

    def of(self, attempt: LinkAttempt) -> tuple[str, ...]:
        """The place of each part of the target path, unless it is in the call itself or unknown: `file:line`, `$NAME`.

        Empty also where the path is right, and something else is wrong with the link.
        """
        if not (attempt.code or "").startswith(("REG1", "REG30")):
            return ()
        for item, text in self._find_sites(attempt):
            return self._places_of(text, item.site.place.path, item.site.statement)
        return ()

    def find_doubt(self, attempt: LinkAttempt) -> str | None:
        """The rule by which a link into a project was meant for a registry, as lint reports it; None without one.

        Where lint does not know the call, the path alone is judged.
        """
        sites = list(self._find_sites(attempt))
        if sites:
            codes = [code for item, _ in sites for code in item.codes]
        elif (attempt.run or "").split("/")[1:2] == [attempt.project]:
            codes = []
        else:
            codes = [problem.rule for problem in find_problems(attempt.requested or "")]
        return next((code for code in codes if code in FAILURE_OF_DOUBT), None)

    def _find_sites(self, attempt: LinkAttempt) -> Iterator[tuple[SiteReport, StringValue]]:
        """The calls at the place of the attempt that can have its path, each with the path."""
        file, _, line = (attempt.place or "").rpartition(":")
        if attempt.requested is None or not line.isdigit():
            return
        for item in self._of_file(file):
            if item.site.statement.line <= int(line) <= item.site.statement.end_line:
                yield from ((item, text) for text in item.site.target if text.literal == attempt.requested)

    def _places_of(self, text: StringValue, file: str, statement: Span) -> tuple[str, ...]:
        places = []
        for part in text.parts:
            if not isinstance(part, KnownPart):
                continue
            path, line = part.place.path, part.place.span.line
            variable = next((name for name in part.variables if self._environ.get(name) == part.text), None)
            if variable is not None and not _overrides(path, file):
                places.append(f"${variable}")
            elif self._is_used(path) and not (path == file and statement.line <= line <= statement.end_line):
                places.append(f"{path}:{line}")
        return tuple(dict.fromkeys(places))[:MOST]

    def _is_used(self, path: str) -> bool:
        """Whether the program has what a file says: a script that may start it counts where the command runs it."""
        names = [os.path.basename(word) for word in self._command]
        return kind_of(path) not in ("shell", "makefile", "dockerfile") or os.path.basename(path) in names

    def _of_file(self, file: str) -> list[SiteReport]:
        if file not in self._sites:
            reports = lint_paths([file], all_sites=True).sites if file.endswith(".py") and os.path.isfile(file) else []
            self._sites[file] = [item for item in reports if item.site.kind == "link"]
        return self._sites[file]


def _overrides(path: str, program: str) -> bool:
    """Whether what a file sets wins over the environment: a script does, a `.env` where the program says so."""
    kind = kind_of(path)
    return kind in ("shell", "makefile", "dockerfile") or (
        kind == "dotenv" and "override=True" in Path(program).read_text("utf-8", "replace")
    )


def runs(world: World) -> tuple[RunMade, ...]:
    """The runs, in the order in which they started."""
    return tuple(
        RunMade(
            run.project.entity.name,
            run.project.name,
            run.name,
            run.display_name,
            run.state,
            len(run.logged),
            len(run.used),
            run.sweep is not None,
        )
        for run in _runs(world)
    )


def list_unsent_runs(world: World, folder: Path) -> tuple[UnsentRun, ...]:
    """The runs that sent nothing; places below `folder` are relative to it."""
    return tuple(replace(item, place=_near(item.place, folder)) for item in world.ledger.unsent_runs)


def _runs(world: World) -> list[Run]:
    """Those that the command began or resumed."""
    projects = [item for entity in world.entities.values() for item in entity.projects.values()]
    began = (run for item in projects for run in item.runs.values() if not run.untouched)
    return sorted(began, key=lambda run: run.number)


def artifacts(world: World) -> tuple[ArtifactMade, ...]:
    """The versions that runs logged, oldest first. What wandb logs by itself (code, tables of a run) is left out."""
    logged = {artifact.number: (artifact, run) for run in _runs(world) for artifact in run.logged}
    logged_artifacts = []
    for _, (artifact, run) in sorted(logged.items()):
        if artifact.state != "COMMITTED" or artifact.type.startswith("wandb-") or artifact.type == "job":
            continue
        home = [item for item in artifact.memberships if item.collection is artifact.sequence]
        aliases = tuple(alias for item in home for alias in item.aliases)
        logged_artifacts.append(
            ArtifactMade(artifact.source_name, artifact.type, aliases, artifact.file_count, artifact.size, run.path)
        )
    return tuple(logged_artifacts)


def links(
    world: World,
    attempts: Iterable[LinkAttempt],
    folder: Path,
    command: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> tuple[Link, ...]:
    """The links, each with its message and place; places below `folder` are relative to it."""
    view = WorldView(world, next(iter(world.users.values()), None))
    origins = WrittenAt(command, environ)
    placed = []
    for item in attempts:
        is_in_project = item.verdict == "linked" and not is_registry_project(item.project or "")
        if is_in_project and (code := origins.find_doubt(item)):
            item = replace(item, verdict="misplaced", code=code, failure=FAILURE_OF_DOUBT[code])
        lines = [_near(place, folder) or place for place in origins.of(item)]
        attempt, end = replace(item, place=_near(item.place, folder)), _describe_end(world, item)
        message = explain_attempt(item, view) or end if end != REMOVED else end
        placed.append(Link(attempt, message, tuple(lines), removed=end == REMOVED))
    return tuple(placed)


def _describe_end(world: World, attempt: LinkAttempt) -> Message | None:
    """What the command has undone of a link when it has ended: the link itself, or its aliases."""
    # An organization that is not found has got another name since.
    if attempt.verdict != "linked" or attempt.version is None or attempt.entity not in world.entities:
        return None
    project = world.find_project(attempt.entity, attempt.project or "")
    collection = project.collections.get(attempt.collection or "") if project is not None else None
    linked = find(collection, attempt.version) if collection is not None else None
    if collection is None or linked is None:
        return REMOVED
    lost = [name for name in attempt.aliases if name not in linked.aliases]
    holders = [(name, find(collection, name)) for name in lost]
    return Message(join_phrases("; ", [_describe_alias(*holder) for holder in holders])) if holders else None


def _describe_alias(name: str, holder: Membership | None) -> str:
    if holder is None:
        return say("the command removes the alias {name} again", name=quoted(name))
    return say("the command moves the alias {name} on to {version}", name=quoted(name), version=holder.version)


def alias_changes(changes: Iterable[AliasChange]) -> tuple[AliasChange, ...]:
    """What the changes of each alias have come to; each refusal by itself."""
    merged: dict[tuple[str, ...], AliasChange] = {}
    for item in changes:
        key = (item.collection, item.alias, item.refused or "")
        merged[key] = replace(item, before=merged.get(key, item).before)
    return tuple(item for item in merged.values() if item.refused or item.before != item.after)


def consumed(world: World, entries: Iterable[Consumption], folder: Path) -> tuple[Consumed, ...]:
    """What was consumed, one entry per name, in the order of first use, without what the runs themselves logged."""
    own = {item.name for item in artifacts(world)}
    projects = [item for entity in world.entities.values() for item in entity.projects.values()]
    stubs = {item.path for project in projects for item in project.collections.values() if item.assumed}
    # The first link of what the world started with: the command may have linked it again.
    seeded: dict[str, str] = {}
    for artifact in world.artifacts.values():
        if artifact.sequence.project.name == SEED_PROJECT:
            for item in artifact.memberships:
                if item.collection is not artifact.sequence:
                    seeded.setdefault(artifact.source_name, item.full_name)
    found: dict[tuple[str, str | None], list[Consumption]] = {}
    for entry in entries:
        for name in _list_names(entry, seeded) if entry.name not in own else ():
            placed = replace(entry, name=name, place=_near(entry.place, folder))
            found.setdefault((placed.name, placed.failed), []).append(placed)
    missing = {} if world.stubs is None else world.stand_ins
    return tuple(_consumed(name, failed, item, stubs, missing.get(name)) for (name, failed), item in found.items())


def _list_names(entry: Consumption, seeded: Mapping[str, str]) -> Sequence[str]:
    """The full names that a report shows: a download names the source, and has the names that the code asked for."""
    if entry.name not in seeded:
        return [entry.name]
    # From a list it was taken by no name: then it has all, its source's among them.
    asked = () if entry.name in entry.names else entry.names
    return [name for name in asked if is_version(name.rpartition(":")[2])] or [seeded[entry.name]]


def _near(place: str | None, folder: Path) -> str | None:
    """`file:line`, relative to the folder if the file is below it; a cell of a notebook has no file."""
    file, _, line = (place or "").rpartition(":")
    if "ipykernel_" in file or file.startswith("<ipython-input"):
        return f"a cell of the notebook, line {line}"
    return f"{relative_path(file, str(folder))}:{line}" if place and Path(file).is_relative_to(folder) else place


def _consumed(
    name: str, failed: str | None, entries: Sequence[Consumption], stubs: Iterable[str], missing: str | None
) -> Consumed:
    place = next((item.place for item in entries if item.place), None)
    collection = name.partition(":")[0]
    how = tuple(way for way in ("list", "fetch", "use", "download") if any(item.how == way for item in entries))
    is_stub = failed is None and (collection in stubs or missing is not None)
    return Consumed(name, how, failed, place, is_stub, missing)
