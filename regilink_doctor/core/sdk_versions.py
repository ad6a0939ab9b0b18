"""What older versions of wandb do with a link, as data (failure B14; facts measured on 16 versions)."""

from __future__ import annotations

from regilink_doctor.core.phrases import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.sites import Requirement

OLDEST = "0.21.4"
"""The oldest wandb that regilink is tested with."""

LONG_KEYS = "0.22.3"
"""From here on `wandb login` and `wandb.login(key=)` accept the API keys of today, which have 86 characters."""

BROKEN = {
    "0.23.1": say('after random.seed() every run logs under the same ids: W&B answers "Invalid Client ID digest"'),
}
"""Releases with a defect of their own, which the next one does not have."""

RETURNS = "0.19.11"
"""From here on a link returns the artifact, at least when it succeeds."""

RAISES = "0.21.2"
"""From here on a link that fails raises."""

LEAVES_PYTHON = "0.27.1"
"""From here on GraphQL leaves from a process of its own, where no library that fakes `requests` sees it (E1)."""

_PRINTS = say("it prints a failed link and goes on: link_artifact returns None, the exit status is 0")

HIDES = (
    ((0, 18, 4), say("it does not know registries: the path is sent as it is, without your organization")),
    ((0, 19, 11), _PRINTS),
    ((0, 20, 0), say("after a failed link it returns whatever :v0 the collection has already, as if that were yours")),
    ((0, 21, 2), _PRINTS),
)
"""(below this version, what it does), the first that applies."""


def number(version: str) -> tuple[int, int, int]:
    """The leading numbers of a version, always three: `0.31.1.dev1` gives `(0, 31, 1)`."""
    release = version[: len(version) - len(version.lstrip("0123456789."))]
    first, second, third, *_ = [*(int(digits) for digits in release.split(".") if digits), 0, 0, 0]
    return first, second, third


def hides(version: str) -> str | None:
    """What this version hides of a failed link, None when it raises."""
    return next((effect for below, effect in HIDES if number(version) < below), None)


def newest(requirement: Requirement) -> str | None:
    """The newest version that a requirement allows; None when it sets no bound."""
    if requirement.exact is not None:
        return requirement.exact
    if requirement.upper is None or requirement.inclusive:
        return requirement.upper
    return _before(requirement.upper)


def _before(version: str) -> str:
    """A version just below: `0.20` allows 0.19.999."""
    parts = list(number(version))
    while parts and parts[-1] == 0:
        parts.pop()
    return ".".join(map(str, [*parts[:-1], parts[-1] - 1, 999])) if parts else "0"
