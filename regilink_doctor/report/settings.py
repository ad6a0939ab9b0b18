"""`--show-settings`: the configuration as it holds, in TOML that could be pasted, and where it comes from."""

from __future__ import annotations

import json

from regilink_doctor.core.api_keys import without_secrets
from regilink_doctor.report.positions import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from regilink_doctor.config import Config


def settings_lines(config: Config) -> Iterator[str]:
    """The lines: a comment with the file, then every key that has a value."""
    yield f"# {visible(config.source)}" if config.source else "# no configuration file: defaults"
    kinds = vars(type(config))
    for name in sorted({*kinds, *vars(config)}):
        value = getattr(config, name, None)
        is_key = not (name.startswith("_") or name in ("source", "folder") or isinstance(kinds.get(name), property))
        if is_key and isinstance(value, str | bool | tuple | dict):
            yield f"{name.replace('_', '-')} = {without_secrets(_toml(value))}"


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return _table(value)
    return json.dumps(value, ensure_ascii=False)  # texts, lists of them and booleans are written alike


def _table(value: Mapping[str, object]) -> str:
    inside = ", ".join(f"{json.dumps(key, ensure_ascii=False)} = {_toml(item)}" for key, item in value.items())
    return f"{{ {inside} }}" if inside else "{}"
