"""What happens to most teams sooner or later: our code must not go on as if nothing had happened."""

import pytest
from zoo import mistakes, train

from pytest_regilink import failures


@failures()
def test_publishing_fails_loudly(regilink):
    with regilink.assert_fails_loudly():
        train.main(epochs=1)


@failures("missing-registry")
def test_a_swallowed_error_is_found(regilink):
    with pytest.raises(AssertionError, match="as if nothing had happened"), regilink.assert_fails_loudly():
        mistakes.swallow()


@pytest.mark.regilink(registries={"model": ["model"]}, role="viewer")
def test_a_viewer_may_not_publish(regilink):
    with pytest.raises(Exception, match=r"(?i)permission denied"):
        train.main(epochs=1)
    regilink.assert_refused("wandb-registry-model/zoo", code="REG304")
