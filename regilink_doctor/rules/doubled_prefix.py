"""REG109."""

from __future__ import annotations

from regilink_doctor.core.findings import Edit, Fix
from regilink_doctor.core.message import Message
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Applicability
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.rules.base import FileFacts, Report


class DoubledPrefix(Rule):
    """The registry prefix is there twice, usually because a variable already had it.

    A collection that begins with the prefix is a warning: W&B accepts the name, but it was hardly meant.

    The SDK's `Registry.full_name` has the prefix, `Registry.name` does not. `api.registry()` and
    `api.create_registry()` expect the name without it, and add it.
    """

    code = "REG109"
    name = "doubled-prefix"
    severity = "error"
    failures = ("A11",)
    watches = (
        "wandb.Api.create_registry",
        "wandb.Api.registry",
    )
    is_about_path = True
    bad = (
        'REGISTRY = "wandb-registry-model"\nrun.link_artifact(artifact, f"wandb-registry-{REGISTRY}/zoo")',
        'run.link_artifact(artifact, "acme/wandb-registry-model/wandb-registry-model")',
        'wandb.Api().registry("wandb-registry-model")',
        'wandb.Api().create_registry("wandb-registry-zoo", visibility="restricted")',
    )
    good = (
        'REGISTRY = "wandb-registry-model"\nrun.link_artifact(artifact, f"{REGISTRY}/zoo")',
        'wandb.Api().registry("model")',
        'wandb.Api().registries(filter={"name": "wandb-registry-model"})',
    )

    def explain(self, problem: Problem) -> Message:
        if "method" in problem.facts:
            name = problem.facts["name"]
            return Message(
                f'api.{problem.facts["method"]} adds the prefix "{REGISTRY_PREFIX}" itself',
                f"it asks for a registry {quoted(name)}",
                f"write {quoted(name.removeprefix(REGISTRY_PREFIX))}",
            )
        path = problem.target.path.pattern if problem.target else ""
        registry = path.partition(REGISTRY_PREFIX)[2].partition("/")[0]
        if problem.kind == "collection":
            kept = path[problem.end :] if problem.intended is not None else "COLLECTION"
            return Message(
                f'the collection begins with the registry prefix "{REGISTRY_PREFIX}"',
                f"in {quoted(path)} the prefix belongs to the registry alone",
                f"write {quoted(path[: problem.start] + kept)}",
            )
        return Message(
            f'{quoted(path)} has the prefix "{REGISTRY_PREFIX}" twice',
            f"W&B looks for a registry {quoted(registry)}",
            f"write {quoted(path.replace(REGISTRY_PREFIX * 2, REGISTRY_PREFIX))}",
        )

    def fix_safety(self, problem: Problem) -> Applicability:
        """Another name for a collection is another collection."""
        return "unsafe" if problem.kind == "collection" else "safe"

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """The calls that add the prefix themselves."""
        if site.context.expected:
            return
        method = site.call.rpartition(".")[2]
        for name in site.arguments.strings.get("name", ()):
            if not name.pattern.startswith(REGISTRY_PREFIX) or name.pattern == REGISTRY_PREFIX:
                continue
            # A constant that is written elsewhere may be used for a path as well, which needs the prefix: no fix there.
            place = name.exact_piece(0, len(REGISTRY_PREFIX))
            is_here = place is not None and place.path == site.place.path and place.span.line >= site.statement.line
            fix = Fix("remove the prefix", "safe", (Edit(place.span, ""),)) if place is not None and is_here else None
            yield self.report(string=name, argument="name", fix=fix, method=method, name=name.pattern)
