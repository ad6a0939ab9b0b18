"""The scratch project and registry on one server: operations of the scenarios, and the removal of what they made."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from regilink_doctor.client.connection_errors import ServerConnectionError
from regilink_doctor.client.gateway import Answer, Gateway
from regilink_doctor.client.queries import NAME, Field, WrongShape, check_reply, edges
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.records import record

Facts = dict[str, Any]
"""What a scenario has observed: `outcome`, then what belongs to it. Names of this server are placeholders in it."""

SHORTEST_NAME = 3
"""Characters of a value that is replaced in messages: a shorter one is part of ordinary words."""


@record
class Operation:
    """A document with one field, and what the server must answer to it."""

    text: str
    answer: Field


_ID = Field("id", required=True)
_SUCCESS = Field("success", kind="flag", required=True)
_STATE = Field("artifactCollection", (Field("state"),))

_CREATE_PROJECT = Operation(
    """
mutation RegilinkCreateProject($input: UpsertModelInput!) { upsertModel(input: $input) { project { id } } }""",
    Field("upsertModel", (Field("project", (_ID,)),), required=True),
)

_CREATE_RUN = Operation(
    """
mutation RegilinkCreateRun($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { id } } }""",
    Field("upsertBucket", (Field("bucket", (_ID,)),), required=True),
)

_CREATE_VERSION = Operation(
    """
mutation RegilinkCreateArtifact($input: CreateArtifactInput!) { createArtifact(input: $input) { artifact { id } } }""",
    Field("createArtifact", (Field("artifact", (_ID,), required=True),), required=True),
)

_FILE = Field("file", (Field("uploadUrl", required=True), Field("uploadHeaders", many=True)), required=True)
_CREATE_MANIFEST = Operation(
    """
mutation RegilinkCreateManifest($input: CreateArtifactManifestInput!) {
  createArtifactManifest(input: $input) { artifactManifest { file { uploadUrl uploadHeaders } } }
}""",
    Field("createArtifactManifest", (Field("artifactManifest", (_FILE,), required=True),), required=True),
)

_COMMIT = Operation(
    """
mutation RegilinkCommitArtifact($id: ID!) { commitArtifact(input: {artifactID: $id}) { artifact { id } } }""",
    Field("commitArtifact", (Field("artifact", (_ID,)),), required=True),
)

_LINK = Operation(
    """
mutation RegilinkLink($input: LinkArtifactInput!) { linkArtifact(input: $input) { versionIndex } }""",
    Field("linkArtifact", (Field("versionIndex", kind="number"),), required=True),
)

_UNLINK = Operation(
    """
mutation RegilinkUnlink($input: UnlinkArtifactInput!) { unlinkArtifact(input: $input) { success } }""",
    Field("unlinkArtifact", (_SUCCESS,), required=True),
)

_DELETE_VERSION = Operation(
    """
mutation RegilinkDeleteArtifact($input: DeleteArtifactInput!) { deleteArtifact(input: $input) { artifact { id } } }""",
    Field("deleteArtifact", (Field("artifact", (_ID,)),), required=True),
)

_DELETE_SEQUENCE = Operation(
    """
mutation RegilinkDeleteSource($id: ID!) {
  deleteArtifactSequence(input: {artifactSequenceID: $id}) { artifactCollection { state } }
}""",
    Field("deleteArtifactSequence", (_STATE,), required=True),
)

_DELETE_PORTFOLIO = Operation(
    """
mutation RegilinkDeleteCollection($id: ID!) {
  deleteArtifactPortfolio(input: {artifactPortfolioID: $id}) { artifactCollection { state } }
}""",
    Field("deleteArtifactPortfolio", (_STATE,), required=True),
)

_RENAME_PORTFOLIO = Operation(
    """
mutation RegilinkRenameCollection($id: ID!, $name: String) {
  updateArtifactPortfolio(input: {artifactPortfolioID: $id, name: $name}) { artifactCollection { state } }
}""",
    Field("updateArtifactPortfolio", (_STATE,), required=True),
)

_DELETE_RUN = Operation(
    """
mutation RegilinkDeleteRun($id: ID!) { deleteRun(input: {id: $id}) { clientMutationId } }""",
    Field("deleteRun", (Field("clientMutationId"),), required=True),
)

_DELETE_PROJECT = Operation(
    """
mutation RegilinkDeleteProject($id: String!) { deleteModel(input: {id: $id}) { success } }""",
    Field("deleteModel", (_SUCCESS,), required=True),
)

_RENAME = Operation(
    """
mutation RegilinkRename($input: RenameProjectInput!) { renameProject(input: $input) { project { name } } }""",
    Field("renameProject", (Field("project", (NAME,)),), required=True),
)

_ADD_MEMBER = Operation(
    """
mutation RegilinkAddMember($input: CreateProjectMembersInput!) { createProjectMembers(input: $input) { success } }""",
    Field("createProjectMembers", (_SUCCESS,), required=True),
)

_SET_ROLE = Operation(
    """
mutation RegilinkSetRole($input: UpdateProjectMemberInput!) { updateProjectMember(input: $input) { success } }""",
    Field("updateProjectMember", (_SUCCESS,), required=True),
)

_MEMBERSHIP = (
    Field("versionIndex", kind="number", required=True),
    Field("aliases", (Field("alias", required=True),), many=True, required=True),
)
_FIND_VERSION = Operation(
    """
query RegilinkMembership($entity: String!, $project: String!, $name: String!) {
  project(name: $project, entityName: $entity) {
    artifactCollectionMembership(name: $name) { versionIndex aliases { alias } }
  }
}""",
    Field("project", (Field("artifactCollectionMembership", _MEMBERSHIP),)),
)

_FIND_COLLECTION = Operation(
    """
query RegilinkCollection($entity: String!, $project: String!, $type: String!, $name: String!) {
  project(name: $project, entityName: $entity) { artifactType(name: $type) { artifactCollection(name: $name) { id } } }
}""",
    Field("project", (Field("artifactType", (Field("artifactCollection", (_ID,)),)),)),
)

_FIND_SOURCE = Operation(
    """
query RegilinkSource($id: ID!) { artifact(id: $id) { state } }""",
    Field("artifact", (Field("state", required=True),)),
)

_FIND_PROJECT = Operation(
    """
query RegilinkProject($entity: String!, $project: String!) { project(name: $project, entityName: $entity) { id } }""",
    Field("project", (_ID,)),
)

_FIND_RUN = Operation(
    """
query RegilinkRun($entity: String!, $project: String!, $run: String!) {
  project(name: $project, entityName: $entity) { run(name: $run) { id } }
}""",
    Field("project", (Field("run", (_ID,)),)),
)

_TYPES = Field("artifactTypes", (edges(NAME),), required=True)
_FIND_TYPES = Operation(
    """
query RegilinkRegistry($entity: String!, $project: String!) {
  project(name: $project, entityName: $entity) {
    readOnly access allowAllArtifactTypesInRegistry artifactTypes(includeAll: true) { edges { node { name } } }
  }
}""",
    Field(
        "project",
        (
            Field("readOnly", kind="flag", required=True),
            Field("access"),
            Field("allowAllArtifactTypesInRegistry", kind="flag", required=True),
            _TYPES,
        ),
    ),
)

_WHO = Operation(
    "query RegilinkWho { viewer { id username teams { edges { node { name } } } } }",
    Field(
        "viewer",
        (_ID, Field("username", required=True), Field("teams", (edges(NAME),), required=True)),
        required=True,
    ),
)


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
        headers = self._read_headers(file["uploadHeaders"] or ())
        self._gateway.upload(file["uploadUrl"], headers, json.dumps(manifest).encode())
        self._ask(_COMMIT, id=identifier)
        return identifier

    def _read_headers(self, lines: Sequence[str]) -> dict[str, str]:
        pairs = [line.partition(":") for line in lines]
        if not all(colon and name.isprintable() and value.isprintable() for name, colon, value in pairs):
            raise self._gateway.fault("other-api", "`uploadHeaders` has a line that is not a header")
        return {name: value for name, _, value in pairs}

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
        index: int | None = _submit(gateway, _LINK, {"input": value})["linkArtifact"]["versionIndex"]
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
            self._second_id = _submit(self.second, _WHO, {})["viewer"]["id"]
            self._ask(_ADD_MEMBER, input={"projectId": registry, "userIds": [self._second_id]})
        member = {"projectId": registry, "userId": self._second_id, "userProjectRole": role}
        self._ask(_SET_ROLE, input=member)

    def describe_version(self, collection: str, alias: str = "latest", *, project: str | None = None) -> Facts:
        """The version that an alias names in the registry: its number and aliases; `{"outcome": "absent"}`."""
        names = {"entity": self.names.organization_entity, "project": project or self.names.registry_project}
        data = self._ask(_FIND_VERSION, **names, name=f"{collection}:{alias}")
        membership = (data["project"] or {}).get("artifactCollectionMembership")
        if membership is None:
            return {"outcome": "absent"}
        aliases = sorted(entry["alias"] for entry in membership["aliases"])
        return {"outcome": "present", "version": membership["versionIndex"], "aliases": aliases}

    def describe_source(self, version: str) -> Facts:
        """Whether a logged version is still there."""
        artifact = self._ask(_FIND_SOURCE, id=version)["artifact"]
        is_present = artifact is not None and artifact["state"] == "COMMITTED"
        return {"outcome": "present" if is_present else "absent"}

    def send(self, document: str) -> None:
        """Send a query as it is, which the server may refuse."""
        _data(self._gateway.submit(document, {}))

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
        kinds = {
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
        values = sorted((value for value in kinds if len(value) >= SHORTEST_NAME), key=len, reverse=True)
        pattern = "|".join([*map(re.escape, values), r"[\w.+-]+@[\w.-]+\w"])
        text = text.replace("{", "{{").replace("}", "}}")
        return re.sub(pattern, lambda match: f"{{{kinds.get(match[0], 'address')}}}", text)

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
            project = self._ask(_FIND_RUN, **place, run=self._run)["project"] or {}
            if project.get("run"):
                self._ask(_DELETE_RUN, id=project["run"]["id"])
        with _noting(left, f"project {names.entity}/{names.project}"):
            if (identifier := self._find_project(names.entity, names.project)) is not None:
                self._ask(_DELETE_PROJECT, id=identifier)
        return left

    def _find_project(self, entity: str, name: str) -> str | None:
        project = self._ask(_FIND_PROJECT, entity=entity, project=name)["project"]
        return project["id"] if project else None

    def _find_collection(self, name: str) -> str:
        identifier = self._find(self.names.organization_entity, self.names.registry_project, self.type, name)
        if identifier is None:
            raise Refused(f"there is no collection {name}", 404)
        return identifier

    def _find(self, entity: str, project: str, artifact_type: str, name: str) -> str | None:
        data = self._ask(_FIND_COLLECTION, entity=entity, project=project, type=artifact_type, name=name)
        collection = ((data["project"] or {}).get("artifactType") or {}).get("artifactCollection")
        return collection["id"] if collection else None

    def _ask(self, operation: Operation, **variables: object) -> Mapping[str, Any]:
        return _submit(self._gateway, operation, variables)


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
    project = _submit(gateway, _FIND_TYPES, variables)["project"]
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
    viewer = _submit(gateway, _WHO, {})["viewer"]
    return viewer["username"], tuple(edge["node"]["name"] for edge in viewer["teams"]["edges"])


def _submit(gateway: Gateway, operation: Operation, variables: Mapping[str, object]) -> Mapping[str, Any]:
    """The data of the answer, with every field that the operation declares.

    Raises:
        Refused: the server refused, or says that it did nothing.
        ServerConnectionError: there is no answer, or one of another shape.
    """
    answer = gateway.submit(operation.text, variables)
    data = _data(answer)
    try:
        check_reply([operation.answer], data)
    except WrongShape as error:
        raise gateway.fault("other-api", str(error)) from None
    if (data[operation.answer.key] or {}).get("success") is False:
        raise Refused(f"{operation.answer.name} was not successful", answer.status)
    return data


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
    except ServerConnectionError as error:
        left.append(f"{what}: {error}")
