"""Rules about registries and collections that the organization does not have, and calls that create and search them."""

from __future__ import annotations

from regilink_doctor.core.findings import Message
from regilink_doctor.core.naming import CORE_REGISTRY_DISPLAY, CORE_REGISTRY_TYPES, LEGACY_REGISTRY, REGISTRY_PREFIX
from regilink_doctor.core.phrases import say
from regilink_doctor.core.target_path import is_known, parse, parsed
from regilink_doctor.core.targets import (
    COLLECTION_LOOK_UPS,
    LOOK_UPS,
    LinkTarget,
    is_linked_before,
    link_targets,
    may_be_missing,
    named_paths,
)
from regilink_doctor.core.text import close_to
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import (
    find_creation,
    known_registry,
    known_values,
    registry_path,
    warn_of_default,
)
from regilink_doctor.rules.wording import correct_path, listed, only_suggestion, quoted, rename_registry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regilink_doctor.core.findings import Applicability, Severity
    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.rules.base import FileFacts, Replacement, Report


class UnknownRegistry(Rule):
    """No registry of this name exists in the organization, or it is restricted and hidden.

    W&B never creates a registry by a link: it answers `permission denied` or `cannot create registry`. A catalog that
    is not complete proves nothing, so it is a warning then, as with the `registries` of the configuration. Names that
    are consumed are checked as well.
    """

    code = "REG301"
    name = "unknown-registry"
    severity = "error"
    failures = ("B3", "D1")
    watches = (
        *("link", "consume", "wandb.Api.registry", "wandb.Api.artifact_collections"),
        *LOOK_UPS,
    )
    needs_catalog = True
    bad = (
        'run.link_artifact(artifact, "wandb-registry-modle/zoo")',
        'run.use_artifact("wandb-registry-modle/zoo:v0")',
        'wandb.Api().registry("modle")',
    )
    good = (
        'run.use_artifact("wandb-registry-model/zoo:v0")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'run.link_artifact(wandb.Artifact("zoo", type="dataset"), "wandb-registry-Golden Datasets/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        if problem.target is not None and problem.view is not None:
            name = facts.get("registry") or parse(problem.target.path.pattern).registry or ""
            names: Sequence[str] = problem.view.registry_names(facts.get("organization", ""))
        else:
            name, names = facts["registry"], facts["registries"].split("\n") if facts["registries"] else ()
        intended = close_to(name, names)
        prefix = "" if problem.kind == "api" else REGISTRY_PREFIX
        path = correct_path(problem) or f"{prefix}{name}"
        return Message(
            say("no registry {name} is known", name=quoted(name)),
            "W&B creates no registry by a link"
            if facts.get("outcome") == "refused"
            else "it is missing, or restricted",
            say("did you mean {path}?", path=quoted(path.replace(f"{prefix}{name}", f"{prefix}{intended}", 1)))
            if intended
            else say("the registries that are known are {names}", names=listed(names))
            if names
            else "create it in the W&B App, or ask an admin for access",
        )

    def replacement_for(self, problem: Problem) -> Replacement | None:
        if problem.target is None or problem.view is None:
            return None
        path = problem.target.path
        name = parse(path.pattern).registry
        names = problem.view.registry_names(problem.facts.get("organization", ""))
        return rename_registry(path, name, only_suggestion(name or "", names))

    def may_report_sites(self, facts: FileFacts) -> bool:
        return facts.view is not None or (bool(facts.configured.registries) and not facts.in_test)

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """Judge by the configuration, or by the catalog the links whose entity does not settle the organization."""
        if site.context.expected:
            return
        names, severity = self._known_names(site, facts)
        if not names:
            return
        folded = {name.casefold() for name in names}
        is_registry = site.call == "wandb.Api.registry"
        for string in site.arguments.strings.get("name", ()) if is_registry else named_paths(site):
            name = string.literal if is_registry else known_registry(string)
            if name is None or name.casefold() in folded or (is_registry and name.startswith(REGISTRY_PREFIX)):
                continue
            if find_creation(name, site, facts.sites) is not None:
                continue
            if facts.view is not None and site.kind == "link" and self._is_judged(string, site, facts):
                continue
            kind = "api" if is_registry else ""
            place = site.argument or site.place
            known = "\n".join(names)
            path = string.pattern if kind else self._correct_path(string, site, facts)
            yield self.report(place, kind, severity=severity, registry=name, registries=known, path=path)

    @staticmethod
    def _is_judged(string: StringValue, site: Site, facts: FileFacts) -> bool:
        from regilink_doctor.rules.judge import judge_target

        targets = [target for target in link_targets(site) if target.path == string]
        return any(judge_target(target, facts.view, facts.configured) for target in targets)

    def _correct_path(self, string: StringValue, site: Site, facts: FileFacts) -> str:
        """The path without its other problems, as all messages of one path show it."""
        from regilink_doctor.rules.judge import judge_name, judge_target, known_registries

        if site.kind == "link":
            problems = judge_target(LinkTarget(string, place=site.place, site=site), None, facts.configured)
        else:
            names = known_registries(facts.view, facts.configured)
            problems = tuple(judge_name(LinkTarget(string, place=site.place, site=site), names))
        return (problems[0].corrected if problems else None) or string.pattern

    def _known_names(self, site: Site, facts: FileFacts) -> tuple[tuple[str, ...], Severity]:
        from regilink_doctor.rules.judge import known_registries

        view = facts.view
        names = known_registries(view, facts.configured)
        is_certain = view is not None and view.complete and site.kind != "link"  # their organization is not known here
        is_certain = is_certain and not may_be_missing(site)
        return names, "error" if is_certain else "warning"


class RegistryDisplayName(Rule):
    """The registry is named as the W&B App shows it: `Models` for `model`, or in another case.

    The core registries are `wandb-registry-model` and `wandb-registry-dataset` in a path. Without a catalog this is
    only an info: your organization may have a registry called `models`.
    """

    code = "REG302"
    name = "registry-display-name"
    severity = "info"
    failures = ("A10",)
    watches = ("link", "target", "consume", *LOOK_UPS)
    needs_catalog = True
    bad = (
        'run.link_artifact(artifact, "wandb-registry-models/zoo")',
        'run.link_artifact(artifact, "wandb-registry-Model/zoo")',
    )
    good = ('run.link_artifact(artifact, "wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        name, intended = self._names(problem)
        path = correct_path(problem)
        whole = path.replace(f"{REGISTRY_PREFIX}{name}", f"{REGISTRY_PREFIX}{intended}", 1)
        if name.casefold() == intended.casefold():
            return Message(
                say("the registry is spelled {intended}, not {name}", intended=quoted(intended), name=quoted(name)),
                "whether W&B ignores the case when linking is undocumented",
                say("write {code}", code=quoted(whole)),
            )
        return Message(
            say(
                "the registry's name is {intended}; {name} is what the W&B App shows",
                intended=quoted(intended),
                name=quoted(name),
            ),
            help=say("write {code}", code=quoted(whole)),
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

    def may_report_sites(self, facts: FileFacts) -> bool:
        return facts.view is None  # else the judgement reports it

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        for target in site.target:
            path = registry_path(target)
            if path is None:
                continue
            name = path.registry or ""
            intended = CORE_REGISTRY_DISPLAY.get(name.casefold())
            if intended is None and site.kind in ("link", "target") and name != name.casefold():
                intended = name.casefold() if name.casefold() in CORE_REGISTRY_TYPES else None
            if intended is not None and name not in facts.configured.registries:
                start = target.pattern.find(REGISTRY_PREFIX)
                end = start + len(REGISTRY_PREFIX) + len(name)
                yield self.report(
                    string=target, start=start, end=end, name=name, corrected=intended, path=target.pattern
                )


class UnknownCollection(Rule):
    """A collection, version or alias is consumed that the registry does not have.

    W&B answers `artifact membership 'zoo:prod' not found` to all three; `api.artifacts()` and
    `api.artifact_collection()` fail, too. With a catalog, the collection is looked up. Without one, a version
    written as `:0` is reported as an info: W&B writes `:v0`.
    """

    code = "REG305"
    name = "unknown-collection"
    severity = "error"
    failures = ("D2",)
    watches = ("consume", *COLLECTION_LOOK_UPS)
    needs_catalog = True
    bad = (
        'run.use_artifact("wandb-registry-Golden Datasets/raw_image:latest")',
        'wandb.Api().artifact_collection("dataset", "acme/wandb-registry-Golden Datasets/raw_image")',
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
                say('":{version}" is not a version: W&B writes versions as ":v{version}"', version=version),
                "W&B looks for an alias of that name",
                say('write ":v{version}"', version=version),
            )
        if problem.kind == "project":
            return Message(
                say("there is no {name} in {project}", name=quoted(facts["name"]), project=facts["project"]),
                say("or it is not shown to {account}", account=facts["account"]),
                "check the name on the artifact's page in the W&B App (tab Overview, Full Name)",
            )
        if problem.kind == "alias":
            return Message(
                say(
                    "the collection {collection} has no version or alias {alias}",
                    collection=quoted(facts["collection"]),
                    alias=quoted(facts["alias"]),
                ),
                say("it has {versions}", versions=facts["versions"])
                if facts["versions"]
                else "nothing is linked into it yet",
                say("did you mean {intended}?", intended=quoted(facts["intended"]))
                if facts["intended"]
                else "link it, or read another version",
            )
        names = facts["collections"].split("\n") if facts["collections"] else []
        intended = close_to(facts["collection"], names)
        return Message(
            say(
                "the registry {registry} has no collection {collection}",
                registry=quoted(facts["registry"]),
                collection=quoted(facts["collection"]),
            ),
            "W&B will not find it",
            say("did you mean {intended}?", intended=quoted(intended))
            if intended
            else say("its collections are {names}", names=listed(names))
            if names
            else "link a version first",
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        if site.context.expected or (facts.in_test and facts.view is None):
            return
        for name in named_paths(site):
            path = parsed(name.pattern)
            if path is None or not is_known(path.collection):
                continue
            if (
                path.version is not None
                and path.version.isdecimal()
                and site.kind == "consume"
                and (path.is_registry or path.project == LEGACY_REGISTRY)
            ):
                yield self._report_version(name, path.version)
            registry = known_registry(name)
            is_open = may_be_missing(site) or is_linked_before(site, path, facts.links)
            if facts.view is not None and registry is not None and not is_open:
                yield from self._find_collection(site, registry, path.collection, facts.view)

    def _report_version(self, name: StringValue, version: str) -> Report:
        end = len(name.pattern)
        start = end - len(version)
        return self.report(
            None, "version", string=name, start=start, end=end, intended=f"v{version}", severity="info", version=version
        )

    def fix_safety(self, problem: Problem) -> Applicability:
        return "unsafe"

    def _find_collection(self, site: Site, registry: str, collection: str, view: OrganizationView) -> Iterator[Report]:
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
            site.argument or site.place,
            severity="error" if view.complete else "warning",
            registry=registry,
            collection=collection,
            collections="\n".join(names),
        )


_FIELDS = ("id", "name", "entity_id", "description", "created_at", "updated_at")
"""What registries can be filtered by (`BASIC_REGISTRIES_FILTER_FIELDS`); `$and`, `$or`, `$not` hold more of them."""


_JOINING = frozenset({"$and", "$or", "$nor", "$not"})


class RegistryFilter(Rule):
    """`api.registries(filter=...)` has a filter that cannot match what was meant.

    The names that are compared begin with `wandb-registry-`. The SDK puts that before a plain name and before
    `$contains`, but not before a `$regex`: `^model` matches nothing, and `{"$contains": "mod"}` only what begins with
    it. A field that does not exist is an error since wandb 0.29, and matched nothing before.
    """

    code = "REG508"
    name = "registry-filter"
    severity = "warning"
    failures = ("D13",)
    watches = ("wandb.Api.registries",)
    bad = (
        'wandb.Api().registries(filter={"name": {"$regex": "^model"}})',
        'wandb.Api().registries(filter={"name": {"$contains": "mod"}})',
        'wandb.Api().registries(filter={"title": "model"})',
    )
    good = (
        'wandb.Api().registries(filter={"name": {"$regex": "model"}})',
        'wandb.Api().registries(filter={"name": {"$regex": "^wandb-registry-model"}})',
        'wandb.Api().registries(filter={"name": "model"})',
        'wandb.Api().registries(filter={"$or": [{"name": "model"}, {"name": "dataset"}]})',
    )

    def explain(self, problem: Problem) -> Message:
        value = problem.facts["value"]
        if problem.kind == "regex":
            return Message(
                say("{value} matches no registry", value=quoted(value)),
                say('the names that are compared begin with "{prefix}"', prefix=REGISTRY_PREFIX),
                say("write {pattern}, or remove the ^", pattern=quoted("^" + REGISTRY_PREFIX + value.lstrip("^"))),
            )
        if problem.kind == "contains":
            return Message(
                say("$contains matches only registries that begin with {value}", value=quoted(value)),
                say("the SDK looks for {name}", name=quoted(REGISTRY_PREFIX + value)),
                say('write {{"$regex": {value}}}', value=quoted(value)),
            )
        return Message(
            say("registries have no field {value}", value=quoted(value)),
            "it is an error since wandb 0.29, and matched nothing before",
            say("write one of {fields}", fields=", ".join(_FIELDS)),
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """The filter comes as `filter.name.$regex`."""
        if site.context.expected:
            return
        for key, strings in site.arguments.strings.items():
            outer, *path = key.split(".")
            if outer != "filter" or not path:
                continue
            field, operator, *_ = *(word for word in path if word not in _JOINING), "", ""
            if field and field not in _FIELDS and not field.startswith("$"):
                yield self.report(None, "field", string=next(iter(strings), None), argument="filter", value=field)
            for string, value in known_values(strings) if field == "name" and "$not" not in path else ():
                if operator == "$contains" or (operator == "$regex" and _is_hopeless(value)):
                    yield self.report(None, operator[1:], string=string, argument="filter", value=value)


def _is_hopeless(pattern: str) -> bool:
    """A pattern that is anchored to the start of the name, and whose first letters are not those of the prefix."""
    if not pattern.startswith("^") or len(pattern) < 2 or "|" in pattern:
        return False
    plain = ""
    for letter in pattern[1:]:
        if not (letter.isalnum() or letter in "-_ "):
            break
        plain += letter
    if not plain:
        return False
    if len(plain) < len(pattern) - 1 and pattern[1 + len(plain)] in "*?{":
        plain = plain[:-1]
    return not REGISTRY_PREFIX.startswith(plain[: len(REGISTRY_PREFIX)])


_INTENDED = {"public": "organization", "private": "restricted"}
"""What W&B's own cheat sheet writes -> what is accepted."""


class InvalidVisibility(Rule):
    """`create_registry`, or `registry.visibility`, is given a visibility that does not exist.

    A registry is `organization`, visible to all its members, or `restricted`, visible to those who are invited. W&B's
    cheat sheet says "public" and "private", which raise `Invalid visibility`. Assigned to `registry.visibility`, newer
    versions of wandb take them, silently, for "organization".
    """

    code = "REG310"
    name = "invalid-visibility"
    severity = "error"
    failures = ("D18",)
    watches = ("wandb.Api.create_registry", "wandb.Registry.visibility")
    bad = (
        'wandb.Api().create_registry(name="zoo", visibility="public")',
        'registry = wandb.Api().registry("model")\nregistry.visibility = "private"\nregistry.save()',
        'visibility = "PRIVATE-ISH"\nwandb.Api().create_registry("zoo", visibility)',
    )
    good = (
        'wandb.Api().create_registry(name="zoo", visibility="organization")',
        'wandb.Api().create_registry(name="zoo", visibility="restricted")',
        'wandb.Api().create_registry(name="zoo", visibility=input())',
        'repository.create_registry(name="zoo", visibility="public")',
    )

    fix_applicability = "unsafe"

    def explain(self, problem: Problem) -> Message:
        return Message(
            say("no registry has the visibility {value}", value=quoted(problem.facts["value"])),
            'wandb raises ValueError, or takes it for "organization"'
            if problem.facts["call"] == "wandb.Registry.visibility"
            else "create_registry raises ValueError",
            say("write {code}", code=quoted(problem.intended))
            if problem.intended
            else 'write "organization" or "restricted"',
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """The server's own words are accepted as well (`Visibility`)."""
        if site.context.expected:
            return
        for string, value in known_values(site.arguments.strings.get("visibility", ())):
            if value not in ("organization", "restricted", "PRIVATE", "RESTRICTED"):
                intended = _INTENDED.get(value.lower())
                severity = warn_of_default(string)
                yield self.report(
                    string=string,
                    argument="visibility",
                    intended=intended,
                    severity=severity,
                    value=value,
                    call=site.call,
                )
