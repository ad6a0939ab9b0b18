"""Checks of each target path in itself, and of links that are no registry links."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from regilink_doctor.core.judgement import Judgement
from regilink_doctor.core.naming import LEGACY_REGISTRY, MIGRATED_SUFFIX, REGISTRY_PREFIX
from regilink_doctor.core.phrasing import close_to
from regilink_doctor.core.target_path import LinkInput, is_known, parse
from regilink_doctor.core.targets import LinkTarget
from regilink_doctor.doctor.advice import answer_of
from regilink_doctor.doctor.base import Check, Outcome, Subject, passed, skipped
from regilink_doctor.doctor.context import Context
from regilink_doctor.doctor.grammar import path_outcome
from regilink_doctor.doctor.wording import name_destination


class TargetPathCheck(Check):
    """Whether the path is well formed: prefix, number of parts, names, placeholders (A1 to A17)."""

    name = "target-path"
    group = "Links"

    def subjects(self, context: Context) -> Iterable[Subject]:
        """Every target."""
        for target in context.targets:
            yield Subject(target.shown, target.written_at, target)

    def look(self, context: Context, subject: Subject) -> Outcome:
        """The problems of the text; a part that nobody knows makes it a skip."""
        target = target_of_subject(subject)
        if not target.is_known:
            what = " and ".join(f"`{each}`" for each in target.unknown_sources) or "{?}"
            return skipped(f"{what} is known only when the program runs: pass the whole path as TARGET")
        return path_outcome(target) or passed(_reading(target))


class OfTarget(Check):
    """A check of each known target on the server."""

    registry_links: ClassVar[bool] = True

    def subjects(self, context: Context) -> Iterable[Subject]:
        """The targets of this kind whose path is known; each stands under its entity, too."""
        for target in context.targets:
            if target.is_known and context.links_registry(target) == self.registry_links:
                entity = context.run_entity(target)
                yield Subject(target.shown, target.written_at, target, entity.value if entity else None)

    def look(self, context: Context, subject: Subject) -> Outcome:
        """Judge the link, once the entity is known."""
        target = target_of_subject(subject)
        entity = context.run_entity(target)
        if entity is None or not is_known(entity.value):
            return skipped("the run's entity is known only when the program runs: give it with --entity")
        made = context.sdk_link(target)
        if not isinstance(made, LinkInput):
            return skipped("see `target-path`")
        return self.judged(context, target, made, context.judgement(target))

    def judged(self, context: Context, target: LinkTarget, made: LinkInput, judgement: Judgement) -> Outcome:
        """What to say of the judgement."""
        raise NotImplementedError


class Destination(OfTarget):
    """Where a link goes that is not a registry link: W&B accepts it silently (A1, A2, A4, A14)."""

    name = "destination"
    group = "Links"
    requires = ("target-path", "account")
    registry_links = False

    def judged(self, context: Context, target: LinkTarget, made: LinkInput, judgement: Judgement) -> Outcome:
        """Misplaced, refused, or an ordinary project-level link."""
        where = name_destination(made)
        if judgement.outcome == "misplaced":
            name = _registry_like(context, made)
            return Outcome(
                "fail",
                f'"{target.shown}" is no registry path: W&B would link it without a word into {where}, '
                f"and the registry {name} would stay as it is",
                judgement.rule,
                f'write: target_path="{REGISTRY_PREFIX}{name}/{made.collection}"',
                rows_of(judgement),
            )
        if made.project == LEGACY_REGISTRY and judgement.outcome in ("refused", "linked"):
            return _legacy(context, made, judgement)
        if judgement.outcome == "refused":
            return _refused(made, judgement)
        if judgement.outcome == "unknown":
            return skipped("nobody has published what W&B does with this link")
        return passed(f"not a registry link: it goes into {where}")


def _legacy(context: Context, made: LinkInput, judgement: Judgement) -> Outcome:
    """The legacy model registry: closed where it was migrated, elsewhere a project of the team (row A14)."""
    entity = made.entity or made.source_entity
    moved = entity + MIGRATED_SUFFIX
    facts = context.directory.entity(entity)
    owners = [
        names for names in (facts.organizations if facts else ()) if context.directory.registry(names.entity, moved)
    ]
    if judgement.rule == "REG112" and owners:
        return Outcome(
            "fail",
            f"the model registry of {entity} was migrated into the registry {moved} of {owners[0].name}, and is "
            f"closed; {answer_of(judgement)}",
            "REG112",
            f'write: target_path="{REGISTRY_PREFIX}{moved}/{made.collection}"',
            rows_of(judgement),
        )
    if judgement.outcome == "refused":
        return _refused(made, judgement)
    return Outcome(
        "warn",
        f"{LEGACY_REGISTRY} is the legacy model registry, a project of {entity} alone: the link is taken, and the rest "
        "of the organization does not see it",
        "REG112",
        f'write: target_path="{REGISTRY_PREFIX}model/{made.collection}"',
        ("A14",),
    )


def _refused(made: LinkInput, judgement: Judgement) -> Outcome:
    return Outcome(
        "fail",
        f"the link into {name_destination(made)} fails: {answer_of(judgement)}",
        judgement.rule,
        f'for a registry: target_path="{REGISTRY_PREFIX}{made.project}/{made.collection}"',
        rows_of(judgement),
    )


def target_of_subject(subject: Subject) -> LinkTarget:
    """The target that a row is about."""
    if not isinstance(subject.target, LinkTarget):
        raise LookupError("a check of targets without a target")
    return subject.target


def rows_of(judgement: Judgement) -> tuple[str, ...]:
    """The rows of the catalogue behind a judgement."""
    return (judgement.failure,) if judgement.failure else ()


def _reading(target: LinkTarget) -> str:
    path = parse(target.text)
    if path.is_registry:
        return f"registry {path.registry}, collection {path.collection}"
    return "not a registry path"


def _registry_like(context: Context, made: LinkInput) -> str:
    """The registry that a project-level link was meant for."""
    facts = context.directory.entity(made.source_entity)
    names = [
        name
        for each in (facts.organizations if facts else ())
        for name in context.directory.registry_names(each.entity)
    ]
    same = [name for name in names if name.casefold() == made.project.casefold()]
    return same[0] if same else close_to(made.project, names) or made.project
