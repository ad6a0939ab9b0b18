"""Rules about the type of an artifact, and what a registry or collection accepts."""

from __future__ import annotations

from regilink_doctor.core.findings import Message, Related
from regilink_doctor.core.naming import CORE_REGISTRY_TYPES, reserved_type
from regilink_doctor.core.phrases import say
from regilink_doctor.core.problems import Problem
from regilink_doctor.core.rule_codes import CONSUMED_TYPE_MISMATCH
from regilink_doctor.core.target_path import is_known
from regilink_doctor.core.targets import COLLECTION_LOOK_UPS, EXISTENCE_LOOK_UPS, LOOK_UPS, named_paths
from regilink_doctor.rules.base import Report, Rule
from regilink_doctor.rules.site_facts import (
    created_types,
    find_creation,
    known_registry,
    known_type,
    known_values,
    registry_path,
    registry_target,
    warn_of_default,
)
from regilink_doctor.rules.wording import listed, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.core.findings import Severity
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.sites import Link, Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.rules.base import FileFacts


_ADD_TYPES = (".artifact_types", ".allow_all_artifact_types")
"""What a program names that lets a registry accept further types."""


class TypeNotAllowed(Rule):
    """The registry does not accept artifacts of this type.

    The registry `model` accepts `model` at first, `dataset` accepts `dataset`, another one what its creators have
    allowed; types are compared exactly. Without a catalog this is only an info, because an admin may have added the
    type; a warning by the `registries` of the configuration. A registry that the program itself creates with
    `create_registry(artifact_types=[...])` needs no catalog.
    """

    code = "REG401"
    name = "type-not-allowed"
    severity = "error"
    failures = ("B4",)
    is_about_type = True
    watches = ("link.artifact",)
    needs_catalog = True
    bad = (
        'artifact = wandb.Artifact("zoo", type="dataset")\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
        'wandb.Api().create_registry("birds", visibility="organization", artifact_types=["dataset"])\n'
        'artifact = wandb.Artifact("zoo", type="model")\nrun.link_artifact(artifact, "wandb-registry-birds/zoo")',
    )
    good = (
        'artifact = wandb.Artifact("zoo", type="model")\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
        'artifact = wandb.Artifact("zoo", type="dataset")\nrun.link_artifact(artifact, "wandb-registry-raw/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        artifact_type, name = facts.get("type", ""), facts.get("registry", "")
        allowed = tuple(facts["allowed"].split("\n")) if facts.get("allowed") else ()
        if problem.target is not None and problem.view is not None:
            registry = problem.view.registry(facts.get("organization", ""), name)
            allowed = registry.types or () if registry else ()
        return Message(
            say(
                "the registry {name} accepts {allowed}, not {artifact_type}",
                name=quoted(name),
                allowed=listed(allowed),
                artifact_type=quoted(artifact_type),
            ),
            "unless an admin has added the type" if problem.kind == "core" else None,
            say("write wandb.Artifact(..., type={type}), or let a registry admin add the type", type=quoted(allowed[0]))
            if allowed
            else "let a registry admin add the type",
        )

    def related_to(self, problem: Problem) -> tuple[Related, ...]:
        return _type_place(problem.target.site) if problem.target and problem.target.site else ()

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        """With a catalog, the judgement reports it instead, but for a registry that the program creates."""
        if facts.mentions("create_registry"):
            yield from self._check_created(link, facts)
        types = _types_of(link) if facts.view is None else ()
        if not types:
            return
        folded = {name.casefold(): name for name in facts.configured.registries}
        for target in link.target:
            path = registry_path(target)
            if path is None:
                continue
            name = path.registry or ""
            severity: Severity
            kind, severity, allowed = (
                "",
                "warning",
                facts.configured.registries.get(folded.get(name.casefold(), ""), ()),
            )
            if name.casefold() not in folded and name in CORE_REGISTRY_TYPES:
                kind, severity, allowed = "core", "info", (CORE_REGISTRY_TYPES[name],)
            for artifact_type in types:
                if allowed and artifact_type not in allowed:
                    yield self._report(link, kind, severity, artifact_type, folded.get(name.casefold(), name), allowed)

    def _check_created(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        """Judge by the types that the program gives the registry: an error, if it certainly creates it itself."""
        view, types = facts.view, _types_of(link)
        for name in dict.fromkeys(map(known_registry, link.target)) if types else ():
            creation = find_creation(name, link, facts.sites) if name else None
            if creation is None or name is None or any(map(facts.mentions, _ADD_TYPES)):
                continue
            if view is not None and any(view.registry(names.entity, name) for names in view.organization_names):
                continue
            is_certain = len(types) == len(link.target) == 1 and not link.artifact_type[0].is_default
            is_certain = is_certain and not creation.context.guards and not creation.context.is_tried
            allowed = created_types(creation)
            for artifact_type in types if allowed else ():
                if artifact_type not in allowed:
                    related = Related("the registry is created here", creation.place)
                    severity: Severity = "error" if is_certain else "warning"
                    yield self._report(link, "", severity, artifact_type, name, allowed, related)

    def _report(
        self,
        link: Link,
        kind: str,
        severity: Severity,
        artifact_type: str,
        name: str,
        allowed: tuple[str, ...],
        *related: Related,
    ) -> Report:
        return self.report(
            link.place,
            kind,
            severity=severity,
            related=(*_type_place(link), *related),
            type=artifact_type,
            registry=name,
            allowed="\n".join(allowed),
        )


def _types_of(link: Link) -> tuple[str, ...]:
    """The types that the artifact can have: several only where the link is the same for all of them."""
    if len(link.target) == 1 and link.artifact is not None and not link.context.guards:
        return tuple(dict.fromkeys(value for _, value in known_values(link.artifact.type)))
    artifact_type = known_type(link)
    return (artifact_type,) if artifact_type is not None else ()


def _type_place(site: Site) -> tuple[Related, ...]:
    return (Related("the type is given here", site.artifact.place),) if site.artifact else ()


class CollectionTypeConflict(Rule):
    """The collection already has another type. The first link sets it for all users, and it cannot be changed."""

    code = "REG402"
    name = "collection-type-conflict"
    severity = "error"
    failures = ("B5",)
    needs_catalog = True
    bad = (
        'artifact = wandb.Artifact("raw", type="model")\n'
        'run.link_artifact(artifact, "wandb-registry-Golden Datasets/raw_images")',
    )
    good = (
        'artifact = wandb.Artifact("raw", type="dataset")\n'
        'run.link_artifact(artifact, "wandb-registry-Golden Datasets/raw_images")',
        'artifact = wandb.Artifact("raw", type="model")\n'
        'run.link_artifact(artifact, "wandb-registry-Golden Datasets/models")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        existing = quoted(facts.get("existing", ""))
        collection, artifact_type = quoted(facts.get("collection", "")), quoted(facts.get("type", ""))
        return Message(
            say(
                "the collection {collection} has the type {existing}, not {artifact_type}",
                collection=collection,
                existing=existing,
                artifact_type=artifact_type,
            ),
            "the first link decided it, and it cannot be changed",
            say("link to another collection, or write wandb.Artifact(..., type={existing})", existing=existing),
        )

    def related_to(self, problem: Problem) -> tuple[Related, ...]:
        site = problem.target.site if problem.target else None
        return (Related("the type is given here", site.artifact.place),) if site and site.artifact else ()


class ReservedType(Rule):
    """An artifact of a type that W&B reserves for itself.

    `job`, whatever begins with `wandb-`, `run_table` with a name that begins with `run-`, and `code` with one that
    begins with `source-` raise ValueError when the artifact is made.
    """

    code = "REG403"
    name = "reserved-type"
    severity = "error"
    failures = ("B6",)
    watches = ("artifact", "log", "target")
    bad = (
        'wandb.Artifact("zoo", type="job")',
        'wandb.Artifact("zoo", type="wandb-model")',
        'run.log_artifact("model.pt", name="source-zoo", type="code")',
    )
    good = (
        'wandb.Artifact("zoo", type="jobs")',
        'wandb.Artifact("zoo", type="code")',
        'wandb.Artifact("zoo", type="run_table")',
    )

    def explain(self, problem: Problem) -> Message:
        artifact_type, name = problem.facts["type"], problem.facts["name"]
        is_always = artifact_type == "job" or artifact_type.startswith("wandb-")
        named = "" if is_always else say(" with the name {name}", name=quoted(name))
        return Message(
            say("the type {artifact_type}{named} is reserved by W&B", artifact_type=quoted(artifact_type), named=named),
            "wandb.Artifact raises ValueError",
            'write another type, "model" or "dataset"',
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        names = site.arguments.strings.get("name", ())
        name = names[0].display if len(names) == 1 else ""  # how it begins decides
        for string, artifact_type in known_values(site.type) if not site.context.expected else ():
            if reserved_type(artifact_type, name):
                place = string.place if site.kind == "target" else site.place
                yield self.report(place, severity=warn_of_default(string), type=artifact_type, name=name)


class UnspecifiedType(Rule):
    """A file is logged without a type, and the artifact linked to a registry.

    W&B gives it the type `unspecified`, which the registries `model` and `dataset` do not accept, and which decides the
    type of a new collection for all users. Pass `type=`.
    """

    code = "REG404"
    name = "unspecified-type"
    severity = "warning"
    failures = ("B4",)
    is_about_type = True
    watches = ("link.artifact",)
    bad = (
        'logged = run.log_artifact("model.pt", name="zoo")\nrun.link_artifact(logged, "wandb-registry-model/zoo")',
        'run.log_artifact("model.pt").wait().link("wandb-registry-model/zoo")',
    )
    good = (
        'logged = run.log_artifact("model.pt", name="zoo", type="model")\n'
        'run.link_artifact(logged, "wandb-registry-model/zoo")',
        'logged = run.log_artifact(artifact)\nrun.link_artifact(logged, "wandb-registry-model/zoo")',
        'logged = run.log_artifact("model.pt", name="zoo")',
        'logged = run.log_artifact("model.pt", name="zoo", **options)\n'
        'run.link_artifact(logged, "wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            'without type= the artifact has the type "unspecified"',
            "few registries accept it",
            say("write type={type}", type=quoted(problem.facts["type"])),
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        logged, target = link.artifact, registry_target(link)
        if logged is None or logged.kind != "log" or target is None:
            return
        arguments = logged.arguments
        if "artifact_or_path" not in arguments.certain_strings or {"type", "**"} & arguments.names:
            return
        name = known_registry(target)
        related = (Related("linked to a registry here", link.place),)
        yield self.report(logged.place, related=related, type=name if name in ("model", "dataset") else "model")


class ConsumedTypeMismatch(Rule):
    """An artifact is consumed with `type=`, and the collection has another type.

    A collection has one type, that of its first link; asked for another, `use_artifact` and `Api.artifact` raise
    ValueError, `api.artifacts()` and `api.artifact_collection()` find nothing, and `api.artifact_exists()` returns
    False. `run.use_model` refuses every type without the word "model" in it. Remove `type=`, or write the collection's.
    It is known from a catalog, or from the link in the same file.
    """

    code = "REG406"
    name = "consumed-type-mismatch"
    severity = "error"
    failures = ("D6",)
    is_about_type = True
    watches = ("consume", *LOOK_UPS)
    bad = (
        'run.link_artifact(wandb.Artifact("zoo", type="checkpoint"), "wandb-registry-raw/zoo")\n'
        'run.use_artifact("wandb-registry-raw/zoo:v0", type="model")',
        'run.link_artifact(wandb.Artifact("zoo", type="checkpoint"), "wandb-registry-raw/zoo")\n'
        'run.use_model("wandb-registry-raw/zoo:v0")',
        'run.link_artifact(wandb.Artifact("zoo", type="checkpoint"), "wandb-registry-raw/zoo")\n'
        'wandb.Api().artifact_exists("acme/wandb-registry-raw/zoo:v0", type="model")',
    )
    good = (
        'run.link_artifact(wandb.Artifact("zoo", type="checkpoint"), "wandb-registry-raw/zoo")\n'
        'run.use_artifact("wandb-registry-raw/zoo:v0", type="checkpoint")',
        'run.use_artifact("wandb-registry-raw/zoo:v0", type="model")',
        'run.link_artifact(wandb.Artifact("zoo", type="checkpoint"), "wandb-registry-raw/zoo")\n'
        'run.use_artifact("wandb-registry-raw/others:v0", type="model")',
        'run.link_artifact(wandb.Artifact("zoo", type="checkpoint"), "wandb-registry-raw/zoo")\n'
        'wandb.Api().artifacts("checkpoint", "acme/wandb-registry-raw/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        name, artifact_type = quoted(facts["name"]), quoted(facts["type"])
        if problem.kind == "use_model":
            return Message(
                say("{name} has the type {type}, which use_model refuses", name=name, type=artifact_type),
                'it raises AssertionError for every type without "model" in it',
                say("write {code}", code=f"run.use_artifact({name}).download()"),
            )
        summary = say(
            "{name} has the type {type}, not {asked}", name=name, type=artifact_type, asked=quoted(facts["asked"])
        )
        if problem.kind in ("look-up", "exists"):
            is_exists = problem.kind == "exists"
            return Message(
                summary,
                "the call always returns False" if is_exists else "W&B finds nothing under that type",
                say("write {code}", code=artifact_type),
            )
        if problem.kind == "command":
            return Message(summary, "W&B raises ValueError", say("write {code}", code=f"--type {facts['type']}"))
        return Message(summary, "W&B raises ValueError", say("remove type=, or write type={type}", type=artifact_type))

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        names = named_paths(site)
        if site.context.expected or len(names) != 1:
            return
        artifact_type, related = self._find_type(names[0], facts)
        if artifact_type is None:
            return
        asked = [value for _, value in known_values(site.artifact_type)]
        if problem := find_type_mismatch(site.call, names[0].pattern, artifact_type, asked):
            yield Report(problem, site.place, related=related)

    def _find_type(self, name: StringValue, facts: FileFacts) -> tuple[str | None, tuple[Related, ...]]:
        path = registry_path(name)
        if path is None or not is_known(f"{path.project}{path.collection}"):
            return None, ()
        if facts.view is not None:
            in_catalog = _type_in_catalog(facts.view, path.project or "", path.collection)
            if in_catalog is not None:
                return in_catalog, ()
        link = facts.once(_links_by_collection).get((path.project, path.collection))
        return (known_type(link), (Related("linked with its type here", link.place),)) if link else (None, ())


def find_type_mismatch(call: str, name: str, artifact_type: str, asked: Sequence[str]) -> Problem | None:
    """The problem of a call that consumes or looks up what has this type, and asks for one of others."""
    wrong = next((value for value in asked if value != artifact_type), None)
    kind = "exists" if call in EXISTENCE_LOOK_UPS else "look-up" if call in COLLECTION_LOOK_UPS else ""
    kind = "command" if call == "wandb artifact get" else kind
    if wrong is None and call in ("wandb.Run.use_model", "wandb.use_model") and "model" not in artifact_type.lower():
        kind, wrong = "use_model", ""
    facts = {"name": name, "type": artifact_type, "asked": wrong or ""}
    return Problem(CONSUMED_TYPE_MISMATCH, kind=kind, facts=facts) if wrong is not None else None


def _links_by_collection(facts: FileFacts) -> dict[tuple[str | None, str], Link]:
    """The first link to each collection, by registry project and name."""
    paths = ((registry_path(link.target[0]), link) for link in reversed(facts.links) if len(link.target) == 1)
    return {(path.project, path.name): link for path, link in paths if path is not None}


def _type_in_catalog(view: OrganizationView, project: str, collection: str) -> str | None:
    types = {view.collection_type(names.entity, project, collection) for names in view.organization_names}
    return types.pop() if len(types) == 1 else None
