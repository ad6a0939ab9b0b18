"""REG406."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.core.message import Message
from regilink_doctor.core.target_path import is_known
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import certain, known_type, registry_path
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Consume
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.rules.base import FileFacts, Report


class ConsumedTypeMismatch(Rule):
    """An artifact is consumed with `type=`, and the collection has another type.

    A collection has one type, that of its first link; asked for another, `use_artifact` and `Api.artifact` raise
    ValueError. Remove `type=`, or write the collection's. It is known from a catalog, or from the link in the same
    file.
    """

    code = "REG406"
    name = "consumed-type-mismatch"
    severity = "error"
    failures = ("D6",)
    watches = ("consume",)
    bad = (
        'run.link_artifact(wandb.Artifact("zoo", type="checkpoint"), "wandb-registry-raw/zoo")\n'
        'run.use_artifact("wandb-registry-raw/zoo:v0", type="model")',
    )
    good = (
        'run.link_artifact(wandb.Artifact("zoo", type="checkpoint"), "wandb-registry-raw/zoo")\n'
        'run.use_artifact("wandb-registry-raw/zoo:v0", type="checkpoint")',
        'run.use_artifact("wandb-registry-raw/zoo:v0", type="model")',
        'run.link_artifact(wandb.Artifact("zoo", type="checkpoint"), "wandb-registry-raw/zoo")\n'
        'run.use_artifact("wandb-registry-raw/others:v0", type="model")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        return Message(
            f"{quoted(facts['name'])} has the type {quoted(facts['type'])}, not {quoted(facts['asked'])}",
            "W&B raises ValueError",
            f"remove type=, or write type={quoted(facts['type'])}",
        )

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        asked = certain(consume.type)
        if asked is None or consume.context.expected or len(consume.target) != 1:
            return
        name = consume.target[0]
        artifact_type, related = self._find_type(name, facts)
        if artifact_type is not None and artifact_type != asked:
            yield self.report(consume.place, related=related, name=name.pattern, type=artifact_type, asked=asked)

    def _find_type(self, name: StringValue, facts: FileFacts) -> tuple[str | None, tuple[Related, ...]]:
        path = registry_path(name)
        if path is None or not is_known(f"{path.project}{path.collection}"):
            return None, ()
        if facts.view is not None:
            in_catalog = _type_in_catalog(facts.view, path.project or "", path.collection)
            if in_catalog is not None:
                return in_catalog, ()
        for link in facts.links:
            for linked in link.target if len(link.target) == 1 else ():
                other = registry_path(linked)
                if other and (other.project, other.name) == (path.project, path.collection):
                    return known_type(link), (Related("linked with its type here", link.place),)
        return None, ()


def _type_in_catalog(view: OrganizationView, project: str, collection: str) -> str | None:
    types = {view.collection_type(names.entity, project, collection) for names in view.organization_names}
    return types.pop() if len(types) == 1 else None
