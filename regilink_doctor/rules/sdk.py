"""Rules about the wandb that is installed."""

from __future__ import annotations

from regilink_doctor.core.findings import Message
from regilink_doctor.core.phrases import say
from regilink_doctor.core.sdk_versions import BROKEN, LEAVES_PYTHON, LONG_KEYS, hides, newest, number
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Requirement, Site
    from regilink_doctor.rules.base import FileFacts, Report


class SdkTooOld(Rule):
    """The wandb that is required or installed hides that a link has failed, or cannot link to a registry.

    Up to 0.21.1 the error is printed, `link_artifact` returns None and the exit status is 0. Below 0.22.3 `wandb
    login` refuses the API keys that W&B issues today (an info), and 0.23.1 creates one client id twice after
    `random.seed()`, which W&B refuses. Reported for versions that are pinned (`==`, a lock file) or bounded (`<`,
    `~=`), where the project links to a registry; never for `>=`.
    """

    code = "REG701"
    name = "sdk-too-old"
    severity = "warning"
    failures = ("B14", "D8", "F3", "F9")
    watches = ("requirement",)
    example = "requirements.txt"
    bad = ("wandb==0.18.7", "wandb>=0.16,<0.20", "wandb~=0.19.1", "wandb==0.22.0", "wandb==0.23.1")
    good = ("wandb>=0.16", "wandb", "wandb==0.31.0", "wandb>=0.18,<0.30", "wandb-osh==0.1")

    def explain(self, problem: Problem) -> Message:
        facts = problem.facts
        if problem.kind == "keys":
            return Message(
                say("{version} refuses the API keys that W&B gives out today", version=facts["version"]),
                "wandb login and wandb.login(key=...) accept 40 characters; a key of today has 86",
                facts["help"],
            )
        if problem.kind == "broken":
            return Message(
                say("{version} has a defect that the next release fixes", version=facts["version"]),
                facts["effect"],
                facts["help"],
            )
        return Message(say("{version} hides failures", version=facts["version"]), facts["effect"], facts["help"])

    def check_requirement(self, requirement: Requirement, facts: FileFacts) -> Iterator[Report]:
        version = newest(requirement) if requirement.package == "wandb" else None
        if version is None:
            return
        kind, effect = "", hides(version)
        if effect is None and requirement.exact in BROKEN:
            kind, effect = "broken", BROKEN[requirement.exact]
        elif effect is None and number(version) < number(LONG_KEYS):
            kind, effect = "keys", ""
        if effect is None or not facts.links_around:
            return
        bound = (
            say("up to {upper}", upper=requirement.upper)
            if requirement.inclusive
            else say("below {upper}", upper=requirement.upper)
        )
        instead = f"wandb>={LONG_KEYS}" if kind != "broken" else "wandb>=0.24.0"
        yield self.report(
            requirement.place,
            kind,
            severity="info" if kind == "keys" else None,
            version=say("wandb {exact}", exact=requirement.exact or bound),
            effect=effect,
            help=say("require {instead}, and lock again", instead=instead)
            if requirement.locked
            else say("write {code}", code=instead),
        )


class RequestsMocksMissWandb(Rule):
    """A test fakes W&B's host with `responses`, requests-mock or httpretty.

    Since wandb 0.27.1 a separate process sends its GraphQL requests. The fake sees no request, and the real server
    answers. Use regilink's fixtures (`regilink_responses` where a test needs that library), or the emulator.
    """

    code = "REG702"
    name = "requests-mocks-miss-wandb"
    severity = "error"
    failures = ("E1",)
    watches = ("mock",)
    bad = (
        "import responses, wandb\n"
        "@responses.activate\n"
        "def test_link():\n"
        '    responses.add(responses.POST, "https://api.wandb.ai/graphql", json={})\n'
        "    wandb.Api().viewer",
        'import wandb\ndef test_link(requests_mock):\n    requests_mock.post("https://api.wandb.ai/graphql", json={})',
    )
    good = (
        "import responses, wandb\n"
        "@responses.activate\n"
        "def test_download():\n"
        '    responses.add(responses.GET, "https://example.org/model.pt", body=b"")',
        'import wandb\ndef test_link(regilink):\n    regilink.assert_linked("wandb-registry-model/zoo")',
    )

    def explain(self, problem: Problem) -> Message:
        return Message(
            say("this fake sees no call of wandb to {url}", url=quoted(problem.facts["url"])),
            say(
                "since {version} wandb's calls do not go through requests: the real server answers",
                version=LEAVES_PYTHON,
            ),
            "use the fixture regilink, or regilink_responses in its place",
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        version = facts.wandb_version
        if version is None or number(version) >= number(LEAVES_PYTHON):
            yield self.report(site.place, url=site.arguments.strings["url"][0].pattern)
