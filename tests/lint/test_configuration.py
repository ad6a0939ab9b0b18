"""The first look at a setting passes everything that the second one keeps."""

from hypothesis import given
from hypothesis import strategies as st

from regilink_doctor.lint.facts.settings import is_worth_reading, may_concern_wandb

EDITS = st.lists(st.tuples(st.integers(0, 15), st.sampled_from(["", "x", "_", "-", "W"]), st.booleans()), max_size=2)


@given(EDITS, st.sampled_from(["{}model/zoo", "acme/{}model/zoo", "{}/zoo", " {}model/zoo"]))
def test_nothing_that_matters_is_passed_over(edits: list[tuple[int, str, bool]], template: str) -> None:
    prefix = "wandb-registry-"
    for at, letter, replaced in edits:
        prefix = prefix[:at] + letter + prefix[at + replaced :]
    text = template.format(prefix)
    assert is_worth_reading((), text) or not may_concern_wandb((), text)


def test_most_values_are_passed_over() -> None:
    assert not is_worth_reading(("jobs", "train", "image"), "ghcr.io/acme/trainer:1")
    assert is_worth_reading(("jobs", "train", "image"), "${{ vars.IMAGE }}")
    assert is_worth_reading(("wandb", "project"), "zoo")
