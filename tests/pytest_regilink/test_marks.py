"""`@pytest.mark.regilink(...)`: what the server is like, and where the mark reaches."""

import re

import pytest
import wandb
from suites import Run
from tables import sample
from test_server_fixture import link
from wandb.errors import CommError

from pytest_regilink import Regilink
from pytest_regilink.conditions import Conditions


@pytest.mark.regilink(registries={"prod": ["model"], "any": []})
def test_there_are_these_registries_and_no_others(regilink: Regilink) -> None:
    link("wandb-registry-prod/zoo")
    link("wandb-registry-any/zoo")
    with pytest.raises(CommError):
        link("wandb-registry-model/zoo")
    regilink.assert_refused("wandb-registry-model/zoo", code="REG301")
    with pytest.raises(CommError):
        link("wandb-registry-prod/sets", type="dataset", name="sets")
    regilink.assert_refused("wandb-registry-prod/sets", code="REG401")


@pytest.mark.regilink(entity="personal")
@pytest.mark.parametrize("entity", [None, "team-a", "zoo-team"])
def test_every_entity_is_personal(regilink: Regilink, entity: str | None) -> None:
    with pytest.raises(CommError):
        link(entity=entity)
    regilink.assert_refused("wandb-registry-model/zoo", code="REG203")


@pytest.mark.regilink(entity="organization")
def test_an_organization_owns_no_run(regilink: Regilink) -> None:
    with regilink.assert_fails_loudly():
        wandb.init()


@pytest.mark.regilink(role="viewer")
class TestViewer:
    def test_may_not_link(self, regilink: Regilink) -> None:
        with pytest.raises(CommError, match=r"(?i)permission denied"):
            link()
        regilink.assert_refused("wandb-registry-model/zoo", code="REG304")

    @pytest.mark.regilink(role="admin")
    def test_the_nearest_mark_wins(self, regilink: Regilink) -> None:
        link()
        regilink.assert_linked("wandb-registry-model/zoo")


@pytest.mark.regilink(faults=[{"kind": "refuse", "operation": "linkArtifact", "count": 1}])
def test_a_fault_strikes_so_many_times(regilink: Regilink) -> None:
    with pytest.raises(CommError):
        link()
    link()
    regilink.assert_linked("wandb-registry-model/zoo")


@pytest.mark.regilink(server="0.70")
def test_an_older_server_lacks_features(regilink: Regilink) -> None:
    link()
    assert "ARTIFACT_MEMBERSHIP_IN_LINK_ARTIFACT_RESPONSE" not in regilink.world.features


@pytest.mark.parametrize(
    ("values", "message"),
    sample(
        [
            ({"colour": "blue"}, 'the marker regilink has no "colour"; it has registries, entity'),
            ({"registry": {}}, 'the marker regilink has no "registry"; did you mean "registries"?'),
            ({"entity": "robot"}, "entity='robot': it is team, personal or organization"),
            ({"entity": ["team"]}, "entity=['team']: it is team, personal or organization"),
            ({"role": "viewr"}, "role='viewr': it is admin, member, viewer or restricted_viewer"),
            ({"role": 3}, "role=3: it is admin"),
            ({"registries": ["model"]}, "registries=['model']: it is a dictionary of lists, "),
            ({"registries": {"model": "model"}}, "registries={'model': 'model'}: it is a dictionary of lists, "),
            ({"types": "model"}, "types='model': it is a list, "),
            ({"types": [1]}, "types=[1]: it is a list, "),
            ({"server": 0.7}, "server=0.7: it is a version as a string, "),
            ({"failure": "wrong_type"}, "failure='wrong_type': it is the name of a classic failure"),
            ({"faults": "drop"}, "faults='drop': it is a list of names and dictionaries, "),
            ({"faults": [("drop",)]}, "faults=[('drop',)]: it is a list of names and dictionaries, "),
        ],
        one_in=3,
    ),
    ids=str,
)
def test_a_condition_of_the_wrong_shape_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(pytest.fail.Exception) as caught:
        Conditions().with_values("here", values)
    assert str(caught.value).startswith(f"here: {message}")


@pytest.mark.parametrize(
    ("mark", "message"),
    sample(
        [
            ('server="0.1"', "*0.1*"),
            ('faults=["gremlins"]', "*no kind of fault is called 'gremlins'*"),
            ('faults=[{"kin": "drop"}]', "*faults: {'kin': 'drop'} is not what Emulator.fault takes: *"),
            (
                'faults=[{"kind": "refuse", "operation": "linkArtefact"}]',
                '*no operation "linkArtefact"; did you mean "linkArtifact"?*',
            ),
            ('registries={"mo/del": []}', '*registries: "mo/del": *'),
        ],
        one_in=3,
    ),
)
def test_what_a_server_cannot_be_is_an_error_without_a_traceback(
    pytester: pytest.Pytester, run: Run, mark: str, message: str
) -> None:
    pytester.makepyfile(f"import pytest\n@pytest.mark.regilink({mark})\ndef test_it(regilink): pass")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])
    assert "Traceback" not in result.stdout.str()


def test_a_parameter_of_the_wrong_shape_is_refused(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("regilink", ["viewer"], indirect=True)
        def test_it(regilink): pass
        """
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(['*the parameter \'viewer\' is not a dictionary: {"role": "viewer"}'])


def test_a_mark_brings_its_fixture(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import os
        import unittest
        import pytest

        ORDER = []

        @pytest.fixture(scope="module")
        def wide():
            ORDER.append(os.environ.get("WANDB_BASE_URL"))

        @pytest.fixture
        def narrow():
            ORDER.append(os.environ.get("WANDB_BASE_URL"))

        @pytest.mark.regilink(role="viewer")
        def test_function(wide, narrow):
            assert ORDER == [None, os.environ["WANDB_BASE_URL"]]

        @pytest.mark.regilink
        class TestClass:
            def test_method(self):
                assert os.environ["WANDB_BASE_URL"].startswith("http://127.0.0.1:")

        @pytest.mark.regilink
        class Test(unittest.TestCase):
            def test_method(self):
                assert os.environ["WANDB_BASE_URL"].startswith("http://127.0.0.1:")
        """
    )
    run().assert_outcomes(passed=3)


def test_a_mark_on_a_module_reaches_its_doctests(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        test_it='''
        """
        >>> import os; os.environ["WANDB_BASE_URL"].startswith("http://127.0.0.1:")
        True
        """
        import pytest
        pytestmark = pytest.mark.regilink
        '''
    )
    run("--doctest-modules").assert_outcomes(passed=1)


def test_a_mark_gives_a_server_to_items_without_fixtures(pytester: pytest.Pytester, run: Run) -> None:
    """As those of nbmake: an item for each notebook, which a process runs with the environment of the item."""
    pytester.makeconftest(
        """
        import os
        import subprocess
        import sys
        import pytest

        class Script(pytest.Item):
            def runtest(self):
                subprocess.run([sys.executable, "-S", self.path], check=True)

        class File(pytest.File):
            def collect(self):
                script = Script.from_parent(self, name="script")
                script.add_marker(pytest.mark.regilink(role="viewer"))
                return [script]

        def pytest_collect_file(file_path, parent):
            return File.from_parent(parent, path=file_path) if file_path.suffix == ".script" else None

        def pytest_sessionfinish():
            assert "WANDB_BASE_URL" not in os.environ
        """
    )
    pytester.makefile(".script", 'import os; assert "127.0.0.1" in os.environ["WANDB_BASE_URL"]')
    result = run()
    result.assert_outcomes(passed=1)
    assert result.ret == 0


CELLS = """
import os
import pytest

URLS = {}

class Cell(pytest.Item):
    def runtest(self):
        url = URLS[self.parent]
        assert url.startswith("http://127.0.0.1:") and list(URLS.values()).count(url) == 1

class Notebook(pytest.File):
    def setup(self):
        URLS[self] = os.environ.get("WANDB_BASE_URL")

    def collect(self):
        for number, role in enumerate(self.path.read_text().split()):
            cell = Cell.from_parent(self, name=f"Cell {number}")
            if role != "-":
                cell.add_marker(pytest.mark.regilink(**ROLES[role]))
            yield cell

ROLES = {"viewer": {"role": "viewer"}, "admin": {"role": "admin"}, "drop": {"faults": ["drop"]}}
Cell.__module__ = "nbval.plugin"

def pytest_collect_file(file_path, parent):
    return Notebook.from_parent(parent, path=file_path) if file_path.suffix == ".cells" else None

def pytest_sessionfinish():
    assert "WANDB_BASE_URL" not in os.environ
"""


def test_the_cells_of_a_notebook_share_a_server_that_is_there_before_its_kernel(
    pytester: pytest.Pytester, run: Run
) -> None:
    """As those of nbval: an item for each cell, and a kernel that starts when pytest sets up their file."""
    pytester.makeconftest(CELLS)
    pytester.makefile(".cells", one="viewer viewer", other="admin", late="- admin", mixed="viewer admin", unmet="drop")
    result = run("-rA", "--tb=short")
    outcomes = re.findall(r"^([A-Z]+) (\S+::Cell \d)", result.stdout.str(), re.MULTILINE)
    assert {(test, outcome) for outcome, test in outcomes} == {
        ("one.cells::Cell 0", "PASSED"),
        ("one.cells::Cell 1", "PASSED"),
        ("other.cells::Cell 0", "PASSED"),
        ("late.cells::Cell 0", "FAILED"),
        ("late.cells::Cell 1", "ERROR"),
        ("mixed.cells::Cell 0", "PASSED"),
        ("mixed.cells::Cell 1", "ERROR"),
        ("unmet.cells::Cell 0", "PASSED"),
        ("unmet.cells::Cell 0", "ERROR"),
    }
    result.stdout.fnmatch_lines(
        [
            "late.cells::Cell 1: the mark regilink does not reach this cell, the kernel of its notebook has started *",
            'no request met the fault "drop"*',
        ]
    )
    assert result.ret == 1, "and nothing of a server is left"


@pytest.mark.parametrize("scope", ["class", "module", "session"])
def test_a_mark_that_does_not_reach_its_fixture_fails(pytester: pytest.Pytester, run: Run, scope: str) -> None:
    pytester.makepyfile(
        f"import pytest\n@pytest.mark.regilink(role='viewer')\ndef test_it(regilink_{scope}): pass\n"
        if scope != "class"
        else "import pytest\nclass TestIt:\n    @pytest.mark.regilink(role='viewer')\n"
        "    def test_it(self, regilink_class): pass\n"
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*the mark regilink does not reach regilink_{scope}, made once for the {scope}: *"])


def test_a_mark_on_the_module_reaches_the_fixture_of_the_module(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest
        pytestmark = pytest.mark.regilink(registries={"prod": []})

        def test_it(regilink_module):
            assert [each.name for each in regilink_module.world.organizations["Acme Inc"].entity.projects.values()] == [
                "wandb-registry-prod"
            ]
        """
    )
    run().assert_outcomes(passed=1)


def test_a_fault_that_no_request_met_fails_the_test(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.regilink(faults=[{"kind": "status", "operation": "linkArtifact"}])
        def test_mark(regilink): pass

        def test_call(regilink):
            regilink.fault("drop")
        """
    )
    result = run()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ['no request met the fault "status" at "linkArtifact"*', 'no request met the fault "drop"*']
    )
