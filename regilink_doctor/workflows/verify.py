"""After the run: whether a version is in the registry, with this alias, type, digest and source."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from regilink_doctor.client import inventory
from regilink_doctor.client.hosts import is_on_server, server_of, without_login
from regilink_doctor.client.queries import Field, ask
from regilink_doctor.client.questions import (
    CollectionQuestion,
    Questions,
    RegistryQuestion,
    VersionQuestion,
    field_alias,
    neighbour_fields,
    target_fields,
)
from regilink_doctor.core import checked, rule_codes
from regilink_doctor.core.naming import CORE_REGISTRY_TYPES, REGISTRY_PREFIX, is_version
from regilink_doctor.core.organization_view import OrganizationNames
from regilink_doctor.core.origin import Code, Setting
from regilink_doctor.core.phrases import say
from regilink_doctor.core.problems import Problem, find_unfilled
from regilink_doctor.core.records import record, replace
from regilink_doctor.core.sites import Site
from regilink_doctor.core.target_path import HOSTS, TargetPath, parse, parsed, read_pasted
from regilink_doctor.core.targets import (
    COLLECTION_CALLS,
    COLLECTION_LOOK_UPS,
    LinkTarget,
    as_string,
    consumed_targets,
    link_targets,
    looks_registry_up,
    named_paths,
    unread_sites,
)
from regilink_doctor.core.text import ShownAsTable, as_list
from regilink_doctor.doctor.facts import list_nodes, place_of, version_of
from regilink_doctor.rules import rule_for
from regilink_doctor.rules.artifact_types import find_type_mismatch
from regilink_doctor.rules.judge import judge_name, judge_target
from regilink_doctor.rules.wording import FORM, listed, quoted
from regilink_doctor.workflows.server_session import ServerAccess, ServerSession, answered

if TYPE_CHECKING:
    from regilink_doctor.config import Config
    from regilink_doctor.workflows.lint import LintResult

Status = Literal["ok", "different", "absent", "skipped", "unknown"]
"""`skipped`: source does not tell the name; `unknown`: it is not known where to look it up."""
LATEST = "latest"
_WEB = re.compile(r"https?://[^\s/\[\]]")


@record
class Expected:
    """What a name is to lead to; None and empty: it does not matter. `source` may be any end of the source's name.

    `origin` is the call that the name is from, `unknown` the expressions in it that source does not tell, `call` the
    canonical name of the call, which may need a certain type.
    """

    name: str
    aliases: tuple[str, ...] = ()
    type: str | None = None
    digest: str | None = None
    source: str | None = None
    origin: Code | None = None
    unknown: tuple[str, ...] = ()
    call: str = ""


@record
class Verification(ShownAsTable):
    """What there is under a name. `found` is the version's full name in the registry; None where there is none.

    `problems` say what is wrong, each a clause; `note` what that means, `help` what to do.
    """

    name: str
    status: Status
    found: str | None = None
    aliases: tuple[str, ...] = ()
    type: str | None = None
    digest: str | None = None
    source: str | None = None
    problems: tuple[str, ...] = ()
    note: str | None = None
    help: str | None = None
    origin: Code | None = None
    unknown: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything is as expected."""
        return self.status == "ok"

    def _table(self) -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
        """Caption, columns and rows for a notebook."""
        rows: list[tuple[str, ...]] = [
            ("found", self.found or "nothing"),
            *(("problem", problem) for problem in self.problems),
        ]
        rows += [(name, text) for name, text in (("note", self.note), ("help", self.help)) if text]
        return f"{self.name}: {self.status}", ("", ""), rows


@record
class Question:
    """A name that can be looked up, and the organization that it is looked up in."""

    expected: Expected
    path: TargetPath
    names: OrganizationNames

    @property
    def version(self) -> str:
        """What is looked up: the alias of the name, else the first that is expected, else the latest."""
        return self.path.version or next(iter(self.expected.aliases), LATEST)

    @property
    def shown(self) -> str:
        """The collection's full name, with the organization's entity."""
        return f"{self.names.entity}/{self.path.project}/{self.path.collection}"


def compare(question: Question, found: Mapping[str, Any]) -> Verification:
    """The verification of a version that is there."""
    artifact = found.get("artifact") or {}
    sources = _list_source_names(artifact)
    index = found.get("versionIndex")
    number = question.version if index is None else f"v{index}"
    # W&B finds a registry in any case: what it is called is in the answer.
    version = version_of(found)
    place = "/".join(version.collection) if version is not None and version.collection else question.shown
    verification = Verification(
        question.expected.name,
        "ok",
        f"{place}:{number}",
        tuple(sorted(item["alias"] for item in found.get("aliases") or () if item.get("alias"))),
        (artifact.get("artifactType") or {}).get("name"),
        artifact.get("digest"),
        sources[0] if sources else None,
        origin=question.expected.origin,
    )
    problems = tuple(_find_differences(question, verification, number, sources))
    return replace(verification, status="different", problems=problems) if problems else verification


def _find_differences(question: Question, found: Verification, number: str, sources: Sequence[str]) -> Iterator[str]:
    """What is not as expected of the version `number`, which has all these names at its source."""
    expected, version = question.expected, question.path.version
    has = listed(found.aliases) or say("none")
    for alias in (*([version] if version and not is_version(version) else []), *expected.aliases):
        if alias in (*found.aliases, number):
            continue
        if is_version(alias):
            yield say("it is {version}, not {alias}", version=number, alias=alias)
        else:
            yield say("it does not carry the alias {alias}; it has {aliases}", alias=quoted(alias), aliases=has)
    name = f"{question.path.project}/{question.path.collection}"
    asked = [expected.type] if expected.type is not None else []
    if mismatch := find_type_mismatch(expected.call, name, str(found.type), asked):
        yield rule_for(mismatch.rule).explain(mismatch).summary
    if expected.digest not in (None, found.digest):
        yield say(
            "its digest is {digest}, not {expected}: it is another version's content",
            digest=found.digest,
            expected=expected.digest,
        )
    if expected.source is None or any(_is_same(name, expected.source) for name in sources):
        return
    wanted = quoted(expected.source)
    if found.source is not None:
        yield say("its source is {source}, not {expected}", source=quoted(found.source), expected=wanted)
    else:
        yield say("its source, which should be {expected}, is not shown to this account", expected=wanted)


def not_there(question: Question, names: Sequence[str], versions: Sequence[str]) -> Verification:
    """That of one that is not, though its registry is: `names` are the collections, `versions` those of this one."""
    collection = question.path.collection
    facts = {"registry": question.path.registry or "", "collection": collection}
    if collection not in names and not versions:
        facts["collections"] = "\n".join(sorted(names))
        return report_problem(question.expected, "absent", Problem(rule_codes.UNKNOWN_COLLECTION, facts=facts))
    shown = f"{', '.join(versions[:5])}{' ...' if len(versions) > 5 else ''}"
    facts |= {"alias": question.version, "versions": shown, "intended": ""}
    return report_problem(
        question.expected, "absent", Problem(rule_codes.UNKNOWN_COLLECTION, kind="alias", facts=facts)
    )


def report_problem(expected: Expected, status: Status, problem: Problem, help: str | None = None) -> Verification:
    """The result for a name with a problem, with its rule's message; `help` where the command has a better one."""
    message = rule_for(problem.rule).explain(problem)
    return settled(expected, status, message.summary, help or message.help, message.note)


def settled(
    expected: Expected, status: Status, problem: str, help: str | None = None, note: str | None = None
) -> Verification:
    """That of a name for which one sentence says everything."""
    return Verification(
        expected.name,
        status,
        problems=(problem,),
        note=note,
        help=help,
        origin=expected.origin,
        unknown=expected.unknown,
    )


def version_words(node: Mapping[str, Any]) -> str:
    """A version as it is listed: `v3 (latest, production)`."""
    aliases = [item["alias"] for item in node.get("aliases") or () if item.get("alias")]
    return f"v{node.get('versionIndex')}" + (f" ({', '.join(aliases)})" if aliases else "")


def _list_source_names(artifact: Mapping[str, Any]) -> list[str]:
    """The full names of the source with its version, and with each alias that it has there; empty: it is not shown."""
    collection = _path_of(artifact.get("artifactSequence"))
    if collection is None:
        return []
    aliases = artifact.get("aliases") or ()
    own = [item["alias"] for item in aliases if _path_of(item.get("artifactCollection")) == collection]
    return [f"{collection}:{name}" for name in (f"v{artifact.get('versionIndex')}", *own)]


def _path_of(collection: Mapping[str, Any] | None) -> str | None:
    """`entity/project/collection`, where all three are shown."""
    place, name = place_of(collection), (collection or {}).get("name")
    return f"{'/'.join(place)}/{name}" if place and name else None


def _is_same(name: str, wanted: str) -> bool:
    """Whether the wanted name is this one, or its end: `zoo`, `zoo:v3`, `training/zoo:v3`."""
    whole = name if ":" in wanted else name.rpartition(":")[0]
    return whole == wanted or whole.endswith(f"/{wanted}")


@checked
def verify(
    names: str | Iterable[str | Expected],
    *,
    aliases: str | Iterable[str] = (),
    type: str | None = None,
    digest: str | None = None,
    source: str | None = None,
    organization: str | None = None,
    config: Config | None = None,
    host: str | Setting[str] | None = None,
    cwd: str | Path | None = None,
    environ: Mapping[str, str] | None = None,
    python: str | Path | None = None,
    timeout: float = 10.0,
) -> tuple[Verification, ...]:
    """Whether each version is in the registry, as expected. Reads only: two requests, one more when one is missing.

    Args:
        names: full names, `[ORGANIZATION/]wandb-registry-NAME/COLLECTION[:ALIAS]`, or addresses of the W&B App; without
            an alias the latest version. One may be given as a string.
        aliases: aliases that the version is to carry, for names that do not say themselves what they expect. Likewise
            `type`, `digest` (as `artifact.digest`) and `source` (the source's full name, or the end of it).
        organization: the one that is meant; None: that of the path, else that of the entity that runs would have.
        config: names the host and the entity where wandb would find none.
        host: see `ServerAccess`, as the next four.
        cwd: the folder that the program would be started in.
        environ: its environment.
        python: whose wandb counts.
        timeout: seconds for each request.

    Raises:
        Unanswered: the server did not answer as W&B does, or nobody is logged in.
    """
    names, wanted = as_list(names), tuple(as_list(aliases))
    every = [
        item if isinstance(item, Expected) else Expected(_read_name(item), wanted, type, digest, source)
        for item in names
    ]
    access = ServerAccess(host, cwd, environ, python, timeout, config)
    elsewhere = _find_elsewhere(names, every, access)
    verifications = [elsewhere.get(index) or _by_name(item) for index, item in enumerate(every)]
    settled_already = [verification for verification in verifications if verification is not None]
    if len(settled_already) == len(every):
        return tuple(settled_already)  # none of them is worth a question
    with answered():
        return _Verifier(ServerSession(access), organization).verify(every, verifications)


def _find_elsewhere(
    names: Sequence[str | Expected], every: Sequence[Expected], access: ServerAccess
) -> dict[int, Verification]:
    """The addresses of another server than the one that would be asked, which cannot answer for it."""
    texts = {index: name for index, name in enumerate(names) if isinstance(name, str)}
    whole = {index: f"https://{text}" if text.startswith(HOSTS) else text for index, text in texts.items()}
    addresses = {index: text for index, text in whole.items() if _WEB.match(text)}
    if not addresses:
        return {}
    host = access.read_settings().host.value
    return {
        index: settled(
            every[index],
            "unknown",
            say(
                "the address is on {name}, and {host} would be asked",
                name=server_of(without_login(address)),
                host=without_login(host),
            ),
            say("give the full name, or name the server with --host"),
        )
        for index, address in addresses.items()
        if not is_on_server(address, host)
    }


def _read_name(text: str) -> str:
    """The full name; that of the collection or version to which an address of the W&B App leads."""
    pasted = read_pasted(text)
    if pasted is None or pasted.target is None:
        return text
    organization = pasted.entity or pasted.organization
    version = f":{pasted.version}" if pasted.version else ""
    return f"{organization}/{pasted.target}{version}" if organization else f"{pasted.target}{version}"


def read_sites(paths: Sequence[str], config: Config) -> LintResult:
    """What the program below the paths links and consumes, with the variables of this environment."""
    from regilink_doctor.workflows.lint import lint_program

    result = lint_program(paths, config)
    for report in result.sites:
        report.site = _read_variables(report.site)
    result.configured_sources = [_read_variables(site) for site in result.configured_sources]
    result.look_ups = [_read_variables(replace(site, target=named_paths(site))) for site in result.look_ups]
    return result


def _read_variables(site: Site) -> Site:
    target, aliases = ([string.read_variables(os.environ) for string in part] for part in (site.target, site.aliases))
    return replace(site, target=tuple(target), aliases=tuple(aliases))


def expected_of_sites(sites: Sequence[Site], type: str | None = None) -> tuple[Expected, ...]:
    """What the links and reads in source lead to: an expectation for each name, without correct ones of a project.

    Of the look-ups those that fail where nothing is there.

    Args:
        sites: the call sites.
        type: of the artifacts, instead of what source says.
    """
    expected: dict[Expected, None] = {}
    look_ups = (site for site in sites if site.call in COLLECTION_LOOK_UPS and looks_registry_up(site))
    calls = [*(site for site in sites if site.kind in ("link", "consume")), *look_ups]
    for site in (*calls, *unread_sites(sites)):
        kind = site.artifact_type[0].literal if len(site.artifact_type) == 1 else None
        aliases = tuple(alias.pattern for alias in site.aliases if alias.literal is not None)
        is_read = site.kind in ("consume", "source", "look_up")
        for target in consumed_targets(site) if is_read else link_targets(site):
            name, path = target.path, parsed(target.text)
            is_of_project = name.literal is not None and path is not None and not path.is_registry
            problems = judge_name(target) if is_read else judge_target(target)
            if not is_of_project or any(problem.severity == "error" for problem in problems):
                unknown = tuple(dict.fromkeys(part.source for _, part in name.unknown_parts))
                origin = Code(site.place, variables=name.variables_read, set_at=name.find_set_outside(site.place.path))
                whole = Expected(name.display, aliases, type or kind, origin=origin, unknown=unknown, call=site.call)
                expected[whole] = None
    return tuple(expected)


def is_source(path: TargetPath) -> bool:
    """Whether a name is one of a source artifact, `team-a/churn/zoo:v7`; `team-a/model/zoo` may lack the prefix."""
    return bool(path.prefix and path.collection) and (path.project or "").casefold() not in CORE_REGISTRY_TYPES


def _by_name(expected: Expected) -> Verification | None:
    """What the name alone tells; None when the server has to be asked."""
    path = parsed(expected.name)
    if expected.unknown:
        what = ", ".join(f"`{expression}`" for expression in expected.unknown)
        return settled(expected, "skipped", say("{what} is known only when the program runs", what=what))
    in_name = judge_name(
        LinkTarget(as_string(expected.name)),
        means_registry=path is None or not is_source(path),
        is_collection=expected.call in COLLECTION_CALLS,
    )
    wrong = min((*in_name, *_find_unfilled(expected)), key=lambda problem: problem.severity != "error", default=None)
    if wrong is not None and (wrong.severity == "error" or path is None or not path.is_registry):
        return report_problem(expected, "different", wrong)
    if expected.name.endswith(":"):
        problem = say("{name} ends with a colon, and names no alias", name=quoted(expected.name))
        return settled(expected, "different", problem, say("write the alias, or leave the colon out"))
    if path is None or not path.is_registry or not path.collection:
        return settled(
            expected,
            "different",
            say("{name} is not a name in a registry", name=quoted(expected.name)),
            say("write {code}", code=quoted(FORM)),
        )
    return None


def _find_unfilled(expected: Expected) -> Iterator[Problem]:
    """What was never filled in of that which a name is to lead to."""
    wanted = {"aliases": expected.aliases, "type": (expected.type,), "name": (expected.source,)}
    for role, texts in wanted.items():
        for text in filter(None, texts):
            yield from find_unfilled(as_string(text), role, is_sent=True)


class _Verifier:
    def __init__(self, asked: ServerSession, organization: str | None) -> None:
        self._asked = asked
        self._meant = organization

    def verify(self, every: Sequence[Expected], known: Sequence[Verification | None]) -> tuple[Verification, ...]:
        done: dict[int, Verification] = {}
        questions: dict[int, Question] = {}
        for index, expected in enumerate(every):
            read = known[index] or self._read(expected)
            if isinstance(read, Verification):
                done[index] = read
            else:
                questions[index] = read
        missing: dict[int, Question] = {}
        if questions:
            order = list(questions)
            data = self._ask("RegilinkVerify", target_fields(_questions(questions.values())))
            for position, index in enumerate(order):
                membership = (data.get(field_alias("version", position)) or {}).get("artifactCollectionMembership")
                registry = (data.get(field_alias("registry", position)) or {}).get("project")
                if membership:
                    done[index] = compare(questions[index], membership)
                elif registry:
                    missing[index] = questions[index]
                else:
                    done[index] = self._no_registry(questions[index])
        done.update(self._neighbours(missing))
        return tuple(done[index] for index in range(len(every)))

    def _ask(self, name: str, fields: Sequence[Field]) -> Mapping[str, Any]:
        """The whole answer: what a server does not know is not missing in the registry."""
        reply = ask(self._asked.gateway, name, fields)
        if reply.unknown:
            raise self._asked.gateway.fault("too-old", f"it does not know {' and '.join(reply.unknown)}")
        return reply.data

    def _read(self, expected: Expected) -> Verification | Question:
        path = parse(expected.name)
        names = self._organization(path.prefix or self._meant)
        if names is None:
            return self._report_organization(expected, path.prefix)
        meant = self._organization(self._meant) if self._meant else names
        if meant != names:
            wrong = say("it names the organization {name}, not {expected}", name=names.name, expected=self._meant)
            return settled(expected, "different", wrong)
        return Question(expected, path, names)

    def _report_organization(self, expected: Expected, in_path: str | None) -> Verification:
        """That of a name whose organization is not there; of one that names none it is not known where to look."""
        every = self._asked.every_organization()
        names = ", ".join(f"{item.name} (entity {item.entity})" for item in every) or "none"
        if wanted := in_path or self._meant:
            facts = {"value": wanted, "names": names, "account": self._asked.account.username}
            problem = Problem(rule_codes.UNKNOWN_ORGANIZATION, kind="unknown", facts=facts)
            return report_problem(expected, "absent" if in_path else "unknown", problem)
        facts = {"entity": self._asked.run_entity}
        problem = Problem(rule_codes.DEFAULT_ENTITY_IN_API, kind="unresolved", facts=facts)
        option = say("say which: --organization NAME; there are: {names}", names=names)
        return report_problem(expected, "unknown", problem, option)

    def _organization(self, wanted: str | None) -> OrganizationNames | None:
        if wanted is None:
            return self._asked.organizations[0] if len(self._asked.organizations) == 1 else None
        every = self._asked.every_organization()
        return next((item for item in every if wanted in (item.name, item.entity)), None)

    def _no_registry(self, question: Question) -> Verification:
        pages = inventory.list_pages(self._asked.gateway, inventory.registries_page, question.names.name)
        names = [
            str(node["name"]).removeprefix(REGISTRY_PREFIX)
            for page in pages
            for node in page.nodes
            if str(node.get("name", "")).startswith(REGISTRY_PREFIX)
        ]
        facts = {"registry": question.path.registry or "", "registries": "\n".join(sorted(names))}
        problem = Problem(rule_codes.UNKNOWN_REGISTRY, facts={**facts, "path": question.expected.name})
        return report_problem(question.expected, "absent", problem)

    def _neighbours(self, missing: Mapping[int, Question]) -> Iterator[tuple[int, Verification]]:
        if not missing:
            return
        asked = [
            CollectionQuestion(item.names.name, item.names.entity, item.path.registry or "", item.path.collection)
            for item in missing.values()
        ]
        data = self._ask("RegilinkNeighbours", neighbour_fields(asked))
        for position, (index, question) in enumerate(missing.items()):
            names = [str(node["name"]) for node in _owned(data, f"names{position}", "artifactCollections")]
            versions = [version_words(node) for node in _owned(data, f"there{position}", "artifactMemberships")]
            yield index, not_there(question, names, versions)


def _questions(questions: Iterable[Question]) -> Questions:
    every = list(questions)
    return Questions(
        [RegistryQuestion(item.names.entity, item.path.registry or "") for item in every],
        (),
        [
            VersionQuestion(item.names.entity, item.path.project or "", f"{item.path.collection}:{item.version}")
            for item in every
        ],
    )


def _owned(data: Mapping[str, Any], alias: str, connection: str) -> list[Mapping[str, Any]]:
    return list_nodes(((data.get(alias) or {}).get("orgEntity") or {}).get(connection))
