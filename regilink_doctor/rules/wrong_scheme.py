"""REG509."""

from __future__ import annotations

from regilink_doctor.core.target_path import is_known
from regilink_doctor.core.target_path.app_urls import read_pasted
from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site

_SCHEMES = ("wandb-artifact:", "registry:", "https:", "http:")


class WrongScheme(SiteRule):
    """A URI or an address of the App where the SDK takes a full name.

    `wandb-artifact:///…` and `registry:///…` are Weave's, the address is the browser's; `use_artifact` and
    `Api.artifact` read `[organization/]wandb-registry-NAME/COLLECTION:VERSION`, without a scheme.
    """

    code = "REG509"
    name = "wrong-scheme"
    severity = "warning"
    rows = ("D12",)
    bad = (
        'run.use_artifact("wandb-artifact:///acme/wandb-registry-model/zoo:v3")',
        'run.use_artifact("registry:///acme/model/zoo:production")',
        'run.use_artifact("https://wandb.ai/acme/wandb-registry-model/artifacts/model/zoo/v3")',
    )
    good = (
        'run.use_artifact("acme/wandb-registry-model/zoo:v3")',
        'artifact.add_reference("https://example.org/model.pt")',
        'run.use_artifact("wandb-artifact://_id/QXJ0aWZhY3Q6MTIz")',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`."""
        if site.context.expected:
            return
        for text in site.target:
            pattern = text.pattern
            # The SDK itself reads `wandb-artifact://_id/…`.
            if not pattern.startswith(_SCHEMES) or "//" not in pattern[:20] or "://_id/" in pattern:
                continue
            pasted = read_pasted(pattern) if is_known(pattern) else None
            name = pasted.target if pasted else None
            if pasted and name and pasted.version:
                name = f"{name}:{pasted.version}"
            yield self.finding(
                site.argument or site.place,
                Words(
                    f"{quoted(pattern)} is no full name: the SDK reads it as a path and finds nothing",
                    f"write {quoted(name)}" if name else 'write "wandb-registry-NAME/COLLECTION:ALIAS"',
                ),
                target=text.display,
            )
