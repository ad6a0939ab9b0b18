"""REG508."""

from __future__ import annotations

from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.rules.base import FileFacts, SiteRule, Words
from regilink_doctor.rules.site_facts import certain
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site

_FIELDS = ("id", "name", "entity_id", "description", "created_at", "updated_at")
"""What registries can be filtered by (`BASIC_REGISTRIES_FILTER_FIELDS`); `$and`, `$or`, `$not` hold more of them."""


class RegistryFilter(SiteRule):
    """`api.registries(filter=...)` with a filter that cannot match what was meant.

    The names that are compared begin with `wandb-registry-`. The SDK puts that in front of a plain name and of
    `$contains`, but not of a `$regex`: `^model` matches nothing, and `{"$contains": "mod"}` only what begins with it.
    A field that there is not is an error since wandb 0.29, and matched nothing before.
    """

    code = "REG508"
    name = "registry-filter"
    severity = "warning"
    rows = ("D13",)
    bad = (
        'wandb.Api().registries(filter={"name": {"$regex": "^model"}})',
        'wandb.Api().registries(filter={"name": {"$contains": "mod"}})',
        'wandb.Api().registries(filter={"title": "model"})',
    )
    good = (
        'wandb.Api().registries(filter={"name": {"$regex": "model"}})',
        'wandb.Api().registries(filter={"name": {"$regex": "^wandb-registry-model"}})',
        'wandb.Api().registries(filter={"name": "model"})',
        'wandb.Api().registries(filter={"$or": [{"name": "model"}, {"name": "dataset"}]})',
    )

    def check(self, site: Site, facts: FileFacts) -> Iterator[Finding]:
        """See `SiteRule.check`. The filter comes as `filter.name.$regex`."""
        for key, texts in site.arguments.strings.items():
            outer, *path = key.split(".")
            value = certain(texts)
            if outer != "filter" or not path:
                continue
            field, operator = path[0], path[1] if len(path) > 1 else ""
            if field == "name" and operator == "$regex" and value is not None and _hopeless(value):
                words = Words(
                    f'{quoted(value)} matches no registry: the names that are compared begin with "{REGISTRY_PREFIX}"',
                    f"write {quoted('^' + REGISTRY_PREFIX + value.lstrip('^'))}, or leave the ^ out",
                )
            elif field == "name" and operator == "$contains" and value is not None:
                sought = quoted(REGISTRY_PREFIX + value)
                words = Words(
                    f"the SDK makes {sought} of it: only registries that begin with {quoted(value)} match",
                    f'write {{"$regex": {quoted(value)}}}',
                )
            elif not field.startswith("$") and field not in _FIELDS:
                words = Words(
                    f"registries have no field {quoted(field)}: an error since wandb 0.29, and no match before",
                    f"write one of {', '.join(_FIELDS)}",
                )
            else:
                continue
            yield self.finding(texts[0].place if texts else site.place, words)


def _hopeless(pattern: str) -> bool:
    """A pattern that is anchored to the start of the name, and whose first letters are not those of the prefix."""
    if not pattern.startswith("^") or len(pattern) < 2 or "|" in pattern:
        return False
    plain = ""
    for letter in pattern[1:]:
        if not (letter.isalnum() or letter in "-_ "):
            break
        plain += letter
    if not plain:
        return False
    if len(plain) < len(pattern) - 1 and pattern[1 + len(plain)] in "*?{":
        plain = plain[:-1]
    return not REGISTRY_PREFIX.startswith(plain[: len(REGISTRY_PREFIX)])
