"""Errors explained where they happen: a `with` block, a command, a notebook; and links checked before the training."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import warnings
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any

import pytest
from tables import check_rows

import regilink_doctor
from regilink_doctor import LinkError, explain, explain_errors, preflight
from regilink_doctor.emulator import Emulator, World, recorder
from regilink_doctor.workflows import notebook
from regilink_doctor.workflows.explain.where_it_happens import append_to_message, is_wandb_error

REFUSAL = "linking is only allowed within the same team or to a collection in your organization's registry"


class CommError(Exception):
    """As wandb's: an exception whose class is W&B's."""


CommError.__module__ = "wandb.errors.errors"


def notes(error: BaseException) -> str:
    return "\n".join(getattr(error, "__notes__", [])) or str(error)


def test_an_error_of_wandb_carries_its_explanation() -> None:
    with pytest.raises(CommError) as caught, explain_errors():
        raise CommError(REFUSAL)
    assert str(caught.value).startswith(REFUSAL)
    assert "failure B1" in notes(caught.value)


def test_without_notes_the_explanation_ends_the_message_or_goes_to_standard_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = CommError(REFUSAL)
    append_to_message(error, "regilink: two\nlines")
    assert str(error) == f"{REFUSAL}\n\nregilink: two\nlines"
    for other in (OSError(28, "No space left on device", "/home/u/.cache/wandb"), KeyError("zoo")):
        before = str(other)
        append_to_message(other, "regilink: two\nlines")
        assert str(other) == before
        assert capsys.readouterr().err == "regilink: two\nlines\n"


def test_an_error_is_explained_once() -> None:
    with pytest.raises(CommError) as caught, explain_errors(), explain_errors():
        raise CommError(REFUSAL)
    assert notes(caught.value).count("failure B1") == 1


def test_a_function_and_a_coroutine_can_be_decorated() -> None:
    @explain_errors()
    def publish(name: str) -> str:
        if not name:
            raise CommError(REFUSAL)
        return name

    @explain_errors()
    async def publish_later(name: str) -> str:
        await asyncio.sleep(0)
        return publish(name)

    assert publish("zoo") == asyncio.run(publish_later("zoo")) == "zoo"
    assert publish.__name__ == "publish"
    for call in (lambda: publish(""), lambda: asyncio.run(publish_later(""))):
        with pytest.raises(CommError) as caught:
            call()
        assert "failure B1" in notes(caught.value)


def test_a_generator_and_a_decorator_without_parentheses_explain_as_well() -> None:
    @explain_errors
    def publish(target: str) -> Iterator[str]:
        yield target
        raise CommError(REFUSAL)

    with pytest.raises(CommError) as caught:
        list(publish("wandb-registry-model/zoo"))
    assert "failure B1" in notes(caught.value)


def test_an_asynchronous_generator_explains_and_passes_on_what_is_sent_and_thrown() -> None:
    ended: list[str] = []

    @explain_errors
    async def publish(target: str) -> AsyncGenerator[str, str]:
        try:
            answer = yield target
            try:
                yield answer
            except ValueError as error:
                yield f"caught {error}"
            raise CommError(REFUSAL)
        finally:
            ended.append(target)

    async def use() -> list[str]:
        published = publish("zoo")
        seen = [
            await published.asend(None),
            await published.asend("sent"),
            await published.athrow(ValueError("thrown")),
        ]
        with pytest.raises(CommError) as caught:
            await published.asend("")
        return [*seen, notes(caught.value)]

    async def leave_early() -> list[str]:
        async for target in (published := publish("birds")):
            await published.aclose()
            return [target]
        return []

    *seen, explanation = asyncio.run(use())
    assert seen == ["zoo", "sent", "caught thrown"]
    assert "failure B1" in explanation
    assert asyncio.run(leave_early()) == ["birds"]
    assert ended == ["zoo", "birds"]


def test_other_errors_go_on_as_they_are() -> None:
    for error in (ValueError("permission denied"), CommError("something that nobody has seen yet"), KeyError("x")):
        with pytest.raises(type(error)) as caught, explain_errors():
            raise error
        assert caught.value is error
        assert not getattr(error, "__notes__", [])
    with pytest.raises(KeyboardInterrupt), explain_errors():
        raise KeyboardInterrupt


def test_a_wrapped_error_of_wandb_is_still_one() -> None:
    @explain_errors()
    def publish() -> None:
        try:
            raise CommError(REFUSAL)
        except CommError as error:
            raise RuntimeError("publishing failed") from error

    with pytest.raises(RuntimeError) as caught:
        publish()
    assert is_wandb_error(caught.value)
    assert "failure B1" in notes(caught.value)


def test_explain_without_a_text_explains_the_last_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        raise CommError(REFUSAL)
    except CommError:
        assert explain().failures[0] == "B1"
    monkeypatch.setattr(sys, "last_exc", CommError("rate limit exceeded"), raising=False)
    assert explain().failures[0] == "B17"
    monkeypatch.setattr(sys, "last_exc", None)
    monkeypatch.setattr(sys, "last_value", None, raising=False)
    assert not explain().is_recognized


def regilink(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "regilink_doctor", *arguments],
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        input="typed\n",
    )


FAILS = f"""
import sys
print("out", sys.stdin.readline().strip())
print("wandb: Currently logged in as: alice", file=sys.stderr)
sys.stderr.write('Traceback (most recent call last):\\n  File "train.py", line 9, in <module>\\n')
sys.stderr.write('    run.link_artifact(a, "wandb-registry-model/zoo")\\n')
sys.stderr.write("wandb.errors.errors.CommError: {REFUSAL}\\n")
sys.exit(int(sys.argv[1]))
"""


def test_a_command_is_explained_when_it_fails_and_keeps_its_streams_and_status(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(FAILS, encoding="utf-8")
    done = regilink("explain", "--", sys.executable, str(script), "3", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "out typed\n")
    error, _, explanation = done.stderr.partition("\n\n")
    assert error.endswith(REFUSAL)
    assert explanation.startswith(f"Error: {REFUSAL}"[:60])
    assert "failure B1" in explanation


@pytest.mark.slow
def test_a_command_that_ends_well_or_with_an_unknown_error_is_left_alone(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(FAILS, encoding="utf-8")
    assert "failure" not in regilink("explain", "--", sys.executable, str(script), "0", cwd=tmp_path).stderr
    script.write_text("import sys; sys.exit('permission denied')", encoding="utf-8")
    done = regilink("explain", "--", sys.executable, str(script), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "permission denied\n")


@pytest.mark.slow
def test_an_error_that_is_surely_wandbs_is_explained_where_nothing_names_wandb(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text("class Run: pass\n\nRun().link_artefact(1, 2)", encoding="utf-8")
    assert "failure " in regilink("explain", "--", sys.executable, str(script), cwd=tmp_path).stderr


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no signals that end a process")
def test_a_command_that_a_signal_ends_has_the_status_of_a_shell(tmp_path: Path) -> None:
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    done = regilink("explain", "--", sys.executable, "-c", code, cwd=tmp_path)
    assert done.returncode == 128 + signal.SIGKILL


def test_a_command_that_does_not_exist_is_a_mistake_of_usage(tmp_path: Path) -> None:
    done = regilink("explain", "--", "no-such-command", cwd=tmp_path)
    assert done.returncode == 2
    assert "no-such-command cannot be started" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
def test_at_a_terminal_the_command_sees_a_terminal(tmp_path: Path) -> None:
    import pty

    outer, inner = pty.openpty()
    code = "import os, sys; sys.exit(0 if os.isatty(2) else 9)"
    process = subprocess.Popen(
        [sys.executable, "-m", "regilink_doctor", "explain", "--", sys.executable, "-c", code],
        cwd=tmp_path,
        stderr=inner,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(inner)
    assert process.wait(timeout=60) == 0
    os.close(outer)


@pytest.fixture
def at_emulator(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[World], None]:
    """`at_emulator(WORLD)`: the environment of this process leads to the emulator with that world."""

    def start(world: World) -> None:
        emulator.reset(world)
        for name, value in emulator.environ().items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)

    return start


def test_preflight_is_silent_when_the_links_are_right(emulator: Emulator, at_emulator: Callable[[World], None]) -> None:
    at_emulator(World.default())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        preflight("wandb-registry-model/zoo", "wandb-registry-model/lion", type="model", entity="team-a")
    assert len(emulator.ledger.requests) == 2
    assert [item.text for item in regilink_doctor.diagnose("wandb-registry-model/zoo", probe=False).targets] == [
        "wandb-registry-model/zoo"
    ]


@pytest.mark.parametrize(
    ("target", "options", "code"),
    [
        ("wandb-registry-nothing/zoo", {"entity": "team-a"}, "REG301"),
        ("wandb-registry-modle/zoo", {"entity": "team-a"}, "REG301"),
        ("wandb-registry-model/zoo", {"entity": "alice"}, "REG203"),
        ("wandb-registry-model/zoo", {"entity": "team-a", "type": "dataset"}, "REG401"),
        ("team-a/wandb-registry-model/zoo", {"entity": "team-a"}, "REG202"),
        ("wandb-registry-model/a/b", {"entity": "team-a"}, "REG103"),
        ("wandb-registry-model/$NAME", {"entity": "team-a"}, "REG106"),
        ("mdoel/zoo", {"entity": "team-a"}, "REG101"),
        ("wandb-registry-model/zoo:prod", {"entity": "team-a", "type": "model"}, "REG107"),
        ("project/zoo:v3", {"entity": "team-a", "type": "model"}, "REG107"),
    ],
)
def test_preflight_raises_before_the_training_after_two_requests(
    emulator: Emulator, at_emulator: Callable[[World], None], target: str, options: dict[str, Any], code: str
) -> None:
    at_emulator(World.default())
    with pytest.raises(LinkError, match=code) as caught:
        preflight(target, **options)
    assert code in caught.value.codes
    assert caught.value.failures
    assert len(emulator.ledger.requests) <= 2
    if "modle" in target:  # the name that was meant is in the second answer
        assert "wandb-registry-model/zoo" in str(caught.value)


@pytest.mark.parametrize(
    ("target", "options", "reason"),
    [
        ("wandb-registry-Model/zoo", {"type": "model"}, 'the registry is spelled "model", not "Model"'),
        ("wandb-registry-model/zoo/", {"type": "model"}, "ends with a slash [REG111]"),
        ("wandb-registry-model/zoo ", {"type": "model"}, 'there is a space around "zoo" [REG111]'),
        (f"wandb-registry-model/{'c' * 129}", {"type": "model"}, "the collection's name has 129 characters"),
        ("wandb-registry-model/zoo", {}, "the artifact's type is unknown, give it with type="),
    ],
)
def test_preflight_warns_of_what_nothing_decides_unless_strict(
    at_emulator: Callable[[World], None], target: str, options: dict[str, Any], reason: str
) -> None:
    at_emulator(World.default())
    with pytest.warns(UserWarning, match=re.escape(reason)):
        preflight(target, entity="team-a", **options)
    with pytest.raises(LinkError, match=re.escape(reason)):
        preflight(target, entity="team-a", **options, strict=True)


@pytest.mark.parametrize(
    ("target", "entity", "code", "assumed"),
    [
        ("wandb-registry-model/zoo", "ml-team", None, ["ml-team"]),
        ("zoo-org/wandb-registry-prod/zoo", "ml-team", None, ["zoo-org", "ml-team", "wandb-registry-prod"]),
        ("Zoo Org/wandb-registry-prod/zoo", "ml-team", None, ["Zoo Org", "ml-team", "wandb-registry-prod"]),
        ("ml-team/wandb-registry-prod/zoo", "ml-team", "REG202", ["ml-team"]),
        ("wandb-registry-modle/zoo", "team-a", "REG301", []),
        ("wandb-registry-model/zoo", "<team>", "REG207", []),
        ("wandb-registry-model/zoo", "zoo team", "REG207", []),
        ("wandb_registry-prod/zoo", "team-a", "REG104", []),
        ("candidates/zoo", "team-a", "REG101", []),
    ],
)
def test_preflight_assumes_what_a_dry_run_would(
    emulator: Emulator,
    at_emulator: Callable[[World], None],
    monkeypatch: pytest.MonkeyPatch,
    target: str,
    entity: str,
    code: str | None,
    assumed: list[str],
) -> None:
    at_emulator(World.default(assume=True))
    monkeypatch.setenv(recorder.VARIABLE, emulator.url)
    codes: tuple[str, ...] = ()
    try:
        preflight(target, type="model", entity=entity)
    except LinkError as error:
        codes = error.codes
    assert codes == ((code,) if code else ())
    assert [item.name for item in emulator.world.assumed] == assumed


@check_rows(
    ("target", "said"),
    [
        (None, 'the target path is None [REG607]\n  write target_path="wandb-registry-NAME/COLLECTION"'),
        (
            PurePosixPath("wandb-registry-model/zoo"),
            "the path is of type PurePosixPath, not a string [REG607]\n"
            '  join the names with "/": "wandb-registry-model/zoo"',
        ),
        (["a", "b"], "the path is of type list, not a string [REG607]\n  give each path as an argument of its own"),
        (b"wandb-registry-model/zoo", "the path is of type bytes, not a string [REG607]"),
    ],
)
def test_preflight_refuses_what_is_not_a_string(target: Any, said: str) -> None:
    with pytest.raises(LinkError, match=re.escape(said)) as caught:
        preflight("wandb-registry-model/zoo", target)
    assert caught.value.codes == ("REG607",)
    for name in ("type", "entity"):
        with pytest.raises(LinkError, match=f"^{name}= is of type {type(target or 1.5).__name__}, not a string"):
            preflight("wandb-registry-model/zoo", **{name: target or 1.5})


def test_preflight_says_what_to_write_in_python(at_emulator: Callable[[World], None]) -> None:
    at_emulator(World.default())
    with pytest.raises(LinkError) as caught:
        preflight("wandb-registry-model/zoo", entity="alice")
    assert '\n  entity="team-a"\n' in str(caught.value)
    assert "--entity" not in str(caught.value)
    with pytest.raises(LinkError, match=r'^the target path "" has no name in it \[REG105\]'):
        preflight("", entity="team-a")


def test_preflight_names_the_link_that_it_could_not_check(
    at_emulator: Callable[[World], None], tmp_path: Path, forked_python: str
) -> None:
    at_emulator(World.default())
    script = tmp_path / "train.py"
    script.write_text(
        "import sys\nimport wandb\nimport regilink_doctor\n\nregilink_doctor.preflight()\nraise SystemExit(5)\n"
        'run = wandb.init(entity="team-a")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), sys.argv[1])\n',
        encoding="utf-8",
    )
    done = subprocess.run([forked_python, str(script)], capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 5, done.stderr
    unknown = "train.py:9: `sys.argv[1]` is known only when the program runs; give the whole path to preflight()"
    assert f"could not check every link: {unknown}" in done.stderr.replace(f"{tmp_path}/", "")
    assert "TARGET" not in done.stderr
    assert "{?}" not in done.stderr


@check_rows(
    ("arguments", "unknown"),
    [
        ("", ()),
        ("--epochs 3 -v --model=resnet", ()),
        ("--to=model/zoo", ("to",)),
        ("--to model/zoo", ("to",)),
        ("-t model/zoo", ("to",)),
        ("out.target=model/zoo", ("target",)),
        ("model/zoo", ("to",)),
        ("--verbose model/zoo", ("to",)),
        ("--data /mnt/data --epochs 3", ()),
    ],
)
def test_preflight_does_not_judge_a_default_that_the_command_line_replaces(
    arguments: str, unknown: tuple[str, ...], at_emulator: Callable[[World], None], tmp_path: Path, forked_python: str
) -> None:
    at_emulator(World.default())
    (tmp_path / "conf.yaml").write_text("out:\n  target: wandb-registry-model/zoo\n", encoding="utf-8")
    script = tmp_path / "train.py"
    script.write_text(
        "import argparse, wandb\nfrom omegaconf import OmegaConf\nimport regilink_doctor\n"
        'parser = argparse.ArgumentParser()\nparser.add_argument("-t", "--to", default="wandb-registry-model/zoo")\n'
        "regilink_doctor.preflight()\nraise SystemExit(5)\n"
        'options = parser.parse_args()\nconfig = OmegaConf.load("conf.yaml")\nrun = wandb.init(entity="team-a")\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), options.to)\n'
        'run.link_artifact(wandb.Artifact("zoo", type="model"), config.out.target)\n',
        encoding="utf-8",
    )
    command = [forked_python, str(script), *arguments.split()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 5, done.stderr
    said = re.findall(r"`(\w+)` is known only when the program runs", done.stderr)
    assert tuple(said) == unknown


def test_preflight_without_targets_checks_the_links_of_the_file_that_calls(
    at_emulator: Callable[[World], None], tmp_path: Path, forked_python: str
) -> None:
    at_emulator(World.default())
    script = tmp_path / "train.py"
    script.write_text(
        "import wandb\nimport regilink_doctor\n\n\ndef main():\n    regilink_doctor.preflight()\n"
        "    raise SystemExit(5)\n"
        '    with wandb.init(entity="team-a") as run:\n        run.link_artifact(wandb.Artifact("zoo", type="model"), '
        '"wandb-registry-missing/zoo")\n\n\nmain()\n',
        encoding="utf-8",
    )
    done = subprocess.run([forked_python, str(script)], capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 1
    assert "LinkError" in done.stderr
    assert "REG301" in done.stderr
    script.write_text(script.read_text(encoding="utf-8").replace("missing", "model"), encoding="utf-8")
    done = subprocess.run([forked_python, str(script)], capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 5, done.stderr


OF_ZOO = 'run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")\n'


@pytest.mark.slow
@check_rows(
    ("code", "always", "strict"),
    [
        (f'with wandb.init(entity="team-a") as run:\n    {OF_ZOO}', "", ""),
        (f'with wandb.init(entity="team-a", mode=MODE) as run:\n    {OF_ZOO}', "", ""),
        (f'with wandb.init(entity="team-a", mode="offline") as run:\n    {OF_ZOO}', "", "REG601"),
        (f'with wandb.init(entity="team-a", mode="disabled") as run:\n    {OF_ZOO}', "", "REG602"),
        (f'with wandb.init(entity="team-a") as run:\n    pass\n{OF_ZOO}', "REG603", "REG603"),
        (f'run = wandb.init(entity="team-a")\nrun.finish()\n{OF_ZOO}', "REG603", "REG603"),
        (f'run = wandb.init(entity="team-a", project="a/b")\n{OF_ZOO}', "REG210", "REG210"),
        (f'run = wandb.init(entity="team-a")\n{OF_ZOO}'.replace('"model"', '"wandb-x"'), "REG403", "REG403"),
    ],
)
def test_preflight_reports_what_fails_in_the_code_around_the_link(
    code: str, always: str, strict: str, at_emulator: Callable[[World], None], tmp_path: Path
) -> None:
    at_emulator(World.default())
    script = tmp_path / "train.py"
    for is_strict, expected in ((False, always), (True, strict)):
        text = f"preflight(strict={is_strict})\nraise SystemExit(5)\nimport wandb\n{code}"
        script.write_text(text, encoding="utf-8")
        code_object = compile(text, str(script), "exec")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pytest.raises((LinkError, SystemExit)) as raised:
                exec(code_object, {"preflight": preflight})
        assert expected in str(raised.value) if expected else isinstance(raised.value, SystemExit)


def test_a_server_that_is_not_there_is_a_warning_unless_strict(
    at_emulator: Callable[[World], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_emulator(World.default())
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    with pytest.warns(UserWarning, match="could not check the links: "):
        preflight("wandb-registry-model/zoo", entity="team-a")
    with pytest.raises(LinkError, match="could not check the links: "):
        preflight("wandb-registry-model/zoo", entity="team-a", strict=True)


def test_preflight_does_not_check_again_in_a_process_that_imports_the_script(
    emulator: Emulator, at_emulator: Callable[[World], None]
) -> None:
    at_emulator(World.default())
    script = 'from regilink_doctor import preflight\npreflight("wandb-registry-nowhere/zoo", entity="team-a")\n'
    exec(compile(script, "train.py", "exec"), {"__name__": "__mp_main__"})
    assert not emulator.ledger.requests
    with pytest.raises(LinkError):
        exec(compile(script, "train.py", "exec"), {"__name__": "__main__"})


@pytest.mark.parametrize("mode", ["offline", "disabled"])
def test_preflight_names_a_mode_in_which_nothing_is_linked(
    at_emulator: Callable[[World], None], monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    at_emulator(World.default())
    monkeypatch.setenv("WANDB_MODE", mode)
    with pytest.warns(UserWarning, match=mode) as warned:
        preflight("wandb-registry-model/zoo", type="model", entity="team-a")
    assert "report" not in str(warned[0].message)
    with pytest.raises(LinkError, match=mode):
        preflight("wandb-registry-model/zoo", type="model", entity="team-a", strict=True)


class Shell:
    """As much of IPython as an extension needs."""

    def __init__(self) -> None:
        self.user_ns: dict[str, Any] = {"In": [""]}
        self.hooks: list[Callable[[Any], None]] = []
        self.magics: dict[str, Callable[[str], None]] = {}
        self.input_transformers_cleanup: list[Callable[[list[str]], list[str]]] = []
        self.events = SimpleNamespace(
            register=lambda _, hook: self.hooks.append(hook), unregister=lambda _, hook: self.hooks.remove(hook)
        )

    def register_magic_function(self, function: Callable[[str], None], magic_kind: str, magic_name: str) -> None:
        self.magics[magic_name] = function


def test_the_extension_can_be_loaded_twice_and_unloaded() -> None:
    shell = Shell()
    regilink_doctor.load_ipython_extension(shell)
    regilink_doctor.load_ipython_extension(shell)
    assert (len(shell.hooks), len(shell.input_transformers_cleanup)) == (1, 1)
    regilink_doctor.unload_ipython_extension(shell)
    assert (shell.hooks, shell.input_transformers_cleanup) == ([], [])


@pytest.mark.slow
def test_the_magic_explains_a_question_with_its_punctuation(capsys: pytest.CaptureFixture[str]) -> None:
    shell = Shell()
    regilink_doctor.load_ipython_extension(shell)
    cell = ["%regilink explain why isn't my model in the registry??\n", "regilink?\n", "x = 1  # why?\n"]
    question, *others = shell.input_transformers_cleanup[0](cell)
    assert others == cell[1:]
    shell.magics["regilink"](question.split(" ", 1)[1])
    assert "Missing registry prefix" in capsys.readouterr().out


def test_the_explanation_stands_under_the_cell_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(notebook, "show_explanation", lambda explanation: shown.append(explanation.failures[0]))
    shell = Shell()
    regilink_doctor.load_ipython_extension(shell)
    for error in (CommError(REFUSAL), ValueError("permission denied"), None):
        shell.hooks[0](SimpleNamespace(error_in_exec=error))
    assert shown == ["B1"]
    monkeypatch.setattr(sys, "last_value", CommError(REFUSAL), raising=False)  # as `%run` leaves it
    for _ in range(2):
        shell.hooks[0](SimpleNamespace(error_in_exec=None))
    assert shown == ["B1", "B1"]


def test_the_magic_lints_the_cells_that_were_executed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    shell = Shell()
    shell.user_ns["In"] += [
        "import wandb",
        'run = wandb.init(entity="team-a")\nrun.link_artifact(a, "wandb_registry_model/zoo")',
    ]
    regilink_doctor.load_ipython_extension(shell)
    shell.magics["regilink"]("lint --output-format concise --isolated")
    assert "notebook.ipynb:cell 2:2:" in capsys.readouterr().out
    shell.magics["regilink"]("explain A12")
    assert "Team or user where the organization belongs".lower() in capsys.readouterr().out.lower()
    shell.magics["regilink"]("")
    assert "%regilink lint" in capsys.readouterr().out


def test_the_magic_prints_any_letter_whatever_encoding_pipes_have(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "cp932")
    shell = Shell()
    regilink_doctor.load_ipython_extension(shell)
    shell.magics["regilink"]("explain wandb-registry-模型/🙂")
    assert "wandb-registry-模型/🙂" in capsys.readouterr().out


def test_preflight_in_a_cell_reads_the_notebook_where_its_file_is_known(
    at_emulator: Callable[[World], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_emulator(World.default())
    shell = Shell()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    call = compile("preflight(entity='team-a')", "<ipython-input-1-0f>", "exec")
    with pytest.warns(UserWarning, match="called by no file that can be read, as in the cells of some notebooks"):
        exec(call, {"preflight": preflight})
    source = 'import wandb\nwandb.init().link_artifact(wandb.Artifact("z", type="model"), "wandb-registry-modle/z")'
    cells = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}]
    file = tmp_path / "train.ipynb"
    file.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    shell.user_ns["__vsc_ipynb_file__"] = str(file)
    with pytest.raises(LinkError, match="REG301"):
        exec(call, {"preflight": preflight})


def test_the_magic_says_that_there_is_nothing_to_read_before_the_first_cell(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shell = Shell()
    regilink_doctor.load_ipython_extension(shell)
    shell.user_ns["In"] += ["get_ipython().run_line_magic('load_ext', 'regilink_doctor')"]
    shell.magics["regilink"]("lint --isolated")
    assert capsys.readouterr().out.startswith("regilink: no cell was executed before this one")


WEIGHTS = [
    "%load_ext regilink_doctor\nimport wandb",
    'run = wandb.init(project="nb", entity="team-a")\nbest = wandb.Artifact("m", type="weights")\nwandb.finish()',
    'def publish():\n    run.link_artifact(best, "wandb-registry-model/zoo", aliases=["rc/1"])',
    "publish()",
]


@pytest.mark.parametrize("is_named", [True, False])
def test_the_magic_checks_all_that_the_notebook_says_of_its_links(
    is_named: bool, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "beside.py").write_text('import wandb\nwandb.init().link_artifact(a, "wandb-registry-other/x")\n')
    shell = Shell()
    regilink_doctor.load_ipython_extension(shell)
    if is_named:
        cells = [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": []} for cell in WEIGHTS]
        document = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
        (tmp_path / "publish.ipynb").write_text(document)
        monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "publish.ipynb"))
    else:
        shell.user_ns["In"] += WEIGHTS
    with Emulator(World.default()) as emulator:
        for name, value in emulator.environ().items():
            monkeypatch.setenv(name, value)
        shell.magics["regilink"]("doctor --isolated")
        printed = capsys.readouterr().out
        for code in ("REG401", "REG501", "REG603"):
            assert re.search(rf"{code} .*\({'publish' if is_named else 'notebook'}\.ipynb:cell 3:2\)", printed)
        assert "wandb-registry-other" not in printed
        shell.magics["regilink"]("doctor --isolated wandb-registry-model/zoo --type model")
        assert "All well: 1 link checked" in capsys.readouterr().out


@pytest.mark.slow
def test_a_real_kernel_shows_the_explanation_as_text_and_html() -> None:
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    cells = [
        "%load_ext regilink_doctor",
        f'class CommError(Exception): ...\nCommError.__module__ = "wandb.errors"\nraise CommError({REFUSAL!r})',
        "import regilink_doctor\nregilink_doctor.explain()",
        "%regilink explain",
    ]
    document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(document, allow_errors=True, timeout=60).execute()
    for cell in document.cells[1:]:
        shown = [output["data"] for output in cell.outputs if output.output_type in ("display_data", "execute_result")]
        assert "failure B1" in shown[0]["text/html"]
        assert "Error: linking is only allowed" in shown[0]["text/plain"]
