"""A diagnosis without names: of people, teams, organizations, registries, files and servers, for a public issue."""

from __future__ import annotations

import re

from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.origin import Setting
from regilink_doctor.core.records import replace
from regilink_doctor.core.target_path import misspelled_prefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from regilink_doctor.core.check_result import CheckResult
    from regilink_doctor.doctor.diagnosis import Diagnosis
    from regilink_doctor.doctor.links import LinkSummary

KEPT = frozenset({"model", "dataset", "latest", "wandb.ai", "127.0.0.1", "localhost", ""})
"""Names that say nothing about anybody."""


def redacted(diagnosis: Diagnosis) -> Diagnosis:
    """The same diagnosis; every name is a kind and a number, the same name always the same."""
    hide = _Hider(diagnosis.names)

    ready = diagnosis.ready
    if ready is not None:
        ready = replace(
            ready,
            teams=tuple(
                (hide(team), replace(names, name=hide(names.name), entity=hide(names.entity)))
                for team, names in ready.teams
            ),
            targets=tuple(map(hide, ready.targets)),
            entity=hide(ready.entity) if ready.entity else None,
        )
    return replace(
        diagnosis,
        checks=tuple(_check(check, hide) for check in diagnosis.checks),
        found=tuple((name, Setting(hide(each.value), each.origin.rewrite(hide))) for name, each in diagnosis.found),
        differences=tuple(map(hide, diagnosis.differences)),
        links=_links(diagnosis.links, hide),
        ready=ready,
        names=(),
    )


def _check(check: CheckResult, hide: _Hider) -> CheckResult:
    return replace(
        check,
        subject=hide(check.subject),
        message=hide(check.message),
        help=hide(check.help) if check.help else check.help,
        origin=check.origin.rewrite(hide) if check.origin else None,
        also_at=tuple(origin.rewrite(hide) for origin in check.also_at),
    )


def _links(links: LinkSummary, hide: _Hider) -> LinkSummary:
    unknown = (
        replace(
            link,
            target=hide(link.target),
            origin=link.origin.rewrite(hide),
            reason=hide(link.reason),
            expressions=tuple(map(hide, link.expressions)),
        )
        for link in links.unknown
    )
    elsewhere = ((origin.rewrite(hide), hide(place)) for origin, place in links.elsewhere)
    return replace(links, unknown=tuple(unknown), elsewhere=tuple(elsewhere))


def _without_prefix(kind: str, name: str) -> tuple[str, str]:
    """Of `wandb-registry-model`, well or badly spelled and wherever it stands, only `model` is a name."""
    meant = name if name.startswith(REGISTRY_PREFIX) else misspelled_prefix(name)
    bare = (meant or "").removeprefix(REGISTRY_PREFIX)
    before = name.removesuffix(bare) if meant else ""
    return ("registry", bare) if before and not before[-1].isalnum() else (kind, name)


class _Hider:
    """Puts a kind and a number in the place of each name. A name that is several things is called by the first."""

    def __init__(self, names: tuple[tuple[str, str], ...]) -> None:
        numbers: dict[str, int] = {}
        self._instead: dict[str, str] = {}
        for kind, name in (_without_prefix(*each) for each in names):
            if name in KEPT or name in self._instead:
                continue
            numbers[kind] = numbers.get(kind, 0) + 1
            self._instead[name] = f"{kind}-{numbers[kind]}"
        # The longest first: `team-a-mr-migrated` is no `team-a`.
        longest = sorted(self._instead, key=len, reverse=True)
        pattern = "|".join(map(re.escape, longest))
        self._pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{pattern})(?![A-Za-z0-9])") if longest else None

    def __call__(self, text: str) -> str:
        return self._pattern.sub(lambda found: self._instead[found[0]], text) if self._pattern else text
