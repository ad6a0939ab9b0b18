"""What the doctor looks at: target paths and names that are fetched, with what the code around them says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.origin import Argument, Code, Origin
from regilink_doctor.core.records import field, record
from regilink_doctor.core.sites import Link, Site
from regilink_doctor.core.strings import KnownPart, StringValue
from regilink_doctor.core.target_path import is_known, show_unknown

if TYPE_CHECKING:
    from regilink_doctor.core.target_path.sdk import LinkMethod

_ARGUMENT = Argument()
T = TypeVar("T")


class _Written:
    """A text that stands somewhere in source, in the configuration or on the command line."""

    __slots__ = ()

    text: str
    entity: str | None
    place: Place | None
    entity_place: Place | None
    given: Origin

    @property
    def shown(self) -> str:
        """The text for people: `{?}` for each unknown part."""
        return show_unknown(self.text)

    @property
    def origin(self) -> Origin:
        """The line of the call, the argument, the configuration."""
        return Code(self.place) if self.place is not None else self.given

    @property
    def entity_origin(self) -> Origin:
        """Where the entity is written; where that is not known, the origin of the whole."""
        place = self.entity_place or self.place
        return Code(place, "entity") if place is not None else self.given

    @property
    def known(self) -> bool:
        """Whether every part of the text is known."""
        return is_known(self.text)


@record
class Target(_Written):
    """One target path. Texts have `UNKNOWN_NAME` where source does not tell; None: the code says nothing about it.

    `entity` and `project` are those of the run in the code, `entity_place` is where the first is written; `place` is
    that of the link, None for an argument of the command line. `unknown` are the expressions behind the holes.
    `fetched` is the name by which the artifact was fetched, where it is not made here: its entity is then the source's.
    `given` is where the target comes from when that is not a place in source.
    """

    text: str
    call: LinkMethod = "Run.link_artifact"
    entity: str | None = None
    project: str | None = None
    artifact_type: str | None = None
    aliases: tuple[str, ...] = ()
    place: Place | None = field(default=None, compare=False)
    entity_place: Place | None = field(default=None, compare=False)
    unknown: tuple[str, ...] = field(default=(), compare=False)
    fetched: Consumed | None = None
    given: Origin = field(default=_ARGUMENT, compare=False)

    def as_site(self) -> tuple[Site, StringValue]:
        """The target in the form in which rules look at source."""
        place = self.place or Place(self.given.shown, Span(1, 1, 1, len(self.text) + 1))
        text = StringValue((KnownPart(self.text, place),), place)
        entity = () if self.entity is None else (StringValue((KnownPart(self.entity, place),), place),)
        return Link(f"wandb.{self.call}", place, place.span, target=(text,), entity=entity), text


@record
class Consumed(_Written):
    """A name by which an artifact is fetched: `wandb-registry-model/zoo:prod`, or a path to a project's.

    `entity` and `project` are those of the run (`use_artifact`) or of the `Api`, None where the code gives none.
    """

    text: str
    entity: str | None = None
    project: str | None = None
    artifact_type: str | None = None
    place: Place | None = field(default=None, compare=False)
    entity_place: Place | None = field(default=None, compare=False)
    unknown: tuple[str, ...] = field(default=(), compare=False)
    given: Origin = field(default=_ARGUMENT, compare=False)


def distinct(targets: Iterable[T]) -> tuple[T, ...]:
    """Each target once, the first place it is written at."""
    return tuple(dict.fromkeys(targets))
