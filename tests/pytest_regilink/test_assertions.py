"""What the assertions take, and what they say when they fail; without a server, on a ledger made by hand."""

import pytest

from pytest_regilink.assertions import (
    assert_consumed,
    assert_linked,
    assert_not_linked,
    assert_refused,
    assert_target_path,
)
from regilink_doctor.core.ledger import Assumed, LinkAttempt
from regilink_doctor.core.target_path import parse
from regilink_doctor.emulator.ledger import Consumption


def attempt(target: str = "acme/wandb-registry-model/zoo", **changed: object) -> LinkAttempt:
    entity, project, collection = target.split("/")
    values = {
        "user": "alice",
        "run": "team-a/p/r",
        "source": "team-a/p/zoo:v3",
        "source_type": "model",
        "requested": None,
        "entity": entity,
        "project": project,
        "collection": collection,
        "destination": target,
        "aliases": ("candidate",),
        "verdict": "linked",
        "code": None,
        "failure": None,
        "message": None,
        "version": "v0",
    }
    return LinkAttempt(**(values | changed))


LINKED = attempt()
MISPLACED = attempt("team-a/model/zoo", verdict="misplaced", code="REG101", failure="A1")
REFUSED = attempt(
    "acme/wandb-registry-modle/zoo",
    verdict="refused",
    code="REG301",
    failure="B3",
    destination=None,
    version=None,
    message="cannot create registry",
)
LEDGER = (LINKED, MISPLACED, REFUSED)


class Artifact:
    """As wandb's own: known by the module of its class and by these two properties."""

    __module__ = "wandb.sdk.artifacts.artifact"

    def __init__(self, qualified_name: str, is_link: bool) -> None:
        self.qualified_name = qualified_name
        self.is_link = is_link


@pytest.mark.parametrize(
    "path",
    [
        "wandb-registry-model/zoo",
        "acme/wandb-registry-model/zoo",
        "wandb-registry-model/zoo:v0",
        "wandb-registry-model/*",
        "*/wandb-registry-*/zoo",
        parse("wandb-registry-model/zoo"),
        parse("acme/wandb-registry-model/zoo"),
        Artifact("acme/wandb-registry-model/zoo:v0", is_link=True),
    ],
)
def test_a_link_is_found_by(path: object) -> None:
    assert assert_linked(LEDGER, path, type="model", aliases={"candidate"}) is LINKED
    with pytest.raises(AssertionError, match="something was linked to"):
        assert_not_linked(LEDGER, path)


def test_the_source_that_was_logged_is_found_wherever_it_went() -> None:
    assert assert_linked(LEDGER, Artifact("team-a/p/zoo:v3", is_link=False)) is MISPLACED
    with pytest.raises(AssertionError, match="nothing was linked to 'team-a/p/other:v3'"):
        assert_linked(LEDGER, Artifact("team-a/p/other:v3", is_link=False))


@pytest.mark.parametrize(
    "path", ["wandb-registry-model/zoo:v1", "wandb-registry-model/zo", "other/wandb-registry-model/zoo", "zoo", "[z]oo"]
)
def test_what_only_looks_alike_is_not_found(path: str) -> None:
    with pytest.raises(AssertionError, match="nothing was linked to"):
        assert_linked(LEDGER, path)
    assert_not_linked(LEDGER, path)


def test_the_text_of_the_code_is_found_too() -> None:
    named = attempt(requested="Acme Inc/wandb-registry-model/zoo")
    assert assert_linked([named], "Acme Inc/wandb-registry-model/zoo") is named


def test_a_failure_shows_what_was_attempted_instead_and_why_it_was_refused() -> None:
    with pytest.raises(AssertionError) as caught:
        assert_linked(LEDGER, "wandb-registry-dataset/zoo", assumed=[Assumed("team", "our-team")])
    assert str(caught.value).splitlines() == [
        "nothing was linked to 'wandb-registry-dataset/zoo'. Attempted:",
        "linked    acme/wandb-registry-model/zoo  (model team-a/p/zoo:v3)",
        "          is now acme/wandb-registry-model/zoo:v0",
        "misplaced team-a/model/zoo  (model team-a/p/zoo:v3)",
        "          is now team-a/model/zoo:v0, not in a registry [REG101, A1]",
        "refused   acme/wandb-registry-modle/zoo  (model team-a/p/zoo:v3)",
        "          cannot create registry [REG301, B3]",
        "assumed, for the code names it and no catalog does: team our-team",
    ]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"type": "dataset"}, "with type 'model', not 'dataset'"),
        ({"aliases": ["production"]}, "without the alias 'production'; it has the alias 'candidate'"),
        ({"aliases": [], "exact": True}, "also with the alias 'candidate'"),
    ],
)
def test_a_link_that_is_not_quite_right_is_told_from_none(wanted: dict[str, object], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        assert_linked(LEDGER, "wandb-registry-model/zoo", **wanted)


def test_exactly_means_once_and_with_these_aliases() -> None:
    assert_linked(LEDGER, "wandb-registry-model/zoo", aliases={"candidate"}, exact=True)
    with pytest.raises(AssertionError, match="2 times, not once"):
        assert_linked([LINKED, LINKED], "wandb-registry-model/zoo", exact=True)


def test_no_link_at_all_says_what_may_be_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AssertionError, match=r"no link was attempted at all\.\nEither .* disabled mode"):
        assert_linked((), "wandb-registry-model/zoo")
    monkeypatch.setenv("WANDB_MODE", "disabled")
    with pytest.raises(AssertionError, match=r"at all \(WANDB_MODE is 'disabled'\)"):
        assert_linked((), "wandb-registry-model/zoo")


def test_a_refusal_is_found_by_its_rule_or_its_row() -> None:
    assert assert_refused(LEDGER, "wandb-registry-modle/zoo", code="REG301") is REFUSED
    assert assert_refused(LEDGER, "wandb-registry-modle/zoo", failure="B3") is REFUSED
    with pytest.raises(AssertionError, match=r"was refused, but not for REG401.*\n"):
        assert_refused(LEDGER, "wandb-registry-modle/zoo", code="REG401")
    with pytest.raises(AssertionError, match="no link to 'wandb-registry-model/zoo' was refused"):
        assert_refused(LEDGER, "wandb-registry-model/zoo")


def test_what_was_consumed_is_found_by_name_version_and_manner() -> None:
    consumed = [Consumption("alice", None, "acme/wandb-registry-model/zoo:v1", "fetch")]
    assert_consumed(consumed, "wandb-registry-model/zoo")
    assert_consumed(consumed, Artifact("acme/wandb-registry-model/zoo:v1", is_link=True), how="fetch")
    with pytest.raises(AssertionError, match=r"'wandb-registry-model/zoo:v0' was not consumed\nWhat was:\nfetch .*v1"):
        assert_consumed(consumed, "wandb-registry-model/zoo:v0")
    with pytest.raises(AssertionError, match="was not downloaded: nothing was consumed at all"):
        assert_consumed([], "wandb-registry-model/zoo", how="download")


def test_a_target_path_is_told_from_everything_else() -> None:
    assert_target_path("wandb-registry-model/zoo")
    assert_target_path(parse("acme/wandb-registry-model/zoo"))
    with pytest.raises(AssertionError, match="REG102"):
        assert_target_path("wandb-registry-model")
    with pytest.raises(AssertionError, match="goes to a project, not to a registry"):
        assert_target_path("model/zoo")
