"""What stands around a call, as data: whether it is reached, whether its run still goes on, who drops its errors."""

from __future__ import annotations

from regilink_doctor.core.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from regilink_doctor.core.findings import Place, Span

    ContainerKind = Literal["workflow", "job", "step", "service", "function", "class", "branch", "cell", "key"]
    End = Literal["with", "finish"]


@record
class Container:
    """Something that a setting or a command stands in.

    A CI file gives `workflow`, `job`, `step`; compose a `service`; Python and shell a `function` (`class`), and a
    `branch` where an `if`, a loop or an `except` decides; a notebook the `cell`; any other mapping or table a `key`.
    `name` is as it is written: the job's id, the step's `name`, the key; `""` where there is none.
    """

    kind: ContainerKind
    name: str
    span: Span


def within(outer: tuple[Container, ...], inner: tuple[Container, ...]) -> bool:
    """Whether what stands in `inner` is reached by what stands in `outer`: an `env:` of a job reaches its steps."""
    return inner[: len(outer)] == outer


@record
class CallContext:
    """The statements around a call, as far as they are certain.

    `function` is the name of the function that it stands in. `guards` are the conditions that decide whether it is
    reached, in the words of the source: those of each `if` around it, of early returns before it, and the decorators
    of its function. `swallowed_by`: the clause that drops every error of it silently. `ended` and `ended_by`:
    how and where its run has certainly ended before. `expected`: a failure is waited for (`pytest.raises`).
    `containers` are the functions, classes and branches that it stands in. `is_tried`: it is in the body of a `try`
    that handles errors. `denied_by`: the clause that answers every error of W&B with False or None.
    """

    function: str | None = None
    guards: tuple[str, ...] = ()
    result_used: bool = True
    swallowed_by: Place | None = None
    ended: End | None = None
    ended_by: Place | None = None
    expected: bool = False
    containers: tuple[Container, ...] = ()
    is_tried: bool = False
    denied_by: Place | None = None


NO_CONTEXT = CallContext()
