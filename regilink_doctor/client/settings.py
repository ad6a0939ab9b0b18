"""Host, key, entity, project, organization and mode as the installed wandb would take them, each with its origin.

Read in wandb 0.21.4, 0.24.0, 0.26.1, 0.28.2 and 0.31.0 (`wandb_setup._load_settings`, `wandb_settings.Settings`); a
differential test holds this reading against the installed ones. wandb itself is not imported: it takes half a second,
and a broken installation must not stop a doctor.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from regilink_doctor.client.credentials import (
    Credentials,
    SettingsFile,
    find_credentials,
    netrc_passwords,
    netrc_path,
    settings_files,
    shown,
)
from regilink_doctor.client.hosts import HostRefused, default_host, login_of, normal_host, suggested_host
from regilink_doctor.client.installed import InstalledWandb, Version, find_wandb
from regilink_doctor.client.route import Route, is_proxy_address, route_to
from regilink_doctor.core.naming import NAME_MAX, PROJECT_FORBIDDEN
from regilink_doctor.core.origin import Default, File, Origin, Setting, Variable
from regilink_doctor.core.phrases import say
from regilink_doctor.core.records import record, replace
from regilink_doctor.core.text import remember_secret

MODES = ("online", "offline", "shared", "disabled", "dryrun", "run")
"""What `mode` may be; `dryrun` is `offline`, `run` is `online` (`Settings.mode`)."""

FILES_AT_ONCE: Version = (0, 24, 0)
"""Since then one wrong value in a settings file makes wandb drop all of them; before, it raised."""

_ALWAYS_KNOWN = frozenset({"anonymous", "root_dir", "settings_system", "ignore_globs"})
_FIELD = re.compile(r"^    ([a-z][a-z0-9_]*)\s*:", re.MULTILINE)


@record
class SettingsProblem:
    """What wandb refuses in its settings: `what` continues a sentence that begins with the value or its origin.

    `effect` is what wandb then does.
    """

    setting: str
    origin: Origin
    what: str
    help: str
    effect: str = say("wandb stops when it starts")


@record
class Settings:
    """The settings that wandb would use. None: not set, the server's default counts.

    `host` is normalised, but for a value that wandb refuses (see `problems`). `organization` may be the empty text,
    which is not the same as None (failure A15). `sweep` is there inside a sweep or launch job, where `wandb.init` drops
    `entity=` and `project=` (failure B2). `route` is the way to the host, None when that is no address;
    `default_host` is where wandb would go if none were set.
    """

    wandb: InstalledWandb
    host: Setting[str]
    credentials: Credentials
    entity: Setting[str] | None
    project: Setting[str] | None
    organization: Setting[str] | None
    mode: Setting[str]
    problems: tuple[SettingsProblem, ...] = ()
    sweep: Setting[str] | None = None
    default_host: str = ""
    route: Route | None = None

    @property
    def offline(self) -> bool:
        """Whether wandb would write to disk only."""
        return self.mode.value in ("offline", "dryrun")

    @property
    def disabled(self) -> bool:
        """Whether wandb would do nothing at all."""
        return self.mode.value == "disabled"

    @property
    def unreachable(self) -> SettingsProblem | None:
        """What is wrong with the address of the server, or of the proxy: no request can be made."""
        return self.problem_of("host") or self.problem_of("proxy")

    def problem_of(self, setting: str) -> SettingsProblem | None:
        """The problem with one setting."""
        return next((item for item in self.problems if item.setting == setting), None)


def read_settings(
    *,
    cwd: Path | None = None,
    environ: Mapping[str, str] | None = None,
    python: str | None = None,
    arguments: Mapping[str, Setting[str]] | None = None,
    expected: Mapping[str, Setting[str]] | None = None,
) -> Settings:
    """The settings of wandb in `cwd`.

    Args:
        cwd: the folder that the program would be started in; the current one.
        environ: the program's environment; that of this process.
        python: see `installed.find_wandb`.
        arguments: what comes first, by setting (`host`, `entity`, `project`, `organization`).
        expected: what is taken where wandb would find nothing, by setting: wandb itself does not know it.
    """
    cwd = cwd or Path.cwd()
    environ = os.environ if environ is None else environ
    installed = find_wandb(python, cwd, environ)
    return _Reader(installed, cwd, environ, arguments or {}, expected or {}).read()


class _Reader:
    """One reading: collects problems on its way."""

    def __init__(
        self,
        installed: InstalledWandb,
        cwd: Path,
        environ: Mapping[str, str],
        arguments: Mapping[str, Setting[str]],
        expected: Mapping[str, Setting[str]],
    ) -> None:
        self.installed = installed
        self.version = installed.number
        self.cwd = cwd
        self.environ = environ
        self.arguments = arguments
        self.expected = expected
        self.problems: list[SettingsProblem] = []

    def read(self) -> Settings:
        values = self._from_files()
        host = self._host(self._find("base_url", values, argument="host"))
        self._remember_secrets(host, values)
        mode = self._mode(self._find("mode", values))
        project = self._find("project", values)
        if project is not None and (what := _project_problem(project.value)):
            self._add("project", project.origin, what, say("choose a project name without these characters"))
        is_refused = any(problem.setting == "host" for problem in self.problems)
        credentials = find_credentials(
            version=self.version,
            host=suggested_host(host.value, self.version) if is_refused else host.value,
            file_key=values.get("api_key"),
            cwd=self.cwd,
            environ=self.environ,
        )
        route = self._route(host, values)
        return Settings(
            wandb=self.installed,
            host=host,
            credentials=credentials,
            entity=_filled(self._find("entity", values)),
            project=_filled(project),
            organization=self._find("organization", values),
            mode=mode,
            problems=tuple(self.problems),
            sweep=self._sweep(),
            default_host=default_host(self.version),
            route=route,
        )

    def _add(self, setting: str, origin: Origin, what: str, advice: str) -> None:
        problem = SettingsProblem(setting, origin, what, advice)
        if setting == "settings" and self.version >= FILES_AT_ONCE:
            problem = replace(problem, effect=say("wandb drops everything in its settings files"))
        self.problems.append(problem)

    def _find(self, name: str, values: Mapping[str, Setting[str]], argument: str | None = None) -> Setting[str] | None:
        argument = argument or name
        if argument in self.arguments:
            return self.arguments[argument]
        variable = f"WANDB_{name.upper()}"
        if variable in self.environ:
            return Setting(self.environ[variable], Variable(variable))
        return values.get(name) or self.expected.get(argument)

    def _from_files(self) -> dict[str, Setting[str]]:
        values: dict[str, Setting[str]] = {}
        for file in settings_files(self.cwd, self.environ):
            source = shown(file.path, self.cwd, self.environ)
            if file.problem:
                self._add("settings", File(source), file.problem, File(source).how_to_unset())
            values.update({name: Setting(value, File(source, name)) for name, value in file.values.items()})
            if wrong := self._wrong_entry(file):
                name, what = wrong
                self._add("settings", File(source, name), what, File(source, name).how_to_unset())
        dropped = self.version >= FILES_AT_ONCE and any(item.setting == "settings" for item in self.problems)
        return {} if dropped else values

    def _wrong_entry(self, file: SettingsFile) -> tuple[str, str] | None:
        """An entry that wandb does not take, and why."""
        names = _known_settings(self.installed) if set(file.values) - _OURS else None
        for name, value in file.values.items():
            if name == "base_url":
                try:
                    normal_host(value, self.version)
                except HostRefused as error:
                    return name, say("has `base_url = {value}`, which {error}", value=value, error=error.args[0])
            elif name == "mode" and value not in MODES:
                return name, say("has `mode = {value}`, which is not a mode of wandb", value=value)
            elif name == "project" and (what := _project_problem(value)):
                return name, say("has `project = {value}`, which {what}", value=value, what=what)
            elif names is not None and name not in names and name not in _ALWAYS_KNOWN:
                return name, say(
                    "has `{name}`, which is not a setting of wandb {version}", name=name, version=self.installed.version
                )
        return None

    def _host(self, found: Setting[str] | None) -> Setting[str]:
        if found is None:
            version = self.installed.version or say("of the newest version")
            return Setting(
                default_host(self.version),
                Default(say("default of wandb {version}", version=version), "WANDB_BASE_URL"),
            )
        try:
            return Setting(normal_host(found.value, self.version), found.origin)
        except HostRefused as error:
            better = suggested_host(found.value, self.version)
            self._add("host", found.origin, error.args[0], found.origin.how_to_set(better))
            return found

    def _route(self, host: Setting[str], values: Mapping[str, Setting[str]]) -> Route | None:
        """The way to the host; wandb's own `http_proxy` and `https_proxy` go before the variables of every program."""
        package = self.installed.package
        packages = package.parent if package is not None else None
        try:
            proxy = _filled(self._find(f"{urlsplit(host.value).scheme}_proxy", values))
            route = route_to(host.value, self.environ, proxy=proxy, packages=packages)
        except ValueError:
            return None
        if route.proxy is not None and not is_proxy_address(route.proxy.value):
            advice = route.proxy.origin.how_to_set("http://PROXY:PORT")
            self._add("proxy", route.proxy.origin, say("is not the address of a proxy"), advice)
            return None
        return route

    def _remember_secrets(self, host: Setting[str], values: Mapping[str, Setting[str]]) -> None:
        """Everything that must not be printed: keys and logins, those that wandb would not use included."""
        remember_secret(self.environ.get("WANDB_API_KEY"))
        remember_secret(values["api_key"].value if "api_key" in values else None)
        for password in netrc_passwords(netrc_path(self.environ)):
            remember_secret(password)
        addresses = [host.value, *(value for name, value in self.environ.items() if name.lower().endswith("_proxy"))]
        addresses += [setting.value for name, setting in values.items() if name.endswith("_proxy")]
        for address in addresses:
            for password in login_of(address):
                remember_secret(password)

    def _sweep(self) -> Setting[str] | None:
        for variable in ("WANDB_SWEEP_ID", "WANDB_LAUNCH"):
            if value := self.environ.get(variable):
                return Setting(value, Variable(variable))
        return None

    def _mode(self, found: Setting[str] | None) -> Setting[str]:
        if found is None:
            return Setting("online", Default(say("default"), "WANDB_MODE"))
        if found.value not in MODES:
            self._add("mode", found.origin, say("is not a mode of wandb"), found.origin.how_to_set("online"))
        return found


_OURS = frozenset({"base_url", "mode", "project", "entity", "organization", "api_key"})


def _filled(found: Setting[str] | None) -> Setting[str] | None:
    """An empty entity or project is none to wandb."""
    return found if found is not None and found.value else None


def _project_problem(value: str) -> str | None:
    if len(value) > NAME_MAX:
        return say("is longer than {name_max} characters", name_max=NAME_MAX)
    bad = sorted(PROJECT_FORBIDDEN.intersection(value))
    return say("has {bad}, which no project has", bad=" ".join(bad)) if bad else None


def _known_settings(installed: InstalledWandb) -> frozenset[str] | None:
    """The names of the installed version's settings, read from its source as text; None when it cannot be read."""
    if installed.package is None:
        return None
    try:
        text = (installed.package / "sdk" / "wandb_settings.py").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return frozenset(_FIELD.findall(text))
