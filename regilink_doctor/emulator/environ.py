"""The environment that sends an unchanged wandb to the emulator, and keeps it from everything else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

REMOVED = frozenset(
    {
        "WANDB_HTTP_PROXY",
        "WANDB_HTTPS_PROXY",
        "WANDB__PROXIES",
        "WANDB_IDENTITY_TOKEN_FILE",
        "WANDB_APP_URL",
        "WANDB_SERVICE",
    }
)
"""Variables that would lead wandb somewhere else, and that no value makes harmless."""

PATIENCE = {
    f"WANDB__{channel}_RETRY_{name}": value
    for channel in ("GRAPHQL", "FILE_TRANSFER", "FILE_STREAM")
    for name, value in (("MAX", "3"), ("WAIT_MIN_SECONDS", "0"), ("WAIT_MAX_SECONDS", "1"))
}
"""How often wandb-core tries again. Its own patience is a week, and hides the cause until then; here a request that
fails four times within seconds fails, and the error says why."""

NO_PROXY = "127.0.0.1,localhost,::1"


def build_variables(url: str, key: str, folder: Path, entity: str | None = None) -> dict[str, str]:
    """The variables to set for wandb.

    Args:
        url: the emulator's address.
        key: whose calls they are.
        folder: an empty folder of the emulator's; wandb's files go below it, and no real credentials are read.
        entity: `WANDB_ENTITY`, not set when None.

    They are to be set before the first `wandb.init` or `wandb.Api` of a process: wandb-core reads them once.
    """
    folders = {
        "WANDB_DIR": "runs",
        "WANDB_CACHE_DIR": "cache",
        "WANDB_DATA_DIR": "data",
        "WANDB_CONFIG_DIR": "config",
        "WANDB_ARTIFACT_DIR": "artifacts",
    }
    values = {
        "WANDB_BASE_URL": url,
        "WANDB_API_KEY": key,
        "WANDB_MODE": "online",
        "WANDB_ERROR_REPORTING": "false",
        "WANDB__DISABLE_STATS": "true",
        "WANDB__SAVE_REQUIREMENTS": "false",  # it reads the metadata of every installed package, in each run
        "WANDB_DISABLE_GIT": "true",
        "WANDB_DISABLE_CODE": "true",
        "WANDB_CONSOLE": "off",
        "WANDB_SILENT": "true",
        **PATIENCE,
        "NETRC": str(folder / "netrc"),
        "NO_PROXY": NO_PROXY,
        "no_proxy": NO_PROXY,
    }
    for name, part in folders.items():
        path = folder / part
        path.mkdir(parents=True, exist_ok=True)
        values[name] = str(path)
    if entity is not None:
        values["WANDB_ENTITY"] = entity
    return values


def build_proxy_variables(url: str) -> dict[str, str]:
    """The variables that send everything but the loopback interface through the proxy at `url`."""
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    return {spelling: url for name in names for spelling in (name, name.lower())}


def within(outside: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """The environment `outside` with `variables` set, and without what would lead wandb somewhere else."""
    return {**{name: value for name, value in outside.items() if name not in REMOVED}, **variables}
