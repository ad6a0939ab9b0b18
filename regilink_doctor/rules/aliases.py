"""Rules about the aliases of a version."""

from __future__ import annotations

from regilink_doctor.core.findings import Message, Related
from regilink_doctor.core.naming import ALIAS_FORBIDDEN, NAME_MAX, correct_alias, is_version
from regilink_doctor.core.phrases import say
from regilink_doctor.core.problems import find_colon
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import (
    known_registry,
    known_values,
    read_put,
    registry_path,
    registry_target,
    warn_of_default,
)
from regilink_doctor.rules.wording import listed, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Severity
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Command, Consume, Link, Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.rules.base import FileFacts, Report


_NEVER_IN_ALIAS = ":\"'`"
"""What is never part of a version or alias: a second colon, and quotes that were left in."""


class InvalidAlias(Rule):
    """An alias that no version can have: with a slash or a colon, empty, or longer than 128 characters.

    The SDK refuses the first two when it links or logs, and W&B when `artifact.aliases` is saved, after the training.
    In a name that is consumed, a slash after the colon makes W&B take the first part of the path for an organization,
    and a second colon or a stray quote is never part of an alias.
    """

    code = "REG501"
    name = "invalid-alias"
    severity = "error"
    failures = ("B11", "D5", "F12")
    watches = ("link.aliases", "log.aliases", "target.aliases", "wandb.Artifact.aliases", "consume", "command")
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["release/1.2"])',
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=[f"step:{step}"])',
        'run.log_artifact(artifact, aliases=["epoch/3", "best"])',
        'run.use_artifact("wandb-registry-model/zoo:release/1.2")',
        'linked = run.link_artifact(artifact, "wandb-registry-model/zoo")\n'
        'linked.aliases.append("env:prod")\n'
        "linked.save()",
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["release-1.2", f"step-{step}"])',
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=[branch.replace("/", "-")])',
        'run.use_artifact("team-a/project/zoo:v1")',
    )

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        if problem.kind == "slash":
            return Message(
                say("the version in {name} has a slash", name=quoted(facts["name"])),
                "W&B finds no alias by that name"
                if facts["organization"]
                else "W&B reads the first part of the name as an organization",
                "use an alias without a slash",
            )
        if problem.kind == "letter":
            return Message(
                say(
                    "{alias} is not a version or alias: it has {letter}",
                    alias=quoted(facts["alias"]),
                    letter=quoted(facts["letter"]),
                ),
                "W&B finds no version by that name",
                say("write {code}", code=quoted(facts["instead"])),
            )
        if problem.kind == "comma":
            names = ", ".join(quoted(name.strip()) for name in facts["alias"].split(","))
            return Message(
                say("{alias} is one alias, with a comma in it", alias=quoted(facts["alias"])),
                say("W&B does not split it"),
                say("write {code}", code=f"aliases=[{names}]"),
            )
        return Message(
            say("no version can have the alias {alias}: {wrong}", alias=quoted(facts["alias"]), wrong=facts["wrong"]),
            help=say("write {code}", code=quoted(facts["instead"]))
            if facts["instead"]
            else 'join its parts with "-" or "."',
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        if site.context.expected:
            return
        for alias in site.aliases:
            wrong = find_wrong(alias)
            if wrong is None:
                if alias.pattern.find(",") > 0:
                    yield self.report(
                        None, "comma", string=alias, severity="warning", argument="aliases", alias=alias.pattern
                    )
                continue
            reason, start, end = wrong
            is_unsaved = site.call == "wandb.Artifact.aliases" and not facts.mentions(".save(")
            if not alias.pattern and site.kind == "log":
                continue  # the SDK accepts it, and programs have logged "" for years
            yield self.report(
                string=alias,
                start=start,
                end=end,
                argument="aliases",
                severity="warning" if is_unsaved else warn_of_default(alias, start, end),
                alias=alias.pattern,
                wrong=reason,
                instead=correct_alias(alias.literal) if alias.literal else "",
            )

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        yield from self.check_site(consume, facts)
        if consume.context.expected:
            return
        places = set()
        for name in consume.target:
            before, colon, alias = name.pattern.partition(":")
            if not colon or "://" in name.pattern or find_colon(name.pattern, is_consumed=True) is not None:
                continue
            start = len(before) + 1
            letter = next((letter for letter in alias if letter in _NEVER_IN_ALIAS), None)
            path = registry_path(name)
            if "/" in alias and path is not None:
                place = consume.argument or consume.place
                yield self.report(place, "slash", name=name.pattern, organization=path.prefix or "")
            elif letter is not None:
                place = name.place_of(start, len(name.pattern))
                if place in places:
                    continue
                places.add(place)
                instead = before + ":" + (alias.partition(letter)[0] or "ALIAS")
                yield self.report(None, "letter", string=name, start=start, alias=alias, letter=letter, instead=instead)

    def check_command(self, command: Command, facts: FileFacts) -> Iterator[Report]:
        """`wandb artifact put --alias A`."""
        for alias in (read_put(command) or {}).get("--alias", ()):
            wrong = find_wrong(alias) if alias.pattern else None
            if wrong is not None:
                instead = correct_alias(alias.literal) if alias.literal else ""
                yield self.report(
                    alias.place_of(0, len(alias.pattern)), alias=alias.pattern, wrong=wrong[0], instead=instead
                )


def find_wrong(alias: StringValue) -> tuple[str, int, int] | None:
    """What is wrong with an alias, and where in it."""
    pattern = alias.pattern
    for offset, letter in enumerate(pattern):
        if letter in ALIAS_FORBIDDEN:
            return say("{letter} is not allowed", letter=quoted(letter)), offset, offset + 1
    if alias.literal is None or any(True for _ in alias.empty_defaults(0, len(pattern))):
        return None
    if not pattern:
        return say("it is empty"), 0, len(pattern)
    if len(pattern) > NAME_MAX:
        return (
            say("it has {number} characters, W&B allows {limit}", number=len(pattern), limit=NAME_MAX),
            0,
            len(pattern),
        )
    return None


class VersionAsAlias(Rule):
    """An alias looks like a version: `v3`.

    W&B numbers the versions of a collection itself. The SDK looks for the number among the aliases: it takes such an
    alias for the version, or, where W&B has the number there as well, cannot read the version any more: `Expected at
    most one version alias`.
    """

    code = "REG502"
    name = "version-as-alias"
    severity = "warning"
    failures = ("B11",)
    watches = ("link.aliases", "log.aliases", "target.aliases", "wandb.Artifact.aliases")
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["v3"])',
        'run.log_artifact(artifact, aliases=["best", "v12"])',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["1.3.0", "v3-beta", "production"])',
        'run.use_artifact("wandb-registry-model/zoo:v3")',
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=[f"v{major}"])',
    )

    def explain(self, problem: Problem) -> Message:
        alias = problem.facts["alias"]
        return Message(
            say("the alias {alias} looks like a version", alias=quoted(alias)),
            "the SDK takes it for the number that W&B gives the version, or fails to read the version",
            say("remove it, or write something like {alias}", alias=quoted(alias[1:] + ".0")),
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        for alias, name in known_values(site.aliases) if not site.context.expected else ():
            if is_version(name):
                yield self.report(string=alias, argument="aliases", alias=name)


class RedundantLatest(Rule):
    """`aliases=["latest"]` when linking: W&B always gives it to the version that was linked last.

    That holds for an old model that is linked again, too: `latest` then means the old one. Programs that consume should
    pin an alias of your own.
    """

    code = "REG503"
    name = "redundant-latest"
    severity = "info"
    failures = ("B11",)
    watches = ("link.aliases", "target.aliases")
    bad = ('run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["latest", "production"])',)
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["production"])',
        'run.use_artifact("wandb-registry-model/zoo:latest")',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            'the alias "latest" is redundant',
            "W&B moves it to whatever is linked last, even to an old version",
            "remove it, and give an alias of your own to what others should consume",
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        for alias, name in known_values(site.aliases) if not site.context.expected else ():
            if name == "latest":
                yield self.report(string=alias, argument="aliases")
                return


class AliasesOnSourceOnly(Rule):
    """The artifact is logged with aliases, or given some itself, and linked without.

    Aliases belong to one collection. Those of `log_artifact` and of `artifact.aliases` stay in the project; they do not
    find the version in the registry. Give them to the link as well, if programs that consume should use them.
    """

    code = "REG504"
    name = "aliases-on-source-only"
    severity = "info"
    failures = ("B11",)
    watches = ("link.logged_aliases", "link.aliases_set")
    bad = (
        'run.log_artifact(artifact, aliases=["production"])\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
        'import wandb\nartifact = wandb.Api().artifact("team-a/p/zoo:latest")\n'
        'artifact.aliases.append("production")\nartifact.link("wandb-registry-model/zoo")',
    )
    good = (
        'run.log_artifact(artifact, aliases=["production"])\n'
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["production"])',
        'import wandb\nartifact = wandb.Api().artifact("team-a/p/zoo:latest")\n'
        'artifact.link("wandb-registry-model/zoo", aliases=["production"])\n'
        'artifact.aliases.append("linked")\nartifact.save()',
        'run.log_artifact(artifact, aliases=["latest"])\nrun.link_artifact(artifact, "wandb-registry-model/zoo")',
        'run.log_artifact(artifact, aliases=["best"])\nrun.link_artifact(artifact, "candidates/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        if problem.kind == "object":
            return Message(
                "a change of artifact.aliases is not linked",
                'the version in the registry gets no alias but "latest"',
                "write artifact.link(..., aliases=[...])",
            )
        names = problem.facts["aliases"]
        return Message(
            say("log_artifact gives {names} to the source artifact alone", names=names),
            'the version in the registry gets no alias but "latest"',
            say("write aliases=[{names}] here as well, if programs that consume should use them", names=names),
        )

    def check_link(self, link: Link, facts: FileFacts) -> Iterator[Report]:
        logged, target = link.log_call, registry_target(link)
        if target is None or {"aliases", "**"} & link.arguments.names or link.context.expected:
            return
        if link.aliases_set is not None:
            related = (Related("the aliases are changed here", link.aliases_set),)
            severity: Severity = "info" if facts.mentions(".save(") else "warning"  # then not even the source has them
            yield self.report(link.place, "object", related=related, severity=severity)
            return
        if logged is None:
            return
        names = [alias.literal for alias in logged.aliases if alias.literal and alias.literal != "latest"]
        if names:
            related = (Related("the aliases are given here", logged.place),)
            yield self.report(link.place, related=related, aliases=listed(names))


class ProtectedAlias(Rule):
    """A link sets an alias that only admins of the registry may set.

    Protected aliases are made in the W&B App, and no API lists them: they come from the catalog, where they were
    written down, or from `protected-aliases` of the configuration. A service account is hardly ever an admin.
    """

    code = "REG507"
    name = "protected-alias"
    severity = "warning"
    failures = ("B10",)
    watches = ("link.aliases", "target.aliases")
    needs_catalog = True
    bad = ('run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["production"])',)
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["candidate"])',
        'run.link_artifact(artifact, "candidates/zoo", aliases=["production"])',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            say("the alias {alias} is protected", alias=quoted(problem.facts["alias"])),
            "only an admin of the registry may set it",
            "link with another alias, and let an admin promote the version",
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        target = registry_target(site)
        if target is None or site.context.expected:
            return
        protected = set(facts.configured.protected_aliases)
        name = known_registry(target)
        if facts.view is not None and name is not None:
            for organization in facts.view.organization_names:
                registry = facts.view.registry(organization.entity, name)
                protected |= set(registry.protected_aliases) if registry else set()
        for alias in site.aliases:
            if alias.literal in protected:
                yield self.report(string=alias, argument="aliases", alias=alias.literal or "")
