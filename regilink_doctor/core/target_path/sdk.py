"""What the SDK makes of a target path before anything reaches the server (wandb 0.31.0; section 0 of failures.md).

`Run.link_artifact` and `Artifact.link` differ: the first fills in the run's entity and project, then hands over a
*re-joined* text, in which empty parts are gone; the second reads the text as it is (rows A5, A16, A17).
"""

from __future__ import annotations

from regilink_doctor.core import rule_codes
from regilink_doctor.core.naming import DEFAULT_PROJECT
from regilink_doctor.core.problems import Problem
from regilink_doctor.core.records import record
from regilink_doctor.core.target_path.grammar import PathError, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    from regilink_doctor.core.target_path.grammar import LinkMethod


@record
class LinkInput:
    """A link as it leaves the SDK, but for the organization, which the SDK asks the server for.

    `entity` is None for a registry link: the organization entity is still to be resolved, from `source_entity` and
    `organization` (the path's first part or `$WANDB_ORGANIZATION`, None when neither is given).
    `collection` keeps a `:version` if the text had one. `emptied`: the text had no name (`""`, `m/`), so the parts in
    front of it moved up by one, the run's project became the collection, or `m` did (row A5).
    """

    source_entity: str
    entity: str | None
    organization: str | None
    project: str
    collection: str
    emptied: bool = False

    @property
    def registry(self) -> bool:
        """Whether the SDK takes it for a registry link."""
        return self.entity is None


@record
class SdkRefusal:
    """The SDK raises `exception` because of `problem`, and nothing is sent."""

    exception: Literal["ValueError", "CommError"]
    problem: Problem


def sdk_link(
    text: str,
    call: LinkMethod,
    run_entity: str,
    run_project: str | None,
    env: Mapping[str, str],
) -> LinkInput | SdkRefusal:
    """What `call(…, target_path=text)` sends.

    Args:
        text: the target path as the code gives it.
        call: which of the two methods.
        run_entity: the entity of the run, which is also that of the artifact; of the source artifact for
            `Artifact.link`.
        run_project: the run's project; not looked at for `Artifact.link`.
        env: `WANDB_PROJECT` and `WANDB_ORGANIZATION` are read.
    """
    # Only Artifact.link is wrapped in `normalize_exceptions`, so the same words come as two types (row A3).
    exception: Literal["ValueError", "CommError"] = "CommError"
    emptied = False
    try:
        if call == "Run.link_artifact":
            exception = "ValueError"
            path = parse(text)
            emptied = not path.name and not path.prefix and not path.is_registry
            if not path.is_registry:
                path = path.with_defaults(prefix=run_entity, project=run_project)
            text = str(path)
            exception = "CommError"
        path = parse(text)
    except PathError:
        problem = Problem(
            rule_codes.TOO_MANY_PARTS, failure="A3", wandb_message="invalid-artifact-path", facts={"path": text}
        )
        return SdkRefusal(exception, problem)
    path = path.with_defaults(project=env.get("WANDB_PROJECT") or DEFAULT_PROJECT)
    if path.is_registry:
        organization = path.prefix or env.get("WANDB_ORGANIZATION") or None
        return LinkInput(run_entity, None, organization, path.project or "", path.name)
    return LinkInput(run_entity, path.prefix or run_entity, None, path.project or "", path.name, emptied)
