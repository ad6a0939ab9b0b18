"""Run in an environment with wandb: prints what wandb itself makes of each case. Imports wandb once, forks per case."""

import json
import os
import sys


def reading() -> dict[str, object]:
    from wandb.sdk import wandb_setup

    settings = wandb_setup.singleton().settings
    try:
        from wandb.sdk.lib.wbauth import authenticate, host_url
    except ImportError:
        from wandb.sdk.lib import apikey

        key = apikey.api_key(settings)
    else:
        auth = authenticate._use_system_auth(host=host_url.HostUrl(settings.base_url), source="test")
        key = auth.api_key if auth else None
    return {
        "host": settings.base_url,
        "entity": settings.entity,
        "project": settings.project,
        "organization": settings.organization,
        "mode": settings.mode,
        "key": key,
    }


def one(case: dict[str, object], out: int) -> None:
    try:
        os.chdir(case["cwd"])
        os.environ.clear()
        os.environ.update(case["environ"])
        value = reading()
    except BaseException as error:
        value = {"error": f"{type(error).__name__}"}
    os.write(out, json.dumps(value).encode())
    os._exit(0)


def main() -> None:
    import wandb

    results = []
    for case in json.load(sys.stdin):
        there, here = os.pipe()
        if os.fork() == 0:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            one(case, here)
        os.close(here)
        content = b""
        while chunk := os.read(there, 65536):
            content += chunk
        os.close(there)
        os.wait()
        results.append(json.loads(content))
    print(json.dumps({"version": wandb.__version__, "results": results}))


main()
