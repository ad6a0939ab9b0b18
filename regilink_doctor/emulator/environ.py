"""The environment that sends an unchanged wandb to the emulator, and keeps it from everything else."""

from __future__ import annotations

from pathlib import Path

NO_PROXY = "127.0.0.1,localhost,::1"


def variables(url: str, key: str, folder: Path, entity: str | None = None) -> dict[str, str]:
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
        "WANDB_DISABLE_GIT": "true",
        "WANDB_DISABLE_CODE": "true",
        "WANDB_CONSOLE": "off",
        "WANDB_SILENT": "true",
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
