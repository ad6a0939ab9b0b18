"""What the doctor looks at: a target path, and what the code around it says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from regilink_doctor.core.findings import Place, Span
from regilink_doctor.core.sites import Piece, Site, Text
from regilink_doctor.core.target_path import HOLE
from regilink_doctor.core.target_path.sdk import Call

_ARGUMENT = "argument"


@dataclass(frozen=True, slots=True)
class Target:
    """One target path. Texts have `HOLE` where source does not tell; None: the code says nothing about it.

    `entity` and `project` are those of the run in the code, `entity_place` is where the first is written; `place` is
    that of the link, None for an argument of the command line. `unknown` are the expressions behind the holes.
    """

    text: str
    call: Call = "Run.link_artifact"
    entity: str | None = None
    project: str | None = None
    artifact_type: str | None = None
    aliases: tuple[str, ...] = ()
    place: Place | None = None
    entity_place: Place | None = None
    unknown: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The path for people: `{?}` for each unknown part."""
        return self.text.replace(HOLE, "{?}")

    @property
    def source(self) -> str:
        """Where it was found: `argument`, `train.py:12`, `nb.ipynb:cell 3:2`."""
        return _line_of(self.place) if self.place is not None else _ARGUMENT

    @property
    def entity_source(self) -> str:
        """Where the entity is written, as `source` says it."""
        return _line_of(self.entity_place) if self.entity_place is not None else self.source

    @property
    def known(self) -> bool:
        """Whether every part of the path is known."""
        return HOLE not in self.text

    def as_site(self) -> tuple[Site, Text]:
        """The target in the form in which rules look at source."""
        place = self.place or Place(_ARGUMENT, Span(1, 1, 1, len(self.text) + 1))
        text = Text((Piece(self.text, place),), place)
        entity = () if self.entity is None else (Text((Piece(self.entity, place),), place),)
        return Site("link", f"wandb.{self.call}", place, place.span, target=(text,), entity=entity), text


def _line_of(place: Place) -> str:
    cell = f":cell {place.cell}" if place.cell is not None else ""
    return f"{place.path}{cell}:{place.span.line}"


def argument_targets(
    texts: Iterable[str], *, artifact_type: str | None = None, aliases: Sequence[str] = ()
) -> tuple[Target, ...]:
    """The targets of the command line. The entity is not theirs but a setting (`--entity`)."""
    return tuple(Target(text, artifact_type=artifact_type, aliases=tuple(aliases)) for text in texts)


def distinct(targets: Iterable[Target]) -> tuple[Target, ...]:
    """Each target once, the first place it is written at."""
    seen: dict[tuple[object, ...], Target] = {}
    for each in targets:
        key = (each.text, each.call, each.entity, each.project, each.artifact_type, each.aliases)
        seen.setdefault(key, each)
    return tuple(seen.values())
