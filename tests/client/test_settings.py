"""Where each value came from, and that the key stays hidden."""

from __future__ import annotations

import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest
from tables import check_rows

from regilink_doctor.client.credentials import Key
from regilink_doctor.client.hosts import NEW_DEFAULT, OLD_DEFAULT, HostRefused, default_host, normal_host
from regilink_doctor.client.installed import find_wandb
from regilink_doctor.client.settings import read_settings
from regilink_doctor.core.origin import Argument, Setting, Variable
from regilink_doctor.core.sdk_versions import number
from regilink_doctor.core.text import mask_secrets

SECRET = "0123456789abcdef" * 2 + "01234567"


def environment(root: Path, version: str | None, *, python: str = "3.11") -> Path:
    site = root / "lib" / f"python{python}" / "site-packages"
    site.mkdir(parents=True)
    (root / "bin").mkdir()
    (root / "bin" / "python").touch()
    (root / "pyvenv.cfg").write_text("home = /usr/bin\n", encoding="utf-8")
    if version is not None:
        (site / "wandb").mkdir()
        info = site / f"wandb-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: wandb\nVersion: {version}\n", encoding="utf-8")
    return root


def test_each_value_says_where_it_came_from(tmp_path: Path) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    (work / "wandb").mkdir(parents=True)
    (work / "wandb" / "settings").write_text("[default]\nproject = churn\n", encoding="utf-8")
    (home / ".config" / "wandb").mkdir(parents=True)
    (home / ".config" / "wandb" / "settings").write_text(
        "[default]\nbase_url = https://wandb.example.com\n", encoding="utf-8"
    )
    (home / ".netrc").write_text(f"machine wandb.example.com\nlogin user\npassword {SECRET}\n", encoding="utf-8")
    venv = environment(tmp_path / "venv", "0.31.0")
    environ = {"HOME": str(home), "USERPROFILE": str(home), "VIRTUAL_ENV": str(venv), "WANDB_ENTITY": "team-a"}
    organization = Setting("Acme Inc", Argument("--organization"))
    found = read_settings(cwd=work, environ=environ, arguments={"organization": organization})
    assert (found.host.value, found.host.origin.shown) == ("https://wandb.example.com", "~/.config/wandb/settings")
    assert found.credentials.origin.shown == "~/.netrc"
    assert found.entity is not None
    assert found.entity.origin.shown == "environment WANDB_ENTITY"
    assert found.project is not None
    assert found.project.origin.shown == "wandb/settings"
    assert found.organization is not None
    assert found.organization.origin.shown == "argument --organization"
    assert found.mode.origin.shown == "default"
    assert SECRET not in repr(found)


def test_the_default_host_goes_by_the_version_that_is_installed(tmp_path: Path) -> None:
    old = environment(tmp_path / "old", "0.30.0")
    new = environment(tmp_path / "new", "0.31.0")
    assert read_settings(cwd=tmp_path, environ={}, python=str(old / "bin" / "python")).host.value == OLD_DEFAULT
    assert read_settings(cwd=tmp_path, environ={}, python=str(new)).host.value == NEW_DEFAULT
    assert default_host(number("0.30.9")) == OLD_DEFAULT


def test_whose_wandb(tmp_path: Path) -> None:
    named = environment(tmp_path / "named", "0.21.4")
    active = environment(tmp_path / "active", "0.22.0")
    work = tmp_path / "work"
    environment(work / ".venv", "0.23.0")
    environ = {"VIRTUAL_ENV": str(active)}
    assert find_wandb(str(named / "bin" / "python"), work, environ).version == "0.21.4"
    assert find_wandb(None, work, environ).version == "0.22.0"
    assert find_wandb(None, work, {}).version == "0.23.0"
    assert find_wandb(".venv/bin/python", work, environ).version == "0.23.0"


def test_an_environment_without_wandb_is_said_and_the_reading_goes_on(tmp_path: Path) -> None:
    empty = environment(tmp_path / "empty", None)
    found = read_settings(cwd=tmp_path, environ={"VIRTUAL_ENV": str(empty), "WANDB_ENTITY": "team-a"})
    assert found.wandb.version is None
    assert found.host.value == NEW_DEFAULT
    assert found.entity is not None


def test_an_interrupted_installation_stops_nothing(tmp_path: Path) -> None:
    broken = environment(tmp_path / "broken", None)
    (broken / "lib" / "python3.11" / "site-packages" / "wandb-0.31.0.dist-info").mkdir()
    found = find_wandb(str(broken), tmp_path, {})
    assert found.version is None
    assert read_settings(cwd=tmp_path, environ={"VIRTUAL_ENV": str(broken)}).wandb == replace(
        found, origin=Variable("VIRTUAL_ENV")
    )


def test_a_virtual_environment_shows_the_packages_below_it(tmp_path: Path) -> None:
    base = environment(tmp_path / "base", "0.28.2")
    venv = environment(tmp_path / "venv", None)
    (venv / "pyvenv.cfg").write_text(f"home = {base / 'bin'}\ninclude-system-site-packages = true\n", encoding="utf-8")
    assert find_wandb(str(venv), tmp_path, {}).version == "0.28.2"


@check_rows("url", ["https://wandb.ai", "http://api.wandb.ai", "api.wandb.ai", "https://", "", "https://a b"])
def test_wandb_refuses_such_an_address(url: str) -> None:
    with pytest.raises(HostRefused):
        normal_host(url, (0, 31, 0))


def test_the_forge_is_rewritten_since_it_is_known() -> None:
    assert normal_host("https://forge.coreweave.com/api/wandb/", (0, 31, 0)) == NEW_DEFAULT
    assert normal_host("https://forge.coreweave.com/api/wandb/", (0, 30, 0)) == "https://forge.coreweave.com/api/wandb"


def test_a_key_shows_itself_nowhere() -> None:
    key = Key(SECRET)
    assert SECRET not in f"{key} {key!r} {key:>50} {[key]}"
    assert mask_secrets(f"Basic {SECRET}!") == "Basic [key]!"
    with pytest.raises(TypeError):
        pickle.dumps(key)


@check_rows(
    ("secret", "wrong"),
    [(SECRET, False), ("local-" + SECRET, False), ("a.b.c", False), ("short", True), ("x" * 39 + "!", True)],
)
def test_the_form_of_a_key(secret: str, wrong: bool) -> None:
    problem = Key(secret).problem()
    assert bool(problem) is wrong
    assert secret not in str(problem)


def test_a_settings_file_that_cannot_be_read_does_not_show_its_lines(tmp_path: Path) -> None:
    (tmp_path / "wandb").mkdir()
    (tmp_path / "wandb" / "settings").write_text(f"api_key {SECRET}\n", encoding="utf-8")
    found = read_settings(cwd=tmp_path, environ={"HOME": str(tmp_path)})
    assert found.problems
    assert SECRET not in repr(found.problems)


def test_a_home_that_may_not_be_looked_into_is_a_home_without_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = os.stat

    def refuse(path: str | Path, *arguments: object, **options: object) -> os.stat_result:
        if str(path).startswith(str(tmp_path / "home")):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "stat", refuse)
    settings = read_settings(
        cwd=tmp_path, environ={"HOME": str(tmp_path / "home"), "VIRTUAL_ENV": str(tmp_path / "home")}
    )
    assert settings.credentials.key is None
