"""Rules about what an artifact is made of: its name, its references."""

from __future__ import annotations

from regilink_doctor.core.findings import Message, Related
from regilink_doctor.core.naming import ARTIFACT_NAME_ALPHABET, NAME_MAX
from regilink_doctor.core.phrases import say
from regilink_doctor.core.target_path import is_known
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import is_written, registry_target
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Place
    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Link, Site
    from regilink_doctor.rules.base import FileFacts, Report


class InvalidArtifactName(Rule):
    """An artifact's own name has a character that it must not have.

    `wandb.Artifact` accepts letters, digits, `-`, `_` and `.`, at most 128 of them, and raises ValueError for any
    other: a name of Hugging Face (`meta-llama/Llama-3`), a version (`zoo:v3`), spaces. Registries and collections are
    not so strict: spaces are fine there.
    """

    code = "REG405"
    name = "invalid-artifact-name"
    severity = "error"
    failures = ("C17",)
    watches = (
        "artifact",
        "log",
    )
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

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        return Message(
            say("the artifact's name {name} {wrong}", name=quoted(facts["name"]), wrong=facts["wrong"]),
            "wandb.Artifact raises ValueError",
            say("write {code}", code=quoted(facts["instead"]))
            if facts["instead"]
            else 'write letters, digits, "-", "_", "."',
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """Only a name that every alternative has, or the only one."""
        names = site.arguments.strings.get("name", ())
        if len(names) != 1 or site.context.expected:
            return
        name = names[0]
        pattern = name.pattern
        bad = [
            offset
            for offset, letter in enumerate(pattern)
            if letter not in ARTIFACT_NAME_ALPHABET
            and is_known(letter)
            and is_written(name, offset)
            and not (letter == "\n" and offset == len(pattern) - 1)  # the SDK's pattern accepts one at the end
        ]
        instead = ""
        if bad:
            letter = say("a space") if pattern[bad[0]] == " " else quoted(pattern[bad[0]])
            wrong = say("has {letter}", letter=letter)
            # Of a name in another script nothing would be left but dashes.
            if all(pattern[offset].isascii() for offset in bad) and is_known(pattern):
                instead = "".join("-" if offset in bad else letter for offset, letter in enumerate(pattern))
        elif name.literal is not None and len(pattern) > NAME_MAX:
            wrong = say("has {number} characters, W&B allows {limit}", number=len(pattern), limit=NAME_MAX)
        elif name.literal == "" and not any(name.empty_defaults(0, 0)):
            wrong = say("is empty")
        else:
            return
        start, end = (bad[0], bad[0] + 1) if bad else (0, len(pattern))
        yield self.report(
            string=name, start=start, end=end, argument="name", name=pattern, wrong=wrong, instead=instead
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
    watches = ("link",)
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
