"""The grammar of target paths: what a string is, and where a link would really go.

In order: unknown parts, the parts of a path as the SDK splits it, and the addresses of the W&B App that people paste in
its place. `core.problems` names what is wrong with a path.
"""

from __future__ import annotations

from functools import lru_cache

from regilink_doctor.core.naming import LEGACY_REGISTRY, REGISTRY_PREFIX
from regilink_doctor.core.records import cached_property, record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    LinkMethod = Literal["Run.link_artifact", "Artifact.link", "Run.link_model", "none"]
    """The calls that link, which read a target path in different ways; `none` is a call that W&B does not have."""
    PastedKind = Literal["registry", "collection", "source", "entity", "legacy", "landing"]


HOLE = "\0"
"""Represents an unknown part of any length."""

UNKNOWN_NAME = HOLE
"""A name of which nothing is known."""


def is_known(name: str) -> bool:
    """Whether every part of the string is known."""
    return HOLE not in name


SHOWN_UNKNOWN = "{?}"
"""How reports show an unknown part."""


def show_unknown(name: str) -> str:
    """The string as reports show it: `{?}` for each unknown part."""
    return name.replace(HOLE, SHOWN_UNKNOWN)


HOSTS = ("wandb.ai/", "api.wandb.ai/", "www.wandb.ai/", "forge.coreweave.com/")
"""An address of the App, pasted without its scheme."""


class PathError(ValueError):
    """The SDK cannot split the text at all: more than three parts (failure A3)."""


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

    @cached_property
    def is_registry(self) -> bool:
        """Whether the SDK takes it for a registry path: a case-sensitive comparison of the project's prefix."""
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
    """What was probably meant by a segment that only looks as if it had the registry prefix (failure A4).

    None when the prefix is right, or when nothing in the segment looks like it: the case, spaces, underscores and at
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


def second_prefix(name: str) -> str:
    """What a registry's name has of the prefix once more, perhaps misspelled, where a variable already had it.

    >>> second_prefix("wandb_registry_model")
    'wandb_registry_'
    """
    if name.startswith(REGISTRY_PREFIX):
        return REGISTRY_PREFIX
    rest = (misspelled_prefix(name) or "").removeprefix(REGISTRY_PREFIX)
    return name[: name.rindex(rest)] if rest else ""


def _distance(left: str, right: str) -> int:
    """Letters to change, add or drop to make one text of the other (Levenshtein)."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        above, row = row, [i]
        for j, b in enumerate(right, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (a != b)))
    return row[-1]


@record
class Pasted:
    """What a pasted text points at. Names are decoded; `registry` is without the prefix.

    *registry*: a registry without a collection; *collection*: one in a registry; *source*: an ordinary artifact;
    *entity*: a team's or person's page; *legacy*: the legacy model registry; *landing*: a page with nothing to convert.
    """

    kind: PastedKind
    organization: str | None = None
    registry: str | None = None
    collection: str | None = None
    version: str | None = None
    entity: str | None = None
    project: str | None = None
    artifact_type: str | None = None

    @property
    def target(self) -> str | None:
        """The target path to write, without the organization, which W&B finds by itself; None if there is none."""
        if self.kind != "collection":
            return None
        return f"{REGISTRY_PREFIX}{self.registry}/{self.collection}"


def read_pasted(text: str) -> Pasted | None:
    """What a URL or URI points at (shapes U1 to U10, S3); None when it is neither, or of no known shape."""
    text = text.strip()
    for scheme in ("wandb-artifact://", "registry://"):
        if text.startswith(scheme):
            return _uri(text.removeprefix(scheme).lstrip("/"), prefixed=scheme != "registry://")
    if text.startswith(HOSTS):
        text = f"https://{text}"
    if not text.startswith(("https://", "http://")):
        return None
    from urllib.parse import parse_qs, unquote, urlsplit

    try:
        url = urlsplit(text)
    except ValueError:
        return None
    parts = [unquote(part) for part in url.path.split("/") if part]
    query = {name: values[0] for name, values in parse_qs(url.query.replace("+", "%2B")).items()}
    if "selectionPath" in query and (selected := _selected(query["selectionPath"], query.get("version"), parts)):
        return selected
    return _path(parts, query.get("version"))


def _uri(path: str, *, prefixed: bool) -> Pasted | None:
    """`[organization/]wandb-registry-NAME/COLLECTION[:version]`; Weave's `registry:` leaves the prefix out."""
    name, _, version = path.partition(":")
    parts = name.split("/")
    if len(parts) not in (2, 3) or not all(parts):
        return None
    organization = parts[0] if len(parts) == 3 else None
    project, collection = parts[-2:]
    if not prefixed:
        project = REGISTRY_PREFIX + project
    if is_registry_project(project):
        return Pasted("collection", organization, registry_name(project), collection, version or None)
    return Pasted("source", entity=organization, project=project, collection=collection, version=version or None)


def _selected(selection: str, version: str | None, parts: list[str]) -> Pasted | None:
    """`selectionPath` has the exact spelling, so it counts for more than the path of the address (U2 to U5)."""
    chosen = selection.split("/", 2)
    if len(chosen) != 3 or not all(chosen):
        return None
    entity, project, collection = chosen
    if is_registry_project(project):
        organization = parts[1] if parts[:1] == ["orgs"] and len(parts) > 1 else entity
        return Pasted("collection", organization, registry_name(project), collection, version, entity, project)
    kind: PastedKind = "legacy" if project == LEGACY_REGISTRY else "source"
    return Pasted(kind, None, None, collection, version, entity, project)


def _path(parts: list[str], version: str | None) -> Pasted | None:
    if parts[:1] == ["orgs"] and parts[2:3] == ["registry"]:
        if len(parts) > 3:
            return Pasted("registry", parts[1], parts[3])
        return Pasted("landing", parts[1])
    if parts[:1] == ["registry"]:
        return Pasted("registry", registry=parts[1]) if len(parts) > 1 else Pasted("landing")
    if len(parts) == 1:
        return Pasted("entity", entity=parts[0])
    if len(parts) >= 2 and parts[1] == "registry":
        return Pasted("landing", entity=parts[0])
    if len(parts) >= 5 and parts[2] == "artifacts":
        entity, project, _, artifact_type, name = parts[:5]
        version = parts[5] if len(parts) > 5 else version
        if is_registry_project(project):
            return Pasted("collection", entity, registry_name(project), name, version, entity, project, artifact_type)
        return Pasted("source", None, None, name, version, entity, project, artifact_type)
    if parts[1:2] == [LEGACY_REGISTRY] and len(parts) <= 3:  # the project itself, or a tab of it
        return Pasted("legacy", entity=parts[0], project=LEGACY_REGISTRY)
    return None


def read_snippet(text: str) -> str | None:
    """The target path in a pasted piece of code or a full name (S1, S2, S4): its first text with a registry in it.

    The App's own snippet breaks the line between `target_path =` and the text.
    """
    for quote in ('"', "'"):
        for piece in text.split(quote)[1::2]:
            if REGISTRY_PREFIX in piece or f"{LEGACY_REGISTRY}/" in piece:
                return piece
    line = text.strip()
    if "\n" not in line and line.count("/") <= 2:
        path = parse(line)
        if path.is_registry or path.project == LEGACY_REGISTRY:
            return line
    return None
