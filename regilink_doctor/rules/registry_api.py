"""Rules about calls that create and search registries."""

from __future__ import annotations

from regilink_doctor.core.findings import Message
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.phrases import say
from regilink_doctor.rules.base import Rule
from regilink_doctor.rules.site_facts import certain
from regilink_doctor.rules.wording import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.sites import Site
    from regilink_doctor.rules.base import FileFacts, Report


_FIELDS = ("id", "name", "entity_id", "description", "created_at", "updated_at")
"""What registries can be filtered by (`BASIC_REGISTRIES_FILTER_FIELDS`); `$and`, `$or`, `$not` hold more of them."""


class RegistryFilter(Rule):
    """`api.registries(filter=...)` has a filter that cannot match what was meant.

    The names that are compared begin with `wandb-registry-`. The SDK puts that before a plain name and before
    `$contains`, but not before a `$regex`: `^model` matches nothing, and `{"$contains": "mod"}` only what begins with
    it. A field that does not exist is an error since wandb 0.29, and matched nothing before.
    """

    code = "REG508"
    name = "registry-filter"
    severity = "warning"
    failures = ("D13",)
    watches = ("wandb.Api.registries",)
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

    def explain(self, problem: Problem) -> Message:
        value = problem.facts["value"]
        if problem.kind == "regex":
            return Message(
                say("{value} matches no registry", value=quoted(value)),
                say('the names that are compared begin with "{prefix}"', prefix=REGISTRY_PREFIX),
                say("write {pattern}, or remove the ^", pattern=quoted("^" + REGISTRY_PREFIX + value.lstrip("^"))),
            )
        if problem.kind == "contains":
            return Message(
                say("$contains matches only registries that begin with {value}", value=quoted(value)),
                say("the SDK looks for {name}", name=quoted(REGISTRY_PREFIX + value)),
                say('write {{"$regex": {value}}}', value=quoted(value)),
            )
        return Message(
            say("registries have no field {value}", value=quoted(value)),
            "it is an error since wandb 0.29, and matched nothing before",
            say("write one of {fields}", fields=", ".join(_FIELDS)),
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        """The filter comes as `filter.name.$regex`."""
        for key, strings in site.arguments.strings.items():
            outer, *path = key.split(".")
            value = certain(strings)
            if outer != "filter" or not path:
                continue
            field, operator = path[0], path[1] if len(path) > 1 else ""
            if field == "name" and operator == "$regex" and value is not None and _is_hopeless(value):
                kind = "regex"
            elif field == "name" and operator == "$contains" and value is not None:
                kind = "contains"
            elif not field.startswith("$") and field not in _FIELDS:
                kind, value = "field", field
            else:
                continue
            yield self.report(None, kind, string=strings[0] if strings else None, argument="filter", value=value or "")


def _is_hopeless(pattern: str) -> bool:
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


_INTENDED = {"public": "organization", "private": "restricted"}
"""What W&B's own cheat sheet writes -> what is accepted."""


class InvalidVisibility(Rule):
    """`create_registry` is called with a visibility that does not exist.

    A registry is `organization`, visible to all its members, or `restricted`, visible to those who are invited. W&B's
    cheat sheet says "public" and "private", which raise `Invalid visibility`.
    """

    code = "REG310"
    name = "invalid-visibility"
    severity = "error"
    failures = ("D18",)
    watches = ("wandb.Api.create_registry",)
    bad = (
        'wandb.Api().create_registry(name="zoo", visibility="public")',
        'visibility = "PRIVATE-ISH"\nwandb.Api().create_registry("zoo", visibility)',
    )
    good = (
        'wandb.Api().create_registry(name="zoo", visibility="organization")',
        'wandb.Api().create_registry(name="zoo", visibility="restricted")',
        'wandb.Api().create_registry(name="zoo", visibility=input())',
        'repository.create_registry(name="zoo", visibility="public")',
    )

    fix_applicability = "unsafe"

    def explain(self, problem: Problem) -> Message:
        return Message(
            say("no registry has the visibility {value}", value=quoted(problem.facts["value"])),
            "create_registry raises ValueError",
            say("write {code}", code=quoted(problem.intended))
            if problem.intended
            else 'write "organization" or "restricted"',
        )

    def check_site(self, site: Site, facts: FileFacts) -> Iterator[Report]:
        strings = site.arguments.strings.get("visibility", ())
        value = certain(strings)
        # The server's own words are accepted as well (`Visibility`).
        if value is None or value in ("organization", "restricted", "PRIVATE", "RESTRICTED") or site.context.expected:
            return
        intended = _INTENDED.get(value.lower())
        yield self.report(string=strings[0], argument="visibility", intended=intended, value=value)
