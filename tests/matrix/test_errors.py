"""Everything that the installed wandb says when it goes wrong leads to its row. `run.py` does it with older ones."""

import pytest
from explaining import misread, suffered

from regilink_doctor.emulator import Emulator

pytest.importorskip("wandb")


@pytest.mark.slow
def test_every_error_of_the_sdk_leads_to_its_row(forked_python: str) -> None:
    with Emulator() as emulator:
        outcome = suffered(emulator, forked_python)
    assert misread(outcome) == {}
    assert len({line["row"] for line in outcome.lines}) >= 20
