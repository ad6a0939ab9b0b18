"""With others: wider scopes, processes, workers, asyncio, random order, ways to import, strict configurations."""

import os
from importlib.util import find_spec

import pytest
from suites import Run

STRICT = ["error", "ignore:The '.*' attribute with value .* was provided to the `Field\\(\\)`"]
"""Warnings are errors, but for those of pydantic about the models of an older wandb, when that is imported."""


def test_a_training_that_takes_long_is_run_once_for_many_tests(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import os
        import pytest
        import train

        @pytest.fixture(scope="module")
        def trained(regilink_module):
            train.main()
            return regilink_module

        def test_one(trained):
            assert trained.assert_linked("wandb-registry-model/zoo", exact=True).version == "v0"

        def test_beside_it_another_test_has_its_own(trained, regilink):
            assert regilink.emulator.url != trained.emulator.url
            regilink.assert_not_linked()
            train.main()
            regilink.assert_linked("wandb-registry-model/zoo", exact=True)
            trained.assert_linked("wandb-registry-model/zoo", exact=True)

        def test_two(trained):
            assert os.environ["WANDB_BASE_URL"] == trained.emulator.url
            train.main()
            assert [link.version for link in trained.links] == ["v0", "v0"]

        def test_the_session_has_one_too(regilink_session):
            regilink_session.registry("prod")
            train.main("wandb-registry-prod/zoo")
            regilink_session.assert_linked("wandb-registry-prod/zoo")
        """
    )
    run("-q", "-W", "error").assert_outcomes(passed=4)
    assert not [name for name in os.environ if name.startswith("WANDB_")]


def test_training_in_other_processes_is_seen(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import multiprocessing
        import subprocess
        import sys
        import pytest
        import train

        def test_a_program(regilink):
            program = "import train; train.main('acme/wandb-registry-model/zoo')"
            subprocess.run([sys.executable, "-c", program], check=True)
            link = regilink.assert_linked("wandb-registry-model/zoo")
            assert link.requested == "acme/wandb-registry-model/zoo"

        @pytest.mark.parametrize("way", ["fork", "spawn"])
        def test_multiprocessing(regilink, way):
            train.main("wandb-registry-model/parent")
            process = multiprocessing.get_context(way).Process(target=train.main, args=("wandb-registry-model/child",))
            process.start()
            process.join(60)
            assert process.exitcode == 0
            regilink.assert_linked("wandb-registry-model/parent", exact=True)
            regilink.assert_linked("wandb-registry-model/child")
        """
    )
    run("-q").assert_outcomes(passed=3)


def test_the_seed_and_the_settings_can_be_overridden_and_a_catalog_be_named(suite: pytest.Pytester, run: Run) -> None:
    from regilink_doctor.emulator import World

    suite.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def regilink_settings():
            return {"WANDB_PROJECT": "from-settings"}
        """
    )
    suite.makepyfile(
        test_own_world="""
        import pytest
        import wandb
        from regilink_doctor.emulator import World

        @pytest.fixture
        def regilink_world():
            world = World()
            world.organization("Zoo", entity="zoo-org")
            world.team("keepers")
            world.user("bob", teams=["keepers"])
            return world

        def test_it(regilink):
            with wandb.init() as run:
                assert (run.entity, run.project) == ("keepers", "from-settings")
            assert not regilink.world.assumed
        """,
        test_own_catalog="""
        import pytest
        import train

        def test_it(regilink):
            train.main("wandb-registry-prod/zoo", entity="zoo-team")
            regilink.assert_linked("zoo-org/wandb-registry-prod/zoo")
            with pytest.raises(Exception, match="cannot create registry"):
                train.main("wandb-registry-other/zoo", entity="zoo-team")
        """,
    )
    (suite.path / "catalog.json").write_text(
        '{"version": 1, "host": null, "complete": true, "features": [], "organizations": [{"name": "Zoo", "entity": '
        '"zoo-org", "teams": [{"name": "zoo-team"}], "registries": [{"name": "prod", "visibility": "organization", '
        '"description": null, "types": null, "types_seen": [], "protected_aliases": [], "collections": null}]}]}'
    )
    assert World.from_catalog(suite.path / "catalog.json")
    run("-q", "test_own_world.py").assert_outcomes(passed=1)
    run("-q", "--regilink-catalog=catalog.json", "test_own_catalog.py").assert_outcomes(passed=1)
    result = run("-q", "--regilink-catalog=none.json", "test_own_catalog.py")
    result.stdout.fnmatch_lines(
        ["--regilink-catalog: none.json: no such file; `regilink catalog pull none.json` makes it"]
    )
    suite.makeini("[pytest]\nregilink_catalog = catalog.json\n")
    (suite.path / "below").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(suite.path / "below")
        run("-q", "../test_own_catalog.py").assert_outcomes(passed=1)
    (suite.path / "tox.ini").unlink()
    (suite.path / "regilink.toml").write_text('catalog = "catalog.json"\n')
    run("-q", "test_own_catalog.py").assert_outcomes(passed=1)
    (suite.path / "regilink.toml").write_text('catalog = "gone.json"\n')
    result = run("-q", "test_own_catalog.py")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["test_own_catalog.py::test_it: *gone.json*"])


def test_it_gets_on_with_the_plugins_and_settings_that_people_have(suite: pytest.Pytester, apart: Run) -> None:
    """In one go: workers, `[tool.pytest]` strict, warnings as errors, importlib, no cache.

    pytest-asyncio and pytest-randomly are in the environment of the example project, where its suite is run with them.
    """
    (suite.path / "pyproject.toml").write_text(
        f"[tool.pytest]\nstrict = true\nfilterwarnings = {STRICT}\naddopts = ['--import-mode=importlib']\n"
        "pythonpath = ['.']\nregilink_check = true\n"
        if int(pytest.__version__.partition(".")[0]) >= 9
        else f"[tool.pytest.ini_options]\nfilterwarnings = {STRICT}\nregilink_check = true\npythonpath = ['.']\n"
        "addopts = ['--strict-markers', '--strict-config', '--import-mode=importlib']\n"
    )
    suite.makepyfile(
        test_it="""
        import pytest
        import train

        @pytest.mark.regilink(role="admin")
        @pytest.mark.parametrize("number", range(2))
        def test_each(regilink, number):
            train.main(f"wandb-registry-model/c{number}")
            regilink.assert_linked(f"wandb-registry-model/c{number}", exact=True)
            assert len(regilink.links) == 1
        """
    )
    workers = ("-p", "xdist", "-n2") if find_spec("xdist") else ()
    outcomes = apart(*workers).parseoutcomes()
    assert outcomes.pop("passed") >= 3  # with the files that link
    assert not outcomes


def test_a_test_may_throw_wandb_out(suite: pytest.Pytester, run: Run) -> None:
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
