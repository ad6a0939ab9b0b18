"""The fixtures: a fresh server and a wandb that begins anew for each test, and everything as before afterwards."""

import os


def test_each_test_has_a_server_of_its_own_and_wandb_begins_anew(suite, run) -> None:
    suite.makepyfile(
        test_it="""
        import os
        import pytest
        import train
        import wandb

        def test_training_publishes_the_model(regilink):
            regilink.registry("model", types=["model"])
            train.main()
            link = regilink.assert_linked("wandb-registry-model/zoo", type="model", aliases={"candidate"})
            assert link.version == "v0"

        def test_another_world(regilink):
            regilink.assert_not_linked()
            train.main()
            assert regilink.assert_linked("acme/wandb-registry-model/zoo").version == "v0"

        def test_a_refusal_is_an_error_in_the_training(regilink):
            with pytest.raises(wandb.errors.CommError, match="within the same team"):
                train.main(entity="alice")
            regilink.assert_refused("wandb-registry-model/zoo", code="REG203")

        def test_a_change_of_entity_and_project_takes_effect(regilink, monkeypatch):
            regilink.team("team-b")
            regilink.member("alice", team="team-b")
            monkeypatch.setenv("WANDB_ENTITY", "team-b")
            monkeypatch.setenv("WANDB_PROJECT", "q")
            with wandb.init() as run:
                assert (run.entity, run.project) == ("team-b", "q")

        def test_a_change_of_mode_takes_effect(regilink, monkeypatch):
            monkeypatch.setenv("WANDB_MODE", "disabled")
            train.main("nonsense")
            regilink.assert_not_linked()
            assert regilink.world.find_project("team-a", "p") is None

        def test_and_is_gone_in_the_next_test(regilink):
            assert wandb.run is None
            with wandb.init() as run:
                assert (run.entity, run.project) == ("team-a", "uncategorized")

        def test_another_user_goes_on(regilink):
            regilink.user("bob", teams=["team-a"])
            train.main()
            regilink.login("bob")
            train.main()
            assert [link.user for link in regilink.links] == ["alice", "bob"]
            assert wandb.Api().viewer.username == "bob"

        CORES = []

        def test_one_core_serves_all(regilink):
            train.main()
            CORES.append(os.environ["WANDB_SERVICE"])

        def test_one_core_serves_all_of_them(regilink):
            train.main()
            assert os.environ["WANDB_SERVICE"] == CORES[0]

        def test_the_environment_is_as_before():
            assert not [name for name in os.environ if name.startswith("WANDB_")]
            assert not os.environ.get("HTTPS_PROXY")
        """
    )
    before = dict(os.environ)
    run("-q", "-W", "error").assert_outcomes(passed=10)
    assert {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"} == {
        name: value for name, value in before.items() if name != "PYTEST_CURRENT_TEST"
    }
