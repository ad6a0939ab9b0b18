"""TOML in, a `Config` out. Every complaint names the file, the key and what was probably meant."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Any

from regilink_doctor.config import FORMATS, SEVERITIES, AddressProblem, Config, ConfigProblem, check_address
from regilink_doctor.config.schema import KEYS, VERSION
from regilink_doctor.core.files import real_path, relative_path, to_slashes
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.text import PATH_LIMIT, did_you_mean, escape_text, quote_text, shorten_value, show_value
from regilink_doctor.rules.selection import rule_problem

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_KINDS = {key.name: key.kind for key in KEYS}
_TABLE = "tool.regilink"
_VERSION = re.compile(VERSION)


def read_config(path: str, content: bytes) -> Config | None:
    """The configuration in a file; None where a `pyproject.toml` has no `[tool.regilink]`.

    Raises:
        ConfigProblem: it is not TOML, or says something that is not understood.
    """
    path = to_slashes(path)
    values = _read_file(path, content, ())
    return None if values is None else Config(values, source=path)


def _read_file(path: str, content: bytes, extended_by: tuple[str, ...]) -> dict[str, object] | None:
    """The values of a file and of those that it extends; None where a `pyproject.toml` has no `[tool.regilink]`."""
    table = _parse(content, path)
    where = path
    if path.replace("\\", "/").rpartition("/")[2] == "pyproject.toml":
        tool = table.get("tool")
        if not isinstance(tool, dict) or "regilink" not in tool:
            return None
        table, where = tool["regilink"], f"{path}: {_TABLE}"
        if not isinstance(table, dict):
            raise ConfigProblem(f"{where} has to be a table: [tool.regilink]")
    values = _values(table, where)
    if "extend" not in values:
        return values
    return _extend(values, path, where, (*extended_by, real_path(path)))


def _extend(values: dict[str, object], path: str, where: str, extended_by: tuple[str, ...]) -> dict[str, object]:
    """The values, and those of the file that `extend` names where there are none; lists to add to are joined."""
    folder = os.path.dirname(path)
    written = os.path.expandvars(os.path.expanduser(str(values["extend"])))
    other = os.path.normpath(os.path.join(folder, written))
    if real_path(other) in extended_by:
        raise ConfigProblem(f"{where}: extend: {other} extends this file, too")
    try:
        if not os.path.isfile(other):
            raise FileNotFoundError
        with open(other, "rb") as file:
            content = file.read()
    except OSError as error:
        shown = shorten_value(other, PATH_LIMIT)
        raise ConfigProblem(f"{where}: extend: {shown}: {error.strerror or 'no such file'}") from None
    base = _read_file(other, content, extended_by)
    if base is None:
        raise ConfigProblem(f"{where}: extend: {other} has no [tool.regilink]")
    if "catalog" in base:  # a path counts from the file that names it
        base["catalog"] = relative_path(os.path.join(os.path.dirname(other), str(base["catalog"])), folder or ".")
    for name in ("extend-select", "extend-exclude"):
        if name in base and name in values:
            values[name] = (*base[name], *values[name])  # type: ignore[misc]
    elsewhere = {**dict.fromkeys(base, other), **base.get("written_in", {})}  # type: ignore[dict-item]
    written_in = {name: file for name, file in elsewhere.items() if name not in values}
    return {**base, **values, "files": (other, *base.get("files", ())), "written_in": written_in}  # type: ignore[misc]


def check_version(versions: str, called: str) -> None:
    """Check that this version of regilink is one that a configuration is for.

    Raises:
        ConfigProblem: it is another one.
    """
    from importlib.metadata import version

    own = version("regilink")
    # A checkout on the way to 0.1.0 has what 0.1.0 has.
    if not _read_versions(versions, called).contains(own.partition(".dev")[0], prereleases=True):
        raise ConfigProblem(f"{called}: required-version is {show_value(versions)}, and this is regilink {own}")


def _read_versions(versions: str, where: str) -> SpecifierSet:
    """`>=0.1,<1`, or a version alone, as ruff reads them."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(f"=={versions}" if versions[:1].isdigit() else versions)
    except InvalidSpecifier:
        raise ConfigProblem(f"{where} is {show_value(versions)}, not versions such as '>=0.1,<1'") from None


def read_line(line: str) -> dict[str, object]:
    """The value of `--config 'key = value'`.

    Raises:
        ConfigProblem: it is not a line of TOML, or its key or value is unknown.
    """
    values = _values(_parse(line.encode(), f"--config {quote_text(line)}"), "--config")
    if "extend" in values:
        raise ConfigProblem(f"--config: extend belongs in a file; write --config {show_value(values['extend'])}")
    return values


def _parse(content: bytes, where: str) -> dict[str, Any]:
    try:
        return dict(tomllib.loads(content.decode("utf-8-sig")))
    except (ValueError, RecursionError) as error:
        raise ConfigProblem(f"{where}: not TOML: {error}") from None


def _values(table: dict[str, Any], where: str) -> dict[str, object]:
    values = {}
    for name, value in table.items():
        if name not in _KINDS:
            raise ConfigProblem(f"{where}: unknown key {show_value(name)}{_meant(name, value, where)}")
        values[name] = _value(name, value, f"{where}: {name}")
    return values


def _meant(name: str, value: object, where: str) -> str:
    """What to write instead of a key that there is not."""
    if near := did_you_mean(name, _KINDS):
        return near
    if isinstance(value, dict):
        return f"; the keys stand in {'[tool.regilink]' if where.endswith(_TABLE) else 'the file'} itself, in no table"
    return f"; there are {', '.join(_KINDS)}"


def _value(name: str, value: object, where: str) -> object:
    kind = _KINDS[name]
    if kind == "flag":
        if not isinstance(value, bool):
            raise ConfigProblem(f"{where} is {show_value(value)}, not true or false")
        return value
    if kind == "text":
        return _text(value, where)
    if kind == "version":
        version = _text(value, where)
        if not _VERSION.search(version):
            raise ConfigProblem(f"{where} is {show_value(version)}, not a version such as 0.31.0")
        return version
    if kind == "versions":
        versions = _text(value, where)
        _read_versions(versions, where)
        return versions
    if kind == "url":
        try:
            check_address(address := _text(value, where), where)
        except AddressProblem as problem:
            raise ConfigProblem(str(problem)) from None
        return address
    if kind == "texts":
        return _texts(value, where)
    if kind == "codes":
        return _codes(value, where)
    if kind in ("format", "severity"):
        choices = FORMATS if kind == "format" else SEVERITIES
        text = _text(value, where)
        if text not in choices:
            meant = did_you_mean(text, choices)
            raise ConfigProblem(f"{where} is {show_value(text)}, not one of {', '.join(choices)}{meant}")
        return text
    if not isinstance(value, dict):
        example = next(key.example for key in KEYS if key.name == name)
        raise ConfigProblem(f"{where} is not a table; write {name} = {example}")
    if "" in value:
        raise ConfigProblem(f"{where} has an empty name")
    if kind == "ignores":
        return {pattern: _codes(codes, f"{where}.{show_value(pattern)}") for pattern, codes in value.items()}
    return {
        _registry(key, where): _texts(types, f"{where}.{escape_text(shorten_value(key))}")
        for key, types in value.items()
    }


def _registry(name: str, where: str) -> str:
    if name.startswith(REGISTRY_PREFIX):
        bare = name.removeprefix(REGISTRY_PREFIX)
        raise ConfigProblem(f"{where}: write {show_value(bare)}, without the prefix, for {show_value(name)}")
    return name


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise ConfigProblem(f"{where} is {show_value(value)}, not a string")
    if not value:
        raise ConfigProblem(f"{where} is empty; write a value, or leave it out")
    if "\0" in value:  # no name of a file, registry or person has one, and no system call takes it
        raise ConfigProblem(f"{where} is {show_value(value)}, which has a null character")
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ConfigProblem(f"{where} is {show_value(value)}, not a list of strings")
    return tuple(_text(item, f"{where}: item {number} of the list") for number, item in enumerate(value, 1))


def _codes(value: object, where: str) -> tuple[str, ...]:
    codes = _texts(value, where)
    for code in codes:
        if problem := rule_problem(code):
            raise ConfigProblem(f"{where}: {problem}")
    return codes
