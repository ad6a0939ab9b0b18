"""The text as the code gave it, and what the SDK itself refused, in this process and in a child."""

import contextlib
import functools
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import wandb
from serving import Server

from regilink_doctor.core.failures import find_failure
from regilink_doctor.emulator import recorder
from regilink_doctor.emulator.world.world_view import WorldView
from regilink_doctor.rules.judge import explain_attempt


def test_a_link_has_the_text_that_the_code_gave(server: Server) -> None:
    with wandb.init(entity="team-a", project="proj") as run:
        artifact = run.log_artifact(wandb.Artifact("zoo", "model"))
        run.link_artifact(artifact, "/wandb-registry-model/animals", aliases=["best"])
        run.link_artifact(artifact, target_path="model/animals")
    texts = [(attempt.requested, attempt.project, attempt.verdict) for attempt in server.links]
    assert texts == [
        ("/wandb-registry-model/animals", "wandb-registry-model", "linked"),
        ("model/animals", "model", "misplaced"),
    ]


def test_so_has_a_link_of_the_artifact_itself_and_one_that_the_server_refuses(server: Server) -> None:
    artifact = server.logged()
    artifact.link("Acme Inc/wandb-registry-model/animals")
    with pytest.raises(wandb.errors.CommError, match="cannot create registry"):
        artifact.link("wandb-registry-modle/animals")
    assert [(each.requested, each.verdict, each.code) for each in server.links] == [
        ("Acme Inc/wandb-registry-model/animals", "linked", None),
        ("wandb-registry-modle/animals", "refused", "REG301"),
    ]


@pytest.mark.parametrize(
    ("path", "error", "row", "code"),
    [
        ("acme/wandb-registry-model/a/b", ValueError, "A3", "REG103"),
        ("team-a/wandb-registry-model/c", wandb.errors.CommError, "A12", "REG202"),
        ("ACME/wandb-registry-model/c", wandb.errors.CommError, "A13", "REG303"),
        ("wandb-registry-model/wandb-registry-model/c", wandb.errors.CommError, "A3", "REG103"),
    ],
)
def test_what_the_sdk_refuses_is_in_the_ledger_too(
    server: Server, path: str, error: type[Exception], row: str, code: str
) -> None:
    with wandb.init(entity="team-a", project="proj") as run:
        artifact = run.log_artifact(wandb.Artifact("zoo", "model")).wait()
        with pytest.raises(error) as raised:
            run.link_artifact(artifact, path)
    attempt = server.link
    assert (attempt.requested, attempt.verdict, attempt.failure, attempt.code) == (path, "refused", row, code)
    assert attempt.message == str(raised.value)
    assert attempt.source == "team-a/proj/zoo:v0"
    assert attempt.destination is None


def test_a_call_of_the_wrong_shape_is_in_the_ledger(server: Server) -> None:
    with wandb.init(entity="team-a", project="proj") as run, pytest.raises(TypeError):
        run.link_artifact(wandb.Artifact("zoo", "model"), "wandb-registry-model/c", alias="best")
    assert (server.link.failure, server.link.code, server.link.requested) == ("A18", "REG607", "wandb-registry-model/c")


def test_offline_disabled_and_finished_runs_are_in_the_ledger(server: Server) -> None:
    path = "wandb-registry-model/c"
    with wandb.init(entity="team-a", mode="offline") as run, pytest.raises(NotImplementedError):
        run.link_artifact(wandb.Artifact("zoo", "model"), path)
    with wandb.init(entity="team-a", mode="disabled") as run:
        assert run.link_artifact(wandb.Artifact("zoo", "model"), path) is None
    with wandb.init(entity="team-a") as run:
        pass
    with pytest.raises(wandb.errors.UsageError):
        run.link_artifact(wandb.Artifact("zoo", "model"), path)
    assert [(each.failure, each.code, each.requested) for each in server.links] == [
        ("C1", "REG601", path),
        ("C5", "REG602", path),
        ("C8", "REG603", path),
    ]
    assert [run.mode for run in server.emulator.ledger.unsent_runs] == ["offline", "disabled"]


@pytest.mark.parametrize(
    ("mode", "path", "wrong"),
    [
        ("disabled", "model/c", '; the path is wrong, too: "model/c" lacks the registry prefix "wandb-registry-"'),
        ("offline", "wandb-registry-model", 'the path is wrong, too: "wandb-registry-model" names a registry but no'),
        ("disabled", "wandb-registry-model/c", None),
        ("disabled", "candidates/c", None),
    ],
)
def test_a_run_that_sends_nothing_is_reported_with_what_is_wrong_beside_it(
    server: Server, mode: str, path: str, wrong: str | None
) -> None:
    with wandb.init(entity="any-team", mode=mode) as run, contextlib.suppress(NotImplementedError):  # type: ignore[arg-type]
        run.link_artifact(wandb.Artifact("zoo", "model"), path)
    explained = explain_attempt(server.link, WorldView(server.world))
    assert explained is not None
    assert "dry-run" not in (explained.help or "")
    assert ("wrong, too" in (explained.note or "")) == (wrong is not None)
    assert wrong is None or wrong in (explained.note or "")


def test_the_place_of_a_call_is_never_in_python_itself(server: Server) -> None:
    calls: list[recorder.LinkCall] = []
    with wandb.init(entity="team-a", project="proj") as run, recorder.recording(calls.append):
        artifact = run.log_artifact(wandb.Artifact("zoo", "model"))
        functools.partial(run.link_artifact, artifact)("wandb-registry-model/animals")
        with contextlib.ExitStack() as stack:
            stack.callback(run.link_artifact, artifact, "wandb-registry-model/animals")
        thread = threading.Thread(target=run.link_artifact, args=(artifact, "wandb-registry-model/animals"))
        thread.start()
        thread.join()
    ended = [call for call in calls if call.ended and call.call == "Run.link_artifact"]
    places = [call.place.rpartition(":")[0] if call.place else None for call in ended]
    assert places == [__file__, __file__, None]


def test_without_anybody_who_listens_the_methods_are_wandbs_own() -> None:
    own = wandb.Run.link_artifact
    with recorder.recording(lambda call: None):
        assert wandb.Run.link_artifact is not own
        with recorder.recording(lambda call: None):
            pass
        assert wandb.Run.link_artifact is not own
    assert wandb.Run.link_artifact is own


def test_one_who_listens_badly_does_not_hurt_the_code(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    def breaks(call: recorder.LinkCall) -> None:
        raise RuntimeError("full disk")

    artifact = server.logged()
    with recorder.recording(breaks):
        assert artifact.link("wandb-registry-model/c").version == "v0"
    assert "a call could not be noted: RuntimeError: full disk" in capsys.readouterr().err


LOADING = """
import sys
import threading
from regilink_doctor.emulator import Emulator, recorder
with Emulator() as emulator:
    assert "graphql" not in sys.modules, "it takes longest, and nobody has asked anything"
    emulator.observe(recorder.LinkCall(recorder.CORE, None, ended=False))
assert "regilink_doctor.emulator.execution" in sys.modules
"""


@pytest.mark.slow
@pytest.mark.usefixtures("wandb_anew")
def test_the_start_of_wandb_core_is_told_to_load_meanwhile_what_answers(server: Server) -> None:
    told: list[recorder.LinkCall] = []
    with recorder.recording(told.append), wandb.init(mode="offline"):
        pass
    assert [(call.call, call.ended, call.error) for call in told] == [
        ("wandb-core", False, None),
        ("wandb-core", True, None),
        ("server", False, None),
        ("unsent run", True, None),
    ]
    assert told[2].host == server.emulator.url, "the test sets it in the environment, as code may"
    assert told[3].mode == "offline"
    subprocess.run([sys.executable, "-c", LOADING], check=True)
    assert not server.links


CHILD = """
import sys
import threading
import site_of_the_user
import wandb
with wandb.init(entity="team-a", project="proj") as run:
    artifact = run.log_artifact(wandb.Artifact("zoo", "model"))
    run.link_artifact(artifact, "wandb-registry-model//animals".replace("//", "/"))
    try:
        run.link_artifact(artifact, "a/b/c/d")
    except ValueError:
        pass
"""


def test_a_child_process_reports_its_calls_and_keeps_its_own_sitecustomize(
    server: Server, tmp_path: Path, python: str
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text("import sys\nsys.modules['site_of_the_user'] = sys\n", encoding="utf-8")
    outer = {**os.environ, "PYTHONPATH": str(own)}
    emulator = server.emulator
    environ = {**outer, **emulator.environ(), **recorder.build_environ(emulator.folder, emulator.url, outer)}
    code = CHILD if python != sys.executable else f"import sys; assert 'wandb' not in sys.modules{CHILD}"
    done = subprocess.run([python, "-c", code], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "regilink" not in done.stderr
    assert [(each.requested, each.verdict, each.code) for each in server.links] == [
        ("wandb-registry-model/animals", "linked", None),
        ("a/b/c/d", "refused", "REG103"),
    ]


@pytest.mark.parametrize(("name", "message"), [("team-a/zoo", "Please provide only the name of the registered model")])
def test_what_link_model_refuses_itself_is_noted(server: Server, tmp_path: Path, name: str, message: str) -> None:
    import wandb

    (tmp_path / "weights").write_text("w", encoding="utf-8")
    with wandb.init(entity="team-a", project="proj") as run, pytest.raises(AssertionError, match=message):
        run.link_model(str(tmp_path / "weights"), name)
    assert (server.link.verdict, server.link.requested, server.link.code) == (
        "refused",
        name,
        find_failure("A14").codes[0],
    )
    assert message in (server.link.message or "")
    explained = explain_attempt(server.link, WorldView(server.world))
    assert explained is not None
    assert explained.summary == 'link_model cannot link to "team-a/zoo": the name has a slash'


def test_what_link_model_links_is_noted_once(server: Server, tmp_path: Path) -> None:
    import wandb

    (tmp_path / "weights").write_text("w", encoding="utf-8")
    with wandb.init(entity="team-a", project="proj") as run:
        run.link_model(str(tmp_path / "weights"), "zoo", name="weights")
    assert server.link.requested == "team-a/model-registry/zoo"
