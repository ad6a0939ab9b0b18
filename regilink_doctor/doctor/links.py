"""Which links and names could be checked at all: what is unknown is never called well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from regilink_doctor.core.check_result import CheckResult
from regilink_doctor.core.origin import Origin
from regilink_doctor.core.phrases import rewrite_phrase
from regilink_doctor.core.records import record
from regilink_doctor.core.targets import ConsumedName, LinkTarget
from regilink_doctor.core.text import mask_secrets
from regilink_doctor.doctor.base import Subject
from regilink_doctor.doctor.context import Context
from regilink_doctor.doctor.wording import name_destination

DECISIVE = ("target-path", "destination", "organization", "registry", "consumed-name", "consumed")
"""The checks without which nothing is known of a link, or of a name that is consumed."""

OF_THE_LINK = ("entity", "entity-access", "organization-variable", "source", *DECISIVE)
"""A link that one of these checks has stopped is judged: it fails. Any other that stops it leaves it unknown."""

Rows = Sequence[tuple[Subject, CheckResult]]


@record
class UnknownLink:
    """A link, or with `is_consumed` a name that is consumed, that could not be checked, and why.

    `expressions` are the ones whose values are known only when the program runs.
    """

    target: str
    origin: Origin
    reason: str
    expressions: tuple[str, ...] = ()
    is_consumed: bool = False


@record
class LinkSummary:
    """What came of the links and of the names that are consumed, each place counted once.

    `links` and `names` count those that were checked. `elsewhere` are the links that go to a project, not to a
    registry, and of which no check reports a problem: the place of each, and where it goes. `unread` has a sentence
    for each file of the source that could not be read.
    """

    links: int = 0
    names: int = 0
    unknown: tuple[UnknownLink, ...] = ()
    elsewhere: tuple[tuple[Origin, str], ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether everything was checked that there is."""
        return not self.unknown and not self.unread

    @property
    def checked(self) -> int:
        """How many were checked."""
        return self.links + self.names

    @property
    def is_nothing_checked(self) -> bool:
        """Whether there was something to check, and none of it could be."""
        return not self.is_complete and not self.checked


def summarize_links(context: Context, rows: Rows) -> LinkSummary:
    """The summary of every place that links or consumes."""
    unknown: list[UnknownLink] = []
    counts = []
    for references in (context.written_links, context.written_names):
        stopped = [_find_unknown(each, rows) for each in _by_place(references)]
        unknown += [each for each in stopped if each is not None]
        counts.append(sum(each is None for each in stopped))
    return LinkSummary(counts[0], counts[1], tuple(unknown), tuple(_find_other_links(context, rows)))


def _by_place(references: Iterable[LinkTarget | ConsumedName]) -> list[list[LinkTarget | ConsumedName]]:
    """Those that are written at the same place: the alternatives of one call."""
    places: dict[str, list[LinkTarget | ConsumedName]] = {}
    for number, reference in enumerate(references):
        # Two arguments of the command line have the same origin, and are two.
        key = reference.written_at.shown if reference.place is not None else f"{number}"
        places.setdefault(key, []).append(reference)
    return list(places.values())


def _find_unknown(alternatives: Sequence[LinkTarget | ConsumedName], rows: Rows) -> UnknownLink | None:
    """The first of the alternatives that could not be checked; None when all of them were."""
    for reference in alternatives:
        for subject, check in rows:
            if check.name not in DECISIVE or check.status != "skip" or subject.target is None:
                continue
            if subject.target.identity == reference.identity and check.blocked_by not in OF_THE_LINK:
                return UnknownLink(
                    mask_secrets(reference.shown),
                    reference.written_at.rewrite(mask_secrets),
                    check.message,
                    tuple(map(mask_secrets, reference.unknown_sources)),
                    isinstance(reference, ConsumedName),
                )
    return None


def _find_other_links(context: Context, rows: Rows) -> Iterator[tuple[Origin, str]]:
    reported = {subject.target.identity for subject, row in rows if subject.target and row.status in ("warn", "fail")}
    for target in context.written_links:
        link = context.link_of(target)
        if link is not None and not link.registry and target.identity not in reported:
            yield target.written_at, rewrite_phrase(name_destination(link), mask_secrets)
