"""REG501."""

from __future__ import annotations

from regilink_doctor.core.naming import ALIAS_FORBIDDEN, NAME_MAX
from regilink_doctor.core.target_path import UNKNOWN_NAME
from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import registry_path, report_place, spoken
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue


class InvalidAlias(SiteRule):
    """An alias that no version can have: with a slash or a colon, empty, or longer than 128 characters.

    The SDK refuses the first two when it links or logs, after the training. In a name that is read, a slash behind the
    colon makes W&B take the first part of the path for an organization.
    """

    code = "REG501"
    name = "invalid-alias"
    severity = "error"
    rows = ("B11", "D5")
    bad = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["release/1.2"])',
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=[f"step:{step}"])',
        'run.log_artifact(artifact, aliases=["", "best"])',
        'run.use_artifact("wandb-registry-model/zoo:release/1.2")',
    )
    good = (
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=["release-1.2", f"step-{step}"])',
        'run.link_artifact(artifact, "wandb-registry-model/zoo", aliases=[branch.replace("/", "-")])',
        'run.use_artifact("team-a/project/zoo:v1")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        if site.context.expected:
            return
        for alias in site.aliases:
            what = _wrong(alias)
            if what is not None:
                place, related = report_place(site, alias.place, "aliases")
                yield self.finding(
                    place,
                    Words(
                        f"no version can have the alias {quoted(alias.pattern)}: {what}",
                        f"write {quoted(_mended(alias))}" if alias.literal else 'join its parts with "-" or "."',
                        related,
                    ),
                )
        for text in site.target if site.kind == "consume" else ():
            before, colon, alias_text = text.pattern.partition(":")
            if not colon or "/" not in alias_text or registry_path(text) is None:
                continue
            if spoken(text, len(before) + 1 + alias_text.index("/")):
                yield self.finding(
                    site.argument or site.place,
                    Words(
                        f"the slash behind the colon of {quoted(text.pattern)} moves the parts of the path: W&B takes "
                        "the first one for an organization",
                        "give the version an alias without a slash",
                    ),
                    target=text.display,
                )


def _wrong(alias: StringValue) -> str | None:
    pattern = alias.pattern
    for offset, letter in enumerate(pattern):
        if letter in ALIAS_FORBIDDEN and spoken(alias, offset):
            return f"{quoted(letter)} is not allowed in one"
    if alias.literal is None or any(True for _ in alias.empty_defaults(0, len(pattern))):
        return None
    if not pattern.strip():
        return "it is empty"
    return f"it has {len(pattern)} characters, {NAME_MAX} are allowed" if len(pattern) > NAME_MAX else None


def _mended(alias: StringValue) -> str:
    mended = "".join("-" if letter in ALIAS_FORBIDDEN else letter for letter in alias.pattern if letter != UNKNOWN_NAME)
    return mended[:NAME_MAX].strip() or "best"
