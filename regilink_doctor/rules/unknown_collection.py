"""REG305."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.core.naming import LEGACY_REGISTRY
from regilink_doctor.core.phrasing import close_to
from regilink_doctor.core.target_path import is_known, parsed
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import known_registry
from regilink_doctor.rules.wording import listed, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Applicability
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Consume
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.rules.base import FileFacts, Report


class UnknownCollection(Rule):
    """A collection, version or alias is consumed that the registry does not have.

    W&B answers `artifact membership 'zoo:prod' not found` to all three. With a catalog, the collection is looked up.
    Without one, a version written as `:0` is reported as an info: W&B writes `:v0`.
    """

    code = "REG305"
    name = "unknown-collection"
    severity = "error"
    failures = ("D2",)
    watches = ("consume",)
    needs_catalog = True
    bad = (
        'run.use_artifact("wandb-registry-Golden Datasets/raw_image:latest")',
        'run.use_artifact("wandb-registry-Golden Datasets/raw_images:0")',
    )
    good = (
        'run.use_artifact("wandb-registry-Golden Datasets/raw_images:v0")',
        'run.use_artifact("wandb-registry-model/anything:v0")  # the catalog does not list its collections',
        'run.use_artifact(f"wandb-registry-Golden Datasets/{name}:v0")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        if problem.kind == "version":
            version = facts["version"]
            return Message(
                f'":{version}" is not a version: W&B writes versions as ":v{version}"',
                "W&B looks for an alias of that name",
                f'write ":v{version}"',
            )
        if problem.kind == "project":
            return Message(
                f"there is no {quoted(facts['name'])} in {facts['project']}",
                f"or it is not shown to {facts['account']}",
                "check the name on the artifact's page in the W&B App (tab Overview, Full Name)",
            )
        if problem.kind == "alias":
            return Message(
                f"the collection {quoted(facts['collection'])} has no version or alias {quoted(facts['alias'])}",
                f"it has {facts['versions']}" if facts["versions"] else "nothing is linked into it yet",
                f"did you mean {quoted(facts['intended'])}?"
                if facts["intended"]
                else "link it, or read another version",
            )
        names = facts["collections"].split("\n") if facts["collections"] else []
        intended = close_to(facts["collection"], names)
        return Message(
            f"the registry {quoted(facts['registry'])} has no collection {quoted(facts['collection'])}",
            "W&B will not find it",
            f"did you mean {quoted(intended)}?"
            if intended
            else f"its collections are {listed(names)}"
            if names
            else "link a version first",
        )

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        if consume.context.expected or (facts.in_test and facts.view is None):
            return
        for name in consume.target:
            path = parsed(name.pattern)
            if path is None or not is_known(path.collection):
                continue
            if (
                path.version is not None
                and path.version.isdecimal()
                and (path.is_registry or path.project == LEGACY_REGISTRY)
            ):
                yield self._report_version(name, path.version)
            registry = known_registry(name)
            if facts.view is not None and registry is not None:
                yield from self._find_collection(consume, registry, path.collection, facts.view)

    def _report_version(self, name: StringValue, version: str) -> Report:
        end = len(name.pattern)
        start = end - len(version)
        return self.report(
            None, "version", string=name, start=start, end=end, intended=f"v{version}", severity="info", version=version
        )

    def fix_safety(self, problem: Problem) -> Applicability:
        return "unsafe"

    def _find_collection(
        self, consume: Consume, registry: str, collection: str, view: OrganizationView
    ) -> Iterator[Report]:
        names: list[str] = []
        owners = [owner for owner in view.organization_names if view.registry(owner.entity, registry) is not None]
        for organization in owners:
            listed_here = view.collection_names(organization.entity, registry)
            if listed_here is None or collection in listed_here:
                return
            names += listed_here
        if not owners:
            return
        yield self.report(
            consume.argument or consume.place,
            severity="error" if view.complete else "warning",
            registry=registry,
            collection=collection,
            collections="\n".join(names),
        )
