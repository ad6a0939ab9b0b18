"""REG604."""

from __future__ import annotations

from regilink_doctor.core.findings import Related
from regilink_doctor.rules.base import FileFacts, SiteRule, Words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site


class SwallowedLinkError(SiteRule):
    """A broad `except` around a link drops the error: it neither raises, nor logs, nor gives the failure back.

    Every way in which a link fails then looks like success, until somebody looks for the model. Let the error through,
    or log it with the path that was refused.
    """

    code = "REG604"
    name = "swallowed-link-error"
    severity = "warning"
    rows = ("C13",)
    bad = (
        'try:\n    run.link_artifact(artifact, "wandb-registry-model/zoo")\nexcept Exception:\n    pass',
        "import contextlib\n"
        "import wandb\n"
        'run = wandb.init(entity="team-a")\n'
        "with contextlib.suppress(Exception):\n"
        '    run.link_artifact(wandb.Artifact("zoo", type="model"), "wandb-registry-model/zoo")',
    )
    good = (
        'try:\n    run.link_artifact(artifact, "wandb-registry-model/zoo")\nexcept Exception as e:\n    print(e)',
        'try:\n    run.link_artifact(artifact, "wandb-registry-model/zoo")\nexcept Exception:\n    linked = False',
        'try:\n    run.link_artifact(artifact, "wandb-registry-model/zoo")\nexcept KeyError:\n    pass',
        "def publish():\n"
        "    try:\n"
        '        run.link_artifact(artifact, "wandb-registry-model/zoo")\n'
        "    except wandb.errors.CommError:\n"
        "        return False\n"
        "    return True",
        "linked = None\n"
        "try:\n"
        '    linked = run.link_artifact(artifact, "wandb-registry-model/zoo")\n'
        "except Exception:\n"
        "    pass\n"
        "if linked is None:\n"
        '    raise SystemExit("not linked")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        clause = site.context.swallowed_by
        if clause is None or facts.in_test:
            return
        yield self.finding(
            clause,
            Words(
                "a link that W&B refuses goes unnoticed: this drops the error without a word",
                "let it through, or log it with the target path",
                (Related("the link", site.place),),
            ),
            target=site.target[0].display if site.target else None,
        )
