"""What the assertions take, and what they say when they fail; without a server, on a ledger made by hand."""

import pytest
from tables import sample

from pytest_regilink.assertions import (
    ImpossibleAssertion,
    assert_consumed,
    assert_linked,
    assert_not_consumed,
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
    with pytest.raises(AssertionError, match='nothing was linked to "team-a/p/other:v3"'):
        assert_linked(LEDGER, Artifact("team-a/p/other:v3", is_link=False))


@pytest.mark.parametrize(
    "path", ["*", "*/zoo", "team-a/*", "model/zoo", "team-a/model/zoo", Artifact("team-a/p/zoo:v3", is_link=False)]
)
def test_a_link_to_a_project_is_not_one_to_a_registry(path: object) -> None:
    with pytest.raises(AssertionError, match=r'^linked to project "model", not to a registry \[REG101, A1\]'):
        assert_linked([MISPLACED], path)
    with pytest.raises(AssertionError, match="something was linked to"):
        assert_not_linked([MISPLACED], path)


def test_what_to_write_for_a_link_to_a_project_is_a_target_path() -> None:
    for path in ("model/zoo", "team-a/p/zoo:v3", "wandb-registry-model/zoo", "wandb-registry-model/zoo:v0"):
        with pytest.raises(AssertionError, match=r': write "wandb-registry-model/zoo"\n'):
            assert_linked([MISPLACED], path)


@pytest.mark.parametrize("path", ["wandb-registry-model/.*", "wandb-registry-.+/zoo", ".*"])
def test_a_regular_expression_is_not_a_path(path: str) -> None:
    for check in (assert_linked, assert_not_linked, assert_not_consumed):
        with pytest.raises(ImpossibleAssertion, match=r"is a regular expression: in a path, \* alone matches"):
            check([], path)


@pytest.mark.parametrize(
    "path",
    [
        "wandb-registry-model/zoo:v1",
        "wandb-registry-model/zo",
        "other/wandb-registry-model/zoo",
        "wandb-registry-model/[z]oo",
        "wandb-registry-mode",
        "wandb-registry-data*",
    ],
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
        'nothing was linked to "wandb-registry-dataset/zoo": the link to "acme/wandb-registry-modle/zoo" was refused '
        "[REG301, B3]: cannot create registry",
        "Attempted links:",
        'linked    "acme/wandb-registry-model/zoo"  (model team-a/p/zoo:v3)',
        "          went to acme/wandb-registry-model/zoo:v0, aliases candidate",
        'misplaced "team-a/model/zoo"  (model team-a/p/zoo:v3)',
        "          went to team-a/model/zoo:v0, aliases candidate, not in a registry [REG101, A1]",
        'refused   "acme/wandb-registry-modle/zoo"  (model team-a/p/zoo:v3)',
        "          cannot create registry [REG301, B3]",
        "          with aliases candidate",
        "assumed to exist because the code names it: team our-team",
    ]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"type": "dataset"}, 'with type "model", not "dataset"'),
        ({"aliases": ["production"]}, 'without the alias "production"; it has the alias "candidate"'),
        ({"aliases": [], "exact": True}, 'also with the alias "candidate"'),
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
    with pytest.raises(AssertionError, match=r"no link was attempted at all\nThe code did not .* disabled mode"):
        assert_linked((), "wandb-registry-model/zoo")
    monkeypatch.setenv("WANDB_MODE", "disabled")
    with pytest.raises(AssertionError, match=r'at all \(WANDB_MODE is "disabled"\)'):
        assert_linked((), "wandb-registry-model/zoo")


def test_a_refusal_is_found_by_its_rule_or_its_row() -> None:
    assert assert_refused(LEDGER, "wandb-registry-modle/zoo", code="REG301") is REFUSED
    assert assert_refused(LEDGER, "wandb-registry-modle/zoo", failure="B3") is REFUSED
    with pytest.raises(AssertionError, match=r"was refused for REG301, B3, not for REG401"):
        assert_refused(LEDGER, "wandb-registry-modle/zoo", code="REG401")
    with pytest.raises(AssertionError, match='"wandb-registry-model/zoo" was not refused: it is linked'):
        assert_refused(LEDGER, "wandb-registry-model/zoo")
    with pytest.raises(AssertionError, match='no link to "wandb-registry-model/other" was refused'):
        assert_refused(LEDGER, "wandb-registry-model/other")


def test_what_was_consumed_is_found_by_name_version_and_manner() -> None:
    consumed = [Consumption("alice", None, "acme/wandb-registry-model/zoo:v1", "fetch")]
    assert_consumed(consumed, "wandb-registry-model/zoo")
    assert_consumed(consumed, Artifact("acme/wandb-registry-model/zoo:v1", is_link=True), how="fetch")
    with pytest.raises(AssertionError, match=r'zoo:v0" was not consumed: ".*zoo:v1" was\nConsumed:\nfetch .*v1'):
        assert_consumed(consumed, "wandb-registry-model/zoo:v0")
    with pytest.raises(AssertionError, match="was not downloaded: nothing was consumed at all"):
        assert_consumed([], "wandb-registry-model/zoo", how="download")


def test_a_target_path_is_told_from_everything_else() -> None:
    assert_target_path("wandb-registry-model/zoo")
    assert_target_path(parse("acme/wandb-registry-model/zoo"))
    with pytest.raises(
        AssertionError, match=r'"wandb-registry-model" is not a target path \[REG102\]: .*no collection\n'
    ):
        assert_target_path("wandb-registry-model")
    with pytest.raises(AssertionError, match=r'\[REG101\]: .*prefix(?s:.*)write "wandb-registry-model/zoo"'):
        assert_target_path("model/zoo")


def test_a_registry_alone_means_everything_in_it() -> None:
    assert assert_linked(LEDGER, "wandb-registry-model") is LINKED
    assert assert_linked(LEDGER, "acme/wandb-registry-model") is LINKED
    with pytest.raises(AssertionError, match='linked to "wandb-registry-model": "acme/wandb-registry-model/zoo"\n'):
        assert_not_linked(LEDGER, "wandb-registry-model")


@pytest.mark.parametrize("version", ["v0", "candidate", "latest"])
def test_a_version_can_be_named_by_its_aliases(version: str) -> None:
    assert assert_linked(LEDGER, f"wandb-registry-model/zoo:{version}") is LINKED
    with pytest.raises(AssertionError):
        assert_not_linked(LEDGER, f"wandb-registry-model/zoo:{version}")
    assert_not_linked(LEDGER, "wandb-registry-model/zoo:production")


def test_one_alias_may_be_given_as_a_string() -> None:
    assert assert_linked(LEDGER, "wandb-registry-model/zoo", aliases="candidate", exact=True) is LINKED
    assert assert_linked(LEDGER, "wandb-registry-model/zoo", aliases={"candidate", "latest"}) is LINKED
    with pytest.raises(AssertionError, match='without the alias "candidat";'):
        assert_linked(LEDGER, "wandb-registry-model/zoo", aliases="candidat")


@pytest.mark.parametrize(
    "path",
    sample(
        [
            "",
            " ",
            "zoo",
            "wandb-registry-model/",
            "wandb-registry-model//zoo",
            "a/wandb-registry-model/b/zoo",
            "wandb-registry-/zoo",
            "wandb_registry_model/zoo",
            "https://wandb.ai/x",
            "wandb-registry-model/zoo:",
            "wandb-registry-model/$NAME",
            "wandb-registry-<registry>/zoo",
            "wandb-registry-model/zoo:{alias}",
            None,
            3,
        ],
        one_in=3,
    ),
)
def test_a_path_that_no_link_can_have_is_refused(path: object) -> None:
    with pytest.raises(ImpossibleAssertion, match=r"no link can have|is not a path"):
        assert_linked(LEDGER, path)
    with pytest.raises(ImpossibleAssertion, match=r"no link can have|is not a path"):
        assert_consumed([], path)
    if path is not None:
        with pytest.raises(ImpossibleAssertion, match=r"no link can have|is not a path"):
            assert_not_linked(LEDGER, path)
        with pytest.raises(ImpossibleAssertion, match=r"no link can have|is not a path"):
            assert_not_consumed([], path)


def test_a_rule_a_failure_and_a_way_to_consume_must_exist() -> None:
    with pytest.raises(ImpossibleAssertion, match='there is no rule "REG999"'):
        assert_refused(LEDGER, "wandb-registry-modle/zoo", code="REG999")
    with pytest.raises(ImpossibleAssertion, match='there is no rule "REG3O1", did you mean REG301'):
        assert_refused(LEDGER, "wandb-registry-modle/zoo", code="REG3O1")
    with pytest.raises(ImpossibleAssertion, match='there is no failure "Z9"'):
        assert_refused(LEDGER, "wandb-registry-modle/zoo", failure="Z9")
    for call in (assert_consumed, assert_not_consumed):
        with pytest.raises(ImpossibleAssertion, match=r"how='downloaded'.*did you mean \"download\""):
            call([], "wandb-registry-model/zoo", how="downloaded")


@pytest.mark.parametrize("aliases", ["a/b", "a:b", "", [""], [3], "v7", {"best", "v0"}])
def test_an_alias_that_no_version_can_have_is_refused(aliases: object) -> None:
    with pytest.raises(ImpossibleAssertion, match=r"is not an alias|is a version.s number"):
        assert_linked(LEDGER, "wandb-registry-model/zoo", aliases=aliases)


@pytest.mark.parametrize("alias", ["v", "v7b", "V7", "7", "v-1"])
def test_an_alias_that_only_looks_like_a_version_is_an_alias(alias: str) -> None:
    linked = attempt(aliases=(alias,))
    assert assert_linked([linked], "wandb-registry-model/zoo", aliases=alias) is linked


def test_the_first_line_names_the_place_the_rule_and_what_to_write() -> None:
    wrong = attempt("team-a/model/zoo", verdict="misplaced", code="REG101", failure="A1", place="/x/job.py:6")
    with pytest.raises(AssertionError) as caught:
        assert_linked([wrong], "wandb-registry-model/zoo")
    assert str(caught.value).splitlines()[0] == (
        'job.py:6: linked to project "model", not to a registry [REG101, A1]: write "wandb-registry-model/zoo"'
    )


def test_what_failed_was_not_consumed() -> None:
    failed = [Consumption(None, None, "acme/wandb-registry-model/zoo:v1", "fetch", failed="not found\nat all")]
    with pytest.raises(AssertionError, match="was not fetched: not found\n"):
        assert_consumed(failed, "wandb-registry-model/zoo", how="fetch")
    assert_not_consumed(failed, "wandb-registry-model/zoo")


def test_what_was_consumed_is_found_by_the_opposite_assertion() -> None:
    consumed = [Consumption("alice", None, "acme/wandb-registry-model/zoo:v1", "use")]
    with pytest.raises(AssertionError, match='zoo:v1" was used'):
        assert_not_consumed(consumed, "wandb-registry-model")
    with pytest.raises(AssertionError, match='zoo:v1" was used'):
        assert_not_consumed(consumed)
    consumed.append(Consumption("alice", None, "acme/wandb-registry-model/zoo:v1", "fetch"))
    with pytest.raises(AssertionError, match='zoo:v1" was used and fetched'):
        assert_not_consumed(consumed)
    assert_not_consumed(consumed, "wandb-registry-model/zoo:v0")
    assert_not_consumed(consumed, "wandb-registry-model/zoo", how="download")
