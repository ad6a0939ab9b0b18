"""Everything is as before after a test, whatever else it uses; and tests that did not ask are left alone."""

import gc
import multiprocessing
import os
from collections.abc import Callable

import pytest
import wandb
from suites import Run
from tables import combine, sample
from test_server_fixture import link

from pytest_regilink import Regilink
from pytest_regilink.sdk import Sdk
from regilink_doctor.emulator import Emulator

BEFORE = {"WANDB_MODE": "disabled", "WANDB_PROJECT": "from-ci", "NO_PROXY": "example.org"}
CHECK_BEFORE = f"""
def check_before():
    for name, value in {BEFORE!r}.items():
        assert os.environ.get(name) == value, (name, os.environ.get(name))
    assert "WANDB_BASE_URL" not in os.environ and "NETRC" not in os.environ

def test_others_are_as_before():
    check_before()
"""
PATCHED = """
import os
import unittest
import unittest.mock
import pytest

@pytest.fixture(scope="{scope}")
def patch():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WANDB_NAME", "early")
        yield patch

def change(patch):
    assert os.environ["WANDB_MODE"] == "online"
    patch.setenv("WANDB_MODE", "offline")
    patch.setenv("WANDB_API_KEY", "1" * 40)
    patch.setenv("WANDB_PROJECT", "q")
    patch.delenv("WANDB_BASE_URL")
    patch.setenv("NO_PROXY", "*")
"""


@pytest.fixture
def ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that were set before pytest began."""
    for name, value in BEFORE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NETRC", raising=False)


def check_before() -> None:
    assert {name: os.environ.get(name) for name in BEFORE} == BEFORE
    assert {name for name in os.environ if name.startswith("WANDB_")} == {"WANDB_MODE", "WANDB_PROJECT"}
    assert "NETRC" not in os.environ


@pytest.mark.parametrize("arguments", ["patch, regilink", "regilink, patch"])
@pytest.mark.parametrize(
    ("fixture", "scope"),
    sample([("regilink", "function"), ("regilink", "module"), ("regilink_module", "function")], one_in=3),
)
def test_the_environment_is_undone_in_one_order(
    pytester: pytest.Pytester, run: Run, ci: None, arguments: str, fixture: str, scope: str
) -> None:
    names = arguments.replace("regilink", fixture)
    pytester.makepyfile(PATCHED.format(scope=scope) + f"\ndef test_it({names}):\n    change(patch)\n" + CHECK_BEFORE)
    if fixture == "regilink" and scope == "function":
        run().assert_outcomes(passed=2)
    else:
        run("-k", "test_it").assert_outcomes(passed=1, deselected=1)
    check_before()


@pytest.mark.parametrize(
    ("arguments", "scope"),
    sample(
        combine(["patch, regilink_session", "regilink_session, patch"], ["function", "class", "module", "session"]),
        one_in=3,
    ),
)
def test_wider_fixtures_are_undone_too(
    pytester: pytest.Pytester, run: Run, ci: None, arguments: str, scope: str
) -> None:
    pytester.makepyfile(PATCHED.format(scope=scope) + f"\ndef test_it({arguments}):\n    change(patch)\n")
    run().assert_outcomes(passed=1)
    check_before()


def test_unittest_is_undone_too(pytester: pytest.Pytester, run: Run, ci: None) -> None:
    pytester.makepyfile(
        PATCHED.format(scope="function")
        + CHECK_BEFORE
        + """
@pytest.mark.usefixtures("regilink")
class Test(unittest.TestCase):
    def setUp(self):
        patcher = unittest.mock.patch.dict(os.environ, {"WANDB_MODE": "offline"})
        patcher.start()
        self.addCleanup(patcher.stop)

    def test_it(self):
        assert os.environ["WANDB_MODE"] == "offline"
        os.environ["WANDB_MODE"] = "dryrun"
        os.environ["WANDB_TAGS"] = "left"

def test_last():
    check_before()
"""
    )
    run().assert_outcomes(passed=3)
    check_before()


def test_a_test_that_did_not_ask_runs_outside_of_a_wider_server(pytester: pytest.Pytester, run: Run, ci: None) -> None:
    pytester.makepyfile(
        "import os\n"
        + CHECK_BEFORE
        + """
URLS = []

def test_session(regilink_session):
    URLS.append(os.environ["WANDB_BASE_URL"])
    os.environ["WANDB_PROJECT"] = "kept-in-the-session"

def test_between():
    check_before()

def test_module(regilink_module):
    assert os.environ["WANDB_BASE_URL"] not in URLS

def test_session_again(regilink_session):
    assert os.environ["WANDB_BASE_URL"] == URLS[0]
    assert os.environ["WANDB_PROJECT"] == "kept-in-the-session"

def test_both(regilink_session, regilink):
    assert os.environ["WANDB_BASE_URL"] == regilink.emulator.url

def test_last():
    check_before()
"""
    )
    run().assert_outcomes(passed=7)
    check_before()


def test_a_variable_of_a_wider_fixture_stays(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import os
        import pytest

        @pytest.fixture(scope="session")
        def project():
            os.environ["WANDB_PROJECT"] = "of-the-session"

        def test_one(regilink_module, monkeypatch): pass

        def test_two(project): pass

        class TestLater:
            def test_three(self, regilink): pass
            def test_four(self):
                assert os.environ["WANDB_PROJECT"] == "of-the-session"
        """,
        test_zz="import os\ndef test_it(): assert os.environ['WANDB_PROJECT'] == 'of-the-session'",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WANDB_PROJECT", "x")
        run().assert_outcomes(passed=5)


def test_the_sdk_reads_the_entity_and_the_project_of_this_test(
    regilink: Regilink, monkeypatch: pytest.MonkeyPatch
) -> None:
    regilink.team("team-b")
    monkeypatch.setenv("WANDB_ENTITY", "team-b")
    monkeypatch.setenv("WANDB_PROJECT", "q")
    with wandb.init() as run:
        assert (run.entity, run.project) == ("team-b", "q")


def test_each_test_begins_anew_with_the_same_wandb_core(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import os
        import train
        import wandb

        CORES = []

        def test_disabled(regilink, monkeypatch):
            monkeypatch.setenv("WANDB_MODE", "disabled")
            train.main("nonsense")
            regilink.assert_not_linked()

        def test_first(regilink):
            assert wandb.run is None
            train.main()
            CORES.append(os.environ["WANDB_SERVICE"])
            assert regilink.assert_linked("wandb-registry-model/zoo").version == "v0"

        def test_second(regilink):
            regilink.assert_not_linked()
            train.main()
            assert os.environ["WANDB_SERVICE"] == CORES[0]
            assert regilink.assert_linked("wandb-registry-model/zoo").version == "v0"
        """
    )
    run("-W", "error").assert_outcomes(passed=3)


@pytest.mark.slow
def test_a_server_of_the_module_goes_on_beside_one_of_the_test(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import pytest
        import train

        @pytest.fixture(scope="module")
        def trained(regilink_module):
            train.main()
            return regilink_module

        def test_one(trained):
            assert trained.assert_linked("wandb-registry-model/zoo", exact=True).version == "v0"

        def test_beside(trained, regilink):
            regilink.assert_not_linked()
            train.main()
            regilink.assert_linked("wandb-registry-model/zoo", exact=True)
            trained.assert_linked("wandb-registry-model/zoo", exact=True)

        def test_two(trained):
            train.main()
            assert [link.requested for link in trained.links] == ["wandb-registry-model/zoo"] * 2
        """
    )
    run("-W", "error").assert_outcomes(passed=3)


def test_a_server_of_the_class_is_shared_in_it(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        URLS = []

        class TestA:
            def test_one(self, regilink_class): URLS.append(regilink_class.emulator.url)
            def test_two(self, regilink_class): assert regilink_class.emulator.url == URLS[0]

        class TestB:
            def test_one(self, regilink_class): assert regilink_class.emulator.url != URLS[0]
        """
    )
    run().assert_outcomes(passed=3)


@pytest.mark.parametrize("method", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def test_another_process_is_seen(regilink: Regilink, method: str) -> None:
    link("wandb-registry-model/parent")
    process = multiprocessing.get_context(method).Process(target=link, args=("wandb-registry-model/child",))
    process.start()
    process.join(60)
    assert process.exitcode == 0
    regilink.assert_linked("wandb-registry-model/parent", exact=True)
    assert regilink.assert_linked("wandb-registry-model/child").requested == "wandb-registry-model/child"


def test_what_the_sdk_refuses_in_a_forked_process_is_seen(regilink: Regilink) -> None:
    process = multiprocessing.get_context("fork").Process(target=link, args=("a/b/c/d",))
    process.start()
    process.join(60)
    assert process.exitcode == 1
    regilink.assert_refused("a/b/c/d")


def test_a_run_that_is_left_open_is_finished_and_reported(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import pytest
        import wandb

        @pytest.mark.parametrize("crash", [False, True])
        def test_left(regilink, crash):
            wandb.init(project="left")
            assert not crash

        def test_next(regilink):
            assert wandb.run is None
        """
    )
    result = run("-W", "always")
    result.assert_outcomes(passed=2, failed=1, warnings=2)
    result.stdout.fnmatch_lines(["*UnfinishedRun: the run team-a/left/* was left open; regilink has finished it*"])
    run("-W", "error::pytest_regilink.UnfinishedRun", "-k", "False").assert_outcomes(passed=1, errors=1, deselected=2)


def test_a_test_may_remove_wandb_from_the_modules(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import sys
        import train

        def test_it(regilink):
            train.main()
            regilink.assert_linked("wandb-registry-model/zoo")
            for name in [name for name in sys.modules if name.partition(".")[0] == "wandb"]:
                del sys.modules[name]
        """
    )
    result = run()
    result.assert_outcomes(passed=1)
    assert result.ret == 0


@pytest.mark.slow
def test_a_process_from_which_others_are_forked_has_the_server_of_this_test(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import multiprocessing
        import os
        import pytest

        def write_url(path):
            with open(path, "w") as file:
                file.write(os.environ["WANDB_API_KEY"])

        @pytest.mark.parametrize("number", range(2))
        def test_it(regilink, number, tmp_path):
            process = multiprocessing.get_context("forkserver").Process(target=write_url, args=(tmp_path / "key",))
            process.start()
            process.join(60)
            assert (tmp_path / "key").read_text() == os.environ["WANDB_API_KEY"]
        """
    )
    run().assert_outcomes(passed=2)


def test_two_servers_at_once(regilink_factory: Callable[..., Regilink]) -> None:
    staging, production = regilink_factory(), regilink_factory(registries={"prod": ["model"]})
    with staging:
        link("wandb-registry-model/zoo")
        with production:
            link("wandb-registry-prod/zoo")
        wandb.Api().artifact("wandb-registry-model/zoo:latest")
    link("wandb-registry-prod/other")
    staging.assert_linked("wandb-registry-model/zoo", exact=True)
    staging.assert_not_linked("wandb-registry-prod")
    assert [attempt.collection for attempt in production.links] == ["zoo", "other"]


def test_each_server_of_a_factory_must_meet_its_faults(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        def test_it(regilink_factory):
            regilink_factory(faults=["drop"])
            regilink_factory()

        def test_wrong(regilink_factory):
            regilink_factory(colour="blue")
        """
    )
    result = run()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(['no request met the fault "drop"*', '*the marker regilink has no "colour"*'])


class ForgottenConnection:
    """A descriptor that closes when the collector of garbage finds it: it refers to itself."""

    def __init__(self) -> None:
        self.descriptor, self.itself = os.open(os.devnull, os.O_RDONLY), self

    def __del__(self) -> None:
        os.close(self.descriptor)


@pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="needs a list of the open descriptors")
def test_connections_that_wandb_forgets_do_not_use_up_the_descriptors() -> None:
    gc.freeze()  # what lives already is not looked at again
    gc.disable()
    try:
        sdk = Sdk()
        before = len(os.listdir("/dev/fd"))
        most = before
        for _ in range(200):
            ForgottenConnection()
            most = max(most, len(os.listdir("/dev/fd")))
            sdk.close_forgotten()
    finally:
        gc.enable()
    assert before + 40 < most < before + 60
    gc.collect()


def test_a_process_shares_the_service_that_the_test_itself_has_used(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import os
        import wandb

        def use():
            assert "WANDB_SERVICE" not in os.environ
            wandb.Api().viewer
            return os.environ["WANDB_SERVICE"]

        SERVICES = []

        def test_one(regilink):
            SERVICES.append(use())

        def test_unused(regilink):
            assert "WANDB_SERVICE" not in os.environ

        def test_two(regilink):
            assert SERVICES == [use()], "it lives on"
        """
    )
    run().assert_outcomes(passed=3)


def test_what_comes_after_an_assertion_that_nothing_came_fails(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import threading
        import pytest
        import wandb
        from test_server_fixture import TARGET, link, read

        @pytest.mark.parametrize("path", [TARGET, None])
        def test_link(regilink, path):
            thread = threading.Thread(target=link)
            regilink.assert_not_linked(path)
            thread.start()
            thread.join()

        def test_read(regilink):
            regilink.published(f"{TARGET}:production")
            regilink.assert_not_consumed(TARGET)
            read(f"{TARGET}:production")
            assert not regilink.links

        def test_seen_link(regilink):
            regilink.assert_not_linked(TARGET)
            link()
            regilink.assert_linked(TARGET)

        def test_seen_in_the_registry(regilink):
            regilink.assert_not_linked(TARGET)
            link()
            assert regilink.registry_at(TARGET).version == "v0"

        def test_seen_read(regilink):
            regilink.published(f"{TARGET}:production")
            regilink.assert_not_consumed(TARGET)
            read(f"{TARGET}:production")
            regilink.assert_consumed(TARGET)

        def test_other(regilink):
            regilink.assert_not_linked("wandb-registry-dataset/zoo")
            regilink.assert_not_linked(TARGET, now=True)
            link()

        def test_another_test(regilink_module):
            regilink_module.assert_not_linked()

        def test_the_next(regilink_module):
            link()
        """
    )
    result = run()
    result.assert_outcomes(passed=6, failed=3)
    result.stdout.fnmatch_lines(
        [
            '*something was linked to "*, after an assertion that nothing was: wait for processes and threads*',
            '*:production" was fetched*, after an assertion that nothing was: *',
        ]
    )


EARLY = """
import contextlib, threading, unittest, pytest, train, wandb

calls = []

def begin(mode=None):
    with wandb.init(entity="team-a", project="p", mode=mode):
        calls.append(mode)

@pytest.fixture(scope="session", autouse=True)
def metrics_of_the_session():
    begin()

@pytest.fixture
def in_argument_order():
    train.main()

@pytest.fixture
def swallowed():
    with contextlib.suppress(Exception):
        train.main()

@pytest.fixture
def swallowed_in_a_thread():
    thread = threading.Thread(target=begin)
    thread.start()
    thread.join()

@pytest.fixture(scope="class")
def once_for_the_class():
    train.main()

@pytest.fixture(scope="module")
def once_for_the_module():
    train.main()

@pytest.fixture(scope="session")
def once_for_the_session():
    train.main()

@pytest.fixture(scope="session")
def below(once_for_the_session):
    pass

@pytest.fixture
def asked_later(request):
    request.getfixturevalue("once_later")

@pytest.fixture(scope="session")
def once_later():
    train.main()

@pytest.fixture(params=["offline", "disabled"])
def unsent(request):
    begin(request.param)

@pytest.fixture
def trained(regilink):
    train.main()

@pytest.fixture(scope="module")
def trained_once(regilink_module):
    train.main()

def test_early_1(in_argument_order, regilink): regilink.assert_not_linked()
def test_early_2(swallowed, regilink): regilink.assert_not_linked()
def test_early_14(swallowed_in_a_thread, regilink): regilink.assert_not_linked()
def test_early_3(regilink, once_for_the_class): regilink.assert_not_linked()
def test_early_4(regilink, once_for_the_module): regilink.assert_not_linked()
def test_early_5(regilink, below): regilink.assert_not_linked()
def test_early_6(regilink, once_for_the_session): regilink.assert_not_linked()
def test_early_7(asked_later, regilink): regilink.assert_not_linked()
def test_early_8(once_for_the_module, regilink_module): regilink_module.assert_not_linked()

@pytest.mark.usefixtures("in_argument_order")
def test_early_9(regilink): regilink.assert_not_linked()

def test_early_10(regilink_factory):
    train.main()
    regilink_factory().assert_not_linked()

@pytest.mark.regilink(role="admin")
def test_early_13(once_for_the_module): pass

@pytest.mark.usefixtures("regilink")
class TestEarlyUnit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        train.main()

    def test_early_11(self): pass

class TestEarlyMethod:
    def setup_method(self):
        train.main()

    def test_early_12(self, regilink): regilink.assert_not_linked()

def test_well_1(unsent, regilink): regilink.assert_not_linked()
def test_well_3(trained, regilink): regilink.assert_linked("wandb-registry-model/zoo")
def test_well_4(trained_once, regilink_module): regilink_module.assert_linked("wandb-registry-model/zoo")
def test_well_5(): assert wandb.Api().default_entity  # without the plugin: the developer's own server

def test_well_6(regilink_factory):
    server = regilink_factory()
    train.main()
    server.assert_linked("wandb-registry-model/zoo")
"""


def test_what_begins_before_the_server_is_refused(
    suite: pytest.Pytester, apart: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite.makepyfile(EARLY)
    with Emulator() as real:
        for name, value in real.environ().items():
            monkeypatch.setenv(name, value)
        result = apart("-rA")
        result.assert_outcomes(passed=6, errors=13, failed=1)
        # The run of the session's own fixture is the only one.
        assert real.ledger.links == ()
        assert len(real.world.entities["team-a"].projects["p"].runs) == 1
    lines = "\n".join(line for line in result.outlines if "so on the real one" in line)
    for who, server in (
        ("fixture in_argument_order", "regilink"),
        ("fixture swallowed", "regilink"),
        ("fixture once_for_the_class", "regilink_class, and the test, too, in place of regilink"),
        ("fixture once_for_the_module", "regilink_module, and the test, too, in place of regilink"),
        ("fixture once_for_the_session", "regilink_session, and the test, too, in place of regilink"),
        ("fixture once_later", "regilink_session, and the test, too, in place of regilink"),
    ):
        start = f"train.py:4: the {who} began a run before the server of the test was up, so on the real one: "
        assert f"{start}let it ask for {server}\n" in f"{lines}\n"
    assert (
        "train.py:4: the test began a run before its server was up, so on the real one: make the server first" in lines
    )
    for scope, server in (
        ("class", "regilink_class, and the test, too, in place of regilink"),
        ("function", "regilink"),
    ):
        assert f"make it a fixture that asks for {server}\n" in f"{lines}\n"
        assert f"train.py:4: the setup of the {scope} began a run" in lines


def test_a_mock_that_outlives_a_test_stays(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        """
from unittest import mock

import pytest
import wandb

original = wandb.Run.link_artifact

@pytest.fixture(scope="session")
def mocked():
    with mock.patch("wandb.Run.link_artifact") as patch:
        yield patch

def test_first(mocked, regilink): assert wandb.Run.link_artifact is mocked
def test_other(mocked): assert wandb.Run.link_artifact is mocked
"""
    )
    run().assert_outcomes(passed=2)
