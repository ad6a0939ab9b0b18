"""Tests that were green and proved nothing, beside the same code with regilink."""

import json

import pytest
import requests
import responses
import wandb
from zoo import mistakes
from zoo.promote import promote


def test_with_disabled_mode_anything_passes(monkeypatch):
    """What many suites do: `link_artifact` returns None, whatever the path."""
    monkeypatch.setenv("WANDB_MODE", "disabled")
    mistakes.publish("complete/nonsense")


def test_the_same_mode_is_told_here(regilink, monkeypatch):
    monkeypatch.setenv("WANDB_MODE", "disabled")
    mistakes.publish("wandb-registry-model/zoo")
    with pytest.raises(AssertionError, match="disabled"):
        regilink.assert_linked("wandb-registry-model/zoo")


@pytest.mark.parametrize(
    ("mistake", "reason"),
    [
        (
            mistakes.forget_the_prefix,
            'linked to project "model", not to a registry [REG101, A1]: write "wandb-registry-model/zoo"',
        ),
        (mistakes.forget_the_collection, 'linked to project "zoo", not to a registry [REG102, A2]'),
        (mistakes.swallow, "cannot create registry"),
    ],
)
def test_a_link_that_goes_nowhere_fails_with_the_reason(regilink, mistake, reason):
    mistake()  # no error
    with pytest.raises(AssertionError) as failure:
        regilink.assert_linked("wandb-registry-model/zoo")
    assert reason in str(failure.value)


def test_with_a_mocked_endpoint_anything_passes(monkeypatch):
    """The mock says yes to a registry that is not there."""
    monkeypatch.setenv("WANDB_API_KEY", "not a key")
    with responses.RequestsMock() as mock:
        mock.post("https://api.wandb.ai/graphql", json={"data": {"linkArtifact": {"versionIndex": 0}}})
        assert promote("some-id", "acme", "modle", "zoo") == 0


def test_the_same_call_is_refused_here(regilink, regilink_responses):
    version = regilink.artifact("zoo", entity="zoo-team", project="zoo")
    assert promote(version.id, "acme", "model", "zoo") == 0
    with pytest.raises(requests.HTTPError) as refusal:
        promote(version.id, "acme", "modle", "zoo")
    assert "cannot create registry" in json.dumps(refusal.value.response.json())
    regilink.assert_refused("wandb-registry-modle/zoo", code="REG301")


def test_a_patched_requests_does_not_see_the_sdk(regilink, monkeypatch):
    """From wandb 0.27.1 on its calls leave from another process, past every patch in this one (failure E1)."""
    seen = []
    send = requests.Session.send

    def watched(session, request, **settings):
        seen.append(request.url)
        return send(session, request, **settings)

    monkeypatch.setattr(requests.Session, "send", watched)
    mistakes.publish("wandb-registry-model/zoo")
    regilink.assert_linked("wandb-registry-model/zoo")
    version = tuple(int(part) for part in wandb.__version__.split(".")[:3])
    assert any(url.endswith("/graphql") for url in seen) == (version < (0, 27, 1))


def test_nothing_gets_out(regilink, regilink_guard):
    mistakes.publish("wandb-registry-model/zoo")
    assert not regilink_guard.reached
