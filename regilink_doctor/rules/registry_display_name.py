"""REG302."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.core.naming import CORE_REGISTRY_DISPLAY, CORE_REGISTRY_TYPES, REGISTRY_PREFIX
from regilink_doctor.core.target_path import parse
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import registry_path
from regilink_doctor.rules.wording import quoted, rename_registry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.rules.base import FileFacts, Replacement, Report


class RegistryDisplayName(Rule):
    """The registry is named as the W&B App shows it: `Models` for `model`, or in another case.

    The core registries are `wandb-registry-model` and `wandb-registry-dataset` in a path. Without a catalog this is
    only an info: your organization may have a registry called `models`.
    """

    code = "REG302"
    name = "registry-display-name"
    severity = "info"
    failures = ("A10",)
    watches = (
        "link",
        "consume",
    )
    needs_catalog = True
    bad = (
        'run.link_artifact(artifact, "wandb-registry-models/zoo")',
        'run.link_artifact(artifact, "wandb-registry-Model/zoo")',
    )
    good = ('run.link_artifact(artifact, "wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        name, intended = self._names(problem)
        path = problem.target.path.pattern if problem.target else problem.facts.get("path", "")
        whole = path.replace(f"{REGISTRY_PREFIX}{name}", f"{REGISTRY_PREFIX}{intended}", 1)
        if name.casefold() == intended.casefold():
            return Message(
                f"the registry is spelled {quoted(intended)}, not {quoted(name)}",
                "whether W&B ignores the case when linking is undocumented",
                f"write {quoted(whole)}",
            )
        return Message(
            f"the registry's name is {quoted(intended)}; {quoted(name)} is what the W&B App shows",
            help=f"write {quoted(whole)}",
        )

    def replacement_for(self, problem: Problem) -> Replacement | None:
        return rename_registry(problem.target.path, *self._names(problem)) if problem.target else None

    def _names(self, problem: Problem) -> tuple[str, str]:
        """The name in the path, and the registry's."""
        if problem.target is None or problem.view is None:
            return problem.facts["name"], problem.facts["corrected"]
        name = parse(problem.target.path.pattern).registry or ""
        registry = problem.view.registry(problem.facts.get("organization", ""), name)
        return name, registry.name if registry else CORE_REGISTRY_DISPLAY.get(name.casefold(), name)

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """With a catalog, the judgement reports it instead."""
        if facts.view is not None:
            return
        for target in site.target:
            path = registry_path(target)
            if path is None:
                continue
            name = path.registry or ""
            intended = CORE_REGISTRY_DISPLAY.get(name.casefold())
            if intended is None and site.kind == "link" and name != name.casefold():
                intended = name.casefold() if name.casefold() in CORE_REGISTRY_TYPES else None
            if intended is not None and name not in facts.configured.registries:
                start = target.pattern.find(REGISTRY_PREFIX)
                end = start + len(REGISTRY_PREFIX) + len(name)
                yield self.report(
                    string=target, start=start, end=end, name=name, corrected=intended, path=target.pattern
                )
