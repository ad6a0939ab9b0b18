"""REG501."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.core.naming import ALIAS_FORBIDDEN, NAME_MAX
from regilink_doctor.core.target_path import known_part
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import is_written, registry_path
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Consume, Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.rules.base import FileFacts, Report

_NEVER_IN_ALIAS = ":\"'`"
"""What is never part of a version or alias: a second colon, and quotes that were left in."""


class InvalidAlias(Rule):
    """An alias that no version can have: with a slash or a colon, empty, or longer than 128 characters.

    The SDK refuses the first two when it links or logs, after the training. In a name that is consumed, a slash after
    the colon makes W&B take the first part of the path for an organization, and a second colon or a stray quote is
    never part of an alias.
    """

    code = "REG501"
    name = "invalid-alias"
    severity = "error"
    failures = ("B11", "D5", "F12")
    watches = (
        "link.aliases",
        "log.aliases",
        "consume",
    )
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["release/1.2"])',
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=[f"step:{step}"])',
        'run.log_artifact(artifact, aliases=["epoch/3", "best"])',
        'run.use_artifact("wandb-registry-model/zoo:release/1.2")',
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
                f"the version in {quoted(facts['name'])} has a slash",
                "W&B finds no alias by that name"
                if facts["organization"]
                else "W&B takes the first part of the name for an organization",
                "use an alias without a slash",
            )
        if problem.kind == "letter":
            return Message(
                f"{quoted(facts['alias'])} is not a version or alias: it has {quoted(facts['letter'])}",
                "W&B finds no version by that name",
                f"write {quoted(facts['instead'])}",
            )
        return Message(
            f"no version can have the alias {quoted(facts['alias'])}: {facts['wrong']}",
            help=f"write {quoted(facts['instead'])}" if facts["instead"] else 'join its parts with "-" or "."',
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        if site.context.expected:
            return
        for alias in site.aliases:
            wrong = find_wrong(alias)
            if wrong is None:
                continue
            reason, start, end = wrong
            if not alias.pattern and site.kind == "log":
                continue  # the SDK accepts it, and programs have logged "" for years
            yield self.report(
                string=alias,
                start=start,
                end=end,
                argument="aliases",
                alias=alias.pattern,
                wrong=reason,
                instead=correct_alias(alias) if alias.literal else "",
            )

    def check_consume(self, consume: Consume, facts: FileFacts) -> Iterator[Report]:
        yield from self.check_site(consume, facts)
        if consume.context.expected:
            return
        for name in consume.target:
            before, colon, alias = name.pattern.partition(":")
            if not colon or "://" in name.pattern:
                continue
            start = len(before) + 1
            letter = next((letter for letter in alias if letter in _NEVER_IN_ALIAS), None)
            path = registry_path(name)
            if "/" in alias and path is not None:
                if is_written(name, start + alias.index("/")):
                    place = consume.argument or consume.place
                    yield self.report(place, "slash", name=name.pattern, organization=path.prefix or "")
            elif letter is not None and is_written(name, start + alias.index(letter)):
                instead = before + ":" + (alias.partition(letter)[0] or "ALIAS")
                yield self.report(None, "letter", string=name, start=start, alias=alias, letter=letter, instead=instead)


def find_wrong(alias: StringValue) -> tuple[str, int, int] | None:
    """What is wrong with an alias, and where in it."""
    pattern = alias.pattern
    for offset, letter in enumerate(pattern):
        if letter in ALIAS_FORBIDDEN and is_written(alias, offset):
            return f"{quoted(letter)} is not allowed", offset, offset + 1
    if alias.literal is None or any(True for _ in alias.empty_defaults(0, len(pattern))):
        return None
    if not pattern:
        return "it is empty", 0, len(pattern)
    if len(pattern) > NAME_MAX:
        return f"it has {len(pattern)} characters, W&B allows {NAME_MAX}", 0, len(pattern)
    return None


def correct_alias(alias: StringValue) -> str:
    """An alias that W&B accepts, as close to it as can be."""
    corrected = "".join("-" if letter in ALIAS_FORBIDDEN else letter for letter in known_part(alias.pattern))
    return corrected[:NAME_MAX].strip() or "best"
