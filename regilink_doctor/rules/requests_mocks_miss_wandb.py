"""REG702."""

from __future__ import annotations

from regilink_doctor.core.message import Message
from regilink_doctor.core.sdk_versions import LEAVES_PYTHON, number
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.rules.base import FileFacts, Report


class RequestsMocksMissWandb(Rule):
    """A test fakes W&B's host with `responses`, requests-mock or httpretty.

    Since wandb 0.27.1 its GraphQL leaves from a process of its own. The fake sees no call, and the real server answers.
    Use regilink's fixtures (`regilink_responses` where a test needs that library), or the emulator.
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
            f"this fake sees no call of wandb to {quoted(problem.facts['url'])}",
            f"since {LEAVES_PYTHON} wandb's calls do not go through requests: the real server answers",
            "use the fixture regilink, or regilink_responses in its place",
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        version = facts.wandb_version
        if version is None or number(version) >= number(LEAVES_PYTHON):
            yield self.report(site.place, url=site.arguments.strings["url"][0].pattern)
