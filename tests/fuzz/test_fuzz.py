"""Mutations of known inputs, for as long as `REGILINK_FUZZ_SECONDS` says: a minute in CI, an hour by hand.

Without it each target gets a few. `-o junit_family=xunit1 --junit-xml=fuzz.xml` writes the number of inputs. What fails
is printed: it belongs into the tests of the part that failed.
"""

import itertools
import os
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

pytest.importorskip("graphql")
from targets import TARGETS

SEED = int(os.environ.get("REGILINK_FUZZ_SEED", "0"))
"""Where the sequence of inputs begins: another number for other inputs."""
SECONDS = float(os.environ.get("REGILINK_FUZZ_SECONDS", "0")) / len(TARGETS)
EXAMPLES = 15
TOKENS = [
    b"run.link_artifact(a, ", b"wandb.init(entity=", b"wandb-registry-", b"wandb-registry-model/zoo:v3",
    b"lambda x=f(): ", b"import wandb\n", b"if c:\n    ", b"{", b"}", b"(", b")", b"[", b"]", b'"', b"'", b'"""',
    b"\\", b"\n", b"\r", b"\t", b"\x0c", b"\x00", b"\xef\xbb\xbf", b"\xff", b"\xed\xa0\x80",
    "é模🙂\u202e\u2028".encode(), b"%s", b"{x}", b"{{", b"$", b"${A:-b}", b"#", b"# regilink: ignore[REG102]",
    b"# regilink: ignore-file", b"# coding: latin-1\n", b"\x1b[2J", b"::error::", b": ", b"- ", b"null", b"true",
    b"1e999", b"-1", b"9" * 400, b"NaN", b"&a ", b"*a", b"<<: ", b"!!python/object:x ", b"---\n", b"=", b",", b"...",
    b"__typename", b"query Q {", b"fragment F on Artifact { ...F }", b"@include(if: false) ",
]  # fmt: skip


@st.composite
def mutations(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """One of the seeds with parts taken out, doubled, replaced by tokens, or by parts of another one."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 30)))
        kind = draw(st.sampled_from(("token", "cut", "double", "splice", "byte")))
        if kind == "token":
            data[start : draw(st.sampled_from((start, end)))] = draw(st.sampled_from(TOKENS))
        elif kind == "cut":
            del data[start:end]
        elif kind == "double":
            data[start:start] = data[start:end] * draw(st.integers(1, 40))
        elif kind == "splice":
            other = draw(st.sampled_from(seeds))
            at = draw(st.integers(0, len(other)))
            data[start:end] = other[at : at + draw(st.integers(0, 200))]
        else:
            data[start:end] = draw(st.binary(max_size=8))
    return bytes(data)


@pytest.mark.parametrize("name", TARGETS)
def test_no_promise_breaks(name: str, record_property: Callable[[str, object], None]) -> None:
    target = TARGETS[name]
    seeds, ends, tried = target.seeds(), time.monotonic() + SECONDS, 0

    @settings(
        max_examples=200 if SECONDS else EXAMPLES,
        database=None,
        deadline=None,
        derandomize=not SECONDS,
        suppress_health_check=list(HealthCheck),
    )
    @given(mutations(seeds))
    def fuzz(data: bytes) -> None:
        nonlocal tried
        tried += 1
        target.run(data)

    # The same inputs in the same order at each run, so that CI fails for what has changed.
    for number in itertools.count(SEED):
        seed(number)(fuzz)()
        if time.monotonic() >= ends:
            break
    record_property("inputs", tried)
