"""Rules about the names in a target path, and about those of a run."""

from __future__ import annotations

from regilink_doctor.core.findings import Edit, Fix, Message
from regilink_doctor.core.naming import (
    ENTITY_FORBIDDEN,
    NAME_MAX,
    PROJECT_FORBIDDEN,
    REGISTRY_FORBIDDEN,
    REGISTRY_NAME_MAX,
    REGISTRY_PREFIX,
    correct_alias,
    is_version,
)
from regilink_doctor.core.phrases import say
from regilink_doctor.core.problems import find_unfilled
from regilink_doctor.core.strings import KnownPart, UnknownPart
from regilink_doctor.core.target_path import is_known, is_registry_project, second_prefix
from regilink_doctor.core.targets import LOOK_UPS
from regilink_doctor.rules.base import Report, Rule
from regilink_doctor.rules.wording import (
    FORM,
    correct_path,
    corrected_path,
    quoted,
    quoted_to_write,
    refused_setting,
    shown_path,
    where_it_goes,
    wrong_part,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Applicability, Severity
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Setting, Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.rules.base import FileFacts


class EmptyName(Rule):
    """The registry or collection in a target path is empty, or is whenever a variable is not set.

    The SDK drops empty parts and reads the rest again: `wandb-registry-model/` becomes a collection called
    `wandb-registry-model` in some project, `wandb-registry-/zoo` an ordinary project called `wandb-registry-`. Nothing
    is raised.
    """

    code = "REG105"
    name = "empty-name"
    severity = "error"
    failures = ("A5", "A6")
    is_about_path = True
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model/")',
        'run.link_artifact(artifact, "wandb-registry-/zoo")',
        'run.link_artifact(artifact, "")',
        'run.link_artifact(artifact, ":v3")',
        'import os\ncollection = os.getenv("COLLECTION", "")\n'
        'run.link_artifact(artifact, f"wandb-registry-model/{collection}")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo")',
        'import os\ncollection = os.environ["COLLECTION"]\n'
        'run.link_artifact(artifact, f"wandb-registry-model/{collection}")',
    )

    def explain(self, problem: Problem) -> Message:
        what = {"registry": say("no registry after the prefix"), "path": say("no name in it")}.get(
            problem.kind, say("no collection")
        )
        path = problem.target.path if problem.target else None
        default = next(path.empty_defaults(problem.start, problem.end), None) if path else None
        if default is not None:
            variable = default.default_of or ""
            code = f"os.environ[{quoted(variable)}]"
            return Message(
                say("the target path has {what} when {variable} is not set", what=what, variable=variable),
                where_it_goes(problem),
                say("let it fail instead of using an empty default: {code}", code=code)
                if default.variables
                else say("require {name}: remove its empty default", name=variable),
            )
        is_version = path is not None and path.pattern.startswith(":")
        note = say("there is no collection before the version") if is_version else where_it_goes(problem)
        corrected = correct_path(problem)
        is_named = is_known(corrected) and is_registry_project(corrected.rpartition("/")[0].rpartition("/")[2])
        return Message(
            say("the target path {path} has {what}", path=shown_path(problem), what=what),
            note,
            say("write {code}", code=quoted(corrected if is_named else FORM)),
        )


class VersionInTarget(Rule):
    """The target path ends in a version or alias, `:v3` or `:production`, or in an artifact's `name`.

    A full name is for consuming. When linking, W&B numbers the versions of the target collection itself, and aliases go
    into `aliases=[...]`. W&B's behavior for such a path is undocumented; the emulator refuses it. In the name of a
    collection that `api.artifacts()` or `api.artifact_collection()` looks up, a version is an error;
    `api.artifact_collection_exists()` then always returns False.
    """

    code = "REG107"
    name = "version-in-target"
    severity = "warning"
    failures = ("A8",)
    is_about_path = True
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo:v3")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo:production")',
        'used = run.use_artifact("zoo:latest")\nrun.link_artifact(used, f"wandb-registry-model/{used.name}")',
        'wandb.Api().artifacts("model", "acme/wandb-registry-model/zoo:latest")',
        'wandb.Api().artifact_collection_exists("acme/wandb-registry-model/zoo:production", "model")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["production"])',
        'run.use_artifact("wandb-registry-model/zoo:v3")',
        'new = wandb.Artifact("zoo", type="model")\nrun.link_artifact(new, f"wandb-registry-model/{new.name}")',
    )

    def fix_safety(self, problem: Problem) -> Applicability | None:
        """A number and `latest` have no effect; any other alias would be lost, and belongs into `aliases=`."""
        version = wrong_part(problem).removeprefix(":").strip()
        if not version:
            return "unsafe"
        return "safe" if is_version(version) or version == "latest" else None

    def explain(self, problem: Problem) -> Message:
        if name := problem.facts.get("name"):
            collection, _, version = name.partition(":")
            return Message(
                say("{wrong} does not belong in the name of a collection", wrong=quoted(f":{version}")),
                "W&B finds no collection by that name",
                say("write {code}", code=quoted(collection)),
            )
        part = problem.target.path.part_at(problem.start) if problem.target else None
        if isinstance(part, UnknownPart):
            return Message(
                say('{source} ends in ":vN" once the artifact is logged', source=part.source),
                "the version becomes part of the target path",
                say('write the collection\'s name, or {source}.partition(":")[0]', source=part.source),
            )
        wrong = wrong_part(problem)
        version = wrong.removeprefix(":").strip()
        code = corrected_path(problem)
        if is_version(version):
            instead = say("write {code}; the target collection numbers its versions itself", code=code)
        elif version == "latest":
            instead = say("write {code}; the version linked last is the latest", code=code)
        else:
            aliases = ", ".join(quoted(correct_alias(name.strip())) for name in version.split(","))
            instead = say(
                "write {code}", code=f"{code}, aliases=[{aliases if is_known(version) else '...'}]" if version else code
            )
        return Message(
            say("{wrong} does not belong in a target path", wrong=quoted(wrong)),
            where_it_goes(problem)
            if problem.severity == "error"
            else "the SDK sends it as part of the collection's name",
            instead,
        )


class DoubledPrefix(Rule):
    """The registry prefix is there twice, usually because a variable already had it.

    A collection that begins with the prefix is a warning: W&B accepts the name, but it was hardly meant. So is a
    registry whose name resembles the prefix.

    The SDK's `Registry.full_name` has the prefix, `Registry.name` does not. `api.registry()` and
    `api.create_registry()` expect the name without it, and add it.
    """

    code = "REG109"
    name = "doubled-prefix"
    severity = "error"
    failures = ("A11",)
    watches = ("wandb.Api.create_registry", "wandb.Api.registry")
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
                say(
                    'api.{method} adds the prefix "{prefix}" itself',
                    method=problem.facts["method"],
                    prefix=REGISTRY_PREFIX,
                ),
                say("it asks for a registry {name}", name=quoted(name)),
                say("write {code}", code=quoted(name.removeprefix(second_prefix(name)))),
            )
        string = problem.target.path if problem.target else None
        path = string.pattern if string is not None else ""
        once = correct_path(problem).replace(REGISTRY_PREFIX * 2, REGISTRY_PREFIX)
        registry = path.partition(REGISTRY_PREFIX)[2].partition("/")[0]
        if problem.kind == "collection":
            head, _, collection = correct_path(problem).rpartition("/")
            instead = f"{head}/{'COLLECTION' if collection.startswith(REGISTRY_PREFIX) else collection}"
            return Message(
                say('the collection begins with the registry prefix "{prefix}"', prefix=REGISTRY_PREFIX),
                say("in {path} the prefix belongs to the registry alone", path=quoted(path)),
                say("write {code}", code=quoted_to_write(instead, string)),
            )
        second = second_prefix(registry)
        return Message(
            say('{path} has the prefix "{prefix}" twice', path=quoted(path), prefix=REGISTRY_PREFIX)
            if second in ("", REGISTRY_PREFIX)
            else say(
                '{second} after "{prefix}" looks like the prefix again', second=quoted(second), prefix=REGISTRY_PREFIX
            ),
            say("W&B looks for a registry {registry}", registry=quoted(registry)),
            say("write {code}", code=quoted_to_write(once, string)),
        )

    def fix_safety(self, problem: Problem) -> Applicability:
        """Another name for a collection is another collection."""
        return "unsafe" if problem.kind else "safe"

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """The calls that add the prefix themselves."""
        if site.context.expected:
            return
        method = site.call.rpartition(".")[2]
        for name in site.arguments.strings.get("name", ()):
            prefix = second_prefix(name.pattern)
            if not prefix or name.pattern == REGISTRY_PREFIX:
                continue
            # A constant that is written elsewhere may be used for a path as well, which needs the prefix: no fix there.
            place = name.exact_piece(0, len(prefix))
            is_here = place is not None and place.path == site.place.path and place.span.line >= site.statement.line
            is_exact = prefix == REGISTRY_PREFIX
            edits = (Edit(place.span, ""),) if place is not None and is_here else ()
            fix = Fix("remove the prefix", "safe" if is_exact else "unsafe", edits) if edits else None
            severity: Severity | None = None if is_exact else "warning"
            yield self.report(
                string=name, argument="name", severity=severity, fix=fix, method=method, name=name.pattern
            )


class InvalidName(Rule):
    r"""No registry or collection can have this name.

    A registry's name has at most 113 characters and none of `/ \ # ? % :` or a line break; a collection's at most 128.
    A quote that was left at an end of a name becomes part of it, and so do `@latest` and an invisible character (in the
    name of a collection a warning).
    Spaces are legal and must not be percent-encoded: `wandb-registry-Golden Datasets/raw images`.
    """

    code = "REG110"
    name = "invalid-name"
    severity = "error"
    failures = ("A10",)
    watches = ("wandb.Api.registry", "wandb.Api.create_registry")
    is_about_path = True
    fix_applicability = "unsafe"
    bad = (
        'run.link_artifact(artifact, "wandb-registry-Golden%20Datasets/raw")',
        'run.link_artifact(artifact, "wandb-registry-a#b/zoo")',
        "run.link_artifact(artifact, 'wandb-registry-model/zoo\"')",
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-Golden Datasets/raw images")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo#1")',
    )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """The name of a registry that the `Api` looks for, or creates."""
        for name in site.arguments.strings.get("name", ()) if not site.context.expected else ():
            at = next((at for at, letter in enumerate(name.pattern) if letter in REGISTRY_FORBIDDEN), None)
            if at is not None:
                letter = name.pattern[at]
                yield self.report(
                    None,
                    "character",
                    string=name,
                    start=at,
                    end=at + 1,
                    argument="name",
                    wrong=letter,
                    path=name.pattern,
                )

    def explain(self, problem: Problem) -> Message:
        if problem.kind == "setting":
            return refused_setting(problem)
        wrong = problem.facts.get("wrong") or wrong_part(problem)
        if problem.kind == "quote":
            return Message(
                say("{path} has a quote in it", path=shown_path(problem)),
                "it becomes part of the name",
                say("write {code}", code=corrected_path(problem)),
            )
        if problem.kind == "invisible":
            letter = next(letter for letter in wrong if letter not in (problem.intended or ""))
            return Message(
                say("{path} has an invisible character, {code}", path=shown_path(problem), code=f"U+{ord(letter):04X}"),
                "it becomes part of the name",
                say("write {code}", code=corrected_path(problem)),
            )
        if problem.kind == "at-sign":
            return Message(
                say('{path} has "@" before the version, where W&B expects ":"', path=shown_path(problem)),
                say("W&B reads all of it as the name of a collection"),
                say("write {code}", code=corrected_path(problem)),
            )
        if problem.kind == "percent-encoding":
            return Message(
                say("{path} is percent-encoded", path=shown_path(problem)),
                "no registry's name has a %",
                "write the name as the W&B App shows it, with its spaces",
            )
        if problem.kind == "character":
            return Message(
                say(
                    "a registry's name cannot have a {wrong}: {path}",
                    wrong=quoted(wrong),
                    path=quoted(problem.facts["path"]) if "path" in problem.facts else shown_path(problem),
                ),
                help="write the registry's name as the W&B App shows it",
            )
        what, most = ("registry", REGISTRY_NAME_MAX) if problem.kind == "registry-length" else ("collection", NAME_MAX)
        return Message(
            say(
                "the {what}'s name has {number} characters, W&B allows {most}", what=what, number=len(wrong), most=most
            ),
            help=say("shorten it to {most} characters", most=most),
        )


class NoneInPath(Rule):
    """The target path contains the word None, or does when an environment variable or an option is not given.

    `f"{os.getenv('REGISTRY')}"` is `None` without the variable, and W&B uses that as a name. `os.environ["REGISTRY"]`
    fails at once.
    """

    code = "REG113"
    name = "none-in-path"
    severity = "error"
    failures = ("A7",)
    is_about_path = True
    bad = (
        "import os\nrun.link_artifact(artifact, f\"wandb-registry-{os.getenv('REGISTRY')}/zoo\")",
        'import os\nregistry = os.environ.get("REGISTRY")\n'
        'run.link_artifact(artifact, f"wandb-registry-{registry}/zoo")',
        'run.link_artifact(artifact, "wandb-registry-None/zoo")',
        "import argparse\nparser = argparse.ArgumentParser()\n"
        'parser.add_argument("--registry")\nargs = parser.parse_args()\n'
        'run.link_artifact(artifact, f"wandb-registry-{args.registry}/zoo")',
    )
    good = (
        "import os\nrun.link_artifact(artifact, f\"wandb-registry-{os.environ['REGISTRY']}/zoo\")",
        "import os\nrun.link_artifact(artifact, f\"wandb-registry-{os.getenv('REGISTRY', 'model')}/zoo\")",
        'import os\nrun.link_artifact(artifact, "wandb-registry-model/" + os.getenv("COLLECTION"))',
    )

    def explain(self, problem: Problem) -> Message:
        part = problem.target.path.part_at(problem.start) if problem.target else None
        if isinstance(part, UnknownPart) and part.kind == "option":
            return Message(
                say("{source} is None when the option is not given", source=part.source),
                "the path then contains the word None",
                "write required=True, give a default, or leave the part out without it",
            )
        if isinstance(part, UnknownPart):
            return Message(
                say("{source} is None when the variable is not set", source=part.source),
                "the path then contains the word None",
                "use os.environ[...], which fails at once, or give a default",
            )
        return Message(
            say('{path} has the word "None" as a name', path=shown_path(problem)),
            "a variable was probably not set",
            "write the real name",
        )


_VARIABLES = ("ENTITY", "PROJECT", "ORG", "TEAM", "REGISTRY", "COLLECTION")
"""Words in the name of a variable of W&B that names something in it: `WANDB_ENTITY`, `WANDB_REGISTRY_ORG`."""

_ROLES = {
    "name": say("name"),
    "entity": say("entity"),
    "project": say("project"),
    "type": say("type"),
    "aliases": say("aliases"),
    "organization": say("organization"),
}
"""What a placeholder is used as, for the message."""


class UnfilledPlaceholder(Rule):
    """A placeholder was left in: `<registry_name>`, `[REGISTRY-NAME]`, or `{REGISTRY_NAME}` without the f.

    The SDK uses it as a name, in a path as in `entity=`, `project=`, `type=` and aliases. What `.format`, Hydra
    (`${…}`), GitHub Actions (`${{ … }}`) or cookiecutter fill in later is not reported; `$NAME` in the call itself is,
    and so is one between single quotes in a shell script or a `.env`.
    """

    code = "REG106"
    name = "unfilled-placeholder"
    severity = "error"
    failures = ("A7",)
    watches = (
        "link.aliases",
        "link.entity",
        "link.project",
        "link.type",
        "init.entity",
        "init.project",
        "init.type",
        "artifact.type",
        "log.aliases",
        "log.type",
        "consume",
        "setting",
        *LOOK_UPS,
        "wandb.Api.create_registry",
        "wandb.Api.registry",
    )
    is_about_path = True
    bad = (
        'REGISTRY_NAME = "<registry_name>"\nrun.link_artifact(artifact, f"wandb-registry-{REGISTRY_NAME}/zoo")',
        'run.link_artifact(artifact, "wandb-registry-{REGISTRY_NAME}/{COLLECTION_NAME}")',
        'run.link_artifact(artifact, "wandb-registry-[REGISTRY-NAME]/zoo")',
        'run.link_artifact(artifact, "wandb-registry-$REGISTRY/zoo")',
        'run.link_artifact(artifact, "your-team/wandb-registry-model/zoo")',
        'import wandb\nrun = wandb.init(entity="<team_entity>", project="p")',
        'run.use_artifact("wandb-registry-[REGISTRY-NAME]/zoo:latest")',
    )
    good = (
        'REGISTRY_NAME = "model"\nrun.link_artifact(artifact, f"wandb-registry-{REGISTRY_NAME}/zoo")',
        'run.link_artifact(artifact, "wandb-registry-{}/{}".format("model", "zoo"))',
        'TARGET = "wandb-registry-${registry}/zoo"\nrun.link_artifact(artifact, TARGET)',
        'run.link_artifact(artifact, "my-team/wandb-registry-model/zoo")',
        'import wandb\nrun = wandb.init(entity="my-team", project="p", name="<unnamed>")',
    )

    def explain(self, problem: Problem) -> Message:
        wrong = problem.facts.get("wrong") or wrong_part(problem)
        role = _ROLES.get(name := problem.facts.get("role", "name"), name)
        if wrong.startswith("{") and not wrong.startswith("{{") and "role" not in problem.facts:
            return Message(
                say("{wrong} is not filled in: the string is not an f-string", wrong=quoted(wrong)),
                "W&B uses it as a name",
                say("write an f before the quotes, or replace {wrong} with the name itself", wrong=quoted(wrong)),
            )
        target = problem.target
        part = target.path.part_at(problem.start) if target is not None and target.site is not None else None
        if wrong.startswith("$") and part is not None and not part.place.path.endswith((".py", ".ipynb")):
            return Message(
                say("{wrong} is not filled in: single quotes keep a variable as it is written", wrong=quoted(wrong)),
                "W&B uses it as a name",
                say("write double quotes, or replace {wrong} with the name itself", wrong=quoted(wrong)),
            )
        if wrong.startswith("$"):
            return Message(
                say("{wrong} is not filled in: Python reads no variables in a string", wrong=quoted(wrong)),
                "W&B uses it as a name",
                say("use an f-string with os.environ[{name}]", name=quoted(wrong.strip("${}").partition(":")[0])),
            )
        return Message(
            say("{wrong} was never filled in", wrong=quoted(wrong)),
            say("W&B uses it as the {role}", role=role),
            say("write the real {role}", role=role),
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """Every argument but the target path of a link, which the grammar checks."""
        if facts.in_test or site.context.expected:
            return
        arguments = {
            "entity": site.entity,
            "project": site.project,
            "type": site.type,
            "aliases": site.aliases,
            "organization": site.arguments.strings.get("organization", ()),
        }
        for argument, strings in arguments.items():
            for string in strings:
                yield from _report_unfilled(string, argument, argument)
        names = site.arguments.strings.get("name", ()) if site.kind == "other" else site.target
        for string in names if site.kind in ("consume", "look_up", "other") else ():
            yield from _report_unfilled(string, "name")

    def check_setting(self, setting: Setting, facts: FileFacts) -> Iterator[Report]:
        variable = setting.wandb_variable
        if not any(word in variable for word in _VARIABLES) or setting.target or facts.in_test:
            return
        for string in setting.value:
            yield from _report_unfilled(string, setting.name)


def _report_unfilled(string: StringValue, role: str, argument: str = "") -> Iterator[Report]:
    return (Report(problem, string=string, argument=argument) for problem in find_unfilled(string, role))


class InvalidEntityOrProject(Rule):
    """The run's entity or project is a path, or has another character that W&B refuses.

    `wandb.init(entity="team-a/training")` starts no run, and neither does `project="team-a/training"`: the entity and
    the project are two arguments. An entity has no space and no `:`, a project no `#`, `?`, `%`, `:` and no backslash.
    """

    code = "REG210"
    name = "invalid-entity-or-project"
    severity = "error"
    failures = ("F20",)
    watches = ("init.entity", "init.project", "WANDB_ENTITY", "WANDB_PROJECT")
    bad = (
        'import wandb\nrun = wandb.init(entity="team-a/training")',
        'import wandb\nrun = wandb.init(entity="team-a", project="zoo:v2")',
        'import os\nos.environ["WANDB_PROJECT"] = "team-a/training"',
    )
    good = (
        'import wandb\nrun = wandb.init(entity="team-a", project="training")',
        'import wandb\nrun = wandb.init(entity="team-a", project="zoo v2.1", name="run 1/2")',
    )

    def explain(self, problem: Problem) -> Message:
        role, name, letter = problem.facts["role"], problem.facts["name"], problem.facts["letter"]
        entity, slash, project = name.partition("/")
        return Message(
            say("the run's {role} {name} has {letter}", role=role, name=quoted(name), letter=quoted(letter)),
            "W&B refuses the run",
            say("write {code}", code=f"entity={quoted(entity)}, project={quoted(project)}")
            if slash and problem.kind == "path"
            else say('write letters, digits, "-" and "_"'),
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        if site.context.expected:
            return
        for string in site.entity:
            yield from self._check_name("entity", string, "path", None)
        for string in site.project:
            yield from self._check_name("project", string, "" if site.entity else "path", None)

    def check_setting(self, setting: Setting, facts: FileFacts) -> Iterator[Report]:
        """Only a warning: a run that is given an entity and a project does not need the variable."""
        from regilink_doctor.rules.site_facts import is_for_names_alone

        of_runs = [string.pattern for init in facts.inits for string in (*init.entity, *init.project)]  # reported there
        if setting.variable and not facts.in_test and not is_for_names_alone(setting, facts):
            for string in [string for string in setting.value if string.pattern not in of_runs]:
                yield from self._check_name(setting.name.removeprefix("WANDB_").lower(), string, "", "warning")

    def _check_name(self, role: str, string: StringValue, kind: str, severity: Severity | None) -> Iterator[Report]:
        forbidden = ENTITY_FORBIDDEN if role == "entity" else PROJECT_FORBIDDEN
        name = string.pattern
        start = next((offset for offset, letter in enumerate(name) if letter in forbidden), None)
        if start is None:
            return
        part = string.part_at(start)
        is_default = isinstance(part, KnownPart) and part.default_of is not None
        yield self.report(
            kind=kind if name.count("/") == 1 else "",
            string=string,
            start=start,
            end=start + 1,
            argument=role,
            severity="warning" if is_default else severity,
            role=role,
            name=name,
            letter=name[start],
        )
