"""Rules about the whole tree, or many: what producers and consumers of one collection agree on (`regilink map`)."""

from __future__ import annotations

from regilink_doctor.core.findings import Message
from regilink_doctor.core.link_map import MapReport, fold_name, is_moving_alias
from regilink_doctor.core.phrases import say
from regilink_doctor.core.problems import Problem, find_problems
from regilink_doctor.core.target_path import is_known
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Severity
    from regilink_doctor.core.link_map import LinkMap, MappedCollection, Use

_OTHERS = say("another repository may do it: merge the maps of all with `regilink map --merge`")


def _report(
    rule: Rule, use: Use, *others: tuple[str, Use], severity: Severity | None = None, kind: str = "", **facts: str
) -> MapReport:
    return MapReport(Problem(rule.code, severity=severity or rule.severity, kind=kind, facts=facts), use, others)


def _doubt(link_map: LinkMap, collection: MappedCollection) -> str:
    """Why it is not proven that nothing links to a collection; empty where every repository is there."""
    if not link_map.is_merged:
        return "repository"
    return "unknown" if link_map.can_be_unknown("link", collection) else ""


def _explain_doubt(doubt: str) -> str | None:
    return {"repository": _OTHERS, "unknown": say("a link with an unknown target may be the one")}.get(doubt)


class ConsumedNeverProduced(Rule):
    """Code consumes a collection that no code links to.

    One repository shows one side only, so this is an info. It is a warning in the merged map of many repositories, and
    an error where a complete catalog or the server shows that there is no such collection. A collection that the
    catalog lists is not reported. The map leaves tests out.
    """

    code = "REG901"
    name = "consumed-never-produced"
    severity = "info"
    failures = ("D2",)
    watches = ("map",)
    is_about_map = True
    bad = ('run.use_artifact("wandb-registry-model/zoo:prod")',)
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["prod"])\n'
        'run.use_artifact("wandb-registry-model/zoo:prod")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        if problem.kind == "absent":
            summary = say("{path} does not exist, and no code links to it", path=quoted(facts["path"]))
            return Message(summary, "W&B answers that it is not found", "link to it first, or correct the name")
        summary = say("{path} is consumed, and no code links to it", path=quoted(facts["path"]))
        return Message(summary, _explain_doubt(problem.kind), "link to it, or correct the name")

    def check_map(self, link_map: LinkMap) -> Iterator[MapReport]:
        for collection in link_map.collections:
            use = next(iter(collection.consumers), None)
            if use is None or collection.server is not None:
                continue
            if any(item.producers or item.named for item in link_map.find_namesakes(collection)):
                continue
            if _produced_elsewhere(link_map, collection) is not None:
                continue  # OrganizationMismatch reports it
            if link_map.is_absent(collection):
                yield _report(self, use, severity="error", kind="absent", path=collection.shown)
                continue
            doubt = _doubt(link_map, collection)
            severity: Severity = "info" if doubt else "warning"
            yield _report(self, use, severity=severity, kind=doubt, path=collection.shown)


class ProducedNeverConsumed(Rule):
    """Code links to a collection that no code consumes.

    It is an info: people and automations may use the versions, and other repositories may consume them. Otherwise
    remove the link.
    """

    code = "REG902"
    name = "produced-never-consumed"
    severity = "info"
    watches = ("map",)
    is_about_map = True
    bad = ('run.link_artifact(artifact, "wandb-registry-model/zoo")',)
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")\nrun.use_artifact("wandb-registry-model/zoo:latest")',
    )

    def explain(self, problem: Problem) -> Message:
        doubts = {
            "repository": say("another repository may consume it: merge the maps of all with `regilink map --merge`"),
            "unknown": say("a consumer with an unknown target may be the one"),
        }
        note = doubts.get(problem.kind, say("people and automations may use it; the source does not show that"))
        return Message(say("no code consumes {path}", path=quoted(problem.facts["path"])), note)

    def check_map(self, link_map: LinkMap) -> Iterator[MapReport]:
        for collection in link_map.collections:
            use = next(iter(collection.producers), None)
            if use is None or any(item.consumers or item.named for item in link_map.find_namesakes(collection)):
                continue
            doubt = "" if link_map.is_merged else "repository"
            if link_map.can_be_unknown("consume", collection):
                doubt = "unknown"
            yield _report(self, use, kind=doubt, path=collection.shown)


class ConflictingProducerTypes(Rule):
    """Two places link artifacts of different types to one collection.

    A collection has the type of its first link. W&B refuses every link of another type, so one of the two programs
    fails, depending on which one ran first.
    """

    code = "REG903"
    name = "conflicting-producer-types"
    severity = "error"
    failures = ("B5",)
    watches = ("map",)
    is_about_map = True
    bad = (
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="dataset"), "wandb-registry-model/zoo")',
    )
    good = (
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        return Message(
            say(
                "{path} gets {other} here and {type} elsewhere",
                path=quoted(facts["path"]),
                other=quoted(facts["other"]),
                type=quoted(facts["type"]),
            ),
            "a collection has one type, that of its first link, and W&B refuses the others",
            say("write one type in both, or link to another collection; the other link: {place}", place=facts["place"]),
        )

    def check_map(self, link_map: LinkMap) -> Iterator[MapReport]:
        for collection in link_map.collections:
            first: dict[str, Use] = {}
            for use in collection.producers:
                if use.type and is_known(use.type):
                    first.setdefault(use.type, use)
            server_type = collection.server.type if collection.server is not None else ""
            expected = server_type if server_type in first else next(iter(first), "")
            for name, use in first.items():
                if name != expected:
                    other = first[expected]
                    yield _report(
                        self,
                        use,
                        (say("linked as {expected} here", expected=quoted(expected)), other),
                        path=collection.shown,
                        type=expected,
                        other=name,
                        place=_name_place(other, use),
                    )


class AliasNeverSet(Rule):
    """A consumer asks for an alias that no link sets.

    It is an info: another repository, a person in the W&B App or an automation may set it. It is a warning in the
    merged map of many repositories, and an error where a complete catalog with aliases (`catalog pull --collections
    full`) or the server does not have it. Code that consumes a version may set an alias on it, too
    (`artifact.aliases.append("prod")`). Versions and `latest` are not reported, and neither are aliases of a collection
    whose code sets an alias that the source does not show.
    """

    code = "REG904"
    name = "alias-never-set"
    severity = "info"
    failures = ("D2",)
    watches = ("map",)
    is_about_map = True
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["best"])\n'
        'run.use_artifact("wandb-registry-model/zoo:prod")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["prod"])\n'
        'run.use_artifact("wandb-registry-model/zoo:prod")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["best"])\n'
        'run.use_artifact("wandb-registry-model/zoo:latest")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        summary = say(
            "no link to {path} sets the alias {alias}", path=quoted(facts["path"]), alias=quoted(facts["alias"])
        )
        note = say("W&B answers that it is not found") if problem.kind == "absent" else _explain_doubt(problem.kind)
        known = say("; the aliases that links set: {known}", known=facts["known"]) if facts["known"] else ""
        return Message(
            summary,
            note,
            say("pass aliases=[{alias}] to the link, or correct it{known}", alias=quoted(facts["alias"]), known=known),
        )

    def check_map(self, link_map: LinkMap) -> Iterator[MapReport]:
        for collection in link_map.collections:
            namesakes = link_map.find_namesakes(collection)
            producers = [use for item in namesakes for use in item.producers]
            server = collection.server
            uses = [use for item in namesakes for use in item.uses]
            if (not producers and server is None) or any(use.has_unknown_alias for use in uses):
                continue  # without any link, ConsumedNeverProduced reports it
            on_server = set(server.aliases) if server is not None else set()
            known = {alias for use in uses for alias in use.set_aliases} | on_server
            # What a file sets on an artifact may be another artifact's: it excuses, and is not listed.
            listed = {alias for use in uses for alias in (*use.moves, *(use.aliases if use.kind == "link" else ()))}
            reported: set[str] = set()
            for use in collection.consumers:
                for alias in use.aliases:
                    if not is_moving_alias(alias) or alias in known or alias in reported:
                        continue
                    reported.add(alias)
                    is_absent = server is not None and link_map.knows_aliases
                    kind = "absent" if is_absent else _doubt(link_map, collection)
                    severity: Severity = "error" if is_absent else "info" if kind else "warning"
                    names = ", ".join(sorted(name for name in listed | on_server if is_moving_alias(name)))
                    yield _report(
                        self, use, severity=severity, kind=kind, path=collection.shown, alias=alias, known=names
                    )


class OrganizationMismatch(Rule):
    """A collection is consumed from one organization, and code links to the same names in another one.

    The consumer finds nothing, or another collection of that name. It is not reported where the catalog lists the
    collection in the consumer's organization.
    """

    code = "REG905"
    name = "organization-mismatch"
    severity = "warning"
    failures = ("D2",)
    watches = ("map",)
    is_about_map = True
    bad = (
        'run.link_artifact(artifact, "acme/wandb-registry-model/zoo")\n'
        'run.use_artifact("globex/wandb-registry-model/zoo:latest")',
    )
    good = (
        'run.link_artifact(artifact, "acme/wandb-registry-model/zoo")\n'
        'run.use_artifact("acme/wandb-registry-model/zoo:latest")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        return Message(
            say(
                "{path} is consumed, and code links to it in {organization} alone",
                path=quoted(facts["path"]),
                organization=quoted(facts["organization"]),
            ),
            "the consumer finds nothing, or another artifact of that name",
            say("write one organization in both; the link: {place}", place=facts["place"]),
        )

    def check_map(self, link_map: LinkMap) -> Iterator[MapReport]:
        for collection in link_map.collections:
            use = next(iter(collection.consumers), None)
            other = _produced_elsewhere(link_map, collection)
            if use is None or other is None or collection.server is not None:
                continue
            producer = other.producers[0]
            yield _report(
                self,
                use,
                (say("linked in {organization} here", organization=quoted(other.organization)), producer),
                path=collection.shown,
                organization=other.organization,
                place=_name_place(producer, use),
            )


class InconsistentSpelling(Rule):
    """One collection, or one registry, is spelled in two ways that differ only in case or separators.

    The names of collections are compared exactly, so `Zoo` and `zoo` are two collections: the consumer of one never
    sees the versions of the other. It is not reported where the catalog lists both. It is an info where only the case
    of the registry differs, which W&B seems to find in any case.
    """

    code = "REG906"
    name = "inconsistent-spelling"
    severity = "warning"
    watches = ("map",)
    is_about_map = True
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model/fast_zoo")\n'
        'run.use_artifact("wandb-registry-model/fast-zoo:latest")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/fast-zoo")\n'
        'run.use_artifact("wandb-registry-model/fast-zoo:latest")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo\\n")\n'
        'run.use_artifact("wandb-registry-model/zoo:latest")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        return Message(
            say("{path} is {other} elsewhere", path=quoted(facts["path"]), other=quoted(facts["other"])),
            "W&B seems to find the registry in any case, but does not promise it"
            if problem.kind == "case"
            else "for W&B these are two different collections",
            say("write one of them everywhere; the other one: {place}", place=facts["place"]),
        )

    def check_map(self, link_map: LinkMap) -> Iterator[MapReport]:
        groups: dict[tuple[str, str], list[MappedCollection]] = {}
        for collection in link_map.collections:
            if find_problems(collection.path):
                continue  # lint says what is wrong with it, whatever others are called
            key = (fold_name(collection.registry), fold_name(collection.collection))
            groups.setdefault(key, []).append(collection)
        for group in groups.values():
            if len({item.path for item in group}) < 2:
                continue
            # The spelling on the server is right, then the one that most code has.
            usual, *others = sorted(group, key=lambda item: (item.server is None, -len(item.uses), item.path))
            for item in others:
                use = item.uses[0]
                if item.path != usual.path and item.server is None and _share_organization(item, usual):
                    at = usual.uses[0]
                    words = (say("spelled {path} here", path=quoted(usual.path)), at)
                    is_case = item.compared_names == usual.compared_names
                    yield _report(
                        self,
                        use,
                        words,
                        severity="info" if is_case else None,
                        kind="case" if is_case else "",
                        path=item.path,
                        other=usual.path,
                        place=_name_place(at, use),
                    )


class ContestedAlias(Rule):
    """Two programs set the same alias of one collection.

    They pass it to a link, or set it on what they consume (`artifact.aliases.append("prod")` and `artifact.save()`). An
    alias points to one version: each program moves it away from the other's version, and what consumers get depends on
    which program ran last. `latest` and versions are not reported, and neither are two places of one file.
    """

    code = "REG907"
    name = "contested-alias"
    severity = "warning"
    watches = ("map",)
    is_about_map = True
    bad = (
        '# --- train.py\nrun.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["prod"])\n'
        '# --- tune.py\nrun.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["prod"])',
        '# --- train.py\nrun.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["prod"])\n'
        '# --- promote.py\nzoo = wandb.Api().artifact("wandb-registry-model/zoo:latest")\n'
        'zoo.aliases.append("prod")\nzoo.save()',
    )
    good = (
        '# --- train.py\nrun.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["staging"])\n'
        '# --- tune.py\nrun.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["prod"])',
        '# --- train.py\nrun.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["staging"])\n'
        '# --- promote.py\nzoo = wandb.Api().artifact("wandb-registry-model/zoo:staging")\n'
        'zoo.aliases.append("prod")\nzoo.save()',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        return Message(
            say(
                "another program sets the alias {alias} of {path}, too",
                alias=quoted(facts["alias"]),
                path=quoted(facts["path"]),
            ),
            "the alias is at one version: the program that runs last takes it from the other",
            say("let one program set it; the other one: {place}", place=facts["place"]),
        )

    def check_map(self, link_map: LinkMap) -> Iterator[MapReport]:
        for collection in link_map.collections:
            first: dict[str, Use] = {}
            reported: set[tuple[str, tuple[str, str]]] = set()
            for use in (*collection.producers, *collection.consumers):
                for alias in use.aliases if use.kind == "link" else use.moves:
                    if not is_moving_alias(alias):
                        continue
                    other = first.setdefault(alias, use)
                    if other.program == use.program or (alias, use.program) in reported:
                        continue
                    reported.add((alias, use.program))
                    words = (say("{alias} is set here, too", alias=quoted(alias)), other)
                    place = _name_place(other, use)
                    yield _report(self, use, words, path=collection.shown, alias=alias, place=place)


def _produced_elsewhere(link_map: LinkMap, collection: MappedCollection) -> MappedCollection | None:
    """The collection of these names in another organization that code links to, where none links to this one."""
    if not collection.organization or any(item.producers or item.named for item in link_map.find_namesakes(collection)):
        return None
    others = link_map.by_path[collection.compared_names]
    return next((item for item in others if item.producers and item.organization), None)


def _share_organization(left: MappedCollection, right: MappedCollection) -> bool:
    return left.organization == right.organization or not left.organization or not right.organization


def _name_place(use: Use, seen_from: Use) -> str:
    """The place of a use, with its repository where that is another one."""
    return (
        use.place
        if use.repository == seen_from.repository
        else say("{place} in {repository}", place=use.place, repository=use.repository)
    )
