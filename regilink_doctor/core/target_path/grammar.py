"""How a target path is written: `[organization/]wandb-registry-NAME/COLLECTION`, and how the SDK splits any text.

The splitting is that of `ArtifactPath` (wandb `sdk/artifacts/_validators.py`, 0.22 and later); a property test holds
it against the installed SDK.
"""

from __future__ import annotations

from functools import lru_cache

from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.records import record, replace
from regilink_doctor.core.target_path.unknown import HOLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    LinkMethod = Literal["Run.link_artifact", "Artifact.link"]
    """The two calls that link. They read a target path in different ways."""


class PathError(ValueError):
    """The SDK cannot split the text at all: more than three parts (row A3)."""


@record
class TargetPath:
    """A text, split. `name` keeps a `:version` if there is one, as the SDK does; empty parts are empty strings.

    >>> parse("acme/wandb-registry-model/zoo")
    TargetPath(name='zoo', project='wandb-registry-model', prefix='acme')
    """

    name: str
    project: str | None = None
    prefix: str | None = None

    def __str__(self) -> str:
        """The parts joined again. Empty ones fall out, as in the SDK: two silent mistakes come of it (A5, A6)."""
        return "/".join(part for part in (self.prefix, self.project, self.name) if part)

    @property
    def is_registry(self) -> bool:
        """Whether the SDK takes it for a registry path: one case-sensitive look at the project (section 0)."""
        return bool(self.project) and is_registry_project(self.project or "")

    @property
    def registry(self) -> str | None:
        """The registry's name without the prefix, None when the path is none of a registry."""
        return registry_name(self.project) if self.project and self.is_registry else None

    @property
    def collection(self) -> str:
        """The name without `:version`."""
        return self.name.partition(":")[0]

    @property
    def version(self) -> str | None:
        """The version or alias behind the first `:`, None without one."""
        _, colon, version = self.name.partition(":")
        return version if colon else None

    def with_defaults(self, *, prefix: str | None = None, project: str | None = None) -> TargetPath:
        """The same path with `prefix` and `project` filled in where they are missing or empty."""
        return replace(self, prefix=self.prefix or prefix, project=self.project or project)


def parse(text: str) -> TargetPath:
    """Split `text` as the SDK does: off with everything behind the first `:`, then at each `/`.

    Raises:
        PathError: more than three parts.
    """
    path, colon, version = text.partition(":")
    parts = path.split("/")
    if len(parts) > 3:
        raise PathError(f"Invalid artifact path: {text!r}")
    name = f"{parts[-1]}{colon}{version}"
    project = parts[-2] if len(parts) > 1 else None
    return TargetPath(name, project, parts[0] if len(parts) == 3 else None)


@lru_cache(maxsize=1024)
def parsed(text: str) -> TargetPath | None:
    """As `parse`; None where the SDK cannot split the text."""
    try:
        return parse(text)
    except PathError:
        return None


def is_registry_project(project: str) -> bool:
    """Whether the project is a registry: the exact prefix and something behind it (`is_artifact_registry_project`)."""
    return project.startswith(REGISTRY_PREFIX) and project != REGISTRY_PREFIX


def registry_name(project: str) -> str:
    """The project without the registry prefix; unchanged without one."""
    return project.removeprefix(REGISTRY_PREFIX)


def misspelled_prefix(segment: str) -> str | None:
    """What was probably meant by a segment that only looks as if it had the registry prefix (row A4).

    None when the prefix is right, or when nothing in the segment looks like it: the case, blanks, underscores and at
    most two wrong, missing or added letters are forgiven. `wandb-registry` alone gives the bare prefix.

    >>> misspelled_prefix("wandb_registery-model")
    'wandb-registry-model'
    """
    if segment.startswith(REGISTRY_PREFIX):
        return None
    meant = segment.strip()
    folded = meant.lower().replace("_", "-").replace(" ", "-")
    bare = REGISTRY_PREFIX.rstrip("-")
    if abs(len(folded) - len(bare)) <= 1 and _distance(folded, bare) <= 1:
        return REGISTRY_PREFIX
    candidates = [(1, len(bare))] if folded.startswith(bare) else []
    for length in range(len(REGISTRY_PREFIX) - 2, min(len(REGISTRY_PREFIX) + 2, len(folded)) + 1):
        start = folded[:length]
        # The dash tells where the prefix ends and the registry's name begins.
        if start[-1] == "-" and HOLE not in start and (distance := _distance(start, REGISTRY_PREFIX)) <= 2:
            candidates.append((distance, length))
    return REGISTRY_PREFIX + meant[min(candidates)[1] :] if candidates else None


def _distance(left: str, right: str) -> int:
    """Letters to change, add or drop to make one text of the other (Levenshtein)."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        above, row = row, [i]
        for j, b in enumerate(right, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (a != b)))
    return row[-1]
