"""Rules about consuming what is in a registry."""

from __future__ import annotations

from string import hexdigits

from regilink_doctor.core.findings import Message, Related
from regilink_doctor.core.naming import LEGACY_REGISTRY, REGISTRY_PREFIX
from regilink_doctor.core.phrases import say
from regilink_doctor.core.problems import Problem
from regilink_doctor.core.rule_codes import WRONG_SCHEME
from regilink_doctor.core.strings import KnownPart, UnknownPart
from regilink_doctor.core.target_path import UNKNOWN_NAME, is_known, misspelled_prefix, parsed, read_pasted
from regilink_doctor.core.targets import COLLECTION_CALLS, LOOK_UPS
from regilink_doctor.rules.base import Report, Rule
from regilink_doctor.rules.site_facts import first_registry_link, registry_path
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Place, Severity
    from regilink_doctor.core.sites import Consume, Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.rules.base import FileFacts


class SourceVersionInRegistryName(Rule):
    """A registry name is built with the version that the artifact has in its own project.

    Each collection of a registry counts from `v0`. `artifact.version` is the source's number, and so is
    `source_version` of any artifact: the name finds another version, or none, and nothing warns. A link returns the
    version in the registry: use its `version` or `qualified_name`. The other way round, `version` and `name` of what
    was fetched from a registry are those of the registry, and name another version in the project of its source;
    `source_qualified_name` is its name there. The same holds where one value is the version of a path in a project and
    of a registry path.
    """

    code = "REG505"
    name = "source-version-in-registry-name"
    severity = "warning"
    failures = ("B12",)
    watches = ("consume",)
    bad = (
        'logged = run.log_artifact(artifact).wait()\nrun.use_artifact(f"wandb-registry-model/zoo:{logged.version}")',
        'source = wandb.Api().artifact("team-a/p/zoo:latest")\n'
        'wandb.Api().artifact("acme/wandb-registry-model/zoo:" + source.version)',
        'wandb.Api().artifact(f"team-a/p/zoo:{args.version}").link("wandb-registry-model/zoo")\n'
        'run.use_artifact(f"wandb-registry-model/zoo:{args.version}")',
        'used = run.use_artifact("wandb-registry-model/zoo:best")\nrun.use_artifact(f"team-a/p/zoo:{used.version}")',
    )
    good = (
        'linked = run.link_artifact(artifact, "wandb-registry-model/zoo")\n'
        'run.use_artifact(f"wandb-registry-model/zoo:{linked.version}")',
        'logged = run.log_artifact(artifact).wait()\nrun.use_artifact(f"team-a/p/zoo:{logged.version}")',
        'run.use_artifact(f"wandb-registry-model/zoo:{config.version}")',
    )

    def explain(self, problem: Problem) -> Message:
        if problem.kind == "same-value":
            return Message(
                say("{source} is the version in a project and in the registry", source=problem.facts["source"]),
                say(
                    "{collection} counts its own versions: it is another, or none",
                    collection=quoted(problem.facts["collection"]),
                ),
                "use the version of what the link returns, or an alias",
            )
        if problem.kind == "registry":
            return Message(
                say("{source} counts the versions of the registry", source=problem.facts["source"]),
                say(
                    "in {collection} that number is another version, or none",
                    collection=quoted(problem.facts["collection"]),
                ),
                say("write {code}", code="artifact.source_qualified_name"),
            )
        return Message(
            say("{source} counts the versions of the source's own project", source=problem.facts["source"]),
            say(
                "in {collection} that number is another version, or none",
                collection=quoted(problem.facts["collection"]),
            ),
            "use the version of what link_artifact returns, or an alias",
        )

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        for name in consume.target:
            colon = name.pattern.find(":")
            kind = "" if registry_path(name) is not None else "registry"
            for offset, part in name.unknown_parts if not kind or _is_of_project(name) else ():
                is_other = part.kind == ("registry-version" if kind else "source-version") and 0 <= colon < offset
                if is_other or (kind and part.kind == "registry-name"):
                    yield self.report(
                        kind=kind,
                        string=name,
                        start=offset,
                        end=offset + 1,
                        source=part.source,
                        collection=name.pattern[: colon if is_other else None],
                    )
            if kind:
                continue
            version = _version_of(name)
            other = _same_version_elsewhere(version, consume, facts) if version is not None else None
            if version is not None and other is not None:
                yield self.report(
                    kind="same-value",
                    string=name,
                    start=colon + 1,
                    related=(Related("the version in a project here", other.place),),
                    source=version.source if isinstance(version, UnknownPart) else version.default_of or "",
                    collection=name.pattern[:colon],
                )


def _is_of_project(name: StringValue) -> bool:
    """Whether a full name is certainly one in a project that is not a registry."""
    pieces = name.pattern.partition(":")[0].split("/")
    if len(pieces) == 1:
        return is_known(pieces[0])  # in the project of the run
    project, start = pieces[-2], sum(map(len, pieces[:-2])) + len(pieces) - 2
    if is_known(project):
        is_registry = project.startswith(REGISTRY_PREFIX) or misspelled_prefix(project) is not None
        return project not in ("", LEGACY_REGISTRY) and not is_registry
    part = name.part_at(start)
    return len(pieces) <= 3 and project == UNKNOWN_NAME and isinstance(part, UnknownPart) and part.kind == "project"


def _version_of(name: StringValue) -> KnownPart | UnknownPart | None:
    """The value that is the whole version of a full name, where it is called a version: an alias can be the same.

    A known one is the default of an option or a variable, which may have another value.
    """
    colon = name.pattern.find(":")
    part = name.part_at(colon + 1) if colon >= 0 else None
    if part is None or (isinstance(part, KnownPart) and not part.default_of):
        return None
    if name.cut(colon + 1, len(name.pattern)) != (part,):
        return None
    if isinstance(part, KnownPart):
        return part if "version" in (part.default_of or "").lower() else None
    called = [part.source if "(" not in part.source else "", *part.variables]
    is_version = any("version" in word.lower() or word.lower() == "v" for word in called)
    return part if is_version and part.kind != "source-version" else None


def _keys_of(version: KnownPart | UnknownPart) -> Iterator[Place | str]:
    """What tells one value from others: the place where it is read, how it is written, the variable that it is."""
    if isinstance(version, KnownPart):
        yield version.default_of or ""
        return
    yield version.place
    yield from version.variables
    if "(" not in version.source:
        yield version.source


def _same_version_elsewhere(version: KnownPart | UnknownPart, consume: Consume, facts: FileFacts) -> Site | None:
    """The first call that consumes an artifact of a project by the same value."""
    versions = facts.once(_versions_in_projects)
    keys = [(consume.context.function, key) for key in _keys_of(version)]
    sites = [versions[key] for key in keys if key in versions]
    return min(sites, key=lambda numbered: numbered[0])[1] if sites else None


def _versions_in_projects(facts: FileFacts) -> dict[tuple[str | None, Place | str], tuple[int, Site]]:
    """The first call, with its number, that consumes an artifact of a project by a value, by function and value."""
    versions: dict[tuple[str | None, Place | str], tuple[int, Site]] = {}
    for number, site in enumerate(facts.sites):
        for name in site.target if site.kind == "consume" else ():
            version = _version_of(name) if registry_path(name) is None else None
            for key in _keys_of(version) if version is not None else ():
                versions.setdefault((site.context.function, key), (number, site))
    return versions


class UnpinnedConsumption(Rule):
    """An artifact of a registry is consumed without a version or alias.

    W&B then uses `latest`: the version that was linked last, no matter by which user. Write the alias that says
    what you want, `:production`, or a version.
    """

    code = "REG506"
    name = "unpinned-consumption"
    severity = "info"
    failures = ("D3",)
    watches = ("consume",)
    bad = (
        'run.use_artifact("wandb-registry-model/zoo")',
        'wandb.Api(overrides={"entity": "team-a"}).artifact("acme/wandb-registry-model/zoo")',
    )
    good = (
        'run.use_artifact("wandb-registry-model/zoo:production")',
        'run.use_artifact(f"wandb-registry-model/{name}")',
        'wandb.Api().artifacts("model", "acme/wandb-registry-model/zoo")',
        'run.use_artifact("team-a/project/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        name = problem.facts["name"]
        return Message(
            say("{name} has no version or alias", name=quoted(name)),
            "W&B then uses the version that was linked last, no matter by which user",
            say("write {code}", code=quoted(problem.facts.get("to_write", name) + ":ALIAS")),
        )

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        from regilink_doctor.rules.judge import known_registries, write_registry

        if "version" in consume.arguments.names or consume.aliases:
            return
        for name in consume.target:
            path = registry_path(name)
            # An unknown part in the name, or at its end, may bring the version along.
            if path is None or {":", "@"} & set(name.pattern) or not is_known(path.name) or not path.name:
                continue
            names = known_registries(facts.view, facts.configured)
            yield self.report(
                consume.argument or consume.place, name=name.pattern, to_write=write_registry(name.pattern, names)
            )


class IgnoredAliases(Rule):
    """`use_artifact(NAME, aliases=["production"])` does not choose a version.

    `aliases` are for a new artifact, which the run logs when it uses it. For a name wandb never reads them: what
    follows the colon of the name counts, and without a colon wandb uses the latest version.
    """

    code = "REG514"
    name = "ignored-aliases"
    severity = "warning"
    failures = ("D3",)
    watches = ("consume",)
    bad = (
        'run.use_artifact("wandb-registry-model/zoo", aliases=["production"])',
        'run.use_artifact("zoo:latest", aliases="production")',
        'import os\nrun.use_artifact(os.environ["MODEL"], aliases=["production"])',
    )
    good = (
        'run.use_artifact("wandb-registry-model/zoo:production")',
        'run.use_artifact("wandb-registry-model/zoo:production", aliases=["production"])',
        'run.use_artifact("wandb-registry-model/zoo:production", aliases=None)',
        'run.use_artifact(wandb.Artifact("zoo", type="model"), aliases=["production"])',
        'def use(model):\n    run.use_artifact(model, aliases=["production"])',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            "aliases= does not select a version",
            "for a name, wandb reads only what follows its colon, else it uses the latest version",
            say("write {code}", code=problem.facts["to_write"]),
        )

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        aliases = [alias.pattern for alias in consume.aliases]
        are_variables = all(any(part.variables for part in name.parts) for name in consume.target)
        is_name = "artifact_or_name" in consume.arguments.certain_strings or (consume.target and are_variables)
        if not aliases or not is_name:
            return
        if any(name.pattern.rpartition(":")[2] in aliases for name in consume.target):
            return
        name = next((name.pattern for name in consume.target if is_known(name.pattern)), "")
        to_write = quoted(f"{name.partition(':')[0]}:{aliases[0]}") if name and is_known(aliases[0]) else "NAME:ALIAS"
        yield self.report(consume.place, to_write=to_write)


class WrongScheme(Rule):
    """A URI or an address of the W&B App is given where the SDK expects a full name, or a name where it expects a URI.

    `wandb-artifact:///…` and `registry:///…` are Weave's, the address is the browser's; `use_artifact` and
    `Api.artifact` read `[organization/]wandb-registry-NAME/COLLECTION:VERSION`, without a scheme. A reference has the
    id of a version, which `add_reference` reads from a file of it: `add_reference(version.get_entry("model.pt"))`.
    """

    code = "REG509"
    name = "wrong-scheme"
    severity = "warning"
    failures = ("D12",)
    watches = ("consume", "wandb.Artifact.add_reference", *LOOK_UPS)
    bad = (
        'run.use_artifact("wandb-artifact:///acme/wandb-registry-model/zoo:v3")',
        'run.use_artifact("https://wandb.ai/acme/wandb-registry-model/artifacts/model/zoo/v3")',
        'artifact.add_reference("wandb-artifact://wandb-registry-model/zoo:v3/model.pt")',
    )
    good = (
        'run.use_artifact("acme/wandb-registry-model/zoo:v3")',
        'artifact.add_reference("https://example.org/model.pt")',
        'artifact.add_reference(run.use_artifact("wandb-registry-model/zoo:v3").get_entry("model.pt"))',
        'run.use_artifact("wandb-artifact://_id/QXJ0aWZhY3Q6MTIz")',
    )

    def explain(self, problem: Problem) -> Message:
        name, wrong = problem.facts["instead"], quoted(problem.facts["name"])
        if problem.kind == "reference":
            entry = f"get_entry({quoted(problem.facts['file'] or 'FILE')})"
            code = f"add_reference(run.use_artifact({quoted(name or 'FULL_NAME')}).{entry})"
            return Message(
                say("{name} is not a reference to a file of a version", name=wrong),
                "add_reference raises an error"
                if problem.severity == "error"
                else "W&B keeps the address itself, not what it names",
                say("write {code}", code=code),
            )
        return Message(
            say("{name} is not a full name", name=wrong),
            "the SDK reads it as a path and finds nothing",
            say("write {code}", code=quoted(name)) if name else 'write "wandb-registry-NAME/COLLECTION:ALIAS"',
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        if site.context.expected:
            return
        for name in site.arguments.strings.get("uri", ()):
            if severity := _judge_reference(name):
                collection, colon, rest = _find_name(name.pattern).partition(":")
                version, _, file = rest.partition("/")
                instead = collection + colon + version
                yield self.report(
                    site.place, "reference", severity=severity, name=name.pattern, instead=instead, file=file
                )
        problems = (find_wrong_scheme(name.pattern, site.call) for name in site.target)
        yield from (Report(problem, site.argument or site.place) for problem in problems if problem is not None)


def find_wrong_scheme(name: str, call: str) -> Problem | None:
    """What is wrong with a name that begins with a scheme; the SDK itself reads `wandb-artifact://_id/…`."""
    scheme, mark, rest = name.partition("://")
    if not mark or not scheme.replace("-", "").isalnum() or rest.startswith("_id/"):
        return None
    instead = _find_name(name)
    facts = {"name": name, "instead": instead.rpartition(":")[0] or instead if call in COLLECTION_CALLS else instead}
    return Problem(WRONG_SCHEME, severity="warning", facts=facts)


def _find_name(address: str) -> str:
    """The full name of the registry's version that an address or a URI means; empty where it means none."""
    pasted = read_pasted(address) if is_known(address) else None
    if pasted is None or pasted.target is None:
        return address if "://" not in address and is_known(address) else ""
    path = f"{pasted.organization}/{pasted.target}" if pasted.organization else pasted.target
    return f"{path}:{pasted.version}" if pasted.version else path


def _judge_reference(uri: StringValue) -> Severity | None:
    """How bad it is to add a string as a reference; None where it can be one."""
    pattern = uri.pattern
    if pattern.startswith("wandb-artifact://"):
        artifact_id = pattern.removeprefix("wandb-artifact://").partition("/")[0]
        is_id = artifact_id != "" and set(artifact_id) <= {*hexdigits, UNKNOWN_NAME}
        return None if is_id else "error"
    path = registry_path(uri)
    if path is not None and "://" not in pattern and is_known(pattern[:1]):
        return "error"
    return "warning" if "://" in pattern and _find_name(pattern) else None


class SourcePathConsumed(Rule):
    """An artifact is consumed by the path of its project, in a file that links to a registry.

    Access and lineage then go through the team's project, and the code stops working for other teams. Consume what is
    in a registry by its name in the registry. Not reported for a version that the file links: it has to be fetched from
    its project first.
    """

    code = "REG510"
    name = "source-path-consumed"
    severity = "info"
    pedantic = True
    failures = ("D17",)
    watches = ("consume",)
    bad = ('run.link_artifact(artifact, "wandb-registry-model/zoo")\nrun.use_artifact("team-a/training/zoo:v3")',)
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")\nrun.use_artifact("wandb-registry-model/zoo:v3")',
        'run.use_artifact("team-a/training/zoo:v3")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo")\nrun.use_artifact("raw-images:v3")',
        'wandb.Api().artifact("team-a/training/zoo:v3").link("wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        return Message(
            say(
                "{name} is a path in the project {project}",
                name=quoted(facts["name"]),
                project=quoted(facts["project"]),
            ),
            "other teams cannot read it",
            "consume it by its name in the registry, if it is linked there",
        )

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        link = facts.once(first_registry_link)
        if link is None or consume.place in facts.once(_find_linked):
            return
        for name in consume.target:
            path = parsed(name.pattern)
            if path is None:
                continue
            project = path.project or ""
            if not path.prefix or path.is_registry or project == LEGACY_REGISTRY or not is_known(path.prefix + project):
                continue
            related = (Related("this file links to a registry here", link.place),)
            yield self.report(consume.argument or consume.place, related=related, name=name.pattern, project=project)
            return


def _find_linked(facts: FileFacts) -> frozenset[Place]:
    """Where the artifacts come from that the file links."""
    return frozenset(link.artifact.place for link in facts.links if link.artifact is not None)


class ExistsHidesErrors(Rule):
    """`artifact_exists` of a registry name is False for what is missing, forbidden or asked with a wrong key.

    A program that links when it gets False links again and again where it only lacks the right to read. Fetch the
    artifact and look at the error, or use `regilink verify`.
    """

    code = "REG511"
    name = "exists-hides-errors"
    severity = "info"
    pedantic = True
    failures = ("D16",)
    watches = ("wandb.Api.artifact_exists", "wandb.Api.artifact_collection_exists")
    bad = ('wandb.Api().artifact_exists("acme/wandb-registry-model/zoo:production")',)
    good = (
        'wandb.Api().artifact_exists("team-a/project/zoo:v0")',
        'wandb.Api(overrides={"entity": "team-a"}).artifact("wandb-registry-model/zoo:production")',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            say("{method} returns False for every failure", method=problem.facts["method"]),
            say("{name} may be missing, forbidden, or asked with a wrong key", name=quoted(problem.facts["name"])),
            "fetch it and tell the errors apart, or use regilink verify",
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        for name in site.arguments.strings.get("name", ()):
            if registry_path(name):
                yield self.report(site.place, method=site.call.rpartition(".")[2], name=name.pattern)
                return


class ErrorMeansMissing(Rule):
    """An `except` answers every error of a fetch with False or None, as if the version were not there.

    W&B raises the same CommError when a version is missing, when the account may not read it, when the key is wrong and
    when the network fails. A program that links what is "not there" then links again and again. Look at the message,
    and let every other error through.
    """

    code = "REG512"
    name = "error-means-missing"
    severity = "info"
    failures = ("D16",)
    watches = ("consume.context.denied_by",)
    bad = (
        "import wandb\n"
        "def exists():\n"
        "    try:\n"
        '        wandb.Api(overrides={"entity": "team-a"}).artifact("wandb-registry-model/zoo:v0")\n'
        "    except wandb.errors.CommError:\n"
        "        return False\n"
        "    return True",
    )
    good = (
        "import wandb\n"
        "def exists():\n"
        "    try:\n"
        '        wandb.Api(overrides={"entity": "team-a"}).artifact("wandb-registry-model/zoo:v0")\n'
        "    except wandb.errors.CommError as error:\n"
        '        if "not found" in str(error):\n'
        "            return False\n"
        "        raise\n"
        "    return True",
        "import wandb\n"
        "def exists():\n"
        "    try:\n"
        '        wandb.Api().artifact("team-a/training/zoo:v0")\n'
        "    except wandb.errors.CommError:\n"
        "        return False\n"
        "    return True",
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            "this treats every error of W&B as a version that does not exist",
            "it may be forbidden, or asked with a wrong key or without a network",
            'return only where "not found" is in the message, and raise everything else',
        )

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        clause = consume.context.denied_by
        if clause is None or facts.in_test or not self._may_be_registry_name(consume, facts):
            return
        yield self.report(clause, related=(Related("the fetch", consume.place),))

    @staticmethod
    def _may_be_registry_name(consume: Consume, facts: FileFacts) -> bool:
        """A name of a registry, or an unknown one in a file about registries."""
        for name in consume.target:
            if registry_path(name) or (not is_known(name.pattern[:1]) and facts.mentions(REGISTRY_PREFIX)):
                return True
        return False


class ColonInDownloadFolder(Rule):
    """An artifact is downloaded into a folder whose name has a colon: `download(root=f"models/{artifact.name}")`.

    The name of a version ends in `:v3`, and no folder on Windows can have a colon. Without `root=`, the SDK takes a
    folder whose name it corrects itself.
    """

    code = "REG513"
    name = "colon-in-download-folder"
    severity = "info"
    failures = ("F6",)
    watches = ("wandb.Artifact.download",)
    bad = (
        'model = run.use_artifact("wandb-registry-model/zoo:v3")\nmodel.download(root=f"models/{model.name}")',
        'run.use_artifact("wandb-registry-model/zoo:v3").download("models/zoo:v3")',
    )
    good = (
        'run.use_artifact("wandb-registry-model/zoo:v3").download()',
        'run.use_artifact("wandb-registry-model/zoo:v3").download(root="C:\\\\models")',
        'model = run.use_artifact("wandb-registry-model/zoo:v3")\nmodel.download(root=f"models/{model.version}")',
    )

    def explain(self, problem: Problem) -> Message:
        folder = problem.facts["folder"]
        instead = quoted(folder[:2] + folder[2:].replace(":", "-"))
        return Message(
            say("the download folder {folder} has a colon", folder=quoted(folder)),
            "on Windows no folder can have one, and the download fails",
            say("leave root= out, or write {code}", code=instead)
            if is_known(folder)
            else 'leave root= out, or write artifact.name.replace(":", "-")',
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        for folder in site.arguments.strings.get("root", ()):
            if _has_colon(folder):
                yield self.report(site.place, folder=folder.pattern)
                return


def _has_colon(folder: StringValue) -> bool:
    """A colon after that of a drive, or the name of a version, which ends in `:vN`."""
    if any(isinstance(part, UnknownPart) and part.has_version for part in folder.parts):
        return True
    pattern = folder.pattern
    return ":" in pattern[2:] and "://" not in pattern
