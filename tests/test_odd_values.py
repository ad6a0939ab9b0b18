"""Every option, variable and argument of every command, and every key, with odd values.

The command does its work or says what is wrong. So does a function that is called from Python.

The options come from the parsers, so that a new one is included.
"""

from __future__ import annotations

import argparse
import codecs
import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import cycle, product
from pathlib import Path

import pytest
from in_process import run_command
from jsonschema import Draft7Validator
from tables import check_rows, sample

import regilink_doctor as regilink
from regilink_doctor.cli import COMMANDS, _make_parsers
from regilink_doctor.config.schema import KEYS, json_schema

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ODD: tuple[str, ...] = (
    "",
    " ",
    "\0",
    "--",
    "nan",
    "1e999",
    "-1",
    "[",
    "\ud800",
    "\u202e\x1b[2J",
    "http://[::1",
    "::error::x",
    "9" * 400,
)
NEEDED: dict[str, list[str]] = {
    "catalog diff": ["none.json"],
    "catalog show": ["none.json"],
    "completion": ["bash"],
    "config": ["select"],
    "doctor": ["wandb-registry-model/zoo"],
    "explain": ["REG101"],
    "rule": ["REG101"],
    "schema": ["lint"],
    "verify": ["wandb-registry-model/zoo:v1"],
}
"""What a command cannot do without."""
STARTS_PROGRAMS = {"dry-run", "emulator", "demo", "conformance"}
"""They take seconds or do not end: only what the parser says of a value is tried."""


def list_parsers() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command, `catalog pull` and its like among them, with its parser."""
    for command in COMMANDS:
        parser = _make_parsers([command])[1]
        assert parser is not None
        below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
        for action in below:
            for name, inner in action.choices.items():
                yield f"{command} {name}", inner
        if not below:
            yield command, parser


def list_options() -> Iterator[tuple[str, str]]:
    for command, parser in list_parsers():
        for action in parser._actions:
            if action.option_strings and action.nargs != 0 and action.help != argparse.SUPPRESS:
                yield command, max(action.option_strings, key=len)


OPTIONS = sorted(set(list_options()))


def hold_promises(
    done: subprocess.CompletedProcess[str], what: object, *, statuses: tuple[int, ...] = (0, 1, 2)
) -> None:
    """The command did its work or said what is wrong."""
    shown = done.stdout + done.stderr
    assert done.returncode in statuses, (what, done)
    assert "Traceback" not in shown, (what, done)
    assert done.args[0] == "rules" or "REG002" not in done.stdout, (what, done)
    assert "broke" not in done.stderr, (what, done)
    assert "\x1b[2J" not in shown, (what, done)
    assert "\u202e" not in shown, (what, done)


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", "-1", "1e308", "", "x"])
def test_how_much_a_dry_run_keeps_is_a_number(value: str, tmp_path: Path) -> None:
    done = run_command("dry-run", f"--keep-uploads={value}", "--", "true", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f'regilink: dry-run: --keep-uploads is "{value}", not a number of megabytes\n'


@pytest.mark.parametrize(
    "words",
    [
        ("catalog", "pull", "--host="),
        ("catalog", "pull", "--organization="),
        ("catalog", "diff", "c.json", "--host="),
        ("map", "--live", "--host="),
        ("map", "--live", "--organization="),
        ("conformance", "--yes", "--host="),
        ("conformance", "--yes", "--entity="),
        ("dry-run", "--entity=", "--", "true"),
        ("verify", "wandb-registry-model/zoo", "--host="),
        ("doctor", "--host="),
    ],
)
def test_an_empty_value_is_none_that_was_left_out(words: tuple[str, ...], tmp_path: Path) -> None:
    """A variable of the shell that is not set would silently ask another server."""
    (tmp_path / "train.py").write_text("import wandb\nrun = wandb.init()\n", encoding="utf-8")
    (tmp_path / "c.json").write_text('{"version": 1, "organizations": []}', encoding="utf-8")
    done = run_command(*words, cwd=tmp_path, WANDB_BASE_URL="http://127.0.0.1:1", WANDB_API_KEY="k" * 40)
    assert done.returncode == 2, done
    assert " is empty\n  help: give it a value" in done.stderr, done


@pytest.mark.parametrize("is_full", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("command", "option"), sample(OPTIONS, one_in=4))
def test_an_odd_value_of_an_option(
    command: str, option: str, is_full: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All values, or a sixth of them, which are different ones for the next option."""
    (tmp_path / "train.py").write_text("import wandb\nrun = wandb.init()\n", encoding="utf-8")
    monkeypatch.setattr("signal.signal", lambda *_: None)
    for value in ODD if is_full else ODD[OPTIONS.index((command, option)) % 6 :: 6]:
        words = [*command.split(), f"{option}={value}", *NEEDED.get(command, [])]
        if command in STARTS_PROGRAMS:
            words.append("--no-such-option")
        hold_promises(
            run_command(*words, cwd=tmp_path, WANDB_BASE_URL="http://127.0.0.1:1", WANDB_API_KEY="k" * 40), words
        )


def test_an_option_that_can_be_repeated_replaces_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    repeated = [
        (command, action.option_strings[-1], action.dest)
        for command, parser in list_parsers()
        for action in parser._actions
        if type(action) is argparse._AppendAction
    ]
    assert len(repeated) > 8
    for command, option, name in repeated:
        variable = f"REGILINK_{option[2:].upper().replace('-', '_')}"
        for words, values in (([], ["v"]), ([f"{option}=a", f"{option}=b"], ["a", "b"])):
            with monkeypatch.context() as patch:
                patch.setenv(variable, "v")
                parser = dict(list_parsers())[command]
                known, _ = parser.parse_known_args([*words, *NEEDED.get(command, [])])
            assert getattr(known, name) == values, (command, option)


def list_variables() -> dict[str, list[str]]:
    """The variables that set options, each with the commands that have the option."""
    variables: dict[str, list[str]] = {}
    for command, parser in list_parsers():
        for action in parser._actions:
            names = [] if action.help == argparse.SUPPRESS else action.option_strings
            for option in set(names) - {"--help", "--version"}:
                if option.startswith("--"):
                    variables.setdefault(f"REGILINK_{option[2:].upper().replace('-', '_')}", []).append(command)
    return variables


VARIABLES = list_variables()


@pytest.mark.parametrize("is_full", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("variable", sample(VARIABLES, one_in=4))
def test_an_odd_value_of_a_variable(
    variable: str, is_full: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All values with each command that has the option, and with `config`, which lacks it; or a third with one."""
    (tmp_path / "train.py").write_text("import wandb\nrun = wandb.init()\n", encoding="utf-8")
    monkeypatch.setattr("signal.signal", lambda *_: None)
    commands = ("config", *VARIABLES[variable])
    some = list(zip(cycle(commands), ODD, strict=False))[list(VARIABLES).index(variable) % 3 :: 3]
    for command, value in product(commands, ODD) if is_full else some:
        if "\0" in value or "\ud800" in value:
            continue  # no variable can hold it
        words = [*command.split(), *NEEDED.get(command, [])]
        if command in STARTS_PROGRAMS:
            words.append("--no-such-option")
        variables = {"WANDB_BASE_URL": "http://127.0.0.1:1", "WANDB_API_KEY": "k" * 40, variable: value}
        hold_promises(run_command(*words, cwd=tmp_path, **variables), (variable, value, words))


ARGUMENTS = sorted(
    command for command, parser in list_parsers() if any(not item.option_strings for item in parser._actions)
)


@pytest.mark.parametrize("command", sample(ARGUMENTS, one_in=3))
def test_an_odd_argument(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)
    tmp_path = tmp_path / "inner"  # what `..` names is this test's as well
    tmp_path.mkdir()
    for value in (*ODD, "/dev/null", "~", "..", "x" * 5000, "a\nb", "-"):
        if command in ("dry-run", "emulator") and value in ("/dev/null", "-"):
            continue
        words = [*command.split(), "--", value] if command in ("dry-run", "emulator") else [*command.split(), value]
        hold_promises(
            run_command(*words, cwd=tmp_path, WANDB_BASE_URL="http://127.0.0.1:1", WANDB_API_KEY="k" * 40), words
        )


@pytest.mark.parametrize("command", ["explain", "dry-run", "emulator"])
@pytest.mark.parametrize(
    "value", sample(["", " ", "\0", "\ud800", "\u202e\x1b[2J", "http://[::1", "9" * 5000, "/", "/dev/null"], one_in=3)
)
def test_an_odd_program(command: str, value: str, tmp_path: Path) -> None:
    done = run_command(command, "--", value, cwd=tmp_path)
    hold_promises(done, (command, value), statuses=(2,))
    assert "cannot be started" in done.stderr


WRONG = (
    "1",
    "1.5",
    "true",
    '"\\u0000"',
    '""',
    "[]",
    "[1]",
    "[[]]",
    "{}",
    "{x = 1}",
    "1979-05-27",
    '"nan"',
    '["\\u202e"]',
    '"\\u001b[2J\\n"',
    f'"{"a" * 10_000}"',
    f"[{'1, ' * 10_000}]",
    "9" * 4000,
    '{"a\\nb" = 1}',
    '{"a\\nb" = ["\\nc"]}',
    '{"wandb-registry-a" = ["b"]}',
    "[[], {}]",
    "inf",
)
FITS = Draft7Validator(json_schema())


@pytest.mark.parametrize("is_full", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("key", sample([key.name for key in KEYS], one_in=5))
def test_a_wrong_value_of_a_key(key: str, is_full: bool, tmp_path: Path) -> None:
    """All values, or a third of them, which are different ones for the next key."""
    (tmp_path / "train.py").write_text(
        'import wandb\nwandb.init(entity="t").link_artifact(a, "wandb-registry-a")\n', encoding="utf-8"
    )
    start = [key.name for key in KEYS].index(key) % 3
    for value in WRONG if is_full else WRONG[start::3]:
        (tmp_path / "regilink.toml").write_text(f"{key} = {value}\n", encoding="utf-8")
        done = run_command("lint", cwd=tmp_path)
        assert done.returncode in (0, 1, 2), (value, done)
        assert "Traceback" not in done.stderr
        assert "REG002" not in done.stdout
        if not FITS.is_valid(tomllib.loads(f"{key} = {value}")):
            assert done.returncode == 2, (value, done)
        if done.returncode == 2:
            assert not done.stdout, (value, done)
            assert "regilink.toml" in done.stderr, (value, done)
            assert key in done.stderr, (value, done)
            assert done.stderr.startswith("regilink: "), (value, done)
            assert done.stderr.count("\n") == 1, (value, done)
            assert len(done.stderr) < 1000, (value, done)


PATH = "wandb-registry-model/zoo"
SEVERAL = "str | Iterable[str | "


@check_rows(
    ("call", "message"),
    [
        (lambda: regilink.verify(None), f"verify(): names must be {SEVERAL}Expected], not NoneType"),
        (
            lambda: regilink.verify(Path(PATH)),
            f"verify(): names must be {SEVERAL}Expected], not {type(Path()).__name__}",
        ),
        (lambda: regilink.verify([PATH, 3]), f"verify(): names must be {SEVERAL}Expected], not list of int, str"),
        (lambda: regilink.verify(PATH, timeout="3"), "verify(): timeout must be float, not str"),
        (lambda: regilink.verify(PATH, environ={"A": 1}), "environ must be Mapping[str, str] | None, not dict of str"),
        (lambda: regilink.diagnose({"a": 1}.values()), "not dict_values of int"),
        (lambda: regilink.diagnose(catalog="catalog.json"), "diagnose(): catalog must be Catalog | None, not str"),
        (lambda: regilink.diagnose(watcher=print), "watcher must be Watcher | None"),
        (
            lambda: regilink.lint_paths(None),
            f"lint_paths(): paths must be str | Path | {SEVERAL[6:]}Path], not None",
        ),
        (
            lambda: regilink.lint_paths([], config="regilink.toml"),
            "config must be Config | None, not str",
        ),
        (lambda: regilink.explain(3), "explain(): text must be str | bytes | Path | BaseException | None, not int"),
        (
            lambda: regilink.classify(ValueError),
            "classify(): error must be str | bytes | Path |",
        ),
        (lambda: regilink.pull_catalog(collections="all"), "must be Literal['none', 'names', 'full'], not 'all'"),
        (lambda: regilink.dry_run("python train.py"), "dry_run(): command must be Sequence[str | Path], not str"),
        (lambda: regilink.Catalog.load(None), "Catalog.load(): path must be str | Path, not NoneType"),
        (lambda: regilink.Catalog().diff("catalog.json"), "Catalog.diff(): newer must be Catalog, not str"),
        (
            lambda: regilink.Emulator("catalog.json"),
            "Emulator(): world must be World | Callable[[], World] | None, not str",
        ),
        (lambda: regilink.emulated(3), "emulated(): world must be World | Callable[[], World] | None, not int"),
        (lambda: regilink.World.from_catalog(3), "World.from_catalog(): path must be str | Path | Catalog, not int"),
        (lambda: regilink.World().team(None), "World.team(): name must be str, not NoneType"),
        (lambda: regilink.World().registry("a", types="model"), "types must be Sequence[str] | None, not str"),
        (lambda: regilink.World().registry("a", visibility="all"), "Literal['organization', 'restricted'], not 'all'"),
        (
            lambda: regilink.load_ipython_extension(None),
            "shell must be IPython's, not NoneType",
        ),
    ],
)
def test_an_argument_of_another_type(call: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError) as raised:
        call()
    assert message in str(raised.value)


@check_rows("name", regilink.__all__)
def test_every_exported_function_checks_its_arguments(name: str) -> None:
    """`preflight` raises a `LinkError`; `explain_errors` takes whatever is decorated."""
    value = getattr(regilink, name)
    methods = list(vars(value).values()) if name in ("Catalog", "Emulator", "World") else []
    for function in filter(inspect.isfunction, [value, *methods]):
        is_public = not function.__name__.startswith("_") and function.__module__ != "regilink_doctor.core.records"
        if is_public and name not in ("preflight", "load_ipython_extension", "unload_ipython_extension"):
            assert hasattr(function, "__wrapped__"), function


def test_one_of_several_and_paths_are_accepted(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text('import wandb\nwandb.init(entity="t").link_artifact(a, "wandb-registry-a")\n', encoding="utf-8")
    for paths in (script, str(script), [script], tmp_path.glob("*.py")):
        assert [finding.code for finding in regilink.lint_paths(paths).findings] == ["REG102"], paths
    message = "CommError: Unable to find organization for entity 'team-a'."
    log = tmp_path / "train.log"
    log.write_bytes(codecs.BOM_UTF16_LE + (f"{'x' * 5000}\n" * 500 + message).encode("utf-16-le"))
    for text in (message, message.encode(), log):
        assert regilink.explain(text).failures[0] == regilink.classify(text).failures[0] == "A12", text
    world = regilink.World.default()
    collection = world.collection("zoo", registry="model", versions=1, aliases="production")
    assert set(collection.memberships[0].aliases) == {"latest", "production"}
    assert regilink.dry_run([Path(sys.executable), "-c", ""], allow_no_links=True).argv[0] == sys.executable


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no device that has no end")
def test_a_file_without_an_end_is_read_with_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regilink_doctor.workflows.explain.INPUT_LIMIT", 100_000)
    assert not regilink.explain(Path("/dev/zero")).is_recognized
