"""Rules about the shape of a target path: its prefix, its parts, what separates them."""

from __future__ import annotations

from regilink_doctor.core.findings import Message
from regilink_doctor.core.phrases import say
from regilink_doctor.core.strings import KnownPart
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import (
    FORM,
    corrected_path,
    find_destination,
    is_consumed,
    quoted,
    shown_path,
    where_it_goes,
    wrong_part,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Applicability
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.rules.base import FileFacts, Report


class MissingRegistryPrefix(Rule):
    """The target path names a registry but lacks the prefix `wandb-registry-`.

    W&B accepts it silently: it creates a project of that name under the run's entity, and a collection in it, where
    your colleagues do not look. Only a path whose project begins with `wandb-registry-` goes to a registry.

    A path names a registry when its project is called so (`Production-registry`), when the variable or key that it
    comes from is, or when the catalog has a registry of that name. Links between projects are legal and not reported.
    """

    code = "REG101"
    name = "missing-registry-prefix"
    severity = "warning"
    failures = ("A1",)
    is_about_path = True
    fix_applicability = "unsafe"
    bad = (
        'REGISTRY = "model"\nrun.link_artifact(artifact, f"{REGISTRY}/zoo")',
        'run.link_artifact(artifact, "team-a/Production-registry/zoo")',
    )
    good = (
        'REGISTRY = "model"\nrun.link_artifact(artifact, f"wandb-registry-{REGISTRY}/zoo")',
        'run.link_artifact(artifact, "candidates/zoo")',
        'run.link_artifact(artifact, "team-a/candidates/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        summary = say('{path} lacks the registry prefix "wandb-registry-"', path=shown_path(problem))
        if problem.intended is None or problem.target is None:
            return Message(summary, where_it_goes(problem), say("write {code}", code=quoted(FORM)))
        code = corrected_path(problem)
        if problem.kind == "entity":
            note = say("W&B reads {part} as an entity", part=quoted(problem.target.text.partition("/")[0]))
            return Message(summary, note, say("write {code}", code=code))
        instead = say("write {code}, or ignore this if you mean the project", code=code)
        if is_consumed(problem):
            instead = say("write {code}", code=code)
        return Message(summary, where_it_goes(problem), instead)


class MissingCollection(Rule):
    """The target path names a registry and no collection.

    The SDK takes the last part of a path as the collection, so `wandb-registry-model` alone becomes a collection of
    that name in the run's own project. Nothing is raised, and the result looks right: `…/wandb-registry-model:v0`.
    """

    code = "REG102"
    name = "missing-collection"
    severity = "error"
    failures = ("A2", "F12")
    is_about_path = True
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model")',
        'run.link_artifact(artifact, target_path="acme/wandb-registry-model")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'suffix = input()\nrun.link_artifact(artifact, f"wandb-registry-model{suffix}")',
    )

    def explain(self, problem: Problem) -> Message:
        note = where_it_goes(problem)
        if is_consumed(problem):
            note = say("W&B looks for an artifact of that name in a project, not in the registry")
        return Message(
            say("{path} names a registry but no collection", path=shown_path(problem)),
            note,
            say("write {code}", code=corrected_path(problem)),
        )


class TooManyParts(Rule):
    """The target path has an extra `/`: the prefix is where the organization belongs, or the SDK cannot read it.

    A path has at most three parts, `ORGANIZATION/wandb-registry-NAME/COLLECTION`, and no name may contain a `/`. Names
    from elsewhere, such as `meta-llama/Llama-3`, often bring one. The artifact is uploaded before W&B looks at the
    path.
    """

    code = "REG103"
    name = "too-many-parts"
    severity = "error"
    failures = ("A3",)
    is_about_path = True
    fix_applicability = "unsafe"
    bad = (
        'model_id = "meta-llama/Llama-3"\nrun.link_artifact(artifact, f"wandb-registry-model/{model_id}")',
        'run.link_artifact(artifact, "wandb-registry/model/zoo")',
        'run.link_artifact(artifact, "acme/wandb-registry-model/zoo/v1")',
    )
    good = (
        'model_id = "meta-llama/Llama-3"\n'
        "run.link_artifact(artifact, f\"wandb-registry-model/{model_id.replace('/', '-')}\")",
        'run.link_artifact(artifact, "acme/wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        whole, wrong, intended = shown_path(problem), wrong_part(problem), problem.intended
        if problem.kind == "prefix":
            return Message(
                say('{path} has a "/" instead of the last "-" of the prefix', path=whole),
                'W&B looks for an entity "wandb-registry"',
                say("write {code}", code=corrected_path(problem)),
            )
        if problem.kind == "organization":
            return Message(
                say("{path} has {wrong} before the registry", path=whole, wrong=quoted(wrong)),
                "only the organization can be there",
                say("write {code}", code=corrected_path(problem) if intended is not None else quoted(FORM)),
            )
        if problem.kind == "parts":
            when = "" if is_consumed(problem) else say(", after the upload")
            return Message(
                say("{path} has more than three parts", path=whole),
                say("the SDK raises ValueError{when}", when=when),
                say("write {code}", code=FORM),
            )
        if is_consumed(problem):
            note = say("the SDK reads its first part as the organization")
        else:
            there = find_destination(problem.target) if problem.target else None
            note = say("W&B reads it as the {place}, and refuses it", place=there) if there else say("W&B refuses it")
        return Message(
            say('the collection in {path} has a "/"', path=whole),
            note,
            say("write {code}", code=corrected_path(problem)) if intended else 'replace each "/" with "-"',
        )


class MisspelledPrefix(Rule):
    """The registry prefix is misspelled: another case, an underscore, a space, an extra or missing letter.

    The SDK compares it letter by letter. With any other spelling the path is that of an ordinary project, which W&B
    creates silently.
    """

    code = "REG104"
    name = "misspelled-prefix"
    severity = "error"
    failures = ("A4",)
    is_about_path = True
    bad = (
        'run.link_artifact(artifact, "Wandb-Registry-model/zoo")',
        'run.link_artifact(artifact, "wandb_registry_model/zoo")',
        'run.link_artifact(artifact, "wandb-registery-model/zoo")',
        'run.link_artifact(artifact, " wandb-registry-model/zoo")',
        'run.use_artifact("wandb_registry_model/zoo:v0")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-My_Models/zoo")',
        'run.link_artifact(artifact, "wandb-artifacts/zoo")',
        'run.use_artifact("registry-of-models/zoo:v0")',
    )

    def explain(self, problem: Problem) -> Message:
        note = say("W&B looks for a project of that name") if is_consumed(problem) else where_it_goes(problem)
        return Message(
            say('{part} misspells the registry prefix "wandb-registry-"', part=quoted(wrong_part(problem))),
            note,
            say("write {code}", code=corrected_path(problem) if problem.intended else quoted(FORM)),
        )


class StraySeparator(Rule):
    """An extra slash or space is before or after a name in a target path, or a `:` is where a slash belongs.

    `wandb-registry-model//zoo` makes an entity of the registry. `Run.link_artifact` drops a slash at the end, but in
    `Artifact.link` it moves every part by one. A space becomes part of the name, and so does all that is after a `:`:
    `acme:wandb-registry-model/zoo` is one name. A slash at the start does no harm.
    """

    code = "REG111"
    name = "stray-separator"
    severity = "error"
    failures = ("A17",)
    is_about_path = True
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model//zoo")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo/")',
        'run.link_artifact(artifact, "wandb-registry-model /zoo")',
        'run.link_artifact(artifact, "/wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "acme:wandb-registry-model/zoo")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'run.link_artifact(artifact, "wandb-registry-Golden Datasets/raw images")',
    )

    def fix_safety(self, problem: Problem) -> Applicability | None:
        """What is after a colon may be meant as an alias."""
        return "unsafe" if problem.kind == "colon" else self.fix_applicability

    def explain(self, problem: Problem) -> Message:
        whole, help_ = shown_path(problem), say("write {code}", code=corrected_path(problem))
        if problem.kind == "colon":
            note = (
                say("the SDK reads what is after it as a version") if is_consumed(problem) else where_it_goes(problem)
            )
            return Message(say('{path} has a ":" where a "/" belongs', path=whole), note, help_)
        if problem.kind == "dots":
            note = say(
                "a target path is not a path of files: W&B reads {part} as a name", part=quoted(wrong_part(problem))
            )
            return Message(say("{path} begins like a path of files", path=whole), note, help_)
        if problem.kind == "blank":
            name = quoted(wrong_part(problem).strip())
            return Message(say("there is a space around {name}", name=name), "it becomes part of the name", help_)
        if problem.kind == "leading-slash":
            return Message(say("{path} begins with a slash", path=whole), "the SDK drops it", help_)
        if problem.kind == "trailing-slash" and is_consumed(problem):
            return Message(say("{path} ends with a slash", path=whole), "the SDK reads an empty name after it", help_)
        if problem.kind == "trailing-slash" and problem.severity == "error":
            note = where_it_goes(problem) or say("Artifact.link moves every part by one")
            return Message(say("{path} ends with a slash", path=whole), note, help_)
        if problem.kind == "trailing-slash":
            return Message(
                say("{path} ends with a slash", path=whole), "it is dropped here, but not by Artifact.link", help_
            )
        return Message(say('{path} has an empty part: "//"', path=whole), where_it_goes(problem), help_)


class UrlAsTarget(Rule):
    """A URL or URI was given as the target path.

    Its `:` makes the SDK take the whole string as the name of a collection in the run's own project. Nothing is raised.
    """

    code = "REG108"
    name = "url-as-target"
    severity = "error"
    failures = ("A9",)
    is_about_path = True
    bad = (
        'run.link_artifact(artifact, "https://wandb.ai/orgs/acme/registry/model")',
        'run.link_artifact(artifact, "wandb-artifact:///acme/wandb-registry-model/zoo:v1")',
    )
    good = ('run.link_artifact(artifact, "wandb-registry-model/zoo")',)

    def explain(self, problem: Problem) -> Message:
        instead = say("write {code}", code=quoted(problem.intended or FORM))
        return Message("a URL is not a target path", where_it_goes(problem), instead)


class PlatformSeparator(Rule):
    r"""A target path or full name is joined with `os.path.join` or pathlib.

    On Windows they write a backslash. W&B then reads one name, `wandb-registry-model\zoo`, and links to a collection of
    that name in the run's own project. Names in W&B are not file paths: join them with "/", in an f-string.
    """

    code = "REG114"
    name = "platform-separator"
    severity = "warning"
    failures = ("A17",)
    watches = ("link", "consume")
    bad = (
        'import os\nrun.link_artifact(artifact, os.path.join("wandb-registry-model", "zoo"))',
        "from pathlib import Path\n"
        'REGISTRY = "wandb-registry-model"\n'
        'run.link_artifact(artifact, str(Path(REGISTRY) / "zoo"))',
        'import os\nrun.use_artifact(os.path.join("wandb-registry-model", "zoo:v0"))',
    )
    good = (
        'REGISTRY = "wandb-registry-model"\nrun.link_artifact(artifact, f"{REGISTRY}/zoo")',
        'import posixpath\nrun.link_artifact(artifact, posixpath.join("wandb-registry-model", "zoo"))',
        'import os\nartifact.add_file(os.path.join("out", "model.pt"))',
        'run.link_artifact(artifact, "/".join(["wandb-registry-model", "zoo"]))',
    )

    def explain(self, problem: Problem) -> Message:
        path = problem.facts["path"]
        windows = path.replace("/", "\\")
        return Message(
            "os.path.join and pathlib write a backslash on Windows",
            say("W&B then reads {windows} as one name", windows=quoted(windows)),
            say('join the names with "/": f{path}', path=quoted(path))
            if "\0" not in path
            else 'join the names with "/"',
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        if site.context.expected:
            return
        for name in site.target:
            has_separator = any(isinstance(part, KnownPart) and part.is_os_separator for part in name.parts)
            if has_separator and not name.is_path_object:
                yield self.report(site.argument, path=name.pattern)
                return
