"""What people paste instead of a target path: addresses of the App, URIs, full names (section 2 of failures.md)."""

from __future__ import annotations

from regilink_doctor.core.naming import LEGACY_REGISTRY, REGISTRY_PREFIX
from regilink_doctor.core.records import record
from regilink_doctor.core.target_path.grammar import is_registry_project, parse, registry_name
from regilink_doctor.core.target_path.problems import HOSTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    PastedKind = Literal["registry", "collection", "source", "entity", "legacy", "landing"]


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
