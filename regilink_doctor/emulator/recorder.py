"""Notes each call that links in the process that makes it: the text as the code gave it, and what the SDK refused.

The server sees a link only after the SDK has read its path, and never sees a path that the SDK refuses. Therefore these
are wrapped while a sink listens: the methods that link, `wandb.Run.link_artifact` and `wandb.Artifact.link`; those that
fetch by name, `wandb.Run.use_artifact` and `wandb.Api.artifact`; and the start of `wandb-core`, for which the code
waits. wandb is never imported from here: what is not loaded yet is wrapped when it is loaded.

In this process (the pytest plugin): `with recorder.recording(emulator.observe): ...`. In a child process (dry-run): its
environment gets `recorder.build_environ(emulator.folder, emulator.url, os.environ)`, and its Python loads this file by
a `sitecustomize` and tells the emulator over HTTP. A Python that is started with `-I`, `-E` or `-S` does not. For the
child's sake this file imports the standard library alone.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, NamedTuple

ROUTE = "/_regilink/calls"
VARIABLE = "REGILINK_CALLS"
"""Where a child process tells its calls."""

KEEP_GOING = "REGILINK_KEEP_GOING"
"""Set: a link that is refused returns as if it had been accepted, so that the program goes on."""

LEAD = "REGILINK_SERVER"
"""The server that wandb is led to, whatever code, variables and files name; then others that it may use, too."""

_SITE, _COPY = "regilink-site", "regilink_recorder_of_this_process"
_ENVIRON = ("WANDB_PROJECT", "WANDB_ORGANIZATION")
_METHODS = {
    "wandb.sdk.wandb_run": (
        ("Run", "link_artifact"),
        ("Run", "use_artifact"),
        ("Run", "link_model"),
        ("Run", "__init__"),
    ),
    "wandb.sdk.lib.noop_run": (("NoopRun", "link_artifact"),),
    "wandb.sdk.artifacts.artifact": (("Artifact", "link"),),
    "wandb.apis.public.api": (
        ("Api", "artifact"),
        ("Api", "create_registry"),
        ("Api", "__init__"),
        ("Api", "artifacts"),
        ("Api", "run"),
        ("Api", "runs"),
        ("Api", "artifact_exists"),
        ("Api", "artifact_collection"),
        ("Api", "artifact_collections"),
        ("Api", "artifact_collection_exists"),
    ),
    "wandb": (("", "init"),),
    "wandb.sdk.wandb_login": (("", "_login"),),
    "wandb.sdk.lib.service.service_process": (("", "start"),),
}
"""Module -> classes and methods; without a class, a function. `NoopRun` is the run of disabled mode."""

_LED = {
    "wandb.sdk.wandb_settings": (("Settings", "__init__"), ("Settings", "__setattr__")),
    "wandb.sdk.lib.wbauth.host_url": (("HostUrl", "__init__"),),
    "wandb.apis.public.api": (("Api", "__init__"),),
    "wandb.env": (("", "get_base_url"),),
    "wandb.sdk.lib.retry": (("Retry", "__call__"),),
}
"""Where wandb reads the address of its server, from 0.21.4 on, and where its Python tries again."""

RETRIES = {"num_retries": 3, "retry_sleep_base": 0.1}
"""The patience of wandb's Python; that of wandb-core has variables (`environ.PATIENCE`)."""

_LINKS = ("Run.link_artifact", "Artifact.link")
_READS = {("Run", "use_artifact"): "Run.use_artifact", ("Api", "artifact"): "Api.artifact"}
CORE, CREATE_REGISTRY, LINK_MODEL = "wandb-core", "Api.create_registry", "Run.link_model"
LOOK_UP = "Api.artifact_exists"
"""`call` of a question of the public Api about a registry: its organization may have to be assumed."""
RUN_LOOK_UP, RUN_LISTING = "Api.run", "Api.runs"
"""`call` of a question about a run or the runs of a project, `target_path`: they may have to be assumed."""
RESUMED_RUN = "resumed run"
"""`call` of a `LinkCall` that says that `wandb.init` is about to go on with the run `target_path`."""
LISTING = "Api.artifacts"
"""`call` of a question about the versions of a collection, `target_path`, of the type `source_type`."""
SERVER = "server"
"""`call` of a `LinkCall` that only says which server wandb is to use, in `host`."""
RUN = "run"
"""`call` of a `LinkCall` that only says that a run is about to begin, one that will talk to the server."""
UNSENT_RUN = "unsent run"
"""`call` of a `LinkCall` that reports a run that sends nothing: `mode` is offline or disabled."""
REFUSED_RUN = "refused run"
"""`call` of a `LinkCall` that reports a `wandb.init` that raised an error, with the entity and project given to it."""
NAMED = "named"
"""`call` of a `LinkCall` that only names what may have to be assumed.

A link that `doctor` or `preflight` is about to check, or the entity by which a public Api finds the organization.
"""

_SHOWN = {
    ("Run", "link_artifact"): "Run.link_artifact",
    ("NoopRun", "link_artifact"): "Run.link_artifact",
    ("Artifact", "link"): "Artifact.link",
    ("Run", "link_model"): LINK_MODEL,
    ("", "start"): CORE,
    ("Api", "create_registry"): CREATE_REGISTRY,
    ("Run", "__init__"): SERVER,
    ("Api", "__init__"): SERVER,
    ("", "_login"): RUN,
    ("", "init"): REFUSED_RUN,
    ("Api", "artifacts"): LISTING,
    ("Api", "run"): RUN_LOOK_UP,
    ("Api", "runs"): RUN_LISTING,
    ("Api", "artifact_exists"): LOOK_UP,
    ("Api", "artifact_collection"): LISTING,
    ("Api", "artifact_collections"): LOOK_UP,
    ("Api", "artifact_collection_exists"): LOOK_UP,
    **_READS,
}


class LinkCall(NamedTuple):
    """One call: reported when it starts (`ended` False), and when it returns.

    `call` is `Run.link_artifact` or `Artifact.link`, `target_path` the argument as a string (None: not given). Or it is
    `Run.use_artifact` or `Api.artifact`, and `target_path` the consumed name; or `Api.create_registry`, and
    `target_path` the registry; or `wandb-core`, which starts; or `server`, and `host` the server that code names.
    `place` is the call's `file:line`. `entity` and `project` are the run's or, for `Artifact.link`, the source
    artifact's; `source` is the source version's full name, None where it was never logged. `error` is the exception's
    type, None when none was raised. `environ` has what the SDK reads besides.
    """

    call: str
    target_path: str | None
    aliases: tuple[str, ...] = ()
    source: str | None = None
    source_type: str | None = None
    run: str | None = None
    entity: str | None = None
    project: str | None = None
    mode: str = "online"
    error: str | None = None
    message: str | None = None
    environ: Mapping[str, str] = MappingProxyType({})
    ended: bool = True
    place: str | None = None
    host: str | None = None

    @property
    def reads(self) -> bool:
        """Whether it fetches instead of linking."""
        return self.call in _READS.values()

    def as_json(self) -> str:
        """The call for `from_json` in another process."""
        return json.dumps({**self._asdict(), "environ": dict(self.environ)})

    @classmethod
    def from_json(cls, text: str | bytes) -> LinkCall:
        """The call that `as_json` wrote.

        Raises:
            ValueError, TypeError: it did not write that.
        """
        values = json.loads(text)
        values["aliases"] = tuple(values.get("aliases") or ())
        return cls(**values)


Sink = Callable[[LinkCall], None]
_Args = tuple[Any, ...]
_Kwargs = dict[str, Any]
_sinks: list[Sink] = []
_wrapped: list[tuple[Any, str, Any, Any]] = []
"""Owner and name of each function that is watched, the original (None: inherited) and its replacement."""
_inside = threading.local()


def start_recording(sink: Sink) -> None:
    """Tell `sink` of every call that links in this process, from now on, until `stop_recording`."""
    if not _sinks:
        sys.meta_path.insert(0, _FINDER)
        for name in (*_METHODS, *_LED):
            if (module := sys.modules.get(name)) is not None:
                _wrap_methods(module)
    _sinks.append(sink)


def stop_recording(sink: Sink) -> None:
    """Tell `sink` nothing more; with the last one, wandb's methods are what they were."""
    if sink not in _sinks:
        return
    _sinks.remove(sink)
    if not _sinks:
        sys.meta_path.remove(_FINDER)
        while _wrapped:
            owner, name, original, replacement = _wrapped.pop()
            if vars(owner).get(name) is not replacement:
                continue  # a mock that was set meanwhile, and that stays longer
            if original is None:
                delattr(owner, name)
            else:
                setattr(owner, name, original)


@contextmanager
def recording(sink: Sink) -> Iterator[None]:
    """`start_recording` and `stop_recording` around a block."""
    start_recording(sink)
    try:
        yield
    finally:
        stop_recording(sink)


def build_environ(
    folder: Path, url: str, outer: Mapping[str, str] = os.environ, *, keep_going: bool = False
) -> dict[str, str]:
    """What makes the Pythons below a process tell their calls to the emulator at `url`.

    A small folder for `PYTHONPATH` is made in `folder`. What `outer` has of it, and its `sitecustomize`, stay in force.
    """
    site = folder / _SITE
    site.mkdir(parents=True, exist_ok=True)
    (site / f"{_COPY}.py").write_bytes(Path(__file__).read_bytes())
    (site / "sitecustomize.py").write_text(f"import {_COPY}\n\n{_COPY}.follow(__file__)\n", encoding="utf-8")
    path = os.pathsep.join(part for part in (str(site), outer.get("PYTHONPATH")) if part)
    return {"PYTHONPATH": path, VARIABLE: url, **({KEEP_GOING: "1"} if keep_going else {})}


def follow(site: str) -> None:
    """Start to report to the emulator, and load the `sitecustomize` that regilink's hides. Called by regilink's."""
    if url := os.environ.get(VARIABLE):
        start_recording(functools.partial(_post_call, url))
    from importlib.machinery import PathFinder

    folder = os.path.dirname(os.path.abspath(site))
    spec = PathFinder.find_spec("sitecustomize", [part for part in sys.path if os.path.abspath(part or ".") != folder])
    if spec is not None and spec.loader is not None:
        from importlib.util import module_from_spec

        spec.loader.exec_module(module_from_spec(spec))


def _post_call(url: str, call: LinkCall) -> None:
    """No library, proxy or variable of the environment comes between the child and the emulator."""
    from http.client import HTTPConnection
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request(
            "POST", f"{ROUTE}?{parts.query}", call.as_json().encode(), {"Content-Type": "application/json"}
        )
        connection.getresponse().read()
    finally:
        connection.close()


def report_checked_link(environ: Mapping[str, str], target_path: str, entity: str | None) -> None:
    """Report a link that `doctor` or `preflight` is about to check to the emulator that waits for reports."""
    _post_call(environ[VARIABLE], LinkCall(NAMED, target_path, entity=entity))


def _report_from_child() -> None:
    """After a fork: the parent cannot read what its sinks receive in the child's copy of memory."""
    if _sinks and (url := os.environ.get(VARIABLE)):
        _sinks[:] = [functools.partial(_post_call, url)]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_report_from_child)


class _Finder:
    """Wraps wandb's methods as soon as their module has run; finds nothing itself."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name not in _METHODS and name not in _LED:
            return None
        others = (finder for finder in sys.meta_path if finder is not self and hasattr(finder, "find_spec"))
        spec = next((found for finder in others if (found := finder.find_spec(name, path, target))), None)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                run(module)
                if _sinks:
                    _wrap_methods(module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


_FINDER: Any = _Finder()


def _wrap_methods(module: ModuleType) -> None:
    for owner_name, name in _METHODS.get(module.__name__, ()):
        owner = getattr(module, owner_name, None) if owner_name else module
        original = vars(owner).get(name) if owner is not None else None
        if original is not None:
            replacement = _watch_method(original, _SHOWN[owner_name, name])
            setattr(owner, name, replacement)
            _wrapped.append((owner, name, original, replacement))
    for owner_name, name in _LED.get(module.__name__, ()):
        owner = getattr(module, owner_name, None) if owner_name else module
        if owner is not None and hasattr(owner, name):
            replacement = _redirect_function(getattr(owner, name), owner_name, name)
            _wrapped.append((owner, name, vars(owner).get(name), replacement))
            setattr(owner, name, replacement)


def _redirect_function(original: Any, owner: str, name: str) -> Any:
    """The function, with the emulator's address in place of another server's."""

    @functools.wraps(original)
    def call_redirected(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if not os.environ.get(LEAD):
            return original(*args, **kwargs)
        if owner == "Retry":
            return original(*args, **{**kwargs, **RETRIES})
        if name == "get_base_url":
            return _redirect_url(original(*args, **kwargs))
        if name == "__setattr__" and args[1:2] == ("base_url",):
            args = (*args[:2], _redirect_url(args[2]))
        elif owner == "HostUrl":
            args = (args[0], *map(_redirect_url, args[1:2]), *args[2:])
            kwargs = {**kwargs, **({"url": _redirect_url(kwargs["url"])} if "url" in kwargs else {})}
        elif owner == "Settings" and name == "__init__":
            kwargs["base_url"] = (
                _redirect_url(kwargs["base_url"]) if "base_url" in kwargs else os.environ[LEAD].split()[0]
            )
        elif owner == "Api":
            args, kwargs = _lead_overrides(args), _lead_overrides(kwargs)
        return original(*args, **kwargs)

    return call_redirected


def _lead_overrides(values: Any) -> Any:
    """The arguments, with the emulator's address in `overrides`."""
    items = values.items() if isinstance(values, dict) else enumerate(values)
    changed = {
        key: {**value, "base_url": _redirect_url(value["base_url"])}
        if isinstance(value, dict) and "base_url" in value
        else value
        for key, value in items
    }
    return changed if isinstance(values, dict) else tuple(changed.values())


def _redirect_url(url: Any) -> Any:
    """The emulator's address in place of another server's, which is noted."""
    target, *others = os.environ[LEAD].split()
    if not isinstance(url, str) or not url or url.rstrip("/") in (target, *others):
        return url
    try:
        for sink in tuple(_sinks):
            sink(LinkCall(call=SERVER, target_path=None, host=url, place=_find_place()))
    except Exception as problem:
        sys.stderr.write(f"regilink: a server could not be noted: {type(problem).__name__}: {problem}\n")
    return target


def _watch_method(original: Any, shown: str) -> Any:
    @functools.wraps(original)
    def call_watched(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True  # pytest shows the user's line, not regilink's
        # `Run.link_artifact` calls `Artifact.link` with a string of its own making.
        if getattr(_inside, "call", False):
            return original(*args, **kwargs)
        if shown == LINK_MODEL:
            return _link_model(original, args, kwargs)
        if shown == REFUSED_RUN:
            return _start_run(original, args, kwargs)
        _inside.call, error = True, None
        _inside.links = getattr(_inside, "links", 0) + (shown == "Run.link_artifact")
        try:
            _tell_sinks(shown, args, kwargs, None, ended=False)
            return original(*args, **kwargs)
        except BaseException as raised:
            error = raised
            if not _is_passed_over(shown, raised):
                raise
            return _find_artifact(shown, args, kwargs)
        finally:
            _inside.call = False
            _tell_sinks(shown, args, kwargs, error, ended=True)

    return call_watched


def _is_passed_over(shown: str, error: BaseException) -> bool:
    """Whether the program is to go on after a link that was refused."""
    if KEEP_GOING not in os.environ or shown not in (*_LINKS, LINK_MODEL) or not isinstance(error, Exception):
        return False
    sys.stderr.write(f"regilink: refused, and passed over (--keep-going): {error}\n")
    return True


def _find_artifact(shown: str, args: _Args, kwargs: _Kwargs) -> Any:
    """What an accepted link would return: the version."""
    if shown == "Artifact.link":
        return args[0] if args else None
    return args[1] if len(args) > 1 else kwargs.get("artifact")


def _start_run(original: Any, args: _Args, kwargs: _Kwargs) -> Any:
    """`wandb.init`, of which the run to resume and the error are noted: the calls inside it are watched themselves."""
    __tracebackhide__ = True
    _tell_sinks(RESUMED_RUN, args, kwargs, None, ended=False)
    try:
        return original(*args, **kwargs)
    except Exception as error:
        _tell_sinks(REFUSED_RUN, args, kwargs, error, ended=True)
        raise


def _link_model(original: Any, args: _Args, kwargs: _Kwargs) -> Any:
    """`Run.link_model` ends in `Run.link_artifact`, which is noted; what it refuses before is noted here."""
    __tracebackhide__ = True
    _inside.links = 0
    try:
        return original(*args, **kwargs)
    except Exception as error:
        if not _inside.links:
            run, *rest = args or (None,)
            named = dict(zip(("path", "registered_model_name", "name", "aliases"), rest, strict=False)) | kwargs
            arguments = {"target_path": named.get("registered_model_name"), "aliases": named.get("aliases")}
            _tell_sinks(LINK_MODEL, (run,), arguments, error, ended=True)
        if not _is_passed_over(LINK_MODEL, error):
            raise
        return None


def _tell_sinks(name: str, args: _Args, kwargs: _Kwargs, error: BaseException | None, *, ended: bool) -> None:
    """Never in the way of the code that is watched, whatever it gave and whatever has become of the emulator."""
    try:
        if name == LOOK_UP:
            names = (item for item in (*args, *kwargs.values()) if isinstance(item, str))
            named = next((item for item in names if "wandb-registry-" in item), None)
            if ended or named is None:
                return
            args, kwargs = (args[0], named), {}
        if name in (LISTING, RUN_LOOK_UP, RUN_LISTING) and ended:
            return
        read = _read_fetch if name in (*_READS.values(), CREATE_REGISTRY, LOOK_UP, LISTING) else _read_call
        target, *rest = args or (None,)
        if name == RUN:
            if ended:
                return
            if _is_run_beginning():
                for sink in tuple(_sinks):
                    sink(LinkCall(RUN, None, ended=False, place=_find_place()))
            name = SERVER
        if name == SERVER and ended:
            mode, settings = _mode_of(target), getattr(target, "settings", None)
            entity = settings.get("entity") if isinstance(settings, dict) else None
            if error is not None or (mode == "online" and not isinstance(entity, str)):
                return
            call = LinkCall(UNSENT_RUN, None, mode=mode, place=_find_place())
            if mode == "online":
                call = LinkCall(NAMED, "", entity=entity)
        elif name == SERVER:
            if (host := _find_host(args, kwargs)) is None:
                return
            call = LinkCall(SERVER, None, host=host, ended=False, place=_find_place())
        elif name == RESUMED_RUN:
            if (resumed := _find_resumed(args, kwargs)) is None:
                return
            call = resumed
        elif name in (RUN_LOOK_UP, RUN_LISTING):
            path = rest[0] if rest else kwargs.get("path")
            entity, project = os.environ.get("WANDB_ENTITY"), os.environ.get("WANDB_PROJECT")
            call = LinkCall(name, path if isinstance(path, str) else "", entity=entity, project=project)
        elif name == REFUSED_RUN:
            given: _Kwargs = {**dict(zip(("entity", "project"), args, strict=False)), **kwargs}
            owner = {key: given[key] for key in ("entity", "project") if isinstance(given.get(key), str)}
            call = LinkCall(REFUSED_RUN, None, **owner, message=" ".join(str(error or "").split()))
        else:
            call = read(name, target, tuple(rest), kwargs, error, ended)
        for sink in tuple(_sinks):
            sink(call)
    except Exception as problem:
        sys.stderr.write(f"regilink: a call could not be noted: {type(problem).__name__}: {problem}\n")


def _find_resumed(args: _Args, kwargs: _Kwargs) -> LinkCall | None:
    """The run that must be there already for `wandb.init` with these arguments."""
    given: _Kwargs = {**dict(zip(("entity", "project", "dir", "id"), args, strict=False)), **kwargs}
    settings = given.get("settings")

    def read(argument: str, setting: str | None = None) -> str | None:
        name = setting or argument
        own = settings.get(name) if isinstance(settings, dict) else getattr(settings, name, None)
        value = given.get(argument) or own or os.environ.get(f"WANDB_{name.upper()}")
        return value if isinstance(value, str) else None

    run = read("id", "run_id") if read("resume") == "must" else (read("resume_from") or "").partition("?")[0]
    if not run or read("mode") in ("offline", "disabled", "dryrun"):
        return None
    return LinkCall(RESUMED_RUN, run, entity=read("entity"), project=read("project"), ended=False)


def _is_run_beginning() -> bool:
    """Whether `wandb.init` logs in, which it does for a run that is neither offline nor disabled."""
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__") != "wandb.sdk.wandb_init":
        frame = frame.f_back
    return frame is not None


def _find_host(args: _Args, kwargs: _Kwargs) -> str | None:
    """The server that settings, overrides, the argument `host` or the environment name; None for the emulator."""
    named = [kwargs.get("host"), *(_read_property(item, "base_url") for item in (*args, *kwargs.values()))]
    named += [item.get("base_url") for item in (*args, *kwargs.values()) if isinstance(item, dict)]
    named.append(os.environ.get("WANDB_BASE_URL"))  # which the code may have changed
    host = next((item for item in named if isinstance(item, str) and item), None)
    emulators = [*os.environ.get(LEAD, "").split(), os.environ.get(VARIABLE, "").partition("?")[0]]
    return host if host and host.rstrip("/") not in [url.rstrip("/") for url in emulators] else None


def _read_fetch(
    name: str, target: Any, args: _Args, kwargs: _Kwargs, error: BaseException | None, ended: bool
) -> LinkCall:
    asked = args[0] if args else kwargs.get("artifact_or_name" if name == "Run.use_artifact" else "name")
    kind = None
    if name == LISTING:
        given = {**dict(zip(("type_name", "name"), args, strict=False)), **kwargs}
        kind, asked = given.get("type_name"), given.get("name")
    return LinkCall(
        call=name,
        target_path=asked if isinstance(asked, str) else None,
        source_type=kind if isinstance(kind, str) else None,
        run=_read_property(target, "path") if name == "Run.use_artifact" else None,
        error=type(error).__name__ if error is not None else None,
        message=str(error) if error is not None else None,
        ended=ended,
        place=_find_place(),
    )


_PYTHON = os.path.dirname(os.__file__) + os.sep


def _find_place() -> str | None:
    """Where the user's own code is: the nearest frame not of wandb, regilink or Python; a thread may have none."""
    frame: Any = sys._getframe(1)
    while frame is not None and _is_foreign(frame.f_code.co_filename):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else None


def _is_foreign(file: str) -> bool:
    if file.startswith(_PYTHON) and "-packages" not in file:
        return True
    return file == __file__ or f"{os.sep}wandb{os.sep}" in file or file.startswith("<frozen")


def _read_call(
    name: str, target: Any, args: _Args, kwargs: _Kwargs, error: BaseException | None, ended: bool
) -> LinkCall:
    run = target if name in ("Run.link_artifact", LINK_MODEL) else None
    names = ("target_path", "aliases") if run is None else ("artifact", "target_path", "aliases")
    arguments = {**dict(zip(names, args, strict=False)), **kwargs}
    artifact = target if run is None else arguments.get("artifact")
    path, aliases = arguments.get("target_path"), arguments.get("aliases")
    return LinkCall(
        call=name,
        target_path=None if path is None else str(path),
        aliases=tuple(str(alias) for alias in aliases) if isinstance(aliases, (list, tuple, set)) else (),
        source=_read_property(artifact, "source_qualified_name"),
        source_type=_read_property(artifact, "type"),
        run=_read_property(run, "path"),
        entity=_read_property(run, "entity") if run is not None else _read_property(artifact, "source_entity"),
        project=_read_property(run, "project"),
        mode="online" if run is None else _mode_of(run),
        error=type(error).__name__ if error is not None else None,
        message=str(error) if error is not None else None,
        environ={key: os.environ[key] for key in _ENVIRON if key in os.environ},
        ended=ended,
        place=_find_place(),
    )


def _mode_of(run: Any) -> str:
    """`disabled`, `offline` or `online`; `online` if it is not a run."""
    if getattr(run, "disabled", False) is True:
        return "disabled"
    return "offline" if getattr(run, "offline", False) is True else "online"


def _read_property(thing: Any, name: str) -> str | None:
    """A property as a string. A draft raises for most of them (failure C11)."""
    try:
        value = getattr(thing, name, None)
    except Exception:
        return None
    return value if isinstance(value, str) and value else None
