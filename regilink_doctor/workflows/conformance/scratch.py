"""The scratch project and registry on one server: operations of the scenarios, and the removal of what they made."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from regilink_doctor.client.connection_errors import ServerConnectionError
from regilink_doctor.client.gateway import Answer, Gateway
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.records import record

Facts = dict[str, Any]
"""What a scenario has observed: `outcome`, then what belongs to it. Names of this server are placeholders in it."""

SHORTEST_NAME = 3
"""Characters of a value that is replaced in messages: a shorter one is part of ordinary words."""

_CREATE_PROJECT = """
mutation RegilinkCreateProject($input: UpsertModelInput!) { upsertModel(input: $input) { project { id } } }"""

_CREATE_RUN = """
mutation RegilinkCreateRun($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { id } } }"""

_CREATE_VERSION = """
mutation RegilinkCreateArtifact($input: CreateArtifactInput!) { createArtifact(input: $input) { artifact { id } } }"""

_CREATE_MANIFEST = """
mutation RegilinkCreateManifest($input: CreateArtifactManifestInput!) {
  createArtifactManifest(input: $input) { artifactManifest { file { uploadUrl uploadHeaders } } }
}"""

_COMMIT = """
mutation RegilinkCommitArtifact($id: ID!) { commitArtifact(input: {artifactID: $id}) { artifact { id } } }"""

_LINK = """
mutation RegilinkLink($input: LinkArtifactInput!) { linkArtifact(input: $input) { versionIndex } }"""

_UNLINK = """
mutation RegilinkUnlink($input: UnlinkArtifactInput!) { unlinkArtifact(input: $input) { success } }"""

_DELETE_VERSION = """
mutation RegilinkDeleteArtifact($input: DeleteArtifactInput!) { deleteArtifact(input: $input) { artifact { id } } }"""

_DELETE_SEQUENCE = """
mutation RegilinkDeleteSource($id: ID!) {
  deleteArtifactSequence(input: {artifactSequenceID: $id}) { artifactCollection { state } }
}"""

_DELETE_PORTFOLIO = """
mutation RegilinkDeleteCollection($id: ID!) {
  deleteArtifactPortfolio(input: {artifactPortfolioID: $id}) { artifactCollection { state } }
}"""

_RENAME_PORTFOLIO = """
mutation RegilinkRenameCollection($id: ID!, $name: String) {
  updateArtifactPortfolio(input: {artifactPortfolioID: $id, name: $name}) { artifactCollection { state } }
}"""

_DELETE_RUN = """
mutation RegilinkDeleteRun($id: ID!) { deleteRun(input: {id: $id}) { clientMutationId } }"""

_DELETE_PROJECT = """
mutation RegilinkDeleteProject($id: String!) { deleteModel(input: {id: $id}) { success } }"""

_RENAME = """
mutation RegilinkRename($input: RenameProjectInput!) { renameProject(input: $input) { project { name } } }"""

_ADD_MEMBER = """
mutation RegilinkAddMember($input: CreateProjectMembersInput!) { createProjectMembers(input: $input) { success } }"""

_SET_ROLE = """
mutation RegilinkSetRole($input: UpdateProjectMemberInput!) { updateProjectMember(input: $input) { success } }"""

_FIND_VERSION = """
query RegilinkMembership($entity: String!, $project: String!, $name: String!) {
  project(name: $project, entityName: $entity) {
    artifactCollectionMembership(name: $name) { versionIndex aliases { alias } artifact { id } }
  }
}"""

_FIND_COLLECTION = """
query RegilinkCollection($entity: String!, $project: String!, $type: String!, $name: String!) {
  project(name: $project, entityName: $entity) { artifactType(name: $type) { artifactCollection(name: $name) { id } } }
}"""

_FIND_SOURCE = """
query RegilinkSource($id: ID!) { artifact(id: $id) { state } }"""

_FIND_PROJECT = """
query RegilinkProject($entity: String!, $project: String!) { project(name: $project, entityName: $entity) { id } }"""

_FIND_RUN = """
query RegilinkRun($entity: String!, $project: String!, $run: String!) {
  project(name: $project, entityName: $entity) { run(name: $run) { id } }
}"""

_FIND_TYPES = """
query RegilinkRegistry($entity: String!, $project: String!) {
  project(name: $project, entityName: $entity) {
    readOnly access allowAllArtifactTypesInRegistry artifactTypes(includeAll: true) { edges { node { name } } }
  }
}"""

_WHO = "query RegilinkWho { viewer { id username teams { edges { node { name } } } } }"


class Refused(Exception):
    """The server refused an operation."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@record
class Names:
    """Where the scenarios work. Everything that is made has `token` in its name.

    `registry` goes without the prefix; `owns_registry` says whether it is made here, or was there before.
    """

    entity: str
    organization: str
    organization_entity: str
    registry: str
    owns_registry: bool
    token: str

    @property
    def project(self) -> str:
        """The scratch project."""
        return f"regilink-conformance-{self.token}"

    @property
    def registry_project(self) -> str:
        """The registry's name as a project."""
        return REGISTRY_PREFIX + self.registry

    @property
    def types(self) -> tuple[str, str]:
        """The types that a scratch registry lists."""
        return (f"regilink-a-{self.token}", f"regilink-b-{self.token}")

    @property
    def unlisted_type(self) -> str:
        """A type that it does not list."""
        return f"regilink-c-{self.token}"


class Scratch:
    """One server, as the scenarios use it.

    Args:
        gateway: the server.
        names: where to work.
        type: the type of versions to log; the first one of the scratch registry unless given.
        private: further names of the account that belong in no report, with their placeholders.
        second: the same server with the key of another account of the organization.
    """

    def __init__(
        self,
        gateway: Gateway,
        names: Names,
        *,
        private: Mapping[str, str] | None = None,
        second: Gateway | None = None,
        type: str | None = None,
    ) -> None:
        self.names = names
        self.second = second
        self.type = type or names.types[0]
        self._gateway = gateway
        self._private = dict(private or {})
        self._run = f"regilink-{names.token}"
        self._has_begun = False
        self._registries = {names.registry_project: None}
        """The names that the scratch registry may have now."""
        self._second_id: str | None = None
        self._count = 0
        self._version: str | None = None
        self._sources: dict[tuple[str, str], None] = {}
        self._collections: dict[tuple[str, str], None] = {}

    # What scenarios do. These raise `Refused`, which means that a scenario could not be prepared.

    def set_up(self) -> None:
        """Make the project, the run and, unless one is used that was there, the registry."""
        names = self.names
        self._has_begun = True
        self._ask(_CREATE_PROJECT, input={"name": names.project, "entityName": names.entity})
        self._ask(_CREATE_RUN, input={"name": self._run, "modelName": names.project, "entityName": names.entity})
        if names.owns_registry:
            registry = {
                "name": names.registry_project,
                "entityName": names.organization_entity,
                "description": "made by regilink conformance",
                "access": "PRIVATE",
                "allowAllArtifactTypesInRegistry": False,
                "artifactTypes": [{"name": name} for name in names.types],
            }
            self._ask(_CREATE_PROJECT, input=registry)

    def log(self, name: str, artifact_type: str | None = None) -> str:
        """Log a new version into the scratch project; its id. The only file is a reference, so nothing is stored."""
        names, artifact_type = self.names, artifact_type or self.type
        name = f"{name}-{names.token}"
        self._sources[artifact_type, name] = None
        self._count += 1
        content = f"{names.token}-{self._count}"
        digest = hashlib.md5(content.encode(), usedforsecurity=False).hexdigest()
        place = {"entityName": names.entity, "projectName": names.project, "runName": self._run}
        version = {
            **place,
            "artifactTypeName": artifact_type,
            "artifactCollectionName": name,
            "digest": digest,
            "digestAlgorithm": "MANIFEST_MD5",
        }
        identifier: str = self._ask(_CREATE_VERSION, input=version)["createArtifact"]["artifact"]["id"]
        entry = {"digest": content, "ref": f"https://regilink.invalid/{content}", "size": 0}
        manifest = {
            "version": 1,
            "storagePolicy": "wandb-storage-policy-v1",
            "storagePolicyConfig": {"storageLayout": "V2"},
            "contents": {"scratch": entry},
        }
        wanted = {**place, "artifactID": identifier, "name": "wandb_manifest.json", "digest": digest}
        file = self._ask(_CREATE_MANIFEST, input=wanted)["createArtifactManifest"]["artifactManifest"]["file"]
        headers = dict(header.split(":", 1) for header in file["uploadHeaders"] or ())
        self._gateway.upload(file["uploadUrl"], headers, json.dumps(manifest).encode())
        self._ask(_COMMIT, id=identifier)
        return identifier

    def find_version(self) -> str:
        """The id of a version that was logged once, for scenarios that do nothing to it."""
        if self._version is None:
            self._version = self.log("source")
        return self._version

    def link(
        self,
        version: str,
        collection: str,
        *,
        aliases: tuple[str, ...] = (),
        project: str | None = None,
        entity: str | None = None,
        as_second: bool = False,
    ) -> int | None:
        """Link a version into the registry; its number there. The collection's name is sent as it is."""
        if collection:
            self._collections[self.type, collection] = None
        value = {
            "artifactID": version,
            "artifactPortfolioName": collection,
            "entityName": entity or self.names.organization_entity,
            "projectName": project or self.names.registry_project,
            "aliases": [{"alias": alias, "artifactCollectionName": collection} for alias in aliases],
        }
        gateway = self.second if as_second else self._gateway
        assert gateway is not None
        index: int | None = _data(gateway.submit(_LINK, {"input": value}))["linkArtifact"]["versionIndex"]
        return index

    def scratch_name(self, name: str) -> str:
        """A name of this run for a collection."""
        return f"{name}-{self.names.token}"

    def unlink(self, version: str, collection: str) -> None:
        """Take a version out of a collection of the registry."""
        value = {"artifactID": version, "artifactPortfolioID": self._find_collection(collection)}
        self._ask(_UNLINK, input=value)

    def delete_version(self, version: str, *, with_aliases: bool = True) -> None:
        """Delete a logged version."""
        self._ask(_DELETE_VERSION, input={"artifactID": version, "deleteAliases": with_aliases})

    def delete_collection(self, collection: str) -> None:
        """Delete a collection of the registry."""
        self._ask(_DELETE_PORTFOLIO, id=self._find_collection(collection))

    def rename_collection(self, collection: str, name: str) -> None:
        """Rename a collection of the registry."""
        identifier = self._find_collection(collection)
        self._collections[self.type, name] = None
        self._ask(_RENAME_PORTFOLIO, id=identifier, name=name)

    def delete_registry(self) -> None:
        """Delete the scratch registry."""
        assert self.names.owns_registry
        for name in self._registries:
            if (identifier := self._find_project(self.names.organization_entity, name)) is not None:
                self._ask(_DELETE_PROJECT, id=identifier)

    def rename_registry(self, name: str) -> None:
        """Rename the scratch registry to a name without prefix, and back."""
        assert self.names.owns_registry
        old, new = self.names.registry_project, REGISTRY_PREFIX + name
        self._registries[new] = None
        for before, after in ((old, new), (new, old)):
            names = {"oldProjectName": before, "newProjectName": after}
            self._ask(_RENAME, input={"entityName": self.names.organization_entity, **names})

    def set_second_role(self, role: str) -> None:
        """Make the second account a member of the scratch registry, with this role."""
        assert self.names.owns_registry
        assert self.second is not None
        registry = self._find_project(self.names.organization_entity, self.names.registry_project)
        if self._second_id is None:
            self._second_id = _data(self.second.submit(_WHO, {}))["viewer"]["id"]
            self._ask(_ADD_MEMBER, input={"projectId": registry, "userIds": [self._second_id]})
        member = {"projectId": registry, "userId": self._second_id, "userProjectRole": role}
        self._ask(_SET_ROLE, input=member)

    def describe_version(self, collection: str, alias: str = "latest", *, project: str | None = None) -> Facts:
        """The version that an alias names in the registry: its number and aliases; `{"outcome": "absent"}`."""
        names = {"entity": self.names.organization_entity, "project": project or self.names.registry_project}
        data = self._ask(_FIND_VERSION, **names, name=f"{collection}:{alias}")
        found = (data.get("project") or {}).get("artifactCollectionMembership")
        if found is None:
            return {"outcome": "absent"}
        aliases = sorted(entry["alias"] for entry in found["aliases"])
        return {"outcome": "present", "version": found["versionIndex"], "aliases": aliases}

    def describe_source(self, version: str) -> Facts:
        """Whether a logged version is still there."""
        found = self._ask(_FIND_SOURCE, id=version).get("artifact")
        is_present = found is not None and found["state"] == "COMMITTED"
        return {"outcome": "present" if is_present else "absent"}

    def send(self, document: str) -> None:
        """Send a query as it is, which the server may refuse."""
        self._ask(document)

    def try_operation(self, operation: Callable[[], object], fields: Mapping[str, str] | None = None) -> Facts:
        """What an operation comes to: accepted, or refused with which status and message.

        Args:
            operation: what to do.
            fields: values of the scenario -> the placeholders that they get in the message.
        """
        try:
            result = operation()
        except Refused as refusal:
            message = self.strip_names(str(refusal), fields or {})
            return {"outcome": "refused", "status": refusal.status, "message": message}
        return {"outcome": "accepted", **({"version": result} if isinstance(result, int) else {})}

    def strip_names(self, text: str, fields: Mapping[str, str]) -> str:
        """A message with a placeholder for every name of this account, server and run."""
        names = self.names
        known = {
            names.organization: "organization",
            names.organization_entity: "organization",
            names.entity: "entity",
            names.project: "project",
            names.registry_project: "registry project",
            names.registry: "registry",
            self._run: "run",
            names.token: "token",
            **self._private,
            **fields,
        }
        values = sorted((value for value in known if len(value) >= SHORTEST_NAME), key=len, reverse=True)
        pattern = "|".join([*map(re.escape, values), r"[\w.+-]+@[\w.-]+\w"])
        text = text.replace("{", "{{").replace("}", "}}")
        return re.sub(pattern, lambda match: f"{{{known.get(match[0], 'address')}}}", text)

    # What is left at the end.

    def remove_everything(self) -> list[str]:
        """Delete what was made, the newest things first; what could not be deleted, as sentences.

        Things are looked up by their names: the answer of the request that made them may never have come.
        """
        left: list[str] = []
        if not self._has_begun:
            return left
        names = self.names
        for artifact_type, name in reversed(self._collections):
            with _noting(left, f"collection {name} in registry {names.registry}"):
                if identifier := self._find(names.organization_entity, names.registry_project, artifact_type, name):
                    self._ask(_DELETE_PORTFOLIO, id=identifier)
        if names.owns_registry:
            with _noting(left, f"registry {names.registry}"):
                self.delete_registry()
        for artifact_type, name in reversed(self._sources):
            with _noting(left, f"artifact {names.entity}/{names.project}/{name}"):
                if identifier := self._find(names.entity, names.project, artifact_type, name):
                    self._ask(_DELETE_SEQUENCE, id=identifier)
        place = {"entity": names.entity, "project": names.project}
        with _noting(left, f"run {names.entity}/{names.project}/{self._run}"):
            project = self._ask(_FIND_RUN, **place, run=self._run).get("project") or {}
            if project.get("run"):
                self._ask(_DELETE_RUN, id=project["run"]["id"])
        with _noting(left, f"project {names.entity}/{names.project}"):
            if (identifier := self._find_project(names.entity, names.project)) is not None:
                self._ask(_DELETE_PROJECT, id=identifier)
        return left

    def _find_project(self, entity: str, name: str) -> str | None:
        project = self._ask(_FIND_PROJECT, entity=entity, project=name).get("project")
        return project["id"] if project else None

    def _find_collection(self, name: str) -> str:
        identifier = self._find(self.names.organization_entity, self.names.registry_project, self.type, name)
        if identifier is None:
            raise Refused(f"there is no collection {name}", 404)
        return identifier

    def _find(self, entity: str, project: str, artifact_type: str, name: str) -> str | None:
        data = self._ask(_FIND_COLLECTION, entity=entity, project=project, type=artifact_type, name=name)
        found = ((data.get("project") or {}).get("artifactType") or {}).get("artifactCollection")
        return found["id"] if found else None

    def _ask(self, document: str, **variables: object) -> Mapping[str, Any]:
        return _data(self._gateway.submit(document, variables))


@record
class Registry:
    """A registry that was there before: whether this account may write to it, and what it accepts."""

    is_writable: bool
    is_restricted: bool
    allows_all_types: bool
    types: tuple[str, ...]


def read_registry(gateway: Gateway, entity: str, registry: str) -> Registry | None:
    """The registry (name without prefix) of an organization's entity; None where there is none."""
    variables = {"entity": entity, "project": REGISTRY_PREFIX + registry}
    project = _data(gateway.submit(_FIND_TYPES, variables)).get("project")
    if project is None:
        return None
    types = tuple(edge["node"]["name"] for edge in project["artifactTypes"]["edges"])
    return Registry(
        not project["readOnly"],
        project["access"] == "RESTRICTED",
        project["allowAllArtifactTypesInRegistry"],
        types,
    )


def read_account(gateway: Gateway) -> tuple[str, tuple[str, ...]]:
    """The username of a key, and its teams."""
    viewer = _data(gateway.submit(_WHO, {}))["viewer"]
    return viewer["username"], tuple(edge["node"]["name"] for edge in viewer["teams"]["edges"])


def _data(answer: Answer) -> Mapping[str, Any]:
    if answer.errors or answer.data is None:
        raise Refused(answer.errors[0] if answer.errors else "an answer without data", answer.status)
    return answer.data


@contextmanager
def _noting(left: list[str], what: str) -> Iterator[None]:
    """Go on with the removal when one thing cannot be deleted, and note it."""
    try:
        yield
    except Refused as refusal:
        left.append(f"{what}: {refusal}")
    except (ServerConnectionError, KeyError, TypeError) as error:
        left.append(f"{what}: {error}")
