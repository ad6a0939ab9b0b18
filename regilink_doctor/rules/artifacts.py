"""Rules about the artifact that is linked: its name and references, the result of its link, its deletion."""

from __future__ import annotations

from regilink_doctor.core.findings import Message, Related
from regilink_doctor.core.naming import ARTIFACT_NAME_ALPHABET, LEGACY_REGISTRY, NAME_MAX
from regilink_doctor.core.phrases import say
from regilink_doctor.core.target_path import is_known, parsed
from regilink_doctor.core.text import mask_secrets
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import certain, mode_of, registry_path, registry_target, warn_of_default
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Place, Severity
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Consume, Link, Log, Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.rules.base import FileFacts, Report


class InvalidArtifactName(Rule):
    """An artifact's own name has a character that it must not have.

    `wandb.Artifact` accepts letters, digits, `-`, `_` and `.`, at most 128 of them, and raises ValueError for any
    other: a name of Hugging Face (`meta-llama/Llama-3`), a version (`zoo:v3`), spaces. Registries and collections are
    not so strict: spaces are fine there. Where `log_artifact`, `log_model` or `link_model` gets a path and no name, the
    name is made of the last part of the path: checkpoints of Lightning, `epoch=0-step=2.ckpt`, are refused.
    """

    code = "REG405"
    name = "invalid-artifact-name"
    severity = "error"
    failures = ("C17",)
    watches = ("artifact", "log", "wandb.Run.link_model", "wandb.link_model")
    bad = (
        'wandb.Artifact("meta-llama/Llama-3", type="model")',
        'wandb.Artifact("my model", type="model")',
        'wandb.Artifact(f"zoo:{run.id}", type="model")',
        'run.log_model("checkpoints/epoch=0-step=2.ckpt")',
    )
    good = (
        'wandb.Artifact("meta-llama-Llama-3.1_8B", type="model")',
        'wandb.Artifact(f"zoo-{run.id}", type="model")',
        'wandb.Artifact(hf_id.replace("/", "-"), type="model")',
        'run.link_artifact(artifact, "wandb-registry-model/my model")',
        'run.log_model("checkpoints/epoch=0/last.ckpt")',
        'run.log_model("checkpoints/epoch=0-step=2.ckpt", name=f"model-{run.id}")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        return Message(
            say("the artifact's name {name} {wrong}", name=quoted(facts["name"]), wrong=facts["wrong"]),
            "wandb.Artifact raises ValueError",
            say("write {code}", code=quoted(facts["instead"]))
            if facts["instead"]
            else "wandb makes the name of the path: give another with name="
            if problem.kind == "path"
            else 'write letters, digits, "-", "_", "."',
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        strings, names = site.arguments.strings, site.arguments.names
        if site.context.expected:
            return
        for name in strings.get("name", ()):
            yield from self._check_name(name, "name")
        if site.kind != "artifact" and names.isdisjoint(("name", "*", "**")):
            for argument in ("artifact_or_path", "path"):
                for path in strings.get(argument, ()):
                    yield from self._check_name(path, argument)

    def _check_name(self, name: StringValue, argument: str) -> Iterator[Report]:
        pattern, is_path = name.pattern, argument != "name"
        first = pattern.rfind("/") + 1 if is_path else 0
        bad = [
            offset
            for offset, letter in enumerate(pattern[first:], first)
            if letter not in ARTIFACT_NAME_ALPHABET
            and is_known(letter)
            and not (letter == "\n" and 0 < offset == len(pattern) - 1)  # the SDK's pattern accepts one at the end
        ]
        instead = ""
        if bad:
            letter = say("a space") if pattern[bad[0]] == " " else quoted(pattern[bad[0]])
            wrong = say("has {letter}", letter=letter)
            # Of a name in another script nothing would be left but dashes.
            is_secret = mask_secrets(pattern) != pattern  # which would not be recognized in another form
            is_plain = all(pattern[offset].isascii() for offset in bad) and is_known(pattern)
            if is_plain and not is_secret and not is_path:
                instead = "".join("-" if offset in bad else letter for offset, letter in enumerate(pattern))
        elif is_path:
            return
        elif name.literal is not None and len(pattern) > NAME_MAX:
            wrong = say("has {number} characters, W&B allows {limit}", number=len(pattern), limit=NAME_MAX)
        elif name.literal == "" and not any(name.empty_defaults(0, 0)):
            wrong = say("is empty")
        else:
            return
        start, end = (bad[0], bad[0] + 1) if bad else (0, len(pattern))
        # What follows in a path may bring another last part, and on Windows a backslash does.
        is_open = is_path and (not is_known(pattern[start:]) or "\\" in pattern)
        yield self.report(
            kind="path" if is_path else "",
            string=name,
            start=start,
            end=end,
            argument=argument,
            severity="warning" if is_open else warn_of_default(name, start, end),
            name=f"run-ID-{pattern[first:]}" if is_path else pattern,
            wrong=wrong,
            instead=instead,
        )


class UncheckedReference(Rule):
    """An artifact with a reference that was added with `checksum=False` is linked to a registry.

    W&B then keeps no version and no digest of the object. Who downloads the linked version later gets whatever is in
    the bucket, or `Couldn't find object version ... matching etag`. Leave `checksum=False` out, or add the file itself.
    """

    code = "REG611"
    name = "unchecked-reference"
    severity = "warning"
    failures = ("F6",)
    watches = ("link.artifact",)
    bad = (
        "import wandb\n"
        'run = wandb.init(entity="team-a")\n'
        'model = wandb.Artifact("zoo", type="model")\n'
        'model.add_reference("s3://bucket/model.pt", checksum=False)\n'
        'run.link_artifact(model, "wandb-registry-model/zoo")',
    )
    good = (
        "import wandb\n"
        'run = wandb.init(entity="team-a")\n'
        'model = wandb.Artifact("zoo", type="model")\n'
        'model.add_reference("s3://bucket/model.pt")\n'
        'run.link_artifact(model, "wandb-registry-model/zoo")',
        "import wandb\n"
        'run = wandb.init(entity="team-a")\n'
        'data = wandb.Artifact("raw", type="dataset")\n'
        'data.add_reference("s3://bucket/raw", checksum=False)\n'
        "run.log_artifact(data)\n"
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            "a reference with checksum=False is linked to a registry",
            "when the object changes, the version yields other files, or an error",
            "remove checksum=False, or add the file itself with add_file",
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        artifact = link.artifact
        if artifact is None or registry_target(link) is None or facts.in_test:
            return
        for site in facts.once(_unchecked_references).get(artifact.place, ()):
            place = site.arguments.keywords.get("checksum", (site.place, site.place))[0]
            yield self.report(place, related=(Related("linked here", link.place),))


def _unchecked_references(facts: FileFacts) -> dict[Place, list[Site]]:
    """The calls of `add_reference(checksum=False)`, by the place of the artifact."""
    references: dict[Place, list[Site]] = {}
    for site in facts.sites:
        if (
            site.call == "wandb.Artifact.add_reference"
            and site.arguments.constants.get("checksum", True) is False
            and site.artifact is not None
        ):
            references.setdefault(site.artifact.place, []).append(site)
    return references


class TtlOnLinkedArtifact(Rule):
    """An artifact gets a time to live and is linked.

    Linking switches the time to live off, silently since wandb 0.21: storage that was to last 30 days stays forever. On
    what a link returns, or the name of a registry fetches, setting it raises ValueError. Set it on artifacts that are
    not linked.
    """

    code = "REG606"
    name = "ttl-on-linked-artifact"
    severity = "warning"
    failures = ("B15",)
    watches = ("link.ttl", "link.linked_ttl", "consume.linked_ttl")
    bad = (
        "from datetime import timedelta\n"
        "import wandb\n"
        'run = wandb.init(entity="team-a")\n'
        'artifact = wandb.Artifact("zoo", type="model")\n'
        "artifact.ttl = timedelta(days=30)\n"
        "run.log_artifact(artifact)\n"
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'linked = run.link_artifact(artifact, "wandb-registry-model/zoo")\nlinked.ttl = lifetime',
        'import wandb\nversion = wandb.Api().artifact("acme/wandb-registry-model/zoo:v0")\nversion.ttl = lifetime',
    )
    good = (
        'artifact.ttl = None\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
        'other = wandb.Artifact("raw", type="dataset")\n'
        "other.ttl = lifetime\n"
        "run.log_artifact(other)\n"
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'cache.ttl = 30\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
        'import wandb\nversion = wandb.Api().artifact("team-a/training/zoo:v0")\nversion.ttl = lifetime',
    )

    def explain(self, problem: Problem) -> Message:
        if problem.kind == "linked":
            return Message("a linked artifact cannot have a time to live", "setting it raises ValueError", "remove it")
        return Message(
            "linking this artifact switches its time to live off, silently",
            "it is kept forever",
            "remove it, or do not link the artifact",
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        if link.context.expected:
            return
        related = (Related("linked here", link.place),)
        if link.linked_ttl is not None:
            yield self.report(link.linked_ttl, "linked", severity="error", related=related)
        elif link.ttl is not None and facts.once(_first_links)[link.ttl] is link:
            yield self.report(link.ttl, related=related)

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        if consume.linked_ttl is not None and not consume.context.expected:
            related = (Related("fetched here", consume.place),)
            yield self.report(consume.linked_ttl, "linked", severity="error", related=related)


def _first_links(facts: FileFacts) -> dict[Place, Link]:
    """The first link of each artifact with a time to live, which is reported once."""
    return {link.ttl: link for link in reversed(facts.links) if link.ttl is not None}


class LegacyLinkResult(Rule):
    """The result of a link is used, and the project pins a wandb whose link returns None.

    Before 0.19.11 `link_artifact` never returns anything; up to 0.21.1 it returns None whenever the link failed, which
    it only prints. `linked.version` is an AttributeError then. Require `wandb>=0.22.3`.
    """

    code = "REG608"
    name = "legacy-link-result"
    severity = "warning"
    failures = ("B14",)
    watches = ("link.context.result_used",)
    pinned = "0.18.7"
    bad = ('linked = run.link_artifact(artifact, "wandb-registry-model/zoo")\nprint(linked.version)',)
    good = ('run.link_artifact(artifact, "wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        from regilink_doctor.core.sdk_versions import LONG_KEYS, RETURNS, number

        version = problem.facts["version"]
        never = number(version) < number(RETURNS)
        return Message(
            "the result of a link is used, which may be None",
            say("link_artifact of wandb {version} never returns anything", version=version)
            if never
            else say("link_artifact of wandb {version} returns None when the link failed", version=version),
            say("require wandb>={version}, where a link returns the artifact or raises", version=LONG_KEYS),
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        version = facts.wandb_version
        if version is None or not link.context.result_used:
            return
        from regilink_doctor.core.sdk_versions import RAISES, number

        if number(version) >= number(RAISES):
            return
        if "**" in link.arguments.names or "target_path" not in link.arguments.names:
            return  # a function of the project's own that links returns what it likes
        yield self.report(link.place, version=version)


class DraftProperty(Rule):
    """A property of an artifact is read that it has only once it is logged, and nothing has waited for that.

    `version`, `qualified_name`, `aliases`, `url` and others raise `ArtifactNotLoggedError`. It is an AttributeError, so
    `hasattr(artifact, "version")` is False and `getattr` returns its default (an info). Call `artifact.wait()` first.
    """

    code = "REG610"
    name = "draft-property"
    severity = "error"
    failures = ("C11",)
    watches = ("hasattr", "getattr", "read")
    bad = (
        "run.log_artifact(artifact)\nprint(artifact.version)",
        'logged = run.log_artifact(artifact)\nif hasattr(logged, "version"):\n    print("ready")',
    )
    good = (
        "run.log_artifact(artifact)\nartifact.wait()\nprint(artifact.version)",
        "logged = run.log_artifact(artifact).wait()\nprint(logged.version)",
        "run.log_artifact(artifact)\nprint(artifact.name, artifact.type)",
        'fetched = run.use_artifact("wandb-registry-model/zoo:v0")\nprint(fetched.version)',
    )

    def explain(self, problem: Problem) -> Message:
        is_read = problem.facts["call"] == "read"
        return Message(
            say("the artifact has no {name} until it is logged and waited for", name=problem.facts["name"]),
            "this raises an AttributeError" if is_read else "this sees no such attribute",
            "call artifact.wait() first",
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """Reading is certain to fail only in the function that makes the artifact, and where nothing handles errors."""
        artifact = site.artifact
        name = next((string.literal for string in site.arguments.strings.get("name", ())), None)
        if artifact is None or name is None or site.context.expected:
            return
        is_read = site.call == "read"
        if is_read and (site.context.is_tried or artifact.context.function != site.context.function):
            return
        logged = site.logged
        related = Related("logged here", logged.place) if logged else Related("made here", artifact.place)
        severity: Severity = "error" if is_read else "info"
        yield self.report(site.place, severity=severity, related=(related,), name=name, call=site.call)


class LateChange(Rule):
    """Files are added to an artifact that is logged already, or removed from it.

    What was logged, linked, saved or fetched never changes: `add`, `add_dir`, `add_file`, `add_reference`, `new_file`
    and `remove` raise an ArtifactFinalizedError. The next version begins with `artifact.new_draft()`, which is logged
    in the project of its source. Not reported where the run may be disabled, and where a branch or another function
    logs the artifact.
    """

    code = "REG613"
    name = "late-change"
    severity = "error"
    failures = ("F18",)
    watches = ("late-change",)
    bad = (
        'run.log_artifact(artifact)\nartifact.add_file("model.pt")',
        'used = run.use_artifact("wandb-registry-model/zoo:v3")\nused.add_reference("s3://zoo/model.pt")',
        'linked = run.link_artifact(artifact, "wandb-registry-model/zoo")\nlinked.remove("old.pt")',
    )
    good = (
        'artifact.add_file("model.pt")\nrun.log_artifact(artifact)',
        'draft = run.use_artifact("wandb-registry-model/zoo:v3").new_draft()\ndraft.add_file("model.pt")',
        'run.log_artifact(artifact)\nartifact = wandb.Artifact("zoo", type="model")\nartifact.add_file("model.pt")',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            say("{method} comes too late: the artifact is logged already", method=problem.facts["method"]),
            "it raises ArtifactFinalizedError",
            say("call it before, or on a new version: {code}", code="artifact.new_draft()"),
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        run = site.logged.init if site.logged is not None else None
        if site.context.expected or site.context.is_tried or (run is not None and "mode" in run.arguments.names):
            return
        related = (Related("logged here", site.logged.place),) if site.logged is not None else ()
        method = site.arguments.strings["name"][0].pattern
        yield self.report(site.place, related=related, method=method)


class LoggedElsewhere(Rule):
    """A version that is fetched, or a draft of one, is logged in another project than the one that it comes from.

    `log_artifact` then raises ValueError: `it can't be moved`. A version in a registry comes from the project that
    logged it, which only the server knows: the doctor looks it up. To change aliases, change `artifact.aliases` and
    call `artifact.save()`; for other files make a new `wandb.Artifact`. Not reported where the file itself links to
    the collection what it has made.
    """

    code = "REG614"
    name = "logged-elsewhere"
    severity = "warning"
    failures = ("C15",)
    watches = ("log.artifact",)
    bad = (
        'used = run.use_artifact("wandb-registry-model/zoo:v3")\nrun.log_artifact(used, aliases=["best"])',
        'draft = run.use_artifact("wandb-registry-model/zoo:v3").new_draft()\nrun.log_artifact(draft)',
        "import wandb\n"
        'run = wandb.init(entity="team-a", project="p")\n'
        'run.log_artifact(run.use_artifact("team-a/training/zoo:v3"))',
    )
    good = (
        'run.log_artifact(wandb.Artifact("zoo", type="model"))',
        "import wandb\n"
        'run = wandb.init(entity="team-a", project="training")\n'
        'run.log_artifact(run.use_artifact("team-a/training/zoo:v3"), aliases=["best"])',
        'used = run.use_artifact("wandb-registry-model/zoo:v3")\nused.aliases.append("best")\nused.save()',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        is_draft, name = problem.kind == "draft", quoted(facts["name"])
        if facts["source"]:
            summary = say(
                "{name} belongs to {source}, and is logged in {project}",
                name=name,
                source=quoted(facts["source"]),
                project=quoted(facts["project"]),
            )
        elif is_draft:
            summary = say("a draft of {name} can be logged only in the project of its source", name=name)
        else:
            summary = say("{name} can be logged only in the project of its source", name=name)
        return Message(
            summary,
            "log_artifact raises ValueError in any other project: it can't be moved",
            "log it in a run of that project, or add its files to a new wandb.Artifact"
            if is_draft
            else "to change its aliases, change artifact.aliases and call artifact.save()",
        )

    def check_log(self, log: Log, facts: FileFacts) -> Iterator[Report]:
        """A draft of a version in a registry is an info: that may well come from the run's own project."""
        source = log.artifact
        if source is None or source.kind != "consume" or log.context.expected or facts.in_test or not source.target:
            return
        mode = mode_of(log, facts)
        if mode is not None and mode[0] in ("offline", "disabled"):
            return
        name, related = source.target[0], (Related("fetched here", source.place),)
        kind = "draft" if log.is_draft else ""
        severity: Severity = "info" if log.is_draft else "warning"
        paths, made_here = [registry_path(text) for text in source.target], facts.once(_find_filled)
        if all(path is not None and (path.project, path.collection) not in made_here for path in paths):
            yield self.report(log.place, kind, severity=severity, related=related, name=name.display, source="")
        elif len(paths) == 1 and paths[0] is None and (places := _find_other_project(name, log)):
            yield self.report(log.place, kind, related=related, name=name.display, source=places[0], project=places[1])


def _find_filled(facts: FileFacts) -> set[tuple[str | None, str]]:
    """The collections of registries, each with the registry's project, that get what the file itself makes."""
    links = (link for link in facts.links if link.artifact is not None and link.artifact.kind in ("artifact", "log"))
    paths = (registry_path(target) for link in links for target in link.target)
    return {(path.project, path.collection) for path in paths if path is not None}


def _find_other_project(name: StringValue, log: Log) -> tuple[str, str] | None:
    """The project that a name certainly has, and that of the run that logs it, where they differ."""
    path, entity, project = parsed(name.certain or ""), certain(log.run_entity), certain(log.run_project)
    if path is None or not path.project or path.project == LEGACY_REGISTRY:
        return None
    if path.prefix and entity and path.prefix != entity:
        return f"{path.prefix}/{path.project}", f"{entity}/{project or '...'}"
    return (path.project, project) if project and path.project != project else None


class UnsavedChange(Rule):
    """The aliases, description, metadata or tags of a version are changed, and nothing saves the change.

    A version that was fetched, listed, used or linked is in W&B already. What is assigned to it here stays here,
    silently: only its own `save()` after the change sends it. The same holds for a collection and a registry: their
    description, name and tags, its types and visibility. Not reported where the object is passed on, because it may be
    saved there; functions of the file are followed.
    """

    code = "REG515"
    name = "unsaved-change"
    severity = "warning"
    failures = ("B11",)
    watches = ("unsaved",)
    bad = (
        'version = wandb.Api().artifact("acme/wandb-registry-model/zoo:v3")\nversion.aliases.append("production")',
        'used = run.use_artifact("wandb-registry-model/zoo:v3")\nused.metadata["accuracy"] = 0.9',
        'linked = run.link_artifact(artifact, "wandb-registry-model/zoo")\nlinked.description = "best so far"',
        'new = wandb.Api().artifact("acme/wandb-registry-model/zoo:v3")\n'
        'new.aliases.append("production")\n'
        'old = wandb.Api().artifact("acme/wandb-registry-model/zoo:production")\n'
        'old.aliases.remove("production")\n'
        "old.save()",
        'for version in wandb.Api().artifacts("model", "acme/wandb-registry-model/zoo"):\n'
        '    version.tags.append("checked")',
    )
    good = (
        'version = wandb.Api().artifact("acme/wandb-registry-model/zoo:v3")\n'
        'version.aliases.append("production")\n'
        "version.save()",
        'new = wandb.Artifact("zoo", type="model")\nnew.metadata["accuracy"] = 0.9',
        'version = wandb.Api().artifact("acme/wandb-registry-model/zoo:v3")\nversion.tags = ["best"]\nstore(version)',
    )

    def explain(self, problem: Problem) -> Message:
        name = problem.facts["name"]
        return Message(
            say("this change of {name} is never saved", name=name),
            "W&B keeps the old value, and no error says so",
            say("call {call} after it", call="save()"),
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        name = next((string.literal for string in site.arguments.strings.get("name", ())), None)
        if name is not None and not site.context.expected and not facts.in_test:
            yield self.report(site.place, name=name)


_LISTS = ("wandb.Api.artifacts", "wandb.Api.artifact_versions", "wandb.Api.artifact_collection")


class DeletionSparesAliasesOnly(Rule):
    """Versions of a project are deleted unless they have an alias.

    The aliases of a project do not show that a registry links a version. Once the source is deleted, the registry shows
    nothing for it. Spare what is linked as well: `if not version.aliases and not version.linked_artifacts`.
    """

    code = "REG612"
    name = "deletion-spares-aliases-only"
    severity = "info"
    failures = ("F8",)
    watches = ("wandb.Artifact.delete",)
    bad = (
        "import wandb\n"
        'for version in wandb.Api().artifacts("model", "team-a/training/zoo"):\n'
        "    if not version.aliases:\n"
        "        version.delete()",
        "import wandb\n"
        'for version in wandb.Api().artifacts("model", "team-a/training/zoo"):\n'
        '    if "best" in version.aliases:\n'
        "        continue\n"
        "    version.delete(delete_aliases=True)",
    )
    good = (
        "import wandb\n"
        'for version in wandb.Api().artifacts("model", "team-a/training/zoo"):\n'
        "    if not version.aliases and not version.linked_artifacts:\n"
        "        version.delete()",
        "import wandb\n"
        'for version in wandb.Api().artifacts("model", "wandb-registry-model/zoo"):\n'
        "    if not version.aliases:\n"
        "        version.delete()  # a link is removed, not its source",
        "import wandb\n"
        'for version in wandb.Api().registry("model").collections().versions():\n'
        "    if not version.aliases:\n"
        "        version.delete()",
        'import wandb\nwandb.Api().artifact("team-a/training/zoo:v3").delete()',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            "versions without an alias are deleted here, linked ones too",
            "the aliases of a project do not show what a registry links",
            "spare linked versions: if not version.aliases and not version.linked_artifacts",
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        guards = site.context.guards
        is_spared = any("aliases" in guard and _asks_for_absence(guard) for guard in guards)
        if not is_spared or any("link" in guard for guard in guards) or facts.in_test:
            return
        if _is_link(site.artifact) if site.artifact is not None else facts.once(_lists_registries):
            return
        yield self.report(site.place, severity="warning" if facts.links_around else None)


def _asks_for_absence(guard: str) -> bool:
    """Whether a condition is true where there are no aliases, or not certain ones: `not version.aliases`."""
    is_negated = guard.replace("(", " ").split().count("not") % 2 == 1
    return is_negated or any(word in guard for word in ("== 0", "== []", "< 1"))


def _is_link(listing: Site) -> bool:
    """Whether versions that come from a call are links, which are deleted without their source."""
    if listing.kind == "link" or listing.call in ("wandb.Api.registry", "wandb.Api.registries"):
        return True
    if listing.kind == "look_up" and listing.artifact is not None:
        return _is_link(listing.artifact)
    return any(registry_path(name) for name in listing.target)


def _lists_registries(facts: FileFacts) -> bool:
    """Whether the file lists versions, and of registries alone."""
    names = [name for site in facts.sites if site.call in _LISTS for name in site.target]
    return bool(names) and all(registry_path(name) for name in names)
