"""Our reading of wandb's settings against wandb's own, by the wandb that is installed.

More interpreters, each with its own wandb, can be named in REGILINK_PYTHONS, separated as in PATH.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from regilink_doctor.client.settings import Settings, read_settings

pytest.importorskip("wandb")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the reader forks")

PYTHONS = [sys.executable, *filter(None, os.environ.get("REGILINK_PYTHONS", "").split(os.pathsep))]
SCRIPT = Path(__file__).with_name("wandb_reading.py")
KEYS = ["a" * 40, "local-" + "b" * 40, "c" * 40]
HOSTS = [
    "https://api.wandb.ai",
    "https://wandb.example.com",
    "https://wandb.example.com:8443/",
    "http://localhost:8080",
]


def folder_of(root: Path, number: int, case: dict[str, Any]) -> dict[str, Any]:
    home, cwd = root / f"home{number}", root / f"work{number}"
    home.mkdir()
    cwd.mkdir()
    for name, content in case.get("files", {}).items():
        path = root / name.replace("HOME", home.name).replace("CWD", cwd.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    environ = {"HOME": str(home), "PATH": os.environ["PATH"], "WANDB_ERROR_REPORTING": "false"}
    for name, value in case.get("environ", {}).items():
        environ[name] = value.replace("HOME", str(home)).replace("CWD", str(cwd))
    return {"cwd": str(cwd), "environ": environ}


def settings_file(**values: str) -> str:
    return "[default]\n" + "".join(f"{name} = {value}\n" for name, value in values.items())


def machine(name: str, key: str) -> str:
    return f"machine {name}\n  login user\n  password {key}\n"


def by_hand() -> list[dict[str, Any]]:
    local, general = "CWD/wandb/settings", "HOME/.config/wandb/settings"
    default = machine("api.wandb.ai", KEYS[0]) + machine("api.forge.coreweave.com", KEYS[2])
    return [
        {},
        {"files": {"HOME/.netrc": default}},
        {"files": {"HOME/.netrc": machine("api.wandb.ai", KEYS[0])}},
        {"files": {"HOME/_netrc": default}},
        {
            "files": {"HOME/keys": default, "HOME/.netrc": machine("api.wandb.ai", KEYS[1])},
            "environ": {"NETRC": "HOME/keys"},
        },
        {"files": {"HOME/.netrc": default}, "environ": {"NETRC": "HOME/absent"}},
        {"files": {"HOME/.netrc": f"default\n  login user\n  password {KEYS[1]}\n"}},
        {"files": {"HOME/.netrc": "this is no netrc at all {"}},
        {"files": {"HOME/.netrc": default}, "environ": {"WANDB_API_KEY": KEYS[1]}},
        {"files": {"HOME/.netrc": default}, "environ": {"WANDB_API_KEY": ""}},
        {"files": {local: settings_file(api_key=KEYS[1]), "HOME/.netrc": default}},
        {"files": {local: settings_file(api_key=KEYS[1])}},
        {"files": {local: settings_file(api_key=KEYS[1])}, "environ": {"WANDB_API_KEY": ""}},
        {"files": {local: settings_file(entity="near"), general: settings_file(entity="far", project="p")}},
        {"files": {"CWD/.wandb/settings": settings_file(entity="dotted"), local: settings_file(entity="plain")}},
        {"files": {local: settings_file(entity="near")}, "environ": {"WANDB_ENTITY": "named"}},
        {"files": {local: settings_file(entity="near")}, "environ": {"WANDB_ENTITY": ""}},
        {"files": {"HOME/c/settings": settings_file(entity="moved")}, "environ": {"WANDB_CONFIG_DIR": "~/c"}},
        {"files": {"HOME/d/wandb/settings": settings_file(entity="elsewhere")}, "environ": {"WANDB_DIR": "HOME/d"}},
        {"files": {local: "[other]\nentity = x\n"}},
        {"files": {local: "[DEFAULT]\nentity = x\n[default]\nproject = y\n"}},
        {"files": {general: settings_file(base_url=HOSTS[2]), "HOME/.netrc": machine("wandb.example.com", KEYS[0])}},
        {
            "files": {
                general: settings_file(base_url=HOSTS[2]),
                "HOME/.netrc": machine("wandb.example.com:8443", KEYS[0]),
            }
        },
        {"environ": {"WANDB_BASE_URL": "https://wandb.example.com//"}},
        {"environ": {"WANDB_MODE": "offline", "WANDB_ORGANIZATION": "Acme Inc"}},
        {"environ": {"WANDB_MODE": "dryrun", "WANDB_ORGANIZATION": ""}},
    ]


def at_random(seed: int, count: int) -> list[dict[str, Any]]:
    """Few values in many places, so that they meet."""
    dice = random.Random(seed)
    names = [
        "api.wandb.ai",
        "api.forge.coreweave.com",
        "wandb.example.com",
        "wandb.example.com:8443",
        "localhost:8080",
        "localhost",
    ]

    def some_settings() -> str:
        choices = {
            "base_url": HOSTS,
            "entity": ["t1", "t2"],
            "project": ["p1", "p2"],
            "organization": ["Acme Inc", "acme"],
            "mode": ["online", "offline", "disabled"],
            "api_key": KEYS,
        }
        return settings_file(**{name: dice.choice(values) for name, values in choices.items() if dice.random() < 0.4})

    def case() -> dict[str, Any]:
        files = {}
        for path in ("CWD/wandb/settings", "CWD/.wandb/settings", "HOME/.config/wandb/settings", "HOME/c/settings"):
            if dice.random() < 0.4:
                files[path] = some_settings()
        for path in ("HOME/.netrc", "HOME/_netrc", "HOME/keys"):
            if dice.random() < 0.4:
                files[path] = "".join(machine(name, dice.choice(KEYS)) for name in names if dice.random() < 0.5)
        options = {
            "WANDB_BASE_URL": HOSTS,
            "WANDB_ENTITY": ["t3", ""],
            "WANDB_PROJECT": ["p3"],
            "WANDB_ORGANIZATION": ["Beta", ""],
            "WANDB_MODE": ["online", "offline", "shared", "run"],
            "WANDB_API_KEY": [*KEYS, ""],
            "WANDB_CONFIG_DIR": ["HOME/c", "~/c"],
            "NETRC": ["HOME/keys", "~/keys"],
        }
        environ = {name: dice.choice(values) for name, values in options.items() if dice.random() < 0.3}
        return {"files": files, "environ": environ}

    return [case() for _ in range(count)]


def refused() -> list[dict[str, Any]]:
    """What wandb stops at, or drops its files for."""
    local = "CWD/wandb/settings"
    return [
        {"environ": {"WANDB_BASE_URL": "https://wandb.ai"}},
        {"environ": {"WANDB_BASE_URL": "http://api.wandb.ai"}},
        {"environ": {"WANDB_BASE_URL": "wandb.example.com"}},
        {"environ": {"WANDB_BASE_URL": ""}},
        {"environ": {"WANDB_MODE": "on"}},
        {"environ": {"WANDB_PROJECT": "a/b"}},
        {"files": {local: settings_file(mode="on", entity="near")}},
        {"files": {local: settings_file(base_url="https://wandb.ai", entity="near")}},
        {"files": {local: settings_file(colour="green", entity="near")}},
        {"files": {local: "entity = near\n"}},
    ]


def ours(python: str, place: dict[str, Any]) -> Settings:
    return read_settings(python=python, cwd=Path(place["cwd"]), environ=place["environ"])


def theirs(python: str, places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [python, "-W", "ignore", str(SCRIPT)], input=json.dumps(places), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])["results"]
    return found


def plain(settings: Settings) -> dict[str, str | None]:
    key = settings.credentials.key
    organization = settings.organization
    return {
        "host": settings.host.value,
        "entity": settings.entity.value if settings.entity else None,
        "project": settings.project.value if settings.project else None,
        "organization": organization.value if organization else None,
        "mode": settings.mode.value,
        "key": key.reveal() if key else None,
    }


@pytest.mark.slow
@pytest.mark.parametrize("python", PYTHONS)
def test_our_reading_is_that_of_wandb(python: str, tmp_path: Path) -> None:
    cases = [*by_hand(), *at_random(1, 80)]
    places = [folder_of(tmp_path, number, case) for number, case in enumerate(cases)]
    for case, place, expected in zip(cases, places, theirs(python, places), strict=True):
        assert "error" not in expected, (case, expected)
        # An empty entity or project is none; an empty organization is not the same as none (failure A15).
        expected = {name: (value or None) if name != "organization" else value for name, value in expected.items()}
        assert plain(ours(python, place)) == expected, case


@pytest.mark.slow
@pytest.mark.parametrize("python", PYTHONS)
def test_what_wandb_refuses_is_a_problem(python: str, tmp_path: Path) -> None:
    cases = refused()
    places = [folder_of(tmp_path, number, case) for number, case in enumerate(cases)]
    for case, place, expected in zip(cases, places, theirs(python, places), strict=True):
        found = ours(python, place)
        assert found.problems, case
        if "error" not in expected:
            # The files were dropped with a line on the screen, and their values with them.
            assert "files" in case
            assert plain(found)["entity"] is None
            assert expected["entity"] is None, case
