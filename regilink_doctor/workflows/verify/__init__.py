"""After the run: the version is in the registry, under this alias, with this type, digest and source, or it is not."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from regilink_doctor.client import inventory
from regilink_doctor.client.queries import ask
from regilink_doctor.client.questions import (
    CollectionQuestion,
    Questions,
    RegistryQuestion,
    VersionQuestion,
    neighbour_fields,
    registry_alias,
    target_fields,
    version_alias,
)
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.organization_view import OrganizationNames
from regilink_doctor.core.sites import Site
from regilink_doctor.core.target_path import is_known, parse, parsed
from regilink_doctor.core.text import close_to
from regilink_doctor.doctor.facts import list_nodes
from regilink_doctor.rules.wording import listed, quoted
from regilink_doctor.workflows.server_session import ServerAccess, ServerSession, answered
from regilink_doctor.workflows.verify.compare import compare, not_there, settled, version_words
from regilink_doctor.workflows.verify.outcome import Expected, Question, Verification

__all__ = ["Expected", "Verification", "expected_of_sites", "verify"]


def verify(
    names: Sequence[str | Expected],
    *,
    aliases: Sequence[str] = (),
    type: str | None = None,
    digest: str | None = None,
    source: str | None = None,
    organization: str | None = None,
    host: str | None = None,
    cwd: str | Path | None = None,
    environ: Mapping[str, str] | None = None,
    python: str | None = None,
    timeout: float = 10.0,
) -> tuple[Verification, ...]:
    """Whether each version is in the registry, as expected. Reads only: two requests, one more when one is missing.

    Args:
        names: full names, `[ORGANIZATION/]wandb-registry-NAME/COLLECTION[:ALIAS]`; without an alias the latest version.
        aliases: aliases that the version is to carry, for names that do not say themselves what they expect. Likewise
            `type`, `digest` (as `artifact.digest`) and `source` (the source's full name, or the end of it).
        organization: the one that is meant; None: that of the path, else that of the entity that runs would have.
        host: see `ServerAccess`, as the next four.
        cwd: the folder that the program would be started in.
        environ: its environment.
        python: whose wandb counts.
        timeout: seconds for each request.

    Raises:
        Unanswered: the server did not answer as W&B does, or nobody is logged in.
    """
    every = [
        each if isinstance(each, Expected) else Expected(each, tuple(aliases), type, digest, source) for each in names
    ]
    known = [verification for each in every if (verification := _by_name(each)) is not None]
    if len(known) == len(every):
        return tuple(known)  # none of them is worth a question
    with answered():
        asked = ServerSession(ServerAccess(host, cwd, environ, python, timeout))
        return _Verifier(asked, organization).verify(every)


def expected_of_sites(
    sites: Sequence[Site], type: str | None = None, environ: Mapping[str, str] | None = None
) -> tuple[Expected, ...]:
    """What the links and reads in source lead to: an expectation for each name that may be one of a registry.

    Args:
        sites: the call sites.
        type: of the artifacts, instead of what source says.
        environ: the environment of the program, whose variables the names may have; that of this process.
    """
    environ = os.environ if environ is None else environ
    expected: dict[Expected, None] = {}
    for site in sites:
        if site.kind not in ("link", "consume"):
            continue
        kind = site.artifact_type[0].literal if len(site.artifact_type) == 1 else None
        aliases = tuple(text.pattern for text in site.aliases if is_known(text.pattern))
        for string in site.target:
            name = string.read_variables(environ)
            path = parsed(name.pattern)
            if name.literal is None or path is None or path.is_registry:
                unknown = tuple(dict.fromkeys(part.source for _, part in name.unknown_parts))
                expected[Expected(name.display, aliases, type or kind, place=site.place, unknown=unknown)] = None
    return tuple(expected)


def _by_name(expected: Expected) -> Verification | None:
    """What the name alone tells; None when the server has to be asked."""
    path = parsed(expected.name)
    if expected.unknown:
        what = " and ".join(f"`{expression}`" for expression in expected.unknown)
        return settled(expected, "skipped", f"{what} is known only when the program runs")
    if path is None or not path.is_registry or not path.collection:
        advice = f"`regilink explain {quoted(expected.name)}` says what it is"
        return settled(expected, "different", f"{quoted(expected.name)} is not a name in a registry", advice)
    return None


class _Verifier:
    def __init__(self, asked: ServerSession, organization: str | None) -> None:
        self._asked = asked
        self._meant = organization

    def verify(self, every: Sequence[Expected]) -> tuple[Verification, ...]:
        done: dict[int, Verification] = {}
        questions: dict[int, Question] = {}
        for index, expected in enumerate(every):
            read = self._read(expected)
            if isinstance(read, Verification):
                done[index] = read
            else:
                questions[index] = read
        missing: dict[int, Question] = {}
        if questions:
            order = list(questions)
            data = ask(self._asked.gateway, "RegilinkVerify", target_fields(_questions(questions.values()))).data
            for position, index in enumerate(order):
                found = (data.get(version_alias(position)) or {}).get("artifactCollectionMembership")
                registry = (data.get(registry_alias(position)) or {}).get("project")
                if found:
                    done[index] = compare(questions[index], found)
                elif registry:
                    missing[index] = questions[index]
                else:
                    done[index] = self._no_registry(questions[index])
        done.update(self._neighbours(missing))
        return tuple(done[index] for index in range(len(every)))

    def _read(self, expected: Expected) -> Verification | Question:
        if known := _by_name(expected):
            return known
        path = parse(expected.name)
        names = self._organization(path.prefix or self._meant)
        if names is None:
            every = self._asked.every_organization()
            there = ", ".join(f"{each.name} (entity {each.entity})" for each in every) or "none"
            wanted = path.prefix or self._meant
            what = (
                f"no organization {quoted(wanted)} is shown to {self._asked.account.username}"
                if wanted
                else "the entity of this account's runs belongs to several organizations, or to none"
            )
            return settled(expected, "absent", what, f"say which: --organization NAME; there are: {there}")
        meant = self._organization(self._meant) if self._meant else names
        if meant != names:
            return settled(expected, "different", f"it names the organization {names.name}, not {self._meant}")
        return Question(expected, path, names)

    def _organization(self, wanted: str | None) -> OrganizationNames | None:
        if wanted is None:
            return self._asked.organizations[0] if len(self._asked.organizations) == 1 else None
        every = self._asked.every_organization()
        return next((each for each in every if wanted in (each.name, each.entity)), None)

    def _no_registry(self, question: Question) -> Verification:
        pages = inventory.registries(self._asked.gateway, question.names.name)
        names = [
            str(node["name"]).removeprefix(REGISTRY_PREFIX)
            for page in pages
            for node in page.nodes
            if str(node.get("name", "")).startswith(REGISTRY_PREFIX)
        ]
        name = question.path.registry or ""
        near = close_to(name, names)
        told = f"no registry {quoted(name)} in {question.names.name}, or it is not shown to this account"
        advice = (
            f"did you mean {quoted(REGISTRY_PREFIX + near)}?"
            if near
            else f"there are: {listed(sorted(names)) or 'none'}"
        )
        return settled(question.expected, "absent", told, advice)

    def _neighbours(self, missing: Mapping[int, Question]) -> Iterator[tuple[int, Verification]]:
        if not missing:
            return
        asked = [
            CollectionQuestion(each.names.name, each.names.entity, each.path.registry or "", each.path.collection)
            for each in missing.values()
        ]
        data = ask(self._asked.gateway, "RegilinkNeighbours", neighbour_fields(asked)).data
        for position, (index, question) in enumerate(missing.items()):
            names = [str(node["name"]) for node in _owned(data, f"names{position}", "artifactCollections")]
            there = [version_words(node) for node in _owned(data, f"there{position}", "artifactMemberships")]
            yield index, not_there(question, names, there)


def _questions(questions: Iterable[Question]) -> Questions:
    every = list(questions)
    return Questions(
        [RegistryQuestion(each.names.entity, each.path.registry or "") for each in every],
        (),
        [
            VersionQuestion(each.names.entity, each.path.project or "", f"{each.path.collection}:{each.version}")
            for each in every
        ],
    )


def _owned(data: Mapping[str, Any], alias: str, connection: str) -> list[Mapping[str, Any]]:
    return list_nodes(((data.get(alias) or {}).get("orgEntity") or {}).get(connection))
