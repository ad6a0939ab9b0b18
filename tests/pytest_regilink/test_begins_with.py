"""What the server begins with: an own world, a catalog of the option, the ini file or the configuration; settings."""

import json

import pytest
from suites import Run

CATALOG = {
    "version": 1,
    "host": None,
    "complete": True,
    "features": [],
    "organizations": [
        {
            "name": "Zoo",
            "entity": "zoo-org",
            "teams": [{"name": "zoo-team"}],
            "registries": [
                {
                    "name": "prod",
                    "visibility": "organization",
                    "description": None,
                    "types": None,
                    "types_seen": [],
                    "protected_aliases": [],
                    "collections": None,
                }
            ],
        }
    ],
}


@pytest.fixture
def catalog(pytester: pytest.Pytester) -> pytest.Pytester:
    """A suite that needs the catalog `catalog.json`."""
    (pytester.path / "catalog.json").write_text(json.dumps(CATALOG), encoding="utf-8")
    pytester.makepyfile(
        test_it="""
        def test_it(regilink):
            assert [each.entity.name for each in regilink.world.organizations.values()] == ["zoo-org"]
            assert regilink.world.assumes == {"person"}
        """
    )
    return pytester


def test_an_own_world_and_settings_take_the_place_of_the_defaults(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import pytest
        import wandb
        from regilink_doctor.emulator import World

        @pytest.fixture(scope="session")
        def regilink_settings():
            return {"WANDB_PROJECT": "from-settings"}

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
        """
    )
    run().assert_outcomes(passed=1)


def test_the_catalog_of_the_option(catalog: pytest.Pytester, run: Run) -> None:
    run("--regilink-catalog=catalog.json").assert_outcomes(passed=1)


def test_the_catalog_of_the_ini_file_is_counted_from_its_folder(
    catalog: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog.makeini("[pytest]\nregilink_catalog = catalog.json\n")
    (catalog.path / "below").mkdir()
    monkeypatch.chdir(catalog.path / "below")
    run("../test_it.py").assert_outcomes(passed=1)


def test_the_catalog_of_the_configuration(catalog: pytest.Pytester, run: Run) -> None:
    (catalog.path / "regilink.toml").write_text('catalog = "catalog.json"\n', encoding="utf-8")
    run().assert_outcomes(passed=1)


def test_a_catalog_that_is_not_there_is_an_error_that_says_how_to_make_it(catalog: pytest.Pytester, run: Run) -> None:
    result = run("--regilink-catalog=none.json")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*: none.json: no such file; `regilink catalog pull none.json` makes it"])
    (catalog.path / "regilink.toml").write_text('catalog = "gone.json"\n', encoding="utf-8")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["test_it.py::test_it: *gone.json*"])
