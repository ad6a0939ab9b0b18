"""The mark, and the classic failures."""

import pytest
from suites import Run


def test_a_mark_says_what_the_server_is_like(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import pytest
        import train
        from wandb.errors import CommError

        @pytest.mark.regilink(registries={"prod": ["model"], "any": []})
        def test_these_registries_and_no_others(regilink):
            train.main("wandb-registry-prod/zoo")
            train.main("wandb-registry-any/zoo")
            for target, type, code in (
                ("wandb-registry-model/zoo", "model", "REG301"),
                ("wandb-registry-prod/sets", "dataset", "REG401"),
            ):
                with pytest.raises(CommError):
                    train.main(target, type=type, name=type)
                regilink.assert_refused(target, code=code)

        @pytest.mark.regilink(entity="personal")
        @pytest.mark.parametrize("entity", [None, "team-a", "zoo-team"])
        def test_every_entity_is_personal(regilink, entity):
            with pytest.raises(CommError):
                train.main(entity=entity)
            regilink.assert_refused("wandb-registry-model/zoo", code="REG203")

        @pytest.mark.regilink(entity="organization")
        def test_an_organization_owns_no_run(regilink):
            with pytest.raises(CommError, match="creation of runs"):
                train.main()

        @pytest.mark.regilink(role="viewer")
        class TestViewer:
            def test_may_not_link(self, regilink):
                with pytest.raises(CommError, match="(?i)permission denied"):
                    train.main()
                regilink.assert_refused("wandb-registry-model/zoo", code="REG304")

            @pytest.mark.regilink(role="admin")
            def test_the_nearest_mark_wins(self, regilink):
                train.main()

        @pytest.mark.regilink(faults=[{"kind": "refuse", "operation": "linkArtifact", "count": 1}])
        def test_what_goes_wrong_at_first(regilink):
            with pytest.raises(CommError):
                train.main()
            train.main()
            regilink.assert_linked("wandb-registry-model/zoo")

        @pytest.mark.regilink(server="0.70")
        def test_an_older_server(regilink):
            train.main()
            assert "ARTIFACT_MEMBERSHIP_IN_LINK_ARTIFACT_RESPONSE" not in regilink.world.features

        @pytest.mark.regilink(server="0.1")
        def test_a_server_that_there_is_not(regilink):
            pass

        @pytest.mark.regilink(faults=["gremlins"])
        def test_a_fault_that_there_is_not(regilink):
            pass

        @pytest.mark.regilink(colour="blue")
        def test_a_condition_that_there_is_not(regilink):
            pass

        @pytest.mark.regilink(entity="robot")
        def test_an_entity_that_there_is_not(regilink):
            pass

        @pytest.mark.regilink(role="viewr")
        def test_a_role_that_there_is_not(regilink):
            pass
        """
    )
    result = run("--strict-markers")
    result.assert_outcomes(passed=9, errors=5)
    result.stdout.fnmatch_lines(
        [
            "*the marker regilink has no 'colour'; it has registries, entity*",
            "*entity='robot': it is team, personal or*",
            "*role='viewr': it is admin, member, viewer or restricted_viewer*",
        ]
    )


def test_a_condition_of_the_wrong_shape_is_named(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import pytest

        WRONG = [
            {"registries": ["model"]}, {"registries": {"model": "model"}}, {"registries": {"mo/del": []}},
            {"types": "model"}, {"types": [1]}, {"server": 0.7}, {"role": 3}, {"entity": ["team"]},
            {"faults": "drop"}, {"faults": [("drop",)]}, {"faults": [{"kin": "drop"}]},
            {"faults": [{"kind": "status", "status": "500"}]},
        ]
        for number, values in enumerate(WRONG):
            @pytest.mark.regilink(**values)
            def test(regilink):
                pass
            globals()[f"test_{number:02}"] = test
        del test

        def test_a_verb(regilink):
            with pytest.raises(ValueError, match=r"types is a list: \\['model'\\]"):
                regilink.registry("model", types="model")
        """
    )
    result = run()
    result.assert_outcomes(passed=1, errors=12)
    shown = result.stdout.str()
    assert "Traceback" not in shown
    for said in (
        "registries=['model']: it is a dictionary of lists, ",
        "registries={'model': 'model'}: it is a dictionary of lists, ",
        "registries: 'mo/del': ",
        "types='model': it is a list, ",
        "server=0.7: it is a version as a text, ",
        "faults='drop': it is a list of names and dictionaries, ",
        "faults: {'kin': 'drop'} is not what Emulator.fault takes: ",
    ):
        assert said in shown


def test_code_that_fails_loudly_passes_every_classic_failure(suite: pytest.Pytester, run: Run) -> None:
    suite.makepyfile(
        test_it="""
        import pytest
        import train
        from pytest_regilink import failures

        def quiet():
            try:
                train.main(entity="zoo-team")
            except Exception as error:
                print(error)

        @failures()
        def test_loud(regilink):
            with regilink.assert_fails_loudly():
                train.main(entity="zoo-team", target="zoo-org/wandb-registry-prod/zoo")

        @failures("missing-registry")
        def test_quiet(regilink):
            with regilink.assert_fails_loudly():
                quiet()

        def test_no_failure_at_all(regilink):
            with regilink.assert_fails_loudly():
                train.main(entity="zoo-team")

        def test_status(regilink):
            with regilink.assert_fails_loudly():
                raise SystemExit(3)
            with pytest.raises(AssertionError, match="status 0"), regilink.assert_fails_loudly():
                raise SystemExit(0)
        """
    )
    result = run("-v")
    result.stdout.fnmatch_lines(
        [
            f"*test_loud[[]{name}] PASSED*"
            for name in ("personal-entity", "missing-registry", "wrong-type", "no-permission", "server-error")
        ]
    )
    result.stdout.fnmatch_lines(
        ["*went on as if nothing had happened. Attempted:*", "*refused   wandb-registry-model/zoo*", "*REG301*"]
    )
    result.assert_outcomes(passed=6, failed=2)


def test_a_failure_that_nobody_knows_is_named() -> None:
    from pytest_regilink import failures

    with pytest.raises(ValueError, match="no failure is called 'gremlins'; there are personal-entity"):
        failures("gremlins")
