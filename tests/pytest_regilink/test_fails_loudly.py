"""`assert_fails_loudly`: only what comes of W&B counts."""

import contextlib
import re
import subprocess
from collections.abc import Callable

import pytest
import wandb
from suites import Run
from test_server_fixture import TARGET, link

from pytest_regilink import ImpossibleAssertion, Regilink

WRONG = "wandb-registry-modle/zoo"


def test_a_refused_link_counts(regilink: Regilink) -> None:
    with regilink.assert_fails_loudly():
        link(WRONG)
    with regilink.assert_fails_loudly(because="REG301"):
        link(WRONG)
    with regilink.assert_fails_loudly(because="B3"):
        link(WRONG)


def test_a_refusal_that_the_code_turns_into_its_own_error_counts(regilink: Regilink) -> None:
    def publish() -> None:
        try:
            link(WRONG)
        except wandb.errors.CommError:
            raise SystemExit(3) from None

    with regilink.assert_fails_loudly():
        publish()


@pytest.mark.parametrize("name", ["wandb-registry-model/none:v0", f"{TARGET}:none"])
def test_a_refused_read_that_the_code_turns_into_its_own_error_counts(regilink: Regilink, name: str) -> None:
    def load_or_fail(name: str) -> None:
        try:
            artifact = wandb.Api().artifact(name)
        except wandb.errors.CommError:
            artifact = None
        if artifact is None:
            raise RuntimeError("no model")

    regilink.published(f"{TARGET}:production")
    with regilink.assert_fails_loudly():
        load_or_fail(name)


@pytest.mark.parametrize("goes_on", [link, lambda: wandb.Api().artifact(f"{TARGET}:production")])
def test_a_refused_read_that_the_code_went_on_without_does_not_count(
    regilink: Regilink, goes_on: Callable[[], object]
) -> None:
    def fail_later() -> None:
        with contextlib.suppress(wandb.errors.CommError):
            wandb.Api().artifact(f"{TARGET}:none")
        goes_on()
        raise RuntimeError("later")

    regilink.published(f"{TARGET}:production")
    with pytest.raises(AssertionError, match="for another reason, W&B refused nothing"), regilink.assert_fails_loudly():
        fail_later()


def test_a_refused_read_in_another_process_counts(regilink: Regilink, forked_python: str) -> None:
    code = f"import wandb; wandb.Api().artifact({TARGET + ':none'!r})"
    with regilink.assert_fails_loudly():
        subprocess.run([forked_python, "-c", code], check=True, stderr=subprocess.DEVNULL)


def test_a_fault_that_was_met_counts(regilink: Regilink) -> None:
    regilink.fault("refuse", "linkArtifact")
    with regilink.assert_fails_loudly():
        link()


def test_an_exception_of_wandb_counts(regilink: Regilink) -> None:
    with regilink.assert_fails_loudly():
        wandb.Api().artifact("wandb-registry-model/none:v0")


@pytest.mark.parametrize("error", [NameError("lnk"), SystemExit(2), RuntimeError("disk full")])
def test_an_error_that_does_not_come_of_wandb_fails(regilink: Regilink, error: BaseException) -> None:
    with (
        pytest.raises(AssertionError, match="for another reason, nothing of W&B was called: ") as caught,
        regilink.assert_fails_loudly(),
    ):
        raise error
    assert caught.value.__cause__ is error


def test_an_error_after_a_link_that_was_accepted_fails(regilink: Regilink) -> None:
    def fail_later() -> None:
        link()
        raise RuntimeError("later")

    with pytest.raises(AssertionError, match="for another reason, W&B refused nothing"), regilink.assert_fails_loudly():
        fail_later()


def test_going_on_fails(regilink: Regilink) -> None:
    def go_on() -> None:
        with contextlib.suppress(wandb.errors.CommError):
            link(WRONG)

    with pytest.raises(AssertionError, match="as if nothing had happened") as caught, regilink.assert_fails_loudly():
        go_on()
    first = str(caught.value).splitlines()[0]
    assert re.match(r'test_server_fixture\.py:\d+: the link to ".*" was refused \[REG\d+.*; the code went on', first)


def test_a_link_that_was_accepted_did_not_fail(regilink: Regilink) -> None:
    with pytest.raises(AssertionError, match="refused nothing: the code went on"), regilink.assert_fails_loudly():
        link()


def link_quietly() -> None:
    with contextlib.suppress(wandb.errors.CommError):
        link(WRONG)


@pytest.mark.parametrize("error", [NameError("lnk"), AssertionError("1 == 2"), TypeError("f() got 2")])
def test_a_mistake_of_the_test_after_a_refusal_that_was_swallowed_fails(regilink: Regilink, error: Exception) -> None:
    with (  # noqa: PT012 - the mistake is in a line of the block
        pytest.raises(
            AssertionError, match=r"refused \[REG301.*; the block failed for another reason, raised by the test"
        ),
        regilink.assert_fails_loudly(),
    ):
        link_quietly()
        raise error


def test_a_typo_in_the_name_of_a_function_of_wandb_fails(regilink: Regilink) -> None:
    with (
        pytest.raises(AssertionError, match="for another reason, nothing of W&B was called: AttributeError"),
        regilink.assert_fails_loudly(),
    ):
        wandb.inti()


def link_with(*arguments: object, **options: object) -> None:
    with wandb.init(entity="team-a", project="p") as run:
        run.link_artifact(wandb.Artifact("zoo", type="model"), *arguments, **options)


@pytest.mark.parametrize(
    ("mistake", "failure"),
    [
        (link_with, "A18"),
        (lambda: link_with(TARGET, alias=["x"]), "A18"),
        (lambda: wandb.run.link_artifact("zoo", TARGET), "F4"),
        (lambda: wandb.log({"loss": 1}), "F4"),
        (lambda: wandb.Artifact("zoo", type="model").add_file("nothere.pt"), "F18"),
        (lambda: wandb.Artifact("zoo model/x", type="model"), "C17"),
    ],
)
def test_a_mistake_that_never_reaches_wandb_counts_only_where_it_is_expected(
    regilink: Regilink, mistake: Callable[[], None], failure: str
) -> None:
    with (
        pytest.raises(AssertionError, match=rf'for another reason, .* \(because="{failure}" expects it\)$'),
        regilink.assert_fails_loudly(),
    ):
        mistake()
    with regilink.assert_fails_loudly(because=failure):
        mistake()


def log_with_another_type() -> None:
    with wandb.init(entity="team-a", project="p") as run:
        for kind in ("model", "dataset"):
            run.log_artifact(wandb.Artifact("zoo", type=kind)).wait()


def use_offline() -> None:
    with wandb.init(mode="offline") as run:
        run.use_artifact(f"{TARGET}:v0")


@pytest.mark.parametrize(
    "refused",
    [
        lambda: link("a/b/c/d"),
        lambda: wandb.login(key="abc"),
        lambda: wandb.Api().run("team-a/p/none").state,
        log_with_another_type,
        use_offline,
    ],
)
def test_what_wandb_refuses_for_the_server_counts(regilink: Regilink, refused: Callable[[], None]) -> None:
    with regilink.assert_fails_loudly():
        refused()


def test_only_the_block_itself_counts(regilink: Regilink) -> None:
    block = regilink.assert_fails_loudly()
    link_quietly()
    with pytest.raises(AssertionError, match="for another reason"), block:
        raise RuntimeError("disk full")


def test_without_a_block_nothing_is_checked_and_the_test_fails(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("def test_it(regilink):\n    regilink.assert_fails_loudly()\n")
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["assert_fails_loudly checks nothing without `with`"])


def test_status_0_fails(regilink: Regilink) -> None:
    with pytest.raises(AssertionError, match="ended with status 0"), regilink.assert_fails_loudly():
        raise SystemExit(0)


def test_linking_before_the_error_fails(regilink: Regilink) -> None:
    def link_twice() -> None:
        link()
        link(WRONG)

    with pytest.raises(AssertionError, match="something was linked"), regilink.assert_fails_loudly():
        link_twice()


def test_another_reason_than_the_one_that_is_given_fails(regilink: Regilink) -> None:
    with (
        pytest.raises(AssertionError, match="failed for REG301, B3, not for REG304"),
        regilink.assert_fails_loudly(because="REG304"),
    ):
        link(WRONG)
    for because in ("REG999", "Z1"):
        with pytest.raises(ImpossibleAssertion, match="there is no"):
            regilink.assert_fails_loudly(because=because)


@pytest.mark.slow
def test_each_classic_failure_is_a_test(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import train
        from pytest_regilink import failures

        @failures()
        def test_loud(regilink):
            with regilink.assert_fails_loudly():
                train.main(entity="zoo-team", target="zoo-org/wandb-registry-prod/zoo")
        """
    )
    result = run("-v")
    result.assert_outcomes(passed=5)
    names = ("personal-entity", "missing-registry", "wrong-type", "no-permission", "server-error")
    result.stdout.fnmatch_lines([f"*test_loud[[]{name}] PASSED*" for name in names])


def test_a_classic_failure_that_the_test_did_not_meet_fails(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import pytest
        import train
        from pytest_regilink import failures

        @failures("wrong-type", "server-error")
        def test_a_typo(regilink):
            with pytest.raises(Exception):
                trian.main()

        @failures("no-permission")
        def test_another_refusal(regilink):
            with regilink.assert_fails_loudly():
                train.main("wandb-registry-modle/zoo")
        """
    )
    result = run()
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            '*W&B refused nothing: the test did not meet the failure "wrong-type"*',
            '*no request met the fault "status" at "linkArtifact"*',
            'train.py:8: *refused [[]REG301, B3[]]*; the test did not meet the failure "no-permission"',
        ]
    )


def test_a_failure_that_does_not_exist_is_refused() -> None:
    from pytest_regilink import failures

    with pytest.raises(ValueError, match='no failure is called "gremlins"; there are personal-entity'):
        failures("gremlins")
    with pytest.raises(ValueError, match='no failure is called "wrong_type"; did you mean "wrong-type"'):
        failures("wrong_type")
