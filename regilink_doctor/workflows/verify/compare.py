"""What the server says, held against what was expected; what is there instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from regilink_doctor.core.naming import is_version
from regilink_doctor.core.text import close_to
from regilink_doctor.rules.wording import listed, quoted
from regilink_doctor.workflows.verify.outcome import Expected, Question, Status, Verification


def compare(question: Question, found: Mapping[str, Any]) -> Verification:
    """The verification of a version that is there."""
    expected = question.expected
    artifact = found.get("artifact") or {}
    aliases = tuple(sorted(each["alias"] for each in found.get("aliases") or () if each.get("alias")))
    kind, digest = (artifact.get("artifactType") or {}).get("name"), artifact.get("digest")
    source = _source(artifact)
    wanted = [question.path.version] if question.path.version and not is_version(question.path.version) else []
    lacking = [alias for alias in (*wanted, *expected.aliases) if alias not in aliases and not is_version(alias)]
    problems = [f"it does not carry the alias {quoted(alias)}; it has {listed(aliases) or 'none'}" for alias in lacking]
    if expected.type is not None and kind != expected.type:
        problems.append(f"its type is {quoted(str(kind))}, not {quoted(expected.type)}")
    if expected.digest is not None and digest != expected.digest:
        problems.append(f"its digest is {digest}, not {expected.digest}: it is another version's content")
    if expected.source is not None and not _same_source(source, expected.source):
        there = f"its source is {quoted(source)}" if source else "its source is not shown to this account"
        problems.append(f"{there}, not {quoted(expected.source)}")
    index = found.get("versionIndex")
    return Verification(
        expected.name,
        "different" if problems else "ok",
        f"{question.shown}:{question.version if index is None else f'v{index}'}",
        aliases,
        kind,
        digest,
        source,
        tuple(problems),
        place=expected.place,
    )


def not_there(question: Question, names: Sequence[str], there: Sequence[str]) -> Verification:
    """That of one that is not, though its registry is: `names` are the collections, `there` the versions."""
    registry, collection = quoted(question.path.registry or ""), question.path.collection
    if collection not in names and not there:
        near = close_to(collection, names)
        advice = f"there are: {listed(sorted(names))}" if names else "the registry is empty; a first link makes it"
        advice = f"did you mean {quoted(near)}?" if near else advice
        return settled(
            question.expected, "absent", f"no collection {quoted(collection)} in the registry {registry}", advice
        )
    told = f"nothing in the collection {quoted(collection)} is called {quoted(question.version)}"
    advice = f"there are: {', '.join(there[:5])}{' ...' if len(there) > 5 else ''}" if there else "it is empty"
    return settled(question.expected, "absent", told, advice)


def settled(expected: Expected, status: Status, problem: str, help: str | None = None) -> Verification:
    """That of a name for which one sentence says everything."""
    return Verification(
        expected.name, status, problems=(problem,), help=help, place=expected.place, unknown=expected.unknown
    )


def version_words(node: Mapping[str, Any]) -> str:
    """A version as it is listed: `v3 (latest, production)`."""
    aliases = [each["alias"] for each in node.get("aliases") or () if each.get("alias")]
    return f"v{node.get('versionIndex')}" + (f" ({', '.join(aliases)})" if aliases else "")


def _source(artifact: Mapping[str, Any]) -> str | None:
    sequence = artifact.get("artifactSequence") or {}
    project = sequence.get("project") or {}
    entity = (project.get("entity") or {}).get("name")
    index = artifact.get("versionIndex")
    if not (entity and project.get("name") and sequence.get("name")):
        return None
    return f"{entity}/{project['name']}/{sequence['name']}:v{index}"


def _same_source(source: str | None, wanted: str) -> bool:
    """Whether the wanted name is the source's, or its end: `zoo`, `zoo:v3`, `training/zoo:v3`."""
    if source is None:
        return False
    whole = source if ":" in wanted else source.rpartition(":")[0]
    return whole == wanted or whole.endswith(f"/{wanted}")
