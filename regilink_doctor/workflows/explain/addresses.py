"""An address of the App or a URI: what it points at, and the path that is to be written instead."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from regilink_doctor.core import rule_codes
from regilink_doctor.core.naming import LEGACY_REGISTRY, MIGRATED_SUFFIX, REGISTRY_PREFIX
from regilink_doctor.core.phrases import say
from regilink_doctor.core.records import replace
from regilink_doctor.core.target_path import read_pasted
from regilink_doctor.core.targets import target_of
from regilink_doctor.rules.wording import quoted
from regilink_doctor.workflows.explain import paths
from regilink_doctor.workflows.explain.explanation import Explanation, causes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from regilink_doctor.core.organization_view import OrganizationView
    from regilink_doctor.core.target_path import Pasted


_WANDB_DOMAINS = ("wandb.ai", "wandb.io", "coreweave.com")


def explain_address(text: str, hosts: Collection[str] = (), view: OrganizationView | None = None) -> Explanation:
    """A URL or URI of any shape (U1 to U10, S3); `hosts` are addresses of W&B servers beside W&B's own."""
    pasted = read_pasted(text)
    # Every site has addresses with one part; all other shapes are W&B's alone.
    if pasted is None or (pasted.kind == "entity" and not _is_on_wandb(text, hosts)):
        return _strange(text)
    if pasted.kind == "source" and pasted.project == LEGACY_REGISTRY:
        return _legacy(pasted)
    if pasted.kind == "collection":
        return _collection(pasted, view)
    explain = {
        "registry": _registry,
        "source": _source,
        "legacy": _legacy,
        "entity": _entity,
        "landing": _landing,
    }[pasted.kind]
    return explain(pasted)


def _is_on_wandb(address: str, hosts: Collection[str]) -> bool:
    name = _read_host(address)
    names = {_read_host(host).removeprefix("api.") for host in hosts}
    return name.removeprefix("api.") in names or any(f".{name}".endswith(f".{domain}") for domain in _WANDB_DOMAINS)


def _read_host(address: str) -> str:
    try:
        return urlsplit(address if "://" in address else f"https://{address}").hostname or ""
    except ValueError:
        return ""


def _full_name(pasted: Pasted) -> str:
    project = pasted.project or f"{REGISTRY_PREFIX}{pasted.registry}"
    entity = f"{pasted.entity}/" if pasted.entity and pasted.kind != "collection" else ""
    return f"{entity}{project}/{pasted.collection}:{pasted.version or 'latest'}"


def _as_target() -> tuple[str, ...]:
    return (say("used as a target path, this address becomes a collection of that name in the run's own project"),)


def _collection(pasted: Pasted, view: OrganizationView | None) -> Explanation:
    target = pasted.target or ""
    facts = paths.examine(target_of(target), view)
    reading = f"{target}:{pasted.version}" if pasted.version else f"{target}:ALIAS"
    parts = [
        (say("organization"), pasted.organization or say("(not in the address)")),
        (say("registry"), pasted.registry or ""),
        (say("collection"), pasted.collection or ""),
    ]
    if pasted.version:
        parts.append((say("version or alias"), pasted.version))
    if pasted.artifact_type:
        parts.append((say("type"), pasted.artifact_type))
    explanation = Explanation(
        "url",
        say("the address of a collection in a registry, at one version")
        if pasted.version
        else say("the address of a collection in a registry"),
        target=target,
        organization=pasted.organization,
        registry=pasted.registry,
        collection=pasted.collection,
        version_or_alias=pasted.version,
        codes=(rule_codes.URL_AS_TARGET, *facts.codes),
        failures=("A9", *facts.failures),
        parts=tuple(parts),
        goes=_as_target(),
        wrong=facts.wrong,
        write=(
            say("to link to it: target_path={target}", target=quoted(target)),
            say("to read it: {reading}", reading=quoted(reading)),
        ),
    )
    return replace(explanation, in_catalog=tuple(paths.describe_known(view, explanation))) if view else explanation


def _registry(pasted: Pasted) -> Explanation:
    return Explanation(
        "url",
        say("the address of a registry; it names no collection"),
        organization=pasted.organization,
        registry=pasted.registry,
        codes=(rule_codes.URL_AS_TARGET,),
        failures=("A9",),
        parts=(
            (say("organization"), pasted.organization or say("(not in the address)")),
            (say("registry"), pasted.registry or ""),
        ),
        goes=_as_target(),
        write=(
            say(
                "{code}; the first link makes it",
                code=f"target_path={quoted(f'{REGISTRY_PREFIX}{pasted.registry}/COLLECTION')}",
            ),
        ),
    )


def _source(pasted: Pasted) -> Explanation:
    name = _full_name(pasted)
    parts = [
        (say("entity"), pasted.entity or say("(not given)")),
        (say("project"), pasted.project or ""),
        (say("artifact"), pasted.collection or ""),
        (say("version or alias"), pasted.version or say("(not given: latest)")),
    ]
    if pasted.artifact_type:
        parts.append((say("type"), pasted.artifact_type))
    return Explanation(
        "url",
        say("the address of an artifact in a project: a source that can be linked, not a target"),
        collection=pasted.collection,
        version_or_alias=pasted.version,
        codes=(rule_codes.URL_AS_TARGET,),
        failures=("A9",),
        parts=tuple(parts),
        goes=_as_target(),
        write=(f'wandb.Api().artifact({quoted(name)}).link("{REGISTRY_PREFIX}REGISTRY/COLLECTION")',),
    )


def _legacy(pasted: Pasted) -> Explanation:
    migrated = f"{REGISTRY_PREFIX}{pasted.entity}{MIGRATED_SUFFIX}/{pasted.collection or 'COLLECTION'}"
    parts = [("team", pasted.entity or ""), *([(say("collection"), pasted.collection)] if pasted.collection else [])]
    title = say("the address of a collection in the legacy model registry of a team")
    return Explanation(
        "url",
        title if pasted.collection else say("the address of the legacy model registry of a team"),
        collection=pasted.collection,
        version_or_alias=pasted.version,
        codes=(rule_codes.LEGACY_MODEL_REGISTRY, rule_codes.URL_AS_TARGET),
        failures=("A14", "A9"),
        parts=tuple(parts),
        goes=_as_target(),
        write=(
            say(
                "target_path={path}, once the team's models are migrated; the W&B App's list of registries shows "
                "whether it is there",
                path=quoted(migrated),
            ),
        ),
        causes=causes_of(["A14"], target=migrated, entity=pasted.entity),
    )


def _entity(pasted: Pasted) -> Explanation:
    return Explanation(
        "entity-url",
        say("the profile page of a team or a user"),
        failures=("B2",),
        codes=(rule_codes.IMPLICIT_ENTITY,),
        parts=((say("entity"), pasted.entity or ""),),
        write=(
            say(
                "wandb.init(entity={entity}, ...), if it is a team of the organization; "
                "what a user has logged can be linked to no registry",
                entity=quoted(pasted.entity or ""),
            ),
            say("regilink doctor --entity {entity} tells which of the two it is", entity=pasted.entity),
        ),
    )


def _landing(pasted: Pasted) -> Explanation:
    who = pasted.organization or pasted.entity
    return Explanation(
        "url",
        say("the list of registries of {who}; it names none", who=quoted(who))
        if who
        else say("the list of registries; it names none"),
        organization=pasted.organization,
        codes=(rule_codes.URL_AS_TARGET,),
        failures=("A9",),
        parts=((say("organization"), pasted.organization),) if pasted.organization else (),
        goes=_as_target(),
        write=(
            say(
                "{code}; open the registry in the W&B App and take its name",
                code=f'target_path="{REGISTRY_PREFIX}REGISTRY/COLLECTION"',
            ),
        ),
    )


def _strange(text: str) -> Explanation:
    try:
        url = urlsplit(text if "://" in text else f"https://{text}")
        segments = [unquote(part) for part in url.path.split("/") if part]
    except ValueError:
        url, segments = None, []
    title = say("an address, but not of a registry, an artifact or an entity of W&B")
    if url is not None and url.hostname and "runs" in segments[2:3]:
        title = say("the address of a run; the registry has no page for it")
    return Explanation(
        "url",
        title,
        codes=(rule_codes.URL_AS_TARGET,),
        failures=("A9",),
        goes=_as_target(),
        write=(f'target_path="{REGISTRY_PREFIX}REGISTRY/COLLECTION"',),
    )
