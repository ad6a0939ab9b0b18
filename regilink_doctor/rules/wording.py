"""Phrases that the messages of several rules share, so that the same thing is always called the same."""

from __future__ import annotations

from regilink_doctor.core.findings import Message
from regilink_doctor.core.naming import DEFAULT_PROJECT, REGISTRY_PREFIX
from regilink_doctor.core.phrases import join_phrases, say
from regilink_doctor.core.problems import SdkRefusal, sdk_link
from regilink_doctor.core.target_path import UNKNOWN_NAME, is_known, show_unknown
from regilink_doctor.core.text import close_to, find_misspelled, quote_text
from regilink_doctor.rules.base import Replacement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from regilink_doctor.core.problems import Problem
    from regilink_doctor.core.strings import StringValue, UnknownPart
    from regilink_doctor.core.targets import LinkTarget

FORM = f"{REGISTRY_PREFIX}REGISTRY/COLLECTION"
"""The form of a target path, to be filled in."""

_LONGEST_EXPRESSION = 40
_NOT_INSIDE = frozenset('"\\\n{}')
"""What an expression in an f-string cannot have in every Python."""

_ENTITY = "\1entity"
_PROJECT = "\1project"


def quoted(text: str) -> str:
    """A name or path as it is shown: in double quotes, `{?}` for unknown parts, control characters escaped."""
    return quote_text(show_unknown(text))


def listed(names: Iterable[str], most: int = 5) -> str:
    """`"a", "b" and 3 more`."""
    all_names = [quoted(name) for name in names]
    if len(all_names) > most:
        return say("{names} and {number} more", names=", ".join(all_names[:most]), number=len(all_names) - most)
    return ", ".join(all_names)


def shown_path(problem: Problem) -> str:
    """The path or name that a problem is about, in quotes."""
    return quoted(problem.target.path.pattern if problem.target else problem.facts.get("path", ""))


def wrong_part(problem: Problem) -> str:
    """The part of the path that the problem is about, as it is written."""
    return problem.target.path.pattern[problem.start : problem.end] if problem.target else ""


def correct_path(problem: Problem) -> str:
    """The whole path with what was intended in place of what is wrong, also by the other problems of the path."""
    if problem.corrected is not None:
        return problem.corrected
    path = problem.target.path.pattern if problem.target else problem.facts.get("path", "")
    if problem.intended is None and path.endswith("/"):  # an empty collection, in the doctor's words
        return f"{path}COLLECTION"
    return path if problem.intended is None else path[: problem.start] + problem.intended + path[problem.end :]


def corrected_path(problem: Problem) -> str:
    """The whole path in quotes, with what was intended in place of what is wrong."""
    return quoted_to_write(correct_path(problem), problem.target.path if problem.target else None)


def quoted_to_write(path: str, written: StringValue | None) -> str:
    """A path that a reader is to write, in quotes: unknown parts are the expressions of the string that it corrects.

    Three dots stand for a part whose expression is too long, or may be another one.
    """
    count = path.count(UNKNOWN_NAME)
    if not count:
        return quoted(path)
    parts = [part for _, part in written.unknown_parts] if written is not None else []
    if count < len(parts) and path.rpartition("/")[2].count(UNKNOWN_NAME) == count:
        parts = parts[-count:]  # what was before the collection is left out
    if len(parts) != count or not all(map(_is_short, parts)):
        return quoted(path.replace(UNKNOWN_NAME, "..."))
    is_python = all(part.place.path.endswith((".py", ".ipynb")) for part in parts)
    shown = path
    for part in parts:
        shown = shown.replace(UNKNOWN_NAME, f"{{{part.source}}}" if is_python else part.source, 1)
    return f"f{quoted(shown)}" if is_python else quoted(shown)


def _is_short(part: UnknownPart) -> bool:
    return 0 < len(part.source) <= _LONGEST_EXPRESSION and not _NOT_INSIDE.intersection(part.source)


def entity_of(problem: Problem) -> str:
    """The run's entity, as a message names it."""
    return problem.facts.get("entity") or (problem.target.known_entity if problem.target else None) or say("the entity")


def refused_setting(problem: Problem) -> Message:
    """A setting of wandb that wandb itself does not accept (`client.settings.SettingsProblem`)."""
    facts = problem.facts
    subject = f"{facts['value']} ({facts['origin']})" if facts["value"] else facts["origin"]
    return Message(join_phrases(" ", [subject, facts["wrong"]]), facts["effect"], facts["help"])


def where_it_goes(problem: Problem) -> str | None:
    """The note that says where the link ends up, if that is not a registry."""
    if problem.target is None or is_consumed(problem):
        return None
    there = find_destination(problem.target)
    return say("it links to the {place}, without any error", place=there) if there else None


def is_consumed(problem: Problem) -> bool:
    """Whether the problem is about a name that is consumed, not about a link."""
    return problem.facts.get("call") == "consume"


def find_destination(target: LinkTarget) -> str | None:
    """Where the SDK puts a link that is not a registry link: `collection "zoo" in the project "model" of "team-a"`.

    None for a registry link, a path that the SDK refuses, or where an unknown part decides.
    """
    link = sdk_link(target.path.pattern, target.method, _ENTITY, _PROJECT, {})
    if isinstance(link, SdkRefusal) or link.registry:
        return None
    if not is_known(link.project) or not is_known(link.entity or ""):
        return None
    collection = quoted(link.collection.replace(_PROJECT, say("the run's project")))
    if link.collection == _PROJECT:
        collection = say("named like the run's project")
    entity = _entity(link.entity or "", target)
    if link.project == _PROJECT:
        return say("collection {collection} in the run's own project", collection=collection)
    if link.project == _ENTITY:
        return say("collection {collection} in a project named like {entity}", collection=collection, entity=entity)
    if link.project == DEFAULT_PROJECT:
        return say(
            'collection {collection} in the project $WANDB_PROJECT (or "{default_project}") of {entity}',
            collection=collection,
            default_project=DEFAULT_PROJECT,
            entity=entity,
        )
    return say(
        "collection {collection} in the project {project} of {entity}",
        collection=collection,
        project=quoted(link.project),
        entity=entity,
    )


def _entity(entity: str, target: LinkTarget) -> str:
    if entity != _ENTITY:
        return quoted(entity)
    return quoted(target.known_entity) if target.known_entity else say("the run's entity")


def only_suggestion(name: str, names: Iterable[str]) -> str | None:
    """The name that was intended, if exactly one is near."""
    from difflib import get_close_matches

    by_folded = {known.casefold(): known for known in names}
    close = get_close_matches(name.casefold(), by_folded, n=2, cutoff=0.75)
    return by_folded[close[0]] if len(close) == 1 else None


def close_alias(alias: str, known: Collection[str]) -> str | None:
    """The alias that was probably meant; `latest`, which means another version than any other, only for a slip."""
    return find_misspelled(alias, known) or close_to(alias, [item for item in known if item != "latest"])


def drop_organization(path: StringValue) -> Replacement | None:
    """The path without what is before its registry."""
    start = path.pattern.find(REGISTRY_PREFIX)
    return Replacement(0, start, "") if start > 0 else None


def rename_registry(path: StringValue, name: str | None, intended: str | None) -> Replacement | None:
    """The path with the registry `intended` in place of `name`."""
    start = path.pattern.find(REGISTRY_PREFIX) + len(REGISTRY_PREFIX)
    if not name or not intended or path.pattern[start : start + len(name)] != name:
        return None
    return Replacement(start, start + len(name), intended)
