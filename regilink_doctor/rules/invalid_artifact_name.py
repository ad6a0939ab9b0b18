"""REG405."""

from __future__ import annotations

from regilink_doctor.core.naming import ARTIFACT_NAME_ALPHABET, NAME_MAX
from regilink_doctor.core.target_path import UNKNOWN_NAME, is_known
from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import report_place, spoken
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class InvalidArtifactName(SiteRule):
    """An artifact's own name with a character that it must not have.

    `wandb.Artifact` takes letters, digits, `-`, `_` and `.`, at most 128 of them, and raises ValueError for any other:
    a name of Hugging Face (`meta-llama/Llama-3`), a version (`zoo:v3`), blanks. Registries and collections are not so
    strict: blanks are fine there.
    """

    code = "REG405"
    name = "invalid-artifact-name"
    severity = "error"
    rows = ("C17",)
    bad = (
        'wandb.Artifact("meta-llama/Llama-3", type="model")',
        'wandb.Artifact("my model", type="model")',
        'wandb.Artifact(f"zoo:{run.id}", type="model")',
    )
    good = (
        'wandb.Artifact("meta-llama-Llama-3.1_8B", type="model")',
        'wandb.Artifact(f"zoo-{run.id}", type="model")',
        'wandb.Artifact(hf_id.replace("/", "-"), type="model")',
        'run.link_artifact(artifact, "wandb-registry-model/my model")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`. One that every alternative has, or the only one."""
        texts = site.arguments.strings.get("name", ())
        if len(texts) != 1 or site.context.expected:
            return
        text = texts[0]
        pattern = text.pattern
        bad = [
            offset
            for offset, letter in enumerate(pattern)
            if letter not in ARTIFACT_NAME_ALPHABET and letter != UNKNOWN_NAME and spoken(text, offset)
        ]
        if bad:
            letter = "a blank" if pattern[bad[0]] == " " else quoted(pattern[bad[0]])
            what, instead = f"has {letter}", "".join("-" if at in bad else char for at, char in enumerate(pattern))
        elif text.literal is not None and len(pattern) > NAME_MAX:
            what, instead = f"has {len(pattern)} characters, {NAME_MAX} are allowed", ""
        else:
            return
        place, related = report_place(site, text.place_of(bad[0], bad[0] + 1) if bad else text.place)
        yield self.finding(
            place,
            Words(
                f"the artifact's name {quoted(pattern)} {what}: it raises ValueError",
                f"write {quoted(instead)}" if instead and is_known(instead) else 'write letters, digits, "-", "_", "."',
                related,
            ),
        )
