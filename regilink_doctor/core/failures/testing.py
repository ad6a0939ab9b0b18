"""Part E: around the link."""

from __future__ import annotations

from regilink_doctor.core.failures.failure import Failure

TESTING: tuple[Failure, ...] = (
    Failure(
        "E1",
        "test that patches `requests`",
        "From wandb 0.27.1 on GraphQL leaves from another process. The patch sees no call, and the real server "
        "answers the test.",
        "Test against the emulator, which every version of wandb reaches over loopback.",
        silent=True,
        codes=("REG702",),
        recognize="The test runs with wandb 0.27.1 or newer, and the mock was never called.",
        check_with="pytest --regilink-check",
    ),
    Failure(
        "E2",
        "API key in a committed file",
        "The key leaks, and it decides as whom a colleague links.",
        "Revoke the key, and take it from `wandb login` or from the environment.",
        silent=True,
        codes=("REG704",),
        recognize="Forty or more letters and digits stand beside `WANDB_API_KEY`, `login(key=` or `api_key=`.",
        check_with="regilink lint .",
    ),
    Failure(
        "E3",
        "organization that has changed",
        "A registry was renamed, its list of types changed or the team moved, and yesterday's path fails as B3 or B4.",
        "Run `regilink catalog diff` and bring the code and the catalog up to date.",
        silent=False,
        codes=("REG808",),
        recognize="It worked before, and nothing in the code has changed.",
        check_with="regilink catalog diff",
    ),
    Failure(
        "E4",
        "link that fails although everything looks right",
        "Seats, quotas and policies cannot be read beforehand, so only a link of its own proves the rest.",
        "Run `regilink doctor --write-probe`.",
        silent=False,
        codes=("REG809",),
        recognize="`regilink doctor TARGET` is all green, and the link fails.",
        check_with="regilink doctor TARGET --write-probe",
    ),
)
