"""REG114."""

from __future__ import annotations

from regilink_doctor.core.findings import Message
from regilink_doctor.core.phrases import say
from regilink_doctor.core.strings import KnownPart
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.rules.base import FileFacts, Report


class PlatformSeparator(Rule):
    r"""A target path or full name is joined with `os.path.join` or pathlib.

    On Windows they write a backslash. W&B then reads one name, `wandb-registry-model\zoo`, and links to a collection of
    that name in the run's own project. Names in W&B are not file paths: join them with "/", in an f-string.
    """

    code = "REG114"
    name = "platform-separator"
    severity = "warning"
    failures = ("A17",)
    watches = (
        "link",
        "consume",
    )
    bad = (
        'import os\nrun.link_artifact(artifact, os.path.join("wandb-registry-model", "zoo"))',
        "from pathlib import Path\n"
        'REGISTRY = "wandb-registry-model"\n'
        'run.link_artifact(artifact, str(Path(REGISTRY) / "zoo"))',
        'import os\nrun.use_artifact(os.path.join("wandb-registry-model", "zoo:v0"))',
    )
    good = (
        'REGISTRY = "wandb-registry-model"\nrun.link_artifact(artifact, f"{REGISTRY}/zoo")',
        'import posixpath\nrun.link_artifact(artifact, posixpath.join("wandb-registry-model", "zoo"))',
        'import os\nartifact.add_file(os.path.join("out", "model.pt"))',
        'run.link_artifact(artifact, "/".join(["wandb-registry-model", "zoo"]))',
    )

    def explain(self, problem: Problem) -> Message:
        path = problem.facts["path"]
        windows = path.replace("/", "\\")
        return Message(
            "os.path.join and pathlib write a backslash on Windows",
            say("W&B then reads {windows} as one name", windows=quoted(windows)),
            say('join the names with "/": f{path}', path=quoted(path))
            if "\0" not in path
            else 'join the names with "/"',
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        if site.context.expected:
            return
        for name in site.target:
            if any(isinstance(part, KnownPart) and part.is_os_separator for part in name.parts):
                yield self.report(site.argument, path=name.pattern)
                return
