"""A rule about tests that assert a link which no W&B, real or emulated, has judged."""

from __future__ import annotations

from regilink_doctor.core.findings import Message
from regilink_doctor.core.phrases import say
from regilink_doctor.rules.base import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.rules.base import FileFacts, Report

_HOW = {
    "mock": say("wandb is a mock"),
    "disabled": say("wandb is disabled"),
    "requests": say("requests is a mock"),
    "swallowed": say("a block around it catches its failure"),
}


class MockedLinkAssertion(Rule):
    """A test asserts a link, and cannot fail: wandb is a mock or disabled, `requests` is a mock, or a block catches it.

    Such a test compares the code with itself: a mock accepts every target path, type, alias and role, a disabled run
    returns None whatever the path, and since wandb 0.27.1 links do not go through `requests`. The test stays green when
    W&B would refuse the link. With regilink's fixture the real SDK runs against an emulated server:
    `regilink.assert_linked("wandb-registry-model/zoo")`.

    Reported in functions `test*`: an assertion on `link_artifact` or `link_model` of a mock (`assert_called_with`,
    `called`, `call_args`), and one on the result of a link, or on the operation `linkArtifact`, where the test patches
    `wandb` or `requests` or sets `WANDB_MODE=disabled`. In tests with a fixture of regilink: an assertion inside of
    `pytest.raises(Exception)` without `match`, or of `suppress(Exception)`; "nothing was linked" where the test itself
    disables wandb. Not reported where the test asserts something else.
    """

    code = "REG705"
    name = "mocked-link-assertion"
    severity = "info"
    failures = ("E1",)
    watches = ("mocked-link",)
    example = "test_train.py"
    bad = (
        "from unittest.mock import patch\n"
        "import train\n"
        "def test_publishes():\n"
        '    with patch("train.wandb") as wandb:\n'
        "        train.main()\n"
        "    run = wandb.init.return_value.__enter__.return_value\n"
        '    run.link_artifact.assert_called_once_with("zoo", "wandb-registry-model/zoo")',
        "import wandb\n"
        "def test_publishes(monkeypatch, artifact):\n"
        '    monkeypatch.setenv("WANDB_MODE", "disabled")\n'
        "    with wandb.init() as run:\n"
        "        linked = run.link_artifact(artifact, TARGET)\n"
        "    assert linked is None",
        "import responses, train, wandb\n"
        "@responses.activate\n"
        "def test_publishes():\n"
        "    train.main()\n"
        '    assert "linkArtifact" in responses.calls[0].request.body',
        "import wandb\n"
        "def test_publishes(mocker, trainer):\n"
        '    link = mocker.patch.object(wandb.Run, "link_artifact")\n'
        "    trainer.publish()\n"
        '    link.assert_called_once_with(trainer.artifact, "wandb-registry-model/zoo")\n'
        "    assert wandb.Run.link_artifact.call_count == 1",
        "import pytest, train\n"
        "def test_is_refused(regilink):\n"
        "    with pytest.raises(Exception):\n"
        '        train.main("wandb-registry-modle/zoo")\n'
        '        regilink.assert_refused("wandb-registry-modle/zoo")',
    )
    good = (
        "import train\n"
        "def test_publishes(regilink):\n"
        "    train.main()\n"
        '    regilink.assert_linked("wandb-registry-model/zoo")',
        "from unittest.mock import patch\n"
        "import train\n"
        "def test_logs_the_loss():\n"
        '    with patch("train.wandb") as wandb:\n'
        "        train.main()\n"
        "    wandb.init.return_value.log.assert_called()",
        "import responses, train, wandb\n"
        "@responses.activate\n"
        "def test_downloads_the_labels():\n"
        '    responses.get("https://example.org/labels")\n'
        "    train.main()\n"
        "    assert len(responses.calls) == 1",
        "import wandb\n"
        "def test_trains(monkeypatch, trainer):\n"
        '    monkeypatch.setenv("WANDB_MODE", "disabled")\n'
        "    trainer.main()\n"
        "    assert trainer.loss < 1",
        'import train, wandb\ndef test_the_target():\n    assert train.TARGET == "wandb-registry-model/zoo"',
    )

    def explain(self, problem: Problem) -> Message:
        if problem.kind == "swallowed":
            return Message(
                say("the test asserts a link, but {how}", how=_HOW[problem.kind]),
                "it passes when the assertion fails, or is never reached",
                "move the assertion after the block",
            )
        return Message(
            say("the test asserts a link, but {how}", how=_HOW[problem.kind]),
            "it passes whatever the target path, type and role: W&B has not judged the link",
            'use the fixture regilink: regilink.assert_linked("wandb-registry-...") after the real wandb ran',
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        yield self.report(site.place, site.arguments.strings["how"][0].pattern)
